"""Bearings on the page Tool wear: whose, words and rows, the chart, faults, what is taken away."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.ui.test_tool_wear import address
from twin import jobs
from twin.errors import BadInput
from twin.forecast import bearings as core
from twin.forecast import orders, question, tables
from twin.ui import bearings_asked, bearings_view, i18n, links, wear_take, wear_words
from twin.ui.bearings_asked import EXAMPLE, NUMBERS, OWN, AskedBearings
from twin.ui.bearings_layout import PLANT, section
from twin.ui.pages import _tool_wear_bearings as page
from twin.ui.wear_layout import NAME

NOW = datetime(2026, 11, 20, 4, 20, tzinfo=UTC)
YOURS = "part,hour,h_rms\n" + "".join(
    f"{name},{t},{1 + (t > 20) * (t - 20) / 10}\n" for name in "ABC" for t in range(30)
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TWIN_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def rig() -> dict:
    return question.answer(AskedBearings(EXAMPLE).question(), lambda _done, _total: None)


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> dict:
    file = tmp_path_factory.mktemp("plant") / "works.toml"
    file.write_text(
        'horizon = "2 h"\nseed = 5\n[plant.mill]\nkind = "cnc"\nbearing_fault = "outer"\n'
        'bearing_severity = 0.6\n[sensor.ear]\nkind = "vibration"\non = "mill"\nperiod = 120\n'
        '[node.box]\nsensor = "ear"\nmodel = "bearing"\n'
    )
    asked = {"scenario": str(file), "replications": 1, "seed": 1}
    return question.answer(asked, lambda _done, _total: None)


def test_an_address_comes_back_as_it_was_written() -> None:
    name = tables.keep(YOURS.encode())
    asked = AskedBearings(name, "mine.csv", {"unit": "part", "time_min": "hour"}, "h", ("A", "B"),
                          {"hours": 12.0, "duty": 30.0}, "A")  # fmt: skip
    written = links.write(NAME, "mill", asked.query(OWN))
    assert bearings_asked.read_view(address(written.partition("?")[2]), OWN) == asked
    assert links.write(NAME, "mill", AskedBearings().query(OWN)) == "/tool-wear?scenario=mill"
    assert bearings_asked.read_view(address("bearings=plant"), EXAMPLE).table == OWN
    with pytest.raises(BadInput, match="a number is needed"):
        bearings_asked.read_view(address("b_hours=x"), OWN)


def test_an_address_of_bearings_keeps_what_it_says_of_tools() -> None:
    stored = {"scenario": "mill", "source": "table"}
    before = "/tool-wear?scenario=mill&source=table&limit=0.2&bearings=plant&bearing=x"
    now = page.address(before, stored, AskedBearings(EXAMPLE), page.first_of(stored))
    assert now == "/tool-wear?scenario=mill&source=table&limit=0.2"


def test_fields_become_the_question_and_a_table_of_ones_own_is_forecast() -> None:
    name = tables.keep(YOURS.encode())
    asked = bearings_asked.with_fields(AskedBearings(name), [48, 60, 30, 150], ["part", "hour"],
                                       "h", ["C"])  # fmt: skip
    asked_of = asked.question()
    assert asked_of["columns"] == {"unit": "part", "time_min": "hour"}
    found = question.answer(asked_of, lambda _done, _total: None)
    assert [b["bearing"] for b in found["bearings"]] == ["C"]
    assert found["bearings"][0]["now_h"] == pytest.approx(29.0)
    with pytest.raises(BadInput):
        bearings_asked.with_fields(asked, ["", 60, 30, 150], ["part", "hour"], "h", [])
    assert tables.parts_of(name, "part") == ("A", "B", "C")


def test_words_rows_and_chart_of_both_sources(rig: dict, plant: dict) -> None:
    assert "mill.ear: inspect it now" in bearings_view.finding(plant["bearings"])
    assert "2 of 2 bearings" in bearings_view.finding(rig["bearings"])
    for found in (rig, plant):
        one = bearings_view.find(found["bearings"], None)
        head, body = bearings_view.table(found["bearings"], one["bearing"])
        assert len(body.children) == len(found["bearings"])
        assert {len(row.children) for row in body.children} == {len(head.children.children)}
        for theme in ("light", "dark"):
            chart = bearings_view.chart(one, theme)
            words = [note.text for note in chart.figure.layout.annotations]
            assert ("SIM" if found is plant else "FORECAST") in words
            limit = "it fails" if found is plant else "limit 2"
            assert any(word.startswith(limit) for word in words)
            assert {len(row) for row in chart.rows} == {len(chart.head)}
        assert len(bearings_view.advice(one)) == (5 if found is plant else 4)
    assert "Each of 4 parts" in bearings_view.past(rig)
    assert bearings_view.past(plant) == ""


def test_what_is_beyond_its_limit_is_not_told_as_to_come(rig: dict, plant: dict) -> None:
    for found in (rig, plant):
        words = {
            one["bearing"]: str(bearings_view.table([one], "")[1]) for one in found["bearings"]
        }
        over = {one["bearing"]: one["level_now"] >= one["alarm"] for one in found["bearings"]}
        assert any(over.values())
        assert {name: "beyond it already" in text for name, text in words.items()} == over


def test_a_risk_that_is_mostly_assumed_says_so_in_card_and_order(plant: dict) -> None:
    one = plant["bearings"][0]
    assert any("to fail" in told and "mostly an assumption" in told
               for _, told in bearings_view.advice(one))  # fmt: skip
    order = wear_take.Taken(plant, "mine", NOW).plans
    [text] = [plan.text for plan in order if plan.tool == one["bearing"]]
    assert "if nothing is done, mostly an assumption." in text
    english = orders.plans(plant, "mine", NOW)
    assert [plan.text for plan in english] == [plan.text for plan in order]


def test_every_assumption_of_a_twin_has_a_translation(plant: dict) -> None:
    assert sum("bearing" in words for words in plant["assumptions"]) == 7
    for tag in ("en", "zh-TW", "zh-CN"):
        i18n.use_language(tag)
        try:
            told = [wear_words.reason(words) for words in plant["assumptions"]]
        finally:
            i18n.use_language("en")
        assert not set(told) & set(plant["assumptions"])
        assert all(number in " ".join(told) for number in ("20 h", "1.2", "300 N", "0.05"))


def test_every_sentence_has_a_translation(rig: dict, plant: dict) -> None:
    names = (
        "GROWN", "ASSUMED", "FATIGUE", "ENDS", "LOOKS", "SUCCESSOR", "FAULT", "ALARMED", "SOUND",
        "NO_NODE", "OVER", "SHORT", "TOO_SHORT", "FEW", "NO_PLAN", "QUIET",
        "UNSURE",
    )  # fmt: skip
    written = [getattr(core, name) for name in names]
    sentences = [re.sub(r"\{[^}]*\}", "2", text) for text in written]
    told = [line for found in (rig, plant) for b in found["bearings"] for line in b["reasons"]]
    i18n.use_language("zh-TW")
    try:
        for sentence in [*sentences, *told]:
            assert bearings_view.said(sentence) != sentence
        assert "外圈" in bearings_view.said("outer ring fault told in 3 of 5 windows by its node")
    finally:
        i18n.use_language("en")
    assert bearings_view.said(told[0]) == told[0]


BAD = {
    "part,time_min,h_rms\nA,1,2\n": "choose which column",
    "unit,time_min,level\nA,1,2\n": "no column has rms",
    "unit,time_min,rms\nA,1,2\n": "fewer than 20 snapshots",
    "unit,time_min,rms\nA,1,x\n": "a number is missing",
    "unit,time_min,rms\nA,1,0\n": "above zero",
    "unit,time_min,rms\nA,2,1\nA,1,1\n": "does not increase",
    "unit,time_min,rms\n,1,1\n": "is blank",
    YOURS.replace("part,hour", "unit,time_min"): "every part ran to failure; choose",
}


@pytest.mark.parametrize(("text", "said"), BAD.items())
def test_faults_of_a_table_speak_of_the_choices_of_the_page(text: str, said: str) -> None:
    name = tables.keep(text.encode())
    with pytest.raises(BadInput) as refused:
        jobs.submit("forecast", AskedBearings(name).question())
    shown = str(wear_words.fault(refused.value.faults[0]))
    assert said in shown
    assert "--" not in shown
    i18n.use_language("zh-CN")
    try:
        assert said not in str(wear_words.fault(refused.value.faults[0]))
    finally:
        i18n.use_language("en")


def test_bearings_of_a_table_are_taken_away_under_its_name(rig: dict, plant: dict) -> None:
    taken = wear_take.Taken(plant, "works", NOW, bearings=rig["bearings"], whose="rig")
    found = {plan.tool: plan for plan in taken.plans}
    assert {"mill", "Bearing1_1", "Bearing3_2"} == set(found)
    assert found["Bearing1_1"].plant == "rig"
    assert found["Bearing1_1"].category == "Bearing"
    assert taken.whole["bearings"] == rig["bearings"]
    own = {plan.tool for plan in wear_take.Taken(plant, "works", NOW).plans}
    assert own == {"mill", "mill.ear"}


@pytest.mark.parametrize("tag", list(i18n.LANGUAGES))
def test_the_section_is_laid_out_for_each_source(tag: str) -> None:
    i18n.use_language(tag)
    try:
        name = tables.keep(YOURS.encode())
        for table in (OWN, EXAMPLE, name, "0" * 64):
            drawn = section(AskedBearings(table), plant=True)
            written = json.dumps(drawn.to_plotly_json(), default=lambda p: p.to_plotly_json())
            fields = [f'"bearings-number": "{number}"' in written for number in NUMBERS]
            assert all(fields) if table != OWN else not any(fields)
            assert PLANT in written
    finally:
        i18n.use_language("en")


def test_without_a_bearing_it_says_what_to_do() -> None:
    done = {"job": "x", "state": "done", "error": ""}
    heading, why = page._nothing(None, done, {"table": OWN}, True)
    assert heading == "No bearing is listened to"
    assert "kind vibration" in why
    assert page.answer_of(None, None, {"table": OWN}) is None
