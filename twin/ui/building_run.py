"""The stored facts of a building: courses of its zones, power, heat that came and went."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from twin import store
from twin.ui import runs

Array = npt.NDArray[np.float64]
KELVIN = 273.15
HOUR, QUARTER = 3600.0, 900.0
KWH = 3.6e6
HEAT = ("heating_hour", "cooling_hour", "gains_hour", "sun_hour", "fresh_hour")
READ = ("temperature_hour", *HEAT, "heating_electric", "cooling_electric", "electricity", "gas",
        "lighting_electric", "occupants", "in_use")  # fmt: skip
"""Channels of a run that are looked at."""


@dataclass(frozen=True, slots=True)
class Course:
    """One zone hour by hour: ``air`` [°C], and the heat of each of :data:`HEAT` [W]."""

    air: Array
    heat: dict[str, Array]


@dataclass(frozen=True, slots=True)
class Past:
    """A building's first run: its zones by the hour, its power by the quarter of an hour [W].

    ``gas`` and ``lamps`` (by zone) are energy too [J]; ``people`` and ``in_use`` (share) by zone
    and hour, where anybody is followed.
    """

    zones: dict[str, Course]
    power: Array
    heating_electricity: float
    cooling_electricity: float
    generated: str
    gas: float = 0.0
    lamps: Mapping[str, float] = field(default_factory=dict)
    people: Mapping[str, Array] = field(default_factory=dict)
    in_use: Mapping[str, Array] = field(default_factory=dict)

    @property
    def hours(self) -> int:
        """Whole hours of the run."""
        return min((len(one.air) for one in self.zones.values()), default=0)


def past(run_id: str, name: str, zones: Iterable[str]) -> Past:
    """Return the first run of a building."""
    return _past(run_id, name, tuple(zones))


@functools.lru_cache(maxsize=16)
def _past(run_id: str, name: str, zones: tuple[str, ...]) -> Past:
    grouped = {
        key: row for key, row in store.get_run(run_id).sampled_of(READ).items()
        if key[0].startswith(name)
    }  # fmt: skip
    none = (np.empty(0), np.empty(0))

    def of(zone: str, channel: str) -> tuple[Array, Array]:
        return grouped.get((f"{name}.zones.{zone}", channel), none)

    courses = {
        zone: Course(
            of(zone, "temperature_hour")[1] - KELVIN,
            {channel: of(zone, channel)[1] for channel in HEAT},
        )
        for zone in zones
    }
    end = runs.end(run_id)
    heating, cooling = (
        sum(_energy(*of(zone, channel), end) for zone in zones)
        for channel in ("heating_electric", "cooling_electric")
    )
    power = _means(*grouped.get((name, "electricity"), none), end, QUARTER)
    gas = _energy(*grouped.get((name, "gas"), none), end)
    lamps = {zone: _energy(*of(zone, "lighting_electric"), end) for zone in zones}
    hourly = (
        {zone: _means(*of(zone, channel), end, HOUR) for zone in zones if len(of(zone, channel)[0])}
        for channel in ("occupants", "in_use")
    )
    people, in_use = hourly
    told = [row for row in runs.events(run_id, ["weather"]) if row[1] == name]
    said = _generated(run_id, name) if told else ""
    return Past(courses, power, heating, cooling, said, gas, lamps, people, in_use)


def _generated(run_id: str, name: str) -> str:
    """The source of the weather where nobody measured it."""
    rows = runs.table(run_id, "events")
    mine = rows[(rows["name"] == "weather") & (rows["source"] == name)]
    return str(mine["subject"].iloc[0]) if len(mine) and mine["value"].iloc[0] > 0 else ""


def _energy(time: Array, value: Array, end: float) -> float:
    """Integral of what holds from its time to the next."""
    return float(value @ np.diff(np.append(time, end))) if len(time) else 0.0


def _means(time: Array, value: Array, end: float, span: float) -> Array:
    """Means over spans of what holds from its time to the next; the last span is whole."""
    if not len(time):
        return np.empty(0)
    edges = np.arange(0.0, end + 0.5, span)
    total = np.concatenate([[0.0], np.cumsum(value * np.diff(np.append(time, end)))])
    at = np.interp(edges, np.append(time, end), total)
    return np.asarray(np.diff(at) / span)


def flows(one: Past) -> dict[str, dict[str, float]]:
    """Heat of the run by zone [kWh]; ``fabric`` is what walls, windows and stores took or gave.

    Every row adds up to nothing: ``fabric`` is what the others leave. ``lamps`` are no part of what
    people, devices and machines give.
    """
    found = {}
    for zone, course in one.zones.items():
        heat = {name: float(row.sum()) * HOUR / KWH for name, row in course.heat.items()}
        heat["cooling_hour"] = -heat["cooling_hour"]
        lamps = one.lamps.get(zone, 0.0) / KWH
        if lamps:
            heat["lamps"] = lamps
            heat["gains_hour"] -= lamps
        heat["fabric"] = -sum(heat.values())
        found[zone] = heat
    return found
