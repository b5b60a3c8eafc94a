"""An hour of a room's air and light: whether somebody is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.errors import BadInput, Fault
from twin.nodes import air_features, diaries
from twin.nodes.diaries import Diary
from twin.nodes.inspection import Report, judge
from twin.nodes.library import Card, Model
from twin.nodes.senses import base
from twin.signals.base import Sensor

Array = base.Array
Labels = npt.NDArray[np.intp]
CLASSES = ("empty", "occupied")


class Sense(base.Sense):
    """What a node does with the readings of an air sensor."""

    sensors = ("air",)

    def __init__(self, card: Card, sensor: Sensor, where: str, file: str) -> None:
        super().__init__(card, sensor, where, file)
        base.refuse_others(card, air_features.NAMES, where, file)
        held = _readings_held(sensor)
        period = 1.0 / sensor.rate
        if period > air_features.SLOWEST or (held - 1) * period < 0.99 * air_features.MEMORY:
            message = (
                f"the model looks back {air_features.MEMORY / 60:g} min at readings every "
                f"{air_features.SLOWEST / 60:g} min or more often; the sensor {sensor.name} "
                f"holds {held} readings, one every {period / 60:g} min"
            )
            raise BadInput(Fault(message, path=where, file=file, value=repr(card.name)))

    def fault_of(self, block: Array, rate: float, context: Mapping[str, float]) -> str:
        """Why an hour cannot be judged; empty when it can."""
        return air_features.flaw(block, 1.0 / rate)

    def row(self, block: Array, rate: float, context: Mapping[str, float]) -> Array:
        """Return the features of the hour."""
        return air_features.features(block, 1.0 / rate)


def _readings_held(sensor: Sensor) -> int:
    return int(getattr(getattr(sensor, "settings", None), "readings", 0))


def hours(diary: Diary) -> tuple[Array, Labels]:
    """Features and classes of every hour of a diary that can be judged and is labelled."""
    back = round(air_features.MEMORY / diary.period)
    rows, labels = [], []
    for place in range(back, len(diary.readings)):
        block = diary.readings[place - back : place + 1]
        if np.isfinite(diary.occupied[place]) and not air_features.flaw(block, diary.period):
            rows.append(air_features.features(block, diary.period))
            labels.append(int(diary.occupied[place]))
    width = len(air_features.NAMES)
    return np.array(rows, np.float32).reshape(-1, width), np.array(labels, np.intp)


def without_light(rows: Array) -> Array:
    """Return the same features of a sensor that reads no light."""
    dark = rows.copy()
    dark[:, air_features.LIGHT] = 0.0
    return dark


def judged(model: Any, rows: Array, labels: Labels) -> Report:
    """Judge ``model(rows)``, the probability of each class."""
    scores = model(rows)
    report = judge(CLASSES, labels, scores)
    called, there = scores.argmax(axis=1), labels == 1
    return replace(
        report,
        false_alarms=float(called[~there].mean()) if (~there).any() else float("nan"),
        missed_alarms=float((called[there] == 0).mean()) if there.any() else float("nan"),
    )


def collect(found: Sequence[Diary], place: str) -> tuple[Array, Labels]:
    """Features and classes of all hours of some diaries; refuse when there are none."""
    parts = [hours(diary) for diary in found]
    rows, labels = (np.concatenate([part[k] for part in parts]) for k in (0, 1)) if parts else (
        np.zeros((0, len(air_features.NAMES)), np.float32), np.zeros(0, np.intp),
    )  # fmt: skip
    if not len(rows):
        message = "no hour of it can be judged: readings must go on for an hour, few of them lost"
        raise BadInput(Fault(message, file=place))
    return rows, labels


def evaluate(model: Model, asked: base.Asked) -> dict[str, Any]:
    """Judge a model on a file, with light where the file has it, and without."""
    base.refuse_others(model.card, air_features.NAMES, "MODEL", "")
    found = diaries.read(asked.data, asked.shift)
    rows, labels = collect(found.diaries, str(asked.data))
    report = judged(model.scores, rows, labels)
    share = float(labels.mean())
    more: dict[str, Any] = {
        "occupied_share": share,
        "always_one_answer": max(share, 1.0 - share),
        "notes": list(found.notes),
    }
    if rows[:, air_features.LIGHT].any():
        dark = judged(model.scores, without_light(rows), labels)
        more["without_light"] = asdict(dark)
    return base.document(report, **more)
