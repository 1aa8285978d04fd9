"""Graphs that walk the positions of a value, and carry a state from each to the next."""

from collections.abc import Callable, Sequence

from graph_cases import Made, flat


def walked(
    made: Made,
    x: int,
    units: int,
    activation: str = "tanh",
    backwards: bool = False,
) -> int:
    """A simple recurrent layer."""
    z = made.dense(x, units, None)
    return made.graph.simple_rnn(z, made.weight(units, units), activation, 0.7, backwards)


def last(made: Made, x: int) -> int:
    positions, channels = made.graph.size_of(x)
    return made.graph.slice(x, (positions - 1, positions), (0, channels))


def a_walk_to_the_last_position(made: Made) -> None:
    made.loss(made.dense(last(made, walked(made, made.input(3, positions=6), 5)), 2, None))


def walks_one_after_the_other(made: Made) -> None:
    """The second and third go back, and a loss is at each position."""
    hidden = walked(made, made.input(2, positions=5), 4)
    hidden = walked(made, walked(made, hidden, 7, "sigmoid", True), 3, "identity", True)
    made.loss(hidden, "squared_error", 0.8, weighted=True)


def walks_whose_slope_is_of_their_sums(made: Made) -> None:
    x = made.input(3, positions=4)
    both = [walked(made, x, 5, "gelu", backwards) for backwards in (False, True)]
    made.loss(made.dense(flat(made, made.graph.concatenate(both)), 2, None))


def a_walk_over_parts_of_what_others_read(made: Made) -> None:
    """Of positions and channels that are no matrix; what comes out is read in parts too."""
    graph, hidden = made.graph, made.dense(made.input(3, positions=6), 6)
    part = graph.slice(hidden, (1, 5), (1, 5))
    h = graph.simple_rnn(part, made.weight(4, 4), "elu", 0.7, True)
    made.loss(graph.add(graph.slice(h, (1, 3), (0, 3)), graph.slice(hidden, (2, 4), (3, 6))))
    made.loss(graph.multiply(h, part), factor=0.6)


def a_walk_with_weights_of_another(made: Made) -> None:
    """And of one position, which nothing is carried to."""
    graph, weight = made.graph, made.weight(4, 4)
    one, other = made.input(4, positions=3), made.input(2)
    h = graph.simple_rnn(one, weight, "tanh", 0.0, False)
    h = graph.simple_rnn(graph.affine(h, weight, None), weight, "softplus", 0.0, False)
    made.loss(
        graph.add(last(made, h), graph.simple_rnn(made.dense(other, 4), weight, "tanh", 0.0, True))
    )


TANH, SIGMOID = ("tanh", 0.0), ("sigmoid", 0.0)


def remembered(made: Made, x: int, units: int, backwards: bool = False) -> int:
    """A long short-term memory."""
    weight = made.weight(units, 4 * units)
    z = made.dense(x, 4 * units, None)
    return made.graph.lstm(z, weight, TANH, SIGMOID, backwards)


def reset(made: Made, x: int, units: int, backwards: bool = False, biased: bool = True) -> int:
    """A gated recurrent unit."""
    weight = made.weight(units, 3 * units)
    bias = made.weight(1, 3 * units) if biased else None
    z = made.dense(x, 3 * units, None)
    return made.graph.gru(z, weight, bias, TANH, SIGMOID, backwards)


def memories_one_after_the_other(made: Made) -> None:
    """A loss is at each position, and of the last."""
    hidden = remembered(made, made.input(2, positions=5), 4)
    hidden = remembered(made, hidden, 3, True)
    made.loss(hidden, "squared_error", 0.8, weighted=True)
    made.loss(made.dense(last(made, remembered(made, hidden, 9)), 2, None))


def units_that_reset_one_after_the_other(made: Made) -> None:
    hidden = reset(made, made.input(2, positions=5), 4)
    hidden = reset(made, hidden, 3, True, False)
    made.loss(hidden, "squared_error", 0.8, weighted=True)
    made.loss(made.dense(last(made, reset(made, hidden, 9)), 2, None))


def gates_that_others_read_too(made: Made) -> None:
    """Of parts that are no matrix, activated otherwise, and at one position; weights are shared."""
    graph, x = made.graph, made.dense(made.input(3, positions=4), 13)
    memory, unit, bias = made.weight(3, 12), made.weight(4, 12), made.weight(1, 12)
    part = graph.slice(x, (1, 4), (1, 13))
    functions = ("elu", 0.7), ("softsign", 0.0)
    one = graph.lstm(part, memory, *functions, False)
    other = graph.gru(part, unit, bias, *functions, True)
    made.loss(graph.concatenate([one, other, part]))
    first = graph.slice(x, (0, 1), (0, 12))
    ends = [graph.lstm(first, memory, TANH, SIGMOID, True)]
    ends.append(graph.gru(first, unit, bias, TANH, SIGMOID, False))
    made.loss(graph.concatenate(ends), factor=0.6)


RECURRENT_CASES: Sequence[Callable[[Made], None]] = [
    a_walk_to_the_last_position,
    walks_one_after_the_other,
    walks_whose_slope_is_of_their_sums,
    a_walk_over_parts_of_what_others_read,
    a_walk_with_weights_of_another,
    memories_one_after_the_other,
    units_that_reset_one_after_the_other,
    gates_that_others_read_too,
]
