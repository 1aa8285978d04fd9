"""Losses as PyTorch, Keras and scikit-learn have them, and what of them is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import mean_gamma_deviance, mean_tweedie_deviance

import ganglion as gn

torch = pytest.importorskip("torch")
F = torch.nn.functional

Array = NDArray[Any]

ROWS, OUTPUTS = 23, 4


def focal(p: Any, y: Any) -> Any:
    """As Keras's CategoricalFocalCrossentropy has it, and Lin et al. (2017)."""
    log_p = F.log_softmax(p, 1).gather(1, y[:, None])[:, 0]
    return -0.25 * (1 - log_p.exp()) ** 2 * log_p


def focal_by_class(p: Any, y: Any) -> Any:
    factors = torch.tensor([0.1, 0.2, 0.3, 0.4], dtype=p.dtype)
    log_p = F.log_softmax(p, 1).gather(1, y[:, None])[:, 0]
    return -factors[y] * (1 - log_p.exp()) ** 1.5 * log_p


def binary_focal(p: Any, y: Any) -> Any:
    """As Keras's BinaryFocalCrossentropy(apply_class_balancing=True) has it."""
    y = y.to(p.dtype)
    entropy = F.binary_cross_entropy_with_logits(p, y, reduction="none")
    right = y * p.sigmoid() + (1 - y) * (1 - p.sigmoid())
    return ((0.25 * y + 0.75 * (1 - y)) * (1 - right) ** 2 * entropy).mean(1)


def smoothed_binary(p: Any, y: Any) -> Any:
    y = y.to(p.dtype) * 0.8 + 0.1
    return F.binary_cross_entropy_with_logits(p, y, reduction="none").mean(1)


def classes(rng: np.random.Generator) -> Array:
    return rng.integers(0, OUTPUTS, ROWS)


def labels(rng: np.random.Generator) -> Array:
    return rng.integers(0, 2, (ROWS, OUTPUTS))


Case = tuple[gn.losses.Loss, Callable[[np.random.Generator], Array], Callable[[Any, Any], Any]]
CASES: dict[str, Case] = {
    "hinge": (
        gn.losses.Hinge(),
        lambda rng: 2 * labels(rng) - 1,
        lambda p, y: (1 - y * p).clamp(min=0).mean(1),
    ),
    "hinge of 0 and 1": (
        gn.losses.Hinge(),
        labels,
        lambda p, y: (1 - (2 * y - 1) * p).clamp(min=0).mean(1),
    ),
    "squared hinge": (
        gn.losses.SquaredHinge(),
        labels,
        lambda p, y: (1 - (2 * y - 1) * p).clamp(min=0).square().mean(1),
    ),
    "multi-margin": (
        gn.losses.MultiMargin(0.7),
        classes,
        lambda p, y: F.multi_margin_loss(p, y, margin=0.7, reduction="none"),
    ),
    "smoothed classes": (
        gn.losses.CrossEntropy(label_smoothing=0.3),
        classes,
        lambda p, y: F.cross_entropy(p, y, label_smoothing=0.3, reduction="none"),
    ),
    "smoothed labels": (gn.losses.BinaryCrossEntropy(label_smoothing=0.2), labels, smoothed_binary),
    "focal classes": (gn.losses.CrossEntropy(focal_gamma=2, alpha=0.25), classes, focal),
    "focal by class": (
        gn.losses.CrossEntropy(focal_gamma=1.5, alpha=[0.1, 0.2, 0.3, 0.4]),
        classes,
        focal_by_class,
    ),
    "focal labels": (
        gn.losses.BinaryCrossEntropy(focal_gamma=2, alpha=0.25),
        labels,
        binary_focal,
    ),
}


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", CASES)
def test_loss_and_gradient_are_theirs(name: str, dtype: str, weighted: bool) -> None:
    loss, targets, theirs = CASES[name]
    rng = np.random.default_rng(3)
    outputs, y = rng.normal(size=(ROWS, OUTPUTS)) * 3, targets(rng)
    weight = rng.integers(0, 3, ROWS) * 0.5 if weighted else None
    net = gn.Sequential([gn.Dense(OUTPUTS, use_bias=False)], input_size=ROWS, dtype=dtype)
    net.set_weights([outputs])  # of the identity matrix
    net.compile("sgd", loss)
    ours = net.train_on_batch(np.eye(ROWS), y, weight)["loss"]
    p = torch.tensor(outputs.astype(dtype), requires_grad=True)
    counts = torch.tensor(np.ones(ROWS) if weight is None else weight, dtype=p.dtype)
    value = (theirs(p, torch.tensor(y)) * counts).sum() / counts.sum()
    value.backward()
    tolerance = {"float32": 2e-5, "float64": 1e-9}[dtype]
    assert ours == pytest.approx(value.item(), rel=tolerance)
    gradient = net.gradient_vector.reshape(ROWS, OUTPUTS)
    np.testing.assert_allclose(gradient, p.grad.numpy(), rtol=tolerance, atol=tolerance / 10)


