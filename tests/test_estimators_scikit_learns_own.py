"""scikit-learn's own tests of these classes, as installed, run on ours."""

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import sklearn.linear_model
import sklearn.neural_network
from sklearn.linear_model.tests import test_perceptron
from sklearn.neural_network.tests import test_mlp

# What a test asks of scikit-learn's private parts, which ours do not have.
PRIVATE = {
    "test_gradient": "calls _loss_grad_lbfgs; test_estimators.py differentiates ours",
}

pytestmark = [
    pytest.mark.filterwarnings("default"),
    pytest.mark.filterwarnings("error:.*standardize_target"),  # it is for worse data
]


@pytest.fixture
def global_random_seed() -> int:
    """Return the seed that scikit-learn's tests take by default."""
    return 42


def load_with_ours(tests: ModuleType, line: str) -> dict[str, Any]:
    """Return the tests of a copy of the file that imports our classes in a line of its own."""
    path = Path(str(tests.__file__))
    source = path.read_text()
    assert source.count(line) == 1
    namespace: dict[str, Any] = {"__name__": f"ganglion_{path.stem}"}
    ours = line.replace("sklearn", "ganglion")
    exec(compile(source.replace(line, ours), str(path), "exec"), namespace)
    return {name: value for name, value in namespace.items() if name.startswith("test_")}


MLP_TESTS = load_with_ours(
    test_mlp, "from sklearn.neural_network import MLPClassifier, MLPRegressor"
)
PERCEPTRON_TESTS = load_with_ours(test_perceptron, "from sklearn.linear_model import Perceptron")
TESTS = MLP_TESTS | PERCEPTRON_TESTS
globals().update({name: test for name, test in TESTS.items() if name not in PRIVATE})


def test_only_what_is_private_is_left_out() -> None:
    assert set(PRIVATE) <= set(TESTS)
    assert len(TESTS) == len(MLP_TESTS) + len(PERCEPTRON_TESTS)
    assert len(MLP_TESTS) > 30
    assert len(PERCEPTRON_TESTS) > 3


@pytest.mark.parametrize(
    ("test", "theirs"),
    [
        (MLP_TESTS["test_alpha"], sklearn.neural_network.MLPClassifier),
        (PERCEPTRON_TESTS["test_perceptron_accuracy"], sklearn.linear_model.Perceptron),
    ],
)
def test_it_is_ours_that_is_tested(test: Any, theirs: type) -> None:
    tested = test.__globals__[theirs.__name__]
    assert tested is not theirs
    assert tested.__module__.startswith("ganglion")
