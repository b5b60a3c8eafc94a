"""The forecast of every tool: wear now, minutes left, risk within the horizon, when to change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from twin.forecast.evidence import Fleet
from twin.forecast.fitting import MOST_READINGS, WearLaw
from twin.forecast.law import block
from twin.forecast.lifetime import (
    Breakage,
    first_passage,
    learn_breakage,
    quantile_of_life,
    survival,
    survival_of_break,
)
from twin.forecast.paths import conditioned, prior_curves, to_mm, true_wear
from twin.forecast.predictions import LEVELS
from twin.forecast.reasons import reasons
from twin.forecast.replacement import Change, Costs, Renewal, change, renewal
from twin.forecast.table import Array, Condition, ToolRecord, WearTable
from twin.rng import stream

Progress = Callable[[int, int], None]
CHUNK = 25  # tools forecast side by side
POINTS = 48  # of a fan chart and of a cost curve
ALWAYS_H = 48.0  # the horizon that is always told
MIDDLE = (0.1, 0.5, 0.9)  # quantiles of a Band
NEARLY_ALL = 0.97  # the charts end where this share has failed


@dataclass(frozen=True, slots=True)
class Schedule:
    """How much a tool cuts: ``duty_min_per_h`` minutes in each hour, and the horizon in hours.

    Half an hour of cutting in an hour is an assumption; a job plan says it better.
    """

    duty_min_per_h: float = 30.0
    hours: float = ALWAYS_H

    def minutes(self, hours: float) -> float:
        """Minutes of cutting within some hours from now [min]."""
        return self.duty_min_per_h * hours


@dataclass(frozen=True, slots=True)
class Band:
    """A quantity with its middle 80 %."""

    p10: float
    p50: float
    p90: float


@dataclass(frozen=True, slots=True, eq=False)
class Fan:
    """Quantiles of the wear to come at ``ahead_min`` minutes of cutting from now [mm]."""

    ahead_min: Array
    p5: Array
    p10: Array
    p25: Array
    p50: Array
    p75: Array
    p90: Array
    p95: Array


@dataclass(frozen=True, slots=True, eq=False)
class ToolForecast:
    """What is known about one tool and what is to be expected of it.

    Attributes
    ----------
    tool, conditions, time_unit : str, mapping, str
        Which tool, its conditions, and what its time axis counts.
    now_min : float
        Cutting time so far [min].
    read_min, read_mm : array
        Its readings [min, mm].
    limit_mm : float
        Wear limit [mm].
    vb_now_mm : Band
        Wear now [mm].
    remaining_min : Band
        Minutes of cutting until limit or break [min]; infinite where beyond all reckoning.
    hours, p_fail : float
        The horizon asked for [h] and the probability to reach the limit or break within it [1].
    p_fail_48h, p_break_48h : float
        The same within 48 h, and the part of it that breaks before it reaches the limit [1].
    fan : Fan
        Wear to come.
    alive : array
        Probability of being below the limit and whole at each point of the fan [1].
    change : Change
        Cost of changing this tool after some more minutes.
    renewal : Renewal
        Cost of always changing tools under these conditions at one age.
    reasons : tuple of str
        What a planner should know about this forecast, one sentence each.
    """

    tool: str
    conditions: Mapping[str, Condition]
    time_unit: str
    now_min: float
    read_min: Array
    read_mm: Array
    limit_mm: float
    vb_now_mm: Band
    remaining_min: Band
    hours: float
    p_fail: float
    p_fail_48h: float
    p_break_48h: float
    fan: Fan
    alive: Array
    change: Change
    renewal: Renewal
    reasons: tuple[str, ...]

    @property
    def best_change_min(self) -> float:
        """Minutes of cutting from now after which to change the tool [min]."""
        return self.change.best_min

    @property
    def change_pays(self) -> bool:
        """Whether some planned change is cheaper than running on until the tool fails."""
        return bool(self.best_change_min < self.fan.ahead_min[-1])

    @property
    def cost_rate(self) -> float:
        """Long-run cost of the best policy under this tool's conditions [cost/min]."""
        return self.renewal.best_rate


