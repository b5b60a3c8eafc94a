"""10,000 simulated tools: cost of the recommended change, and calibration of the 48 h risk.

The truth is drawn here, by small steps of the declared law: life factor, three-stage wear, hazard
growing with wear. The forecast sees minutes and noisy readings only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from twin.forecast.particles import Particles
from twin.forecast.replacement import Costs, change
from twin.forecast.scores import brier_skill, calibration_error
from twin.forecast.shop import long_run
from twin.forecast.state import estimate, survival
from twin.forecast.toolhistory import InUse
from twin.forecast.toolkind import ToolKind, tool_kinds
from twin.physics.wear import WearShape, breakage_hazard, flank_wear
from twin.rng import stream
from twin.scenario import parse
from twin.simulate import build

TOOLS = 10_000
RATIO = Costs(30.0, 150.0)
STEPS = np.linspace(0.0, 1.0, 401)


def kind() -> ToolKind:
    plant = {"mill": {"kind": "cnc", "inspect_every": 15}}
    return tool_kinds(build(parse({"plant": plant}, "test"), sense=False))[0]


@dataclass(frozen=True)
class Truth:
    """Own life without a break, and the minute at which each tool fails [min]."""

    life: np.ndarray
    fails: np.ndarray


def tools(k: ToolKind, n: int = TOOLS) -> Truth:
    rng = stream(11, "tests.acceptance")
    life = k.life_min * np.exp(k.scatter * rng.standard_normal(n))
    wear = np.asarray(flank_wear(STEPS, k.limit_mm, WearShape()))
    rate = np.asarray(breakage_hazard(wear, k.break_per_min, k.break_gain))
    per_life = np.concatenate([[0], np.cumsum(0.5 * (rate[1:] + rate[:-1]) * np.diff(STEPS))])
    reach = np.interp(rng.exponential(size=n) / life, per_life, STEPS, right=np.inf)
    return Truth(life, np.minimum(reach, 1.0) * life)


def rate_of(stays: np.ndarray, fails: np.ndarray) -> float:
    """Cost a minute of taking each tool out at its own time [cost/min]."""
    failed = fails <= stays
    return float(
        np.where(failed, RATIO.failure, RATIO.change).mean() / np.minimum(stays, fails).mean()
    )


def test_recommended_age_costs_at_most_two_percent_more_than_the_oracles() -> None:
    k = kind()
    truth = tools(k)
    oracle = min(rate_of(np.full(TOOLS, age), truth.fails) for age in np.linspace(10, 150, 1401))
    told = long_run(k, RATIO, stream(1, "tests.long_run"))
    chosen = rate_of(np.full(TOOLS, told.best_min), truth.fails)
    to_failure = RATIO.failure / truth.fails.mean()
    assert chosen <= 1.02 * oracle
    assert chosen <= 0.70 * to_failure
    assert told.best_rate == pytest.approx(chosen, rel=0.03)
    assert told.run_to_failure_rate == pytest.approx(to_failure, rel=0.02)


def read(k: ToolKind, age: float, life: float, rng: np.random.Generator) -> float:
    wear = float(flank_wear(age / life, k.limit_mm, WearShape()))
    return max(wear + k.gauge_mm * float(rng.standard_normal()), 0.0)


def stay(k: ToolKind, life: float, fails: float, g: float, rng: np.random.Generator) -> float:
    """When a planner takes one tool out who forecasts after each of its inspections [min]."""
    tool = InUse(cut_min=15.0)
    ahead = np.linspace(0.0, 2.0 * k.life_min, 80)
    while tool.cut_min < fails:
        tool.readings.append((tool.cut_min, read(k, tool.cut_min, life, rng)))
        belief: Particles = estimate(k, tool, rng, 300)
        alive, _ = survival(k, belief, ahead)
        best = change(alive, ahead, RATIO, g).best_min
        if best <= 15.0:
            return tool.cut_min + best
        tool.cut_min += 15.0
    return float("inf")


def test_readings_save_more_than_any_age_can() -> None:
    """1,500 of the tools, forecast anew at each inspection: cheaper than the oracle's one age."""
    k, n = replace(kind(), gauge_mm=0.01), 1500
    truth = tools(k)
    oracle = min(rate_of(np.full(TOOLS, age), truth.fails) for age in np.linspace(10, 150, 1401))
    rng = stream(5, "tests.gauge")
    stays = np.array([stay(k, truth.life[i], truth.fails[i], oracle, rng) for i in range(n)])
    assert rate_of(stays, truth.fails[:n]) < 0.97 * oracle


def test_the_48_h_probability_is_calibrated() -> None:
    """Tools of any age, read every 15 min of cutting; 24 min are cut in the 48 h."""
    k = kind()
    truth = tools(k)
    rng = stream(7, "tests.ages")
    ages = rng.uniform(0.0, 1.4 * k.life_min, TOOLS)
    chance, came = [], []
    for age, life, fails in zip(ages, truth.life, truth.fails, strict=True):
        if fails <= age:
            continue
        times = np.arange(15.0, age, 15.0)
        tool = InUse(
            cut_min=float(age), readings=[(float(t), read(k, t, life, rng)) for t in times]
        )
        belief = estimate(k, tool, rng, 200)
        alive, _ = survival(k, belief, np.array([0.0, 24.0]))
        chance.append(1.0 - alive[1] / alive[0] if alive[0] > 0 else 1.0)
        came.append(fails <= age + 24.0)
    p, happened = np.array(chance), np.array(came, dtype=float)
    ece, skill = calibration_error(p, happened), brier_skill(p, happened)
    assert len(p) > 4000
    assert ece is not None
    assert skill is not None
    assert ece <= 0.03
    assert skill > 0.4
