"""The bearings of the page Tool wear, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Visit
from tests.browser.test_tool_wear_page import SECONDS, nothing_overflows
from tests.browser.test_tool_wear_page import opened as opened_tools

ROWS = "#bearings-grid tbody tr"
OWN_WEAR = b"tool,time_min,vb_mm\nA,5,0.05\nA,15,0.12\nB,5,0.06\nB,20,0.16\nC,10,0.1\nC,25,0.2\n"


def opened(visit: Visit, query: str = "") -> Page:
    page = opened_tools(visit, query)
    page.locator(ROWS).nth(1).wait_for(timeout=SECONDS)
    return page


def orders(page: Page) -> str:
    with page.expect_download() as taken:
        page.get_by_role("button", name="Work orders (CSV)").click()
    return Path(taken.value.path()).read_text("utf-8-sig")


def upload(page: Page, where: str, text: bytes) -> None:
    table = {"name": "mine.csv", "mimeType": "text/csv", "buffer": text}
    page.locator(f"#{where} input[type=file]").set_input_files(table)  # type: ignore[arg-type]


@pytest.mark.parametrize("visit", [(DESK, "light", "en"), (PHONE, "dark", "zh-TW")], indirect=True)
def test_the_shipped_bearings_are_there_and_fit_the_screen(visit: Visit) -> None:
    page = opened(visit)
    expect(page.locator(ROWS)).to_have_count(2)
    expect(page.locator("#bearings-finding")).to_contain_text("Bearing1_1")
    expect(page.locator("#bearings-body .js-plotly-plot")).to_be_visible(timeout=SECONDS)
    nothing_overflows(page)


def test_a_bearing_is_chosen_by_its_address(visit: Visit) -> None:
    page = opened(visit, "&bearing=Bearing3_2")
    advice = page.locator("#bearings-body .card.chart h2")
    expect(advice).to_contain_text("Bearing3_2", timeout=SECONDS)


def test_ones_own_work_orders_have_no_bearing_of_the_test_rig(visit: Visit) -> None:
    page = opened(visit)
    assert "Bearing1_1" in orders(page)
    upload(page, "tool_wear-upload", OWN_WEAR)
    expect(page.locator(".ag-pinned-left-cols-container .ag-row").first).to_contain_text(
        "C", timeout=SECONDS
    )
    page.locator(ROWS).nth(1).wait_for(timeout=SECONDS)
    written = orders(page)
    assert "Change tool" in written
    assert "Bearing" not in written


def test_a_trend_that_goes_back_in_time_is_refused(visit: Visit) -> None:
    page = opened(visit)
    upload(page, "bearings-upload", b"part,time_min,rms\nA,10,0.5\nA,5,0.6\n")
    faults = page.locator("#bearings-faults")
    expect(faults).to_contain_text("choose which column it is", timeout=SECONDS)
    upload(page, "bearings-upload", b"unit,time_min,rms\nA,10,0.5\nA,5,0.6\n")
    expect(faults).to_contain_text("time_min", timeout=SECONDS)
    expect(page.locator(ROWS)).to_have_count(1)
    expect(page.locator(ROWS)).to_contain_text("the table has to be read first")
