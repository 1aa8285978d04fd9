"""Graphs of ops that are drawn, each on values of any size."""

from collections.abc import Sequence

import numpy as np
from graph_cases import Made, flat

_OPS = [
    *("dense", "gelu", "tanh", "softmax", "add", "multiply", "concatenate", "slice", "reshape"),
    *("batch_normalized", "layer_normalized", "simple_rnn"),
]


def any_op(made: Made, values: Sequence[int]) -> int:
    """One of the ops on one of the last values, and on what else fits it."""
    graph, rng = made.graph, made.rng
    x = values[int(rng.integers(max(0, len(values) - 5), len(values)))]
    positions, channels = graph.size_of(x)
    match str(rng.choice(_OPS)):
        case "dense":
            return made.dense(x, int(rng.integers(1, 5)), None)
        case "gelu" | "tanh" as name:
            return graph.activation(x, name, 0.0)
        case "batch_normalized" | "layer_normalized" as name:
            normalized: int = getattr(made, name)(x, epsilon=0.5)
            return normalized
        case "simple_rnn":
            weight, backwards = made.weight(channels, channels), bool(rng.integers(2))
            return graph.simple_rnn(x, weight, "tanh", 0.0, backwards)
        case "softmax":
            return graph.softmax(x)
        case "add" | "multiply" as name:
            alike = [value for value in values if graph.size_of(value) == (positions, channels)]
            other = int(rng.choice(alike))
            return graph.add(x, other) if name == "add" else graph.multiply(x, other)
        case "concatenate":
            beside = [value for value in values if graph.size_of(value)[0] == positions]
            return graph.concatenate([x, int(rng.choice(beside))])
        case "slice":
            first, left = int(rng.integers(positions)), int(rng.integers(channels))
            last, right = int(rng.integers(first, positions)), int(rng.integers(left, channels))
            return graph.slice(x, (first, last + 1), (left, right + 1))
    size = positions * channels
    into = int(rng.choice([n for n in range(1, size + 1) if size % n == 0]))
    return graph.reshape(x, into, size // into)


def anything(made: Made, seed: int) -> None:
    """Ops in any order on values of any size, two of them compared with targets."""
    made.rng = rng = np.random.default_rng(seed)
    values = [made.input(int(rng.integers(1, 5)), int(rng.integers(1, 4))) for _ in range(2)]
    for _ in range(int(rng.integers(4, 14))):
        values.append(any_op(made, values))
    for value in dict.fromkeys([values[-1], int(rng.choice(values[2:]))]):
        made.loss(flat(made, value), factor=float(rng.uniform(0.5, 2)))
