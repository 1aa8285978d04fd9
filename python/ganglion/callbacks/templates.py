"""Templates of paths: texts in which the epoch and figures have their places, in braces."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from string import Formatter

from ganglion.callbacks.hooks import Logs

_Field = tuple[str, str | None, str | None]  # what is between braces: name, how it is written


def check(filepath: str) -> None:
    """Refuse a path whose braces are not in pairs, or hold no name.

    Raises:
        ValueError: With the path.
    """
    try:
        names = [name for field in _fields(filepath) for name in sorted(_names(field))]
    except ValueError as error:
        raise ValueError(
            f"filepath {filepath!r} has braces that are not in pairs: {error}"
        ) from None
    for name in names:
        if not name or name[0].isdigit():
            raise ValueError(
                f"filepath {filepath!r} has {{{name}}}, must name epoch or a figure, as in"
                " {epoch:02d}"
            )


def check_fits(filepath: str, epoch: int, figures: Collection[str]) -> None:
    """Refuse a path that the figures of an epoch cannot be written in.

    Others that it names may be a callback's, of which nothing is known before the epoch's end. But
    `val_` before the name of one that there is says that it is of a validation, which there is not.

    Args:
        filepath: The template.
        epoch: The number of the first, from 0.
        figures: The names of those that there will be.

    Raises:
        ValueError: With the path.
    """
    logs = dict.fromkeys(figures, 0.5)
    of_validation = {f"val_{name}" for name in figures} - set(figures)
    for field in _fields(filepath):
        lacking = sorted(_names(field) & of_validation)
        if lacking:
            raise ValueError(
                f"filepath {filepath!r} names {lacking[0]}, but fit is given no validation_data; a"
                " callback's own figure must have another name"
            )
        if _names(field) <= {"epoch", *logs}:
            _formatted(filepath, _in_braces(field), epoch, logs)


def path_of(filepath: str, epoch: int, logs: Logs) -> Path:
    """Return the path of an epoch, by its number from 0, with its figures.

    Raises:
        ValueError: When one is not there, or cannot be written so.
    """
    try:
        return Path(_formatted(filepath, filepath, epoch, logs))
    except KeyError as error:
        known = ", ".join(["epoch", *sorted(logs)])
        raise ValueError(
            f"filepath {filepath!r} names {error}, which is no figure; there are: {known}"
        ) from None


def _formatted(filepath: str, part: str, epoch: int, logs: Logs) -> str:
    """Return a path, or a part of it, with the epoch and figures in their places."""
    try:
        return part.format(epoch=epoch + 1, **logs)
    except (ValueError, TypeError, AttributeError, IndexError) as error:
        raise ValueError(
            f"filepath {filepath!r} does not fit the figures of epoch {epoch + 1}: {error}"
        ) from None


def _fields(text: str) -> list[_Field]:
    return [
        (name, how, conversion)
        for _, name, how, conversion in Formatter().parse(text)
        if name is not None
    ]


def _names(field: _Field) -> set[str]:
    """Return the names that a field takes; how it is written may name some too."""
    name, how, _ = field
    within = [_names(one) for one in _fields(how or "")]
    return {re.split(r"[.\[]", name)[0]}.union(*within)


def _in_braces(field: _Field) -> str:
    name, how, conversion = field
    return f"{{{name}{f'!{conversion}' if conversion else ''}{f':{how}' if how else ''}}}"
