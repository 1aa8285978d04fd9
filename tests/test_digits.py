"""scikit-learn's example of its training curves on the digits, and what it reaches there.

https://scikit-learn.org/stable/auto_examples/neural_networks/plot_mlp_training_curves.html
"""

from statistics import median
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import ganglion as gn
from ganglion.optimizers import SGD, Adam, Optimizer

Array = NDArray[Any]

MOMENTUM = SGD(learning_rate=0.2, momentum=0.9)
NESTEROV = SGD(learning_rate=0.2, momentum=0.9, nesterov=True)
ADAM = Adam(learning_rate=0.01)


@pytest.fixture(scope="module")
def digits() -> tuple[Array, Array]:
    """The images with each pixel scaled to [0, 1], and the digit each shows."""
    x, y = pytest.importorskip("sklearn.datasets").load_digits(return_X_y=True)
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    return preprocessing.MinMaxScaler().fit_transform(x), y


def train_accuracy(
    digits: tuple[Array, Array], optimizer: Optimizer, seed: int, init: str
) -> float:
    hidden = gn.Dense(100, activation="relu", kernel_initializer=init)
    net = gn.Sequential([hidden, gn.Dense(10)], input_size=64, seed=seed)
    net.compile(optimizer, loss="cross_entropy", metrics=["accuracy"])
    net.fit(*digits, batch_size=200, epochs=15, verbose=0)
    return net.evaluate(*digits)["accuracy"]


@pytest.mark.parametrize("init", ["auto", "glorot_uniform"])
@pytest.mark.parametrize(
    ("optimizer", "published"),
    [(MOMENTUM, 0.989), (NESTEROV, 0.990), (ADAM, 0.988)],
    ids=["momentum", "nesterov", "adam"],
)
def test_median_of_five_seeds_reaches_the_published_accuracy(
    digits: tuple[Array, Array], optimizer: Optimizer, published: float, init: str
) -> None:
    reached = [train_accuracy(digits, optimizer, seed, init) for seed in range(5)]
    assert median(reached) >= published, reached


def test_evaluated_accuracy_is_that_of_the_predictions(digits: tuple[Array, Array]) -> None:
    x, y = digits
    net = gn.MLP([64, 100, 10])
    net.compile(MOMENTUM, loss="cross_entropy", metrics=["accuracy"])
    net.fit(x, y, batch_size=200, epochs=2, verbose=0)
    right = np.count_nonzero(net.predict(x).argmax(axis=1) == y)
    assert net.evaluate(x, y)["accuracy"] == pytest.approx(right / len(y), rel=1e-12)
    assert 0.5 < right / len(y) < 0.985  # two epochs do not do: the figures above mean something


def test_fit_on_pixels_rescaled_by_the_network_learns_as_well(digits: tuple[Array, Array]) -> None:
    pixels = pytest.importorskip("sklearn.datasets").load_digits().images.astype(np.uint8)
    net = gn.MLP([64, 100, 10], rescale=1 / 16)
    net.compile(MOMENTUM, loss="cross_entropy", metrics=["accuracy"])
    net.fit(pixels, digits[1], batch_size=200, epochs=15, verbose=0)
    assert net.evaluate(pixels, digits[1])["accuracy"] >= 0.985
