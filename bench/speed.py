"""How long an answer takes: a year of a shop, what-if questions; the SimPy engine beside."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator

from bench.measure import Figure, cpu
from twin import engines, experiment
from twin.kpi import compute
from twin.scenario import Scenario, first, load, parse
from twin.simulate import simulate

MATERIALS = ("C45", "42CrMo4", "16MnCr5", "C60")
POLICIES = ("fixed_life", "wear_limit", "shift_end")
WEEKS = 365 / 7


def shop(days: float) -> Scenario:
    """Twenty different machines that work around the clock, break down and break tools."""
    plant = {
        f"m{i}": {
            "kind": "cnc",
            "material": MATERIALS[i % 4],
            "cutting_speed": 150 + 3 * i,
            "change_policy": POLICIES[i % 3],
            "time_to_failure": 100,
        }
        for i in range(20)
    }
    return parse({"horizon": f"{days} d", "plant": plant}, "bench")


def _facts_and_kpis(scenario: Scenario, engine: str) -> None:
    compute(scenario, simulate(scenario, engine=engines.choose(engine, scenario)))


def shop_year() -> Iterator[Figure]:
    """Facts of every part and tool of a year, in memory, and all KPIs."""
    year, week = shop(365), shop(7)
    engines.warm()
    started = time.perf_counter()
    spent = cpu(lambda: _facts_and_kpis(year, "fast"))
    wall = time.perf_counter() - started
    slow = WEEKS * cpu(lambda: _facts_and_kpis(week, "simpy"))
    yield Figure("year of a shop of 20 machines, facts and KPIs", spent, "CPU s",
                 "SimPy engine (a week of it × 52.1):", slow, spent / slow)  # fmt: skip
    yield Figure("year of a shop of 20 machines, facts and KPIs", wall, "wall s")


def what_if() -> Iterator[Figure]:
    """Baseline and candidate with intervals, nothing computed before, the answer stored."""
    base = load(first())
    seeds = itertools.count(1)

    def ask(replications: int, engine: str) -> tuple[float, float]:
        fresh = base.with_values({"seed": next(seeds)})
        candidate = fresh.with_values({"mill.cutting_speed": 165})
        started = time.perf_counter()
        spent = cpu(
            lambda: experiment.compare(
                fresh, candidate, sense=False, replications=replications, engine=engine
            )
        )
        return spent, time.perf_counter() - started

    engines.warm()
    for n in (20, 100):
        slow, _ = min(ask(n, "simpy") for _ in range(2))
        rounds = [ask(n, "auto") for _ in range(5)]
        spent, wall = (min(column) for column in zip(*rounds, strict=True))
        name = f"what-if: 2 × {n} shifts of the mill, with intervals"
        yield Figure(name, spent, "CPU s", "SimPy engine:", slow, spent / slow)
        yield Figure(name, wall, "wall s")


def shift() -> Iterator[Figure]:
    """One shift of one machine, facts only."""
    scenario = load(first())
    found = {}
    for name in ("fast", "simpy"):
        engine = engines.choose(name, scenario)
        simulate(scenario, engine=engine)
        found[name] = min(
            cpu(lambda chosen=engine: [simulate(scenario, engine=chosen) for _ in range(10)]) / 10
            for _ in range(5)
        )
    fast, slow = found["fast"], found["simpy"]
    yield Figure("one 8 h shift of the mill", 1e3 * fast, "CPU ms", "SimPy engine, ms:",
                 1e3 * slow, fast / slow)  # fmt: skip


def loading() -> Iterator[Figure]:
    """What a process pays once before its first compiled run, when the code is on disk."""
    import subprocess
    import sys

    code = (
        "import time; from twin import engines, experiment; at = time.process_time(); "
        "engines.warm(); print(time.process_time() - at)"
    )
    engines.warm()
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        for _ in range(3)
    ]
    yield Figure("compiled engines: loaded once in a process", min(float(r.stdout) for r in runs),
                 "CPU s")  # fmt: skip


ALL = (shift, what_if, shop_year, loading)
