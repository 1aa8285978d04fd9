"""Names that there are not are answered with what there is, asked for or set."""

import copy
import cProfile
import pickle
import re
import subprocess
import sys
import traceback
from collections.abc import Callable
from typing import Any
from unittest import mock

import numpy as np
import pytest
import sklearn

import ganglion as gn

GN: Any = gn  # so that wrong names can be written
NET: Any = gn.MLP([2, 2])


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Linear", "ganglion.Dense"),
        ("dense", "ganglion.Dense"),
        ("Sequental", "ganglion.Sequential"),
        ("Lambda", "ganglion.Layer"),
        ("optim", "ganglion.optimizers"),
        ("BatchNorm1d", "ganglion.BatchNormalization"),
        ("BatchNorm2d", "ganglion.BatchNormalization"),
        ("batch_norm", "ganglion.BatchNormalization"),
        ("LayerNorm", "ganglion.LayerNormalization"),
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
        ("Rescaling", "the argument rescale of a network, rescale=1/255"),
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


@pytest.mark.parametrize(
    "name",
    [
        *("Conv2D", "nn", "F", "keras", "data", "utils", "no_grad"),
        *("Attention", "PReLU", "Minus", "Dot"),
        *("Repeat", "Cropping1D", "AlphaDropout", "clone_model", "applications", "Learner"),
    ],
)
def test_the_package_says_what_there_is_where_nothing_is_near(name: str) -> None:
    with pytest.raises(AttributeError, match=f"no attribute '{name}'. There are GRU, LSTM, MLP,"):
        getattr(GN, name)


@pytest.mark.parametrize(
    ("module", "name", "meant"),
    [
        (gn.activations, "relu", "activation='relu'"),
        (GN.layers, "Dence", "ganglion.layers.Dense"),
        (GN.layers, "BatchNorm1d", "ganglion.layers.BatchNormalization"),
        (GN.layers, "Rescaling", "the argument rescale of a network, rescale=1/255"),
        (gn.callbacks, "EarlyStop", "ganglion.callbacks.EarlyStopping"),
        (gn.initializers, "he_normal", "ganglion.initializers.HeNormal"),
        (gn.losses, "mse", "ganglion.losses.SquaredError"),
        (gn.losses, "CrossEntropyLoss", "ganglion.losses.CrossEntropy"),
        (gn.losses, "SparseCategoricalCrossentropy", "ganglion.losses.CrossEntropy"),
        (gn.losses, "sparse_categorical_crossentropy", "ganglion.losses.CrossEntropy"),
        (gn.losses, "categorical_cross_entropy", "ganglion.losses.CrossEntropy"),
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
    ("module", "last", "helper"),
    [
        (GN.layers, "StopGradient", "checked_layers"),
        (GN.layers, "StopGradient", "kinds"),
        (gn.activations, "elu", "trainable_names"),
        (gn.callbacks, "TerminateOnNaN", "wants_batches"),
        (gn.initializers, "Constant", "default_for"),
        (gn.losses, "Gaussian", "get"),
        (gn.schedules, "Warmup", "check_rate"),
    ],
)
def test_modules_tell_what_is_for_users(module: Any, last: str, helper: str) -> None:
    for name in ("Foo", f"{helper}s"):
        with pytest.raises(AttributeError) as caught:
            getattr(module, name)
        assert helper in vars(module)
        assert f"{module.__name__}.{helper}" not in str(caught.value)
    with pytest.raises(AttributeError, match=rf"There are .*{module.__name__}\.{last}\b"):
        module.Foo  # noqa: B018


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


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "trainable",
            "did you mean trainable=False of a layer, gn.Dense(..., trainable=False), or",
        ),
        ("optimzer", "'MLP' has no attribute 'optimzer', did you mean optimizer?"),
        ("lr", "'MLP' has no attribute 'lr', did you mean learning_rate?"),
        ("stop_trainig", "did you mean stop_training?"),
        ("epochs", "'MLP' has no attribute 'epochs'. There are "),
        ("optimizer", "MLP: optimizer cannot be set: compile says it"),
        ("rescale", "MLP: rescale cannot be set: it is what the model was made with"),
        ("parameter_vector", "write into it, parameter_vector[:] = ..., or call set_weights"),
        ("weights", "'MLP' has no attribute 'weights', did you mean set_weights(...)?"),
        ("state_dict", "did you mean set_weights(...)?"),
        ("parameters", "did you mean set_weights(...), or parameter_vector[:] = ...?"),
        ("set_weights", "MLP: set_weights is called: set_weights(...)"),
        ("theta", "MLP: theta is called: theta(...)"),
        ("rebuilt", "MLP: rebuilt is called: rebuilt(...)"),
    ],
)
def test_models_take_no_name_in_silence(name: str, message: str) -> None:
    net: Any = gn.MLP([2, 2])
    before = dict(vars(net))
    with pytest.raises(AttributeError, match=re.escape(message)):
        setattr(net, name, False)
    assert vars(net) == before


def test_what_can_be_set_of_a_model_still_can() -> None:
    net = gn.MLP([2, 2])
    net.compile("sgd", loss="squared_error")
    net.learning_rate = 0.5
    net.stop_training = True
    net.history = gn.History()
    assert (net.learning_rate, net.stop_training, len(net.history)) == (0.5, True, 0)


def test_a_method_may_be_replaced_by_what_is_called() -> None:
    net = gn.MLP([2, 2])
    with mock.patch.object(net, "fit") as fit:
        net.fit(np.eye(2), [0, 1])
    fit.assert_called_once()
    assert "fit" not in vars(net)


