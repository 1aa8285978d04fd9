"""Improvement: when a figure is better than the best one before."""


def improves(value: float, best: float, *, least: float, rises: bool, reaching: bool) -> bool:
    """Return whether a value is better than the best before; NaN never is.

    Args:
        value: The figure's value.
        best: The best before.
        least: By how much it must be better.
        rises: Whether larger values are better, or smaller ones.
        reaching: Whether exactly as much is enough, as for scikit-learn, or not, as for Keras.
    """
    bar = best + least if rises else best - least
    if value == bar:
        return reaching
    return value > bar if rises else value < bar
