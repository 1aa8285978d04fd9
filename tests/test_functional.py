"""Models of layers called on tensors: sharing, several inputs and outputs, frozen layers, files."""

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
from ganglion._base.structures import Structure
from ganglion.graphs.architectures import Chain
from ganglion.graphs.wirings import Nested, Step, Wiring
from ganglion.layers import Builder, Layer, Value

Array = NDArray[Any]

ROWS = 120


@pytest.fixture
def data() -> tuple[list[Array], dict[str, Array]]:
    """Two tables, with the class and the two numbers that follow from them."""
    rng = np.random.default_rng(3)
    one, other = rng.normal(size=(ROWS, 5)), rng.normal(size=(ROWS, 3))
    kind = (one[:, 0] + other[:, 1] > 0).astype(np.int64) + (one[:, 1] > 0)
    size = np.column_stack([one[:, :2].sum(axis=1), other[:, 2]])
    return [one, other], {"kind": kind, "size": size}


def two_by_two(dtype: str = "float32", **settings: Any) -> gn.Model:
    """Return a model of two inputs and two named outputs."""
    one, other = gn.Input(5, name="one"), gn.Input(3, name="other")
    both = gn.Concatenate()([gn.Dense(8, "tanh")(one), gn.Dense(6, "tanh")(other)])
    top = gn.Dense(8, "tanh")(both)
    outputs = {"kind": gn.Dense(3)(top), "size": gn.Dense(2)(top + gn.Dense(8)(top))}
    return gn.Model([one, other], outputs, dtype=dtype, **settings)


def compiled(model: gn.Model) -> gn.Model:
    model.compile(
        gn.optimizers.Adam(0.01),
        loss={"kind": "cross_entropy", "size": "squared_error"},
        loss_weights={"size": 0.5},
        metrics={"kind": ["accuracy"], "size": "r2"},
    )
    return model


CHAIN: list[Layer] = [
    gn.Dense(7, "tanh"),
    gn.Dropout(0.2),
    gn.Residual([gn.Dense(6, "gelu"), gn.Dropout(0.1)]),
    gn.Dense(3),
]


def called_one_by_one(layers: list[Layer], columns: int, **settings: Any) -> gn.Model:
    x = y = gn.Input(columns)
    for layer in layers:
        y = layer(y)
    return gn.Model(x, y, **settings)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_layers_called_in_turn_are_a_sequential_to_the_bit(dtype: str) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(90, 4)), rng.integers(0, 3, 90)
    chain = gn.Sequential(CHAIN, input_size=4, dtype=dtype, seed=7)
    model = called_one_by_one(CHAIN, 4, dtype=dtype, seed=7)
    assert model.parameter_names == chain.parameter_names
    histories = []
    for one in (chain, model):
        one.compile("adam", loss="cross_entropy", metrics=["accuracy"])
        histories.append(one.fit(x, y, epochs=3, verbose=0, validation_split=0.2).history)
    assert histories[0] == histories[1]
    np.testing.assert_array_equal(model.parameter_vector, chain.parameter_vector)
    np.testing.assert_array_equal(model.predict(x), chain.predict(x))
    assert model.evaluate(x, y) == chain.evaluate(x, y)
    np.testing.assert_array_equal(model.predictor()(x), chain.predictor()(x))


def test_two_inputs_and_two_outputs_are_learnt(data: Any) -> None:
    x, y = data
    model = compiled(two_by_two())
    history = model.fit(x, y, epochs=60, verbose=0).history
    assert list(history) == ["loss", "kind_loss", "size_loss", "kind_accuracy", "size_r2"]
    for name in ("loss", "kind_loss", "size_loss"):
        assert history[name][-1] < 0.3 * history[name][0]
    figures = model.evaluate(x, y)
    assert figures["loss"] == figures["kind_loss"] + 0.5 * figures["size_loss"]
    found = model.predict(x)
    assert figures["kind_accuracy"] == np.mean(found["kind"].argmax(axis=1) == y["kind"])
    error = ((found["size"] - y["size"]) ** 2).mean()
    assert figures["size_loss"] == pytest.approx(error, rel=1e-5)


def test_lists_and_names_say_the_same(data: Any) -> None:
    x, y = data
    named, listed = compiled(two_by_two()), compiled(two_by_two())
    listed.compile(
        gn.optimizers.Adam(0.01),
        loss=["cross_entropy", "squared_error"],
        loss_weights=[1, 0.5],
        metrics=[["accuracy"], ["r2"]],
    )
    validation = {"one": x[0], "other": x[1]}, y
    first = named.fit(validation[0], y, verbose=0, validation_data=validation).history
    second = listed.fit(x, list(y.values()), verbose=0, validation_data=(x, list(y.values())))
    assert first == second.history
    assert named.train_on_batch(x, y) == listed.train_on_batch(x, list(y.values()))
    batches = [(x, y)] * 2
    assert named.fit(batches, verbose=0).history == listed.fit(batches, verbose=0).history


