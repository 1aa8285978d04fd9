"""Calls with a wrong name are answered with the right one, by every public constructor."""

import copy
import dataclasses
import inspect
import pickle
from typing import Any

import numpy as np
import pytest

import ganglion as gn
from ganglion import callbacks, initializers, losses, metrics, optimizers, schedules
from ganglion import layers as kinds_of_layers
from ganglion._base.arguments import explained
from ganglion.activations import ActivationFunction
from ganglion.layers import Value

CONSTRUCTORS: list[Any] = [
    *(gn.MLP, gn.Sequential, gn.Dense, gn.Activation, gn.Dropout, gn.Residual),
    *optimizers.OPTIMIZERS.values(),
    *losses.LOSSES.values(),
    *metrics.METRICS.values(),
    *(*initializers.INITIALIZERS.values(), initializers.Constant),
    *(one for one in schedules.Schedule.__subclasses__() if one.__module__ == schedules.__name__),
    *(
        getattr(callbacks, name)
        for name in callbacks.__all__
        if name not in ("Callback", "Logs", "Model", "MonitorCallback", "Params", "wants_batches")
        and name != "TerminateOnNaN"  # it takes no arguments, as any Callback
    ),
]
GN: Any = gn  # so that wrong calls can be written
NET: Any = gn.MLP([4, 3])
X = np.zeros((2, 4))


def test_the_constructors_are_those_of_the_package() -> None:
    names = {item.__name__ for item in CONSTRUCTORS}
    assert {"MLP", "Dense", "Adam", "EarlyStopping", "Huber", "Warmup"} <= names
    assert len(names) > 35


@pytest.mark.parametrize("item", CONSTRUCTORS, ids=lambda item: item.__name__)
def test_constructors_answer_an_unknown_argument(item: Any) -> None:
    known = ", ".join(inspect.signature(item).parameters)
    taken = f". Known: {known}" if known else ". It takes no arguments"
    with pytest.raises(TypeError) as caught:
        item(no_such=1)
    told = str(caught.value)
    assert told.startswith(f"{item.__name__}: unknown argument 'no_such'")
    assert told.endswith(taken)


METHODS = [
    *(
        getattr(NET, name)
        for name in dir(gn.Sequential)
        if not name.startswith("_") and inspect.isfunction(getattr(gn.Sequential, name))
    ),
    *(NET.__call__, gn.Normalization().adapt, gn.load),
]
TAKE_NONE = ("count_params", "get_weights", "predictor", "apply_gradients")


@pytest.mark.parametrize("method", METHODS, ids=lambda one: one.__name__)
def test_methods_answer_an_unknown_argument(method: Any) -> None:
    if method.__name__ not in TAKE_NONE:
        with pytest.raises(TypeError, match=f"^{method.__name__}: unknown argument 'no_such'"):
            method(no_such=1)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            lambda: GN.optimizers.Adam(lr=0.1),
            "Adam: unknown argument 'lr', did you mean 'learn",
        ),
        (lambda: GN.optimizers.Adam(0.1, 0.9), "Adam: 2 arguments by position, it takes 1 "),
        (lambda: GN.optimizers.Adam(betas=1), "'betas', did you mean 'beta_1'?"),
        (lambda: GN.optimizers.Adam(eps=1), "'eps', did you mean 'epsilon'?"),
        (
            lambda: GN.MLP(64, 100, 10),
            "MLP: sizes must be a list, did you mean MLP([64, 100, 10])",
        ),
        (
            lambda: GN.MLP([4, 3], "relu"),
            "MLP: 2 arguments by position, it takes 1 (sizes)",
        ),
        (
            lambda: GN.MLP([4, 3], activasion="relu"),
            "MLP: unknown argument 'activasion', did you",
        ),
        (lambda: GN.MLP(hidden_layer_sizes=[4, 3]), "did you mean 'sizes'?"),
        (lambda: GN.Sequential([], input_shape=4), "did you mean 'input_size'?"),
        (
            lambda: GN.MLP([4, 3]).compile(optimiser="adam"),
            "compile: unknown argument 'optim",
        ),
        (
            lambda: GN.MLP([4, 3]).fit(1, 1, epoch=3),
            "fit: unknown argument 'epoch', did you mean",
        ),
        (
            lambda: GN.Dense(3, input_shape=(4,)),
            "'input_shape'; how many inputs there are is an arg",
        ),
        (lambda: GN.Dense(3, input_dim=4), "Sequential([...], input_size=n). Known: units, "),
        (lambda: GN.Tied(GN.Dense(3), bias_regularizer="l2"), "a Dense layer has it, and the"),
        (lambda: GN.optimizers.SGD(kernel_regularizer=1), "did you mean 'weight_decay'?"),
        (
            lambda: GN.losses.CrossEntropy(from_logits=True),
            "CrossEntropy: unknown argument 'from_logits'; outputs are logits unless the network"
            " ends in softmax or sigmoid: leave it out. Known: label_smoothing, focal_gamma, alpha",
        ),
        (lambda: GN.Sequential([gn.Dense(3)]), "Sequential: input_size must be given, the number"),
        (lambda: GN.MLP(), "MLP: sizes must be given, such as [64, 100, 10]"),
        (lambda: GN.Dense(activation="relu"), "Dense: units must be given"),
        (
            lambda: NET.predict(X, verbose=0),
            "predict: unknown argument 'verbose'; nothing is shown",
        ),
        (lambda: NET.predict_proba(X, verbose=0), "leave it out. Known: x, batch_size"),
        (lambda: GN.tables.train("houses", verbose=0), "did you mean 'quiet'? Known: "),
        (
            lambda: NET(X, training=False),
            "'training'; predict leaves dropout out and knows no batch",
        ),
        (lambda: NET.forward(X, training=True), "forward: unknown argument 'training'"),
        (lambda: NET.backward(), "backward: dy must be given"),
        (lambda: NET.save("net", overwrite=True), "save: unknown argument 'overwrite'. Known: pa"),
        (lambda: GN.load("net", compile=False), "load: unknown argument 'compile'. Known: path"),
        (
            lambda: GN.activations.leaky_relu(alpha=1),
            "leaky_relu: unknown argument 'alpha', did y",
        ),
    ],
)
def test_what_is_meant_is_told(call: Any, told: str) -> None:
    with pytest.raises(TypeError) as caught:
        call()
    assert told in str(caught.value)


