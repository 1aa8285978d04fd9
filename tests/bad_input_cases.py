"""Bad input: what people do wrong, and what they must be told. The test is test_bad_input.py."""

from collections.abc import Callable
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import Any

import numpy as np
from numpy.typing import NDArray

import ganglion as gn
from ganglion import metrics

Call = Callable[[gn.Sequential], object]
Array = NDArray[Any]

ROWS, INPUTS = 40, 4


class OwnLoss:
    """A squared error of the user's own, which can be told to answer something else."""

    def __init__(self) -> None:
        self.answer: Any = None

    def __call__(self, y: Array, p: Array, weight: Array | None) -> tuple[float, Array]:
        good = (float(((p - y) ** 2).mean()), 2 * (p - y) / p.size)
        return good if self.answer is None else self.answer(*good)


@dataclass(frozen=True)
class Case:
    """What is done wrong to a model of a kind, and the error it must give."""

    name: str
    call: Call
    error: type[Exception]
    message: str  # a regular expression
    kind: str = "classes"


def data(kind: str) -> dict[str, Any]:
    """Good data for a kind of model."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(ROWS, INPUTS))
    targets = {
        "classes": rng.integers(0, 3, ROWS),
        "values": rng.normal(size=(ROWS, 2)),
        "counts": rng.poisson(2.0, ROWS),
        "yes_no": rng.integers(0, 2, ROWS),
        "own": rng.normal(size=(ROWS, 2)),
    }
    return {"x": x, "y": targets[kind]}


def make(kind: str) -> gn.Sequential:
    """Return a compiled model of a kind, trained for an epoch."""
    outputs = {"classes": 3, "values": 2, "counts": 1, "yes_no": 1, "own": 2}[kind]
    loss: Any = {
        "classes": "cross_entropy",
        "values": "squared_error",
        "counts": "poisson",
        "yes_no": "binary_cross_entropy",
        "own": OwnLoss(),
    }[kind]
    net = gn.MLP([INPUTS, 8, outputs], activation="tanh", seed=1)
    net.compile("adam", loss=loss)
    net.fit(**data(kind), batch_size=16, verbose=0)
    return net


def kind_of(net: gn.Sequential) -> str:
    """Return the kind that `make` was given."""
    by_loss = {
        "cross_entropy": "classes",
        "squared_error": "values",
        "poisson": "counts",
        "binary_cross_entropy": "yes_no",
    }
    return by_loss.get(getattr(net.loss, "name", ""), "own")


def fit(**arguments: Any) -> Call:
    """Fit good data, but for these arguments."""
    return lambda net: net.fit(**{**data(kind_of(net)), "verbose": 0, **arguments})


def evaluate(**arguments: Any) -> Call:
    """Evaluate good data, but for these arguments."""
    return lambda net: net.evaluate(**{**data(kind_of(net)), **arguments})


def on_disk(x: Array, **arguments: Any) -> Call:
    """Fit a memory map."""

    def call(net: gn.Sequential) -> None:
        with TemporaryFile() as file:
            mapped = np.memmap(file, x.dtype, "w+", shape=x.shape)
            mapped[:] = x
            fit(x=mapped, **arguments)(net)

    return call


def stream(*batches: Any, **arguments: Any) -> Call:
    """Fit a list of batches."""
    return lambda net: net.fit(list(batches), verbose=0, **arguments)


def compiled(**arguments: Any) -> Call:
    """Compile with these arguments."""
    return lambda net: net.compile(**{"loss": "cross_entropy", **arguments})


def measured(loss: str, y: Array, outputs: int, *wanted: Any) -> Call:
    """Train a model of its own with metrics: compile may refuse them, or fit."""

    def call(_: gn.Sequential) -> None:
        net = gn.MLP([INPUTS, outputs])
        net.compile(loss=loss, metrics=wanted)
        net.fit(X, y, verbose=0)

    return call


def own(answer: Callable[[float, Array], Any]) -> Call:
    """Fit, in one step, with a loss of the user's own that answers wrongly."""

    def call(net: gn.Sequential) -> None:
        assert isinstance(net.loss, OwnLoss)
        net.loss.answer = answer
        try:
            fit(batch_size=ROWS)(net)
        finally:
            net.loss.answer = None

    return call


def made(function: Callable[[], object]) -> Call:
    """Make something, without the model."""
    return lambda _: function()


def untrained(method: str, *arguments: Any) -> Call:
    """Ask something of a model that was never compiled."""
    return lambda _: getattr(gn.MLP([INPUTS, 3]), method)(*arguments)


