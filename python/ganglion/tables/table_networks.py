"""What the estimators of tables share: data frames as they are, and a network that embeds texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils.validation import (
    check_array,
    check_is_fitted,
    check_X_y,
    column_or_1d,
    validate_data,
)

from ganglion._base.arrays import Array
from ganglion._base.messages import warn
from ganglion.activations import ActivationFunction
from ganglion.estimators.multilayer.arguments import NetworkArguments
from ganglion.estimators.multilayer.base import BaseNetwork
from ganglion.estimators.multilayer.mlp import draw, hidden_layers, shown
from ganglion.estimators.multilayer.outputs import output_layer, outputs_of
from ganglion.estimators.multilayer.parameters import STOCHASTIC
from ganglion.estimators.shared.hidden_layers import (
    ACTIVATIONS,
    Activation,
    activations_of,
    sizes_of,
)
from ganglion.estimators.shared.parameters import (
    AT_LEAST_1,
    NOT_NEGATIVE,
    one_of,
    parameter,
    parametrized,
    with_default,
)
from ganglion.estimators.shared.threads import limited
from ganglion.layers import Layer
from ganglion.models import Model
from ganglion.tables.errors import InputError
from ganglion.tables.features import Encoded, Features, fit_columns
from ganglion.tables.marks import settled
from ganglion.tables.networks import network, teach_unknown
from ganglion.tables.reading import Table, as_table
from ganglion.tables.survey import reading
from ganglion.training.data import Dataset


@parametrized
class LayerArguments:
    """The arguments of a network of tables that come first."""

    hidden_layer_sizes: int | Sequence[int] = parameter(
        "array-like", AT_LEAST_1, default=(256, 128)
    )
    activation: Activation | Sequence[Activation] = parameter(
        one_of(ACTIVATIONS), ActivationFunction, "array-like", default="relu"
    )
    _: KW_ONLY
    solver: str = parameter(one_of(STOCHASTIC), default="adam")


@parametrized
class TableArguments(NetworkArguments, LayerArguments):
    """What a network of tables is told; the defaults are those of `ganglion train`."""

    _: KW_ONLY
    alpha: float = parameter(
        NOT_NEGATIVE,
        default=0.0,
        says="The penalty is on the vectors of texts too; with one, each step moves all of them.",
    )
    batch_size: int | str = with_default(NetworkArguments, "batch_size", default=32)
    tol: float = with_default(NetworkArguments, "tol", default=0.0)
    early_stopping: bool = with_default(NetworkArguments, "early_stopping", default=True)
    early_stopping_metric: str | Callable[..., float] = with_default(
        NetworkArguments, "early_stopping_metric", default="loss"
    )
    n_iter_no_change: float = with_default(NetworkArguments, "n_iter_no_change", default=20)
    dropout: float = with_default(NetworkArguments, "dropout", default=0.3)


class BaseTable(BaseNetwork, TableArguments):
    """Base of the estimators of tables.

    Beside frames and arrays they take rows that are encoded already, as `ganglion train` has them.
    """

    features_: Features
    _column_names: list[str]

    @property
    def model_(self) -> Model:
        """The network of a fitted estimator, as it is now: its `save`, `summary()`.

        It takes what `features_` makes of the rows, and gives what the loss compares:
        probabilities; logarithms of means, for "poisson"; numbers in the scale of `target_scaler_`.

        Raises:
            NotFittedError: Which is an AttributeError and a ValueError.
        """
        check_is_fitted(self)
        return self._net

    def _validated(self, X: Any, y: Any, *, reset: bool, **checks: Any) -> tuple[Any, Array]:
        rows = self._learnt_from(X) if reset else self._encoded(X)
        rows, y = check_X_y(rows, y, multi_output=True, dtype=np.float32, estimator=self, **checks)
        return rows, column_or_1d(y, warn=True) if y.ndim == 2 and y.shape[1] == 1 else y

    def _learnt_from(self, X: Any) -> NDArray[np.float32]:
        """Find out how the columns of inputs are taken, and return their rows as the network's."""
        if isinstance(X, Encoded):
            self.features_, self._column_names = X.features, X.features.names
            return X.rows
        table = self._table_of(X, reset=True)
        self._column_names = list(map(str, table.frame))
        found = {name: reading(table.cells(name)) for name in self._column_names}
        left_out = [one.left_out for one in found.values() if one.left_out]
        used = {name: one.format for name, one in found.items() if not one.left_out}
        if not used:
            raise InputError(f"X has no column to learn from: {'; '.join(left_out)}")
        warn(left_out)
        read = pd.DataFrame({name: one.read.values for name, one in found.items()})
        table = replace(table, frame=read)
        self.features_ = Features(columns=fit_columns(table, used))
        return self.features_.transform(table)

    def _encoded(self, X: Any) -> NDArray[np.float32]:
        """Return the rows of inputs as the network takes them."""
        if isinstance(X, Encoded):
            return X.rows
        table, _ = settled(self._table_of(X, reset=False), self.features_.number_formats)
        return self.features_.transform(table)

    def _table_of(self, X: Any, *, reset: bool) -> Table:
        if hasattr(X, "to_pandas"):
            X = X.to_pandas()
        if not isinstance(X, pd.DataFrame):
            X = check_array(X, dtype=None, ensure_all_finite="allow-nan", estimator=self)
        validate_data(self, X, skip_check_array=True, reset=reset)
        if not isinstance(X, pd.DataFrame):
            names = None if reset else self._column_names
            X = pd.DataFrame(X, columns=names).infer_objects()
        return as_table(X)

    def _outputs_of(self, net: Model, X: Any, out_activation: Activation) -> Array:
        tables = self._fed(self._encoded(X))
        with limited(self.n_jobs):
            return outputs_of(net, tables, out_activation)

    def _fed(self, X: Any) -> tuple[Any, ...]:
        return tuple(self.features_.fed(X))

    def _as_prepared(self, tables: Sequence[Any]) -> Any:
        return Encoded(features=self.features_, rows=np.hstack(tables))

    def _layers(self) -> list[Layer]:
        sizes = sizes_of(self.hidden_layer_sizes)
        activations = activations_of(self.activation, len(sizes))
        hidden = hidden_layers(sizes, activations, self.dropout)
        return [*hidden, output_layer(self.n_outputs_, self.out_activation_)]

    def _new_net(self, features: int, dtype: str) -> Model:  # noqa: ARG002
        tables = len(self.features_.embedded)
        random = self._random_state
        seed = random.randint(2**31) if self.dropout or tables else 0
        net = network(self.features_, self._layers(), dtype, seed)
        weights = shown(net, after=tables)
        activations = activations_of(self.activation, len(weights[0]) - 1)
        draw(weights, random, activations, self.activation)
        return net

    def _check_goes_on(self) -> None:
        if self._layers() != list(self._net.layers)[-len(self._layers()) :]:
            self._refuse_to_go_on("hidden_layer_sizes", "activation", "dropout")

    def _round_off(self, samples: Dataset) -> None:
        teach_unknown(self._net, self.features_, samples.tables)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = False
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        return tags
