"""Weights of rows in losses that are no output's, seen at the core."""

from collections.abc import Callable

import numpy as np
import pytest
from graph_cases import Array, Differentiated, Made
from term_cases import PLAIN

Case = Callable[[Made], None]

ROWS = 7


def made_of(case: Case, weights: Array | None = None) -> Made:
    made = Made(rows=ROWS)
    case(made)
    if weights is not None:
        made.weigh_terms(weights)
    return made


def of_every_kind(made: Made) -> None:
    """Terms alone, of two inputs and of what comes of one at each position."""
    graph, x, other = made.graph, made.input(3, positions=2), made.input(3, positions=2)
    hidden = made.dense(x, 3, None)
    made.term(graph.normal_kl(x, hidden), 0.5)
    made.term(graph.l1_l2(hidden, 0.3, 0.2))
    made.term(graph.sparsity_kl(graph.activation(hidden, "sigmoid", 0.0), 0.1), 2.0)
    made.term(graph.loss("huber", hidden, other, None, [0.4]), 1.5)


def test_a_term_is_the_weighted_mean_over_rows() -> None:
    weights = np.array([1.0, 0.0, 2.5, 0.3, 1.0, 4.0, 0.7])
    made = made_of(of_every_kind, weights[:, None])
    objective = Differentiated(made)
    objective.loss()
    found = [figures.results()[0] for *_, figures in made.terms]
    x, other = (np.asarray(one).reshape(ROWS, 2, 3) for one in made.data[:2])
    hidden = x @ objective.store.values[:9].reshape(3, 3) + objective.store.values[9:]
    error = np.abs(hidden - other)
    of_rows = [
        (x**2 + np.exp(hidden) - 1 - hidden).sum(axis=(1, 2)) / 2,
        (0.3 * np.abs(hidden) + 0.2 * hidden**2).sum(axis=(1, 2)),
        np.where(error < 0.4, error**2 / 2, 0.4 * (error - 0.2)).mean(axis=(1, 2)),
    ]
    divergence, sizes, huber = (np.average(one, weights=weights) for one in of_rows)
    active = np.average((1 / (1 + np.exp(-hidden))).mean(axis=1), axis=0, weights=weights)
    sparsity = 0.1 * np.log(0.1 / active) + 0.9 * np.log(0.9 / (1 - active))
    np.testing.assert_allclose(found, [divergence, sizes, sparsity.sum(), huber], rtol=1e-12)


@pytest.mark.parametrize("case", [*PLAIN, of_every_kind], ids=lambda case: case.__name__)
def test_weights_of_1_give_the_bits_of_none(case: Case) -> None:
    plain, ones = (Differentiated(made_of(case, one)) for one in (None, np.ones((ROWS, 1))))
    assert ones.gradient().tobytes() == plain.gradient().tobytes()
    assert ones.loss() == plain.loss()


@pytest.mark.parametrize("case", [*PLAIN, of_every_kind], ids=lambda case: case.__name__)
def test_whole_weights_are_rows_that_are_there_so_often(case: Case) -> None:
    counts = np.array([1, 3, 0, 2, 1, 1, 2])
    weighted = made_of(case, counts[:, None] + 0.0)
    weighted.data = [counts[:, None] + 0.0 if one is None else one for one in weighted.data]
    repeated = made_of(case)
    repeated.rows = int(counts.sum())
    repeated.data = [None if one is None else one.repeat(counts, axis=0) for one in repeated.data]
    found, expected = Differentiated(weighted), Differentiated(repeated)
    assert found.loss() == pytest.approx(expected.loss(), rel=1e-12)
    np.testing.assert_allclose(found.gradient(), expected.gradient(), rtol=1e-10, atol=1e-12)


def test_a_row_that_counts_nothing_may_have_any_loss() -> None:
    weights = np.ones((ROWS, 1))
    weights[3] = 0
    results = []
    for value in (1.0, 1e200):  # whose square, and exponential, are infinite
        made = made_of(of_every_kind, weights)
        row = made.data[0]
        assert row is not None
        row[3] = value
        objective = Differentiated(made)
        results.append((objective.gradient(), objective.loss()))
    (gradient, loss), (other_gradient, other_loss) = results
    np.testing.assert_array_equal(other_gradient, gradient)
    assert np.isfinite(gradient).all()
    assert other_loss == loss


def test_a_batch_of_which_no_row_counts_has_no_gradient() -> None:
    made = made_of(of_every_kind, np.zeros((ROWS, 1)))
    assert (Differentiated(made).gradient() == 0).all()
    assert [figures.results() for *_, figures in made.terms] == 4 * [
        [pytest.approx(np.nan, nan_ok=True)]
    ]


def test_weights_that_do_not_fit_are_refused() -> None:
    made = made_of(of_every_kind)
    made.term_weight = made.graph.input("weight", 2)
    with pytest.raises(ValueError, match="weight has 2 columns, what rows count must be an input"):
        Differentiated(made)
    made.term_weight = made.graph.l1_l2(made.feeds[0], 1.0, 0.0)
    with pytest.raises(ValueError, match="l1_l2 has 1 columns, what rows count must be an input"):
        Differentiated(made)
    made.term_weight = made.graph.input("alone", 1)
    with pytest.raises(ValueError, match="alone is read, and is not among the inputs"):
        Differentiated(made)
    made = made_of(of_every_kind, np.ones((ROWS, 1)))
    made.data[-1] = None
    with pytest.raises(ValueError, match="term_weight is not given, which only weights may be"):
        Differentiated(made).loss()


def test_weights_of_a_head_that_are_those_of_terms_may_not_be_left_out() -> None:
    made = made_of(of_every_kind)
    made.loss(made.dense(made.input(2), 1), weighted=True)
    made.term_weight = made.feeds[-1]
    objective = Differentiated(made)
    assert np.isfinite(objective.loss())
    made.data[-1] = None
    with pytest.raises(ValueError, match="is not given, which only weights may be"):
        objective.loss()


def test_the_leader_reads_weights_that_others_have_gathered() -> None:
    """Of 7 rows a member has 4, and the other 3 of what the leader adds up: losses, and weights."""

    def bytes_of(weights: Array | None) -> int:
        def one_term(made: Made) -> None:
            made.term(made.graph.l1_l2(made.dense(made.input(4), 2), 0.1, 0.2))

        return Differentiated(made_of(one_term, weights)).routine.team_costs(ROWS, 2).bytes

    assert bytes_of(np.ones((ROWS, 1))) - bytes_of(None) == 3 * 8
