"""The estimators beside scikit-learn's: from the same random state the same networks."""

import inspect
import pickle
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import sklearn
from numpy.typing import NDArray
from scipy import sparse
from sklearn import neural_network as theirs
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_iris, make_multilabel_classification

import ganglion as gn
from ganglion import neural_network as ours
from ganglion.estimators.multilayer.loss import PenalizedLoss, rule_of_classes, rule_of_numbers
from ganglion.estimators.multilayer.mlp import mlp
from ganglion.models import inside
from ganglion.training.data import Dataset

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.skipif(
        tuple(map(int, sklearn.__version__.split(".")[:2])) < (1, 8),
        reason="older ones have no sample weights, no Poisson loss, another order of arguments",
    ),
]

Array = NDArray[Any]
Data = tuple[Array, Array]

EPOCHS = 50

SETTINGS: list[Mapping[str, Any]] = [
    {},
    {"solver": "sgd"},
    {"solver": "sgd", "momentum": 0},
    {"solver": "sgd", "momentum": 0.5, "nesterovs_momentum": False, "shuffle": False},
    {"solver": "sgd", "learning_rate": "invscaling", "learning_rate_init": 0.1},
    {
        "solver": "sgd",
        "learning_rate": "adaptive",
        "learning_rate_init": 0.2,
        "n_iter_no_change": 2,
        "tol": 1e-2,
    },
    {"activation": "logistic", "hidden_layer_sizes": (20, 7), "batch_size": 32},
    {"activation": "tanh", "alpha": 0.3, "beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-3},
    {"activation": "identity", "alpha": 0.0},
    {"early_stopping": True, "validation_fraction": 0.2},
]


def classes() -> Data:
    x, y = load_iris(return_X_y=True)
    return x, np.array(["setosa", "versicolor", "virginica"])[y]


def two_classes() -> Data:
    x, y = load_iris(return_X_y=True)
    return x, y > 0


def labels() -> Data:
    x, y = make_multilabel_classification(150, 10, random_state=0)
    return x / 10, y


def numbers() -> Data:
    x, y = load_diabetes(return_X_y=True)
    return x * 10, y / 100


def two_numbers() -> Data:
    x, y = numbers()
    return x, np.column_stack([y, x[:, 0] - y])


DATA = {
    "classes": ("MLPClassifier", classes()),
    "two classes": ("MLPClassifier", two_classes()),
    "labels": ("MLPClassifier", labels()),
    "numbers": ("MLPRegressor", numbers()),
    "two numbers": ("MLPRegressor", two_numbers()),
}


def pair(name: str, **settings: Any) -> tuple[Any, Any]:
    """Return scikit-learn's estimator and ours with the same parameters."""
    return getattr(theirs, name)(**settings), getattr(ours, name)(**settings)


def assert_same_weights(a: Any, b: Any, tolerance: float) -> None:
    for left, right in zip(a.coefs_ + a.intercepts_, b.coefs_ + b.intercepts_, strict=True):
        np.testing.assert_allclose(left, right, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
@pytest.mark.parametrize("kind", DATA)
def test_loss_curve_and_weights_are_scikit_learns(kind: str, settings: Mapping[str, Any]) -> None:
    name, (x, y) = DATA[kind]
    expected, found = pair(name, random_state=3, max_iter=EPOCHS, **settings)
    expected.fit(x, y)
    found.fit(x, y)
    np.testing.assert_allclose(found.loss_curve_, expected.loss_curve_, rtol=0, atol=1e-6)
    assert found.n_iter_ == expected.n_iter_
    assert found.t_ == expected.t_
    assert_same_weights(expected, found, 1e-6)
    np.testing.assert_allclose(found.score(x, y), expected.score(x, y), atol=1e-6)
    if settings.get("early_stopping"):
        np.testing.assert_allclose(found.validation_scores_, expected.validation_scores_, atol=1e-6)


@pytest.mark.parametrize("weighted", [False, True])
def test_poisson_loss_curve_is_scikit_learns(weighted: bool) -> None:
    x, _ = numbers()
    y = np.random.default_rng(0).poisson(np.exp(x[:, 2]))
    weight = np.random.default_rng(1).uniform(0.1, 3, len(y)) if weighted else None
    expected, found = pair("MLPRegressor", loss="poisson", random_state=3, max_iter=EPOCHS)
    expected.fit(x, y, weight)
    found.fit(x, y, weight)
    np.testing.assert_allclose(found.loss_curve_, expected.loss_curve_, rtol=0, atol=1e-6)
    np.testing.assert_allclose(found.predict(x), expected.predict(x), rtol=1e-6)


@pytest.mark.parametrize("kind", DATA)
def test_lbfgs_finds_scikit_learns_minimum(kind: str) -> None:
    name, (x, y) = DATA[kind]
    expected, found = pair(
        name, solver="lbfgs", activation="tanh", alpha=1.0, random_state=0, tol=1e-6, max_iter=1000
    )
    expected.fit(x, y)
    found.fit(x, y)
    assert found.loss_ == pytest.approx(expected.loss_, rel=1e-3)


@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_sample_weights_count_as_scikit_learns(solver: str) -> None:
    x, y = classes()
    weight = np.random.default_rng(1).uniform(0.1, 3, len(y))
    expected, found = pair("MLPClassifier", solver=solver, random_state=0, max_iter=EPOCHS)
    expected.fit(x, y, weight)
    found.fit(x, y, weight)
    np.testing.assert_allclose(found.loss_curve_, expected.loss_curve_, rtol=0, atol=1e-6)
    assert_same_weights(expected, found, 1e-6)


@pytest.mark.parametrize("kind", ["classes", "numbers"])
def test_weights_of_lbfgs_are_repeated_and_removed_rows(kind: str) -> None:
    name, (x, y) = DATA[kind]
    weight = np.random.default_rng(2).integers(0, 4, len(y))
    one = getattr(ours, name)(
        solver="lbfgs",
        activation="identity",
        hidden_layer_sizes=(4,),
        alpha=1.0,
        random_state=0,
        tol=1e-6,
        max_iter=1000,
    )
    other = clone(one).fit(np.repeat(x, weight, axis=0), np.repeat(y, weight))
    one.fit(x, y, weight)
    assert one.loss_ == pytest.approx(other.loss_, rel=1e-3)


@pytest.mark.parametrize("make", [sparse.csr_matrix, sparse.csc_matrix, sparse.csr_array])
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_sparse_rows_train_as_dense_ones(make: Any, solver: str) -> None:
    x, y = classes()
    x = np.where(x > 2, x, 0)
    dense = ours.MLPClassifier(solver=solver, random_state=0, max_iter=20).fit(x, y)
    unfolded = ours.MLPClassifier(solver=solver, random_state=0, max_iter=20).fit(make(x), y)
    assert_same_weights(dense, unfolded, 0.0)
    np.testing.assert_array_equal(unfolded.predict_proba(make(x)), dense.predict_proba(x))


def test_partial_fit_goes_on_where_it_was_also_after_pickling() -> None:
    x, y = classes()
    settings = {"random_state": 0, "solver": "sgd", "learning_rate": "invscaling"}
    expected, found = pair("MLPClassifier", **settings)
    for _ in range(5):
        expected.partial_fit(x, y, classes=np.unique(y))
        found.partial_fit(x, y, classes=np.unique(y))
        found = pickle.loads(pickle.dumps(found))
    assert_same_weights(expected, found, 1e-9)
    assert found._optimizer.learning_rate == pytest.approx(expected._optimizer.learning_rate)


def test_weights_are_the_networks_own_and_may_be_replaced() -> None:
    x, y = numbers()
    net = ours.MLPRegressor(random_state=0, max_iter=5).fit(x, y)
    before = net.predict(x)
    net.coefs_[0] *= 2  # in place
    doubled = net.predict(x)
    assert not np.allclose(doubled, before)
    net.coefs_[0] = net.coefs_[0] / 2  # another array
    np.testing.assert_allclose(net.predict(x), before)


def test_predictions_do_not_depend_on_threads() -> None:
    x, y = classes()
    fitted = {}
    try:
        for threads in (1, 2):
            gn.set_num_threads(threads)
            fitted[threads] = ours.MLPClassifier(random_state=0, max_iter=20).fit(x, y)
    finally:
        gn.set_num_threads(None)
    assert_same_weights(fitted[1], fitted[2], 0.0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", ["classes", "two classes", "labels"])
def test_the_loss_of_what_is_sure_and_wrong_is_scikit_learns(kind: str, dtype: Any) -> None:
    name, (x, y) = DATA[kind]
    x = (x * 100).astype(dtype)  # probabilities of zero and one
    settings = {"solver": "sgd", "learning_rate_init": 1e-4, "random_state": 0, "max_iter": 5}
    expected, found = pair(name, **settings)
    expected.fit(x, y)
    found.fit(x, y)
    assert found.loss_curve_[0] > 3
    # Of two classes scikit-learn takes 1 - p, which near p = 1 has few digits.
    tolerance = 1e-6 if dtype == np.float64 and kind == "classes" else 1e-3
    np.testing.assert_allclose(found.loss_curve_, expected.loss_curve_, rtol=tolerance)


def test_no_hidden_layer_is_a_linear_model() -> None:
    x, y = classes()
    expected, found = pair("MLPClassifier", hidden_layer_sizes=(), random_state=0, max_iter=EPOCHS)
    expected.fit(x, y)
    found.fit(x, y)
    np.testing.assert_allclose(found.loss_curve_, expected.loss_curve_, rtol=0, atol=1e-6)
    assert_same_weights(expected, found, 1e-6)


@pytest.mark.parametrize("dtype", ["f2", ">f8", ">f4", "longdouble", "i2", "?"])
def test_numbers_of_any_type_can_be_fitted_and_predicted(dtype: str) -> None:
    x, y = numbers()
    net = ours.MLPRegressor(random_state=0, max_iter=3).fit(x.astype(dtype), y)
    np.testing.assert_allclose(
        net.predict(x.astype(dtype)), net.predict(x.astype(dtype).astype(np.float64)), rtol=1e-5
    )


def test_sizes_that_are_no_whole_numbers_are_refused_by_name() -> None:
    refused: list[Any] = [(5.5,), (2**31,), (3, 0)]
    for wrong in refused:
        with pytest.raises(ValueError, match="hidden_layer_sizes must be"):
            ours.MLPClassifier(hidden_layer_sizes=wrong).fit(*classes())


@pytest.mark.parametrize("dtype", ["f2", ">f8", ">i4", "longdouble"])
def test_targets_may_be_numbers_of_any_type(dtype: str) -> None:
    x, y = numbers()
    net = ours.MLPRegressor(random_state=0, max_iter=3).fit(x, y.astype(dtype))
    same = ours.MLPRegressor(random_state=0, max_iter=3).fit(x, y.astype(dtype).astype(float))
    np.testing.assert_array_equal(net.predict(x), same.predict(x))


def test_indicators_are_refused_where_classes_were_fitted() -> None:
    x, y = load_iris(return_X_y=True)
    net = ours.MLPClassifier(random_state=0).partial_fit(x, y, classes=[0, 1, 2])
    with pytest.raises(ValueError, match="multilabel"):
        net.partial_fit(x, np.eye(3, dtype=int)[y])


def test_a_batch_that_counts_nothing_is_passed_over() -> None:
    x, _ = numbers()
    y = np.random.default_rng(0).poisson(np.exp(x[:, 2]))
    weight = np.ones(len(y))
    weight[:50] = 0
    settings: dict[str, Any] = {
        "batch_size": 50,
        "shuffle": False,
        "random_state": 0,
        "max_iter": 3,
    }
    for loss in ("poisson", "squared_error"):
        net = ours.MLPRegressor(loss, **settings).fit(x, y, weight)
        assert np.isfinite(net.loss_curve_).all()


def test_sparse_rows_are_held_out_too() -> None:
    x, y = classes()
    settings: dict[str, Any] = {"early_stopping": True, "random_state": 0, "max_iter": 20}
    dense = ours.MLPClassifier(**settings).fit(x, y)
    unfolded = ours.MLPClassifier(**settings).fit(sparse.csr_matrix(x), y)
    assert unfolded.validation_scores_ == dense.validation_scores_
    np.testing.assert_allclose(unfolded.validation_loss_curve_, dense.validation_loss_curve_)


def test_float32_stays_and_anything_else_becomes_float64() -> None:
    x, y = numbers()
    for dtype, kept in ((np.float32, np.float32), (np.float64, np.float64), (np.int32, np.float64)):
        net = ours.MLPRegressor(random_state=0, max_iter=2).fit((x * 10).astype(dtype), y)
        assert net.coefs_[0].dtype == kept
        assert net.predict((x * 10).astype(dtype)).dtype == kept


@pytest.mark.parametrize(
    ("loss", "out_activation", "outputs"),
    [
        ("log_loss", "softmax", 3),
        ("log_loss", "logistic", 3),
        ("poisson", "exp", 3),
        ("squared_error", "identity", 1),
        ("absolute_error", "identity", 1),
        ("huber", "identity", 1),
        ("quantile", "identity", 1),
        ("gaussian", "identity", 2),
        ("squared_error", "identity", 3),
        ("gaussian", "identity", 6),
    ],
)
def test_gradient_is_the_central_difference(loss: str, out_activation: str, outputs: int) -> None:
    rng = np.random.default_rng(0)
    model = inside.parametrized(mlp([4, 5, outputs], ["tanh"], out_activation, "float64"))
    x = rng.normal(size=(20, 4))
    columns = outputs // 2 if loss == "gaussian" else outputs
    softmax = out_activation == "softmax"
    y = rng.integers(0, 3, (20, 1)) if softmax else rng.uniform(0, 1, (20, columns))
    samples = Dataset.of(x, y, rng.uniform(0.5, 2, (20, 1)))
    values = model.store.values
    values[:] = rng.normal(size=values.size) / 2
    classes = loss == "log_loss"
    rule = rule_of_classes(model) if classes else rule_of_numbers(loss, model, (0.3,))
    objective = PenalizedLoss(model, rule, 0.7, "gradients")

    def value() -> float:
        return objective.over(samples, 20)

    value()
    assert samples.weight is not None
    gradient = model.store.gradients.copy()
    # Of errors, scikit-learn's value is the mean over the targets, its gradient that of the sum.
    times = columns if loss in ("squared_error", "gaussian") else 1
    for begin, end in model.network.weight_ranges():
        gradient[begin:end] += times * 0.7 / samples.weight.sum() * values[begin:end]
    step = 1e-6
    for i in range(values.size):
        at = values[i]
        values[i] = at + step
        above = value()
        values[i] = at - step
        below = value()
        values[i] = at
        assert gradient[i] == pytest.approx(times * (above - below) / (2 * step), abs=1e-7)


def test_ctrl_c_warns_and_leaves_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = numbers()

    def interrupted(self: Any, *arguments: Any) -> float:
        raise KeyboardInterrupt

    monkeypatch.setattr(PenalizedLoss, "over", interrupted)
    with pytest.warns(UserWarning, match="interrupted by user"):
        net = ours.MLPRegressor().fit(x, y)
    assert net.interrupted_
    assert net.predict(x).shape == y.shape
    monkeypatch.undo()
    assert not net.set_params(max_iter=2).fit(x, y).interrupted_


def test_parameters_are_scikit_learns_in_the_same_order() -> None:
    for name in ("MLPClassifier", "MLPRegressor"):
        expected, found = pair(name)
        parameters = found.get_params()
        assert {key: parameters[key] for key in expected.get_params()} == expected.get_params()
        names = list(inspect.signature(type(expected)).parameters)
        assert list(inspect.signature(type(found)).parameters)[: len(names)] == names


def test_one_import_changed_is_all() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        net = ours.MLPClassifier(hidden_layer_sizes=(8,), max_iter=2000, random_state=0)
        assert net.fit(*classes()).score(*classes()) > 0.95
