"""How long a spindle bearing has to go: damage that is there, and damage that may come.

A bearing is damaged with the probability that its record tells, and then ends when the damage has
grown to its end; or it is sound, and ends when a fatigue fault has come (ISO 281 rating life) and
grown. Time is running time; the twin's own schedule puts it on the clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from twin.forecast.bearing_growth import DOUBLING_H, DOUBLING_SPREAD, Damage, prior_growth
from twin.forecast.duty import Duty
from twin.forecast.replacement import Change, Costs, change, renewal
from twin.forecast.table import Array
from twin.forecast.tools import Band
from twin.physics import bearing_life as iso281
from twin.physics.bearings import Bearing

BEGINS = 0.05
"""Damage with which a fatigue fault begins (assumption) [1]."""
FARTHEST_H = 1e6
"""Running time beyond which nobody asks [h]."""
POINTS = 240
LEVELS = {"p5": 0.05, "p10": 0.1, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p90": 0.9, "p95": 0.95}


@dataclass(frozen=True, slots=True)
class Load:
    """What a bearing carries, and its rating life under that.

    Attributes
    ----------
    rating, equivalent : float
        C and P [N].
    life_h : float
        Rating life, with the modification factor [h of running].
    run_h : float
        Running time so far [h].
    """

    rating: float
    equivalent: float
    life_h: float
    run_h: float


def carried(
    bearing: Bearing, forces: Sequence[float], speeds: Sequence[float], times: Sequence[float],
    *, preload: float, reaction: float, modified: float, run_h: float,
) -> Load:  # fmt: skip
    """Return the load of a bearing over the operations of a part.

    Parameters
    ----------
    bearing : Bearing
        Its geometry, which gives C.
    forces, speeds, times : sequence of float
        Cutting force [N], spindle speed [rev/s] and time [s] of each operation.
    preload, reaction, modified : float
        Axial preload [N], radial load over cutting force [1] and a_ISO [1].
    run_h : float
        Running time so far [h].
    """
    rating = iso281.load_rating(bearing)
    angle = bearing.contact_angle
    loads = [iso281.equivalent_load(reaction * force, preload, angle) for force in forces]
    turns = np.array(speeds) * np.array(times)
    load = max(iso281.mean_load(np.array(loads), turns), 1e-6 * rating)
    per_h = 3600.0 * float(turns.sum()) / float(np.sum(times))
    return Load(rating, load, modified * iso281.rating_life(rating, load) / per_h, run_h)


@dataclass(frozen=True, slots=True, eq=False)
class Life:
    """The forecast of one bearing.

    Attributes
    ----------
    p_fail, p_new : float
        It ends within the horizon; a new fatigue fault comes within it [1].
    remaining_h : Band
        Hours of the schedule that are left; infinite beyond all reckoning [h].
    ahead_h : array, shape (H,)
        Hours of the schedule from now [h].
    fan : dict of array, shape (H,)
        Quantiles of the damage [1].
    p_by : array, shape (H,)
        Probability of having ended by then [1].
    change : Change
        Cost of replacing it after some minutes of running.
    clock_h : array
        The hours of the schedule of those minutes [h].
    best_h : float
        The cheapest of them; infinite where running on to the end is [h].
    """

    p_fail: float
    p_new: float
    remaining_h: Band
    ahead_h: Array
    fan: dict[str, Array]
    p_by: Array
    change: Change
    clock_h: Array
    best_h: float


def look(
    damage: Damage, load: Load, running: Duty, hours: float, costs: Costs,
    rng: np.random.Generator,
) -> Life:  # fmt: skip
    """Forecast a bearing; ``running`` is its minutes of running to come."""
    rest = damage.rest(rng)
    ends = _Ends(damage.p_damaged, np.sort(rest), load)
    ahead_h = np.linspace(0.0, hours, 49)
    by_run = running.mean(ahead_h) / 60.0
    futures = running.at(hours) / 60.0
    p_fail = float(1.0 - ends.alive(np.sort(futures)).mean())
    grid = np.concatenate([[0.0], np.geomspace(0.01, FARTHEST_H, POINTS)])
    alive = ends.alive(grid)
    usual = renewal(ends.of_new(grid), 60.0 * grid, costs)
    best = change(alive, 60.0 * grid, costs, usual.best_rate)
    pays = best.best_min < 60.0 * grid[-1]
    left = [_quantile(alive, grid, q) for q in (0.1, 0.5, 0.9)]
    clock = running.clock(60.0 * grid)
    return Life(
        p_fail=p_fail,
        p_new=float(iso281.new_fault(load.run_h, np.array([futures.mean()]), load.life_h)[0]),
        remaining_h=Band(*(float(running.clock(np.array(60.0 * x))) for x in left)),
        ahead_h=ahead_h,
        fan=_fan(damage, load, by_run, rng),
        p_by=1.0 - ends.alive(by_run),
        change=best,
        clock_h=clock,
        best_h=float(running.clock(np.array(best.best_min))) if pays else float("inf"),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Ends:
    """When a bearing ends, over its running time to come."""

    p_damaged: float
    rest_h: Array
    load: Load

    def alive(self, ahead_h: Array) -> Array:
        """Probability of running on after some hours of running; increasing hours [1]."""
        gone = np.searchsorted(self.rest_h, ahead_h, side="right") / len(self.rest_h)
        sound = _new_and_grown(ahead_h, self.load.run_h, self.load.life_h)
        return np.asarray(
            self.p_damaged * (1.0 - gone) + (1.0 - self.p_damaged) * (1.0 - sound), dtype=float
        )

    def of_new(self, age_h: Array) -> Array:
        """The same of a new bearing."""
        return 1.0 - _new_and_grown(age_h, 0.0, self.load.life_h)


def _new_and_grown(ahead_h: Array, run_h: float, life_h: float) -> Array:
    """A fatigue fault has come and grown to the end within some hours of running [1]."""
    at = (np.arange(200) + 0.5) / 200.0
    takes = np.log(1.0 / BEGINS) / np.log(2.0) * DOUBLING_H
    grown = takes * np.exp(DOUBLING_SPREAD * special.ndtri(at))
    left = np.maximum(ahead_h[:, None] - grown[None, :], 0.0)
    return np.asarray(iso281.new_fault(run_h, left, life_h).mean(1), dtype=float)


def _quantile(alive: Array, grid: Array, gone: float) -> float:
    """Running time by which a share has ended; infinite beyond the grid [h]."""
    ended = 1.0 - alive
    if ended[-1] < gone:
        return float("inf")
    return float(np.interp(gone, ended, grid))


def _fan(damage: Damage, load: Load, by_run: Array, rng: np.random.Generator) -> dict[str, Array]:
    """Quantiles of the damage after some hours of running; a sound bearing has none."""
    size = len(damage.growth)
    has = rng.random(size) < damage.p_damaged
    growth = np.where(has, damage.growth, prior_growth(rng, size))
    comes = _when(load, rng.random(size))
    ln_now = np.where(has, damage.ln_damage, np.log(BEGINS))
    since = by_run[:, None] - np.where(has, 0.0, comes)
    paths = np.where(since >= 0.0, np.exp(np.minimum(ln_now + growth * since, 0.0)), 0.0)
    return {name: np.quantile(paths, q, axis=1) for name, q in LEVELS.items()}


def _when(load: Load, luck: Array) -> Array:
    """Running time until a fatigue fault comes to a bearing that has none [h]."""
    left = np.log(iso281.sound(np.array(load.run_h), load.life_h)) + np.log1p(-luck)
    share = (left / np.log(0.9)) ** (1.0 / iso281.SLOPE)
    at = (iso281.LEAST + (1.0 - iso281.LEAST) * share) * load.life_h
    return np.asarray(np.maximum(at - load.run_h, 0.0), dtype=float)
