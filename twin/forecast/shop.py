"""Forecast of every tool of a twin, from what its planner could know: never from the true wear.

Prior: the declared life of a mean tool and its scatter. News: minutes in the cut, inspections with
the gauge's error, node verdicts, and that the tool is still whole. Ahead: the twin's own schedule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from twin.errors import BadInput, Fault
from twin.forecast.bearing_signs import Ears, listened
from twin.forecast.bearings import of_twin
from twin.forecast.duty import Duty, duties, run_to, spindle_source
from twin.forecast.lifetime import quantile_of_life
from twin.forecast.opportunities import Advice, advise
from twin.forecast.particles import Particles, new_tools
from twin.forecast.policy import play
from twin.forecast.predictions import LEVELS
from twin.forecast.replacement import Costs, Renewal, change, renewal
from twin.forecast.shop_moments import half_hour, moments
from twin.forecast.spindles import spindles
from twin.forecast.state import estimate, survival
from twin.forecast.table import Array
from twin.forecast.toolhistory import WORN, InUse, follow
from twin.forecast.toolkind import ToolKind, tool_kinds
from twin.forecast.tools import ALWAYS_H, EVEN, MIDDLE, NEARLY_ALL, POINTS, Band, Fan, ToolForecast
from twin.rng import stream
from twin.scenario import Scenario
from twin.simulate import Running, build

Progress = Callable[[int, int], None]
PARTICLES = 2000
REPLICATIONS = 8
STRATA = 500
"""Stratified particles that stand for all tools to come."""
SHARE = 0.95
"""Probability with which the spare tools told suffice [1]."""


@dataclass(frozen=True, slots=True)
class Chance:
    """A probability or a mean with its standard error of simulation."""

    value: float
    se: float


@dataclass(frozen=True, slots=True, eq=False)
class ShopTool:
    """The forecast of one tool of a twin.

    Attributes
    ----------
    forecast : ToolForecast
        Wear, minutes left, risk and change time, as from measured wear.
    kind, tool : ToolKind, InUse
        What is declared of it, and which tool of its kind is in use.
    p_fail : Chance
        P1: it reaches its limit or breaks within the horizon, if it is not changed [1].
    p_break_policy : Chance
        P2: a tool in this place breaks within 48 h under the present policy [1].
    p_break_horizon : Chance
        The same within the horizon asked for [1].
    p_this_breaks : float
        The present tool breaks within 48 h, before its policy changes it [1].
    changes : Chance
        Tools of this kind used up within 48 h under the present policy [1].
    changes_low, changes_high : float
        In nine of ten futures their number lies between these [1].
    breaks : Chance
        Those of them that break [1].
    in_magazine, spares : int
        Unused sisters now, and new tools to bring beside them, enough with 95 % probability.
    pot : int
        Which of its group's pots it is in, from 1; the unused sisters are in the next ones.
    half_h : float
        Hours from now until P1 crosses a half [h].
    duty : Duty
        Minutes of cutting to come.
    best_change_h, left_h : float, Band
        Hours from now of the best change, and until limit or break [h].
    advice : Advice
        Now, at the shift ends, at the end of a part, or running on, and what each costs above
        the best.
    """

    forecast: ToolForecast
    kind: ToolKind
    tool: InUse
    p_fail: Chance
    p_break_policy: Chance
    p_break_horizon: Chance
    p_this_breaks: float
    changes: Chance
    changes_low: float
    changes_high: float
    breaks: Chance
    in_magazine: int
    spares: int
    pot: int
    half_h: float
    duty: Duty
    best_change_h: float
    left_h: Band
    advice: Advice


@dataclass(frozen=True, slots=True)
class Shop:
    """Every tool of a twin at one moment.

    Attributes
    ----------
    now : float
        The simulated time it is about [s].
    tools : tuple of ShopTool
        In the order of the scenario.
    replications : int
        Futures from which the minutes of cutting come.
    bearings : tuple of mapping
        Every spindle bearing that an accelerometer listens to (:mod:`twin.forecast.bearings`).
    """

    now: float
    tools: tuple[ShopTool, ...]
    replications: int
    bearings: tuple[Mapping[str, Any], ...] = ()


def default_now(scenario: Scenario) -> float:
    """The end of the warm-up, else the middle of the horizon [s]."""
    header = scenario.header
    return header.warmup if header.warmup > 0 else header.horizon / 2.0


def forecast_shop(
    scenario: Scenario,
    *,
    now: float | None = None,
    hours: float = ALWAYS_H,
    replications: int = REPLICATIONS,
    costs: Costs | None = None,
    seed: int = 1,
    breakage: bool = True,
    particles: int = PARTICLES,
    workers: int = 1,
    on_progress: Progress | None = None,
) -> Shop:
    """Forecast every tool of a scenario.

    Parameters
    ----------
    scenario : Scenario
        With at least one machine of kind ``cnc``.
    now : float, optional
        Simulated time of the forecast [s]; :func:`default_now` without.
    hours : float
        Horizon of the risk [h]; 48 h is always told as well.
    replications : int
        Futures that are simulated for the minutes of cutting.
    costs : Costs, optional
        Of a change and of a failure; from the scenario's own figures without.
    seed : int
        Luck of the forecast; that of the twin is the scenario's.
    breakage : bool
        Count sudden breakage as a failure; the minutes of cutting are those of a twin whose tools
        do break.
    particles : int
        For each tool.
    workers : int
        Processes that simulate the futures; the answer does not depend on it.
    on_progress : callable, optional
        Told how many futures and tools are done, of how many; what it raises stops the work.

    Raises
    ------
    BadInput
        When there is no machine with tools, or ``now`` is before the start.
    """
    now = default_now(scenario) if now is None else now
    if not 0.0 <= now < float("inf"):
        raise BadInput(Fault("allowed 0 h or later", "at", scenario.file, f"{now / 3600:g} h"))
    kinds = tool_kinds(build(scenario, sense=False))
    steps = replications + len(kinds)

    def told(done: int, _total: int = 0) -> None:
        if on_progress is not None:
            on_progress(done, steps)

    ears = Ears()
    sense = bool(scenario.of("node")) or bool(listened(scenario))
    running, facts = run_to(scenario, now, sense=sense, tick=lambda: told(0), begin=ears.open)
    coming = duties(
        scenario, kinds, now, max(hours, ALWAYS_H), replications, workers=workers, on_progress=told
    )
    found: list[ShopTool] = []
    for machine in dict.fromkeys(kind.machine for kind in kinds):
        own = [kind for kind in kinds if kind.machine == machine]
        spindle = spindle_source(running, machine)
        nodes = _nodes(running, machine)
        tools, _ = follow(facts, machine, [kind.source for kind in own], spindle, nodes)
        for kind in own:
            job = _Job(
                kind if breakage else replace(kind, break_per_min=0.0),
                tools[kind.source], coming[kind.source], now, hours, seed,
                costs or kind.costs, particles,
            )  # fmt: skip
            found.append(_one(job, *_magazine(running, kind)))
            told(replications + len(found))
    machines = spindles(running, facts, kinds, coming) if ears.heard else {}
    verdicts = ears.verdicts(running, facts)
    bearings = of_twin(ears.heard, verdicts, machines, now / 3600.0, hours, seed)
    return Shop(now, tuple(found), replications, tuple(bearings))


def _nodes(running: Running, machine: str) -> list[str]:
    """Nodes that look at a machine with a model that knows a worn tool."""
    entries = running.scenario.entries
    return [
        name
        for name, node in running.nodes.items()
        if WORN in node.card.classes
        and getattr(entries[node.settings.sensor].settings, "on", "") == machine
    ]


def _magazine(running: Running, kind: ToolKind) -> tuple[int, int]:
    """Unused sisters in the magazine, and the pot of the tool in use, from 1."""
    group = running.world.assets[kind.machine].groups[kind.name]  # type: ignore[attr-defined]
    return int(len(group.tools) - group.current - 1), int(group.current + 1)


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """One tool and what its forecast needs."""

    kind: ToolKind
    tool: InUse
    duty: Duty
    now: float
    hours: float
    seed: int
    costs: Costs
    particles: int

    def luck(self, use: str) -> np.random.Generator:
        """A random stream of this tool."""
        return stream(self.seed, f"forecast.{self.kind.source}.{use}")


def _one(job: _Job, in_magazine: int, pot: int) -> ShopTool:
    """Put one tool's forecast together."""
    kind, duty = job.kind, job.duty
    tool = job.tool if not job.tool.broken else InUse(number=job.tool.number + 1)
    belief = estimate(kind, tool, job.luck("state"), job.particles)
    told = _forecast(job, tool, belief)
    future = play(kind, tool, belief, duty, job.now, ALWAYS_H, job.luck("policy"))
    low, most, high = (float(q) for q in np.quantile(future.changes, (0.05, SHARE, 0.95)))
    best_h = duty.hours_for(told.best_change_min)
    p2 = _mean(future.breaks > 0)
    return ShopTool(
        forecast=told,
        kind=kind,
        tool=job.tool,
        p_fail=_risk(kind, belief, duty.at(job.hours)),
        p_break_policy=p2,
        p_break_horizon=p2 if job.hours == ALWAYS_H else _p2(job, tool, belief),
        p_this_breaks=float(future.first_breaks.mean()),
        changes=_mean(future.changes),
        changes_low=low,
        changes_high=high,
        breaks=_mean(future.breaks),
        in_magazine=in_magazine,
        spares=max(int(np.ceil(most)) - in_magazine, 0),
        pot=pot,
        half_h=half_hour(duty, told.alive, told.fan.ahead_min, told.remaining_min.p50),
        duty=duty,
        best_change_h=best_h,
        left_h=Band(*(duty.hours_for(getattr(told.remaining_min, f"p{p}")) for p in (10, 50, 90))),
        advice=_advice(job, told),
    )


