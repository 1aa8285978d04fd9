"""scikit-learn's own tests of its networks, as installed, run on ours."""

from pathlib import Path
from typing import Any

import pytest
import sklearn.neural_network
from sklearn.neural_network.tests import test_mlp

IMPORT = "from sklearn.neural_network import MLPClassifier, MLPRegressor"

# What a test asks of scikit-learn's private parts, which ours do not have.
PRIVATE = {
    "test_gradient": "calls _loss_grad_lbfgs; test_estimators.py differentiates ours",
}

pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture
def global_random_seed() -> int:
    """Return the seed that scikit-learn's tests take by default."""
    return 42


def load_with_ours() -> dict[str, Any]:
    """Return the tests, of a copy of the file that imports our classes."""
    path = Path(test_mlp.__file__)
    source = path.read_text()
    assert source.count(IMPORT) == 1
    namespace: dict[str, Any] = {"__name__": "ganglion_test_mlp"}
    ours = IMPORT.replace("sklearn", "ganglion")
    exec(compile(source.replace(IMPORT, ours), str(path), "exec"), namespace)
    return {name: value for name, value in namespace.items() if name.startswith("test_")}


TESTS = load_with_ours()
globals().update({name: test for name, test in TESTS.items() if name not in PRIVATE})


def test_only_what_is_private_is_left_out() -> None:
    assert set(PRIVATE) <= set(TESTS)
    assert len(TESTS) > 30
    namespace = TESTS["test_alpha"].__globals__
    assert namespace["MLPClassifier"] is not sklearn.neural_network.MLPClassifier
    assert namespace["MLPClassifier"].__module__.startswith("ganglion")
