"""What one may ask of any model: its sizes, its parameters, its predictions, and to be saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ganglion import _core
from ganglion._base import attributes, checks, precision
from ganglion._base.arguments import explained
from ganglion._base.arrays import as_samples, refuse_not_finite, rows_at_once, unfolded
from ganglion._base.frames import labels_of
from ganglion._base.messages import say
from ganglion._base.scaling import InputScale
from ganglion.graphs import builders, summary
from ganglion.graphs.architectures import Architecture
from ganglion.graphs.networks import Network
from ganglion.layers import Layer
from ganglion.models import file_format
from ganglion.training.passes import Parametrized

if TYPE_CHECKING:
    from ganglion.inference import Predictor

Array = NDArray[Any]

_OF_LAYERS = {  # what models of other packages have that change
    "add": "Sequential([...]), which takes all layers at once",
    "pop": "Sequential([...]), which takes all layers at once",
}
_BATCH = 256  # rows predicted at a time when the caller names no number


class Model:
    """Layers with their parameters; `Sequential` says what the arguments are."""

    def __init__(
        self,
        layers: Sequence[Layer],
        *,
        input_size: int,
        dtype: str = "float32",
        seed: int = 0,
        rescale: float = 1.0,
    ) -> None:
        architecture = Architecture(layers, input_size, dtype, seed, rescale)
        network = architecture.network()
        self._take_up(architecture, network)
        network.initialize(self.parameter_vector, self.seed)

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
        scale = InputScale(architecture.rescale, network.normalization)
        self._model = Parametrized(network, store, chosen, scale, architecture.seed)
        self._predictor = self._model.predictor(_BATCH)

    if not TYPE_CHECKING:  # else any name would pass the type checker

        def __getattr__(self, name: str) -> NoReturn:
            raise attributes.missing_of(self, name, _OF_LAYERS)

    def __repr__(self) -> str:
        layers = ", ".join(repr(layer) for layer in self.layers)
        return f"{type(self).__name__}([{layers}], input_size={self.input_size})"

    @property
    def layers(self) -> Sequence[Layer]:
        """What the network is made of, first layer first."""
        return self.architecture.layers

    @property
    def input_size(self) -> int:
        """Columns of the inputs."""
        return self._model.network.input_size

    @property
    def output_size(self) -> int:
        """Columns of the outputs."""
        return self._model.network.output_size

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
    def predict(self, x: ArrayLike, batch_size: int | None = None) -> Array:
        """Return the output layer's values, shape `(samples, outputs)`.

        Any number of threads may call it at once, and beside `evaluate`. A row's bits do not depend
        on its batch.

        Args:
            x: Inputs, shape `(samples, ...)`.
            batch_size: Rows worked on at a time; None: up to 256.

        Raises:
            RuntimeError: While another thread trains the network; see `predictor`.
        """
        model = self._model
        table = as_samples("predict", x, self.input_size)
        samples = table.shape[0]
        predictor = self._predictor
        if batch_size is not None:
            checks.positive_count("batch_size", batch_size)
            predictor = model.predictor(min(int(batch_size), samples))
        out = np.empty((samples, self.output_size), model.precision.dtype)
        with model.store.access.reading("predict"):
            if not self._write_outputs(predictor, table, out):
                refuse_not_finite("predict", "X", table, model.precision, model.scale, labels_of(x))
        return out

    def _write_outputs(self, predictor: _core.Predictor, table: Any, out: Array) -> bool:
        """Write a checked table's outputs; return whether all inputs were finite, if none changed.

        Rows of a sparse matrix are unfolded some at a time.
        """
        finite, step, scale = True, rows_at_once(table), self._model.scale
        for first in range(0, len(out), step):
            part = slice(first, first + step)
            rows = unfolded(table[part])
            finite &= predictor.predict([(rows, scale.factor, scale.columns)], [out[part]])
        return finite

    def _outputs(self, table: Any) -> Array:
        """Return the outputs for a table as `as_samples` gives it, not checked any more."""
        out = np.empty((table.shape[0], self.output_size), self._model.precision.dtype)
        self._write_outputs(self._predictor, table, out)
        return out

    @explained
    def __call__(self, x: ArrayLike) -> Array:
        """Return the same as `predict`."""
        return self.predict(x)

    def predictor(self) -> Predictor:
        """Return the network as it is now, immutable, to call for a row or a batch at a time.

        It may be called while the network is trained on.
        """
        from ganglion.inference import Predictor

        recipe = (builders.graph_of, (self.layers, self.input_size))
        columns = self._model.scale.columns
        with self._model.store.access.reading("predictor"):
            return Predictor(recipe, self.dtype, self.parameter_vector, self.rescale, columns)

    @property
    def parameter_vector(self) -> Array:
        """All weights and biases, shape `(parameters,)`: a view, writing to it changes them."""
        return self._model.store.values

    @property
    def gradient_vector(self) -> Array:
        """The gradient of the last backward pass, shape `(parameters,)`: a view."""
        return self._model.store.gradients

    @property
    def parameter_names(self) -> list[str]:
        """The parameters' names, in the order of `parameter_vector`."""
        return [parameter.name for parameter in self._model.network.parameters]

    def count_params(self) -> int:
        """Return the number of weights and biases."""
        return int(self.parameter_vector.size)

    def get_weights(self) -> list[Array]:
        """Return copies of the weights `(inputs, units)` and biases `(units,)`, layer by layer."""
        with self._model.store.access.reading("get_weights"):
            return [part.copy() for part in self._model.network.split(self.parameter_vector)]

    @explained
    def set_weights(self, weights: Sequence[ArrayLike]) -> None:
        """Replace the weights by such a list as `get_weights` returns."""
        joined = self._model.network.join(weights, self.dtype)
        with self._model.store.access.changing("set_weights"):
            self.parameter_vector[:] = joined

    @explained
    def theta(self, j: int) -> Array:
        """Return layer j's parameters as lectures write them: the bias is column 0.

        Args:
            j: The layer the connections leave, from 1: the input layer.

        Returns:
            A copy, shape `(units of layer j + 1, 1 + units of layer j)`.
        """
        with self._model.store.access.reading("theta"):
            return self._model.network.theta(self.parameter_vector, j)

    @explained
    def summary(self) -> None:
        """Write a table of the layers, their outputs and numbers of parameters to stdout."""
        say(summary.describe(self.layers, self.input_size))

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
