"""The page Changes in a real browser: from the draft to the value read back, and back again."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DESK, PHONE, Visit
from tests.browser.test_looks import CUT, NAMED, OVERLAPS, _axe, _ready

SECONDS = 30_000
MEANING = "[id='changes-meaning']"


def drafted(visit: Visit, speed: int) -> Page:
    """Draft a change in What-if as a person does, and follow it to its page."""
    page = visit.go(f"/what-if?scenario=mill&set=mill.cutting_speed={speed}&n=4")
    expect(page.locator(".verdict-words")).not_to_contain_text("Baseline", timeout=SECONDS)
    page.get_by_role("button", name="Request change").click()
    page.get_by_label("Why (people who approve will read it)").fill("rush order")
    page.get_by_role("button", name="Draft the change").click()
    page.get_by_role("link", name="See it under Changes").click()
    expect(page.locator(MEANING)).to_have_text("Simulated, waiting for approval", timeout=SECONDS)
    return page


def act_as(page: Page, name: str) -> None:
    page.get_by_label("You act as").first.click()
    page.locator("[role=option]:visible", has_text=name).click()


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=re.compile(name))


def approve(page: Page) -> None:
    act_as(page, "Approver")
    button(page, "^Approve$").click()
    expect(page.locator(MEANING)).to_have_text("Approved, ready to push", timeout=SECONDS)


def test_a_change_goes_all_the_way_and_back(visit: Visit) -> None:
    page = drafted(visit, 205)
    expect(page.locator("#changes-about")).to_contain_text("Why: rush order")
    expect(button(page, "^Approve$")).to_be_disabled(timeout=SECONDS)
    why = page.locator("#changes-first-words")
    expect(why).to_contain_text("Operator may not approve. Approver, Supervisor may")
    act_as(page, "Approver")
    expect(button(page, "^Approve$")).to_be_enabled(timeout=SECONDS)
    expect(why).to_contain_text("Signs exactly")
    approve(page)
    expect(page.locator(".change-refused")).to_have_text("")
    button(page, "Push to the machine").click()
    button(page, "Not yet").click()
    expect(page.locator(MEANING)).to_have_text("Approved, ready to push")
    button(page, "Push to the machine").click()
    button(page, "Yes, write .*205 m.min").click()
    expect(page.locator(MEANING)).to_have_text(re.compile("^Done"), timeout=SECONDS)
    expect(page.locator("#changes-items tbody")).to_contain_text("205 m/min")
    expect(page.locator("#changes-chain")).to_contain_text("chain of hashes is whole")
    expect(page.locator("#changes-device")).to_contain_text("205 m/min", timeout=SECONDS)
    button(page, "^Roll back$").click()
    button(page, "Yes, put back .*180 m.min").click()
    expect(page.locator(MEANING)).to_have_text("The old values are back", timeout=SECONDS)
    expect(page.locator("#changes-device")).to_contain_text("180 m/min", timeout=SECONDS)


def test_a_change_is_chosen_by_keyboard_and_by_its_address(visit: Visit) -> None:
    page = drafted(visit, 195)
    first = page.url
    drafted(visit, 190)
    page.locator(".change-row").nth(1).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#changes-id")).to_contain_text("195 m/min", timeout=SECONDS)
    expect(page).to_have_url(re.compile(re.escape(first.split("change=")[1][:19])))
    button(page, "^Withdraw$").click()
    expect(page.locator(MEANING)).to_have_text("Taken back before it was sent", timeout=SECONDS)


def test_an_address_of_no_change_says_so(visit: Visit) -> None:
    page = visit.go("/changes?change=C-20000101-00000000")
    expect(page.locator("#changes-finding")).not_to_have_text("Loading…", timeout=SECONDS)
    expect(page.locator(".change-detail.is-empty")).to_have_count(1)


SIZES = [(DESK, "light", "en"), (DESK, "dark", "en"), (PHONE, "light", "en"), (PHONE, "dark", "en")]


@pytest.mark.parametrize("visit", SIZES, indirect=True, ids=NAMED)
def test_nothing_overflows_with_a_change_open(visit: Visit) -> None:
    page = drafted(visit, 198)
    _ready(page)
    expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=SECONDS)
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]
    assert page.evaluate(OVERLAPS) == []
    assert page.evaluate(CUT) == []
    assert _axe(page) == []
