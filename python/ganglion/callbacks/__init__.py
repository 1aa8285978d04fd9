"""Callbacks: what happens between the epochs of a fit. Names and meanings are Keras's."""

from typing import TYPE_CHECKING

from ganglion._base import attributes
from ganglion.callbacks.averaging import StochasticWeightAveraging
from ganglion.callbacks.backups import BackupAndRestore
from ganglion.callbacks.checkpoints import CSVLogger, ModelCheckpoint
from ganglion.callbacks.hooks import Callback, LambdaCallback, Logs, Model, Params, wants_batches
from ganglion.callbacks.monitor import MonitorCallback
from ganglion.callbacks.rates import LearningRateScheduler, ReduceLROnPlateau
from ganglion.callbacks.stopping import EarlyStopping, TerminateOnNaN
from ganglion.callbacks.trackers import MLflow, TensorBoard

__all__ = [
    "BackupAndRestore",
    "CSVLogger",
    "Callback",
    "EarlyStopping",
    "LambdaCallback",
    "LearningRateScheduler",
    "Logs",
    "MLflow",
    "Model",
    "ModelCheckpoint",
    "MonitorCallback",
    "Params",
    "ReduceLROnPlateau",
    "StochasticWeightAveraging",
    "TensorBoard",
    "TerminateOnNaN",
    "wants_batches",
]

if not TYPE_CHECKING:  # else any name would pass the type checker
    __getattr__ = attributes.answering(__name__)
