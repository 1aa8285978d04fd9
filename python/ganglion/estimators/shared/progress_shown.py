"""The attributes by which an estimator shows how its fits have gone."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

from ganglion.callbacks.history import History
from ganglion.training.progress import Progress

_FIELDS = {  # attributes, and the fields of the record that they show
    "n_iter_": "epochs",
    "_epochs_run": "epochs_in_all",
    "t_": "samples",
    "loss_": "loss",
    "best_epoch_": "best_epoch",
    "_no_improvement_count": "waited",
    "interrupted_": "interrupted",
}
_CURVES = {  # and the figures whose curves they are
    "loss_curve_": "loss",
    "validation_scores_": "val_score",
    "validation_loss_curve_": "val_loss",
}
_CURVES_OF_ADVERSARIES = {
    "generator_loss_curve_": "generator_loss",
    "discriminator_loss_curve_": "discriminator_loss",
}
_BEST = {  # and whose best values
    "best_loss_": "loss",
    "best_validation_score_": "val_score",
    "best_validation_loss_": "val_loss",
}
_ALL_CURVES = _CURVES | _CURVES_OF_ADVERSARIES
_ONCE_KNOWN = ("best_epoch_", "loss_")  # the others are there, and may be None
OF_EPOCHS = (*_FIELDS, *_CURVES, *_BEST)
OF_LOSSES = tuple(name for name in OF_EPOCHS if (_CURVES | _BEST).get(name) != "val_score")
OF_ADVERSARIES = ("n_iter_", "_epochs_run", "interrupted_", *_CURVES_OF_ADVERSARIES)
OF_ANY_SOLVER = ("n_iter_", "loss_", "interrupted_")


def progress_of(estimator: Any) -> Progress:
    """Return what an estimator shows of the fits before; it may have been scikit-learn's."""
    shown = {name: value for name, value in vars(estimator).items() if value is not None}
    fields = {field: shown[name] for name, field in _FIELDS.items() if name in shown}
    curves = {figure: list(shown[name]) for name, figure in _ALL_CURVES.items() if name in shown}
    best = {figure: shown[name] for name, figure in _BEST.items() if name in shown}
    known = max(len(curves.get(figure, ())) for figure in ("loss", "generator_loss"))
    epochs = range(fields.get("epochs_in_all", 0))[-known:] if known else ()
    return Progress(**fields, history=History(curves, list(epochs)), best=best)


def show(progress: Progress, estimator: Any, names: Collection[str] = OF_EPOCHS) -> None:
    """Let an estimator show how its fit has gone so far, by attributes of some names."""
    curves: dict[str, list[float]] = {"loss": [], "val_loss": []} | progress.history.history
    best = {"val_loss": math.inf} | progress.best
    shown = {name: getattr(progress, field) for name, field in _FIELDS.items()}
    shown |= {name: curves.get(figure) for name, figure in _ALL_CURVES.items()}
    shown |= {name: best.get(figure) for name, figure in _BEST.items()}
    for name in names:
        if shown[name] is not None or name not in _ONCE_KNOWN:
            setattr(estimator, name, shown[name])
        else:
            vars(estimator).pop(name, None)  # it was of a fit before
