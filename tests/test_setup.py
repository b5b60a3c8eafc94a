"""The README's set-up commands, as a stranger would give them on a fresh copy."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NOT_COPIED = shutil.ignore_patterns(
    ".venv", ".git", "__pycache__", ".*_cache", "*.egg-info", "build", ".hypothesis"
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        assert answer.status == 200
        return answer.read().decode()


def wait_for(url: str, process: subprocess.Popen, seconds: float) -> str:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert process.poll() is None, "the app stopped"
        try:
            return get(url)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.3)
    raise AssertionError(f"{url} did not answer within {seconds} s")


def running_in(group: int) -> list[str]:
    """Command lines of what still runs in a process group."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text("utf-8").rsplit(")", 1)[1].split()
            command = (stat.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked
        if int(fields[2]) == group and fields[0] != "Z":
            found.append(command)
    return found


@pytest.fixture(scope="module")
def fresh_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clone") / "twin"
    shutil.copytree(ROOT, folder, ignore=NOT_COPIED)
    return folder


def test_make_app_on_a_fresh_copy_serves_the_first_page_and_stops_cleanly(fresh_copy, tmp_path):
    port = free_port()
    environment = {**os.environ, "TWIN_HOME": str(tmp_path / "home")}
    process = subprocess.Popen(
        ["make", "app", f"PORT={port}"], cwd=fresh_copy, env=environment, start_new_session=True
    )
    try:
        page = wait_for(f"http://127.0.0.1:{port}/", process, 420)
        assert "<title>" in page
        assert get(f"http://127.0.0.1:{port}/health") == "ok"
        layout = get(f"http://127.0.0.1:{port}/_dash-layout")
        assert "mill" in layout
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)
    time.sleep(1.0)
    assert running_in(process.pid) == []


def test_set_up_says_what_is_missing(fresh_copy):
    nothing = fresh_copy / "nothing"
    nothing.mkdir(exist_ok=True)
    for tool in ("sh", "dirname", "id"):
        found = shutil.which(tool)
        assert found
        if not (nothing / tool).exists():
            (nothing / tool).symlink_to(found)
    done = subprocess.run(
        [nothing / "sh", "scripts/venv"], cwd=fresh_copy, env={"PATH": str(nothing)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Python 3.11 or newer is needed" in done.stderr
    assert "sudo apt-get install python3 python3-venv" in done.stderr


def test_the_readme_has_exactly_two_set_up_commands():
    start = (ROOT / "README.md").read_text("utf-8").split("## Start")[1].split("\n## ")[0]
    blocks = re.findall(r"^```\n(.*?)^```", start, re.MULTILINE | re.DOTALL)
    assert [block.strip() for block in blocks] == ["make app", "make test"]


def test_the_lock_names_no_registry_and_pins_everything():
    lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    assert len(lines) > 50
    for line in lines:
        assert "://" not in line
        assert re.match(r"^[a-zA-Z0-9._-]+==[^ ]+( ;.*)?$", line), line