def with_value(array: Array, place: tuple[int, ...], value: float) -> Array:
    """Return a copy with one value replaced."""
    changed = array.astype(np.float64)
    changed[place] = value
    return changed


X = data("classes")["x"]
CLASSES = data("classes")["y"]
VALUES = data("values")["y"]
COUNTS = data("counts")["y"]
ONE_HOT = np.eye(3)[CLASSES]
X_NAN = with_value(X, (7, 2), np.nan)
RAGGED = [[1.0, 2.0, 3.0, 4.0], [1.0, 2.0]]
NAMES = np.array(["setosa", "virginica"])[CLASSES % 2]

INPUT_CASES = [
    Case("X one-dimensional", fit(x=X[0]), ValueError, r"fit: X has shape \(4,\), must be"),
    Case("X a number", fit(x=3.0), ValueError, r"fit: X has shape \(\), must be"),
    Case("X too wide", fit(x=X[:, [0, 1, 2, 3, 0]]), ValueError, r"X has 5 columns, .* takes 4"),
    Case("X transposed", fit(x=X.T), ValueError, r"X has 40 columns, .* takes 4"),
    Case("X images of another size", fit(x=np.zeros((40, 3, 3))), ValueError, r"X has 9 columns"),
    Case("X without rows", fit(x=X[:0], y=[]), ValueError, r"X has shape \(0, 4\): .*no samples"),
    Case("X without columns", fit(x=X[:, :0]), ValueError, r"X has (0 columns|shape \(40, 0\))"),
    Case("X an empty list", fit(x=[], y=[]), ValueError, r"X has shape \(0,\)"),
    Case("X None", fit(x=None), TypeError, r"X (has type object|.*None)"),
    Case("X ragged", fit(x=RAGGED, y=[0, 1]), ValueError, r"fit: X .*(shape|rows|rectang|length)"),
    Case("X strings", fit(x=X.astype(str)), TypeError, r"X has type <U\d+, must hold numbers"),
    Case("X with None", fit(x=[[None] * 4] * ROWS), TypeError, r"X has None at row 0, column 0, m"),
    Case(
        "X with a word", fit(x=[[0.5, 1, 2, "a"]] * ROWS), TypeError, r"X has type <U\d+, must hold"
    ),
    Case(
        "X with huge numbers",
        fit(x=[[10**400] * 4] * ROWS),
        ValueError,
        r"X has a number too large for float64",
    ),
    Case("X complex", fit(x=X + 0j), TypeError, r"X has type complex128, must hold numbers"),
    Case("X dates", fit(x=X.astype("datetime64[s]")), TypeError, r"X has type datetime64\[s\]"),
    Case("X a record array", fit(x=np.zeros(40, "f4,f4")), TypeError, r"X has type \[\('f0'"),
    Case("X a dictionary", fit(x={"a": 1}), TypeError, r"X is a dict, must be an array"),
    Case("X has NaN", fit(x=X_NAN), ValueError, r"fit: X has nan at row 7, column 2$"),
    Case(
        "X has infinity",
        fit(x=with_value(X, (39, 0), -np.inf)),
        ValueError,
        r"fit: X has -inf at row 39, column 0$",
    ),
    Case(
        "X too large for float32",
        fit(x=with_value(X, (0, 3), 1e39)),
        ValueError,
        r"X has 1e\+39 at row 0, column 3, too large for float32",
    ),
    Case("X has float32 NaN", fit(x=X_NAN.astype("f4")), ValueError, r"nan at row 7, column 2$"),
    Case("X has longdouble NaN", fit(x=X_NAN.astype("g")), ValueError, r"nan at row 7, column 2$"),
    Case("X has NaN, by columns", fit(x=np.asfortranarray(X_NAN)), ValueError, r"row 7, column 2$"),
    Case("X an image with NaN", fit(x=X_NAN.reshape(40, 2, 2)), ValueError, r"row 7, column 2$"),
    Case(
        "X on disk has NaN",
        on_disk(X_NAN, batch_size=5, shuffle=False),
        ValueError,
        r"fit: X has nan at row 7, column 2$",
    ),
    Case("evaluate with NaN", evaluate(x=X_NAN), ValueError, r"evaluate: X has nan at row 7, col"),
    Case(
        "predict too wide", lambda n: n.predict(X[:, :3]), ValueError, r"predict: X has 3 columns"
    ),
    Case("predict one row", lambda n: n.predict(X[0]), ValueError, r"predict: .*x\[None\]"),
    Case("predict NaN", lambda n: n.predict(X_NAN), ValueError, r"predict: X has nan at row 7, c"),
    Case("predict nothing", lambda n: n.predict(X[:0]), ValueError, r"predict: X has shape \(0, 4"),
    Case("predict words", lambda n: n.predict([["a"] * 4]), TypeError, r"predict: X has type <U1"),
    Case(
        "forward too wide", lambda n: n.forward(X[:, :3]), ValueError, r"forward: X has 3 columns"
    ),
    Case("forward NaN", lambda n: n.forward(X_NAN), ValueError, r"forward: X has nan at row 7, c"),
    Case(
        "train_on_batch with NaN",
        lambda net: net.train_on_batch(X_NAN, CLASSES),
        ValueError,
        r"train_on_batch: X has nan at row 7, column 2$",
    ),
]