@pytest.mark.parametrize("power", [1.1, 1.5, 1.9, 2.0])
def test_deviances_are_scikit_learns(power: float) -> None:
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=(ROWS, 3)), rng.gamma(2, 1, ROWS)
    if power < 2:
        y[::3] = 0
    net = gn.Sequential([gn.Dense(1)], input_size=3, dtype="float64")
    loss = gn.losses.Gamma() if power == 2 else gn.losses.Tweedie(power)
    net.compile("sgd", loss)
    mean = np.exp(net.predict(x)[:, 0])
    expected = mean_tweedie_deviance(y, mean, power=power)
    assert net.evaluate(x, y)["loss"] == pytest.approx(expected, rel=1e-12)
    if power == 2:
        assert expected == pytest.approx(mean_gamma_deviance(y, mean))


def test_a_plain_cross_entropy_is_what_it_was() -> None:
    for record in (gn.losses.CrossEntropy, gn.losses.BinaryCrossEntropy):
        assert record().parameters == ()
        assert record(label_smoothing=0.1).parameters == (0.1, 0.0)


def test_margins_have_metrics_of_classes() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 3)), rng.integers(0, 3, 40)
    net = gn.MLP([3, 3], dtype="float64")
    net.compile("sgd", "multi_margin", metrics=["accuracy", gn.metrics.TopKAccuracy(k=2)])
    found = net.fit(x, y, verbose=0, class_weight="balanced").history
    assert list(found) == ["loss", "accuracy", "top_k_accuracy"]
    assert net.evaluate(x, y)["accuracy"] == np.mean(net.predict(x).argmax(axis=1) == y)
    yes = gn.MLP([3, 1], dtype="float64")
    yes.compile("sgd", "hinge", metrics=["accuracy"])
    said = yes.predict(x)[:, 0] > 0
    assert yes.evaluate(x, y > 0)["accuracy"] == np.mean(said == (y > 0))


@pytest.mark.parametrize(
    ("loss", "y", "rule"),
    [
        ("hinge", 0.5, "must be 1, or else 0 or -1"),
        ("squared_hinge", 2, "must be 1, or else 0 or -1"),
        ("gamma", 0, "must be positive"),
        ("tweedie", -1, "must be zero or positive"),
        ("multi_margin", 7, "must be a class number from 0 to 3"),
    ],
)
def test_targets_that_a_loss_does_not_take_are_refused(loss: str, y: float, rule: str) -> None:
    net = gn.MLP([3, 4])
    net.compile("sgd", loss)
    columns = () if loss == "multi_margin" else (4,)
    with pytest.raises(ValueError, match=rule):
        net.fit(np.ones((2, 3)), np.full((2, *columns), y), verbose=0)


@pytest.mark.parametrize(
    ("make", "rule"),
    [
        (lambda: gn.losses.CrossEntropy(label_smoothing=1.0), r"label_smoothing must be a number "),
        (lambda: gn.losses.CrossEntropy(focal_gamma=-1), "focal_gamma must be zero or a positive"),
        (lambda: gn.losses.CrossEntropy(alpha=[0.5, -1]), "alpha must be zero or a positive"),
        (lambda: gn.losses.BinaryCrossEntropy(alpha=1.0), r"alpha must be a number in \(0, 1\)"),
        (lambda: gn.losses.MultiMargin(0), "margin must be a positive finite number"),
        (lambda: gn.losses.Tweedie(2), r"power must be a number in \(1, 2\), got 2: for 1 there"),
        (
            lambda: gn.MLP([2, 3]).compile("sgd", gn.losses.CrossEntropy(alpha=[1.0, 2.0])),
            "cross_entropy has alpha for 2 classes, the network has 3 outputs",
        ),
        (
            lambda: gn.MLP([2, 1]).compile("sgd", "multi_margin"),
            "multi_margin needs an output for each class, the network has 1",
        ),
    ],
)
def test_settings_out_of_range_are_refused(make: Callable[[], object], rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        make()