def calls_of(statement: Callable[[], Any]) -> int:
    """Return how many functions are called, Python's own among them."""
    profile = cProfile.Profile()
    profile.runcall(statement)
    return sum(entry.callcount for entry in profile.getstats()) - 1


def test_what_a_fit_sets_and_tools_ask_for_is_no_detour() -> None:
    net: Any = gn.MLP([2, 2])

    def set_both() -> None:
        net.stop_training = False
        net._note = 1

    assert calls_of(set_both) <= 5  # itself, and for each set ours and Python's
    assert calls_of(lambda: hasattr(net, "_repr_html_")) <= 12  # a model has some 60 names


class Noted(gn.Sequential):
    """A model of one's own, which has attributes of its own."""

    scaler: Any
    itself: Any
    _scaler: Any

    def __init__(self) -> None:
        self.first = "before"
        super().__init__([gn.Dense(2)], input_size=2)
        self.second = "after"
        self._third = [self.second]

    def predict(self, x: Any, batch_size: int | None = None) -> Any:
        return super().predict(x, batch_size) * 0

    @property
    def both(self) -> str:
        return f"{self.first}, {self.second}"


def test_a_model_of_ones_own_has_attributes_of_its_own() -> None:
    net: Any = Noted()
    net.third = "from outside"
    net.add = net.pop = None  # as models of other packages have it, which is nobody's business
    assert (net.first, net.second, net.third) == ("before", "after", "from outside")
    for name in ("trainable", "optimizer"):  # which would do nothing
        with pytest.raises(AttributeError, match=name):
            setattr(net, name, False)
    with pytest.raises(AttributeError, match="no setter"):  # as Python says it of any class
        net.both = "else"
    with pytest.raises(AttributeError, match="Noted: get_weights is called"):
        net.get_weights = []


@pytest.mark.parametrize("name", ["scaler", "_scaler", "history"])
def test_what_is_declared_and_not_there_yet_is_told_so(name: str) -> None:
    net = Noted.__new__(Noted)
    assert not hasattr(net, name)
    with pytest.raises(AttributeError, match=f"^Noted: {name} has not been set yet$"):
        getattr(net, name)
    setattr(net, name, 3)
    assert getattr(net, name) == 3


def test_what_freezes_may_be_declared_and_may_be_none() -> None:
    class Declared(Noted):
        trainable: bool

    class Has(Noted):
        trainable = None

    for kind in (Declared, Has):
        net: Any = kind()
        net.trainable = False
        assert net.trainable is False


@pytest.mark.skipif(sys.version_info < (3, 14), reason="types are evaluated where they are written")
def test_types_that_a_checker_alone_knows_are_not_evaluated() -> None:
    names: dict[str, Any] = {"gn": gn}
    exec("class Typed(gn.MLP):\n    scaler: Unknown[int]", names)
    net = names["Typed"]([2, 2])
    net.scaler = net.other = 3
    assert (net.scaler, net.other) == (3, 3)


COPIES: dict[str, Callable[[Any], Any]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda net: pickle.loads(pickle.dumps(net)),
    "clone": lambda net: sklearn.clone(net, safe=False),
}


@pytest.mark.parametrize("way", COPIES)
def test_copies_and_pickles_keep_a_class_of_ones_own_and_its_attributes(way: str) -> None:
    net: Any = Noted()
    net.itself = net
    net.compile("sgd", "squared_error")
    net.fit(np.eye(2), np.eye(2), verbose=0)
    same = COPIES[way](net)
    assert type(same) is Noted
    assert not same.predict(np.eye(2)).any()
    assert (same.first, same.second, same._third) == ("before", "after", ["after"])
    assert same.itself is (net if way == "copy" else same)
    assert not hasattr(same, "loss")
    assert len(same.history) == 0
    np.testing.assert_array_equal(same.parameter_vector, net.parameter_vector)
    same.parameter_vector[:] = 0
    assert net.parameter_vector.any()


@pytest.mark.parametrize("way", COPIES)
def test_copies_and_pickles_of_models_hold_nothing_but_their_parts(way: str) -> None:
    x = gn.Input(2)
    for net in (gn.MLP([2, 2]), gn.Sequential([gn.Dense(2)], input_size=2), gn.Model(x, x + x)):
        net.compile("sgd", "squared_error")
        net.fit(np.eye(2), np.eye(2), verbose=0)
        net.predict(np.eye(2))
        net.forward(np.eye(2))
        assert net.__reduce__()[2] is None
        assert type(COPIES[way](net)) is type(net)


@pytest.mark.parametrize("name", ["optimizer", "loss", "metrics", "learning_rate"])
def test_what_compile_says_is_not_there_before(name: str) -> None:
    net = gn.MLP([2, 2])
    assert not hasattr(net, name)
    with pytest.raises(AttributeError, match=f"^{name}: the model is not compiled, call compile"):
        getattr(net, name)
    net.compile(loss="squared_error")
    assert hasattr(net, name)


def test_what_several_inputs_and_outputs_have_not_is_not_there() -> None:
    x, z = gn.Input(2), gn.Input(2)
    net = gn.Model([x, z], [gn.Dense(1)(x + z), gn.Dense(1)(z)])
    assert not hasattr(net, "input_size")
    assert not hasattr(net, "output_size")
    with pytest.raises(AttributeError, match="input_size: the model has several inputs: input_0"):
        net.input_size  # noqa: B018
