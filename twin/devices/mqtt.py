"""A device that speaks MQTT: ``…/setpoints/cmd/{id}`` to it, ``…/setpoints/ack/{id}`` back.

A write is sent once, names the version it was decided on, and carries the time after which the
device must not carry it out any more: a write that was lost on the way cannot come back later.
"""

from __future__ import annotations

import queue
import secrets
import time
from collections.abc import Sequence
from typing import Any

from twin.devices import base
from twin.devices.base import Moved, NoAnswer, Reading, Rejected, Spec, Value
from twin.devices.link import Link, Unreachable
from twin.devices.topics import SETPOINTS, Topics

ANSWER_S = 2.0


class Device(base.Device):
    """One device behind a broker.

    Parameters
    ----------
    spec : Spec
        The device; its option ``answer_s`` is how long to wait for an answer.
    topics : Topics
        The topic tree of the plant.
    link : Link
        The gateway's connection, shared by its devices.
    """

    def __init__(self, spec: Spec, topics: Topics, link: Link) -> None:
        super().__init__(spec, topics, link)
        self.topics = topics
        self.link = link
        self.answer_s = float(spec.options.get("answer_s", ANSWER_S))
        self.write_life = self.answer_s
        self._answers: queue.Queue[dict[str, Any]] = queue.Queue()

    def connect(self) -> None:
        """Listen for the answers of the device."""
        try:
            self.link.listen(self.topics.at(self.spec.name, SETPOINTS, "ack", "+"), self._heard)
        except Unreachable as error:
            raise NoAnswer(str(error)) from None

    def _heard(self, topic: str, body: dict[str, Any]) -> None:
        self._answers.put({**body, "request": topic.rsplit("/", 1)[-1]})

    def read(self, paths: Sequence[str]) -> dict[str, Reading]:
        """Read points."""
        answer = self._ask({"type": "read", "paths": list(paths)})
        values = answer.get("vals")
        if not isinstance(values, dict) or not set(paths) <= set(values):
            raise Rejected(f"{self.spec.name} does not have all of these points")
        return {path: self._reading(path, values[path]) for path in paths}

    def _reading(self, path: str, held: dict[str, Any]) -> Reading:
        try:
            return Reading(path, held["value"], held["unit"], held["version"], held["by"])
        except (KeyError, TypeError) as error:
            raise Rejected(f"{self.spec.name} answered without {error}") from None

    def write(
        self, path: str, value: Value, unit: str, *, command: str, version: int | None
    ) -> None:
        """Write one point, once."""
        asked = {"path": path, "value": value, "unit": unit, "by": command, "version": version}
        answer = self._ask({"type": "write", **asked})
        if answer.get("ok") is True:
            return
        reason = str(answer.get("reason", "no reason given"))
        if answer.get("moved"):
            raise Moved(reason)
        raise Rejected(reason)

    def _ask(self, body: dict[str, Any]) -> dict[str, Any]:
        """Ask the device once and return its answer."""
        if not self.link.up:
            raise NoAnswer("the broker cannot be reached")
        request = secrets.token_hex(8)
        deadline = time.monotonic() + self.answer_s
        topic = self.topics.at(self.spec.name, SETPOINTS, "cmd", request)
        self.link.say(topic, {**body, "expires": time.time() + self.answer_s})
        while (left := deadline - time.monotonic()) > 0:
            try:
                answer = self._answers.get(timeout=left)
            except queue.Empty:
                break
            if answer["request"] == request:
                return answer
        raise NoAnswer(f"{self.spec.name} did not answer within {self.answer_s:g} s")

    def close(self) -> None:
        """The connection is the gateway's: nothing to close."""
