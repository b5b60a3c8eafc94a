"""Figures of sweeps: what a run costs beside its simulation."""

from __future__ import annotations

import os
import resource
import statistics
import tempfile
import time

from bench.measure import Figure
from twin import experiment
from twin.experiment.work import replicate_some, variant
from twin.scenario import Scenario, parse

RUNS = 1000
ROUNDS = 3


def _trivial() -> Scenario:
    stations = {"a": {"cycle_time": 1.0}}
    return parse(
        {"horizon": "60 s", "plant": {"l": {"kind": "line", "stations": stations}}}, "bench"
    )


def _cpu() -> float:
    """CPU seconds of this process and of the workers that have ended."""
    mine, theirs = (resource.getrusage(who) for who in
                    (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))  # fmt: skip
    return mine.ru_utime + mine.ru_stime + theirs.ru_utime + theirs.ru_stime


def overhead() -> list[Figure]:
    """1,000 points of one trivial run on two processes, from asking to stored rows and intervals.

    The simulations alone, of variants that are there, are taken off; everything else counts:
    checking the points, starting workers, sending, saving, gathering.
    """
    base = _trivial()
    axis = experiment.read_axis(f"l.stations.a.cycle_time=1:2:{RUNS}")
    asked = [variant(base.with_values({axis.path: value})) for value in axis.values]
    home = os.environ.get("TWIN_HOME", "")
    spent, walls = [], []
    try:
        for _ in range(ROUNDS):
            os.environ["TWIN_HOME"] = tempfile.mkdtemp(prefix="twin-bench-")
            cpu = _cpu()
            for one in asked:
                list(replicate_some(one, [0]))
            simulated, cpu, wall = _cpu() - cpu, _cpu(), time.perf_counter()
            experiment.sweep(base, [axis], replications=1, workers=2)
            spent.append(_cpu() - cpu - simulated)
            walls.append(time.perf_counter() - wall - simulated / 2)
    finally:
        os.environ["TWIN_HOME"] = home
    name = f"sweep of {RUNS} runs on two processes, overhead of a run"
    return [
        Figure(name, 1e3 * statistics.median(spent) / RUNS, "CPU ms"),
        Figure(f"{name}, wall", 1e3 * statistics.median(walls) / RUNS, "ms"),
    ]


ALL = (overhead,)