def test_a_type_error_within_a_call_that_fits_is_its_own() -> None:
    def fails(x: int, *, name: str = "") -> None:
        raise TypeError("of its own")

    call: Any = explained(fails)
    with pytest.raises(TypeError, match=r"^of its own$"):
        call(1, name="a")
    with pytest.raises(TypeError, match=r"^fails: x must be given$"):
        call()
    assert list(inspect.signature(call).parameters) == ["x", "name"]


def test_a_model_of_ones_own_answers_for_itself() -> None:
    class Mine(gn.Sequential):
        def __init__(self, width: int) -> None:
            super().__init__([gn.Dense(width)], input_size=2)

    make: Any = Mine
    assert make(3).output_size == 3
    with pytest.raises(TypeError, match="unexpected keyword argument 'depth'"):
        make(3, depth=1)


def test_records_take_their_one_setting_by_position() -> None:
    assert gn.losses.Huber(2.0) == gn.losses.Huber(delta=2.0)
    assert gn.losses.Quantile(0.9) == gn.losses.Quantile(level=0.9)
    assert gn.metrics.TopKAccuracy(3) == gn.metrics.TopKAccuracy(k=3)
    assert gn.initializers.Orthogonal(2.0) == gn.initializers.Orthogonal(gain=2.0)


def test_the_output_layer_has_the_activation_it_is_given() -> None:
    x = np.random.default_rng(0).normal(size=(5, 4))
    net = gn.MLP([4, 8, 3], output_activation="softmax")
    assert np.allclose(net.predict(x).sum(axis=1), 1)
    assert net.layers[-1] == gn.Dense(3, "softmax")


RECORDS = [
    one
    for one in (*CONSTRUCTORS, *kinds_of_layers.kinds(), ActivationFunction)
    if dataclasses.is_dataclass(one) and one is not gn.Normalization  # which `adapt` changes
]


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
def test_records_say_how_another_one_is_made(kind: Any) -> None:
    assert len(RECORDS) > 40
    record = object.__new__(kind)  # whatever its fields need
    for field in dataclasses.fields(kind):
        told = (
            f"^{field.name} cannot be set, a record does not change: dataclasses.replace\\(record"
        )
        with pytest.raises(dataclasses.FrozenInstanceError, match=told):
            setattr(record, field.name, 0.5)
        assert field.name not in vars(record)


@pytest.mark.parametrize(
    ("record", "name", "message"),
    [
        (gn.Dense(2), "units", r"dataclasses\.replace\(record, units=False\) gives another one$"),
        (
            gn.Dense(2),
            "trainable",
            r"a model is frozen where it is called, model\(x, trainable=Fal",
        ),
        (NET(gn.Input(4)).call.layer, "trainable", r"model\(x, trainable=False\)"),
        (optimizers.Adam(), "learning_rate", r"of a compiled model is set, model\.learning_rate ="),
        (optimizers.Adam(), "lr", r"^Adam\(.* has no field 'lr', did you mean 'learning_rate'\?"),
        (gn.Dense(2), "foo", r"^Dense\(.*\) has no field 'foo'\. A record does not change"),
    ],
)
def test_a_record_that_is_written_to_says_the_way(record: Any, name: str, message: str) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError, match=message):
        setattr(record, name, False)
    assert copy.deepcopy(record) == pickle.loads(pickle.dumps(record)) == record


@pytest.mark.parametrize("item", [gn.Input(3), Value((3,), 0)], ids=["tensor", "value"])
def test_what_flows_through_a_network_is_not_written_to(item: Any) -> None:
    told = r"^<?(Tensor|Value).* has no field 'foo'\. A record does not change$"
    with pytest.raises(dataclasses.FrozenInstanceError, match=told):
        item.foo = 1
    with pytest.raises(dataclasses.FrozenInstanceError, match=r"^shape cannot be set, a record do"):
        item.shape = (4,)
    assert item.shape == (3,)


def test_the_shape_of_an_input_is_its_size() -> None:
    with pytest.raises(TypeError, match="Input: unknown argument 'shape', did you mean 'size'"):
        GN.Input(shape=(3,))
