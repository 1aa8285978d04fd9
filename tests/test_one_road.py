"""One road from every `fit` to the core: the same loop, and few calls on the way."""

import ast
import re
import sys
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import CodeType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

import ganglion as gn
from ganglion import _core
from ganglion._base.interrupts import heed
from ganglion.adversarial import GenerativeAdversarialNetwork
from ganglion.autoencoder import Autoencoder
from ganglion.callbacks import LambdaCallback
from ganglion.estimators.perceptron.units import UnitsEpochs
from ganglion.linear_model import Perceptron
from ganglion.neural_network import MLPClassifier, MLPRegressor, ResNetClassifier
from ganglion.tables import TableClassifier
from ganglion.training import loop
from ganglion.training.core_passes import CorePass

Array = NDArray[Any]

PACKAGE = Path(gn.__file__).parent
MOST_CALLS = 9  # from `fit` to the core, both counted

X = np.random.default_rng(0).normal(size=(40, 4))
Y = np.arange(40) % 3
TABLE = pd.DataFrame({"number": range(240), "text": 2 * [f"t{row}" for row in range(120)]})


def fit_model() -> None:
    net = gn.MLP([4, 5, 3])
    net.compile(loss="cross_entropy")
    net.fit(X, Y, epochs=2, validation_split=0.5, verbose=0)


FITS: dict[str, tuple[str, Callable[[], object]]] = {  # and what of the core they come to
    "Model": ("Trainer.run", fit_model),
    "MLPClassifier": ("Trainer.run", lambda: MLPClassifier(5, max_iter=2).fit(X, Y)),
    "MLPClassifier, early stopping": (
        "Trainer.run",
        lambda: MLPClassifier(5, max_iter=2, early_stopping=True).fit(X, Y),
    ),
    "MLPClassifier, in parts": (
        "Trainer.run",
        lambda: MLPClassifier(5).partial_fit(X, Y, classes=[0, 1, 2]),
    ),
    "MLPRegressor": (
        "Trainer.run",
        lambda: MLPRegressor(hidden_layer_sizes=5, max_iter=2).fit(X, X),
    ),
    "Autoencoder": ("Trainer.run", lambda: Autoencoder(max_iter=2).fit(X)),
    "GenerativeAdversarialNetwork": (
        "Trainer.run",
        lambda: GenerativeAdversarialNetwork(2, 5, 5, max_iter=2).fit(X),
    ),
    "ResNetClassifier": ("Trainer.run", lambda: ResNetClassifier(1, 5, max_iter=2).fit(X, Y)),
    "TableClassifier": (
        "Trainer.run",
        lambda: TableClassifier((5,), max_iter=2).fit(TABLE, np.arange(240) % 3),
    ),
    "Perceptron": ("Perceptrons.run_epoch", lambda: Perceptron(max_iter=2, tol=None).fit(X, Y)),
}
BY_SCIPY: dict[str, tuple[str, Callable[[], object]]] = {  # which has the loop
    "MLPClassifier, lbfgs": (
        "Trainer.run",
        lambda: MLPClassifier(5, max_iter=2, solver="lbfgs").fit(X, Y),
    ),
}

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def ways_to_the_core(
    place: str, fit: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> list[list[CodeType]]:
    """Return the package's functions on the stack, the outermost first, of each call of a fit's."""
    ways: list[list[CodeType]] = []

    def noting(call: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*arguments: Any, **named: Any) -> Any:
            codes = [frame.f_code for frame, _ in traceback.walk_stack(sys._getframe(1))]
            ways.append([code for code in codes[::-1] if is_ours(code)])
            return call(*arguments, **named)

        return noted

    name, method = place.split(".")
    for kind in (_core.float32, _core.float64):
        owner = getattr(kind, name)
        monkeypatch.setattr(owner, method, noting(getattr(owner, method)))
    fit()
    assert ways
    return ways


def is_ours(code: CodeType) -> bool:
    return PACKAGE in Path(code.co_filename).parents


@pytest.mark.parametrize("name", FITS)
def test_every_fit_goes_through_the_one_loop(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ways = ways_to_the_core(*FITS[name], monkeypatch)
    assert [way for way in ways if loop.run.__code__ not in way] == []
    last = UnitsEpochs.run if name == "Perceptron" else CorePass.run
    assert {way[-1] for way in ways} == {last.__code__}


@pytest.mark.parametrize("name", FITS | BY_SCIPY)
def test_few_calls_lead_from_a_fit_to_the_core(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    longest = max(ways_to_the_core(*(FITS | BY_SCIPY)[name], monkeypatch), key=len)
    assert len(longest) <= MOST_CALLS, [code.co_qualname for code in longest]


def private_names(source: str) -> set[str]:
    """Return what the classes of a module keep to themselves."""
    nodes = list(ast.walk(ast.parse(source)))
    names = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    names |= {node.attr for node in nodes if isinstance(node, ast.Attribute) and is_own(node)}
    return {name for name in names if re.match("_[a-z]", name)}


def reached_into(source: str, names: set[str]) -> list[str]:
    """Return where a module reads such names of others than its own classes."""
    return [
        ast.unparse(node)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and node.attr in names and not is_own(node)
    ]


def is_own(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")


def test_estimators_come_to_the_inside_of_a_model_by_one_door() -> None:
    models = (path.read_text() for path in (PACKAGE / "models").glob("*.py"))
    private = set[str]().union(*map(private_names, models))
    assert {"_model", "_subject", "_outputs", "_objective"} <= private
    assert reached_into("hidden._model.store; self._net._outputs(x)", private) == [
        "hidden._model",
        "self._net._outputs",
    ]
    sources = (PACKAGE / "estimators").rglob("*.py")
    assert [found for path in sources for found in reached_into(path.read_text(), private)] == []


def test_a_thread_that_heeds_an_event_ends_the_fit_of_a_model() -> None:
    stop, net = threading.Event(), gn.MLP([4, 5, 3])
    net.compile(loss="cross_entropy")
    stopping = LambdaCallback(on_epoch_end=lambda epoch, _: stop.set() if epoch == 1 else None)
    with ThreadPoolExecutor(1, initializer=heed, initargs=(stop,)) as pool:
        fit = pool.submit(net.fit, X, Y, epochs=9, callbacks=[stopping], verbose=0)
        assert isinstance(fit.exception(), KeyboardInterrupt)
    assert len(net.history) == 2
