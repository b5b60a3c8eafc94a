"""A change reached the machine: What-if and Overview start from what it holds now."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import STOPS_WITHIN, Visit, free_port, start_app
from twin.devices.change import State
from twin.devices.desk import Desk

SECONDS = 30_000


@pytest.fixture
def changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Address of an app whose machine was changed to 200 m/min."""
    monkeypatch.setenv("TWIN_HOME", str(tmp_path))
    port = free_port()
    process = start_app(tmp_path, port)
    try:
        desk = Desk()
        until = time.monotonic() + 30
        while not (desk.url and desk.held()):
            assert time.monotonic() < until, "the devices did not start"
            time.sleep(0.1)
        change = desk.draft({"mill.cutting_speed": 200})
        desk.approve(change.id, "approver", without_evidence="a test")
        assert desk.push(change.id).state is State.CONFIRMED
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(STOPS_WITHIN)


def test_what_if_starts_from_the_machine_and_its_request_is_accepted(
    changed: str, visit: Visit
) -> None:
    visit.address = changed
    page = visit.go("/what-if?n=4")
    said = page.locator(".started")
    expect(said).to_contain_text(re.compile(r"what the machine holds now.*200 m/min since \d\d:"))
    expect(said).to_contain_text("the scenario file says 180 m/min")
    expect(page).to_have_url(re.compile(r"base=mill\.cutting_speed=200&"), timeout=SECONDS)
    page.get_by_label("Cutting speed m/min").fill("210")
    expect(page).to_have_url(re.compile(r"set=mill\.cutting_speed=210&.*job="), timeout=SECONDS)
    expect(page.locator(".verdict-words")).not_to_contain_text("Baseline", timeout=SECONDS)
    page.get_by_role("button", name="Request change").click()
    page.get_by_role("button", name="Draft the change").click()
    expect(page.locator(".request")).to_contain_text("is drafted")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Compare from the scenario file").click()
    expect(said).to_contain_text("The machine holds other set-points")
    expect(page.get_by_role("group", name="Cutting speed", exact=True)).to_contain_text(
        "Baseline 180 m/min"
    )
    page = visit.go("/overview")
    expect(page.locator(".started")).to_contain_text("200 m/min since")
