"""A plant of two devices on a real broker: every part a process that a test may kill."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from twin.devices import broker as brokers
from twin.devices.acl import PANEL_USER
from twin.devices.base import Reading
from twin.devices.change import Change
from twin.devices.desk import Desk
from twin.devices.embedded import prepare
from twin.devices.panel import Panel
from twin.devices.plant import points_document, read
from twin.devices.process import Child

HERE = Path(__file__).parent
ANSWER_S = "0.5"
ROWS = [
    {"path": "mill.speed", "unit": "m/min", "low": 10, "high": 400, "value": 180.0, "risk": 2},
    {"path": "mill.feed", "unit": "mm", "low": 0.05, "high": 0.5, "value": 0.15, "risk": 1},
    {"path": "mill.coolant", "unit": "", "value": "flood", "options": ["dry", "flood"]},
    {"path": "lathe.speed", "unit": "m/min", "low": 10, "high": 400, "value": 120.0},
]


class Nursery:
    """Gateways forked from one process; see gateway_nursery.py."""

    def __init__(self, rig: Rig) -> None:
        script = str(HERE / "gateway_nursery.py")
        command = [sys.executable, script, str(rig.folder), rig.url]
        self.child = Child(command, rig.folder / "nursery.log", rig.env)
        self.child.start()

    def gateway(self, moment: str = "never") -> int:
        """Start a gateway that gets kill -9 at ``moment``; return its process id."""
        process = self.child._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{moment}\n".encode())
        process.stdin.flush()
        return int(json.loads(process.stdout.readline())["pid"])


def gone(pid: int, within_s: float = 5.0) -> bool:
    """Whether this process ends in time."""
    deadline = time.monotonic() + within_s
    while Path(f"/proc/{pid}").exists():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


class Rig:
    """Broker, two controllers and a gateway of one home folder, and the desk in this process."""

    def __init__(self, home: Path, engine: str = "amqtt") -> None:
        document = points_document(ROWS, site="test", area="cell")
        for device in document["devices"]:
            device["options"] = {"answer_s": ANSWER_S}
        self.plant = read(document)
        self.home = home
        self.env = {"TWIN_HOME": str(home)}
        self.engine = engine
        self.folder = prepare(home, self.plant)
        self.port = brokers.free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self.desk = Desk(url=self.url)
        self.broker = brokers.child(self.folder, self.port, engine)
        self.controllers = {name: self._controller(name) for name in ("mill", "lathe")}
        self.gateway = self._gateway()

    def _controller(self, name: str) -> Child:
        arguments = (str(self.folder), self.url, name)
        log = self.folder / f"{name}.log"
        return Child.module("twin.devices.controller", *arguments, log=log)

    def _gateway(self) -> Child:
        arguments = (str(self.folder), self.url)
        log = self.folder / "gateway.log"
        return Child.module("twin.devices.gateway_service", *arguments, log=log, env=self.env)

    def start(self) -> Rig:
        self.broker.start()
        for child in (*self.controllers.values(), self.gateway):
            child.start()
        return self

    def stop(self) -> None:
        for child in (self.gateway, *self.controllers.values(), self.broker):
            child.stop()

    def new_gateway(self) -> None:
        self.gateway.stop()
        self.gateway = self._gateway()
        self.gateway.start()

    def new_broker(self) -> None:
        self.broker.stop()
        self.broker = brokers.child(self.folder, self.port, self.engine)
        self.broker.start()
        # The controllers come back in their own time, on a busy machine later than a push waits.
        live = self.desk.live()
        live.start()
        back = live.wait_for({spec.name for spec in self.plant.devices}, 30.0)
        live.stop()
        assert back, "the controllers did not come back"

    @property
    def panel(self) -> Panel:
        password = brokers.passwords(self.folder, self.plant)[PANEL_USER]
        return Panel(self.plant, self.url, password)

    def held(self) -> dict[str, Reading]:
        return self.desk.held()

    def values(self) -> dict[str, Any]:
        return {path: reading.value for path, reading in self.held().items()}

    def approved(self, settings: dict[str, float | str]) -> Change:
        """A change of these set-points, ready to push."""
        change = self.desk.draft(settings)
        return self.desk.approve(change.id, "approver", without_evidence="a test")

    def other(self, path: str) -> float:
        """A value that the device does not hold."""
        point = self.plant.points[path]
        assert point.low is not None
        now = self.held()[path].value
        return next(v for v in (point.low * 4, point.low * 5) if v != now)

    def settled(self, key: str, within_s: float = 10.0) -> Change:
        """The change once it is settled."""
        return until(lambda: self.desk.settle(key, wait_s=0.5), within_s)


def until(look: Callable[[], Change], within_s: float) -> Change:
    """Look until the change is in a final state."""
    from twin.devices.change import FINAL

    deadline = time.monotonic() + within_s
    while (change := look()).state not in FINAL:
        assert time.monotonic() < deadline, f"still {change.state}: {change.reason}"
        time.sleep(0.1)
    return change
