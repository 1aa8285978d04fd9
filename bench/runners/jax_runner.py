"""JAX: a whole epoch, shuffle and gather included, is one jitted scan."""

from collections.abc import Callable, Sequence
from functools import reduce
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from ganglion.bench.runners.protocol import Inference, Runner, serve
from ganglion.bench.workloads import BETA_1, BETA_2, EPSILON, Dense, Floats, Workload

Parameters = list[tuple[Array, Array]]
Chains = list[Sequence[tuple[Array, Array]]]


class State(NamedTuple):
    """What an epoch changes."""

    parameters: Parameters
    mean: Parameters
    square: Parameters
    steps: Array


def arrays(layers: Sequence[Dense]) -> Parameters:
    """Return weights and biases."""
    return [(jnp.array(layer.weights), jnp.array(layer.biases)) for layer in layers]


def forward(chain: Sequence[tuple[Array, Array]], x: Array) -> Array:
    """Return the values of a chain's last layer."""
    *hidden, (last_weights, last_biases) = chain
    for weights, biases in hidden:
        x = jax.nn.relu(x @ weights + biases)
    return x @ last_weights + last_biases


def cross_entropy(chains: Chains, _: Array, x: Array, y: Array) -> Array:
    """Return that of a classifier."""
    (chain,) = chains
    logs = jax.nn.log_softmax(forward(chain, x))
    return -jnp.mean(jnp.take_along_axis(logs, y[:, None], axis=1))


def squared_error(chains: Chains, _: Array, x: Array) -> Array:
    """Return that of an autoencoder."""
    (chain,) = chains
    return jnp.mean((forward(chain, x) - x) ** 2)


def bound(chains: Chains, key: Array, x: Array) -> Array:
    """Return that of a variational autoencoder, with a code drawn for each row."""
    encoder, decoder = chains
    mean, log_variance = jnp.split(forward(encoder, x), 2, axis=1)
    code = mean + jnp.exp(log_variance / 2) * jax.random.normal(key, mean.shape)
    errors = forward(decoder, code) - x
    divergence = mean**2 + jnp.exp(log_variance) - 1 - log_variance
    return (jnp.sum(errors**2) + jnp.sum(divergence)) / (2 * len(x))


LOSSES: dict[str, Callable[..., Array]] = {
    "classifier": cross_entropy,
    "autoencoder": squared_error,
    "variational": bound,
}


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
    state: State, data: list[Array], order: Array, key: Array, workload: Workload
) -> tuple[State, Array]:
    """Take a step for each row of `order`, the samples of a batch; return the mean loss too."""

    def mean_loss(parameters: Parameters, key: Array, *batch: Array) -> Array:
        return LOSSES[workload.kind](workload.chains(parameters), key, *batch)

    def step(state: State, drawn: tuple[Array, Array]) -> tuple[State, Array]:
        rows, key = drawn
        batch = [part[rows] for part in data]
        loss, gradients = jax.value_and_grad(mean_loss)(state.parameters, key, *batch)
        return adam(state, gradients, workload.learning_rate), loss

    state, losses = jax.lax.scan(step, state, (order, jax.random.split(key, len(order))))
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
        self._data = list(map(jnp.asarray, workload.data()))
        parameters = arrays(workload.initial_weights())
        mean = jax.tree.map(jnp.zeros_like, parameters)
        square = jax.tree.map(jnp.zeros_like, parameters)
        self._state = State(parameters, mean, square, jnp.zeros((), jnp.float32))
        self._key = jax.random.key(2)

    def reset(self) -> None:
        """Set the initial weights."""
        self._state = self._state._replace(parameters=arrays(self._workload.initial_weights()))
        for array in jax.tree.leaves(self._state):
            array.block_until_ready()

    def run(self, epochs: int, *, shuffle: bool) -> list[float]:
        """Train."""
        losses = [self._epoch(shuffle) for _ in range(epochs)]
        return [float(loss) for loss in losses]

    def _epoch(self, shuffle: bool) -> Array:
        steps, batch = self._workload.steps, self._workload.batch
        self._key, key, drawing = jax.random.split(self._key, 3)
        if shuffle:
            order = shuffled(key, steps, batch)
        else:
            order = jnp.arange(steps * batch).reshape(steps, batch)
        loss: Array
        self._state, loss = epoch(self._state, self._data, order, drawing, self._workload)
        return loss


def inference(workload: Workload) -> Inference:
    """Return a call of the jitted network."""
    chains = [arrays(chain) for chain in workload.predicting_chains()]

    def outputs(chains: Chains, x: Array) -> Array:
        return reduce(lambda values, chain: forward(chain, values), chains, x)

    jitted = jax.jit(outputs)

    def infer(x: Floats) -> Floats:
        return np.asarray(jitted(chains, x))

    return infer


if __name__ == "__main__":
    serve(Runner(Training, inference))
