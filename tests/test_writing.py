"""Writing: files whole or not at all, in their mode and place, and nothing beside them."""

import errno
import fcntl
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import numpy as np
import pytest
from typer.testing import CliRunner

import ganglion as gn
from ganglion._base import writing
from ganglion.callbacks import CSVLogger
from ganglion.cli.app import app
from ganglion.tables.models import TableModel

OLD, NEW = b"old", b"new content"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(OLD)
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def save_network(path: Path) -> None:
    gn.MLP([2, 2]).save(path)


def save_checkpoint(path: Path) -> None:
    checkpoint = gn.callbacks.ModelCheckpoint(path)
    checkpoint.set_model(gn.MLP([2, 2]))
    checkpoint.on_epoch_end(0, {"loss": 1.0})


def log(path: Path) -> None:
    logger = CSVLogger(path)
    logger.on_train_begin()
    logger.on_epoch_end(0, {"loss": 1.0})


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "model"
    words = ["train", "iris", "--epochs", "1", "--quiet", "--output", str(path)]
    assert CliRunner().invoke(app, words).exit_code == 0
    return path


WRITERS = ["save", "checkpoint", "log", "predict", "train", "bench"]


@pytest.fixture(params=WRITERS)
def writer(request: pytest.FixtureRequest, trained: Path) -> Callable[[Path], None]:
    """Return each of the package's writers in turn: a function of the path."""

    def predict(path: Path) -> None:
        words = ["predict", str(trained), "iris", "--output", str(path)]
        done = CliRunner().invoke(app, words)
        if done.exit_code:
            raise OSError(done.stderr)

    def picture(path: Path) -> None:
        pytest.importorskip("matplotlib")
        from matplotlib.figure import Figure

        from ganglion.bench.picture import save

        save(Figure(), path)

    writers: list[Callable[[Path], None]] = [save_network, save_checkpoint, log, predict]
    writers += [lambda path: TableModel.load(trained).save(path, force=True), picture]
    return writers[WRITERS.index(request.param)]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o755])
def test_every_writer_keeps_the_files_mode(
    mode: int, writer: Callable[[Path], None], file: Path
) -> None:
    file.chmod(mode)
    writer(file)
    assert stat.S_IMODE(file.stat().st_mode) == mode
    assert file.read_bytes() != OLD
    assert list(file.parent.iterdir()) == [file]


def test_every_writer_follows_links(writer: Callable[[Path], None], file: Path) -> None:
    (file.parent / "folder").mkdir()
    near, far = file.parent / "near", file.parent / "folder" / "far"
    near.symlink_to("folder/far")
    far.symlink_to("../file")
    writer(near)
    assert (os.readlink(near), os.readlink(far)) == ("folder/far", "../file")  # noqa: PTH115
    assert file.read_bytes() != OLD


