"""Stochastic weight averaging: the mean of epochs' weights, and moments computed anew for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import ganglion as gn
from ganglion.callbacks import LambdaCallback, StochasticWeightAveraging

Array = NDArray[Any]

RNG = np.random.default_rng(0)
ROWS, BATCH = 64, 16
X = RNG.normal(size=(ROWS, 5)) * [1, 2, 3, 4, 5] + 2
Y = (X @ RNG.normal(size=(5, 3))).argmax(axis=1)


def network(*layers: gn.Layer, dtype: Any = "float64", **arguments: Any) -> gn.Sequential:
    given = {"input_size": 5, "seed": 1, **arguments}
    net = gn.Sequential([*layers, gn.Dense(3)], dtype=dtype, **given)
    net.compile(gn.optimizers.SGD(0.05, momentum=0.9), loss="cross_entropy")
    return net


def normalized(dtype: Any = "float64") -> gn.Sequential:
    between = [gn.Activation("relu"), gn.Dense(6), gn.BatchNormalization(epsilon=1e-5)]
    return network(gn.Dense(8), gn.BatchNormalization(epsilon=1e-5), *between, dtype=dtype)


def fit(net: gn.Model, *callbacks: Any, epochs: int = 6, **arguments: Any) -> list[Array]:
    """Train, and return the vectors of parameters at the ends of epochs."""
    found: list[Array] = []
    note = LambdaCallback(on_epoch_end=lambda *_: found.append(net.parameter_vector.copy()))
    given = {"batch_size": BATCH, "verbose": 0, "x": X, "y": Y, **arguments}
    net.fit(epochs=epochs, callbacks=[note, *callbacks], **given)
    return found


def named(net: gn.Model) -> dict[str, Array]:
    return dict(zip(net.parameter_names, net.get_weights(), strict=True))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("start", [0, 2, 5])
def test_the_mean_of_epochs_takes_the_weights_place(start: int, dtype: str) -> None:
    net = network(gn.Dense(4, "tanh"), dtype=dtype)
    callback = StochasticWeightAveraging(start)
    found = fit(net, callback)
    mean = np.mean(found[start:], axis=0, dtype=np.float64)
    assert callback.averaged_epochs == 6 - start
    np.testing.assert_allclose(
        net.parameter_vector, mean, rtol=1e-12 if dtype == "float64" else 2e-7, atol=1e-12
    )


def test_averaging_does_not_touch_training() -> None:
    assert np.array_equal(
        fit(normalized()), fit(normalized(), StochasticWeightAveraging(1)), equal_nan=False
    )


def torch_copy(net: gn.Sequential) -> Any:
    """Return PyTorch's network of the same layers and weights."""
    torch = pytest.importorskip("torch")
    layers, channels = [], 5
    for layer in net.layers:
        match layer:
            case gn.Dense():
                layers.append(torch.nn.Linear(channels, layer.units))
                channels = layer.units
            case gn.BatchNormalization():
                layers.append(torch.nn.BatchNorm1d(channels, eps=layer.epsilon))
            case _:
                layers.append(torch.nn.ReLU())
    copy = torch.nn.Sequential(*layers).to(getattr(torch, net.dtype))
    state = {name: torch.from_numpy(value.T.copy()) for name, value in named(net).items()}
    copy.load_state_dict({name.removeprefix("layers."): one for name, one in state.items()}, False)
    return copy


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-4), ("float64", 1e-9)])
def test_the_average_is_pytorchs_and_so_are_its_moments(dtype: str, tolerance: float) -> None:
    torch = pytest.importorskip("torch")
    swa_utils = pytest.importorskip("torch.optim.swa_utils")
    net = normalized(dtype)
    other = torch_copy(net)
    epochs, start = 13, 4  # of 4 steps each
    callback = StochasticWeightAveraging(start, learning_rate=0.02)
    fit(net, callback, epochs=epochs, shuffle=False)

    batches = [
        (
            torch.from_numpy(X[i : i + BATCH]).to(other[0].weight.dtype),
            torch.from_numpy(Y[i : i + BATCH]),
        )
        for i in range(0, ROWS, BATCH)
    ]
    optimizer = torch.optim.SGD(other.parameters(), 0.05, momentum=0.9)
    average = swa_utils.AveragedModel(other)
    for epoch in range(epochs):
        optimizer.param_groups[0]["lr"] = 0.05 if epoch < start else 0.02
        for x, y in batches:
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(other(x), y).backward()
            optimizer.step()
        if epoch >= start:
            average.update_parameters(other)
    swa_utils.update_bn(batches, average)
    theirs = {f"layers.{name}": one for name, one in average.module.state_dict().items()}
    for name, ours in named(net).items():
        expected = theirs[name].numpy().T
        if name.endswith("running_var"):  # PyTorch's divides by one row less
            expected = expected * (BATCH - 1) / BATCH
        np.testing.assert_allclose(ours, expected, rtol=tolerance, atol=tolerance, err_msg=name)


