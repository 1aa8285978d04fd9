from collections.abc import Sequence
from typing import Any
from unittest.mock import Mock

import pytest

from ganglion.callbacks import Callback, LearningRateScheduler, ReduceLROnPlateau


def fit(callback: Callback, losses: Sequence[float]) -> list[float]:
    """Go through the hooks as a fit does, and return the learning rates that are reported."""
    callback.set_model(Mock(learning_rate=1.0))
    callback.on_train_begin()
    reported = []
    for epoch, loss in enumerate(losses):
        logs = {"val_loss": loss}
        callback.on_epoch_begin(epoch)
        callback.on_epoch_end(epoch, logs)
        reported.append(logs["learning_rate"])
    return reported


def test_scheduler_sets_and_reports_the_rate(capsys: pytest.CaptureFixture[str]) -> None:
    callback = LearningRateScheduler(lambda epoch, rate: rate / 2 if epoch else rate, verbose=1)
    assert fit(callback, [1, 1, 1]) == [1.0, 0.5, 0.25]
    assert capsys.readouterr().err.splitlines()[-1] == "Epoch 3: the learning rate is 0.25"


def test_scheduler_asks_a_function_of_the_epoch_alone() -> None:
    assert fit(LearningRateScheduler(lambda epoch: 0.5**epoch), [1, 1, 1]) == [1.0, 0.5, 0.25]
    assert fit(LearningRateScheduler(lambda epoch, rate=9.0: rate / 2), [1, 1]) == [0.5, 0.25]


def test_scheduler_refuses_what_is_no_rate() -> None:
    with pytest.raises(
        ValueError, match=r"^learning_rate must be zero or a positive .*, got -1\.0$"
    ):
        fit(LearningRateScheduler(lambda _epoch, _rate: -1.0), [1])


@pytest.mark.parametrize(
    ("settings", "values", "rates"),  # the rates with which the epochs were trained
    [
        ({"patience": 1}, [1, 1, 1, 1], [1, 1, 0.5, 0.25]),
        ({"patience": 2}, [1, 1, 1, 1, 1, 1], [1, 1, 1, 0.5, 0.5, 0.25]),
        ({"patience": 0}, [1, 1, 1], [1, 1, 0.5]),
        ({"patience": 1}, [1, 0.99995, 0.9, 0.9], [1, 1, 0.5, 0.5]),  # min_delta is 1e-4
        ({"patience": 1, "cooldown": 2}, [1] * 6, [1, 1, 0.5, 0.5, 0.25, 0.25]),
        ({"patience": 1, "min_lr": 0.4}, [1] * 5, [1, 1, 0.5, 0.4, 0.4]),
        ({"patience": 1, "mode": "max"}, [1, 2, 1, 1], [1, 1, 1, 0.5]),
    ],
)
def test_plateau_reduces_the_rate(
    settings: dict[str, Any], values: list[float], rates: list[float]
) -> None:
    assert fit(ReduceLROnPlateau(factor=0.5, **settings), values) == rates


def test_plateau_can_be_used_again() -> None:
    callback = ReduceLROnPlateau(factor=0.5, patience=1, cooldown=5)
    fit(callback, [1, 1])
    assert (callback.best, callback.in_cooldown()) == (1, True)
    assert fit(callback, [3, 3, 2]) == [1.0, 1.0, 0.5]


def test_plateau_says_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    fit(ReduceLROnPlateau(factor=0.5, patience=1, verbose=1), [1, 1])
    assert capsys.readouterr().err == "Epoch 2: reducing the learning rate to 0.5\n"


@pytest.mark.parametrize(
    ("field", "value"), [("factor", 1.0), ("patience", -1), ("cooldown", -1), ("min_lr", -1.0)]
)
def test_plateau_refuses_settings_out_of_range(field: str, value: float) -> None:
    settings: dict[str, Any] = {field: value}
    with pytest.raises(ValueError, match=f"^{field} must be .*, got {value}$"):
        ReduceLROnPlateau(**settings)
