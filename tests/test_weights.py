"""Class weights belong to the loss that is trained on; metrics count rows, or what is asked for."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.utils.class_weight import compute_class_weight

import ganglion as gn

Array = NDArray[Any]

RNG = np.random.default_rng(5)
X = RNG.normal(size=(90, 3))
Y = (RNG.random(90) < 0.3).astype(int)
WEIGHT = RNG.uniform(0, 3, 90)
RARE = {0: 0.01, 1: 30.0}


def half_square(y: Array, p: Array, weight: Array | None) -> tuple[float, Array]:
    count = np.ones(len(y)) if weight is None else weight
    errors = count[:, None] * (p - y)
    return float((errors * (p - y)).sum() / count.sum() / 2), errors / count.sum()


def make_net(loss: Any = "cross_entropy", **compiled: Any) -> gn.Sequential:
    layers = [gn.Dense(2 if loss == "cross_entropy" else 1)]
    net = gn.Sequential(layers, input_size=3, dtype="float64")
    net.compile(gn.optimizers.SGD(learning_rate=0.0), loss=loss, **compiled)
    return net


def hits(net: gn.Sequential) -> Array:
    out = net.predict(X)
    chosen = out.argmax(axis=1) if out.shape[1] == 2 else out[:, 0] > (out.shape[1] == 1) * 0.5
    return np.asarray(chosen == Y, float)


@pytest.mark.parametrize("loss", ["cross_entropy", half_square])
@pytest.mark.parametrize("batch_size", [7, 90])
def test_metrics_count_rows(loss: Any, batch_size: int) -> None:
    net = make_net(loss, metrics=["accuracy"])
    weights: dict[str, Any] = {"sample_weight": WEIGHT}
    if loss == "cross_entropy":
        weights["class_weight"] = RARE
    fit = net.fit(X, Y, batch_size=batch_size, verbose=0, **weights)
    assert fit.history["accuracy"] == [pytest.approx(hits(net).mean())]
    assert net.train_on_batch(X, Y, **weights)["accuracy"] == pytest.approx(hits(net).mean())
    evaluated = net.evaluate(X, Y, sample_weight=WEIGHT)
    assert evaluated["accuracy"] == pytest.approx(hits(net).mean())


@pytest.mark.parametrize("loss", ["cross_entropy", half_square])
@pytest.mark.parametrize("shuffle", [True, False])
def test_weighted_metrics_count_what_sample_weight_says(loss: Any, shuffle: bool) -> None:
    net = make_net(loss, metrics=["accuracy"], weighted_metrics=["accuracy"])
    weights: dict[str, Any] = {"sample_weight": WEIGHT}
    if loss == "cross_entropy":
        weights["class_weight"] = RARE
    expected = np.average(hits(net), weights=WEIGHT)
    fit = net.fit(X, Y, batch_size=8, shuffle=shuffle, verbose=0, **weights)
    assert fit.history["weighted_accuracy"] == [pytest.approx(expected)]
    assert fit.history["accuracy"] == [pytest.approx(hits(net).mean())]
    assert expected != pytest.approx(hits(net).mean(), rel=0.01)
    stream = [(X[:50], Y[:50], WEIGHT[:50]), (X[50:], Y[50:], WEIGHT[50:])]
    again = net.fit(stream, class_weight=weights.get("class_weight"), verbose=0)
    assert again.history["weighted_accuracy"] == [pytest.approx(expected)]


def test_a_metric_that_is_only_weighted_keeps_its_name() -> None:
    net = make_net(weighted_metrics=["accuracy"])
    figures = net.evaluate(X, Y, sample_weight=WEIGHT)
    assert figures["accuracy"] == pytest.approx(np.average(hits(net), weights=WEIGHT))
    assert net.evaluate(X, Y)["accuracy"] == pytest.approx(hits(net).mean())
    assert net.metrics == [gn.metrics.Accuracy()]


def test_weighted_r2_is_that_of_repeated_rows() -> None:
    count = RNG.integers(1, 4, 90)
    net = make_net("squared_error", weighted_metrics=["r2"])
    target = X @ [1.0, -2.0, 0.5]
    repeated = net.evaluate(np.repeat(X, count, axis=0), np.repeat(target, count))
    assert net.evaluate(X, target, sample_weight=count) == pytest.approx(repeated)


@pytest.mark.parametrize("weight", [None, WEIGHT])
def test_the_validation_loss_is_the_same_by_split_and_by_data(weight: Array | None) -> None:
    cut = 60
    by_split, by_data = make_net(metrics=["accuracy"]), make_net(metrics=["accuracy"])
    split = by_split.fit(
        X,
        Y,
        validation_split=1 / 3,
        class_weight=RARE,
        sample_weight=weight,
        verbose=0,
    )
    held_out = (X[cut:], Y[cut:]) if weight is None else (X[cut:], Y[cut:], weight[cut:])
    data = by_data.fit(
        X[:cut],
        Y[:cut],
        validation_data=held_out,
        class_weight=RARE,
        sample_weight=None if weight is None else weight[:cut],
        verbose=0,
    )
    assert split == data
    losses = -np.log(np.take_along_axis(softmax(by_data.predict(X[cut:])), Y[cut:, None], 1)[:, 0])
    counts = None if weight is None else weight[cut:]
    assert split.history["val_loss"] == [pytest.approx(np.average(losses, weights=counts))]


def softmax(logits: Array) -> Array:
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True))


def trained(loss: str, **given: Any) -> Array:
    net = make_net(loss)
    net.learning_rate = 0.1
    net.fit(X, Y, epochs=2, verbose=0, **given)
    return net.parameter_vector.copy()


@pytest.mark.parametrize("loss", ["cross_entropy", "binary_cross_entropy"])
@pytest.mark.parametrize("given", [[3.0, 0.5], (3, 0.5), np.array([3, 0.5], "f4")])
def test_class_weights_may_be_one_for_each_class_in_order(given: Any, loss: str) -> None:
    by_number = trained(loss, class_weight={0: 3.0, 1: 0.5})
    assert np.array_equal(by_number, trained(loss, class_weight=given))
    assert not np.array_equal(by_number, trained(loss))


@pytest.mark.parametrize("loss", ["cross_entropy", "binary_cross_entropy"])
@pytest.mark.parametrize("split", [0.0, 0.5])
def test_balanced_class_weights_are_scikit_learns_of_the_rows_trained_on(
    split: float, loss: str
) -> None:
    labels = Y[: len(Y) - int(len(Y) * split)]
    weights = compute_class_weight("balanced", classes=np.unique(labels), y=labels)
    by_number = trained(loss, class_weight=dict(enumerate(weights)), validation_split=split)
    assert np.array_equal(by_number, trained(loss, class_weight="balanced", validation_split=split))


def test_balanced_class_weights_leave_out_classes_that_are_not_there() -> None:
    nets = [gn.MLP([3, 4]) for _ in range(2)]
    weights = len(Y) / 2 / np.bincount(Y)
    for net, given in zip(nets, ("balanced", [*weights, 1.0, 1.0]), strict=True):
        net.compile("adam", loss="cross_entropy")
        net.fit(X, Y, class_weight=given, verbose=0)
    assert np.array_equal(nets[0].parameter_vector, nets[1].parameter_vector)


@pytest.mark.parametrize("given", [{1: 5.0}, [1, 5], "balanced"])
def test_class_weights_are_of_classes_and_not_of_what_lies_between(given: Any) -> None:
    net = make_net("binary_cross_entropy")
    soft = np.where(Y == 1, 0.9, 0.1)
    value = soft[0]
    message = f"fit: class_weight needs classes, y is {value} at row 0, must be 0 or 1 with it"
    with pytest.raises(ValueError, match=message):
        net.fit(X, soft, class_weight=given, verbose=0)
    net.fit(X, soft, verbose=0)


def test_class_weights_count_in_the_loss_that_is_trained_on() -> None:
    net = make_net()
    weights = WEIGHT * np.where(Y == 1, RARE[1], RARE[0])
    losses = -np.log(np.take_along_axis(softmax(net.predict(X)), Y[:, None], 1)[:, 0])
    fit = net.fit(X, Y, batch_size=90, class_weight=RARE, sample_weight=WEIGHT, verbose=0)
    assert fit.history["loss"] == [pytest.approx(np.average(losses, weights=weights))]


def test_a_batch_size_above_the_rows_is_all_of_them() -> None:
    nets = [make_net(), make_net()]
    for net, size in zip(nets, (90, 10**9), strict=True):
        net.learning_rate = 0.1
        net.fit(X, Y, batch_size=size, epochs=3, verbose=0)
    assert np.array_equal(nets[0].parameter_vector, nets[1].parameter_vector)


def test_metrics_named_twice_are_refused() -> None:
    with pytest.raises(ValueError, match="weighted_metrics names accuracy twice"):
        make_net(weighted_metrics=["accuracy", "accuracy"])
