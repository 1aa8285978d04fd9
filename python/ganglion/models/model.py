"""The model that trains: layers on tensors, from inputs to outputs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ganglion._base.arguments import explained
from ganglion._base.arrays import check_finite
from ganglion._base.precision import DType, named
from ganglion.callbacks import Callback
from ganglion.callbacks.bars import Verbosity
from ganglion.callbacks.history import History
from ganglion.graphs.architectures import Architecture
from ganglion.graphs.ends import wired
from ganglion.losses import Loss
from ganglion.models.facts import only
from ganglion.models.saving import SavedModel
from ganglion.models.weights import Array
from ganglion.training import model_fits, requests
from ganglion.training.class_weights import ClassWeight
from ganglion.training.data import Arrays
from ganglion.training.requests import Arguments


@explained
class Model(SavedModel):
    """A network of layers called on tensors, trained by `compile` and `fit`.

    Args:
        inputs: A tensor of `gn.Input`, a list of them, or a dictionary by name.
        outputs: Likewise what comes out.
        losses: What is made small beside the losses of outputs: losses called on tensors, such as
            `0.1 * gn.losses.NormalKL()([mean, log_variance])`, one, a list, or a dictionary by the
            names that they are reported as.
        dtype: What it computes in, "float32" or "float64", by name or as NumPy's types.
        seed: Decides the first weights, the order of samples and the dropout: the same seed, data
            and arguments give the same bits, on any number of threads.
        rescale: What every input is multiplied by on its way in: 1/255 for images of bytes.

    Raises:
        TypeError: When something is no tensor.
        ValueError: When an argument is out of its range, or outputs do not come from the inputs.
    """

    def __init__(
        self,
        inputs: Any,
        outputs: Any,
        *,
        losses: Any = None,
        dtype: DType = "float32",
        seed: int = 0,
        rescale: float = 1.0,
    ) -> None:
        trace, wiring = wired(inputs, outputs, losses, named(dtype), seed, rescale)
        self._begin(wiring)
        for call in trace.calls:
            if call.weights is not None:
                self._write_weights(f"layers.{trace.place(call.layer)}.", call.weights())

    def _begin(self, architecture: Architecture) -> None:
        """Make everything, the first parameters too."""
        network = architecture.network()
        self._take_up(architecture, network)
        network.initialize(self.parameter_vector, self.seed)

    def _write_weights(self, prefix: str, weights: Sequence[Array]) -> None:
        """Write the parameters whose names begin so; those of another type may be too large."""
        parts = self._model.network.split(self.parameter_vector)
        names = self.parameter_names
        begun = [one for one in zip(names, parts, strict=True) if one[0].startswith(prefix)]
        for (name, part), values in zip(begun, weights, strict=True):
            check_finite(type(self).__name__, name, values, self._model.precision)
            part[:] = values

    def __repr__(self) -> str:
        inputs, outputs = ", ".join(self.input_names), ", ".join(self.output_names)
        sizes = f"{len(self.layers)} layers, {self.count_params():,} parameters"
        unusual = self._unusual()
        return f"<{type(self).__name__} of {sizes}, {inputs} to {outputs}{unusual}>"

    def _unusual(self) -> str:
        """Return what the model was made with beside its layers, where that is unusual."""
        dtype = "" if self.dtype == "float32" else f", dtype={self.dtype!r}"
        return dtype + ("" if self.rescale == 1 else f", rescale={self.rescale!r}")

    @explained
    def fit(
        self,
        x: Arrays | Iterable[Any],
        y: Arrays | None = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Verbosity = "auto",
        callbacks: Sequence[Callback] | None = None,
        validation_split: float = 0.0,
        validation_data: Sequence[Any] | Arrays | None = None,
        shuffle: bool = True,
        class_weight: ClassWeight | None = None,
        sample_weight: Arrays | None = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
    ) -> History:
        """Train.

        Args:
            x: Inputs, shape `(samples, ...)`, of numbers of any type, converted batch by batch; or
                an iterable of batches `(x, y)` or `(x, y, sample_weight)`.
            y: Targets: class numbers `(samples,)`, or values `(samples,)` or `(samples, outputs)`.
                Of several inputs or outputs x and y are lists, or dictionaries by name. None where
                no output has a loss.
            batch_size: Samples a step; None: 32, or all of fewer.
            epochs: Number of the epoch to stop before: passes over the data, from `initial_epoch`.
            verbose: 1 shows a progress bar, 2 a line an epoch, 0 nothing; "auto" a bar where one
                can be drawn, and else lines.
            callbacks: Called in this order.
            validation_split: The part of the samples, the last ones, to validate on.
            validation_data: `(x, y)` or `(x, y, sample_weight)` to validate on; x alone where no
                output has a loss.
            shuffle: Whether each epoch takes the samples in a random order of its own.
            class_weight: What the samples of a class count in the loss that is trained on, and
                nowhere else: a mapping, 1 for classes not named; one a class in their order; or
                "balanced", by which all classes that are there count as much.
            sample_weight: What each sample counts in the losses of outputs and in
                `weighted_metrics`, and not in losses on tensors, shape `(samples,)`; of several
                outputs it is for all, or by name.
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
            call="fit",
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
        work = requests.prepare(self, self._subject, self._objective("fit"), x, y, arguments)
        self._tapes.drop_gradient()
        return model_fits.fit(work)

    @explained
    def train_on_batch(
        self,
        x: Arrays,
        y: Arrays | None = None,
        sample_weight: Arrays | None = None,
        class_weight: ClassWeight | None = None,
    ) -> dict[str, float]:
        """Take one step on one batch and return its figures; arguments are those of `fit`."""
        objective = self._objective("train_on_batch")
        data = requests.training_batch(
            "train_on_batch", self._subject, objective, (x, y, sample_weight), class_weight
        )
        self._tapes.drop_gradient()
        return model_fits.train_on_batch(objective, data)

    @explained
    def evaluate(
        self,
        x: Arrays,
        y: Arrays | None = None,
        batch_size: int | None = None,
        sample_weight: Arrays | None = None,
    ) -> dict[str, float]:
        """Return the loss and the metrics; arguments are those of `fit`."""
        objective = self._objective("evaluate")
        data = self._subject.dataset("evaluate", objective, x, y, sample_weight)
        return model_fits.evaluate(objective, requests.evaluation_source(data, batch_size))

    @explained
    def predict_proba(self, x: Arrays, batch_size: int | None = None) -> Any:
        """Return probabilities, put together as what `predict` gives; its arguments are these.

        They are the outputs of a network that ends in softmax or sigmoid. Else outputs are logits
        as the loss given to `compile` reads them: a row's add up to 1 under cross_entropy, each is
        that of a yes under binary_cross_entropy.

        Raises:
            ValueError: When the loss has no probabilities, or the network is not compiled.
        """
        ports = self._model.network.outputs
        if only("predict_proba", "outputs", ports, "; predict gives theirs").is_probability:
            return self.predict(x, batch_size)
        loss = self._objective("predict_proba").only_head.loss
        if not isinstance(loss, Loss):
            raise ValueError("predict_proba: the loss is a function: nothing says what outputs are")
        outputs = self.architecture.outputs
        (logits,) = outputs.parts("predict_proba", self.predict(x, batch_size))
        return outputs.gathered([loss.probabilities(logits)])

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy class, architecture, parameters and what is none of this package's.

        What `compile` was told, and the history, are not kept.
        """
        return type(self).rebuilt, self._parts(), self._own_attributes() or None

    def _parts(self) -> tuple[Architecture, Array]:
        """Return what the model is made of again, as a pickle holds it."""
        with self._model.store.access.reading("pickle"):
            return self.architecture, self.parameter_vector.copy()
