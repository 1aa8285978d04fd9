"""The arguments that scikit-learn's estimators do not have."""

import pickle
import time
import warnings
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from reference import ACTIVATIONS
from scipy import sparse
from sklearn.datasets import load_diabetes, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import get_scorer
from sklearn.preprocessing import StandardScaler

import ganglion as gn
from ganglion.neural_network import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

Array = NDArray[Any]

IRIS = load_iris(return_X_y=True)
X_SUGAR, Y_SUGAR = load_diabetes(return_X_y=True, scaled=False)
SUGAR = (StandardScaler().fit_transform(X_SUGAR), (Y_SUGAR - Y_SUGAR.mean()) / Y_SUGAR.std())


def weights_of(net: Any) -> Array:
    return np.concatenate([part.ravel() for part in [*net.coefs_, *net.intercepts_]])


@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize("make", [np.asarray, sparse.csr_matrix, sparse.csc_matrix])
def test_standardize_is_a_scaler_before_the_network(make: Any, standardize: bool) -> None:
    x, y = make(X_SUGAR), SUGAR[1]
    settings: dict[str, Any] = {"random_state": 0, "max_iter": 5, "early_stopping": True}
    net = MLPRegressor(standardize=standardize, **settings).fit(x, y)
    scaler = StandardScaler(with_mean=make is np.asarray).fit(x)
    rows = scaler.transform(x) if standardize else x
    by_hand = MLPRegressor(**settings).fit(rows, y)
    np.testing.assert_array_equal(net.predict(x), by_hand.predict(rows))
    np.testing.assert_array_equal(net.transform(x), by_hand.transform(rows))
    assert hasattr(net, "scaler_") == standardize
    again = pickle.loads(pickle.dumps(net))
    np.testing.assert_array_equal(again.predict(x), net.predict(x))


def test_standardize_goes_by_the_first_fit_until_a_fresh_one() -> None:
    x, y = X_SUGAR, SUGAR[1]
    net = MLPRegressor(standardize=True, random_state=0, max_iter=2)
    net.partial_fit(x[:100], y[:100]).partial_fit(x[100:], y[100:])
    np.testing.assert_allclose(net.scaler_.mean_, x[:100].mean(axis=0))
    net.set_params(standardize=False).fit(x, y)
    assert not hasattr(net, "scaler_")
    dense = MLPRegressor(standardize=True, max_iter=1).fit(x, y)
    with pytest.raises(ValueError, match="X is sparse, while standardize has learned the means"):
        dense.predict(sparse.csr_matrix(x))
    weighted = MLPRegressor(standardize=True, max_iter=1).fit(x, y, np.arange(len(x)))
    np.testing.assert_allclose(weighted.scaler_.mean_, np.average(x, 0, np.arange(len(x))))


def test_standardize_holds_for_validation_data_and_scorers() -> None:
    x, y = X_SUGAR, SUGAR[1]
    net = MLPRegressor(
        standardize=True, early_stopping=True, random_state=0, max_iter=4, n_iter_no_change=9
    )
    net.set_params(early_stopping_metric="r2").fit(x[50:], y[50:], X_val=x[:50], y_val=y[:50])
    assert net.best_validation_score_ == pytest.approx(net.score(x[:50], y[:50]))
    assert net.validation_scores_[net.best_epoch_ - 1] == net.best_validation_score_


