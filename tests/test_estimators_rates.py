"""Learning rates of the estimators where the warm-up does not leave room for them."""

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_iris

import ganglion as gn
from ganglion.estimators.multilayer.stochastic import schedule_by, settings_of
from ganglion.neural_network import MLPClassifier

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = load_iris(return_X_y=True)
STEPS = 20  # five epochs of four


def net(**settings: Any) -> MLPClassifier:
    return MLPClassifier(random_state=0, max_iter=5, batch_size=40, **settings)


@pytest.mark.parametrize("warmup", [STEPS - 1, STEPS, STEPS + 1, 10 * STEPS])
@pytest.mark.parametrize("name", ["cosine", "one_cycle"])
def test_a_warmup_as_long_as_the_fit_or_longer(name: str, warmup: int) -> None:
    warm = net(lr_schedule=name, warmup_steps=warmup)
    make = {"cosine": gn.schedules.CosineDecay, "one_cycle": gn.schedules.OneCycle}[name]
    rest = make(0.001, max(1, STEPS - warmup))
    schedule = schedule_by(settings_of(warm), steps=STEPS)
    assert schedule == gn.schedules.Warmup(rest, warmup)
    rates = schedule.rates(np.arange(STEPS))
    assert np.all(np.diff(rates[: min(STEPS, warmup)]) > 0)
    same = net(lr_schedule=gn.schedules.Warmup(rest, warmup))
    np.testing.assert_array_equal(warm.fit(X, Y).predict_proba(X), same.fit(X, Y).predict_proba(X))
