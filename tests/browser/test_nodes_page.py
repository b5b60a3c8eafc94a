"""The pages Nodes and Models in a browser: fleet, bars, boards, card, and how they look."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Visit
from tests.browser.test_looks import NAMED, _faults, _ready

LOOKS = [(DESK, "light", "en"), (DESK, "dark", "zh-TW"), (PHONE, "light", "zh-CN"),
         (PHONE, "dark", "en")]  # fmt: skip
DENSE = re.compile("^(dense|全連接|全连接)1$")
FLEET = "#nodes-fleet .card:first-child"


def _open(visit: Visit, more: str = "") -> Page:
    page = visit.go(f"/nodes?scenario=watch{more}")
    expect(page.locator(".watch.open")).to_have_count(0, timeout=240_000)
    _ready(page)
    return page


@pytest.mark.parametrize("visit", LOOKS, indirect=True, ids=NAMED)
def test_nodes_look_right(visit: Visit) -> None:
    page = _open(visit)
    expect(page.locator(f"{FLEET} tbody tr")).to_have_count(2)
    expect(page.locator(".budget")).to_have_count(4)
    expect(page.locator(".boards tbody tr")).to_have_count(7)
    assert _faults(page) == []


@pytest.mark.parametrize("visit", LOOKS, indirect=True, ids=NAMED)
def test_models_look_right(visit: Visit) -> None:
    page = visit.go("/models?scenario=mill&model=bearing")
    expect(page.locator(".confusion tbody tr")).to_have_count(4)
    assert page.locator(".confusion tbody td").evaluate_all(
        "cells => cells.every(cell => getComputedStyle(cell).display === 'table-cell')"
    )
    expect(page.locator(".fails li").first).to_be_visible()
    assert _faults(page) == []


def test_the_fleet_tells_what_the_nodes_did(visit: Visit) -> None:
    page = _open(visit)
    expect(page.locator(f"{FLEET} h2")).to_contain_text("2 of 2 nodes raised an alarm")
    rows = page.locator(f"{FLEET} tbody tr")
    expect(rows.nth(0)).to_contain_text("every window")
    expect(rows.nth(1)).to_contain_text("on change")
    expect(rows.nth(1)).to_contain_text("outer ring")
    placed = page.locator(".placed tbody tr")
    expect(placed).to_have_count(2)
    expect(placed.nth(0)).to_contain_text("Bluetooth LE")
    expect(page.locator("#nodes-fleet .card").nth(1).locator("h2")).to_have_text(
        "No raw data leave the plant"
    )
    spent = [_joules(rows.nth(k).locator("td").nth(8).inner_text()) for k in (0, 1)]
    assert 0 < spent[1] <= 0.1 * spent[0]


def _joules(said: str) -> float:
    figure, unit = said.rsplit(" ", 1)
    return float(figure) * {"J": 1.0, "mJ": 1e-3, "µJ": 1e-6}[unit]


SHADED = """name => {
  const box = document.querySelector(name)?.closest('.table-wide');
  const look = box && getComputedStyle(box);
  return box && box.scrollWidth > box.clientWidth
    && look.backgroundAttachment === 'local, local, scroll, scroll'
    && look.backgroundImage.split('linear-gradient').length === 5;
}"""


@pytest.mark.parametrize("visit", LOOKS[2:], indirect=True, ids=NAMED[2:])
def test_a_table_wider_than_a_phone_shades_the_edge_where_more_lies(visit: Visit) -> None:
    page = _open(visit)
    for table in ("table.fleet", "table.placed", "table.boards"):
        page.wait_for_function(SHADED, arg=table)  # the run's figures may just be replacing it


def test_another_node_is_chosen_and_kept_in_the_address(visit: Visit) -> None:
    page = _open(visit)
    page.locator("#nodes-node").click()
    page.get_by_role("option", name="woken").click()
    expect(page).to_have_url(re.compile("node=woken"))
    page.get_by_role("link", name="Can I trust this model?").click()
    expect(page.locator("h1")).to_have_text("Models")
    expect(page.locator(".confusion")).to_be_visible()


def test_without_nodes_it_leads_to_some(visit: Visit) -> None:
    page = visit.go("/nodes?scenario=mill")
    expect(page.locator(".notice-title")).to_have_text("This scenario has no nodes")


@pytest.mark.parametrize("visit", LOOKS, indirect=True, ids=NAMED)
def test_stages_and_segments_look_right(visit: Visit) -> None:
    page = visit.go("/nodes?scenario=cascade&node=cascaded")
    expect(page.locator(".node-parts tbody tr")).to_have_count(2)
    expect(page.locator(".node-parts tbody tr").nth(0)).to_contain_text("anomaly")
    _ready(page)
    assert _faults(page) == []
    page = visit.go("/nodes?scenario=cascade&node=loaded")
    expect(page.locator(".node-parts tbody tr")).to_have_count(2)
    expect(page.locator(".node-parts tbody td.said").nth(0)).to_have_text(DENSE)
    _ready(page)
    assert _faults(page) == []


@pytest.mark.parametrize("visit", [LOOKS[0], LOOKS[3]], indirect=True, ids=[NAMED[0], NAMED[3]])
@pytest.mark.parametrize("page_name", ["nodes", "streams"])
def test_a_camera_shows_its_pictures_with_the_verdicts(visit: Visit, page_name: str) -> None:
    page = visit.go(f"/{page_name}?scenario=inspection_sampled")
    expect(page.locator(".watch.open")).to_have_count(0, timeout=240_000)
    _ready(page)
    film = page.locator(f"#{page_name}-{'seen' if page_name == 'nodes' else 'film'}")
    expect(film.locator("h2")).to_contain_text("of the last 8 pictures", timeout=60_000)
    expect(film.locator(".annotation-text")).to_have_count(8)
    assert _faults(page) == []
