"""PyTorch's twins of our optimizers and networks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import ganglion as gn
from ganglion.optimizers import SGD, Adadelta, Adagrad, Adam, AdamW, Optimizer, RMSprop

torch = pytest.importorskip("torch")
torch.set_num_threads(1)  # whose threads else wait for each other longer than they work

MakeOptimizer = Callable[[Any], Any]

OPTIMIZERS: dict[str, tuple[Optimizer, MakeOptimizer]] = {
    "sgd": (SGD(learning_rate=0.1), lambda p: torch.optim.SGD(p, lr=0.1)),
    "momentum": (
        SGD(learning_rate=0.05, momentum=0.9),
        lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9),
    ),
    "nesterov": (
        SGD(learning_rate=0.05, momentum=0.9, nesterov=True),
        lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True),
    ),
    "sgd-decay": (
        SGD(learning_rate=0.05, momentum=0.9, weight_decay=0.01),
        lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=0.01),
    ),
    "adam": (Adam(), lambda p: torch.optim.Adam(p)),
    "adam-decay": (
        Adam(learning_rate=3e-3, beta_1=0.8, beta_2=0.99, epsilon=1e-6, weight_decay=0.01),
        lambda p: torch.optim.Adam(p, lr=3e-3, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.01),
    ),
    "adamw": (AdamW(), lambda p: torch.optim.AdamW(p)),
    "adamw-decay": (
        AdamW(learning_rate=3e-3, weight_decay=0.3),
        lambda p: torch.optim.AdamW(p, lr=3e-3, weight_decay=0.3),
    ),
    "rmsprop": (RMSprop(learning_rate=1e-3), lambda p: torch.optim.RMSprop(p, lr=1e-3)),
    "rmsprop-centered": (
        RMSprop(learning_rate=3e-4, rho=0.9, momentum=0.9, centered=True),
        lambda p: torch.optim.RMSprop(p, lr=3e-4, alpha=0.9, momentum=0.9, centered=True),
    ),
    "rmsprop-decay": (
        RMSprop(learning_rate=3e-4, momentum=0.9, weight_decay=0.01),
        lambda p: torch.optim.RMSprop(p, lr=3e-4, momentum=0.9, weight_decay=0.01),
    ),
    "adagrad": (
        Adagrad(initial_accumulator_value=0.1),
        lambda p: torch.optim.Adagrad(p, initial_accumulator_value=0.1),
    ),
    "adagrad-decay": (
        Adagrad(weight_decay=0.01),
        lambda p: torch.optim.Adagrad(p, weight_decay=0.01),
    ),
    "adadelta": (Adadelta(), lambda p: torch.optim.Adadelta(p)),
    "adadelta-decay": (
        Adadelta(learning_rate=0.5, rho=0.95, weight_decay=0.01),
        lambda p: torch.optim.Adadelta(p, lr=0.5, rho=0.95, weight_decay=0.01),
    ),
}

OF_EACH = {type(record): name for name, (record, _) in OPTIMIZERS.items()}.values()  # the last


def torch_copy(net: gn.Sequential, activation: str = "Tanh") -> Any:
    """PyTorch's network of the same weights: its matrices are the transposes of ours."""
    weights = net.get_weights()
    layers: list[Any] = []
    for kernel, bias in zip(weights[::2], weights[1::2], strict=True):
        linear = torch.nn.Linear(*kernel.shape, dtype=getattr(torch, net.dtype))
        linear.weight.data[:] = torch.from_numpy(kernel.T.copy())
        linear.bias.data[:] = torch.from_numpy(bias)
        layers += [linear, getattr(torch.nn, activation)()]
    return torch.nn.Sequential(*layers[:-1])
