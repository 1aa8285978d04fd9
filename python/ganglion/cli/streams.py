"""Standard output and error that may be closed or full, which costs a command none of its work."""

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


class _Descriptor(io.FileIO):
    """An open file that notes its first failure, and from then on takes all and writes nothing."""

    def __init__(self, number: int) -> None:
        super().__init__(number, "w", closefd=False)
        self.failure: OSError | None = None

    def write(self, content: bytes | memoryview, /) -> int:  # type: ignore[override]
        """Write, or drop what cannot be written."""
        if self.failure is None:
            try:
                return super().write(content)
            except OSError as error:
                self.failure = error
        return memoryview(content).nbytes


@contextmanager
def lenient_streams() -> Iterator[None]:
    """Let what cannot be written be dropped, and tell of it when the command has ended.

    A reader that has seen enough, as `head` has, is no failure. Streams that a program has put in
    the place of the process's own are left alone.

    Raises:
        SystemExit: With status 1 where the command was right and its output could not be written.
    """
    streams = sys.stdout, sys.stderr
    if streams != (sys.__stdout__, sys.__stderr__):
        yield
        return
    out, err = _Descriptor(_opened(sys.stdout, 1)), _Descriptor(_opened(sys.stderr, 2))
    sys.stdout, sys.stderr = _text(out, streams[0]), _text(err, streams[1])
    try:
        yield
    except SystemExit as end:
        sys.stdout.flush()
        if out.failure is None or out.failure.errno == errno.EPIPE:
            raise
        reason = out.failure.strerror
        sys.stderr.write(f"ganglion: cannot write to standard output: {reason}\n")
        sys.exit(end.code or 1)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        sys.stdout, sys.stderr = streams


def _opened(stream: TextIO | None, number: int) -> int:
    """Return the number of a stream's open file; a closed one is taken, so that no file gets it."""
    if stream is None:
        os.dup2(os.open(os.devnull, os.O_RDONLY), number)  # writing fails, as it did
        return number
    return stream.fileno()


def _text(raw: io.FileIO, like: TextIO | None) -> TextIO:
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=None if like is None else like.encoding,
        errors="replace" if like is None else like.errors,
        line_buffering=raw.isatty(),
    )
