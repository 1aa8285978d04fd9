"""Where pickles of version 0.1.0 look for what is in `graphs` now."""

from ganglion.graphs.networks import Architecture, graph_of

__all__ = ["Architecture", "graph_of"]
