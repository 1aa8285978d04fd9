"""When a figure is better than the best before: one rule, of callbacks and of estimators."""

import math
import re
from pathlib import Path

import pytest

import ganglion as gn
from ganglion._base.improvement import improves

SOURCES = Path(gn.__file__).parent


@pytest.mark.parametrize(
    ("value", "best", "least", "rises", "reaching", "expected"),
    [
        (2.0, 1.0, 0.0, True, False, True),
        (2.0, 1.0, 0.0, False, False, False),
        (1.0, 2.0, 0.0, False, False, True),
        (1.0, 1.0, 0.0, True, False, False),
        (1.0, 1.0, 0.0, True, True, True),
        (1.5, 1.0, 0.5, True, False, False),
        (1.5, 1.0, 0.5, True, True, True),
        (0.5, 1.0, 0.5, False, False, False),
        (0.5, 1.0, 0.5, False, True, True),
        (0.75, 1.0, 0.5, False, True, False),
        (-9.0, -math.inf, 0.5, True, False, True),
        (9.0, math.inf, 0.5, False, False, True),
        (math.nan, -math.inf, 0.0, True, True, False),
        (math.nan, math.inf, 0.0, False, True, False),
    ],
)
def test_better_by_enough(
    value: float, best: float, least: float, rises: bool, reaching: bool, expected: bool
) -> None:
    assert improves(value, best, least=least, rises=rises, reaching=reaching) is expected


def test_nothing_else_compares_with_a_tolerance() -> None:
    rule = re.compile(
        r"[<>]=? [\w.]+ [+-] [\w.]*(tol|min_delta)\b|(gain|best) [+-] [\w.]*(tol|min_delta)\b"
    )
    other = [path for path in SOURCES.rglob("*.py") if rule.search(path.read_text())]
    assert other == []


def test_only_the_clock_of_fits_tells_the_time() -> None:
    users = [
        path.name
        for folder in ("estimators", "training")
        for path in (SOURCES / folder).rglob("*.py")
        if re.search(r"^import time|monotonic\(", path.read_text(), re.MULTILINE)
    ]
    assert users == ["clock.py"]