def test_a_list_of_one_stays_a_list() -> None:
    x = gn.Input(3)
    model = gn.Model([x], [gn.Dense(2)(x)])
    model.compile(loss=["squared_error"], metrics=["r2"])
    rows, targets = np.ones((6, 3)), np.eye(6)[:, :2]
    assert list(model.fit([rows], [targets], verbose=0).history) == ["loss", "r2"]
    (found,) = model.predict([rows])
    np.testing.assert_array_equal(found, model.predict(rows)[0])


def test_weights_of_samples_may_be_of_one_output(data: Any) -> None:
    x, y = data
    model, weight = compiled(two_by_two()), np.linspace(0, 2, ROWS)
    plain = model.evaluate(x, y)
    by_name = model.evaluate(x, y, sample_weight={"size": weight})
    assert by_name["kind_loss"] == plain["kind_loss"]
    assert by_name["size_loss"] != plain["size_loss"]
    by_all = model.evaluate(x, y, sample_weight=weight)
    assert by_all["size_loss"] == by_name["size_loss"]
    assert by_all["kind_loss"] != plain["kind_loss"]


def test_an_output_without_a_loss_needs_no_targets(data: Any) -> None:
    x, y = data
    model = two_by_two()
    model.compile(loss={"size": "squared_error"})
    history = model.fit(x, {"size": y["size"]}, verbose=0)
    assert list(history.history) == ["loss"]
    assert set(model.predict(x)) == {"kind", "size"}


def test_a_layer_called_twice_shares_its_weights() -> None:
    one, other = gn.Input(4), gn.Input(4)
    layer = gn.Dense(4, "tanh")
    model = gn.Model([one, other], layer(layer(one)) + layer(other))
    assert model.parameter_names == ["layers.0.weight", "layers.0.bias"]
    weight, bias = model.get_weights()
    x = np.random.default_rng(0).normal(size=(2, 9, 4))
    twice = np.tanh(np.tanh(x[0] @ weight + bias) @ weight + bias)
    expected = twice + np.tanh(x[1] @ weight + bias)
    np.testing.assert_allclose(model.predict([x[0], x[1]]), expected, atol=1e-5)


def test_equal_layers_are_two_layers() -> None:
    x = gn.Input(4)
    model = gn.Model(x, gn.Dense(4)(gn.Dense(4)(x)))
    assert gn.Dense(4) == gn.Dense(4)
    assert model.count_params() == 2 * (4 * 4 + 4)
    same = gn.Dense(4)
    assert gn.Sequential([same, same], input_size=4).count_params() == model.count_params()


def autoencoder(dtype: str = "float64") -> gn.Model:
    x = gn.Input(6)
    encoder = gn.Dense(3, "tanh")
    return gn.Model(x, gn.Tied(encoder)(encoder(x)), dtype=dtype)


def test_tied_weights_are_read_transposed_and_learn() -> None:
    model, x = autoencoder(), np.random.default_rng(0).normal(size=(50, 6))
    assert model.parameter_names == ["layers.0.weight", "layers.0.bias", "layers.1.bias"]
    weight, bias, own = model.get_weights()
    expected = np.tanh(x @ weight + bias) @ weight.T + own
    np.testing.assert_allclose(model.predict(x), expected, rtol=1e-10)
    model.compile(gn.optimizers.Adam(0.02), loss="squared_error")
    losses = model.fit(x, x, epochs=40, verbose=0).history["loss"]
    assert losses[-1] < 0.7 * losses[0]
    np.testing.assert_array_equal(model.predictor()(x), model.predict(x))


def test_what_joins_cuts_and_reads_anew_is_as_in_numpy() -> None:
    x, y = gn.Input((4, 6)), gn.Input(8)
    flat = gn.Flatten()(x[1:3, 2:6])
    outputs = [
        flat * y + y,
        gn.Reshape((2, 4))(gn.stop_gradient(y)),
        gn.Concatenate()([x, x[:, -2:]]),
    ]
    model = gn.Model([x, y], outputs)
    rng = np.random.default_rng(0)
    a = rng.normal(size=(5, 4, 6)).astype(np.float32)
    b = rng.normal(size=(5, 8)).astype(np.float32)
    joined, reshaped, wide = model.predict([a, b])
    np.testing.assert_allclose(joined, a[:, 1:3, 2:6].reshape(5, 8) * b + b, rtol=1e-6)
    np.testing.assert_array_equal(reshaped, b.reshape(5, 2, 4))
    np.testing.assert_array_equal(wide, np.concatenate([a, a[:, :, -2:]], axis=2))


