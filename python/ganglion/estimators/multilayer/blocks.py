"""The blocks of a residual network, in the three forms that are known by their papers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ganglion.estimators.shared.hidden_layers import Activation
from ganglion.layers import Activation as ActivationLayer
from ganglion.layers import (
    BatchNormalization,
    Dense,
    Dropout,
    Layer,
    LayerNormalization,
    Residual,
)

# PyTorch's, as the papers' code has them: Keras's running moments, which keep 0.99 of themselves in
# a step, would need more steps than a fit to a few samples has.
_NORMALIZATIONS: Mapping[str, Callable[[], Layer]] = {
    "batch": lambda: BatchNormalization(momentum=0.9, epsilon=1e-5),
    "layer": lambda: LayerNormalization(epsilon=1e-5),
}
NORMALIZATIONS = tuple(_NORMALIZATIONS)


@dataclass(frozen=True, slots=True)
class Blocks:
    """Blocks of one width, each with a connection around it.

    Args:
        count: How many.
        width: Channels between them, and within them.
        form: One of `FORMS`.
        activation: Within them.
        normalization: One of `NORMALIZATIONS`, or None.
        dropout: The part of what is within a block that is zeroed while training.
    """

    count: int
    width: int
    form: str
    activation: Activation
    normalization: str | None
    dropout: float

    def layers(self) -> list[Layer]:
        """Return the layers from the inputs to the values that the output layer reads."""
        return [Dense(self.width), *_FORMS[self.form](self)]

    def tabular(self) -> list[Layer]:
        """One normalization and one activation a block: `x + W2 a(W1 n(x))`."""
        within = [*self._normalized(), Dense(self.width, self.activation), *self._dropped()]
        ending = [*self._normalized(), ActivationLayer(self.activation)]
        return [*self._repeated(within), *ending]

    def pre_activation(self) -> list[Layer]:
        """Normalization and activation before each matrix: `x + W2 a(n(W1 a(n(x))))`."""
        before = [*self._normalized(), ActivationLayer(self.activation)]
        within = [*before, Dense(self.width), *before, *self._dropped()]
        return [*self._repeated(within), *before]

    def post_activation(self) -> list[Layer]:
        """Normalization after each matrix, activation after the sum: `a(x + n(W2 a(n(W1 x))))`."""
        after = ActivationLayer(self.activation)
        within = [Dense(self.width), *self._normalized(), after, *self._dropped()]
        # What is normalized must vary: there the last matrix begins as any other.
        last = Dense(self.width) if self.normalization else self._adding_nothing()
        block = Residual([*within, last, *self._normalized()])
        return [*self._normalized(), after, *[block, after] * self.count]

    def _repeated(self, within: list[Layer]) -> list[Layer]:
        return [Residual([*within, self._adding_nothing()])] * self.count

    def _adding_nothing(self) -> Dense:
        """Return a block's last matrix, 0: sums of many blocks would begin large.

        So networks are first as if they had no blocks (Goyal et al., 2017; Zhang et al., 2019).
        """
        return Dense(self.width, kernel_initializer="zeros")

    def _normalized(self) -> list[Layer]:
        return [] if self.normalization is None else [_NORMALIZATIONS[self.normalization]()]

    def _dropped(self) -> list[Layer]:
        return [Dropout(self.dropout)] if self.dropout else []


_FORMS: Mapping[str, Callable[[Blocks], list[Layer]]] = {
    "tabular": Blocks.tabular,
    "pre_activation": Blocks.pre_activation,
    "post_activation": Blocks.post_activation,
}
FORMS = tuple(_FORMS)