def _p2(job: _Job, tool: InUse, belief: Particles) -> Chance:
    """A break in this place within the horizon, under the present policy."""
    luck = job.luck("policy.horizon")
    future = play(job.kind, tool, belief, job.duty, job.now, job.hours, luck)
    return _mean(future.breaks > 0)


def _mean(lanes: Array | np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Chance:
    return Chance(float(lanes.mean()), float(lanes.std() / np.sqrt(len(lanes))))


def _risk(kind: ToolKind, belief: Particles, minutes: Array) -> Chance:
    """P1 over the futures, with the standard error of futures and particles."""
    order = np.argsort(minutes)
    ahead = np.concatenate([[0.0], minutes[order]])
    p = 1.0 - survival(kind, belief, ahead)[0][1:]
    mean = float(p.mean())
    error = p.var() / len(p) + mean * (1.0 - mean) / len(belief)
    return Chance(mean, float(np.sqrt(error)))


def reach(kind: ToolKind, belief: Particles) -> float:
    """Minutes after which nearly all have failed [min]."""
    rough = kind.life_min * np.concatenate([[0.0], np.geomspace(0.01, 20.0, 60)])
    end = quantile_of_life(survival(kind, belief, rough)[0], rough, NEARLY_ALL)
    return float(np.clip(end, 0.05 * kind.life_min, rough[-1]))


def long_run(kind: ToolKind, costs: Costs, rng: np.random.Generator) -> Renewal:
    """Cost of always changing new tools of a kind at one age, by the declared law."""
    fresh = new_tools(STRATA, kind.scatter, 0.0, rng)
    age = np.linspace(0.0, 1.0, 400) * reach(kind, fresh)
    return renewal(survival(kind, fresh, age)[0], age, costs)


def _forecast(job: _Job, tool: InUse, belief: Particles) -> ToolForecast:
    kind = job.kind
    ahead = EVEN * reach(kind, belief)
    alive, _ = survival(kind, belief, ahead)
    grown = kind.wear_mm(belief.damage + ahead[:, None] / kind.life_min * belief.pace)
    now_mm = kind.wear_mm(belief.damage)
    usual = long_run(kind, job.costs, job.luck("new"))
    at_48 = _risk(kind, belief, job.duty.at(ALWAYS_H))
    broken = survival(kind, belief, np.sort(job.duty.at(ALWAYS_H)))[1]
    read = np.array(tool.readings, dtype=float).reshape(-1, 2)
    return ToolForecast(
        tool=kind.label,
        conditions={},
        time_unit="min",
        now_min=tool.cut_min,
        read_min=read[:, 0],
        read_mm=read[:, 1],
        limit_mm=kind.limit_mm,
        vb_now_mm=Band(*(float(q) for q in np.quantile(now_mm, MIDDLE))),
        remaining_min=Band(*(quantile_of_life(alive, ahead, p) for p in MIDDLE)),
        hours=job.hours,
        p_fail=_risk(kind, belief, job.duty.at(job.hours)).value,
        p_fail_48h=at_48.value,
        p_break_48h=float(broken.mean()),
        fan=Fan(ahead[:POINTS], *np.quantile(grown, LEVELS, axis=1)),
        alive=alive,
        change=change(alive, ahead, job.costs, usual.best_rate),
        renewal=usual,
        reasons=_reasons(job, float((now_mm >= kind.limit_mm).mean())),
    )


def _reasons(job: _Job, p_over: float) -> tuple[str, ...]:
    """What a planner should know about one tool."""
    kind, tool = job.kind, job.tool
    if tool.broken:
        return (f"tool {tool.number} is broken, the forecast is of its successor",)
    said = []
    if p_over > 0.1:
        said.append(
            "beyond its limit already" if p_over > 0.5 else "may be beyond its limit already"
        )
    if not tool.readings:
        never = "" if kind.inspect_every_min > 0 else ", it is never inspected"
        said.append(f"no reading of this tool: from declared life and scatter alone{never}")
    elif tool.cut_min > tool.readings[-1][0]:
        said.append(f"{tool.cut_min - tool.readings[-1][0]:.0f} min cut since its last reading")
    if kind.policy == "never":
        said.append("its policy changes it only when it breaks")
    if not job.duty.minutes[:, -1].any():
        said.append("cuts nothing within the horizon")
    return tuple(said)


def _advice(job: _Job, told: ToolForecast) -> Advice:
    """Now, at the ends of the shifts ahead, at the end of a part, or run on."""
    stops = moments(job.kind, told.now_min, job.duty, job.now, job.hours, told.best_change_min)
    return advise(told.alive, told.fan.ahead_min, job.costs, told.cost_rate, stops)
