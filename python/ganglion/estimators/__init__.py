"""scikit-learn's estimators on Ganglion's core; `ganglion.neural_network` shows them to users."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def needs_scikit_learn(module: str) -> Iterator[None]:
    """Say what is missing where scikit-learn is."""
    try:
        yield
    except ModuleNotFoundError as error:
        if str(error.name).partition(".")[0] not in ("sklearn", "joblib", "scipy"):
            raise
        raise ImportError(
            f"{module} needs scikit-learn: python -m pip install scikit-learn"
        ) from error
