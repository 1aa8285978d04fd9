"""Names that there are not are answered with what there is: of the package, its modules, models."""

import copy
import pickle
import subprocess
import sys
import traceback
from typing import Any

import numpy as np
import pytest

import ganglion as gn

GN: Any = gn  # so that wrong names can be written
NET: Any = gn.MLP([2, 2])


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Linear", "ganglion.Dense"),
        ("dense", "ganglion.Dense"),
        ("Sequental", "ganglion.Sequential"),
        ("BatchNorm1d", "ganglion.Normalization"),
        ("load_model", "ganglion.load"),
        ("relu", "activation='relu'"),
        ("ReLU", "activation='relu'"),
        ("Adam", "ganglion.optimizers.Adam"),
        ("mse", "ganglion.losses.SquaredError"),
        ("EarlyStopping", "ganglion.callbacks.EarlyStopping"),
        ("MLPClassifier", "ganglion.neural_network.MLPClassifier"),
        ("Perceptron", "ganglion.linear_model.Perceptron"),
        ("GridSearchCV", "ganglion.model_selection.GridSearch"),
        ("fit_many", "ganglion.model_selection.fit_many"),
        ("neural_networks", "ganglion.neural_network"),
        ("InputLayer", "ganglion.Input"),
        ("SparseCategoricalCrossentropy", "ganglion.losses.CrossEntropy"),
        ("MeanSquaredError", "ganglion.metrics.MeanSquaredError"),
    ],
)
def test_the_package_answers_an_unknown_name(name: str, meant: str) -> None:
    with pytest.raises(AttributeError) as caught:
        getattr(GN, name)
    said = f"module 'ganglion' has no attribute {name!r}, did you mean {meant}?"
    assert str(caught.value) == said


@pytest.mark.parametrize("module", ["linear_model", "model_selection", "neural_network", "tables"])
def test_modules_are_there_without_an_import_of_their_own(module: str) -> None:
    script = f"import ganglion as gn; assert {module!r} in dir(gn); print(gn.{module}.__name__)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout == f"ganglion.{module}\n", done.stderr


@pytest.mark.parametrize("name", ["Conv2D", "LSTM", "nn", "Embedding"])
def test_the_package_says_what_there_is_where_nothing_is_near(name: str) -> None:
    with pytest.raises(AttributeError, match=f"no attribute '{name}'. There are MLP, Activation"):
        getattr(GN, name)


@pytest.mark.parametrize(
    ("module", "name", "meant"),
    [
        (gn.activations, "relu", "activation='relu'"),
        (gn.callbacks, "EarlyStop", "ganglion.callbacks.EarlyStopping"),
        (gn.initializers, "he_normal", "ganglion.initializers.HeNormal"),
        (gn.losses, "mse", "ganglion.losses.SquaredError"),
        (gn.losses, "CrossEntropyLoss", "ganglion.losses.CrossEntropy"),
        (gn.losses, "SparseCategoricalCrossentropy", "ganglion.losses.CrossEntropy"),
        (gn.losses, "sparse_categorical_crossentropy", "ganglion.losses.CrossEntropy"),
        (gn.losses, "MeanSquaredError", "ganglion.losses.SquaredError"),
        (gn.losses, "MSELoss", "ganglion.losses.SquaredError"),
        (gn.losses, "BCEWithLogitsLoss", "ganglion.losses.BinaryCrossEntropy"),
        (gn.losses, "L1Loss", "ganglion.losses.AbsoluteError"),
        (gn.metrics, "SparseCategoricalAccuracy", "ganglion.metrics.Accuracy"),
        (gn.metrics, "F1Score", "ganglion.metrics.F1"),
        (gn.metrics, "roc_auc", "ganglion.metrics.AUC"),
        (gn.optimizers, "adam", "ganglion.optimizers.Adam"),
        (gn.schedules, "cosine", "ganglion.schedules.CosineDecay"),
    ],
)
def test_modules_answer_an_unknown_name(module: Any, name: str, meant: str) -> None:
    with pytest.raises(AttributeError) as caught:
        getattr(module, name)
    assert str(caught.value).endswith(f"has no attribute {name!r}, did you mean {meant}?")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("add", "Sequential([...]), which takes all layers at once"),
        ("forwards", "forward"),
        ("train", "fit"),
        ("score", "evaluate"),
        ("parameters", "parameter_vector"),
        ("state_dict", "get_weights"),
        ("step", "apply_gradients"),
        ("input_shape", "input_size"),
    ],
)
def test_models_answer_an_unknown_name(name: str, meant: str) -> None:
    with pytest.raises(AttributeError) as caught:
        getattr(NET, name)
    assert str(caught.value) == f"'MLP' has no attribute {name!r}, did you mean {meant}?"
    shown = "".join(traceback.format_exception(caught.value))
    assert shown.count("id you mean") == 1  # Python adds no guess of its own


def test_models_say_what_there_is_where_nothing_is_near() -> None:
    with pytest.raises(AttributeError, match=r"no attribute 'cuda'\. There are .*evaluate, fit, "):
        NET.cuda()


@pytest.mark.parametrize("item", [gn, gn.optimizers, NET], ids=["package", "module", "model"])
def test_tools_are_told_briefly_and_find_defaults(item: Any) -> None:
    assert getattr(item, "no_such", 3) == 3
    assert not hasattr(item, "__array_interface__")
    with pytest.raises(AttributeError, match=r"has no attribute '_repr_html_'$"):
        item._repr_html_  # noqa: B018


def test_models_are_copied_and_pickled_as_before() -> None:
    for same in (copy.deepcopy(NET), pickle.loads(pickle.dumps(NET))):
        np.testing.assert_array_equal(same.parameter_vector, NET.parameter_vector)
