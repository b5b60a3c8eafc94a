"""The page Tool wear for the plant's own tools: both risks, the map, what to bring, the past."""

from __future__ import annotations

import base64
import csv
import gzip
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from dash import dcc
from openpyxl import load_workbook

from tests.ui.test_tool_wear import address
from twin import jobs
from twin.errors import BadInput
from twin.forecast import export, question, tables
from twin.forecast.planning import Planning
from twin.ui import (
    bearings_layout,
    i18n,
    links,
    wear_asked,
    wear_charts,
    wear_form,
    wear_past,
    wear_plant,
    wear_take,
    wear_words,
)
from twin.ui import wear_view as view
from twin.ui.bearings_asked import AskedBearings
from twin.ui.pages import tool_wear
from twin.ui.pages._tool_wear_show import columns
from twin.ui.wear_asked import PLANT, TABLE, Asked
from twin.ui.wear_layout import NAME

NOW = datetime(2026, 11, 20, 4, 20, tzinfo=UTC)
PLANT_FILE = """
horizon = "8 h"
seed = 3
site = "works"

[plant.mill]
kind = "cnc"
change_policy = "wear_limit"

[plant.lathe]
kind = "cnc"
cutting_speed = 140
inspect_every = 20
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TWIN_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def plant_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("plant") / "works.toml"
    file.write_text(PLANT_FILE)
    return str(file)


@pytest.fixture(scope="module")
def plant(plant_file: str) -> dict:
    asked = Asked(source=PLANT, shop={"hours": 24.0}).question()
    told = {**asked, "scenario": plant_file, "replications": 2}
    return view.with_limit(question.answer(told, lambda _done, _total: None))


def test_a_plant_is_the_first_source_where_it_has_tools() -> None:
    assert wear_asked.read_view(address(""), plant=True).source == PLANT
    assert wear_asked.read_view(address(""), plant=False).source == TABLE
    assert wear_asked.read_view(address("table=example"), plant=True).source == TABLE
    assert wear_asked.read_view(address("source=table"), plant=True).source == TABLE


def test_an_address_of_the_plant_comes_back_as_it_was_written() -> None:
    asked = Asked(source=PLANT, tool="mill", breakage=False, shop={"hours": 8.0, "at": 3.5})
    written = links.write(NAME, "mill", asked.query())
    assert written == "/tool-wear?scenario=mill&hours=8&at=3.5&breakage=off&tool=mill"
    assert wear_asked.read_view(address(written.partition("?")[2]), plant=True) == asked
    with pytest.raises(BadInput, match="hours"):
        wear_asked.read_view(address("hours=9999"), plant=True)


def test_fields_of_the_plant_become_the_question() -> None:
    stored = {"scenario": "mill", "source": PLANT, "tool": "", "now_h": 4.0}
    asked = tool_wear.read_stored(stored, [24, 4.0, "", ""], breakage=False)
    assert asked.question() == {"seed": 1, "breakage": False, "hours": 24}
    with pytest.raises(BadInput) as refused:
        tool_wear.read_stored(stored, [24, -1, "", ""])
    assert refused.value.faults[0].path == "at"


def test_a_question_of_the_plant_is_one_job_of_its_content(plant_file: str) -> None:
    one = {"scenario": plant_file, "hours": 24.0, "seed": 1}
    first = jobs.submit("forecast", one)
    assert jobs.submit("forecast", one).id == first.id
    held = {**one, "base_values": {"mill.cutting_speed": 150}}
    assert jobs.submit("forecast", held).id != first.id
    with pytest.raises(BadInput, match="give both costs"):
        jobs.submit("forecast", {**one, "cost_change": 3.0})


def test_rows_of_the_plant_have_both_risks_and_what_to_bring(plant: dict) -> None:
    rows = view.rows(plant)
    assert {row["tool"] for row in rows} == {"mill", "lathe"}
    for row in rows:
        assert row["chance"].endswith("%")
        assert row["chance2"].endswith("%")
        assert row["spares"] >= 0
        assert row["change"]
    json.dumps(rows)


def test_tools_of_one_risk_are_sorted_by_when_half_have_failed(plant: dict) -> None:
    tools = [{**tool, "p_fail": 0.9999, "half_h": hours}
             for tool, hours in zip(plant["tools"], (9.0, 2.0), strict=True)]  # fmt: skip
    found = {**plant, "tools": tools}
    assert [tool["half_h"] for tool in view.ranked(found)] == [2.0, 9.0]
    assert "50 % in 2 h" in view.finding(found)
    assert [row["half"] for row in view.rows(found)] == ["in 2 h", "in 9 h"]


def test_the_map_has_every_pot_and_two_risks(plant: dict) -> None:
    cells = wear_plant.cells(plant, wear_plant.P1)
    pots = {tool["machine"]: tool["pot"] + tool["in_magazine"] for tool in plant["tools"]}
    assert {m: sum(c.machine == m for c in cells) for m in pots} == pots
    in_use = [cell for cell in cells if cell.state in ("red", "amber", "calm")]
    assert [cell.tool for cell in in_use] == ["mill", "lathe"]
    for measure in (wear_plant.P1, wear_plant.P2):
        for theme in ("light", "dark"):
            chart = wear_plant.heat(plant, theme, measure, "mill")
            assert {len(row) for row in chart.rows} == {len(chart.head)}
            assert chart.figure.data[0].z.shape == (2, max(pots.values()))


def test_words_of_a_map_give_way_where_pots_are_many() -> None:
    text = "a name that is long<br>◆ 88 %<br>2 h"
    assert wear_plant._fitting(text, 3) == ["a name th…", "◆ 88 %", "2 h"]
    assert wear_plant._fitting(text, 6) == ["◆ 88 %", "a name th…"]
    assert wear_plant._fitting(text, 9) == ["◆ 88 %"]
    assert wear_plant._fitting(text, 40) == []


def test_charts_of_the_plant_mark_moments_and_say_what_they_rest_on(plant: dict) -> None:
    tool = view.find(plant, "lathe")
    fan, cost = wear_charts.fan(plant, tool, "light"), wear_charts.cost(plant, tool, "light")
    assert "SIM" in [note.text for note in fan.figure.layout.annotations]
    assert [row[0] for row in cost.rows[:1]] == ["Change now"]
    options = wear_charts.options(plant, tool)
    assert sum(option["best"] == "yes" for option in options) == 1
    assert "Breakage counts (assumption" in wear_plant.assumed(plant, tool)
    without = wear_plant.assumed({**plant, "breakage": False}, tool)
    assert "does not count" in without


def test_the_card_and_the_files_say_the_same_cost_of_running_on(plant: dict) -> None:
    for tool in plant["tools"]:
        told = next(o for o in tool["opportunities"]["options"] if o["name"] == "run on")
        card = wear_charts.options(plant, tool)[-1]
        assert card["name"] == i18n.t("tool_wear.option_run")
        assert wear_charts._money(told["regret"]) in card["cost"]


def test_what_to_bring_names_the_places(plant: dict) -> None:
    table = wear_plant.spares(plant)
    assert {len(row) for row in table["body"]} == {len(table["head"])}
    tools = [{**tool, "spares_48h": n} for tool, n in zip(plant["tools"], (3, 0), strict=True)]
    assert wear_plant.spares_finding({**plant, "tools": tools}) == "Bring 3 for mill"
    none = [{**tool, "spares_48h": 0} for tool in tools]
    assert "hold enough" in wear_plant.spares_finding({**plant, "tools": none})


@pytest.mark.parametrize("kind", wear_take.FORMATS)
@pytest.mark.parametrize("of", ["plant", "document"])
def test_every_file_of_both_sources_is_made(
    kind: str, of: str, request: pytest.FixtureRequest
) -> None:
    found = wear_take.download(kind, wear_take.Taken(request.getfixturevalue(of), "works", NOW))
    content = base64.b64decode(found["content"])
    assert content
    if kind == "workbook":
        assert load_workbook(io.BytesIO(content)).sheetnames[0] == "Tools"
    if kind == "opc":
        assert json.loads(content)["Tools"]


def test_work_orders_of_the_plant_are_at_their_machine(plant: dict) -> None:
    found = wear_take.Taken(plant, "works", NOW)
    rows = list(csv.DictReader(io.StringIO(export.work_orders(found.plans))))
    assert rows
    assert all(row["Location Name"] == row["Asset Name"].split(".")[0] for row in rows)
    assert all(" to bring for 48 h, " in row["Description"] for row in rows)


def test_clock_and_minutes_go_both_ways(plant: dict) -> None:
    for tool in plant["tools"]:
        got = view.hours_of(tool["best_change_min"], view.pace(plant, tool))
        assert got == pytest.approx(tool["best_change_h"], abs=0.6)
        assert tool["plan"]["hours"] == pytest.approx(
            tool["opportunities"]["best"]["ahead_h"], abs=0.01
        )
        assert view.hours_of(1e7, view.pace(plant, tool)) is None


# -- the past -----------------------------------------------------------------------------------


def test_few_tools_are_said_to_be_too_few(past: dict) -> None:
    assert not wear_past.trusted(past)
    assert "Only 3 tools" in wear_past.verdict(past)
    assert "can be trusted" not in wear_past.reliability(past, "light").finding
    many = {**past, "by_tool": {"origins": {str(n): {} for n in range(6)}}}
    assert wear_past.trusted(many)
    assert "Only" not in wear_past.verdict(many)


def test_the_past_says_how_good_remaining_lives_were() -> None:
    asked = Asked(planning=Planning(limit=0.165)).question(backtest=True)
    past = question.answer(asked, lambda _done, _total: None)
    table = wear_past.lives(past)
    assert [row[0] for row in table["body"]] == ["10 %", "25 %", "50 %", "75 %", "90 %"]
    assert "Prognostic horizon" in wear_past.life_finding(past)
    assert "nothing to say" in wear_past.life_finding({**past, "life": {"by_share": []}})


def test_the_past_of_a_plant_is_of_simulated_lives(tmp_path: Path) -> None:
    file = tmp_path / "mill.toml"
    file.write_text('horizon = "8 h"\n\n[plant.mill]\nkind = "cnc"\nreference_life = 240\n')
    asked = {**Asked(source=PLANT).question(backtest=True), "scenario": str(file)}
    told = question.answer(asked, lambda _done, _total: None)
    assert "simulated tools" in wear_past.verdict(told)
    chart = wear_past.reliability(told, "dark")
    assert {len(row) for row in chart.rows} == {len(chart.head)}
    scores = wear_past.scores(told)
    assert {len(row) for row in scores["body"]} == {len(scores["head"])}
    assert wear_past.lives(told)["body"]


# -- faults in the words of the page ------------------------------------------------------------

BAD = {
    "tool,minutes,vb_mm\nA,1,0.1\n": "choose which column",
    "tool,time_min,vb_mm\nA,1,120\nA,2,130\n": "under “Wear is in”",
    "tool,time_min,vb_mm\nA,60000,0.1\nA,90000,0.2\n": "under “Time is in”",
    "tool,time_min,vb_mm\nA,0.001,0.1\nA,0.002,0.2\n": "under “Time is in”",
    "tool,time_min,vb_mm\nA,1,-0.1\n": "is negative",
    "tool,time_min,vb_mm\nA,5,0.1\nA,3,0.2\n": "time runs back",
    "tool,time_min,vb_mm\n": "no rows",
}


@pytest.mark.parametrize(("text", "said"), BAD.items())
def test_faults_speak_of_the_choices_of_the_page(text: str, said: str) -> None:
    name = tables.keep(text.encode())
    with pytest.raises(BadInput) as refused:
        tables.open_table(name)
    shown = [str(wear_words.fault(found)) for found in refused.value.faults]
    assert said in shown[0]
    assert "--" not in "".join(shown)
    i18n.use_language("zh-TW")
    try:
        assert said not in str(wear_words.fault(refused.value.faults[0]))
    finally:
        i18n.use_language("en")


def test_an_error_that_a_job_left_is_in_the_words_of_the_page() -> None:
    left = "a back-test leaves one tool out: it needs two with readings, not 1"
    assert "there are 1" in wear_words.sentence(f"your table: {left}")


def test_every_column_of_the_table_has_room_on_a_small_desk(plant: dict) -> None:
    """1280 px less the menu, the page's margins and the card's padding."""
    named = [{**tool, "tool": "a machine.tool of ten"} for tool in plant["tools"]]
    long = {**plant, "tools": named}
    widths = [one.get("width", one.get("minWidth")) for one in columns(long)]
    assert sum(widths) <= 1280 - 208 - 2 * 24 - 2 * 17
    assert columns(plant)[-1]["field"] == "why"


def test_a_page_takes_the_files_that_the_command_takes() -> None:
    text = "tool,time_min,vb_mm\n" + "".join(f"a,{k},{0.02 * k}\n" for k in range(1, 9))
    for name, content in {
        "wear.csv": text.encode(),
        "wear.tsv": text.replace(",", "\t").encode(),
        "wear.txt": text.replace(",", ";").encode(),
        "wear.csv.gz": gzip.compress(text.encode()),
    }.items():
        kept = tables.keep(content)
        assert len(tables.open_table(kept).records) == 1
        for row in (
            wear_form.tables_row(Asked(source=TABLE), "s", "u"),
            bearings_layout.section(AskedBearings(table="example"), True),
        ):
            (upload,) = [one for one in row._traverse() if isinstance(one, dcc.Upload)]
            assert any(name.endswith(ending) for ending in upload.accept.split(","))
