"""Inputs of steps, of images, and of any number of steps."""

from __future__ import annotations

import copy
import pickle
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import ganglion as gn

Array = NDArray[Any]

FEATURES, CLASSES = 3, 4
LAYERS = [gn.Dense(6, "tanh"), gn.Dropout(0.1), gn.Residual([gn.Dense(5)]), gn.Dense(CLASSES)]


SIZES: list[Any] = [7, (5, 7), (1, 7), (4, 5, 7), (None, 7)]


def sequences(steps: int, rows: int = 24) -> tuple[Array, Array]:
    x = np.random.default_rng(steps).normal(size=(rows, steps, FEATURES))
    return x, np.asarray(x[..., 0] > 0, np.int64) + (x[..., 1] > 0)


def network(steps: int | None, **settings: Any) -> gn.Sequential:
    return gn.Sequential(LAYERS, input_size=(steps, FEATURES), **settings)


def compiled(net: gn.Model) -> gn.Model:
    net.compile(gn.optimizers.Adam(0.01), loss="cross_entropy", metrics=["accuracy", "auc"])
    return net


def test_sizes_are_kept_as_they_are_given() -> None:
    for size in SIZES:
        net = gn.Sequential([gn.Dense(2)], input_size=size)
        assert net.input_size == size
        assert f"input_size={size}" in repr(net)
        assert net.output_size == (2 if size == 7 else (*size[:-1], 2))
        x = gn.Input(size)
        model = gn.Model(x, gn.Dense(2)(x))
        assert (model.input_size, model.output_size) == (net.input_size, net.output_size)


def test_an_image_keeps_its_rows_and_columns(capsys: pytest.CaptureFixture[str]) -> None:
    x = gn.Input((4, 5, 3))
    y = gn.Dense(2)(x)
    outputs = [
        y,
        gn.Flatten()(y),
        gn.Reshape((5, 4, 2))(y),
        gn.Concatenate()([x[..., 1:], y * y]),
        gn.Reshape((20, 2))(y)[3:5, :],
    ]
    model = gn.Model(x, outputs)
    images = np.random.default_rng(0).normal(size=(6, 4, 5, 3)).astype(np.float32)
    found = model.predict(images)
    shapes = [(4, 5, 2), (40,), (5, 4, 2), (4, 5, 4), (2, 2)]
    assert [one.shape[1:] for one in found] == shapes == [one.shape for one in outputs]
    np.testing.assert_array_equal(found[1], found[0].reshape(6, 40))
    np.testing.assert_array_equal(found[2], found[0].reshape(6, 5, 4, 2))
    np.testing.assert_array_equal(found[3][..., :2], images[..., 1:])
    np.testing.assert_array_equal(found[4], found[0].reshape(6, 20, 2)[:, 3:5])
    model.summary()
    told = capsys.readouterr().out
    assert "(batch, 4, 5, 3)" in told
    assert "(batch, 5, 4, 2)" in told


def test_any_number_of_steps_is_that_of_the_data_to_the_bit() -> None:
    """A network of any steps does what those do that are made for the data's steps."""
    free = compiled(network(None))
    for steps in (5, 2, 1, 5):
        fixed = compiled(network(steps))
        free = compiled(network(None))
        x, y = sequences(steps)
        assert free.parameter_names == fixed.parameter_names
        given: dict[str, Any] = {
            "epochs": 3,
            "batch_size": 7,
            "verbose": 0,
            "validation_split": 0.25,
        }
        assert free.fit(x, y, **given).history == fixed.fit(x, y, **given).history
        np.testing.assert_array_equal(free.parameter_vector, fixed.parameter_vector)
        assert free.evaluate(x, y) == fixed.evaluate(x, y)
        assert free.train_on_batch(x, y) == fixed.train_on_batch(x, y)
        np.testing.assert_array_equal(free.predict(x), fixed.predict(x))
        np.testing.assert_array_equal(free.predict(x, batch_size=3), fixed.predict(x))
        np.testing.assert_array_equal(free.forward(x), fixed.forward(x))
        dy = np.ones((len(x), steps, CLASSES))
        free.backward(dy), fixed.backward(dy)
        np.testing.assert_array_equal(free.gradient_vector, fixed.gradient_vector)
        np.testing.assert_array_equal(free.predictor(steps)(x), fixed.predictor()(x))


def test_one_optimizer_learns_from_sequences_of_all_lengths() -> None:
    net = compiled(network(None))
    batches = [sequences(steps) for steps in range(1, 22)]  # more than there are plans kept
    history = net.fit(batches, epochs=25, verbose=0, validation_data=sequences(30)).history
    assert net._objective("test").state.steps == 25 * 21
    assert history["accuracy"][-1] > 0.9
    assert history["val_accuracy"][-1] > 0.9


