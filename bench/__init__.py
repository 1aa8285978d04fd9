"""Benchmarks: Ganglion beside its peers and beside the machine. README.md says what to run."""
