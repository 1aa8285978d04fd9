"""Functions of the caller's: refused before a fit where they cannot be called, told when wrong."""

import functools
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import ganglion as gn
from ganglion._base import functions
from ganglion.neural_network import MLPRegressor

Array = NDArray[Any]

X = np.random.default_rng(0).normal(size=(20, 3))
Y = X[:, :1]


def half(y: Array, p: Array, weight: Array | None = None) -> tuple[float, Array]:
    return float(((p - y) ** 2).mean() / 2), (p - y) / p.size


def largest(y: Array, p: Array) -> float:
    return float(np.abs(p - y).max())


class Share:
    """A metric that is an object with settings."""

    def __call__(self, y: Array, p: Array) -> float:
        return 0.25


def compiled(**told: Any) -> gn.MLP:
    net = gn.MLP([3, 1], dtype="float64")
    net.compile("sgd", **{"loss": "mse", **told})
    return net


TAKES: dict[str, tuple[Callable[..., Any], str]] = {
    "one": (lambda y: 0.0, r"takes \(y\), must take WANTED: too many positional"),
    "none": (lambda: 0.0, r"takes \(\), must take WANTED: too many positional"),
    "one too many": (
        lambda a, b, c, d: 0.0,
        r"takes \(a, b, c, d\), must take WANTED: missing a required argument: '[cd]'",
    ),
    "by name": (lambda a, *, b, c: 0.0, r"takes \(a, b, c\), must take WANTED: too many posi"),
}


@pytest.mark.parametrize("case", TAKES)
def test_a_loss_that_takes_other_arguments_is_refused_by_compile(case: str) -> None:
    loss, said = TAKES[case]
    said = said.replace("WANTED", r"\(targets, predictions, row_weights\)")
    with pytest.raises(TypeError, match=f"^compile: the loss <lambda> {said}"):
        compiled(loss=loss)


@pytest.mark.parametrize("case", TAKES)
def test_a_metric_that_takes_other_arguments_is_refused_by_compile(case: str) -> None:
    metric, said = TAKES[case]
    said = said.replace("WANTED", r"\(targets, outputs\)")
    with pytest.raises(TypeError, match=f"^metrics: <lambda> {said}"):
        compiled(metrics=[metric])


def test_what_is_refused_leaves_the_model_compiled_as_it_was() -> None:
    net = compiled(loss=half)
    with pytest.raises(TypeError, match=r"the loss largest takes \(y, p\), must take"):
        net.compile("adam", loss=largest)  # type: ignore[arg-type]
    assert net.loss is half
    net.fit(X, Y, verbose=0)


@pytest.mark.parametrize(
    ("function", "name"),
    [(half, "half"), (functools.partial(half, weight=None), "half"), (Share(), "Share")],
    ids=["function", "partial", "object"],
)
def test_a_function_has_a_name_whatever_it_is(function: Any, name: str) -> None:
    assert functions.name_of(function) == name


def test_objects_and_parts_of_functions_are_metrics() -> None:
    net = compiled(metrics=[Share(), functools.partial(largest), np.vdot])
    figures = net.evaluate(X, Y)
    assert figures["Share"] == 0.25
    assert figures["largest"] > 0
    assert "vdot" in figures  # compiled: it does not tell what it takes