def batches_of(x: Array, size: int = BATCH) -> Iterator[Array]:
    return (x[first : first + size] for first in range(0, len(x), size))


def test_moments_are_the_means_of_those_of_batches() -> None:
    net = network(gn.BatchNormalization(), gn.Dense(4))
    fit(net, StochasticWeightAveraging(0), shuffle=False, batch_size=20)  # the last has 4 rows
    weights = named(net)
    for name, moment in (("running_mean", np.mean), ("running_var", np.var)):
        expected = np.mean([moment(one, axis=0) for one in batches_of(X, 20)], axis=0)
        np.testing.assert_allclose(weights[f"layers.0.{name}"], expected, rtol=1e-12)


def test_moments_of_a_layer_that_is_called_twice_are_of_both_calls() -> None:
    shared, x = gn.BatchNormalization(), gn.Input(5)
    both = gn.Add()([shared(x), shared(gn.Reshape((5,))(gn.Concatenate()([x[1:], x[:1]])))])
    net = gn.Model(x, gn.Dense(3)(both), dtype="float64")
    net.compile("sgd", loss="cross_entropy")
    fit(net, StochasticWeightAveraging(0))
    mean = named(net)["layers.0.running_mean"]
    np.testing.assert_allclose(mean, (X.mean(axis=0) + np.roll(X, -1, axis=1).mean(axis=0)) / 2)


def test_moments_of_steps_are_over_all_positions() -> None:
    steps = RNG.normal(size=(ROWS, 7, 5))
    y = RNG.normal(size=(ROWS, 7, 3))
    net = network(gn.BatchNormalization(), input_size=(None, 5))
    net.compile("sgd", loss="squared_error")
    fit(net, StochasticWeightAveraging(0), x=steps, y=y)
    weights = named(net)
    np.testing.assert_allclose(weights["layers.0.running_mean"], steps.mean(axis=(0, 1)))
    of_each = [one.var(axis=(0, 1)) for one in batches_of(steps)]
    assert weights["layers.0.running_var"] == pytest.approx(np.mean(of_each, axis=0), rel=0.05)


def test_moments_of_a_layer_that_is_not_trained_stay() -> None:
    within = gn.Sequential([gn.BatchNormalization(), gn.Dense(4)], input_size=5, dtype="float64")
    x = gn.Input(5)
    frozen = gn.BatchNormalization(trainable=False)(within(x, trainable=False))
    net = gn.Model(x, gn.Dense(3)(gn.BatchNormalization()(frozen)), dtype="float64")
    net.compile("sgd", loss="cross_entropy")
    before = named(net)
    fit(net, StochasticWeightAveraging(0))
    moved = [name for name, one in named(net).items() if (one != before[name]).any()]
    assert [name for name in moved if "running" in name] == [
        "layers.2.running_mean",
        "layers.2.running_var",
    ]


