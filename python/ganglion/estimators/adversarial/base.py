"""What a generative adversarial network does: it is fitted, makes samples, and judges them."""

from __future__ import annotations

import copy
from typing import Any, Self

import numpy as np
from sklearn.base import _fit_context
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from ganglion._base import checks
from ganglion._base.arrays import Array, unfolded
from ganglion.estimators.adversarial.arguments import AdversarialArguments
from ganglion.estimators.adversarial.networks import check_fits
from ganglion.estimators.adversarial.pair import Pair, Rules
from ganglion.estimators.one_graph.epochs import EstimatorEpochs
from ganglion.estimators.one_graph.fits import FittedInEpochs
from ganglion.estimators.shared.access import fits_alone, predicts
from ganglion.estimators.shared.hidden_layers import activations_of, sizes_of
from ganglion.estimators.shared.learning_rates import schedule_of
from ganglion.estimators.shared.progress_shown import OF_ADVERSARIES, show
from ganglion.estimators.shared.stochastic_fits import batch_size_of, check_part
from ganglion.estimators.shared.threads import limited, threads_for
from ganglion.layers import Activation, Dense, Layer
from ganglion.models import Model, Sequential, inside
from ganglion.models.base import BaseModel
from ganglion.schedules import Constant, Schedule
from ganglion.training.clock import Clock
from ganglion.training.far_scales import warn_of_inputs
from ganglion.training.fit_plan import FitPlan
from ganglion.training.progress import Progress
from ganglion.training.sources import shuffled
from ganglion.training.turns import TurnSource


