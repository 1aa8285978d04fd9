"""Models in the list of a Sequential."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import ganglion as gn
from ganglion.graphs.architectures import Chain
from ganglion.graphs.wirings import Nested
from ganglion.layers import Builder, Value

X: NDArray[Any] = np.random.default_rng(0).normal(size=(40, 4))
ENCODER = gn.MLP([4, 6, 3], activation="tanh", seed=3)
PIXELS = gn.Input(3)
BRANCHED = gn.Model(PIXELS, gn.Dense(5)(PIXELS) + gn.Dense(5)(gn.Dense(2)(PIXELS)), seed=4)


def chain(**settings: Any) -> gn.Sequential:
    return gn.Sequential([ENCODER, BRANCHED, gn.Dense(2)], **settings)


def compiled(net: gn.Model) -> gn.Model:
    net.compile(gn.optimizers.Adam(0.01), loss="squared_error")
    return net


def test_a_chain_of_models_is_what_they_are_one_after_the_other() -> None:
    net = gn.Sequential([ENCODER, BRANCHED])
    assert (net.input_size, net.output_size) == (4, 5)
    assert net.count_params() == ENCODER.count_params() + BRANCHED.count_params()
    np.testing.assert_array_equal(net.predict(X), BRANCHED.predict(ENCODER.predict(X)))


def test_it_learns_what_a_model_of_tensors_learns() -> None:
    x = gn.Input(4)
    same = gn.Model(x, gn.Dense(2)(BRANCHED(ENCODER(x))))
    net = chain()
    assert net.parameter_names == same.parameter_names
    same.set_weights(net.get_weights())
    kept = ENCODER.get_weights()
    for one in (net, same):
        compiled(one).fit(X, X[:, :2], epochs=2, verbose=0)
    np.testing.assert_array_equal(net.parameter_vector, same.parameter_vector)
    for before, after in zip(kept, ENCODER.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize("place", ["layers.0.weight", "layers.0.bias"])
def test_weights_that_are_too_large_for_the_new_type_are_refused(place: str) -> None:
    inner = gn.Sequential([gn.Dense(2)], input_size=2, dtype="float64")
    number = inner.parameter_names.index(place)
    weights = inner.get_weights()
    weights[number][..., 1] = 1e300
    inner.set_weights(weights)
    x = gn.Input(2)
    ways: dict[str, Callable[[str], gn.Model]] = {
        "Sequential": lambda dtype: gn.Sequential([inner], dtype=dtype),
        "Model": lambda dtype: gn.Model(x, inner(x), dtype=dtype),
    }
    for kind, make in ways.items():
        said = rf"^{kind}: layers\.0\.{place} has 1e\+300 at row .*, too large for float32$"
        with pytest.raises(ValueError, match=said):
            make("float32")
        np.testing.assert_array_equal(make("float64").get_weights()[number], weights[number])


def test_a_model_that_stands_there_twice_has_weights_of_its_own_at_each_place() -> None:
    block = gn.MLP([4, 5, 4], seed=1)
    net = gn.Sequential([block, gn.Dense(4), block])
    parts = dict(zip(net.parameter_names, net.get_weights(), strict=True))
    for place in (0, 2):
        for name, weight in zip(block.parameter_names, block.get_weights(), strict=True):
            np.testing.assert_array_equal(parts[f"layers.{place}.{name}"], weight)
    compiled(net).fit(X, X, verbose=0)
    parts = dict(zip(net.parameter_names, net.get_weights(), strict=True))
    assert (parts["layers.0.layers.0.weight"] != parts["layers.2.layers.0.weight"]).any()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_files_pickles_copies_and_predictors_are_the_same(tmp_path: Path, dtype: str) -> None:
    net = chain(dtype=dtype)
    net.save(tmp_path / "net")
    expected = net.predict(X)
    again = [gn.load(tmp_path / "net"), pickle.loads(pickle.dumps(net)), copy.deepcopy(net)]
    for one in again:
        assert type(one) is gn.Sequential
        np.testing.assert_array_equal(one.predict(X), expected)
    predictor = pickle.loads(pickle.dumps(net.predictor()))
    np.testing.assert_array_equal(predictor(X), expected)


def test_models_of_any_number_of_steps_stand_there_too() -> None:
    inner = gn.Sequential([gn.Dense(5, "tanh")], input_size=(None, 4))
    net = gn.Sequential([inner, gn.Dense(2)])
    assert net.input_size == (None, 4)
    assert net.predict(X.reshape(8, 5, 4)).shape == (8, 5, 2)


def test_a_first_model_that_normalizes_its_inputs_reads_those_of_the_chain() -> None:
    inner = gn.MLP([4, 3], normalization=gn.Normalization().adapt(X))
    np.testing.assert_array_equal(gn.Sequential([inner]).predict(X), inner.predict(X))


SEQUENTIAL: Any = gn.Sequential
RESIDUAL: Any = gn.Residual


@dataclass(frozen=True, repr=False)
class Twice(gn.Layer):
    """A layer of one's own that gives what it takes twice."""

    def build(self, builder: Builder, x: Value, name: str) -> list[Value]:
        return [x, x]


TWO = gn.Model(PIXELS, [gn.Dense(3)(PIXELS), gn.Dense(1)(PIXELS)])
JOINED = gn.Model([PIXELS, OTHER := gn.Input(3)], PIXELS + OTHER)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (
            lambda: SEQUENTIAL([gn.Dense(3), ENCODER]),
            TypeError,
            "Sequential: input_size must be gi",
        ),
        (lambda: SEQUENTIAL([]), TypeError, "Sequential: input_size must be given"),
        (
            lambda: SEQUENTIAL([ENCODER], input_size=3),
            ValueError,
            r"takes shape \(4,\), got \(3,\)",
        ),
        (lambda: SEQUENTIAL([TWO]), ValueError, "layers.0 is a model with several outputs"),
        (
            lambda: SEQUENTIAL([JOINED]),
            ValueError,
            "layers.0 is a model with several inputs, input_0",
        ),
        (
            lambda: SEQUENTIAL([gn.Dense(3), TWO], input_size=4),
            ValueError,
            "layers.1 is a model with several outputs, output_0, output_1, a chain has one: call",
        ),
        (
            lambda: SEQUENTIAL([PIXELS, gn.Dense(3)], input_size=3),
            TypeError,
            r"layers.0 is a tensor, <.*>: the input of a Sequential is its input_size, and layers",
        ),
        (
            lambda: SEQUENTIAL([gn.MLP([4, 4], rescale=0.5)]),
            ValueError,
            "a model whose rescale is 0.5 cannot be a layer: .* and give rescale to the new model",
        ),
        (
            lambda: SEQUENTIAL([gn.Dense], input_size=3),
            TypeError,
            "layers must hold layers such as",
        ),
        (
            lambda: RESIDUAL([gn.Dense(4), ENCODER]),
            TypeError,
            r"such as Dense\(3\), got a model, MLP, which is .* a tensor, .*: x \+ model\(x\) has",
        ),
        (
            lambda: RESIDUAL([gn.MLP]),
            TypeError,
            r"such as Dense\(3\), got <class 'ganglion.models.mlp.MLP'>$",
        ),
        (
            lambda: Chain([Nested(TWO.architecture)], 3).network(),
            ValueError,
            "^layers.0: <a model, layers: 2> takes or gives several tensors, a chain has one$",
        ),
        (
            lambda: SEQUENTIAL([Twice()], input_size=3),
            ValueError,
            r"^layers.0: Twice\(\) takes or gives several tensors, a chain has one$",
        ),
    ],
)
def test_what_is_no_link_of_a_chain_is_told(make: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        make()
