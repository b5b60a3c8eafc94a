"""Where the devices stand otherwise than a scenario says: the start of an honest what-if."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from twin.devices.base import Point
from twin.devices.plant import Plant
from twin.errors import BadInput


@dataclass(frozen=True, slots=True)
class Held:
    """One set-point that the machine holds and the scenario does not."""

    path: str
    value: Any
    by: str = ""


def is_of(plant: Plant, *, title: str, site: str, model: str) -> bool:
    """Whether these devices are those of a scenario, and of it as it stands now.

    Another scenario of the same machines is a plan of its own: the machine's values are not its.
    """
    return (plant.title, plant.site) == (title, site) and plant.model in {"", model}


def differing(
    plant: Plant, rows: Iterable[Mapping[str, Any]], written: Callable[[str], Any]
) -> tuple[Held, ...]:
    """Return what the devices hold otherwise than ``written(path)`` says.

    ``rows`` are those of :meth:`twin.devices.live.Live.rows`; a stale one says nothing.
    """
    said = {row["path"]: row for row in rows if row["quality"] == "good"}
    return tuple(
        Held(path, _plain(said[path]["value"]), str(said[path]["by"]))
        for path, point in plant.points.items()
        if path in said and not _same(point, written, said[path]["value"])
    )


def _same(point: Point, written: Callable[[str], Any], value: Any) -> bool:
    try:
        return point.same(written(point.path), value)
    except BadInput:
        return True  # not a parameter of the scenario any more: its file was changed


def _plain(value: Any) -> Any:
    """A number as people write it: whole ones without a decimal point."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
