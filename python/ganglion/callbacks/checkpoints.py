"""Callbacks that write files."""
# ruff: noqa: ARG002  (a hook's arguments are given)

import csv
import io
from os import PathLike
from pathlib import Path

from ganglion._base import checks, writing
from ganglion._base.arguments import explained
from ganglion._base.messages import announce
from ganglion.callbacks import templates
from ganglion.callbacks.hooks import Callback, Logs, Params
from ganglion.callbacks.monitor import MonitorCallback


@explained
class ModelCheckpoint(MonitorCallback):
    """Save the model after every epoch, or after every one that is better than all before.

    The best value is kept from one fit to the next.

    Args:
        filepath: Where to save. May hold the epoch, from 1, and figures:
            `"{epoch:02d}-{val_loss:.2f}.safetensors"`. Folders are made.
        monitor: Name of the figure, as it stands in the history.
        verbose: 1 says every file written, 0 is silent.
        save_best_only: Whether to save only when the figure improves.
        save_optimizer: Whether to save how far training is, too; see `Model.save`.
        mode: `"min"`, `"max"` or `"auto"`, which goes by the figure's name.
        initial_value_threshold: The value that the first model saved must improve on.

    Raises:
        ValueError: When braces in `filepath` are not in pairs or hold no name; and before the first
            epoch, when what it says of a figure of the fit's does not go with its kind of number:
            the epoch is a whole one, figures are not; or when it names one of a validation, as
            `val_loss`, that the fit does not make.
    """

    def __init__(
        self,
        filepath: str | PathLike[str],
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        *,
        save_optimizer: bool = False,
        mode: str = "auto",
        initial_value_threshold: float | None = None,
    ) -> None:
        super().__init__(monitor, mode, best=initial_value_threshold)
        checks.flag("save_optimizer", save_optimizer)
        templates.check(str(filepath))
        self.filepath = str(filepath)
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_optimizer = save_optimizer

    def set_params(self, params: Params) -> None:
        """Receive what the fit is about to do; refuse it if the path does not fit its figures."""
        templates.check_fits(self.filepath, params["initial_epoch"], params.get("figures", ()))
        super().set_params(params)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Save the model, unless only a better one is wanted."""
        if self.save_best_only:
            current = self.figure(logs)
            if not self.is_improvement(current, self.best):
                return
            self.best = current
        path = templates.path_of(self.filepath, epoch, logs or {})
        path.parent.mkdir(parents=True, exist_ok=True)
        self.model.save(path, optimizer=self.save_optimizer)
        if self.verbose:
            announce(f"Epoch {epoch + 1}: saved the model to {path}")


@explained
class CSVLogger(Callback):
    """Write the figures of every epoch to a line of a CSV file.

    The columns are the epoch, from 0, and the figures of the first epoch, sorted by name; a figure
    that is missing later is written as `NA`.

    Args:
        filename: Where to write. Folders are made.
        separator: What stands between two columns, one character.
        append: Whether to go on with a file that is there, in its columns, instead of
            overwriting it.

    Raises:
        ValueError: When `separator` is not one character, or is what lines and quotes are made of.
    """

    def __init__(
        self, filename: str | PathLike[str], separator: str = ",", append: bool = False
    ) -> None:
        if not (checks.is_text(separator) and len(separator) == 1 and separator not in '\r\n"'):
            raise ValueError(
                "separator must be one character, no quote or line's end, got"
                f" {checks.shown(separator)}"
            )
        self.filename = Path(filename)
        self.separator = separator
        self.append = append
        self._columns: list[str] = []

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Empty the file, or learn its columns when it is to be gone on with."""
        self._columns = []
        if self.append and self.filename.exists():
            with self.filename.open(newline="") as file:
                self._columns = next(csv.reader(file, delimiter=self.separator), [])
        else:
            self.filename.parent.mkdir(parents=True, exist_ok=True)
            writing.write(self.filename, b"")

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Write the figures of the epoch."""
        figures = logs or {}
        first = not self._columns
        if first:
            self._columns = ["epoch", *sorted(figures)]
        text = io.StringIO(newline="")
        writer = csv.DictWriter(
            text, self._columns, "NA", extrasaction="ignore", delimiter=self.separator
        )
        if first:
            writer.writeheader()
        writer.writerow({"epoch": epoch, **figures})
        writing.append(self.filename, text.getvalue().encode())
