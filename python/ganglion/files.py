"""Files: models in safetensors, the architecture as JSON in the metadata.

Tensors have PyTorch's names and layouts: `layers.0.weight` is `(units, inputs)`. Reading runs no
code from the file: it makes layers only from the records named here.
"""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ganglion import _core, initializers, writing
from ganglion.activations import ActivationFunction
from ganglion.arguments import explained
from ganglion.checks import is_text, shown
from ganglion.initializers import INITIALIZERS
from ganglion.layers import Activation, Dense, Dropout, Residual
from ganglion.networks import Architecture, Parameter
from ganglion.normalization import Normalization

if TYPE_CHECKING:
    from ganglion.models import Model, Sequential

FORMAT_VERSION = "1"
_PREFIX = "ganglion."
_DTYPES = {"float32": "F32", "float64": "F64"}  # as safetensors calls them
_RECORDS: Mapping[str, type[Any]] = {
    record.__name__: record
    for record in (
        *(Dense, Activation, Dropout, Normalization, Residual),
        ActivationFunction,
        *(*INITIALIZERS.values(), initializers.Constant),
    )
}


def save(model: Model, path: Path, metadata: Mapping[str, str]) -> None:
    """Write a model to a file, all of it or none."""
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
    architecture = dataclasses.fields(model.architecture)
    config = {
        field.name: _to_json(getattr(model.architecture, field.name)) for field in architecture
    }
    own = {
        "format": "pt",
        f"{_PREFIX}format_version": FORMAT_VERSION,
        f"{_PREFIX}version": _core.__version__,
        f"{_PREFIX}config": json.dumps(config),
    }
    tensors = {
        name: np.ascontiguousarray(values.T)
        for name, values in zip(model.parameter_names, model.get_weights(), strict=True)
    }
    try:
        content = to_bytes(tensors, {**metadata, **own})
    except SafetensorError as error:  # a header of more than 100 MB
        raise ValueError(f"save: {path} cannot hold the metadata: {error}") from error
    writing.write(path, content)


@explained
def load(path: str | os.PathLike[str]) -> Sequential:
    """Read a model that `save` wrote. It predicts the same bits.

    Raises:
        OSError: When the file cannot be read.
        ValueError: When it is damaged, or not a model; the message says what is wrong.
    """
    from ganglion.models import Sequential

    file = Path(path)
    with _open(file) as content:
        config = _config(file, content.metadata() or {})
        with _blaming(file, "has a bad architecture"):
            fields = {name: _from_json(value) for name, value in json.loads(config).items()}
            architecture = Architecture(**fields)
            network = architecture.network()
        with _blaming(file, "does not fit its architecture"):
            _check_tensors(
                content, network.parameters, architecture.dtype
            )  # before memory is taken
            model = Sequential.of(architecture, network)
            model.set_weights([content.get_tensor(name).T for name in model.parameter_names])
    return model


def rebuilt(architecture: Architecture, parameters: NDArray[Any]) -> Sequential:
    """Make a model out of its parts, as a pickle holds them."""
    from ganglion.models import Sequential

    network = architecture.network()
    needed = sum(parameter.size for parameter in network.parameters)
    if parameters.shape != (needed,):
        raise ValueError(f"parameters have shape {parameters.shape}, must have ({needed},)")
    model = Sequential.of(architecture, network)
    model.parameter_vector[:] = parameters
    return model


def read_metadata(path: str | os.PathLike[str]) -> dict[str, str]:
    """Return the texts that `save` was given; raises as `load`."""
    with _open(Path(path)) as content:
        metadata: dict[str, str] = content.metadata() or {}
    return {
        name: text
        for name, text in metadata.items()
        if name != "format" and not name.startswith(_PREFIX)
    }


def _open(path: Path) -> Any:
    """Return what gives a file's metadata and tensors: its header is read and checked."""
    from safetensors import safe_open

    if not stat.S_ISREG(path.stat().st_mode):  # reading a pipe may wait for ever
        raise OSError(errno.EINVAL, "not a plain file", str(path))
    with path.open("rb"):  # what keeps it from being read is told by Python, with the path
        pass
    with _blaming(path, "is damaged or not a safetensors file"):
        return safe_open(path, framework="numpy")


@contextmanager
def _blaming(path: Path, fault: str) -> Iterator[None]:
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


def _config(path: Path, metadata: Mapping[str, str]) -> str:
    """Return the architecture, as JSON, of a file of the format that is read here."""
    version = metadata.get(f"{_PREFIX}format_version")
    if version is None:
        raise ValueError(f"load: {path} is not a ganglion model: it names no format version")
    if version != FORMAT_VERSION:
        raise ValueError(
            f"load: {path} has format version {version}, this ganglion reads {FORMAT_VERSION}"
        )
    return metadata.get(f"{_PREFIX}config", "")


def _check_tensors(content: Any, parameters: Sequence[Parameter], dtype: str) -> None:
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


def _to_json(value: Any) -> Any:
    """Return a layer, or what is in one, as JSON: a record is its fields and its type's name."""
    if isinstance(value, tuple):
        return [_to_json(item) for item in value]
    if isinstance(value, np.generic):
        return value.item()
    if not dataclasses.is_dataclass(value):
        return value
    fields = {
        field.name: _to_json(getattr(value, field.name)) for field in dataclasses.fields(value)
    }
    return {"type": type(value).__name__, **fields}


def _from_json(value: Any) -> Any:
    """Return the layer that `_to_json` was given."""
    if isinstance(value, list):
        return [_from_json(item) for item in value]
    if not isinstance(value, dict):
        return value
    fields = {name: _from_json(item) for name, item in value.items() if name != "type"}
    if value.get("type") not in _RECORDS:
        raise ValueError(f"unknown type {shown(value.get('type'))}")
    return _RECORDS[value["type"]](**fields)
