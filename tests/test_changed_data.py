"""Data that change after they were checked, as when a callback writes into them.

Class numbers say where in memory to look, so they are checked where a batch is read.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import ganglion as gn
from ganglion import _core
from ganglion.callbacks import LambdaCallback
from ganglion.training.parametrized import Parametrized

pytestmark = pytest.mark.threads

Array = NDArray[Any]

ROWS = 600
FAR = 2**31 - 7  # no memory of ours is there
BAD: list[Any] = [3, -1, FAR, -FAR]


@pytest.fixture
def x() -> Array:
    return np.random.default_rng(0).normal(size=(ROWS, 8))


@pytest.fixture
def y() -> Array:
    return np.random.default_rng(1).integers(0, 3, ROWS)


def net_for(*, metrics: Any = ("accuracy",), dtype: str = "float32") -> gn.MLP:
    net = gn.MLP([8, 16, 3], dtype=dtype)
    net.compile("adam", "cross_entropy", metrics=metrics)
    return net


def spoiling(y: Array, value: Any, row: int = 5) -> LambdaCallback:
    """Return a callback that writes into targets once an epoch is done."""
    return LambdaCallback(on_epoch_end=lambda epoch, logs: y.__setitem__(row, value))


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("value", BAD)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_class_number_changed_by_a_callback_ends_the_fit(
    x: Array, y: Array, value: int, dtype: str, threads: int
) -> None:
    net = net_for(dtype=dtype, metrics=["accuracy", "f1", gn.metrics.TopKAccuracy(k=2)])
    after_one = net_for(dtype=dtype)
    gn.set_num_threads(threads)
    try:
        after_one.fit(x, y, verbose=0)
        with pytest.raises(ValueError, match=f"fit: y is {value} at row 5, must be a class number"):
            net.fit(x, y, epochs=3, callbacks=[spoiling(y, value)], verbose=0)
    finally:
        gn.set_num_threads(None)
    np.testing.assert_array_equal(net.parameter_vector, after_one.parameter_vector)
    assert len(net.history) == 1
    y[5] = 0
    net.fit(x, y, verbose=0)


@pytest.mark.parametrize("value", [0.5, 1e30, -np.inf, np.nan])
def test_a_class_number_that_is_none_any_more_ends_the_fit(
    x: Array, y: Array, value: float
) -> None:
    net, targets = net_for(), y.astype(np.float64)
    with pytest.raises(ValueError, match=r"fit: y .*row 5"):
        net.fit(x, targets, epochs=3, callbacks=[spoiling(targets, value)], verbose=0)


@pytest.mark.parametrize("value", BAD)
def test_validation_targets_that_change_end_the_fit(x: Array, y: Array, value: int) -> None:
    net, held_out = net_for(), y.copy()
    with pytest.raises(ValueError, match=f"evaluate: y is {value} at row 5"):
        net.fit(
            *(x, y),
            epochs=3,
            validation_data=(x, held_out),
            callbacks=[spoiling(held_out, value)],
            verbose=0,
        )


@pytest.mark.parametrize(
    "call",
    [lambda net, x, y: net.evaluate(x, y), lambda net, x, y: net.train_on_batch(x, y)],
    ids=["evaluate", "train_on_batch"],
)
@pytest.mark.parametrize("value", BAD)
def test_targets_that_change_while_they_are_checked_are_refused(
    x: Array, y: Array, value: int, call: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    net = net_for()
    before = net.parameter_vector.copy()
    check = Parametrized.check_finite

    def check_and_spoil(self: Any, name: str, data: Any) -> None:
        check(self, name, data)
        y[5] = value

    monkeypatch.setattr(Parametrized, "check_finite", check_and_spoil)
    with pytest.raises(ValueError, match=f"y is {value} at row 5, must be a class number"):
        call(net, x, y)
    np.testing.assert_array_equal(net.parameter_vector, before)


class Flickering:
    """A callback's rewriting of data, which is undone before anyone can look where it was."""

    def __init__(self, data: Array, value: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        run, good = _core.float32.Trainer.run, data[5].copy()

        def run_between(trainer: Any, **arguments: Any) -> Any:
            data[5] = value
            try:
                return run(trainer, **arguments)
            finally:
                data[5] = good

        monkeypatch.setattr(_core.float32.Trainer, "run", run_between)


@pytest.mark.parametrize("of", ["x", "y"])
def test_what_was_wrong_only_while_it_was_read_is_an_error(
    x: Array, y: Array, of: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    net = net_for()
    before = net.parameter_vector.copy()
    if of == "x":
        Flickering(x, np.nan, monkeypatch)
    else:
        Flickering(y, FAR, monkeypatch)
    with pytest.raises(ValueError, match=r"fit: .* when it was read, and has changed since"):
        net.fit(x, y, verbose=0)
    np.testing.assert_array_equal(net.parameter_vector, before)


def test_a_rewritten_memory_map_ends_the_fit(x: Array, y: Array, tmp_path: Path) -> None:
    path = tmp_path / "y.npy"
    np.save(path, y)
    targets = np.load(path, mmap_mode="r")
    other = np.load(path, mmap_mode="r+")
    with pytest.raises(ValueError, match=f"fit: y is {FAR} at row 5"):
        net_for().fit(x, targets, epochs=3, callbacks=[spoiling(other, FAR)], verbose=0)


@pytest.mark.parametrize("of", ["X", "y"])
def test_a_loss_of_ones_own_hears_of_the_row_in_the_data(of: str, x: Array) -> None:
    """Not of that in the batch, whose rows are in another order."""

    def loss(t: Array, p: Array, weight: Array | None) -> tuple[float, Array]:
        return float(((p - t) ** 2).mean()), 2 * (p - t) / p.size

    net, y = gn.MLP([8, 3]), np.zeros((ROWS, 3))
    net.compile("sgd", loss)
    changed = {"X": x, "y": y}[of]
    changing = LambdaCallback(on_epoch_end=lambda *_: changed.__setitem__((150, 2), np.nan))
    with pytest.raises(ValueError, match=f"fit: {of} has nan at row 150, column 2"):
        net.fit(x, y, epochs=2, callbacks=[changing], verbose=0)


def test_not_finite_inputs_and_class_numbers_at_once(tmp_path: Path, y: Array) -> None:
    """The targets of a batch whose inputs are refused are looked at by the loss before that."""
    x = np.memmap(tmp_path / "x", np.float32, "w+", shape=(ROWS, 8))
    x[:] = np.nan
    with pytest.raises(ValueError, match="fit: X has nan at row 0"):
        net_for().fit(x, y, shuffle=False, verbose=0)


FIGURES: list[tuple[str, float]] = [("accuracy", 0.5), ("top_k_accuracy", 1.0), ("f1", 0.5)]


@pytest.mark.parametrize("metric", FIGURES)
@pytest.mark.parametrize("value", [3.0, -1.0, 1e30, np.nan])
def test_figures_refuse_what_is_no_output_s_number(metric: tuple[str, float], value: float) -> None:
    figures = _core.Figures([(*metric, False, True)], 3)
    target = np.array([[0.0], [value]])
    with pytest.raises(ValueError, match=r"target is .* at row 1, must be a class number from 0"):
        figures.add(0.0, 2.0, np.zeros((2, 3)), target, None)


@pytest.mark.parametrize("metric", [("mean_squared_error", 0.0), ("r2", 0.0), ("accuracy", 0.5)])
def test_figures_refuse_columns_that_they_cannot_compare(metric: tuple[str, float]) -> None:
    figures = _core.Figures([(*metric, False, True)], 3)
    with pytest.raises(ValueError, match="cannot compare 4 columns of the output with 4"):
        figures.add(0.0, 2.0, np.zeros((2, 4)), np.zeros((2, 4)), None)
    if metric[0] != "accuracy":
        with pytest.raises(ValueError, match="cannot compare 3 columns of the output with 1"):
            figures.add(0.0, 2.0, np.zeros((2, 3)), np.zeros((2, 1)), None)
