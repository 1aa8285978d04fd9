"""Graphs: layers put together for the core, shown, and written as JSON."""