def forecast(
    law: WearLaw,
    table: WearTable,
    *,
    limit_mm: float = 0.3,
    schedule: Schedule | None = None,
    costs: Costs | None = None,
    seed: int = 1,
    breakage: bool = True,
    on_progress: Progress | None = None,
) -> list[ToolForecast]:
    """Forecast every tool of a table that the law was learnt from.

    Parameters
    ----------
    law : WearLaw
        From :func:`twin.forecast.fitting.fit` of the same table.
    table : WearTable
        The tools.
    limit_mm : float
        Wear limit [mm].
    schedule, costs : Schedule, Costs
        How much is cut, and what a change and a failure cost.
    seed : int
        Same seed, same forecast.
    breakage : bool
        Count sudden breakage as a failure (an assumption, see :mod:`twin.forecast.lifetime`).
    on_progress : callable
        Told how many tools are done, of how many.
    """
    job = _Job(
        law, limit_mm, schedule or Schedule(), costs or Costs(), seed, table.time_unit,
        learn_breakage(table) if breakage else None, 32,
    )  # fmt: skip
    long_run = _renewals(job, table.records)
    if len(table.records) > CHUNK:
        job = job.coarser(2, 16)
    done: list[ToolForecast] = []
    for start in range(0, len(table.records), CHUNK):
        part = slice(start, start + CHUNK)
        done += _several(job, table.records[part], long_run[part])
        if on_progress is not None:
            on_progress(len(done), len(table.records))
    return done


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """Everything that is the same for all tools."""

    law: WearLaw
    limit_mm: float
    schedule: Schedule
    costs: Costs
    seed: int
    time_unit: str
    breakage: Breakage | None
    copies: int

    def coarser(self, step: int, copies: int) -> _Job:
        """Every ``step``-th draw of the law only, and so many curves of each."""
        some = np.arange(0, len(self.law.hyper), step)
        fleet = self.law.fleet
        few = Fleet(fleet.mean[some], fleet.root[some], fleet.ln_evidence[some])
        law = replace(self.law, hyper=self.law.hyper.take(some), fleet=few)
        return replace(self, law=law, copies=copies)


@dataclass(frozen=True, slots=True, eq=False)
class _Future:
    """Curves of several tools from now on; (T, N) and (T, N, S)."""

    ahead_min: Array
    vb_mm: Array
    alive: Array
    p_break: Array
    usual: Array


def _futures(job: _Job, records: Sequence[ToolRecord], ahead: Array, *, new: bool) -> _Future:
    """Draw the wear to come, of these tools or of new ones under their conditions."""
    law = job.law
    records = [r.thinned(MOST_READINGS) for r in records]
    if new:
        records = [
            replace(r, time_min=r.time_min[:0], vb_mm=r.vb_mm[:0], now_min=0.0) for r in records
        ]
    data = block(records, law.scale.settings)
    last = np.array([r.time_min[-1] if r.n else 0.0 for r in records])
    read_min = np.where(data.there, data.time_min, last[:, None])
    now = np.array([r.now_min for r in records])
    times = np.concatenate([read_min, now[:, None] + ahead], axis=1)
    rng = stream(job.seed, "forecast.new" if new else "forecast.tools")
    curves = prior_curves(law, times, data.X, rng, job.copies)
    n = read_min.shape[1]
    at = np.broadcast_to(np.arange(n), read_min.shape)
    y = curves.y[:, :, n:]
    usual = np.median(_samples(curves.y[:, :, n]), axis=-1)
    if not new:
        y = y + conditioned(law, curves, data, at)[:, :, n:]
    vb_mm = _samples(to_mm(law, true_wear(law, y)))
    return _lives(job, vb_mm, ahead, usual)


def _samples(y: Array) -> Array:
    """(D, T, …, Q) → (T, …, D·Q)."""
    moved = np.moveaxis(y, 0, -2)
    return np.ascontiguousarray(moved).reshape(*moved.shape[:-2], -1)


def _lives(job: _Job, vb_mm: Array, ahead: Array, usual: Array) -> _Future:
    """Survival of the curves."""
    passage = first_passage(vb_mm, ahead, job.limit_mm)
    whole = np.ones((1, 1, 1))
    p_break = np.zeros(vb_mm.shape[:2])
    if job.breakage is not None:
        per_min = job.breakage.quantiles(vb_mm.shape[-1])
        mixed = stream(job.seed, "forecast.breakage").permutation(per_min)
        whole = survival_of_break(vb_mm, ahead, mixed)
        broken = (passage[:, None] > ahead[:, 1:, None]) * (whole[:, :-1] - whole[:, 1:])
        p_break[:, 1:] = np.cumsum(broken.mean(-1), axis=1)
    return _Future(ahead, vb_mm, survival(passage, whole, ahead), p_break, usual)


