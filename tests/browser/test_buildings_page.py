"""The page Buildings in a browser: the run fills it, the slider moves it, strategies compare."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Visit
from tests.browser.test_looks import NAMED, _faults, _ready

LOOKS = [(DESK, "light", "en"), (DESK, "dark", "zh-TW"), (PHONE, "light", "zh-CN"),
         (PHONE, "dark", "en")]  # fmt: skip
FINDING = '[id*="buildings-plan"][id*="finding"]'


def _open(visit: Visit, more: str = "", scenario: str = "hall") -> Page:
    page = visit.go(f"/buildings?scenario={scenario}{more}")
    expect(page.locator("#buildings-verdict .verdict-words")).to_be_visible(timeout=120_000)
    _ready(page)
    return page


@pytest.mark.parametrize("visit", LOOKS, indirect=True, ids=NAMED)
def test_it_looks_right(visit: Visit) -> None:
    page = _open(visit, scenario="office")
    expect(page.locator(".chart:not(.is-empty) .js-plotly-plot")).to_have_count(4)
    assert _faults(page) == []


def test_the_moment_moves_and_survives_a_reload(visit: Visit) -> None:
    page = _open(visit, "&at=6")
    expect(page.locator(FINDING)).to_contain_text("At 06:00")
    page.locator("#buildings-moment [role=slider]").press("ArrowRight")
    expect(page.locator(FINDING)).to_contain_text("At 07:00")
    expect(page).to_have_url(re.compile("at=7"))
    page.reload()
    _ready(page)
    expect(page.locator(FINDING)).to_contain_text("At 07:00")


def test_strategies_are_compared_with_the_baseline(visit: Visit) -> None:
    page = _open(visit)
    page.get_by_role("button", name="Compare strategies").click()
    wider = page.locator("#buildings-strategies tbody tr", has_text="Set-points 1 K wider")
    expect(wider).to_contain_text("better", timeout=300_000)


def test_without_a_building_it_leads_to_one(visit: Visit) -> None:
    page = visit.go("/buildings?scenario=mill")
    expect(page.locator(".notice-title")).to_have_text("This scenario has no building")
    page.get_by_role("link", name="Machining hall, two winter days").click()
    expect(page.locator("#buildings-verdict .verdict-words")).to_be_visible(timeout=60_000)
