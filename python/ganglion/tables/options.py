"""The options of `ganglion train`, checked. Imports nothing heavy: `--help` reads this module."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ganglion import activations, checks, naming
from ganglion.tables.dialect import Dialect
from ganglion.tables.errors import InputError


class Task(StrEnum):
    """What a network is trained to give: one of several classes, or a number."""

    CLASSIFICATION = "classification"
    REGRESSION = "regression"


def _open_fraction(name: str, value: object) -> None:
    checks.fraction(name, value)
    if value == 0:
        raise ValueError(f"{name} must be above 0, got {value}")


def _seed(name: str, value: object) -> None:
    checks.count(name, value)
    if isinstance(value, int) and value >= 2**32:  # the split takes no larger one
        raise ValueError(f"{name} must be below 2**32, got {value}")


def _activation(name: str, value: object) -> None:
    naming.resolve(name, value, activations.trainable_names())


RULES: Mapping[str, checks.Rule] = {
    "activation": _activation,
    "epochs": checks.positive_count,
    "batch_size": checks.positive_count,
    "learning_rate": checks.positive,
    "dropout": checks.fraction,
    "patience": checks.positive_count,
    "test_fraction": _open_fraction,
    "validation_fraction": _open_fraction,
    "seed": _seed,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainOptions:
    """Everything `ganglion train` can be told; the command line holds the defaults.

    Args:
        data: A CSV or Parquet file, or the name of a bundled set.
        dialect: How the file is written, as far as it is given.
        target: Name of the column to predict; None for a bundled set's own.
        drop: Names of columns to leave out.
        task: What to train for; None to decide from the target.
        hidden: Units of the hidden layers, first to last.
        activation: Activation of the hidden layers.
        epochs: Most passes over the training part.
        batch_size: Rows a step.
        learning_rate: Adam's step size.
        dropout: Share of hidden units dropped in training, in `[0, 1)`.
        patience: Training stops after more epochs than this without a better validation loss.
        test_fraction: Share of all rows kept for the test figures.
        validation_fraction: Share of all rows kept for early stopping.
        seed: Decides the split, the first weights, the batches and the dropout.
        output: Where to write the model; None for `<name of the data>.safetensors`.
        search: Whether to try settings around these, and keep the best.
        quiet: Whether to show no progress.
    """

    data: str
    dialect: Dialect
    target: str | None
    drop: Sequence[str]
    task: Task | None
    hidden: Sequence[int]
    activation: str
    epochs: int
    batch_size: int
    learning_rate: float
    dropout: float
    patience: int
    test_fraction: float
    validation_fraction: float
    seed: int
    output: Path | None
    search: bool
    quiet: bool

    def __post_init__(self) -> None:
        for field, rule in RULES.items():
            try:
                rule("--" + field.replace("_", "-"), getattr(self, field))
            except ValueError as error:
                raise InputError(str(error)) from None
        if self.test_fraction + self.validation_fraction >= 1:
            raise InputError(
                f"--test-fraction {self.test_fraction} and --validation-fraction "
                f"{self.validation_fraction} leave no rows to train on"
            )


def parse_hidden(text: str) -> list[int]:
    """Read the sizes of the hidden layers from text such as `128,64`; no text is no layer."""
    sizes = [word.strip() for word in text.split(",")] if text.strip() else []
    if not all(word.isascii() and word.isdigit() and int(word) > 0 for word in sizes):
        raise InputError(f"--hidden must be positive sizes such as 128,64, got {text!r}")
    return [int(word) for word in sizes]


def writable(path: Path) -> Path:
    """Return `path` when a file can be written there, before any work is spent on it."""
    if path.is_dir():
        raise InputError(f"cannot write {path}: it is a folder")
    if not path.parent.is_dir():
        raise InputError(f"cannot write {path}: no such folder: {path.parent}")
    return path
