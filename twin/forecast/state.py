"""What is known of a tool now: the declared scatter, its minutes, its readings, its survival."""

from __future__ import annotations

import numpy as np

from twin.forecast.particles import (
    Particles,
    cut,
    ln_reading,
    ln_verdict,
    new_tools,
    resampled,
    weigh,
)
from twin.forecast.table import Array
from twin.forecast.toolhistory import InUse
from twin.forecast.toolkind import ToolKind

HIT, FALSE = 0.8, 0.05
"""A node's "worn" of a worn and of a good tool (assumptions until its card says it)."""
VERDICT_EVERY_MIN = 10.0
"""Verdicts closer than this are one: neighbouring windows show the same edge [min]."""


def estimate(kind: ToolKind, tool: InUse, rng: np.random.Generator, n: int) -> Particles:
    """Return the belief about the tool in use, as ``n`` equally likely particles."""
    used = kind.used if tool.number == 1 else 0.0
    p = new_tools(n, kind.scatter, used, rng)
    done = 0.0
    for at, what in _seen(tool):
        p = _cut_and_survive(kind, p, at - done)
        wear = kind.wear_mm(p.damage)
        if isinstance(what, bool):
            p = weigh(p, ln_verdict(what, wear, kind.limit_mm, HIT, FALSE))
        else:
            p = weigh(p, ln_reading(what, wear, kind.gauge_mm))
        p = resampled(p, rng)
        done = at
    p = _cut_and_survive(kind, p, tool.cut_min - done)
    if kind.policy == "wear_limit" and (p.damage < 1.0).any():
        # This policy would have changed it at the limit
        p = weigh(p, np.where(p.damage < 1.0, 0.0, -np.inf))
    return resampled(p, rng, always=True)


def _seen(tool: InUse) -> list[tuple[float, float | bool]]:
    """Readings and verdicts in order, verdicts thinned to what is news."""
    news: list[tuple[float, float | bool]] = list(tool.readings)
    last = -VERDICT_EVERY_MIN
    for at, worn in tool.verdicts:
        if at - last >= VERDICT_EVERY_MIN:
            news.append((at, worn))
            last = at
    return sorted(news, key=lambda one: one[0])


def _cut_and_survive(kind: ToolKind, p: Particles, minutes: float) -> Particles:
    nominal = max(minutes, 0.0) / kind.life_min
    hazard = kind.hazard(p.damage, p.damage + nominal * p.pace, p.pace)
    return cut(p, nominal, hazard)


def survival(kind: ToolKind, p: Particles, ahead_min: Array) -> tuple[Array, Array]:
    """Probability of not having failed, and of having broken before the limit.

    Parameters
    ----------
    kind : ToolKind
        The tool's kind.
    p : Particles
        Equally weighted.
    ahead_min : array, shape (N,)
        Minutes of cutting from now, increasing from 0 [min].

    Returns
    -------
    array, array; shape (N,)
        Below the limit and whole, broken before the limit [1].
    """
    end = p.damage + np.asarray(ahead_min)[:, None] / kind.life_min * p.pace
    whole = np.exp(-kind.hazard(p.damage, end, p.pace))
    alive = (whole * (end < 1.0)).mean(-1)
    until = np.exp(-kind.hazard(p.damage, np.minimum(end, np.maximum(p.damage, 1.0)), p.pace))
    return np.asarray(alive, dtype=float), np.asarray((1.0 - until).mean(-1), dtype=float)
