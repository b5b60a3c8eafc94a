"""Compiled engines of the line against long runs of others, and intervals that hold the truth.

Ten stations: exponential work of mean 1 s, five places between; 95 % intervals of 30 million parts
(reliable, operating clock) and of 16 million by Gillespie's method (calendar clock), made without
this code. M/M/1: W = 1 / (mu - lambda). Five stations: the exact Markov chain.
The table of exact results is the one that the reference engine is held to, on runs twenty times
longer; beside it stand lines that nobody published, against formulas and chains of their own.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.plant.exact_lines import CASES, MTTF_100, Case
from tests.plant.lines import EXPONENTIAL, scenario, serial
from tests.plant.markov_line import Chain
from tests.validation import wider_lines
from twin import engines, tallied
from twin.rng import replication_seed
from twin.scenario import Scenario
from twin.statistics import estimate

NORMAL_95, NORMAL_999 = 1.96, 3.29


def values(asked: Scenario, kpis: list[str], runs: int) -> np.ndarray:
    """KPIs of many runs on the compiled engine, one row a run."""
    engine, header = engines.choose("fast", asked), asked.header
    seeds = [replication_seed(header.seed, index) for index in range(runs)]
    tallies = [engine.tally(s, header.horizon, header.warmup, lambda: None) for s in seeds]
    found = tallied.evaluate({kpi: asked.measures[kpi] for kpi in kpis}, tallies)
    return np.column_stack([found[kpi] for kpi in kpis])


@pytest.mark.parametrize("case", CASES, ids=str)
def test_compiled_engines_give_exact_results(case: Case) -> None:
    case.check(values, longer=20)


@pytest.mark.parametrize("case", wider_lines.CASES, ids=str)
def test_lines_that_nobody_published(case: Case) -> None:
    case.check(values)


@pytest.mark.parametrize(
    ("station", "engine", "truth", "half", "seconds"),
    [
        ({}, "max-plus", 0.76347, 0.00019, 150_000),
        (MTTF_100, "max-plus", 0.55446, 0.00031, 250_000),
        ({**MTTF_100, "failure_clock": "calendar"}, "calendar", 0.50359, 0.00059, 250_000),
    ],
)
def test_ten_stations_agree_with_runs_of_millions(station, engine, truth, half, seconds):
    stations = [{**EXPONENTIAL, "buffer": 5, **station} for _ in range(10)]
    asked = scenario({"stations": serial(stations)}, seconds, 5_000)
    assert engines.choose("fast", asked).name == engine
    found = values(asked, ["line.throughput"], 12)[:, 0] / 3600
    error = np.hypot(found.std(ddof=1) / np.sqrt(len(found)), half / NORMAL_95)
    assert error < 0.001
    assert abs(found.mean() - truth) < NORMAL_999 * error


def covered(asked: Scenario, kpi: str, truth: float, runs: int) -> float:
    """Share of 1,000 experiments of so many runs whose 95 % interval holds the truth."""
    found = values(asked, [kpi], 1000 * runs).reshape(1000, runs)
    intervals = [estimate(row.tolist()) for row in found]
    return float(np.mean([e.low <= truth <= e.high for e in intervals]))


def test_intervals_of_a_queue_cover_the_truth() -> None:
    queue = {
        "release": "arrivals", "interarrival_time": 1.25,
        "stations": serial([{**EXPONENTIAL, "buffer": 10_000}]),
    }  # fmt: skip
    asked = scenario(queue, 8_000, 400)
    assert 0.93 <= covered(asked, "line.lead_time", 5.0 / 60.0, 10) <= 0.97


def test_intervals_of_a_line_cover_the_truth() -> None:
    truth = 3600 * Chain((1.0,) * 5, (2,) * 4).throughput()
    stations = [{**EXPONENTIAL, "buffer": 2} for _ in range(5)]
    asked = scenario({"stations": serial(stations)}, 1_000, 200)
    assert 0.93 <= covered(asked, "line.throughput", truth, 10) <= 0.97
