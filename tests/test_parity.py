from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from torch_twins import OPTIMIZERS, MakeOptimizer, torch_copy

import ganglion as gn
from ganglion.callbacks import LambdaCallback
from ganglion.optimizers import SGD, Adam
from ganglion.schedules import (
    CosineDecay,
    ExponentialDecay,
    OneCycle,
    Schedule,
    StepDecay,
    Warmup,
)

torch = pytest.importorskip("torch")
F = torch.nn.functional

Array = NDArray[Any]

STEPS = 200
BATCH = 50
SIZES = [64, 48, 32, 10]
LOSS_TOLERANCE = {"float32": 1e-4, "float64": 1e-9}
DTYPES = ["float32", "float64"]


@pytest.fixture(scope="module")
def digits() -> tuple[Array, Array]:
    x, y = pytest.importorskip("sklearn.datasets").load_digits(return_X_y=True)
    return x / 16, y


def make_net(dtype: str, activation: str = "tanh", seed: int = 1) -> gn.MLP:
    return gn.MLP(SIZES, activation=activation, dtype=dtype, seed=seed)


def batches(digits: tuple[Array, Array], steps: int = STEPS) -> list[tuple[Array, Array]]:
    """Batches in the data's order, over and over; the last of a pass is short."""
    x, y = digits
    starts = list(range(0, len(x), BATCH))
    chosen = (starts[step % len(starts)] for step in range(steps))
    return [(x[start : start + BATCH], y[start : start + BATCH]) for start in chosen]


def torch_losses(
    reference: Any,
    data: list[tuple[Array, Array]],
    make: MakeOptimizer,
    clip: Callable[[list[Any]], object] = lambda parameters: None,
    scheduler: Callable[[Any], Any] | None = None,
) -> Array:
    optimizer = make(reference.parameters())
    schedule = scheduler(optimizer) if scheduler else None
    dtype = next(reference.parameters()).dtype
    losses = []
    for x, y in data:
        loss = F.cross_entropy(reference(torch.tensor(x, dtype=dtype)), torch.tensor(y))
        optimizer.zero_grad()
        loss.backward()
        clip(list(reference.parameters()))
        optimizer.step()
        if schedule is not None:
            schedule.step()
        losses.append(loss.item())
    return np.array(losses)


def our_losses(net: gn.Sequential, data: list[tuple[Array, Array]]) -> Array:
    return np.array([net.train_on_batch(x, y)["loss"] for x, y in data])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_losses_of_200_steps_are_torchs(digits: tuple[Array, Array], name: str, dtype: str) -> None:
    ours, make = OPTIMIZERS[name]
    net = make_net(dtype)
    reference = torch_copy(net)
    net.compile(ours, loss="cross_entropy")
    data = batches(digits)
    expected = torch_losses(reference, data, make)
    np.testing.assert_allclose(our_losses(net, data), expected, rtol=LOSS_TOLERANCE[dtype])
    assert expected[-10:].mean() < 0.9 * expected[:10].mean()  # it did learn


