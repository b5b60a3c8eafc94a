"""Figures of buildings: a year of zones, screening."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from bench.measure import Figure, best
from twin.physics import face_tables, quick_tables, zone_tables
from twin.physics.assembly import assemble
from twin.physics.house import House, Opening, Room
from twin.physics.simple_hourly import screen, variant
from twin.scenario import Scenario, parse
from twin.simulate import build, simulate

STEP, STEPS = 300.0, 105_120
ZONES = 10


def _block(made: Any) -> zone_tables.Block:
    """A year of five-minute steps: weather as a cosine, set-points and gains by the clock."""
    times = np.arange(STEPS) * STEP
    hour = times / 3600 % 24
    used = ((hour > 7) & (hour < 19))[:, None]
    outdoor = 283.15 + 10 * np.sin(times / 5.02e6) + 5 * np.sin(times / 13_751)
    known = np.zeros((STEPS, made.known + made.exogenous))
    known[:, 0] = outdoor
    known[:, 1 : 1 + ZONES] = 500 * used
    still = np.zeros(STEPS)
    low, high = (np.repeat(np.where(used, a, b), ZONES, axis=1)
                 for a, b in ((294.15, 288.15), (297.15, 303.15)))  # fmt: skip
    weather = zone_tables.outdoors(outdoor, outdoor, still, still)
    return zone_tables.Block(known, weather, np.zeros((STEPS, ZONES)), low, high)


def ten_zones() -> Figure:
    """Ten lumped zones in a row, a year of five-minute steps, each zone controlled at each."""
    rooms = tuple(Room(1.36e6, 60.0 + 5 * i, 900.0, 25.0, 1.65e7) for i in range(ZONES))
    made = assemble(House(rooms, openings=tuple(Opening(i, i + 1, 30.0) for i in range(9))), STEP)
    tables, block, most = zone_tables.tables(made), _block(made), np.full((ZONES, 2), 2e4)

    def year() -> None:
        zone_tables.run(made, tables, zone_tables.at_rest(made, 293.15), block, most)

    name = "10 lumped zones, a year of 5-minute steps, ideal control at each"
    return Figure(name, best(year), "CPU s")


def screening() -> Figure:
    """A thousand variants of a room, a year of hours each, by ISO 13790."""
    hours = np.arange(8760)
    outdoor = 283.15 + 10 * np.sin(hours / 1394.2) + 5 * np.sin(hours / 3.8197)
    sun = np.maximum(0.0, 3000 * np.sin((hours - 6) / 3.8197))
    low, high = np.full(8760, 293.15), np.full(8760, 300.15)
    rows = np.array([variant(12 + 0.025 * i, 20 + 0.04 * i, 18, 48, "light") for i in range(1000)])
    spent = best(lambda: screen(rows, outdoor, np.full(8760, 200.0), sun, low, high))
    return Figure("1,000 variants of a room, a year by ISO 13790 5R1C", spent, "CPU s")


def _house(zones: int) -> Scenario:
    """Rooms in a row, each of layers, with a window; the walls between them count for both."""
    board = {"conductivity": 0.16, "thickness": 0.012, "density": 950, "specific_heat": 840}
    wool = {"conductivity": 0.04, "thickness": 0.1, "density": 12, "specific_heat": 840}
    brick = {"conductivity": 0.5, "thickness": 0.1, "density": 1400, "specific_heat": 1000}
    rooms: dict[str, Any] = {}
    for i in range(zones):
        surfaces: dict[str, Any] = {
            "south": {"construction": "wall", "width": 6, "height": 3, "azimuth": 180},
            "north": {"construction": "wall", "width": 6, "height": 3},
            "roof": {"construction": "wall", "width": 6, "height": 5, "tilt": 0},
            "floor": {"construction": "heavy", "width": 6, "height": 5, "tilt": 180,
                      "boundary": "ground"},
        }  # fmt: skip
        if i + 1 < zones:
            surfaces["east"] = {"construction": "heavy", "width": 5, "height": 3, "azimuth": 90,
                                "boundary": f"z{i + 1}"}  # fmt: skip
        window = {"surface": "south", "width": 3, "height": 1.5}
        rooms[f"z{i}"] = {"floor_area": 30, "height": 3, "infiltration": 0.3, "setback": 4,
                          "surfaces": surfaces, "windows": {"w": window}}  # fmt: skip
    constructions = {"wall": {"layers": "board wool brick"}, "heavy": {"layers": "brick"}}
    plant = {"kind": "building", "city": "denver", "zones": rooms, "constructions": constructions,
             "materials": {"board": board, "wool": wool, "brick": brick}}  # fmt: skip
    return parse({"horizon": "8760 h", "plant": {"house": plant}}, "bench")


def apart(scenario: Scenario, what: str) -> Iterator[Figure]:
    """How far a year is from films and inverses that are made anew at every step, zone by zone."""
    building: Any = next(iter(build(scenario).world.assets.values()))
    made, year = building.made, []
    for engine, tables in ((quick_tables, quick_tables.tables(made)),
                           (face_tables, face_tables.tables(made, made.step))):  # fmt: skip
        state = engine.at_rest(tables, 293.15)
        rows = []
        for first in range(-30, 365, 5):
            block = building.inputs.block(max(first, 0) * building.per_day, 5 * building.per_day)
            trace = engine.run(tables, state, block, building._power, None)
            if first >= 0:
                rows.append(np.hstack([trace.seen[:, : made.rooms], trace.heat]))
        steps = np.concatenate(rows)
        hours = steps.reshape(8760, -1, 2 * made.rooms).mean(axis=1)[:, : made.rooms]
        heat = steps[:, made.rooms :]
        year.append((hours, np.maximum(heat, 0.0).sum(), np.maximum(-heat, 0.0).sum()))
    (near, *loads), (exact, *all_loads) = year
    rmse = float(np.sqrt(np.mean((near - exact) ** 2)))
    yield Figure(f"{what}: hourly zone air beside films at every step, RMSE", rmse, "K")
    for name, load, wanted in zip(("heating", "cooling"), loads, all_loads, strict=True):
        if wanted > 0.0:
            yield Figure(f"{what}: its {name} of the year beside that", load / wanted - 1.0, "1")


def walls(zones: int) -> Figure:
    """A year of a building of layers, every fact recorded, weather and sun known from before."""
    scenario = _house(zones)
    spent = best(lambda: simulate(scenario), rounds=2)
    plural = "s" if zones > 1 else ""
    name = f"{zones} zone{plural} of layered walls, a year of 5-minute steps, facts"
    return Figure(name, spent, "CPU s")


def one_house() -> Figure:
    """One zone of walls."""
    return walls(1)


def ten_rooms() -> Iterator[Figure]:
    """Ten zones of walls, nine of the walls between two: steps alone, facts, how exact."""
    scenario = _house(ZONES)
    yield _steps(scenario)
    yield walls(ZONES)
    yield from apart(scenario, f"{ZONES} zones")


def _steps(scenario: Scenario) -> Figure:
    """The steps of a year alone, inputs known from before."""
    building: Any = next(iter(build(scenario).world.assets.values()))
    tables = quick_tables.tables(building.made)
    blocks = [building.inputs.block(first * building.per_day, 5 * building.per_day)
              for first in range(0, 365, 5)]  # fmt: skip

    def year() -> None:
        state = quick_tables.at_rest(tables, 293.15)
        for block in blocks:
            quick_tables.run(tables, state, block, building._power, None)

    name = f"{ZONES} zones of layered walls, a year of 5-minute steps, steps alone"
    return Figure(name, best(year), "CPU s")


ALL = (ten_zones, screening, one_house, ten_rooms)
