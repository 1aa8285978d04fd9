"""An activation that is not the last layer: what is seen through, what is told, what is refused."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import ganglion as gn
from ganglion import activations
from ganglion.layers import Layer

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 12))
OWN = {"cross_entropy": "softmax", "binary_cross_entropy": "sigmoid"}

VIEWS: dict[str, Layer] = {  # of (4, 3), whose channels stay whole
    "reshaped": gn.Reshape((2, 2, 3)),
    "some positions": gn.Slice(positions=(1, 3)),
    "all channels": gn.Slice(channels=(0, 3)),
    "stopped": gn.layers.StopGradient(),
}
PARTS: dict[str, Layer] = {  # whose channels do not
    "flat": gn.Flatten(),
    "reshaped across channels": gn.Reshape((6, 2)),
    "some channels": gn.Slice(channels=(1, 3)),
}
OTHERS: dict[str, Layer] = {"dropout": gn.Dropout(0.25), "beside": gn.Concatenate()}


def model_of(ending: str | None, layer: Layer) -> gn.Model:
    """Return a network of (4, 3) whose activation is before the layer."""
    x = gn.Input(12)
    y = gn.Reshape((4, 3))(gn.Dense(12)(x))
    if ending is not None:
        y = gn.Activation(ending)(y)
    return gn.Model(x, layer([y, y] if layer.takes_several else y), dtype="float64", seed=3)


def targets_of(model: gn.Model, loss: str) -> NDArray[Any]:
    shape: tuple[int, ...] = model.predict(X).shape
    if loss == "cross_entropy":
        return RNG.integers(0, shape[-1], size=shape[:-1])
    return RNG.integers(0, 2, size=shape)


def seen_through(loss: str) -> dict[str, Layer]:
    return VIEWS if loss == "cross_entropy" else VIEWS | PARTS


CASES = [(loss, name) for loss in OWN for name in seen_through(loss)]


@pytest.mark.parametrize(("loss", "name"), CASES)
def test_a_loss_sees_its_own_activation_through_views(loss: str, name: str) -> None:
    layer = seen_through(loss)[name]
    plain, ended = model_of(None, layer), model_of(OWN[loss], layer)
    y = targets_of(plain, loss)
    metrics = ["accuracy"]
    for model in (plain, ended):
        model.compile(gn.optimizers.SGD(0.5), loss=loss, metrics=metrics)
    probabilities = ended.predict_proba(X)
    np.testing.assert_array_equal(probabilities, ended.predict(X))
    np.testing.assert_allclose(probabilities, plain.predict_proba(X), rtol=1e-9)
    assert ended.evaluate(X, y) == pytest.approx(plain.evaluate(X, y), rel=1e-9)
    histories = [model.fit(X, y, epochs=3, verbose=0).history for model in (plain, ended)]
    assert histories[1]["loss"] == pytest.approx(histories[0]["loss"], rel=1e-9)
    for one, other in zip(plain.get_weights(), ended.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-12)


@pytest.mark.parametrize(("loss", "name"), CASES)
def test_the_loss_is_that_of_the_probabilities(loss: str, name: str) -> None:
    model = model_of(OWN[loss], seen_through(loss)[name])
    y = targets_of(model, loss)
    model.compile(loss=loss)
    p = model.predict(X)
    if loss == "cross_entropy":
        expected = -np.log(np.take_along_axis(p, y[..., None], axis=-1)).mean()
    else:
        expected = -np.where(y == 1, np.log(p), np.log1p(-p)).mean()
    assert model.evaluate(X, y)["loss"] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("loss", "name"),
    [
        *(("cross_entropy", name) for name in PARTS | OTHERS),
        *(("binary_cross_entropy", name) for name in OTHERS),
    ],
)
def test_where_it_cannot_its_own_activation_is_refused(loss: str, name: str) -> None:
    model = model_of(OWN[loss], (PARTS | OTHERS)[name])
    with pytest.raises(ValueError, match=f"ends in {OWN[loss]}, but .* apply {OWN[loss]} last"):
        model.compile(loss=loss)


@pytest.mark.parametrize("name", VIEWS | PARTS | OTHERS)
@pytest.mark.parametrize("ending", ["softmax", "sigmoid"])
def test_the_wrong_one_is_refused_through_any_layer(ending: str, name: str) -> None:
    (wrong,) = (loss for loss, own in OWN.items() if own != ending)
    model = model_of(ending, (VIEWS | PARTS | OTHERS)[name])
    with pytest.raises(ValueError, match=f"the network ends in {ending}, the loss {wrong} reads"):
        model.compile(loss=wrong)


@pytest.mark.parametrize("name", VIEWS | PARTS | OTHERS)
@pytest.mark.parametrize("ending", sorted(set(activations.trainable_names()) - {"identity"}))
def test_any_other_loss_is_told_or_silent_as_of_the_last_layer(ending: str, name: str) -> None:
    model = model_of(ending, (VIEWS | PARTS | OTHERS)[name])
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        model.compile(loss="poisson")
        model.compile(loss="squared_error")
    assert len(told) == (ending != "leaky_relu")
    assert all(f"ends in {ending}, the loss poisson" in str(one.message) for one in told)


def test_one_channel_of_a_softmax_is_not_always_1() -> None:
    x = gn.Input(12)
    one = gn.Dense(3, "softmax")(x)[..., :1]
    gn.Model(x, one).compile(loss="squared_error")
    always = gn.Reshape((1, 1))(gn.Dense(1, "softmax")(x))
    with pytest.raises(ValueError, match="softmax of 1 output, which is always 1"):
        gn.Model(x, always).compile(loss="squared_error")


def test_sums_of_what_comes_out_of_activations_do_not_end_in_one() -> None:
    x = gn.Input(12)
    model = gn.Model(x, gn.Dense(3, "sigmoid")(x) + gn.Dense(3, "sigmoid")(x))
    model.compile(loss="cross_entropy")


def sum_of(x: Any, ending: str) -> Any:
    return gn.Dense(3, ending)(x) + gn.Dense(3, ending)(x)


MIXTURES: dict[str, Callable[[Any, str], Any]] = {
    "a sum": sum_of,
    "a product": lambda x, ending: gn.Dense(3, ending)(x) * gn.Dense(3, ending)(x),
    "of three": lambda x, ending: gn.Dense(3, ending)(x) * sum_of(x, ending),
    "with itself": lambda x, ending: (lambda y: y + y)(gn.Dense(3, ending)(x)),
    "reshaped": lambda x, ending: gn.Reshape((1, 3))(sum_of(x, ending)),
    "of views": lambda x, ending: sum_of(x, ending)[..., :2],
    "in a model": lambda x, ending: gn.Model(x, sum_of(x, ending))(x),
}


@pytest.mark.parametrize("loss", OWN)
@pytest.mark.parametrize("name", MIXTURES)
def test_a_mixture_of_probabilities_is_not_read_as_logits(name: str, loss: str) -> None:
    x = gn.Input(12)
    y = MIXTURES[name](x, OWN[loss])
    said = f"compile: the network ends in sums or products of what comes out of {OWN[loss]}, the"
    for outputs in (y, [y, y]):
        with pytest.raises(ValueError, match=f"{said} loss {loss} reads"):
            gn.Model(x, outputs).compile(loss=loss)
    gn.Model(x, y).compile(loss="squared_error")


@pytest.mark.parametrize("loss", OWN)
def test_a_mixture_of_others_may_be_logits(loss: str) -> None:
    x, own = gn.Input(12), OWN[loss]
    gated = gn.Dense(3, own)(x) * gn.Dense(3)(x)
    bounded = gn.Dense(3, "tanh")(x) + gn.Dense(3, "tanh")(x)
    last = gn.Activation(own)(gn.Dense(3, own)(x) + gn.Dense(3, own)(x))
    after = gn.Dense(3)(sum_of(x, own))
    for y in (gated, bounded, last, after):
        gn.Model(x, y).compile(loss=loss)