@pytest.mark.parametrize("dtype", DTYPES)
def test_epochs_of_a_fit_are_torchs(digits: tuple[Array, Array], dtype: str) -> None:
    net = make_net(dtype, "relu")
    reference = torch_copy(net, "ReLU")
    net.compile(SGD(learning_rate=0.05, momentum=0.9), loss="cross_entropy")
    x, y = digits
    epochs, steps = 5, -(-len(x) // BATCH)
    fit = net.fit(x, y, batch_size=BATCH, epochs=epochs, shuffle=False, verbose=0)
    make = OPTIMIZERS["momentum"][1]
    losses = torch_losses(reference, batches(digits, epochs * steps), make)
    rows = [min(BATCH, len(x) - first) for first in range(0, len(x), BATCH)]
    expected = np.average(losses.reshape(epochs, steps), axis=1, weights=rows)
    np.testing.assert_allclose(fit.history["loss"], expected, rtol=LOSS_TOLERANCE[dtype])


def test_weights_after_200_steps_are_torchs(digits: tuple[Array, Array]) -> None:
    for name in ("momentum", "adam", "adamw", "rmsprop"):
        ours, make = OPTIMIZERS[name]
        net = make_net("float64")
        reference = torch_copy(net)
        net.compile(ours, loss="cross_entropy")
        data = batches(digits)
        torch_losses(reference, data, make)
        our_losses(net, data)
        for ours_after, parameter in zip(net.get_weights(), reference.parameters(), strict=True):
            expected = parameter.detach().numpy().T
            np.testing.assert_allclose(ours_after, expected, rtol=1e-7, atol=1e-9, err_msg=name)


def test_global_clipnorm_is_torchs_but_for_its_epsilon(digits: tuple[Array, Array]) -> None:
    """PyTorch divides by the norm plus 1e-6."""
    norm = 0.05
    net = make_net("float64")
    reference, exact = torch_copy(net), torch_copy(net)
    net.compile(SGD(learning_rate=0.5, momentum=0.9, global_clipnorm=norm), loss="cross_entropy")
    data = batches(digits)
    norms: list[float] = []

    def clip(parameters: list[Any]) -> None:
        total = torch.sqrt(sum((p.grad**2).sum() for p in parameters))
        norms.append(total.item())
        for p in parameters:
            p.grad *= min(1.0, norm / norms[-1])

    def make(parameters: Any) -> Any:
        return torch.optim.SGD(parameters, lr=0.5, momentum=0.9)

    losses = our_losses(net, data)
    np.testing.assert_allclose(losses, torch_losses(exact, data, make, clip), rtol=1e-9)
    assert min(norms) > norm  # each of the 200 steps is clipped
    drift = 1e-6 / min(norms)  # the part by which PyTorch's steps are shorter, at most
    clipped = torch_losses(reference, data, make, lambda p: torch.nn.utils.clip_grad_norm_(p, norm))
    np.testing.assert_allclose(losses, clipped, rtol=10 * drift)


@pytest.mark.parametrize("dtype", DTYPES)
def test_clipvalue_is_torchs(digits: tuple[Array, Array], dtype: str) -> None:
    net = make_net(dtype)
    reference = torch_copy(net)
    net.compile(Adam(clipvalue=1e-3), loss="cross_entropy")
    data = batches(digits)
    cut: list[bool] = []

    def clip(parameters: list[Any]) -> None:
        cut.append(any((p.grad.abs() > 1e-3).any() for p in parameters))
        torch.nn.utils.clip_grad_value_(parameters, 1e-3)

    expected = torch_losses(reference, data, OPTIMIZERS["adam"][1], clip)
    np.testing.assert_allclose(our_losses(net, data), expected, rtol=LOSS_TOLERANCE[dtype])
    assert all(cut)


SCHEDULES: dict[str, tuple[Schedule, str, dict[str, Any]]] = {
    "steps": (StepDecay(0.1, 30), "StepLR", {"step_size": 30}),
    "exponential": (ExponentialDecay(0.1, 1, 0.99), "ExponentialLR", {"gamma": 0.99}),
    "cosine": (CosineDecay(0.1, STEPS), "CosineAnnealingLR", {"T_max": STEPS}),
    "one cycle": (
        OneCycle(0.1, STEPS + 1),
        "OneCycleLR",
        {"max_lr": 0.1, "total_steps": STEPS + 1, "cycle_momentum": False},
    ),
}


@pytest.mark.parametrize("name", SCHEDULES)
def test_losses_under_a_schedule_are_torchs(digits: tuple[Array, Array], name: str) -> None:
    schedule, scheduler, settings = SCHEDULES[name]
    net = make_net("float64")
    reference = torch_copy(net)
    net.compile(SGD(learning_rate=schedule, momentum=0.9), loss="cross_entropy")
    data = batches(digits)
    make_schedule = getattr(torch.optim.lr_scheduler, scheduler)
    expected = torch_losses(
        reference,
        data,
        lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
        scheduler=lambda optimizer: make_schedule(optimizer, **settings),
    )
    np.testing.assert_allclose(our_losses(net, data), expected, rtol=1e-9)


@pytest.mark.parametrize("by_batch", [False, True])
@pytest.mark.parametrize(
    "schedule",
    [0.125, Warmup(CosineDecay(0.1, 20), 5), StepDecay(0.1, 4), OneCycle(0.1, 24)],
    ids=lambda schedule: type(schedule).__name__,
)
def test_fit_steps_by_the_schedules_rates(schedule: float | Schedule, by_batch: bool) -> None:
    """One weight, and a loss of slope 1: each step takes it down by the learning rate."""
    net = gn.Sequential([gn.Dense(1, use_bias=False)], input_size=1, dtype="float64")
    net.set_weights([np.zeros((1, 1))])
    net.compile(SGD(learning_rate=schedule), loss="absolute_error")
    seen = [0.0]

    def note(number: int, logs: object) -> None:
        seen.append(-float(net.parameter_vector[0]))

    hook = LambdaCallback(on_train_batch_end=note) if by_batch else LambdaCallback(None, note)
    x, y = np.ones((4, 1)), np.full(4, -100.0)
    net.fit(x, y, batch_size=1, epochs=6, verbose=0, callbacks=[hook])
    used = gn.schedules.get(schedule).rates(np.arange(24))
    expected = used if by_batch else used.reshape(6, 4).sum(axis=1)
    np.testing.assert_allclose(np.diff(seen), expected, rtol=0, atol=1e-14)
    assert net.learning_rate == gn.schedules.get(schedule)(24)


def one_step(net: gn.Sequential, loss: str | gn.losses.Loss, *data: Any) -> float:
    """The loss of one step; `gradient_vector` then holds its gradient."""
    net.compile(SGD(learning_rate=0.1), loss=loss)
    return net.train_on_batch(*data)["loss"]


def assert_same_step(net: gn.Sequential, reference: Any, ours: float, theirs: Any) -> None:
    """The loss, and the gradient of every parameter, are PyTorch's."""
    theirs.backward()
    tolerance = {"float32": 2e-5, "float64": 1e-12}[net.dtype]
    np.testing.assert_allclose(ours, theirs.item(), rtol=tolerance)
    expected = np.concatenate([p.grad.numpy().T.ravel() for p in reference.parameters()])
    scale = tolerance * np.abs(expected).max()
    np.testing.assert_allclose(net.gradient_vector, expected, rtol=tolerance, atol=scale)


LossCase = tuple[gn.losses.Loss, Callable[[Array], Array], Callable[[Any, Any], Any]]
LOSSES: dict[str, LossCase] = {
    "class numbers": (
        gn.losses.CrossEntropy(),
        lambda z: z.argmax(axis=1),
        lambda p, t: F.cross_entropy(p, t.long(), reduction="none"),
    ),
    "probabilities": (
        gn.losses.CrossEntropy(),
        lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True),
        lambda p, t: F.cross_entropy(p, t, reduction="none"),
    ),
    "several labels": (
        gn.losses.BinaryCrossEntropy(),
        lambda z: z > 0,
        lambda p, t: F.binary_cross_entropy_with_logits(p, t, reduction="none").mean(1),
    ),
    "squared error": (
        gn.losses.SquaredError(),
        lambda z: z,
        lambda p, t: F.mse_loss(p, t, reduction="none").mean(1),
    ),
    "absolute error": (
        gn.losses.AbsoluteError(),
        lambda z: z,
        lambda p, t: F.l1_loss(p, t, reduction="none").mean(1),
    ),
    "huber": (
        gn.losses.Huber(delta=0.7),
        lambda z: z,
        lambda p, t: F.huber_loss(p, t, reduction="none", delta=0.7).mean(1),
    ),
    "poisson": (
        gn.losses.Poisson(),
        lambda z: np.floor(np.exp(z)),
        lambda p, t: F.poisson_nll_loss(p, t, full=False, reduction="none").mean(1),
    ),
}


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", LOSSES)
def test_loss_and_gradient_are_torchs(
    rng: np.random.Generator, name: str, dtype: str, weighted: bool
) -> None:
    loss, targets, torch_loss = LOSSES[name]
    net = make_net(dtype)
    reference = torch_copy(net)
    x, y = rng.normal(size=(37, SIZES[0])), targets(rng.normal(size=(37, SIZES[-1])))
    weight = rng.integers(0, 4, 37) * 0.75 if weighted else np.ones(37)
    number = getattr(torch, dtype)
    rows = torch_loss(reference(torch.tensor(x, dtype=number)), torch.tensor(y).to(number))
    w = torch.tensor(weight, dtype=number)
    ours = one_step(net, loss, x, y, weight) if weighted else one_step(net, loss, x, y)
    assert_same_step(net, reference, ours, (w * rows).sum() / w.sum())


