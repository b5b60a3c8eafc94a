"""The points document: which devices a plant has and which points each of them takes.

A plain JSON document, made from the parameter declarations that are marked ``live``; the only
thing that the gateway and the controllers know of a scenario.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from twin.devices.base import Point, Spec, load
from twin.errors import BadInput, Fault, did_you_mean

if TYPE_CHECKING:
    from twin.params import Declaration

VERSION = 1
DEFAULT_RISK = 2  # four eyes, unless the declaration says that less is at stake
RISKS = range(4)

_NAME = re.compile(r"^[A-Za-z0-9_-]{1,64}$")
_KEYS = tuple(Point.__dataclass_fields__)
_ENDS: Mapping[str, Any] = MappingProxyType({"low": None, "high": None})


@dataclass(frozen=True, slots=True)
class Plant:
    """The devices of one plant and where they are in the topic tree."""

    site: str
    area: str
    devices: tuple[Spec, ...]
    title: str = ""
    model: str = ""  # Scenario.model_key of the twin of these devices; empty when there is none

    @property
    def points(self) -> dict[str, Point]:
        """Every point of every device, by path."""
        return {point.path: point for device in self.devices for point in device.points}

    def device(self, name: str) -> Spec:
        """Return a device by name, or refuse with "did you mean"."""
        for device in self.devices:
            if device.name == name:
                return device
        known = [device.name for device in self.devices]
        raise BadInput(Fault("no such device" + did_you_mean(name, known), value=repr(name)))

    def owner(self, path: str) -> Spec:
        """Return the device that has the point ``path``, or refuse with "did you mean"."""
        for device in self.devices:
            if device.point(path) is not None:
                return device
        message = "no device has this point" + did_you_mean(path, self.points)
        raise BadInput(Fault(message, path=path))


def points_document(
    rows: Iterable[Mapping[str, Any]], *, title: str = "", site: str = "site", area: str = "area"
) -> dict[str, Any]:
    """Build the points document from plain rows.

    Parameters
    ----------
    rows : iterable of mappings
        ``path, unit, low, high, value`` and, where known, ``meaning, risk, options, tolerance,
        writable, device, kind``. A row with ``live`` false is left out. Without ``device`` the
        first word of the path names it: ``mill.cutting_speed`` is a point of ``mill``.
    title, site, area : str
        What the plant is called and its place in the topic tree.
    """
    devices: dict[str, dict[str, Any]] = {}
    for row in rows:
        if not row.get("live", True):
            continue
        name = str(row.get("device") or str(row["path"]).split(".")[0])
        entry = {"name": name, "kind": str(row.get("kind", "mqtt")), "points": []}
        point = {key: row[key] for key in _KEYS if row.get(key) is not None}
        point.setdefault("risk", DEFAULT_RISK)
        point["value"] = _in_unit(row)
        devices.setdefault(name, entry)["points"].append(point)
    document = {"v": VERSION, "title": title, "site": site, "area": area}
    document["devices"] = list(devices.values())
    return to_document(read(document))


def of_declarations(
    declarations: Iterable[tuple[str, Declaration, Any]],
    *,
    title: str = "",
    site: str = "site",
    area: str = "plant",
    model: str = "",
) -> dict[str, Any]:
    """Build the points document from ``Scenario.declarations()``: those that are live.

    ``model`` is the ``model_key`` of the scenario: evidence of a change must be of the same twin.

    Raises
    ------
    BadInput
        When none is.
    """
    document = points_document(map(_row, declarations), title=title, site=site, area=area)
    if not document["devices"]:
        message = "has no parameter that a device holds, so there is nothing to serve"
        raise BadInput(Fault(message, path=title))
    return {**document, "model": model}


def _row(entry: tuple[str, Declaration, Any]) -> dict[str, Any]:
    path, declared, value = entry
    return {
        "path": path,
        "unit": declared.unit,
        "low": declared.low,
        "high": declared.high,
        "value": value,
        "options": list(declared.options),
        "meaning": declared.meaning,
        "live": declared.live,
    }


def _in_unit(row: Mapping[str, Any]) -> Any:
    """The value as the device holds it: ``"3 m/s"`` is 180 where the point is in m/min."""
    value = row.get("value")
    if not isinstance(value, str) or row.get("options"):
        return value
    from twin import units  # here, because a controller starts without numpy and pint

    number, unit = units.split(value)
    return units.convert(number, unit, str(row["unit"])) if unit else number


def to_document(plant: Plant) -> dict[str, Any]:
    """Return the plant as the JSON document that :func:`read` reads."""
    devices = [
        {**asdict(device), "points": [_point_document(point) for point in device.points]}
        for device in plant.devices
    ]
    place = {"title": plant.title, "site": plant.site, "area": plant.area, "model": plant.model}
    return {"v": VERSION, **place, "devices": devices}


def _point_document(point: Point) -> dict[str, Any]:
    return {**asdict(point), "options": list(point.options)}


def read_file(file: Path) -> Plant:
    """Read a points document from a file."""
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(Fault(f"cannot be read ({error.strerror})", file=str(file))) from None
    except ValueError as error:
        raise BadInput(Fault(f"is not JSON ({error})", file=str(file))) from None
    return read(document, file=str(file))


def read(document: Any, *, file: str = "") -> Plant:
    """Check a points document and return the plant.

    Raises
    ------
    BadInput
        One fault for each thing that is wrong.
    """
    if not isinstance(document, dict) or not isinstance(document.get("devices"), list):
        raise BadInput(Fault("a points document has a list 'devices'", file=file))
    faults: list[Fault] = []
    specs = [_spec(entry, faults, file) for entry in document["devices"]]
    place = {key: str(document.get(key, key)) for key in ("site", "area")}
    faults += [
        Fault("letters, digits, _ and - only, at most 64", key, file, repr(name))
        for key, name in place.items()
        if not _NAME.match(name)
    ]
    about = {key: str(document.get(key, "")) for key in ("title", "model")}
    plant = Plant(**place, devices=tuple(specs), **about)
    faults += _twice([spec.name for spec in specs], "device", file)
    faults += _twice([p.path for spec in specs for p in spec.points], "point", file)
    if faults:
        raise BadInput(faults)
    return plant


def _twice(names: list[str], what: str, file: str) -> list[Fault]:
    double = sorted({name for name in names if names.count(name) > 1})
    return [Fault(f"this {what} is there twice", path=name, file=file) for name in double]


def _spec(entry: Any, faults: list[Fault], file: str) -> Spec:
    if not isinstance(entry, dict) or not isinstance(entry.get("points"), list):
        faults.append(Fault("a device has a name and a list 'points'", "devices", file))
        return Spec("", "mqtt", ())
    name, kind = str(entry.get("name", "")), str(entry.get("kind", "mqtt"))
    if not _NAME.match(name):
        faults.append(Fault("letters, digits, _ and - only", "devices.name", file, repr(name)))
    try:
        load(kind, path=f"{name}.kind", file=file)
    except BadInput as error:
        faults += error.faults
    points = tuple(p for p in (_point(row, faults, file) for row in entry["points"]) if p)
    options = {str(k): str(v) for k, v in dict(entry.get("options") or {}).items()}
    return Spec(name, kind, points, options)


def _point(row: Any, faults: list[Fault], file: str) -> Point | None:
    if not isinstance(row, dict) or not {"path", "unit", "value"} <= set(row):
        faults.append(Fault("a point has path, unit and value", "points", file, repr(row)[:60]))
        return None
    path = str(row["path"])
    unknown = sorted(set(row) - set(_KEYS))
    faults += [
        Fault("no such field" + did_you_mean(key, _KEYS), f"{path}.{key}", file) for key in unknown
    ]
    if unknown:
        return None
    point = Point(**{**_ENDS, **row, "options": tuple(row.get("options") or ())})
    reason = _wrong(point)
    if reason:
        faults.append(Fault(reason, path, file, repr(point.value)))
        return None
    return point


def _wrong(point: Point) -> str:
    """What is wrong with a point as a declaration; empty when nothing is."""
    if point.risk not in RISKS:
        return f"risk is {point.risk!r}, allowed 0 to 3"
    if not point.options:
        ends = (point.low, point.high)
        if any(isinstance(end, bool) or not isinstance(end, (int, float)) for end in ends):
            return "a point without options needs numbers low and high"
    reason = point.refusal(point.value, point.unit)
    return reason if point.writable else ""
