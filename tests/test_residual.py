"""Deep residual networks: what they compute, how they begin, and what they learn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.datasets import load_diabetes, load_digits
from sklearn.model_selection import train_test_split

import ganglion as gn
from ganglion.estimators.multilayer.blocks import FORMS, NORMALIZATIONS, Blocks
from ganglion.neural_network import ResNetClassifier, ResNetRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

Array = NDArray[Any]

X, Y = load_digits(return_X_y=True)
X = X / 16
FEW = slice(300)
EPSILON = 1e-5


class Oracle:
    """The papers' formulas in NumPy, with a network's parameters in their order."""

    def __init__(self, net: gn.Sequential, normalization: str | None) -> None:
        self._parts = iter(net.get_weights())
        self._normalization = normalization

    def w(self, x: Array) -> Array:
        weight, bias = next(self._parts), next(self._parts)
        return np.asarray(x @ weight + bias)

    def n(self, x: Array) -> Array:
        if self._normalization is None:
            return x
        factor, shift = next(self._parts), next(self._parts)
        if self._normalization == "batch":
            mean, variance = next(self._parts), next(self._parts)
        else:
            mean, variance = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
        return np.asarray((x - mean) / np.sqrt(variance + EPSILON) * factor + shift)

    def outputs(self, form: str, count: int, x: Array) -> Array:
        w, n, a = self.w, self.n, _relu
        x = w(x)
        if form == "post_activation":
            x = a(n(x))
        for _ in range(count):
            if form == "tabular":
                x = x + w(a(w(n(x))))
            elif form == "pre_activation":
                x = x + w(a(n(w(a(n(x))))))
            else:
                x = a(x + n(w(a(n(w(x))))))
        return w(x if form == "post_activation" else a(n(x)))


def _relu(x: Array) -> Array:
    return np.maximum(x, 0)


@pytest.mark.parametrize("normalization", [*NORMALIZATIONS, None])
@pytest.mark.parametrize("form", FORMS)
def test_the_forms_are_those_of_their_papers(form: str, normalization: str | None) -> None:
    y = X[FEW, :2] - X[FEW, 20:22]
    settings: dict[str, Any] = {"form": form, "normalization": normalization, "random_state": 0}
    net = ResNetRegressor(blocks=3, width=8, max_iter=3, **settings).fit(X[FEW], y)
    expected = Oracle(net.model_, normalization).outputs(form, 3, X[FEW])
    np.testing.assert_allclose(net.predict(X[FEW]), expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("normalization", [*NORMALIZATIONS, None])
@pytest.mark.parametrize("form", ["tabular", "pre_activation"])
def test_a_network_begins_as_if_it_had_no_blocks(form: str, normalization: str | None) -> None:
    one, many = (
        gn.Sequential(Blocks(count, 16, form, "relu", normalization, 0.0).layers(), input_size=64)
        for count in (1, 50)
    )
    np.testing.assert_array_equal(one.predict(X), many.predict(X))


@pytest.mark.parametrize("normalization", [*NORMALIZATIONS, None])
@pytest.mark.parametrize("form", ["tabular", "pre_activation"])
def test_gradients_are_as_large_in_the_first_layer_as_in_the_last(
    form: str, normalization: str | None
) -> None:
    layers = Blocks(50, 64, form, "relu", normalization, 0.0).layers()
    net = gn.Sequential([*layers, gn.Dense(10, "softmax")], input_size=64)
    outputs = net.forward(X[FEW])
    net.backward((outputs - np.eye(10)[Y[FEW]]) / len(outputs))
    first = np.linalg.norm(net.gradient_vector[: 64 * 64])
    last = np.linalg.norm(net.gradient_vector[-(64 * 10 + 10) : -10])
    assert 0.1 <= first / last <= 10


def without_connections(layers: Any) -> list[gn.Layer]:
    """Return the same stack, in which all matrices begin as they do without connections."""
    stack: list[gn.Layer] = []
    for layer in layers:
        stack += layer.layers if isinstance(layer, gn.Residual) else [layer]
    return [
        gn.Dense(64) if one == gn.Dense(64, kernel_initializer="zeros") else one for one in stack
    ]


def scores_of_a_seed(seed: int, epochs: int) -> tuple[float, float]:
    """Return the accuracies with connections and without, from as many epochs."""
    x, x_test, y, y_test = train_test_split(X, Y, random_state=seed, stratify=Y)
    net = ResNetClassifier(50, 64, max_iter=epochs, random_state=seed).fit(x, y)
    stack = gn.Sequential(without_connections(net.model_.layers), input_size=64, seed=seed)
    stack.compile("adam", "cross_entropy", metrics=["accuracy"])
    stack.fit(x, y, batch_size=200, epochs=epochs, verbose=0)
    return net.score(x_test, y_test), stack.evaluate(x_test, y_test)["accuracy"]


def test_fifty_blocks_learn_digits() -> None:
    residual, plain = scores_of_a_seed(0, epochs=8)
    assert residual >= 0.94
    assert plain <= residual - 0.05


@pytest.mark.slow
def test_fifty_blocks_learn_digits_at_their_best() -> None:
    scores = [scores_of_a_seed(seed, epochs=40) for seed in range(5)]
    residual, plain = np.median(scores, axis=0)
    assert residual >= 0.97
    assert plain <= residual - 0.05


def test_numbers_are_learned_in_their_units() -> None:
    x, y = load_diabetes(return_X_y=True)
    net = ResNetRegressor(
        blocks=2, standardize=True, standardize_target=True, max_iter=30, random_state=0
    ).fit(x, y)
    assert net.score(x, y) > 0.5
    gaussian = ResNetRegressor("gaussian", 2, standardize=True, standardize_target=True)
    mean, deviation = gaussian.set_params(max_iter=30).fit(x, y).predict(x, return_std=True)
    assert mean.shape == deviation.shape == y.shape
    assert 10 < deviation.mean() < y.std()


def test_early_stopping_keeps_the_best_epoch_with_its_running_moments() -> None:
    net = ResNetClassifier(2, 16, early_stopping=True, n_iter_no_change=3, random_state=0)
    net.set_params(learning_rate_init=0.03).fit(X[FEW], Y[FEW], X_val=X[300:500], y_val=Y[300:500])
    assert net.best_epoch_ < net.n_iter_  # or the test says nothing
    assert net.score(X[300:500], Y[300:500]) == max(net.validation_scores_)


def test_a_fit_that_fails_leaves_running_moments_as_they_were() -> None:
    net = ResNetClassifier(2, 16, random_state=0).partial_fit(X[FEW], Y[FEW], classes=range(10))
    before = net.model_.parameter_vector.copy()
    net.set_params(solver="sgd", learning_rate_init=1e300)
    net.set_params(warm_start=True)
    with pytest.raises(ValueError, match="non-finite"):
        net.fit(X[FEW], Y[FEW])
    np.testing.assert_array_equal(net.model_.parameter_vector, before)


def test_parts_of_a_fit_make_the_whole() -> None:
    whole = ResNetClassifier(2, 16, max_iter=3, shuffle=False, random_state=0)
    whole.fit(X[FEW], Y[FEW])
    parts = ResNetClassifier(2, 16, shuffle=False, random_state=0)
    for _ in range(3):
        parts.partial_fit(X[FEW], Y[FEW], classes=range(10))
    np.testing.assert_array_equal(parts.model_.parameter_vector, whole.model_.parameter_vector)


def test_a_warm_start_goes_on_with_the_same_network_alone() -> None:
    net = ResNetClassifier(2, 16, max_iter=2, warm_start=True, random_state=0).fit(X[FEW], Y[FEW])
    first = net.loss_
    assert net.fit(X[FEW], Y[FEW]).loss_ < first
    before = net.model_.parameter_vector.copy()
    with pytest.raises(ValueError, match=r"blocks=3, width=16.*another network"):
        net.set_params(blocks=3).fit(X[FEW], Y[FEW])
    np.testing.assert_array_equal(net.model_.parameter_vector, before)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_network_computes_in_the_type_of_its_inputs(dtype: str) -> None:
    net = ResNetClassifier(1, 8, max_iter=1, random_state=0).fit(X[FEW].astype(dtype), Y[FEW])
    assert net.predict_proba(X[FEW].astype(dtype)).dtype == dtype
    assert net.model_.dtype == dtype


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("blocks", 0),
        ("width", 0),
        ("normalization", "group"),
        ("form", "tabula"),
        ("solver", "lbfgs"),
    ],
)
def test_arguments_that_are_wrong_are_refused(argument: str, value: Any) -> None:
    net = ResNetClassifier(**{argument: value})
    with pytest.raises(ValueError, match=f"'{argument}' parameter"):
        net.fit(X[FEW], Y[FEW])
    assert not hasattr(net, "classes_")
    assert not hasattr(net, "model_")


def test_weights_of_samples_and_classes_count() -> None:
    wrong = np.where(Y[FEW] == 3, 8, Y[FEW])
    x, y = np.tile(X[FEW], (2, 1)), np.concatenate([Y[FEW], wrong])
    weight = np.repeat([1.0, 0.0], len(wrong))
    settings: dict[str, Any] = {"max_iter": 20, "normalization": "layer", "random_state": 0}
    net = ResNetClassifier(1, 32, **settings).fit(x, y, sample_weight=weight)
    assert (net.predict(X[FEW])[Y[FEW] == 3] == 3).mean() > 0.9
    net = ResNetClassifier(1, 32, class_weight={3: 0.0}, **settings).fit(X[FEW], Y[FEW])
    assert not (net.predict(X[FEW]) == 3).any()