def test_class_weights_are_torchs(digits: tuple[Array, Array]) -> None:
    x, y = digits[0][:100], digits[1][:100]
    net = make_net("float64")
    reference = torch_copy(net)
    ours = one_step(net, "cross_entropy", x, y, None, {0: 3.0, 7: 0.25})
    weight = torch.tensor([3.0, 1, 1, 1, 1, 1, 1, 0.25, 1, 1], dtype=torch.float64)
    theirs = F.cross_entropy(reference(torch.tensor(x)), torch.tensor(y), weight=weight)
    assert_same_step(net, reference, ours, theirs)


ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "identity": lambda z: z,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": F.relu,
    "leaky_relu": F.leaky_relu,
    "elu": F.elu,
    "step": lambda z: torch.heaviside(z, torch.ones_like(z)),
    "gelu": F.gelu,
    "silu": F.silu,
    "selu": F.selu,
    "softplus": lambda z: F.softplus(z, threshold=50),  # above its 20 it returns z: 2e-9 less
    "softsign": F.softsign,
    "mish": lambda z: z * torch.tanh(F.softplus(z, threshold=50)),  # as for softplus
    "softmax": lambda z: F.softmax(z, dim=1),
}


def test_each_activation_is_compared_with_torch() -> None:
    assert set(ACTIVATIONS) == set(gn.activations.names())


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_is_torchs(name: str, dtype: str) -> None:
    points = np.append(np.linspace(-30, 30, 5995), [0, 1e-8, -1e-8, 88, -88])
    z = points.astype(dtype).reshape(-1, 20)
    net = gn.Sequential([gn.Dense(20, activation=name)], input_size=20, dtype=dtype)
    net.set_weights([np.eye(20), np.zeros(20)])  # so that the activation is applied to z itself
    expected = ACTIVATIONS[name](torch.tensor(z, dtype=torch.float64)).numpy()
    epsilon, atol = float(np.finfo(dtype).eps), float(np.finfo(dtype).tiny)
    rtol = {"float32": 4 * epsilon, "float64": 1e-12}[dtype]
    if name in ("gelu", "softmax"):  # 1 + erf(z), and z less the row's largest, are rounded sums
        atol = 4 * epsilon
    np.testing.assert_allclose(net.predict(z), expected, rtol=rtol, atol=atol)
