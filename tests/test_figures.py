"""Metrics of classes, of ranks and of one's own, against scikit-learn."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import f1_score, precision_score, recall_score, roc_auc_score

import ganglion as gn
from ganglion._base.ranking import roc_auc

Array = NDArray[Any]
RNG = np.random.default_rng(4)
ROWS = 200
X = RNG.normal(size=(ROWS, 5))
WEIGHT = RNG.uniform(0, 2, ROWS)
CLASSES = {
    classes: (X[:, :classes] + RNG.normal(size=(ROWS, classes))).argmax(axis=1)
    for classes in (2, 4)
}
YES = (X[:, :3] + RNG.normal(size=(ROWS, 3)) > 0.5).astype(int)
KINDS = ["precision", "recall", "f1"]
SCORES: dict[str, Any] = {"precision": precision_score, "recall": recall_score, "f1": f1_score}


def trained(outputs: int, loss: Any, y: Array, last: str | None = None, **asked: Any) -> gn.MLP:
    net = gn.MLP([5, 6, outputs], output_activation=last, dtype="float64", seed=3)
    net.compile(gn.optimizers.Adam(0.02), loss=loss, **asked)
    net.fit(X, y, epochs=2, verbose=0)
    return net


def asked_twice(names: list[str]) -> dict[str, Any]:
    return {"metrics": names, "weighted_metrics": names}


@pytest.mark.parametrize("last", [None, "softmax"])
@pytest.mark.parametrize("classes", [2, 4])
def test_figures_of_classes_are_scikit_learns(classes: int, last: str | None) -> None:
    y = CLASSES[classes]
    net = trained(classes, "cross_entropy", y, last, **asked_twice(KINDS))
    figures = net.evaluate(X, y, sample_weight=WEIGHT, batch_size=30)
    said = net.predict(X).argmax(axis=1)
    average = "binary" if classes == 2 else "macro"
    for kind in KINDS:
        plain = SCORES[kind](y, said, average=average)
        weighted = SCORES[kind](y, said, average=average, sample_weight=WEIGHT)
        assert figures[kind] == pytest.approx(plain)
        assert figures[f"weighted_{kind}"] == pytest.approx(weighted)
    one_hot = net.evaluate(X, np.eye(classes)[y], sample_weight=WEIGHT)
    assert one_hot == pytest.approx(figures)


@pytest.mark.parametrize("last", [None, "sigmoid"])
@pytest.mark.parametrize("columns", [1, 3])
def test_figures_of_yes_and_no_are_scikit_learns(columns: int, last: str | None) -> None:
    y = YES[:, :columns]
    names = [*KINDS, "auc"]
    net = trained(columns, "binary_cross_entropy", y, last, **asked_twice(names))
    figures = net.evaluate(X, y, sample_weight=WEIGHT, batch_size=30)
    chances = net.predict_proba(X)
    average = "binary" if columns == 1 else "macro"
    for prefix, weight in (("", None), ("weighted_", WEIGHT)):
        for kind in KINDS:
            expected = SCORES[kind](y, chances > 0.5, average=average, sample_weight=weight)
            assert figures[prefix + kind] == pytest.approx(expected)
        area = roc_auc_score(y, chances, sample_weight=weight)
        assert figures[f"{prefix}auc"] == pytest.approx(area)


@pytest.mark.parametrize("last", [None, "sigmoid"])
@pytest.mark.parametrize("columns", [1, 3])
def test_accuracy_of_yes_and_no_is_that_of_the_columns(columns: int, last: str | None) -> None:
    y = YES[:, :columns]
    net = trained(columns, "binary_cross_entropy", y, last, metrics=["accuracy"])
    right = (net.predict_proba(X) > 0.5) == (y > 0.5)
    assert net.evaluate(X, y)["accuracy"] == pytest.approx(right.mean())


@pytest.mark.parametrize("last", [None, "softmax"])
@pytest.mark.parametrize("classes", [2, 4])
def test_the_area_of_classes_is_scikit_learns(classes: int, last: str | None) -> None:
    y = CLASSES[classes]
    net = trained(classes, "cross_entropy", y, last, metrics=["auc"])
    chances = net.predict_proba(X)
    expected = roc_auc_score(y, chances[:, 1] if classes == 2 else chances, multi_class="ovr")
    assert net.evaluate(X, y, batch_size=7)["auc"] == pytest.approx(expected)


def test_the_area_counts_ties_as_halves_and_weights() -> None:
    scores = RNG.integers(0, 6, ROWS).astype(float)
    yes = RNG.random(ROWS) < 0.4
    expected = roc_auc_score(yes, scores, sample_weight=WEIGHT)
    assert roc_auc(yes, scores, WEIGHT) == pytest.approx(expected)
    assert roc_auc(yes, np.zeros(ROWS), WEIGHT) == pytest.approx(0.5)
    assert np.isnan(roc_auc(np.ones(3, bool), scores[:3], WEIGHT[:3]))


def test_a_class_that_is_neither_there_nor_said_is_left_out() -> None:
    net = gn.Sequential([gn.Dense(4)], input_size=2)
    net.set_weights([[[5.0, 0, 0, 0], [0, 5.0, 0, 0]], [0.0] * 4])
    net.compile(loss="cross_entropy", metrics=KINDS)
    x, y = [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]], [0, 1, 2]
    figures = net.evaluate(x, y)
    for kind in KINDS:
        expected = SCORES[kind](y, [0, 1, 0], average="macro", zero_division=0)
        assert figures[kind] == pytest.approx(expected)


def mean_error(y: Array, p: Array) -> float:
    return float(np.abs(y - p).max())


def share_right(y: Array, p: Array) -> float:
    assert (y.shape, p.shape, y.dtype) == ((ROWS,), (ROWS, 4), np.dtype(np.int64))
    return float((y == p.argmax(axis=1)).mean())


def test_a_function_gets_all_rows_of_an_epoch_once() -> None:
    net = gn.MLP([5, 1], dtype="float64")
    net.compile(gn.optimizers.SGD(0.0), loss="mse", metrics=["mae", mean_error, "r2"])
    y = X[:, 0]
    seen: list[list[str]] = []
    hook = gn.callbacks.LambdaCallback(on_train_batch_end=lambda _, logs: seen.append([*logs]))
    history = net.fit(
        X, y, batch_size=16, validation_data=(X[:50], y[:50]), callbacks=[hook], verbose=0
    ).history
    errors = np.abs(net.predict(X)[:, 0] - y)
    assert history["mean_error"] == [pytest.approx(errors.max())]
    assert history["val_mean_error"] == [pytest.approx(errors[:50].max())]
    assert history["mean_absolute_error"] == [pytest.approx(errors.mean())]
    names = ["loss", "mean_absolute_error", "mean_error", "r2"]
    assert [*history] == [*names, *(f"val_{name}" for name in names)]
    assert seen[0] == ["loss", "mean_absolute_error", "r2"]  # what is added up batch by batch
    assert net.metrics[1] is mean_error


def test_a_function_of_classes_gets_their_numbers() -> None:
    net = trained(4, "cross_entropy", CLASSES[4], metrics=["accuracy", share_right])
    for y in (CLASSES[4], CLASSES[4].astype(float)):
        figures = net.evaluate(X, y)
        assert figures["share_right"] == pytest.approx(figures["accuracy"])


def test_functions_go_with_a_loss_of_ones_own_and_with_iterables() -> None:
    def half_square(y: Array, p: Array, weight: Array | None) -> tuple[float, Array]:
        return float(((p - y) ** 2).mean() / 2), (p - y) / p.size

    net = gn.MLP([5, 1], dtype="float64")
    net.compile(gn.optimizers.SGD(0.0), loss=half_square, metrics=[mean_error, "mse"])
    batches = [(X[:90], X[:90, 0]), (X[90:], X[90:, 0])]
    history = net.fit(batches, verbose=0).history
    errors = np.abs(net.predict(X)[:, 0] - X[:, 0])
    assert history["mean_error"] == [pytest.approx(errors.max())]
    assert history["mean_squared_error"] == [pytest.approx((errors**2).mean())]


@pytest.mark.parametrize("answer", [None, "high", [1.0, 2.0], 1j])
def test_a_function_that_gives_no_number_is_refused_and_changes_nothing(answer: Any) -> None:
    def broken(y: Array, p: Array) -> Any:
        return answer

    net = gn.MLP([5, 1])
    net.compile("adam", loss="mse", metrics=[broken])
    before = net.parameter_vector.copy()
    with pytest.raises(TypeError, match="metrics: broken must return one number, got"):
        net.fit(X, X[:, 0], verbose=0)
    assert np.array_equal(net.parameter_vector, before)


@pytest.mark.parametrize(
    ("asked", "error", "told"),
    [
        ({"metrics": [mean_error, mean_error]}, ValueError, "metrics names mean_error twice"),
        ({"weighted_metrics": [mean_error]}, TypeError, "weighted_metrics: mean_error is a functi"),
        ({"metrics": [gn.metrics.F1]}, TypeError, "metric must be a name or a record"),
    ],
)
def test_what_cannot_be_reported_is_refused(asked: Any, error: Any, told: str) -> None:
    with pytest.raises(error, match=told):
        gn.MLP([5, 1]).compile(loss="mse", **asked)


@pytest.mark.parametrize("name", ["accuracy", "binary_accuracy", *KINDS, "auc"])
def test_metrics_of_yes_and_no_are_refused_beside_real_values(name: str) -> None:
    net = gn.MLP([5, 1])
    net.compile(loss="mse", metrics=[name])
    with pytest.raises(ValueError, match=f"fit: {name} compares yes and no"):
        net.fit(X, X[:, 0], verbose=0)
    net.fit(X, X[:, 0] > 0, verbose=0)


@pytest.mark.parametrize("monitor", ["val_auc", "f1", "val_r2", "weighted_recall", "f1_score"])
def test_early_stopping_seeks_the_largest_of_them(monitor: str) -> None:
    assert gn.callbacks.EarlyStopping(monitor=monitor).worst < 0
    assert gn.callbacks.EarlyStopping(monitor="brier_score_loss").worst > 0
