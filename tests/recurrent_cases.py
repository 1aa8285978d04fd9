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


RECURRENT_CASES: Sequence[Callable[[Made], None]] = [
    a_walk_to_the_last_position,
    walks_one_after_the_other,
    walks_whose_slope_is_of_their_sums,
    a_walk_over_parts_of_what_others_read,
    a_walk_with_weights_of_another,
]
