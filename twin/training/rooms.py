"""Rooms that the twin draws: whole buildings of one zone with people, read by an air sensor.

Everything that a model must not rely on is drawn anew for every room: size, people and their
habits, outdoor air, weather, lamps and who turns them on, what the sensor gets wrong.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from twin.nodes import air_features
from twin.nodes.diaries import Diary
from twin.nodes.senses.air import hours
from twin.scenario import parse
from twin.signals.air import SOMEBODY, Sensor, Settings
from twin.simulate import build
from twin.training.windows import between, decades, sometimes

DAYS = 6
DAY = 86_400.0
PERIODS = (60.0, 120.0, 300.0)  # between two readings [s]
EACH = 150  # windows that are taken of a room
NEAR = 1800.0  # windows this near to a coming or going are taken twice as often [s]
ROOM = "zones.room"
Array = npt.NDArray[np.float32]


def draw_people(rng: np.random.Generator, area: float) -> dict[str, Any]:
    """Draw who uses a room: workers who come and go alone, meetings, or classes."""
    kind = int(rng.integers(3))
    come = between(rng, 6.5, 10.0)
    go = between(rng, 14.0, 19.0)
    found: dict[str, Any] = {"zone": "room", "weekends": bool(rng.random() < 0.3)}
    if kind == 1:  # meetings: now all, now nobody
        held = {"presence": "markov", "profile": "use", "mobility": between(rng, 0.1, 0.5)}
        size = max(round(area / decades(rng, 0.3, 0.9)), 2)
        return {"zone": "room", "people": 1, "group": size, **held}
    crowd = max(round(area / decades(rng, 0.5, 1.3)), 1)
    found |= {
        "arrival_earliest": come,
        "arrival_latest": come + between(rng, 0.2, 2.0),
        "departure_earliest": go,
        "departure_latest": min(go + between(rng, 0.2, 4.0), 24.0),
        "lunch_length": sometimes(rng, 0.8, between(rng, 20.0, 75.0)),
        "breaks": between(rng, 0.05, 0.6),
        "break_length": between(rng, 5.0, 60.0),
    }
    if kind == 2:  # a class keeps together
        return found | {"people": 1, "group": crowd}
    return found | {"people": crowd}


def draw_scenario(rng: np.random.Generator) -> dict[str, Any]:
    """Draw a room, its people and its weather, as a scenario."""
    area = decades(rng, 1.0, 2.1)
    people = draw_people(rng, area)
    crowd = people.get("people", 1) * people.get("group", 1)
    start, end = between(rng, 5.0, 8.0), between(rng, 17.0, 22.0)
    use = [0.0, *sorted(between(rng, 0.05, 0.9) for _ in range(3)), 0.0]
    fans = {"hours": [0, start, end], "values": [sometimes(rng, 0.3, 0.5), 1, 0]}
    zone = {
        "floor_area": area,
        "height": between(rng, 2.4, 3.8),
        "envelope": area * between(rng, 0.1, 1.0),
        "glazing": area * between(rng, 0.1, 1.0),
        "coupling": area * between(rng, 8.0, 15.0),
        "fabric_capacity": between(rng, 60.0, 300.0),
        "heating_setpoint": between(rng, 19.0, 22.0),
        "cooling_setpoint": between(rng, 23.0, 27.0),
        "setback": between(rng, 0.0, 5.0),
        "heating_power": area * 0.1,
        "cooling_power": sometimes(rng, 0.7, area * 0.15),
        "infiltration": decades(rng, -1.2, 0.0),
        "ventilation": sometimes(rng, 0.8, crowd * between(rng, 8.0, 45.0)),
        "ventilation_schedule": "fan",
        "moisture_buffer": between(rng, 1.0, 8.0),
        "solar_aperture": area * between(rng, 0.0, 0.06),
        "solar_to_air": between(rng, 0.05, 0.3),
        "co2_per_person": between(rng, 0.0039, 0.0062),
        "people_heat": between(rng, 60.0, 90.0),
        "internal_gain": area * between(rng, 0.0, 4.0),
        "lighting_power": between(rng, 3.0, 12.0),
        "illuminance": between(rng, 150.0, 600.0),
        "dimming": "continuous" if rng.random() < 0.25 else "none",
        "daylight_utilisation": between(rng, 0.05, 0.6),
        "use_by": "presence" if rng.random() < 0.75 else "hours",
        "use_start": start,
        "use_end": end,
        "use_hold": between(rng, 0.0, 25.0),
    }
    return {
        "horizon": f"{DAYS} d",
        "plant": {
            "house": {
                "kind": "building",
                "city": "taipei" if rng.random() < 0.5 else "denver",
                "start_day": int(rng.integers(1, 350)),
                "spin_up": "1 d",
                "step": "1 min",
                "outdoor_co2": between(rng, 390.0, 460.0),
                "schedules": {
                    "fan": fans,
                    "use": {"hours": [0, 8, 11, 14, 18], "values": use},
                },
                "zones": {"room": zone},
                "occupants": {"people": people},
            }
        },
    }


def draw_sensor(rng: np.random.Generator) -> Sensor:
    """Draw an air sensor."""
    noise = decades(rng, 0.0, 1.2)
    table = {
        "on": "house",
        "readings": 2,
        "period": float(rng.choice(PERIODS)),
        "lag": between(rng, 1.0, 6.0),
        "co2_bias": float(rng.normal(0.0, 25.0)),
        "co2_noise": noise,
        "temperature_noise": decades(rng, -2.3, -1.0),
        "humidity_noise": decades(rng, -2.0, -0.3),
        "light_noise": decades(rng, -1.0, 1.0),
        "dropout": sometimes(rng, 0.3, 0.01),
    }
    return Sensor("training", Settings.read(table))


def draw_diary(rng: np.random.Generator, name: str) -> Diary:
    """Simulate a room for some days, and read its air."""
    running = build(parse(draw_scenario(rng), name), seed=int(rng.integers(2**31)), sense=False)
    sensor = draw_sensor(rng)
    period, house = sensor.settings.period, running.world.assets["house"]
    readings, people = [], []
    for step in range(1, int(DAYS * DAY / period)):
        running.advance(step * period)
        state = house.look(ROOM)
        readings.append(sensor.block(state, step * period, rng)[-1])
        people.append(state["occupants"])
    occupied = (np.array(people) >= SOMEBODY).astype(np.float32)
    return Diary(name, period, np.array(readings, np.float32), occupied)


def windows(rng: np.random.Generator, name: str) -> tuple[Array, npt.NDArray[np.intp]]:
    """Features and labels of some hours of a drawn room, more of them about comings and goings."""
    diary = draw_diary(rng, name)
    near, back = round(NEAR / diary.period), round(air_features.MEMORY / diary.period)
    weight = np.ones(len(diary.readings))
    for place in np.flatnonzero(np.diff(diary.occupied)):
        weight[max(place - near, 0) : place + near] = 2.0
    weight[:back] = 0.0
    chosen = np.sort(rng.choice(len(weight), EACH, replace=False, p=weight / weight.sum()))
    parts = [_hour(diary, int(place), back) for place in chosen]
    rows, labels = (np.concatenate([part[k] for part in parts]) for k in (0, 1))
    return rows, labels


def _hour(diary: Diary, place: int, back: int) -> tuple[Array, npt.NDArray[np.intp]]:
    """The one hour that ends at a place, or none where it cannot be judged."""
    inside = slice(place - back, place + 1)
    one = Diary(diary.name, diary.period, diary.readings[inside], diary.occupied[inside])
    return hours(one)
