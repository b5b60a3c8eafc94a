"""Sweeps and searches in the queue: the same answers as the command line's, and none lost."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.test_jobs import until
from twin import history, jobs, kpi_rows, store
from twin import worker as working
from twin.cli.main import build
from twin.errors import BadInput

SPEED = "mill.cutting_speed"
COST = "mill.cost_per_part"


def question(scenarios: Path, **more: Any) -> dict[str, Any]:
    return {
        "scenario": str(scenarios / "mill.toml"),
        "values": {"horizon": "1 h"},
        "vary": [f"{SPEED}=160:200:3", "mill.coolant=flood,dry"],
        "replications": 6,
        "minimise": COST,
        **more,
    }


def done(kind: str, asked: dict[str, Any]) -> dict[str, Any]:
    job = jobs.submit(kind, asked)
    working.Worker().run(until_empty=True)
    found = jobs.get(job.id)
    assert found.state == "done", found.error
    return found.result


def command(*words: str) -> dict[str, Any]:
    ran = CliRunner().invoke(build(words[0]), [*words, "--json", "-"])
    assert ran.exit_code in {0, 1}, ran.output
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def test_a_sweep_gives_what_the_command_gives(scenarios):
    found = done("sweep", question(scenarios, beside=True, subject_to=["mill.tool_breaks<=1"]))
    stored = kpi_rows.computed()
    told = command(
        "sweep", str(scenarios / "mill.toml"), "--set", "horizon=1 h", "-n", "6",
        "--vary", f"{SPEED}=160:200:3", "--vary", "mill.coolant=flood,dry", "--minimise", COST,
        "--subject-to", "mill.tool_breaks<=1", "--beside",
    )  # fmt: skip
    assert kpi_rows.computed() == stored  # the job had stored every run
    assert found["best"] == told["best"]
    for mine, theirs in zip(found["points"], told["points"], strict=True):
        assert mine["values"] == theirs["values"]
        assert mine["kpis"][COST]["value"] == theirs["kpis"][COST]["value"]
        assert mine["difference"] == theirs["difference"]
    here = [point["values"] for point in found["points"]]
    assert len(here) == 6
    same = {SPEED: 180.0, "mill.coolant": "flood"}
    there = found["points"][here.index(same)]
    assert there["difference"][COST]["value"] == 0.0
    assert found["base"]["kpis"] == there["kpis"]


def test_progress_counts_points_and_the_same_question_is_one_job(scenarios):
    job = jobs.submit("sweep", question(scenarios))
    working.Worker().run(until_empty=True)
    assert (jobs.get(job.id).done, jobs.get(job.id).total) == (6, 6)
    assert jobs.submit("sweep", question(scenarios)).id == job.id
    assert jobs.submit("sweep", question(scenarios, replications=7)).id != job.id


@pytest.mark.parametrize(("design", "points", "variants"), [
    ("sample", 5, 5), ("tornado", None, 5), ("sobol", 8, 32),
])  # fmt: skip
def test_every_design_runs_in_the_queue(scenarios, design, points, variants):
    asked = question(scenarios, design=design, points=points, replications=2)
    if design == "sobol":
        asked["vary"] = [f"{SPEED}=160:200", "mill.tool_cost=20:40"]
    job = jobs.submit("sweep", asked)
    working.Worker().run(until_empty=True)
    found = jobs.get(job.id)
    assert (found.state, found.done, found.total) == ("done", variants, variants)
    if design == "tornado":
        assert {bar["path"] for bar in found.result["tornado"]} == {SPEED, "mill.coolant"}
    elif design == "sobol":
        shares = found.result["sobol"]
        assert [share["path"] for share in shares] == [SPEED, "mill.tool_cost"]
    else:
        assert len(found.result["points"]) == 5
    assert history.experiments()[0].gist["design"] == design


def test_a_search_gives_what_the_command_gives(scenarios):
    asked = question(scenarios, vary=[f"{SPEED}=120:200"], runs=18, replications=3, confirm=6)
    found = done("optimise", asked)
    told = command(
        "optimise", str(scenarios / "mill.toml"), "--set", "horizon=1 h", "-n", "3",
        "--vary", f"{SPEED}=120:200", "--minimise", COST, "--runs", "18", "--confirm", "6",
    )  # fmt: skip
    assert told["runs_computed"] == 0
    for key in ("best", "base", "gain", "confirmed", "search_gain", "finalists"):
        assert found[key] == told[key]
    assert len(found["trials"]) == 6
    assert history.experiments()[0].gist["gain"] == found["gain"]


@pytest.mark.parametrize(("more", "words"), [
    ({"vary": []}, "nothing to vary"),
    ({"vary": [f"{SPEED}=160:20000:3"]}, "allowed 5 to 2000 m/min"),
    ({"vary": [f"{SPEED}=160:170:3", f"{SPEED}=170:180:3"]}, "varied twice"),
    ({"design": "gird"}, "no such design, did you mean 'grid'"),
    ({"design": "sobol", "points": 9}, "a power of two"),
    ({"minimise": "mill.cost"}, "no such KPI"),
    ({"subject_to": ["mill.tool_breaks<1"]}, "is not KPI<=X or KPI>=X"),
    ({"replications": 0}, "allowed 1 or more"),
    ({"vary": ["mill.axial_depth=1:49:2"]}, "there is"),
])  # fmt: skip
def test_a_sweep_that_cannot_be_done_is_refused_before_it_is_queued(scenarios, more, words):
    with pytest.raises(BadInput, match=words):
        jobs.submit("sweep", question(scenarios, **more))
    assert jobs.list_jobs() == []


def test_every_fault_of_a_search_is_named_at_once(scenarios):
    wrong = {"runs": 0, "confirm": 3, "minimise": None, "vary": ["mill.coolant=wet"]}
    with pytest.raises(BadInput) as refused:
        jobs.submit("optimise", question(scenarios, **wrong))
    places = {fault.path for fault in refused.value.faults}
    assert places == {"runs", "confirm", "objective", "mill.coolant"}


def test_a_killed_worker_computes_nothing_twice(scenarios):
    asked = question(scenarios, vary=[f"{SPEED}=160:200:40"], replications=3)
    job = jobs.submit("sweep", asked)
    worker = working.start_worker()
    until(lambda: jobs.get(job.id).done > 2)
    os.kill(worker.pid, signal.SIGKILL)
    worker.stop()
    before = kpi_rows.computed()
    assert 0 < before < 120
    with jobs.engine().begin() as connection:
        connection.execute(jobs.JOBS.update().values(lease=0.0))
    working.Worker().run(until_empty=True)
    found = jobs.get(job.id)
    assert (found.state, found.attempts) == ("done", 2)
    assert found.result["runs_computed"] == 120 - before
    assert kpi_rows.computed() == 120


def test_a_search_is_cancelled_and_taken_up_again(scenarios):
    asked = question(scenarios, vary=[f"{SPEED}=120:240"], runs=90, replications=3, confirm=6)
    job = jobs.submit("optimise", asked)
    worker = working.start_worker()
    try:
        until(lambda: jobs.get(job.id).done > 0)
        jobs.cancel(job.id)
        until(lambda: not jobs.get(job.id).open)
    finally:
        worker.stop()
    assert jobs.get(job.id).state == "cancelled"
    before = kpi_rows.computed()
    found = done("optimise", asked)
    assert found["runs_computed"] == kpi_rows.computed() - before
    assert len(found["trials"]) == 30


def test_what_the_command_line_did_is_seen_and_not_asked_again(scenarios):
    words = ("--set", "horizon=1 h", "--vary", f"{SPEED}=160:200:3", "-n", "2")
    command("sweep", str(scenarios / "mill.toml"), *words, "--minimise", COST)
    command("run", str(scenarios / "mill.toml"), "--set", "horizon=1 h", "-n", "2")
    ran, swept = history.experiments()
    assert (swept.kind, swept.state, swept.by) == ("sweep", "done", "twin sweep")
    assert swept.gist["best"]["values"][SPEED] in {160.0, 180.0, 200.0}
    assert (ran.kind, ran.run_id) == ("run", store.list_runs()[0].run_id)
    assert "mill.throughput" in ran.gist["kpis"]
    assert jobs.submit("sweep", swept.payload).id == swept.id
    assert history.pace(swept.file)[1] == 6


def test_runs_of_the_queue_are_seen_once_and_can_be_hidden(scenarios):
    asked = {**question(scenarios), "sense": False}
    asked["values"] = {SPEED: 170}
    job = jobs.submit("compare", {**asked, "base_values": {"horizon": "1 h"}})
    working.Worker().run(until_empty=True)
    (one,) = history.experiments()
    assert (one.id, one.kind, one.hidden) == (job.id, "compare", False)
    result = jobs.get(job.id).result
    assert one.run_id == result["candidate"]["run_id"]
    assert set(one.gist["difference"]["kpis"]) < set(result["difference"]["kpis"])
    history.hide(job.id)
    assert history.experiments()[0].hidden
    history.hide(job.id, False)
    (back,) = history.experiments()
    assert (back.hidden, back.gist) == (False, one.gist)


def test_the_gist_of_a_job_without_a_note_is_told_late(scenarios):
    job = jobs.submit("sweep", question(scenarios, replications=2))
    working.Worker().run(until_empty=True)
    (noted,) = history.experiments()
    with jobs.engine().begin() as connection:
        connection.execute(history.NOTES.delete())
    (late,) = history.experiments()
    assert (late.id, late.gist) == (job.id, noted.gist)


def test_two_stored_runs_are_compared_by_the_command(scenarios):
    words = ("run", str(scenarios / "mill.toml"), "--set", "horizon=1 h", "-n", "7")
    slow, fast = (command(*words, "--set", f"{SPEED}={speed}") for speed in (170, 200))
    found = command("compare", slow["run_id"], fast["run_id"], "--stored")
    assert found["changed"] == {SPEED: {"from": 170, "to": 200}}
    told = found["difference"]["kpis"][COST]
    assert told["value"] == pytest.approx(fast["kpis"][COST]["value"] - slow["kpis"][COST]["value"])
    assert (told["n"], found["replications"]) == (7, 7)
    ran = CliRunner().invoke(build("compare"), ["compare", slow["run_id"], "nothing", "--stored"])
    assert isinstance(ran.exception, BadInput)
    assert "no run 'nothing'" in str(ran.exception)