def test_each_input_may_have_steps_of_its_own() -> None:
    one, other = gn.Input((None, 3)), gn.Input((None, 2))
    model = gn.Model([one, other], [gn.Dense(4)(one), gn.Dense(4)(other)])
    model.compile(loss="squared_error")
    x = [np.ones((6, 5, 3)), np.ones((6, 2, 2))]
    assert [part.shape for part in model.predict(x)] == [(6, 5, 4), (6, 2, 4)]
    model.fit(x, [np.zeros((6, 5, 4)), np.zeros((6, 2, 4))], verbose=0)


def test_tensors_that_meet_must_have_the_same_steps() -> None:
    one, other = gn.Input((None, 3)), gn.Input((None, 3))
    model = gn.Model([one, other], one + gn.Dense(3)(other))
    model.compile(loss="squared_error")
    assert model.predict([np.ones((2, 4, 3))] * 2).shape == (2, 4, 3)
    kept = model.parameter_vector.copy()
    x = [np.ones((2, 4, 3)), np.ones((2, 5, 3))]
    with pytest.raises(ValueError, match=r"predict: Add: shapes \(4, 3\) and \(5, 3\) cannot be"):
        model.predict(x)
    with pytest.raises(ValueError, match=r"fit: Add: shapes \(4, 3\) and \(5, 3\) cannot be"):
        model.fit(x, x[0], verbose=0)
    np.testing.assert_array_equal(model.parameter_vector, kept)


@pytest.mark.parametrize("size", [(None, FEATURES), (4, 5, FEATURES)])
@pytest.mark.parametrize("kind", ["sequential", "model"])
def test_files_pickles_and_copies_keep_the_size(size: Any, kind: str, tmp_path: Path) -> None:
    model: gn.Model = gn.Sequential(LAYERS, input_size=size)
    if kind == "model":
        tensor = gn.Input(size)
        model = gn.Model(tensor, gn.Dense(3)(gn.Dense(4)(tensor)))
    x = np.random.default_rng(0).normal(size=(3, 4, 5, FEATURES))[:, : 4 if None not in size else 1]
    x = x[:, 0] if None in size else x
    model.save(tmp_path / "model")
    again = [gn.load(tmp_path / "model"), pickle.loads(pickle.dumps(model)), copy.deepcopy(model)]
    for one in again:
        assert one.input_size == size
        np.testing.assert_array_equal(one.predict(x), model.predict(x))


def test_a_predictor_has_steps_of_its_own() -> None:
    net = network(None)
    x, _ = sequences(5)
    predictor = pickle.loads(pickle.dumps(net.predictor(steps=5)))
    assert (predictor.inputs, predictor.outputs) == (5 * FEATURES, 5 * CLASSES)
    np.testing.assert_array_equal(predictor(x).reshape(24, 5, CLASSES), net.predict(x))
    with pytest.raises(ValueError, match=r"steps must be given, inputs have shape \(None, 3\)"):
        net.predictor()
    with pytest.raises(
        ValueError, match=r"steps is for inputs of any number of steps, .* \(5, 3\)"
    ):
        network(5).predictor(steps=5)
    with pytest.raises(ValueError, match="steps is for inputs of any number of steps"):
        network(5).predictor(steps=0)
    with pytest.raises(ValueError, match="steps must be a whole number from 1"):
        net.predictor(steps=0)