def _reach(job: _Job, records: Sequence[ToolRecord], *, new: bool) -> Array:
    """How far the charts of each tool reach: until nearly all have failed [min]."""
    usual = job.law.scale.time_min
    ahead = usual * np.concatenate([[0.0], np.geomspace(0.01, 300.0, 28)])
    rough = _futures(job.coarser(4, 4), records, np.tile(ahead, (len(records), 1)), new=new)
    ends = [quantile_of_life(alive, ahead, NEARLY_ALL) for alive in rough.alive]
    return np.clip(ends, 0.2 * usual, ahead[-1])


# Denser early, where a cost curve has its minimum
EVEN = np.linspace(0.0, 1.0, POINTS) ** 1.5


def _renewals(job: _Job, records: Sequence[ToolRecord]) -> list[Renewal]:
    """Cost of always changing at one age, computed once for tools under equal conditions."""
    X = job.law.scale.settings.matrix(records)
    first: dict[tuple[float, ...], int] = {}
    kind = [first.setdefault(tuple(row), len(first)) for row in X.tolist()]
    kinds = [records[kind.index(number)] for number in range(len(first))]
    if len(kinds) > CHUNK:
        job = job.coarser(2, 16)
    found: list[Renewal] = []
    for start in range(0, len(kinds), CHUNK):
        part = kinds[start : start + CHUNK]
        age = EVEN * _reach(job, part, new=True)[:, None]
        alive = _futures(job, part, age, new=True).alive
        found += [renewal(a, t, job.costs) for a, t in zip(alive, age, strict=True)]
    return [found[number] for number in kind]


def _several(
    job: _Job, records: Sequence[ToolRecord], long_run: Sequence[Renewal]
) -> list[ToolForecast]:
    """Forecast some tools side by side."""
    fan = EVEN * _reach(job, records, new=False)[:, None]
    horizons = [job.schedule.minutes(h) for h in (ALWAYS_H, job.schedule.hours)]
    extra = np.tile(horizons, (len(records), 1))
    ahead = np.concatenate([fan, extra], axis=1)
    order = np.argsort(ahead, axis=1, kind="stable")
    future = _futures(job, records, np.take_along_axis(ahead, order, axis=1), new=False)
    back = np.argsort(order, axis=1, kind="stable")
    return [_one(job, r, future, row, back[row], long_run[row]) for row, r in enumerate(records)]


def _one(
    job: _Job, r: ToolRecord, future: _Future, row: int, back: Array, long_run: Renewal
) -> ToolForecast:
    """Put one tool's forecast together; ``back`` finds the fan's points, then the two horizons."""
    points, horizons = back[:POINTS].astype(int), back[POINTS:].astype(int)
    alive = future.alive[row] * (0.0 if r.broken else 1.0)
    now = future.vb_mm[row, 0]
    levels = np.quantile(future.vb_mm[row][points], LEVELS, axis=1)
    ahead = future.ahead_min[row]
    found = ToolForecast(
        tool=r.tool,
        conditions=dict(r.conditions),
        time_unit=job.time_unit,
        now_min=r.now_min,
        read_min=r.time_min,
        read_mm=r.vb_mm,
        limit_mm=job.limit_mm,
        vb_now_mm=Band(*(float(q) for q in np.quantile(now, MIDDLE))),
        remaining_min=Band(*(quantile_of_life(alive, ahead, p) for p in MIDDLE)),
        hours=job.schedule.hours,
        p_fail=float(1.0 - alive[horizons[1]]),
        p_fail_48h=float(1.0 - alive[horizons[0]]),
        p_break_48h=float(future.p_break[row, horizons[0]]),
        fan=Fan(ahead[points], *levels),
        alive=alive[points],
        change=change(alive[points], ahead[points], job.costs, long_run.best_rate),
        renewal=long_run,
        reasons=(),
    )
    words = reasons(
        r, job.law, p_over=float((now >= job.limit_mm).mean()), usual_mm=_usual(job, future, row),
        now_mm=found.vb_now_mm.p50, time_unit=job.time_unit,
        change_pays=found.change_pays,
    )  # fmt: skip
    return replace(found, reasons=words)


def _usual(job: _Job, future: _Future, row: int) -> float:
    """Median wear of a tool of this age under these conditions [mm]."""
    offset = float(np.median(job.law.hyper["wear_offset"]))
    return max(float(np.exp(future.usual[row])) - offset, 0.0) * job.law.scale.vb_mm
