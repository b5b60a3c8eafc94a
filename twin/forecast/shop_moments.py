"""When a tool of a twin can be changed, and when it becomes likely to have failed. Pure."""

from __future__ import annotations

import numpy as np

from twin.forecast.duty import Duty
from twin.forecast.opportunities import Opportunity
from twin.forecast.table import Array
from twin.forecast.toolkind import ToolKind

SHIFT_END, PART_END = "shift end", "part end"


def moments(
    kind: ToolKind, cut_min: float, duty: Duty, now: float, hours: float, best_min: float
) -> list[Opportunity]:
    """Shift ends within the horizon, and the ends of a part next to the best minute of all.

    Parameters
    ----------
    kind : ToolKind
        The tool's kind.
    cut_min : float
        Minutes that the tool has cut [min].
    duty : Duty
        What is cut from now.
    now, hours : float
        Simulated time now [s] and the horizon [h].
    best_min : float
        The cheapest minute of cutting from now, had any been possible [min].
    """
    at = _shift_ends(kind, now, hours)
    ends = [
        Opportunity(SHIFT_END, float(cut), ahead_h=float(hour))
        for hour, cut in zip(at, duty.mean(at), strict=True)
    ]
    return [*ends, *(Opportunity(PART_END, at) for at in part_ends(kind, cut_min, best_min))]


def _shift_ends(kind: ToolKind, now: float, hours: float) -> Array:
    """Hours from now of the shift ends within the horizon [h]."""
    now_h = now / 3600.0
    first, last = int(now_h // kind.shift_h) + 1, int((now_h + hours) // kind.shift_h)
    at: Array = np.arange(first, last + 1).astype(np.float64) * kind.shift_h
    worked = (at - 1e-6) % 24.0 < kind.shift_h * kind.shifts
    return at[worked] - now_h


def part_ends(kind: ToolKind, cut_min: float, best_min: float) -> list[float]:
    """Minutes of cutting until the part ends that come last before, and first after, the best.

    Every part is taken to begin with a whole cut, so a tool that broke within one shifts them.
    """
    step = kind.part_min
    first = step - cut_min % step
    before = first + np.floor((best_min - first) / step) * step
    return [float(at) for at in (before, before + step) if at > 1e-9]


def risk_ahead(duty: Duty, alive: Array, ahead_min: Array) -> Array:
    """Probability of having failed by each of the duty's hours, over its futures; shape (H,)."""
    still = np.interp(duty.minutes, ahead_min, alive)
    return np.asarray(1.0 - still.mean(0), dtype=float)


def half_hour(duty: Duty, alive: Array, ahead_min: Array, median_min: float) -> float:
    """Hours until the probability of having failed crosses a half [h].

    Beyond the duty's hours it is when the median life is cut at the mean pace; infinite where
    nothing is cut.
    """
    risk = risk_ahead(duty, alive, ahead_min)
    over = np.flatnonzero(risk >= 0.5)
    if not len(over):
        return duty.hours_for(median_min) if np.isfinite(median_min) else float("inf")
    after = int(over[0])
    if after == 0:
        return 0.0
    low, high = risk[after - 1], risk[after]
    start, end = duty.hours[after - 1], duty.hours[after]
    return float(start + (0.5 - low) / (high - low) * (end - start))
