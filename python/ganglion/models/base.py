"""What one may ask of any model: its sizes, its parameters, its predictions, and to be saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Self

from ganglion import _core
from ganglion._base import attributes, checks, precision
from ganglion._base.arguments import explained
from ganglion._base.arrays import unfolded
from ganglion._base.messages import say
from ganglion._base.scaling import InputScale
from ganglion.graphs import summary
from ganglion.graphs.architectures import Architecture
from ganglion.graphs.networks import Network
from ganglion.graphs.tensors import Tensor, called
from ganglion.graphs.wirings import Nested
from ganglion.layers import Layer
from ganglion.models import file_format
from ganglion.models.weights import Array, Weights
from ganglion.training.checking import Subject
from ganglion.training.data import Arrays, Dataset, Inputs
from ganglion.training.passes import Parametrized

if TYPE_CHECKING:
    from ganglion.inference import Predictor

_OF_LAYERS = {  # what models of other packages have that change
    "add": "Sequential([...]), which takes all layers at once",
    "pop": "Sequential([...]), which takes all layers at once",
}
_BATCH = 256  # rows predicted at a time when the caller names no number


class BaseModel(Weights):
    """A network with its parameters, that predicts."""

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
        self.architecture = architecture
        chosen = precision.get(architecture.dtype)
        store = chosen.parameter_store(network.graph)
        scales = tuple(
            InputScale(architecture.rescale, port.normalization) for port in network.inputs
        )
        self._model = Parametrized(network, store, chosen, scales, architecture.seed)
        self._subject = Subject(self._model, architecture.inputs, architecture.outputs)
        self._as_layer = Nested(architecture)  # the same in each call: its weights are shared
        self._predictor = self._model.predictor(_BATCH)

    if not TYPE_CHECKING:  # else any name would pass the type checker

        def __getattr__(self, name: str) -> NoReturn:
            raise attributes.missing_of(self, name, _OF_LAYERS)

    @property
    def layers(self) -> Sequence[Layer]:
        """What the network is made of, first layer first."""
        return self.architecture.layers

    @property
    def input_size(self) -> int:
        """Columns of the inputs, of a model that has one."""
        size: int = self._only("input_size", self._model.network.inputs).columns
        return size

    @property
    def output_size(self) -> int:
        """Columns of the outputs, of a model that has one."""
        size: int = self._only("output_size", self._model.network.outputs).columns
        return size

    @property
    def input_names(self) -> list[str]:
        """What `fit` and `predict` call the inputs."""
        return list(self.architecture.inputs.names)

    @property
    def output_names(self) -> list[str]:
        """What `compile` and the history call the outputs."""
        return list(self.architecture.outputs.names)

    @property
    def dtype(self) -> str:
        """What the network computes in."""
        return self._model.precision.dtype.name

    @property
    def seed(self) -> int:
        """The seed of everything random."""
        return self._model.seed

    @property
    def rescale(self) -> float:
        """What every input is multiplied by."""
        return self.architecture.rescale

    @explained
    def predict(self, x: Arrays, batch_size: int | None = None) -> Any:
        """Return the output layer's values, shape `(samples, outputs)`.

        Of a model with several outputs it is a list, or a dictionary by their names, as the model
        was made with. Any number of threads may call it at once, and beside `evaluate`. A row's
        bits do not depend on its batch.

        Args:
            x: Inputs, shape `(samples, ...)`; of several a list, or a dictionary by their names.
            batch_size: Rows worked on at a time; None: up to 256.

        Raises:
            RuntimeError: While another thread trains the network; see `predictor`.
        """
        model = self._model
        data = self._subject.unlabelled("predict", x)
        predictor = self._predictor
        if batch_size is not None:
            checks.positive_count("batch_size", batch_size)
            predictor = model.predictor(min(int(batch_size), len(data)))
        outputs = model.new_outputs(len(data))
        with model.store.access.reading("predict"):
            if not self._write_outputs(predictor, data, outputs):
                model.refuse_inputs("predict", data)
        return self._subject.shown_outputs(outputs)

    def _write_outputs(
        self, predictor: _core.Predictor, data: Dataset, outputs: Sequence[Array]
    ) -> bool:
        """Write the outputs of checked data; return whether all inputs were finite.

        Rows of a sparse matrix are unfolded some at a time.
        """
        finite, step, scales = True, data.rows_at_once(1), self._model.scales
        for first in range(0, len(data), step):
            part = slice(first, first + step)
            feeds = [
                (unfolded(inputs.table[part]), scale.factor, scale.columns)
                for inputs, scale in zip(data.inputs, scales, strict=True)
            ]
            finite &= predictor.predict(feeds, [output[part] for output in outputs])
        return finite

    def _outputs(self, table: Any) -> Array:
        """Return the only output for a table as `as_samples` gives it, not checked any more."""
        (out,) = outputs = self._model.new_outputs(table.shape[0])
        self._write_outputs(self._predictor, Dataset((Inputs(table),), ()), outputs)
        return out

    @explained
    def __call__(self, x: Any) -> Any:
        """Return the same as `predict`; for tensors, those that come out of the model as a layer.

        As a layer its weights begin as they are when the new model is made, and are that one's own
        from then on; the same model called twice there shares them.
        """
        given = list(x.values()) if isinstance(x, Mapping) else x
        if not isinstance(given[0] if isinstance(given, list | tuple) and given else given, Tensor):
            return self.predict(x)
        tensors = self.architecture.inputs.parts("a model called on tensors", x)
        return self.architecture.outputs.gathered(called(self._as_layer, tensors, self.get_weights))

    def _only(self, name: str, ports: Sequence[Any]) -> Any:
        """Return the only one of a model's inputs or outputs."""
        if len(ports) > 1:
            raise ValueError(
                f"{name}: the model has several: {', '.join(port.name for port in ports)}"
            )
        return ports[0]

    def predictor(self) -> Predictor:
        """Return the network as it is now, immutable, to call for a row or a batch at a time.

        It may be called while the network is trained on.
        """
        from ganglion.inference import Predictor

        self._only("predictor", self._model.network.inputs)
        self._only("predictor", self._model.network.outputs)
        columns = self._model.scales[0].columns
        recipe = self.architecture.recipe
        with self._model.store.access.reading("predictor"):
            return Predictor(recipe, self.dtype, self.parameter_vector, self.rescale, columns)

    @explained
    def summary(self) -> None:
        """Write a table of the layers, their outputs and numbers of parameters to stdout."""
        say(summary.describe(self.architecture))

    @explained
    def save(self, path: str | Path, metadata: Mapping[str, str] | None = None) -> None:
        """Write architecture and parameters to a safetensors file; `ganglion.load` reads it.

        A crash leaves the old file or the new one, never half of one.

        Args:
            path: The file; it keeps its mode. A link is followed, a device or pipe written into.
            metadata: Texts to keep beside them, by name; `ganglion.files.read_metadata` gives them.
        """
        with self._model.store.access.reading("save"):
            weights = dict(zip(self.parameter_names, self.get_weights(), strict=True))
            file_format.save(Path(path), self.architecture, weights, metadata or {})
