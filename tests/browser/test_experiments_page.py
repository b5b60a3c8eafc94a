"""The page Experiments in a browser: ask, watch, read, find again, put away, take along."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.test_looks import LOOKS, NAMED, _faults, _ready

ASKED = (
    "/experiments?scenario=mill&new=1&base=horizon=2&minimise=mill.cost_per_part&n=6&runs=30"
    "&confirm=8&points=8&vary=mill.cutting_speed=140:220:3&vary=mill.feed_per_tooth=0.12:0.16:2"
)
DESIGNS = {"desk": ("grid", "tornado", "optimise"), "phone-dark": ("sample", "sobol")}
"""Each design is looked at once, in one of the looks whose language the helper reads."""
ALL = 180_000
"""Patience with a whole experiment on a busy machine [ms]."""


def run(visit: Visit, design: str) -> Page:
    """Ask an experiment in the form and wait for its result; one that ran before is there."""
    page = visit.go(f"{ASKED}&design={design}")
    button = page.get_by_role("button", name="Run", exact=True)
    expect(page.locator("#experiments-estimate")).to_contain_text("runs at most")
    button.click()
    expect(page).to_have_url(re.compile("job="))
    page.locator(".chart:not(.is-empty) .main-svg").first.wait_for(timeout=ALL)
    _ready(page)
    return page


@pytest.mark.parametrize("visit", LOOKS, indirect=True, ids=NAMED)
def test_results_and_form_look_right(visit: Visit, request: pytest.FixtureRequest) -> None:
    found: dict[str, list[str]] = {}
    for design in DESIGNS.get(request.node.callspec.id, ()):
        found[design] = _faults(run(visit, design))
    page = visit.go(f"{ASKED}&design=grid")
    found["form"] = _faults(page)
    page = visit.go("/experiments?scenario=mill")
    expect(page.locator(".finding").first).to_be_visible()
    found["history"] = _faults(page)
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_a_grid_is_asked_read_and_found_again(visit: Visit) -> None:
    page = run(visit, "grid")
    expect(page.locator("#experiments-result h2")).to_contain_text(re.compile("best of 6"))
    expect(page.locator(".points-grid .ag-center-cols-container .ag-row")).to_have_count(6)
    chosen = page.locator("#experiments-chosen")
    link = chosen.get_by_role("link", name="Open in What-if")
    best = link.get_attribute("href") or ""
    row = page.locator(".points-grid .ag-center-cols-container .ag-row").nth(3)
    row.click()
    expect(page).to_have_url(re.compile(r"point=\d"))
    expect(link).not_to_have_attribute("href", best)
    href = link.get_attribute("href") or ""
    assert "set=mill.cutting_speed=" in href
    assert "base=horizon=2" in href
    address = page.url
    page.goto(address)
    _ready(page)
    expect(page.locator("#experiments-chosen").get_by_role("link")).to_have_attribute("href", href)
    page.goto(visit.address + "/experiments?scenario=mill")
    page.get_by_label("Find: a parameter").fill("grid feed")
    expect(page.locator(".finding")).to_have_count(1)
    page.locator(".finding-words").click()
    expect(page).to_have_url(re.compile(r"/experiments\?scenario=mill&job="))
    expect(page.locator("#experiments-result h2")).to_contain_text("best of 6")


def test_the_files_hold_the_points(visit: Visit) -> None:
    page = run(visit, "grid")
    with page.expect_download() as taken:
        page.get_by_role("button", name="JSON").click()
    document = json.loads(Path(taken.value.path()).read_text("utf-8"))
    assert len(document["points"]) == 6
    assert document["question"]["minimise"] == "mill.cost_per_part"
    with page.expect_download() as taken:
        page.get_by_role("button", name="CSV").click()
    assert len(Path(taken.value.path()).read_text("utf-8-sig").splitlines()) == 7


def test_what_is_wrong_stands_beside_its_field(visit: Visit) -> None:
    page = visit.go(f"{ASKED}&design=grid")
    box = page.get_by_label("Cutting speed: to")
    box.fill("5000")
    box.press("Tab")
    row = page.locator(".vary", has_text="Cutting speed")
    expect(row.locator(".fault")).to_contain_text("5 to 2000 m/min")
    expect(page.locator("#experiments-run")).to_be_disabled()
    page.get_by_role("button", name="Take Cutting speed off the table").click()
    expect(page.locator(".vary")).to_have_count(1)
    expect(page.locator("#experiments-run")).to_be_enabled()
    expect(page).not_to_have_url(re.compile("cutting_speed"))


def test_a_row_is_put_away_and_brought_back(visit: Visit) -> None:
    run(visit, "tornado")
    page = visit.go("/experiments?scenario=mill&q=tornado")
    expect(page.locator(".finding")).to_have_count(1)
    page.get_by_role("button", name="Put away: ").click()
    expect(page.locator(".notice-title")).to_have_text("No experiment is like that")
    page.locator("#experiments-undo").click()
    expect(page.locator(".finding")).to_have_count(1)


def test_a_long_experiment_is_cancelled_and_gone_on_with(visit: Visit) -> None:
    page = visit.go(
        "/experiments?scenario=mill&new=1&base=file&minimise=mill.cost_per_part&n=60&design=sample"
        "&points=500&vary=mill.cutting_speed=140:220:3"
    )
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(".watch-text", has_text="of 501")).to_be_visible(timeout=ALL)
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#experiments-result")).to_contain_text("Cancelled", timeout=ALL)
    expect(page.get_by_role("button", name="Go on")).to_be_visible()
