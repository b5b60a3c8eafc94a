"""What a person waits for: a what-if of a building's year, from pressing Run to its answer."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from bench.buildings import ZONES, _house
from bench.measure import Figure
from twin import engines
from twin.snapshot import to_toml

ASKED = 20
"""Questions, each with a strategy of its own."""
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
SET_POINT = "house.zones.z0.heating_setpoint"
PATIENCE = 120_000
SEEN = """(before) => {
  const at = new URL(location).searchParams.get('job');
  const verdict = document.querySelector('.verdict-noun');
  return at && at !== before && verdict && verdict.dataset.job === at
      && document.querySelector('.verdict-words').offsetParent !== null
      && !document.querySelector('.results.stale');
}"""
"""The verdict that stands there is of another job than before, and of the one the page shows."""
JOB = "() => new URL(location).searchParams.get('job')"


@contextmanager
def _app(scenario: Path) -> Iterator[str]:
    """The app with its worker, as a user starts it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    app = Path(__file__).parents[1] / "app.py"
    process = subprocess.Popen(
        [sys.executable, str(app), str(scenario), "--port", str(port)],
        env={**os.environ, "TWIN_HOME": str(scenario.parent / "home")},
        stdout=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _answers(address)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(90)


def _answers(address: str) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(f"{address}/health", timeout=2)
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("the app did not start")


def _ask(page: Any, value: float) -> float:
    """Seconds from leaving the field with a new value to the verdict on the page.

    The page runs by itself, as it does for everybody who does not switch that off; where it has
    begun to while the value was typed, the time is shorter: the slow ones are the whole way.
    """
    before = page.evaluate(JOB)
    page.locator(".param-number input").first.fill(f"{value:.2f}")
    started = time.perf_counter()
    page.locator(".param-number input").first.blur()
    page.wait_for_function(SEEN, arg=before, timeout=PATIENCE)
    took = time.perf_counter() - started
    page.wait_for_timeout(800)
    return took


def _waits(address: str) -> list[float]:
    """Seconds that each question took, the first two aside: they load code."""
    from playwright.sync_api import sync_playwright

    chromium = next(found for name in NAMES if (found := shutil.which(name)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(PATIENCE)
        page.goto(f"{address}/what-if?scenario=ten&n=2&set={SET_POINT}=19")
        page.locator(".verdict-words").wait_for()
        found = [_ask(page, 19.0 + 0.05 * i) for i in range(1, ASKED + 3)]
        browser.close()
    return found[2:]


def what_if_year() -> Iterator[Figure]:
    """A year of ten zones with another strategy, all KPIs, in Chromium."""
    engines.warm()  # on disk from here on, as after an installation
    document = dict(_house(ZONES).document)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ten.toml"
        file.write_text(to_toml({"title": "Ten rooms", **document}), "utf-8")
        with _app(file) as address:
            waits = _waits(address)
    name = f"what-if in the browser: a year, {ZONES} zones, two strategies, all KPIs"
    yield Figure(f"{name}, median", float(np.median(waits)), "s wall")
    yield Figure(f"{name}, p95", float(np.quantile(waits, 0.95)), "s wall")


ALL = (what_if_year,)
