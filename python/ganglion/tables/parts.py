"""What a model of a table is made of, as what describes and uses it sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import ganglion as gn
from ganglion.tables.figures import Figures
from ganglion.tables.options import Task
from ganglion.tables.preparation import Preparation
from ganglion.tables.seen import Seen


class Model(Protocol):
    """The parts of a `TableModel`."""

    @property
    def net(self) -> gn.Model:
        """The network."""

    @property
    def preparation(self) -> Preparation:
        """What makes its inputs of a table's rows."""

    @property
    def seen(self) -> Seen:
        """What tells the rows that it was trained on."""

    @property
    def versions(self) -> Mapping[str, str]:
        """What it was trained with."""

    @property
    def figures(self) -> Figures | None:
        """Those on the test rows; None for a model of a file."""

    @property
    def target(self) -> str:
        """Name of the column that is predicted."""

    @property
    def task(self) -> Task:
        """What is predicted: classes or a number."""
