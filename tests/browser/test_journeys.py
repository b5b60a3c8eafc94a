"""What a person does: moves a slider and reads the result, reloads, cancels, changes language."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, STOPS_WITHIN, Visit, free_port, start_app

SECONDS = 30_000
HEADING = ".verdict-words"


def _settled(page: Page) -> str:
    """Wait until the verdict of the present draft is there, and read it."""
    expect(page.locator(HEADING)).to_be_visible(timeout=SECONDS)
    return page.locator(HEADING).inner_text()


def _slider(page: Page, name: str) -> None:
    page.get_by_role("slider", name=name, exact=True).focus()


def test_moving_a_slider_changes_the_result_and_a_reload_keeps_it(visit: Visit) -> None:
    page = visit.go("/what-if")
    assert _settled(page).startswith("Baseline")
    assert page.locator(".figures").inner_text().count("±") >= 4
    _slider(page, "Cutting speed")
    for _ in range(30):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_label("Cutting speed m/min")).to_have_value("210 m/min")
    expect(page.locator(HEADING)).not_to_contain_text("Baseline", timeout=SECONDS)
    verdict = _settled(page)
    assert re.search(r"\d", verdict)
    expect(page).to_have_url(re.compile(r"set=mill\.cutting_speed=210&.*job="), timeout=SECONDS)
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    page.reload()
    expect(page.locator(HEADING)).to_have_text(verdict, timeout=SECONDS)
    expect(page.get_by_label("Cutting speed m/min")).to_have_value("210 m/min")
    page.get_by_role("button", name="Undo").click()


def test_limits_move_with_the_slider_and_stop_the_run(visit: Visit) -> None:
    page = visit.go("/what-if?set=mill.axial_depth=2")
    used = page.locator(".limit", has_text="Spindle power").locator(".number")
    before = used.inner_text()
    page.get_by_label("Axial depth mm").fill("40")
    expect(used).not_to_have_text(before, timeout=SECONDS)
    expect(page.locator(".limit.over:not(.soft)")).to_contain_text("too much")
    expect(page.locator(".fault")).to_contain_text("spindle power")


def test_undo_redo_add_and_remove(visit: Visit) -> None:
    page = visit.go("/what-if")
    _settled(page)
    page.get_by_label("Cutting speed m/min").fill("200")
    expect(page).to_have_url(re.compile("cutting_speed=200"), timeout=SECONDS)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Cutting speed m/min")).to_have_value("180 m/min")
    page.get_by_role("button", name="Redo").click()
    expect(page.get_by_label("Cutting speed m/min")).to_have_value("200 m/min")
    page.get_by_role("combobox", name="Add a parameter").or_(
        page.get_by_label("Add a parameter")
    ).first.fill("coolant")
    page.get_by_role("option", name="Coolant", exact=True).click()
    expect(page.get_by_role("group", name="Coolant", exact=True)).to_be_visible()
    page.get_by_role("button", name="Take Coolant off the table", exact=True).click()
    expect(page.get_by_role("group", name="Coolant", exact=True)).to_have_count(0)


def test_a_long_run_can_be_cancelled(visit: Visit) -> None:
    page = visit.go("/what-if?scenario=line&set=line.stations.saw.cycle_time=83&n=500")
    cancel = page.get_by_role("button", name="Cancel")
    cancel.wait_for(timeout=SECONDS)
    expect(page.get_by_role("progressbar")).to_be_visible()
    cancel.click()
    expect(page.locator(".verdict .notice")).to_contain_text("Cancelled", timeout=SECONDS)
    expect(cancel).to_be_hidden()


def test_the_what_if_is_saved_as_a_scenario(visit: Visit, tmp_path: Path) -> None:
    page = visit.go("/what-if?set=mill.cutting_speed=200")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save scenario").click()
    text = Path(download.value.path()).read_text("utf-8")
    assert 'extends = "mill.toml"' in text
    assert "cutting_speed = 200  # m/min" in text


def test_a_pasted_link_in_another_language_gives_the_same_view(visit: Visit) -> None:
    page = visit.go("/what-if?set=mill.cutting_speed=200&lang=zh-TW")
    expect(page.locator("html")).to_have_attribute("lang", "zh-TW")
    expect(page.locator("h1")).to_have_text("假設分析")
    expect(page.get_by_role("slider", name="切削速度", exact=True)).to_have_attribute(
        "aria-valuenow", "200"
    )


def test_search_leads_to_a_parameter(visit: Visit) -> None:
    page = visit.go("/overview")
    page.keyboard.press("Control+k")
    box = page.locator("#search-box")
    expect(box).to_be_focused()
    page.keyboard.type("Feed per")
    page.get_by_role("option", name=re.compile("^Feed per tooth")).click()
    expect(page.locator("h1")).to_have_text("What-if")
    expect(page.get_by_role("group", name="Feed per tooth", exact=True)).to_be_visible()


def test_theme_is_kept_and_charts_follow(visit: Visit) -> None:
    page = visit.go("/what-if")
    _settled(page)
    page.get_by_role("button", name="Switch between light and dark").click()
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    page.locator("h1").wait_for()


@pytest.mark.parametrize("visit", [(PHONE, "light", "en")], indirect=True)
def test_a_phone_reaches_every_page(visit: Visit) -> None:
    page = visit.go("/what-if")
    page.get_by_role("button", name="More").click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_role("link", name="Streams").click()
    expect(page.locator("h1")).to_have_text("Streams")


@pytest.mark.parametrize("visit", [(DESK, "light", "en")], indirect=True)
def test_the_keyboard_reaches_the_content(visit: Visit) -> None:
    page = visit.go("/what-if")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#page")).to_be_focused()


def test_a_lost_server_is_said_and_nothing_is_left_behind(
    chromium: object, tmp_path: Path, visit: Visit
) -> None:
    port = free_port()
    process = start_app(tmp_path, port)
    children = subprocess.run(
        ["ps", "--ppid", str(process.pid), "-o", "pid="], capture_output=True, text=True, check=True
    ).stdout.split()
    assert children
    page = visit.page
    page.goto(f"http://127.0.0.1:{port}/overview")
    visit.faults.clear()
    page.locator("h1").wait_for()
    process.send_signal(signal.SIGTERM)
    assert process.wait(STOPS_WITHIN) == 0
    expect(page.locator("#lost")).to_be_visible(timeout=15_000)
    alive = subprocess.run(
        ["ps", "-o", "pid=", "-p", ",".join(children)], capture_output=True, text=True, check=False
    )
    assert alive.stdout.split() == []
    page.goto("about:blank")  # the page asks the lost server until it is left
    visit.faults.clear()


def test_a_margin_warns_while_the_slider_moves_and_refuses_nothing(visit: Visit) -> None:
    page = visit.go("/what-if?set=mill.axial_depth=2&set=mill.feed_per_tooth=0.08&n=4")
    chatter = page.locator(".margins .limit")
    expect(chatter).to_contain_text("Chatter depth")
    page.get_by_label("Axial depth mm").fill("6")
    expect(chatter).to_contain_text("would chatter")
    expect(chatter.locator(".mark.amber")).to_contain_text("▲")
    expect(page.locator(".fault")).to_be_empty()
    expect(page).to_have_url(re.compile("axial_depth=6.*job="), timeout=SECONDS)


def test_the_checks_run_with_progress_and_can_be_cancelled(visit: Visit) -> None:
    page = visit.go("/validation")
    page.get_by_role("button", name="Run the checks").click()
    if "TWIN_DATA" in os.environ:  # without recordings they are over before they are seen counting
        expect(page.locator(".watch-text")).to_have_text(
            re.compile(r"\d+ of \d+ checks"), timeout=60_000
        )
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".notice")).to_contain_text("Cancelled", timeout=60_000)
    expect(page.get_by_role("button", name="Run the checks")).to_be_visible()
