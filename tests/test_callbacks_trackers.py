"""What TensorBoard and MLflow are told of a fit, read back from what was written."""

import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ganglion as gn
from ganglion.callbacks import MLflow, TensorBoard

X = np.random.default_rng(0).normal(size=(20, 3))
Y = (X[:, 0] > 0).astype(int)


def fitted(*callbacks: Any, epochs: int = 3, **arguments: Any) -> gn.MLP:
    net = gn.MLP([3, 4, 2], seed=0)
    decay = gn.schedules.ExponentialDecay(0.01, decay_steps=2, decay_rate=0.5)
    net.compile(gn.optimizers.Adam(decay), loss="cross_entropy", metrics=["accuracy"])
    given = {"epochs": epochs, "validation_split": 0.25, "verbose": 0, **arguments}
    net.fit(X, Y, callbacks=list(callbacks), **given)
    return net


def rates(net: gn.MLP) -> list[float]:
    return [float(net.optimizer.learning_rate.rates(np.array([step]))[0]) for step in (1, 2, 3)]  # type: ignore[union-attr]


def records(folder: Path) -> Iterator[bytes]:
    """Give the records of the only file of events in a folder."""
    (path,) = folder.iterdir()
    text = path.read_bytes()
    while text:
        (size,) = struct.unpack("<Q", text[:8])
        yield text[12 : 12 + size]
        text = text[12 + size + 4 :]


def scalars(folder: Path) -> dict[str, list[tuple[int, float]]]:
    from tensorboardX.proto.event_pb2 import Event

    found: dict[str, list[tuple[int, float]]] = {}
    for record in records(folder):
        event = Event.FromString(record)
        for value in event.summary.value:
            if value.HasField("simple_value"):
                found.setdefault(value.tag, []).append((event.step, value.simple_value))
    return found


def test_tensorboard_is_written_the_curves_and_rates_of_a_fit(tmp_path: Path) -> None:
    pytest.importorskip("tensorboardX", reason="the extra tensorboard is not installed")
    net = fitted(TensorBoard(tmp_path / "new" / "logs"))
    train, validation = (scalars(tmp_path / "new/logs" / name) for name in ("train", "validation"))
    curves = net.history.history
    assert set(train) == {"epoch_loss", "epoch_accuracy", "epoch_learning_rate"}
    assert set(validation) == {"epoch_loss", "epoch_accuracy"}
    for found, prefix in ((train, ""), (validation, "val_")):
        for name in ("loss", "accuracy"):
            steps, values = zip(*found[f"epoch_{name}"], strict=True)
            assert steps == (0, 1, 2)
            np.testing.assert_allclose(values, curves[f"{prefix}{name}"], rtol=1e-6)
    _, written = zip(*train["epoch_learning_rate"], strict=True)
    np.testing.assert_allclose(written, rates(net), rtol=1e-6)


def test_tensorboard_is_told_what_compile_was(tmp_path: Path) -> None:
    pytest.importorskip("tensorboardX", reason="the extra tensorboard is not installed")
    fitted(TensorBoard(tmp_path), validation_split=0.0)
    text = b"".join(records(tmp_path / "train")).decode(errors="replace")
    for told in ("optimizer: adam", "beta_1: 0.9", "learning_rate: ExponentialDecay(", "Accuracy("):
        assert told in text
    assert [path.name for path in tmp_path.iterdir()] == ["train"]


def test_tensorboard_has_what_was_written_before_a_fit_failed(tmp_path: Path) -> None:
    pytest.importorskip("tensorboardX", reason="the extra tensorboard is not installed")

    def fail(epoch: int, logs: Any) -> None:
        if epoch == 1:
            raise RuntimeError("the end")

    with pytest.raises(RuntimeError, match="the end"):
        fitted(TensorBoard(tmp_path), gn.callbacks.LambdaCallback(on_epoch_begin=fail))
    assert [step for step, _ in scalars(tmp_path / "train")["epoch_loss"]] == [0]


