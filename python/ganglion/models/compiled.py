"""Models that have been told how to train: what is asked of that, and steps taken by hand."""

from __future__ import annotations

from typing import Any

from ganglion._base import checks
from ganglion._base.arguments import explained
from ganglion._base.attributes import UnavailableError
from ganglion._base.functions import name_of
from ganglion.callbacks.history import History
from ganglion.graphs.architectures import Architecture
from ganglion.graphs.networks import Network
from ganglion.graphs.summary import Counted
from ganglion.losses import CustomLoss, Loss
from ganglion.metrics import Metric, MetricFunction
from ganglion.models.base import BaseModel
from ganglion.models.weights import Array
from ganglion.optimizers import Optimizer
from ganglion.schedules import Constant
from ganglion.training.heads import Goals, Losses
from ganglion.training.objectives import Objective
from ganglion.training.tapes import Tapes


class CompiledModel(BaseModel):
    """A network that can be compiled, and run forward and backward by hand.

    Attributes:
        history: The figures of the last fit.
        stop_training: Whether the fit that runs ends after this epoch; callbacks set it.
    """

    history: History
    stop_training: bool
    _tapes: Tapes
    _compiled: Objective | None

    def _take_up(self, architecture: Architecture, network: Network) -> None:
        super()._take_up(architecture, network)
        self._tapes = Tapes(self._subject)
        self._compiled = None
        self.history = History()
        self.stop_training = False

    @explained
    def compile(
        self,
        optimizer: str | Optimizer = "adam",
        loss: Losses = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        loss_weights: Any = None,
    ) -> None:
        """Say how to train: afresh, the optimizer remembers nothing of an earlier fit.

        Args:
            optimizer: A record of `ganglion.optimizers`, or a name for its default settings.
            loss: A record of `ganglion.losses`, a name, or a function
                `(targets, predictions, row_weights) -> (loss, gradient)`, which writes into none.
                None: those on tensors, and regularizers, are all.
            metrics: Records of `ganglion.metrics`, names, or functions `(targets, outputs) ->
                value`, called at an epoch's end with all its rows, which write into none. Every row
                counts the same.
            weighted_metrics: Records or names; each row counts its `sample_weight`.
            loss_weights: What each output's loss counts in the sum that is trained on; None: 1.

        Loss, `loss_weights` and metrics are one for all outputs; or one for each, in a list in
        their order, or by name. An output that is named with no loss, or None, is not trained, and
        has no metrics. An output's metrics are one or a list of them; a list alone holds those of
        an only output, and else one or a list for each. Figures of several outputs are named after
        those.

        Raises:
            TypeError: When something is neither name, record nor number; when a function cannot be
                called so.
            ValueError: For an unknown name; when something does not fit the outputs, or there are
                not as many; when there is nothing to train.
        """
        goals = Goals(loss, loss_weights, metrics, weighted_metrics)
        self._compiled = self._new_objective(optimizer, goals)

    def _new_objective(self, optimizer: str | Optimizer, goals: Goals) -> Objective:
        objective = Objective(self._model, self.architecture.outputs, optimizer, goals)
        objective.training.prepare()  # so that what cannot be trained is refused here
        return objective

    @explained
    def forward(self, x: Any, *, input_gradient: bool = False) -> Any:
        """Return the outputs as training sees them, dropout and all; `backward` may follow.

        Args:
            x: Inputs, shape `(rows, ...)`.
            input_gradient: Whether backward will give the gradient of x.

        Raises:
            TypeError: When `input_gradient` is neither True nor False, or x holds no numbers.
            ValueError: When x does not fit.
        """
        return self._tapes.forward(x, input_gradient=input_gradient)

    @explained
    def backward(self, dy: Any) -> Any:
        """Go back through the last forward pass, once, and write `gradient_vector`.

        It is 0 for layers that are not trainable.

        Args:
            dy: Gradient of the loss with respect to the outputs, in their shapes; of several a
                list, or a dictionary by their names.

        Returns:
            The gradient with respect to x, in its shape, if `forward` was to keep it: of several
            inputs a list, or a dictionary by their names, as the model was made with.
        """
        return self._tapes.backward(dy)

    @explained
    def apply_gradients(self) -> None:
        """Take a step of the optimizer along `gradient_vector`.

        What `backward` gives no gradient of stays: layers that are not trainable, and those that
        outputs depend on through `stop_gradient` alone. One that is 0 is a gradient.

        Raises:
            ValueError: When the gradient is not finite, or there is none: no `backward` since the
                last step or fit, by a caller who has no `gradient_vector` to write one into.
            LossNotFiniteError: When the parameters, or squares of gradients that the optimizer
                remembers, would no longer be; they and the optimizer are as they were.
        """
        self._objective("apply_gradients").apply_gradients(self._tapes.tape_to_step)
        self._tapes.drop_gradient()

    @property
    def gradient_vector(self) -> Array:
        """The gradient of the last backward pass, shape `(parameters,)`: a view, to be written too.

        A step goes along what is in it, and for those who have it needs no `backward` before.
        """
        self._tapes.share_gradients()
        return super().gradient_vector

    @property
    def optimizer(self) -> Optimizer:
        """The optimizer given to `compile`."""
        return self._objective_told("optimizer").optimizer

    @property
    def loss(self) -> Any:
        """The loss given to `compile`; of a model with several outputs, theirs by name."""
        heads = self._objective_told("loss").heads
        named = {head.name: head.loss for head in heads}
        return named if len(self.output_names) > 1 else next(iter(named.values()), None)

    def _losses_of_outputs(self) -> list[Counted]:
        heads = [] if self._compiled is None else self._compiled.heads
        of_several = len(self.output_names) > 1
        return [
            (_told(head.loss) + (f" of {head.name}" if of_several else ""), head.factor)
            for head in heads
        ]

    @property
    def metrics(self) -> list[Metric | MetricFunction]:
        """The metrics given to `compile`, those that are weighted last."""
        return [
            figure.metric
            for head in self._objective_told("metrics").heads
            for figure in head.figures
        ]

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next step; writing it replaces rate or schedule."""
        return float(self._objective_told("learning_rate").rates(1)[0])

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        checks.non_negative("learning_rate", rate)
        self._objective_told("learning_rate").schedule = Constant(float(rate))

    def _objective(self, call: str) -> Objective:
        """Return what `compile` has made, for a call that needs it."""
        if self._compiled is None:
            raise ValueError(_uncompiled(call))
        return self._compiled

    def _objective_told(self, name: str) -> Objective:
        """Return it for an attribute that tells of it, and is not there before."""
        if self._compiled is None:
            raise UnavailableError(_uncompiled(name))
        return self._compiled


def _uncompiled(what: str) -> str:
    return f"{what}: the model is not compiled, call compile first"


def _told(loss: Loss | CustomLoss) -> str:
    return loss.name if isinstance(loss, Loss) else name_of(loss)
