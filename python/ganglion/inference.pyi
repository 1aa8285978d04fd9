# The immutable predictor: a network's forward pass, called for a row or a batch at a time.

from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from typing_extensions import disjoint_base

MOST_OUTPUTS: int

@disjoint_base
class Predictor:
    def __new__(
        cls,
        recipe: tuple[Callable[..., Any], tuple[Any, ...]],
        dtype: str,
        weights: ArrayLike,
        rescale: float,
        columns: ArrayLike | None = None,
        channels: int | None = None,
    ) -> Self: ...
    @property
    def dtype(self) -> np.dtype[Any]: ...
    @property
    def inputs(self) -> int: ...
    @property
    def outputs(self) -> Any: ...
    @property
    def rescale(self) -> float: ...
    def _into(self, x: ArrayLike, outs: Sequence[NDArray[Any]]) -> None: ...
    def __call__(self, x: ArrayLike, *, out: Any = None) -> Any: ...
