"""Every command that a page shows is run, and every page is up to date."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


def commands() -> list[tuple[str, str]]:
    """Every ``$ twin …`` line of a console block."""
    return [
        (page.relative_to(ROOT).as_posix(), line[2:])
        for page in PAGES
        for block in BLOCK.findall(page.read_text("utf-8"))
        for line in block.splitlines()
        if line.startswith("$ twin ")
    ]


def test_there_are_commands():
    assert len(commands()) >= 8


@pytest.mark.parametrize(("shown_in", "line"), commands())
def test_a_command_that_a_page_shows_works(shown_in, line, tmp_path):
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    words = shlex.split(line, comments=True)[1:]
    done = subprocess.run(
        [sys.executable, "-c", "from twin.cli.main import main; main()", *words],
        capture_output=True, text=True, timeout=300, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, f"{shown_in}: {line}\n{done.stdout[-800:]}{done.stderr[-800:]}"


def test_pages_are_up_to_date_and_links_lead_somewhere():
    done = subprocess.run(
        [sys.executable, ROOT / "docs" / "build.py", "--check"],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
