"""The networks of bits.py."""

from __future__ import annotations

import itertools
from functools import partial
from typing import Any

import numpy as np
from bits_data import (
    BATCH,
    CLASSES,
    COUNTS,
    FEATURES,
    LABELS,
    NUMBERS,
    SHARES,
    WEIGHTS,
    YES,
    Array,
    Fits,
    Results,
    X,
)

import ganglion as gn


def fitted(net: gn.Sequential, x: Array = X, y: Array = LABELS, **options: Any) -> Results:
    """Return what three epochs bring, or as many as `options` of the fit say."""
    fit = {"epochs": 3, "batch_size": BATCH, "verbose": 0} | options
    history = net.fit(x, y, **fit)
    return {
        "parameters": [net.parameter_vector],
        "history": [np.asarray(curve) for curve in history.history.values()],
        "evaluate": [np.array(list(net.evaluate(x, y).values()))],
        "predict": [net.predict(x)],
        "predictor": [net.predictor()(x.astype(net.dtype))],
    }


def with_optimizer(optimizer: Any, dtype: str, **options: Any) -> Results:
    """Fit a small network by an optimizer."""
    net = gn.MLP([FEATURES, 12, 9, CLASSES], activation="tanh", dropout=0.1, dtype=dtype)
    net.compile(optimizer, "cross_entropy", metrics=["accuracy"])
    return fitted(net, **options)


def with_loss(loss: Any, y: Array, outputs: int, dtype: str) -> Results:
    """Fit a small network by a loss, where rows count more and less."""
    net = gn.MLP([FEATURES, 11, outputs], activation="gelu", dtype=dtype)
    net.compile(gn.optimizers.Adam(1e-2), loss)
    return fitted(net, y=y, sample_weight=WEIGHTS)


def with_layers(*layers: Any, **options: Any) -> Results:
    """Fit a network of these layers and one more."""
    net = gn.Sequential([*layers, gn.Dense(CLASSES)], input_size=FEATURES, seed=3, **options)
    net.compile(gn.optimizers.Adam(1e-2), "cross_entropy", metrics=["accuracy"])
    return fitted(net)


def with_probabilities(output_activation: str, loss: str, y: Array) -> Results:
    """Fit a network whose last activation is folded into its loss."""
    net = gn.MLP([FEATURES, 8, CLASSES], activation="relu", output_activation=output_activation)
    net.compile(gn.optimizers.Adam(1e-2), loss)
    return fitted(net, y=y)


def with_large_weights(optimizer: Any, dtype: str, rows: int, batch: int) -> Results:
    """Fit weights of 64 K elements and more, which products that make their gradients update."""
    large = np.random.default_rng(1)
    x, y = large.normal(size=(rows, 260)), large.integers(0, 5, rows)
    net = gn.MLP([260, 270, 256, 5], activation="relu", dtype=dtype)
    net.compile(optimizer, "cross_entropy", metrics=["accuracy"])
    return fitted(net, x, y, batch_size=batch)


def with_large_batches(dtype: str) -> Results:
    """Fit batches of so many rows that sums over them are cut."""
    drawn = np.random.default_rng(2)
    x, y = drawn.normal(size=(5000, FEATURES)), drawn.integers(0, CLASSES, 5000)
    net = gn.MLP([FEATURES, 12, CLASSES], activation="tanh", dtype=dtype)
    net.compile(gn.optimizers.Adam(1e-2), "cross_entropy", metrics=["accuracy"])
    return fitted(net, x, y, batch_size=4500)


def own_loss(y: Array, p: Array, weight: Array | None) -> tuple[float, Array]:
    """Return the weighted squared error and its gradient."""
    each = np.ones(len(y)) if weight is None else weight
    shares = each[:, None] / (each.sum() * y.shape[1])
    return float((shares * (p - y) ** 2).sum()), 2 * shares * (p - y)


def by_hand(dtype: str) -> Results:
    """Go forward and backward by hand, and train on batches."""
    net = gn.MLP([FEATURES, 12, CLASSES], activation="silu", dropout=0.2, dtype=dtype)
    net.compile(gn.optimizers.SGD(1e-2, momentum=0.9), "squared_error")
    outputs = []
    for _ in range(3):
        outputs += [net.forward(X[:40], input_gradient=True)]
        dx = net.backward(NUMBERS[:40])
        assert dx is not None
        outputs += [dx, net.gradient_vector.copy()]
        net.apply_gradients()
        outputs += [np.array(list(net.train_on_batch(X[:BATCH], NUMBERS[:BATCH]).values()))]
    return {"parameters": [net.parameter_vector], "outputs": outputs}


OPTIMIZERS: dict[str, Any] = {
    "sgd": gn.optimizers.SGD(0.05),
    "sgd with momentum": gn.optimizers.SGD(0.05, momentum=0.9, weight_decay=1e-3),
    "sgd with nesterov": gn.optimizers.SGD(0.02, momentum=0.9, nesterov=True),
    "sgd clipped by norm": gn.optimizers.SGD(0.05, momentum=0.9, global_clipnorm=0.3),
    "adam": gn.optimizers.Adam(1e-2),
    "adam clipped by value": gn.optimizers.Adam(1e-2, clipvalue=0.01, weight_decay=1e-3),
    "adamw": gn.optimizers.AdamW(1e-2, weight_decay=0.05),
    "adamw clipped by norm": gn.optimizers.AdamW(1e-2, global_clipnorm=0.5, clipvalue=0.1),
    "rmsprop": gn.optimizers.RMSprop(1e-3),
    "rmsprop centered": gn.optimizers.RMSprop(1e-3, momentum=0.9, centered=True),
    "adagrad": gn.optimizers.Adagrad(),
    "adagrad from 0.1": gn.optimizers.Adagrad(initial_accumulator_value=0.1, weight_decay=1e-3),
    "adadelta": gn.optimizers.Adadelta(),
    "adadelta clipped": gn.optimizers.Adadelta(rho=0.95, global_clipnorm=0.5),
}