@pytest.mark.parametrize(
    "metric", ["score", "loss", "neg_log_loss", "roc_auc_ovr", get_scorer("balanced_accuracy")]
)
@pytest.mark.parametrize("names", [False, True])
def test_early_stopping_goes_by_its_metric(metric: Any, names: bool) -> None:
    pandas = pytest.importorskip("pandas")
    x, y = IRIS
    y = np.array(["a", "b", "c"])[y]
    if names:
        x = pandas.DataFrame(x, columns=list("pqrs"))
    net = MLPClassifier((20,), early_stopping=True, random_state=3, learning_rate_init=0.02)
    net.set_params(early_stopping_metric=metric, n_iter_no_change=5, validation_fraction=0.3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        net.fit(x, y)
    watched = net.validation_scores_
    if metric == "loss":
        watched = [-loss for loss in net.validation_loss_curve_]
        assert net.best_validation_loss_ == min(net.validation_loss_curve_)
    assert net.best_epoch_ == int(np.argmax(watched)) + 1
    assert net.best_validation_score_ == max(net.validation_scores_)
    assert net.n_iter_ > net.best_epoch_  # and yet the weights are those of the best
    again = MLPClassifier((20,), random_state=3, learning_rate_init=0.02)
    again.set_params(early_stopping=True, early_stopping_metric=metric, validation_fraction=0.3)
    again.set_params(max_iter=net.best_epoch_).fit(x, y)
    np.testing.assert_array_equal(weights_of(net), weights_of(again))


def test_an_unknown_metric_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r"early_stopping_metric is 'no', .*There are 'score', 'loss'"
    ):
        MLPClassifier(early_stopping=True, early_stopping_metric="no").fit(*IRIS)


def test_weight_decay_is_adamw() -> None:
    x, y = SUGAR
    settings: dict[str, Any] = {"max_iter": 1, "batch_size": len(x), "random_state": 0}
    plain = MLPRegressor(alpha=0.0, **settings).fit(x, y)
    decayed = MLPRegressor(alpha=0.0, weight_decay=0.5, **settings).fit(x, y)
    first = MLPRegressor(alpha=0.0, **settings, lr_schedule=lambda step: 0.0).fit(x, y)
    expected = weights_of(plain) - 0.001 * 0.5 * weights_of(first)
    np.testing.assert_allclose(weights_of(decayed), expected, rtol=1e-12, atol=1e-14)


def test_weight_decay_of_sgd_counts_in_the_gradient() -> None:
    x, y = SUGAR
    settings: dict[str, Any] = {"solver": "sgd", "max_iter": 2, "random_state": 0, "alpha": 0.0}
    decayed = MLPRegressor(weight_decay=0.1, batch_size=len(x), **settings).fit(x, y)
    settings["alpha"] = 0.1 * len(x)  # of which scikit-learn's penalty takes 1/n; intercepts not
    penalized = MLPRegressor(batch_size=len(x), **settings).fit(x, y)
    np.testing.assert_allclose(decayed.coefs_[0], penalized.coefs_[0], rtol=1e-4)


RATES = {
    "cosine": gn.schedules.CosineDecay(0.01, 30),
    "one_cycle": gn.schedules.OneCycle(0.01, 30),
}


@pytest.mark.parametrize("solver", ["adam", "sgd"])
@pytest.mark.parametrize("name", RATES)
def test_a_named_schedule_goes_over_all_epochs(name: str, solver: str) -> None:
    x, y = SUGAR  # 442 samples: three steps an epoch
    settings: dict[str, Any] = {"solver": solver, "max_iter": 10, "random_state": 0}
    settings["learning_rate_init"] = 0.01
    named = MLPRegressor(lr_schedule=name, **settings).fit(x, y)
    record = MLPRegressor(lr_schedule=RATES[name], **settings).fit(x, y)
    function = MLPRegressor(lr_schedule=lambda step: RATES[name](step), **settings).fit(x, y)
    plain = MLPRegressor(**settings).fit(x, y)
    np.testing.assert_array_equal(weights_of(named), weights_of(record))
    np.testing.assert_array_equal(weights_of(named), weights_of(function))
    assert not np.array_equal(weights_of(named), weights_of(plain))


def test_warmup_comes_before_a_schedule() -> None:
    x, y = SUGAR
    settings: dict[str, Any] = {"max_iter": 10, "random_state": 0}
    warm = MLPRegressor(lr_schedule="cosine", warmup_steps=10, **settings).fit(x, y)
    after = gn.schedules.CosineDecay(0.001, 20)
    same = MLPRegressor(lr_schedule=gn.schedules.Warmup(after, 10), **settings).fit(x, y)
    np.testing.assert_array_equal(weights_of(warm), weights_of(same))
    alone = MLPRegressor(warmup_steps=10, **settings).fit(x, y)
    rate = gn.schedules.Warmup(0.001, 10)
    same = MLPRegressor(lr_schedule=rate, **settings).fit(x, y)
    np.testing.assert_array_equal(weights_of(alone), weights_of(same))


