"""Progress of a fit, written to stderr: a bar over the epochs, or a line for each."""
# ruff: noqa: ARG002  (a hook's arguments are given)

import os
import sys
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any, Literal

from ganglion._base.messages import announce, is_open, is_terminal
from ganglion.callbacks.hooks import Callback, Logs
from ganglion.callbacks.paces import SHOWN_EVERY, Pace

Verbosity = Literal["auto", 0, 1, 2]


class ProgressDisplay(Callback):
    """Base of those that show how a fit gets on, and what shows nothing.

    It watches epochs while they run, and measures the samples a second.
    """

    def run_length(self, steps: int) -> int:
        """Return how many batches are run next before it is told, at most, of so many."""
        return steps

    def batches_are_run(self, done: int, so_far: Callable[[], Logs]) -> None:
        """Hear how far the epoch is.

        Args:
            done: Its batches that are run.
            so_far: Gives its figures.
        """

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Look at the clock."""
        self._began = perf_counter()

    def _figures(self, logs: Logs | None, share: float = 1.0) -> dict[str, str]:
        """Return the figures of an epoch, of which this share is done, as texts."""
        seconds = max(perf_counter() - self._began, 1e-9)  # a coarse clock may not have moved
        figures = {name: f"{value:.3g}" for name, value in (logs or {}).items()}
        if self.params["samples"]:  # an iterable's are not known
            figures["samples/s"] = f"{share * self.params['samples'] / seconds:,.0f}"
        return figures


class ProgressBar(ProgressDisplay):
    """Show a bar over the epochs, in a terminal or a notebook, with the figures of the last.

    Within an epoch that takes long it moves too, and shows the batches that are done.
    """

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Draw the empty bar."""
        epochs, begun = self.params["epochs"], self.params["initial_epoch"]
        self._pace = Pace() if is_interactive() else None  # a log is not drawn over
        self._bar = bar(epochs, initial=begun, text=f"{begun}/{epochs}")

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Look at the clock."""
        super().on_epoch_begin(epoch, logs)
        self._epoch, self._done = epoch, 0
        self._told = self._shown = self._began

    def run_length(self, steps: int) -> int:
        """Return as many as take the time in which a bar moves."""
        return steps if self._pace is None else self._pace.length(steps)

    def batches_are_run(self, done: int, so_far: Callable[[], Logs]) -> None:
        """Show how far the epoch is, if it takes long."""
        now = perf_counter()
        if self._pace is None:
            return
        self._pace.took(done - self._done, now - self._told)
        self._told, self._done = now, done
        steps = self.params["steps"]
        if now - self._shown < SHOWN_EVERY or done == steps:
            return
        self._shown = now
        share = done / steps if steps else 0.0
        counts = f"{done:,}/{steps:,}" if steps else f"{done:,}"
        rate = {} if self.params["samples"] else {"batches/s": f"{done / (now - self._began):,.0f}"}
        self._show({"batch": counts, **self._figures(so_far(), share), **rate}, share)
        self._bar.refresh()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Move the bar to the end of the epoch."""
        self._bar.set_description_str(f"{epoch + 1}/{self.params['epochs']}", refresh=False)
        self._show(self._figures(logs), 1.0)

    def _show(self, figures: dict[str, str], share: float) -> None:
        """Show figures, and the bar with a share of the epoch."""
        self._bar.set_postfix(figures, refresh=False)
        self._bar.update(self._epoch + share - self._bar.n)

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Leave the bar as it is."""
        self._bar.close()


class ProgressLines(ProgressDisplay):
    """Write one line with the figures of every epoch."""

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Write the line of the epoch."""
        figures = (f"{name}: {value}" for name, value in self._figures(logs).items())
        announce(" - ".join([f"Epoch {epoch + 1}/{self.params['epochs']}", *figures]))


_BY_VERBOSITY: Mapping[object, Callable[[], ProgressDisplay]] = {
    "auto": ProgressBar,
    0: ProgressDisplay,
    1: ProgressBar,
    2: ProgressLines,
}


def is_interactive() -> bool:
    """Return whether stderr can draw a bar over and over: a terminal or a notebook."""
    return is_terminal(sys.stderr) or "ipykernel" in sys.modules


def bar(total: int, *, initial: int = 0, text: str = "") -> Any:
    """Draw a bar of tqdm's on stderr, as long as there are things to wait for.

    Args:
        total: How many there are.
        initial: How many are done already.
        text: What stands before it in the place of both.
    """
    from tqdm.auto import tqdm  # not needed by a silent fit

    counts = "{desc}" if text else "{n_fmt}/{total_fmt}"
    return tqdm(
        total=total,
        initial=initial,
        desc=text,
        **_size(),
        bar_format=f"{counts} |{{bar:8}}| {{elapsed}}<{{remaining}}{{postfix}}",
        file=sys.stderr,
    )


def _size() -> dict[str, Any]:
    """Return how large a bar may be: as the terminal is, unless it tells that it has no columns."""
    try:
        columns = os.get_terminal_size(sys.stderr.fileno()).columns
    except (AttributeError, OSError):  # a pipe, or what takes stderr's place in an editor
        columns = -1
    return {"ncols": 80, "nrows": 24} if columns == 0 else {"dynamic_ncols": True}


def get(verbose: Verbosity) -> ProgressDisplay:
    """Return the callback that `verbose` stands for: 1 a bar, 2 lines, 0 nothing.

    `"auto"` is a bar in a terminal or notebook, and else lines.
    """
    if not isinstance(verbose, int | str):
        raise TypeError(f"verbose must be 'auto', 0, 1 or 2, got {verbose!r}")
    if verbose in _BY_VERBOSITY and not is_open(sys.stderr):
        return ProgressDisplay()
    if verbose == "auto" and not is_interactive():
        return ProgressLines()
    if verbose not in _BY_VERBOSITY:
        raise ValueError(f"verbose must be 'auto', 0, 1 or 2, got {verbose!r}")
    return _BY_VERBOSITY[verbose]()
