"""Files that hold how far training is: what is loaded, or restored, trains on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

import ganglion as gn
from ganglion import optimizers, schedules
from ganglion.callbacks import ModelCheckpoint

X = np.random.default_rng(0).normal(size=(90, 5)).astype(np.float32)
Y = (X.sum(axis=1) > 0).astype(int)

OPTIMIZERS: list[str | optimizers.Optimizer] = [
    *optimizers.OPTIMIZERS,
    optimizers.SGD(0.1, momentum=0.9, nesterov=True),
    optimizers.AdamW(schedules.Warmup(schedules.CosineDecay(0.01, 12), 4), weight_decay=0.1),
    optimizers.RMSprop(0.01, momentum=0.5, centered=True, global_clipnorm=1.0),
]


def net(optimizer: str | optimizers.Optimizer = "adam", **settings: Any) -> gn.MLP:
    """Return a network with dropout, which goes by the number of the step."""
    made = gn.MLP([5, 8, 2], dropout=0.3, **settings)
    made.compile(optimizer, "cross_entropy", metrics=["accuracy"], weighted_metrics=["accuracy"])
    return made


def fit(model: gn.Model, epochs: range) -> NDArray[Any]:
    model.fit(X, Y, initial_epoch=epochs.start, epochs=epochs.stop, verbose=0)
    return model.parameter_vector.copy()


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_is_loaded_trains_on_with_the_same_bits(
    tmp_path: Path, optimizer: str | optimizers.Optimizer, dtype: str
) -> None:
    whole = fit(net(optimizer, dtype=dtype), range(5))
    begun = net(optimizer, dtype=dtype)
    fit(begun, range(2))
    begun.save(tmp_path / "a.safetensors", {"of": "a test"}, optimizer=True)
    loaded = gn.load(tmp_path / "a.safetensors")
    restored = net(optimizer, dtype=dtype)
    assert restored.restore(tmp_path / "a.safetensors") == {"of": "a test"}
    for model in (begun, loaded, restored):
        np.testing.assert_array_equal(fit(model, range(2, 5)), whole)
    assert loaded.optimizer == begun.optimizer
    assert loaded.loss == begun.loss
    assert loaded.metrics == begun.metrics


def test_a_rate_that_was_set_is_kept(tmp_path: Path) -> None:
    model = net()
    model.learning_rate = 0.25
    model.save(tmp_path / "a.safetensors", optimizer=True)
    assert gn.load(tmp_path / "a.safetensors").learning_rate == 0.25


def test_models_of_several_outputs_are_kept(tmp_path: Path) -> None:
    def made() -> gn.Model:
        x = gn.Input(5)
        h = gn.Dense(4, "tanh")(x)
        outputs = {"of": gn.Dense(2)(h), "by": gn.Dense(1)(h)}
        model = gn.Model(x, outputs, seed=2)
        losses = {"of": "cross_entropy", "by": gn.losses.Quantile(0.25)}
        model.compile("rmsprop", losses, {"of": "accuracy"}, loss_weights={"of": 0.5, "by": 2.0})
        return model

    def step(model: gn.Model) -> None:
        model.train_on_batch(X, {"of": Y, "by": X[:, :1]})

    whole, begun = made(), made()
    step(whole)
    step(begun)
    begun.save(tmp_path / "a.safetensors", optimizer=True)
    loaded = gn.load(tmp_path / "a.safetensors")
    step(whole)
    step(loaded)
    np.testing.assert_array_equal(loaded.parameter_vector, whole.parameter_vector)
    assert loaded.loss == begun.loss


def test_without_it_a_file_holds_parameters_alone(tmp_path: Path) -> None:
    model = net()
    model.save(tmp_path / "a.safetensors")
    assert not hasattr(gn.load(tmp_path / "a.safetensors"), "optimizer")
    with pytest.raises(ValueError, match="was saved without optimizer=True"):
        model.restore(tmp_path / "a.safetensors")


def test_checkpoints_hold_it_when_asked(tmp_path: Path) -> None:
    model = net()
    path = tmp_path / "a.safetensors"
    model.fit(X, Y, verbose=0, callbacks=[ModelCheckpoint(path, save_optimizer=True)])
    assert gn.load(path).optimizer == model.optimizer
    with pytest.raises(TypeError, match="save_optimizer must be True or False"):
        ModelCheckpoint(path, save_optimizer=1)  # type: ignore[arg-type]


def loss(y: Any, p: Any, w: Any) -> tuple[float, Any]:
    return 0.0, np.zeros_like(p)


def test_a_function_cannot_be_kept(tmp_path: Path) -> None:
    model = gn.MLP([5, 2])
    model.compile("sgd", loss)
    with pytest.raises(ValueError, match=r"save: loss is a function, a file cannot hold"):
        model.save(tmp_path / "a.safetensors", optimizer=True)
    assert not list(tmp_path.iterdir())


def test_what_is_not_compiled_has_no_optimizer(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="save: the model is not compiled"):
        gn.MLP([5, 2]).save(tmp_path / "a.safetensors", optimizer=True)


@pytest.mark.parametrize(
    ("other", "rule"),
    [
        (lambda: net(seed=1), "another network"),
        (lambda: net("sgd"), "compiled otherwise"),
        (lambda: net(optimizers.Adam(beta_1=0.5)), "compiled otherwise"),
    ],
)
def test_another_model_is_not_restored(tmp_path: Path, other: Any, rule: str) -> None:
    begun = net()
    fit(begun, range(1))
    begun.save(tmp_path / "a.safetensors", optimizer=True)
    model = other()
    before = model.parameter_vector.copy()
    with pytest.raises(ValueError, match=rule):
        model.restore(tmp_path / "a.safetensors")
    np.testing.assert_array_equal(model.parameter_vector, before)


def changed(path: Path, *, without: str | None = None, **fields: Any) -> None:
    """Write a file anew, with other fields of how far training is, or without a tensor."""
    from safetensors import safe_open

    with safe_open(path, "numpy") as content:
        metadata = content.metadata()
    said = json.loads(metadata["ganglion.training"]) | fields
    metadata["ganglion.training"] = json.dumps(said)
    tensors = {name: one for name, one in load_file(path).items() if name != without}
    save_file(tensors, path, metadata)


@pytest.mark.parametrize(
    "damage",
    [
        {"optimizer": {"type": "Dense", "units": 3}},
        {"optimizer": 3},
        {"schedule": {"type": "Adam"}},
        {"heads": [{"type": "KeptHead", "name": "output", "loss": "mse"}]},
        {"steps": -1},
        {"steps": 1.5},
        {"more": 1},
        {"without": "optimizer.1"},
        {"without": "layers.0.weight"},
        {"optimizer": {"type": "SGD", "learning_rate": 0.1}},
    ],
    ids=str,
)
def test_damaged_files_are_refused(tmp_path: Path, damage: dict[str, Any]) -> None:
    path = tmp_path / "a.safetensors"
    model = net()
    fit(model, range(1))
    model.save(path, optimizer=True)
    changed(path, **damage)
    before = fit(model, range(1, 2))
    for call in (gn.load, model.restore):
        with pytest.raises(ValueError, match=r"a\.safetensors"):
            call(path)
    np.testing.assert_array_equal(model.parameter_vector, before)
