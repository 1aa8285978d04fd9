"""The format of model files: safetensors, with the architecture as JSON in the metadata.

Tensors have PyTorch's names and layouts: `layers.0.weight` is `(units, inputs)`.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
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
from ganglion.training import kept
from ganglion.training.kept import Kept

# By what they hold: layers in a chain, as ever, or in any wiring.
FORMAT_VERSIONS: Mapping[str, type[Any]] = {"1": Chain, "2": Wiring}
_PREFIX = "ganglion."
_TRAINING = f"{_PREFIX}training"
_BLOCK = "optimizer."  # begins the names of what an optimizer remembers
_DTYPES = {"float32": "F32", "float64": "F64"}  # as safetensors calls them


def save(
    path: Path,
    architecture: Architecture,
    weights: Mapping[str, NDArray[Any]],
    metadata: Mapping[str, str],
    training: tuple[str, Sequence[NDArray[Any]]] | None = None,
) -> None:
    """Write a model to a file, all of it or none.

    Args:
        path: The file.
        architecture: All that the model is but its parameters.
        weights: Those, by name.
        metadata: Texts to keep beside them, by name.
        training: How far it is, as JSON, and what the optimizer remembers; None: it is not kept.
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
    if training is not None:
        own[_TRAINING], blocks = training
        tensors |= {f"{_BLOCK}{number}": block for number, block in enumerate(blocks)}
    try:
        content = to_bytes(tensors, {**metadata, **own})
    except SafetensorError as error:  # a header of more than 100 MB
        raise ValueError(f"save: {path} cannot hold the metadata: {error}") from error
    writing.write(path, content)


def read_metadata(path: str | os.PathLike[str]) -> dict[str, str]:
    """Return the texts that `save` was given; raises as `ganglion.load`."""
    with opened(Path(path)) as content:
        return _texts(content.metadata() or {})


def _texts(metadata: Mapping[str, str]) -> dict[str, str]:
    """Return those texts of a file that are the user's."""
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


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds, whose header has been read.

    Args:
        path: The file.
        opened: What gives its metadata and tensors.
    """

    path: Path
    opened: Any

    @property
    def _metadata(self) -> Mapping[str, str]:
        return self.opened.metadata() or {}

    @property
    def _block_names(self) -> list[str]:
        """Of the arrays that an optimizer remembers."""
        return [name for name in self.opened.keys() if name.startswith(_BLOCK)]  # noqa: SIM118

    @property
    def texts(self) -> dict[str, str]:
        """The texts that `save` was given."""
        return _texts(self._metadata)

    @property
    def architecture(self) -> Architecture:
        """What it holds is of.

        Raises:
            ValueError: When it is no model's file, of a version not known here, or damaged.
        """
        version = self._metadata.get(f"{_PREFIX}format_version")
        if version is None:
            raise ValueError(
                f"load: {self.path} is not a ganglion model: it names no format version"
            )
        if version not in FORMAT_VERSIONS:
            raise ValueError(
                f"load: {self.path} has format version {version}, this ganglion reads"
                f" {', '.join(FORMAT_VERSIONS)}"
            )
        with blaming(self.path, "has a bad architecture"):
            config = self._metadata.get(f"{_PREFIX}config", "")
            return records.from_json(FORMAT_VERSIONS[version], config)

    @property
    def training(self) -> Kept | None:
        """How far training is; None: it was not kept.

        Raises:
            ValueError: When that is damaged.
        """
        given = self._metadata.get(_TRAINING)
        if given is None:
            return None
        with blaming(self.path, "does not say how far training is"):
            return kept.from_json(given)

    def check_tensors(self, parameters: Sequence[Parameter], dtype: str) -> None:
        """Check that it holds the parameters, by what its header says of their sizes.

        Raises:
            ValueError: With what is missing, or of another size or type.
        """
        wanted = {parameter.name: parameter.shape[::-1] for parameter in parameters}
        size = sum(parameter.size for parameter in parameters)
        if _TRAINING in self._metadata:
            wanted |= dict.fromkeys(self._block_names, (size,))
        with blaming(self.path, "does not fit its architecture"):
            different = set(self.opened.keys()) ^ set(wanted)
            if different:
                raise ValueError(
                    f"{len(different)} tensors too many or missing, first {min(different)}"
                )
            for name, shape in wanted.items():
                _check_tensor(name, self.opened.get_slice(name), shape, dtype)

    def weights(self, names: Sequence[str]) -> list[NDArray[Any]]:
        """Return parameters, each in its own shape."""
        return [self.opened.get_tensor(name).T for name in names]

    def blocks(self, count: int) -> list[NDArray[Any]]:
        """Return what the optimizer remembers: so many arrays.

        Raises:
            ValueError: When there are not as many.
        """
        names = [f"{_BLOCK}{number}" for number in range(count)]
        there = self._block_names
        if len(there) != count:
            raise ValueError(f"the optimizer remembers {count} arrays, there are {len(there)}")
        return [self.opened.get_tensor(name) for name in names]


def _check_tensor(name: str, tensor: Any, wanted: tuple[int, ...], dtype: str) -> None:
    if tensor.get_dtype() != _DTYPES[dtype]:
        raise ValueError(f"{name} has type {tensor.get_dtype()}, must have {_DTYPES[dtype]}")
    shape = tuple(tensor.get_shape())
    if shape != wanted:
        raise ValueError(f"{name} has shape {shape}, must have {wanted}")
