"""Decimal marks of a new table, which need not be written as the one that a model knows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ganglion.tables.cells import Cells
from ganglion.tables.number_format import NumberFormat, other_mark
from ganglion.tables.reading import Table
from ganglion.tables.wording import plain

Mark = Literal[".", ","]
_USUAL_BESIDE: Mapping[str | None, Mark] = {",": ".", ";": ","}  # separators
_LOOKED_AT = 200  # cells that tell the mark of most columns
_DIGITS = 6  # of a number that has one group of thousands, or three decimals


def settled(table: Table, formats: Mapping[str, NumberFormat]) -> tuple[Table, list[str]]:
    """Find out how a new table writes the numbers of columns that a model knows.

    A column with a cell that is a number with one mark only has that mark. It tells too of those
    where either will do, as in 3.195: whether they are written as the model knows them, or all of
    the table is written the other way. Where none tells, or two tell different things, a point
    between commas and a comma between semicolons are decimal marks, and else the model's mark is.

    Args:
        table: The table. Where its decimal mark is known, there is nothing to find out.
        formats: How the model's columns of numbers were written in training, by name.

    Returns:
        The table with the marks, and lines on the columns whose mark the table does not tell.
    """
    if table.decimal_known:
        return table, []
    readings = [
        _Readings.of(table.cells(name), format)
        for name, format in formats.items()
        if name in table.frame and table.cells(name).spelled and not format.truth
    ]
    changed = any(one.tells and not one.fits_known for one in readings)
    kept = any(one.tells and one.fits_known for one in readings)
    marks: dict[str, Mark] = {}
    doubts: list[str] = []
    for one in readings:
        if one.tells:
            marks[one.name] = one.known if one.fits_known else other_mark(one.known)
        elif one.differ.any():
            certain = changed != kept
            as_known = kept if certain else one.usual(table) == one.known
            marks[one.name] = one.known if as_known else other_mark(one.known)
            if not certain and one.known != (table.dialect.decimal or "."):
                doubts.append(one.doubt(as_known))
    return replace(table, decimals=marks), doubts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Readings:
    """A column read with the model's decimal mark, and with the other one.

    Args:
        cells: Those of its cells that hold a point or a comma, or the first of them if these tell.
        known: The model's mark.
        as_known: Its numbers with this mark.
        otherwise: Its numbers with the other one.
        fits_known: Whether all of them are numbers with the model's mark.
        fits_other: Whether they are with the other one.
    """

    cells: Cells
    known: Mark
    as_known: NDArray[np.float64]
    otherwise: NDArray[np.float64]
    fits_known: bool
    fits_other: bool

    @classmethod
    def of(cls, cells: Cells, format: NumberFormat) -> "_Readings":
        """Read a column; all of its cells only where the first do not tell."""
        marked = cells.rows(cells.values.str.contains("[.,]", na=False).to_numpy(dtype=bool))
        first = cls._of(marked.rows(slice(_LOOKED_AT)), format)
        return cls._of(marked, format) if first.fits_known and first.fits_other else first

    @classmethod
    def _of(cls, cells: Cells, format: NumberFormat) -> "_Readings":
        plainly = replace(cells, decimal=None)
        as_known, wrong = format.try_to_read(plainly)
        otherwise, wrong_too = format.with_other_mark.try_to_read(plainly)
        return cls(
            cells=cells,
            known=format.decimal,
            as_known=as_known,
            otherwise=otherwise,
            fits_known=not wrong.any(),
            fits_other=not wrong_too.any(),
        )

    @property
    def name(self) -> str:
        return self.cells.name

    @property
    def tells(self) -> bool:
        """Whether the cells are numbers with one of the marks only."""
        return self.fits_known != self.fits_other

    @property
    def differ(self) -> NDArray[np.bool_]:
        """Which cells are numbers with both, and not the same."""
        if not (self.fits_known and self.fits_other):
            return np.zeros(len(self.cells), dtype=bool)
        differ: NDArray[np.bool_] = self.as_known != self.otherwise
        return differ & ~np.isnan(self.as_known)

    def usual(self, table: Table) -> Mark:
        """Give the mark that is usual beside the separator if it is there, else the model's."""
        usual = _USUAL_BESIDE.get(table.dialect.separator, self.known)
        return usual if usual in str(self.cells.texts()[self.differ][0]) else self.known

    def doubt(self, as_known: bool) -> str:
        """Say how the first of the cells is read, and how it may be meant."""
        place = int(np.flatnonzero(self.differ)[0])
        numbers = [plain(values[place], _DIGITS) for values in (self.as_known, self.otherwise)]
        read, meant = numbers if as_known else numbers[::-1]
        return (
            f"column {self.name!r} reads {self.cells.first(self.differ)} as {read}, though it may"
            f" be {meant}: --decimal says which"
        )
