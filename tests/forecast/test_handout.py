"""What planners take away: files that other programs read back."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from openpyxl import load_workbook

from twin.errors import BadInput
from twin.forecast import Costs, Schedule, fit, forecast
from twin.forecast.document import forecast_document
from twin.forecast.export import ATLAS_HEADER
from twin.forecast.handout import hours_ahead, plans, write_handout
from twin.forecast.shop import forecast_shop
from twin.forecast.shop_document import shop_document
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
    return {"time_unit": "min", "limit_mm": 0.3, "source": "t.csv"} | forecast_document(law, told)


@pytest.mark.parametrize("name", ["shop", "wear"])
def test_every_file_is_there_and_reads_back(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    document = request.getfixturevalue(name)
    written = write_handout(document, tmp_path / "new" / "folder", "plant", MADE, duty=0.5)
    assert {file.name for file in written} == NAMES
    by_name = {file.name: file.read_bytes() for file in written}
    rows = list(csv.DictReader(io.StringIO(by_name["work_orders.csv"].decode())))
    assert tuple(rows[0]) == ATLAS_HEADER
    events = by_name["tool_changes.ics"].count(b"BEGIN:VEVENT")
    assert events == len(rows) == len(plans(document, "plant", MADE, 0.5)) > 0
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


def test_due_is_the_best_change_in_hours(shop: dict[str, Any]) -> None:
    tool = shop["tools"][0]
    plan = plans(shop, "plant", MADE)[0]
    seconds = (plan.due - MADE).total_seconds()
    assert seconds == pytest.approx(3600 * tool["best_change_h"], abs=1)
    assert plan.minutes == tool["change_takes_min"]
    assert hours_ahead({"best_change_min": 30.0}, 60.0) == 0.5
    assert hours_ahead({"best_change_min": 30.0}, None) is None


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
