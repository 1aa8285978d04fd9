"""Records as plain values, as JSON has them: each a dictionary with the name of its type.

Reading runs no code: it makes records only of the types that the reader knows.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ganglion._base.checks import shown

Records = Mapping[str, type[Any]]
"""Types of records by their names."""

UNUSUAL = {"unusual": True}  # a field is told only where it is not the default


def told_fields(record: Any) -> Iterator[str]:
    """Give the fields of a record that are shown and written: some only where they are unusual."""
    for field in dataclasses.fields(record):
        if not field.metadata.get("unusual") or getattr(record, field.name) != field.default:
            yield field.name


def shown_record(record: Any) -> str:
    """Return how a record is made, for its `repr`, with the fields that are told."""
    told = ", ".join(f"{name}={getattr(record, name)!r}" for name in told_fields(record))
    return f"{type(record).__name__}({told})"


class RecordWriter:
    """Makes plain values of records.

    Args:
        records: The types that can be read again.
    """

    def __init__(self, records: Records) -> None:
        self._records = records

    def plain(self, value: Any, way: tuple[int, ...] = ()) -> Any:
        """Return a record, or what is in one, as JSON has it.

        Args:
            value: The record, or what is in it.
            way: Its places in the tuples that it is in.

        Raises:
            ValueError: When the type of a record is not among those known.
        """
        if isinstance(value, tuple):
            return [self.plain(item, (*way, number)) for number, item in enumerate(value)]
        if isinstance(value, np.generic):
            return value.item()
        if not dataclasses.is_dataclass(value):
            return value
        if self._records.get(type(value).__name__) is not type(value):
            raise ValueError(
                f"save: {type(value).__name__} is of your own making, a file cannot hold it: a"
                " pickle can"
            )
        fields = {name: self.field(value, name, way) for name in told_fields(value)}
        return {"type": type(value).__name__, **fields}

    def field(self, record: Any, name: str, way: tuple[int, ...]) -> Any:
        """Return a field of a record as JSON has it."""
        return self.plain(getattr(record, name), way)


class RecordReader:
    """Makes the records that a `RecordWriter` was given.

    Args:
        records: The types that may be made.
    """

    def __init__(self, records: Records) -> None:
        self._records = records

    def made(self, value: Any) -> Any:
        """Return what `plain` was given; tuples are lists.

        Raises:
            ValueError: When a type is unknown; errors of other kinds for what is no record.
        """
        if isinstance(value, list):
            return [self.made(item) for item in value]
        if not isinstance(value, dict):
            return value
        fields = {name: self.made(item) for name, item in value.items() if name != "type"}
        if value.get("type") not in self._records:
            raise ValueError(f"unknown type {shown(value.get('type'))}")
        return self.record(self._records[value["type"]], fields)

    def record(self, kind: type[Any], fields: dict[str, Any]) -> Any:
        """Return a record of a type with such fields."""
        return kind(**fields)