# Whose steps the products may make, and one that looks at the whole gradient first.
STEPPED_IN_PRODUCTS = ("sgd with momentum", "adam", "rmsprop centered", "adamw clipped by norm")

SCHEDULES: dict[str, Any] = {
    "step decay": gn.schedules.StepDecay(1e-2, 5, decay_rate=0.5),
    "exponential decay": gn.schedules.ExponentialDecay(1e-2, 4, 0.9),
    "cosine decay": gn.schedules.CosineDecay(1e-2, 15, alpha=0.1),
    "one cycle": gn.schedules.OneCycle(1e-2, 18),
    "warmup": gn.schedules.Warmup(gn.schedules.CosineDecay(1e-2, 15), warmup_steps=5),
}

LOSSES: dict[str, tuple[Any, Array, int]] = {  # with targets, and outputs
    "classes": ("cross_entropy", LABELS, CLASSES),
    "class probabilities": ("cross_entropy", SHARES, CLASSES),
    "yes and no": ("binary_cross_entropy", YES, CLASSES),
    "squared error": ("squared_error", NUMBERS, CLASSES),
    "absolute error": ("absolute_error", NUMBERS, CLASSES),
    "huber": (gn.losses.Huber(delta=0.3), NUMBERS, CLASSES),
    "poisson": ("poisson", COUNTS, CLASSES),
    "quantile": (gn.losses.Quantile(level=0.8), NUMBERS, CLASSES),
    "quantiles": (gn.losses.Quantile(level=[0.1, 0.5, 0.9]), NUMBERS[:, 0], 3),
    "gaussian": ("gaussian", NUMBERS[:, :2], 4),
    "own loss": (own_loss, NUMBERS, CLASSES),
}


def activations() -> dict[str, Any]:
    """Return those that hidden layers are trained with, and those that have settings."""
    named = {name: name for name in gn.activations.names() if name != "step"}
    settings = {"slope": gn.activations.leaky_relu(0.1), "alpha": gn.activations.elu(1.3)}
    return named | settings


def structures() -> Fits:
    """Return networks of all kinds of layers."""
    dense, drop, skip = gn.Dense, gn.Dropout, gn.Residual
    norm = gn.Normalization()
    norm.adapt(X)
    start = [dense(8, "tanh", kernel_initializer=one) for one in ("orthogonal", "he_normal")]
    return {
        "dropout": partial(with_layers, drop(0.2), dense(12, "relu"), drop(0.4)),
        "residual": partial(with_layers, dense(9, "relu"), skip([dense(9, "tanh")])),
        "projection": partial(with_layers, skip([dense(12, "elu"), drop(0.1), dense(5)])),
        "nested residual": partial(
            with_layers, skip([dense(9), skip([dense(6, "mish"), dense(9), drop(0.2)]), dense(4)])
        ),
        "no bias": partial(with_layers, dense(9, "selu", use_bias=False), gn.Activation("tanh")),
        "normalization": partial(with_layers, norm, dense(9, "relu"), dtype="float64"),
        "rescale": partial(with_layers, dense(9, "softsign"), rescale=0.25),
        "initializers": partial(with_layers, *start),
        "softmax at the end": partial(with_probabilities, "softmax", "cross_entropy", LABELS),
        "sigmoid at the end": partial(with_probabilities, "sigmoid", "binary_cross_entropy", YES),
    }


def of_either_precision(dtype: str) -> Fits:
    """Return what is built for each precision by itself."""
    small = {name: partial(with_optimizer, one, dtype) for name, one in OPTIMIZERS.items()}
    large = {
        f"large weights, {name}, batches of {batch}": partial(
            with_large_weights, OPTIMIZERS[name], dtype, rows, batch
        )
        for name, (rows, batch) in itertools.product(STEPPED_IN_PRODUCTS, ((70, 32), (700, 600)))
    }
    losses = {name: partial(with_loss, *one, dtype) for name, one in LOSSES.items()}
    others = {"by hand": by_hand, "large batches": with_large_batches}
    fits = small | large | losses | {name: partial(fit, dtype) for name, fit in others.items()}
    return {f"{name} {dtype}": fit for name, fit in fits.items()}


def networks() -> Fits:
    """Return all of them."""
    adam, stopping = gn.optimizers.Adam, gn.callbacks.EarlyStopping
    held_out = {"validation_split": 0.2, "callbacks": [stopping(restore_best_weights=True)]}
    options: dict[str, dict[str, Any]] = {
        "class weights": {"class_weight": "balanced"},
        "held out": held_out,
    }
    return {
        **of_either_precision("float32"),
        **of_either_precision("float64"),
        **{name: partial(with_optimizer, adam(one), "float32") for name, one in SCHEDULES.items()},
        **{name: partial(with_layers, gn.Dense(9, one)) for name, one in activations().items()},
        **{
            name: partial(with_optimizer, OPTIMIZERS["adam"], "float64", epochs=8, **of_fit)
            for name, of_fit in options.items()
        },
        **structures(),
    }
