"""Where pickles of version 0.1.0 look for what is in `graphs` now."""

from ganglion.graphs.architectures import Architecture
from ganglion.graphs.builders import graph_of

__all__ = ["Architecture", "graph_of"]
