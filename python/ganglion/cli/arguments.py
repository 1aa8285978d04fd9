"""What several commands are given in the same words."""

from pathlib import Path
from typing import Annotated

import typer

from ganglion.tables.bundled import BUNDLED

Data = Annotated[
    str,
    typer.Argument(
        metavar="DATA",
        help=f"A .csv or .parquet file, or a bundled set: {', '.join(BUNDLED)}.",
    ),
]
Model = Annotated[Path, typer.Argument(metavar="MODEL", help="A file `ganglion train` wrote.")]
Separator = Annotated[
    str | None,
    typer.Option(
        help="CSV: what parts the cells: comma, semicolon, tab, bar, blank or a sign.",
        show_default="found out",
    ),
]
Decimal = Annotated[
    str | None, typer.Option(help="CSV: the decimal mark, . or ,", show_default="found out")
]
Encoding = Annotated[
    str | None, typer.Option(help="CSV: such as utf-8 or cp1252.", show_default="found out")
]
Quiet = Annotated[
    bool,
    typer.Option(
        "--quiet",
        help="Print what is asked for only; warnings still go to standard error.",
    ),
]
Missing = Annotated[
    list[str] | None,
    typer.Option(
        help="Words for a missing value, parted by commas; an empty cell is one too.",
        show_default="NA, nan, null, None and the like, where they are few",
    ),
]
