"""What estimators that are one graph over samples have in common, seen at the autoencoder."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import ganglion as gn
from ganglion import schedules
from ganglion._base.interrupts import heed
from ganglion.autoencoder import Autoencoder

Array = NDArray[Any]

X = np.random.default_rng(0).normal(size=(300, 6)) @ np.random.default_rng(1).normal(size=(6, 6))

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def test_the_same_random_state_gives_the_same_bits_on_any_number_of_threads() -> None:
    def codes(n_jobs: int | None) -> Array:
        found: Array = Autoencoder(2, max_iter=5, random_state=3, n_jobs=n_jobs).fit_transform(X)
        return found

    expected = codes(None)
    for n_jobs in (1, 2, -1):
        np.testing.assert_array_equal(codes(n_jobs), expected)
    other = Autoencoder(2, max_iter=5, random_state=4).fit_transform(X)
    assert not np.array_equal(other, expected)


def test_threads_predict_at_once() -> None:
    net = Autoencoder(2, max_iter=3).fit(X)
    expected = net.score_samples(X)
    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(net.score_samples, [X] * 50):
            np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    "schedule", ["cosine", "one_cycle", schedules.Constant(1e-3), lambda step: 1e-3]
)
def test_rates_follow_a_schedule(schedule: Any) -> None:
    net = Autoencoder(2, lr_schedule=schedule, max_iter=20, random_state=0).fit(X)
    constant = Autoencoder(2, max_iter=20, random_state=0).fit(X)
    assert (net.loss_curve_ == constant.loss_curve_) == (not isinstance(schedule, str))
    assert net.loss_ < net.loss_curve_[0]


def test_a_fit_ends_where_nothing_improves() -> None:
    net = Autoencoder(2, tol=1e9, n_iter_no_change=3, max_iter=50).fit(X)
    assert net.n_iter_ == 5  # the first is better than none, and 4 are more than 3
    assert net.best_loss_ == min(net.loss_curve_)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"early_stopping": True}, "partial_fit does not support early_stopping=True"),
        ({"lr_schedule": "cosine"}, "lr_schedule is 'cosine', which goes over the epochs of a fit"),
        ({"n_jobs": 0}, "n_jobs is 0"),
    ],
)
def test_parts_do_not_go_with_what_needs_a_whole_fit(arguments: Any, said: str) -> None:
    net = Autoencoder(2, **arguments)
    with pytest.raises(ValueError, match=said):
        net.partial_fit(X)
    assert not hasattr(net, "model_")


def test_a_part_that_fails_leaves_weights_and_optimizer_as_they_were() -> None:
    net = Autoencoder(2, random_state=0).partial_fit(X)
    same = Autoencoder(2, random_state=0).partial_fit(X)
    with pytest.raises(ValueError, match="not finite"):
        net.partial_fit(1e200 * X)
    np.testing.assert_array_equal(net.transform(X), same.transform(X))
    np.testing.assert_array_equal(net.partial_fit(X).transform(X), same.partial_fit(X).transform(X))
    assert net.loss_curve_ == same.loss_curve_


def test_a_fit_that_is_interrupted_keeps_what_it_has_learnt() -> None:
    stop = threading.Event()
    stop.set()
    net = Autoencoder(2, max_iter=50)
    with (
        ThreadPoolExecutor(1, initializer=heed, initargs=(stop,)) as pool,
        pytest.warns(UserWarning, match="Training interrupted by user"),
    ):
        pool.submit(net.fit, X).result()
    assert net.interrupted_
    assert net.n_iter_ == 1
    assert net.transform(X).shape == (300, 2)


def test_figures_are_told_where_they_are_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    Autoencoder(2, max_iter=2, early_stopping=True, verbose=True).fit(X)
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(",")[0] for line in lines] == ["Iteration 1", "Iteration 2"]
    assert "val_loss = " in lines[0]


def test_columns_on_far_scales_are_warned_of() -> None:
    with pytest.warns(UserWarning, match="scale X"):
        Autoencoder(2, max_iter=1).fit(X * [1, 1, 1, 1, 1, 1e5])


def test_the_module_is_there_when_it_is_asked_for() -> None:
    assert gn.autoencoder.Autoencoder is Autoencoder
