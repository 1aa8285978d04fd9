"""The attributes by which an estimator shows how its fits have gone."""

from __future__ import annotations

from typing import Any

from ganglion.training.progress import Progress

_ATTRIBUTES = {  # and what they show
    "n_iter_": "epochs",
    "_epochs_run": "epochs_in_all",
    "t_": "samples",
    "loss_": "loss",
    "loss_curve_": "losses",
    "validation_scores_": "scores",
    "validation_loss_curve_": "validation_losses",
    "best_loss_": "best_loss",
    "best_validation_score_": "best_score",
    "best_validation_loss_": "best_validation_loss",
    "best_epoch_": "best_epoch",
    "_no_improvement_count": "waited",
    "interrupted_": "interrupted",
}
_ONCE_KNOWN = ("best_epoch_", "loss_")  # the others are there, and may be None


def progress_of(estimator: Any) -> Progress:
    """Return what an estimator shows of the fits before; it may have been scikit-learn's."""
    shown = vars(estimator)
    known = {field: shown[name] for name, field in _ATTRIBUTES.items() if name in shown}
    lists = {field: list(value) for field, value in known.items() if isinstance(value, list)}
    return Progress(**{**known, **lists})


def show(progress: Progress, estimator: Any) -> None:
    """Let an estimator show how its fit has gone so far."""
    for name, field in _ATTRIBUTES.items():
        value = getattr(progress, field)
        if value is not None or name not in _ONCE_KNOWN:
            setattr(estimator, name, value)
