"""OpenMP's runtime, whose threads are told to sleep soon after a call before it starts.

The runtime reads how its threads wait from the environment, once, when it is loaded: with the core.
"""

import importlib
import os
from pathlib import Path

SOON = {"GOMP_SPINCOUNT": "5000", "KMP_BLOCKTIME": "0"}  # GCC's and LLVM's: some 0.2 ms, or none
POLICIES = ("OMP_WAIT_POLICY", *SOON)
MAPS = Path("/proc/self/maps")  # the files that the process has in memory


def load_core() -> None:
    """Load the core, and the runtime with it.

    What the user says of waiting goes for our threads too. Where another package has loaded the
    runtime before, its threads spin for milliseconds: the pool is then the default.
    """
    if any(name in os.environ for name in POLICIES):
        importlib.import_module("ganglion._core")
        return
    before = MAPS.read_text() if MAPS.exists() else ""
    os.environ.update(SOON)
    try:
        core = importlib.import_module("ganglion._core")
    finally:
        for name in SOON:
            del os.environ[name]
    library = core.openmp_library()
    if library and library in before:
        core.avoid_openmp(f"{Path(library).name} was loaded before, and its threads spin")


load_core()
