"""The real app with its worker, and one headless Chromium that may reach nothing else."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

ROOT = Path(__file__).resolve().parents[2]
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 20_000
"""How long a browser may take for one step on a busy machine [ms]."""
STOPS_WITHIN = 90
"""How long the app may take to stop on a busy machine, workers included [s]."""
DESK, PHONE = (1280, 800), (390, 844)
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def _chromium() -> str:
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    pytest.skip("no Chromium on the path: apt-get install chromium")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_app(home: Path, port: int) -> subprocess.Popen[bytes]:
    """Start ``twin app`` as a user does, and wait until it answers."""
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "app.py"), "--port", str(port)],
        cwd=ROOT,
        env={**os.environ, "TWIN_HOME": str(home)},
        stdout=subprocess.DEVNULL,
    )
    for _ in range(960):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2)
        except OSError:
            time.sleep(0.125)
        else:
            return process
    process.kill()
    raise AssertionError("the app did not start")


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the running app."""
    port = free_port()
    process = start_app(tmp_path_factory.mktemp("app-home"), port)
    yield f"http://127.0.0.1:{port}"
    process.send_signal(signal.SIGTERM)
    process.wait(STOPS_WITHIN)


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    browser = playwright.chromium.launch(executable_path=_chromium(), args=ARGS)
    yield browser
    browser.close()


@dataclass
class Visit:
    """A page in the browser, and everything that went wrong in it."""

    page: Page
    address: str
    faults: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open a path of the app."""
        self.page.goto(self.address + path)
        self.page.locator("h1").wait_for()
        return self.page

    def watch(self) -> None:
        """Collect console errors, page errors, and requests that leave the app."""
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))
        self.page.on("request", self._request)

    def _console(self, message: Any) -> None:
        if message.type == "error":
            self.faults.append(f"console: {message.text}")

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.faults.append(f"foreign request: {request.url}")


@pytest.fixture
def visit(chromium: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """A fresh visitor; parametrise indirectly with (size, theme, language)."""
    size, theme, lang = getattr(request, "param", (DESK, "light", "en"))
    context = chromium.new_context(
        viewport={"width": size[0], "height": size[1]}, accept_downloads=True
    )
    for name, value in (("twin_theme", theme), ("twin_lang", lang)):
        context.add_cookies([{"name": name, "value": value, "url": address}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    visitor = Visit(page, address)
    visitor.watch()
    yield visitor
    context.close()
    assert visitor.faults == []
