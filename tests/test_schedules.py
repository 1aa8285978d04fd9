import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ganglion import schedules
from ganglion.schedules import (
    Constant,
    CosineDecay,
    ExponentialDecay,
    OneCycle,
    Schedule,
    StepDecay,
    Warmup,
)

EXAMPLES: list[Schedule] = [
    Constant(0.1),
    StepDecay(0.1, 4),
    ExponentialDecay(0.1, 4, 0.5),
    CosineDecay(0.1, 20),
    OneCycle(0.1, 20),
    Warmup(CosineDecay(0.1, 20), 5),
]


def rates(schedule: Schedule, count: int) -> list[float]:
    return list(schedule.rates(np.arange(count)))


def torch_rates(scheduler: str, count: int, base: float, **settings: float) -> list[float]:
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=base)
    schedule = getattr(torch.optim.lr_scheduler, scheduler)(optimizer, **settings)
    seen = []
    for _ in range(count):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return seen


@pytest.mark.parametrize("schedule", EXAMPLES)
def test_call_gives_the_rate_of_one_step(schedule: Schedule) -> None:
    called = [schedule(step) for step in range(30)]
    np.testing.assert_allclose(called, rates(schedule, 30), rtol=1e-15)
    assert all(type(rate) is float for rate in called)


@pytest.mark.parametrize("schedule", EXAMPLES)
def test_rates_are_float64_in_the_shape_of_the_steps(schedule: Schedule) -> None:
    result = schedule.rates(np.arange(12).reshape(3, 4))
    assert result.dtype == np.float64
    assert result.shape == (3, 4)
    assert schedule.rates(np.arange(0)).shape == (0,)


@pytest.mark.parametrize(
    ("schedule", "formula"),
    [
        (Constant(0.2), lambda _: 0.2),
        (StepDecay(0.2, 4, decay_rate=0.5), lambda step: 0.2 * 0.5 ** (step // 4)),
        (ExponentialDecay(0.2, 4, 0.5), lambda step: 0.2 * 0.5 ** (step / 4)),
        (ExponentialDecay(0.2, 4, 0.5, staircase=True), lambda step: 0.2 * 0.5 ** (step // 4)),
        (
            CosineDecay(0.2, 10, alpha=0.1),
            lambda step: 0.2 * (0.9 * (1 + math.cos(math.pi * min(step, 10) / 10)) / 2 + 0.1),
        ),
        (
            Warmup(ExponentialDecay(0.2, 4, 0.5), 5, start_learning_rate=0.1),
            lambda step: 0.1 + 0.02 * step if step < 5 else 0.2 * 0.5 ** ((step - 5) / 4),
        ),
        (Warmup(0.2, 5), lambda step: 0.04 * min(step, 5)),
    ],
)
def test_schedule_follows_its_formula(schedule: Schedule, formula: Callable[[int], float]) -> None:
    expected = [formula(step) for step in range(30)]
    np.testing.assert_allclose(rates(schedule, 30), expected, rtol=1e-14, atol=1e-17)


@pytest.mark.parametrize(
    ("schedule", "scheduler", "settings"),
    [
        (StepDecay(0.2, 4), "StepLR", {"step_size": 4}),
        (ExponentialDecay(0.2, 1, 0.9), "ExponentialLR", {"gamma": 0.9}),
        (CosineDecay(0.2, 19, alpha=0.1), "CosineAnnealingLR", {"T_max": 19, "eta_min": 0.02}),
        (
            Warmup(0.2, 5, start_learning_rate=0.05),
            "LinearLR",
            {"start_factor": 0.25, "total_iters": 5},
        ),
    ],
)
def test_schedule_matches_torch(
    schedule: Schedule, scheduler: str, settings: dict[str, Any]
) -> None:
    expected = torch_rates(scheduler, 20, 0.2, **settings)
    np.testing.assert_allclose(rates(schedule, 20), expected, rtol=1e-12)


@pytest.mark.parametrize("total_steps", [1, 2, 3, 7, 100])
@pytest.mark.parametrize("warmup_fraction", [0.0, 0.25, 0.3, 0.9])
def test_one_cycle_matches_torch(total_steps: int, warmup_fraction: float) -> None:
    schedule = OneCycle(
        0.2, total_steps, warmup_fraction=warmup_fraction, start_factor=10.0, final_factor=100.0
    )
    expected = torch_rates(
        "OneCycleLR",
        total_steps,
        0.2,
        max_lr=0.2,
        total_steps=total_steps,
        pct_start=warmup_fraction,
        div_factor=10.0,
        final_div_factor=100.0,
        cycle_momentum=False,
    )
    np.testing.assert_allclose(rates(schedule, total_steps), expected, rtol=1e-12)


def test_one_cycle_has_its_top_where_the_warmup_ends() -> None:
    seen = rates(OneCycle(0.5, 10, warmup_fraction=0.3), 12)
    assert seen.index(max(seen)) == 2
    assert max(seen) == 0.5
    assert seen[0] == pytest.approx(0.02)
    assert seen[9] == seen[10] == seen[11] == pytest.approx(2e-6)


def test_one_cycle_may_have_its_top_at_the_first_step() -> None:
    assert OneCycle(0.5, 10, warmup_fraction=0.1)(0) == 0.5


def test_get_makes_a_number_a_constant_schedule() -> None:
    assert schedules.get(0.1) == Constant(0.1)
    schedule = CosineDecay(0.1, 5)
    assert schedules.get(schedule) is schedule


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: Constant(-1.0), "learning_rate"),
        (lambda: StepDecay(math.nan, 4), "initial_learning_rate"),
        (lambda: StepDecay(0.1, 0), "decay_steps"),
        (lambda: ExponentialDecay(0.1, 4, 0.0), "decay_rate"),
        (lambda: CosineDecay(0.1, 4, alpha=2.0), "alpha"),
        (lambda: OneCycle(math.inf, 4), "max_learning_rate"),
        (lambda: OneCycle(0.1, 0), "total_steps"),
        (lambda: OneCycle(0.1, 4, warmup_fraction=1.0), "warmup_fraction"),
        (lambda: OneCycle(0.1, 4, start_factor=0.0), "start_factor"),
        (lambda: OneCycle(0.1, 4, final_factor=0.0), "final_factor"),
        (lambda: Warmup(-0.1, 4), "after"),
        (lambda: Warmup(0.1, 0), "warmup_steps"),
        (lambda: Warmup(0.1, 4, start_learning_rate=-1.0), "start_learning_rate"),
    ],
)
def test_field_out_of_range_is_refused(make: Callable[[], Schedule], field: str) -> None:
    with pytest.raises(ValueError, match=f"^{field} must be .*, got "):
        make()
