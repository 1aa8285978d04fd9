import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ganglion import _core, losses


def test_names_are_those_of_the_core() -> None:
    assert sorted(losses.LOSSES) == sorted(_core.loss_names())


@pytest.mark.parametrize("name", losses.LOSSES)
def test_get_takes_a_name_or_a_record(name: str) -> None:
    loss = losses.get(name)
    assert isinstance(loss, losses.LOSSES[name])
    assert loss.name == name
    assert losses.get(loss) is loss


def test_get_returns_a_loss_of_ones_own() -> None:
    def half(
        targets: NDArray[Any], predictions: NDArray[Any], weights: NDArray[Any] | None
    ) -> tuple[float, NDArray[Any]]:
        error = predictions - targets
        return float(np.sum(error**2)) / 2, error

    assert losses.get(half) is half


@pytest.mark.parametrize("spec", [losses.Huber, 3, None])
def test_get_refuses_what_is_no_loss(spec: Any) -> None:
    with pytest.raises(TypeError, match="loss must be a name or a record"):
        losses.get(spec)


def test_get_suggests_a_name() -> None:
    with pytest.raises(ValueError, match="loss: unknown name 'hubert', did you mean 'huber'"):
        losses.get("hubert")


def test_parameter_is_the_delta_of_huber_and_zero_elsewhere() -> None:
    parameters = {name: record().parameter for name, record in losses.LOSSES.items()}
    assert parameters.pop("huber") == 1.0
    assert losses.Huber(delta=2).parameter == 2.0
    assert set(parameters.values()) == {0.0}


@pytest.mark.parametrize("delta", [0.0, -1.0, math.nan, math.inf])
def test_huber_refuses_a_delta_that_is_not_positive(delta: float) -> None:
    with pytest.raises(ValueError, match=f"^delta must be a positive finite number, got {delta}$"):
        losses.Huber(delta=delta)
