"""Networks in which each op has every place it may have, and what they may learn."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import ganglion as gn
from ganglion import Activation, Dense, Residual, _core
from ganglion.activations import ActivationFunction
from ganglion.layers import Layer

Array = NDArray[Any]

INPUTS, OUTPUTS, SEED = 4, 3, 11
ALPHA = {"leaky_relu": 0.1, "elu": 1.3}
ACTIVATIONS = [name for name in gn.activations.names() if name != "step"]

Layers = list[Layer]


def function(name: str) -> ActivationFunction:
    return ActivationFunction(name, ALPHA.get(name, 0.0))


# Every place an activation may have in a network, from 4 inputs to 3 outputs.
NETWORKS: dict[str, Callable[[ActivationFunction], Layers]] = {
    "dense": lambda f: [Dense(5, f), Dense(3)],
    "no_bias": lambda f: [Dense(5, f, use_bias=False), Dense(3, use_bias=False)],
    "deep": lambda f: [Dense(5, f), Dense(3, f), Dense(4, f, use_bias=False), Dense(3)],
    "output": lambda f: [Dense(5, "tanh"), Dense(3, f)],
    "alone": lambda f: [Dense(5), Activation(f), Dense(3)],
    "alone_at_the_end": lambda f: [Dense(3), Activation(f)],
    "first": lambda f: [Activation(f), Dense(3)],
    "twice_in_a_row": lambda f: [Dense(5, f), Activation(f), Dense(3)],
    "residual": lambda f: [Dense(5, f), Residual([Dense(5, f)]), Dense(3)],
    "projection": lambda f: [Residual([Dense(5, f), Dense(3)]), Dense(3)],
    "residual_first": lambda f: [Residual([Dense(2, f), Dense(4, f)]), Dense(3)],
    "residual_last": lambda f: [Dense(5), Residual([Dense(3, f)])],
    "nested": lambda f: [Residual([Dense(5, f), Residual([Dense(3, f), Dense(5)]), Dense(3)])],
    "residual_in_residual": lambda f: [Residual([Residual([Dense(5, f)])]), Dense(3)],
    "residual_of_activation": lambda f: [Dense(3), Residual([Activation(f)])],
    "preactivation": lambda f: [Dense(3), Residual([Activation(f), Dense(3)])],
    "preactivation_and_projection": lambda f: [Dense(5), Residual([Activation(f), Dense(3)])],
    "residual_then_activation": lambda f: [Residual([Dense(3)]), Activation(f)],
}

# Dropout, or noise, in every place.
DROPOUTS: dict[str, Callable[[Layer, ActivationFunction], Layers]] = {
    "first": lambda d, f: [d, Dense(5, f), Dense(3)],
    "between": lambda d, f: [Dense(5, f), d, Dense(3)],
    "before_activation": lambda d, f: [Dense(5), d, Activation(f), Dense(3)],
    "twice": lambda d, f: [d, d, Dense(5, f), Dense(3)],
    "last": lambda d, f: [Dense(5, f), Dense(3), d],
    "everywhere": lambda d, f: [d, Dense(5, f), d, Dense(3, f), d, Dense(3)],
    "residual_begins_with_it": lambda d, f: [Dense(5, f), Residual([d, Dense(5, f)]), Dense(3)],
    "residual_ends_with_it": lambda d, f: [Residual([Dense(5, f), d]), Residual([Dense(3), d])],
    "residual_of_it": lambda d, f: [Dense(3, f), Residual([Residual([d])])],
}

NOISES = {
    "gaussian": gn.GaussianNoise(0.5),
    "masking": gn.MaskingNoise(0.4),
    "salt_and_pepper": gn.SaltAndPepperNoise(0.4, low=-0.3, high=1.1),
}


@dataclass(frozen=True)
class Task:
    name: str
    targets: Callable[[np.random.Generator, int, int], Array]  # for rows and outputs
    parameters: tuple[float, ...] = ()


TASKS = {
    "classes": Task("cross_entropy", lambda rng, rows, n: rng.integers(0, n, (rows, 1))),
    "class_probabilities": Task(
        "cross_entropy", lambda rng, rows, n: rng.dirichlet(np.ones(n), rows)
    ),
    "labels": Task("binary_cross_entropy", lambda rng, rows, n: rng.integers(0, 2, (rows, n))),
    "probabilities": Task("binary_cross_entropy", lambda rng, rows, n: rng.uniform(size=(rows, n))),
    "squares": Task("squared_error", lambda rng, rows, n: rng.normal(size=(rows, n))),
    "sizes": Task("absolute_error", lambda rng, rows, n: rng.normal(size=(rows, n))),
    "huber": Task("huber", lambda rng, rows, n: rng.normal(size=(rows, n)), (0.7,)),
    "counts": Task("poisson", lambda rng, rows, n: rng.poisson(2, (rows, n))),
    "quantile": Task("quantile", lambda rng, rows, n: rng.normal(size=(rows, n)), (0.8,)),
}

# Those with more outputs than targets, and how many.
WIDE_TASKS = {
    "quantiles": (
        Task("quantile", lambda rng, rows, n: rng.normal(size=(rows, 1)), (0.1, 0.5, 0.9)),
        3,
    ),
    "gaussian": (Task("gaussian", lambda rng, rows, n: rng.normal(size=(rows, n // 2))), 4),
}

# Losses of fewer places, and shapes of the cross-entropies.
OTHER_TASKS = {
    "sides": Task("hinge", lambda rng, rows, n: rng.choice([-1, 0, 1], (rows, n))),
    "squared_sides": Task("squared_hinge", lambda rng, rows, n: rng.integers(0, 2, (rows, n))),
    "margins": Task("multi_margin", lambda rng, rows, n: rng.integers(0, n, (rows, 1)), (0.8,)),
    "sums": Task("gamma", lambda rng, rows, n: rng.gamma(2, 1, (rows, n))),
    "claims": Task(
        "tweedie",
        lambda rng, rows, n: rng.gamma(2, 1, (rows, n)) * rng.integers(0, 2, (rows, n)),
        (1.4,),
    ),
    "smoothed_classes": Task(
        "cross_entropy", lambda rng, rows, n: rng.integers(0, n, (rows, 1)), (0.2, 0.0)
    ),
    "focal_classes": Task(
        "cross_entropy", lambda rng, rows, n: rng.integers(0, n, (rows, 1)), (0.1, 2.0, 0.25)
    ),
    "focal_class_probabilities": Task(
        "cross_entropy",
        lambda rng, rows, n: rng.dirichlet(np.ones(n), rows),
        (0.0, 1.5, 0.2, 0.5, 0.9),
    ),
    "smoothed_labels": Task(
        "binary_cross_entropy", lambda rng, rows, n: rng.integers(0, 2, (rows, n)), (0.2, 0.0)
    ),
    "focal_labels": Task(
        "binary_cross_entropy",
        lambda rng, rows, n: rng.integers(0, 2, (rows, n)),
        (0.1, 2.0, 0.25),
    ),
    "focal_probabilities": Task(
        "binary_cross_entropy", lambda rng, rows, n: rng.uniform(size=(rows, n)), (0.0, 0.5)
    ),
}

# The activation that is folded into the loss that follows it.
FOLDED = {"cross_entropy": "softmax", "binary_cross_entropy": "sigmoid"}


def shared_weight(graph: _core.Graph, x: int) -> int:
    weight, bias = graph.parameter("w", INPUTS, INPUTS), graph.parameter("b", 1, INPUTS)
    for _ in range(3):
        x = graph.activation(graph.affine(x, weight, bias), "tanh", 0.0)
    return x


def shared_value(graph: _core.Graph, x: int) -> int:
    def dense(name: str, of: int) -> int:
        weight = graph.parameter(f"{name} w", graph.cols(of), INPUTS)
        return graph.affine(of, weight, graph.parameter(f"{name} b", 1, INPUTS))

    z = dense("first", x)
    branches = [graph.activation(z, name, 0.0) for name in ("gelu", "tanh")]
    branches += [graph.softmax(z), graph.dropout(z, 0.3, 0), dense("second", z), z]
    total = graph.add(z, z)
    for branch in branches:
        total = graph.add(branch, total)
    return graph.add(total, graph.activation(total, "silu", 0.0))
