"""Where pickles of version 0.1.0 look for what is in `graphs` now."""

from ganglion.graphs.architectures import Chain
from ganglion.graphs.chains import graph_of

Architecture = Chain

__all__ = ["Architecture", "graph_of"]
