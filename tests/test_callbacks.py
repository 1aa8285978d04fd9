import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ganglion.callbacks import (
    Callback,
    EarlyStopping,
    LambdaCallback,
    Logs,
    ModelCheckpoint,
    MonitorCallback,
    ReduceLROnPlateau,
    TerminateOnNaN,
    wants_batches,
)
from ganglion.callbacks.history import History
from ganglion.optimizers import SGD


class FakeModel:
    """A model whose only weight is the number of epochs it was trained for."""

    def __init__(self) -> None:
        self.history = History()
        self.stop_training = False
        self.learning_rate = 1.0
        self.optimizer = SGD()
        self.loss = None
        self.metrics: list[Any] = []
        self.weights = [np.zeros(1)]

    def get_weights(self) -> list[NDArray[Any]]:
        return [weight.copy() for weight in self.weights]

    def set_weights(self, weights: list[NDArray[Any]]) -> None:
        self.weights = weights

    def save(
        self, path: Path, metadata: Mapping[str, str] | None = None, *, optimizer: bool = False
    ) -> None:
        raise NotImplementedError

    def restore(self, path: Path) -> dict[str, str]:
        raise NotImplementedError


def fit(callback: Callback, epochs: Sequence[Logs]) -> FakeModel:
    """Go through the hooks as a fit does; the epochs' figures are given."""
    model = FakeModel()
    callback.set_model(model)
    callback.set_params(
        {
            "initial_epoch": 0,
            "epochs": len(epochs),
            "steps": 1,
            "samples": 1,
            "verbose": False,
            "figures": [*epochs[0]],
        }
    )
    callback.on_train_begin({})
    for epoch, logs in enumerate(epochs):
        callback.on_epoch_begin(epoch, {})
        model.weights = [np.full(1, epoch + 1.0)]
        callback.on_epoch_end(epoch, logs)
        if model.stop_training:
            break
    callback.on_train_end({})
    return model


def losses(*values: float) -> list[Logs]:
    return [{"val_loss": value} for value in values]


def trained(model: FakeModel) -> float:
    return float(model.weights[0][0])


# Callback, LambdaCallback


def test_base_does_nothing() -> None:
    model = fit(Callback(), losses(1, 2, 3))
    assert trained(model) == 3


def test_wants_batches_only_with_a_batch_hook() -> None:
    class Batches(Callback):
        def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None: ...

    assert wants_batches(Batches())
    assert wants_batches(LambdaCallback(on_train_batch_begin=lambda _batch, _logs: None))
    assert not wants_batches(LambdaCallback(on_epoch_end=lambda _epoch, _logs: None))
    assert not wants_batches(Callback())
    assert not wants_batches(TerminateOnNaN())


def test_lambda_calls_the_functions_it_was_given() -> None:
    seen: list[object] = []
    callback = LambdaCallback(
        on_epoch_begin=lambda epoch, _: seen.append(f"begin {epoch}"),
        on_epoch_end=lambda epoch, logs: seen.append((epoch, logs["val_loss"])),
        on_train_begin=lambda _: seen.append("begin"),
        on_train_end=lambda _: seen.append("end"),
    )
    fit(callback, losses(0.5))
    assert seen == ["begin", "begin 0", (0, 0.5), "end"]


# MonitorCallback


@pytest.mark.parametrize(
    ("monitor", "mode", "rises"),
    [
        ("val_loss", "auto", False),
        ("mean_squared_error", "auto", False),
        ("val_accuracy", "auto", True),
        ("top_k_accuracy", "auto", True),
        ("val_r2", "auto", True),
        ("val_brier_score", "auto", False),
        ("val_inaccuracy", "auto", False),
        ("val_err2", "auto", False),
        ("val_acc_loss", "auto", False),  # of an output that is called acc
        ("auc_mean_absolute_error", "auto", False),
        ("val_loss_accuracy", "auto", True),
        ("f1_score", "auto", True),
        ("val_loss", "max", True),
        ("accuracy", "min", False),
    ],
)
def test_mode_says_what_is_better(monitor: str, mode: str, rises: bool) -> None:
    callback = MonitorCallback(monitor, mode)
    assert callback.is_improvement(2.0, 1.0) is rises
    assert callback.is_improvement(1.0, 2.0) is not rises
    assert callback.is_improvement(1.0, callback.best)
    assert not callback.is_improvement(math.nan, callback.best)


