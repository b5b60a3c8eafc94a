"""The occupancy model: rooms of the twin, or somebody's recordings → perceptron → INT8 → ONNX.

Every hour is learned from twice, with its light and without, so that one model serves sensors of
both kinds. Where there are recordings they count :data:`OWN` times as much as the twin's rooms, of
which no more are drawn than that takes: repeated more often, hours would be learned by heart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import joblib
import numpy as np

from twin.errors import BadInput, Fault
from twin.nodes import air_features, diaries
from twin.nodes.diaries import Diary
from twin.nodes.library import Front
from twin.nodes.senses import air
from twin.rng import stream
from twin.training import card, qdq, rooms
from twin.training.perceptron import Floats, Labels, Recipe
from twin.training.taught import Lesson, Whole, document, taught, whole

if TYPE_CHECKING:
    from pathlib import Path

    from twin.training.tasks.base import Asked, Say

ROOMS, ROOMS_TESTED = 600, 150
PIECE = 25  # rooms that one worker makes at a time
LESSON = Lesson(
    "occupancy",
    4,
    Recipe((48, 24), epochs=10, rate=3e-3, decay=0.02, smoothing=0.02, batch=256),
    Recipe((32, 16), epochs=14, rate=3e-3, decay=0.02, smoothing=0.0, batch=256),
)
OWN = 4  # weight of recordings over the twin's rooms
HELD = 0.2  # of the recordings' days, the last, where nothing else tests [1]
FEWEST = 200  # hours that recordings hold at least
READ_EVERY = 60.0  # that the features are costed for [s]
Hours = tuple[Floats, Labels]
FAILS = (
    "One or two people in a large or well aired room hardly raise its CO2: in the lecture rooms of "
    "ROBOD the model trained on the twin is right no more often than one who always says empty.",
    "For some minutes after people came or went CO2 says little; without light most errors are "
    "there.",
    "Lamps left on, or daylight that comes and goes, where light was all it had to go by; rooms in "
    "which people sit in the dark.",
    "CO2 from elsewhere: combustion, dry ice, people of other rooms through open doors; windows "
    "that were opened.",
    "Whether somebody is there, not how many; sensors beyond 5 min between readings.",
)


TOLD = {
    "name": "occupancy",
    "task": "Whether somebody is in a room, from an hour of its CO2, temperature, humidity and "
    "light.",
    "sensor": "air",
    "sense": "air",
    "alarms": [],
    "classes": list(air.CLASSES),
    "inputs": list(air_features.NAMES),
    "fails": list(FAILS),
}


def _piece(seed: int, name: str, start: int, stop: int) -> list[tuple[Floats, Labels]]:
    return [
        rooms.windows(stream(seed, f"training.occupancy.{name}.{index}"), f"room {index}")
        for index in range(start, stop)
    ]


def windows(count: int, seed: int, name: str, workers: int) -> tuple[Floats, Labels]:
    """Features and labels of hours in ``count`` drawn rooms; the same for any workers."""
    made = joblib.Parallel(n_jobs=workers)(
        joblib.delayed(_piece)(seed, name, start, min(start + PIECE, count))
        for start in range(0, count, PIECE)
    )
    parts = [part for piece in made for part in piece]
    return np.concatenate([rows for rows, _ in parts]), np.concatenate([y for _, y in parts])


def both_ways(rows: Floats, labels: Labels) -> tuple[Floats, Labels]:
    """Return every hour with its light and without."""
    return np.concatenate([rows, air.without_light(rows)]), np.concatenate([labels, labels])


def parted(found: Sequence[Diary]) -> tuple[list[Diary], list[Diary]]:
    """Hold back the last part of each diary; no hour of it reaches into what is learned from."""
    seen, held = [], []
    for one in found:
        size = round((1.0 - HELD) * len(one.readings))
        seen.append(Diary(one.name, one.period, one.readings[:size], one.occupied[:size]))
        held.append(Diary(one.name, one.period, one.readings[size:], one.occupied[size:]))
    return seen, held


def mixed(rows: Floats, labels: Labels, own: Floats, known: Labels) -> tuple[Floats, Labels]:
    """Lay recordings beside the twin's rooms, as often as their weight asks for."""
    return (
        np.concatenate([rows, np.tile(own, (OWN, 1))]),
        np.concatenate([labels, np.tile(known, OWN)]),
    )