def test_threads_may_predict_sequences_of_other_lengths() -> None:
    net = network(None)
    expected = {steps: net.predict(sequences(steps)[0]) for steps in range(1, 25)}
    wrong: list[int] = []

    def predict(start: int) -> None:
        for number in range(48):
            steps = 1 + (start + 5 * number) % 24
            if (net.predict(sequences(steps)[0]) != expected[steps]).any():
                wrong.append(steps)

    threads = [threading.Thread(target=predict, args=(start,)) for start in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.parametrize("steps", [6, None])
def test_normalization_may_be_that_of_each_feature(steps: int | None) -> None:
    x = np.random.default_rng(0).normal(3, 5, size=(50, 6, 2))
    norm = gn.Normalization().adapt(x.reshape(-1, 2))
    model = gn.Sequential([norm, gn.Activation("linear")], input_size=(steps, 2))
    expected = (x - x.mean(axis=(0, 1))) / x.std(axis=(0, 1))
    np.testing.assert_allclose(model.predict(x), expected, rtol=1e-4, atol=1e-5)
    found = model.predictor() if steps else model.predictor(steps=6)
    np.testing.assert_array_equal(found(x).reshape(x.shape), model.predict(x))


ANY, IMAGE = gn.Input((None, 3)), gn.Input((4, 5, 3))
TEXT: Any = "steps"

WRONG: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: gn.Flatten()(ANY), ValueError, r"Flatten: shape \(None, 3\) has any number of steps"),
    (lambda: gn.Reshape((3, 1))(ANY), ValueError, r"Reshape: .* and cannot be \(3, 1\)"),
    (lambda: gn.Flatten()(gn.Dense(2)(ANY)), ValueError, r"Flatten: shape \(None, 2\) has any"),
    (lambda: ANY[1:2, :], ValueError, "of which none can be taken by its number"),
    (lambda: gn.Slice(positions=(0, 1))(ANY), ValueError, "Slice: .* taken by its number"),
    (lambda: ANY + gn.Input((5, 3)), ValueError, r"shapes \(None, 3\) and \(5, 3\)"),
    (lambda: IMAGE[1:2, :], ValueError, "lie in rows and columns"),
    (lambda: IMAGE + gn.Input((20, 3)), ValueError, r"shapes \(4, 5, 3\) and \(20, 3\)"),
    (lambda: gn.Concatenate()([IMAGE, gn.Input((5, 4, 3))]), ValueError, "the same positions"),
    (lambda: gn.Reshape((1, 1, 1, 60))(IMAGE), ValueError, "shape must be"),
    (lambda: gn.Input((None, 4, 3)), ValueError, "only a number of steps may be None"),
    (lambda: gn.Input((4, None)), ValueError, "only a number of steps may be None"),
    (lambda: gn.Input(()), ValueError, "size must be columns, "),
    (lambda: gn.Input((2, 3, 4, 5)), ValueError, "size must be columns, "),
    (lambda: gn.Input(TEXT), TypeError, "size must be a whole number"),
    (lambda: gn.Sequential(LAYERS, input_size=(0, 3)), ValueError, "input_size must be a whole"),
    (lambda: gn.Sequential(LAYERS, input_size=(3, None)), ValueError, "only a number of steps may"),
    (
        lambda: gn.Sequential([gn.Dense(3), gn.Flatten()], input_size=(None, 3)),
        ValueError,
        "cannot be flattened: give the input a number of steps",
    ),
    (
        lambda: gn.Sequential([gn.Dense(3)], input_size=6)(gn.Input((2, 3))),
        ValueError,
        r"a model takes shape \(6,\), got \(2, 3\)",
    ),
    (lambda: network(5)(gn.Input((None, 3))), ValueError, r"takes shape \(5, 3\), got \(None, 3\)"),
]


@pytest.mark.parametrize(("wrong", "kind", "message"), WRONG)
def test_what_does_not_fit_is_told_in_the_users_line(
    wrong: Any, kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message) as caught:
        wrong()
    assert caught.traceback[1].path == Path(__file__)


def test_a_model_of_any_steps_is_a_layer_of_others() -> None:
    inner = network(None)
    for steps in (4, None):
        x = gn.Input((steps, FEATURES))
        model = gn.Model(x, inner(x))
        rows, _ = sequences(4)
        np.testing.assert_array_equal(model.predict(rows), inner.predict(rows))


@pytest.mark.parametrize(
    ("size", "shape", "wanted"),
    [
        ((None, 3), (5, 4, 2), r"\(samples, steps, 3\)"),
        ((None, 3), (5, 12), r"\(samples, steps, 3\)"),
        ((4, 3), (5, 3, 4), r"\(samples, 4, 3\)"),
        ((4, 5, 3), (2, 3, 4, 5), r"\(samples, 4, 5, 3\)"),
        ((None, 3), (5, 0, 3), "samples have no numbers"),
    ],
)
def test_samples_of_another_shape_are_refused(size: Any, shape: Any, wanted: str) -> None:
    net = gn.Sequential([gn.Dense(2)], input_size=size)
    with pytest.raises(ValueError, match=f"predict: X has shape .*{wanted}"):
        net.predict(np.zeros(shape))
    sparse = pytest.importorskip("scipy.sparse").csr_matrix(np.ones((2, 60)))
    if size == (4, 5, 3):
        np.testing.assert_array_equal(net.predict(sparse), net.predict(np.ones((2, 60))))
    if None in size:
        with pytest.raises(TypeError, match="a sparse matrix, whose rows do not tell steps"):
            net.predict(sparse)


def test_images_may_lie_in_rows_or_have_no_channel_of_their_own() -> None:
    net = gn.Sequential([gn.Dense(2)], input_size=(4, 5, 1))
    images = np.random.default_rng(0).normal(size=(3, 4, 5, 1))
    for same in (images[..., 0], images.reshape(3, 20)):
        np.testing.assert_array_equal(net.predict(same), net.predict(images))
