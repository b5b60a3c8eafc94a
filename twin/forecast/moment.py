"""When a tool is changed, on the clock: the one moment that all who show a forecast say.

Life runs in minutes of cutting, a planner in hours of the schedule. Here both are put side by side
once; table, charts, work order, calendar and command line read them from the document.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from twin.forecast.export import FARTHEST_H, pays
from twin.forecast.opportunities import BEST
from twin.forecast.table import Array

Clock = Callable[[Array], Array]
"""Minutes (or cuts) of cutting from now → hours of the schedule from now; inf for never."""
COARSE_H = 48.0
"""From here on a moment is told in whole hours, before in whole minutes [h]."""

LONG_H = 24_000.0
"""A time beyond this is only called long [h]."""
SAME = 0.25
"""More than the best by less than this is as cheap as any: seeds of one forecast differ by as much
(six of them by 0.24 EUR, for a tool of 39 EUR a change) [EUR]."""


def tidy(hours: float) -> float:
    """Return a moment as finely as it is told: whole minutes, from two days on whole hours.

    >>> tidy(1.7519), tidy(60.4)
    (1.75, 60.0)
    """
    return float(round(hours)) if hours >= COARSE_H else round(60.0 * hours) / 60.0


def spoken(hours: float) -> str:
    """Return a time ahead as people say it, no finer than :func:`tidy`.

    >>> [spoken(hours) for hours in (0.7, 1.75, 15.4, 60.4, 1e5)]
    ['42 min', '105 min', '15 h 24 min', '2 d 12 h', '> 1000 d']
    """
    if hours > LONG_H:
        return f"> {LONG_H / 24.0:.0f} d"
    minutes = round(60.0 * tidy(hours))
    if minutes < 120:
        return f"{minutes} min"
    whole, rest = divmod(minutes, 60)
    if whole < COARSE_H:
        return f"{whole} h {rest:02d} min" if rest else f"{whole} h"
    days, whole = divmod(whole, 24)
    return f"{days} d {whole} h" if whole else f"{days} d"


def steady(duty: float) -> Clock:
    """Return the clock of a schedule that cuts so many minutes (or cuts) in every hour."""

    def hours(minutes: Array) -> Array:
        known = minutes / duty if duty > 0 else np.where(minutes > 0, np.inf, 0.0)
        return np.where(known <= FARTHEST_H, np.maximum(known, 0.0), np.inf)

    return hours


def on_the_clock(tool: Mapping[str, Any], clock: Clock) -> dict[str, Any]:
    """Return the entry of a tool with hours beside its minutes, and its planned change.

    ``plan`` is the cheapest moment at which the tool can be changed: of a twin's tool the best of
    its opportunities, of one in a table, whose jobs nobody knows, any minute. None where no planned
    change pays or its hour never comes.
    """
    found = {**tool, "flat_h": [float(hour) for hour in clock(np.asarray(tool["flat_min"]))]}
    curve = tool["cost_curve"]
    found["cost_curve"] = {**curve, "ahead_h": clock(np.asarray(curve["ahead_min"]))}
    if "opportunities" in tool:
        found["opportunities"] = _timed(tool["opportunities"], clock)
    found["plan"] = _plan(found, clock)
    return found


def _timed(advice: Mapping[str, Any], clock: Clock) -> dict[str, Any]:
    """Every option of an advice with its hour; that of a shift end is known already."""

    def timed(option: Mapping[str, Any]) -> dict[str, Any]:
        known = option.get("ahead_h")
        hour = float(clock(np.array(option["ahead_min"]))) if known is None else known
        return {**option, "ahead_h": hour}

    options = [timed(option) for option in advice["options"]]
    return {"best": timed(advice["best"]), "any_time": timed(advice["any_time"]),
            "options": options}  # fmt: skip


def _plan(tool: Mapping[str, Any], clock: Clock) -> dict[str, Any] | None:
    if not pays(tool):
        return None
    if "machine" in tool:
        chosen = dict(tool["opportunities"]["best"])
        hours = float(chosen.pop("ahead_h"))
    else:
        at = tool["best_change_min"]
        hours = float(clock(np.array(at)))
        before = tool["p_fail_before_change"]
        chosen = {"name": BEST, "ahead_min": at, "regret": 0.0, "p_fail_before": before}
    if not np.isfinite(hours):
        return None
    return {**chosen, "hours": tidy(hours), "as_cheap": bool(chosen["regret"] < SAME)}