def front() -> Front:
    """Cost of the features: an hour of readings every minute."""
    readings = round(air_features.MEMORY / READ_EVERY) + 1
    return Front(
        air_features.KIND,
        air_features.MEMORY,
        1.0 / READ_EVERY,
        air_features.instructions(readings),
        readings * 4 * 4,
    )


def build(asked: Asked, say: Say, sizes: tuple[int, int] = (ROOMS, ROOMS_TESTED)) -> Path:
    """Train the model and write it, with its card; ``sizes``: rooms to train and to test on.

    Raises
    ------
    BadInput
        When the recordings hold too little, or of one class only.
    """
    qdq.require_onnx()
    own, held = _own(asked, say)
    count = sizes[0] if own is None else min(sizes[0], -(-len(own[0]) // rooms.EACH))
    say(f"simulating {count + sizes[1]} rooms for {rooms.DAYS} days")
    rows, labels = windows(count, asked.seed, "train", asked.workers)
    drawn = windows(sizes[1], asked.seed, "test", asked.workers)
    if own is not None:
        rows, labels = mixed(rows, labels, *own)
    say("training")
    rows, labels = both_ways(rows, labels)
    found = whole(taught(LESSON, rows, labels, len(air.CLASSES), asked.seed), rows)
    training = {
        "data": "rooms of the twin with people in them, domain randomised (twin.training.rooms)"
        + ("" if own is None else ", and the user's recordings"),
        "windows": len(rows),
        "rooms": count,
        "own_hours": 0 if own is None else len(own[0]),
        "seed": asked.seed,
    }
    written = document(found, front(), TOLD, training, LESSON)
    written["tests"] = _tests(found, "twin", drawn)
    written["tests"]["twin_float"] = _test(found.float_scores, *drawn)
    if held is not None:
        written["tests"] |= _tests(found, "recordings", held)
    return card.write(asked.out, written, found.content)


def _tests(found: Whole, name: str, held: Hours) -> dict[str, Any]:
    """Judge a model with light, where there is any, and without."""
    rows, labels = held
    tests = {name: _test(found.scores, rows, labels)}
    if rows[:, air_features.LIGHT].any():
        tests[f"{name}_without_light"] = _test(found.scores, air.without_light(rows), labels)
    return tests


def _test(model: Any, rows: Floats, labels: Labels) -> Any:
    return card.rounded(asdict(air.judged(model, rows, labels)))


def _own(asked: Asked, say: Say) -> tuple[Hours | None, Hours | None]:
    """Hours of recordings to learn from and to test on, where there are any."""
    if asked.data is None:
        return None, _hours(asked, asked.test, say)
    found = diaries.read(asked.data, asked.shift)
    for note in found.notes:
        say(note)
    if asked.test is None:
        seen, held = parted(found.diaries)
        parts = air.collect(seen, str(asked.data)), air.collect(held, str(asked.data))
    else:
        tested = _hours(asked, asked.test, say)
        assert tested is not None
        parts = air.collect(found.diaries, str(asked.data)), tested
    _refuse_little(parts[0][1], asked.data)
    return parts


def _hours(asked: Asked, place: Path | None, say: Say) -> Hours | None:
    if place is None:
        return None
    found = diaries.read(place, asked.shift)
    for note in found.notes:
        say(note)
    return air.collect(found.diaries, str(place))


def _refuse_little(labels: Labels, place: Path) -> None:
    if len(labels) < FEWEST:
        message = f"{len(labels)} hours that can be learned from; at least {FEWEST} are needed"
        raise BadInput(Fault(message, file=str(place)))
    if len(set(labels.tolist())) < 2:
        message = f"always {air.CLASSES[int(labels[0])]}; hours of both are needed"
        raise BadInput(Fault(message, file=str(place)))
