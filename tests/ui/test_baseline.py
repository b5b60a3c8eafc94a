"""What a twin starts from: the scenario file, or what the machine holds now."""

from __future__ import annotations

import json
import re
import time
from datetime import datetime
from typing import Any

import pytest

from twin import jobs
from twin.devices import embedded, plant, present
from twin.devices.broker import POINTS
from twin.devices.desk import Desk
from twin.errors import BadInput
from twin.ui import baseline, change_desk, links, runs
from twin.ui import draft as drafts
from twin.ui.baseline import Held, Start
from twin.ui.components import start as start_line
from twin.ui.components import watch
from twin.ui.context import Context, offer, shipped_files
from twin.ui.pages import what_if
from twin.ui.pages._what_if_question import Question
from twin.ui.wording import day_or_hour
from twin.worker import Worker

SPEED = "mill.cutting_speed"


@pytest.fixture(scope="module")
def twins() -> Context:
    return offer(shipped_files())


@pytest.fixture
def machine(twins: Context, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A machine that holds what the test says; at first what the file says."""
    scenario = twins.scenario("mill")
    document = plant.of_declarations(
        scenario.declarations(), title=scenario.title, site=scenario.header.site
    )
    folder = embedded.folder_of(Desk().home)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / POINTS).write_text(json.dumps(document), encoding="utf-8")
    held = {path: point.value for path, point in Desk().plant.points.items()}

    def live() -> list[dict[str, Any]]:
        return [
            {"path": path, "value": value, "by": "panel", "quality": "good"}
            for path, value in held.items()
        ]

    monkeypatch.setattr(change_desk, "live", live)
    return held


def test_without_a_device_it_is_the_file_silently(twins: Context) -> None:
    start = baseline.now(twins, "mill")
    assert (start.source, start.values, start.query()) == ("file", {}, ["file"])
    assert baseline.sentences(start) == ("", "")
    assert start_line.line(start).hidden


def test_a_machine_that_holds_the_file_is_the_file(twins: Context, machine: dict[str, Any]) -> None:
    assert baseline.sentences(baseline.now(twins, "mill")) == ("", "")


def test_it_follows_the_machine_and_says_so(twins: Context, machine: dict[str, Any]) -> None:
    machine[SPEED] = 200.0
    start = baseline.now(twins, "mill")
    assert start.values == {SPEED: 200}
    assert start.scenario.value(SPEED) == 200
    what, listed = baseline.sentences(start)
    assert what == "Baseline: what the machine holds now."
    assert listed == (
        "Cutting speed 200 m/min, set at the machine; the scenario file says 180 m/min."
    )
    assert baseline.other(start) == ("Compare from the scenario file", ["file"])
    assert runs.baseline(start.file, held=start.values)["base_values"] == {SPEED: 200}


def test_an_address_keeps_its_baseline(twins: Context, machine: dict[str, Any]) -> None:
    machine[SPEED] = 200.0
    start = baseline.now(twins, "mill")
    address = Question(start, drafts.Draft({SPEED: 210}), 4).address("")
    query = links.read("/what-if", address.partition("?")[2], "overview", "mill")
    machine[SPEED] = 190.0
    again = baseline.of_address(twins, "mill", query.all("base"))
    assert (again.source, again.values) == ("earlier", {SPEED: 200})
    from_file = baseline.of_address(twins, "mill", ["file"])
    assert from_file.scenario.value(SPEED) == 180
    assert "190 m/min" in baseline.sentences(from_file)[1]
    assert baseline.of_address(twins, "mill", []).values == {SPEED: 190}
    with pytest.raises(BadInput):
        baseline.of_address(twins, "mill", ["mill.cuting_speed=3"])


def test_another_plants_devices_are_not_asked(twins: Context, machine: dict[str, Any]) -> None:
    machine[SPEED] = 200.0
    assert baseline.now(twins, "cell").values == {}
    assert baseline.now(twins, "mill_longer_tools").values == {}


def test_a_scenario_that_was_changed_since_is_another_plant(twins: Context) -> None:
    scenario = twins.scenario("mill")
    site, model = scenario.header.site, scenario.model_key
    of = plant.of_declarations(scenario.declarations(), title="M", site=site, model=model)
    devices = plant.read(of)
    assert present.is_of(devices, title="M", site=site, model=model)
    assert not present.is_of(devices, title="M", site=site, model="another")
    assert not present.is_of(devices, title="N", site=site, model=model)


def test_what_the_twin_would_refuse_is_said(twins: Context, machine: dict[str, Any]) -> None:
    machine["mill.axial_depth"] = 40.0
    start = baseline.now(twins, "mill")
    assert (start.source, start.scenario.value("mill.axial_depth")) == ("file", 2)
    assert "spindle power would be" in baseline.sentences(start)[1]


def test_a_comparison_from_the_machine_is_one_the_desk_accepts(
    twins: Context, machine: dict[str, Any]
) -> None:
    machine[SPEED] = 200.0
    asked = Question(baseline.now(twins, "mill"), drafts.Draft({SPEED: 210}), 2)
    job = asked.submit()
    from_file = Question(
        baseline.of_address(twins, "mill", ["file"]), drafts.Draft({SPEED: 210}), 2
    )
    assert from_file.submit() != job
    Worker().run(until_empty=True)
    document = jobs.get(job).result
    assert document["changed"] == {SPEED: {"from": 200, "to": 210}}
    change = Desk().draft(asked.values, evidence=document)
    assert [(item.base, item.to) for item in change.items] == [(200, 210)]
    assert any(
        "base=mill.cutting_speed=200" in str(past) for past in what_if.history(twins, "mill")
    )


def test_sensors_run_only_when_their_node_is_asked_for(twins: Context) -> None:
    scenario = twins.scenario("cell")
    start, draft = Start("cell", scenario, scenario), drafts.Draft({SPEED: 200})
    plain, node = Question(start, draft, 2), Question(start, draft, 2, "spindle.alarms")
    assert (plain.sense, node.sense) == (False, True)
    assert Question(start, drafts.Draft({"spindle_x.period": 600}), 2).sense
    assert runs.baseline(scenario)["sense"]
    job = plain.submit()
    assert plain.answered_by(job)
    assert not node.answered_by(job)
    assert what_if.answered(plain, what_if.Ids.KPI, True, job) == (job, "")
    assert what_if.answered(node, what_if.Ids.KPI, False, job) == (job, "stale")


def test_several_set_points_are_counted(twins: Context) -> None:
    scenario = twins.scenario("mill")
    points = ("mill.cutting_speed", "mill.feed_per_tooth", "mill.axial_depth", "mill.change_after")
    held = tuple(Held(path, scenario.value(path) * 0.9) for path in points)
    values = {one.path: one.value for one in held}
    said = baseline.sentences(Start("mill", scenario, scenario, values, held))[1]
    assert said.endswith("And 1 more.")


@pytest.mark.parametrize(
    ("kind", "payload", "said"),
    [("run", {}, "3 of 9 runs"), ("forecast", {}, "3 of 9 tools"),
     ("forecast", {"backtest": True}, "3 of 9 steps"), ("validate", {}, "3 of 9 checks")],
)  # fmt: skip
def test_progress_is_said_in_the_words_of_its_kind(kind: str, payload: Any, said: str) -> None:
    job = jobs.Job("x", kind, payload, "running", 3, 9, 1, "", 0, 0, {}, "")
    assert watch.words(job) == said
    begun = jobs.Job("x", kind, payload, "running", 0, 0, 1, "", 0, 0, {}, "")
    assert watch.words(begun) == "Starting…"


def test_a_result_says_as_of_when_it_is(twins: Context) -> None:
    job = jobs.submit("run", runs.baseline(twins.scenario("mill"), 1))
    assert "as_of" not in watch.look(job.id)[0]
    Worker().run(until_empty=True)
    at = datetime.fromtimestamp(jobs.get(job.id).updated).astimezone()
    assert watch.look(job.id)[0]["as_of"] == f"as of {at:%H:%M}"
    yesterday = time.time() - 30 * 3600
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", day_or_hour(yesterday))
