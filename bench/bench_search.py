"""96 small networks, three folds each: GridSearch and fit_many beside scikit-learn's search."""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.stats import spearmanr
from sklearn.datasets import load_digits
from sklearn.model_selection import ParameterGrid, StratifiedKFold

from ganglion.bench.results import aligned
from ganglion.bench.sides import SIDES, measure

FOLDS = 3
GRID = {
    "hidden_layer_sizes": [(8,), (16,), (32,), (16, 16)],
    "activation": ["relu", "tanh", "logistic"],
    "alpha": [1e-4, 1e-2],
    "learning_rate_init": [1e-3, 1e-2],
    "batch_size": [32, 200],
}  # 96 points
WAYS = ("GridSearch", "fit_many", "fit_many, scored")  # ours


def measured(side: str) -> list[tuple[float, list[float]]]:
    """Return the seconds of the search, and the score of each point; for ours of fit_many too."""
    arguments: dict[str, Any] = {"cv": FOLDS, "n_jobs": 2, "refit": False}
    if side == "sklearn":
        from sklearn.model_selection import GridSearchCV as Search
        from sklearn.neural_network import MLPClassifier
    else:
        from ganglion.model_selection import GridSearch as Search
        from ganglion.neural_network import MLPClassifier
    x, y = load_digits(return_X_y=True)
    x /= 16
    Search(MLPClassifier(max_iter=1), {"alpha": [1e-4] * 4}, **arguments).fit(x, y)  # to warm up
    search = Search(MLPClassifier(max_iter=30, random_state=0), GRID, **arguments)
    start = time.perf_counter()
    search.fit(x, y)
    seconds = time.perf_counter() - start
    results = [(seconds, search.cv_results_["mean_test_score"].tolist())]
    return results if side == "sklearn" else results + _fitted_at_once(x, y)


def _fitted_at_once(x: Any, y: Any) -> list[tuple[float, list[float]]]:
    """Return the same of one call of fit_many: without the time of the scores, and with it."""
    from ganglion.model_selection import fit_many
    from ganglion.neural_network import MLPClassifier

    start = time.perf_counter()
    folds = list(StratifiedKFold(FOLDS).split(x, y)) * len(ParameterGrid(GRID))
    points = [point for point in ParameterGrid(GRID) for _ in range(FOLDS)]
    nets = [MLPClassifier(max_iter=30, random_state=0, **point) for point in points]
    fit_many(nets, x, y, rows=[training for training, _ in folds], n_jobs=2)
    fitted = time.perf_counter() - start
    scores = [net.score(x[test], y[test]) for net, (_, test) in zip(nets, folds, strict=True)]
    means = np.reshape(scores, (-1, FOLDS)).mean(axis=1)
    return [(fitted, means.tolist()), (time.perf_counter() - start, means.tolist())]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print both sides' times, and how alike the scores rank."""
    sides = measure("bench_search", __doc__, measured, arguments)
    if sides is None:
        return
    ((theirs, their_scores),), ours = sides
    lines = [["s for 96 networks", *SIDES, "ratio", "rank correlation", "most apart"]]
    for way, (seconds, scores) in zip(WAYS, ours, strict=True):
        apart = max(abs(a - b) for a, b in zip(their_scores, scores, strict=True))
        correlation = spearmanr(their_scores, scores).statistic
        figures = [f"{theirs:.2f}", f"{seconds:.2f}", f"{theirs / seconds:.1f}"]
        lines.append([way, *figures, f"{correlation:.4f}", f"{apart:.4f}"])
    print(aligned(lines))


if __name__ == "__main__":
    main()
