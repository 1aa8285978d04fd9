"""Files: models in safetensors, the architecture as JSON in the metadata.

Tensors have PyTorch's names and layouts: `layers.0.weight` is `(units, inputs)`. Reading runs no
code from the file: it makes layers only from the records named here.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ganglion import _core, initializers, writing
from ganglion.activations import ActivationFunction
from ganglion.initializers import INITIALIZERS
from ganglion.layers import Activation, Dense, Dropout, Layer, Residual

if TYPE_CHECKING:
    from ganglion.models import Model, Sequential

FORMAT_VERSION = "1"
_PREFIX = "ganglion."
_RECORDS: Mapping[str, type[Any]] = {
    record.__name__: record
    for record in (
        *(Dense, Activation, Dropout, Layer, Residual),
        ActivationFunction,
        *(*INITIALIZERS.values(), initializers.Constant),
    )
}


def save(model: Model, path: Path, metadata: Mapping[str, str]) -> None:
    """Write a model to a file, all of it or none."""
    from safetensors.numpy import save as to_bytes

    if not isinstance(metadata, Mapping):
        raise TypeError(f"save: metadata must map names to texts, got {metadata!r}")
    for name, text in metadata.items():
        if name == "format" or name.startswith(_PREFIX) or not isinstance(text, str):
            raise ValueError(
                f"save: metadata {name!r} must be a string, its name not 'format' nor begin with"
                f" {_PREFIX!r}, got {text!r}"
            )
    config = {
        "layers": [_to_json(layer) for layer in model.layers],
        "input_size": model.input_size,
        "dtype": model.dtype,
        "seed": model.seed,
        "rescale": model.rescale,
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
    writing.write(path, to_bytes(tensors, {**metadata, **own}))


def load(path: str | os.PathLike[str]) -> Sequential:
    """Read a model that `save` wrote. It predicts the same bits.

    Raises:
        OSError: When the file cannot be read.
        ValueError: When it is damaged, or not a model; the message says what is wrong.
    """
    from ganglion.models import Sequential

    file = Path(path)
    tensors, metadata = _read(file)
    version = metadata.get(f"{_PREFIX}format_version")
    if version is None:
        raise ValueError(f"load: {file} is not a ganglion model: it names no format version")
    if version != FORMAT_VERSION:
        raise ValueError(
            f"load: {file} has format version {version}, this ganglion reads {FORMAT_VERSION}"
        )
    try:
        config = json.loads(metadata.get(f"{_PREFIX}config", ""))
        layers = [_from_json(layer) for layer in config.pop("layers")]
        model = Sequential(layers, **config)
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"load: {file} has a bad architecture: {error}") from error
    if set(tensors) != set(model.parameter_names):
        different = ", ".join(sorted(set(tensors) ^ set(model.parameter_names)))
        raise ValueError(f"load: {file} does not hold the tensors of its architecture: {different}")
    for name, tensor in tensors.items():
        if tensor.dtype.name != model.dtype:
            raise ValueError(f"load: {file}: {name} has type {tensor.dtype}, must be {model.dtype}")
    try:
        model.set_weights([tensors[name].T for name in model.parameter_names])
    except ValueError as error:
        raise ValueError(f"load: {file}: {error}") from error
    return model


def rebuilt(
    layers: Sequence[Layer], settings: Mapping[str, Any], parameters: NDArray[Any]
) -> Sequential:
    """Make a model out of its parts, as a pickle holds them."""
    from ganglion.models import Sequential

    model = Sequential(layers, **settings)
    model.parameter_vector[:] = parameters
    return model


def read_metadata(path: str | os.PathLike[str]) -> dict[str, str]:
    """Return the texts that `save` was given; raises as `load`."""
    _, metadata = _read(Path(path))
    return {
        name: text
        for name, text in metadata.items()
        if name != "format" and not name.startswith(_PREFIX)
    }


def _read(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """Return the tensors and the metadata of a file."""
    from safetensors import SafetensorError, safe_open

    with path.open("rb"):  # what keeps it from being read is told by Python, with the path
        pass
    try:
        with safe_open(path, framework="numpy") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            return tensors, dict(file.metadata() or {})
    except (SafetensorError, AttributeError, TypeError) as error:  # a type NumPy lacks is no worse
        raise ValueError(f"load: {path} is damaged or not a safetensors file: {error}") from error


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
        raise ValueError(f"unknown type {value.get('type')!r}")
    return _RECORDS[value["type"]](**fields)
