"""The format of model files: safetensors, with the architecture as JSON in the metadata.

Tensors have PyTorch's names and layouts: `layers.0.weight` is `(units, inputs)`.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganglion import _core
from ganglion._base import writing
from ganglion._base.checks import is_text, shown
from ganglion.graphs import records
from ganglion.graphs.architectures import Architecture, Chain
from ganglion.graphs.parameters import Parameter
from ganglion.graphs.wirings import Wiring

# By what they hold: layers in a chain, as ever, or in any wiring.
FORMAT_VERSIONS: Mapping[str, type[Any]] = {"1": Chain, "2": Wiring}
_PREFIX = "ganglion."
_DTYPES = {"float32": "F32", "float64": "F64"}  # as safetensors calls them


def save(
    path: Path,
    architecture: Architecture,
    weights: Mapping[str, NDArray[Any]],
    metadata: Mapping[str, str],
) -> None:
    """Write a model to a file, all of it or none.

    Args:
        path: The file.
        architecture: All that the model is but its parameters.
        weights: Those, by name.
        metadata: Texts to keep beside them, by name.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import save as to_bytes

    if not isinstance(metadata, Mapping):
        raise TypeError(f"save: metadata must map names to texts, got {shown(metadata)}")
    for name, text in metadata.items():
        if not (is_text(name) and is_text(text)) or name == "format" or name.startswith(_PREFIX):
            raise ValueError(
                f"save: metadata {shown(name)} must be a text, its name not 'format' nor begin with"
                f" {_PREFIX!r}, got {shown(text)}"
            )
    own = {
        "format": "pt",
        f"{_PREFIX}format_version": _version_of(architecture),
        f"{_PREFIX}version": _core.__version__,
        f"{_PREFIX}config": records.to_json(architecture),
    }
    tensors = {name: np.ascontiguousarray(values.T) for name, values in weights.items()}
    try:
        content = to_bytes(tensors, {**metadata, **own})
    except SafetensorError as error:  # a header of more than 100 MB
        raise ValueError(f"save: {path} cannot hold the metadata: {error}") from error
    writing.write(path, content)


def read_metadata(path: str | os.PathLike[str]) -> dict[str, str]:
    """Return the texts that `save` was given; raises as `ganglion.load`."""
    with opened(Path(path)) as content:
        metadata: dict[str, str] = content.metadata() or {}
    return {
        name: text
        for name, text in metadata.items()
        if name != "format" and not name.startswith(_PREFIX)
    }


def opened(path: Path) -> Any:
    """Return what gives a file's metadata and tensors: its header is read and checked."""
    from safetensors import safe_open

    if not stat.S_ISREG(path.stat().st_mode):  # reading a pipe may wait for ever
        raise OSError(errno.EINVAL, "not a plain file", str(path))
    with path.open("rb"):  # what keeps it from being read is told by Python, with the path
        pass
    with blaming(path, "is damaged or not a safetensors file"):
        return safe_open(path, framework="numpy")


@contextmanager
def blaming(path: Path, fault: str) -> Iterator[None]:
    """Tell whatever a file's content leads to as the file's fault."""
    from safetensors import SafetensorError

    try:
        yield
    except MemoryError as error:
        raise ValueError(f"load: {path} asks for more memory than there is") from error
    except (
        *(SafetensorError, ArithmeticError, AttributeError, LookupError),
        *(RecursionError, TypeError, ValueError),
    ) as error:
        raise ValueError(f"load: {path} {fault}: {error}") from error


def _version_of(architecture: Architecture) -> str:
    (version,) = (one for one, kind in FORMAT_VERSIONS.items() if isinstance(architecture, kind))
    return version


def config_of(path: Path, metadata: Mapping[str, str]) -> tuple[type[Any], str]:
    """Return what kind of architecture a file holds, and that as JSON."""
    version = metadata.get(f"{_PREFIX}format_version")
    if version is None:
        raise ValueError(f"load: {path} is not a ganglion model: it names no format version")
    if version not in FORMAT_VERSIONS:
        raise ValueError(
            f"load: {path} has format version {version}, this ganglion reads"
            f" {', '.join(FORMAT_VERSIONS)}"
        )
    return FORMAT_VERSIONS[version], metadata.get(f"{_PREFIX}config", "")


def check_tensors(content: Any, parameters: Sequence[Parameter], dtype: str) -> None:
    """Check that the file holds the parameters, by what its header says of their sizes."""
    different = set(content.keys()) ^ {parameter.name for parameter in parameters}
    if different:
        raise ValueError(f"{len(different)} tensors too many or missing, first {min(different)}")
    for parameter in parameters:
        tensor = content.get_slice(parameter.name)
        if tensor.get_dtype() != _DTYPES[dtype]:
            raise ValueError(
                f"{parameter.name} has type {tensor.get_dtype()}, must have {_DTYPES[dtype]}"
            )
        shape = tuple(tensor.get_shape())
        if shape != parameter.shape[::-1]:
            raise ValueError(
                f"{parameter.name} has shape {shape}, must have {parameter.shape[::-1]}"
            )
