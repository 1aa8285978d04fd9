"""JAX: a whole epoch, shuffle and gather included, is one jitted scan."""

from collections.abc import Callable, Sequence
from functools import reduce
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from ganglion.bench.adversaries import Adversaries
from ganglion.bench.runners.protocol import Inference, Runner, serve
from ganglion.bench.workloads import BETA_2, EPSILON, Dense, Floats, Workload

Parameters = list[tuple[Array, Array]]
Chains = list[Sequence[tuple[Array, Array]]]


class State(NamedTuple):
    """What an optimizer changes."""

    parameters: Parameters
    mean: Parameters
    square: Parameters
    steps: Array


States = tuple[State, ...]


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


def mean_loss(chains: Chains, key: Array, batch: list[Array], workload: Workload) -> Array:
    """Return the loss of networks that one optimizer trains."""
    return LOSSES[workload.kind](chains, key, *batch)


def adam(state: State, gradients: Parameters, workload: Workload) -> State:
    """Return the state after an update."""
    steps, beta_1 = state.steps + 1, workload.beta_1
    rate = workload.learning_rate / (1 - beta_1**steps)
    correction = 1 - BETA_2**steps
    mean = jax.tree.map(lambda m, g: beta_1 * m + (1 - beta_1) * g, state.mean, gradients)
    square = jax.tree.map(lambda v, g: BETA_2 * v + (1 - BETA_2) * g * g, state.square, gradients)
    parameters = jax.tree.map(
        lambda p, m, v: p - rate * m / (jnp.sqrt(v / correction) + EPSILON),
        state.parameters,
        mean,
        square,
    )
    return State(parameters, mean, square, steps)


def descend(
    state: State, loss: Callable[[Parameters], Array], workload: Workload
) -> tuple[State, Array]:
    """Return the state after a step, and the loss before it."""
    value, gradients = jax.value_and_grad(loss)(state.parameters)
    return adam(state, gradients, workload), value


def step(
    states: States, key: Array, batch: list[Array], workload: Workload
) -> tuple[States, Array]:
    """Return the state after a step, and the loss."""
    (state,) = states

    def loss(parameters: Parameters) -> Array:
        return mean_loss(workload.chains(parameters), key, batch, workload)

    state, value = descend(state, loss, workload)
    return (state,), value


def adversarial_step(
    states: States, key: Array, batch: list[Array], workload: Workload
) -> tuple[States, Array]:
    """Return generator and discriminator after a step of each, and both losses."""
    assert isinstance(workload, Adversaries)
    generator, discriminator = states
    (x,) = batch
    noise = jax.random.normal(key, (2, len(x), workload.sizes[0])) * workload.noise
    made = forward(generator.parameters, noise[0])

    def told_apart(parameters: Parameters) -> Array:
        logits = forward(parameters, jnp.concatenate([x, made]))
        return jnp.mean(jax.nn.softplus(-logits[: len(x)]) + jax.nn.softplus(logits[len(x) :]))

    discriminator, judging = descend(discriminator, told_apart, workload)

    def passed(parameters: Parameters) -> Array:
        logits = forward(discriminator.parameters, forward(parameters, noise[1]))
        return jnp.mean(jax.nn.softplus(-logits))

    generator, making = descend(generator, passed, workload)
    return (generator, discriminator), jnp.stack([judging, making])


STEPS = {"adversaries": adversarial_step}


def run_epoch(
    states: States, data: list[Array], order: Array, key: Array, workload: Workload
) -> tuple[States, Array]:
    """Take a step for each row of `order`, the samples of a batch; return the mean losses too."""
    step_of = STEPS.get(workload.kind, step)

    def scanned(states: States, drawn: tuple[Array, Array]) -> tuple[States, Array]:
        rows, key = drawn
        return step_of(states, key, [part[rows] for part in data], workload)

    states, losses = jax.lax.scan(scanned, states, (order, jax.random.split(key, len(order))))
    return states, losses.mean(axis=0)


def random_order(key: Array, steps: int, batch: int) -> Array:
    """Return a random order of the samples, a row a batch."""
    return jax.random.permutation(key, steps * batch).reshape(steps, batch)


epoch = jax.jit(run_epoch, static_argnums=4, donate_argnums=0)
shuffled = jax.jit(random_order, static_argnums=(1, 2))


def first_state(parameters: Parameters) -> State:
    """Return an optimizer's state before the first step."""
    mean = jax.tree.map(jnp.zeros_like, parameters)
    square = jax.tree.map(jnp.zeros_like, parameters)
    return State(parameters, mean, square, jnp.zeros((), jnp.float32))


class Training:
    """States, data, and a key for the shuffles."""

    def __init__(self, workload: Workload) -> None:
        self._workload = workload
        self._data = list(map(jnp.asarray, workload.data()))
        self._states = tuple(map(first_state, self._initial_parameters()))
        self._key = jax.random.key(2)

    def _initial_parameters(self) -> list[Parameters]:
        """Return what each optimizer has to train."""
        layers = self._workload.initial_weights()
        parts = self._workload.chains(layers) if self._workload.kind in STEPS else [layers]
        return list(map(arrays, parts))

    def reset(self) -> None:
        """Set the initial weights."""
        self._states = tuple(
            state._replace(parameters=parameters)
            for state, parameters in zip(self._states, self._initial_parameters(), strict=True)
        )
        for array in jax.tree.leaves(self._states):
            array.block_until_ready()

    def run(self, epochs: int, *, shuffle: bool) -> list[float]:
        """Train."""
        losses = [self._epoch(shuffle) for _ in range(epochs)]
        return [loss for of_epoch in losses for loss in of_epoch.reshape(-1).tolist()]

    def _epoch(self, shuffle: bool) -> Array:
        steps, batch = self._workload.steps, self._workload.batch
        self._key, key, drawing = jax.random.split(self._key, 3)
        if shuffle:
            order = shuffled(key, steps, batch)
        else:
            order = jnp.arange(steps * batch).reshape(steps, batch)
        losses: Array
        self._states, losses = epoch(self._states, self._data, order, drawing, self._workload)
        return losses


def training(workload: Workload) -> Training:
    """Return a network to train."""
    return Training(workload)


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
    serve(Runner(training, inference))
