"""OpenMP's runtime, which is loaded with the core."""

import importlib
import os


def load_core() -> None:
    """Load the core. `OMP_PROC_BIND` is for the runtime's threads: the caller's stays as it was."""
    if not hasattr(os, "sched_getaffinity"):  # macOS binds no threads
        importlib.import_module("ganglion._core")
        return
    cpus = os.sched_getaffinity(0)
    importlib.import_module("ganglion._core")
    if os.sched_getaffinity(0) != cpus:
        os.sched_setaffinity(0, cpus)


load_core()
