"""A sweep that is killed: with real processes, nothing lost, nothing computed twice, bit-equal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from twin import kpi_rows

POINTS = int(os.environ.get("TWIN_SWEEP_POINTS", "60"))
"""1000 is the acceptance; fewer show the same in the suite's time."""
SCENARIO = """
horizon = "16 h"
seed = 5
[plant.mill]
kind = "cnc"
time_to_failure = 3
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    file = tmp_path / "mill.toml"
    file.write_text(SCENARIO)
    return file


def command(scenario: Path, home: Path, *more: str) -> subprocess.Popen[str]:
    words = ["sweep", str(scenario), "--vary", f"mill.cutting_speed=120:200:{POINTS}", "-n", "1"]
    return subprocess.Popen(
        [sys.executable, "-c", "from twin.cli.main import main; main()", *words, *more, "--json",
         "-"],
        env={**os.environ, "TWIN_HOME": str(home)}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def ended(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return out


def children(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            rest = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(rest[1]) == pid and rest[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def until(holds: Callable[[], bool], timeout: float = 60.0) -> None:
    stop = time.monotonic() + timeout
    while not holds():
        assert time.monotonic() < stop, "waited in vain"
        time.sleep(0.005)


def stored(home: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("TWIN_HOME", str(home))
    return kpi_rows.computed()


@pytest.mark.skipif(not Path("/proc").exists(), reason="finds worker processes in /proc")
def test_killed_workers_and_a_killed_driver_cost_nothing(scenario, tmp_path, monkeypatch):
    alone, home = tmp_path / "alone", tmp_path / "home"
    expected = ended(command(scenario, alone))
    assert len(json.loads(expected)["points"]) == POINTS
    assert stored(alone, monkeypatch) == POINTS

    driver = command(scenario, home, "--workers", "2")
    until(lambda: stored(home, monkeypatch) >= POINTS // 6)
    os.kill(children(driver.pid)[0], signal.SIGKILL)
    until(lambda: stored(home, monkeypatch) >= POINTS // 2)
    workers = children(driver.pid)  # none where the pool is being made anew after the death
    driver.kill()
    driver.communicate()
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers), 10)
    kept = stored(home, monkeypatch)
    assert POINTS // 2 <= kept < POINTS

    assert ended(command(scenario, home, "--workers", "2")) == expected
    assert stored(home, monkeypatch) == POINTS, "a replication was computed twice"


def test_ctrl_c_keeps_what_was_finished(scenario, tmp_path, monkeypatch):
    home = tmp_path / "home"
    driver = command(scenario, home, "--workers", "2")
    until(lambda: stored(home, monkeypatch) >= 5)
    os.killpg(driver.pid, signal.SIGINT)
    _out, err = driver.communicate(timeout=30)
    assert driver.returncode == 130
    assert err.endswith("Stopped by you; what was finished is kept.\n")
    assert "Traceback" not in err
    kept = stored(home, monkeypatch)
    assert 5 <= kept < POINTS
    ended(command(scenario, home, "--workers", "2"))
    assert stored(home, monkeypatch) == POINTS