def test_dense_layers_act_on_each_position() -> None:
    x = gn.Input((5, 3))
    model = gn.Model(x, gn.Dense(2)(x))
    weight, bias = model.get_weights()
    steps = np.random.default_rng(0).normal(size=(7, 5, 3))
    np.testing.assert_allclose(model.predict(steps), steps @ weight + bias, atol=1e-6)
    model.compile(gn.optimizers.SGD(0.5), loss="squared_error")
    targets = steps[:, :, :2] - 2 * steps[:, :, 1:]
    assert model.fit(steps, targets, epochs=60, verbose=0).history["loss"][-1] < 1e-3
    with pytest.raises(ValueError, match=r"y has shape \(7, 2, 5\), must be \(7, 5, 2\) for"):
        model.fit(steps, targets.reshape(7, 2, 5), verbose=0)
    model.forward(steps)
    model.backward(np.ones((7, 5, 2)))
    np.testing.assert_allclose(model.gradient_vector[-2:], 35, rtol=1e-6)


def nested() -> tuple[gn.Model, gn.Sequential]:
    inner = gn.MLP([4, 6, 4], activation="tanh", seed=5)
    x, y = gn.Input(4), gn.Input(4)
    return gn.Model([x, y], [inner(inner(x)), gn.Dense(2)(inner(y))]), inner


def test_a_model_is_a_layer_with_its_weights() -> None:
    model, inner = nested()
    x = np.random.default_rng(0).normal(size=(9, 4))
    first, _ = model.predict([x, x])
    np.testing.assert_array_equal(first, inner.predict(inner.predict(x)))
    assert model.count_params() == inner.count_params() + 4 * 2 + 2
    model.compile(loss="squared_error")
    kept = inner.parameter_vector.copy()
    model.fit([x, x], [x, x[:, :2]], verbose=0)
    np.testing.assert_array_equal(inner.parameter_vector, kept)


def normalized() -> gn.Model:
    x = np.random.default_rng(0).normal(3, 2, size=(50, 3))
    one, other = gn.Input(3), gn.Input(2)
    scaled = gn.Dense(4)(gn.Normalization().adapt(x)(one))
    return gn.Model([one, other], gn.Concatenate()([scaled, other]))


@pytest.mark.parametrize(
    "make",
    [two_by_two, autoencoder, lambda: nested()[0], normalized],
    ids=["two by two", "autoencoder", "nested", "normalized"],
)
def test_files_pickles_and_copies_are_the_same_model(
    make: Callable[[], gn.Model], tmp_path: Path
) -> None:
    model = make()
    x = [
        np.random.default_rng(1).normal(size=(8, port.columns))
        for port in model._model.network.inputs
    ]
    given = x if len(x) > 1 else x[0]
    model.save(tmp_path / "model", {"note": "kept"})
    again = [gn.load(tmp_path / "model"), pickle.loads(pickle.dumps(model)), copy.deepcopy(model)]
    again[0].save(tmp_path / "again")
    again.append(gn.load(tmp_path / "again"))
    for one in again:
        assert type(one) is gn.Model
        assert one.parameter_names == model.parameter_names
        expected, found = (part.predict(given) for part in (model, one))
        names = expected if isinstance(expected, dict) else range(len(expected))
        for name in names:
            np.testing.assert_array_equal(found[name], expected[name])
    assert gn.files.read_metadata(tmp_path / "again") == {}


def test_models_within_models_cannot_grow_without_end() -> None:
    structure, steps = Structure("one", ("x",)), [Step(0, [0]), Step(0, [1])]

    def doubled(inner: Any) -> Wiring:
        return Wiring([Nested(inner)], steps, structure, [(4,)], structure, [2])

    def chained(inner: Any) -> Chain:
        return Chain([Nested(inner), Nested(inner)], 4)

    deep: Any = gn.MLP([4, 4]).architecture
    for _ in range(8):
        deep = chained(doubled(deep))
    for more in (doubled, chained):
        with pytest.raises(ValueError, match="the network has 131072 layers, must have at most"):
            more(deep)


@dataclass(frozen=True, repr=False)
class Doubled(Layer):
    """A layer of one's own: an affine map that is applied twice, gated by itself."""

    def build(self, builder: Builder, x: Value, name: str) -> Value:
        kernel = gn.initializers.GlorotUniform()
        once = builder.affine(x, x.channels, name, kernel, None)
        return builder.multiply(builder.affine(once, x.channels, name, kernel, None), once)


def test_a_layer_of_ones_own_is_made_of_the_builders_words(tmp_path: Path) -> None:
    x = gn.Input(3)
    model = gn.Model(x, Doubled()(x))
    (weight,) = model.get_weights()
    rows = np.random.default_rng(0).normal(size=(5, 3))
    expected = (rows @ weight @ weight) * (rows @ weight)
    np.testing.assert_allclose(model.predict(rows), expected, atol=1e-5)
    np.testing.assert_array_equal(
        pickle.loads(pickle.dumps(model)).predict(rows), model.predict(rows)
    )
    with pytest.raises(ValueError, match="Doubled is of your own making"):
        model.save(tmp_path / "model")


