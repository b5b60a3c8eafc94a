"""What-if in a real browser: what cannot be run says so, and nothing that was typed is lost."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE, Visit

SECONDS = 60_000
NUMBER = ".param-number input"
HIDDEN = """() => {
  const at = document.activeElement, bar = document.querySelector('.foot');
  if (!at || at === document.body || !at.closest('#page') || at.closest('.foot')) return null;
  const box = at.getBoundingClientRect();
  return box.height && box.top > bar.getBoundingClientRect().top - 2 ? at.outerHTML : null;
}"""


def test_a_value_out_of_range_is_not_run_and_says_so(visit: Visit) -> None:
    page = visit.go("/what-if?scenario=mill&set=mill.cutting_speed=5000")
    expect(page.locator("#what-if-note")).to_contain_text("Not run: Cutting speed", timeout=SECONDS)
    expect(page.locator(".verdict h2")).to_have_text("No result yet")
    expect(page.locator(".editor")).to_contain_text("Allowed: 5 to 2000 m/min")
    expect(page.locator(".watch.open")).to_have_count(0)
    assert "job=" not in page.url


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("set=mill.coolant=beer", "allowed dry"),
        ("set=mill.cutting_speed=abc", "a number is needed, allowed 5 to 2000 m/min"),
        ("n=100000", "allowed 2 to 500 runs"),
    ],
)
def test_an_address_that_cannot_be_read_names_the_value_and_the_way_on(
    visit: Visit, query: str, words: str
) -> None:
    page = visit.go(f"/what-if?scenario=mill&{query}")
    expect(page.locator(".notice.red")).to_contain_text(words, timeout=SECONDS)
    page.get_by_role("link", name="Open the page without it").click()
    expect(page.locator(NUMBER).first).to_have_value("180 m/min", timeout=SECONDS)


def test_the_menu_brings_the_edits_back(visit: Visit) -> None:
    page = visit.go("/what-if?scenario=mill&n=2")
    page.locator(NUMBER).first.fill("215")
    expect(page).to_have_url(re.compile("cutting_speed=215"), timeout=SECONDS)
    page.locator(".nav .nav-link", has_text="Overview").click()
    expect(page.locator("h1")).to_have_text("Overview", timeout=SECONDS)
    page.locator(".nav .nav-link", has_text="What-if").click()
    expect(page.locator(NUMBER).first).to_have_value("215 m/min", timeout=SECONDS)
    page.locator(".nav .nav-link", has_text="What-if").click()
    expect(page.locator(NUMBER).first).to_have_value("215 m/min")


def test_no_change_is_asked_for_without_its_own_result(visit: Visit) -> None:
    page = visit.go("/what-if?scenario=mill&n=2")
    expect(page.locator(".verdict-words")).to_be_visible(timeout=SECONDS)
    page.locator(".foot-auto label").first.click()
    page.locator(NUMBER).first.fill("225")
    expect(page.locator("#what-if-note")).to_contain_text("Press Run", timeout=SECONDS)
    page.get_by_role("button", name="Request change").click()
    expect(page.locator(".request")).to_contain_text("no finished comparison", timeout=SECONDS)
    expect(page.get_by_role("button", name="Draft the change")).to_be_disabled()


def test_a_change_can_be_asked_for_as_soon_as_the_comparison_has_ended(visit: Visit) -> None:
    page = visit.go("/what-if?scenario=mill&set=mill.cutting_speed=193&n=150")
    page.get_by_role("button", name="Request change").click()
    expect(page.locator(".request")).to_be_visible(timeout=SECONDS)
    expect(page.locator(".verdict-words")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name="Draft the change")).to_be_enabled(timeout=SECONDS)
    expect(page.locator(".request")).to_contain_text("→ 193 m/min")


@pytest.mark.parametrize(
    "visit", [((1280, 520), "light", "en"), (PHONE, "light", "en")], indirect=True
)
def test_the_bar_at_the_foot_never_hides_the_field_with_the_focus(visit: Visit) -> None:
    page = visit.go("/what-if?scenario=mill&set=mill.cutting_speed=5000")
    page.locator(NUMBER).first.wait_for()
    for _ in range(40):
        page.keyboard.press("Tab")
        assert page.evaluate(HIDDEN) is None


@pytest.mark.parametrize("visit", [(PHONE, "light", "en"), (DESK, "light", "en")], indirect=True)
def test_undo_and_the_number_of_runs_are_in_reach_everywhere(visit: Visit) -> None:
    page = visit.go("/what-if?scenario=mill&set=mill.cutting_speed=5000")
    for name in ("Run", "Undo", "Redo", "Save scenario", "Request change"):
        expect(page.get_by_role("button", name=name, exact=True)).to_be_in_viewport()
    expect(page.get_by_label("Runs of each variant")).to_be_in_viewport()


UNHURRIED = """() => {
  const later = window.setTimeout, every = window.setInterval;
  window.setTimeout = (f, ms, ...rest) => later(f, ms === 350 ? 1e8 : ms, ...rest);
  window.setInterval = (f, ms, ...rest) => every(f, ms === 2000 ? 1e8 : ms, ...rest);
}"""
"""Takes away the waits after which the page would go on by itself."""


@pytest.mark.parametrize("leave", ["Enter", "Tab"])
def test_who_has_done_with_a_number_does_not_wait(visit: Visit, leave: str) -> None:
    visit.page.add_init_script(f"({UNHURRIED})()")
    page = visit.go("/what-if?scenario=mill&n=2")
    expect(page.locator(".verdict-words")).to_be_visible(timeout=SECONDS)
    first = page.locator(".verdict-noun").get_attribute("data-job")
    page.locator(NUMBER).first.fill("215")
    page.locator(NUMBER).first.press(leave)
    expect(page).to_have_url(re.compile("cutting_speed=215"), timeout=SECONDS)
    expect(page.locator(".verdict-noun")).not_to_have_attribute("data-job", first or "")
    job = page.locator(".verdict-noun").get_attribute("data-job")
    assert f"job={job}" in page.url


def test_all_figures_are_drawn_when_they_are_opened_and_follow_the_result(visit: Visit) -> None:
    page = visit.go("/what-if?scenario=mill&n=2&set=mill.cutting_speed=190")
    expect(page.locator(".verdict-words")).to_be_visible(timeout=SECONDS)
    rows = page.locator(".figures-card details tbody tr")
    expect(rows).to_have_count(0)
    page.locator(".figures-card summary").click()
    expect(rows.first).to_contain_text("mill", timeout=SECONDS)
    before = rows.all_inner_texts()
    page.locator(NUMBER).first.fill("240")
    page.locator(NUMBER).first.blur()
    expect(page).to_have_url(re.compile("cutting_speed=240"), timeout=SECONDS)
    expect(rows.first).not_to_have_text(before[0], timeout=SECONDS)
    expect(rows).to_have_count(len(before))
