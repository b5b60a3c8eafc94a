"""The page Tool wear for the plant's own tools, in a real browser, at a desk and on a phone."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.test_looks import LOOKS, NAMED
from tests.browser.test_tool_wear_page import (
    FINDING,
    SCORES,
    SECONDS,
    chart,
    listed,
    nothing_overflows,
    rows,
)

MAP = "Risk by machine and pot"
ALL = 60_000
"""Patience with a forecast of the whole plant on a busy machine [ms]."""


def opened(visit: Visit, query: str = "") -> Page:
    page = visit.go(f"/tool-wear?scenario=programme{query}")
    listed(page).wait_for(timeout=ALL)
    return page


def test_the_plants_tools_are_there_with_both_risks_and_when_half_have_failed(visit: Visit) -> None:
    page = opened(visit)
    expect(rows(page)).to_have_count(2)
    for words in ("P1, 48 h", "P2, 48 h", "50 % failed"):
        expect(page.locator(".ag-header-cell", has_text=words)).to_be_visible()
    expect(page.locator(FINDING)).to_contain_text("first mill.mill50: 50 % in")
    expect(rows(page).first).to_contain_text("mill.mill50")
    expect(page.locator("[id='tool_wear-bring']")).to_contain_text("for mill.mill50")
    expect(page.locator(".wear-bring tbody tr")).to_have_count(2)
    expect(page.locator(".wear-advice")).to_contain_text("Breakage counts (assumption")


def test_the_map_switches_its_risk_and_chooses_a_tool(visit: Visit) -> None:
    page = opened(visit)
    card = chart(page, MAP)
    caption = card.locator("figcaption")
    expect(caption).to_contain_text("P1: the tool in the pot", timeout=SECONDS)
    page.get_by_text("P2 under the plan").click()
    expect(caption).to_contain_text("P2: a tool in this place breaks", timeout=SECONDS)
    card.locator(".nsewdrag").click(position={"x": 880, "y": 30})  # the last of four pots
    heading = chart(page, "Wear of one tool, past and to come").locator("h2")
    expect(heading).to_contain_text("mill.mill40:", timeout=SECONDS)
    expect(page).to_have_url(re.compile("tool=mill.mill40"))
    card.get_by_text("Show as table").click()
    expect(card.locator(".chart-table tbody tr")).to_have_count(4)


def test_breakage_and_horizon_are_asked_anew_and_survive_a_reload(visit: Visit) -> None:
    page = opened(visit)
    before = page.locator("#tool_wear-grid").inner_text()
    page.get_by_role("switch", name="counts").click(force=True)
    advice = page.locator(".wear-advice")
    expect(advice).to_contain_text("Breakage does not count", timeout=ALL)
    assert page.locator("#tool_wear-grid").inner_text() != before
    page.locator("#tool_wear-horizon").get_by_text("8 h", exact=True).click()
    expect(page.locator(".ag-header-cell", has_text="P1, 8 h")).to_be_visible(timeout=ALL)
    expect(page).to_have_url(re.compile("hours=8&breakage=off"))
    page.reload()
    expect(page.locator(".ag-header-cell", has_text="P1, 8 h")).to_be_visible(timeout=ALL)
    expect(advice).to_contain_text("Breakage does not count")


def test_a_number_out_of_its_range_is_said_beside_its_field(visit: Visit) -> None:
    page = opened(visit)
    page.get_by_role("textbox", name="Now is at").fill("-5")
    expect(page.locator(".wear-field", has_text="Now is at")).to_contain_text("allowed 0 to 20000")


def test_the_source_is_switched_and_a_link_keeps_it(visit: Visit) -> None:
    page = opened(visit)
    page.get_by_text("Measured wear", exact=True).first.click()
    expect(rows(page)).to_have_count(3, timeout=SECONDS)
    expect(page).to_have_url(re.compile("source=table"))
    page.reload()
    expect(rows(page)).to_have_count(3, timeout=SECONDS)
    page.get_by_text("This plant", exact=True).click()
    expect(rows(page)).to_have_count(2, timeout=ALL)


def test_a_forecast_is_cancelled(visit: Visit) -> None:
    page = visit.go("/tool-wear?scenario=programme&at=30&hours=400")
    page.get_by_role("button", name="Cancel").first.click()
    expect(page.locator(FINDING)).to_contain_text("It was cancelled", timeout=ALL)


def test_the_past_of_the_plant_is_tested_and_survives_a_reload(visit: Visit) -> None:
    page = opened(visit)
    page.get_by_role("button", name="Test it on simulated lives").click()
    expect(page.locator(SCORES)).to_have_count(1, timeout=ALL)
    expect(page.locator("#tool_wear-lives tbody tr")).to_have_count(5)
    expect(page.locator("[id='tool_wear-life']")).to_contain_text("Prognostic horizon")
    expect(page.locator(".wear-trust")).to_contain_text("simulated tools")
    page.reload()
    expect(page.locator(SCORES)).to_have_count(1, timeout=SECONDS)


def test_every_file_is_taken_away(visit: Visit) -> None:
    page = opened(visit)
    found: dict[str, bytes] = {}
    for name in ("Work orders (CSV)", "Calendar (.ics)", "Workbook (XLSX)",
                 "MTConnect tool life (SHDR)", "OPC 40501 tool life (JSON)"):  # fmt: skip
        button = page.get_by_role("button", name=name)
        if not button.is_visible():
            page.locator(".wear-formats > summary").click()
        with page.expect_download() as taken:
            button.click()
        found[taken.value.suggested_filename] = Path(taken.value.path()).read_bytes()
    orders = found["work-orders.csv"].decode("utf-8-sig").splitlines()
    assert orders[0].startswith("ID,Title,Status,Priority,Description,Due Date,Estimated Hours,")
    assert all(",Tool change,mill," in line for line in orders[1:])
    assert b"LOCATION:mill" in found["tool-changes.ics"]
    assert found["tool-wear.xlsx"].startswith(b"PK")
    assert found["mtconnect.shdr"].count(b"|@ASSET@|") == 2
    assert len(json.loads(found["opc40501-tool-life.json"])["Tools"]) == 2


@pytest.mark.parametrize("visit", LOOKS, indirect=True, ids=NAMED)
def test_nothing_overflows_with_everything_open(visit: Visit) -> None:
    page = opened(visit)
    page.locator("#tool_wear-backtest").click()
    expect(page.locator(SCORES)).to_have_count(1, timeout=ALL)
    nothing_overflows(page)
