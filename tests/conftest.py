"""What every test shares: a home folder of its own, the recordings, and no silent skips in CI."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
IN_CI = os.environ.get("CI", "").lower() == "true"


def _recordings() -> Path | None:
    chosen = os.environ.get("TWIN_DATA")
    for folder in (Path(chosen) if chosen else None, ROOT.parent / "shared" / "data"):
        if folder is not None and folder.is_dir():
            return folder
    return None


@pytest.fixture(scope="session")
def recordings() -> Path:
    """Folder of the real recordings (docs/data.md); the test is skipped where there are none."""
    folder = _recordings()
    if folder is None:
        pytest.skip("no recordings: set TWIN_DATA to their folder (docs/data.md)")
    return folder


@pytest.fixture(autouse=True)
def twin_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give every test a home folder of its own, so that none reads another's runs."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("TWIN_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def scenarios() -> Path:
    """The shipped scenarios."""
    return ROOT / "scenarios"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """In CI a skipped test is a failure: what was not run was not shown to work."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"
