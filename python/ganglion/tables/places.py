"""Places: where files are to be written, looked at before any work is spent on them."""

import os
import stat
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from ganglion.tables.errors import InputError

_TRIAL = 1 << 12  # bytes; a disk that is full has no room for a block


def writable(path: str | os.PathLike[str]) -> Path:
    """Return `path` when a file can be written there; of the trial nothing stays.

    Raises:
        InputError: When it cannot.
    """
    place = Path(path)
    try:
        _try(place)
    except OSError as error:
        raise InputError(f"cannot write {place}: {error.strerror}") from error
    return place


def _try(place: Path) -> None:
    if not place.parent.is_dir():
        raise InputError(f"cannot write {place}: no such folder: {place.parent}")
    with suppress(FileNotFoundError):
        kind = place.stat().st_mode
        if stat.S_ISDIR(kind):
            raise InputError(f"cannot write {place}: it is a folder")
        if not os.access(place, os.W_OK, effective_ids=True):
            raise InputError(f"cannot write {place}: it may not be written to")
        if not stat.S_ISREG(kind):
            return  # into a device or a pipe a trial would be seen
    with tempfile.TemporaryFile(dir=place.resolve().parent) as trial:
        trial.write(bytes(_TRIAL))
        trial.flush()


def other_than(place: Path, sources: Iterable[str | os.PathLike[str]]) -> Path:
    """Return `place` when it is none of the files that are read.

    Raises:
        InputError: When it is one of them.
    """
    for source in map(Path, sources):
        if place.is_file() and source.exists() and place.samefile(source):
            raise InputError(f"cannot write {place}: it is read")
    return place


def holds_something(place: Path) -> bool:
    """Tell whether writing there would cost what a file holds."""
    return place.is_file() and place.stat().st_size > 0
