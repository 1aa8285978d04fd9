"""Records as JSON: layers and what is in them, as model files hold them.

Reading runs no code: it makes layers only from the records named here.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from ganglion import initializers
from ganglion._base.checks import shown
from ganglion.activations import ActivationFunction
from ganglion.graphs.architectures import Architecture
from ganglion.initializers import INITIALIZERS
from ganglion.layers import Activation, Dense, Dropout, Normalization, Residual

_RECORDS: Mapping[str, type[Any]] = {
    record.__name__: record
    for record in (
        *(Dense, Activation, Dropout, Normalization, Residual),
        ActivationFunction,
        *(*INITIALIZERS.values(), initializers.Constant),
    )
}


def to_json(architecture: Architecture) -> str:
    """Return an architecture as JSON."""
    fields = dataclasses.fields(architecture)
    return json.dumps({one.name: _plain(getattr(architecture, one.name)) for one in fields})


def from_json(text: str) -> Architecture:
    """Return the architecture that `to_json` was given.

    Raises:
        ValueError: When a type is unknown; errors of other kinds for what is no architecture.
    """
    return Architecture(**{name: _made(value) for name, value in json.loads(text).items()})


def _plain(value: Any) -> Any:
    """Return a layer, or what is in one, as JSON has it: a record with its type's name."""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        return value.item()
    if not dataclasses.is_dataclass(value):
        return value
    fields = {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    return {"type": type(value).__name__, **fields}


def _made(value: Any) -> Any:
    """Return the layer that `_plain` was given."""
    if isinstance(value, list):
        return [_made(item) for item in value]
    if not isinstance(value, dict):
        return value
    fields = {name: _made(item) for name, item in value.items() if name != "type"}
    if value.get("type") not in _RECORDS:
        raise ValueError(f"unknown type {shown(value.get('type'))}")
    return _RECORDS[value["type"]](**fields)
