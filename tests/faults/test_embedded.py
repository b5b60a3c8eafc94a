"""The embedded devices as the app runs them: watched, alone in their home, gone with the app."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.faults.rig import ROWS, gone
from twin.devices import broker
from twin.devices.change import State
from twin.devices.desk import Desk
from twin.devices.embedded import POINTS, Embedded, folder_of
from twin.devices.plant import points_document
from twin.errors import BadInput


def test_it_runs_is_watched_and_stops(twin_home: Path) -> None:
    with Embedded(points_document(ROWS[:1])) as devices:
        assert all(row["running"] for row in devices.status())
        with pytest.raises(BadInput, match="run already"):
            Embedded(points_document(ROWS)).start()
        desk = Desk()
        change = desk.draft({"mill.speed": 200.0})
        desk.approve(change.id, "approver", without_evidence="a test")
        assert desk.push(change.id).state is State.CONFIRMED
        pids = {row["name"]: row["pid"] for row in devices.status()}
        for name in ("gateway", "mill"):
            os.kill(pids[name], signal.SIGKILL)
        deadline = time.monotonic() + 15
        while devices.restarts < 2 or not all(row["running"] for row in devices.status()):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert desk.rollback(change.id).state is State.CONFIRMED
        pids = {row["name"]: row["pid"] for row in devices.status()}
    assert all(gone(pid) for pid in pids.values())


APP = """
import json, sys, time
from twin.devices.embedded import Embedded
devices = Embedded(json.loads(sys.argv[1]), broker=sys.argv[2])
devices.start()
print(json.dumps([row["pid"] for row in devices.status()]), flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("engine", ["amqtt", "mosquitto"])
def test_nothing_is_left_when_the_app_is_killed(twin_home: Path, engine: str) -> None:
    if engine == "mosquitto" and broker.mosquitto() is None:
        pytest.skip("mosquitto is not installed")
    document = json.dumps(points_document(ROWS[:1]))
    command = [sys.executable, "-c", APP, document, engine]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as app:
        assert app.stdout is not None
        pids = json.loads(app.stdout.readline())
        app.kill()
    assert len(pids) == 3
    assert all(gone(pid, 5) for pid in pids)
    conf = str(twin_home / "devices" / "mosquitto")
    time.sleep(0.2)
    left = [
        p for p in Path("/proc").glob("[0-9]*/cmdline")
        if conf.encode() in (p.read_bytes() if p.exists() else b"")
    ]  # fmt: skip
    assert left == []


def test_a_second_start_leaves_the_points_of_the_first(twin_home: Path) -> None:
    written = folder_of(twin_home) / POINTS
    with Embedded(points_document(ROWS, title="first")):
        before = written.read_text("utf-8")
        with pytest.raises(BadInput, match="run already"):
            Embedded(points_document(ROWS, title="second", site="elsewhere")).start()
        assert written.read_text("utf-8") == before