def test_every_writer_goes_into_a_pipe(writer: Callable[[Path], None], tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with subprocess.Popen(["cat", path], stdout=subprocess.PIPE) as reader:
        with path.open("wb"):  # so that the reader waits, however often the writer opens it
            writer(path)
        assert reader.communicate(timeout=30)[0]
    assert list(tmp_path.iterdir()) == [path]
    assert path.is_fifo()


@pytest.fixture
def device(tmp_path: Path) -> Callable[[int], Path]:
    """Return what makes copies of devices that are called by a number: 3 is null, 7 is full."""

    def make(minor: int) -> Path:
        path = tmp_path / f"device{minor}"
        try:
            os.mknod(path, 0o600 | stat.S_IFCHR, os.makedev(1, minor))
            path.open("wb").close()
        except OSError:
            pytest.skip("devices cannot be made, or not opened, here")
        return path

    return make


def test_every_writer_goes_into_a_device(
    writer: Callable[[Path], None], device: Callable[[int], Path]
) -> None:
    path = device(3)
    writer(path)
    assert path.is_char_device()
    assert list(path.parent.iterdir()) == [path]


def test_a_device_that_takes_nothing_is_told(device: Callable[[int], Path]) -> None:
    path = device(7)
    for write in (writing.write, writing.append):
        with pytest.raises(OSError, match=f"No space left on device: '{path}'"):
            write(path, NEW)
    assert path.is_char_device()


@pytest.mark.parametrize("mode", ["wb", "ab"])
def test_open_files_are_written_into(mode: str, file: Path) -> None:
    script = (
        "import os, ganglion._base.writing as w\n"
        "os.write(1, b'<')\n"
        f"w.write('/dev/stdout', {NEW!r}); w.write('/proc/self/fd/1', b'!')\n"
    )
    inode = file.stat().st_ino
    with file.open(mode) as out:
        subprocess.run([sys.executable, "-c", script], stdout=out, check=True)
    assert file.stat().st_ino == inode
    assert file.read_bytes() == (OLD if mode == "ab" else b"") + b"<" + NEW + b"!"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_owner_and_group_are_kept(file: Path) -> None:
    os.chown(file, 1234, 5678)
    file.chmod(0o4750)
    writing.write(file, NEW)
    status = file.stat()
    assert (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (1234, 5678, 0o4750)


def test_a_link_to_nothing_makes_what_it_names(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to("file")
    writing.write(link, NEW)
    assert link.is_symlink()
    assert contents(tmp_path) == {"link": NEW, "file": NEW}


def test_what_cannot_be_written_is_told(tmp_path: Path, file: Path) -> None:
    circle = tmp_path / "circle"
    circle.symlink_to("circle")
    before = sorted(path.name for path in tmp_path.iterdir())
    for path, number in (
        (tmp_path / "no" / "file", errno.ENOENT),
        (file / "file", errno.ENOTDIR),
        (tmp_path, errno.EISDIR),
        (circle, errno.ELOOP),
        (tmp_path / ("n" * 256), errno.ENAMETOOLONG),
    ):
        for write in (writing.write, writing.append):
            with pytest.raises(OSError, match=f": '{path}'") as caught:
                write(path, NEW)
            assert caught.value.errno == number
    assert sorted(path.name for path in tmp_path.iterdir()) == before


@pytest.mark.parametrize("name", ["n" * 255, "ä" * 127, "[*]?", "-", "a b\n"], ids=ascii)
def test_any_name_will_do(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    for content in (OLD, NEW):
        writing.write(path, content)
        assert contents(tmp_path) == {path.name: content}


def test_a_name_that_is_no_text_will_do(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xff\xfe")
    writing.write(path, NEW)
    assert path.read_bytes() == NEW


def kill_in_writing(path: Path) -> None:
    """Let a process be killed when its new file lies beside the old one, whole."""
    script = (
        "import os, signal, ganglion._base.writing as w\n"
        "w.os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"w.write({str(path)!r}, {NEW!r})\n"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == -9


def test_what_a_killed_process_left_is_removed_by_the_next(file: Path) -> None:
    for _ in range(2):
        kill_in_writing(file)
        assert file.read_bytes() == OLD
        assert len(list(file.parent.iterdir())) == 1 + 1  # the second removed the first's
    other = file.with_name("other")
    writing.write(other, NEW)
    assert len(list(file.parent.iterdir())) == 3  # another path's is not touched
    writing.write(file, NEW)
    assert contents(file.parent) == {"file": NEW, "other": NEW}


class Interrupts:
    """A trace that raises KeyboardInterrupt before the n-th bytecode that a call runs."""

    def __init__(self, n: int) -> None:
        self.left = n

    def __call__(self, frame: FrameType, event: str, argument: object) -> "Interrupts":
        frame.f_trace_opcodes = True
        if event == "opcode":
            self.left -= 1
            if self.left == 0:
                raise KeyboardInterrupt
        return self


def interrupted(call: Callable[[], None], n: int) -> bool:
    """Run a call, and tell whether it has as many bytecodes as n, so was interrupted there."""
    was = sys.gettrace()
    sys.settrace(Interrupts(n))
    try:
        call()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(was)
    return False


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # interrupted before "with"
@pytest.mark.parametrize("function", [writing.write, writing.append])
def test_ctrl_c_at_any_bytecode_leaves_the_old_file_or_the_new(
    function: Callable[[Path, bytes], None], file: Path
) -> None:
    new = NEW if function is writing.write else OLD + NEW
    seen = set()
    n = 1
    while interrupted(lambda: function(file, NEW), n):
        (name, content), *others = contents(file.parent).items()
        assert (name, others) == ("file", [])
        seen.add(content)
        file.write_bytes(OLD)
        n += 1
    assert seen == {OLD, new}
    assert n > 100


@pytest.fixture
def paused(file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Let a thread be in the middle of writing; what is returned lets it go on, and waits."""
    there, go_on = threading.Event(), threading.Event()
    real = os.fsync

    def fsync(handle: int) -> None:
        if threading.current_thread() is thread:
            there.set()
            go_on.wait(30)
        real(handle)

    monkeypatch.setattr("ganglion._base.writing.os.fsync", fsync)
    thread = threading.Thread(target=writing.write, args=(file, b"from the thread"))
    thread.start()
    assert there.wait(30)

    def finish() -> None:
        go_on.set()
        thread.join()

    yield finish
    finish()


def test_what_is_being_written_is_let_be(file: Path, paused: Callable[[], None]) -> None:
    writing.write(file, NEW)
    assert file.read_bytes() == NEW
    script = f"import ganglion._base.writing as w; w.write({str(file)!r}, b'from a process')"
    subprocess.run([sys.executable, "-c", script], check=True)
    assert file.read_bytes() == b"from a process"
    paused()
    assert contents(file.parent) == {"file": b"from the thread"}


def test_a_temporary_taken_before_it_was_locked_is_made_again(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = fcntl.flock
    taken: list[Path] = []

    def flock(handle: int, operation: int) -> None:
        if not taken:
            taken.extend(path for path in file.parent.iterdir() if path != file)
            taken[0].unlink()  # as another call does that comes in between
        real(handle, operation)

    monkeypatch.setattr(fcntl, "flock", flock)
    writing.write(file, NEW)
    assert taken
    assert contents(file.parent) == {"file": NEW}


def test_many_at_once_leave_one_whole_file(file: Path) -> None:
    texts = [bytes([65 + i]) * 100_000 for i in range(8)]

    def save(text: bytes) -> None:
        for _ in range(10):
            writing.write(file, text)

    threads = [threading.Thread(target=save, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert file.read_bytes() in texts
    assert list(file.parent.iterdir()) == [file]


def test_a_file_that_may_not_be_written_is_let_be(file: Path) -> None:
    script = (
        "import os, sys, ganglion._base.writing as w\n"
        "os.geteuid() or os.seteuid(65534)\n"
        f"w.write({str(file)!r}, {NEW!r})\n"
    )
    file.parent.chmod(0o777)
    file.chmod(0o444)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert f"PermissionError: [Errno 13] Permission denied: '{file}'" in done.stderr
    assert contents(file.parent) == {"file": OLD}


LIMIT = 20_000
FULL = (  # a disk on which files may hold so many bytes
    "import resource, signal\n"
    "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    f"resource.setrlimit(resource.RLIMIT_FSIZE, ({LIMIT}, {LIMIT}))\n"
)


@pytest.mark.parametrize("how", ["write", "append"])
def test_a_full_disk_leaves_the_old_file(how: str, file: Path) -> None:
    script = f"{FULL}import ganglion._base.writing as w\nw.{how}({str(file)!r}, b'x' * {LIMIT + 1})"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert f"OSError: [Errno 27] File too large: '{file}'" in done.stderr
    assert contents(file.parent) == {"file": OLD}


def test_predictions_on_a_full_disk_leave_the_old_file(trained: Path, tmp_path: Path) -> None:
    table, file = tmp_path / "table.csv", tmp_path / "out.csv"
    rows = np.ones((LIMIT, 4))
    names = ",".join(column.name for column in TableModel.load(trained).preparation.columns)
    np.savetxt(table, rows, delimiter=",", header=names, comments="", fmt="%g")
    file.write_bytes(OLD)
    words = ["predict", str(trained), str(table), "--output", str(file)]
    script = f"{FULL}from ganglion.cli import main\nmain({words!r})"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"ganglion: cannot write {file}: ")
    assert file.read_bytes() == OLD
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv", "table.csv"]
