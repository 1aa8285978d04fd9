"""JAX: a whole epoch, shuffle and gather included, is one jitted scan."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from ganglion.bench.runners.protocol import Inference, Runner, serve
from ganglion.bench.workloads import BETA_1, BETA_2, EPSILON, Floats, Workload

Parameters = list[tuple[Array, Array]]


class State(NamedTuple):
    """What an epoch changes."""

    parameters: Parameters
    mean: Parameters
    square: Parameters
    steps: Array


def initial(workload: Workload) -> Parameters:
    """Return the initial weights and biases."""
    layers = workload.initial_weights()
    return [(jnp.array(layer.weights), jnp.array(layer.biases)) for layer in layers]


def forward(parameters: Parameters, x: Array) -> Array:
    """Return the last layer's values."""
    *hidden, (last_weights, last_biases) = parameters
    for weights, biases in hidden:
        x = jax.nn.relu(x @ weights + biases)
    return x @ last_weights + last_biases


def mean_loss(parameters: Parameters, x: Array, y: Array) -> Array:
    """Return softmax cross-entropy."""
    logs = jax.nn.log_softmax(forward(parameters, x))
    return -jnp.mean(jnp.take_along_axis(logs, y[:, None], axis=1))


def adam(state: State, gradients: Parameters, learning_rate: float) -> State:
    """Return the state after an update."""
    steps = state.steps + 1
    rate = learning_rate / (1 - BETA_1**steps)
    correction = 1 - BETA_2**steps
    mean = jax.tree.map(lambda m, g: BETA_1 * m + (1 - BETA_1) * g, state.mean, gradients)
    square = jax.tree.map(lambda v, g: BETA_2 * v + (1 - BETA_2) * g * g, state.square, gradients)
    parameters = jax.tree.map(
        lambda p, m, v: p - rate * m / (jnp.sqrt(v / correction) + EPSILON),
        state.parameters,
        mean,
        square,
    )
    return State(parameters, mean, square, steps)


def run_epoch(
    state: State, x: Array, y: Array, order: Array, learning_rate: float
) -> tuple[State, Array]:
    """Take a step for each row of `order`, the samples of a batch; return the mean loss too."""

    def step(state: State, rows: Array) -> tuple[State, Array]:
        loss, gradients = jax.value_and_grad(mean_loss)(state.parameters, x[rows], y[rows])
        return adam(state, gradients, learning_rate), loss

    state, losses = jax.lax.scan(step, state, order)
    return state, losses.mean()


def random_order(key: Array, steps: int, batch: int) -> Array:
    """Return a random order of the samples, a row a batch."""
    return jax.random.permutation(key, steps * batch).reshape(steps, batch)


epoch = jax.jit(run_epoch, static_argnums=4, donate_argnums=0)
shuffled = jax.jit(random_order, static_argnums=(1, 2))


class Training:
    """State, data, and a key for the shuffles."""

    def __init__(self, workload: Workload) -> None:
        self._workload = workload
        self._x, self._y = map(jnp.asarray, workload.data())
        parameters = initial(workload)
        mean = jax.tree.map(jnp.zeros_like, parameters)
        square = jax.tree.map(jnp.zeros_like, parameters)
        self._state = State(parameters, mean, square, jnp.zeros((), jnp.float32))
        self._key = jax.random.key(2)

    def reset(self) -> None:
        """Set the initial weights."""
        self._state = self._state._replace(parameters=initial(self._workload))
        for array in jax.tree.leaves(self._state):
            array.block_until_ready()

    def run(self, epochs: int, *, shuffle: bool) -> list[float]:
        """Train."""
        losses = [self._epoch(shuffle) for _ in range(epochs)]
        return [float(loss) for loss in losses]

    def _epoch(self, shuffle: bool) -> Array:
        steps, batch = self._workload.steps, self._workload.batch
        if shuffle:
            self._key, key = jax.random.split(self._key)
            order = shuffled(key, steps, batch)
        else:
            order = jnp.arange(steps * batch).reshape(steps, batch)
        loss: Array
        self._state, loss = epoch(
            self._state, self._x, self._y, order, self._workload.learning_rate
        )
        return loss


def inference(workload: Workload) -> Inference:
    """Return a call of the jitted network."""
    parameters = initial(workload)
    jitted = jax.jit(forward)

    def infer(x: Floats) -> Floats:
        return np.asarray(jitted(parameters, x))

    return infer


if __name__ == "__main__":
    serve(Runner(Training, inference))
