"""Files and pickles of version 0.1.0, kept in tests/data: they load, and predict what they did.

Outputs of the day are beside them. Their bits are those of one instruction set, so the same bits
are asked of a network made now with the same weights. Pickles are of protocol 4.
"""

import json
import pickle
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import ArrayLike, NDArray
from reference import assert_close
from safetensors.numpy import load_file
from sklearn.exceptions import ConvergenceWarning, InconsistentVersionWarning

import ganglion as gn
from ganglion import files

DATA = Path(__file__).parent / "data"
X = (np.arange(30 * 4) * 7 % 11 - 5).reshape(30, 4) / 4.0
ROWS = slice(5)  # whose outputs are kept

LAYERS: list[Any] = [
    gn.Normalization().adapt(X),
    gn.Dense(6, "leaky_relu", kernel_initializer=gn.initializers.Orthogonal(gain=1.5)),
    gn.Dropout(0.25),
    gn.Residual([gn.Dense(5, gn.activations.elu(0.5)), gn.Activation("tanh")]),
    gn.Dense(3, "softmax", use_bias=False),
]


def unpickled(name: str) -> Any:
    with warnings.catch_warnings():  # what they hold of scikit-learn's may be of another version
        warnings.simplefilter("ignore", InconsistentVersionWarning)
        return pickle.loads((DATA / f"{name}.pickle").read_bytes())


def assert_as_then(name: str, outputs: ArrayLike, *, depth: int) -> None:
    kept = json.loads((DATA / "outputs.json").read_text())[name]
    assert_close(np.asarray(outputs)[ROWS], kept, family="reduction", depth=depth)


def network(layers: list[Any], weights: list[NDArray[Any]], dtype: str) -> gn.Sequential:
    """Return a network made now, with weights of then."""
    made = gn.Sequential(layers, input_size=len(weights[0]), dtype=dtype)
    made.set_weights(weights)
    return made


def of_estimator(estimator: Any, activations: list[Any]) -> gn.Sequential:
    layers = [
        gn.Dense(coef.shape[1], activation)
        for coef, activation in zip(estimator.coefs_, activations, strict=True)
    ]
    pairs = zip(estimator.coefs_, estimator.intercepts_, strict=True)
    dtype = estimator.coefs_[0].dtype.name
    return network(layers, [part for pair in pairs for part in pair], dtype)


@pytest.fixture(scope="module")
def fresh() -> gn.Sequential:
    tensors = load_file(DATA / "model.safetensors")
    order = gn.Sequential(LAYERS, input_size=4).parameter_names
    return network(LAYERS, [tensors[name].T for name in order], "float32")


def test_a_model_file_of_then_predicts_what_it_did(fresh: gn.Sequential) -> None:
    model = gn.load(DATA / "model.safetensors")
    np.testing.assert_array_equal(model.predict(X), fresh.predict(X))
    assert_as_then("model", model.predict(X), depth=64)
    assert list(model.layers) == LAYERS
    assert files.read_metadata(DATA / "model.safetensors") == {"note": "kept"}


def test_a_pickle_of_a_model_and_of_its_predictor_too(fresh: gn.Sequential) -> None:
    for asked in (unpickled("model").predict, unpickled("predictor")):
        np.testing.assert_array_equal(asked(X), fresh.predict(X))


def test_a_pickled_classifier_of_then_predicts_what_it_did() -> None:
    classifier = unpickled("classifier")
    same = of_estimator(classifier, ["tanh", gn.activations.leaky_relu(0.1), "softmax"])
    scaled = classifier.scaler_.transform(X)
    np.testing.assert_array_equal(classifier.predict_proba(X), same.predict(scaled))
    assert_as_then("classifier", classifier.predict_proba(X), depth=64)
    assert set(classifier.predict(X)) <= {"a", "b", "c"}


def test_a_pickled_regressor_of_then_predicts_what_it_did() -> None:
    regressor = unpickled("regressor")
    values, deviations = regressor.predict(X, return_std=True)
    mean, log_variance = of_estimator(regressor, ["relu", "identity"]).predict(X).T
    scaler = regressor.target_scaler_
    np.testing.assert_array_equal(values, mean.astype(float) * scaler.scale_ + scaler.mean_)
    np.testing.assert_array_equal(
        deviations, np.exp(log_variance / 2).astype(float) * scaler.scale_
    )
    assert_as_then("regressor", np.column_stack([values, deviations]), depth=64)


def test_their_training_goes_on() -> None:
    classifier, regressor = unpickled("classifier"), unpickled("regressor")
    steps = regressor._optimizer.state.steps
    regressor.partial_fit(X, X[:, 0])
    assert regressor._optimizer.state.steps == steps + 1
    with pytest.warns(ConvergenceWarning):  # after four epochs, as then
        classifier.set_params(warm_start=True).fit(X, np.array(["a", "b", "c"])[np.arange(30) % 3])
    assert np.isfinite(classifier.predict_proba(X)).all()


def test_a_pickled_perceptron_of_then_decides_as_it_did() -> None:
    perceptron = unpickled("perceptron")
    assert_as_then("perceptron", perceptron.decision_function(X), depth=4)


def test_a_model_of_a_table_of_then_predicts_what_it_did() -> None:
    colours = np.array(["red", "green", "blue"])[np.arange(30) % 3]
    frame = pd.DataFrame({"size": X[:, 0], "colour": colours})
    loaded, again = gn.tables.load(DATA / "table.safetensors"), unpickled("table")
    assert_as_then("table", loaded.predict(frame), depth=64)
    pd.testing.assert_frame_equal(again.predict(frame), loaded.predict(frame))