@pytest.fixture
def mlflow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give MLflow's module, which keeps runs in files."""
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    module = pytest.importorskip("mlflow", reason="the extra mlflow is not installed")
    module.set_tracking_uri((tmp_path / "runs").as_uri())
    return module


def test_mlflow_is_told_the_figures_and_what_compile_was(mlflow: Any) -> None:
    callback = MLflow("an experiment", "a run")
    net = fitted(callback)
    run = mlflow.get_run(callback.run_id)
    assert (run.info.run_name, run.info.status) == ("a run", "FINISHED")
    assert mlflow.get_experiment(run.info.experiment_id).name == "an experiment"
    assert run.data.params["optimizer"] == "adam"
    assert run.data.params["samples"] == "15"
    assert run.data.params["metrics"] == "Accuracy()"
    client = mlflow.MlflowClient()
    for name, curve in net.history.history.items():
        found = client.get_metric_history(callback.run_id, name)
        assert [(one.step, one.value) for one in found] == list(enumerate(curve))
    found = client.get_metric_history(callback.run_id, "learning_rate")
    np.testing.assert_allclose([one.value for one in found], rates(net))
    assert mlflow.active_run() is None
    fitted(callback)  # in the experiment that there is now
    assert mlflow.get_run(callback.run_id).info.experiment_id == run.info.experiment_id


def test_mlflow_goes_on_with_the_run_that_is_active(mlflow: Any) -> None:
    callback = MLflow()
    with mlflow.start_run() as run:
        fitted(callback)
        assert mlflow.active_run().info.run_id == run.info.run_id == callback.run_id
    assert mlflow.get_run(run.info.run_id).data.params["epochs"] == "3"


def test_mlflow_keeps_the_parameters_of_the_first_fit_of_a_run(mlflow: Any) -> None:
    callback = MLflow()
    with mlflow.start_run() as run:
        fitted(callback)
        fitted(callback)  # told the same
        with pytest.warns(UserWarning, match=r"stay: epochs=3 \(now 4\)\. Give each fit a run"):
            fitted(callback, epochs=4)
    found = mlflow.get_run(run.info.run_id)
    assert (found.data.params["epochs"], found.info.status) == ("3", "FINISHED")
    history = mlflow.MlflowClient().get_metric_history(callback.run_id, "loss")
    assert [one.step for one in history].count(0) == 3
    assert [one.step for one in history].count(3) == 1


def test_mlflow_ends_its_run_where_it_cannot_begin(
    mlflow: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(params: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(mlflow, "log_params", refuse)
    callback = MLflow()
    with pytest.raises(ConnectionError):
        fitted(callback)
    assert mlflow.active_run() is None
    assert mlflow.get_run(callback.run_id).info.status == "FAILED"


@pytest.mark.parametrize(("asked", "status"), [(True, "FINISHED"), (False, "FAILED")])
def test_mlflow_tells_a_fit_that_failed_from_one_that_was_stopped(
    asked: bool, status: str, mlflow: Any
) -> None:
    callback = MLflow(run_name="short")

    def end(epoch: int, logs: Any) -> None:
        if not asked and epoch == 2:  # the last
            raise KeyboardInterrupt
        callback.model.stop_training = asked

    try:
        fitted(callback, gn.callbacks.LambdaCallback(on_epoch_end=end))
    except KeyboardInterrupt:
        assert not asked
    assert mlflow.get_run(callback.run_id).info.status == status
    assert mlflow.active_run() is None


@pytest.mark.parametrize(
    ("kind", "module", "package"),
    [(TensorBoard, "tensorboardX", "tensorboardX"), (MLflow, "mlflow", "mlflow-skinny")],
)
def test_a_package_that_is_missing_is_named(
    kind: Any, module: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    told = f"^{kind.__name__} needs {package}: python -m pip install {package}$"
    with pytest.raises(ImportError, match=told):
        kind()


def test_names_of_mlflows_must_be_texts() -> None:
    with pytest.raises(TypeError, match="experiment_name must be a text or None, got 1"):
        MLflow(1)  # type: ignore[arg-type]