def test_noise_is_on_and_normalized_inputs_are_read_as_such() -> None:
    norm = gn.Normalization().adapt(X)
    net = network(norm, gn.BatchNormalization(), gn.Dropout(0.5), gn.BatchNormalization())
    fit(net, StochasticWeightAveraging(0))
    weights = named(net)
    np.testing.assert_allclose(weights["layers.1.running_mean"], 0, atol=1e-12)
    assert (weights["layers.3.running_var"] > 1.3).all()  # what is kept is doubled


@pytest.mark.parametrize("kind", ["sparse", "batches"])
def test_moments_are_those_of_whatever_was_trained_on(kind: str) -> None:
    nets = [normalized() for _ in range(2)]
    fit(nets[0], StochasticWeightAveraging(0), shuffle=False)
    if kind == "sparse":
        given = pytest.importorskip("scipy.sparse").csr_array(X)
        fit(nets[1], StochasticWeightAveraging(0), shuffle=False, x=given)
    else:
        batches = list(zip(batches_of(X), batches_of(Y), strict=True))
        fit(nets[1], StochasticWeightAveraging(0), x=batches, y=None, batch_size=None)
    np.testing.assert_allclose(nets[1].parameter_vector, nets[0].parameter_vector, rtol=1e-12)


def test_predictions_of_the_average_go_by_its_own_moments() -> None:
    net = normalized()
    fit(net, StochasticWeightAveraging(0), epochs=30, batch_size=ROWS)
    np.testing.assert_allclose(net.predict(X), net.forward(X), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("end", [KeyboardInterrupt, RuntimeError])
def test_a_fit_that_does_not_end_leaves_the_weights(end: type[BaseException]) -> None:
    net, callback = normalized(), StochasticWeightAveraging(0)
    last: list[Array] = []

    def fail(epoch: int, logs: Any) -> None:
        if epoch == 3:
            raise end

    def note(epoch: int, logs: Any) -> None:
        last[:] = [net.parameter_vector.copy()]

    with pytest.raises(end):
        fit(net, callback, LambdaCallback(on_epoch_begin=fail, on_epoch_end=note))
    np.testing.assert_array_equal(net.parameter_vector, last[0])
    assert callback.averaged_epochs == 3
    assert callback.average_weights is not None
    net.set_weights(callback.average_weights)
    assert (net.parameter_vector != last[0]).any()


def test_a_callback_may_ask_for_the_end() -> None:
    net, callback = network(gn.Dense(4)), StochasticWeightAveraging(1)

    def stop(epoch: int, logs: Any) -> None:
        net.stop_training = epoch == 3

    found = fit(net, callback, LambdaCallback(on_epoch_end=stop))
    np.testing.assert_allclose(net.parameter_vector, np.mean(found[1:4], axis=0))


def test_an_epoch_that_is_undone_does_not_count() -> None:
    net, callback = network(gn.Dense(4)), StochasticWeightAveraging(0)

    def raise_rate(epoch: int, logs: Any) -> None:
        if epoch == 3:
            net.learning_rate = 1e300

    watch = [LambdaCallback(on_epoch_begin=raise_rate), gn.callbacks.TerminateOnNaN()]
    found = fit(net, callback, *watch)
    assert callback.averaged_epochs == 3
    np.testing.assert_allclose(net.parameter_vector, np.mean(found[:3], axis=0))


def test_the_rate_is_set_when_averaging_starts() -> None:
    net, rates = network(gn.Dense(4)), []
    note = LambdaCallback(on_epoch_end=lambda *_: rates.append(net.learning_rate))
    fit(net, StochasticWeightAveraging(2, learning_rate=0.3), note, epochs=4)
    assert rates == [0.05, 0.05, 0.3, 0.3]


def test_wrong_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="start_epoch"):
        StochasticWeightAveraging(-1)
    with pytest.raises(ValueError, match="learning_rate"):
        StochasticWeightAveraging(0, -1.0)
    told = "start_epoch is 6, must be less than epochs, 6: they are numbered from 0"
    net = network()
    before = net.parameter_vector.copy()
    with pytest.raises(ValueError, match=told):
        fit(net, StochasticWeightAveraging(6))
    np.testing.assert_array_equal(net.parameter_vector, before)
