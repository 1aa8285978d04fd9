import math
import re

import numpy as np
import pytest

import ganglion as gn
from ganglion import initializers
from ganglion.initializers import (
    Constant,
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    Initializer,
    LecunNormal,
    LecunUniform,
    Orthogonal,
    Zeros,
)

FAN_IN, FAN_OUT = 300, 200
VARIANCES: dict[Initializer, float] = {
    GlorotUniform(): 2 / (FAN_IN + FAN_OUT),
    GlorotNormal(): 2 / (FAN_IN + FAN_OUT),
    HeUniform(): 2 / FAN_IN,
    HeNormal(): 2 / FAN_IN,
    LecunUniform(): 1 / FAN_IN,
    LecunNormal(): 1 / FAN_IN,
}
EVERY = [*VARIANCES, Orthogonal(), Zeros(), Constant(0.5)]


@pytest.mark.parametrize("initializer", EVERY)
@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (5, 3), (1, 7)])
def test_values_are_float64_of_the_fans(initializer: Initializer, shape: tuple[int, int]) -> None:
    values = initializer.values(*shape, seed=0, stream=0)
    assert values.shape == shape
    assert values.dtype == np.float64
    assert values.flags.c_contiguous


@pytest.mark.parametrize("initializer", [*VARIANCES, Orthogonal()])
def test_values_are_a_function_of_seed_and_stream(initializer: Initializer) -> None:
    first = initializer.values(8, 6, seed=1, stream=2)
    np.testing.assert_array_equal(initializer.values(8, 6, seed=1, stream=2), first)
    assert not np.array_equal(initializer.values(8, 6, seed=2, stream=2), first)
    assert not np.array_equal(initializer.values(8, 6, seed=1, stream=3), first)


@pytest.mark.parametrize(("initializer", "variance"), VARIANCES.items())
def test_values_have_the_variance(initializer: Initializer, variance: float) -> None:
    values = initializer.values(FAN_IN, FAN_OUT, seed=3, stream=0)
    assert np.mean(values) == pytest.approx(0, abs=5 * math.sqrt(variance / values.size))
    assert np.var(values) == pytest.approx(variance, rel=0.02)


@pytest.mark.parametrize("initializer", [GlorotUniform(), HeUniform(), LecunUniform()])
def test_uniform_values_fill_their_interval(initializer: Initializer) -> None:
    values = initializer.values(FAN_IN, FAN_OUT, seed=4, stream=0)
    limit = math.sqrt(3 * VARIANCES[initializer])
    assert np.abs(values).max() <= limit
    assert values.min() < -0.99 * limit
    assert values.max() > 0.99 * limit


@pytest.mark.parametrize("initializer", [GlorotNormal(), HeNormal(), LecunNormal()])
def test_normal_values_end_at_two_deviations(initializer: Initializer) -> None:
    values = initializer.values(FAN_IN, FAN_OUT, seed=5, stream=0)
    limit = 2 * math.sqrt(VARIANCES[initializer]) / 0.87962566103423978
    assert 0.99 * limit < np.abs(values).max() < limit


@pytest.mark.parametrize("shape", [(6, 6), (9, 4), (4, 9)])
def test_orthogonal_values_are_orthogonal_vectors_of_the_gain(shape: tuple[int, int]) -> None:
    values = Orthogonal(gain=2.0).values(*shape, seed=6, stream=0)
    gram = values.T @ values if shape[0] >= shape[1] else values @ values.T
    np.testing.assert_allclose(gram, 4 * np.eye(min(shape)), atol=1e-12)


def test_constants_are_constant() -> None:
    assert not Zeros().values(3, 4, seed=0, stream=0).any()
    assert (Constant(0.5).values(3, 4, seed=0, stream=0) == 0.5).all()


@pytest.mark.parametrize("name", initializers.INITIALIZERS)
def test_get_takes_a_name_or_a_record(name: str) -> None:
    initializer = initializers.get(name)
    assert initializer.name == name
    assert initializers.get(initializer) is initializer


@pytest.mark.parametrize(
    ("argument", "initializer", "place"),
    [
        ("kernel_initializer", Constant(1e300), "Constant: layers.0.weight has 1e+300 at row 0, "),
        ("bias_initializer", Constant(1e300), "Constant: layers.0.bias has 1e+300 at row 0, "),
        ("kernel_initializer", Orthogonal(1e300), "Orthogonal: layers.0.weight has "),
    ],
)
def test_values_that_are_too_large_for_the_type_are_refused(
    argument: str, initializer: Initializer, place: str
) -> None:
    layer = gn.Dense(2, **{argument: initializer})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=f"^{re.escape(place)}.*too large for float32$"):
        gn.Sequential([layer], input_size=2)
    assert gn.Sequential([layer], input_size=2, dtype="float64").parameter_vector.any()


def test_get_wants_the_value_of_a_constant() -> None:
    assert initializers.get(Constant(1.0)) == Constant(1.0)
    with pytest.raises(ValueError, match="initializer: unknown name 'constant'"):
        initializers.get("constant")


@pytest.mark.parametrize(
    ("activation", "initializer"),
    [
        *((name, HeUniform()) for name in ("relu", "leaky_relu", "elu", "gelu", "silu", "mish")),
        ("selu", LecunNormal()),
        *((name, GlorotUniform()) for name in ("identity", "tanh", "sigmoid")),
    ],
)
def test_default_suits_the_activation(activation: str, initializer: Initializer) -> None:
    assert initializers.default_for(activation) == initializer


def test_numbers_must_be_finite() -> None:
    with pytest.raises(ValueError, match=r"^gain must be a finite number, got nan$"):
        Orthogonal(gain=math.nan)
    with pytest.raises(ValueError, match=r"^value must be a finite number, got inf$"):
        Constant(math.inf)
