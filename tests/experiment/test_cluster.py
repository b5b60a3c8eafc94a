"""On a Dask cluster: the same figures, also when a worker of it is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.experiment.test_faults import children, until
from twin import experiment, kpi_rows
from twin.errors import BadInput
from twin.scenario import parse

pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def cluster() -> Iterator[tuple[str, int]]:
    process = subprocess.Popen(
        [sys.executable, "-c", "from twin.cli.main import main; main()", "cluster", "start",
         "--workers", "2", "--port", "0"],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    assert address.startswith("tcp://")
    yield address, process.pid
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0


def mill(hours: int):
    table = {"kind": "cnc", "time_to_failure": 3}
    return parse({"horizon": f"{hours} h", "seed": 5, "plant": {"mill": table}}, "x")


def test_a_cluster_gives_the_same_figures_though_a_worker_is_killed(cluster, tmp_path, monkeypatch):
    address, pid = cluster
    axes = [experiment.read_axis("mill.cutting_speed=120:200:16")]
    expected = experiment.sweep(mill(24), axes, replications=2)
    monkeypatch.setenv("TWIN_HOME", str(tmp_path / "home"))

    def kill_one() -> None:
        until(lambda: kpi_rows.computed() >= 3)
        workers = [p for p in children(pid) if b"spawn_main" in command_line(p)]
        os.kill(workers[0], signal.SIGKILL)

    killer = threading.Thread(target=kill_one)
    killer.start()
    found = experiment.sweep(mill(24), axes, replications=2, cluster=address)
    killer.join()
    assert [r.values for _, r in found] == [r.values for _, r in expected]
    assert kpi_rows.computed() == 32
    again = experiment.sweep(mill(24), axes, replications=2, cluster=address)
    assert all(result.cached for _, result in again)
    assert kpi_rows.computed() == 32


def command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def test_a_cluster_that_is_not_there_is_named():
    with pytest.raises(BadInput, match=r"no Dask scheduler answers there .* twin cluster start"):
        experiment.sweep(mill(1), [experiment.read_axis("mill.cutting_speed=1e2:2e2:2")],
                         replications=1, cluster="tcp://127.0.0.1:9")  # fmt: skip