TARGET_CASES = [
    Case("y missing", fit(y=None), ValueError, r"fit: y is missing"),
    Case("y strings", fit(y=NAMES), TypeError, r"y holds strings, such as '(setosa|virginica)'"),
    Case("y objects", fit(y=NAMES.astype(object)), TypeError, r"y holds strings, such as '"),
    Case(
        "y strings for values",
        fit(y=NAMES),
        TypeError,
        r"y holds strings, such as '\w+': must be numbers for the loss squared_error$",
        "values",
    ),
    Case("y None in places", fit(y=[None] * ROWS), TypeError, r"y has None at row 0, must h"),
    Case("y complex", fit(y=VALUES + 0j), TypeError, r"y has type complex128", "values"),
    Case("y too short", fit(y=CLASSES[:30]), ValueError, r"y has 30 rows, X has 40"),
    Case("y too long", fit(x=X[:30]), ValueError, r"y has 40 rows, X has 30"),
    Case("y a number", fit(y=1), ValueError, r"fit: y has shape \(\)"),
    Case("y a row", fit(y=CLASSES[None]), ValueError, r"y has shape \(1, 40\)"),
    Case("y ragged", fit(y=RAGGED), ValueError, r"fit: y .*(shape|rows|rectang|length)"),
    Case("y empty", fit(y=[]), ValueError, r"y has (0 rows|shape \(0,\))"),
    Case("one-hot too wide", fit(y=np.eye(5)[CLASSES]), ValueError, r"y has shape \(40, 5\), must"),
    Case("one-hot too narrow", fit(y=ONE_HOT[:, :2]), ValueError, r"y has shape \(40, 2\), must"),
    Case("fractional class", fit(y=CLASSES + 0.5), ValueError, r"y is \d\.5 at row 0, must be a c"),
    Case("classes from 1", fit(y=CLASSES + 1), ValueError, r"y is 3 at row \d+, .* from 0 to 2"),
    Case("negative class", fit(y=CLASSES - 1), ValueError, r"y is -1 at row \d+, .* from 0 to 2"),
    Case("class NaN", fit(y=with_value(CLASSES, (5,), np.nan)), ValueError, r"y is nan at row 5"),
    Case("class huge", fit(y=CLASSES.astype("u8") + 2**63), ValueError, r"y is 92233720368547758"),
    Case(
        "probabilities do not add up",
        fit(y=ONE_HOT * 0.5),
        ValueError,
        r"y's probabilities add up to 0\.5 at row 0",
    ),
    Case(
        "a negative probability",
        fit(y=with_value(ONE_HOT, (4, 1), -0.5)),
        ValueError,
        r"y is -0\.5 at row 4, column 1, must be a probability",
    ),
    Case("values as classes", fit(y=VALUES[:, 0]), ValueError, r"shape \(40,\), must.*2", "values"),
    Case("values transposed", fit(y=VALUES.T), ValueError, r"y has shape \(2, 40\)", "values"),
    Case("values cubic", fit(y=VALUES[None]), ValueError, r"y has shape \(1, 40, 2\)", "values"),
    Case(
        "a value NaN",
        fit(y=with_value(VALUES, (3, 1), np.nan)),
        ValueError,
        r"y is nan at row 3, column 1, must be finite",
        "values",
    ),
    Case(
        "a value too large for float32",
        fit(y=with_value(VALUES, (3, 1), -1e39)),
        ValueError,
        r"y has -1e\+39 at row 3, column 1, too large for float32",
        "values",
    ),
    Case("negative count", fit(y=COUNTS - 9), ValueError, r"y is -\d at row 0.*poisson", "counts"),
    Case("yes and no as 1, -1", fit(y=2 * (X[:, 0] > 0) - 1), ValueError, r"y is -1 at", "yes_no"),
    Case("yes and no as 1, 2", fit(y=(X[:, 0] > 0) + 1), ValueError, r"y is 2 at row", "yes_no"),
    Case("evaluate without y", evaluate(y=None), ValueError, r"evaluate: y is missing"),
    Case(
        "evaluate a wrong class", evaluate(y=CLASSES + 3), ValueError, r"evaluate: y is \d at row"
    ),
    *(
        Case(
            f"{metric} of classes",
            measured("cross_entropy", CLASSES, 3, metric),
            ValueError,
            rf"{metric}.*(cross_entropy|class)",
        )
        for metric in ("mean_absolute_error", "mean_squared_error", "r2", "binary_accuracy")
    ),
    *(
        Case(
            f"{metric} of real values",
            measured("squared_error", X[:, 0], 1, metric),
            ValueError,
            rf"fit: {metric} compares yes and no, 1 and 0, y is -?\d\.\d+ at row 0",
        )
        for metric in ("accuracy", "binary_accuracy")
    ),
    Case(
        "top_k_accuracy of values",
        measured("squared_error", X[:, 0], 1, "top_k_accuracy"),
        ValueError,
        r"top_k_accuracy.*(squared_error|class)",
    ),
    Case(
        "more of the best than there are",
        measured("cross_entropy", CLASSES, 3, metrics.TopKAccuracy(k=7)),
        ValueError,
        r"k is 7|k must .*7",
    ),
    Case(
        "two metrics of one name",
        measured("cross_entropy", CLASSES, 3, metrics.TopKAccuracy(k=1), metrics.TopKAccuracy(k=2)),
        ValueError,
        r"metrics.*top_k_accuracy",
    ),
]

