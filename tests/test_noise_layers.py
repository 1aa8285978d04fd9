"""Layers of noise in networks: which numbers they draw, and when; predictions draw none."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from reference import assert_close, dropout_mask, normals

import ganglion as gn
from ganglion.layers import Layer

Array = NDArray[Any]

NOISES: dict[str, Callable[[], Layer]] = {
    "gaussian": lambda: gn.GaussianNoise(0.5),
    "masking": lambda: gn.MaskingNoise(0.4),
    "salt_and_pepper": lambda: gn.SaltAndPepperNoise(0.4, low=-1, high=2),
}
SIZES: dict[str, Sequence[int | None]] = {
    "columns": (70,),
    "steps": (6, 5),
    "any steps": (None, 5),
    "image": (3, 4, 2),
}
STREAMS = 0x80000000  # from here on they belong to layers


def wrong(value: Any) -> Any:
    """Return a value that does not fit, unseen by the type checker."""
    return value


def alone(layer: Layer, size: Any, **settings: Any) -> gn.Sequential:
    return gn.Sequential([layer], input_size=size, **settings)


def sampling(size: Any, **settings: Any) -> gn.Model:
    """Return a model of a mean and a log variance, which samples."""
    mean, log_variance = gn.Input(size), gn.Input(size)
    return gn.Model([mean, log_variance], gn.Sampling()([mean, log_variance]), **settings)


@pytest.mark.parametrize("kind", SIZES)
def test_each_position_draws_as_a_row(kind: str) -> None:
    size = SIZES[kind]
    *places, channels = (6 if one is None else one for one in size)
    x = np.full((8, *places, channels), 3.0)
    rows = 8 * math.prod(places)
    source = {"seed": 7, "stream": STREAMS, "step": 0}
    n, _ = normals(rows, channels, **source)
    noisy = alone(gn.GaussianNoise(0.5), size, dtype="float64", seed=7).forward(x)
    np.testing.assert_allclose(noisy, x + 0.5 * n.reshape(x.shape), rtol=0, atol=1e-13)
    sample = sampling(size, dtype="float64", seed=7).forward([x, np.full_like(x, np.log(4))])
    np.testing.assert_allclose(sample, x + 2 * n.reshape(x.shape), rtol=0, atol=1e-13)
    kept = dropout_mask(rows, channels, rate=0.4, **source).reshape(x.shape)
    masked = alone(gn.MaskingNoise(0.4), size, dtype="float64", seed=7).forward(x)
    np.testing.assert_array_equal(masked, np.where(kept, x, 0))


@pytest.mark.parametrize("noise", NOISES)
def test_seeds_and_layers_draw_numbers_of_their_own(noise: str) -> None:
    x = np.full((20, 30), 3.0)
    one, same, other = (alone(NOISES[noise](), 30, seed=seed).forward(x) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)
    tensor = gn.Input(30)
    layer = NOISES[noise]()
    drawn = gn.Model(tensor, [NOISES[noise]()(tensor), layer(tensor), layer(tensor)]).forward(x)
    for i in range(3):  # the same layer, called twice, draws twice
        assert not np.array_equal(drawn[i], drawn[i - 1])


@pytest.mark.parametrize("noise", NOISES)
def test_each_step_draws_anew(noise: str) -> None:
    net = alone(NOISES[noise](), 30)
    x = np.full((20, 30), 3.0)
    assert not np.array_equal(net.forward(x), net.forward(x))


def test_each_step_of_a_fit_draws_anew() -> None:
    """A loss of one's own sees what comes out: twice four batches."""
    seen: list[bytes] = []

    def watch(y: Array, outputs: Array, weight: Array | None) -> tuple[float, Array]:
        seen.append(outputs.tobytes())
        return 0.0, np.zeros_like(outputs)

    net = gn.Sequential([gn.Dense(3), gn.GaussianNoise(0.1)], input_size=3)
    net.compile("sgd", loss=watch)
    x = np.ones((20, 3))
    net.fit(x, x, batch_size=5, epochs=2, verbose=0)
    training = seen[: 2 * 4]
    assert len(set(training)) == len(training)


@pytest.mark.parametrize("noise", [*NOISES, "sampling"])
def test_both_types_draw_the_same_numbers(noise: str) -> None:
    x, zeros = np.full((20, 70), 3.0), np.zeros((20, 70))
    single, double = (
        sampling(70, dtype=dtype).forward([x, zeros])
        if noise == "sampling"
        else alone(NOISES[noise](), 70, dtype=dtype).forward(x)
        for dtype in ("float32", "float64")
    )
    assert_close(single, double, family="elementwise", scale=10.0)


