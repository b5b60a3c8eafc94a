"""Standing at a machine's panel: change a value there, or make its controller misbehave.

For demonstrations and tests; a real machine has its own panel.
"""

from __future__ import annotations

import queue
import secrets
from typing import Any

from twin.devices.acl import PANEL_USER
from twin.devices.base import Value
from twin.devices.link import Link
from twin.devices.plant import Plant
from twin.devices.topics import PANEL, Topics
from twin.errors import BadInput

ANSWER_S = 5.0


class Panel:
    """A connection to the panels of a plant; use it in ``with``."""

    def __init__(self, plant: Plant, url: str, password: str) -> None:
        self.topics = Topics.of(plant)
        self.link = Link(url, PANEL_USER, password)
        self._answers: queue.Queue[dict[str, Any]] = queue.Queue()

    def __enter__(self) -> Panel:
        self.link.open()
        self.link.listen(self.topics.at("+", PANEL, "ack", "+"), lambda _, b: self._answers.put(b))
        return self

    def __exit__(self, *_: object) -> None:
        self.link.close()

    def set(self, device: str, path: str, value: Value) -> None:
        """Change a value at the panel."""
        self._do(device, {"type": "set", "path": path, "value": value})

    def behave(self, device: str, manner: str, **details: Any) -> None:
        """Make a controller ``normal``, ``reject``, ``clamp`` (limit), ``slow`` (seconds) …"""
        self._do(device, {"manner": manner, **details})

    def _do(self, device: str, body: dict[str, Any]) -> None:
        topic = self.topics.at(device, PANEL, "cmd", secrets.token_hex(6))
        self.link.say(topic, body)
        try:
            answer = self._answers.get(timeout=ANSWER_S)
        except queue.Empty:
            raise BadInput(f"the panel of {device} does not answer; is it running?") from None
        if not answer.get("ok"):
            raise BadInput(str(answer.get("reason")))
