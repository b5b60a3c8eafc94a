"""Prognostic horizon, alpha-lambda and CRA: by hand, and on tools whose law is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.forecast.simulated_tools import power_law
from twin.forecast import backtest
from twin.forecast.document import backtest_document
from twin.forecast.fitting import fit
from twin.forecast.life_backtest import lives
from twin.forecast.life_scores import (
    LifeForecast,
    end_of_life,
    mass_within,
    prognostic_horizon,
    score_lives,
)
from twin.forecast.table import record


def made(share: float, p50: float, mass: float = 0.6, end: float = 100.0) -> LifeForecast:
    return LifeForecast("A", share, 3, p50 - 5, p50, p50 + 5, (1 - share) * end, mass)


def test_end_of_life_lies_between_the_readings() -> None:
    time, wear = np.array([0.0, 10.0, 20.0, 30.0]), np.array([0.0, 0.1, 0.08, 0.3])
    assert end_of_life(time, wear, 0.2) == pytest.approx(25.0)
    assert end_of_life(time, wear, 0.4) is None
    assert end_of_life(time[1:], wear[1:], 0.05) == 10.0


def test_horizon_counts_from_the_last_miss() -> None:
    """End 100, bound 20: right, 30 off, right, right."""
    tool = [made(0.1, 95), made(0.25, 105), made(0.5, 60), made(0.9, 5)]
    assert prognostic_horizon(tool) == pytest.approx(0.5)
    assert prognostic_horizon(tool[:2]) == 0.0
    assert prognostic_horizon([tool[0]]) == pytest.approx(0.9)


def test_accuracy_and_alpha_lambda_by_hand() -> None:
    scores = score_lives([made(0.5, 40, 0.5), made(0.75, 30, 0.49)], ["B"])
    assert scores.cra == pytest.approx((0.8 + 0.8) / 2)
    assert scores.alpha_lambda == 0.5
    assert scores.by_tool["A"].horizon_min == pytest.approx(50.0)
    assert [s.coverage_80 for s in scores.by_share] == [0.0, 1.0]
    assert scores.left_out == ("B",)
    assert made(0.5, 1e9).accuracy == -1.0


def test_mass_of_a_uniform_life() -> None:
    alive, ahead = np.array([1.0, 0.0]), np.array([0.0, 100.0])
    assert mass_within(alive, ahead, 50.0) == pytest.approx(0.2)


def test_nothing_was_tool() -> None:
    scores = score_lives([])
    assert (scores.horizon, scores.cra, scores.alpha_lambda) == (None, None, None)


def test_later_readings_change_no_earlier_forecast() -> None:
    table = power_law(12, readings=8, seed=4)
    r, law = table.records[0], fit(table.without("T0"))
    limit = float(r.vb_mm[5])
    worse = replace(r, vb_mm=np.concatenate([r.vb_mm[:6], r.vb_mm[6:] + 0.2]))
    ours, theirs = (list(lives(law, t, limit_mm=limit, seed=1)) for t in (r, worse))
    assert ours == theirs
    assert ours[0].known <= ours[-1].known


def test_tools_whose_life_is_not_known_are_left_out() -> None:
    table = power_law(6, readings=6, seed=4)
    low, high = (backtest(table, limit_mm=limit).life for limit in (5.0, 1e-4))
    assert low is not None
    assert low.left_out == table.tools
    assert high is not None
    assert high.forecasts == ()


def test_simulated_tools_are_forecast_well() -> None:
    table = power_law(24, readings=10, seed=9)
    found = backtest(table, limit_mm=0.15, shares=(0.3, 0.6, 0.9))
    life = found.life
    assert life is not None
    assert [s.share for s in life.by_share] == [0.3, 0.6, 0.9]
    assert len(life.by_tool) + len(life.left_out) == 24
    assert life.cra is not None
    assert life.cra > 0.6
    assert np.mean([s.coverage_80 for s in life.by_share]) > 0.65
    document = backtest_document(found)
    assert set(document) == {"limit_mm", "metrics", "by_tool", "by_share", "life"}
    assert set(document["life"]) >= {"prognostic_horizon", "cra", "alpha_lambda", "by_share"}


def test_one_reading_at_its_limit_is_no_forecast() -> None:
    worn = record("W", [5.0, 6.0], [0.4, 0.5])
    law = fit(power_law(4))
    assert list(lives(law, worn, limit_mm=0.3, seed=1)) == []
