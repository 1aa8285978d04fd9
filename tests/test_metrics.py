from typing import Any

import pytest

from ganglion import _core, metrics


def test_names_are_those_of_the_core_and_of_what_needs_all_rows() -> None:
    assert sorted(metrics.METRICS) == sorted([*_core.metric_names(), "auc"])


@pytest.mark.parametrize("name", metrics.METRICS)
def test_get_takes_a_name_or_a_record(name: str) -> None:
    metric = metrics.get(name)
    assert isinstance(metric, metrics.METRICS[name])
    assert metric.name == name
    assert metrics.get(metric) is metric


def test_get_suggests_a_name() -> None:
    with pytest.raises(ValueError, match="metric: unknown name 'acuracy', did you mean 'accuracy'"):
        metrics.get("acuracy")


@pytest.mark.parametrize("spec", [metrics.R2, 3, None])
def test_get_refuses_what_is_no_metric(spec: Any) -> None:
    with pytest.raises(TypeError, match="metric must be a name or a record"):
        metrics.get(spec)


def test_parameter_is_the_k_of_top_k_and_zero_elsewhere() -> None:
    parameters = {name: record().parameter for name, record in metrics.METRICS.items()}
    assert parameters.pop("top_k_accuracy") == 5.0
    assert metrics.TopKAccuracy(k=3).parameter == 3.0
    assert set(parameters.values()) == {0.0}


@pytest.mark.parametrize(("k", "error"), [(0, ValueError), (-1, ValueError), (2.0, TypeError)])
def test_top_k_refuses_a_k_that_counts_nothing(k: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match=f"^k must be a whole number, one or more, got {k}$"):
        metrics.TopKAccuracy(k=k)