WEIGHTS = np.ones(ROWS)
WEIGHT_CASES = [
    Case("weight missing", fit(sample_weight=WEIGHTS[1:]), ValueError, r"sample_weight.*\(39,\)"),
    Case("weight a number", fit(sample_weight=2.0), ValueError, r"sample_weight has shape \(\)"),
    Case("weights a column", fit(sample_weight=WEIGHTS[:, None]), ValueError, r"weight.*\(40, 1\)"),
    Case(
        "weights zero", fit(sample_weight=0 * WEIGHTS), ValueError, r"sample_weight is zero for e"
    ),
    Case("weights a word", fit(sample_weight="balanced"), TypeError, r"sample_weight has type <U8"),
    Case("weights complex", fit(sample_weight=WEIGHTS + 1j), TypeError, r"sample_weight.*complex"),
    Case(
        "class weights zero",
        fit(class_weight={0: 0, 1: 0, 2: 0}),
        ValueError,
        r"fit: class_weight is zero for every sample",
    ),
    *(
        Case(
            f"weight {value}",
            fit(sample_weight=with_value(WEIGHTS, (6,), value)),
            ValueError,
            rf"sample_weight (is|has) {value} at row 6".replace("+", r"\+"),
        )
        for value in (-1.0, np.nan, np.inf, 1e39)
    ),
    Case(
        "class weight by another name",
        fit(class_weight="balance"),
        ValueError,
        r"class_weight: unknown name 'balance', did you mean 'balanced'\?",
    ),
    Case(
        "balanced classes of a batch",
        lambda net: net.train_on_batch(X, CLASSES, class_weight="balanced"),
        ValueError,
        r"train_on_batch: class_weight is 'balanced', which a batch cannot know",
    ),
    Case(
        "balanced classes of batches",
        stream((X, CLASSES), class_weight="balanced"),
        ValueError,
        r"fit: class_weight is 'balanced', which a batch cannot know: give each class's",
    ),
    Case(
        "class weights too few",
        fit(class_weight=[1, 2]),
        ValueError,
        r"class_weight has shape \(2,\), must be \(3,\), one for each class in their order",
    ),
    Case("class weight a number", fit(class_weight=2), TypeError, r"class_weight must map.*got 2"),
    Case("class weight negative", fit(class_weight={0: -2.0}), ValueError, r"weight.*-2\.0"),
    Case("class weight NaN", fit(class_weight={2: np.nan}), ValueError, r"weight.*nan"),
    Case("class weight a word", fit(class_weight={0: "2"}), TypeError, r"class_weight.*'2'"),
    Case("class weight unknown", fit(class_weight={7: 2.0}), ValueError, r"class_weight.*7"),
    Case("class weight of a word", fit(class_weight={"a": 2.0}), ValueError, r"'a', must name cl"),
    Case(
        "class weights of values",
        fit(class_weight={0: 2.0}),
        ValueError,
        r"class_weight needs classes, the loss is squared_error",
        "values",
    ),
]
