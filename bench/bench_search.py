"""A search over 96 small networks: GridSearch beside scikit-learn's GridSearchCV and networks."""

import time
from collections.abc import Sequence
from typing import Any

from scipy.stats import spearmanr
from sklearn.datasets import load_digits

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


def measured(side: str) -> tuple[float, list[float]]:
    """Return the seconds of the search, and the score of each point."""
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
    return time.perf_counter() - start, search.cv_results_["mean_test_score"].tolist()


def main(arguments: Sequence[str] | None = None) -> None:
    """Print both sides' times, and how alike the scores rank."""
    sides = measure("bench_search", __doc__, measured, arguments)
    if sides is None:
        return
    (theirs, their_scores), (ours, our_scores) = sides
    lines = [["s a search", *SIDES, "ratio", "rank correlation", "most apart"]]
    apart = max(abs(a - b) for a, b in zip(their_scores, our_scores, strict=True))
    correlation = spearmanr(their_scores, our_scores).statistic
    figures = [f"{theirs:.2f}", f"{ours:.2f}", f"{theirs / ours:.1f}"]
    lines.append([f"{len(our_scores)} networks", *figures, f"{correlation:.4f}", f"{apart:.4f}"])
    print(aligned(lines))


if __name__ == "__main__":
    main()