X3, X4, STEPS = gn.Input(3, name="x3"), gn.Input(4), gn.Input((2, 3))
SHARED = gn.Dense(3)
ARRAY: Any = np.zeros((2, 3))
ADD: Any = gn.Add()
DENSE: Any = gn.Dense(3)

WRONG: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: gn.Add()([X3, X4]), ValueError, r"Add: shapes \(3,\) and \(4,\) cannot be added"),
    (lambda: X3 * X4, ValueError, r"Multiply: shapes \(3,\) and \(4,\)"),
    (lambda: gn.Concatenate()([X3, STEPS]), ValueError, "Concatenate: .*have the same positions"),
    (lambda: gn.Reshape((2, 2))(X3), ValueError, r"Reshape: shape \(3,\) has 3 numbers"),
    (lambda: gn.Slice((2, 5))(X3), ValueError, "Slice: channels 2 to 5 are not among the 3"),
    (lambda: X3[..., 3:], ValueError, r"a tensor of shape \(3,\) has no part"),
    (lambda: SHARED(SHARED(X4)), ValueError, r"Dense: layers.0.weight has shape \(4, 3\)"),
    (lambda: SHARED(X3) + SHARED(X4), ValueError, r"Dense: layers.0.weight has shape \(3, 3\)"),
    (lambda: gn.Tied(SHARED)(X3), ValueError, "Tied: the layer it is tied to, Dense.* not before"),
    (lambda: gn.Dense(3)([X3]), TypeError, "Dense must be called on one tensor"),
    (lambda: gn.Add()(X3), TypeError, r"Add must be called on a list of tensors, \[a, b\], got"),
    (lambda: ADD(X3, X3), TypeError, r"on a list of tensors, \[a, b\], got <.*> and 1 more"),
    (lambda: DENSE(X3, X3), TypeError, "^Dense must be called on one tensor, got <.*> and 1 more"),
    (lambda: gn.Dense(3)(ARRAY), TypeError, "Dense must be called on a tensor"),
    (lambda: gn.Input((None, None, 3)), ValueError, "only a number of steps may be None"),
    (lambda: gn.Input(0), ValueError, "size must be a whole number from 1"),
    (lambda: gn.Model(X4, gn.Dense(1)(X3)), ValueError, "come from .*name='x3'.* not in inputs"),
    (lambda: gn.Model([X3, X4], gn.Dense(1)(X3)), ValueError, "from which no output comes"),
    (lambda: gn.Model(X3, X3), ValueError, "outputs must come out of layers"),
    (lambda: gn.Model(3, X3), TypeError, "inputs must be tensors, got 3"),
    (lambda: gn.Normalization([0] * 3, [1] * 3)(gn.Dense(3)(X3)), ValueError, "the first layer"),
    (
        lambda: gn.Sequential([gn.Add()], input_size=3),
        ValueError,
        r"layers.0: Add\(\) takes or gives several tensors, a ch",
    ),
]


@pytest.mark.parametrize(("wrong", "kind", "message"), WRONG)
def test_what_does_not_fit_is_told_in_the_users_line(
    wrong: Any, kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message) as caught:
        wrong()
    line = caught.traceback[1]
    assert line.path == Path(__file__)
    assert line.lineno + 1 == wrong.__code__.co_firstlineno


def test_arrays_that_do_not_fit_are_told_by_name(data: Any) -> None:
    x, y = data
    model = compiled(two_by_two())
    kept = model.parameter_vector.copy()
    calls: list[tuple[Callable[[], Any], str]] = [
        (lambda: model.predict(x[0]), "predict: x must be a list or a dictionary"),
        (lambda: model.predict({"one": x[0]}), "predict: x has no 'other'"),
        (lambda: model.fit([x[1], x[0]], y), "fit: one: X has 3 columns, the network takes 5"),
        (lambda: model.fit([x[0], x[1][1:]], y), "fit: X of other has 119 rows, X of one has 120"),
        (lambda: model.fit(x, {"kind": y["kind"]}), "fit: y has no 'size'"),
        (lambda: model.fit(x, {**y, "size": x[0]}), "fit: size: y has shape"),
        (lambda: model.fit(x, {**y, "kind": y["kind"] + 1}), "fit: kind: y is 3 at row"),
        (
            lambda: model.predictor(),
            "predictor: the model has several inputs: one, other; predict takes",
        ),
    ]
    for call, message in calls:
        with pytest.raises((TypeError, ValueError), match=message):
            call()
    np.testing.assert_array_equal(model.parameter_vector, kept)
