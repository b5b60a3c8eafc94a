"""What the evidence of a change rests on: whose twin it is, and how the rest of the device stood.

A what-if holds for the machine that it started from. One made with another twin, or with another
set-point that the change leaves alone, says nothing about the machine that would be changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from twin.devices.base import Point, Reading, Value
from twin.devices.change import Assumed, Evidence, Item
from twin.devices.plant import Plant
from twin.errors import BadInput, Fault

Held = Mapping[str, Reading]
AGAIN = "compare again from what the device holds (twin compare --from-devices)"


@dataclass(frozen=True, slots=True)
class Start:
    """What a comparison says it started from."""

    scenario: str
    model: str
    points: Mapping[str, tuple[Value, str]]


def start(document: Any) -> Start | None:
    """Return what the document of a comparison says it started from; None if it does not say."""
    said = document.get("start") if isinstance(document, dict) else None
    if not isinstance(said, dict) or not isinstance(said.get("points"), dict):
        return None
    points = {
        str(path): (entry["value"], str(entry.get("unit", "")))
        for path, entry in said["points"].items()
        if isinstance(entry, dict) and isinstance(entry.get("value"), (str, int, float))
    }
    return Start(str(said.get("scenario", "")), str(said.get("model", "")), points)


def lay(
    evidence: Evidence,
    document: Any,
    plant: Plant,
    items: tuple[Item, ...],
    held: Held,
) -> Evidence:
    """Return the evidence with what it rests on, or every reason why it does not hold here.

    Where the devices are those of a scenario the comparison must say what it started from, and
    be of the same twin. What the devices do not report now is checked by the gateway.
    """
    begun = start(document)
    if begun is None:
        if plant.model:
            raise BadInput(
                "the comparison does not say what it started from: compare again"
                " (twin compare --json FILE)"
            )
        return evidence
    faults = list(_of_another(begun, plant))
    if faults:
        raise BadInput(faults)
    spec = plant.owner(items[0].path)
    rest = [point for point in spec.points if point.path not in {item.path for item in items}]
    faults += [fault for item in items for fault in _begun_elsewhere(item, begun, plant)]
    faults += [fault for point in rest for fault in _not_so(point, begun, held, plant)]
    if faults:
        raise BadInput(faults)
    assumed = tuple(
        Assumed(p.path, p.unit, begun.points[p.path][0]) for p in rest if p.path in begun.points
    )
    return replace(evidence, assumed=assumed, model=begun.model if plant.model else "")


def _of_another(begun: Start, plant: Plant) -> Iterator[Fault]:
    if not plant.model or begun.model == plant.model:
        return
    if begun.scenario == plant.title:
        yield Fault(
            f"the comparison is of {begun.scenario!r}, whose file says something else of the plant"
            " than when the devices were started: start the devices again"
        )
        return
    yield Fault(
        f"the comparison is of {begun.scenario!r}, the devices that run here are those of"
        f" {plant.title!r}: compare on that scenario"
    )


def _begun_elsewhere(item: Item, begun: Start, plant: Plant) -> Iterator[Fault]:
    """Where the comparison started from another value than the change."""
    value, unit = begun.points.get(item.path, (item.base, item.unit))
    if unit != item.unit or not plant.points[item.path].same(value, item.base):
        said = f"the comparison started from {value} {unit}".rstrip()
        yield Fault(f"{said}, the change from {item.base}: {AGAIN}", item.path)


def _not_so(point: Point, begun: Start, held: Held, plant: Plant) -> Iterator[Fault]:
    """Where the comparison took another value of a point that the change leaves alone."""
    if point.path not in begun.points:
        if plant.model:
            yield Fault("the comparison does not say what it took this to be", point.path)
        return
    value, unit = begun.points[point.path]
    if unit != point.unit:
        yield Fault(f"the comparison speaks {unit!r}, the device {point.unit!r}", point.path)
        return
    reading = held.get(point.path)
    if reading is not None and not point.same(value, reading.value):
        yield Fault(deviation(point, value, reading.value), point.path)


def deviation(point: Point, assumed: Value, holds: Value) -> str:
    """Say that a point the change leaves alone is not as the comparison took it to be."""
    unit = "" if point.unit in {"", "1"} else f" {point.unit}"
    return (
        f"the device holds {_written(holds)}{unit}, the comparison took it to be"
        f" {_written(assumed)}{unit}: {AGAIN}"
    )


def _written(value: Value) -> str:
    return value if isinstance(value, str) else f"{value:g}"
