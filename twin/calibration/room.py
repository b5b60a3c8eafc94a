"""The room that is fitted: which parameters are free, and what they make of a recording.

Free is what the scenario declares of a lumped zone and does not set to 0, and what the recording
adds: how much of a metered heat or cold, or of a measure of supply air, reaches the room.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.calibration.recording import Recording
from twin.errors import BadInput, Fault, did_you_mean
from twin.physics.climate import air_density, pressure_at
from twin.physics.two_nodes import Course, Inputs, Noise, Room, run
from twin.plant.building import Model
from twin.scenario import Scenario
from twin.units import to_si

Array = npt.NDArray[np.float64]

HEAT_OF_AIR = 1006.0 * float(air_density(pressure_at(0.0), 293.15))
"""Of a volume [J/(m³ K)], as the lumped zone has it."""
FURNITURE = 10e3
"""Of a floor area, where the scenario gives none [J/(m² K)], ISO 52016-1."""
APERTURE = 0.02
"""Area that takes in light, of a floor area, where the scenario gives none [1]."""
FREE = {
    "envelope": 1.0, "glazing": 1.0, "coupling": 1.0, "fabric_capacity": 1.0, "furniture": 1.0,
    "adjacent": 1.0, "internal_gain": 1.0, "solar_aperture": 1.5, "solar_to_air": 1.0,
    "people_heat": 0.3,
}  # fmt: skip
"""Parameter of a zone → how far it may be from the scenario's value, as ln of a factor (one
standard deviation)."""
NEEDS = {"solar_aperture": "solar", "solar_to_air": "solar", "people_heat": "people"}
"""Parameters that only matter with a column."""


@dataclass(frozen=True, slots=True)
class Free:
    """A free parameter, SI: its ``guess``, how far from it (ln of a factor, or SI where it may be
    below 0), its bounds. ``path`` is that of the scenario; without one it is the recording's.
    """

    name: str
    guess: float
    spread: float
    low: float
    high: float
    path: str = ""
    unit: str = "1"
    linear: bool = False

    def value(self, place: float) -> float:
        """Value at so many standard deviations from the guess."""
        moved = self.guess + place * self.spread
        return moved if self.linear else self.guess * math.exp(place * self.spread)

    def place(self, value: float) -> float:
        """How many standard deviations a value is from the guess."""
        if self.linear:
            return (value - self.guess) / self.spread
        return math.log(value / self.guess) / self.spread


@dataclass(frozen=True, slots=True)
class Problem:
    """A zone of a scenario beside a recording, ready to be fitted."""

    zone: str
    settings: Any
    recording: Recording
    free: tuple[Free, ...]

    def follow(self, values: Mapping[str, float], seen: int) -> Course:
        """Run the room with ``values`` [SI]; ``seen`` readings correct it."""
        room, inputs = self.room(values), self.inputs(values)
        noise = Noise(values["noise_air"], values["noise_fabric"], values["noise_reading"])
        return run(room, inputs, noise, self.recording.step, seen)

    def room(self, values: Mapping[str, float]) -> Room:
        """The two nodes."""
        zone = self.settings
        air = HEAT_OF_AIR * zone.floor_area * zone.height
        return Room(
            air + values["furniture"] * zone.floor_area,
            values["fabric_capacity"] * zone.floor_area,
            values["coupling"],
            values["glazing"] + zone.infiltration * air,
            values["envelope"],
            values.get("adjacent", 0.0),
            values.get("adjacent_temperature", zone.adjacent_temperature),
            values["offset"],
        )

    def inputs(self, values: Mapping[str, float]) -> Inputs:
        """What comes in, step by step: levels as the mean of a step's ends, heat as it is read."""
        columns, zone, n = self.recording.columns, self.settings, self.recording.rows
        none = np.zeros(n)
        light = values.get("solar_aperture", 0.0) * _through(columns.get("solar", none))
        to_air = values.get("solar_to_air", 0.0)
        body = values.get("people_heat", 0.0) * columns.get("people", none)
        gain = values.get("internal_gain", 0.0)
        metered = values.get("gain_share", 0.0) * columns.get("gain", none)
        heat = columns.get("heating", none)
        cold = values.get("cooling_share", 0.0) * columns.get("cooling", none)
        at_once = (1 - zone.people_radiant) * body + (1 - zone.internal_gain_radiant) * gain
        radiant = zone.people_radiant * body + zone.internal_gain_radiant * gain
        return Inputs(
            _through(columns["outdoor"]),
            to_air * light + at_once + metered + heat - cold,
            (1 - to_air) * light + radiant,
            values.get("supply_flow", 0.0) * columns.get("supply_flow", none),
            columns.get("supply_temperature", none),
            self.recording.begins,
            columns["temperature"],
        )


