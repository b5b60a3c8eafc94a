"""A simulated controller: a process of its own that holds set-points as a real one does.

It speaks MQTT, keeps its set-points through kill -9, enforces its own bounds, reports what it
holds, and has a panel at which somebody may change a value, or make it reject, clamp or be slow.
It knows nothing of changes, approvals or the gateway's journal.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from twin.devices.acl import device_user
from twin.devices.base import Point, Spec, Value
from twin.devices.broker import POINTS, USERS
from twin.devices.link import Link
from twin.devices.plant import read_file
from twin.devices.process import leave_with_parent, say_ready
from twin.devices.topics import PANEL, SETPOINTS, Topics

BEAT_S = 1.0
REMEMBERED = 256
MANNERS = ("normal", "reject", "clamp", "slow", "silent", "mute")


@dataclass
class Held:
    """One set-point as the controller holds it."""

    value: Value
    version: int = 1
    by: str = ""


@dataclass
class Memory:
    """What the controller keeps through a power cut: set-points, and requests it has answered."""

    file: Path
    held: dict[str, Held] = field(default_factory=dict)
    answered: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def load(cls, file: Path, points: tuple[Point, ...]) -> Memory:
        """Read what was kept; a new point starts with its declared value."""
        kept = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        held = {point.path: Held(point.value) for point in points}
        for path, entry in kept.get("held", {}).items():
            if path in held:
                held[path] = Held(**entry)
        return cls(file, held, kept.get("answered", {}))

    def save(self) -> None:
        """Keep everything: whole or not at all."""
        beside = self.file.with_suffix(".new")
        self.answered = dict(list(self.answered.items())[-REMEMBERED:])
        held = {path: vars(held) for path, held in self.held.items()}
        document = {"held": held, "answered": self.answered}
        with beside.open("w", encoding="utf-8") as stream:
            json.dump(document, stream)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(self.file)


class Controller:
    """The controller's own logic, without the network."""

    def __init__(self, spec: Spec, memory: Memory) -> None:
        self.spec = spec
        self.memory = memory
        self.manner: dict[str, Any] = {"manner": "normal"}

    def values(self) -> dict[str, dict[str, Any]]:
        """Every set-point as it is reported."""
        return {
            point.path: {**vars(self.memory.held[point.path]), "unit": point.unit}
            for point in self.spec.points
        }

    def answer(self, request: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Answer one request of the gateway; the same request again gets the same answer."""
        if body.get("type") == "read":
            values = self.values()
            paths = [str(path) for path in body.get("paths", values)]
            return {"ok": True, "vals": {path: values[path] for path in paths if path in values}}
        if request in self.memory.answered:
            return self.memory.answered[request]
        if self.manner["manner"] == "slow":
            time.sleep(float(self.manner.get("seconds", 1.0)))
        answer = self._write(body)
        self.memory.answered[request] = answer
        self.memory.save()
        return answer

    def _write(self, body: Mapping[str, Any]) -> dict[str, Any]:
        path, unit, value = str(body.get("path")), str(body.get("unit")), body.get("value")
        point, held = self.spec.point(path), self.memory.held.get(path)
        if point is None or held is None:
            return _no(f"no such point {path}")
        if time.time() >= float(body.get("expires", 0.0)):
            return _no("the request is too old")
        reason = point.refusal(value, unit)
        if not reason and self.manner["manner"] == "reject" and self._meant(path):
            reason = str(self.manner.get("reason", "interlock active"))
        if reason:
            return _no(reason)
        if body.get("version") not in (None, held.version):
            return {**_no(f"{path} was changed by {held.by or 'somebody'}"), "moved": True}
        self._hold(path, self._clamped(path, value), str(body.get("by", "")))
        return {"ok": True}

    def _meant(self, path: str) -> bool:
        return self.manner.get("path") in (None, path)

    def _clamped(self, path: str, value: Any) -> Value:
        limited = self.manner["manner"] == "clamp" and self._meant(path)
        if not limited or isinstance(value, str):
            return value  # type: ignore[no-any-return]
        return min(float(value), float(self.manner["limit"]))

    def _hold(self, path: str, value: Value, by: str) -> None:
        self.memory.held[path] = Held(value, self.memory.held[path].version + 1, by)

    def panel(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Somebody stands at the panel: sets a value, or makes the controller misbehave."""
        if body.get("type") == "set":
            path, value = str(body.get("path")), body.get("value")
            point = self.spec.point(path)
            reason = "no such point" if point is None else point.refusal(value, point.unit)
            if reason:
                return _no(f"{path}: {reason}")
            self._hold(path, value, PANEL)  # type: ignore[arg-type]
            self.memory.save()
            return {"ok": True}
        if body.get("manner") not in MANNERS:
            return _no(f"manners: {', '.join(MANNERS)}")
        self.manner = dict(body)
        return {"ok": True}


def _no(reason: str) -> dict[str, Any]:
    return {"ok": False, "reason": reason}


class Service:
    """The controller on the network: one queue, one thing after the other."""

    def __init__(self, controller: Controller, topics: Topics, url: str, password: str) -> None:
        self.controller = controller
        self.topics = topics
        self.name = controller.spec.name
        self._inbox: queue.Queue[tuple[str, str, dict[str, Any]]] = queue.Queue()
        death = topics.at(self.name, SETPOINTS, "death")
        self._reborn = True
        self.link = Link(url, device_user(self.name), password, on_connect=self._up, will=death)

    def _up(self) -> None:
        self._reborn = True

    def _hear(self, feature: str) -> None:
        def heard(topic: str, body: dict[str, Any]) -> None:
            self._inbox.put((feature, topic.rsplit("/", 1)[-1], body))

        self.link.listen(self.topics.at(self.name, feature, "cmd", "+"), heard)

    def start(self) -> None:
        """Connect and listen."""
        self.link.open(insist=True)
        for feature in (SETPOINTS, PANEL):
            self._hear(feature)
        self._report()

    def run(self) -> None:
        """Serve until the process ends."""
        beat = time.monotonic()
        while True:
            try:
                feature, request, body = self._inbox.get(timeout=0.1)
            except queue.Empty:
                pass
            else:
                self._serve(feature, request, body)
            if self._reborn or time.monotonic() - beat >= BEAT_S:
                beat = time.monotonic()
                self._report()

    def _serve(self, feature: str, request: str, body: dict[str, Any]) -> None:
        manner = self.controller.manner["manner"]
        if feature == PANEL:
            answer = self.controller.panel(body)
        elif manner == "silent":
            return  # hears nothing at all
        else:
            answer = self.controller.answer(request, body)
            if manner == "mute" and body.get("type") == "write":
                return  # does it, says nothing
        self.link.say(self.topics.at(self.name, feature, "ack", request), answer)
        if body.get("type") != "read":
            self._report()

    def _report(self) -> None:
        """Say what the set-points are: kept by the broker for whoever comes later."""
        if not self.link.up:
            return
        at = self.topics.at
        if self._reborn:
            self._reborn = False
            self.link.say(at(self.name, SETPOINTS, "birth"), {"alive": True}, retain=True)
            self.link.say(at(self.name, SETPOINTS, "death"), {"alive": True}, retain=True)
        body = {"vals": self.controller.values(), "q": "good"}
        self.link.say(at(self.name, SETPOINTS, "reported"), body, retain=True)


def main(folder: Path, url: str, name: str) -> None:
    """Run the controller of one device until the parent has gone."""
    leave_with_parent()
    plant = read_file(folder / POINTS)
    spec = plant.device(name)
    password = json.loads((folder / USERS).read_text(encoding="utf-8"))[device_user(name)]
    memory = Memory.load(folder / f"controller-{name}.json", spec.points)
    service = Service(Controller(spec, memory), Topics.of(plant), url, password)
    service.start()
    say_ready(device=name)
    service.run()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
