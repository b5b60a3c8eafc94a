"""Compiled engines of the line against SimPy: the same facts, the same sums, or a refusal."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

from tests.plant import random_lines
from tests.plant.lines import EXPONENTIAL, scenario, serial
from twin import engines, experiment, tallied
from twin.errors import BadInput
from twin.kpi import compute
from twin.scenario import Scenario
from twin.simulate import simulate

SECONDS, WARMUP = 400, 40
PLENTY = 90
"""Random lines of a kind, so that refused ones leave more than fifty."""


def rows(asked: Scenario, engine: engines.Engine) -> object:
    """Every row of a run, in order; or what it was refused for."""
    try:
        facts = simulate(asked, engine=engine)
    except BadInput as error:
        return str(error)
    return [list(table) for table in (facts.events, facts.states, facts.samples)]


def lines(kind: str) -> list[Scenario]:
    """Random lines of one kind that are lines, and that a compiled engine does not refuse."""
    found = []
    for seed in range(PLENTY):
        try:
            line = getattr(random_lines, kind)(seed)
            asked = scenario(line, SECONDS, WARMUP, seed)
            engines.choose("fast", asked)
        except BadInput:
            continue
        found.append(asked)
    return found


@pytest.mark.parametrize("kind", ["serial", "plain", "general", "assembly"])
def test_facts_are_those_of_simpy(kind: str) -> None:
    found: Counter[str] = Counter()
    for asked in lines(kind):
        engine = engines.choose("fast", asked)
        assert rows(asked, engine) == rows(asked, engines.SIMPY), asked.document
        found[engine.name] += 1
    assert found["max-plus" if kind == "serial" else "calendar"] >= 50


@pytest.mark.parametrize("kind", ["serial", "plain", "general", "assembly"])
def test_sums_give_the_kpis_of_the_rows(kind: str) -> None:
    for asked in lines(kind)[:25]:
        engine = engines.choose("fast", asked)
        try:
            wanted = compute(asked, simulate(asked, engine=engine))
        except BadInput:
            continue
        header = asked.header
        tally = engine.tally(header.seed, header.horizon, header.warmup, lambda: None)
        assert tallied.answerable(asked.measures.values(), tally)
        found = tallied.evaluate(asked.measures, [tally])
        for path, value in wanted.items():
            both_unknown = math.isnan(value) and math.isnan(found[path][0])
            assert both_unknown or found[path][0] == pytest.approx(value, rel=1e-9, abs=1e-9), path


def test_serial_lines_take_the_recursion_and_others_the_calendar() -> None:
    plain = serial([EXPONENTIAL] * 3)
    assert engines.choose("fast", scenario({"stations": plain}, 10)).name == "max-plus"
    double = serial([EXPONENTIAL, {**EXPONENTIAL, "servers": 2}])
    assert engines.choose("fast", scenario({"stations": double}, 10)).name == "calendar"
    fails = {"time_to_failure": "9 s", "time_to_repair": "1 s"}
    away = {**EXPONENTIAL, **fails, "failure_clock": "calendar"}
    assert engines.choose("fast", scenario({"stations": serial([away])}, 10)).name == "calendar"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({"stations": serial([EXPONENTIAL]), "release": "schedule",
          "orders": {"first": {"quantity": 3}}}, "orders"),
        ({"stations": serial([EXPONENTIAL]), "start": {"s1": {"waiting": "2"}}}, "present state"),
        ({"stations": {"a": {"gives": {"out": {"count": 2}}}}}, "stations.a.gives"),
        ({"stations": serial([EXPONENTIAL] * 2),
          "products": {"p": {"steps": {"s1": {}, "s2": {"after": "s1"}}}}}, "products.p.steps"),
    ],
)  # fmt: skip
def test_what_is_not_exact_is_refused_by_name_and_auto_takes_simpy(line: dict, words: str) -> None:
    asked = scenario(line, 10)
    with pytest.raises(BadInput, match=words):
        engines.choose("fast", asked)
    assert engines.choose("auto", asked, replications=10**6).name == "simpy"


def test_the_result_names_the_engine_and_every_engine_gives_its_figures(tmp_path, monkeypatch):
    monkeypatch.setenv("TWIN_HOME", str(tmp_path))
    asked = scenario({"stations": serial([{**EXPONENTIAL, "buffer": 2}] * 3)}, 2000, 200)
    slow = experiment.run(asked, replications=4, engine="simpy", keep=False)
    fast = experiment.run(asked, replications=4, engine="fast", keep=False)
    assert (slow.engine, fast.engine) == ("simpy", "max-plus")
    for path, values in slow.values.items():
        assert fast.values[path] == pytest.approx(values, rel=1e-9, nan_ok=True), path


def test_of_many_runs_only_the_first_writes_rows(monkeypatch):
    written = []

    def counting(*args, **options):
        written.append(options["seed"])
        return simulate(*args, **options)

    monkeypatch.setattr("twin.experiment.work.simulate", counting)
    asked = scenario({"stations": serial([EXPONENTIAL] * 2)}, 500)
    found = experiment.run(asked, replications=5, engine="fast", keep=False)
    assert written == [asked.header.seed]
    assert len(set(found.values["line.parts"])) > 1


def test_one_more_place_is_seen_in_a_hundred_pairs():
    """Common random numbers: pairs tell at least 50 times more than independent runs."""
    station = {**EXPONENTIAL, "buffer": 5}
    base = scenario({"stations": serial([dict(station) for _ in range(10)])}, 26_200, 1_300)
    candidate = base.with_values({"line.stations.s6.buffer": 6})
    found = experiment.compare(base, candidate, replications=100, engine="fast", sense=False)
    path = "line.throughput"
    one, other = (result.values[path] for result in (found.base, found.candidate))
    alone = np.var(one, ddof=1) + np.var(other, ddof=1)
    paired = np.var(np.subtract(other, one), ddof=1)
    assert found.differences[path].verdict == "better"
    assert alone / paired >= 50
