"""``twin forecast`` as typed, in this process."""

from __future__ import annotations

import sys

import pytest

from twin.cli.main import main


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """Return its exit code."""
    monkeypatch.setattr(sys, "argv", ["twin", "forecast", *words])
    try:
        main()
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0
