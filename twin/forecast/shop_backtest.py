"""How good the forecast of a twin's tools is: lives of such tools, run on past their limit.

The twin runs on other luck with every tool left in until well past its limit. From shares of each
life that came, the remaining life is forecast from what a planner would have known then, minutes
and inspections, and compared with what came. The true wear is read for the comparison alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from twin.forecast.duty import spindle_source
from twin.forecast.life_backtest import SHARES
from twin.forecast.life_scores import (
    LifeForecast,
    LifeScores,
    end_of_life,
    mass_within,
    score_lives,
)
from twin.forecast.lifetime import quantile_of_life
from twin.forecast.predictions import LEVELS
from twin.forecast.scores import brier_skill, calibration_error
from twin.forecast.shop import reach
from twin.forecast.state import estimate, survival
from twin.forecast.table import Array
from twin.forecast.toolhistory import READ, InUse, cutting_clock
from twin.forecast.toolkind import ToolKind, tool_kinds
from twin.forecast.tools import EVEN, MIDDLE
from twin.records import Facts
from twin.rng import replication_seed, stream
from twin.scenario import Scenario
from twin.simulate import build
from twin.units import from_si

Progress = Callable[[int, int], None]
REPLICATIONS, HOURS = 4, 48.0
FIRST = 1000
"""Replications from here on: other luck than that of the futures."""
LEFT_IN = 2.0
"""Mean lives that every tool is left in for [1]."""
MOST_TOOLS = 40
"""Of each kind, scored."""
PARTICLES = 500
AGES = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Ages at which calibration is scored [mean lives]."""
SOON = 0.25
"""Mean lives ahead at which the probability of failing is scored [1]."""


@dataclass(slots=True)
class Lived:
    """One tool of a simulated run, with what only the twin knows.

    Attributes
    ----------
    number : int
        Which tool of its kind, from 1.
    cut_min, wear_mm : list of float
        Minutes cut, and the true wear then [min, mm].
    readings : list of (float, float)
        Minutes cut when it was inspected, and what the gauge said [min, mm].
    total_min : float
        Minutes cut when it came out [min].
    broke : bool
        It broke then.
    """

    number: int
    cut_min: list[float] = field(default_factory=list)
    wear_mm: list[float] = field(default_factory=list)
    readings: list[tuple[float, float]] = field(default_factory=list)
    total_min: float = 0.0
    broke: bool = False

    def end_min(self, limit_mm: float) -> float | None:
        """Minutes at which it reached its limit or broke [min]; None if neither was seen."""
        worn = None
        if self.cut_min:
            worn = end_of_life(np.array(self.cut_min), np.array(self.wear_mm), limit_mm)
        return worn if worn is not None else self.total_min if self.broke else None


@dataclass(frozen=True, slots=True, eq=False)
class ShopBacktest:
    """Forecasts of the remaining life against what came, over all tools.

    Attributes
    ----------
    life : LifeScores
        Prognostic horizon, alpha-lambda, relative accuracy, at shares of life.
    pit : array
        Where in its forecast each remaining life fell [1]; uniform if the forecasts are honest.
    chance, came : array
        Forecast probability of failing within a quarter of a mean life, and whether it came [1].
    """

    life: LifeScores
    pit: Array
    chance: Array
    came: Array

    @property
    def tools(self) -> int:
        """Tools whose life was seen."""
        return len(self.life.by_tool)

    def coverage(self, band: float) -> float | None:
        """Share of remaining lives within the central band [1]."""
        if not len(self.pit):
            return None
        return float(np.mean(np.abs(self.pit - 0.5) <= 0.5 * band + 1e-9))

    def below(self) -> list[float]:
        """Share of remaining lives below each of ``LEVELS`` [1]."""
        return [float(np.mean(self.pit <= level)) for level in LEVELS] if len(self.pit) else []

    @property
    def ece(self) -> float | None:
        """Expected calibration error of ``chance`` [1]."""
        return calibration_error(self.chance, self.came)

    @property
    def skill(self) -> float | None:
        """Brier skill of ``chance`` against its base rate [1]."""
        return brier_skill(self.chance, self.came)


