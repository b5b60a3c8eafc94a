"""Changing at opportunities: the reference optimum, and regret against simulated lives."""

from __future__ import annotations

import numpy as np
import pytest

from twin.forecast.opportunities import Opportunity, advise, job_ends, shift_ends
from twin.forecast.replacement import Costs, change, renewal
from twin.rng import stream

T = np.linspace(0.0, 200.0, 4001)
COSTS = Costs(30.0, 150.0)
RATE = 1.248562  # reference 3.3: eta 60, beta 4, costs 30 and 150


def weibull(t: np.ndarray) -> np.ndarray:
    return np.asarray(np.exp(-((t / 60.0) ** 4)))


def advice(*at: float, age: float = 0.0, **cost: float):
    alive = weibull(age + T) / weibull(np.array(age))
    return advise(alive, T, COSTS, RATE, [Opportunity("shift end", t, **cost) for t in at])


def test_any_moment_gives_the_reference_optimum() -> None:
    got = advice()
    assert got.free.ahead_min == pytest.approx(32.304, abs=0.05)
    assert got.free.regret == 0.0
    assert [o.name for o in got.options] == ["now", "run on"]


def test_opportunities_on_both_sides_the_cheaper_wins() -> None:
    got = advice(20.0, 40.0)
    assert got.best.ahead_min == min(
        (20.0, 40.0), key=lambda t: next(o.regret for o in got.options if o.ahead_min == t)
    )
    assert got.best.regret > 0
    assert [o.ahead_min for o in got.options] == sorted(o.ahead_min for o in got.options)


def test_regret_is_that_of_the_cost_curve() -> None:
    alive = weibull(T)
    curve = change(alive, T, COSTS, RATE)
    for at in (10.0, 25.0, 40.0, 60.0):
        option = advice(at).named("shift end")
        assert option is not None
        assert option.regret == pytest.approx(np.interp(at, T, curve.regret), abs=1e-9)
        assert option.p_fail_before == pytest.approx(1 - np.interp(at, T, alive))


def test_regret_is_what_simulated_tools_pay() -> None:
    """Mean cost of 200,000 lives changed at 45, against 32.3, each minute worth g*."""
    lives = 60.0 * stream(1, "tests.lives").weibull(4, 200_000)

    def paid(at: float) -> float:
        failed = lives <= at
        cost = np.where(failed, COSTS.failure, COSTS.change)
        return float((cost - RATE * np.minimum(lives, at)).mean())

    option = advice(45.0).named("shift end")
    assert option is not None
    assert option.regret == pytest.approx(paid(45.0) - paid(32.304), rel=0.05)


def test_a_cheaper_change_at_the_shift_end_is_worth_waiting_for() -> None:
    dear, cheap = advice(45.0), advice(45.0, change_cost=5.0)
    assert dear.best.name == "now" or dear.best.ahead_min == 45.0
    assert cheap.best.ahead_min == 45.0
    assert cheap.best.regret < 0


def test_past_its_best_age_now_wins_and_beyond_the_curve_is_left_out() -> None:
    got = advice(5.0, 500.0, age=45.0)
    assert got.best.name == "now"
    assert got.best.regret == 0.0
    assert len(got.options) == 3


def test_a_tool_more_likely_failed_is_changed_now() -> None:
    got = advise(np.linspace(0.3, 0.0, 50), np.arange(50.0), COSTS, 1.0, [Opportunity("x", 5.0)])
    assert got.best.name == "now"
    assert got.named("now").p_fail_before == 0.0  # type: ignore[union-attr]
    assert got.named("x").p_fail_before > 0.7  # type: ignore[union-attr]


def test_by_renewal_the_best_age_does_not_move() -> None:
    rate = renewal(weibull(T), T, COSTS).best_rate
    assert rate == pytest.approx(RATE, rel=1e-4)
    assert advice(age=20.0).free.ahead_min == pytest.approx(12.3, abs=0.1)


def test_moments() -> None:
    assert [o.ahead_min for o in shift_ends([8, 16], 30)] == [240, 480]
    assert [o.ahead_min for o in job_ends(5.0, 10.0, 30.0)] == [5, 15, 25]
    assert job_ends(5.0, 0.0, 30.0) == []
