"""Schedules and set-points of a building at any instants."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from twin.plant import _building_settings as given

Array = npt.NDArray[np.float64]
Used = npt.NDArray[np.bool_]
DAY = 86_400.0
KELVIN = 273.15
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NEVER = 1e4
"""How far a band without heating or cooling is opened [K]."""


def value(schedule: given.Schedule, times: Array, step: float, first: str) -> Array:
    """Value of a schedule for steps that start at ``times`` [s of the run].

    A stepwise schedule counts at the middle of the step, a linear one at its end, where set-points
    are met. ``first`` is the weekday of the first day.
    """
    at = times + (step if schedule.linear else 0.5 * step)
    # The end of a day belongs to that day.
    day = np.floor((times + 0.5 * step) / DAY)
    hour = (at - day * DAY) / 3600.0
    weekday = (day.astype(np.int64) + DAYS.index(first)) % 7
    found = _row(schedule, schedule.values, hour)
    for number, row in ((5, schedule.saturday), (6, schedule.sunday)):
        if row and (weekday == number).any():
            found = np.where(weekday == number, _row(schedule, row, hour), found)
    return found


def _row(schedule: given.Schedule, values: tuple[float, ...], hour: Array) -> Array:
    hours = np.asarray(schedule.hours or range(24), dtype=np.float64)
    row = np.asarray(values)
    if not schedule.linear:
        return np.asarray(row[np.searchsorted(hours, hour, side="right") - 1])
    if hours[-1] < 24:
        hours, row = np.append(hours, 24.0), np.append(row, row[0])
    return np.asarray(np.interp(hour, hours, row))


def share(settings: given.Settings, name: str, times: Array) -> Array:
    """A share that a schedule may lower; 1 without one."""
    if not name:
        return np.ones_like(times)
    return value(settings.schedules[name], times, settings.step, settings.first_weekday)


def in_use(zone: given.ZoneSettings, times: Array) -> Used:
    """Whether the zone is in use in the steps that start at ``times`` [s]."""
    hour = times % DAY
    return np.asarray((zone.use_start <= hour) & (hour < zone.use_end))


def band(
    settings: given.Settings, zone: given.ZoneSettings, times: Array, used: Used | None = None,
    planned: Callable[[str], Array] | None = None,
) -> tuple[Array, Array]:  # fmt: skip
    """Heating and cooling set-point [K] of the steps that start at ``times`` [s of the run].

    ``used``: whether the zone is in use in each of them; None goes by its hours. ``planned`` gives
    the values of a schedule in them, where somebody has read it already.
    """
    plan = planned or (lambda name: share(settings, name, times))
    wider = np.where(in_use(zone, times) if used is None else used, 0.0, zone.setback)
    low, high = (
        np.full_like(times, zone.heating_setpoint),
        np.full_like(times, zone.cooling_setpoint),
    )
    if zone.heating_schedule:
        low = plan(zone.heating_schedule) + KELVIN
    if zone.cooling_schedule:
        high = plan(zone.cooling_schedule) + KELVIN
    return low - wider, high + wider


def held_before(low: Array, high: Array, steps: int) -> tuple[Array, Array]:
    """A band that holds so many steps before its time; (n + steps, …) in, (n, …) out [K]."""
    if steps == 0:
        return low, high
    wide = steps + 1
    ahead = (sliding_window_view(row, wide, axis=0) for row in (low, high))
    return next(ahead).max(axis=-1), next(ahead).min(axis=-1)


def narrowest(settings: given.Settings, zone: given.ZoneSettings) -> tuple[float, float]:
    """Set-points [K] at the time of the week at which they are closest."""
    low, high = band(settings, zone, np.arange(0.0, 7 * DAY, settings.step))
    place = int(np.argmin(high - low))
    return float(low[place]), float(high[place])


def crossed(
    settings: given.Settings, zone: given.ZoneSettings
) -> tuple[float, float, float] | None:
    """First hour of the week at which heating is above cooling, and both [°C]; else None."""
    times = np.arange(0.0, 7 * DAY, settings.step)
    low, high = band(settings, zone, times)
    wrong = np.flatnonzero(low > high + 1e-9)
    if not wrong.size:
        return None
    first = int(wrong[0])
    degrees = (round(float(t[first]) - KELVIN, 6) for t in (low, high))
    heating, cooling = degrees
    return float(times[first] / 3600.0), heating, cooling
