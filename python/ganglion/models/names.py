"""Names that a model does not have, asked for or set: they are answered, not taken in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ganglion._base import attributes
from ganglion._base.attributes import UnavailableError

_OF_OTHERS = {  # what models of other packages have that change
    "add": "Sequential([...]), which takes all layers at once",
    "pop": "Sequential([...]), which takes all layers at once",
    "add_loss": "Model(inputs, outputs, losses=[...]), of losses called on tensors",
    "trainable": "trainable=False of a layer, gn.Dense(..., trainable=False), or of a model that is"
    " called as one, model(x, trainable=False)",
}
_SET_SO = {  # what is set in another way than it is asked for
    **dict.fromkeys(("get_parameters", "state_dict", "weights"), "set_weights(...)"),
    **dict.fromkeys(("params", "parameters"), "set_weights(...), or parameter_vector[:] = ..."),
}
_TOLD = {  # what cannot be set, and where it is said
    **dict.fromkeys(("optimizer", "loss", "metrics"), "compile says it"),
    "parameter_vector": "write into it, parameter_vector[:] = ..., or call set_weights",
    "gradient_vector": "write into it, gradient_vector[:] = ...",
}
_ABSENT = object()


class Named:
    """Has the attributes that its class has or declares, and answers any other name.

    Names that begin with an underscore are taken as they are. A class of the user's own has
    attributes of its own, also those that nobody declares; none is called `trainable` unless it is
    declared, for setting it would freeze nothing.
    """

    _declared: ClassVar[frozenset[str]] = frozenset()  # looked at wherever an attribute is set

    def __init_subclass__(cls, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        cls._declared = attributes.declared(cls)

    if not TYPE_CHECKING:  # else any name would pass the type checker

        def __getattr__(self, name: str) -> Any:
            kind = type(self)
            if hasattr(kind, name):  # a property: why it is not there is lost, so it is asked again
                return object.__getattribute__(self, name)
            if name in self._declared:
                raise UnavailableError(f"{kind.__name__}: {name} has not been set yet")
            raise attributes.missing_of(self, name, _OF_OTHERS)

        def __setattr__(self, name: str, value: Any) -> None:
            if name[:1] != "_" and name not in self._declared:
                _check_set(self, name, value)
            super().__setattr__(name, value)

    def _own_attributes(self) -> dict[str, Any]:
        """Return those that no class of this package declares, by name."""
        kinds = (kind for kind in type(self).__mro__ if issubclass(kind, Named))
        ours = next(filter(_is_ours, kinds))
        return {name: one for name, one in vars(self).items() if name not in ours._declared}


def _check_set(item: Named, name: str, value: object) -> None:
    """Refuse to set what is not there, or is not set so."""
    kind = type(item)
    known = getattr(kind, name, _ABSENT)
    if known is _ABSENT:
        if _is_ours(kind) or name == "trainable":
            raise attributes.missing_of(item, name, _OF_OTHERS | _SET_SO)
    elif isinstance(known, property):
        if known.fset is None and _is_ours(known.fget):
            way = _TOLD.get(name, "it is what the model was made with")
            raise AttributeError(f"{kind.__name__}: {name} cannot be set: {way}", name=None)
    elif callable(known) and not callable(value) and _is_ours(known):
        raise AttributeError(f"{kind.__name__}: {name} is called: {name}(...)", name=None)


def _is_ours(defined: Any) -> bool:
    """Tell whether a class or a function is of this package."""
    module = str(getattr(defined, "__module__", ""))
    return module.partition(".")[0] == __name__.partition(".")[0]
