"""The line on its compiled engines, beside other simulators in the same run.

The peers run in an environment of their own that ``uv`` makes for them (see ``line_peers``); where
it cannot, the figures stand alone and say so.
"""

from __future__ import annotations

import functools
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.measure import Figure, best
from twin import engines, experiment
from twin.scenario import Scenario, parse

PEERS = ("simpy==4.1.2", "salabim==26.0.9", "ciw==3.2.7", "cimba==0.9.5")
PARTS, SECONDS, SECONDS_FAILING = 20_000, 26_196, 39_715
"""Parts that the line finishes in so many seconds; with breakdowns."""
FAILURES = {
    "time_to_failure": "100 s", "time_to_repair": "10 s", "failure_clock": "calendar",
}  # fmt: skip


def scenario(seed: int = 1, *, general: bool = False, fails: bool = False) -> Scenario:
    """Ten exponential stations with five places between; ``general`` asks for the calendar.

    With ``fails`` they break down by the calendar clock, which the recursion has not.
    """
    plain = {"cycle_time": 1.0, "cycle_spread": 1.0, "buffer": 5, **(FAILURES if fails else {})}
    stations = {f"s{i}": dict(plain) for i in range(10)}
    if general:
        # Every part leaves by a draw of its way: the recursion has no ways.
        stations["s9"]["split"] = {"out": {"share": 1.0}}
    line = {"kind": "line", "stations": stations}
    seconds = SECONDS_FAILING if fails else SECONDS
    return parse({"horizon": f"{seconds} s", "seed": seed, "plant": {"line": line}}, "bench")


@functools.cache
def peers() -> dict[str, Any]:
    """CPU seconds and throughput of the same line elsewhere; empty where they cannot be had."""
    uv = Path(sys.executable).with_name("uv")
    wanted = [word for name in PEERS for word in ("--with", name)]
    script = Path(__file__).with_name("line_peers.py")
    command = [str(uv), "run", "--quiet", "--no-project", "--python", sys.executable, *wanted]
    try:
        done = subprocess.run(
            [*command, str(script), str(PARTS), "3"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"no peers: {getattr(error, 'stderr', '') or error}", file=sys.stderr)
        return {}
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def parts_a_second(asked: Scenario, name: str) -> float:
    """Parts finished in a second of CPU, drawn and added up, no rows."""
    engine, horizon = engines.choose("fast", asked), asked.header.horizon
    assert engine.name == name, engine.name
    finished = engine.tally(1, horizon, 0.0, lambda: None).counts["line", "part"]
    assert abs(finished / PARTS - 1) < 0.02, finished
    return finished / best(lambda: engine.tally(1, horizon, 0.0, lambda: None), rounds=20)


def _figure(name: str, ours: float) -> Figure:
    found = {peer: PARTS / min(x["cpu_s"]) for peer, x in peers().items()}
    if not found:
        return Figure(f"{name} (peers not installed)", ours, "parts/CPU s")
    listed = ", ".join(f"{peer} {speed:,.0f}" for peer, speed in found.items())
    first = next(speed for peer, speed in found.items() if peer.startswith("cimba"))
    return Figure(name, ours, "parts/CPU s", f"{listed}; cimba", first, ours / first)


def lane() -> Figure:
    """The recursion, sampling and state times included."""
    ours = parts_a_second(scenario(), "max-plus")
    return _figure("line of 10 stations, 20,000 parts, max-plus", ours)


def calendar() -> Figure:
    """The event calendar on the same line."""
    ours = parts_a_second(scenario(general=True), "calendar")
    return _figure("line of 10 stations, 20,000 parts, calendar", ours)


def calendar_failing() -> Figure:
    """The event calendar on the same line, its machines broken down a tenth of the time."""
    ours = parts_a_second(scenario(fails=True), "calendar")
    return Figure("the same with breakdowns by the calendar clock", ours, "parts/CPU s")


def one_more_place() -> Figure:
    """Buffer 5 → 6: two variants of 100 runs of 20,000 parts, intervals, stored."""
    seeds = iter(range(1, 1000))

    def ask() -> None:
        base = scenario(next(seeds)).with_values({"warmup": "1300 s"})
        candidate = base.with_values({"line.stations.s5.buffer": 6})
        experiment.compare(base, candidate, replications=100, engine="fast", sense=False)

    name = "line what-if: 2 × 100 runs × 20,000 parts, with intervals"
    return Figure(name, best(ask, rounds=3), "CPU s")


ALL: tuple[Callable[[], Figure], ...] = (lane, calendar, calendar_failing, one_more_place)
