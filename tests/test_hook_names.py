"""Methods of callbacks that are written as hooks: those that would never be called are refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import ganglion as gn
from ganglion.callbacks import Callback

X = np.ones((4, 3))


def fit(callback: Any) -> gn.MLP:
    net = gn.MLP([3, 1])
    net.compile(loss="mse")
    net.fit(X, X[:, 0], callbacks=[callback], verbose=0)
    return net


def callback_with(name: str) -> Callback:
    def method(self: Any, *given: Any) -> None:
        """Do nothing."""

    kind: type[Callback] = type("Mine", (Callback,), {name: method})
    return kind()


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("on_epoch_ends", "on_epoch_end"),
        ("on_epoch_start", "on_epoch_begin"),
        ("on_epochs_end", "on_epoch_end"),
        ("on_batch_end", "on_train_batch_end"),
        ("on_training_end", "on_train_end"),
        ("on_train_epoch_end", "on_epoch_end"),
        ("on_fit_start", "on_train_begin"),
    ],
)
def test_a_method_nearly_called_as_a_hook_is_answered_with_it(name: str, meant: str) -> None:
    with pytest.raises(TypeError, match=rf"^callbacks: Mine.{name} is no hook, .* {meant}\?"):
        fit(callback_with(name))


@pytest.mark.parametrize("name", ["on_test_end", "on_predict_begin", "on_test_batch_end"])
def test_a_hook_that_is_not_here_is_told_with_those_that_are(name: str) -> None:
    with pytest.raises(TypeError, match=rf"Mine.{name} is no hook: There are on_train_begin, on_"):
        fit(callback_with(name))


@pytest.mark.parametrize("name", ["on_improvement", "on_gpu", "on_limit", "only_epoch_end"])
def test_other_methods_may_be_called_as_one_likes(name: str) -> None:
    fit(callback_with(name))


class Batches(Callback):
    """Calls a method of its own, as Keras's base does."""

    def __init__(self) -> None:
        self.seen = 0

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.on_batch_end(batch)

    def on_batch_end(self, batch: int) -> None:
        self.seen += 1


class Elsewhere:
    """What is a callback of another package."""

    def on_test_end(self) -> None:
        """Do nothing."""


class OfBoth(Callback, Elsewhere):
    """Goes with both."""


def test_methods_that_are_called_all_the_same_are_not_refused() -> None:
    batches = Batches()
    fit(batches)
    assert batches.seen == 1
    fit(OfBoth())


def test_what_a_class_inherits_is_looked_at_before_the_fit() -> None:
    class Base(Callback):
        def on_epoch_ends(self) -> None:
            """Do nothing."""

    class Mine(Base):
        def on_train_begin(self, logs: Any = None) -> None:
            pytest.fail("the fit has begun")

    with pytest.raises(TypeError, match=r"Base\.on_epoch_ends is no hook"):
        fit(Mine())