def _through(row: Array) -> Array:
    """Mean of each step of what runs straight between readings; the last one holds."""
    return np.append(0.5 * (row[:-1] + row[1:]), row[-1])


def the_zone(scenario: Scenario, wanted: str = "") -> tuple[str, str]:
    """Return the building and the zone to be fitted; ``wanted`` is ``hall`` or ``hall.zones.shop``.

    Raises
    ------
    BadInput
        When there is none, several of which none is named, or the zone is one of walls.
    """
    buildings = {n: e for n, e in scenario.of("plant").items() if e.kind == "building"}
    zones = [
        (name, zone)
        for name, entry in buildings.items()
        for zone in entry.settings.zones  # type: ignore[attr-defined]
    ]
    paths = [f"{name}.zones.{zone}" for name, zone in zones]
    near = [pair for pair, path in zip(zones, paths, strict=True) if wanted in (path, pair[0], "")]
    if len(near) != 1:
        message = "names no zone" + did_you_mean(wanted, paths) if not near else (
            "has several zones; name one with --asset: " + ", ".join(paths)
        )  # fmt: skip
        raise BadInput(Fault(message, "--asset", scenario.file, repr(wanted)))
    building, zone = near[0]
    if f"zones.{zone}.envelope" in Model.unused(buildings[building].settings):  # type: ignore[arg-type]
        message = (
            "is a building of walls; its materials are known, not fitted. A zone to fit is lumped: "
            "envelope, glazing, coupling, fabric_capacity"
        )
        raise BadInput(Fault(message, f"plant.{building}", scenario.file))
    return building, zone


def problem(scenario: Scenario, building: str, zone: str, recording: Recording) -> Problem:
    """Return a zone beside a recording, with what is free."""
    settings: Any = scenario.entries[building].settings.zones[zone]  # type: ignore[attr-defined]
    prefix = f"{building}.zones.{zone}"
    free = [
        made
        for name, spread in FREE.items()
        if (made := _of_zone(scenario, prefix, settings, name, spread, recording)) is not None
    ]
    if any(f.name == "adjacent" for f in free):
        beside = settings.adjacent_temperature
        path = f"{prefix}.adjacent_temperature"
        free.append(Free("adjacent_temperature", beside, 3.0, 223.15, 333.15, path, "°C", True))
    free += _of_recording(settings, recording)
    free += [
        Free("offset", 0.0, 2.0, -20.0, 20.0, unit="K", linear=True),
        Free("noise_air", 2e-3, 1.5, 1e-7, 1.0),
        Free("noise_fabric", 5e-4, 1.5, 1e-7, 1.0),
        Free("noise_reading", 0.05, 0.7, 1e-4, 10.0, unit="K"),
    ]
    return Problem(zone, settings, recording, tuple(free))


def _of_zone(
    scenario: Scenario, prefix: str, zone: Any, name: str, spread: float, rec: Recording
) -> Free | None:
    if NEEDS.get(name, "outdoor") not in rec.columns:
        return None
    guess = float(getattr(zone, name))
    if guess <= 0:
        guess = {"furniture": FURNITURE, "solar_aperture": APERTURE * zone.floor_area}.get(
            name, 0.0
        )
    if guess <= 0:
        return None
    declared = scenario.declaration(f"{prefix}.{name}")
    low, high = (float(to_si(bound, declared.unit)) for bound in (declared.low, declared.high))  # type: ignore[arg-type]
    return Free(
        name, guess, spread, max(low, 1e-6 * guess), high, f"{prefix}.{name}", declared.unit
    )


def _of_recording(zone: Any, rec: Recording) -> list[Free]:
    found = []
    if "cooling" in rec.columns:
        found.append(Free("cooling_share", 0.7, 0.7, 1e-6, 2.0))
    if "gain" in rec.columns:
        found.append(Free("gain_share", 0.7, 0.5, 1e-6, 1.5))
    if "supply_flow" in rec.columns and "supply_temperature" in rec.columns:
        heat = HEAT_OF_AIR
        if rec.absolute_flow:
            found.append(Free("supply_flow", heat, 0.05, 0.5 * heat, 2 * heat, unit="J/(m³·K)"))
        else:
            greatest = float(rec.columns["supply_flow"].max())
            guess = 5 / 3600 * zone.floor_area * zone.height * heat / max(greatest, 1e-9)
            found.append(Free("supply_flow", guess, 1.0, 1e-6 * guess, 1e3 * guess, unit="W/K"))
    return found
