"""Arguments: a call with a wrong name, or a record that is written to, is told the right way."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import FrozenInstanceError, fields
from functools import wraps
from inspect import Parameter
from typing import Any, TypeVar, cast

from ganglion._base.checks import shown
from ganglion._base.naming import nearest

Target = TypeVar("Target", bound=Callable[..., Any])

_BY_POSITION = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
_ELSEWHERE = {  # what other packages call it: names here, of which one is meant
    "alpha": ("slope", "weight_decay"),
    "betas": ("beta_1",),
    "bias": ("use_bias",),
    "clipnorm": ("global_clipnorm",),
    "dropout_rate": ("dropout",),
    "epochs": ("max_iter",),
    "elementwise_affine": ("scale",),
    "embedding_dim": ("output_dim",),
    "eps": ("epsilon",),
    "hidden_layer_sizes": ("sizes", "hidden"),
    "hidden_layers": ("hidden_layer_sizes", "sizes"),
    "hidden_sizes": ("hidden_layer_sizes", "sizes"),
    "input_dim": ("input_size",),
    "input_shape": ("input_size", "size"),
    "kernel_regularizer": ("weight_decay",),
    "learning_rate": (
        "initial_learning_rate",
        "max_learning_rate",
        "learning_rate_init",
        "learning_rate_factor",
        "eta0",
    ),
    "learning_rate_init": ("learning_rate",),
    "l2": ("alpha", "weight_decay"),
    "lr": (
        "learning_rate_init",
        "learning_rate",
        "initial_learning_rate",
        "max_learning_rate",
        "learning_rate_factor",
        "eta0",
    ),
    "max_iter": ("epochs",),
    "n_critic": ("discriminator_steps",),
    "n_epochs": ("epochs", "max_iter"),
    "nb_epoch": ("epochs", "max_iter"),
    "noise_dim": ("latent_dim",),
    "num_embeddings": ("input_dim",),
    "optimizer": ("solver",),
    "out_features": ("units",),
    "p": ("rate",),
    "param_groups": ("groups",),
    "patience": ("n_iter_no_change",),
    "random_state": ("seed",),
    "seed": ("random_state",),
    "shape": ("size",),
    "sizes": ("hidden_layer_sizes",),
    "target_shape": ("shape",),
    "validation_split": ("validation_fraction",),
    "verbose": ("quiet",),
    "wd": ("weight_decay",),
}
_OTHERWISE = {  # what other packages have as an argument and we have not: what to do
    **dict.fromkeys(
        ("activity_regularizer", "bias_regularizer", "kernel_regularizer"),
        "a Dense layer has it, and the optimizer's weight_decay is for all weights",
    ),
    "axis": "it is over channels, which are last: leave it out",
    "embeddings_regularizer": "the optimizer's weight_decay is for the rows that a batch holds",
    "from_logits": "outputs are logits unless the network ends in softmax or sigmoid: leave it out",
    **dict.fromkeys(
        ("batch_input_shape", "in_features", "input_dim", "input_shape"),
        "how many inputs there are is an argument of the network: Sequential([...], input_size=n)",
    ),
    **dict.fromkeys(
        ("normalized_shape", "num_features"), "it takes as many channels as come in: leave it out"
    ),
    **dict.fromkeys(
        ("learning_rate", "lr"), "it is the optimizer's: optimizer=gn.optimizers.Adam(0.1)"
    ),
    "save_weights_only": "the whole model is written, which gn.load reads: leave it out",
    "training": "predict leaves dropout out and knows no batch, forward is as in training",
    "verbose": "nothing is shown: leave it out",
}
_NEEDED = {  # what more there is to say of an argument that is missing
    "input_size": ", the number of columns of X, such as 784 for images of 28 by 28",
    "sizes": ", such as [64, 100, 10]: columns of X, units of each layer",
}
_CHANGED_SO = {  # what more there is to say of a field that is written to
    "learning_rate": "; that of a compiled model is set, model.learning_rate = ...",
    "trainable": "; a model is frozen where it is called, model(x, trainable=False)",
}


def explained(target: Target) -> Target:
    """Make a function, or the constructor of a class, answer a call that does not fit.

    A TypeError then names the argument that is meant, or, where there are too many by position,
    those that may be given so. Calls that fit are passed on as they are. A frozen dataclass also
    says how another one is made, where its fields are written to.
    """
    if isinstance(target, type):
        made: Any = target
        made.__init__ = _explained(made.__init__, made.__name__)
        if "__dataclass_params__" in vars(made) and made.__dataclass_params__.frozen:
            made.__setattr__ = _explained_writing(made)
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


def _explained_writing(kind: Any) -> Callable[..., None]:
    write = kind.__setattr__
    # Of a class with slots, which is made anew, dataclasses look for unknown names in the first.
    refused = (FrozenInstanceError, TypeError) if "__slots__" in vars(kind) else FrozenInstanceError

    @wraps(write)
    def set_field(record: Any, name: str, value: Any) -> None:
        try:
            write(record, name, value)
        except refused:
            raise FrozenInstanceError(_unchanged(record, name, value)) from None

    return set_field


def _unchanged(record: Any, name: str, value: Any) -> str:
    """Say that a record does not change, or that it has no such field."""
    known = [field.name for field in fields(record)]
    if name in known:
        return (
            f"{name} cannot be set, a record does not change: dataclasses.replace(record,"
            f" {name}={shown(value)}) gives another one{_CHANGED_SO.get(name, '')}"
        )
    meant = nearest(name, known, _ELSEWHERE)
    hint = f", did you mean {meant!r}?" if meant else "."
    return f"{shown(record)} has no field {name!r}{hint} A record does not change"


def unknown_argument(name: str, given: str, known: Collection[str]) -> str:
    """Say that something named takes no such argument, and which one may be meant."""
    otherwise = _OTHERWISE.get(given)
    if otherwise and not set(_ELSEWHERE.get(given, ())) & set(known):
        hint = f"; {otherwise}."
    else:
        meant = nearest(given, known, _ELSEWHERE)
        hint = f", did you mean {meant!r}?" if meant else "."
    taken = f"Known: {', '.join(known)}" if known else "It takes no arguments"
    return f"{name}: unknown argument {given!r}{hint} {taken}"


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
        return _missing(name, parameters, {*by_position[: len(args)], *kwargs})
    of_lists = "Sequence" in str(parameters[by_position[0]].annotation) if by_position else False
    if of_lists and not isinstance(args[0], Sequence):
        given = ", ".join(repr(argument) for argument in args)
        return f"{name}: {by_position[0]} must be a list, did you mean {name}([{given}])?"
    return (
        f"{name}: {len(args)} arguments by position, it takes {len(by_position)}"
        f" ({', '.join(by_position) or 'none'}): name the others"
    )


def _missing(name: str, parameters: Mapping[str, Parameter], given: Collection[str]) -> str | None:
    """Return which argument a call lacks; None: none, what it does has failed."""
    needed = (
        key
        for key, value in parameters.items()
        if value.default is Parameter.empty
        and value.kind in (*_BY_POSITION, Parameter.KEYWORD_ONLY)
    )
    lacking = next((key for key in needed if key not in given), None)
    return None if lacking is None else missing_argument(name, lacking)


def missing_argument(name: str, lacking: str) -> str:
    """Say that something named needs an argument."""
    return f"{name}: {lacking} must be given{_NEEDED.get(lacking, '')}"