class BaseAdversarial(FittedInEpochs, AdversarialArguments):
    """Base of the network, for a record has no attributes before its arguments.

    Attributes:
        generator_: Makes samples of noise, a `gn.Model`.
        discriminator_: Gives the probability of being real, likewise.
    """

    generator_: Model
    discriminator_: Model
    _pair: Pair

    @fits_alone
    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
    def fit(self, X: Any, y: Any = None) -> Self:
        """Fit to samples, afresh.

        Args:
            X: Array or sparse matrix of shape `(samples, features)`; the latter is made dense as a
                whole.
            y: Ignored, but for scikit-learn's callbacks, which are told of it.

        Raises:
            ValueError: When a model does not fit the samples, or these are fewer than `packing`.
        """
        return self._fitted(X, y, None, incremental=False)

    @fits_alone
    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
    def partial_fit(self, X: Any, y: Any = None) -> Self:
        """Go on for one epoch, from the weights and the optimizers' state of the call before.

        Arguments and errors are those of `fit`.
        """
        return self._fitted(X, y, None, incremental=True)

    @predicts
    def sample(self, n_samples: int = 1, random_state: Any = None) -> Array:
        """Return new samples, shape `(n_samples, features)`.

        Args:
            n_samples: How many.
            random_state: Decides which; None: they are others in each call.

        Raises:
            ValueError: When `n_samples` is less than 1.
        """
        check_is_fitted(self)
        checks.positive_count("n_samples", n_samples)
        size = int(n_samples), self.generator_.input_size
        noise = check_random_state(random_state).normal(size=size)
        with limited(self.n_jobs):
            made: Array = self.generator_.predict(noise)
        return made

    @predicts
    def discriminate(self, X: Any) -> Array:
        """Return the probability that samples are real, shape `(samples / packing,)`.

        Args:
            X: Array or sparse matrix of shape `(samples, features)`; each `packing` samples, one
                after the other, are judged at once.

        Raises:
            ValueError: When the number of samples is no multiple of `packing`.
        """
        check_is_fitted(self)
        X = self._checked_table(X, reset=False)
        packing = self._pair.rules.packing
        if len(X) % packing:
            raise ValueError(
                f"X has {len(X)} samples, must be a multiple of packing, {packing}: so many are"
                " judged at once"
            )
        with limited(self.n_jobs):
            judged: Array = self.discriminator_.predict(X.reshape(len(X) // packing, -1))
        return judged[:, 0]

    def _has_begun(self) -> bool:
        return hasattr(self, "_pair")

    def _work(self, X: Any, weight: Array | None, *, afresh: bool) -> EstimatorEpochs:  # noqa: ARG002
        X = unfolded(X)
        if afresh:
            self._pair = self._new_pair(X)
        source = self._source(X)
        if afresh:
            self._pair.set_rates(*self._schedules(source.rounds * self.max_iter))
        return EstimatorEpochs(
            objective=self._pair.turns, source=source, verbose=bool(self.verbose)
        )

    def _plan(self, numbers: range, clock: Clock) -> FitPlan:
        return FitPlan(epochs=numbers, clock=clock)

    def _show(self, progress: Progress) -> None:
        show(progress, self, OF_ADVERSARIES)
        self._pair.write_models()
        self.generator_, self.discriminator_ = self._pair.generator, self._pair.discriminator

    def _learnt_so_far(self) -> dict[str, Any]:
        pair = copy.deepcopy(self._pair)
        pair.write_models()
        return {"_pair": pair, "generator_": pair.generator, "discriminator_": pair.discriminator}

    def _check_arguments(self, *, incremental: bool) -> None:
        threads_for(self.n_jobs, limit=1)
        if incremental:
            check_part(self.lr_schedule)
        self._schedules(rounds=1)

    def _source(self, X: Array) -> TurnSource:
        """Return the batches that are made of checked samples."""
        packing = self._pair.rules.packing
        if len(X) < packing:
            raise ValueError(f"X has {len(X)} samples, must have at least packing, {packing}")
        order = shuffled(self._pair.rules.seed, len(X))
        return self._pair.source(X, batch_size_of(self.batch_size, len(X)), order)

    def _new_pair(self, X: Array) -> Pair:
        """Return generator and discriminator with first weights."""
        warn_of_inputs(X, None, getattr(self, "feature_names_in_", None), "scale X")
        random_state, features = check_random_state(self.random_state), X.shape[1]
        seeds = [int(random_state.randint(2**31 - 1)) for _ in range(3)]
        rules = Rules(
            packing=int(self.packing),
            discriminator_steps=int(self.discriminator_steps),
            label_smoothing=float(self.label_smoothing),
            seed=seeds[2],
        )
        generator = self._generator(features, X.dtype.name, seeds[0])
        return Pair(generator, self._discriminator(features, X.dtype.name, seeds[1]), rules)

    def _generator(self, features: int, dtype: str, seed: int) -> Model:
        if self.generator is not None:
            check_fits("generator", self.generator, None, features)
            return Sequential([self.generator], dtype=dtype, seed=seed)
        hidden = self._hidden("generator_hidden_layer_sizes")
        layers = [*hidden, Dense(features, self.output_activation)]
        return Sequential(layers, input_size=int(self.latent_dim), dtype=dtype, seed=seed)

    def _discriminator(self, features: int, dtype: str, seed: int) -> Model:
        columns = features * int(self.packing)
        if self.discriminator is None:
            layers = [*self._hidden("discriminator_hidden_layer_sizes"), Dense(1, "sigmoid")]
            return Sequential(layers, input_size=columns, dtype=dtype, seed=seed)
        check_fits("discriminator", self.discriminator, columns, 1)
        with_sigmoid: list[Layer | BaseModel] = [self.discriminator]
        if inside.parametrized(self.discriminator).network.ending != "sigmoid":
            with_sigmoid.append(Activation("sigmoid"))
        return Sequential(with_sigmoid, dtype=dtype, seed=seed)

    def _hidden(self, name: str) -> list[Dense]:
        """Return the hidden layers whose units the parameter of this name says."""
        sizes = sizes_of(getattr(self, name), name)
        activations = activations_of(self.activation, len(sizes))
        return [Dense(units, one) for units, one in zip(sizes, activations, strict=True)]

    def _schedules(self, rounds: int) -> list[Schedule]:
        """Return the learning rates of the generator, and of the discriminator, in so many rounds.

        Raises:
            ValueError: When they are not positive, or more than two.
        """
        given = np.atleast_1d(self.learning_rate_init).tolist()
        good = [isinstance(rate, int | float) and np.isfinite(rate) and rate > 0 for rate in given]
        if len(given) not in (1, 2) or not all(good):
            raise ValueError(
                f"learning_rate_init is {self.learning_rate_init!r}, must be a positive number, or"
                " two, the generator's and the discriminator's"
            )
        rates, times = (given[0], given[-1]), (1, int(self.discriminator_steps))
        return [
            schedule_of(self.lr_schedule, rate, rounds * steps) or Constant(rate)
            for rate, steps in zip(rates, times, strict=True)
        ]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
