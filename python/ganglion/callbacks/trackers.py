"""Callbacks that tell programs which keep and draw the figures of experiments."""
# ruff: noqa: ARG002  (a hook's arguments are given)

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import Any

from ganglion._base import checks, messages
from ganglion._base.arguments import explained
from ganglion._base.functions import name_of
from ganglion.callbacks.hooks import Callback, Logs
from ganglion.losses import Loss
from ganglion.metrics import Metric

_OF_VALIDATION = "val_"
_RATE = "learning_rate"


@explained
class TensorBoard(Callback):
    """Write the figures of every epoch for TensorBoard: `tensorboard --logdir logs` draws them.

    Training's and validation's curves lie in the folders "train" and "validation" and have the
    names that they have from Keras, such as "epoch_loss"; so one diagram shows both. With
    training's are the learning rate of each epoch's end and, as a text, what `compile` was told.
    Nothing else of TensorFlow's is needed but the package tensorboardX.

    Args:
        log_dir: Where to write. Folders are made.

    Raises:
        ImportError: When tensorboardX is not installed.
    """

    def __init__(self, log_dir: str | PathLike[str] = "logs") -> None:
        self._writers_of = _imported("TensorBoard", "tensorboardX", "tensorboardX")
        self.log_dir = Path(log_dir)
        self._writers: dict[str, Any] = {}

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Write what `compile` was told."""
        self._writers = {}
        lines = [f"- {name}: {value}" for name, value in _settings(self).items()]
        self._writer("train").add_text("compile", "\n".join(lines), self.params["initial_epoch"])

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Write the figures of the epoch."""
        for name, value in _figures(self, logs).items():
            folder = "validation" if name.startswith(_OF_VALIDATION) else "train"
            tag = f"epoch_{name.removeprefix(_OF_VALIDATION)}"
            self._writer(folder).add_scalar(tag, value, epoch)
        for writer in self._writers.values():
            writer.flush()

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Close the files."""
        for writer in self._writers.values():
            writer.close()

    def _writer(self, folder: str) -> Any:
        """Return what writes into a folder, which is made when there is something to write."""
        if folder not in self._writers:
            path = self.log_dir / folder
            self._writers[folder] = self._writers_of.SummaryWriter(str(path))
        return self._writers[folder]


@explained
class MLflow(Callback):
    """Log the figures of every epoch to a run of MLflow's.

    What `compile` and `fit` were told are the run's parameters; the learning rate of each epoch's
    end is among the figures. The run is the active one, as within `with mlflow.start_run():`,
    where nothing is named here. Else it is a new one, which ends with the fit: as finished, or as
    failed when not all epochs were run and no callback has asked for the end.

    In one run a parameter has one value: where a second fit in it has another, that of the first
    fit stays and a warning names it; its figures are logged beside those of the first.

    Args:
        experiment_name: The experiment of the new run; one that there is not is made. None: the
            active one.
        run_name: The name of the new run; None: MLflow gives one.

    Raises:
        ImportError: When neither mlflow nor mlflow-skinny is installed.

    Attributes:
        run_id: Of the run of the last fit; None before the first.
    """

    def __init__(self, experiment_name: str | None = None, run_name: str | None = None) -> None:
        for name, value in (("experiment_name", experiment_name), ("run_name", run_name)):
            if value is not None and not checks.is_text(value):
                raise TypeError(f"{name} must be a text or None, got {checks.shown(value)}")
        self._mlflow = _imported("MLflow", "mlflow", "mlflow-skinny")
        self.experiment_name = experiment_name
        self.run_name = run_name
        self.run_id: str | None = None
        self._ends_run = False

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Begin a run, or take the active one, and log its parameters.

        One with a name, within an active run, is a part of that.
        """
        is_named = self.experiment_name is not None or self.run_name is not None
        run = None if is_named else self._mlflow.active_run()
        if run is None:
            run = self._mlflow.start_run(
                experiment_id=self._experiment_id(),
                run_name=self.run_name,
                nested=self._mlflow.active_run() is not None,
            )
            self._ends_run = True
        self.run_id = run.info.run_id
        try:
            self._log_parameters()
        except BaseException:
            self._end_run("FAILED")
            raise

    def _log_parameters(self) -> None:
        """Log what `compile` and `fit` were told, but for what the run has from another fit."""
        known = self._mlflow.get_run(self.run_id).data.params
        sizes = {name: str(self.params.get(name)) for name in ("epochs", "steps", "samples")}
        told = {**_settings(self), **sizes}
        self._mlflow.log_params({name: told[name] for name in told if name not in known})
        others = [name for name in told if name in known and known[name] != told[name]]
        if others:
            stay = ", ".join(f"{name}={known[name]} (now {told[name]})" for name in others)
            messages.warn(
                [
                    "MLflow: the active run has been told of another fit, whose parameters stay:"
                    f" {stay}. Give each fit a run of its own, as run_name=... does"
                ]
            )

    def _experiment_id(self) -> str | None:
        """Return the number of the experiment, which is made if need be; None: the active one's."""
        name = self.experiment_name
        if name is None:
            return None
        known = self._mlflow.get_experiment_by_name(name)
        made = self._mlflow.create_experiment(name) if known is None else known.experiment_id
        return str(made)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Log the figures of the epoch."""
        self._mlflow.log_metrics(_figures(self, logs), step=epoch, run_id=self.run_id)

    def on_train_end(self, logs: Logs | None = None) -> None:
        """End the run, if it was begun here."""
        self._end_run("FINISHED" if self.finished else "FAILED")

    def _end_run(self, status: str) -> None:
        if self._ends_run:
            self._ends_run = False
            self._mlflow.end_run(status)


def _imported(callback: str, module: str, package: str) -> Any:
    try:
        return import_module(module)
    except ImportError as error:
        raise ImportError(f"{callback} needs {package}: python -m pip install {package}") from error


def _figures(callback: Callback, logs: Logs | None) -> dict[str, float]:
    """Return the figures of an epoch, and its learning rate."""
    return {_RATE: callback.model.learning_rate, **(logs or {})}


def _settings(callback: Callback) -> dict[str, str]:
    """Return what the model was compiled with, as texts by name."""
    optimizer, loss = callback.model.optimizer, callback.model.loss
    of_outputs = loss if isinstance(loss, Mapping) else {"": loss}
    return {
        "optimizer": optimizer.name,
        **{one.name: str(getattr(optimizer, one.name)) for one in fields(optimizer)},
        **{f"{name}_loss".lstrip("_"): _told(one) for name, one in of_outputs.items()},
        "metrics": ", ".join(map(_told, callback.model.metrics)),
    }


def _told(asked: Any) -> str:
    """Return a loss or a metric as a text; a function by its name."""
    return str(asked) if asked is None or isinstance(asked, Loss | Metric) else name_of(asked)
