import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import ganglion as gn
from ganglion._base import checks

CASES: dict[checks.Rule, tuple[list[object], list[object]]] = {  # accepted, then refused
    checks.finite: ([-1, 0.0, np.float32(2)], [math.nan, math.inf]),
    checks.positive: ([1e-300, 1], [0, -1.0, math.nan, math.inf]),
    checks.non_negative: ([0, 1e300], [-1e-300, math.nan, math.inf]),
    checks.fraction: ([0, 0.999], [1, -0.1, math.nan]),
    checks.unit_interval: ([0, 1], [1.1, -0.1, math.nan]),
    checks.count: ([0, 5, np.int64(5)], [-1]),
    checks.positive_count: ([1, np.int64(5)], [0, -1]),
    checks.positive_or_none: ([None, 1.0], [0, math.nan]),
    checks.whole: ([0, -5, 2**63 - 1], [2**63, -(2**63)]),
    checks.size: ([1, 2**31 - 1], [0, 2**31]),
    checks.seed: ([0, 2**64 - 1, np.uint64(2**64 - 1)], [-1, 2**64]),
}


@pytest.mark.parametrize("rule", CASES)
def test_rule_accepts_and_refuses(rule: checks.Rule) -> None:
    accepted, refused = CASES[rule]
    for value in accepted:
        rule("size", value)
    for value in refused:
        with pytest.raises(ValueError, match=r"^size must be .*, got "):
            rule("size", value)


@pytest.mark.parametrize("rule", CASES)
@pytest.mark.parametrize("value", ["1", True, 1j, [1.0]])
def test_rule_refuses_what_is_no_number(rule: checks.Rule, value: object) -> None:
    with pytest.raises(TypeError, match=r"^size must be .*, got "):
        rule("size", value)


VAST = [
    10**400,
    -(10**400),
    10**5000,
    Fraction(10**400, 3),
]  # too large for a float, or to be written


@pytest.mark.parametrize("value", VAST, ids=["vast", "negative", "not to be written", "fraction"])
@pytest.mark.parametrize("rule", CASES)
def test_rule_refuses_what_is_too_large_for_a_float(rule: checks.Rule, value: object) -> None:
    with pytest.raises((TypeError, ValueError), match=r"^size must be .*, got ") as caught:
        rule("size", value)
    assert len(str(caught.value)) < 300


RECORDS: list[Callable[[Any], object]] = [
    gn.Dense,
    gn.Dropout,
    gn.activations.leaky_relu,
    gn.activations.elu,
    lambda value: gn.activations.ActivationFunction("elu", value),
    lambda value: gn.MLP([2, value]),
    lambda value: gn.MLP([2, 2], seed=value),
    lambda value: gn.MLP([2, 2], rescale=value),
    lambda value: gn.initializers.Constant(value),
    lambda value: gn.initializers.Orthogonal(gain=value),
    lambda value: gn.optimizers.Adam(learning_rate=value),
    lambda value: gn.schedules.CosineDecay(0.1, decay_steps=value),
    lambda value: gn.losses.Huber(delta=value),
    lambda value: gn.metrics.TopKAccuracy(k=value),
    lambda value: gn.callbacks.EarlyStopping(patience=value),
    gn.set_num_threads,
]


@pytest.mark.parametrize("value", [10**400, 10**5000], ids=["vast", "not to be written"])
@pytest.mark.parametrize("record", RECORDS)
def test_records_refuse_vast_numbers_by_name(record: Callable[[Any], object], value: int) -> None:
    with pytest.raises(ValueError, match=r"^[a-z_]+ must be .*, got "):
        record(value)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_more_parameters_than_can_be_counted_are_told(dtype: str) -> None:
    with pytest.raises(ValueError, match=r"layers\.0\.weight is 2147483647x2147483647, all tog"):
        gn.MLP([2**31 - 1] * 5, dtype=dtype)
    with pytest.raises(ValueError, match=r"layers\.3\.weight is .* must have at most"):
        gn.MLP([2**28, 2**29] * 4, dtype=dtype)  # each has a size, all together have none


@pytest.mark.parametrize("rule", [checks.count, checks.positive_count])
def test_counts_refuse_fractions(rule: checks.Rule) -> None:
    with pytest.raises(TypeError, match=r"^size must be a whole number, .*, got 2\.0$"):
        rule("size", 2.0)


@pytest.mark.parametrize("value", [0, 1, None, "yes"])
def test_flag_takes_only_true_and_false(value: object) -> None:
    checks.flag("size", value=True)
    checks.flag("size", value=False)
    with pytest.raises(TypeError, match=r"^size must be True or False, got "):
        checks.flag("size", value)


def test_fields_checks_the_named_fields_a_record_has() -> None:
    @dataclass
    class Record:
        size: float
        free: float = math.nan

    rules = {"size": checks.positive, "other": checks.positive}
    checks.fields(Record(1.0), rules)
    with pytest.raises(ValueError, match=r"^size must be"):
        checks.fields(Record(-1.0), rules)


@pytest.mark.parametrize(
    ("given", "told"),
    [(gn.Dense, "Dense"), (gn.MLP, "MLP"), (np.floating, "numpy.floating"), (dict, "dict")],
)
def test_a_class_that_is_no_type_of_numbers_is_shown(given: Any, told: str) -> None:
    rule = "^dtype must be float32 or float64, by name or as NumPy's type, got <class '"
    with pytest.raises(TypeError, match=rf"{rule}.*{told}'>$"):
        gn.MLP([2, 2], dtype=given)


@pytest.mark.parametrize("given", ["float64", np.float64, np.dtype(np.float64), float])
def test_a_type_of_numbers_goes_by_its_names(given: Any) -> None:
    assert gn.MLP([2, 2], dtype=given).dtype == "float64"
