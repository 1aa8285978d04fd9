"""Notes: how the cells of a column are written, where that is not as usual, a line each."""

from collections.abc import Iterator

from ganglion.tables.cells import Cells
from ganglion.tables.date_format import DateFormat
from ganglion.tables.formats import Format
from ganglion.tables.number_format import NumberFormat, is_code, other_mark
from ganglion.tables.text_format import TextFormat


def notes(cells: Cells, format: Format) -> Iterator[str]:
    """Give the lines on a column that is used.

    Args:
        cells: All of its cells.
        format: How they are read.
    """
    name = cells.name
    match format:
        case TextFormat():
            if cells.spelled and is_code(cells).any() and NumberFormat.of(cells):
                yield f"column {name!r} is text: {cells.first(is_code(cells))} begins with a zero"
        case DateFormat():
            yield f"column {name!r} holds dates, such as {format.describe()}"
        case NumberFormat():
            yield from _of_numbers(cells, format)


def _of_numbers(cells: Cells, format: NumberFormat) -> Iterator[str]:
    if cells.spelled and cells.values.str.contains(other_mark(format.decimal), regex=False).any():
        yield f"column {cells.name!r} holds groups of thousands, decimal mark {format.decimal!r}"
    written = [f"with {format.unit}"] if format.unit else []
    written += ["with decimal commas"] if format.decimal == "," and cells.decimal != "," else []
    if written:
        yield f"column {cells.name!r} holds numbers {' and '.join(written)}"
