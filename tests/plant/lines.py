"""Lines for tests: built from tables, run a number of times, held against a number."""

from __future__ import annotations

import numpy as np
from scipy.stats import t as student

from twin.kpi import compute, evaluate
from twin.rng import replication_seed
from twin.scenario import Scenario, parse
from twin.simulate import simulate

EXPONENTIAL = {"cycle_time": 1, "cycle_spread": 1}


def scenario(line: dict, seconds: float, warmup: float = 0.0, seed: int = 1, **plant) -> Scenario:
    """A scenario with one line."""
    header = {"horizon": f"{seconds + warmup:.12g} s", "warmup": f"{warmup:.12g} s", "seed": seed}
    return parse({**header, "plant": {"line": {"kind": "line", **line}, **plant}}, "test")


def serial(stations: list[dict]) -> dict:
    """Stations one behind the other."""
    return {f"s{index + 1}": station for index, station in enumerate(stations)}


def values(asked: Scenario, kpis: list[str], runs: int) -> np.ndarray:
    """KPIs of several runs, one row a run."""
    found = []
    for index in range(runs):
        seed = replication_seed(asked.header.seed, index)
        kpi = evaluate({name: asked.measures[name] for name in kpis}, simulate(asked, seed=seed))
        found.append([kpi[name] for name in kpis])
    return np.array(found)


def hold(sample: np.ndarray, truth: float, width: float) -> None:
    """The 99.9 % interval of the mean holds the truth, and is no wider than it should be.

    ``width`` is the largest half-width that still tells something, as a share of the truth.
    """
    half = student.ppf(0.9995, len(sample) - 1) * sample.std(ddof=1) / np.sqrt(len(sample))
    assert half <= width * abs(truth), f"half-width {half:.4g} says little about {truth:.6g}"
    assert abs(sample.mean() - truth) <= half, f"{sample.mean():.6g} ± {half:.2g}, not {truth:.6g}"


def throughput(line: dict, truth: float, width: float, seconds: float, runs: int = 12) -> None:
    """Good parts a second of a line."""
    asked = scenario(line, seconds, warmup=seconds / 10)
    hold(values(asked, ["line.throughput"], runs)[:, 0] / 3600, truth, width)


def run(line: dict, seconds: float, seed: int = 1):
    asked = scenario(line, seconds, seed=seed)
    facts = simulate(asked)
    return compute(asked, facts), facts


def rows(facts, name: str, source: str = "line") -> list[tuple[float, str, float]]:
    return [(round(e.time, 6), e.subject, round(e.value, 6)) for e in facts.events
            if e.name == name and e.source == source]  # fmt: skip


def states(facts, station: str) -> list[tuple[float, str]]:
    return [
        (round(s.time, 6), s.state) for s in facts.states if s.source == f"line.stations.{station}"
    ]


EVERYTHING = {
    "release": "arrivals", "interarrival_time": 40,
    "products": {"x": {"share": 0.4}, "y": {"share": 0.6}},
    "operators": {"day": {"count": 2, "skills": "work, set", "start": 0, "end": 20}},
    "crew": {"c": {"count": 1}},
    "shifts": {"early": {"start": 2, "end": 22}},
    "stations": {
        "a": {"cycle_time": 50, "cycle_spread": 0.4, "servers": 2, "operator": "work",
              "time_to_failure": 2, "time_to_repair": 10, "failure_clock": "calendar",
              "repair_crew": "c"},
        "b": {"cycle_time": 30, "setup_time": 0.2, "load_time": 3, "operator": "set",
              "operator_for": "setup", "time_to_failure": 1, "on_failure": "restart",
              "time_to_repair": 10, "repair_crew": "c", "buffer": 2},
        "c": {"cycle_time": 100, "batch": 4, "buffer": 8, "time_to_failure": 3,
              "time_to_repair": 10, "failure_clock": "calendar", "on_failure": "scrap"},
    },
}  # fmt: skip
