"""Arguments: a call with a wrong name is answered with the right one."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import wraps
from inspect import Parameter
from typing import Any, TypeVar, cast

from ganglion.naming import nearest

Target = TypeVar("Target", bound=Callable[..., Any])

_BY_POSITION = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
_ELSEWHERE = {  # what other packages call it: names here, of which one is meant
    "alpha": ("slope", "weight_decay"),
    "betas": ("beta_1",),
    "clipnorm": ("global_clipnorm",),
    "dropout_rate": ("dropout",),
    "epochs": ("max_iter",),
    "eps": ("epsilon",),
    "hidden_layer_sizes": ("sizes", "hidden"),
    "hidden_layers": ("hidden_layer_sizes", "sizes"),
    "hidden_sizes": ("hidden_layer_sizes", "sizes"),
    "input_dim": ("input_size",),
    "input_shape": ("input_size",),
    "learning_rate_init": ("learning_rate",),
    "l2": ("alpha", "weight_decay"),
    "lr": (
        "learning_rate_init",
        "learning_rate",
        "initial_learning_rate",
        "max_learning_rate",
        "eta0",
    ),
    "max_iter": ("epochs",),
    "n_epochs": ("epochs", "max_iter"),
    "nb_epoch": ("epochs", "max_iter"),
    "optimizer": ("solver",),
    "out_features": ("units",),
    "p": ("rate",),
    "patience": ("n_iter_no_change",),
    "random_state": ("seed",),
    "seed": ("random_state",),
    "sizes": ("hidden_layer_sizes",),
    "validation_split": ("validation_fraction",),
    "wd": ("weight_decay",),
}


def explained(target: Target) -> Target:
    """Make a function, or the constructor of a class, answer a call that does not fit.

    A TypeError then names the argument that is meant, or, where there are too many by position,
    those that may be given so. Calls that fit are passed on as they are.
    """
    if isinstance(target, type):
        made: Any = target
        made.__init__ = _explained(made.__init__, made.__name__)
        return cast(Target, made)
    return cast(Target, _explained(target, target.__name__))


def _explained(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except TypeError:
            misfit = _misfit(name, function, args, kwargs)
            if misfit is None:
                raise
            raise TypeError(misfit) from None

    return call


def unknown_argument(name: str, given: str, known: Collection[str]) -> str:
    """Say that something named takes no such argument, and which one may be meant."""
    meant = nearest(given, known, _ELSEWHERE)
    hint = f", did you mean {meant!r}?" if meant else "."
    return f"{name}: unknown argument {given!r}{hint} Known: {', '.join(known)}"


def _misfit(
    name: str, function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> str | None:
    """Return what is wrong with a call itself; None: nothing, what it does has failed."""
    parameters = dict(inspect.signature(function).parameters)
    if "self" in parameters:
        del parameters["self"]
        args = args[1:]
    unknown = [given for given in kwargs if given not in parameters]
    if unknown:
        return unknown_argument(name, unknown[0], parameters)
    by_position = [key for key, value in parameters.items() if value.kind in _BY_POSITION]
    if len(args) <= len(by_position):
        return None
    of_lists = "Sequence" in str(parameters[by_position[0]].annotation) if by_position else False
    if of_lists and not isinstance(args[0], Sequence):
        given = ", ".join(repr(argument) for argument in args)
        return f"{name}: {by_position[0]} must be a list, did you mean {name}([{given}])?"
    return (
        f"{name}: {len(args)} arguments by position, it takes {len(by_position)}"
        f" ({', '.join(by_position) or 'none'}): name the others"
    )
