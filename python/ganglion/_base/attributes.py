"""Attributes: a name that there is not is answered with the one that is meant."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, NoReturn

from ganglion._base.naming import ALIASES, nearest

if sys.version_info >= (3, 14):
    from annotationlib import Format, get_annotations

    _annotations = partial(get_annotations, format=Format.STRING)
else:
    from inspect import get_annotations as _annotations

_CALLED: Mapping[str, tuple[str, ...]] = {
    # what other packages call it: names here, of which one is meant; none: it is not here
    **ALIASES,
    **dict.fromkeys(("batch_norm", "batchnorm1d", "batchnorm2d"), ("batchnormalization",)),
    "bce_with_logits": ("binary_cross_entropy",),
    "get_parameters": ("get_weights",),
    "eval": ("evaluate",),
    "clone_model": (),
    "fit_generator": ("fit",),
    "functional": ("model",),
    "input_layer": ("input",),
    "input_shape": ("input_size",),
    "l1": ("absolute_error",),
    "lambda": ("layer", "lambdacallback"),
    "layernorm": ("layernormalization",),
    "linear": ("dense", "identity"),
    "load_model": ("load",),
    "load_state_dict": ("set_weights",),
    "lr": ("learning_rate",),
    "module": ("model", "sequential"),
    "n_params": ("count_params",),
    "named_parameters": ("parameter_names",),
    "nll": ("cross_entropy",),
    "optim": ("optimizers",),
    "output_shape": ("output_size",),
    "parameters": ("parameter_vector",),
    "prelu": (),
    "predict_classes": ("predict",),
    "predict_on_batch": ("predict",),
    "rescaling": ("rescale",),
    "save_weights": ("save",),
    "score": ("evaluate",),
    "smooth_l1": ("huber",),
    "standardscaler": ("normalization",),
    "state_dict": ("get_weights",),
    "step": ("apply_gradients",),
    "test_on_batch": ("evaluate",),
    "train": ("fit",),
    "train_step": ("train_on_batch",),
    "transform": ("predict",),
    "weights": ("get_weights",),
    "zero_grad": ("backward",),
}

NO_LAYERS = {"rescale": "the argument rescale of a network, rescale=1/255"}
"""What other packages have layers for and is none here, as `missing` takes it."""


class UnavailableError(AttributeError, ValueError):
    """What things of this kind have, and this one as it is has not: `hasattr` says no."""

    def __init__(self, message: str) -> None:
        super().__init__(message, name=None)  # None: Python adds no guess of its own


def _run_together(name: str) -> str:
    """Return a name as it is looked for: MeanSquaredError, mean_squared_error and MSELoss alike."""
    return name.lower().replace("_", "").removesuffix("loss")


_ELSEWHERE = {_run_together(name): meant for name, meant in _CALLED.items()}


def missing(
    owner: str, name: str, listed: Iterable[str], known: Mapping[str, str]
) -> AttributeError:
    """Return what is raised where there is no such attribute.

    Args:
        owner: What has none, for the message.
        name: The attribute's name.
        listed: What it has, told where no name is near.
        known: What may be meant: names in small letters, and how they are shown.
    """
    said = f"{owner} has no attribute {name!r}"
    if name.startswith("_"):  # asked for by Python and tools, that go another way without it
        return AttributeError(said)
    together = _run_together(name)
    meant: str | None = name.lower()
    if meant not in known:
        meant = nearest(together if together in _ELSEWHERE else name, known, _ELSEWHERE)
    hint = f", did you mean {known[meant]}?" if meant else f". There are {', '.join(listed)}"
    return AttributeError(said + hint, name=None)  # None: Python adds no guess of its own


def public_names(module: str) -> dict[str, str]:
    """Return what a module holds for users, as `missing` takes it, also by names in words."""
    found = {}
    for key, value in vars(sys.modules[module]).items():
        is_own = getattr(value, "__module__", "").startswith(module)
        if is_own and not key.startswith("_") and not _is_helper(value):
            found[key.lower()] = f"{module}.{key}"
            in_words = getattr(value, "name", None)
            if isinstance(in_words, str):
                found.setdefault(in_words, f"{module}.{key}")
    return found


def _is_helper(value: object) -> bool:
    """Tell whether this is a function for other modules: one for users is `explained`."""
    return inspect.isfunction(value) and not hasattr(value, "__wrapped__")


def given_by_name(kind: str, names: Iterable[str]) -> dict[str, str]:
    """Return names that stand in arguments, as `missing` takes them: `activation='relu'`."""
    return {name: f"{kind}={name!r}" for name in names}


def answering(module: str, others: Mapping[str, str] | None = None) -> Callable[[str], NoReturn]:
    """Return what a module has as `__getattr__` (PEP 562); others are meant, and not listed."""

    def answer(name: str) -> NoReturn:
        known = public_names(module)
        listed = _each_once(known)
        raise missing(f"module {module!r}", name, listed, {**(others or {}), **known})

    return answer


def missing_of(item: object, name: str, others: Mapping[str, str]) -> AttributeError:
    """Return what is raised where a class's item has no such attribute.

    Args:
        item: Which one.
        name: The attribute's name.
        others: What other packages' have that cannot be told by a name of ours, and what to say.
    """
    kind = type(item)
    owner = repr(kind.__name__)
    if name.startswith("_"):  # nothing is told of what there is
        return missing(owner, name, (), {})
    public = sorted(key for key in {*dir(kind), *declared(kind)} if not key.startswith("_"))
    known = {key.lower(): key for key in public} | dict(others)
    return missing(owner, name, public, known)


def declared(kind: type[Any]) -> frozenset[str]:
    """Return the attributes that a class, or one it extends, says that its items have.

    Their types are not evaluated: they may be known to a type checker alone.
    """
    return frozenset(name for one in kind.__mro__ for name in _annotations(one))


def _each_once(known: Mapping[str, str]) -> list[str]:
    return list(dict.fromkeys(known.values()))