def test_warmup_comes_before_a_function() -> None:
    x, y = SUGAR
    settings: dict[str, Any] = {"max_iter": 5, "random_state": 0, "warmup_steps": 4}
    function = MLPRegressor(lr_schedule=lambda step: 0.002, **settings).fit(x, y)
    same = MLPRegressor(learning_rate_init=0.002, **settings).fit(x, y)
    np.testing.assert_array_equal(weights_of(function), weights_of(same))


def test_a_named_schedule_begins_again_with_each_fit() -> None:
    x, y = SUGAR
    net = MLPRegressor(lr_schedule="cosine", warm_start=True, keep_optimizer_state=True)
    net.set_params(max_iter=5, random_state=0, learning_rate_init=0.01)
    losses = [net.fit(x, y).loss_ for _ in range(4)]
    assert losses == sorted(losses, reverse=True)
    assert losses[3] < losses[2] - 1e-3  # it does not stand still
    with pytest.raises(ValueError, match="partial_fit takes a schedule or a function"):
        net.partial_fit(x, y)


def test_schedules_of_sparse_rows_and_of_partial_fits_go_on() -> None:
    x, y = SUGAR
    settings: dict[str, Any] = {"max_iter": 4, "random_state": 0, "shuffle": False}
    settings["lr_schedule"] = gn.schedules.ExponentialDecay(0.01, 3, 0.5)
    dense = MLPRegressor(**settings).fit(x, y)
    folded = MLPRegressor(**settings).fit(sparse.csr_matrix(x), y)
    np.testing.assert_allclose(weights_of(folded), weights_of(dense), rtol=1e-10)
    parts = MLPRegressor(**settings)
    for _ in range(4):
        parts.partial_fit(x, y)
        parts = pickle.loads(pickle.dumps(parts))
    np.testing.assert_array_equal(weights_of(parts), weights_of(dense))


def test_a_schedule_and_scikit_learns_own_are_too_much() -> None:
    too_much: list[dict[str, Any]] = [{"lr_schedule": "cosine"}, {"warmup_steps": 3}]
    for given in too_much:
        net = MLPRegressor(solver="sgd", learning_rate="adaptive", **given)
        with pytest.raises(ValueError, match="need learning_rate='constant', it is 'adaptive'"):
            net.fit(*SUGAR)


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_max_time_ends_a_fit(solver: str) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2000, 20)), rng.normal(size=2000)
    net = MLPRegressor(solver=solver, max_iter=10**6, max_fun=10**8, tol=0.0, max_time=0.02)
    net.set_params(n_iter_no_change=np.inf, hidden_layer_sizes=(200, 200), random_state=0)
    begun = time.monotonic()
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        net.fit(x, y)
    assert 0.02 <= time.monotonic() - begun < 20
    assert 0 < net.fit_time_ < 20
    assert 1 <= net.n_iter_ < 10**6
    told = [str(one.message) for one in said if one.category is ConvergenceWarning]
    assert [text for text in told if "Maximum time (0.02 s) reached after" in text]
    assert np.isfinite(net.predict(x)).all()


