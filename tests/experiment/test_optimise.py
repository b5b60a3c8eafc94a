"""Optimisation: the true best is found, the gain is not the search's luck, and it resumes."""

from __future__ import annotations

import numpy as np
import pytest

from twin import kpi_rows
from twin.errors import BadInput
from twin.experiment.dimensions import Dimension, read_dimension
from twin.experiment.goals import limits, objective
from twin.experiment.laboratory import Laboratory
from twin.experiment.optimisation import Question, optimise
from twin.experiment.places import Where
from twin.experiment.sweeps import run_variants
from twin.scenario import Scenario, parse
from twin.simulate import Cancelled


def line() -> Scenario:
    """Three exponential stations, the middle one slow: buffers help, but hold parts."""
    station = {"cycle_time": 1, "cycle_spread": 1, "buffer": 1}
    stations = {"a": station, "b": {**station, "cycle_time": 1.2}, "c": station}
    document = {"horizon": "400 s", "warmup": "60 s", "seed": 1,
                "plant": {"l": {"kind": "line", "stations": stations}}}  # fmt: skip
    return parse(document, "x")


def question(scenario: Scenario, vary: list[str], limit: list[str], **more: object) -> Question:
    dimensions = tuple(read_dimension(text, scenario) for text in vary)
    goal = objective(scenario, None, "l.throughput")
    settings = {"replications": 4, "runs": 60, "confirm": 12, **more}
    return Question(goal, limits(scenario, limit), dimensions, **settings)


def test_the_best_of_all_points_is_found_within_its_limit_and_confirmed():
    # The first buffer feeds the bottleneck, the more the better; WIP grows with it.
    scenario = line()
    asked = question(
        scenario, ["l.stations.b.buffer=0:12", "l.stations.c.cycle_time=0.5:2"], ["l.wip<=9"],
        runs=120,
    )  # fmt: skip
    found = optimise(Laboratory(scenario), asked)
    assert found.confirmed
    assert found.gain.low is not None
    assert found.gain.low > 0
    assert found.limits[0][1] == "met"
    every = [{"l.stations.b.buffer": b, "l.stations.c.cycle_time": 0.5} for b in range(13)]
    truth = run_variants([scenario.with_values(point) for point in every], replications=20)
    within = [r.kpis["l.throughput"].value for r in truth if r.kpis["l.wip"].value <= 9]
    assert len(within) < 13
    assert np.mean(found.best["l.throughput"]) > 0.97 * max(within)


def test_a_small_space_is_searched_whole():
    scenario = line()
    found = optimise(Laboratory(scenario), question(scenario, ["l.stations.b.buffer=0,3,9"], []))
    assert [trial.point["l.stations.b.buffer"] for trial in found.trials] == [0, 3, 9]
    assert found.point == {"l.stations.b.buffer": 9}
    assert found.confirmed


def test_luck_that_won_the_search_is_not_reported_as_a_gain():
    # The points differ in nothing but luck: the search must promise what does not exist.
    scenario = line()
    luck = Dimension("seed", 10, 10_000, whole=True)
    asked = Question(objective(scenario, None, "l.throughput"), (), (luck,), 3, 60, 12)
    found = optimise(Laboratory(scenario), asked)
    assert found.search_gain > 0
    assert found.gain.value == 0
    assert found.gain.verdict == "cannot tell"
    assert not found.confirmed


def test_an_interrupted_search_goes_on_where_it_was_and_workers_change_nothing(
    tmp_path, monkeypatch
):
    scenario = line()
    asked = question(scenario, ["l.stations.b.cycle_time=0.8:1.6"], ["l.wip<=6"])
    expected = optimise(Laboratory(scenario), asked)
    whole = kpi_rows.computed()
    assert expected.computed == whole

    monkeypatch.setenv("TWIN_HOME", str(tmp_path / "other"))
    rows = []
    stopped = Laboratory(scenario, on_row=rows.append, cancelled=lambda: len(rows) > 40)
    with pytest.raises(Cancelled):
        optimise(stopped, asked)
    kept = kpi_rows.computed()
    assert 30 < kept < whole
    again = optimise(Laboratory(scenario, where=Where(workers=2)), asked)
    assert again.computed == whole - kept
    assert kpi_rows.computed() == whole, "a replication was computed twice"
    assert (again.point, again.gain, again.trials) == (
        expected.point, expected.gain, expected.trials,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("l.stations.b.buffer", "is not PATH=LO:HI:N"),
        ("l.stations.b.bufer=1:2", "did you mean 'buffer'"),
        ("l.stations.b.buffer=1:2.5", "whole numbers"),
        ("l.stations.b.buffer=-1:2", "allowed 0 to"),
        ("l.stations.b.cycle_time=3:1", "LO not above HI"),
        ("l.stations.b.cycle_time=1:2:3:4", "is not PATH=LO:HI:N"),
    ],
)
def test_what_may_vary_is_checked(text, message):
    with pytest.raises(BadInput, match=message):
        read_dimension(text, line())


def test_goals_are_checked():
    with pytest.raises(BadInput, match=r"did you mean 'l\.throughput'"):
        objective(line(), None, "l.throughputs")
    with pytest.raises(BadInput, match="give one of"):
        objective(line(), "l.wip", "l.throughput")
    with pytest.raises(BadInput, match="KPI<=X"):
        limits(line(), ["l.wip<9"])
    with pytest.raises(BadInput, match="no such KPI"):
        limits(line(), ["l.wop<=9"])
    (limit,) = limits(line(), ["l.lead_time <= 90 s"])
    assert limit.bound == pytest.approx(1.5)
