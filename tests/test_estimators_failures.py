"""A fit that is refused, or fails, leaves an estimator as it was."""

import itertools
import subprocess
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_iris

from ganglion.estimators.multilayer.loss import PenalizedLoss
from ganglion.linear_model import Perceptron
from ganglion.neural_network import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = load_iris(return_X_y=True)
OTHER_X, OTHER_Y = X[:, :2], np.where(Y == 0, "none", "some")  # other features, other classes


def no_number(step: int) -> Any:
    raise RuntimeError("no number")


def no_score(estimator: Any, x: Any, y: Any) -> float:
    raise RuntimeError("no score")


REFUSED: list[dict[str, Any]] = [
    {"lr_schedule": "cosine", "solver": "sgd", "learning_rate": "adaptive"},
    {"early_stopping": True, "early_stopping_metric": "no"},
    {"early_stopping": True, "early_stopping_metric": no_score},
    {"early_stopping": True, "early_stopping_metric": lambda estimator, x, y: np.nan},
    {"early_stopping": True, "validation_fraction": 0.001},
    {"lr_schedule": no_number},
    {"lr_schedule": lambda step: -1.0, "solver": "adam"},
    {"n_jobs": 0},
    {"solver": "lbfgs", "dropout": 0.5},
    {"activation": ["tanh", "tanh"]},
    {"activation": "step"},
    {"class_weight": {"others": 1.0}},
    {"class_weight": [{0: 1.0}]},
    {"learning_rate_init": 1e300, "solver": "sgd"},
]


@pytest.mark.parametrize("refused", REFUSED, ids=lambda refused: "-".join(refused))
@pytest.mark.parametrize("other", [True, False])
def test_the_fit_before_stays(refused: dict[str, Any], other: bool) -> None:
    net = MLPClassifier(random_state=0, max_iter=3).fit(X, Y)
    before, settings, state = net.predict_proba(X), net.get_params(), dict(vars(net))
    with pytest.raises((ValueError, RuntimeError)):  # noqa: PT012
        net.set_params(**refused)
        net.fit(OTHER_X, OTHER_Y) if other else net.fit(X, Y)
    net.set_params(**settings)
    np.testing.assert_array_equal(net.predict_proba(X), before)
    assert vars(net).keys() == state.keys()
    for name in ("classes_", "n_features_in_", "n_iter_", "loss_curve_", "n_outputs_", "t_"):
        value, then = vars(net)[name], state[name]
        assert value is then or (isinstance(value, list) and value == then)


@pytest.mark.parametrize(
    "arguments",
    [
        {"sample_weight": np.ones(3)},
        {"sample_weight": -np.ones(len(X))},
        {"X_val": X[:, :3], "y_val": Y},
        {"X_val": X, "y_val": Y[:3]},
        {"X_val": X, "y_val": Y, "sample_weight_val": np.ones(2)},
        {"sample_weight_val": np.ones(2)},
        {"X_val": X},
    ],
    ids=lambda arguments: "-".join(arguments),
)
def test_the_fit_before_stays_when_data_do_not_fit(arguments: dict[str, Any]) -> None:
    net = MLPRegressor(random_state=0, max_iter=3).fit(OTHER_X, Y)
    before = net.predict(OTHER_X)
    with pytest.raises(ValueError, match=r"weight|features|samples|given"):
        net.fit(X, Y, **arguments)
    np.testing.assert_array_equal(net.predict(OTHER_X), before)


@pytest.mark.parametrize("way", ["fit", "partial_fit"])
def test_weights_that_a_failed_fit_went_on_with_are_put_back(way: str) -> None:
    calls = []

    def fails_late(step: int) -> float:
        calls.append(step)
        if len(calls) > 4:
            raise RuntimeError("too late")
        return 0.01

    net = MLPClassifier(random_state=0, max_iter=3, warm_start=True, lr_schedule=fails_late)
    before, curve = None, None
    with pytest.raises(RuntimeError, match="too late"):  # noqa: PT012
        for _ in range(5):
            net.fit(X, Y) if way == "fit" else net.partial_fit(X, Y, classes=[0, 1, 2])
            before, curve = net.predict_proba(X), list(net.loss_curve_)
    assert before is not None
    np.testing.assert_array_equal(net.predict_proba(X), before)
    assert net.loss_curve_ == curve


@pytest.mark.parametrize(
    "refused",
    [
        {"n_jobs": 0},
        {"class_weight": {"others": 1.0}},
        {"early_stopping": True, "validation_fraction": 0.001},
        {"eta0": 1e308},
        {"warm_start": True},
    ],
    ids=str,
)
def test_the_perceptron_before_stays(refused: dict[str, Any]) -> None:
    model = Perceptron().fit(X, Y)
    before, settings = model.decision_function(X), model.get_params()
    with pytest.raises(ValueError):  # noqa: PT011, PT012  # each says something else
        model.set_params(**refused)
        model.fit(OTHER_X * 1e300, OTHER_Y)
    model.set_params(**settings)
    np.testing.assert_array_equal(model.decision_function(X), before)


