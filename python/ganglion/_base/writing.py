"""Writing: a file is made whole or not at all. Whatever the package writes goes through here."""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from hashlib import blake2b
from pathlib import Path


def write(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a file, all of it or none, whatever ends the process meanwhile.

    A plain file, or none, gives way to a new one when that is on the disk. The new one has the old
    one's mode, and its owner and group where the process may give them; a file that the process
    may not write is left alone. Links are followed: what they lead to is replaced, they stay.
    Devices, pipes and open files such as `/dev/stdout` are written into.

    What such a call left beside the file when its process was killed is removed by the next one.

    Raises:
        OSError: When it cannot be written; the message names `path`, the file is as it was.
    """
    with _told_of(path):
        place = _followed(Path(path))
        old = _status(place)
        if old is None or (stat.S_ISREG(old.st_mode) and not place.is_symlink()):
            _replace(place, old, content)
        else:
            _write_into(place, old, content)


def append(path: str | os.PathLike[str], content: bytes) -> None:
    """Add to the end of a file, all of `content` or nothing; a file that is not there is made.

    Raises:
        OSError: When it cannot be written; the message names `path`, the file is as it was.
    """
    with _told_of(path), Path(path).open("ab", buffering=0) as file:
        old = os.fstat(file.fileno())
        try:
            _write_all(file.fileno(), content)
        except BaseException:
            if stat.S_ISREG(old.st_mode):
                os.ftruncate(file.fileno(), old.st_size)
            raise


@contextmanager
def _told_of(path: str | os.PathLike[str]) -> Iterator[None]:
    """Let errors name the path that the caller gave."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, os.fspath(path)) from error


def _status(path: Path) -> os.stat_result | None:
    """Return what is known of a file, or None where there is none."""
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _followed(path: Path) -> Path:
    """Return the path that links lead to; a link of /proc stays, it stands for an open file."""
    _status(path)  # raises where links lead in a circle
    while path.is_symlink() and not path.parent.resolve().is_relative_to("/proc"):
        path = path.parent / path.readlink()
    return path


def _write_into(place: Path, old: os.stat_result, content: bytes) -> None:
    """Write into what is no plain file; to an open plain file, at its end."""
    flags = os.O_APPEND if stat.S_ISREG(old.st_mode) else 0
    handle = os.open(place, os.O_WRONLY | flags)
    try:
        _write_all(handle, content)
    finally:
        os.close(handle)


def _write_all(handle: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(handle, rest) :]


def _replace(place: Path, old: os.stat_result | None, content: bytes) -> None:
    """Put a new file in the place of a plain one, or of none."""
    if not place.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, f"there is no folder {place.parent}")
    if old is not None and not os.access(place, os.W_OK, effective_ids=True):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    _remove_left(place)
    while not _replaced(place, old, content):
        pass  # another call took the temporary, not locked yet, for one that was left


def _replaced(place: Path, old: os.stat_result | None, content: bytes) -> bool:
    """Write beside the place, see it on the disk, then put it there; False: it was removed."""
    temporary = place.with_name(f"{_prefix(place)}{secrets.token_hex(8)}")
    mode = 0o666 if old is None else 0o600  # less the umask; or nobody's until it has its owner
    opener = partial(os.open, mode=mode)
    try:
        with open(temporary, "xb", buffering=0, opener=opener) as file:
            handle = file.fileno()
            _lock(handle)
            if os.fstat(handle).st_nlink == 0:
                return False
            if old is not None:
                _keep_mode_and_owner(handle, old)
            _write_all(handle, content)
            os.fsync(handle)
            temporary.replace(place)
            return True
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _keep_mode_and_owner(handle: int, old: os.stat_result) -> None:
    """Give a new file what the old one had, as far as system and file system let the process."""
    for owner, group in ((-1, old.st_gid), (old.st_uid, -1)):
        with suppress(OSError):
            os.fchown(handle, owner, group)
    with suppress(OSError):
        os.fchmod(handle, stat.S_IMODE(old.st_mode))


def _prefix(place: Path) -> str:
    """Return how the names of a place's temporaries begin; short, as names have a limit."""
    return f".ganglion-{blake2b(os.fsencode(place.name), digest_size=8).hexdigest()}-"


def _lock(handle: int) -> None:
    """Show that the temporary is being written: the system opens the lock when a process ends."""
    with suppress(OSError):  # a file system without locks: then nobody can lock it to remove it
        fcntl.flock(handle, fcntl.LOCK_EX)


def _remove_left(place: Path) -> None:
    """Remove the place's temporaries that nobody is writing."""
    for left in place.parent.glob(f"{_prefix(place)}*"):
        with suppress(OSError), left.open("rb+") as file:  # locked, gone by now, or another user's
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            left.unlink()
