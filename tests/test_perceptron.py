"""Rosenblatt's perceptron, beside its rule in NumPy and beside scikit-learn's."""

import pickle
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import sklearn
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import sparse
from sklearn import linear_model as theirs
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_digits, load_iris
from sklearn.exceptions import ConvergenceWarning

import ganglion as gn
from ganglion._base import precision
from ganglion.linear_model import Perceptron

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

Array = NDArray[Any]


def rosenblatt(
    x: Array, sign: Array, weight: Array, *, epochs: int, rate: float, l2: float, l1: float
) -> tuple[Array, float]:
    """Return the weights and the intercept after some epochs, in the order of the samples."""
    w, taken = np.zeros(x.shape[1]), np.zeros(x.shape[1])
    b = due = 0.0
    for _ in range(epochs):
        for row, s, counts in zip(x.astype(float), sign, weight, strict=True):
            mistaken = s * (row @ w + b) <= 0
            w *= max(0.0, 1 - rate * l2)
            if mistaken:
                w += rate * counts * s * row
                b += rate * counts * s
            due += rate * l1
            before = w.copy()
            w = np.where(w > 0, np.maximum(0, w - (due + taken)), w)
            w = np.where(before < 0, np.minimum(0, before + (due - taken)), w)
            taken += w - before
    return w, b


@pytest.mark.kernel
@given(
    features=st.integers(1, 70),
    samples=st.integers(1, 40),
    l2=st.sampled_from([0.0, 0.01, 0.5, 3.0]),
    l1=st.sampled_from([0.0, 0.02]),
    dtype=st.sampled_from(["float32", "float64"]),
    folded=st.booleans(),
    seed=st.integers(0, 99),
)
@settings(max_examples=60, deadline=None)
def test_epochs_follow_the_rule(
    features: int, samples: int, l2: float, l1: float, dtype: str, folded: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(samples, features)) * (rng.random((samples, features)) < 0.6)
    x = x.round(2).astype(dtype)
    classes = rng.integers(0, 3, samples)
    weight = rng.integers(1, 3, samples).astype(dtype)
    rows = sparse.csr_matrix(x)
    perceptrons = precision.get(dtype).perceptrons(
        x=rows.data if folded else x,
        columns=(rows.indices, rows.indptr) if folded else None,
        classes=classes,
        weight=weight,
        held_out=None,
        units=[(1, 0.5, 0.5, 1, 0.0)],
        coefs=np.zeros((1, features), dtype),
        intercept_rate=1.0,
        rate=0.5,
        l2=l2,
        l1=0.0 if folded else l1,  # of a sparse sample it takes from what is not zero alone
        shuffle=False,
    )
    epochs = 3
    for _ in range(epochs):
        perceptrons.run_epoch([0])
    sign = np.where(classes == 1, 1, -1)
    w, b = rosenblatt(x, sign, weight, epochs=epochs, rate=0.5, l2=l2, l1=0.0 if folded else l1)
    tolerance = 1e-9 if dtype == "float64" else 2e-4
    np.testing.assert_allclose(perceptrons.coefs[0], w, rtol=tolerance, atol=tolerance)
    assert perceptrons.intercept(0) == pytest.approx(b, abs=tolerance)


SETTINGS: list[Mapping[str, Any]] = [
    {},
    {"shuffle": False, "class_weight": "balanced"},
    {"class_weight": {0: 2.0}, "eta0": 0.5, "random_state": 3},
    {"fit_intercept": False, "n_iter_no_change": 2},
    {"tol": None, "max_iter": 7},
    {"penalty": "l2", "alpha": 1e-3},
    {"penalty": "l2", "alpha": 2.0},
    {"penalty": "l1"},
    {"penalty": "elasticnet", "l1_ratio": 0.3, "alpha": 1e-3},
    {"early_stopping": True, "random_state": 1},
]
NAMES = [" ".join(map(str, given.values())) or "defaults" for given in SETTINGS]
VERSION = tuple(map(int, sklearn.__version__.split(".")[:2]))
SETS = [load_iris, load_breast_cancer, load_digits]