ANSWERS: dict[str, tuple[Any, str]] = {
    "number": (1.0, r"must return \(loss, gradient\), a number and an array of shape \(20, 1\), "),
    "nothing": (None, r"must return \(loss, gradient\), .*, got None$"),
    "list": ([1.0, 2.0], r"must return \(loss, gradient\), .*, got a list of 1.0, 2.0$"),
    "array": (Y, r"must return \(loss, gradient\), .*, got an array of shape \(20, 1\)$"),
    "three": ((1.0, Y, Y), r"must return .*, got a tuple of 1.0, an array of shape .*, an array"),
    "turned around": ((Y, 1.0), r"must return a loss that is one number, got an array of shape"),
    "no loss": ((None, Y), r"must return a loss that is one number, got None$"),
    "one in a list": (([1.0], Y), r"must return a loss that is one number, got a list of 1.0$"),
    "gradient of other rows": (
        (1.0, np.zeros(3)),
        r": the gradient has shape \(3,\), must have that of the outputs, \(20, 1\)$",
    ),
    "no gradient": ((1.0, None), r": the gradient is a NoneType, must be an array of numbers"),
    "gradient of texts": ((1.0, "up"), r": the gradient has type <U2, must hold numbers"),
    "ragged gradient": ((1.0, [[1.0], [1.0, 2.0]]), r": the gradient must have rows of one length"),
    "objects": ((1.0, np.full((20, 1), None)), r": the gradient has None at row 0, column 0, must"),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_a_loss_that_answers_wrongly_is_named_with_what_it_gave(case: str) -> None:
    answer, said = ANSWERS[case]

    def own(y: Array, p: Array, weight: Array | None) -> Any:
        return answer

    net = compiled(loss=own)
    before = net.parameter_vector.copy()
    with pytest.raises((TypeError, ValueError), match=f"^fit: the loss own ?{said}"):
        net.fit(X, Y, verbose=0)
    np.testing.assert_array_equal(net.parameter_vector, before)


def test_a_loss_that_is_not_finite_is_told_by_its_name() -> None:
    def own(y: Array, p: Array, weight: Array | None) -> Any:
        return np.nan, p

    with pytest.raises(gn.LossNotFiniteError, match="step 0: the loss own is not finite"):
        compiled(loss=own).fit(X, Y, verbose=0)


@pytest.mark.parametrize("value", [1, np.float32(0.5), np.array(2.0), Decimal("0.5"), Fraction(1)])
def test_any_one_number_is_a_metrics_value(value: Any) -> None:
    def own(y: Array, p: Array) -> Any:
        return value

    assert compiled(metrics=own).evaluate(X, Y)["own"] == float(value)


NO_NUMBERS = [np.zeros(3), [[1], [1, 2]], (1.0, 2.0), "high", 1j, None, np.ma.masked]


@pytest.mark.parametrize("value", [*NO_NUMBERS, np.ma.array(2.0, mask=True)])
def test_a_metric_that_gives_no_number_is_named_with_what_it_gave(value: Any) -> None:
    def own(y: Array, p: Array) -> Any:
        return value

    with pytest.raises(TypeError, match=r"^metrics: own must return one number, got ") as caught:
        compiled(metrics=own).evaluate(X, Y)
    assert str(caught.value).endswith(functions.described(value))


def test_the_weights_of_a_batch_are_added_up_in_more_digits_than_float32_has() -> None:
    def own(y: Array, p: Array, weight: Array | None) -> tuple[float, Array]:
        return float(y[0, 0]), np.zeros_like(p)  # 1 in the first batch, 0 in the second

    net = gn.MLP([3, 1])
    net.compile("sgd", loss=own)
    y, weights = np.array([[1.0], [1.0], [0.0], [0.0]]), np.array([2.0**24, 1.0, 2.0**24, 0.0])
    told = net.fit(
        X[:4], y, sample_weight=weights, batch_size=2, shuffle=False, epochs=1, verbose=0
    )
    assert told.history["loss"] == [(2**24 + 1) / (2**25 + 1)]


@pytest.mark.parametrize("loss", ["mse", half, "cross_entropy"])
def test_a_metric_cannot_write_into_what_others_read(loss: Any) -> None:
    def writing(into: int) -> Callable[[Array, Array], float]:
        def own(*given: Array) -> float:
            given[into][:] = 0
            return 0.0

        return own

    for into in (0, 1):
        net = gn.MLP([3, 2], dtype="float64")
        net.compile("sgd", loss, metrics=[writing(into), largest])
        y = np.ones(20, int) if loss == "cross_entropy" else X[:, :2]
        with pytest.raises(ValueError, match="read-only"):
            net.evaluate(X, y)


def test_an_error_within_a_function_is_its_own() -> None:
    def own(y: Array, p: Array, weight: Array | None) -> Any:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        compiled(loss=own).fit(X, Y, verbose=0)


OF_CALLBACKS: dict[str, tuple[Callable[[], object], str]] = {
    "schedule": (
        lambda: gn.callbacks.LearningRateScheduler(lambda: 0.1),  # type: ignore[arg-type]
        r"LearningRateScheduler: schedule takes \(\), must take \(epoch, learning_rate\): ",
    ),
    "no schedule": (
        lambda: gn.callbacks.LearningRateScheduler(0.1),  # type: ignore[arg-type]
        r"schedule must be a function of \(epoch, learning_rate\), got 0.1$",
    ),
    "hook": (
        lambda: gn.callbacks.LambdaCallback(on_epoch_end=lambda epoch: None),  # type: ignore[arg-type,misc]
        r"LambdaCallback: on_epoch_end takes \(epoch\), must take \(epoch, logs\): ",
    ),
    "hook of a fit": (
        lambda: gn.callbacks.LambdaCallback(on_train_end=lambda: None),  # type: ignore[arg-type,misc]
        r"LambdaCallback: on_train_end takes \(\), must take \(logs\): ",
    ),
    "rates of an estimator": (
        lambda: MLPRegressor(lr_schedule=lambda: 0.1).fit(X, X[:, 0]),  # type: ignore[arg-type,misc]
        r"lr_schedule takes \(\), must take \(step\): ",
    ),
    "score of an estimator": (
        lambda: MLPRegressor(early_stopping_metric=lambda y, p: 0.1).fit(X, X[:, 0]),
        r"early_stopping_metric takes \(y, p\), must take \(estimator, X, y\): too",
    ),
}


@pytest.mark.parametrize("case", OF_CALLBACKS)
def test_functions_that_a_fit_calls_are_refused_before_it(case: str) -> None:
    make, said = OF_CALLBACKS[case]
    with pytest.raises(TypeError, match=said):
        make()