@pytest.mark.parametrize("min_delta", [0.5, -0.5])
def test_improvement_is_more_than_min_delta(min_delta: float) -> None:
    callback = MonitorCallback("loss", "min", min_delta)
    assert not callback.is_improvement(0.5, 1.0)
    assert callback.is_improvement(0.25, 1.0)


@pytest.mark.parametrize(
    "callback",
    [EarlyStopping(), ReduceLROnPlateau(), ModelCheckpoint("model", save_best_only=True)],
)
def test_missing_figure_is_an_error_that_names_those_there_are(callback: Callback) -> None:
    message = "no figure 'val_loss' to monitor; there are: accuracy, loss$"
    with pytest.raises(ValueError, match=message):
        fit(callback, [{"loss": 1.0, "accuracy": 0.5}])


def test_unknown_mode_is_refused() -> None:
    with pytest.raises(ValueError, match=r"mode: unknown name 'mix'\. Known: auto, max, min$"):
        EarlyStopping(mode="mix")


# EarlyStopping


@pytest.mark.parametrize(
    ("settings", "values", "epochs"),
    [
        ({"patience": 0}, [3, 2, 2, 1], 3),
        ({"patience": 1}, [3, 2, 2, 1], 3),
        ({"patience": 2}, [3, 2, 2, 1], 4),
        ({"patience": 2}, [3, 2, 2, 2, 1], 4),
        ({"patience": 2, "min_delta": 1}, [4, 3.5, 3.1, 1], 3),
        ({"patience": 1, "start_from_epoch": 3}, [1, 1, 1, 5, 4, 4, 3], 6),
        ({"patience": 1, "mode": "max"}, [1, 2, 1, 3], 3),
        ({"patience": 2, "baseline": 1.0}, [4, 3, 3, 0.5], 3),  # better, but not than the baseline
        ({"patience": 2, "baseline": 3.5}, [4, 3, 3, 0.5], 4),
        ({"patience": 0}, [math.nan, math.nan, 1], 2),
    ],
)
def test_early_stopping_waits_as_long_as_patience(
    settings: dict[str, Any], values: list[float], epochs: int
) -> None:
    callback = EarlyStopping(**settings)
    model = fit(callback, losses(*values))
    assert trained(model) == epochs
    assert callback.stopped_epoch == (epochs - 1 if epochs < len(values) else 0)


def test_early_stopping_remembers_its_best_epoch() -> None:
    callback = EarlyStopping(patience=2)
    fit(callback, losses(3, 1, 2))
    assert (callback.best, callback.best_epoch, callback.wait) == (1, 1, 1)


@pytest.mark.parametrize(
    ("values", "best"),
    [
        ([3, 1, 2, 2, 2], 2),  # stopped
        ([3, 1, 2], 2),  # ran to its end
        ([math.nan, math.nan], 1),
    ],
)
def test_early_stopping_restores_the_best_weights(values: list[float], best: int) -> None:
    restoring = EarlyStopping(patience=2, restore_best_weights=True)
    assert trained(fit(restoring, losses(*values))) == best
    assert trained(fit(EarlyStopping(patience=2), losses(*values))) == min(len(values), 4)


def test_early_stopping_can_be_used_again() -> None:
    callback = EarlyStopping(patience=1, restore_best_weights=True)
    fit(callback, losses(1, 2))
    assert trained(fit(callback, losses(5, 4, 6, 6))) == 2
    assert callback.best == 4


def test_early_stopping_says_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    fit(EarlyStopping(patience=1, verbose=1, restore_best_weights=True), losses(1, 2, 3))
    assert capsys.readouterr().err == (
        "Epoch 2: early stopping, val_loss was best, 1, in epoch 1\n"
        "Restoring the weights of the best epoch: 1\n"
    )


@pytest.mark.parametrize("field", ["patience", "start_from_epoch"])
def test_early_stopping_refuses_negative_counts(field: str) -> None:
    settings: dict[str, Any] = {field: -1}
    with pytest.raises(ValueError, match=f"^{field} must be a whole number, zero or more, got -1$"):
        EarlyStopping(**settings)


# TerminateOnNaN


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_terminate_on_nan_stops(loss: float, capsys: pytest.CaptureFixture[str]) -> None:
    model = fit(TerminateOnNaN(), [{"loss": 1.0}, {"loss": loss}, {"loss": 1.0}])
    assert trained(model) == 2
    assert capsys.readouterr().err == f"Epoch 2: the loss is {loss}, terminating training\n"
