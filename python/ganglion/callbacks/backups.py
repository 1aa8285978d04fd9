"""The callback that lets a fit go on after its process has ended."""
# ruff: noqa: ARG002  (a hook's arguments are given)

import json
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path

from ganglion._base.arguments import explained
from ganglion._base.messages import announce
from ganglion.callbacks.hooks import Callback, Logs

_TEXT = "fit"  # the metadata that says how far it is


@explained
class BackupAndRestore(Callback):
    """Write how far a fit is before each epoch; the same fit, begun again, goes on from there.

    It then ends in the same bits as one that was not ended. What other callbacks remember, such as
    how long they have waited, is not kept: they begin anew. Wherever it stands among them, it is
    called first, and at the end of the fit last. Once all epochs are over, or a callback has asked
    for the end, the file is removed; it stays after Ctrl-C, an error, or a crash, also in the last
    epoch or at the end of another callback.

    Args:
        path: The file. Folders are made.
        verbose: 1 says from which epoch a fit goes on, 0 is silent.

    Raises:
        ValueError: When a fit begins and the file is damaged, or of a model of another network or
            one that was compiled otherwise.

    Attributes:
        epochs_done: How many epochs of the fit were over when its model was restored; 0: none was.
    """

    def __init__(self, path: str | PathLike[str], verbose: int = 0) -> None:
        self.path = Path(path)
        self.verbose = verbose
        self.epochs_done = 0
        self._has_run = False  # an epoch, which would be lost

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Restore the model, if there is a file."""
        self.epochs_done, self._has_run = 0, False
        if not self.path.exists():
            return
        text = self.model.restore(self.path).get(_TEXT)
        if text is None:
            raise ValueError(f"BackupAndRestore: {self.path} was not written by it")
        with self._blaming_the_file():
            said = json.loads(text)
            self.epochs_done = int(said["epochs_done"])
            for epoch, *figures in zip(said["epoch"], *said["history"].values(), strict=True):
                self.model.history.append(epoch, dict(zip(said["history"], figures, strict=True)))
        if self.verbose:
            announce(f"Going on after epoch {self.epochs_done}, from {self.path}")

    @contextmanager
    def _blaming_the_file(self) -> Iterator[None]:
        try:
            yield
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            raise ValueError(
                f"BackupAndRestore: {self.path} does not say how far the fit was: {error}"
            ) from error

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Write how far the fit is, when all callbacks have heard of the epoch before."""
        if not self._has_run:
            return
        history = self.model.history
        text = {"epochs_done": epoch, "history": history.history, "epoch": history.epoch}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.model.save(self.path, {_TEXT: json.dumps(text)}, optimizer=True)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Note that the epoch is over."""
        self._has_run = True

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Remove the file, if the fit has come to its end."""
        if self.finished:
            self.path.unlink(missing_ok=True)
