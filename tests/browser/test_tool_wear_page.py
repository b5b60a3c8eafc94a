"""The page Tool wear in a real browser: choose a tool, ask again, bring a table, take it away."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE, Visit
from tests.browser.test_looks import CUT, LOOKS, NAMED, OVERLAPS, _axe, _ready

SECONDS = 60_000
YOURS = (
    "tool,minutes,VB um\nT07,5,80\nT07,10,110\nT07,20,170\nT07,30,260\nT08,5,60\nT08,10,90\n"
    "T08,20,120\nT08,35,170\nT09,5,70\nT09,12,95\n"
)
FINDING = "[id='tool_wear-finding']"
SCORES = "#tool_wear-scores tbody tr"


def opened(visit: Visit, query: str = "") -> Page:
    page = visit.go(f"/tool-wear?source=table{query}")
    listed(page).wait_for(timeout=SECONDS)
    return page


def listed(page: Page) -> Locator:
    """The first tool as this screen lists it: a row of the table, or a card on a phone."""
    return page.locator(
        ".ag-pinned-left-cols-container .ag-row:visible, .wear-card:visible"
    ).first  # fmt: skip


def rows(page: Page) -> Locator:
    return page.locator(".ag-pinned-left-cols-container .ag-row")


def chart(page: Page, name: str) -> Locator:
    return page.locator(".card.chart", has=page.get_by_text(name, exact=True))


def pick(page: Page, label: str, option: str) -> None:
    page.get_by_label(label, exact=True).first.click()
    page.locator("[role=option]:visible", has_text=re.compile(f"^{option}$")).first.click()


def test_the_shipped_figures_are_there_at_once(visit: Visit) -> None:
    page = opened(visit)
    expect(page.locator(FINDING)).to_contain_text("c6")
    expect(page.locator(".wear-source").first).to_contain_text("Real measurements")
    expect(rows(page)).to_have_count(3)
    expect(page.locator(".fan-small")).to_have_count(3)
    expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=SECONDS)
    expect(page.locator(".option")).not_to_have_count(0)


@pytest.mark.parametrize("visit", [(PHONE, "light", "en")], indirect=True)
def test_on_a_phone_tools_are_cards_that_choose(visit: Visit) -> None:
    page = opened(visit)
    cards = page.locator(".wear-card")
    expect(cards).to_have_count(3)
    expect(cards.first).to_contain_text("learnt from 3 tools only")
    heading = chart(page, "Wear of one tool, past and to come").locator("h2")
    expect(heading).to_contain_text("c6:", timeout=SECONDS)
    expect(page.locator(".watch.open")).to_have_count(0, timeout=SECONDS)
    page.wait_for_timeout(2000)
    cards.nth(2).click()
    expect(heading).to_contain_text("c1:", timeout=SECONDS)
    expect(cards.nth(2)).to_have_class("wear-card chosen")


def test_a_tool_is_chosen_by_mouse_by_keyboard_and_by_its_address(visit: Visit) -> None:
    page = opened(visit)
    rows(page).nth(2).click()
    heading = chart(page, "Wear of one tool, past and to come").locator("h2")
    expect(heading).to_contain_text("c1:", timeout=SECONDS)
    expect(page).to_have_url(re.compile("tool=c1"))
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    expect(heading).to_contain_text("c4:", timeout=SECONDS)
    page.reload()
    expect(heading).to_contain_text("c4:", timeout=SECONDS)
    expect(page.get_by_role("combobox", name="Tool").or_(page.locator("#tool_wear-tool"))
           .first).to_have_value("c4")  # fmt: skip


def test_a_lower_limit_is_a_higher_risk_and_stays_in_the_address(visit: Visit) -> None:
    page = opened(visit)
    before = page.locator(FINDING).inner_text()
    field = page.get_by_role("textbox", name="Wear limit VB")
    field.fill("0.25")
    expect(page.locator(FINDING)).not_to_have_text(before, timeout=SECONDS)
    expect(page).to_have_url(re.compile("limit=0.25"))
    field.fill("99")
    expect(page.locator(".wear-field").first).to_contain_text("allowed 0.0001 to 20 mm")


def test_every_chart_opens_its_table(visit: Visit) -> None:
    page = opened(visit)
    for name in ("Risk by tool", "Wear of one tool, past and to come", "Cost of changing it later"):
        card = chart(page, name)
        card.get_by_text("Show as table").click()
        expect(card.locator(".chart-table tbody tr").first).to_be_visible()


def test_the_past_is_tested_on_demand(visit: Visit) -> None:
    page = opened(visit)
    page.get_by_role("button", name="Test it on the past").click()
    expect(page.locator(SCORES)).to_have_count(3, timeout=SECONDS)
    heading = chart(page, "How good past forecasts were").locator("h2")
    expect(heading).to_contain_text("of 84 readings")
    expect(page.locator(".wear-trust")).to_contain_text("Only 3 tools, fewer than 6")
    page.reload()
    expect(page.locator(SCORES)).to_have_count(3, timeout=SECONDS)


def test_work_orders_and_calendar_are_taken_away(visit: Visit) -> None:
    page = opened(visit)
    with page.expect_download() as orders:
        page.get_by_role("button", name="Work orders (CSV)").click()
    text = Path(orders.value.path()).read_text("utf-8-sig")
    assert text.startswith("ID,Title,Status,Priority,Description,Due Date,Estimated Hours,")
    assert "Change tool c6" in text
    with page.expect_download() as dates:
        page.get_by_role("button", name="Calendar (.ics)").click()
    assert dates.value.suggested_filename.endswith(".ics")
    assert "BEGIN:VEVENT" in Path(dates.value.path()).read_text("utf-8")


def test_ones_own_table_is_read_once_its_columns_are_named(visit: Visit) -> None:
    page = opened(visit)
    table = {"name": "mine.csv", "mimeType": "text/csv", "buffer": YOURS.encode()}
    page.locator("#tool_wear-upload input[type=file]").set_input_files(table)  # type: ignore[arg-type]
    faults = page.locator(".fault-lines")
    missing = "Column: cutting time: choose which column it is, above"
    expect(faults).to_contain_text(missing, timeout=SECONDS)
    expect(faults).not_to_contain_text("--map")
    pick(page, "Column: cutting time", "minutes")
    pick(page, "Column: flank wear", "VB um")
    expect(faults).to_contain_text("choose the unit under “Wear is in”", timeout=SECONDS)
    pick(page, "Wear is in", "µm")
    expect(rows(page)).to_have_count(3, timeout=SECONDS)
    expect(page.locator(FINDING)).to_contain_text("T07")
    address = page.url
    page.goto(address)
    expect(rows(page)).to_have_count(3, timeout=SECONDS)


def brought(page: Page, text: bytes, name: str = "mine.csv") -> None:
    table = {"name": name, "mimeType": "text/csv", "buffer": text}
    page.locator("#tool_wear-upload input[type=file]").set_input_files(table)  # type: ignore[arg-type]


def test_a_file_that_is_no_table_is_refused_and_the_old_forecast_marked(visit: Visit) -> None:
    page = opened(visit)
    brought(page, b"\x89PNG\x00\x01", "x.csv")
    refused = page.locator("#tool_wear-refused")
    expect(refused).to_contain_text("x.csv: is not a text file", timeout=SECONDS)
    expect(refused).to_contain_text("still the forecast of: PHM cutters")
    expect(rows(page)).to_have_count(3)
    hatched = page.locator(".cards").evaluate("e => getComputedStyle(e).backgroundImage")
    assert "repeating-linear-gradient" in hatched


def test_a_file_of_70_mb_is_refused_with_its_limit(visit: Visit, tmp_path: Path) -> None:
    page = opened(visit)
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.truncate(70_000_000)
    page.locator("#tool_wear-upload input[type=file]").set_input_files(large)
    refused = page.locator("#tool_wear-refused")
    expect(refused).to_contain_text("large.csv has 70 MB; allowed: 5 MB")
    expect(rows(page)).to_have_count(3)


def test_times_off_by_1000_are_taken_once_their_unit_is_said(visit: Visit) -> None:
    page = opened(visit)
    brought(page, b"tool,time_min,vb_mm\nA,20000,0.05\nA,60000,0.12\nB,50000,0.1\n")
    faults = page.locator(".fault-lines")
    expect(faults).to_contain_text("choose the unit under “Time is in”", timeout=SECONDS)
    expect(rows(page)).to_have_count(0)
    pick(page, "Time is in", "min")
    expect(rows(page)).to_have_count(2, timeout=SECONDS)
    expect(page).to_have_url(re.compile("unit=time_min"))


def nothing_overflows(page: Page) -> None:
    """Open every table, and look for what is cut, laid over another or out of reach."""
    _ready(page)
    for summary in page.locator(".chart-table > summary:visible").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]
    assert page.evaluate(OVERLAPS) == []
    assert page.evaluate(CUT) == []
    assert _axe(page) == []


@pytest.mark.parametrize("visit", LOOKS, indirect=True, ids=NAMED)
def test_nothing_overflows_with_everything_open(visit: Visit) -> None:
    page = opened(visit, "&tool=c4")
    page.locator("#tool_wear-backtest").click()
    expect(page.locator(SCORES)).to_have_count(3, timeout=SECONDS)
    nothing_overflows(page)
