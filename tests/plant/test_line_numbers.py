"""The line against exact results: queues, tandems, breakdowns, cards, crews, OEE."""

from __future__ import annotations

import pytest

from tests.plant.exact_lines import CASES, MTTF_100, Case, queue
from tests.plant.lines import EXPONENTIAL, hold, scenario, serial, throughput, values
from twin.kpi import compute, evaluate
from twin.records import Event, Facts, State
from twin.simulate import simulate


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_reference_engine_gives_exact_results(case: Case) -> None:
    case.check(values)


def test_ten_stations():
    line = {"stations": serial([{**EXPONENTIAL, "buffer": 5}] * 10)}
    throughput(line, 0.76347, 0.04, 1500, runs=8)


# -- conservation, Little, OEE ------------------------------------------------------------------


def test_nothing_is_lost_and_little_holds():
    station = {**EXPONENTIAL, **MTTF_100, "on_failure": "scrap", "buffer": 2}
    line = {**queue(0.5, {}), "stations": serial([station] * 4)}
    asked = scenario(line, 20_000)
    facts = simulate(asked)
    kpi = compute(asked, facts)
    left = kpi["line.parts"] + kpi["line.scrap"]
    wip = [row.value for row in facts.samples if row.channel == "wip"][-1]
    assert kpi["line.entered"] == left + wip
    assert kpi["line.scrap"] > 100
    resume = {**line, "stations": serial([{**station, "on_failure": "resume"}] * 4)}
    found = values(
        scenario(resume, 8000, 500), ["line.wip", "line.throughput", "line.lead_time"], 10
    )
    product = found[:, 1] / 3600 * found[:, 2] * 60
    hold(found[:, 0] / product, 1.0, 0.05)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_states_partition_planned_time(seed):
    station = {**EXPONENTIAL, **MTTF_100, "buffer": 2, "servers": 2}
    line = {"stations": serial([station, {**station, "servers": 1}])}
    asked = scenario(line, 5000, warmup=333.3, seed=seed)
    kpi = compute(asked, simulate(asked))
    for key in ("s1", "s2"):
        states = ("working", "starved", "blocked", "down")
        total = sum(kpi[f"line.stations.{key}.{state}"] for state in states)
        assert total == pytest.approx(100.0, abs=1e-9)


def test_oee_as_iso_22400_2_says():
    """PBT 420 min, APT 373 min, PRI 1 s, PQ 19,271, GQ 18,848."""
    asked = scenario({"stations": {"s1": {"cycle_time": 1, "defect_rate": 1}}}, 420 * 60)
    facts = Facts(end=420 * 60.0)
    facts.states.append(State(0.0, "line.stations.s1", "working"))
    facts.states.append(State(373 * 60.0, "line.stations.s1", "down"))
    for index in range(19_271):
        facts.events.append(Event(1.0, "line.stations.s1", "made", str(index), 1.0))
    for index in range(19_271 - 18_848):
        facts.events.append(Event(1.0, "line.stations.s1", "defect", str(index), 0.0))
    kpi = evaluate(asked.measures, facts)
    for name, expected in (
        ("availability", 0.888095), ("effectiveness", 0.861081), ("quality", 0.978050),
        ("oee", 0.747937),
    ):  # fmt: skip
        assert kpi[f"line.stations.s1.{name}"] / 100 == pytest.approx(expected, abs=5e-7)