@pytest.mark.parametrize("load", SETS)
@pytest.mark.parametrize("arguments", SETTINGS, ids=NAMES)
@pytest.mark.parametrize("container", [np.asarray, sparse.csr_matrix])
def test_weights_are_scikit_learns(load: Any, arguments: Mapping[str, Any], container: Any) -> None:
    if "penalty" in arguments and VERSION < (1, 9):
        pytest.skip("older ones stop by the loss without the penalty")
    x, y = load(return_X_y=True)
    x = container(x)
    ours, other = Perceptron(**arguments), theirs.Perceptron(**arguments)
    ours.fit(x, y)
    other.fit(x, y)
    np.testing.assert_allclose(ours.coef_, other.coef_, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(ours.intercept_, other.intercept_, rtol=1e-9, atol=1e-9)
    assert (ours.n_iter_, ours.t_) == (other.n_iter_, other.t_)
    np.testing.assert_array_equal(ours.predict(x), other.predict(x))


@pytest.mark.parametrize("two", [True, False])
def test_weights_of_samples_and_partial_fits_are_scikit_learns(two: bool) -> None:
    x, y = load_iris(return_X_y=True)
    if two:
        x, y = x[:100], y[:100]
    weight = np.random.default_rng(0).random(len(x))
    ours, other = Perceptron(), theirs.Perceptron()
    for model in (ours, other):
        model.partial_fit(x[::2], y[::2], classes=np.unique(y))
        model.partial_fit(x[1::2], y[1::2], sample_weight=weight[1::2])
    np.testing.assert_allclose(ours.coef_, other.coef_, rtol=1e-12)
    assert ours.t_ == other.t_
    for model in (ours, other):
        model.fit(x, y, sample_weight=weight)
        model.set_params(warm_start=True, max_iter=3).fit(x, y)
    np.testing.assert_allclose(ours.coef_, other.coef_, rtol=1e-12)
    np.testing.assert_allclose(ours.intercept_, other.intercept_, rtol=1e-12)


def test_the_random_state_is_used_as_scikit_learn_does() -> None:
    x, y = load_breast_cancer(return_X_y=True)
    for stops in (False, True):
        ours = Perceptron(random_state=np.random.RandomState(5), early_stopping=stops).fit(x, y)
        other = theirs.Perceptron(random_state=np.random.RandomState(5), early_stopping=stops)
        np.testing.assert_allclose(ours.coef_, other.fit(x, y).coef_, rtol=1e-9)


def test_weights_of_samples_held_out_count_in_their_score() -> None:
    x, y = load_digits(return_X_y=True)
    weight = np.random.default_rng(0).integers(0, 9, len(x)).astype(float)
    ours = Perceptron(early_stopping=True, validation_fraction=0.3).fit(x, y, sample_weight=weight)
    other = theirs.Perceptron(early_stopping=True, validation_fraction=0.3)
    other.fit(x, y, sample_weight=weight)
    np.testing.assert_allclose(ours.coef_, other.coef_, rtol=1e-12)
    assert ours.n_iter_ == other.n_iter_


@pytest.mark.skipif(VERSION < (1, 9), reason="older ones stop by the loss without the penalty")
def test_a_warm_start_knows_the_penalty_of_what_it_begins_with() -> None:
    x, y = load_digits(return_X_y=True)
    models: list[Any] = [
        Perceptron(penalty="l2", alpha=1.0),
        theirs.Perceptron(penalty="l2", alpha=1.0),
    ]
    for model in models:
        model.fit(x, y, coef_init=np.full((10, 64), 5.0), intercept_init=np.ones(10))
    assert models[0].n_iter_ == models[1].n_iter_
    np.testing.assert_allclose(models[0].coef_, models[1].coef_, rtol=1e-9)


@pytest.mark.parametrize("container", [np.asarray, sparse.csr_matrix])
def test_an_epoch_in_several_stretches_leaves_no_sample_out(container: Any) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60_000, 200))  # more work than is done between two looks for Ctrl-C
    y = np.where(x[:, 0] + rng.normal(size=len(x)) > 0, 1, -1)
    ours, other = Perceptron(max_iter=2, tol=None), theirs.Perceptron(max_iter=2, tol=None)
    ours.fit(container(x), y)
    other.fit(container(x), y)
    np.testing.assert_allclose(ours.coef_, other.coef_, rtol=1e-6, atol=1e-6)


def test_float32_is_kept() -> None:
    x, y = load_iris(return_X_y=True)
    model = Perceptron().fit(x.astype(np.float32), y)
    assert model.coef_.dtype == model.intercept_.dtype == np.float32
    other = theirs.Perceptron().fit(x.astype(np.float32), y)
    np.testing.assert_allclose(model.coef_, other.coef_, rtol=1e-4)


@pytest.mark.kernel
def test_the_same_bits_on_any_number_of_threads() -> None:
    x, y = load_digits(return_X_y=True)
    x = np.vstack([x] * 4)  # enough work for several threads
    y = np.concatenate([y] * 4)
    before = gn.get_num_threads()
    try:
        fits = []
        for threads in (1, 2, 3, 7):
            gn.set_num_threads(threads)
            fits.append(Perceptron(penalty="l2", max_iter=5).fit(x, y).coef_)
    finally:
        gn.set_num_threads(before)
    for other in fits[1:]:
        np.testing.assert_array_equal(fits[0], other)


def test_it_is_an_estimator() -> None:
    x, y = load_iris(return_X_y=True)
    names = np.array(["setosa", "versicolor", "virginica"])
    model = Perceptron().fit(x, names[y])
    assert model.classes_.tolist() == names.tolist()
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.decision_function(x), model.decision_function(x))
    assert clone(model).get_params() == model.get_params()
    folded = pickle.loads(pickle.dumps(model)).sparsify()
    np.testing.assert_array_equal(folded.predict(x), model.predict(x))


