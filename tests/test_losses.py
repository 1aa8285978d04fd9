import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import ganglion as gn
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


def test_parameters_are_the_delta_of_huber_and_the_levels_of_quantiles() -> None:
    parameters = {name: record().parameters for name, record in losses.LOSSES.items()}
    assert parameters.pop("huber") == (1.0,)
    assert parameters.pop("quantile") == (0.5,)
    assert parameters.pop("multi_margin") == (1.0,)
    assert parameters.pop("tweedie") == (1.5,)
    assert losses.Huber(delta=2).parameters == (2.0,)
    assert losses.Quantile(level=(0.1, 0.9)).parameters == (0.1, 0.9)
    assert set(parameters.values()) == {()}


def test_target_columns_are_those_that_a_loss_compares_with_outputs() -> None:
    columns = {name: record().target_columns(4) for name, record in losses.LOSSES.items()}
    assert columns.pop("cross_entropy") == (4, 1)
    assert columns.pop("gaussian") == (2,)
    assert columns.pop("multi_margin") == (1,)
    assert losses.Quantile(level=(0.1, 0.3, 0.5, 0.9)).target_columns(4) == (1,)
    assert set(columns.values()) == {(4,)}


@pytest.mark.parametrize("level", [0.0, 1.0, math.nan, (0.5, 2.0)])
def test_quantile_refuses_a_level_that_is_not_inside(level: Any) -> None:
    with pytest.raises(ValueError, match=r"^level must be a number in \(0, 1\), got "):
        losses.Quantile(level=level)


def test_quantile_refuses_no_level() -> None:
    with pytest.raises(ValueError, match="level holds no number"):
        losses.Quantile(level=())


@pytest.mark.parametrize("delta", [0.0, -1.0, math.nan, math.inf])
def test_huber_refuses_a_delta_that_is_not_positive(delta: float) -> None:
    with pytest.raises(ValueError, match=f"^delta must be a positive finite number, got {delta}$"):
        losses.Huber(delta=delta)


ON_OUTPUTS: dict[str, tuple[losses.Loss, int, Callable[[Any, Any, Any], Any]]] = {
    "quantile": (
        losses.Quantile(level=0.8),
        4,
        lambda torch, p, t: torch.maximum(0.8 * (t - p), -0.2 * (t - p)).mean(),
    ),
    "quantiles": (
        losses.Quantile(level=(0.1, 0.2, 0.5, 0.9)),
        1,
        lambda torch, p, t: (
            sum(
                torch.maximum(q * (t[:, 0] - p[:, i]), (q - 1) * (t[:, 0] - p[:, i])).mean()
                for i, q in enumerate((0.1, 0.2, 0.5, 0.9))
            )
            / 4
        ),
    ),
    "gaussian": (
        losses.Gaussian(),
        2,
        lambda torch, p, t: torch.nn.functional.gaussian_nll_loss(p[:, :2], t, p[:, 2:].exp()),
    ),
}


@pytest.mark.parametrize("name", ON_OUTPUTS)
def test_losses_of_other_columns_are_torchs(name: str) -> None:
    torch = pytest.importorskip("torch")
    loss, columns, theirs = ON_OUTPUTS[name]
    rng = np.random.default_rng(1)
    outputs, y = rng.normal(size=(9, 4)), rng.normal(size=(9, columns))
    net = gn.Sequential([gn.Dense(4, use_bias=False)], input_size=9, dtype="float64")
    net.set_weights([outputs])  # of the identity matrix
    net.compile("sgd", loss=loss)
    ours = net.train_on_batch(np.eye(9), y)["loss"]
    p = torch.tensor(outputs, requires_grad=True)
    value = theirs(torch, p, torch.tensor(y))
    value.backward()
    assert ours == pytest.approx(value.item(), rel=1e-12)
    gradient = net.gradient_vector.reshape(9, 4)
    np.testing.assert_allclose(gradient, p.grad.numpy(), rtol=1e-12, atol=1e-15)


def test_what_does_not_fit_a_loss_is_refused() -> None:
    net = gn.MLP([3, 4], dtype="float64")
    with pytest.raises(ValueError, match=r"quantile of 2 levels needs 2 outputs, one for"):
        net.compile("sgd", loss=losses.Quantile(level=(0.1, 0.9)))
    with pytest.raises(ValueError, match="metrics: mean_absolute_error compares each output with"):
        net.compile("sgd", loss="gaussian", metrics=["mean_absolute_error"])
    net.compile("sgd", loss="gaussian")
    with pytest.raises(ValueError, match=r"y has shape \(5, 4\), must be \(5, 2\) for"):
        net.fit(np.zeros((5, 3)), np.zeros((5, 4)))
    with pytest.raises(ValueError, match=r"compile: gaussian needs 2 outputs for each target, fir"):
        gn.MLP([3, 5]).compile("sgd", loss="gaussian")
    with pytest.raises(ValueError, match="compile: cross_entropy needs an output for each class, "):
        gn.MLP([3, 1]).compile("sgd", loss="cross_entropy")


@pytest.mark.parametrize(
    ("outputs", "loss", "where"),
    [
        (2, losses.Gaussian(), r"the means in p\[:, :1\]$"),
        (6, losses.Gaussian(), r"the means in p\[:, :3\]$"),
        (2, losses.Quantile((0.1, 0.9)), r"the first level in p\[:, :1\]$"),
    ],
)
def test_a_metric_of_some_outputs_is_answered_with_where_they_are(
    outputs: int, loss: losses.Loss, where: str
) -> None:
    with pytest.raises(ValueError, match=f"pass a function of targets and outputs p, .*{where}"):
        gn.MLP([3, outputs]).compile("sgd", loss=loss, metrics=["mae"])


def test_levels_in_a_list_are_kept_as_they_were() -> None:
    levels = [0.1, 0.9]
    loss = losses.Quantile(level=levels)
    levels[0] = 2.0
    assert loss == losses.Quantile(level=(0.1, 0.9))
    assert hash(loss) == hash(losses.Quantile(level=(0.1, 0.9)))


def test_a_metric_of_ones_own_takes_the_means() -> None:
    def error(y: NDArray[Any], p: NDArray[Any]) -> float:
        return float(abs(y - p[:, :1]).mean())

    net = gn.MLP([3, 2])
    net.compile("sgd", loss="gaussian", metrics=[error])
    x, y = np.eye(3), np.arange(3.0)
    means = net.predict(x)[:, 0]
    assert net.evaluate(x, y)["error"] == pytest.approx(abs(y - means).mean())


@pytest.mark.parametrize("loss", ["cross_entropy", "multi_margin"])
def test_more_classes_than_float32_tells_apart_are_refused(loss: str) -> None:
    parameters = [1.0] if loss == "multi_margin" else []

    def loss_of(classes: int, columns: int = 1) -> int:
        graph = _core.Graph()
        output, target = graph.input("y", classes), graph.input("target", columns)
        return graph.loss(loss, output, target, None, parameters)

    loss_of(2**24)
    with pytest.raises(ValueError, match="each of 16777217 classes, must have at most 16777216"):
        loss_of(2**24 + 1)
    if loss == "cross_entropy":
        loss_of(2**24 + 1, columns=2**24 + 1)  # of which none has a number
