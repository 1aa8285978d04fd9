"""Archives: what a file holds, unpacked."""

import bz2
import gzip
import lzma
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

from ganglion.tables.errors import InputError

_DAMAGE = (OSError, EOFError, ValueError, NotImplementedError, RuntimeError, zlib.error)
_BROKEN = (lzma.LZMAError, zipfile.BadZipFile)


def _only_member(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        if len(names) != 1:
            raise ValueError(f"it holds {len(names)} files, must hold one table")
        return archive.read(names[0])


_READERS: Mapping[str, Callable[[Path], bytes]] = {
    ".gz": lambda path: gzip.decompress(path.read_bytes()),
    ".bz2": lambda path: bz2.decompress(path.read_bytes()),
    ".xz": lambda path: lzma.decompress(path.read_bytes()),
    ".zip": _only_member,
}
COMPRESSED = tuple(_READERS)


def content_of(path: Path) -> bytes:
    """Return the bytes of a file, unpacked where its name ends as that of an archive.

    Raises:
        InputError: When it cannot be read, or is damaged.
    """
    ending = path.suffix.lower()
    try:
        return _READERS[ending](path) if ending in _READERS else path.read_bytes()
    except (*_DAMAGE, *_BROKEN) as error:
        what = f"damaged {ending}: " if ending in _READERS else ""
        raise InputError(
            f"cannot read {path}: {what}{str(error) or type(error).__name__}"
        ) from error
