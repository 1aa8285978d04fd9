"""The layer Embedding: vectors of things that are numbered."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import ganglion as gn

Array = NDArray[Any]

WORDS, SIZE = 30, 5


def classifier(numbers: int = 3, dtype: str = "float32", **settings: Any) -> gn.Sequential:
    layers = [gn.Embedding(WORDS, SIZE, **settings), gn.Flatten(), gn.Dense(2)]
    model = gn.Sequential(layers, input_size=numbers, dtype=dtype, seed=1)
    model.compile(gn.optimizers.Adam(0.01), loss="cross_entropy")
    return model


@pytest.fixture
def x(rng: np.random.Generator) -> Array:
    return rng.integers(0, WORDS, (40, 3))


@pytest.fixture
def y(rng: np.random.Generator) -> Array:
    return rng.integers(0, 2, 40)


def test_numbers_become_rows_of_the_table(x: Array) -> None:
    model = gn.Sequential([gn.Embedding(WORDS, SIZE)], input_size=3, dtype="float64")
    assert model.parameter_names == ["layers.0.weight"]
    (table,) = model.get_weights()
    assert table.shape == (WORDS, SIZE)
    for outputs in (model.predict(x), model.forward(x), model.predictor()(x)):
        np.testing.assert_array_equal(outputs, table[x])


def test_its_arguments_are_kerass() -> None:
    layer = gn.Embedding(9, 2)
    shown = "Embedding(input_dim=9, output_dim=2, embeddings_initializer='uniform')"
    assert repr(layer) == shown
    (table,) = gn.Sequential([gn.Embedding(2000, 50)], input_size=1).get_weights()
    assert -0.05 <= table.min() < -0.0499
    assert 0.0499 < table.max() <= 0.05
    zeros = gn.Sequential([gn.Embedding(4, 2, "zeros")], input_size=1)
    np.testing.assert_array_equal(zeros.get_weights()[0], np.zeros((4, 2)))
    refused: list[tuple[dict[str, Any], str]] = [
        ({"input_dim": 0}, "input_dim must be a whole number from 1"),
        ({"output_dim": 2.5}, "output_dim must be a whole number"),
        ({"embeddings_initializer": "normal"}, "unknown name 'normal'"),
        ({"embeddings_regularizer": "l2"}, "the optimizer's weight_decay is for the rows that a"),
        ({"num_embeddings": 3}, "did you mean 'input_dim'"),
        ({"trainable": 1}, "trainable must be True or False"),
    ]
    for settings, message in refused:
        wrong: Any = {"input_dim": 3, "output_dim": 2, **settings}
        with pytest.raises((TypeError, ValueError), match=message):
            gn.Embedding(**wrong)


def test_more_rows_than_float32_tells_apart_are_refused() -> None:
    gn.Embedding(2**24 + 1, 1)
    with pytest.raises(ValueError, match="16777217 rows, must have at most 16777216"):
        gn.Sequential([gn.Embedding(2**24 + 1, 1)], input_size=1)


@pytest.mark.parametrize(
    ("layers", "settings", "message"),
    [
        ([gn.Dense(3), gn.Embedding(9, 2)], {}, "must be applied to an input as it is"),
        ([gn.Flatten(), gn.Embedding(9, 2)], {}, "give them a gn.Input of their own"),
        ([gn.Embedding(9, 2)], {"input_size": (3, 2)}, r"of shape \(numbers,\) or \(steps, 1\)"),
        ([gn.Embedding(9, 2)], {"rescale": 0.5}, "rescale is 0.5, must be 1: input holds the"),
        ([gn.Normalization([0.0], [1.0]), gn.Embedding(9, 2)], {"input_size": 1}, "as it is"),
    ],
)
def test_where_it_cannot_be_is_said(layers: Any, settings: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        gn.Sequential(layers, **{"input_size": 3, **settings})


@pytest.mark.parametrize(
    "dtype", [*"bBhHiIlLqQfd", ">i4", ">f8", np.float16, np.longdouble, object]
)
def test_numbers_may_be_of_any_type(dtype: Any, x: Array) -> None:
    model = classifier()
    expected = model.predict(x)
    for reads in (model.predict, model.forward, model.predictor()):
        np.testing.assert_array_equal(reads(x.astype(dtype)), expected)
    np.testing.assert_array_equal(model.predict(x.tolist()), expected)


def test_truths_are_numbers_too(x: Array) -> None:
    model = classifier()
    np.testing.assert_array_equal(model.predict(x > 9), model.predict((x > 9).astype(int)))


def test_a_sparse_matrix_holds_the_number_0_where_it_holds_none(x: Array) -> None:
    scipy = pytest.importorskip("scipy.sparse")
    model, few = classifier(), np.where(x % 3 == 0, x, 0)
    np.testing.assert_array_equal(model.predict(scipy.csr_array(few)), model.predict(few))
    few[7, 1] = WORDS
    with pytest.raises(ValueError, match=f"predict: X has {WORDS} at row 7, column 1, must be"):
        model.predict(scipy.csr_array(few))


def test_steps_may_be_of_any_number_and_rows_have_their_bits_in_any_batch() -> None:
    layers = [gn.Embedding(WORDS, 9), gn.Dense(4, "tanh"), gn.Dense(2)]
    model = gn.Sequential(layers, input_size=(None, 1), seed=1)
    model.compile("adam", loss="squared_error")
    rng = np.random.default_rng(0)
    words = rng.integers(0, WORDS, (20, 6))
    model.fit(words, rng.normal(size=(20, 6, 2)), epochs=2, verbose=0)
    x = rng.integers(0, WORDS, (50, 4))
    alone = np.concatenate([model.predict(row[None]) for row in x])
    for outputs in (model.predict(x), model.predict(x[..., None]), model.predict(x, batch_size=7)):
        np.testing.assert_array_equal(outputs, alone)
    np.testing.assert_array_equal(model.predictor(steps=4)(x), alone)


def test_a_table_serves_two_inputs(rng: np.random.Generator) -> None:
    one, other = gn.Input(2, name="one"), gn.Input(1, name="other")
    shared = gn.Embedding(WORDS, SIZE)
    parts = [gn.Flatten()(shared(one)), gn.Flatten()(shared(other)), gn.Input(4, name="values")]
    output = gn.Dense(1)(gn.Concatenate()(parts))
    model = gn.Model([one, other, parts[2]], output, seed=2)
    assert model.count_params() == WORDS * SIZE + 3 * SIZE + 4 + 1
    model.compile("adam", "squared_error")
    x = [rng.integers(0, WORDS, (30, 2)), rng.integers(0, WORDS, (30, 1)), rng.normal(size=(30, 4))]
    history = model.fit(x, rng.normal(size=30), epochs=5, verbose=0).history
    assert history["loss"][-1] < history["loss"][0]
    x[1][4] = -1
    with pytest.raises(ValueError, match="predict: X of other has -1 at row 4, column 0"):
        model.predict(x)


def test_an_input_may_be_numbers_of_two_tables(x: Array) -> None:
    words = gn.Input(3)
    parts = [gn.Flatten()(gn.Embedding(rows, 2)(words)) for rows in (WORDS, 20)]
    model = gn.Model(words, gn.Concatenate()(parts))
    model.predict(np.minimum(x, 19))
    with pytest.raises(ValueError, match="must be a whole number from 0 to 19"):
        model.predict(np.maximum(x, 20))


def test_it_may_be_in_a_model_that_is_a_layer(x: Array) -> None:
    inner = gn.Sequential([gn.Embedding(WORDS, SIZE), gn.Flatten()], input_size=3)
    words = gn.Input(3)
    outer = gn.Model(words, gn.Dense(2)(inner(words)))
    with pytest.raises(ValueError, match=f"must be a whole number from 0 to {WORDS - 1}"):
        outer.predict(x + WORDS)
    assert outer.predict(x).shape == (40, 2)


def test_what_is_frozen_stays(x: Array, y: Array) -> None:
    model = classifier(trainable=False)
    before = model.get_weights()
    model.fit(x, y, epochs=2, verbose=0)
    same = [np.array_equal(*pair) for pair in zip(before, model.get_weights(), strict=True)]
    assert same == [True, False, False]


def test_files_and_pickles_keep_it(tmp_path: Path, x: Array, y: Array) -> None:
    model = classifier(embeddings_initializer=gn.initializers.RandomUniform(-1.0, 2.0))
    model.fit(x, y, verbose=0)
    model.save(tmp_path / "model")
    for other in (gn.load(tmp_path / "model"), pickle.loads(pickle.dumps(model))):
        assert other.layers == model.layers
        np.testing.assert_array_equal(other.predict(x), model.predict(x))
        with pytest.raises(ValueError, match="predict: X has 30 at row 0"):
            other.predict(np.full((1, 3), WORDS))
    predictor = pickle.loads(pickle.dumps(model.predictor()))
    np.testing.assert_array_equal(predictor(x), model.predict(x))
    with pytest.raises(ValueError, match="predictor: x has 30 at row 0"):
        predictor(np.full((1, 3), WORDS))


def test_it_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = classifier(trainable=False)
    told = f"Embedding({WORDS}, {SIZE}, frozen)"
    model.summary()
    assert told in capsys.readouterr().out
    gn.plot_model(model, tmp_path / "model.svg")
    assert told in (tmp_path / "model.svg").read_text()


def test_far_numbers_of_rows_are_no_far_inputs(recwarn: pytest.WarningsRecorder) -> None:
    model = gn.Sequential([gn.Embedding(10**5, 2), gn.Flatten(), gn.Dense(1)], input_size=1)
    model.compile("sgd", "squared_error")
    model.fit(np.arange(10**5 - 50, 10**5)[:, None], np.linspace(-1, 1, 50), verbose=0)
    assert len(recwarn) == 0
