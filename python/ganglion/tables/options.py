"""The options of a training, checked. Imports nothing heavy: `--help` reads this module."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from ganglion import activations
from ganglion._base import checks, naming
from ganglion.tables.dialect import Dialect, dialect_of
from ganglion.tables.errors import InputError, takes_options


class Task(StrEnum):
    """What a network is trained to give: one of several classes, or a number."""

    CLASSIFICATION = "classification"
    REGRESSION = "regression"


class ClassWeight(StrEnum):
    """What rows of different classes count in training, where they do not count the same."""

    BALANCED = "balanced"


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


def _name(name: str, value: object) -> None:
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{name} must be the name of a column, got {value!r}")


def column_names(name: str, value: object) -> None:
    """Refuse what is no list of names of columns."""
    checks.listed(name, value, "names of columns")
    for column in value if isinstance(value, Sequence) else ():
        _name(name, column)


def _sizes(name: str, value: object) -> None:
    checks.listed(name, value, "sizes")
    for size in value if isinstance(value, Sequence) else ():
        checks.size(name, size)


def _task(name: str, value: object) -> None:
    if value is not None and value not in tuple(Task):
        raise ValueError(f"{name} must be one of {', '.join(Task)}, got {value!r}")


def _class_weight(name: str, value: object) -> None:
    if value is not None and value not in tuple(ClassWeight):
        raise ValueError(f"{name} must be {', '.join(ClassWeight)} or left out, got {value!r}")


RULES: Mapping[str, checks.Rule] = {
    "target": _name,
    "drop": column_names,
    "task": _task,
    "hidden": _sizes,
    "activation": _activation,
    "epochs": checks.positive_count,
    "batch_size": checks.positive_count,
    "learning_rate": checks.positive,
    "dropout": checks.fraction,
    "class_weight": _class_weight,
    "patience": checks.positive_count,
    "test_fraction": _open_fraction,
    "validation_fraction": _open_fraction,
    "seed": _seed,
    "search": checks.flag,
    "force": checks.flag,
    "quiet": checks.flag,
}


@takes_options
@dataclass(frozen=True, slots=True, kw_only=True)
class TrainOptions:
    """Everything a training can be told beside its table.

    Args:
        target: Name of the column to predict; None for a bundled set's own.
        drop: Names of columns to leave out.
        task: What to train for, "classification" or "regression"; None to decide from the target.
        hidden: Units of the hidden layers, first to last.
        activation: Activation of the hidden layers.
        epochs: Most passes over the training part.
        batch_size: Rows a step.
        learning_rate: Adam's step size.
        dropout: Share of hidden units dropped in training, in `[0, 1)`.
        class_weight: "balanced" for classes that all count the same, however rare; None for rows
            that do.
        patience: Training stops after more epochs than this without a better validation loss.
        test_fraction: Share of all rows kept for the test figures.
        validation_fraction: Share of all rows kept for early stopping.
        seed: Decides the split, the first weights, the batches and the dropout.
        search: Whether to try settings around these, and keep the best on the validation rows,
            whose figures flatter it; those on the test rows do not.
        separator: What parts the cells of a CSV file: a sign, "comma", "semicolon", "tab", "bar" or
            "blank"; None is found out.
        decimal: The decimal mark, "." or ","; None is found out.
        encoding: The encoding of a CSV file, such as "utf-8" or "cp1252"; None is found out.
        missing: Words for a missing value, beside the empty cell, one or several by commas; none:
            NA, nan, null, None and the like, where they are few.
        output: Where to write the model; None for nowhere.
        force: Whether it may take the place of anything but a model of the same target.
        report: Where to write a page on the training, which needs matplotlib; None for nowhere.
        quiet: Whether to tell nothing meanwhile but warnings.
    """

    target: str | None = None
    drop: Sequence[str] = ()
    task: Task | Literal["classification", "regression"] | None = None
    hidden: Sequence[int] = (256, 128)
    activation: str = "relu"
    epochs: int = 200
    batch_size: int = 32
    learning_rate: float = 1e-3
    dropout: float = 0.3
    class_weight: ClassWeight | Literal["balanced"] | None = None
    patience: int = 20
    test_fraction: float = 0.2
    validation_fraction: float = 0.1
    seed: int = 0
    search: bool = False
    separator: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    missing: Sequence[str] = ()
    output: str | os.PathLike[str] | None = None
    force: bool = False
    report: str | os.PathLike[str] | None = None
    quiet: bool = False

    def __post_init__(self) -> None:
        for name, rule in RULES.items():
            try:
                rule("--" + name.replace("_", "-"), getattr(self, name))
            except (TypeError, ValueError) as error:
                raise InputError(str(error)) from None
        _ = self.dialect  # which refuses what no file is written in
        if self.test_fraction + self.validation_fraction >= 1:
            raise InputError(
                f"--test-fraction {self.test_fraction} and --validation-fraction "
                f"{self.validation_fraction} leave no rows to train on"
            )

    @property
    def dialect(self) -> Dialect:
        """How a CSV file is written, as far as it is given."""
        return dialect_of(
            separator=self.separator,
            decimal=self.decimal,
            encoding=self.encoding,
            missing=self.missing,
        )
