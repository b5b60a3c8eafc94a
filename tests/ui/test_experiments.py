"""The page Experiments: what it says of finished ones, what a form asks, where it leads."""

from __future__ import annotations

import csv
import io
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from twin import history, jobs, store
from twin.errors import BadInput
from twin.experiment.gist import gist
from twin.experiment.stored import compare_stored
from twin.ui import baseline, links
from twin.ui import experiment_asked as asking
from twin.ui import experiment_charts as charts
from twin.ui import experiment_words as words
from twin.ui.context import Context, offer, shipped_files
from twin.ui.experiment_told import Found, found
from twin.ui.i18n import LANGUAGES, use_language
from twin.ui.links import View
from twin.ui.pages import _experiments_form as form
from twin.ui.pages import _experiments_history as past
from twin.ui.pages import _experiments_new as new
from twin.ui.pages import _experiments_pair as pair
from twin.ui.pages import _experiments_points as points
from twin.ui.pages import _experiments_said as saying
from twin.ui.pages import experiments as page
from twin.ui.pages._experiments_ids import Ids
from twin.worker import Worker

SPEED, COST = "mill.cutting_speed", "mill.cost_per_part"
GRID: dict[str, Any] = {
    "vary": [f"{SPEED}=160:200:3", "mill.coolant=flood,dry"], "design": "grid", "minimise": COST,
    "subject_to": ["mill.tool_breaks<=40"], "pareto": ["mill.throughput", "mill.energy_per_part"],
}  # fmt: skip
STUDIES: dict[str, dict[str, Any]] = {
    "grid": GRID,
    "line": {**GRID, "vary": [f"{SPEED}=160:200:3"]},
    "tornado": {**GRID, "design": "tornado"},
    "sobol": {**GRID, "vary": [f"{SPEED}=100:300", "mill.tool_cost=20:40"], "design": "sobol",
              "points": 8, "replications": 2},
    "morris": {**GRID, "vary": [f"{SPEED}=100:300", "mill.tool_cost=20:40"], "design": "morris",
               "points": 4, "replications": 2},
    "optimise": {"vary": [f"{SPEED}=120:220"], "minimise": COST, "runs": 24, "replications": 3,
                 "confirm": 8, "subject_to": ["mill.tool_breaks<=40"]},
}  # fmt: skip