def test_verbose_tells_of_each_epoch(capsys: pytest.CaptureFixture[str]) -> None:
    x, y = load_iris(return_X_y=True)
    Perceptron(verbose=1, max_iter=2, tol=None, early_stopping=True).fit(x, y)
    text = capsys.readouterr().out
    assert text.count("-- Epoch") == 2 * 3
    assert "Validation score" in text


def test_epochs_that_ran_out_are_told() -> None:
    x, y = load_iris(return_X_y=True)
    with pytest.warns(ConvergenceWarning, match="Maximum number of iteration"):
        Perceptron(max_iter=1).fit(x, y)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Perceptron(max_iter=1, tol=None).fit(x, y)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"coef_init": np.zeros((2, 4))}, r"coef_init is \(2, 4\), must be \(3, 4\)"),
        ({"intercept_init": np.zeros(2)}, r"intercept_init is \(2,\), must be \(3,\)"),
    ],
)
def test_a_beginning_that_does_not_fit(arguments: Mapping[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Perceptron().fit(*load_iris(return_X_y=True), **arguments)


def test_what_is_refused() -> None:
    x, y = load_iris(return_X_y=True)
    with pytest.raises(ValueError, match="greater than one; got 1 class"):
        Perceptron().fit(x, np.zeros(len(x)))
    with pytest.raises(ValueError, match="densify"):
        Perceptron().fit(x, y).sparsify().partial_fit(x, y)
    with pytest.raises(ValueError, match="early_stopping"):
        Perceptron(early_stopping=True).partial_fit(x, y, classes=[0, 1, 2])
    with pytest.raises(ValueError, match="balanced"):
        Perceptron(class_weight="balanced").partial_fit(x, y, classes=[0, 1, 2])
    with pytest.raises(ValueError, match="classes must be passed"):
        Perceptron().partial_fit(x, y)
    with pytest.raises(ValueError, match=r"y` has classes \[2\], which are not in \[0 1\]"):
        Perceptron().partial_fit(x, y, classes=[0, 1])
    with pytest.raises(ValueError, match="n_jobs is 0"):
        Perceptron(n_jobs=0).fit(x, y)
    with pytest.raises(ValueError, match="under-/overflow occurred at epoch #1"):
        Perceptron(eta0=1e300).fit(x * 1e300, y)


def test_a_refused_fit_leaves_the_one_before() -> None:
    x, y = load_iris(return_X_y=True)
    model = Perceptron().fit(x, y)
    before = model.predict(x)
    with pytest.raises(ValueError, match="classes"):
        model.fit(x, np.zeros(len(x)))
    with pytest.raises(ValueError, match="overflow"):
        model.set_params(eta0=1e300).fit(x * 1e300, np.where(y == 2, 5, y))
    np.testing.assert_array_equal(model.predict(x), before)


CORE: Mapping[str, Any] = {
    "x": np.zeros((3, 2)),
    "columns": None,
    "classes": np.array([0, 1, 0]),
    "weight": None,
    "held_out": None,
    "units": [(1, 1.0, 1.0, 1, 0.0)],
    "coefs": np.zeros((1, 2)),
    "intercept_rate": 1.0,
    "rate": 1.0,
    "l2": 0.0,
    "l1": 0.0,
    "shuffle": True,
}


def sparse_columns(columns: list[int], begins: list[int]) -> tuple[Array, Array]:
    return np.array(columns, np.int32), np.array(begins, np.int32)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"classes": np.array([0, 1])}, "classes has 2 numbers, must have 3"),
        ({"weight": np.ones(2)}, "weight has 2 numbers, must have 3"),
        ({"x": np.zeros((3, 4))[:, ::2]}, "contiguous"),
        ({"x": np.zeros((3, 3))}, "2 columns"),
        ({"coefs": np.zeros((2, 2))}, "coefs is 2x2, must be 1x2"),
        (
            {"x": np.ones(1), "columns": sparse_columns([2], [0, 1, 1, 1])},
            "columns must be from 0 to 1",
        ),
        ({"x": np.ones(1), "columns": sparse_columns([1], [0, 2, 1, 1])}, "begins must rise"),
        ({"x": np.ones(1), "columns": sparse_columns([1], [0, 1, 1, 2])}, "begins must rise"),
        ({"x": np.ones(1), "columns": sparse_columns([1], [])}, "begins must rise"),
        ({"x": np.ones(1), "columns": (np.zeros(1, np.int32),)}, "must be a pair of arrays"),
        ({"x": np.zeros((3, 0)), "coefs": np.zeros((1, 0))}, "x has no features"),
    ],
)
def test_the_core_checks_what_it_is_given(change: Mapping[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        precision.get("float64").perceptrons(**{**CORE, **change})


def test_the_core_checks_which_units_run() -> None:
    perceptrons = precision.get("float64").perceptrons(**CORE)
    assert perceptrons.run_epoch([]) == []
    for unit in (-1, 1):
        with pytest.raises(ValueError, match=f"unit is {unit}, there are 1"):
            perceptrons.intercept(unit)
    for units in ([1], [-1], [0, 0]):
        with pytest.raises(ValueError, match="ascending numbers below 1"):
            perceptrons.run_epoch(units)