@pytest.mark.filterwarnings("default::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(("solver", "said"), [("adam", "Maximum iter"), ("lbfgs", "ITERATIONS")])
def test_the_last_epoch_is_not_ended_by_max_time(solver: str, said: str) -> None:
    with pytest.warns(ConvergenceWarning, match=said) as told:
        MLPRegressor(solver=solver, max_iter=1, max_time=1e-9).fit(*SUGAR)
    assert len(told) == 1


def test_the_optimizers_state_may_survive_warm_start() -> None:
    x, y = SUGAR
    settings: dict[str, Any] = {"random_state": 0, "shuffle": False, "n_iter_no_change": 99}
    whole = MLPRegressor(max_iter=10, **settings).fit(x, y)
    kept = MLPRegressor(max_iter=5, warm_start=True, keep_optimizer_state=True, **settings)
    kept = pickle.loads(pickle.dumps(kept.fit(x, y))).fit(x, y)
    np.testing.assert_array_equal(weights_of(kept), weights_of(whole))
    forgot = MLPRegressor(max_iter=5, warm_start=True, **settings).fit(x, y).fit(x, y)
    assert not np.array_equal(weights_of(forgot), weights_of(whole))
    other = kept.set_params(solver="sgd").fit(x, y)  # which has nothing to go on from
    assert np.isfinite(weights_of(other)).all()


def test_history_may_be_bounded() -> None:
    x, y = IRIS
    net = MLPClassifier(max_history=3, max_iter=8, early_stopping=True, random_state=0).fit(x, y)
    whole = MLPClassifier(max_iter=8, early_stopping=True, random_state=0).fit(x, y)
    for name in ("loss_curve_", "validation_scores_", "validation_loss_curve_"):
        assert getattr(net, name) == getattr(whole, name)[-3:]
    np.testing.assert_array_equal(weights_of(net), weights_of(whole))
    for _ in range(5):
        net.set_params(early_stopping=False).partial_fit(x, y)
    assert len(net.loss_curve_) == 3


def test_the_best_epoch_is_that_of_the_lowest_loss() -> None:
    x, y = SUGAR
    net = MLPRegressor(max_iter=30, learning_rate_init=0.3, random_state=0).fit(x, y)
    assert net.best_epoch_ == int(np.argmin(net.loss_curve_)) + 1


def test_layers_and_width_in_place_of_a_tuple() -> None:
    x, y = IRIS
    cases: list[tuple[dict[str, Any], list[int]]] = [
        ({"n_hidden_layers": 3, "hidden_width": 7}, [7, 7, 7]),
        ({"n_hidden_layers": 2}, [100, 100]),
        ({"hidden_width": 9}, [9]),
    ]
    for given, sizes in cases:
        net = MLPClassifier(max_iter=2, **given).fit(x, y)
        assert [coef.shape[1] for coef in net.coefs_[:-1]] == sizes


@pytest.mark.parametrize("make", [MLPClassifier, MLPRegressor])
def test_transform_gives_what_a_hidden_layer_gives(make: Any) -> None:
    x, y = IRIS
    net = make(hidden_layer_sizes=(6, 5), activation=["tanh", "gelu"], max_iter=3).fit(x, y)
    first = np.tanh(x @ net.coefs_[0] + net.intercepts_[0])
    np.testing.assert_allclose(net.transform(x, layer=0), first, rtol=1e-9)
    last = net.transform(x)
    np.testing.assert_array_equal(last, net.transform(x, layer=1))
    before = net.transform(x, -2) @ net.coefs_[1] + net.intercepts_[1]
    np.testing.assert_allclose(last, ACTIVATIONS["gelu"](before, 0.0), rtol=1e-9, atol=1e-12)
    assert net.get_feature_names_out().tolist() == [f"{make.__name__.lower()}{i}" for i in range(5)]
    for wrong in (2, -3):
        with pytest.raises(ValueError, match=f"layer is {wrong}, there are 2 hidden layers"):
            net.transform(x, wrong)
    with pytest.raises(ValueError, match="there are 0 hidden layers"):
        make(hidden_layer_sizes=(), max_iter=1).fit(x, y).transform(x)


def test_activations_may_be_records() -> None:
    x, y = SUGAR
    leaky = gn.activations.leaky_relu(0.2)
    settings: dict[str, Any] = {"max_iter": 3, "random_state": 0, "hidden_layer_sizes": (6, 5)}
    net = MLPRegressor(activation=leaky, **settings).fit(x, y)
    listed = MLPRegressor(activation=[leaky, "leaky_relu"], **settings).fit(x, y)
    z = x @ net.coefs_[0] + net.intercepts_[0]
    np.testing.assert_allclose(net.transform(x, 0), np.where(z < 0, 0.2 * z, z), rtol=1e-9)
    assert not np.array_equal(net.predict(x), listed.predict(x))
    again = pickle.loads(pickle.dumps(net))
    np.testing.assert_array_equal(again.predict(x), net.predict(x))


@pytest.mark.parametrize("name", ["step", "softmax"])
def test_what_cannot_be_trained_is_refused_however_it_is_named(name: str) -> None:
    record = gn.activations.get(name)
    for activation in (name, record, [name], [record]):
        with pytest.raises(ValueError, match="activation"):
            MLPRegressor(activation=activation, hidden_layer_sizes=(4,), max_iter=1).fit(*SUGAR)


@pytest.mark.parametrize("name", gn.activations.trainable_names())
def test_what_can_be_trained_is_taken(name: str) -> None:
    net = MLPRegressor(activation=name, hidden_layer_sizes=(4,), max_iter=2).fit(*SUGAR)
    assert np.isfinite(net.loss_)


def test_transform_can_give_frames() -> None:
    pandas = pytest.importorskip("pandas")
    net = MLPClassifier((4,), max_iter=2).set_output(transform="pandas").fit(*IRIS)
    frame = net.transform(IRIS[0])
    assert isinstance(frame, pandas.DataFrame)
    assert list(frame.columns) == list(net.get_feature_names_out())
    deep = MLPClassifier((4, 3), max_iter=2).set_output(transform="pandas").fit(*IRIS)
    assert deep.transform(IRIS[0], layer=1).shape == (150, 3)
    with pytest.raises(ValueError, match="set_output names the outputs of the last hidden layer"):
        deep.transform(IRIS[0], layer=0)
    with pytest.raises(TypeError, match="integer"):
        deep.transform(IRIS[0], layer="a")


@pytest.mark.parametrize("n_jobs", [None, 1, 2, -1, -2, -99])
def test_n_jobs_changes_nothing_but_threads(n_jobs: int | None) -> None:
    x, y = IRIS
    net = MLPClassifier(n_jobs=n_jobs, max_iter=3, random_state=0).fit(x, y)
    plain = MLPClassifier(max_iter=3, random_state=0).fit(x, y)
    np.testing.assert_array_equal(net.predict_proba(x), plain.predict_proba(x))
    with pytest.raises(ValueError, match="n_jobs is 0"):
        MLPClassifier(n_jobs=0).fit(x, y)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("dropout", 0.5),
        ("clip_norm", 1.0),
        ("weight_decay", 0.1),
        ("lr_schedule", "cosine"),
        ("warmup_steps", 3),
    ],
)
def test_lbfgs_refuses_what_it_does_not_know(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"{name} is for solver 'adam' or 'sgd'"):
        MLPRegressor(solver="lbfgs", **{name: value}).fit(*SUGAR)


def test_lbfgs_tells_of_its_iterations(capsys: pytest.CaptureFixture[str]) -> None:
    net = MLPRegressor(solver="lbfgs", verbose=True, max_iter=5, random_state=0).fit(*SUGAR)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(",")[0] for line in lines] == [f"Iteration {i + 1}" for i in range(5)]
    assert float(lines[-1].split("= ")[1]) == pytest.approx(net.loss_, abs=1e-7)


def test_both_docstrings_tell_of_the_arguments() -> None:
    for make in (MLPClassifier, MLPRegressor):
        text = str(make.__doc__)
        assert "{shared}" not in text
        assert "lr_schedule: The learning rate of each step" in text


def test_dropouts_masks_go_on_after_pickling() -> None:
    x, y = SUGAR
    net = MLPRegressor(dropout=0.4, random_state=0, max_iter=2).partial_fit(x, y)
    again = pickle.loads(pickle.dumps(net))
    np.testing.assert_array_equal(
        weights_of(net.partial_fit(x, y)), weights_of(again.partial_fit(x, y))
    )
