"""Losses and metrics of outputs with positions: each position counts as a row does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import reference
from numpy.typing import NDArray

import ganglion as gn

Array = NDArray[Any]

ROWS, STEPS, FEATURES, CLASSES = 30, 4, 3, 5


@pytest.fixture
def x() -> Array:
    return np.random.default_rng(0).normal(size=(ROWS, STEPS, FEATURES))


@pytest.fixture
def labels(x: Array) -> Array:
    return np.asarray(x[..., 0] > 0, np.int64) + (x[..., 1] > 0) + 2 * (x[..., 2] > 1)


def network(outputs: int, activation: str | None = None, dtype: str = "float64") -> gn.Sequential:
    layers = [gn.Dense(6, "tanh"), gn.Dense(outputs, activation)]
    return gn.Sequential(layers, input_size=(STEPS, FEATURES), dtype=dtype)


def targets_for(name: str, rng: np.random.Generator) -> Array:
    columns = 2 if name == "gaussian" else 4
    if name == "multi_margin":
        return rng.integers(0, 4, (ROWS, STEPS, 1))
    if name in ("hinge", "squared_hinge"):
        return rng.choice([-1, 1], (ROWS, STEPS, columns))
    values = rng.uniform(size=(ROWS, STEPS, columns))
    return values / values.sum(axis=2, keepdims=True) if name == "cross_entropy" else values


@pytest.mark.parametrize("weights", ["none", "by row", "by position"])
@pytest.mark.parametrize("name", gn.losses.LOSSES)
def test_a_loss_is_the_mean_over_rows_and_positions(name: str, weights: str, x: Array) -> None:
    rng = np.random.default_rng(1)
    net, y = network(4), targets_for(name, rng)
    given: Array | None = None
    if weights != "none":
        given = rng.uniform(size=(ROWS,) if weights == "by row" else (ROWS, STEPS))
        given[3] = 0
    loss = gn.losses.get(name)
    assert isinstance(loss, gn.losses.Loss)
    net.compile(gn.optimizers.SGD(1.0), loss=loss)
    found = net.evaluate(x, y, sample_weight=given)["loss"]
    counts = None if given is None else np.broadcast_to(given.reshape(ROWS, -1), (ROWS, STEPS))
    outputs = net.predict(x)
    expected, gradient = reference.loss(
        name,
        outputs.reshape(ROWS * STEPS, -1),
        y.reshape(ROWS * STEPS, -1),
        None if counts is None else counts.ravel(),
        loss.parameters,
    )
    assert found == pytest.approx(expected, rel=1e-12)
    before = net.get_weights()[-1]
    net.train_on_batch(x, y, given)
    step = before - net.get_weights()[-1]
    np.testing.assert_allclose(step, gradient.sum(axis=0), rtol=1e-9, atol=1e-12)


def test_class_numbers_and_probabilities_say_the_same(x: Array, labels: Array) -> None:
    net = network(CLASSES)
    net.compile(loss="cross_entropy", metrics=["accuracy", "f1"])
    by_number = net.evaluate(x, labels)
    for same in (labels[..., None], np.eye(CLASSES)[labels], labels.astype(float)):
        assert net.evaluate(x, same) == pytest.approx(by_number, rel=1e-12)
    said = net.predict(x).argmax(axis=-1)
    assert by_number["accuracy"] == np.mean(said == labels)


def test_steps_are_told_apart_as_rows_are(x: Array, labels: Array) -> None:
    """The network of steps is that of rows, of which there are as many."""
    by_step = network(CLASSES)
    by_row = gn.Sequential(by_step.layers, input_size=FEATURES, dtype="float64")
    by_row.set_weights(by_step.get_weights())
    metrics = ["accuracy", "precision", "auc", gn.metrics.TopKAccuracy(2)]
    for net in (by_step, by_row):
        net.compile("adam", loss="cross_entropy", metrics=metrics)
    rows = x.reshape(-1, FEATURES), labels.ravel()
    assert by_step.evaluate(x, labels) == pytest.approx(by_row.evaluate(*rows), rel=1e-12)
    histories = [
        net.fit(*data, batch_size=batch, epochs=3, verbose=0, shuffle=False).history
        for net, data, batch in [(by_step, (x, labels), 10), (by_row, rows, 40)]
    ]
    for name, values in histories[0].items():
        np.testing.assert_allclose(values, histories[1][name], rtol=1e-10)
    np.testing.assert_allclose(by_step.parameter_vector, by_row.parameter_vector, rtol=1e-9)


@pytest.mark.parametrize(
    ("loss", "ending"), [("cross_entropy", "softmax"), ("binary_cross_entropy", "sigmoid")]
)
def test_a_loss_looks_behind_the_activation_of_each_position(
    loss: str, ending: str, x: Array
) -> None:
    plain, ended = network(4), network(4, ending)
    ended.set_weights(plain.get_weights())
    y = targets_for(loss, np.random.default_rng(1))
    for net in (plain, ended):
        net.compile("sgd", loss=loss)
        net.fit(x, y, epochs=2, verbose=0)
    np.testing.assert_array_equal(plain.parameter_vector, ended.parameter_vector)
    np.testing.assert_allclose(plain.predict_proba(x), ended.predict(x), rtol=1e-12)


def test_one_output_is_yes_or_no_at_each_position(x: Array, labels: Array) -> None:
    net, yes = network(1), labels > 0
    net.compile(gn.optimizers.Adam(0.05), loss="binary_cross_entropy", metrics=["accuracy"])
    history = net.fit(x, yes, epochs=60, verbose=0, class_weight="balanced").history
    assert history["accuracy"][-1] > 0.95
    assert net.evaluate(x, yes[..., None]) == net.evaluate(x, yes)


def test_pixels_are_told_apart() -> None:
    rng = np.random.default_rng(0)
    images = rng.uniform(size=(20, 4, 6, 3))
    kinds = images.argmax(axis=-1)
    net = gn.Sequential([gn.Dense(8, "relu"), gn.Dense(3)], input_size=(4, 6, 3))
    net.compile(gn.optimizers.Adam(0.05), loss="cross_entropy", metrics=["accuracy"])
    assert net.fit(images, kinds, epochs=60, verbose=0).history["accuracy"][-1] > 0.9
    assert net.predict(images).shape == (20, 4, 6, 3)
    same = net.evaluate(images, kinds)
    assert net.evaluate(images.reshape(20, -1), kinds.reshape(20, -1)) == same


def test_the_weight_of_a_class_counts_at_each_of_its_positions(x: Array, labels: Array) -> None:
    first, second = network(CLASSES), network(CLASSES)
    counts = np.array([1.0, 3.0, 1.0, 0.5, 1.0])
    for net in (first, second):
        net.compile("sgd", loss="cross_entropy")
    first.fit(x, labels, class_weight={1: 3.0, 3: 0.5}, verbose=0)
    second.fit(x, labels, sample_weight=counts[labels], verbose=0)
    np.testing.assert_array_equal(first.parameter_vector, second.parameter_vector)


def test_functions_are_given_a_row_for_each_position(x: Array, labels: Array) -> None:
    def agreement(true: Array, outputs: Array) -> float:
        assert true.shape == (ROWS * STEPS,)
        assert outputs.shape == (ROWS * STEPS, CLASSES)
        return float(np.mean(true == outputs.argmax(axis=1)))

    net = network(CLASSES)
    net.compile(loss="cross_entropy", metrics=["accuracy", agreement])
    figures = net.evaluate(x, labels)
    assert figures["agreement"] == pytest.approx(figures["accuracy"])


def test_weighted_metrics_count_positions(x: Array, labels: Array) -> None:
    net = network(CLASSES)
    net.compile(loss="cross_entropy", weighted_metrics=["accuracy"])
    weight = np.random.default_rng(1).uniform(size=(ROWS, STEPS))
    right = net.predict(x).argmax(axis=-1) == labels
    found = net.evaluate(x, labels, sample_weight=weight)["accuracy"]
    assert found == pytest.approx((right * weight).sum() / weight.sum())


WRONG: list[tuple[Callable[[gn.Sequential, Array, Array], Any], str]] = [
    (
        lambda net, x, y: net.fit(x, y[:, 1:]),
        r"y has shape \(30, 3\), must be \(30, 4, 5\) for out",
    ),
    (lambda net, x, y: net.fit(x, y[:, 0]), r"y has shape \(30,\), .* or \(30, 4\) class numbers"),
    (lambda net, x, y: net.fit(x, y + 4), "y is .* at row 0, position .* from 0 to 4"),
    (lambda net, x, y: net.fit(x, y + 0.5), "y is .* at row 0, position 0, must be a class number"),
    (lambda net, x, y: net.fit(x, np.ones((30, 4, 5))), "add up to 5.0 at row 0, position 0"),
    (
        lambda net, x, y: net.fit(x, y, sample_weight=np.ones((30, 5))),
        r"sample_weight has shape \(30, 5\), must be \(30,\), or \(30, 4\)",
    ),
    (
        lambda net, x, y: net.fit(x, y, sample_weight=-np.ones((30, 4))),
        "sample_weight is -1.0 at row 0",
    ),
]


@pytest.mark.parametrize(("wrong", "message"), WRONG)
def test_targets_that_do_not_fit_are_told_by_position(
    wrong: Any, message: str, x: Array, labels: Array
) -> None:
    net = network(CLASSES)
    net.compile(loss="cross_entropy")
    kept = net.parameter_vector.copy()
    with pytest.raises(ValueError, match=message):
        wrong(net, x, labels)
    np.testing.assert_array_equal(net.parameter_vector, kept)


def test_class_numbers_that_change_while_training_are_found(x: Array, labels: Array) -> None:
    net = network(CLASSES)
    net.compile(loss="cross_entropy")

    class Spoil(gn.callbacks.Callback):
        def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
            labels[2, 3] = 90 if epoch else labels[2, 3]

    with pytest.raises(ValueError, match="y is 90 at row 2, position 3"):
        net.fit(x, labels, epochs=3, verbose=0, callbacks=[Spoil()])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ["cross_entropy", "binary_cross_entropy"])
def test_training_is_that_of_pytorch(name: str, dtype: str, x: Array, labels: Array) -> None:
    torch = pytest.importorskip("torch")
    net = network(CLASSES, dtype=dtype)
    y: Array = labels if name == "cross_entropy" else np.eye(CLASSES)[labels]
    weights = [torch.tensor(part, requires_grad=True) for part in net.get_weights()]
    optimizer = torch.optim.Adam(weights, lr=0.01)
    inputs = torch.tensor(x, dtype=getattr(torch, dtype))
    losses = []
    for _ in range(50):
        kernel, bias, last, end = weights
        outputs = torch.tanh(inputs @ kernel + bias) @ last + end
        if name == "cross_entropy":  # which has classes in dimension 1
            loss = torch.nn.functional.cross_entropy(outputs.transpose(1, 2), torch.tensor(y))
        else:
            of = torch.nn.functional.binary_cross_entropy_with_logits
            loss = of(outputs, torch.tensor(y, dtype=outputs.dtype))
        losses.append(float(loss.detach()))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    net.compile(gn.optimizers.Adam(0.01), loss=name)
    found = net.fit(x, y, batch_size=ROWS, epochs=50, shuffle=False, verbose=0).history["loss"]
    np.testing.assert_allclose(found, losses, rtol=1e-4 if dtype == "float32" else 1e-9)
