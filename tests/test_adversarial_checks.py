"""scikit-learn's checks of what an estimator must be, on the adversarial network."""

from collections.abc import Callable
from typing import Any

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from ganglion.adversarial import GenerativeAdversarialNetwork

SMALL: dict[str, Any] = {
    "generator_hidden_layer_sizes": 10,
    "discriminator_hidden_layer_sizes": 10,
    "max_iter": 3,
}
ESTIMATORS = [
    GenerativeAdversarialNetwork(**SMALL),
    GenerativeAdversarialNetwork(**SMALL, discriminator_steps=3, label_smoothing=0.1),
]


@pytest.mark.filterwarnings("ignore")  # of badly scaled data, as in scikit-learn's suite
@parametrize_with_checks(ESTIMATORS)  # type: ignore[untyped-decorator]
def test_scikit_learns_checks(estimator: Any, check: Callable[[Any], None]) -> None:
    check(estimator)
