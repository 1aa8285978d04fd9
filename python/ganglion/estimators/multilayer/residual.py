"""Deep residual networks, for classes and for numbers."""

from __future__ import annotations

from dataclasses import KW_ONLY

from sklearn.utils.validation import check_is_fitted

from ganglion._base.arguments import explained
from ganglion.activations import ActivationFunction
from ganglion.estimators.multilayer.arguments import NetworkArguments
from ganglion.estimators.multilayer.blocks import FORMS, NORMALIZATIONS, Blocks
from ganglion.estimators.multilayer.classes import NetworkClassifier
from ganglion.estimators.multilayer.outputs import output_layer
from ganglion.estimators.multilayer.parameters import STOCHASTIC
from ganglion.estimators.multilayer.scaled_inputs import ScaledInputs
from ganglion.estimators.multilayer.values import LossArgument, NetworkRegressor
from ganglion.estimators.shared.hidden_layers import ACTIVATIONS, Activation, activations_of
from ganglion.estimators.shared.parameters import AT_LEAST_1, one_of, parameter, parametrized
from ganglion.layers import Layer
from ganglion.models import Sequential


@parametrized
class BlockArguments:
    """The arguments of a residual network that come first."""

    blocks: int = parameter(AT_LEAST_1, default=3, says="How many blocks lie one after the other.")
    width: int = parameter(
        AT_LEAST_1, default=64, says="Units of every hidden layer, between the blocks and within."
    )


@parametrized
class ResNetArguments(NetworkArguments, BlockArguments):
    """What a residual network is told."""

    _: KW_ONLY
    form: str = parameter(
        one_of(FORMS),
        default="tabular",
        says='What a block adds to its input x: "tabular", `W2 a(W1 n(x))` (Gorishniy et al.,'
        ' 2021); "pre_activation", `W2 a(n(W1 a(n(x))))` (He et al., 2016); or "post_activation",'
        " `n(W2 a(n(W1 x)))`, of whose sum the activation is taken (He et al., 2015). A"
        " W2 that is added without n begins as 0.",
    )
    activation: Activation = parameter(
        one_of(ACTIVATIONS),
        ActivationFunction,
        default="relu",
        says="a: a name, or one of `ganglion.activations`.",
    )
    normalization: str | None = parameter(
        one_of(NORMALIZATIONS),
        None,
        default="batch",
        says='n: "batch" (Ioffe and Szegedy, 2015), which looks at all rows of a step alike,'
        ' whatever they count; "layer" (Ba et al., 2016); or None.',
    )
    solver: str = parameter(one_of(STOCHASTIC), default="adam")


class BaseResNet(ScaledInputs, ResNetArguments):
    """Base of the residual networks."""

    _net: Sequential

    @property
    def model_(self) -> Sequential:
        """The network of a fitted estimator, as it is now: its `predictor()`, `save`, `summary()`.

        It takes what `scaler_` gives, and gives what the loss compares: probabilities; logarithms
        of means, for "poisson"; numbers in the scale of `target_scaler_`.

        Raises:
            NotFittedError: Which is an AttributeError and a ValueError.
        """
        check_is_fitted(self)
        return self._net

    def _layers(self) -> list[Layer]:
        (activation,) = activations_of(self.activation, 1)
        settings = self.form, activation, self.normalization, self.dropout
        blocks = Blocks(int(self.blocks), int(self.width), *settings)
        return [*blocks.layers(), output_layer(self.n_outputs_, self.out_activation_)]

    def _new_net(self, features: int, dtype: str) -> Sequential:
        seed = self._random_state.randint(2**31)
        return Sequential(self._layers(), input_size=features, dtype=dtype, seed=seed)

    def _check_goes_on(self) -> None:
        if self._layers() != list(self._net.layers):
            self._refuse_to_go_on(
                "blocks", "width", "form", "activation", "normalization", "dropout"
            )


@explained
@parametrized
class ResNetClassifier(NetworkClassifier, BaseResNet):
    """A deep residual network for classes (He et al., 2015).

    A dense layer, blocks whose input is added to what comes out of them, and an output layer; as a
    graph `Dense(width)`, `blocks` times a `Residual`, n and a where a form ends with them, and
    `Dense(outputs)`. What is not said here is as in `MLPClassifier`.

    Args:
        {parameters}
    """


@explained
@parametrized
class ResNetRegressor(NetworkRegressor, BaseResNet, LossArgument):
    """A deep residual network for numbers (He et al., 2015).

    A dense layer, blocks whose input is added to what comes out of them, and an output layer; as a
    graph `Dense(width)`, `blocks` times a `Residual`, n and a where a form ends with them, and
    `Dense(outputs)`. What is not said here is as in `MLPRegressor`.

    Args:
        {parameters}
    """
