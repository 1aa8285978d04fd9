"""`python -m ganglion`: the command line."""

from ganglion.cli import main

main()
