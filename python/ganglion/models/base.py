"""What any model is: a network with its parameters, that predicts, and is a layer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self

from ganglion import _core
from ganglion._base import checks, shapes
from ganglion._base.arguments import explained
from ganglion.graphs.architectures import Architecture
from ganglion.graphs.networks import Network
from ganglion.graphs.tensors import Tensor, called
from ganglion.graphs.wirings import Nested
from ganglion.models.facts import Facts, only
from ganglion.models.names import Named
from ganglion.models.sizing import with_parameters
from ganglion.models.weights import Array, Weights
from ganglion.training.checking import Subject
from ganglion.training.data import Arrays, Dataset, Inputs
from ganglion.training.parametrized import KEPT, Parametrized

if TYPE_CHECKING:
    from ganglion.inference import Predictor

_BATCH = 256  # rows predicted at a time when the caller names no number
_ASK_PREDICT = "; predict takes several"


class BaseModel(Named, Facts, Weights):
    """A network with its parameters, that predicts."""

    _subject: Subject
    _as_layer: dict[bool, Nested]
    _predictor: _core.Predictor
    _sized_predictor: Callable[[tuple[int, ...]], _core.Predictor]

    @classmethod
    def of(cls, architecture: Architecture, network: Network) -> Self:
        """Return a model of the architecture's network; its parameters are zero, to be written."""
        model = cls.__new__(cls)
        model._take_up(architecture, network)
        return model

    @classmethod
    def rebuilt(cls, architecture: Architecture, parameters: Array) -> Self:
        """Return a model made of its parts, as a pickle holds them."""
        network = architecture.network()
        needed = sum(parameter.size for parameter in network.parameters)
        if parameters.shape != (needed,):
            raise ValueError(f"parameters have shape {parameters.shape}, must have ({needed},)")
        model = cls.of(architecture, network)
        model.parameter_vector[:] = parameters
        return model

    def _take_up(self, architecture: Architecture, network: Network) -> None:
        """Make everything but the first parameters."""
        self._architecture = architecture
        self._model = model = with_parameters(architecture, network)
        self._subject = Subject(model, architecture.inputs, architecture.outputs)
        # the same in each call: its weights are shared
        self._as_layer = {True: Nested(architecture), False: Nested(architecture, trainable=False)}
        self._predictor = model.of_one_step().predictor(_BATCH)
        self._sized_predictor = lru_cache(KEPT)(
            lambda columns: model.of_columns(columns).predictor(_BATCH)
        )

    @explained
    def predict(self, x: Arrays, batch_size: int | None = None) -> Any:
        """Return the output layer's values, shape `(samples, outputs)`, or that of the outputs.

        Of a model with several outputs it is a list, or a dictionary by their names, as the model
        was made with. Any number of threads may call it at once, and beside `evaluate`. A row's
        bits do not depend on its batch.

        Args:
            x: Inputs, shape `(samples, ...)`; of several a list, or a dictionary by their names.
            batch_size: Rows worked on at a time; None: up to 256.

        Raises:
            RuntimeError: While another thread trains the network; see `predictor`.
        """
        data = self._subject.unlabelled("predict", x)
        subject = self._subject.of_steps("predict", data.inputs)
        model, predictor = subject.model, self._predictor
        if model is not self._model:
            predictor = self._sized_predictor(tuple(port.columns for port in model.network.inputs))
        if batch_size is not None:
            checks.positive_count("batch_size", batch_size)
            predictor = model.predictor(min(int(batch_size), len(data)))
        outputs = model.new_outputs(len(data))
        with model.store.access.reading("predict"):
            ending = self._write_outputs(model, predictor, data, outputs)
            if ending != "complete":
                model.refuse_inputs("predict", data, ending)
        return subject.shown_outputs(outputs)

    def _write_outputs(
        self,
        model: Parametrized,
        predictor: _core.Predictor,
        data: Dataset,
        outputs: Sequence[Array],
    ) -> str:
        """Write the outputs of checked data; return how that ended, by the core's name for it.

        Rows of a sparse matrix are unfolded some at a time.
        """
        if not data.is_sparse:
            return predictor.predict(model.feeds(data), outputs)
        step, endings = data.rows_at_once(1), []
        for first in range(0, len(data), step):
            part = slice(first, first + step)
            feeds = model.feeds(data.rows(part).unfolded())
            endings.append(predictor.predict(feeds, [output[part] for output in outputs]))
        return next((ending for ending in endings if ending != "complete"), "complete")

    def _outputs(self, tables: Sequence[Any]) -> Array:
        """Return the only output for tables as `as_samples` gives them, not checked any more."""
        (out,) = outputs = self._model.new_outputs(tables[0].shape[0])
        data = Dataset(tuple(map(Inputs, tables)), ())
        self._write_outputs(self._model, self._predictor, data, outputs)
        return out

    @explained
    def __call__(self, x: Any, *, trainable: bool = True) -> Any:
        """Return the same as `predict`; for tensors, those that come out of the model as a layer.

        As a layer its weights begin as they are when the new model is made, and are that one's own
        from then on: other than in Keras, training one does not move the other. The same model
        called twice there shares them.

        Args:
            x: Inputs, or tensors.
            trainable: Whether training the new model moves them; those of the same model that are
                trained and those that are not are no longer the same.
        """
        checks.flag("trainable", trainable)
        given = list(x.values()) if isinstance(x, Mapping) else x
        if not isinstance(given[0] if isinstance(given, list | tuple) and given else given, Tensor):
            return self.predict(x)
        tensors = self.architecture.inputs.parts("a model called on tensors", x)
        layer = self._as_layer[trainable]
        return self.architecture.outputs.gathered(called(layer, tensors, self.get_weights))

    def predictor(self, steps: int | None = None) -> Predictor:
        """Return the network as it is now, immutable, to call for a row or a batch at a time.

        It may be called while the network is trained on. Samples and outputs have the shapes that
        they have for `predict`; of one sample the axis of rows is left out. Several outputs are in
        a list, or a dictionary by their names, as there.

        Args:
            steps: Of the inputs, where those may have any number; the predictor has as many.

        Raises:
            ValueError: When inputs are several, or outputs more than 64, or `steps` is missing or
                needless.
        """
        from ganglion.models.predictors import predictor_of

        port = only("predictor", "inputs", self._model.network.inputs, _ASK_PREDICT)
        if shapes.is_known(port.shape) != (steps is None):
            rule = "must be given" if steps is None else "is for inputs of any number of steps"
            raise ValueError(f"predictor: steps {rule}, inputs have shape {port.shape}")
        model = self._model
        if steps is not None:
            checks.size("steps", steps)
            model = model.of_columns([int(steps) * port.channels])
        recipe = self.architecture.of_shapes([one.shape for one in model.network.inputs]).recipe
        columns = model.scales[0].columns
        with model.store.access.reading("predictor"):
            made_of = recipe, self.dtype, self.parameter_vector, self.rescale, columns
            return predictor_of(model.network, self.architecture.outputs, made_of)
