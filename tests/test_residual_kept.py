"""Residual networks in files, in pickles, in predictors, and in any number of threads."""

from __future__ import annotations

import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits

import ganglion as gn
from ganglion.neural_network import ResNetClassifier, ResNetRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = load_digits(return_X_y=True)
X, Y = X[:400] / 16, Y[:400]
MADE = [
    ResNetClassifier(3, 24, max_iter=3, dropout=0.1, random_state=0),
    ResNetRegressor(blocks=3, width=24, form="pre_activation", max_iter=3, random_state=0),
    ResNetRegressor(blocks=2, width=24, form="post_activation", normalization="layer", max_iter=3),
]


@pytest.fixture(scope="module", params=MADE, ids=repr)
def net(request: pytest.FixtureRequest) -> Any:
    return clone(request.param).fit(X, Y)


@pytest.fixture(scope="module")
def classifier() -> Any:
    return clone(MADE[0]).fit(X, Y)


ANSWER = """
import pickle, sys
import numpy as np
import ganglion as gn

saved, pickled, inputs, outputs = sys.argv[1:]
x = np.load(inputs)
with open(pickled, "rb") as file:
    net = pickle.load(file)
answer = net.predict_proba(x) if hasattr(net, "predict_proba") else net.predict(x)
np.savez(outputs, saved=gn.load(saved).predict(x), pickled=answer)
"""


def inputs_of(net: Any) -> Any:
    return X.astype(net.model_.dtype)


def answer_of(net: Any, x: Any) -> Any:
    return net.predict_proba(x) if hasattr(net, "predict_proba") else net.predict(x)


def test_files_and_pickles_give_the_same_bits_in_another_process(net: Any, tmp_path: Path) -> None:
    paths = [str(tmp_path / name) for name in ("net.safetensors", "net.pkl", "x.npy", "y.npz")]
    net.model_.save(paths[0])
    Path(paths[1]).write_bytes(pickle.dumps(net))
    np.save(paths[2], inputs_of(net))
    subprocess.run([sys.executable, "-c", ANSWER, *paths], check=True)
    with np.load(paths[3]) as found:
        np.testing.assert_array_equal(found["saved"], net.model_.predict(inputs_of(net)))
        np.testing.assert_array_equal(found["pickled"], answer_of(net, inputs_of(net)))


def test_eight_threads_get_the_same_bits(net: Any) -> None:
    x = inputs_of(net)
    predictor, expected = net.model_.predictor(), answer_of(net, x)

    def answers(first: int) -> list[Any]:
        rows = [predictor(row) for row in x[first::8]]
        return [np.array(rows), answer_of(net, x[first::8])]

    with ThreadPoolExecutor(8) as pool:
        for first, (rows, whole) in enumerate(pool.map(answers, range(8))):
            np.testing.assert_array_equal(rows.reshape(whole.shape), whole)
            np.testing.assert_array_equal(whole, expected[first::8])


def test_the_same_random_state_gives_the_same_bits_on_any_threads(net: Any) -> None:
    one, two = (clone(net).set_params(random_state=3, n_jobs=n).fit(X, Y) for n in (1, 2))
    np.testing.assert_array_equal(one.model_.parameter_vector, two.model_.parameter_vector)


def test_a_pickle_goes_on_with_the_same_bits() -> None:
    net = ResNetClassifier(2, 16, random_state=0).partial_fit(X, Y, classes=range(10))
    again = pickle.loads(pickle.dumps(net))
    for one in (net, again):
        one.partial_fit(X, Y)
    np.testing.assert_array_equal(net.model_.parameter_vector, again.model_.parameter_vector)


def test_running_moments_are_in_the_file(classifier: Any, tmp_path: Path) -> None:
    classifier.model_.save(tmp_path / "net.safetensors")
    loaded = gn.load(tmp_path / "net.safetensors")
    named = dict(zip(loaded.parameter_names, loaded.get_weights(), strict=True))
    running = [value for name, value in named.items() if name.endswith("running_mean")]
    assert len(running) == 4  # of three blocks, and before the output layer
    assert all(np.abs(value).max() > 0 for value in running)


def test_sparse_inputs_give_what_dense_ones_do(classifier: Any) -> None:
    sparse = pytest.importorskip("scipy.sparse")
    net = clone(classifier).fit(sparse.csr_array(X), Y)
    learnt = classifier.model_.parameter_vector
    np.testing.assert_array_equal(net.model_.parameter_vector, learnt)
    np.testing.assert_array_equal(net.predict_proba(sparse.csc_array(X)), net.predict_proba(X))
