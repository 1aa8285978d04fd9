"""The gradient of the inputs, in the shapes that they were given in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import ganglion as gn

RNG = np.random.default_rng(0)


def model_of(shape: Any) -> gn.Sequential:
    return gn.Sequential([gn.Dense(2, "tanh")], input_size=shape, dtype="float64")


def gradient_of(model: gn.Model, x: Any) -> Any:
    """Return that of the sum of all outputs."""
    return model.backward(np.ones_like(model.forward(x, input_gradient=True)))


@pytest.mark.parametrize("shape", [(3,), (5, 3), (None, 3), (4, 5, 3)])
def test_a_gradient_has_the_shape_of_the_inputs(shape: tuple[int | None, ...]) -> None:
    model = model_of(shape)
    x = RNG.normal(size=(4, *(5 if size is None else size for size in shape)))
    (weight, _), y = model.get_weights(), model.forward(x)
    np.testing.assert_allclose(gradient_of(model, x), (1 - y**2) @ weight.T, rtol=1e-12)


@pytest.mark.parametrize(
    ("size", "given"), [((5, 3), (4, 15)), ((5, 3, 1), (4, 5, 3)), (15, (4, 5, 3))]
)
def test_inputs_given_in_another_shape_have_their_gradient_in_it(
    size: Any, given: tuple[int, ...]
) -> None:
    model, x = model_of(size), RNG.normal(size=(4, 15))
    plain = gradient_of(model, x)
    np.testing.assert_array_equal(gradient_of(model, x.reshape(given)), plain.reshape(given))
    np.testing.assert_array_equal(
        gradient_of(model, x.reshape(given).tolist()), plain.reshape(given)
    )


def test_several_inputs_have_gradients_by_name_each_in_its_shape() -> None:
    steps, columns = gn.Input((5, 3), name="steps"), gn.Input(4, name="columns")
    y = gn.Dense(2)(gn.Concatenate()([gn.Flatten()(steps), columns]))
    model = gn.Model({"steps": steps, "columns": columns}, y)
    x = {"columns": RNG.normal(size=(6, 4)), "steps": RNG.normal(size=(6, 5, 3))}
    shapes = {name: one.shape for name, one in gradient_of(model, x).items()}
    assert shapes == {"steps": (6, 5, 3), "columns": (6, 4)}


def test_networks_on_sequences_are_chained_by_hand() -> None:
    first, second = model_of((5, 3)), model_of((5, 2))
    x = RNG.normal(size=(4, 5, 3))
    first.forward(x, input_gradient=True)
    second.forward(first.predict(x), input_gradient=True)
    chained = first.backward(second.backward(np.ones((4, 5, 2))))
    nudged, width = x.copy(), 1e-6
    nudged[1, 2, 0] += width
    total = [second.predict(first.predict(one)).sum() for one in (nudged, x)]
    assert chained[1, 2, 0] == pytest.approx((total[0] - total[1]) / width, rel=1e-4)


def test_whether_to_keep_it_is_yes_or_no() -> None:
    model: Any = model_of(3)
    with pytest.raises(TypeError, match="input_gradient must be True or False, got 'yes'"):
        model.forward(np.ones((4, 3)), input_gradient="yes")
