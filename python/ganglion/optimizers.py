"""Optimizers: what to do with a gradient. The arithmetic is in csrc/kernels/optimizer.inl.h."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, ClassVar

from ganglion import schedules
from ganglion._base import attributes, checks, naming
from ganglion._base.arguments import explained
from ganglion._base.plain_records import UNUSUAL, shown_record
from ganglion.schedules import Schedule


def _pattern(name: str, value: object) -> None:
    """Check that `value` is a text that names may match."""
    if not checks.is_text(value):
        raise TypeError(f"{name} must be a text, got {checks.shown(value)}")
    if not value:
        raise ValueError(f"{name} must not be empty")


def _groups(name: str, value: object) -> None:
    """Check that `value` is a list of groups."""
    checks.listed(name, value, "Group records")
    assert isinstance(value, Sequence)
    for one in value:
        if not isinstance(one, Group):
            raise TypeError(f"{name} must hold Group records, got {checks.shown(one)}")


_GROUP_RULES: Mapping[str, checks.Rule] = {
    "pattern": _pattern,
    "learning_rate_factor": checks.non_negative,
    "weight_decay": checks.non_negative_or_none,
}
_RULES: Mapping[str, checks.Rule] = {
    "learning_rate": schedules.check_rate,
    "weight_decay": checks.non_negative,
    "global_clipnorm": checks.positive_or_none,
    "clipvalue": checks.positive_or_none,
    "gradient_accumulation_steps": checks.several_or_none,
    "use_ema": checks.flag,
    "ema_momentum": checks.unit_interval,
    "ema_overwrite_frequency": checks.positive_count_or_none,
    "momentum": checks.fraction,
    "nesterov": checks.flag,
    "beta_1": checks.fraction,
    "beta_2": checks.fraction,
    "rho": checks.fraction,
    "epsilon": checks.positive,
    "centered": checks.flag,
    "initial_accumulator_value": checks.non_negative,
    "groups": _groups,
}


@explained
@dataclass(frozen=True, kw_only=True)
class Group:
    """Parameters with a learning rate and a weight decay of their own.

    They are PyTorch's parameter groups; with a smaller rate for layers nearer to the inputs, the
    discriminative fine-tuning of Howard and Ruder (2018).

    Args:
        pattern: What the parameters' names match, as `fnmatch` has it: `"*.bias"`, `"layers.0.*"`,
            `"layers.[0-3].weight"`.
        learning_rate_factor: What the optimizer's learning rate is multiplied by, zero or positive.
        weight_decay: In place of the optimizer's, zero or positive; None: the optimizer's.
    """

    pattern: str = field(kw_only=False)
    learning_rate_factor: float = 1.0
    weight_decay: float | None = None

    def __post_init__(self) -> None:
        checks.fields(self, _GROUP_RULES)


@dataclass(frozen=True, kw_only=True, repr=False)
class Optimizer:
    """Base of the optimizers: the fields that all of them have; all but the first go by name.

    Args:
        learning_rate: Step size, zero or positive, or a schedule of step sizes.
        weight_decay: The gradient grows by this many times the parameters, zero or positive.
        global_clipnorm: Largest norm of the whole gradient, positive; None clips nothing.
        clipvalue: Largest absolute value of each entry of the gradient, positive; None clips
            nothing.
        gradient_accumulation_steps: Batches a step, two or more: it goes along the mean of their
            gradients, each the gradient of its batch's mean loss. An epoch's end does not end them.
            None: each batch makes a step.
        use_ema: Whether an average of each weight is kept, which moves with each step, and takes
            the weight's place at the end of a fit.
        ema_momentum: Decay of the averages, in `[0, 1]`; they begin with the weights after the
            first step.
        ema_overwrite_frequency: Steps after which averages take the weights' place within a fit,
            again and again; None: they do not.
        groups: Parameters with a rate and a decay of their own, each in one `Group` at most; those
            in none step by the optimizer's. Norms are of all together.
    """

    name: ClassVar[str]

    learning_rate: float | Schedule = field(default=1e-3, kw_only=False)
    weight_decay: float = 0.0
    global_clipnorm: float | None = None
    clipvalue: float | None = None
    gradient_accumulation_steps: int | None = field(default=None, metadata=UNUSUAL)
    use_ema: bool = field(default=False, metadata=UNUSUAL)
    ema_momentum: float = field(default=0.99, metadata=UNUSUAL)
    ema_overwrite_frequency: int | None = field(default=None, metadata=UNUSUAL)
    groups: Sequence[Group] = field(default=(), metadata=UNUSUAL)

    def __post_init__(self) -> None:
        checks.fields(self, _RULES)
        object.__setattr__(self, "groups", tuple(self.groups))  # a record cannot change
        for one in fields(self):
            value = getattr(self, one.name)
            if one.name.startswith("ema_") and value != one.default and not self.use_ema:
                raise ValueError(f"{one.name} is {value}, and has no effect without use_ema")

    def __repr__(self) -> str:
        """Return how it is made, without what is seldom used and is not here."""
        return shown_record(self)

    @property
    def batches_a_step(self) -> int:
        """How many batches make a step."""
        return int(self.gradient_accumulation_steps or 1)

    def settings(self) -> dict[str, float]:
        """Return all but rate and groups as numbers: None and False are 0, True is 1."""
        names = (one.name for one in fields(self) if one.name not in ("learning_rate", "groups"))
        return {name: float(getattr(self, name) or 0.0) for name in names}


@explained
@dataclass(frozen=True, kw_only=True, repr=False)
class SGD(Optimizer):
    """Stochastic gradient descent with momentum.

    Args:
        momentum: Decay of the running sum of gradients, in `[0, 1)`.
        nesterov: Whether the gradient is corrected by the momentum to come.
    """

    name: ClassVar[str] = "sgd"

    momentum: float = 0.0
    nesterov: bool = False


@explained
@dataclass(frozen=True, kw_only=True, repr=False)
class Adam(Optimizer):
    """Adam with bias correction.

    Args:
        beta_1: Decay of the running mean of the gradient, in `[0, 1)`.
        beta_2: Decay of the running mean of its square, in `[0, 1)`.
        epsilon: Added to the denominator, positive.
    """

    name: ClassVar[str] = "adam"

    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8


@explained
@dataclass(frozen=True, kw_only=True, repr=False)
class AdamW(Adam):
    """Adam whose weight decay shrinks the parameters themselves and leaves the gradient alone.

    Args:
        weight_decay: The parameters shrink by this times the learning rate, zero or positive.
    """

    name: ClassVar[str] = "adamw"

    weight_decay: float = 0.01


@explained
@dataclass(frozen=True, kw_only=True, repr=False)
class RMSprop(Optimizer):
    """The gradient divided by the root of the running mean of its square.

    Args:
        rho: Decay of the running mean of the square, in `[0, 1)`.
        epsilon: Added to the denominator, positive.
        momentum: Decay of the running sum of steps, in `[0, 1)`.
        centered: Whether the square of the running mean is taken from the mean of the square.
    """

    name: ClassVar[str] = "rmsprop"

    learning_rate: float | Schedule = field(default=1e-2, kw_only=False)
    rho: float = 0.99
    epsilon: float = 1e-8
    momentum: float = 0.0
    centered: bool = False


@explained
@dataclass(frozen=True, kw_only=True, repr=False)
class Adagrad(Optimizer):
    """The gradient divided by the root of the sum of all its squares.

    Args:
        initial_accumulator_value: What the sum starts from, zero or positive.
        epsilon: Added to the denominator, positive.
    """

    name: ClassVar[str] = "adagrad"

    learning_rate: float | Schedule = field(default=1e-2, kw_only=False)
    initial_accumulator_value: float = 0.0
    epsilon: float = 1e-10


@explained
@dataclass(frozen=True, kw_only=True, repr=False)
class Adadelta(Optimizer):
    """The gradient scaled by the running size of the steps over its own running size.

    Args:
        rho: Decay of both running means, in `[0, 1)`.
        epsilon: Added under both roots, positive.
    """

    name: ClassVar[str] = "adadelta"

    learning_rate: float | Schedule = field(default=1.0, kw_only=False)
    rho: float = 0.9
    epsilon: float = 1e-6


OPTIMIZERS = {record.name: record for record in (SGD, Adam, AdamW, RMSprop, Adagrad, Adadelta)}


def get(spec: str | Optimizer) -> Optimizer:
    """Return the optimizer that `spec` stands for: a name gives one with its default settings."""
    return spec if isinstance(spec, Optimizer) else naming.build("optimizer", spec, OPTIMIZERS)


if not TYPE_CHECKING:  # else any name would pass the type checker
    __getattr__ = attributes.answering(__name__)
