"""Our estimators beside scikit-learn's: time of a fit, and scores of five folds over five seeds."""

import time
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

import numpy as np
from sklearn import datasets
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler, scale

from ganglion.bench.results import aligned
from ganglion.bench.sides import SIDES, measure

ROUNDS = 9
SEEDS = 5

NETWORKS = "neural_network"
DATA: Mapping[str, tuple[str, str, Callable[..., Any]]] = {
    "digits": (NETWORKS, "MLPClassifier", datasets.load_digits),
    "iris": (NETWORKS, "MLPClassifier", datasets.load_iris),
    "wine": (NETWORKS, "MLPClassifier", datasets.load_wine),
    "breast_cancer": (NETWORKS, "MLPClassifier", datasets.load_breast_cancer),
    "diabetes": (NETWORKS, "MLPRegressor", datasets.load_diabetes),
    "digits, Perceptron": ("linear_model", "Perceptron", datasets.load_digits),
}


def measured(side: str) -> dict[str, tuple[float, float]]:
    """Return the seconds of a fit with default arguments, and the mean score, of each data set."""
    results = {}
    for name, (module, estimator, load) in DATA.items():
        make = getattr(import_module(f"{side}.{module}"), estimator)
        x, y = load(return_X_y=True)
        y = scale(y) if estimator == "MLPRegressor" else y
        rows = scale(x)
        times = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            make(random_state=0).fit(rows, y)
            times.append(time.perf_counter() - start)
        scores = [
            cross_val_score(make_pipeline(StandardScaler(), make(random_state=seed)), x, y).mean()
            for seed in range(SEEDS)
        ]
        results[name] = (min(times), float(np.mean(scores)))
    return results


def main(arguments: Sequence[str] | None = None) -> None:
    """Print both sides' times and scores."""
    sides = measure("bench_estimators", __doc__, measured, arguments)
    if sides is None:
        return
    theirs, ours = sides
    lines = [["ms a fit", *SIDES, "ratio", "score", *SIDES]]
    for name, (seconds, score) in theirs.items():
        own_seconds, own_score = ours[name]
        times = [f"{seconds * 1e3:.1f}", f"{own_seconds * 1e3:.1f}", f"{seconds / own_seconds:.1f}"]
        lines.append([name, *times, "", f"{score:.4f}", f"{own_score:.4f}"])
    print(aligned(lines))


if __name__ == "__main__":
    main()
