"""Losses on tensors: on hidden values, and between two tensors, as parts of a model."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.datasets import load_digits

import ganglion as gn

Array = NDArray[Any]

GN: Any = gn  # so that wrong calls can be written
ROWS, FEATURES = 43, 6


@pytest.fixture
def x() -> Array:
    return np.random.default_rng(0).normal(size=(ROWS, FEATURES))


def kl(mean: Array, log_variance: Array) -> float:
    """As Kingma and Welling (2013) have it, the mean over the rows."""
    rows = len(mean)
    parts = 1 + log_variance - mean**2 - np.exp(log_variance)
    return float(-parts.reshape(rows, -1).sum(axis=1).mean() / 2)


def coder(dtype: str = "float64", factor: float = 0.5) -> tuple[gn.Model, gn.Model]:
    """An autoencoder whose code is compared with a normal distribution, and its code."""
    x = gn.Input(FEATURES)
    hidden = gn.Dense(5, "tanh")(x)
    mean, log_variance = gn.Dense(3)(hidden), gn.Dense(3)(hidden)
    losses = {
        "kl": factor * gn.losses.NormalKL()([mean, log_variance]),
        "error": gn.losses.SquaredError()(x, gn.Dense(FEATURES)(mean)),
    }
    net = gn.Model(x, mean, losses=losses, dtype=dtype, seed=3)
    code = gn.Model(x, [mean, log_variance], dtype=dtype)
    code.set_weights(net.get_weights()[: len(code.get_weights())])
    return net, code


def test_a_divergence_is_its_formula(x: Array) -> None:
    net, code = coder()
    net.compile()
    assert net.evaluate(x)["kl"] == pytest.approx(kl(*code.predict(x)), rel=1e-12)


def test_each_term_is_told_by_name_and_their_sum_is_the_loss(x: Array) -> None:
    net, _ = coder(factor=0.25)
    net.compile("adam")
    history = net.fit(x, epochs=3, verbose=0, validation_data=x).history
    assert list(history) == ["loss", "kl", "error", "val_loss", "val_kl", "val_error"]
    for before in ("", "val_"):
        parts = 0.25 * np.array(history[f"{before}kl"]) + history[f"{before}error"]
        np.testing.assert_allclose(history[f"{before}loss"], parts, rtol=1e-12)
    found = net.evaluate(x)
    assert found["loss"] == pytest.approx(0.25 * found["kl"] + found["error"], rel=1e-12)
    assert history["val_loss"][-1] == found["loss"]
    assert history["loss"][-1] < history["loss"][0]


def test_terms_of_a_batch_count_by_their_rows(x: Array) -> None:
    net, _ = coder()
    net.compile(gn.optimizers.SGD(0.0))
    fitted = net.fit(x, batch_size=10, verbose=0).history["kl"][0]
    assert fitted == pytest.approx(net.evaluate(x)["kl"], rel=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_variational_step_is_torchs(dtype: str, x: Array) -> None:
    torch = pytest.importorskip("torch")
    net, _ = coder(dtype, 0.5)
    net.compile(gn.optimizers.SGD(0.1))
    parts = [torch.tensor(one, requires_grad=True) for one in net.get_weights()]
    w, b, mw, mb, sw, sb, ow, ob = parts
    ours = net.train_on_batch(x)
    t = torch.tensor(x.astype(dtype))
    hidden = torch.tanh(t @ w + b)
    mean, log_variance = hidden @ mw + mb, hidden @ sw + sb
    error = torch.nn.functional.mse_loss(mean @ ow + ob, t)
    divergence = -0.5 * (1 + log_variance - mean**2 - log_variance.exp()).sum(1).mean()
    loss = error + 0.5 * divergence
    loss.backward()
    tolerance = {"float32": 1e-5, "float64": 1e-9}[dtype]
    assert ours["loss"] == pytest.approx(loss.item(), rel=tolerance)
    expected = np.concatenate([one.grad.numpy().ravel() for one in parts])
    np.testing.assert_allclose(net.gradient_vector, expected, rtol=tolerance, atol=tolerance)


def activations_of(layer: gn.Dense, *terms: Any) -> gn.Model:
    x = gn.Input(FEATURES)
    hidden = layer(x)
    return gn.Model(x, hidden, losses=[term(hidden) for term in terms], dtype="float64")


def test_sizes_and_squares_of_activations_are_those_of_rows(x: Array) -> None:
    net = activations_of(gn.Dense(5, "tanh"), gn.losses.L1(0.2), gn.losses.L2(0.3))
    net.compile()
    found, hidden = net.evaluate(x), net.predict(x)
    assert found["l1"] == pytest.approx(0.2 * np.abs(hidden).sum() / ROWS, rel=1e-12)
    assert found["l2"] == pytest.approx(0.3 * (hidden**2).sum() / ROWS, rel=1e-12)


def test_sparsity_is_of_mean_activations(x: Array) -> None:
    net = activations_of(gn.Dense(17, "sigmoid"), gn.losses.SparsityKL(0.05, weight=3.0))
    net.compile()
    mean, rho = net.predict(x).mean(axis=0), 0.05
    expected = rho * np.log(rho / mean) + (1 - rho) * np.log((1 - rho) / (1 - mean))
    found = net.evaluate(x)
    assert found["sparsity_kl"] == pytest.approx(expected.sum(), rel=1e-12)
    assert found["loss"] == pytest.approx(3 * expected.sum(), rel=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_units_that_are_always_or_never_active_have_a_finite_sparsity(dtype: str) -> None:
    x = gn.Input(3)
    hidden = gn.Dense(3, "sigmoid")(x)
    net = gn.Model(x, hidden, losses=gn.losses.SparsityKL(0.05)(hidden), dtype=dtype)
    net.set_weights([np.zeros((3, 3)), [-200.0, 200.0, 0.0]])
    net.compile(gn.optimizers.SGD(0.1))
    assert np.isfinite(net.train_on_batch(np.ones((4, 3)))["loss"])
    assert np.isfinite(net.gradient_vector).all()


def test_sparsity_makes_units_seldom_active() -> None:
    x = load_digits().data[:500] / 16
    i = gn.Input(64)
    hidden = gn.Dense(20, "sigmoid")(i)
    losses = [gn.losses.SparsityKL(0.05)(hidden), gn.losses.SquaredError()(i, gn.Dense(64)(hidden))]
    net = gn.Model(i, hidden, losses=losses)
    net.compile(gn.optimizers.Adam(0.01))
    net.fit(x, batch_size=100, epochs=60, verbose=0)
    assert abs(net.predict(x).mean() - 0.05) < 0.02


def test_terms_count_each_row_the_same_whatever_its_weight(x: Array) -> None:
    i = gn.Input(FEATURES)
    hidden = gn.Dense(5, "tanh")(i)
    net = gn.Model(i, gn.Dense(1)(hidden), losses=gn.losses.L2(1.0)(hidden), dtype="float64")
    net.compile("sgd", "squared_error")
    weight = np.arange(ROWS) / 7
    plain, weighted = net.evaluate(x, x[:, 0]), net.evaluate(x, x[:, 0], sample_weight=weight)
    assert weighted["l2"] == plain["l2"]
    assert weighted["output_loss"] != plain["output_loss"]
    assert weighted["loss"] == pytest.approx(weighted["output_loss"] + weighted["l2"], rel=1e-12)


def test_an_input_may_be_compared_alone_with_what_comes_of_another(x: Array) -> None:
    i, target = gn.Input(FEATURES, name="x"), gn.Input(2, name="target")
    y = gn.Dense(2)(i)
    net = gn.Model([i, target], y, losses=gn.losses.SquaredError()(target, y), dtype="float64")
    known = gn.Model(i, y, dtype="float64")
    known.set_weights(net.get_weights())
    known.compile("sgd", "squared_error")
    net.compile("sgd")
    for _ in range(3):
        ours = net.train_on_batch({"x": x, "target": x[:, 1:3]})
        assert ours["loss"] == pytest.approx(known.train_on_batch(x, x[:, 1:3])["loss"], rel=1e-12)
    np.testing.assert_allclose(net.parameter_vector, known.parameter_vector, rtol=1e-12)


def test_class_numbers_of_an_input_are_looked_at() -> None:
    i, target = gn.Input(3, name="x"), gn.Input(1, name="target")
    y = gn.Dense(4)(i)
    net = gn.Model([i, target], y, losses=gn.losses.CrossEntropy()(target, y))
    net.compile("sgd")
    with pytest.raises(
        ValueError, match="X of target has 4 at row 1, column 0, must be a whole number from 0 to 3"
    ):
        net.evaluate([np.ones((2, 3)), np.array([[1], [4]])])


def test_batches_may_be_inputs_alone(x: Array) -> None:
    net, _ = coder()
    twin, _ = coder()
    net.compile("sgd")
    twin.compile("sgd")
    net.fit([x[:20], x[20:40]], verbose=0)
    twin.fit(x[:40], batch_size=20, shuffle=False, verbose=0)
    assert net.parameter_vector.tobytes() == twin.parameter_vector.tobytes()


@pytest.mark.parametrize("way", ["file", "pickle"])
def test_terms_are_kept(way: str, tmp_path: Path, x: Array) -> None:
    net, _ = coder()
    if way == "file":
        net.save(tmp_path / "net.safetensors")
        again = gn.load(tmp_path / "net.safetensors")
    else:
        again = pickle.loads(pickle.dumps(net))
    net.compile("adam")
    again.compile("adam")
    net.fit(x, verbose=0)
    again.fit(x, verbose=0)
    assert net.parameter_vector.tobytes() == again.parameter_vector.tobytes()
    assert net.evaluate(x) == again.evaluate(x)


def test_training_goes_on_from_a_file_without_a_loss_of_outputs(tmp_path: Path, x: Array) -> None:
    net, _ = coder()
    net.compile("adam")
    net.fit(x, epochs=2, verbose=0)
    net.save(tmp_path / "net.safetensors", optimizer=True)
    again = gn.load(tmp_path / "net.safetensors")
    for one in (net, again):
        one.fit(x, initial_epoch=2, epochs=4, verbose=0)
    assert net.parameter_vector.tobytes() == again.parameter_vector.tobytes()


def test_a_predictor_knows_nothing_of_terms(x: Array) -> None:
    net, _ = coder()
    np.testing.assert_array_equal(net.predictor()(x), net.predict(x))


def test_a_model_within_another_brings_its_terms(x: Array) -> None:
    inner, _ = coder()
    i = gn.Input(FEATURES)
    outer = gn.Model(i, gn.Dense(2)(inner(i)), dtype="float64")
    outer.compile("sgd", "squared_error")
    inner.compile("sgd")
    found, expected = outer.evaluate(x, x[:, :2]), inner.evaluate(x)
    assert found["kl"] == pytest.approx(expected["kl"], rel=1e-12)
    assert found["loss"] == pytest.approx(found["output_loss"] + expected["loss"], rel=1e-12)


def test_terms_without_a_name_have_that_of_their_loss() -> None:
    i = gn.Input(3)
    one, other = gn.Dense(2)(i), gn.Dense(2)(i)
    net = gn.Model(i, one, losses=[gn.losses.L2()(one), 2 * gn.losses.L2()(other)])
    net.compile()
    assert list(net.evaluate(np.ones((2, 3)))) == ["loss", "l2", "l2_1"]


def test_what_does_not_fit_is_refused(x: Array) -> None:
    i, three = gn.Input(FEATURES), gn.Input(3)
    with pytest.raises(ValueError, match=r"shapes \(6,\) and \(3,\) cannot be compared"):
        gn.losses.NormalKL()([i, three])
    with pytest.raises(TypeError, match=r"NormalKL must be called on \[mean, log_variance\], got"):
        GN.losses.NormalKL()(i)
    with pytest.raises(TypeError, match="SquaredError must be called on tensors, such as"):
        gn.losses.SquaredError()(x, i)
    with pytest.raises(ValueError, match="has 3 columns, must have 6"):
        gn.losses.SquaredError()(three, i)
    y = gn.Dense(2)(i)
    with pytest.raises(TypeError, match=r"losses must be losses called on tensors, such as gn\."):
        gn.Model(i, y, losses=[gn.losses.L2()])
    with pytest.raises(ValueError, match=r"outputs and losses come from .* which is not in inputs"):
        gn.Model(i, y, losses=gn.losses.L2()(three))
    with pytest.raises(ValueError, match="what a loss is multiplied by must be a finite number"):
        np.inf * gn.losses.L2()(y)
    with pytest.raises(AttributeError, match=r"did you mean Model\(inputs, outputs, losses=\["):
        GN.Model(i, y).add_loss(0)
    with pytest.raises(TypeError, match="loss must compare outputs with targets, got L2"):
        GN.Model(i, y).compile("sgd", gn.losses.L2())


def test_what_is_given_for_no_loss_is_refused(x: Array) -> None:
    net, _ = coder()
    net.compile("sgd")
    for given in ({"y": x}, {"sample_weight": np.ones(ROWS)}):
        with pytest.raises(ValueError, match="is given, and no output has a loss: leave it out"):
            net.fit(x, verbose=0, **given)
    with pytest.raises(ValueError, match="class_weight is given, and no output has a loss"):
        net.fit(x, verbose=0, class_weight={0: 1.0})
    with pytest.raises(ValueError, match="metrics has one of output, which has no loss"):
        net.compile("sgd", metrics=["mae"])
    with pytest.raises(ValueError, match="no output of the model has a loss"):
        net.predict_proba(x)
    with pytest.raises(ValueError, match="do not go with a loss that is a function"):
        net.compile("sgd", lambda y, p, w: (0.0, p))
    i = gn.Input(2)
    y = gn.Dense(2)(i)
    with pytest.raises(ValueError, match="two figures would be called 'loss'"):
        gn.Model(i, y, losses={"loss": gn.losses.L2()(y)}).compile()
    with pytest.raises(ValueError, match="compile: loss must be given"):
        gn.MLP([2, 3]).compile("sgd")


def test_a_target_that_is_trained_is_refused() -> None:
    i = gn.Input(2)
    one, other = gn.Dense(2)(i), gn.Dense(2)(i)
    net = gn.Model(i, one, losses=gn.losses.SquaredError()(other, one))
    with pytest.raises(ValueError, match="has no gradient: stop it before the loss"):
        net.compile()
    stopped = gn.losses.SquaredError()(gn.stop_gradient(other), one)
    gn.Model(i, one, losses=stopped).compile()
