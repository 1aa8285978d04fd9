"""Inputs less their mean, in units of their deviation: the same as data scaled beforehand."""

import copy
import pickle
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import sparse

import ganglion as gn
from ganglion.layers import normalization

Array = NDArray[Any]
RNG = np.random.default_rng(8)
ROWS, FEATURES = 60, 7  # a whole vector and a rest
X = RNG.normal(size=(ROWS, FEATURES)) * [1, 1e3, 1e-3, 5, 1, 1, 1] + [0, 1e6, 0, -40, 1, 1, 1]
X[:, 5] = 0.1  # constant
Y = RNG.integers(0, 3, ROWS)
DTYPES = ["float32", "float64"]
SCALED = np.where(X.std(axis=0) > 1e-12, (X - X.mean(axis=0)) / np.maximum(X.std(axis=0), 1e-9), 0)


def layers(normalized: bool, x: Any = X) -> list[Any]:
    first = [gn.Normalization().adapt(x)] if normalized else []
    return [*first, gn.Dense(8, "tanh"), gn.Dropout(0.3), gn.Dense(3)]


def make_net(normalized: bool = True, dtype: str = "float32", x: Any = X) -> gn.Sequential:
    net = gn.Sequential(layers(normalized, x), input_size=np.shape(x)[1], dtype=dtype)
    net.compile("adam", loss="cross_entropy", metrics=["accuracy"])
    return net


def learnt(net: gn.Sequential, x: Any) -> list[Array]:
    """All that a network makes of data."""
    history = net.fit(x, Y, batch_size=16, epochs=3, verbose=0).history
    outputs = [net.predict(x), net.predictor()(x), net.forward(x)]
    return [net.parameter_vector.copy(), *outputs, *map(np.array, history.values())]


def assert_close(got: list[Array], expected: list[Array], dtype: str) -> None:
    tolerance = 1e-10 if dtype == "float64" else 1e-4
    for mine, plain in zip(got, expected, strict=True):
        assert mine == pytest.approx(plain, rel=tolerance, abs=tolerance)


@pytest.mark.parametrize("dtype", DTYPES)
def test_it_is_the_same_as_data_scaled_beforehand(dtype: str) -> None:
    plain, net = make_net(normalized=False, dtype=dtype), make_net(dtype=dtype)
    assert_close(learnt(net, X), learnt(plain, SCALED), dtype)


