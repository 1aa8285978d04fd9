"""Records as JSON: layers and what is in them, as model files hold them.

Reading runs no code: it makes layers only from the records named here.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from ganglion import initializers, layers
from ganglion._base.checks import shown
from ganglion._base.structures import Structure
from ganglion.activations import ActivationFunction
from ganglion.graphs.architectures import Architecture, Chain
from ganglion.graphs.wirings import Nested, Step, Wiring
from ganglion.initializers import INITIALIZERS
from ganglion.layers import Layer, Tied
from ganglion.layers.layer import told_fields

_RECORDS: Mapping[str, type[Any]] = {
    record.__name__: record
    for record in (
        *layers.kinds(),
        *(Chain, Wiring, Step, Structure, Nested),
        ActivationFunction,
        *(*INITIALIZERS.values(), initializers.Constant),
    )
}


def to_json(architecture: Architecture) -> str:
    """Return an architecture as JSON; of what kind it is, is not said in it.

    Raises:
        ValueError: When a layer is none of this package's.
    """
    content = _Writer(architecture.network().ties).plain(architecture)
    del content["type"]
    return json.dumps(content)


def from_json(kind: type[Any], text: str) -> Architecture:
    """Return the architecture of such a kind that `to_json` was given.

    Raises:
        ValueError: When a type is unknown; errors of other kinds for what is no architecture.
    """
    made: Architecture = _Reader().made({**json.loads(text), "type": kind.__name__})
    return made


class _Writer:
    """Makes JSON of records; a layer that another one is tied to goes by its number.

    That is one of those layers that are written; each of them is in one place of the network.

    Args:
        ties: The places of layers that are tied, and for each the place of the layer it is tied to.
    """

    def __init__(self, ties: Mapping[str, str]) -> None:
        self._ties = {_way(name): _way(place) for name, place in ties.items()}
        self._numbers: dict[tuple[int, ...], int] = {}  # of the layers, by the way to their places

    def plain(self, value: Any, way: tuple[int, ...] = ()) -> Any:
        """Return a layer, or what is in one, as JSON has it: a record with its type's name."""
        if isinstance(value, tuple):
            return [self.plain(item, (*way, number)) for number, item in enumerate(value)]
        if isinstance(value, np.generic):
            return value.item()
        if not dataclasses.is_dataclass(value):
            return value
        if _RECORDS.get(type(value).__name__) is not type(value):
            raise ValueError(
                f"save: {type(value).__name__} is of your own making, a file cannot hold it: a"
                " pickle can"
            )
        fields = {name: self._field(value, name, way) for name in told_fields(value)}
        if issubclass(type(value), Layer):
            self._numbers[way] = len(self._numbers)
        return {"type": type(value).__name__, **fields}

    def _field(self, record: Any, name: str, way: tuple[int, ...]) -> Any:
        if isinstance(record, Tied) and name == "layer":
            return self._numbers[self._ties[way]]
        return self.plain(getattr(record, name), way)


def _way(place: str) -> tuple[int, ...]:
    """Return the numbers in a place's name: which layer of the network, which within that, ..."""
    return tuple(int(part) for part in place.split(".") if part.isdigit())


class _Reader:
    """Makes the records that a `_Writer` was given."""

    def __init__(self) -> None:
        self._layers: list[Any] = []

    def made(self, value: Any) -> Any:
        """Return the layer that `_Writer.plain` was given."""
        if isinstance(value, list):
            return [self.made(item) for item in value]
        if not isinstance(value, dict):
            return value
        fields = {name: self.made(item) for name, item in value.items() if name != "type"}
        if value.get("type") not in _RECORDS:
            raise ValueError(f"unknown type {shown(value.get('type'))}")
        kind = _RECORDS[value["type"]]
        if value["type"] == Tied.__name__:
            fields["layer"] = self._layers[fields["layer"]]
        record = kind(**fields)
        if issubclass(kind, Layer):
            self._layers.append(record)
        return record
