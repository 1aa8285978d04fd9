"""The model that trains: layers one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from numpy.typing import ArrayLike

from ganglion._base import checks
from ganglion._base.arguments import explained
from ganglion.callbacks import Callback
from ganglion.callbacks.bars import Verbosity
from ganglion.callbacks.history import History
from ganglion.graphs.architectures import Architecture
from ganglion.graphs.networks import Network
from ganglion.losses import CustomLoss, Loss
from ganglion.metrics import Metric, MetricFunction
from ganglion.models.model import Array, Model
from ganglion.optimizers import Optimizer
from ganglion.schedules import Constant
from ganglion.training import loop, requests
from ganglion.training.class_weights import ClassWeight
from ganglion.training.objectives import Objective
from ganglion.training.requests import Arguments
from ganglion.training.tallies import Wanted
from ganglion.training.tapes import Tapes


@explained
class Sequential(Model):
    """Layers one after the other, trained by `compile` and `fit`.

    Args:
        layers: What the network is made of, first layer first.
        input_size: Columns of the inputs.
        dtype: What it computes in, "float32" or "float64".
        seed: Decides the first weights, the order of samples and the dropout: the same seed, data
            and arguments give the same bits, on any number of threads.
        rescale: What every input is multiplied by on its way in: 1/255 for images of bytes.

    Raises:
        ValueError: When an argument is out of its range or a name is unknown.
    """

    def _take_up(self, architecture: Architecture, network: Network) -> None:
        super()._take_up(architecture, network)
        self._tapes = Tapes(self._model)
        self._compiled: Objective | None = None
        self.history = History()
        self.stop_training = False

    @explained
    def compile(
        self,
        optimizer: str | Optimizer = "adam",
        loss: str | Loss | CustomLoss | None = None,
        metrics: Wanted = (),
        weighted_metrics: Wanted = (),
    ) -> None:
        """Say how to train: afresh, the optimizer remembers nothing of an earlier fit.

        Args:
            optimizer: A record of `ganglion.optimizers`, or a name for its default settings.
            loss: A record of `ganglion.losses`, a name, or a function
                `(targets, predictions, row_weights) -> (loss, gradient)`.
            metrics: Records of `ganglion.metrics`, names, or functions `(targets, outputs) ->
                value`, called at an epoch's end with all its rows. Every row counts the same.
            weighted_metrics: Records or names; each row counts its `sample_weight`.
        """
        objective = Objective(self._model, optimizer, loss, metrics, weighted_metrics)
        objective.training.prepare()  # so that what cannot be trained is refused here
        self._compiled = objective

    @explained
    def fit(
        self,
        x: ArrayLike | Iterable[Any],
        y: ArrayLike | None = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Verbosity = "auto",
        callbacks: Sequence[Callback] | None = None,
        validation_split: float = 0.0,
        validation_data: Sequence[ArrayLike] | None = None,
        shuffle: bool = True,
        class_weight: ClassWeight | None = None,
        sample_weight: ArrayLike | None = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
    ) -> History:
        """Train.

        Args:
            x: Inputs, shape `(samples, ...)`, of numbers of any type, converted batch by batch; or
                an iterable of batches `(x, y)` or `(x, y, sample_weight)`.
            y: Targets: class numbers `(samples,)`, or values `(samples,)` or `(samples, outputs)`.
            batch_size: Samples a step; None: 32, or all of fewer.
            epochs: Number of the epoch to stop before: passes over the data, from `initial_epoch`.
            verbose: 1 shows a progress bar, 2 a line an epoch, 0 nothing; "auto" a bar where one
                can be drawn, and else lines.
            callbacks: Called in this order.
            validation_split: The part of the samples, the last ones, to validate on.
            validation_data: `(x, y)` or `(x, y, sample_weight)` to validate on.
            shuffle: Whether each epoch takes the samples in a random order of its own.
            class_weight: What the samples of a class count in the loss that is trained on, and
                nowhere else: a mapping, 1 for classes not named; one a class in their order; or
                "balanced", by which all classes that are there count as much.
            sample_weight: What each sample counts in the losses and in `weighted_metrics`, shape
                `(samples,)`.
            initial_epoch: The first epoch's number.
            steps_per_epoch: Batches an epoch, for an iterable that does not end.

        Returns:
            The loss and the metrics of every epoch, also in `history`, and there after Ctrl-C too.

        Raises:
            ValueError: When an argument does not fit; the model is as it was.
            RuntimeError: While another call uses the model, within a callback too; it goes on.
            LossNotFiniteError: When the loss is no longer finite; weights and optimizer are those
                before the epoch; where the optimizer remembers over 16 MB, it begins afresh.
        """
        arguments = Arguments(
            batch_size=batch_size,
            epochs=epochs,
            initial_epoch=initial_epoch,
            verbose=verbose,
            callbacks=() if callbacks is None else callbacks,
            validation_split=validation_split,
            validation_data=validation_data,
            shuffle=shuffle,
            class_weight=class_weight,
            sample_weight=sample_weight,
            steps_per_epoch=steps_per_epoch,
        )
        work = requests.prepare(self, self._model, self._objective("fit"), x, y, arguments)
        return loop.fit(work, range(initial_epoch, epochs))

    @explained
    def train_on_batch(
        self,
        x: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        class_weight: ClassWeight | None = None,
    ) -> dict[str, float]:
        """Take one step on one batch and return its figures; arguments are those of `fit`."""
        objective = self._objective("train_on_batch")
        data = requests.training_batch(
            "train_on_batch", self._model, objective, (x, y, sample_weight), class_weight
        )
        return loop.train_on_batch(objective, data)

    @explained
    def evaluate(
        self,
        x: ArrayLike,
        y: ArrayLike,
        batch_size: int | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> dict[str, float]:
        """Return the loss and the metrics; arguments are those of `fit`."""
        objective = self._objective("evaluate")
        data = requests.dataset("evaluate", self._model, objective, x, y, sample_weight)
        return loop.evaluate(objective, requests.evaluation_source(data, batch_size))

    @explained
    def predict_proba(self, x: ArrayLike, batch_size: int | None = None) -> Array:
        """Return probabilities, shape `(samples, outputs)`; arguments are those of `predict`.

        They are the outputs of a network that ends in softmax or sigmoid. Else outputs are logits
        as the loss given to `compile` reads them: a row's add up to 1 under cross_entropy, each is
        that of a yes under binary_cross_entropy.

        Raises:
            ValueError: When the loss has no probabilities, or the network is not compiled.
        """
        network = self._model.network
        if network.graph.is_probability(network.output):
            return self.predict(x, batch_size)
        loss = self._objective("predict_proba").loss
        if not isinstance(loss, Loss):
            raise ValueError("predict_proba: the loss is a function: nothing says what outputs are")
        return loss.probabilities(self.predict(x, batch_size))

    @explained
    def forward(self, x: ArrayLike, *, input_gradient: bool = False) -> Array:
        """Return the outputs as training sees them, dropout and all; `backward` may follow.

        Args:
            x: Inputs, shape `(rows, ...)`.
            input_gradient: Whether backward will give the gradient of x.
        """
        return self._tapes.forward(x, input_gradient=input_gradient)

    @explained
    def backward(self, dy: ArrayLike) -> Array | None:
        """Go back through the last forward pass, once, and write `gradient_vector`.

        Args:
            dy: Gradient of the loss with respect to the outputs, shape `(rows, outputs)`.

        Returns:
            The gradient with respect to x, shape `(rows, inputs)`, if `forward` was to keep it.
        """
        return self._tapes.backward(dy)

    def apply_gradients(self) -> None:
        """Take a step of the optimizer along `gradient_vector`."""
        self._objective("apply_gradients").apply_gradients()

    @property
    def optimizer(self) -> Optimizer:
        """The optimizer given to `compile`."""
        return self._objective("optimizer").optimizer

    @property
    def loss(self) -> Loss | CustomLoss:
        """The loss given to `compile`."""
        return self._objective("loss").loss

    @property
    def metrics(self) -> list[Metric | MetricFunction]:
        """The metrics given to `compile`, those that are weighted last."""
        return [figure.metric for figure in self._objective("metrics").figures]

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next step; writing it replaces rate or schedule."""
        return float(self._objective("learning_rate").rates(1)[0])

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        checks.non_negative("learning_rate", rate)
        self._objective("learning_rate").schedule = Constant(float(rate))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy architecture and parameters; what `compile` was told is not kept."""
        with self._model.store.access.reading("pickle"):
            return Sequential.rebuilt, (self.architecture, self.parameter_vector.copy())

    def _objective(self, call: str) -> Objective:
        if self._compiled is None:
            raise ValueError(f"{call}: the model is not compiled, call compile first")
        return self._compiled
