"""Names that a model does not have, asked for or set: they are answered, not taken in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ganglion._base import attributes

_OF_OTHERS = {  # what models of other packages have that change
    "add": "Sequential([...]), which takes all layers at once",
    "pop": "Sequential([...]), which takes all layers at once",
    "add_loss": "Model(inputs, outputs, losses=[...]), of losses called on tensors",
    "trainable": "trainable=False of a layer, gn.Dense(..., trainable=False), or of a model that is"
    " called as one, model(x, trainable=False)",
}
_TOLD = {  # what cannot be set, and where it is said
    **dict.fromkeys(("optimizer", "loss", "metrics"), "compile says it"),
    "parameter_vector": "write into it, parameter_vector[:] = ..., or call set_weights",
    "gradient_vector": "write into it, gradient_vector[:] = ...",
}


class Named:
    """Has no names but those that its class declares; a class of the user's own may have others."""

    if not TYPE_CHECKING:  # else any name would pass the type checker

        def __getattr__(self, name: str) -> Any:
            if hasattr(type(self), name):  # a property, which says itself why it is not there
                return object.__getattribute__(self, name)
            raise attributes.missing_of(self, name, _OF_OTHERS)

        def __setattr__(self, name: str, value: Any) -> None:
            kind = type(self)
            known = getattr(kind, name, None)
            if isinstance(known, property) and known.fset is None and _is_ours(known.fget):
                way = _TOLD.get(name, "it is what the model was made with")
                raise AttributeError(f"{kind.__name__}: {name} cannot be set: {way}", name=None)
            if known is None and not _takes(kind, name):
                raise attributes.missing_of(self, name, _OF_OTHERS)
            super().__setattr__(name, value)


def _takes(kind: type[Any], name: str) -> bool:
    """Tell whether models of a class may have an attribute that is none of the class's own."""
    if name.startswith("_") or name in attributes.declared(kind):
        return True
    return not _is_ours(kind) and name not in _OF_OTHERS


def _is_ours(defined: Any) -> bool:
    """Tell whether a class or a function is of this package."""
    return str(defined.__module__).partition(".")[0] == __name__.partition(".")[0]
