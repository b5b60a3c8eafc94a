"""The page Tool wear: questions, answers in words, figures, exports, what a browser may send."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from dash.development.base_component import Component

from twin import jobs
from twin.errors import BadInput
from twin.forecast import export, moment, orders, question, reasons, tables
from twin.forecast.export import ATLAS_HEADER, ChangePlan
from twin.forecast.moment import spoken
from twin.forecast.planning import Planning, declared, read_planning
from twin.forecast.question import plain
from twin.simulate import Cancelled
from twin.ui import (
    i18n,
    links,
    wear_asked,
    wear_charts,
    wear_form,
    wear_past,
    wear_take,
    wear_words,
)
from twin.ui import wear_view as view
from twin.ui.context import offer, shipped_files
from twin.ui.pages import tool_wear
from twin.ui.wear_asked import SETTINGS, TABLE, Asked
from twin.ui.wear_layout import NAME, Ids
from twin.worker import RUNNERS, Worker

NOW = datetime(2026, 11, 20, 4, 20, tzinfo=UTC)
YOURS = b"tool,minutes,wear\nT1,5,80\nT1,10,120\nT2,4,60\nT2,9,90\n"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TWIN_HOME", str(tmp_path))
    return tmp_path


def address(query: str) -> links.View:
    return links.read("/tool-wear", query, "overview", "mill")


# -- the question -------------------------------------------------------------------------------


def test_an_address_comes_back_as_it_was_written() -> None:
    name = tables.keep(YOURS)
    asked = Asked(name, "mine (1).csv", {"time_min": "minutes", "vb_mm": "wear"},
                  {"vb_mm": "um"}, read_planning({"limit": 0.25, "duty": 12}), "T 1/ä")  # fmt: skip
    written = links.write(NAME, "mill", asked.query())
    assert wear_asked.read_view(address(written.partition("?")[2])) == asked


def test_an_address_says_only_what_is_not_as_usual() -> None:
    first = wear_asked.read_view(address(""))
    assert first.table == "example-cuts"
    assert first.planning.duty == 2
    assert links.write(NAME, "mill", first.query()) == "/tool-wear?scenario=mill&source=table"


@pytest.mark.parametrize("query", ["limit=x", "limit=99", "hours=-1", "duty=nan", "limit=inf"])
def test_an_address_with_a_bad_number_is_refused_by_name(query: str) -> None:
    with pytest.raises(BadInput) as refused:
        wear_asked.read_view(address(query))
    assert refused.value.faults[0].path == query.partition("=")[0]


def test_a_source_that_is_neither_is_refused_with_what_is_allowed() -> None:
    with pytest.raises(BadInput, match="allowed plant, table") as refused:
        wear_asked.read_view(address("source=xx"), plant=True)
    assert refused.value.faults[0].path == "source"


def test_a_file_name_of_an_address_is_only_words() -> None:
    assert "<" not in wear_asked.read_view(address("file=%3Cimg%20src=x%3E.csv")).file


def test_settings_have_one_declaration_each() -> None:
    assert set(declared()) == set(Planning.__dataclass_fields__)
    for name, entry in declared().items():
        assert getattr(Planning(), name) == pytest.approx(float(entry.default))
        assert entry.source or entry.assumption


def test_the_same_question_is_the_same_job_and_another_limit_is_not() -> None:
    one = jobs.submit("forecast", Asked().question())
    assert jobs.submit("forecast", Asked().question()).id == one.id
    other = Asked(planning=Planning(limit=0.2)).question()
    assert jobs.submit("forecast", other).id != one.id


def test_a_forecast_and_its_back_test_run_as_jobs() -> None:
    ahead = jobs.submit("forecast", Asked().question())
    back = jobs.submit("forecast", Asked().question(backtest=True))
    Worker().run(until_empty=True)
    ahead, back = jobs.get(ahead.id), jobs.get(back.id)
    assert (ahead.state, back.state) == ("done", "done"), ahead.error + back.error
    assert {tool["tool"] for tool in ahead.result["tools"]} == {"c1", "c4", "c6"}
    assert set(back.result["metrics"]) == {"conditions", "next", "origins"}
    assert (ahead.done, ahead.total) == (3, 3)


def test_a_cancelled_forecast_stops() -> None:
    job = jobs.submit("forecast", Asked().question(backtest=True))
    with pytest.raises(Cancelled):
        RUNNERS["forecast"](job.payload, lambda _d, _t: None, lambda: True)


@pytest.mark.parametrize(
    ("payload", "said"),
    [({"table": "../../etc/passwd"}, "no such table"),
     ({"table": "a" * 64}, "no such table"),
     ({"table": "example", "limit_mm": 99}, "allowed 0.0001 to 20 mm"),
     ({"table": "example", "columns": {"tool": "x"}}, "needs no other columns")],
)  # fmt: skip
def test_a_question_that_cannot_be_answered_is_refused_at_once(payload: dict, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        jobs.submit("forecast", payload)


# -- one's own table ----------------------------------------------------------------------------


def test_an_upload_is_kept_by_its_hash_alone(home: Path) -> None:
    name = tables.keep(YOURS)
    assert tables.keep(YOURS) == name
    assert [file.name for file in (home / "uploads").iterdir()] == [f"{name}.csv"]
    assert tables.columns_of(name) == ("tool", "minutes", "wear")


def test_faults_of_an_upload_never_say_where_it_is_kept(home: Path) -> None:
    name = tables.keep(b"tool,time_min,vb_mm\nT1,5,x\nT1,3,0.1\n")
    with pytest.raises(BadInput) as refused:
        tables.open_table(name)
    said = [str(fault) for fault in refused.value.faults]
    assert said == ["your table: line 2, column vb_mm = x: is not a wear: a number is needed"]
    assert str(home) not in "".join(said)


@pytest.mark.parametrize("content", [b"", b"\x00\x01", b"word", b"a,b\n" + b"1,2\n" * 1_300_000])
def test_what_is_no_table_or_too_large_is_not_kept(home: Path, content: bytes) -> None:
    with pytest.raises(BadInput):
        tables.keep(content)
    assert not list((home / "uploads").iterdir()) if (home / "uploads").exists() else True


def test_columns_and_units_of_the_form_become_the_question() -> None:
    name = tables.keep(YOURS)
    stored = {"scenario": "mill", "source": TABLE, "table": name, "file": "", "columns": {},
              "units": {}, "tool": ""}  # fmt: skip
    numbers = [0.3, 48, 30, 30, 150, 8, 15]
    asked = tool_wear.read_stored(stored, numbers, ["tool", "minutes", "wear"], ["unsaid", "um"])
    assert asked.question()["columns"] == {"time_min": "minutes", "vb_mm": "wear"}
    assert asked.question()["units"] == {"vb_mm": "um"}
    table, _planning = question.read(asked.question())
    assert table.tools == ("T1", "T2")
    assert table.records[0].vb_mm.tolist() == [0.08, 0.12]


@pytest.mark.parametrize("tag", ["en", "zh-TW", "zh-CN"])
def test_a_column_whose_name_says_another_unit_is_asked_about_in_every_language(tag: str) -> None:
    stored = {"scenario": "mill", "source": TABLE, "file": "", "columns": {}, "units": {},
              "tool": "",
              "table": tables.keep(b"tool,holes,VB_um\nA,5,0.08\nA,10,nan\nB,4,0.1\n")}  # fmt: skip
    numbers, columns = [0.3, 48, 2, 30, 150, 8, 15], ["tool", "holes", "VB_um"]
    unsaid = tool_wear.read_stored(stored, numbers, columns, ["unsaid", "unsaid"])
    i18n.use_language(tag)
    try:
        with pytest.raises(BadInput) as refused:
            jobs.submit("forecast", unsaid.question())
        said = [wear_words.fault(found).message for found in refused.value.faults]
        for name, word, text in zip(("time_min", "vb_mm"), ("holes", "um"), said, strict=True):
            assert word in text
            assert i18n.t(f"tool_wear.in_unit_{name}") in text
        chosen = tool_wear.read_stored(stored, numbers, columns, ["hole", "mm"])
        table, _planning = question.read(chosen.question())
        assert (table.time_unit, table.n_readings) == ("hole", 2)
        assert len(table.notes) == 3
        assert all(wear_words.reason(note) != note for note in table.notes)
    finally:
        i18n.use_language("en")


def test_a_unit_that_only_the_name_says_can_be_chosen() -> None:
    name = tables.keep(b"tool,time_ms,VB_cm\nA,5,0.08\n")
    asked = Asked(name, columns={"time_min": "time_ms", "vb_mm": "VB_cm"})
    drawn = wear_form.mapping(asked)
    offered = [[o["value"] for o in field.data] for field in drawn.children[-2:]]
    assert "ms" in offered[0]
    assert "hole" in offered[0]
    assert "cm" in offered[1]


def test_a_number_that_is_missing_stands_beside_its_field() -> None:
    stored = {"scenario": "mill", "source": TABLE, "table": "example", "file": "", "columns": {},
              "units": {}, "tool": ""}  # fmt: skip
    with pytest.raises(BadInput) as refused:
        tool_wear.read_stored(stored, ["", 48, 30, 30, 150, 8, 15])
    beside, rest = tool_wear.split(refused.value, SETTINGS[TABLE])
    assert beside[0]
    assert not any(beside[1:])
    assert rest == []


def test_nasa_columns_are_known_without_being_chosen() -> None:
    header = ("case", "run", "VB", "time", "DOC", "feed", "material")
    assert wear_asked.usual_columns(header) == {"tool": "case", "time_min": "time", "vb_mm": "VB"}
    chosen = {"tool": "case", "time_min": "run"}
    assert wear_asked.chosen_columns(header, chosen) == {"time_min": "run"}


# -- words and rows -----------------------------------------------------------------------------


def test_the_riskiest_tool_is_first_and_in_the_heading(document: dict) -> None:
    rows = view.rows(document)
    assert [row["risk"] for row in rows] == sorted((row["risk"] for row in rows), reverse=True)
    assert rows[0]["tool"] in view.finding(document)
    assert rows[0]["chance"] in view.finding(document)


def calm(document: dict, **of_first: object) -> dict:
    tools = [{**tool, "p_fail": 0.02} for tool in view.ranked(document)]
    tools[0] = {**tools[0], **of_first}
    return {**document, "tools": tools}


@pytest.mark.parametrize(
    ("p", "said"), [(0.02, "should last"), (0.3, "may not last"), (0.7, "is likely to fail")]
)
def test_the_heading_says_how_sure_it_is(document: dict, p: float, said: str) -> None:
    assert said in view.finding(calm(document, p_fail=p))


def test_a_tool_at_its_limit_is_said_first(document: dict) -> None:
    over = {"p10": 0.0, "p50": 0.0, "p90": 3.0}
    found = calm(document, p_fail=1.0, remaining_min=over)
    assert "at its wear limit already" in view.finding(found)


def test_a_tool_that_lasts_for_ever_is_not_taken_for_worn(document: dict) -> None:
    never = {"p10": None, "p50": None, "p90": None}
    found = calm(document, remaining_min=never)
    assert "limit already" not in view.finding(found)
    first = view.find(found, found["tools"][0]["tool"])
    assert "limit already" not in view.tool_finding(first)
    assert view.rows(found)
    assert wear_charts.fan(found, first, "light").figure is not None
    assert wear_charts.options(found, first)[-1]["when"] == "beyond all reckoning"


def test_reasons_are_said_in_the_language_of_the_page() -> None:
    said = ["learnt from 3 tools only", "2 min cut since its last reading", "broken",
            "worn 1.5 times as much as is usual for its conditions",
            "material 'tin' was in no other tool"]  # fmt: skip
    i18n.use_language("zh-TW")
    try:
        for sentence in said:
            assert wear_words.reason(sentence) != sentence
        assert wear_words.reason("something new") == "something new"
    finally:
        i18n.use_language("en")
    assert wear_words.reason(said[0]) == said[0]


def test_every_sentence_of_the_forecast_has_a_translation() -> None:
    written = Path(reasons.__file__).read_text("utf-8")
    sentences = re.findall(r'append\(f?"([^"]+)"\)|\[f?"([^"]+)"\]', written)
    assert len(sentences) >= 9
    i18n.use_language("zh-CN")
    try:
        for found in sentences:
            sentence = re.sub(r"\{[^}]*\}", "2", "".join(found)).replace("tool2 only", "tools only")
            assert wear_words.reason(sentence) != sentence
    finally:
        i18n.use_language("en")


def test_where_no_planned_change_pays_nothing_is_planned(document: dict) -> None:
    found = {**document, "tools": [{**tool, "plan": None} for tool in document["tools"]]}
    assert wear_take.Taken(found, "mine", NOW).plans == []
    first = view.find(found, "c1")
    assert "no planned change pays" in view.tool_finding(first)
    assert [o["best"] for o in wear_charts.options(found, first)] == ["", "yes"]
    assert view.rows(found)[0]["change"] == "no plan pays"


def test_a_small_fan_stays_inside_its_box(document: dict) -> None:
    width, height = view.SPARK
    for row in view.rows(document):
        for path in (row["fan"]["band"], row["fan"]["median"], row["fan"]["past"]):
            numbers = [pair.split() for pair in path.strip("MZ").split("L")]
            assert all(-0.1 <= float(x) <= width + 0.1 for x, _y in numbers)
            assert all(-0.1 <= float(y) <= height + 0.1 for _x, y in numbers)


# -- figures ------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_measured_is_solid_and_forecast_is_dashed(document: dict, theme: str) -> None:
    chart = wear_charts.fan(document, view.find(document, "c4"), theme)
    lines = [trace for trace in chart.figure.data if trace.fill is None]
    median, readings = lines
    assert median.line.dash
    assert readings.line.dash is None
    assert "markers" in readings.mode
    words = [note.text for note in chart.figure.layout.annotations]
    assert "FORECAST" in words
    assert "limit 0.3 mm" in words
    when = view.planned(view.find(document, "c4"))
    assert {"now", f"best change {when}"} <= set(words) or "now = best change" in words


def test_arrays_of_a_figure_are_numpy(document: dict) -> None:
    chart = wear_charts.fan(document, view.find(document, "c4"), "light")
    assert all(isinstance(trace.y, np.ndarray) for trace in chart.figure.data)


def test_the_cheapest_time_lies_in_the_flat_part(document: dict) -> None:
    for tool in document["tools"]:
        low, high = tool["flat_h"]
        assert low - 0.5 / 60 <= tool["plan"]["hours"] <= high + 0.5 / 60
        chart = wear_charts.cost(document, tool, "light")
        minutes = chart.figure.layout.xaxis.title.text.endswith("min")
        assert chart.figure.layout.shapes[0].x0 == pytest.approx(low * (60 if minutes else 1))
        assert chart.rows


def test_table_card_chart_and_order_say_one_moment(document: dict) -> None:
    rows = {row["tool"]: row for row in view.rows(document)}
    later = [order for order in wear_take.Taken(document, "mine", NOW).plans if order.due > NOW]
    assert later
    for order in later:
        tool = view.find(document, order.tool)
        when = spoken((order.due - NOW).total_seconds() / 3600)
        assert rows[order.tool]["change"] == f"in {when}"
        assert f"best changed in {when}" in view.tool_finding(tool)
        best = next(option for option in wear_charts.options(document, tool) if option["best"])
        assert best["when"].startswith(f"in {when} · ")
        figure = wear_charts.cost(document, tool, "light").figure
        assert figure.data[-2].x[0] in (tool["plan"]["hours"], 60 * tool["plan"]["hours"])
        assert f"(in {when}, " in order.text


def test_options_cost_what_the_curve_says(document: dict) -> None:
    tool = view.find(document, "c1")
    now, best, shift, run_on = wear_charts.options(document, tool)
    stops = [o for o in tool["opportunities"]["options"] if o["name"] == "shift end"]
    least = min(stop["regret"] for stop in stops)
    assert shift["cost"].startswith(f"{least:.1f}") or shift["cost"] == "as cheap as any"
    assert best["cost"] == "as cheap as any"
    assert now["cost"].startswith(f"{tool['cost_curve']['regret'][0]:.1f}")
    [told] = [o for o in tool["opportunities"]["options"] if o["name"] == "run on"]
    assert run_on["cost"].startswith(f"{told['regret']:.0f}")


@pytest.mark.parametrize(("regret", "same"), [(0.0588, True), (3.21, False)])
def test_a_change_now_costs_the_same_in_card_order_and_command(
    document: dict, regret: float, same: bool
) -> None:
    tool = view.find(document, "c1")
    plan = {"name": "now", "ahead_min": 0.0, "hours": 0.0, "regret": regret, "p_fail_before": 0.0,
            "as_cheap": same}  # fmt: skip
    told = {**tool, "plan": plan}
    now = next(option for option in wear_charts.options(document, told) if option["best"])
    [order] = wear_take.Taken({**document, "tools": [told]}, "mine", NOW).plans
    assert (now["cost"] == "as cheap as any") is same
    assert ("As cheap as any time." in order.text) is same
    assert ("3.21 EUR above" in order.text) is not same
    assert (orders.above(regret) == "as cheap as any") is same


def test_every_chart_has_a_table_with_its_figures(document: dict, past: dict) -> None:
    tool = view.find(document, "c4")
    charts = [wear_charts.risks(document, "light", "c4"),
              wear_charts.fan(document, tool, "light"),
              wear_charts.cost(document, tool, "light"),
              wear_past.reliability(past, "light")]  # fmt: skip
    for chart in charts:
        assert chart.finding
        assert chart.caption
        assert chart.rows
        assert {len(row) for row in chart.rows} == {len(chart.head)}


def test_the_past_says_whether_its_bands_can_be_trusted(past: dict) -> None:
    def heading(held: float) -> str:
        metrics = {
            **past["metrics"],
            "origins": {**past["metrics"]["origins"], "coverage_90": held},
        }
        many = {"origins": {str(n): {} for n in range(6)}}
        told = {**past, "metrics": metrics, "by_tool": many}
        return wear_past.reliability(told, "light").finding

    assert "can be trusted" in heading(0.9)
    assert "too narrow" in heading(0.6)
    assert "wider than need be" in heading(1.0)


def test_a_score_that_nobody_can_know_is_a_dash(past: dict) -> None:
    table = wear_past.scores(past)
    skill = table["head"].index("Brier skill")
    assert [row[skill] for row in table["body"]] == ["–"] * 3


# -- taking it away -----------------------------------------------------------------------------


def plan(**changes: object) -> ChangePlan:
    usual = ChangePlan("mill", "T07", NOW + timedelta(hours=6), 15, 0.71, "Change tool T07",
                       "Wear 0.24 mm, limit 0.3; cheapest now,\nreally")  # fmt: skip
    return replace(usual, **changes)


def test_work_orders_have_exactly_the_header_of_atlas() -> None:
    rows = list(csv.reader(io.StringIO(export.work_orders([plan()]))))
    assert ",".join(rows[0]) == (
        "ID,Title,Status,Priority,Description,Due Date,Estimated Hours,Requires Signature,Category,"
        "Location Name,Team Name,Primary User,Assigned To,Asset Name,Completed By,Completed On,"
        "Archived,Feedback,Contractors"
    )
    order = dict(zip(ATLAS_HEADER, rows[1], strict=True))
    assert order["Asset Name"] == "T07"
    assert (order["Due Date"], order["Priority"]) == ("2026-11-20", "HIGH")
    assert order["Estimated Hours"] == "0.25"


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)"])
def test_a_tool_that_is_called_like_a_formula_stays_text(name: str) -> None:
    rows = list(csv.DictReader(io.StringIO(export.work_orders([plan(tool=name)]))))
    assert rows[0]["Asset Name"] == f"'{name}"


def unfolded(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")


def test_the_calendar_follows_rfc_5545() -> None:
    text = export.calendar([plan(title="更換刀具 " + "銑" * 60)], NOW)
    assert text.endswith("END:VCALENDAR\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    lines = unfolded(text)
    assert "DTSTART:20261120T102000Z" in lines
    assert "DTEND:20261120T103500Z" in lines
    assert "DESCRIPTION:Wear 0.24 mm\\, limit 0.3\\; cheapest now\\,\\nreally" in lines
    assert next(line for line in lines if line.startswith("SUMMARY")).count("銑") == 60


def test_a_second_export_moves_the_event_of_the_first() -> None:
    def fields(text: str) -> dict[str, str]:
        return dict(line.split(":", 1) for line in unfolded(text) if ":" in line)

    first = fields(export.calendar([plan()], NOW))
    later = NOW + timedelta(hours=2)
    second = fields(export.calendar([plan(due=NOW + timedelta(hours=9), p_fail=0.2)], later))
    assert first["UID"] == second["UID"]
    assert int(second["SEQUENCE"]) > int(first["SEQUENCE"])
    assert plan(tool="T08").uid != plan().uid != plan(plant="other").uid


def test_plans_are_for_tools_at_risk_or_due_in_the_horizon(document: dict) -> None:
    plans = wear_take.Taken(document, "mine", NOW).plans
    assert [found.tool for found in plans] == [tool["tool"] for tool in view.ranked(document)]
    best = {tool["tool"]: tool["best_change_min"] for tool in document["tools"]}
    for found in plans:
        exact = NOW + timedelta(hours=best[found.tool] / 2)
        assert abs(found.due - exact) <= timedelta(minutes=0.5)
        assert found.location == ""
    late = {"hours": 500.0}
    tools = [{**tool, "p_fail": 0.01, "plan": {**tool["plan"], **late}}
             for tool in document["tools"]]  # fmt: skip
    assert wear_take.Taken({**document, "tools": tools}, "mine", NOW).plans == []


def test_a_tool_that_never_comes_to_its_change_has_no_date(document: dict) -> None:
    tool = view.find(document, "c1")
    idle = plain(moment.on_the_clock(tool, moment.steady(0.0)))
    assert idle["plan"] is None
    assert wear_take.Taken({**document, "tools": [idle]}, "mine", NOW).plans == []
    assert view.soon(None) == "not within this schedule"


def test_page_and_command_line_write_the_same_order(document: dict) -> None:
    here = wear_take.Taken(document, "mine", NOW).plans
    assert here == orders.plans(document, "mine", NOW)
    catalogue = i18n.catalogue("en")
    assert {key: catalogue[f"tool_wear.{key}"] for key in orders.TEXTS} == dict(orders.TEXTS)


def test_a_work_order_is_where_the_tool_is(document: dict) -> None:
    tools = [{**tool, "conditions": {"Machine": "DMU 50"}} for tool in document["tools"]]
    found = wear_take.Taken({**document, "tools": tools}, "mine", NOW)
    rows = list(csv.DictReader(io.StringIO(export.work_orders(found.plans))))
    assert {row["Location Name"] for row in rows} == {"DMU 50"}
    assert "LOCATION:DMU 50" in unfolded(export.calendar(found.plans, NOW))


# -- the page -----------------------------------------------------------------------------------


def laid_out(query: str) -> Component:
    return tool_wear.layout(address(query), offer(shipped_files()))


@pytest.mark.parametrize("tag", list(i18n.LANGUAGES))
def test_the_page_is_laid_out_in_every_language(tag: str) -> None:
    i18n.use_language(tag)
    try:
        name = tables.keep(YOURS)
        written = json.dumps(laid_out(f"table={name}").to_plotly_json(),
                             default=lambda part: part.to_plotly_json())  # fmt: skip
    finally:
        i18n.use_language("en")
    for piece in Ids:
        assert piece.value.startswith("tool_wear")
    assert '"wear-column": "vb_mm"' in written


def test_the_page_shows_a_table_that_is_not_there_as_a_fault_not_a_crash() -> None:
    assert laid_out("table=" + "0" * 64) is not None
