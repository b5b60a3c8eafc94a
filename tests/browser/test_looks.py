"""Every page at a desk and on a phone, light and dark: nothing overflows, overlaps, is cut off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Visit
from twin.ui.pages.base import pages

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text("utf-8")
SERIOUS = {"serious", "critical"}
LOOKS = [(DESK, "light", "en"), (DESK, "dark", "zh-TW"), (PHONE, "light", "zh-CN"),
         (PHONE, "dark", "en")]  # fmt: skip
NAMED = ["desk", "desk-dark", "phone", "phone-dark"]
SAMPLES = {"streams": "spindle", "line": "line"}
"""Scenarios of the pages that have nothing to show of the first one."""
OVERLAPS = """() => {
  const shown = [...document.querySelectorAll('.header > *, .foot > *, .card, .page-top')]
    .filter(e => e.offsetParent !== null && e.offsetWidth > 1);
  const found = [];
  for (const a of shown) for (const b of shown) {
    if (a === b || a.contains(b) || b.contains(a) || a.parentElement !== b.parentElement) continue;
    const p = a.getBoundingClientRect(), q = b.getBoundingClientRect();
    const w = Math.min(p.right, q.right) - Math.max(p.left, q.left);
    const h = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
    if (w > 1 && h > 1) found.push((a.className || a.id) + ' over ' + (b.className || b.id));
  }
  return found;
}"""
CUT = """() => [...document.querySelectorAll('h1, h2, .noun, button, .tag, .box-name')]
  .filter(e => e.offsetParent !== null && e.scrollWidth > e.clientWidth + 2 && e.clientWidth > 0
    && !e.closest('.scenario, .visually-hidden'))
  .map(e => e.tagName + ': ' + e.textContent.slice(0, 40))"""


HEADED = """() => [...document.querySelectorAll('.ag-header-row')]
    .every(row => row.children.length || row.offsetParent === null)"""
"""A table's header has its cells some frames after its row."""


def _ready(page: Page) -> None:
    expect(page.locator(".watch.open")).to_have_count(0, timeout=60_000)
    expect(page.locator("h2", has_text="Loading")).to_have_count(0, timeout=20_000)
    page.wait_for_function(HEADED, timeout=20_000)


def _axe(page: Page) -> list[str]:
    page.evaluate(AXE)
    report: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{found['id']}: {node['html'][:160]}"
        for found in report["violations"]
        if found["impact"] in SERIOUS
        for node in found["nodes"]
    ]


@pytest.mark.parametrize(
    "visit", LOOKS, indirect=True, ids=["desk", "desk-dark", "phone", "phone-dark"]
)
def test_every_page(visit: Visit) -> None:
    found: dict[str, list[str]] = {}
    for entry in pages():
        scenario = SAMPLES.get(entry.name, "mill")
        extra = "&set=mill.cutting_speed=200&n=4" if entry.name == "what_if" else ""
        page = visit.go(f"{entry.path}?scenario={scenario}{extra}")
        _ready(page)
        faults = _faults(page)
        if faults:
            found[entry.name] = faults
    assert found == {}


def _faults(page: Page) -> list[str]:
    """Everything that is wrong with how a page looks."""
    size = page.viewport_size
    assert size is not None
    wide = page.evaluate("document.documentElement.scrollWidth") - size["width"]
    faults = [f"wider than the screen by {wide} px"] if wide > 0 else []
    if page.locator("h1").count() != 1:
        faults.append("not one h1")
    return [*faults, *page.evaluate(OVERLAPS), *page.evaluate(CUT), *_axe(page)]


def test_a_page_that_is_not_there(visit: Visit) -> None:
    page = visit.go("/nowhere")
    expect(page.locator("h1")).to_have_text("There is no such page")
    assert _axe(page) == []
    assert all("404" in fault for fault in visit.faults)
    visit.faults.clear()
