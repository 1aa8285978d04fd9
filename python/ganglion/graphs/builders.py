"""Builders: what layers add their ops and parameters to, a graph of the core in the making."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from ganglion._base import shapes
from ganglion.activations import ActivationFunction
from ganglion.graphs.input_builders import known_positions
from ganglion.graphs.networks import Network, OutputPort
from ganglion.graphs.places import Places
from ganglion.graphs.term_builders import check_same
from ganglion.graphs.unit_builders import UnitBuilder
from ganglion.initializers import Initializer
from ganglion.layers import Layer, Learnt, Value


class Builder(UnitBuilder):
    """Collects the ops, parameters and losses that layers add."""

    def __init__(self) -> None:
        super().__init__()
        self._places = Places()
        self._random_layers = 0  # so far: each draws its own numbers, whatever else is in between

    def trained_if(self, trainable: bool) -> AbstractContextManager[None]:
        """Within it nothing that is added is trained, unless `trainable`."""
        return self.parameters.trained_if(trainable)

    def chain(self, layers: Sequence[Layer], x: Value, name: str) -> Value:
        """Add layers one after the other, named `name.0`, `name.1`, ..."""
        for i, layer in enumerate(layers):
            place = f"{name}.{i}"
            given = self.applied(layer, [x], place) if layer._is_one_to_one else []
            if len(given) != 1:
                raise ValueError(
                    f"{place}: {layer!r} takes or gives several tensors, a chain has one"
                )
            (x,) = given
        return x

    def call(self, layer: Layer, x: Value | Sequence[Value], name: str) -> Value:
        """Add a layer, which has a place of this name in the network."""
        self.graph.set_layer(name)
        with self._places.at(layer, name):
            y: Value = layer.build(self, x, name)
        return y

    def applied(self, layer: Layer, values: Sequence[Value], name: str) -> list[Value]:
        """Add a layer that is applied to so many values, and return all that come out."""
        y: Any = self.call(layer, list(values) if layer.takes_several else values[0], name)
        return list(y) if isinstance(y, list | tuple) else [y]

    def tied(
        self, x: Value, layer: Layer, name: str, bias: Initializer | None, *, trainable: bool = True
    ) -> Value:
        """Add `x @ W.T + b` with the W of a dense layer that is in the network."""
        place = self._places.tied(name, layer)
        number, weight = self.parameters.known(f"{place}.weight")
        if weight.fan_out != x.channels:
            raise ValueError(
                f"{name} is tied to {place}, which gives {weight.fan_out} channels, and takes as"
                f" many, got {x.channels}"
            )
        group = self.parameters.group(trainable)
        bias_number = self.parameters.bias(name, weight.fan_out, weight.fan_in, bias, group)
        y = self.graph.affine(self._number(x), number, bias_number, transposed=True)
        return Value((*x.shape[:-1], weight.fan_in), y)

    def activation(self, x: Value, function: ActivationFunction) -> Value:
        """Add an activation; the identity adds nothing."""
        if function.name == "identity":
            return x
        if function.name == "softmax":
            return Value(x.shape, self.graph.softmax(self._number(x)))
        y = self.graph.activation(self._number(x), function.name, function.alpha)
        return Value(x.shape, y)

    def keep_largest(self, x: Value, count: int) -> Value:
        """Keep the largest channels of each position, and zero the others."""
        return Value(x.shape, self.graph.keep_largest(self._number(x), count))

    def dropout(self, x: Value, rate: float) -> Value:
        """Zero a random part while training, and scale up the rest."""
        return self._random(self.graph.dropout, x, rate)

    def masking_noise(self, x: Value, rate: float) -> Value:
        """Zero a random part while training."""
        return self._random(self.graph.masking_noise, x, rate)

    def salt_and_pepper_noise(self, x: Value, rate: float, low: float, high: float) -> Value:
        """Put one of two values in the place of a random part while training."""
        return self._random(self.graph.salt_and_pepper_noise, x, rate, low, high)

    def gaussian_noise(self, x: Value, deviation: float) -> Value:
        """Add normal numbers of mean 0 while training."""
        return self._random(self.graph.gaussian_noise, x, deviation)

    def sampling(self, mean: Value, log_variance: Value) -> Value:
        """Draw from a normal while training; else it is the mean."""
        check_same("mean and log variance", mean, log_variance)
        return self._random(self.graph.sampling, mean, self._number(log_variance))

    def normalize_batch(
        self, x: Value, name: str, learnt: Learnt, *, momentum: float, epsilon: float
    ) -> Value:
        """Normalize each channel over a batch, and remember its moments."""
        own = self.parameters.learnt(name, x.channels, learnt)
        extent = self._number(x), x.channels, known_positions(x.shape)
        running = self.parameters.running_moments(name, *extent, trainable=learnt.trainable)
        y = self.graph.batch_normalization(self._number(x), *own, *running, momentum, epsilon)
        return Value(x.shape, y)

    def normalize_positions(self, x: Value, name: str, learnt: Learnt, *, epsilon: float) -> Value:
        """Normalize the channels of each position."""
        own = self.parameters.learnt(name, x.channels, learnt)
        return Value(x.shape, self.graph.layer_normalization(self._number(x), *own, epsilon))

    def add(self, a: Value, b: Value) -> Value:
        """Add two values of one shape."""
        check_same("added", a, b)
        return Value(a.shape, self.graph.add(self._number(a), self._number(b)))

    def multiply(self, a: Value, b: Value) -> Value:
        """Multiply two values of one shape, number by number."""
        check_same("multiplied", a, b)
        return Value(a.shape, self.graph.multiply(self._number(a), self._number(b)))

    def concatenate(self, parts: Sequence[Value]) -> Value:
        """Put the channels of values with the same positions beside each other."""
        shape = shapes.side_by_side([part.shape for part in parts])
        return Value(shape, self.graph.concatenate([self._number(part) for part in parts]))

    def slice(
        self, x: Value, positions: tuple[int, int] | None, channels: tuple[int, int] | None
    ) -> Value:
        """Take positions and channels, each from a first one to before a last one; None: all."""
        shape = shapes.sliced(x.shape, positions, channels)
        y = self.graph.slice(
            self._number(x), positions or (0, known_positions(x.shape)), channels or (0, x.channels)
        )
        return Value(shape, y)

    def reshape(self, x: Value, shape: Sequence[int]) -> Value:
        """Read a row's numbers, which stay in their order, in another shape."""
        shapes.check_reshaped(x.shape, shape)
        *positions, channels = shape
        y = self.graph.reshape(self._number(x), math.prod(positions), channels)
        return Value(tuple(shape), y)

    def stop_gradient(self, x: Value) -> Value:
        """Pass a value on, and no gradient back."""
        return Value(x.shape, self.graph.stop_gradient(self._number(x)))

    def network(self, inputs: dict[str, Value], outputs: dict[str, Value]) -> Network:
        """Return what has been built, with its inputs and outputs by name.

        One value may be several outputs: views of it stand for those after the first.
        """
        seen: set[int] = set()
        for name, y in outputs.items():
            if y._number in seen:
                again = self.graph.reshape(y._number, known_positions(y.shape), y.channels)
                outputs = {**outputs, name: Value(y.shape, again)}
            seen.add(y._number)
        return Network(
            self.graph,
            tuple(self.port(name, x) for name, x in inputs.items()),
            tuple(
                OutputPort(name, y._number, y.shape, *self.graph.output_activation(y._number))
                for name, y in outputs.items()
            ),
            tuple(self.parameters),
            self._places.ties,
            tuple(self.terms),
            tuple(self.parameters.moments),
        )

    def _random(self, add: Callable[..., int], x: Value, *settings: float) -> Value:
        """Add an op that draws random numbers of its own, for what has the shape of `x`."""
        y = add(self._number(x), *settings, self._random_layers)
        self._random_layers += 1
        return Value(x.shape, y)
