"""Networks that are one graph over samples: in files, in pickles, in predictors and in threads."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.datasets import load_digits

import ganglion as gn
from ganglion.adversarial import GenerativeAdversarialNetwork
from ganglion.autoencoder import (
    Autoencoder,
    DenoisingAutoencoder,
    SparseAutoencoder,
    VariationalAutoencoder,
)
from ganglion.neural_network import ResNetClassifier, ResNetRegressor

Array = NDArray[Any]

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = load_digits(return_X_y=True)
X, Y = X[:400] / 16, Y[:400]
SHAPE: dict[str, Any] = {"hidden_layer_sizes": (16,), "max_iter": 2, "random_state": 0}
OF_FLOAT64: dict[str, Any] = {
    "residual": ResNetClassifier(3, 24, max_iter=3, dropout=0.1, random_state=0),
    "pre-activation": ResNetRegressor(
        blocks=3, width=24, form="pre_activation", max_iter=3, random_state=0
    ),
    "post-activation": ResNetRegressor(
        blocks=2, width=24, form="post_activation", normalization="layer", max_iter=3
    ),
}
OF_FLOAT32: dict[str, Any] = {
    "autoencoder": Autoencoder(4, **SHAPE),
    "tied": Autoencoder(4, tied_weights=True, **SHAPE),
    "denoising": DenoisingAutoencoder(4, **SHAPE),
    "sparse": SparseAutoencoder(24, **SHAPE),
    "k-sparse": SparseAutoencoder(24, sparsity="k_sparse", n_nonzero_coefs=3, **SHAPE),
    "variational": VariationalAutoencoder(2, **SHAPE),
    "adversarial": GenerativeAdversarialNetwork(8, max_iter=2, packing=2, random_state=0),
}
NETWORKS = OF_FLOAT64 | OF_FLOAT32
OF_ROWS = ("predict_proba", "predict", "transform", "reconstruct")  # of each by itself
OF_SAMPLES = (*OF_ROWS, "score_samples", "discriminate")
ANSWER = """
import pickle, sys
import numpy as np
import ganglion as gn
import test_networks_kept as kept

folder, *names = sys.argv[1:]
with open(folder + "/net.pkl", "rb") as file:
    answers = kept.answers_of(pickle.load(file))
loaded = {name: gn.load(f"{folder}/{name}.safetensors") for name in names}
outputs = {name: kept.outputs_of(one.predict, kept.inputs_of(one)) for name, one in loaded.items()}
np.savez(folder + "/answers.npz", **answers)
np.savez(folder + "/outputs.npz", **outputs)
"""


def models_of(net: Any) -> dict[str, gn.Model]:
    """Return the parts of a network that users have."""
    names = [name for name in vars(net) if isinstance(getattr(net, name), gn.Model)]
    return {name.strip("_"): getattr(net, name) for name in names}


def samples_of(net: Any) -> Array:
    """Return what a network was fitted to."""
    model = next(iter(models_of(net).values()))
    samples: Array = X.astype(model.dtype)
    return samples


def answers_of(net: Any) -> dict[str, Array]:
    """Return what a network says of samples, and those that it makes."""
    x = samples_of(net)
    answers = {name: getattr(net, name)(x) for name in OF_SAMPLES if hasattr(net, name)}
    if hasattr(net, "sample"):
        answers["sample"] = net.sample(20, random_state=0)
    return answers


def inputs_of(model: gn.Model) -> Array:
    """Return rows that a model takes."""
    shape = np.atleast_1d(model.input_size)
    return np.random.default_rng(0).uniform(size=(48, *shape)).astype(model.dtype)


def outputs_of(call: Callable[[Array], Any], rows: Array) -> Array:
    """Return all outputs for rows, one beside the other."""
    given = call(rows)
    several = given.values() if isinstance(given, dict) else [given]
    return np.concatenate([np.reshape(one, (len(rows), -1)) for one in several], axis=1)


@pytest.fixture(scope="module", params=NETWORKS)
def net(request: pytest.FixtureRequest) -> Any:
    x = X if request.param in OF_FLOAT64 else X.astype(np.float32)
    return clone(NETWORKS[request.param]).fit(x, Y)


def test_every_network_has_models_and_answers(net: Any) -> None:
    least = 1 if hasattr(net, "predict") else 2
    assert len(models_of(net)) >= least
    assert len(answers_of(net)) >= least
    assert all(np.isfinite(one).all() for one in answers_of(net).values())


def test_files_and_pickles_give_the_same_bits_in_another_process(net: Any, tmp_path: Path) -> None:
    models = models_of(net)
    for name, model in models.items():
        model.save(tmp_path / f"{name}.safetensors")
    (tmp_path / "net.pkl").write_bytes(pickle.dumps(net))
    command = [sys.executable, "-c", ANSWER, str(tmp_path), *models]
    subprocess.run(command, check=True, cwd=Path(__file__).parent)
    expected = {
        "answers": answers_of(net),
        "outputs": {name: outputs_of(one.predict, inputs_of(one)) for name, one in models.items()},
    }
    for kind, parts in expected.items():
        with np.load(tmp_path / f"{kind}.npz") as found:
            assert set(found) == set(parts)
            for name, part in parts.items():
                np.testing.assert_array_equal(found[name], part)


def test_eight_threads_get_the_same_bits(net: Any) -> None:
    x, answers = samples_of(net), answers_of(net)

    def told(first: int) -> tuple[dict[str, Array], dict[str, Array]]:
        of_rows = {name: getattr(net, name)(x[first::8]) for name in OF_ROWS if name in answers}
        return of_rows, answers_of(net)

    with ThreadPoolExecutor(8) as pool:
        for first, (of_rows, of_all) in enumerate(pool.map(told, range(8))):
            for name, answer in of_rows.items():
                np.testing.assert_array_equal(answer, answers[name][first::8])
            for name, answer in of_all.items():
                np.testing.assert_array_equal(answer, answers[name])


def test_eight_threads_get_the_same_bits_of_a_predictor(net: Any) -> None:
    for model in models_of(net).values():
        rows = inputs_of(model)
        whole = outputs_of(model.predict, rows)
        several = isinstance(model.predict(rows), dict)  # which predict alone gives
        asked = model.predict if several else model.predictor()

        def told(
            first: int, rows: Array = rows, ask: Any = asked, several: bool = several
        ) -> tuple[Array, Array]:
            mine = rows[first::8]
            if several:
                one_by_one = [outputs_of(ask, row[None]) for row in mine]
            else:
                one_by_one = [np.reshape(ask(row), (1, -1)) for row in mine]
            return outputs_of(ask, mine), np.concatenate(one_by_one)

        with ThreadPoolExecutor(8) as pool:
            for first, found in enumerate(pool.map(told, range(8))):
                for some in found:
                    np.testing.assert_array_equal(some, whole[first::8])