def noisy_model(dtype: str = "float32", seed: int = 3) -> gn.Model:
    """Return an autoencoder with all kinds of noise."""
    x = gn.Input(20)
    noisy: Any = x
    for make in NOISES.values():
        noisy = make()(noisy)
    hidden = gn.Dense(40, "tanh")(noisy)
    code = gn.Sampling()([gn.Dense(6)(hidden), gn.Dense(6)(hidden)])
    model = gn.Model(x, gn.Dense(20)(code), dtype=dtype, seed=seed)
    model.compile("adam", loss="squared_error")
    return model


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_noise_does_not_depend_on_threads(dtype: str) -> None:
    x = np.random.default_rng(0).normal(size=(700, 20))
    found = []
    for threads in (1, 2, 5):
        gn.set_num_threads(threads)
        try:
            model = noisy_model(dtype)
            model.fit(x, x, batch_size=300, epochs=2, verbose=0)
        finally:
            gn.set_num_threads(None)
        found.append(model.parameter_vector.tobytes())
    assert found[0] == found[1] == found[2]


def test_predictions_and_figures_draw_nothing() -> None:
    x = np.random.default_rng(0).normal(size=(50, 20))
    noisy, weights = noisy_model(), noisy_model().get_weights()
    plain_x = gn.Input(20)
    mean = gn.Dense(6)(gn.Dense(40, "tanh")(plain_x))
    plain = gn.Model(plain_x, gn.Dense(20)(mean))
    plain.compile("adam", loss="squared_error")
    plain.set_weights([*weights[:4], *weights[6:]])  # without the log variance
    np.testing.assert_array_equal(noisy.predict(x), plain.predict(x))
    assert noisy.evaluate(x, x) == plain.evaluate(x, x)
    np.testing.assert_array_equal(noisy.predict(x[7:8]), noisy.predict(x)[7:8])


def test_files_and_pickles_keep_the_noise(tmp_path: Path) -> None:
    x = np.random.default_rng(0).normal(size=(50, 20))
    model = noisy_model()
    model.save(tmp_path / "model.safetensors")
    expected = model.forward(x)
    for again in (gn.load(tmp_path / "model.safetensors"), pickle.loads(pickle.dumps(model))):
        np.testing.assert_array_equal(again.forward(x), expected)


def test_summary_tells_what_is_not_the_default(capsys: Any) -> None:
    layers = [gn.GaussianNoise(0.1), gn.MaskingNoise(0.25), gn.SaltAndPepperNoise(0.5, high=2)]
    gn.Sequential(layers, input_size=3).summary()
    shown = capsys.readouterr().out
    for name in ("GaussianNoise(0.1)", "MaskingNoise(0.25)", "SaltAndPepperNoise(0.5, high=2)"):
        assert f"\n{name} " in shown


def test_a_frozen_model_passes_the_gradient_of_its_sample_on() -> None:
    x = gn.Input(4)
    coder = gn.Model(x, gn.Sampling()([gn.Dense(3)(x), gn.Dense(3)(x)]))
    x = gn.Input(4)
    model = gn.Model(x, coder(gn.Dense(4)(x), trainable=False), dtype="float64")
    model.compile("sgd", loss="squared_error")
    before = model.parameter_vector.copy()
    data = np.random.default_rng(0).normal(size=(30, 4))
    model.fit(data, data[:, :3], epochs=1, verbose=0)
    moved = model.parameter_vector != before
    assert moved[:20].all()
    assert not moved[20:].any()


@pytest.mark.parametrize(
    ("make", "error", "told"),
    [
        (lambda: gn.SaltAndPepperNoise(-0.1), ValueError, r"rate must be a number in \[0, 1\)"),
        (lambda: gn.SaltAndPepperNoise(0.1, low=math.nan), ValueError, "low must be .*got nan"),
        (lambda: gn.SaltAndPepperNoise(0.1, high=wrong("1")), TypeError, "high must be .*got '1'"),
        (lambda: gn.GaussianNoise(math.inf), ValueError, "stddev must be .*got inf"),
        (lambda: gn.Sampling()(gn.Input(3)), TypeError, "a list of tensors"),
        (lambda: gn.Sampling()([gn.Input(3)]), ValueError, "takes two tensors, .*got 1"),
        (
            lambda: gn.Sampling()([gn.Input(3), gn.Input(4)]),
            ValueError,
            r"\(3,\) and \(4,\) cannot be mean and log variance: they must be the same",
        ),
    ],
)
def test_what_is_wrong_is_told(make: Callable[[], Any], error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        make()
