"""Adam and stochastic gradient descent as scikit-learn's estimators do them, an epoch at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganglion._base.messages import say
from ganglion.estimators.shared.learning_rates import schedule_of
from ganglion.schedules import Schedule
from ganglion.training.parametrized import Parametrized

_LEAST_RATE = 1e-6  # below it an adaptive rate is not divided further, and training ends
_DIVISOR = 5.0

_SETTINGS = (  # the estimator's parameters that an optimizer goes by
    "solver",
    "learning_rate",
    "learning_rate_init",
    "power_t",
    "max_iter",
    "momentum",
    "nesterovs_momentum",
    "beta_1",
    "beta_2",
    "epsilon",
    "clip_norm",
    "weight_decay",
    "lr_schedule",
    "warmup_steps",
)


def settings_of(estimator: object) -> dict[str, Any]:
    """Return the parameters of an estimator that an optimizer goes by."""
    return {name: getattr(estimator, name) for name in _SETTINGS}


def schedule_by(settings: dict[str, Any], steps: int) -> Schedule | None:
    """Return the schedule of the learning rate that is meant, over so many steps; None: none.

    Raises:
        TypeError: When it is a function that cannot be called with a step.
        ValueError: When scikit-learn's `learning_rate` changes the rate too.
    """
    given, warmup = settings["lr_schedule"], settings["warmup_steps"]
    changes = settings["solver"] == "sgd" and settings["learning_rate"] != "constant"
    if changes and (given is not None or warmup):
        raise ValueError(
            f"lr_schedule and warmup_steps need learning_rate='constant', it is"
            f" {settings['learning_rate']!r}"
        )
    return schedule_of(given, float(settings["learning_rate_init"]), steps, warmup)


class StochasticOptimizer:
    """An optimizer with what it remembers, and its learning rate.

    Args:
        model: Whose parameters it changes.
        settings: What `settings_of` gives.
        steps: How many an epoch has.
    """

    def __init__(self, model: Parametrized, settings: dict[str, Any], steps: int) -> None:
        self._settings = settings
        self._schedule = schedule_by(settings, steps * settings["max_iter"])
        self._first_step = 0  # the schedule's, by what the state counts
        self.learning_rate = float(settings["learning_rate_init"])
        self._made_for: Parametrized | None = model
        self.state = self._make_state(model)

    def _make_state(self, model: Parametrized) -> Any:
        s = self._settings
        name = s["solver"]
        if name == "adam":
            name = "adamw" if s["weight_decay"] else "adam"
            numbers = {name: float(s[name]) for name in ("beta_1", "beta_2", "epsilon")}
            numbers["epsilon_hat"] = 1.0
        else:
            nesterov = s["nesterovs_momentum"] and s["momentum"] > 0
            numbers = {"momentum": float(s["momentum"]), "nesterov": float(nesterov)}
        numbers["weight_decay"] = float(s["weight_decay"])
        numbers["global_clipnorm"] = float(s["clip_norm"] or 0)
        return model.precision.optimizer_state(name, numbers, model.store.values.size)

    def bind(self, model: Parametrized) -> None:
        """Go on with another model of the same shape and precision."""
        if self._made_for is model:
            return
        before = self.state
        self._made_for, self.state = model, self._make_state(model)
        self._remember(before)

    def go_on_from(self, other: StochasticOptimizer) -> None:
        """Begin with what another one of the same kind remembers."""
        if [len(block) for block in other.state.blocks] == [len(b) for b in self.state.blocks]:
            self._remember(other.state)
            same = ("solver", "learning_rate", "learning_rate_init")
            if all(self._settings[name] == other._settings[name] for name in same):
                self.learning_rate = other.learning_rate
        if isinstance(self._settings["lr_schedule"], str):  # one that is over once the fit is
            self._first_step = self.state.steps

    def _remember(self, state: Any) -> None:
        for own, block in zip(self.state.blocks, state.blocks, strict=True):
            own[:] = block
        self.state.steps = state.steps

    def rates(self, steps: int) -> NDArray[np.float64]:
        """Return the learning rates of the next steps."""
        if self._schedule is None:
            return np.full(steps, self.learning_rate)
        first = self.state.steps - self._first_step
        return self._schedule.rates(np.arange(first, first + steps))

    def epoch_ends(self, samples_seen: int) -> None:
        """Make the learning rate smaller where the schedule is "invscaling"."""
        s = self._settings
        if s["solver"] == "sgd" and s["learning_rate"] == "invscaling":
            self._set_rate(float(s["learning_rate_init"]) / (samples_seen + 1) ** s["power_t"])

    def stops(self, message: str, *, verbose: bool) -> bool:
        """Told that nothing improves: make an adaptive learning rate smaller, or end training."""
        adaptive = self._settings["solver"] == "sgd" and (
            self._settings["learning_rate"] == "adaptive"
        )
        ends = not adaptive or self.learning_rate <= _LEAST_RATE
        if not ends:
            self._set_rate(self.learning_rate / _DIVISOR)
            message += f" Setting learning rate to {self.learning_rate:f}"
        else:
            message += " Learning rate too small. Stopping." if adaptive else " Stopping."
        if verbose:
            say(message)
        return ends

    def _set_rate(self, rate: float) -> None:
        """Change the rate: scikit-learn's velocity has the rate in it, the core's has not."""
        for velocity in self.state.blocks:
            velocity *= self.learning_rate / rate
        self.learning_rate = rate

    def __getstate__(self) -> dict[str, Any]:
        return {
            "settings": self._settings,
            "schedule": self._schedule,
            "first_step": self._first_step,
            "learning_rate": self.learning_rate,
            "steps": self.state.steps,
            "blocks": [np.array(block) for block in self.state.blocks],
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._settings = state["settings"]
        self._schedule = state["schedule"]
        self._first_step = state["first_step"]
        self.learning_rate = state["learning_rate"]
        self._made_for = None
        self.state = _Remembered(state["blocks"], state["steps"])


class _Remembered:
    """What an optimizer remembered, until it has a network again."""

    def __init__(self, blocks: list[NDArray[Any]], steps: int) -> None:
        self.blocks = blocks
        self.steps = steps
