"""Graphs with losses that are no output's: on hidden values, and on parameters."""

from collections.abc import Callable, Sequence

from graph_cases import Made, flat


def a_divergence_of_hidden_values(made: Made) -> None:
    graph, x = made.graph, made.input(5)
    mean, log_variance = made.dense(x, 3, None), made.dense(x, 3, None)
    made.term(graph.normal_kl(mean, log_variance), 0.7)
    made.loss(made.dense(graph.multiply(mean, log_variance), 2, None))


def a_divergence_of_parts_of_positions(made: Made) -> None:
    graph, x = made.graph, made.dense(made.input(3, positions=4), 6, None)
    mean, log_variance = graph.slice(x, (1, 3), (0, 3)), graph.slice(x, (0, 2), (2, 5))
    made.term(graph.normal_kl(mean, log_variance), 1.3)
    made.loss(flat(made, x), factor=0.2)


def a_divergence_of_one_value_from_itself(made: Made) -> None:
    x = made.dense(made.input(4), 3, None)
    made.term(made.graph.normal_kl(x, x))


def a_divergence_of_inputs_alone(made: Made) -> None:
    graph, x = made.graph, made.input(3)
    made.term(graph.normal_kl(x, x))
    made.term(graph.normal_kl(x, made.dense(x, 3, None)))


def sizes_and_squares_of_activations(made: Made) -> None:
    graph, hidden = made.graph, made.dense(made.input(4), 6)
    made.term(graph.l1_l2(hidden, 0.3, 0.0))
    made.term(graph.l1_l2(graph.slice(hidden, (0, 1), (1, 4)), 0.0, 0.4), 1.7)
    made.loss(made.dense(hidden, 2, None))
    made.term(graph.l1_l2(hidden, 0.1, 0.2), 0.5)  # of the same, after other parts of its gradient


def sizes_and_squares_at_positions(made: Made) -> None:
    graph, x = made.graph, made.dense(made.input(3, positions=5), 6)
    made.term(graph.l1_l2(graph.slice(x, (1, 4), (2, 5)), 0.3, 0.2))
    made.loss(flat(made, x))


def weights_that_are_kept_small(made: Made) -> None:
    graph, x, weight, bias = made.graph, made.input(5), made.weight(5, 5), made.weight(1, 5)
    made.term(graph.l1_l2(weight, 0.02, 0.03), 1.5)
    for _ in range(2):
        x = graph.activation(graph.affine(x, weight, bias), "tanh", 0.0)
    made.term(graph.l1_l2(bias, 0.0, 0.05))
    made.term(graph.l1_l2(x, 0.1, 0.1))
    made.loss(graph.affine(x, weight, made.weight(1, 5), transposed=True))


def a_weight_that_only_a_term_reads(made: Made) -> None:
    made.term(made.graph.l1_l2(made.weight(9, 3), 0.1, 0.2))
    made.loss(made.dense(made.input(4), 2, None))


def units_that_are_seldom_active(made: Made) -> None:
    graph, hidden = made.graph, made.dense(made.input(4), 19, "sigmoid")
    made.term(graph.sparsity_kl(hidden, 0.05), 0.9)
    made.term(graph.sparsity_kl(hidden, 0.4))
    made.loss(made.dense(hidden, 2, None))


def units_at_positions_that_are_seldom_active(made: Made) -> None:
    graph, x = made.graph, made.dense(made.input(3, positions=6), 5, "sigmoid")
    made.term(graph.sparsity_kl(graph.slice(x, (1, 5), (0, 4)), 0.2))


def a_hidden_value_compared_with_an_input(made: Made) -> None:
    graph, x = made.graph, made.input(4)
    code = made.dense(x, 3)
    made.term(graph.loss("squared_error", made.dense(code, 4, None), x, None), 2.0)
    made.term(graph.loss("absolute_error", code, graph.slice(x, (0, 1), (0, 3)), None))


def a_term_at_each_position(made: Made) -> None:
    graph, x = made.graph, made.input(3, positions=4)
    made.term(graph.loss("huber", made.dense(x, 3), x, None, [0.4]), 0.6)


def terms_of_a_term(made: Made) -> None:
    graph, hidden = made.graph, made.dense(made.input(4), 5)
    value = graph.l1_l2(hidden, 0.2, 0.3)
    made.term(value)
    made.term(graph.l1_l2(value, 0.0, 0.5))
    made.loss(graph.concatenate([value, graph.normal_kl(hidden, hidden)]))


PLAIN: Sequence[Callable[[Made], None]] = [
    a_divergence_of_hidden_values,
    a_divergence_of_parts_of_positions,
    a_divergence_of_one_value_from_itself,
    a_divergence_of_inputs_alone,
    sizes_and_squares_of_activations,
    sizes_and_squares_at_positions,
    weights_that_are_kept_small,
    a_weight_that_only_a_term_reads,
    units_that_are_seldom_active,
    units_at_positions_that_are_seldom_active,
    a_hidden_value_compared_with_an_input,
    a_term_at_each_position,
    terms_of_a_term,
]


def weighted(case: Callable[[Made], None]) -> Callable[[Made], None]:
    """The same, whose rows count differently in the terms, and one not at all."""

    def made_of(made: Made) -> None:
        case(made)
        weights = made.rng.uniform(0.2, 3, size=(made.rows, 1))
        weights[2] = 0
        made.weigh_terms(weights)

    made_of.__name__ = f"{case.__name__}_weighted"
    return made_of


TERM_CASES: Sequence[Callable[[Made], None]] = [*PLAIN, *map(weighted, PLAIN)]
