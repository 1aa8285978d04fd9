"""Graphs that look up rows of a table, by numbers that they are fed."""

from collections.abc import Callable, Sequence

from graph_cases import Made, flat


def numbers(made: Made, count: int, rows: int) -> int:
    """Return an input of so many whole numbers, of rows of a table."""
    value = made.graph.input(f"x{len(made.feeds)}", count)
    made.feed(value, made.rng.integers(0, rows, (made.rows, count)).astype(float))
    return value


def rows_of_a_table(made: Made) -> None:
    """Some come several times, and some not at all."""
    graph = made.graph
    y = graph.embedding(numbers(made, 3, 9), made.weight(9, 4))
    made.loss(made.dense(flat(made, y), 2, None))


def rows_at_positions(made: Made) -> None:
    graph = made.graph
    y = graph.embedding(numbers(made, 5, 4), made.weight(4, 19))
    made.loss(made.dense(y, 3, None), "cross_entropy", 0.7, weighted=True)


def rows_beside_other_inputs(made: Made) -> None:
    graph, one, other = made.graph, numbers(made, 1, 6), numbers(made, 2, 3)
    parts = [
        flat(made, graph.embedding(one, made.weight(6, 5))),
        flat(made, graph.embedding(other, made.weight(3, 2))),
        made.dense(made.input(4), 3),
    ]
    made.loss(made.dense(graph.concatenate(parts), 2, None))


def a_table_that_is_read_twice(made: Made) -> None:
    graph, table = made.graph, made.weight(7, 3)
    y = graph.add(
        graph.embedding(numbers(made, 4, 7), table), graph.embedding(numbers(made, 4, 7), table)
    )
    made.loss(made.dense(flat(made, y), 2, None))


def a_table_that_tells_rows_again(made: Made) -> None:
    """Of each row out of the table, how near it is to all of them."""
    graph, table = made.graph, made.weight(6, 4)
    y = made.graph.activation(graph.embedding(numbers(made, 3, 6), table), "tanh", 0.0)
    made.loss(graph.affine(y, table, made.weight(1, 6), transposed=True), "cross_entropy")


def a_table_that_is_kept_small(made: Made) -> None:
    graph, table = made.graph, made.weight(8, 3)
    made.loss(flat(made, graph.embedding(numbers(made, 2, 8), table)))
    made.term(graph.l1_l2(table, 0.02, 0.1), 0.5)


def numbers_that_are_values_too(made: Made) -> None:
    graph, x = made.graph, numbers(made, 4, 5)
    y = flat(made, graph.embedding(x, made.weight(5, 3)))
    made.loss(graph.add(made.dense(y, 2, None), made.dense(x, 2, None)))


def rows_some_of_which_count(made: Made) -> None:
    """A view of what comes out has a gradient that is no matrix."""
    graph = made.graph
    y = graph.embedding(numbers(made, 5, 4), made.weight(4, 6))
    made.loss(flat(made, graph.slice(y, (1, 4), (2, 5))), factor=1.3)


def many_rows_of_few(made: Made) -> None:
    """So many positions that sums over them have parts, where they are sums of columns."""
    graph = made.graph
    y = graph.embedding(numbers(made, 700, 3), made.weight(3, 2))
    made.loss(flat(made, made.dense(y, 2)))


EMBEDDING_CASES: Sequence[Callable[[Made], None]] = [
    rows_of_a_table,
    rows_at_positions,
    rows_beside_other_inputs,
    a_table_that_is_read_twice,
    a_table_that_tells_rows_again,
    a_table_that_is_kept_small,
    numbers_that_are_values_too,
    rows_some_of_which_count,
    many_rows_of_few,
]
