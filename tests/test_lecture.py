from itertools import pairwise, product

import numpy as np
import pytest
from numpy.typing import NDArray

import ganglion as gn
from ganglion.callbacks import LambdaCallback

Array = NDArray[np.float64]

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float64)
AND, OR, XOR = np.array([0, 0, 0, 1]), np.array([0, 1, 1, 1]), np.array([0, 1, 1, 0])


def perceptron_learns(x: Array, y: NDArray[np.int64], passes: int) -> bool:
    """Rosenblatt's rule: after a wrong answer, the weights move by the error times the input."""
    net = gn.Sequential([gn.Dense(1, activation="step")], input_size=x.shape[1], dtype="float64")
    weights = net.parameter_vector
    weights[:] = 0
    for _ in range(passes):
        for row, target in zip(x, y, strict=True):
            error = target - net.predict(row[None])[0, 0]
            weights += error * np.append(row, 1)  # a layer's bias comes after its weights
    return np.array_equal(net.predict(x)[:, 0], y)


@pytest.mark.parametrize(
    ("x", "y"),
    [(CORNERS, AND), (CORNERS, OR), (np.array([[0.0], [1.0]]), np.array([1, 0]))],
    ids=["and", "or", "not"],
)
def test_perceptron_learns_what_a_line_separates(x: Array, y: NDArray[np.int64]) -> None:
    assert perceptron_learns(x, y, passes=20)


@pytest.mark.parametrize("passes", [1, 10, 100, 101, 102, 103, 104, 105, 106])
def test_perceptron_cannot_learn_xor(passes: int) -> None:
    assert not perceptron_learns(CORNERS, XOR, passes)


def test_no_line_separates_xor() -> None:
    """Not for want of training: of all perceptrons on a fine grid, none gets it right."""
    net = gn.Sequential([gn.Dense(1, activation="step")], input_size=2, dtype="float64")
    grid = np.linspace(-2, 2, 17)
    right = 0
    for weights in np.stack(np.meshgrid(grid, grid, grid), -1).reshape(-1, 3):
        net.parameter_vector[:] = weights
        answers = net.predict(CORNERS)[:, 0]
        assert not np.array_equal(answers, XOR)
        right += np.array_equal(answers, AND)
    assert right > 0


def learns_xor(seed: int) -> bool:
    layers = [gn.Dense(4, activation="tanh"), gn.Dense(1)]
    net = gn.Sequential(layers, input_size=2, seed=seed)
    net.compile(gn.optimizers.SGD(learning_rate=0.1, momentum=0.9), loss="binary_cross_entropy")
    net.fit(CORNERS, XOR, batch_size=4, epochs=1000, verbose=0)
    return np.array_equal(net.predict(CORNERS)[:, 0] > 0, XOR)


@pytest.mark.parametrize("first", [0, 10, 1000])
def test_xor_is_learnt_in_nine_of_ten_seeds(first: int) -> None:
    assert sum(learns_xor(seed) for seed in range(first, first + 10)) >= 9


def test_without_a_hidden_layer_xor_is_not_learnt() -> None:
    net = gn.Sequential([gn.Dense(1)], input_size=2)
    net.compile(gn.optimizers.SGD(learning_rate=0.1, momentum=0.9), loss="binary_cross_entropy")
    net.fit(CORNERS, XOR, batch_size=4, epochs=1000, verbose=0)
    assert not np.array_equal(net.predict(CORNERS)[:, 0] > 0, XOR)
    assert net.evaluate(CORNERS, XOR)["loss"] == pytest.approx(np.log(2), rel=1e-4)


SIZES = [3, 5, 4, 2]


def lecture_net(dtype: str, rng: np.random.Generator) -> gn.Sequential:
    layers = [gn.Dense(units, activation="sigmoid") for units in SIZES[1:]]
    net = gn.Sequential(layers, input_size=SIZES[0], dtype=dtype, seed=3)
    net.parameter_vector[:] += rng.normal(size=net.parameter_vector.size)  # biases other than zero
    return net


def test_theta_has_a_row_for_each_unit_and_a_column_for_the_bias() -> None:
    net = gn.MLP(SIZES)
    shapes = [net.theta(j).shape for j in (1, 2, 3)]
    assert shapes == [(s_next, s + 1) for s, s_next in pairwise(SIZES)]


@pytest.mark.parametrize("j", [0, 4, -1])
def test_theta_of_no_layer_is_refused(j: int) -> None:
    with pytest.raises(ValueError, match=f"theta: j is {j}, must be from 1 to 3"):
        gn.MLP(SIZES).theta(j)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_forward_pass_of_the_lecture_is_predict(dtype: str, rng: np.random.Generator) -> None:
    """a1 = x; then for each layer, put a 1 in front of a: z = Theta a, a = g(z)."""
    net = lecture_net(dtype, rng)
    x = rng.normal(size=(20, SIZES[0]))
    written = []
    for sample in x:
        a = sample
        for j in (1, 2, 3):
            z = net.theta(j) @ np.append(1.0, a)
            a = 1 / (1 + np.exp(-z))
        written.append(a)
    tolerance = {"float32": 1e-6, "float64": 1e-14}[dtype]
    np.testing.assert_allclose(net.predict(x), written, rtol=tolerance)


def test_gradient_of_the_lecture_is_backward(rng: np.random.Generator) -> None:
    """delta_L = a_L - y for cross-entropy; delta_l = Theta^T delta * a (1 - a); D = delta a^T."""
    net = lecture_net("float64", rng)
    x, y = rng.normal(size=SIZES[0]), np.array([1.0, 0.0])
    a = [np.append(1.0, x)]
    for j in (1, 2, 3):
        a.append(np.append(1.0, 1 / (1 + np.exp(-net.theta(j) @ a[-1]))))
    output = net.forward(x[None])
    net.backward((output - y) / (output * (1 - output)))  # of the cross-entropy, by the output
    delta = a[3][1:] - y
    expected: list[Array] = []
    for j in (3, 2, 1):
        gradient = np.outer(delta, a[j - 1])
        expected = [gradient[:, 1:].T.ravel(), gradient[:, 0], *expected]
        delta = (net.theta(j).T @ delta * a[j - 1] * (1 - a[j - 1]))[1:]
    np.testing.assert_allclose(net.gradient_vector, np.concatenate(expected), rtol=1e-12)


@pytest.mark.filterwarnings("ignore:y has mean")  # far away, so that each step goes the same way
@pytest.mark.parametrize("by_hooks", [False, True])
def test_10000_samples_in_batches_of_200_are_50_iterations_an_epoch(
    by_hooks: bool, rng: np.random.Generator
) -> None:
    """Counted by the hooks, and by a weight that each step of slope 1 takes down by 1."""
    net = gn.Sequential([gn.Dense(1, use_bias=False)], input_size=1, dtype="float64")
    net.parameter_vector[:] = 0
    net.compile(gn.optimizers.SGD(learning_rate=1.0), loss="absolute_error")
    epochs: list[int] = []
    batches: list[tuple[int, int]] = []
    hooks = LambdaCallback(
        on_epoch_begin=lambda epoch, logs: epochs.append(epoch),
        on_train_batch_begin=lambda batch, logs: batches.append((epochs[-1], batch)),
    )
    x, y = np.ones((10_000, 1)), np.full(10_000, -1e6)
    net.fit(x, y, batch_size=200, epochs=3, verbose=0, callbacks=[hooks] if by_hooks else ())
    assert net.parameter_vector[0] == pytest.approx(-3 * 50, rel=1e-12)  # 200 slopes of 1/200
    assert batches == (list(product(range(3), range(50))) if by_hooks else [])
