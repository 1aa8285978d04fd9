"""scikit-learn's callbacks on the estimators that are one graph over samples, and their time."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ganglion.adversarial import GenerativeAdversarialNetwork
from ganglion.autoencoder import (
    Autoencoder,
    DenoisingAutoencoder,
    SparseAutoencoder,
    VariationalAutoencoder,
)

callback = pytest.importorskip("sklearn.callback")

Array = NDArray[Any]

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X = np.random.default_rng(0).uniform(size=(120, 6))
Y = np.arange(120)
OF_ALL: dict[str, Any] = {"batch_size": 40, "max_iter": 4, "random_state": 0}
NETS = {
    "autoencoder": Autoencoder(2, (8,), tied_weights=True, **OF_ALL),
    "denoising": DenoisingAutoencoder(2, (8,), **OF_ALL),
    "sparse": SparseAutoencoder(4, (8,), sparsity="k_sparse", n_nonzero_coefs=2, **OF_ALL),
    "variational": VariationalAutoencoder(2, (8,), **OF_ALL),
    "bernoulli": VariationalAutoencoder(2, (8,), likelihood="bernoulli", **OF_ALL),
    "adversarial": GenerativeAdversarialNetwork(2, 8, 8, packing=2, **OF_ALL),
}
each = pytest.mark.parametrize("name", NETS)
some = pytest.mark.parametrize("name", ["autoencoder", "variational", "adversarial"])


def made(name: str, **arguments: Any) -> Any:
    return clone(NETS[name]).set_params(**arguments)


def answers(net: Any) -> list[Array]:
    """Return all that one may ask of a fitted network."""
    if isinstance(net, GenerativeAdversarialNetwork):
        return [net.sample(9, 0), net.discriminate(X)]
    asked = [net.transform(X), net.reconstruct(X), net.score_samples(X)]
    return [*asked, net.sample(9, 0)] if isinstance(net, VariationalAutoencoder) else asked


def curves(net: Any) -> list[list[float]]:
    return [list(value) for name, value in vars(net).items() if name.endswith("loss_curve_")]


def same(found: list[Array], expected: list[Array]) -> bool:
    return all(np.array_equal(*pair) for pair in zip(found, expected, strict=True))


class Recorder:
    """Notes what it is told; does something where a task ends, by which it may end the fit."""

    def __init__(self, does: Callable[..., Any] = lambda task, number, estimator, then: False):
        self.told: list[str] = []
        self.given: list[tuple[Any, ...]] = []
        self._does = does

    def setup(self, estimator: Any, context: Any) -> None:
        self.told.append("setup")

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        self.told.append(f"{context.task_name} begins")
        self._does(self.told[-1], len(self.given), estimator, None)

    def on_fit_task_end(
        self, estimator: Any, context: Any, *, X: Any, y: Any, metadata: Any, fitted_estimator: Any
    ) -> Any:
        self.told.append(f"{context.task_name} ends")
        self.given.append((X, y, metadata, fitted_estimator))
        return self._does(self.told[-1], len(self.given), estimator, fitted_estimator)

    def teardown(self, estimator: Any, context: Any) -> None:
        self.told.append("teardown")


@each
def test_they_are_told_of_the_fit_and_of_each_iteration_and_move_no_bit(name: str) -> None:
    recorder = Recorder()
    net, plain = made(name).set_callbacks(recorder).fit(X, Y), made(name).fit(X)
    expected = ["setup", "fit begins", *["iteration begins", "iteration ends"] * 4]
    assert recorder.told == [*expected, "fit ends", "teardown"]
    assert same(answers(net), answers(plain))
    assert curves(net) == curves(plain)
    two = made(name, max_iter=2).fit(X)
    inputs, targets, weights, then = recorder.given[1]
    assert inputs is X
    assert targets is Y
    assert weights is None
    assert same(answers(then), answers(two))
    assert (then.n_iter_, curves(then)) == (2, curves(two))
    assert same(answers(recorder.given[-1][-1]), answers(net))
    assert not [key for key in vars(plain) if "callback" in key]


@each
def test_within_a_callback_the_estimator_answers_with_the_weights_so_far(name: str) -> None:
    found: list[list[Array]] = []
    recorder = Recorder(lambda task, number, net, then: found.append(answers(net)))
    made(name).set_callbacks(recorder).fit(X)
    one, two, three, four = (answers(made(name, max_iter=epochs).fit(X)) for epochs in (1, 2, 3, 4))
    # of iterations by turns that one ends, and that the next begins; at last the end of the fit
    expected = [one, one, two, two, three, three, four, four]
    assert [same(*pair) for pair in zip(found[2:], expected, strict=True)] == [True] * 8


@each
def test_what_they_are_given_goes_on_by_itself_with_the_bits_of_the_whole(name: str) -> None:
    going: list[Any] = []

    def goes_on(task: str, number: int, net: Any, then: Any) -> None:
        if number == 2 and then is not None and len(going) == 0:
            going.append(then)
            then.set_callbacks().partial_fit(X)

    net = made(name).set_callbacks(Recorder(goes_on)).fit(X)
    assert same(answers(going[0]), answers(made(name, max_iter=3).fit(X)))
    assert same(answers(net), answers(made(name).fit(X)))
    plain = made(name).fit(X).partial_fit(X)
    assert same(answers(net.set_callbacks().partial_fit(X)), answers(plain))


@some
def test_they_may_end_a_fit(name: str) -> None:
    recorder = Recorder(lambda task, number, net, then: number == 2)
    net = made(name, max_iter=50).set_callbacks(recorder).fit(X)
    assert net.n_iter_ == 2
    assert recorder.told[-3:] == ["iteration ends", "fit ends", "teardown"]
    assert same(answers(net), answers(made(name, max_iter=2).fit(X)))


def test_at_the_end_of_a_fit_that_stops_early_they_are_given_its_best_weights() -> None:
    recorder = Recorder()
    arguments: dict[str, Any] = {"early_stopping": True, "learning_rate_init": 0.3}
    net = made("autoencoder", max_iter=30, tol=0, **arguments).set_callbacks(recorder).fit(X)
    *iterations, last = [then for *_, then in recorder.given]
    assert net.best_epoch_ < net.n_iter_ == len(iterations)
    assert [len(then.validation_loss_curve_) for then in iterations] == list(
        range(1, net.n_iter_ + 1)
    )
    assert same(answers(last), answers(net))
    assert same(answers(iterations[net.best_epoch_ - 1]), answers(net))


def test_they_hear_what_samples_count() -> None:
    recorder, weight = Recorder(), np.linspace(0.5, 1.5, len(X))
    made("autoencoder").set_callbacks(recorder).fit(X, sample_weight=weight)
    assert recorder.given[0][2] == {"sample_weight": weight}


@each
@pytest.mark.parametrize(
    ("task", "failure"),
    [
        ("fit begins", RuntimeError),
        ("iteration begins", RuntimeError),
        ("iteration ends", RuntimeError),
        ("fit ends", RuntimeError),
        ("fit ends", KeyboardInterrupt),  # within an iteration it ends the fit
    ],
)
def test_one_that_fails_leaves_all_as_it_was(
    name: str, task: str, failure: type[BaseException]
) -> None:
    def fails(now: str, *_: Any) -> None:
        if now == task:
            raise failure("no more")

    recorder = Recorder(fails)
    net, other = made(name).fit(X), made(name).fit(X)
    before = vars(net).copy()
    with pytest.raises(failure, match="no more"):
        net.set_callbacks(recorder).partial_fit(X)
    assert recorder.told[-1] == "teardown"
    net.set_callbacks()
    assert {key: before[key] is value for key, value in vars(net).items()} == dict.fromkeys(
        before, True
    ) | {key: False for key, value in before.items() if isinstance(value, list)}
    assert same(answers(net), answers(other))
    assert curves(net) == curves(other)
    assert same(answers(net.partial_fit(X)), answers(other.partial_fit(X)))


@some
def test_ctrl_c_within_one_ends_the_fit_and_keeps_what_has_been_learnt(name: str) -> None:
    def interrupts(task: str, number: int, *_: Any) -> None:
        if (task, number) == ("iteration ends", 2):
            raise KeyboardInterrupt

    recorder = Recorder(interrupts)
    with pytest.warns(UserWarning, match="Training interrupted by user"):
        net = made(name).set_callbacks(recorder).fit(X)
    assert (net.n_iter_, net.interrupted_) == (2, True)
    assert recorder.told[-2:] == ["fit ends", "teardown"]
    assert same(answers(net), answers(made(name, max_iter=2).fit(X)))
    assert same(answers(recorder.given[-1][-1]), answers(net))


@some
def test_a_part_is_one_iteration(name: str) -> None:
    recorder = Recorder()
    made(name).set_callbacks(recorder).partial_fit(X).partial_fit(X)
    one = ["setup", "fit begins", "iteration begins", "iteration ends", "fit ends", "teardown"]
    assert recorder.told == 2 * one
    two = made(name, max_iter=2).fit(X)
    assert same(answers(recorder.given[-2][-1]), answers(two))


@some
def test_a_progress_bar_runs_alone_and_in_pipelines(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("rich")
    kind = type(NETS[name]).__name__
    made(name).set_callbacks(callback.ProgressBar()).fit(X)
    assert f"{kind} - fit" in capsys.readouterr().out
    pipeline = make_pipeline(StandardScaler(), made(name))
    pipeline.set_callbacks(callback.ProgressBar(max_propagation_depth=None)).fit(X)
    assert kind in capsys.readouterr().out


def test_a_progress_bar_and_scores_run_in_searches(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("rich")
    search = GridSearchCV(made("autoencoder"), {"n_components": [1, 2]}, cv=2)
    search.set_callbacks(callback.ProgressBar()).fit(X)
    assert "GridSearchCV" in capsys.readouterr().out
    monitor = callback.ScoringMonitor(scoring={"score": lambda net, inputs, y: net.score(inputs)})
    made("autoencoder").set_callbacks(monitor).fit(X, Y)
    rows = monitor.get_logs().data
    scores = [row["score"] for row in rows if row["task_name"] == "iteration"]
    fits = [made("autoencoder", max_iter=epochs).fit(X) for epochs in (1, 2, 3, 4)]
    assert scores == [net.score(X) for net in fits]


@some
def test_max_time_ends_a_fit(name: str) -> None:
    net = made(name, max_iter=10**6, max_time=1e-9)
    with pytest.warns(ConvergenceWarning, match=r"Maximum time \(1e-09 s\) reached after 1 epochs"):
        net.fit(X)
    assert net.n_iter_ == 1
    assert net.fit_time_ > 0
    with pytest.raises(ValueError, match="max_time"):
        made(name, max_time=0).fit(X)


def test_a_second_fit_shows_nothing_of_the_first() -> None:
    shown: list[tuple[Any, ...]] = []

    def looks(task: str, number: int, net: Any, then: Any) -> None:
        if task == "fit begins":
            shown.append((net.n_iter_, net.loss_curve_, hasattr(net, "best_epoch_")))

    net = made("autoencoder").fit(X)
    assert net.best_epoch_ == 4
    net.set_callbacks(Recorder(looks)).fit(X)
    assert shown == [(0, [], False)]


@each
def test_a_copy_is_trained_apart(name: str) -> None:
    net, whole = made(name).fit(X), made(name).fit(X)
    before = answers(net)
    copied = copy.copy(net)
    assert all(map(np.array_equal, before, answers(copied)))
    copied.partial_fit(X)
    assert all(map(np.array_equal, before, answers(net)))
    assert all(map(np.array_equal, answers(copied), answers(whole.partial_fit(X))))
    assert copy.copy(made(name)).get_params() == made(name).get_params()