@pytest.fixture(scope="module")
def twins() -> Context:
    return offer(shipped_files())


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One finished experiment of every design, and a comparison, in a home of their own."""
    home = tmp_path_factory.mktemp("experiments-home")
    file = str(offer(shipped_files()).file("mill"))
    usual = {"scenario": file, "values": {"horizon": 1}, "replications": 6, "beside": True}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TWIN_HOME", str(home))
        asked = {name: ("optimise" if name == "optimise" else "sweep", {**usual, **one})
                 for name, one in STUDIES.items()}  # fmt: skip
        asked["compare"] = ("compare", {"scenario": file, "values": {SPEED: 220}, "sense": False,
                                        "base_values": {"horizon": 1},
                                        "replications": 8})  # fmt: skip
        ids = {name: jobs.submit(kind, one).id for name, (kind, one) in asked.items()}
        Worker().run(until_empty=True)
        found_ = {name: jobs.get(one) for name, one in ids.items()}
    return home, found_


@pytest.fixture(autouse=True)
def at_home(done: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWIN_HOME", str(done[0]))


@pytest.fixture
def told(done: Any) -> dict[str, Found]:
    return {name: it for name, job in done[1].items() if (it := found(job)) is not None}


def test_every_experiment_has_a_finding_in_every_language(done: Any) -> None:
    listed = history.experiments()
    assert {one.state for one in listed} == {"done"}
    try:
        for tag in LANGUAGES:
            use_language(tag)
            said = [words.finding(one) for one in listed]
            assert all(said)
            assert not any("{" in text for text in said)
    finally:
        use_language("en")


def test_the_best_point_is_the_one_with_the_best_mean(told: dict[str, Found]) -> None:
    it = told["line"]
    number = it.document["best"]["number"]
    means = [one["kpis"][COST]["value"] for one in it.points]
    assert min(means) == means[number]
    now = it.points[number]["values"][SPEED] == 180
    assert ("As it is now" if now else it.setting(number)) in it.headline()


@pytest.mark.parametrize(("value", "verdict", "words_"), [
    (-0.4, "better", "cheaper by 0.40 EUR/part (0.30 to 0.50), surely best of 6"),
    (-0.4, "cannot tell", "cannot be told from how it is now"),
    (0.0, "cannot tell", "None of 6 points is better than now"),
    (0.4, "worse", "None of 6 points is better than now"),
])  # fmt: skip
def test_what_cannot_be_told_is_not_said_to_be_better(
    value: float, verdict: str, words_: str
) -> None:
    low, high = (-0.5, -0.3) if verdict == "better" else (value - 0.5, value + 0.5)
    gain = {"value": value, "low": low if value else 0.0, "high": high if value else 0.0,
            "verdict": verdict, "more_runs": None}  # fmt: skip
    kpi = {"value": 3.0, "low": 2.9, "high": 3.1, "unit": "EUR/part"}
    best = {"values": {SPEED: 180.0}, "p_correct": 0.995, "as_good": 0, "gain": gain, "kpi": kpi}
    gist = {"design": "grid", "points": 6, "objective": {"kpi": COST, "maximise": False},
            "varied": [SPEED], "best": best}  # fmt: skip
    assert words_ in words.of_gist("sweep", gist)


def test_a_parameter_without_effect_is_named(
    twins: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWIN_HOME", str(tmp_path))
    asked = {"scenario": str(twins.file("mill")), "values": {"horizon": 1}, "replications": 6,
             "beside": True, "design": "grid", "minimise": "mill.tool_breaks",
             "pareto": ["mill.throughput", "mill.energy_per_part"]}  # fmt: skip
    varied = {"alone": ["mill.tool_cost=20:60:3"],
              "with": ["mill.tool_cost=20:60:3", f"{SPEED}=160:240:2"]}  # fmt: skip
    ids = {name: jobs.submit("sweep", {**asked, "vary": vary}).id for name, vary in varied.items()}
    Worker().run(until_empty=True)
    alone, both = found(jobs.get(ids["alone"])), found(jobs.get(ids["with"]))
    assert alone is not None
    assert both is not None
    assert alone.headline() == "Tool cost made no difference to Tool breaks"
    assert both.document["no_difference"] == ["mill.tool_cost"]
    assert "Tool cost made no difference to Tool breaks." in str(saying.said(both, "mill"))
    chart = charts.pareto(both, "mill.throughput", "mill.energy_per_part", "light")
    assert " of 2 different results " in chart.finding
    gist_ = {**gist("sweep", both.document, []), "best": None, "objective": None}
    assert " of 2 different results " in words.of_gist("sweep", gist_)


def test_a_cancelled_sweep_says_how_far_it_came(
    twins: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWIN_HOME", str(tmp_path))
    asked = {"scenario": str(twins.file("mill")), "values": {}, "replications": 2, **GRID}
    job = jobs.submit("sweep", asked)
    jobs.cancel(job.id)
    phase = {"job": job.id, "state": "cancelled", "error": ""}
    early = str(saying.trouble(phase))
    assert "stopped before a point was finished" in early
    monkeypatch.setattr(jobs, "get", lambda _id: replace(job, done=36, total=501))
    shown = str(saying.trouble(phase))
    assert "36 of 501 points were finished when it was stopped" in shown
    assert Ids.AGAIN in shown


def test_a_line_is_drawn_over_one_parameter_and_a_map_over_two(told: dict[str, Found]) -> None:
    line = charts.main(told["line"], COST, SPEED, "light")
    assert line.figure is not None
    dots = line.figure.data[-1]
    assert list(dots.x) == [160.0, 180.0, 200.0]
    assert list(dots.y) == [one["kpis"][COST]["value"] for one in told["line"].points]
    assert list(dots.marker.symbol).count("star") == 1
    chart = charts.main(told["grid"], COST, SPEED, "dark")
    assert chart.figure is not None
    heat = chart.figure.data[0]
    assert heat.z.shape == (2, 3)
    assert np.isfinite(heat.z).all()
    assert sum("★" in text for row in heat.text for text in row) == 1
    assert len(chart.rows) == 6
    assert len(chart.head) == len(chart.rows[0])


def test_no_point_of_the_front_is_beaten(told: dict[str, Found]) -> None:
    it = told["grid"]
    one, other = "mill.throughput", "mill.energy_per_part"
    chart = charts.pareto(it, one, other, "light")
    on = [place for place, row in enumerate(chart.rows) if row[-1] == "◆"]
    assert on == sorted(it.document["pareto"])
    assert chart.finding.startswith(f"{len(on)} of 6")
    assert charts.pareto(it, one, one, "light").figure is None


def test_the_tornado_has_its_weightiest_parameter_on_top(told: dict[str, Found]) -> None:
    chart = charts.tornado(told["tornado"], "dark")
    assert chart.figure is not None
    top = chart.figure.layout.yaxis.ticktext[-1]
    bars = told["tornado"].document["tornado"]
    assert top == words.parameter(max(bars, key=lambda bar: abs(bar["change"]["value"]))["path"])
    assert len(chart.rows) == 4
    sure = [bar for bar in bars if bar["change"]["verdict"] != "cannot tell"]
    assert told["tornado"].headline().startswith(top if sure else "None of these")


def test_shares_of_variance_are_drawn_with_their_intervals(told: dict[str, Found]) -> None:
    chart = charts.sobol(told["sobol"], "light")
    assert chart.figure is not None
    assert chart.rows[0][0] == "Cutting speed"
    assert len(chart.figure.data) == 2


def test_a_screening_of_the_command_line_is_shown(twins: Context, told: dict[str, Found]) -> None:
    it = told["morris"]
    chart = charts.morris(it, "dark")
    assert chart.figure is not None
    assert [row[0] for row in chart.rows] == ["Cutting speed", "Tool cost"]
    assert it.headline() == "Cutting speed weighs most on Cost per part"
    assert asking.of_payload("sweep", it.payload, twins.scenario("mill")).design == "morris"


def test_a_search_shows_its_promise_beside_what_was_confirmed(told: dict[str, Found]) -> None:
    it = told["optimise"]
    trace, gain = charts.trace(it, "light"), charts.gain(it, "light")
    assert len(trace.rows) == len(it.document["trials"]) == 8
    assert gain.rows[0][0] == "the search promised"
    assert gain.figure is not None
    assert trace.figure is not None
    confirmed = it.document["gain"]["value"]
    assert gain.figure.data[1].x[0] == confirmed
    assert gain.figure.data[2].x[0] == -it.document["search_gain"]  # less was wanted


def test_a_point_leads_to_what_if_with_its_values(told: dict[str, Found]) -> None:
    it = told["grid"]
    shown = str(points.panel(it, 5, "mill"))
    speed, coolant = (it.points[5]["values"][path] for path in it.paths)
    assert f"set={SPEED}={speed:g}" in shown
    assert f"set=mill.coolant={coolant}" in shown
    assert "set=horizon=1" in shown
    assert "/what-if?scenario=mill" in shown
    assert "/what-if" not in str(points.panel(it, 5, ""))  # its scenario is not offered here


def test_the_table_has_the_best_first_and_sorts_by_numbers(told: dict[str, Found]) -> None:
    columns, rows = points.table(told["grid"])
    assert [row["k0"] for row in rows] == sorted(row["k0"] for row in rows)
    assert rows[0]["mark"].startswith("★")
    fields = {column["field"] for column in columns}
    assert {"mark", "p0", "p1", "k0", "d", "held"} <= fields
    _columns, tried = points.table(told["optimise"])
    assert len(tried) == 8


def test_the_file_holds_every_point_and_figure(told: dict[str, Found]) -> None:
    it = told["grid"]
    head, *rows = csv.reader(io.StringIO(points.as_csv(it).removeprefix("\ufeff")))
    assert len(rows) == 6
    place = head.index(f"{COST} [EUR/part]")
    assert [float(row[place]) for row in rows] == [p["kpis"][COST]["value"] for p in it.points]
    for name in ("optimise", "sobol", "morris", "tornado"):
        assert len(points.as_csv(told[name]).splitlines()) > 2


# -- the history --------------------------------------------------------------------------------


def test_the_history_finds_by_any_word(twins: Context) -> None:
    listed = history.experiments()
    rows = past.rows(listed, twins)

    def ids(text: str, kind: str = past.ALL) -> set[str]:
        return {row["kind"] for row in past.wanted(rows, listed, text, kind, "", hidden=False)}

    assert ids("") == {"Grid", "Tornado", "Sobol'", "Morris", "Optimise", "Comparison"}
    assert ids("SOBOL housing") == {"Sobol'"}
    assert ids("", "optimise") == {"Optimise"}
    assert ids("xyzzy") == set()
    elsewhere = str(twins.file("line"))
    assert past.wanted(rows, listed, "", past.ALL, elsewhere, hidden=False) == []


def test_a_comparison_opens_in_what_if_and_a_sweep_here(twins: Context, done: Any) -> None:
    by_kind = {row["kind"]: row["href"] for row in past.rows(history.experiments(), twins)}
    assert by_kind["Comparison"].startswith("/what-if?scenario=mill&set=mill.cutting_speed=220")
    assert f"job={done[1]['compare'].id}" in by_kind["Comparison"]
    assert by_kind["Tornado"] == f"/experiments?scenario=mill&job={done[1]['tornado'].id}"


def test_an_experiment_is_put_away_and_brought_back(done: Any) -> None:
    identity = done[1]["sobol"].id
    assert past.act({"rowId": identity, "value": "hide"}) == identity
    assert [one.id for one in history.experiments() if one.hidden] == [identity]
    assert past.act({"rowId": identity, "value": "show"}) == ""
    assert not any(one.hidden for one in history.experiments())


def test_a_waiting_experiment_can_be_cancelled_from_its_row(
    twins: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWIN_HOME", str(tmp_path))
    asked = {"scenario": str(twins.file("mill")), "values": {}, "replications": 2, **GRID}
    job = jobs.submit("sweep", asked)
    (row,) = past.rows(history.experiments(), twins)
    assert (row["act"], row["state"]) == ("cancel", "Waiting for a worker…")
    past.act({"rowId": job.id, "value": "cancel"})
    (row,) = past.rows(history.experiments(), twins)
    assert (row["act"], row["state"], row["level"]) == ("hide", "cancelled", "amber")


# -- a new one ----------------------------------------------------------------------------------


def test_an_address_gives_the_same_form_again(twins: Context) -> None:
    scenario = twins.scenario("mill")
    for asked in (
        asking.usual(asking.Asked(), scenario),
        asking.Asked("sample", (f"{SPEED}=100:200",), COST, False, ("mill.tool_breaks<=1",), 7, 30,
                     400, 40, ("file",)),
        asking.Asked("optimise", (f"{SPEED}=100:200", "mill.coolant=flood,dry"), "mill.throughput",
                     True, (), 4, 40, 90, 12, ("file",)),
    ):  # fmt: skip
        address = links.write("experiments", "mill", asked.query())
        view = links.read("/experiments", address.partition("?")[2], "overview", "mill")
        assert asking.of_address(view, scenario) == asked


def test_what_the_form_asks_is_what_the_queue_takes(twins: Context) -> None:
    start = baseline.of_address(twins, "mill", ["file"])
    for design in asking.DESIGNS:
        vary = tuple(asking.spread(start.scenario, path) for path in (SPEED, "mill.coolant"))
        asked = asking.usual(asking.Asked(design, vary), start.scenario)
        estimate = asking.check(asked, start)
        job = jobs.submit(asked.kind, asked.payload(start))
        jobs.cancel(job.id)
        assert 0 < estimate.variants <= estimate.runs
        assert asked.kind == job.kind


def test_controls_are_read_as_the_command_line_writes_them() -> None:
    ids = {"low": [form.vary_id("a.x", "low")], "high": [form.vary_id("a.x", "high")],
           "steps": [form.vary_id("a.x", "steps")], "options": [form.vary_id("a.c", "options")],
           "remove": [form.vary_id("a.c", "remove"), form.vary_id("a.x", "remove")]}  # fmt: skip
    given = {"low": [1], "high": [2.5], "steps": [4], "options": [["u", "v"]],
             "kpi": ["a.k", None], "sign": ["≥", "≤"], "bound": [3, 4]}  # fmt: skip
    asked = new.read("grid", ids, given, "a.g", "more", [8, 40, "64", 12, 400, 40])
    assert asked.vary == ("a.c=u,v", "a.x=1:2.5:4")
    assert asked.keep == ("a.k>=3",)
    assert (asked.replications, asked.points, asked.maximise) == (8, 40, True)
    assert new.read("sobol", ids, given, "a.g", "less", [8, 40, "64", 12, 400, 40]).points == 64
    assert new.read("morris", ids, given, "a.g", "less", [8, 40, "64", 12, 400, 40]).points == 12
    assert (
        new.read("sample", ids, given, "a.g", "less", [8, 40, "64", 12, 1, 1]).vary[1]
        == "a.x=1:2.5"
    )


@pytest.mark.parametrize(("vary", "keep", "replications", "where", "said"), [
    ([f"{SPEED}=10:20000:3"], (), 5, SPEED, "5 to 2000 m/min"),
    ([f"{SPEED}=10::3"], (), 5, SPEED, "LO not above HI"),
    (["mill.coolant="], (), 5, "mill.coolant", "is not PATH=A,B,C"),
    ([f"{SPEED}=100:200:3"], ("mill.tool_breaks<=abc",), 5, "", "subject-to"),
    ([f"{SPEED}=100:200:3"], (), 0, "", "allowed 1 or more"),
    ([f"{SPEED}=100:200:5000"], (), 5, "", "allowed 2000 points"),
    (["mill.axial_depth=1:49:2"], (), 5, "", "would be"),
    ([], (), 5, "", "nothing to vary"),
])  # fmt: skip
def test_a_fault_stands_beside_its_field(
    twins: Context, vary: list[str], keep: tuple[str, ...], replications: int, where: str,
    said: str,
) -> None:  # fmt: skip
    start = baseline.of_address(twins, "mill", ["file"])
    asked = asking.Asked("grid", tuple(vary), COST, False, keep, replications)
    _estimate, faults = new.judge(asked, start)
    paths = [text.partition("=")[0] for text in vary]
    beside, rest = new.split(faults, asked, paths)
    if where:
        assert said in beside[paths.index(where)]
        assert rest == []
    else:
        assert said in str(rest)


def test_an_experiment_is_asked_again_as_it_was(twins: Context, done: Any) -> None:
    for name in ("grid", "sobol", "optimise"):
        job = done[1][name]
        view = View("experiments", "mill", {"new": ("1",), "from": (job.id,)})
        asked, start = new._asked(view, twins)
        assert start.values == {"horizon": 1}
        assert list(asked.vary) == job.payload["vary"]
        assert asked.keep == tuple(job.payload["subject_to"])
        assert asked.design == job.payload.get("design", "optimise")


# -- every view ---------------------------------------------------------------------------------


def ids_of(component: Any) -> set[str]:
    return {str(one.id) for one in component._traverse() if getattr(one, "id", None)}


def test_each_address_has_its_view(twins: Context, done: Any) -> None:
    def view(**query: Any) -> Any:
        asked = {key: (value,) for key, value in query.items()}
        return page.layout(View("experiments", "mill", asked), twins)

    assert Ids.GRID in ids_of(view())
    assert Ids.RUN in ids_of(view(new="1"))
    for job in done[1].values():
        shown = ids_of(view(job=job.id))
        assert (Ids.RESULT in shown) == (job.kind != "compare")
    with pytest.raises(BadInput, match="no such job"):
        view(job="nothing")


def test_two_stored_runs_are_compared_as_the_comparison_did(twins: Context, done: Any) -> None:
    result = done[1]["compare"].result
    one, other = result["base"]["run_id"], result["candidate"]["run_id"]
    found_ = compare_stored(one, other)
    for kpi, told_ in found_["difference"]["kpis"].items():
        for key in ("value", "low", "high", "verdict"):
            assert told_[key] == pytest.approx(result["difference"]["kpis"][kpi][key]), kpi
    assert found_["changed"] == result["changed"]
    shown = str(pair.pair(View("experiments", "mill", {"pair": (one, other)})))
    assert "Two runs beside each other" in shown
    assert "Cutting speed 180 → 220" in shown
    refused = str(pair.pair(View("experiments", "mill", {"pair": (one, "gone")})))
    assert "cannot be compared" in refused
    single = str(page.layout(View("experiments", "mill", {"run": (one,)}), twins))
    assert "Cost per part" in single
    assert len(store.list_runs()) == 2


def test_the_list_of_three_hundred_is_there_in_time(twins: Context) -> None:
    began = time.process_time()
    past.rows(history.experiments(), twins)
    assert time.process_time() - began < 2.0
