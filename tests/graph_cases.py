"""Graphs of any shape, and what is minimised of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ganglion import _core

Array = NDArray[np.float64]

STEP = 1e-6


@dataclass
class Made:
    """A graph in the making, and the data that its inputs will be fed."""

    graph: _core.Graph = field(default_factory=_core.Graph)
    feeds: list[int] = field(default_factory=list)
    data: list[Array | None] = field(default_factory=list)
    heads: list[tuple[int, int, float, _core.Figures]] = field(default_factory=list)
    terms: list[tuple[int, float, _core.Figures]] = field(default_factory=list)
    term_weight: int | None = None
    sizes: list[int] = field(default_factory=list)  # of the parameters
    rows: int = 7
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(5))

    def input(self, channels: int, positions: int = 1) -> int:
        value = self.graph.input(f"x{len(self.feeds)}", channels, positions)
        self.feed(value, self.rng.normal(size=(self.rows, positions * channels)))
        return value

    def feed(self, value: int, data: Array | None) -> None:
        self.feeds.append(value)
        self.data.append(data)

    def weight(self, rows: int, cols: int, group: int = 0, state: bool = False) -> int:
        self.sizes.append(rows * cols)
        return self.graph.parameter(f"w{len(self.sizes)}", rows, cols, group, state)

    def dense(self, x: int, units: int, activation: str | None = "tanh", group: int = 0) -> int:
        channels = self.graph.size_of(x)[1]
        weight, bias = self.weight(channels, units, group), self.weight(1, units, group)
        z = self.graph.affine(x, weight, bias)
        return z if activation is None else self.graph.activation(z, activation, 0.0)

    def moments(self, channels: int, group: int = 0) -> tuple[int, int]:
        """A running mean and a running variance."""
        return self.weight(1, channels, group, state=True), self.weight(
            1, channels, group, state=True
        )

    def batch_normalized(self, x: int, epsilon: float = 1e-3) -> int:
        channels = self.graph.size_of(x)[1]
        own = self.weight(1, channels), self.weight(1, channels)
        return self.graph.batch_normalization(x, *own, *self.moments(channels), 0.9, epsilon)

    def layer_normalized(self, x: int, epsilon: float = 1e-3) -> int:
        channels = self.graph.size_of(x)[1]
        own = self.weight(1, channels), self.weight(1, channels)
        return self.graph.layer_normalization(x, *own, epsilon)

    def loss(
        self, output: int, name: str = "squared_error", factor: float = 1.0, weighted: bool = False
    ) -> None:
        value = self.loss_value(output, name, weighted)
        figures = _core.Figures([], self.graph.size_of(output)[1])
        self.heads.append((output, value, factor, figures))

    def term(self, value: int, factor: float = 1.0) -> None:
        self.terms.append((value, factor, _core.Figures([], 1)))

    def weigh_terms(self, weights: Array) -> None:
        """Let rows count so much in the terms, shape `(rows, 1)`."""
        self.term_weight = self.graph.input("term_weight", 1)
        self.feed(self.term_weight, weights)

    def loss_value(self, output: int, name: str, weighted: bool = False) -> int:
        positions, channels = self.graph.size_of(output)
        target = self.graph.input(f"y{len(self.feeds)}", channels, positions)
        weight = self.graph.input(f"weight{len(self.feeds)}", 1, positions)
        self.feed(target, self.rng.uniform(size=(self.rows, positions * channels)))
        weights = self.rng.uniform(size=(self.rows, positions)) if weighted else None
        self.feed(weight, weights)
        return self.graph.loss(name, output, target, weight)


def flat(made: Made, x: int) -> int:
    return made.graph.reshape(x, 1, made.graph.cols(x))


def two_inputs(made: Made) -> None:
    one, other = made.dense(made.input(3), 4), made.dense(made.input(5), 2)
    made.loss(made.dense(made.graph.concatenate([one, other, one]), 3, None))


def two_heads(made: Made) -> None:
    hidden = made.dense(made.input(4), 6)
    made.loss(made.dense(hidden, 3, None), factor=0.7)
    made.loss(made.dense(hidden, 1, None), "binary_cross_entropy", 1.9, weighted=True)


def a_loss_on_a_hidden_value(made: Made) -> None:
    hidden = made.dense(made.input(4), 5)
    made.loss(hidden, "squared_error", 0.3, weighted=True)
    made.loss(made.dense(hidden, 2, None))


def two_losses_on_one_value(made: Made) -> None:
    output = made.dense(made.dense(made.input(4), 5), 3, None)
    made.loss(output, "squared_error", 0.4)
    made.loss(output, "poisson", 1.3)


def a_shared_layer(made: Made) -> None:
    graph, weight, bias = made.graph, made.weight(4, 4), made.weight(1, 4)
    one, other = made.input(4), made.input(4)
    for _ in range(2):
        one = graph.activation(graph.affine(one, weight, bias), "tanh", 0.0)
    other = graph.activation(graph.affine(other, weight, bias), "gelu", 0.0)
    made.loss(graph.add(one, other))


def tied_and_transposed_weights(made: Made) -> None:
    graph, x, weight = made.graph, made.input(5), made.weight(5, 3)
    code = graph.activation(graph.affine(x, weight, made.weight(1, 3)), "sigmoid", 0.0)
    made.loss(graph.affine(code, weight, made.weight(1, 5), transposed=True))


def channels_that_are_sliced(made: Made) -> None:
    graph, hidden = made.graph, made.dense(made.input(4), 6)
    left, right = graph.slice(hidden, (0, 1), (0, 3)), graph.slice(hidden, (0, 1), (2, 6))
    made.loss(made.dense(left, 2, None))
    made.loss(graph.add(made.dense(right, 3), left))


def positions_that_are_sliced(made: Made) -> None:
    graph, hidden = made.graph, made.dense(made.input(3, positions=5), 4)
    last = graph.slice(hidden, (4, 5), (0, 4))
    some = made.dense(graph.slice(hidden, (1, 4), (1, 4)), 2)  # no matrix: a product needs a copy
    made.loss(graph.concatenate([last, flat(made, some)]))


def positions_that_are_reshaped(made: Made) -> None:
    graph, hidden = made.graph, made.dense(made.input(3, positions=4), 6)
    pairs = made.dense(graph.reshape(hidden, 2, 12), 5)
    parts = graph.slice(hidden, (0, 4), (0, 2))  # no row whose numbers lie together
    made.loss(made.dense(graph.concatenate([flat(made, pairs), flat(made, parts)]), 2, None))


def values_that_are_multiplied(made: Made) -> None:
    graph, x = made.graph, made.input(4)
    gate, hidden = made.dense(x, 3, "sigmoid"), made.dense(x, 3)
    made.loss(graph.add(graph.multiply(gate, hidden), graph.multiply(hidden, hidden)))


def a_softmax_over_channels(made: Made) -> None:
    graph, x = made.graph, made.dense(made.input(3, positions=4), 5, None)
    sliced = graph.softmax(graph.slice(x, (1, 3), (0, 4)))
    made.loss(flat(made, graph.activation(sliced, "mish", 0.0)))


def a_product_that_is_also_viewed(made: Made) -> None:
    graph, z = made.graph, made.dense(made.input(4), 6, None)
    parts = [
        graph.activation(z, "relu", 0.0),
        graph.reshape(z, 1, 6),
        graph.slice(z, (0, 1), (1, 3)),
    ]
    made.loss(graph.concatenate(parts))


def a_branch_that_is_reshaped(made: Made) -> None:
    graph, x = made.graph, made.dense(made.input(3), 4, None)
    made.loss(made.dense(graph.add(graph.reshape(x, 1, 4), graph.activation(x, "sigmoid", 0.0)), 2))


def a_slot_taken_twice(made: Made) -> None:
    graph, x = made.graph, made.input(3)
    made.weight(3, 3)
    once, again = graph.slot(0), graph.slot(0)
    made.loss(graph.affine(graph.activation(graph.affine(x, once, None), "tanh", 0.0), again, None))


def a_depth_that_is_cut(made: Made) -> None:
    """So many positions that sums over them have parts, which add to what is there."""
    graph, x, bias = made.graph, made.dense(made.input(2, positions=650), 3), made.weight(1, 3)
    weight = made.weight(3, 3)
    for _ in range(2):
        x = graph.activation(graph.affine(x, weight, bias), "tanh", 0.0)
    made.loss(flat(made, graph.affine(x, weight, made.weight(1, 3), transposed=True)))


def a_loss_at_each_position(made: Made) -> None:
    hidden = made.dense(made.input(3, positions=4), 5)
    made.loss(made.dense(hidden, 3, None), "cross_entropy", 0.7, weighted=True)
    made.loss(made.graph.slice(hidden, (1, 3), (0, 5)), "poisson", 1.2)


def a_loss_of_a_loss(made: Made) -> None:
    output = made.dense(made.dense(made.input(3, positions=2), 4), 3, None)
    value = made.loss_value(output, "cross_entropy")  # it is no term, and reads no weights
    made.loss(value, "squared_error", 1.4)
    made.loss(output, "binary_cross_entropy", 0.6)


def losses_put_together(made: Made) -> None:
    """The gradient of each is a part of what they are put together in."""
    one, other = (made.dense(made.input(3, positions=2), 3, None) for _ in range(2))
    losses = [(one, "squared_error"), (other, "poisson")]
    values = [made.loss_value(output, name) for output, name in losses]
    made.loss(made.graph.concatenate(values), "squared_error", 1.4, weighted=True)


def values_that_are_normalized(made: Made) -> None:
    """Before an activation, and read by two heads as they are."""
    over_batch = made.batch_normalized(made.dense(made.input(4), 19, None))
    over_channels = made.layer_normalized(made.graph.activation(over_batch, "tanh", 0.0))
    made.loss(made.dense(over_channels, 3, None))
    made.loss(made.dense(made.graph.add(over_batch, over_channels), 2), factor=0.6)


def inputs_that_are_normalized(made: Made) -> None:
    """Without factors and shifts, or with one of them."""
    graph, x, other = made.graph, made.input(4), made.input(4)
    over_batch = graph.batch_normalization(x, None, made.weight(1, 4), *made.moments(4), 0.5, 1e-2)
    again = graph.batch_normalization(over_batch, None, None, *made.moments(4), 0.5, 1e-2)
    over_channels = graph.layer_normalization(other, made.weight(1, 4), None, 1e-2)
    bare = graph.layer_normalization(made.dense(other, 5), None, None, 1e-2)
    made.loss(made.dense(graph.concatenate([again, over_channels, bare]), 3))


def a_normalization_called_twice(made: Made) -> None:
    """Each call has moments of its own."""
    graph, one, other = made.graph, made.dense(made.input(3), 4), made.dense(made.input(5), 4)
    own, moments = (made.weight(1, 4), made.weight(1, 4)), made.moments(4)
    both = [graph.batch_normalization(x, *own, *moments, 0.9, 1e-2) for x in (one, other)]
    both.append(graph.batch_normalization(both[0], *own, *moments, 0.9, 1e-2))
    both += [graph.layer_normalization(x, *own, 1e-2) for x in both]
    made.loss(made.dense(graph.concatenate(both), 2, None))


def positions_that_are_normalized(made: Made) -> None:
    """In one piece, and as parts that are no matrices."""
    graph, hidden = made.graph, made.dense(made.input(3, positions=5), 6)
    part = graph.slice(hidden, (1, 4), (1, 6))
    values = [made.batch_normalized(hidden), made.layer_normalized(hidden)]
    values += [made.batch_normalized(part), made.layer_normalized(part)]
    made.loss(graph.concatenate([flat(made, value) for value in values]))


def many_positions_that_are_normalized(made: Made) -> None:
    """So many that sums over them have parts."""
    hidden = made.dense(made.input(2, positions=650), 3)
    made.loss(flat(made, made.layer_normalized(made.batch_normalized(hidden))))


def noise_of_each_kind(made: Made) -> None:
    graph, hidden = made.graph, made.dense(made.input(3, positions=4), 5)
    hidden = made.dense(graph.gaussian_noise(hidden, 0.3, 0), 4)
    hidden = made.dense(graph.masking_noise(hidden, 0.3, 1), 5)
    made.loss(made.dense(graph.salt_and_pepper_noise(hidden, 0.3, -0.7, 1.2, 2), 2, None))


def noise_beside_what_it_is_added_to(made: Made) -> None:
    """Each is one of several that read a value, and goes on in a part of what reads it."""
    graph, hidden = made.graph, made.dense(made.input(3, positions=4), 5)
    noisy = [
        graph.gaussian_noise(hidden, 0.3, 0),
        graph.masking_noise(graph.slice(hidden, (1, 3), (0, 4)), 0.3, 1),  # no matrix
        graph.salt_and_pepper_noise(hidden, 0.3, 0.0, 1.0, 2),
    ]
    made.loss(graph.add(graph.add(noisy[0], noisy[2]), hidden))
    made.loss(graph.multiply(noisy[1], graph.slice(hidden, (0, 2), (1, 5))))


def a_sample(made: Made) -> None:
    graph, hidden = made.graph, made.dense(made.input(4), 6)
    mean, log_variance = made.dense(hidden, 3, None), made.dense(hidden, 3, None)
    made.loss(made.dense(graph.sampling(mean, log_variance, 0), 4, None))
    made.loss(graph.multiply(mean, log_variance), factor=0.3)


def a_sample_of_parts(made: Made) -> None:
    graph, both = made.graph, made.dense(made.input(3, positions=4), 5)
    parts = [graph.slice(both, (1, 3), (0, 3)), graph.slice(both, (0, 2), (2, 5))]  # no matrices
    sample = graph.sampling(parts[0], parts[1], 0)
    made.loss(graph.add(graph.sampling(sample, sample, 1), parts[0]))


def the_largest_that_are_kept(made: Made) -> None:
    """Of a value that others read too, and of parts that are no matrix."""
    graph, x = made.graph, made.dense(made.input(3, positions=4), 6, None)
    parts = graph.keep_largest(graph.slice(x, (1, 3), (1, 6)), 2)
    made.loss(made.dense(flat(made, parts), 2, None))
    made.loss(graph.multiply(graph.keep_largest(x, 3), x), factor=0.5)


CASES: Sequence[Callable[[Made], None]] = [
    a_product_that_is_also_viewed,
    a_branch_that_is_reshaped,
    a_slot_taken_twice,
    two_inputs,
    two_heads,
    a_loss_on_a_hidden_value,
    two_losses_on_one_value,
    a_shared_layer,
    tied_and_transposed_weights,
    channels_that_are_sliced,
    positions_that_are_sliced,
    positions_that_are_reshaped,
    values_that_are_multiplied,
    a_softmax_over_channels,
    a_depth_that_is_cut,
    a_loss_at_each_position,
    a_loss_of_a_loss,
    losses_put_together,
    values_that_are_normalized,
    inputs_that_are_normalized,
    a_normalization_called_twice,
    positions_that_are_normalized,
    many_positions_that_are_normalized,
    noise_of_each_kind,
    noise_beside_what_it_is_added_to,
    a_sample,
    a_sample_of_parts,
    the_largest_that_are_kept,
]


class Differentiated:
    """What is minimised of a graph, and its gradient."""

    def __init__(self, made: Made, groups: Sequence[int] | None = None) -> None:
        self._made = made
        self.store = _core.float64.ParameterStore(made.graph)
        self.store.values[:] = made.rng.normal(size=self.store.values.size)
        self.trained = np.zeros(self.store.values.size, bool)
        for _, rows, cols, group, is_state, begin in made.graph.table.slots:
            is_trained = not is_state and (groups is None or group in groups)
            self.trained[begin : begin + rows * cols] = is_trained
        self.routine = _core.float64.Routine(
            graph=made.graph,
            feeds=made.feeds,
            heads=made.heads,
            purpose="gradients",
            store=self.store,
            optimizer=None,
            max_batch=made.rows + 2,
            seed=0,
            groups=groups,
            terms=made.terms,
            term_weight=made.term_weight,
        )
        self._trainer = _core.float64.Trainer([self.routine])

    def loss(self) -> float:
        counted = [(factor, figures) for *_, factor, figures in self._made.heads]
        counted += [(factor, figures) for _, factor, figures in self._made.terms]
        for _, figures in counted:
            figures.reset()
        ending, _ = self._trainer.run(
            feeds=[None if data is None else (data, 1.0, None) for data in self._made.data],
            order=None,
            batch_size=self._made.rows,
            first=0,
            rates=np.zeros(1),
        )
        assert ending == "complete"
        return sum(factor * figures.results()[0] for factor, figures in counted)

    def gradient(self) -> Array:
        self.store.gradients[:] = np.nan
        self.loss()
        return self.store.gradients.copy()

    def differences(self) -> Array:
        values = self.store.values
        found = np.empty_like(values)
        for i in range(len(values)):
            before = values[i]
            values[i] = before + STEP
            above = self.loss()
            values[i] = before - STEP
            below = self.loss()
            values[i] = before
            found[i] = (above - below) / (2 * STEP)
        return found
