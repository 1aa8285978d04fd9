"""What a training leaves: the model, and what there is to tell of how it came about."""

from dataclasses import dataclass

from ganglion.tables.examples import Prepared
from ganglion.tables.fitting import Fitted
from ganglion.tables.models import TableModel
from ganglion.tables.options import TrainOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A model, and what there is to tell of how it came about.

    Args:
        name: Short name of the table.
        options: What was asked for.
        model: The model, with its figures on the test rows.
        estimator: What was fitted, with the losses of its epochs.
        rows: The table's rows as the network takes them.
        told: The lines for the user.
    """

    name: str
    options: TrainOptions
    model: TableModel
    estimator: Fitted
    rows: Prepared
    told: tuple[str, ...]
