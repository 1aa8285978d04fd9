"""One tensor as several outputs: each has its own name, loss and metrics."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import ganglion as gn

RNG = np.random.default_rng(0)
X = RNG.normal(size=(50, 4))
STEPS = RNG.normal(size=(20, 5, 4))
CLASSES = (X.sum(axis=1) > 0).astype(int)


def model_of(outputs: int, size: Any = 4, *, ending: str | None = None) -> gn.Model:
    x = gn.Input(size)
    y = gn.Dense(2, ending)(gn.Dense(6, "tanh")(x))
    same = gn.Activation("identity")(y)  # which adds nothing
    given = {"first": y, "second": y, "third": same}
    return gn.Model(x, dict(list(given.items())[:outputs]), dtype="float64", seed=1)


@pytest.mark.parametrize("size", [4, (5, 4), (None, 4)])
def test_they_are_the_same_numbers(size: Any, tmp_path: Path) -> None:
    x = X if size == 4 else STEPS
    expected = model_of(1, size).predict(x)["first"]
    model = model_of(3, size)
    model.save(tmp_path / "model")
    for one in (model, gn.load(tmp_path / "model")):
        found: dict[str, NDArray[Any]] = one.predict(x)
        assert list(found) == ["first", "second", "third"]
        for values in found.values():
            np.testing.assert_array_equal(values, expected)


def test_a_list_may_hold_one_twice() -> None:
    x = gn.Input(4)
    y = gn.Dense(2)(x)
    one, other = gn.Model(x, [y, y]).predict(X)
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("ending", [None, "softmax"])
def test_their_losses_add_up(ending: str | None) -> None:
    once, twice = model_of(1, ending=ending), model_of(2, ending=ending)
    once.compile(gn.optimizers.SGD(0.1), loss="cross_entropy", metrics=["accuracy"])
    twice.compile(
        gn.optimizers.SGD(0.1),
        loss="cross_entropy",
        loss_weights={"first": 0.25, "second": 0.75},
        metrics={"second": ["accuracy"]},
    )
    alone = once.fit(X, CLASSES, epochs=3, verbose=0).history
    both = twice.fit(X, {"first": CLASSES, "second": CLASSES}, epochs=3, verbose=0).history
    assert both["loss"] == pytest.approx(alone["loss"], rel=1e-9)
    assert both["second_accuracy"] == pytest.approx(alone["accuracy"])
    np.testing.assert_allclose(twice.parameter_vector, once.parameter_vector, rtol=1e-9)


def test_losses_of_two_kinds_read_one_tensor() -> None:
    model = model_of(2)
    model.compile("adam", loss={"first": "cross_entropy", "second": "squared_error"})
    y = {"first": CLASSES, "second": np.eye(2)[CLASSES]}
    figures = model.evaluate(X, y)
    logits = model.predict(X)["first"]
    assert figures["second_loss"] == pytest.approx(((logits - y["second"]) ** 2).mean())
    losses = model.fit(X, y, epochs=20, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