def test_a_callback_that_fails_is_torn_down() -> None:
    pytest.importorskip("sklearn.callback")
    told = []

    class Failing:
        def setup(self, estimator: Any, context: Any) -> None:
            told.append("setup")

        def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
            if context.parent is not None:
                raise RuntimeError("no more")

        def on_fit_task_end(self, estimator: Any, context: Any) -> None:
            told.append("end")

        def teardown(self, estimator: Any, context: Any) -> None:
            told.append("teardown")

    net = MLPClassifier(max_iter=3).set_callbacks(Failing())
    with pytest.raises(RuntimeError, match="no more"):
        net.fit(X, Y)
    assert told == ["setup", "teardown"]
    assert not [name for name in vars(net) if "callback" in name and name != "_skl_callbacks"]


DAEMON = """
import threading, time
import numpy as np
from ganglion.neural_network import MLPRegressor
x = np.random.default_rng(0).normal(size=(500, 20))
net = MLPRegressor(max_iter=10**9, tol=0.0, n_iter_no_change=10**9)
threading.Thread(target=net.fit, args=(x, x[:, 0]), daemon=True).start()
time.sleep(0.5)
print("over")
"""

CTRL_C = """
import os, signal, threading, time, warnings
import numpy as np
from ganglion.estimators.multilayer.loss import PenalizedLoss
from ganglion.linear_model import Perceptron
from ganglion.model_selection import fit_many
from ganglion.neural_network import MLPRegressor
warnings.simplefilter("ignore")
signal.signal(signal.SIGINT, signal.default_int_handler)  # jobs in the background ignore it
x = np.random.default_rng(0).normal(size=(500, 20))
y = (x[:, 0] > 0) * 1
long = {"max_iter": 10**9, "tol": 0.0}

def rate(step):  # asked for once training has begun
    if step == 0:
        threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    return 1e-3

nets = [
    MLPRegressor(n_iter_no_change=10**9, lr_schedule=rate, **long),
    MLPRegressor(solver="lbfgs", max_fun=10**9, hidden_layer_sizes=(300, 300), **long),
    Perceptron(max_iter=10**9, tol=None),
    MLPRegressor(n_iter_no_change=10**9, **long),
]
began = time.monotonic()
try:
    fit_many(nets, x, y, n_jobs=3)
except KeyboardInterrupt:
    print("interrupted", time.monotonic() - began < 20)
print(nets[0].predict(x).shape, hasattr(nets[2], "coef_"), hasattr(nets[3], "coefs_"))
"""


def test_a_daemons_fit_does_not_spoil_the_end_of_the_process() -> None:
    run = subprocess.run(
        [sys.executable, "-c", DAEMON], capture_output=True, text=True, timeout=120, check=False
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "over\n", "")


def test_ctrl_c_ends_many_fits() -> None:
    run = subprocess.run(
        [sys.executable, "-c", CTRL_C], capture_output=True, text=True, timeout=120, check=False
    )
    lines = run.stdout.splitlines()
    assert lines == ["interrupted True", "(500,) False False"], run.stderr


@pytest.fixture
def interrupted_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], MLPRegressor]:
    """Return what fits an estimator by lbfgs that Ctrl-C meets at an evaluation of the loss."""

    def fitted(evaluation: int) -> MLPRegressor:
        over, evaluations = PenalizedLoss.over, itertools.count(1)

        def meeting(self: Any, *arguments: Any) -> float:
            if next(evaluations) == evaluation:
                raise KeyboardInterrupt
            return over(self, *arguments)

        net = MLPRegressor(solver="lbfgs", random_state=0)
        with monkeypatch.context() as patched:
            patched.setattr(PenalizedLoss, "over", meeting)
            with pytest.warns(UserWarning, match=r"^Training interrupted by user\.$"):
                net.fit(X, X[:, 0])
        return net

    return fitted


def test_ctrl_c_leaves_the_last_iteration_of_lbfgs(
    interrupted_at: Callable[[int], MLPRegressor],
) -> None:
    net = interrupted_at(12)
    assert net.interrupted_
    assert net.n_iter_ > 3
    same = MLPRegressor(solver="lbfgs", random_state=0, max_iter=net.n_iter_).fit(X, X[:, 0])
    assert not same.interrupted_
    assert net.loss_ == same.loss_
    np.testing.assert_array_equal(net.predict(X), same.predict(X))


def test_ctrl_c_before_an_iteration_of_lbfgs_leaves_the_first_weights(
    interrupted_at: Callable[[int], MLPRegressor],
) -> None:
    net = interrupted_at(1)
    assert (net.n_iter_, net.interrupted_) == (0, True)
    assert np.isfinite(net.predict(X)).all()


def test_samples_held_out_that_count_nothing_are_refused() -> None:
    weight = np.zeros(len(X))
    weight[0] = 1.0
    with pytest.raises(ValueError, match="weights of the samples held out are all zero"):
        MLPClassifier(early_stopping=True, random_state=0).fit(X, Y, weight)


def test_all_weights_of_classes_zero_are_refused() -> None:
    with pytest.raises(ValueError, match=r"weights add up to 0\.0, must to a positive"):
        MLPClassifier(class_weight={0: 0, 1: 0, 2: 0}).fit(X, Y)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        MLPClassifier(class_weight={0: 0}, max_iter=2).fit(X, Y)
