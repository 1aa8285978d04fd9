import math
from dataclasses import dataclass

import numpy as np
import pytest

from ganglion import checks

CASES: dict[checks.Rule, tuple[list[object], list[object]]] = {  # accepted, then refused
    checks.finite: ([-1, 0.0, np.float32(2)], [math.nan, math.inf]),
    checks.positive: ([1e-300, 1], [0, -1.0, math.nan, math.inf]),
    checks.non_negative: ([0, 1e300], [-1e-300, math.nan, math.inf]),
    checks.fraction: ([0, 0.999], [1, -0.1, math.nan]),
    checks.unit_interval: ([0, 1], [1.1, -0.1, math.nan]),
    checks.count: ([0, 5, np.int64(5)], [-1]),
    checks.positive_count: ([1, np.int64(5)], [0, -1]),
    checks.positive_or_none: ([None, 1.0], [0, math.nan]),
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
