"""What the devices report now, with its age."""

from __future__ import annotations

import threading
import time
from typing import Any

from twin.devices.acl import PLATFORM
from twin.devices.base import Reading
from twin.devices.link import Link
from twin.devices.plant import Plant
from twin.devices.topics import SETPOINTS, Topics

STALE_S = 5.0


class Live:
    """Listens to the devices of a plant and remembers what each of them said last."""

    def __init__(self, plant: Plant, url: str, password: str) -> None:
        self.plant = plant
        self.topics = Topics.of(plant)
        self.link = Link(url, PLATFORM, password)
        self._lock = threading.Lock()
        self._said: dict[str, tuple[float, dict[str, Any]]] = {}
        self._news = threading.Condition(self._lock)

    def start(self, *, insist: bool = True) -> None:
        """Connect and listen; without ``insist`` keep trying in the background."""
        self.link.listen(self.topics.at("+", SETPOINTS, "reported"), self._heard)
        self.link.open(insist=insist)

    def stop(self) -> None:
        """Close the connection."""
        self.link.close()

    def _heard(self, topic: str, body: dict[str, Any]) -> None:
        device = topic.split("/")[4]
        values = body.get("vals")
        if isinstance(values, dict):
            with self._news:
                self._said[device] = (float(body.get("ts", 0)) / 1e9, values)
                self._news.notify_all()

    def wait_for(self, devices: set[str], timeout_s: float) -> bool:
        """Wait until each of these devices has reported."""
        with self._news:
            return self._news.wait_for(lambda: devices <= set(self._said), timeout_s)

    def readings(self) -> dict[str, Reading]:
        """What every point holds, as far as it was reported freshly."""
        return {
            row["path"]: Reading(row["path"], row["value"], row["unit"], row["version"], row["by"])
            for row in self.rows()
            if row["quality"] == "good"
        }

    def rows(self) -> list[dict[str, Any]]:
        """One row a point: ``device, path, value, unit, version, by, age_s, quality``."""
        with self._lock:
            said = dict(self._said)
        return [
            _row(spec.name, point.path, point.unit, said.get(spec.name))
            for spec in self.plant.devices
            for point in spec.points
        ]


def _row(
    device: str, path: str, unit: str, said: tuple[float, dict[str, Any]] | None
) -> dict[str, Any]:
    held = said[1].get(path, {}) if said else {}
    age = max(0.0, time.time() - said[0]) if said else None
    known = bool(held) and age is not None
    quality = "none" if not known else "good" if (age or 0.0) <= STALE_S else "stale"
    row = {"device": device, "path": path, "value": held.get("value")}
    row |= {"unit": held.get("unit", unit), "version": held.get("version")}
    return {**row, "by": held.get("by", ""), "age_s": age, "quality": quality}
