"""What planners take away: files that other programs read back."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from openpyxl import load_workbook

from twin.errors import BadInput
from twin.forecast import Costs, Schedule, fit, forecast
from twin.forecast.document import forecast_document, with_opportunities
from twin.forecast.duty import Duty
from twin.forecast.export import ATLAS_HEADER, work_orders
from twin.forecast.handout import write_handout
from twin.forecast.moment import spoken, steady
from twin.forecast.opportunities import shift_ends
from twin.forecast.orders import Words, moment, plans
from twin.forecast.shop import forecast_shop
from twin.forecast.shop_document import shop_document
from twin.forecast.shop_moments import moments
from twin.forecast.spreadsheet import workbook
from twin.forecast.table import WearTable, record
from twin.forecast.toollife import asset_id, opc_tool_life, shdr, status
from twin.scenario import parse

MADE = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
NAMES = {"work_orders.csv", "tool_changes.ics", "forecast.xlsx", "forecast.json",
         "mtconnect.shdr", "opc40501_tool_life.json"}  # fmt: skip


@pytest.fixture(scope="module")
def shop() -> dict[str, Any]:
    mill = {"kind": "cnc", "inspect_every": 15, "change_policy": "never", "break_rate": 0}
    scenario = parse({"horizon": "8 h", "plant": {"mill": mill}}, "test")
    return shop_document(forecast_shop(scenario, now=3600.0, replications=2))


@pytest.fixture(scope="module")
def wear() -> dict[str, Any]:
    table = WearTable((
        record("=A1", [1.0, 5.0, 10.0, 20.0], [0.05, 0.1, 0.15, 0.22]),
        record("B", [2.0, 8.0], [0.06, 0.13]),
    ))  # fmt: skip
    law = fit(table)
    told = forecast(law, table, schedule=Schedule(0.5), costs=Costs())
    found = {"time_unit": "min", "limit_mm": 0.3, "source": "t.csv"}
    found |= forecast_document(law, told)
    return with_opportunities(found, told, shift_ends([8.0], 0.5), Costs(), 0.5)


@pytest.mark.parametrize("name", ["shop", "wear"])
def test_every_file_is_there_and_reads_back(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    document = request.getfixturevalue(name)
    written = write_handout(document, tmp_path / "new" / "folder", "plant", MADE)
    assert {file.name for file in written} == NAMES
    by_name = {file.name: file.read_bytes() for file in written}
    rows = list(csv.DictReader(io.StringIO(by_name["work_orders.csv"].decode())))
    assert tuple(rows[0]) == ATLAS_HEADER
    events = by_name["tool_changes.ics"].count(b"BEGIN:VEVENT")
    assert events == len(rows) == len(plans(document, "plant", MADE)) > 0
    assert len(json.loads(by_name["forecast.json"])["tools"]) == len(document["tools"])
    book = load_workbook(io.BytesIO(by_name["forecast.xlsx"]))
    assert book.sheetnames == ["Tools", "When to change", "Cost curve", "About"]
    assert book["Tools"].max_row == 1 + len(document["tools"])


def test_a_second_export_moves_the_event_and_makes_no_other(
    shop: dict[str, Any], tmp_path: Path
) -> None:
    seen = []
    for days in (0, 1):
        write_handout(shop, tmp_path, "plant", MADE + timedelta(days=days))
        text = (tmp_path / "tool_changes.ics").read_text()
        seen.append([line for line in text.splitlines() if line.startswith(("UID", "DTSTART"))])
    assert seen[0][0] == seen[1][0]
    assert seen[0][1] != seen[1][1]


def test_due_is_the_planned_moment_for_everybody(shop: dict[str, Any]) -> None:
    tool = shop["tools"][0]
    plan = plans(shop, "plant", MADE)[0]
    hours = tool["plan"]["hours"]
    assert plan.due == MADE + timedelta(hours=hours)
    assert tool["plan"]["name"] in {"now", "part end", "shift end"}
    assert abs(hours - tool["opportunities"]["best"]["ahead_h"]) <= 0.5 / 60
    assert plan.minutes == tool["change_takes_min"]
    for said in (plan.text, moment(tool["plan"])):
        assert f"in {spoken(hours)}" in said
    assert f"{plan.due:%Y-%m-%d %H:%M} UTC" in plan.text
    row = next(csv.DictReader(io.StringIO(work_orders([plan]))))
    assert row["Due Date"] == f"{plan.due:%Y-%m-%d}"


def test_a_shift_end_is_told_at_its_own_hour_also_where_nothing_was_cut_before_it() -> None:
    kind: Any = SimpleNamespace(shift_h=8.0, shifts=1, part_min=5.0)
    duty = Duty(np.array([0.0, 6.0, 24.0, 31.0]), np.array([[0.0, 200.0, 200.0, 400.0]]))
    ends = [o for o in moments(kind, 0.0, duty, 3600.0, 31.0, 50.0) if o.name == "shift end"]
    assert [o.ahead_h for o in ends] == [7.0, 31.0]
    assert duty.clock(np.array([200.0, 300.0, 1e4])) == pytest.approx([6.0, 27.5, 775.0])


def test_the_cost_curve_is_on_the_clock_of_the_schedule(wear: dict[str, Any]) -> None:
    for tool in wear["tools"]:
        minutes = np.array(tool["cost_curve"]["ahead_min"])
        hours = np.array(tool["cost_curve"]["ahead_h"])
        assert hours == pytest.approx(minutes / 0.5)
        assert tool["flat_h"] == pytest.approx([at / 0.5 for at in tool["flat_min"]])
    never = steady(0.0)(np.array([0.0, 1.0]))
    assert (never[0], never[1]) == (0.0, np.inf)


def test_an_order_says_what_to_bring_when_and_at_what_cost(
    shop: dict[str, Any], wear: dict[str, Any]
) -> None:
    text = plans(shop, "plant", MADE)[0].text
    spares, have = (shop["tools"][0][key] for key in ("spares_48h", "in_magazine"))
    assert f"Material: {spares} × new tool mill to bring for 48 h, {have} in the magazine." in text
    assert "costs within 2 % of the least" in text
    assert "to fail within 48 h" in text
    assert all("Material: 1 × new tool" in plan.text for plan in plans(wear, "plant", MADE))


def test_the_plan_of_a_table_says_its_zone_and_speaks_other_words(wear: dict[str, Any]) -> None:
    taipei = MADE.astimezone(timezone(timedelta(hours=8), "CST"))
    here = plans(wear, "plant", taipei)
    assert [plan.uid for plan in here] == [plan.uid for plan in plans(wear, "plant", MADE)]
    assert all("CST" in plan.text for plan in here)
    keys = plans(wear, "plant", MADE, words=Words(lambda key, **_values: key))[0]
    assert keys.title == "order_title"
    assert "order_risk" in keys.text


def test_a_word_that_begins_like_a_formula_stays_a_word(wear: dict[str, Any]) -> None:
    book = load_workbook(io.BytesIO(workbook(wear, MADE)))
    cell = book["Tools"]["A2"]
    assert (cell.value, cell.data_type) == ("=A1", "s")


def test_workbook_says_what_the_document_says(shop: dict[str, Any]) -> None:
    sheet = load_workbook(io.BytesIO(workbook(shop, MADE)))["Tools"]
    head = [cell.value for cell in sheet[1]]
    row = dict(zip(head, (cell.value for cell in sheet[2]), strict=True))
    tool = shop["tools"][0]
    assert row["tool"] == "mill"
    assert row["VB now mm"] == pytest.approx(tool["vb_now_mm"]["p50"])
    assert row["P2 48 h"] == pytest.approx(tool["p2"]["value"])
    assert row["spares to bring"] == tool["spares_48h"]


def test_shdr_is_one_asset_a_line_with_life_that_counts_up(shop: dict[str, Any]) -> None:
    line = shdr(shop, "plant", MADE).splitlines()[0]
    time, mark, name, kind, xml = line.split("|", 4)
    tool = shop["tools"][0]
    assert (time, mark, kind) == ("2026-03-02T07:30:00Z", "@ASSET@", "CuttingTool")
    root = ElementTree.fromstring(xml)
    assert root.get("assetId") == name == asset_id("plant", tool)
    minutes, worn = root.iter("ToolLife")
    assert minutes.attrib["type"] == "MINUTES"
    assert minutes.attrib["countDirection"] == "UP"
    assert float(minutes.text or "") == pytest.approx(tool["now_min"], abs=0.06)
    assert float(minutes.attrib["warning"]) <= float(minutes.attrib["limit"])
    assert float(worn.attrib["limit"]) == tool["limit_mm"]
    assert [s.text for s in root.iter("Status")] == ["USED"]


@pytest.mark.parametrize(
    ("tool", "word"),
    [
        ({"reasons": ["broken"], "now_min": 5.0}, "BROKEN"),
        ({"now_min": 0.0}, "NEW"),
        ({"now_min": 5.0, "vb_now_mm": {"p50": 0.2}}, "USED"),
        ({"now_min": 5.0, "vb_now_mm": {"p50": 0.31}}, "EXPIRED"),
    ],
)
def test_status_words_are_those_of_mtconnect(tool: dict[str, Any], word: str) -> None:
    assert status({"reasons": []} | tool, 0.3) == word


def test_opc_time_is_in_hours_and_cuts_have_no_indication(wear: dict[str, Any]) -> None:
    entry = opc_tool_life(wear, "plant", MADE)["Tools"]["plant._A1"]["ToolLife"]
    assert entry[0]["Indication"] == "Time"
    assert entry[0]["Value"] == pytest.approx(20.0 / 60.0, abs=1e-4)
    assert set(entry[0]) >= {"StartValue", "WarningValue", "LimitValue", "IsCountingUp"}
    cuts = opc_tool_life(wear | {"time_unit": "cut"}, "plant", MADE)["Tools"]["plant._A1"]
    assert [life["EngineeringUnits"] for life in cuts["ToolLife"]] == ["mm"]
    assert 'type="MINUTES"' not in shdr(wear | {"time_unit": "cut"}, "plant", MADE)


def test_a_folder_that_is_a_file_is_refused(shop: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(BadInput, match="--export"):
        write_handout(shop, tmp_path / "taken", "plant", MADE)
