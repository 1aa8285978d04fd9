"""Architectures as JSON: layers and what is in them, as model files hold them.

Reading runs no code: it makes layers only from the records named here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ganglion import constraints, initializers, layers, losses, regularizers
from ganglion._base.plain_records import RecordReader, Records, RecordWriter
from ganglion._base.structures import Structure
from ganglion.activations import ActivationFunction
from ganglion.graphs.architectures import Architecture, Chain
from ganglion.graphs.wirings import Nested, Step, TermStep, Wiring
from ganglion.initializers import INITIALIZERS
from ganglion.layers import Layer, Tied

_RECORDS: Records = {
    record.__name__: record
    for record in (
        *layers.kinds(),
        *(Chain, Wiring, Step, Structure, Nested),
        ActivationFunction,
        *(*INITIALIZERS.values(), initializers.Constant),
        *(TermStep, *losses.LOSSES.values(), *regularizers.REGULARIZERS.values()),
        *(losses.NormalKL, losses.SparsityKL),
        *constraints.CONSTRAINTS.values(),
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


class _Writer(RecordWriter):
    """Makes JSON of layers; one that another one is tied to goes by its number.

    That is one of those layers that are written; each of them is in one place of the network.

    Args:
        ties: The places of layers that are tied, and for each the place of the layer it is tied to.
    """

    def __init__(self, ties: Mapping[str, str]) -> None:
        super().__init__(_RECORDS)
        self._ties = {_way(name): _way(place) for name, place in ties.items()}
        self._numbers: dict[tuple[int, ...], int] = {}  # of the layers, by the way to their places

    def plain(self, value: Any, way: tuple[int, ...] = ()) -> Any:
        """Return a layer, or what is in one, as JSON has it."""
        written = super().plain(value, way)
        if isinstance(value, Layer):
            self._numbers[way] = len(self._numbers)
        return written

    def field(self, record: Any, name: str, way: tuple[int, ...]) -> Any:
        """Return a field of a record; a layer that it is tied to is a number."""
        if isinstance(record, Tied) and name == "layer":
            return self._numbers[self._ties[way]]
        return super().field(record, name, way)


def _way(place: str) -> tuple[int, ...]:
    """Return the numbers in a place's name: which layer of the network, which within that, ..."""
    return tuple(int(part) for part in place.split(".") if part.isdigit())


class _Reader(RecordReader):
    """Makes the layers that a `_Writer` was given."""

    def __init__(self) -> None:
        super().__init__(_RECORDS)
        self._layers: list[Any] = []

    def record(self, kind: type[Any], fields: dict[str, Any]) -> Any:
        """Return a record of a type; a layer that it is tied to is given by its number."""
        if kind is Tied:
            fields["layer"] = self._layers[fields["layer"]]
        made = super().record(kind, fields)
        if issubclass(kind, Layer):
            self._layers.append(made)
        return made
