"""What an initializer is: a frozen record that draws first values by a seed and a stream."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Initializer(ABC):
    """Base of the initializers."""

    name: ClassVar[str]

    @abstractmethod
    def values(self, fan_in: int, fan_out: int, seed: int, stream: int) -> Values:
        """Return first values of shape `(fan_in, fan_out)`, the same for the same arguments."""
