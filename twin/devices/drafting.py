"""From paths and values as people write them to the items of a change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twin import units
from twin.devices import change as life
from twin.devices import evidence as proof
from twin.devices.base import Point, Reading, Spec, Value
from twin.devices.change import Item
from twin.devices.plant import Plant
from twin.errors import BadInput, Fault, did_you_mean


def device(plant: Plant, settings: Mapping[str, Value], name: str | None) -> Spec:
    """Return the device of these points: by name, or the one that has them all."""
    if not settings:
        raise BadInput("nothing to change: give at least one path and value")
    if name:
        return plant.device(name)
    faults: list[Fault] = []
    owners: dict[str, Spec] = {}
    for path in settings:
        try:
            spec = plant.owner(path)
            owners[spec.name] = spec
        except BadInput as error:
            faults += error.faults
    if faults:
        raise BadInput(faults)
    if len(owners) > 1:
        names = ", ".join(sorted(owners))
        raise BadInput(f"these points belong to several devices ({names}): draft a change for each")
    return next(iter(owners.values()))


def items(
    spec: Spec,
    settings: Mapping[str, Value],
    base: Mapping[str, Value],
    held: Mapping[str, Reading],
) -> tuple[Item, ...]:
    """Return the items of a draft, or every reason why it cannot be drafted.

    The base is what the what-if started from, else what the device reports, else the scenario's.
    """
    faults: list[Fault] = []
    drawn: list[Item] = []
    for path, value in settings.items():
        try:
            drawn.append(_item(spec, path, value, base.get(path), held.get(path)))
        except BadInput as error:
            faults += error.faults
    faults += life.faults(drawn, {point.path: point for point in spec.points})
    if faults:
        raise BadInput(faults)
    return tuple(drawn)


def bases(spec: Spec, evidence: Mapping[str, Any] | None) -> dict[str, Value]:
    """Return the values that a comparison started from, in the units of the points."""
    found: dict[str, Value] = {}
    for path, (start, _to) in proof.changed(evidence).items():
        point = spec.point(path)
        known = isinstance(start, (str, int, float)) and not isinstance(start, bool)
        if point is not None and known:
            found[path] = _in_unit(point, start)
    return found


def _item(spec: Spec, path: str, value: Value, base: Value | None, held: Reading | None) -> Item:
    point = spec.point(path)
    if point is None:
        known = [known.path for known in spec.points]
        message = f"{spec.name} has no such point" + did_you_mean(path, known)
        raise BadInput(Fault(message, path=path))
    to = _in_unit(point, value)
    if base is not None and held is not None and not point.same(base, held.value):
        message = (
            f"the device holds {held.value} {point.unit}, the what-if started from {base}:"
            " compare again from the present value"
        )
        raise BadInput(Fault(message, path=path))
    now = base if base is not None else held.value if held is not None else point.value
    if point.same(now, to):
        raise BadInput(Fault("is what the device holds already", path=path, value=f"{to}"))
    version = held.version if held is not None else None
    return Item(path, point.unit, now, to, point.tolerance, version)


def _in_unit(point: Point, value: Value) -> Value:
    """Return a value in the unit of the point; ``"3 m/s"`` becomes 180 where m/min is needed."""
    if point.options or not isinstance(value, str):
        return value
    try:
        number, unit = units.split(value)
        return units.convert(number, unit, point.unit) if unit else number
    except BadInput as error:
        reason = f"{error.faults[0].message}; allowed {point.range_text}"
        raise BadInput(Fault(reason, point.path, value=repr(value))) from None
