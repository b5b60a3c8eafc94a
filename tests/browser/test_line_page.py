"""The page Line in a browser: the run fills it, the slider moves it, the address keeps it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Visit
from tests.browser.test_looks import NAMED, _faults, _ready

LOOKS = [(DESK, "light", "en"), (DESK, "dark", "zh-TW"), (PHONE, "light", "zh-CN"),
         (PHONE, "dark", "en")]  # fmt: skip
FINDING = '[id*="line-layout"][id*="finding"]'


def _open(visit: Visit, more: str = "") -> Page:
    page = visit.go(f"/line?scenario=line{more}")
    expect(page.locator("#line-verdict h2")).to_contain_text("milling", timeout=120_000)
    _ready(page)
    return page


@pytest.mark.parametrize("visit", LOOKS, indirect=True, ids=NAMED)
def test_it_looks_right(visit: Visit) -> None:
    page = _open(visit)
    expect(page.locator(".chart:not(.is-empty) .js-plotly-plot")).to_have_count(4)
    assert _faults(page) == []


def test_the_moment_moves_and_survives_a_reload(visit: Visit) -> None:
    page = _open(visit, "&at=6")
    expect(page.locator(FINDING)).to_contain_text("At 06:00")
    page.locator("#line-moment [role=slider]").press("ArrowRight")
    expect(page.locator(FINDING)).to_contain_text("At 06:02")
    page.get_by_text("One hour around the moment").click()
    expect(page).to_have_url(re.compile("span=hour"))
    page.reload()
    _ready(page)
    expect(page.locator(FINDING)).to_contain_text("At 06:02")
    expect(page.locator("#line-span input:checked")).to_have_value("hour")


def test_the_next_breakdown_is_shown(visit: Visit) -> None:
    page = _open(visit, "&at=0")
    page.get_by_role("button", name="Next breakdown").click()
    expect(page.locator(FINDING)).to_contain_text("down")


def test_without_a_line_it_leads_to_one(visit: Visit) -> None:
    page = visit.go("/line?scenario=mill")
    expect(page.locator(".notice-title")).to_have_text("This scenario has no line")
    page.get_by_role("link", name="Gearbox line, one day").click()
    expect(page.locator("#line-verdict h2")).to_contain_text("milling", timeout=60_000)
