"""Several outputs: weights of classes by name, losses of the caller's beside others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import ganglion as gn

Array = NDArray[Any]

ROWS = 90


@pytest.fixture
def data() -> tuple[Array, dict[str, Array]]:
    rng = np.random.default_rng(3)
    x = rng.normal(size=(ROWS, 5))
    kind = (x[:, 0] > 0).astype(np.int64) + (x[:, 1] > 1)
    size = np.column_stack([x[:, :2].sum(axis=1), x[:, 2]])
    return x, {"kind": kind, "sure": x[:, 3] > 0, "size": size}


def network(dtype: str = "float64") -> gn.Model:
    x = gn.Input(5)
    top = gn.Dropout(0.1)(gn.Dense(8, "tanh")(x))
    outputs = {"kind": gn.Dense(3)(top), "sure": gn.Dense(1)(top), "size": gn.Dense(2)(top)}
    return gn.Model(x, outputs, dtype=dtype, seed=4)


LOSSES = {"kind": "cross_entropy", "sure": "binary_cross_entropy", "size": "squared_error"}


def squared(y: Array, p: Array, weight: Array | None) -> tuple[float, Array]:
    """What squared_error is, as a function."""
    counts = np.ones(len(y)) if weight is None else weight
    share = (counts / counts.sum())[:, None] / y.shape[1]
    return float((share * (p - y) ** 2).sum()), 2 * share * (p - y)


def test_weights_of_classes_are_by_the_outputs_names(data: Any) -> None:
    x, y = data
    first, second = network(), network()
    for net in (first, second):
        net.compile("adam", loss=LOSSES)
    first.fit(x, y, verbose=0, class_weight={"kind": {1: 3.0}, "sure": "balanced"})
    yes = y["sure"].mean()
    counts = {
        "kind": np.array([1.0, 3.0, 1.0])[y["kind"]],
        "sure": np.where(y["sure"], 0.5 / yes, 0.5 / (1 - yes)),
    }
    second.fit(x, y, verbose=0, sample_weight=counts)
    np.testing.assert_allclose(first.parameter_vector, second.parameter_vector, rtol=1e-9)


def test_weights_of_classes_go_times_those_of_rows(data: Any) -> None:
    x, y = data
    row = np.linspace(0.5, 1.5, ROWS)
    first, second = network(), network()
    for net in (first, second):
        net.compile("adam", loss=LOSSES)
    first.fit(x, y, verbose=0, class_weight={"kind": [1, 3, 1]}, sample_weight={"kind": row})
    counts = row * np.array([1.0, 3.0, 1.0])[y["kind"]]
    second.fit(x, y, verbose=0, sample_weight={"kind": counts})
    np.testing.assert_allclose(first.parameter_vector, second.parameter_vector, rtol=1e-9)


def test_the_only_output_may_be_named(data: Any) -> None:
    x, y = data
    found = []
    by_class: list[Any] = [{1: 3.0}, {"output": {1: 3.0}}]
    for weight in by_class:
        net = gn.MLP([5, 6, 3])
        net.compile("sgd", loss="cross_entropy")
        net.fit(x, y["kind"], class_weight=weight, verbose=0)
        found.append(net.parameter_vector.copy())
    np.testing.assert_array_equal(found[0], found[1])


WRONG: list[tuple[Any, type[Exception], str]] = [
    ({1: 2.0}, ValueError, "class_weight must be by the names of outputs, kind, sure, size"),
    ("balanced", ValueError, "class_weight must be by the names of outputs"),
    ({"class": "balanced"}, ValueError, "class_weight names 'class', the outputs with losses are"),
    ({"size": "balanced"}, ValueError, "size: class_weight needs classes, the loss is squared_err"),
    ({"kind": {7: 1.0}}, ValueError, "kind: class_weight names class 7, must be from 0 to 2"),
    ({"kind": "even"}, ValueError, "kind: class_weight"),
    ({"kind": {1: -1.0}}, ValueError, r"class_weight\[1\] must be zero or"),
    ({"kind": None}, TypeError, "kind: class_weight must map classes to weights"),
]


@pytest.mark.parametrize(("class_weight", "kind", "message"), WRONG)
def test_weights_of_classes_that_do_not_fit_are_told(
    class_weight: Any, kind: type[Exception], message: str, data: Any
) -> None:
    x, y = data
    net = network()
    net.compile("adam", loss=LOSSES)
    kept = net.parameter_vector.copy()
    with pytest.raises(kind, match=message):
        net.fit(x, y, class_weight=class_weight, verbose=0)
    np.testing.assert_array_equal(net.parameter_vector, kept)


def test_a_batch_does_not_know_what_is_balanced(data: Any) -> None:
    x, y = data
    net = network()
    net.compile("adam", loss=LOSSES)
    with pytest.raises(ValueError, match="'balanced', which a batch cannot know"):
        net.train_on_batch(x, y, class_weight={"sure": "balanced"})


@pytest.mark.parametrize("weighted", [False, True])
def test_a_loss_of_ones_own_goes_beside_others(weighted: bool, data: Any) -> None:
    """Where it says what a loss of the package says, training is the same."""
    x, y = data
    weights = {name: np.linspace(0.2, 2, ROWS) for name in ("kind", "size")} if weighted else None
    figures: list[dict[str, Any]] = []
    for loss in (LOSSES, {**LOSSES, "size": squared}):
        net = network()
        metrics = {"kind": ["accuracy", "auc"], "size": "r2"}
        factors = {"kind": 0.5, "size": 2.0}
        net.compile(gn.optimizers.Adam(0.01), loss=loss, metrics=metrics, loss_weights=factors)
        validation = (x[:30], {name: part[:30] for name, part in y.items()})
        history = net.fit(
            x, y, epochs=5, verbose=0, sample_weight=weights, validation_data=validation
        ).history
        evaluated = net.evaluate(x, y, sample_weight=weights)
        assert evaluated["loss"] == pytest.approx(
            0.5 * evaluated["kind_loss"] + evaluated["sure_loss"] + 2 * evaluated["size_loss"]
        )
        figures.append({**history, **evaluated, "weights": net.parameter_vector.copy()})
    assert list(figures[0]) == list(figures[1])
    for name, values in figures[0].items():
        np.testing.assert_allclose(figures[1][name], values, rtol=1e-9)


def test_two_losses_of_ones_own(data: Any) -> None:
    x, y = data
    net = network("float32")
    net.compile(gn.optimizers.Adam(0.02), loss={"size": squared, "sure": squared})
    given = {"size": y["size"], "sure": y["sure"]}
    losses = net.fit(x, given, epochs=60, verbose=0).history
    assert losses["size_loss"][-1] < 0.5 * losses["size_loss"][0]
    assert losses["sure_loss"][-1] < 0.5 * losses["sure_loss"][0]


def test_what_is_frozen_is_moved_by_none_of_the_losses(data: Any) -> None:
    x, y = data
    one = gn.Input(5)
    top = gn.Dense(4, "tanh", trainable=False)(one)
    net = gn.Model(one, {"kind": gn.Dense(3)(top), "size": gn.Dense(2)(top)})
    before = net.get_weights()
    net.compile("adam", loss={"kind": "cross_entropy", "size": squared})
    net.fit(x, {"kind": y["kind"], "size": y["size"]}, verbose=0)
    moved = [(old != new).any() for old, new in zip(before, net.get_weights(), strict=True)]
    assert moved == [False, False, True, True, True, True]


def test_a_loss_of_ones_own_sees_steps_as_outputs_have_them() -> None:
    seen = []

    def loss(y: Array, p: Array, weight: Array | None) -> tuple[float, Array]:
        seen.append((y.shape, p.shape, None if weight is None else weight.shape))
        return float(((p - y) ** 2).mean()), 2 * (p - y) / p.size

    x = np.random.default_rng(0).normal(size=(20, 4, 3))
    nets = []
    for one in (loss, "squared_error"):
        net = gn.Sequential([gn.Dense(2)], input_size=(None, 3), dtype="float64")
        net.compile("adam", loss=one, metrics=["mae"])
        net.fit(x, x[..., :2], batch_size=20, verbose=0)
        nets.append(net)
    np.testing.assert_allclose(nets[0].parameter_vector, nets[1].parameter_vector, rtol=1e-12)
    nets[0].evaluate(x[:, :1], x[:, :1, :2], sample_weight=np.ones(20))
    assert seen == [((20, 4, 2), (20, 4, 2), None), ((20, 1, 2), (20, 1, 2), (20, 1))]


def loss_loss(y: Array, p: Array) -> float:
    """Return the figure of a metric with an unlucky name."""
    return 0.0


@pytest.mark.parametrize(
    ("names", "metrics", "said"),
    [
        (("val", "kind"), (), "'val_loss'"),
        (("a", "a_loss"), {"a": [loss_loss]}, "'a_loss_loss'"),
    ],
)
def test_figures_that_could_not_be_told_apart_are_refused(
    names: tuple[str, str], metrics: Any, said: str
) -> None:
    x = gn.Input(5)
    net = gn.Model(x, {name: gn.Dense(1)(x) for name in names})
    with pytest.raises(ValueError, match=f"compile: two figures would be called {said}, after"):
        net.compile("sgd", loss="squared_error", metrics=metrics)
    net.compile("sgd", loss={names[0]: "squared_error"})  # the only one: its name is not told


def test_a_metric_that_is_called_as_a_validation_figure_is_refused() -> None:
    def val_loss(y: Array, p: Array) -> float:
        return 0.0

    with pytest.raises(ValueError, match="compile: two figures would be called 'val_loss'"):
        gn.MLP([5, 1]).compile("sgd", loss="squared_error", metrics=[val_loss])


@pytest.mark.parametrize("metrics", [["mae", "r2"], [["mae", "r2"]], (("mae", "r2"),)])
def test_metrics_of_an_output_that_is_alone_in_a_list(metrics: Any, data: Any) -> None:
    x, y = data
    one = gn.Input(5)
    net = gn.Model([one], [gn.Dense(2)(one)])
    net.compile("sgd", loss=["mse"], metrics=metrics)
    figures = net.evaluate([x], [y["size"]])
    assert list(figures) == ["loss", "mean_absolute_error", "r2"]


FAILING: list[tuple[Callable[..., Any], type[Exception], str]] = [
    (
        lambda y, p, w: (np.nan, p),
        gn.LossNotFiniteError,
        "step 0: the loss <lambda> of size is not fi",
    ),
    (lambda y, p, w: (0.0, p[:1]), ValueError, "loss <lambda> of size: the gradient has shape"),
    (lambda y, p, w: (0.0, p * np.inf), ValueError, "loss <lambda> of size: the gradient has"),
    (lambda y, p, w: (0.0, p * 1j), TypeError, "of size: the gradient has type complex128"),
    (lambda y, p, w: (0.0, np.full(p.shape, "a")), TypeError, "the gradient has type <U1, must"),
    (lambda y, p, w: p, TypeError, r"the loss <lambda> of size must return \(loss, gradient"),
    (
        lambda y, p, w: (p, p),
        TypeError,
        "of size must return a loss that is one number, got an array",
    ),
    (lambda y, p, w: ("a", p), TypeError, "of size must return a loss that is one number, got 'a'"),
    (lambda y, p, w: (1j, p), TypeError, "of size must return a loss that is one number, got 1j"),
]


@pytest.mark.parametrize(("loss", "kind", "message"), FAILING)
def test_a_loss_of_ones_own_that_fails_leaves_the_model_as_it_was(
    loss: Any, kind: type[Exception], message: str, data: Any
) -> None:
    x, y = data
    net = network()
    net.compile("adam", loss={**LOSSES, "size": loss})
    kept = net.parameter_vector.copy()
    with np.errstate(invalid="ignore"), pytest.raises(kind, match=message):
        net.fit(x, y, verbose=0)
    np.testing.assert_array_equal(net.parameter_vector, kept)


def test_class_numbers_are_looked_at_beside_a_loss_of_ones_own(data: Any) -> None:
    x, y = data
    net = network()
    net.compile("adam", loss={**LOSSES, "size": squared})
    kinds = y["kind"]

    class Spoil(gn.callbacks.Callback):
        def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
            kinds[4] = 90

    with pytest.raises(ValueError, match="y is 90 at row 4, must be a class number"):
        net.fit(x, y, verbose=0, callbacks=[Spoil()])


OF_NONE: list[dict[str, Any]] = [
    {"metrics": {"size": "mae"}},
    {"metrics": {"kind": "accuracy", "size": ["r2"]}},
    {"metrics": ["accuracy", None, "mae"]},
    {"weighted_metrics": {"size": "mae"}},
]


@pytest.mark.parametrize("told", OF_NONE)
def test_metrics_of_an_output_without_a_loss_are_refused(told: dict[str, Any]) -> None:
    (name,) = told
    with pytest.raises(ValueError, match=f"compile: {name} has one of size, which has no loss"):
        network().compile(loss={"kind": "cross_entropy"}, **told)


def test_a_metric_for_all_outputs_is_of_those_with_a_loss(data: Any) -> None:
    x, y = data
    net = network()
    net.compile(loss={"sure": "mse", "size": "mse"}, metrics="mae")
    assert set(net.evaluate(x, {"sure": y["sure"], "size": y["size"]})) == {
        "loss",
        "sure_loss",
        "size_loss",
        "sure_mean_absolute_error",
        "size_mean_absolute_error",
    }


NOTHING_TO_TRAIN: dict[str, Callable[[], None]] = {
    "loss_weights is 0 for every loss": lambda: network().compile(loss=LOSSES, loss_weights=0),
    "loss_weights is 0 for every loss, there": lambda: network().compile(
        loss={"kind": "cross_entropy"}, loss_weights={"kind": 0.0, "size": 1.0}
    ),
}


@pytest.mark.parametrize("said", NOTHING_TO_TRAIN)
def test_compile_refuses_what_trains_nothing(said: str) -> None:
    with pytest.raises(ValueError, match=f"compile: {said}.*nothing to train"):
        NOTHING_TO_TRAIN[said]()


def test_a_loss_that_counts_nothing_goes_beside_one_that_counts(data: Any) -> None:
    x, y = data
    net = network()
    net.compile(loss=LOSSES, loss_weights={"kind": 0})
    assert net.evaluate(x, y)["kind_loss"] > 0
