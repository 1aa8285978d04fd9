"""scikit-learn's checks of what an estimator must be."""

from collections.abc import Callable
from typing import Any

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from ganglion.linear_model import Perceptron
from ganglion.neural_network import MLPClassifier, MLPRegressor, ResNetClassifier, ResNetRegressor
from ganglion.tables import TableClassifier, TableRegressor

ESTIMATORS = [
    MLPClassifier(max_iter=100),
    MLPRegressor(max_iter=100),
    # With less alpha a probability is 1.0, as in scikit-learn; rounding grows with each iteration.
    MLPClassifier(solver="lbfgs", alpha=1.0, max_iter=30),
    MLPRegressor(solver="lbfgs"),
    MLPClassifier(solver="sgd", learning_rate_init=0.1, max_iter=100),
    MLPRegressor(solver="sgd", learning_rate="adaptive", max_iter=100),
    Perceptron(),
    Perceptron(penalty="elasticnet"),
    MLPClassifier(standardize=True, max_iter=100),
    MLPRegressor("gaussian", standardize=True, max_iter=100),
    MLPRegressor("quantile", standardize=True, max_iter=100),
    MLPRegressor(standardize=True, standardize_target=True, max_iter=100),
    # With a smaller rate a fit ends before the samples that count carry those that do not.
    ResNetClassifier(2, 32, learning_rate_init=0.01, max_iter=100),
    ResNetRegressor(blocks=2, width=32, max_iter=100),
    ResNetClassifier(2, 32, normalization="layer", form="pre_activation", max_iter=100),
    ResNetRegressor(blocks=2, width=32, normalization=None, max_iter=100),
    TableClassifier((32,), learning_rate_init=0.01, dropout=0.0, early_stopping=False, max_iter=60),
    TableRegressor(hidden_layer_sizes=(32,), early_stopping=False, max_iter=100),
]

# Rosenblatt's rule goes by the order of the samples: a weight makes one step longer, a repeated
# sample makes more steps. scikit-learn lists the same for its own.
BY_ORDER = "what a weight does is not what a repeated sample does, by the rule"
# Mean and variance are of all rows, as the papers and all frameworks have them: one that counts
# nothing is among them once, one that counts twice not twice.
BY_BATCH = "a batch's moments are of its rows, whatever they count"
# Columns are measured as `ganglion train` does it, which knows no weights.
BY_COLUMN = "a column's mean, deviation and texts are of its rows, whatever they count"
EQUIVALENCE = (
    "check_sample_weight_equivalence_on_dense_data",
    "check_sample_weight_equivalence_on_sparse_data",
)


def expected_failures(estimator: Any) -> dict[str, str]:
    if isinstance(estimator, Perceptron):
        return dict.fromkeys(EQUIVALENCE, BY_ORDER)
    if isinstance(estimator, TableClassifier | TableRegressor):
        return dict.fromkeys(EQUIVALENCE[:1], BY_COLUMN)
    by_batch = getattr(estimator, "normalization", None) == "batch"
    return dict.fromkeys(EQUIVALENCE, BY_BATCH) if by_batch else {}


@pytest.mark.filterwarnings("ignore")  # of fits that have not converged, as in scikit-learn's suite
@parametrize_with_checks(  # type: ignore[untyped-decorator]
    ESTIMATORS,
    expected_failed_checks=expected_failures,
)
def test_scikit_learns_checks(estimator: Any, check: Callable[[Any], None]) -> None:
    check(estimator)
