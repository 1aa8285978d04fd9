"""The hooks of a fit, and what they may ask of the model."""

from collections.abc import Callable, Mapping, Sequence
from inspect import signature
from pathlib import Path
from typing import Any, NotRequired, Protocol, TypedDict

from numpy.typing import NDArray

from ganglion._base.arguments import explained
from ganglion._base.functions import check_takes
from ganglion.callbacks.history import History
from ganglion.optimizers import Optimizer

Logs = dict[str, float]
"""The figures of an epoch or a batch by name; a callback may add its own."""


class Model(Protocol):
    """What callbacks need of a model."""

    history: History
    stop_training: bool
    learning_rate: float

    @property
    def optimizer(self) -> Optimizer:
        """The optimizer."""

    @property
    def loss(self) -> Any:
        """What is made small; of several outputs by their names."""

    @property
    def metrics(self) -> Sequence[Any]:
        """What is reported beside it."""

    def get_weights(self) -> list[NDArray[Any]]:
        """Return copies of the weights."""

    def set_weights(self, weights: list[NDArray[Any]], /) -> None:
        """Replace the weights."""

    def save(
        self, path: Path, /, metadata: Mapping[str, str] | None = None, *, optimizer: bool = False
    ) -> None:
        """Write the model to a file, and how far its training is."""

    def restore(self, path: Path, /) -> dict[str, str]:
        """Take up what was saved so, and return the metadata."""


class Params(TypedDict):
    """What a fit is about to do."""

    initial_epoch: int
    epochs: int  # the number of the epoch to stop before
    steps: int  # batches an epoch, 0 when not known
    samples: int  # rows an epoch, 0 when not known
    verbose: bool  # whether the fit tells how it gets on
    figures: NotRequired[list[str]]  # of each epoch, by name; callbacks may add others


class Callback:
    """Base of the callbacks: every hook is there and does nothing.

    Overriding a batch hook makes the fit return to Python after every batch. A fit refuses a method
    that is called as a hook of other packages, or nearly as one of these.

    Whoever has heard that a fit begins is told of its end, also where an error or Ctrl-C is that
    end. One whose `on_train_begin` raises, or was not reached, is not: it puts away itself what it
    has begun with.

    Attributes:
        model: What is trained.
        params: What the fit is about to do.
        finished: Whether the fit has come to its end, from `on_train_end` on: all epochs are run,
            or a callback has asked for the end, and nothing has failed or been interrupted.
    """

    model: Model
    params: Params
    finished: bool = False

    def set_model(self, model: Model) -> None:
        """Receive the model that is about to be trained."""
        self.model = model

    def set_params(self, params: Params) -> None:
        """Receive what the fit is about to do."""
        self.params = params

    def set_finished(self, finished: bool) -> None:
        """Receive whether the fit that is about to end has come to its end."""
        self.finished = finished

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Act before the first epoch."""

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Act after the last epoch, or once something has failed; `finished` tells which."""

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Act before an epoch; the first is number 0."""

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Act after an epoch; `logs` holds its figures."""

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Act before a batch; the first of an epoch is number 0."""

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Act after a batch; `logs` holds its figures."""


def wants_batches(callback: Callback) -> bool:
    """Return whether the callback has a batch hook of its own."""
    begins, ends = callback.on_train_batch_begin, callback.on_train_batch_end
    return (
        getattr(begins, "__func__", None) is not Callback.on_train_batch_begin
        or getattr(ends, "__func__", None) is not Callback.on_train_batch_end
    )


@explained
class LambdaCallback(Callback):
    """A callback made of functions; those that are given take the place of the hooks.

    Raises:
        TypeError: When one cannot be called with what its hook is.
    """

    def __init__(
        self,
        on_epoch_begin: Callable[[int, Logs], object] | None = None,
        on_epoch_end: Callable[[int, Logs], object] | None = None,
        on_train_begin: Callable[[Logs], object] | None = None,
        on_train_end: Callable[[Logs], object] | None = None,
        on_train_batch_begin: Callable[[int, Logs], object] | None = None,
        on_train_batch_end: Callable[[int, Logs], object] | None = None,
    ) -> None:
        given = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
        }
        functions_given = {hook: one for hook, one in given.items() if one is not None}
        for hook, function in functions_given.items():
            _, *arguments = signature(getattr(Callback, hook)).parameters
            check_takes(f"LambdaCallback: {hook}", function, arguments)
        for hook, function in functions_given.items():
            setattr(self, hook, function)
