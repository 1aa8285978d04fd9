"""What is a multi-layer perceptron's alone: its weights as `coefs_`, and the solver "lbfgs"."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Self

from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils._set_output import _get_output_config
from sklearn.utils.optimize import _check_optimize_result
from sklearn.utils.validation import check_is_fitted

from ganglion._base.arrays import Array
from ganglion.estimators.multilayer import conversion, lbfgs, scalers
from ganglion.estimators.multilayer.arguments import MLPArguments
from ganglion.estimators.multilayer.base import Examples
from ganglion.estimators.multilayer.learning import Work
from ganglion.estimators.multilayer.mlp import draw, holding, mlp, shown
from ganglion.estimators.multilayer.parameters import OF_STOCHASTIC, STOCHASTIC, hidden_sizes
from ganglion.estimators.multilayer.scaled_inputs import ScaledInputs
from ganglion.estimators.shared.access import predicts
from ganglion.estimators.shared.hidden_layers import Activation, activations_of
from ganglion.estimators.shared.progress_shown import OF_ANY_SOLVER, show
from ganglion.estimators.shared.threads import threads_for
from ganglion.models import Model, Sequential, inside
from ganglion.training.fit_plan import FitPlan
from ganglion.training.progress import Progress


class BaseMLP(ClassNamePrefixFeaturesOutMixin, TransformerMixin, ScaledInputs, MLPArguments):  # type: ignore[misc]  # scikit-learn has no types
    """Base of the estimators that have `coefs_` and `intercepts_` once they are fitted."""

    def _new_net(self, features: int, dtype: str) -> Sequential:
        sizes = [features, *self._hidden_sizes()]
        self.n_layers_ = len(sizes) + 1
        activations = activations_of(self.activation, len(sizes) - 1)
        self._dropout_seed = self._random_state.randint(2**31) if self.dropout else 0
        sizes, last = [*sizes, self.n_outputs_], self.out_activation_
        net = mlp(sizes, activations, last, dtype, self.dropout, self._dropout_seed)
        draw(shown(net), self._random_state, activations, self.activation)
        return net

    def _hidden_sizes(self) -> list[int]:
        return hidden_sizes(self.hidden_layer_sizes, self.n_hidden_layers, self.hidden_width)

    def _check_goes_on(self) -> None:
        sizes = self._hidden_sizes()
        if len(sizes) != len(self.coefs_) - 1:
            raise ValueError(
                f"hidden_layer_sizes is {sizes}, the weights to go on with have"
                f" {len(self.coefs_) - 1} hidden layers"
            )

    def _check_arguments(self, validation: Examples | None, *, incremental: bool) -> None:
        if self.solver in STOCHASTIC:
            super()._check_arguments(validation, incremental=incremental)
        else:
            threads_for(self.n_jobs, limit=1)
            lbfgs.refuse(self, OF_STOCHASTIC, X_val=validation)

    def _figures_shown(self) -> tuple[str, ...]:
        return super()._figures_shown() if self.solver in STOCHASTIC else OF_ANY_SOLVER

    def _way(self) -> Callable[[Work], None]:
        return super()._way() if self.solver in STOCHASTIC else self._minimize

    def _minimize(self, work: Work) -> None:
        """Fit by "lbfgs"."""
        samples = scalers.for_loss(self._target_scaler(), work.samples)
        plan = FitPlan(epochs=range(self.max_iter), tol=self.tol, clock=work.clock)
        model, progress = inside.parametrized(self._net), Progress()
        fit = lbfgs.Minimization(model, self._loss_rule(), self.alpha, samples, plan, progress)
        result = fit.run(work.events, max_fun=self.max_fun, verbose=bool(self.verbose))
        progress.epochs = _check_optimize_result("lbfgs", result, self.max_iter)
        progress.loss = result.fun
        show(progress, self, OF_ANY_SOLVER)

    @predicts
    def transform(self, X: Any, layer: int = -1) -> Array:
        """Return the outputs of a hidden layer, shape `(samples, units)`.

        Args:
            X: Inputs, array or sparse matrix of shape `(samples, features)`.
            layer: Which one: 0 is the first, -1 the last.

        Raises:
            TypeError: When `layer` is no whole number.
            ValueError: When there is no such layer.
        """
        check_is_fitted(self)
        count = len(self.coefs_) - 1
        layer = operator.index(layer)
        if not -count <= layer < count:
            raise ValueError(f"layer is {layer}, there are {count} hidden layers")
        end = layer % count + 1
        if end != count and _get_output_config("transform", self)["dense"] != "default":
            raise ValueError(
                f"layer is {layer}: set_output names the outputs of the last hidden layer only,"
                " others need set_output(transform='default')"
            )
        activations = activations_of(self.activation, count)
        hidden = holding(
            self.coefs_[:end],
            self.intercepts_[:end],
            activations[: end - 1],
            activations[end - 1],
        )
        return self._outputs_of(hidden, X, activations[end - 1])

    @property
    def _n_features_out(self) -> int:
        """How many columns `transform` gives."""
        return int(self.coefs_[-1].shape[0])

    def _use(self, net: Model) -> None:
        """Let the estimator's weights be those of a model made as its parameters say."""
        self._net = net
        self.coefs_, self.intercepts_ = shown(net)
        self._net_shows = self._made_as()

    def _learnt_so_far(self) -> dict[str, Any]:
        return {
            "coefs_": [coef.copy() for coef in self.coefs_],
            "intercepts_": [intercept.copy() for intercept in self.intercepts_],
        }

    def _net_of_weights(self) -> Model:
        """Return the model that works with `coefs_`, or one with a copy where users set them."""
        made_as = self._made_as()
        if hasattr(self, "_net") and _are_the_same(made_as, self._net_shows):
            return self._net
        activations, dropout, _ = made_as
        seed = getattr(self, "_dropout_seed", 0)  # scikit-learn's have none
        weights = self.coefs_, self.intercepts_
        return holding(*weights, activations, self.out_activation_, dropout, seed)

    def _made_as(self) -> tuple[list[Activation], float, tuple[Array, ...]]:
        """Return the hidden layers' activations and dropout, and all arrays of weights."""
        activations = activations_of(self.activation, len(self.coefs_) - 1)
        return activations, self.dropout, (*self.coefs_, *self.intercepts_)

    @classmethod
    def from_sklearn(cls, estimator: Any) -> Self:
        """Return ours with the parameters and, if it is fitted, the weights of scikit-learn's.

        Raises:
            TypeError: When it is not scikit-learn's class of the same name.
        """
        parameters, learnt = conversion.from_sklearn(cls.__name__, estimator)
        made = cls(**parameters)
        made.__dict__.update(learnt)
        if hasattr(made, "coefs_"):
            made._use(made._net_of_weights())
        return made

    def to_sklearn(self) -> Any:
        """Return scikit-learn's with the same parameters and, if this is fitted, weights.

        Raises:
            ValueError: When a parameter has a value that scikit-learn does not know.
        """
        return conversion.to_sklearn(self)

    def __getstate__(self) -> dict[str, Any]:
        state = dict(super().__getstate__())
        for name in ("_net", "_net_shows"):  # they are made again from the weights
            state.pop(name, None)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        given = self.activation
        fits = isinstance(given, Activation) or len(given) == getattr(self, "n_layers_", 2) - 2
        if hasattr(self, "coefs_") and fits:
            self._use(self._net_of_weights())


def _are_the_same(made: tuple[Any, Any, Any], other: tuple[Any, Any, Any]) -> bool:
    """Are these the same arrays, in the same kind of layers?"""
    (*layers, arrays), (*other_layers, other_arrays) = made, other
    same = len(arrays) == len(other_arrays)
    return same and layers == other_layers and all(map(operator.is_, arrays, other_arrays))
