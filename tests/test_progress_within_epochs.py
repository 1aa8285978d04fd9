"""A bar within an epoch: what it shows of one that takes long, and that it costs no bit."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import ganglion as gn
from ganglion.callbacks import bars, paces
from ganglion.callbacks.paces import Pace
from ganglion.training.core_passes import CorePass

Array = NDArray[Any]

RNG = np.random.default_rng(0)
X = RNG.normal(size=(203, 4))
Y = (X[:, 0] > 0).astype(int)
EPOCHS = 3


Captured = pytest.CaptureFixture[str]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> Captured:
    """Let stderr be one that a bar can be drawn over on."""
    monkeypatch.setattr(bars, "is_interactive", lambda: True)
    return capsys


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Note how many batches each run of a core's pass has."""
    lengths: list[int] = []
    run = CorePass.run

    def noting(self: CorePass, call: str, part: Any, rates: Any) -> None:
        lengths.append(part.count)
        run(self, call, part, rates)

    monkeypatch.setattr(CorePass, "run", noting)
    return lengths


def cut_always(monkeypatch: pytest.MonkeyPatch, every: float) -> None:
    """Have every epoch count as long, and runs be as short as they may."""
    monkeypatch.setattr(paces, "_QUICK", 0.0)
    monkeypatch.setattr(paces, "SHOWN_EVERY", every)
    monkeypatch.setattr(bars, "SHOWN_EVERY", every)


def trained(loss: Any = "cross_entropy", x: Any = X, verbose: Any = 1, **arguments: Any) -> Any:
    layers = [gn.Dense(7), gn.BatchNormalization(), gn.Activation("relu"), gn.Dropout(0.3)]
    net = gn.Sequential([*layers, gn.Dense(2)], input_size=4, seed=1)
    net.compile("adam", loss=loss, metrics=[] if callable(loss) else ["accuracy", "auc"])
    y = None if arguments.pop("of_batches", False) else Y
    net.fit(x, y, epochs=EPOCHS, verbose=verbose, **arguments)
    return net


def own_loss(y: Array, outputs: Array, weight: Array | None) -> tuple[float, Array]:
    error = outputs - y
    return float((error**2).mean()), 2 * error / error.size


@pytest.mark.parametrize("every", [0.0, 1e-4])
@pytest.mark.parametrize("split", [0.0, 0.2])
def test_cutting_an_epoch_moves_no_bit(
    every: float,
    split: float,
    terminal: Captured,
    runs: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = trained(verbose=0, validation_split=split, batch_size=8)
    assert len(runs) == EPOCHS * (2 if split else 1)
    runs.clear()
    cut_always(monkeypatch, every)
    cut = trained(validation_split=split, batch_size=8)
    assert len(runs) > 3 * EPOCHS
    np.testing.assert_array_equal(cut.parameter_vector, whole.parameter_vector)
    assert cut.history.history == whole.history.history


def test_a_long_epoch_shows_batches_rate_and_loss(
    terminal: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_always(monkeypatch, 0.0)
    trained(batch_size=8)
    shown = terminal.readouterr().err
    assert "1/3" in shown
    assert "batch=1/26, loss=" in shown
    assert "batch=25/26, loss=" in shown
    last = shown.rstrip().rsplit("\r", 1)[-1]
    assert "3/3" in last
    assert "batch=" not in last
    assert "samples/s=" in last


def test_batches_that_someone_else_makes_are_counted(
    terminal: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_always(monkeypatch, 0.0)
    batches = [(X[:9], Y[:9])] * 5
    trained(x=batches, of_batches=True)
    shown = terminal.readouterr().err
    assert "batch=4, " in shown
    assert "batches/s=" in shown

    def without_end() -> Iterator[Any]:
        while True:
            yield batches[0]

    trained(x=without_end(), of_batches=True, steps_per_epoch=4)
    assert "batch=3/4, " in terminal.readouterr().err


def test_a_loss_of_the_callers_is_watched_too(
    terminal: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fitted() -> Array:
        net = gn.MLP([4, 1], seed=2)
        net.compile("adam", loss=own_loss)
        net.fit(X, X[:, :1], epochs=2, verbose=1)
        return net.parameter_vector.copy()

    plain = fitted()
    assert "batch=" not in terminal.readouterr().err
    cut_always(monkeypatch, 0.0)
    np.testing.assert_array_equal(fitted(), plain)
    assert "batch=6/7" in terminal.readouterr().err


def test_sparse_rows_are_cut_as_they_are_unfolded(
    terminal: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    sparse = pytest.importorskip("scipy.sparse").csr_array(X)
    whole = trained(x=sparse, verbose=0, batch_size=8)
    cut_always(monkeypatch, 0.0)
    cut = trained(x=sparse, batch_size=8)
    np.testing.assert_array_equal(cut.parameter_vector, whole.parameter_vector)
    assert "batch=25/26" in terminal.readouterr().err


def test_a_quick_fit_is_cut_in_its_first_epoch_alone(
    terminal: Captured, runs: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paces, "_QUICK", 1e9)
    trained(batch_size=8)
    assert runs == [1, 8, 17, 26, 26]
    assert "batch=" not in terminal.readouterr().err


@pytest.mark.parametrize("verbose", [0, 1, 2, "auto"])
def test_an_epoch_is_one_run_where_no_bar_is_drawn_over(
    verbose: Any,
    runs: list[int],
    capsys: Captured,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cut_always(monkeypatch, 0.0)
    trained(verbose=verbose, batch_size=8)
    assert runs == [26] * EPOCHS
    assert "batch=" not in capsys.readouterr().err


def test_an_interrupt_between_two_runs_keeps_what_is_learnt(
    terminal: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_always(monkeypatch, 0.0)
    net = gn.MLP([4, 2], seed=1)
    net.compile("adam", loss="cross_entropy")
    before = net.parameter_vector.copy()
    run = CorePass.run

    def interrupted(self: CorePass, call: str, part: Any, rates: Any) -> None:
        run(self, call, part, rates)
        if part.first == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(CorePass, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        net.fit(X, Y, epochs=2, batch_size=8, verbose=1)
    assert (net.parameter_vector != before).any()
    assert len(net.history) == 0


def test_a_loss_that_is_not_finite_is_told_with_its_step(
    terminal: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_always(monkeypatch, 0.0)
    net = gn.MLP([4, 1], dtype="float64")
    net.compile(gn.optimizers.SGD(1e4), loss="squared_error")
    with pytest.raises(gn.LossNotFiniteError, match="in epoch 1, step ") as cut:
        net.fit(X, Y, batch_size=1, shuffle=False, verbose=1)
    with pytest.raises(gn.LossNotFiniteError) as whole:
        net.fit(X, Y, batch_size=1, shuffle=False, verbose=0)
    assert str(cut.value) == str(whole.value)
    assert "step 0:" not in str(whole.value)


def test_a_pace_begins_with_one_batch_and_grows() -> None:
    pace = Pace()
    lengths = []
    for _ in range(5):
        lengths.append(pace.length(100_000))
        pace.took(lengths[-1], lengths[-1] / 10_001)
    assert lengths == [1, 8, 64, 512, 3000]


def test_a_pace_runs_a_quick_epoch_whole() -> None:
    pace = Pace()
    pace.took(1000, 0.01)
    assert pace.length(2000) == 2000
    pace.took(7, 0.00007)  # the rest of an epoch says no less
    assert pace.length(8000) == 8000
    assert pace.length(9000) == 8000


def test_a_pace_of_slow_batches_takes_them_one_by_one() -> None:
    pace = Pace()
    pace.took(1, 2.0)
    assert pace.length(10) == 1
