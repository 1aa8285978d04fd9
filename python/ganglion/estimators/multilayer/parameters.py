"""What the parameters of the estimators may be, as scikit-learn checks them."""

from typing import Any

import numpy as np

from ganglion.estimators.shared.hidden_layers import sizes_of

STOCHASTIC = ("sgd", "adam")  # the solvers that go sample by sample

# What only the stochastic solvers know.
OF_STOCHASTIC = ("dropout", "clip_norm", "weight_decay", "lr_schedule", "warmup_steps")


def hidden_sizes(given: Any, layers: int | None, width: int | None) -> list[int]:
    """Return the units of each hidden layer.

    Args:
        given: Them, or those of the only layer.
        layers: How many, in place of `given`, if it or `width` is there.
        width: Units of each.

    Raises:
        ValueError: When one is not a positive whole number.
    """
    if layers is not None or width is not None:
        given = [100 if width is None else width] * (1 if layers is None else layers)
    return sizes_of(given)


def levels_of(loss: str, quantile: Any) -> tuple[float, ...]:
    """Return one or several levels of quantiles, none of another loss.

    Raises:
        ValueError: When they are no numbers inside (0, 1).
    """
    if loss != "quantile":
        return ()
    try:
        levels = np.atleast_1d(np.asarray(quantile, np.float64))
    except (TypeError, ValueError):
        levels = np.empty(0)
    if levels.ndim != 1 or not levels.size or not ((levels > 0) & (levels < 1)).all():
        raise ValueError(f"quantile is {quantile!r}, must be inside (0, 1), or a list")
    return tuple(levels.tolist())
