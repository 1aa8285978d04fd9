"""The runtime: threads and instruction sets, for the whole process."""

import os
from pathlib import Path

import numpy as np

from ganglion import _core
from ganglion._base import checks, environment, messages

environment.check()


def get_num_threads() -> int:
    """Return how many threads a call may use. Small work uses fewer."""
    return _core.thread_limit()[0]


def set_num_threads(threads: int | None) -> None:
    """Set how many threads a call may use.

    Args:
        threads: At least 1. None returns to the default: `GANGLION_NUM_THREADS`, else
            `OMP_NUM_THREADS` where it is a number, else the cores this process may use.
    """
    if threads is not None and (isinstance(threads, bool) or not isinstance(threads, int)):
        raise TypeError(f"threads must be a whole number or None, got {checks.shown(threads)}")
    if threads is not None and not 1 <= threads <= _core.MOST_THREADS:
        raise ValueError(
            f"threads must be from 1 to {_core.MOST_THREADS}, got {checks.shown(threads)}"
        )
    _core.set_thread_limit(threads or 0)


def set_threading_layer(layer: str | None) -> None:
    """Set where the threads of calls come from that begin from now on. The bits are the same.

    Args:
        layer: "openmp", OpenMP's runtime, or "pool", threads of Ganglion's own. None returns to the
            default: `GANGLION_THREADING_LAYER`, else "openmp" where it is built in. A child made by
            fork always has the pool, and warns where it is asked for another.

    Raises:
        ValueError: When this build has no such layer.
    """
    if layer is not None and not isinstance(layer, str):
        raise TypeError(f"layer must be a name or None, got {checks.shown(layer)}")
    if layer == "":
        raise ValueError("layer must be a name or None, got ''")
    _core.set_threading_layer(layer or "")
    used, reason = _core.threading_layer()
    if layer not in (None, used):
        messages.warn([f"layer is {layer!r}, {used!r} is used: {reason}"])


def get_include() -> str:
    """Return the folder of the C++ headers, for Cython modules that cimport the predictor."""
    return str(Path(_core.__file__).parent / "include")


def show_config() -> str:
    """Return the version, compiler, instruction sets, threads and their layer, a line each."""
    from importlib.metadata import version  # slow to import, and needed here only

    threads, source = _core.thread_limit()
    layer, reason = _core.threading_layer()
    forced = " (GANGLION_ISA)" if os.environ.get("GANGLION_ISA") else ""
    lines = {
        "ganglion": _core.__version__,
        "compiler": _core.compiler(),
        "instruction set": _core.selected_isa() + forced,
        "built": ", ".join(_core.built_isas()),
        "this CPU has": ", ".join(_core.available_isas()),
        "threads": f"{threads} (from {source})",
        "threading layer": f"{layer} ({reason})",
        "numpy": np.__version__,
        "safetensors": version("safetensors"),
    }
    return "\n".join(f"{name + ':':<18}{value}" for name, value in lines.items())