def backtest_shop(
    scenario: Scenario,
    *,
    seed: int = 1,
    breakage: bool = True,
    replications: int = REPLICATIONS,
    hours: float = HOURS,
    on_progress: Progress | None = None,
) -> ShopBacktest:
    """Forecast tools of a scenario whose lives are known.

    Parameters
    ----------
    scenario : Scenario
        With at least one machine of kind ``cnc``.
    seed : int
        Luck of the forecast; that of the twin is the scenario's.
    breakage : bool
        Count sudden breakage as a failure.
    replications : int
        Runs of the twin.
    hours : float
        Length of each [h].
    on_progress : callable, optional
        Told how many runs are done, of how many.
    """
    kinds = tool_kinds(build(scenario, sense=False))
    worn_out = scenario.with_values(_left_in(kinds))
    found: list[_Scored] = []
    for index in range(replications):
        luck = replication_seed(scenario.header.seed, FIRST + index)
        running = build(worn_out, seed=luck, sense=False)
        running.advance(3600.0 * hours)
        facts = running.finish()
        for kind in kinds:
            own = [k.source for k in kinds if k.machine == kind.machine]
            spindle = spindle_source(running, kind.machine)
            used = kind if breakage else replace(kind, break_per_min=0.0)
            lived = lives_of(facts, kind.machine, own, spindle)[kind.source]
            some = lived[: MOST_TOOLS // replications]
            scored = [_score(used, tool, index, seed) for tool in some]
            found += [one for one in scored if one is not None]
        if on_progress is not None:
            on_progress(index + 1, replications)
    return ShopBacktest(
        score_lives([told for s in found for told in s.told]),
        np.array([pit for s in found for pit in s.pit]),
        np.array([chance for s in found for chance in s.chance]),
        np.array([came for s in found for came in s.came], dtype=float),
    )


def _left_in(kinds: Sequence[ToolKind]) -> dict[str, object]:
    """Every tool stays in for two mean lives, so that its end is seen."""
    values: dict[str, object] = {}
    for kind in kinds:
        values[f"{kind.source}.change_policy"] = "fixed_life"
        values[f"{kind.source}.change_after"] = round(LEFT_IN * kind.life_min, 6)
    return values


def lives_of(
    facts: Facts, machine: str, sources: Sequence[str], in_spindle: str
) -> dict[str, list[Lived]]:
    """Return the tools of one machine that came out in a run, by source."""
    clock = cutting_clock(facts, machine)
    rows = [row for row in facts.samples if row.source in sources and row.channel in READ]
    seconds = np.interp([row.time for row in rows], *clock)
    broken = {(row.source, row.subject) for row in facts.events if row.name == "tool_break"}
    found: dict[str, list[Lived]] = {source: [] for source in sources}
    tools = {source: Lived(1) for source in sources}
    done = 0.0
    for row, total in zip(rows, seconds.tolist(), strict=True):
        tool = tools[row.source]
        if row.channel == "wear":
            tool.total_min += (total - done) / 60.0
            done = total
            tool.cut_min.append(tool.total_min)
            tool.wear_mm.append(float(from_si(row.value, "mm")))
        elif row.channel == "measured_wear":
            tool.readings.append((tool.total_min, float(from_si(row.value, "mm"))))
        else:
            # The row of wear before that of the number is the new tool's already
            del tool.cut_min[-1:], tool.wear_mm[-1:]
            tool.broke = (row.source, str(tool.number)) in broken
            if tool.total_min > 0:
                found[row.source].append(tool)
            tools[row.source] = Lived(int(row.value))
    return found


@dataclass(frozen=True, slots=True)
class _Scored:
    """The past forecasts of one tool and how they came out."""

    told: tuple[LifeForecast, ...]
    pit: tuple[float, ...]
    chance: tuple[float, ...]
    came: tuple[bool, ...]


def _score(kind: ToolKind, tool: Lived, run: int, seed: int) -> _Scored | None:
    """Forecast one tool from shares of the life that it came to have, and from ages.

    Shares of a life are known only once it is over, so they say nothing of calibration: that is
    scored at ages that were chosen without looking.
    """
    end = tool.end_min(kind.limit_mm)
    if end is None or end <= 0:
        return None
    name = f"{kind.label} {run + 1}.{tool.number}"
    rng = stream(seed, f"forecast.past.{kind.source}.{run}.{tool.number}")
    told = []
    for share in SHARES:
        left = (1.0 - share) * end
        known, alive, ahead = _curve(kind, tool, share * end, rng)
        p10, p50, p90 = (quantile_of_life(alive, ahead, p) for p in MIDDLE)
        mass = mass_within(alive, ahead, left)
        told.append(LifeForecast(name, share, known, p10, p50, p90, left, mass))
    soon = SOON * kind.life_min
    at = [age * kind.life_min for age in AGES if age * kind.life_min < end]
    curves = [(end - now, *_curve(kind, tool, now, rng)[1:]) for now in at]
    return _Scored(
        tuple(told),
        tuple(1.0 - float(np.interp(left, ahead, alive)) for left, alive, ahead in curves),
        tuple(1.0 - float(np.interp(soon, ahead, alive)) for _, alive, ahead in curves),
        tuple(left <= soon for left, *_ in curves),
    )


def _curve(
    kind: ToolKind, tool: Lived, now: float, rng: np.random.Generator
) -> tuple[int, Array, Array]:
    """Readings known at an age, and how likely the tool then was to last [1, min]."""
    known = [reading for reading in tool.readings if reading[0] <= now]
    belief = estimate(kind, InUse(tool.number, now, known), rng, PARTICLES)
    ahead = EVEN * reach(kind, belief)
    alive = survival(kind, belief, ahead)[0]
    # That it has not failed is known: the curve starts at 1
    return len(known), alive / alive[0] if alive[0] > 0 else alive, ahead