NUMBERS = ["f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "bool"]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("order", ["C", "F"])
def test_numbers_of_any_type_and_order_give_the_same_bits(
    number: str, order: Any, dtype: str
) -> None:
    whole = RNG.integers(0, 2 if number == "bool" else 100, (ROWS, FEATURES))
    given = whole.astype(number, order=order)
    nets = [make_net(dtype=dtype, x=whole) for _ in range(2)]
    for got, expected in zip(
        learnt(nets[0], given), learnt(nets[1], whole.astype(float)), strict=True
    ):
        assert np.array_equal(got, expected)


def test_what_is_large_and_varies_little_keeps_its_digits() -> None:
    seconds = 1.7e9 + np.arange(50.0)[:, None]  # float32 knows them to 128
    net = gn.Sequential([gn.Normalization().adapt(seconds), gn.Dense(1)], input_size=1)
    net.set_weights([[[1.0]], [0.0]])
    expected = (np.arange(50.0) - 24.5) / np.arange(50.0).std()
    for got in (net.predict(seconds), net.forward(seconds), net.predictor()(seconds)):
        assert got[:, 0] == pytest.approx(expected, rel=1e-5)


def test_mean_and_variance_are_those_of_the_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(normalization, "_AT_ONCE", 5 * FEATURES)
    layer = gn.Normalization().adapt(X)
    assert np.array(layer.mean) == pytest.approx(X.mean(axis=0))
    assert np.array(layer.variance) == pytest.approx(X.var(axis=0), rel=1e-12, abs=1e-12)
    assert layer.variance is not None
    assert layer.variance[5] == 0  # exactly, though the mean of 0.1 is rounded
    assert layer == gn.Normalization(layer.mean, layer.variance)


@pytest.mark.parametrize(
    "form",
    [
        pd.DataFrame(X),
        pd.DataFrame(X).convert_dtypes(),
        X.tolist(),
        X.reshape(ROWS, FEATURES, 1),
        sparse.csr_array(X),
    ],
    ids=["frame", "nullable", "list", "images", "sparse"],
)
def test_it_adapts_to_whatever_fit_takes(form: Any) -> None:
    assert gn.Normalization().adapt(form) == gn.Normalization().adapt(X)


def test_a_constant_feature_is_not_divided() -> None:
    net = gn.Sequential([gn.Normalization([2.0], [0.0]), gn.Dense(1)], input_size=1)
    net.set_weights([[[1.0]], [0.0]])
    assert net.predict([[5.0], [2.0]]).tolist() == [[3.0], [0.0]]


def test_the_gradient_of_the_inputs_is_right() -> None:
    net = gn.Sequential(
        [gn.Normalization().adapt(X), gn.Dense(4, "tanh"), gn.Dense(1)],
        input_size=FEATURES,
        dtype="float64",
    )
    x = X[:3]
    net.forward(x, input_gradient=True)
    dx = net.backward(np.ones((3, 1)))
    assert dx is not None
    for row, column in np.ndindex(x.shape):
        step = 1e-5 * max(X[:, column].std(), 1e-3)
        ends = []
        for sign in (1, -1):
            moved = x.copy()
            moved[row, column] += sign * step
            ends.append(net.predict(moved).sum())
        expected = (ends[0] - ends[1]) / (2 * step)
        assert dx[row, column] == pytest.approx(expected, rel=1e-4, abs=1e-9)


@pytest.mark.parametrize("dtype", DTYPES)
def test_files_pickles_copies_and_predictors_keep_it(dtype: str, tmp_path: Path) -> None:
    net = make_net(dtype=dtype)
    net.fit(X, Y, verbose=0)
    expected = net.predict(X)
    net.save(tmp_path / "net.safetensors")
    again = gn.load(tmp_path / "net.safetensors")
    predictor = pickle.loads(pickle.dumps(net.predictor()))
    for ask in (again, pickle.loads(pickle.dumps(net)), copy.deepcopy(net), predictor):
        assert np.array_equal(ask(X), expected)
    assert again.layers == net.layers
    assert predictor(X[0]) == pytest.approx(expected[0])


def test_a_loss_of_ones_own_and_sparse_rows_see_it_too() -> None:
    def half_square(y: Array, p: Array, weight: Array | None) -> tuple[float, Array]:
        return float(((p - y) ** 2).mean() / 2), (p - y) / p.size

    bits = []
    for loss, x in (("squared_error", X), (half_square, X), (half_square, sparse.csr_array(X))):
        net = gn.Sequential([gn.Normalization().adapt(X), gn.Dense(1)], input_size=FEATURES)
        net.compile(gn.optimizers.SGD(0.05 if loss == "squared_error" else 0.1), loss=loss)
        net.fit(x, X[:, 3], batch_size=20, verbose=0)
        bits.append(net.parameter_vector.copy())
    assert bits[1] == pytest.approx(bits[0], rel=1e-4)
    assert np.array_equal(bits[1], bits[2])


def test_the_summary_and_mlp_have_it() -> None:
    layer = gn.Normalization().adapt(X)
    net = gn.MLP([FEATURES, 5, 3], normalization=layer)
    assert net.layers[0] == layer
    assert net.count_params() == gn.MLP([FEATURES, 5, 3]).count_params()


def test_what_holds_arrays_is_one_thing_and_no_other() -> None:
    one, other = make_net()._model, make_net()._model
    assert one.network.inputs[0] != other.network.inputs[0]
    assert one.scales[0] != other.scales[0]
    assert len({*one.network.inputs, *other.network.inputs, *one.scales, *other.scales}) == 4


def test_the_summary_names_it(capsys: pytest.CaptureFixture[str]) -> None:
    make_net().summary()
    assert re.search(rf"Normalization +\(batch, {FEATURES}\) +0\n", capsys.readouterr().out)


def test_a_network_keeps_what_it_was_made_with() -> None:
    layer = gn.Normalization().adapt(X)
    net = gn.Sequential([layer, gn.Dense(2)], input_size=FEATURES)
    expected = net.predict(X)
    layer.adapt(X * 100)
    assert np.array_equal(net.predict(X), expected)
    kept: Any = net.layers[0]
    assert kept != layer
    with pytest.raises(RuntimeError, match="adapt: a network keeps what it was made with"):
        kept.adapt(X)


def test_too_large_once_scaled_is_refused_with_its_place() -> None:
    net = gn.Sequential([gn.Normalization([0.0], [1e-76]), gn.Dense(1)], input_size=1)
    net.compile(loss="squared_error")
    for x in ([[0.0], [4.0]], [[0], [4]]):
        with pytest.raises(ValueError, match=r"X has 4(\.0)? at row 1, column 0, too large for fl"):
            net.predict(x)
        with pytest.raises(ValueError, match=r"X has 4(\.0)? at row 1, column 0, too large for fl"):
            net.fit(x, [0.0, 1.0], verbose=0)


WRONG: Any = 0.0

BAD: dict[str, tuple[Any, type[Exception], str]] = {
    "not adapted": (
        lambda: gn.Sequential([gn.Normalization(), gn.Dense(1)], input_size=2),
        ValueError,
        r"layers\.0: Normalization has no mean and variance: call adapt\(X\) first",
    ),
    "second": (
        lambda: gn.Sequential([gn.Dense(1), gn.Normalization([0.0], [1.0])], input_size=2),
        ValueError,
        r"layers\.1: Normalization must be the first layer",
    ),
    "twice": (
        lambda: gn.Sequential([gn.Normalization([0.0], [1.0])] * 2, input_size=1),
        ValueError,
        r"layers\.1: Normalization must be the first layer",
    ),
    "other width": (
        lambda: gn.Sequential([gn.Normalization([0.0], [1.0]), gn.Dense(1)], input_size=2),
        ValueError,
        r"layers\.0: Normalization has 1 features, the input has 2",
    ),
    "rescaled": (
        lambda: gn.Sequential(
            [gn.Normalization([0.0], [1.0]), gn.Dense(1)], input_size=1, rescale=0.5
        ),
        ValueError,
        r"rescale is 0\.5, must be 1 beside Normalization",
    ),
    "a vast mean": (
        lambda: gn.Sequential([gn.Normalization([0, 1e39], [1, 1]), gn.Dense(1)], input_size=2),
        ValueError,
        r"layers\.0: Normalization of feature 1 has mean 1e\+39 and variance 1, .*too large for fl",
    ),
    "a tiny variance": (
        lambda: gn.MLP([1, 1], normalization=gn.Normalization([0.0], [1e-80])),
        ValueError,
        r"layers\.0: Normalization of feature 0 has mean 0 and variance 1e-80",
    ),
    "mean alone": (lambda: gn.Normalization([0.0]), ValueError, "must be given together"),
    "lengths": (lambda: gn.Normalization([0.0], [1.0, 1.0]), ValueError, "mean has 1 features, v"),
    "variance -1": (lambda: gn.Normalization([0.0], [-1.0]), ValueError, "variance must be .* -1"),
    "mean NaN": (lambda: gn.Normalization([np.nan], [1.0]), ValueError, "mean must be .* nan"),
    "mean a number": (lambda: gn.Normalization(WRONG, WRONG), TypeError, "mean must be a list"),
    "NaN": (
        lambda: gn.Normalization().adapt(pd.DataFrame({"a": [1.0, np.nan]})),
        ValueError,
        "adapt: X has nan at row 1, column 'a'",
    ),
    "huge": (
        lambda: gn.Normalization().adapt(pd.DataFrame({"a": [1e300, -1e300]})),
        ValueError,
        "adapt: X's column 'a' has numbers too large to square",
    ),
    "one row": (lambda: gn.Normalization().adapt([1.0, 2.0]), ValueError, r"adapt: X has shape"),
    "no rows": (lambda: gn.Normalization().adapt(X[:0]), ValueError, "there are no samples"),
    "words": (lambda: gn.Normalization().adapt([["a"]]), TypeError, "adapt: X has type <U1"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_does_not_fit_is_told(name: str) -> None:
    call, error, message = BAD[name]
    with pytest.raises(error, match=message):
        call()


@pytest.mark.filterwarnings("ignore:y has mean")  # the advice comes too late
def test_a_loss_that_is_not_finite_is_answered_with_advice() -> None:
    net = gn.MLP([1, 1])
    net.compile(gn.optimizers.SGD(1e30), loss="squared_error")
    with (
        pytest.raises(gn.LossNotFiniteError, match="Scale inputs and targets, or lower the lear"),
        pytest.warns(UserWarning, match="networks learn what is near mean 0"),
    ):
        net.fit([[1e4]] * 50, [1e4] * 50, epochs=5, verbose=0)


def test_steps_of_any_number_are_normalized_by_what_all_of_them_have() -> None:
    x = np.random.default_rng(0).normal(5, 3, size=(40, 6, 3))
    with pytest.raises(ValueError, match=r"has 18 .* 3 at each step: adapt\(X\.reshape\(-1, 3\)\)"):
        gn.Sequential([gn.Normalization().adapt(x)], input_size=(None, 3))
    norm = gn.Normalization().adapt(x.reshape(-1, 3))
    found = gn.Sequential([norm], input_size=(None, 3)).predict(x)
    assert found.mean(axis=(0, 1)) == pytest.approx([0, 0, 0], abs=1e-5)
    np.testing.assert_array_equal(gn.Sequential([norm], input_size=(6, 3)).predict(x), found)
