import pickle
from typing import Any

import numpy as np
import pytest

import ganglion as gn
from ganglion import activations, losses, metrics
from ganglion._base import naming

KNOWN = {"adam": dict, "sgd": list}


def test_resolve_returns_a_known_name() -> None:
    assert naming.resolve("optimizer", "sgd", KNOWN) == "sgd"


@pytest.mark.parametrize("name", ["adm", "Adam", "ADAM"])
def test_resolve_suggests_the_nearest_name(name: str) -> None:
    message = f"^optimizer: unknown name '{name}', did you mean 'adam'\\? Known: adam, sgd$"
    with pytest.raises(ValueError, match=message):
        naming.resolve("optimizer", name, KNOWN)


def test_resolve_suggests_nothing_when_nothing_is_near() -> None:
    with pytest.raises(ValueError, match=r"^loss: unknown name 'xyz'\. Known: adam, sgd$"):
        naming.resolve("loss", "xyz", KNOWN)


@pytest.mark.parametrize("name", [None, 3, {}])
def test_resolve_refuses_what_is_no_name(name: object) -> None:
    with pytest.raises(TypeError, match="optimizer must be a name or a record, got"):
        naming.resolve("optimizer", name, KNOWN)


def test_resolve_says_what_to_make_of_a_class() -> None:
    message = r"^optimizer must be a name or a record, got <class 'dict'>: call it, dict\(\.\.\.\)$"
    with pytest.raises(TypeError, match=message):
        naming.resolve("optimizer", dict, KNOWN)


def test_what_is_elsewhere_a_name_is_no_misspelt_one() -> None:
    assert naming.nearest("relu6", ["relu"], {}) == "relu"
    assert naming.nearest("relu6", ["relu"], {"relu6": ()}) is None
    assert naming.nearest("relu6", ["relu", "cut"], {"relu6": ("cut",)}) == "cut"


def test_build_makes_the_record() -> None:
    assert naming.build("optimizer", "sgd", KNOWN) == []


KNOWN_ELSEWHERE = {
    "mse": losses.SquaredError(),
    "mean_squared_error": losses.SquaredError(),
    "mae": losses.AbsoluteError(),
    "bce": losses.BinaryCrossEntropy(),
    "binary_crossentropy": losses.BinaryCrossEntropy(),
    "categorical_crossentropy": losses.CrossEntropy(),
    "categorical_cross_entropy": losses.CrossEntropy(),
    "sparse_categorical_crossentropy": losses.CrossEntropy(),
    "log_loss": losses.CrossEntropy(),
}


@pytest.mark.parametrize("name", KNOWN_ELSEWHERE)
def test_losses_answer_to_the_names_of_other_packages(name: str) -> None:
    assert losses.get(name) == KNOWN_ELSEWHERE[name]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("mse", metrics.MeanSquaredError()),
        ("mae", metrics.MeanAbsoluteError()),
        ("acc", metrics.Accuracy()),
        ("sparse_categorical_accuracy", metrics.Accuracy()),
    ],
)
def test_metrics_answer_to_the_names_of_other_packages(name: str, meant: metrics.Metric) -> None:
    assert metrics.get(name) == meant


@pytest.mark.parametrize(
    ("name", "meant"), [("linear", "identity"), ("swish", "silu"), ("logistic", "sigmoid")]
)
def test_activations_answer_to_the_names_of_other_packages(name: str, meant: str) -> None:
    assert activations.get(name) == activations.get(meant)


def test_the_history_has_our_names() -> None:
    net = gn.MLP([2, 1], activation="linear")
    net.compile(loss="mse", metrics=["mse", "mae"])
    history = net.fit([[1.0, 2.0]], [3.0], verbose=0).history
    assert list(history) == ["loss", "mean_squared_error", "mean_absolute_error"]


def test_a_name_in_capitals_suggests_ours() -> None:
    with pytest.raises(ValueError, match="did you mean 'cross_entropy'"):
        losses.get("Categorical_Crossentropy")


@pytest.mark.parametrize("name", [10**5000, "relu" * 100_000], ids=["a number", "a text"])
def test_what_is_too_long_to_be_shown_is_refused_in_a_line(name: object) -> None:
    with pytest.raises((TypeError, ValueError), match=r"^activation") as caught:
        activations.get(name)  # type: ignore[arg-type]
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    "dtype", ["float64", np.float64, np.dtype(np.float64), np.zeros(1).dtype, float, "float32"]
)
def test_dtypes_are_named_or_numpys(dtype: Any) -> None:
    x = gn.Input(2)
    nets = [
        gn.MLP([2, 1], dtype=dtype),
        gn.Sequential([gn.Dense(1)], input_size=2, dtype=dtype),
        gn.Model(x, gn.Dense(1)(x), dtype=dtype),
    ]
    for net in nets:
        assert net.dtype == np.dtype(dtype).name == net.predict([[1.0, 2.0]]).dtype.name
        assert type(net.architecture.dtype) is str  # as files hold it
        assert pickle.loads(pickle.dumps(net)).dtype == net.dtype


@pytest.mark.parametrize("dtype", [np.float16, np.int64, int, object])
def test_dtypes_that_networks_do_not_compute_in_are_refused(dtype: Any) -> None:
    with pytest.raises(ValueError, match=f"^dtype: unknown name '{np.dtype(dtype).name}'"):
        gn.MLP([2, 1], dtype=dtype)
