"""Numbers of rows that there are not: refused on every road, and nothing is lost by them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import ganglion as gn
from ganglion import _core
from ganglion._base import inputs
from ganglion.callbacks import LambdaCallback
from ganglion.training.parametrized import Parametrized

pytestmark = pytest.mark.threads

Array = NDArray[Any]

ROWS, WORDS = 300, 20
FAR = 2**31 - 7  # no memory of ours is there
BAD: list[Any] = [WORDS, -1, FAR, -FAR, 0.5, 1e30, -np.inf, np.nan]
RULE = f"must be a whole number from 0 to {WORDS - 1}"


def squares(t: Array, p: Array, weight: Array | None) -> tuple[float, Array]:
    return float(((p - t) ** 2).mean()), 2 * (p - t) / p.size


def model_for(loss: Any = "squared_error", dtype: str = "float32") -> gn.Sequential:
    layers = [gn.Embedding(WORDS, 4), gn.Flatten(), gn.Dense(1)]
    model = gn.Sequential(layers, input_size=2, seed=1, dtype=dtype)
    model.compile("adam", loss)
    return model


@pytest.fixture
def x() -> Array:
    return np.random.default_rng(0).integers(0, WORDS, (ROWS, 2)).astype(np.float64)


@pytest.fixture
def y() -> Array:
    return np.random.default_rng(1).normal(size=(ROWS, 1))


ROADS: dict[str, Callable[[Any, Array, Array], object]] = {
    "fit": lambda net, x, y: net.fit(x, y, verbose=0),
    "fit on an iterable": lambda net, x, y: net.fit([(x, y)], verbose=0),
    "fit, held out": lambda net, x, y: net.fit(x[:5], y[:5], validation_data=(x, y), verbose=0),
    "evaluate": lambda net, x, y: net.evaluate(x, y),
    "train_on_batch": lambda net, x, y: net.train_on_batch(x, y),
    "predict": lambda net, x, y: net.predict(x),
    "call": lambda net, x, y: net(x),
    "forward": lambda net, x, y: net.forward(x),
    "forward for gradients": lambda net, x, y: net.forward(x, input_gradient=True),
    "predictor": lambda net, x, y: net.predictor()(x),
    "predictor of a row": lambda net, x, y: net.predictor()(x[7]),
    "predictor in its type": lambda net, x, y: net.predictor()(x.astype(np.float32)),
}


@pytest.mark.parametrize("value", BAD)
@pytest.mark.parametrize("road", ROADS)
def test_every_road_refuses_what_is_no_number_of_a_row(
    road: str, value: Any, x: Array, y: Array
) -> None:
    model = model_for()
    before = model.parameter_vector.copy()
    x[7, 1] = value
    row = 0 if road == "predictor of a row" else 7
    where = (
        rf"{float(value)} at row {row}, column 1" if abs(value) < 1e9 else f"at row {row}, column 1"
    )
    rule = f", {RULE}" if np.isfinite(value) else ""
    with pytest.raises(ValueError, match=f"[xX] has .*{where}{rule}"):
        ROADS[road](model, x, y)
    np.testing.assert_array_equal(model.parameter_vector, before)
    x[7, 1] = 0
    ROADS[road](model, x, y)


@pytest.mark.parametrize("road", ["fit", "evaluate", "train_on_batch"])
def test_so_do_those_with_a_loss_of_ones_own(road: str, x: Array, y: Array) -> None:
    model = model_for(squares)
    x[7, 1] = WORDS
    with pytest.raises(ValueError, match=f"{road}: X has 20.0 at row 7, column 1, {RULE}"):
        ROADS[road](model, x, y)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("loss", ["squared_error", squares], ids=["a known loss", "ones own"])
@pytest.mark.parametrize("value", BAD)
def test_numbers_that_change_while_training_are_found(
    value: Any, loss: Any, threads: int, x: Array, y: Array
) -> None:
    model, after_one = model_for(loss), model_for(loss)
    spoil = LambdaCallback(on_epoch_end=lambda *_: x.__setitem__((150, 1), value))
    gn.set_num_threads(threads)
    try:
        after_one.fit(x, y, verbose=0)
        with pytest.raises(ValueError, match=r"fit: X has .* at row 150, column 1"):
            model.fit(x, y, epochs=3, callbacks=[spoil], verbose=0)
    finally:
        gn.set_num_threads(None)
    np.testing.assert_array_equal(model.parameter_vector, after_one.parameter_vector)


def test_numbers_that_lie_on_a_disk_are_looked_at_as_they_are_read(
    tmp_path: Path, x: Array, y: Array
) -> None:
    on_disk = np.memmap(tmp_path / "x", np.int64, "w+", shape=x.shape)
    on_disk[:] = x
    on_disk[250, 0] = FAR
    for road in ("fit", "evaluate", "predict"):
        with pytest.raises(ValueError, match=f"{road}: X has {FAR} at row 250, column 0, {RULE}"):
            ROADS[road](model_for(), on_disk, y)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_large_numbers_are_not_rounded_to_a_row(dtype: str) -> None:
    rows = 2**24
    layer = gn.Embedding(rows, 1, "zeros", trainable=False)
    model = gn.Sequential([layer], input_size=1, dtype=dtype)
    model.parameter_vector[-1] = 7
    last = np.array([[rows - 1]], np.int64)
    assert model.predict(last)[0, 0, 0] == 7
    for wrong in (rows, rows + 1, 2**32 + rows - 1, 2**62):
        for reads in (model.predict, model.predictor()):
            with pytest.raises(ValueError, match=f"has {wrong} at row 0"):
                reads(last * 0 + wrong)


@pytest.mark.parametrize("core", [_core.float32, _core.float64])
@pytest.mark.parametrize("value", BAD)
def test_the_core_looks_nowhere_that_is_no_row(core: Any, value: Any) -> None:
    graph = _core.Graph()
    words = graph.input("words", 2)
    output = graph.embedding(words, graph.parameter("table", WORDS, 3))
    store = core.ParameterStore(graph)
    of_both: Any = {"graph": graph, "inputs": [words], "outputs": [output], "store": store}
    predictor = core.Predictor(**of_both, max_batch=4)
    tape = core.Tape(**of_both, input_gradients=False, max_batch=9, seed=0)
    x, y = np.zeros((9, 2)), np.full((9, 6), 7, np.result_type(store.values))
    x[5, 1] = value
    ending = "no_index" if np.isfinite(value) else "data_not_finite"
    assert predictor.predict([(x, 1.0, None)], [y]) == ending
    np.testing.assert_array_equal(y[4:], 7)  # nothing was written
    message = f"tape: words is .* at row 5, column 1, {RULE}"
    with pytest.raises(ValueError, match=message):
        tape.forward([x.astype(y.dtype)], [y], 0)
    x[5, 1] = 0
    assert predictor.predict([(x, 1.0, None)], [y]) == "complete"
    tape.forward([x.astype(y.dtype)], [y], 0)


def test_outputs_in_the_place_of_inputs_are_not_written_where_these_are_wrong() -> None:
    predictor = gn.Sequential([gn.Embedding(3, 1)], input_size=2).predictor()
    x = np.array([[0, 1], [2, 3]], np.float32)
    with pytest.raises(ValueError, match=r"x has 3\.0 at row 1, column 1, must be"):
        predictor(x, out=x.reshape(2, 2, 1))
    np.testing.assert_array_equal(x, [[0, 1], [2, 3]])


@pytest.mark.parametrize(("value", "what"), [(np.nan, "not finite"), (WORDS, "no index")])
def test_what_was_wrong_only_while_it_was_read_is_told_apart(
    x: Array, value: float, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody finds it afterwards, so that the core's own word is told."""
    x[5] = value
    monkeypatch.setattr(inputs, "check_inputs", lambda *_: None)
    monkeypatch.setattr(Parametrized, "check_finite", lambda *_: None)
    model = model_for(squares)
    for call, road in (("predict", model.predict), ("predictor", model.predictor())):
        said = rf"{call}: [xX] was {what} when it was read, and has changed since"
        with pytest.raises(ValueError, match=said):
            road(x)
