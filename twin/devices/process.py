"""Helper processes: started with a line of JSON that says they are ready, gone with their parent.

A child watches its standard input: the pipe ends when the parent ends, however it ended, and the
child with it. (A death signal would fire when the *thread* that started the child ends.)
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

START_S = 20.0
STOP_S = 5.0


class NotStarted(Exception):  # noqa: N818
    """A helper process did not get ready."""


def leave_with_parent() -> None:
    """End this process at once when its parent has gone."""

    def watch() -> None:
        while os.read(0, 4096):
            pass
        os._exit(0)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def say_ready(**facts: Any) -> None:
    """Tell the parent that this process is ready."""
    print(json.dumps({"ready": True, **facts}), flush=True)


class Child:
    """One helper process: ``python -m module arguments``."""

    def __init__(
        self, command: Sequence[str], log: Path, env: Mapping[str, str] | None = None
    ) -> None:
        self.command = list(command)
        self.log = log
        self.env = dict(env or {})
        self._process: subprocess.Popen[bytes] | None = None
        self.facts: dict[str, Any] = {}
        self._ready = False

    @classmethod
    def module(
        cls, name: str, *arguments: str, log: Path, env: Mapping[str, str] | None = None
    ) -> Child:
        """A child that runs a module of this package with this interpreter."""
        return cls([sys.executable, "-m", name, *arguments], log, env)

    def start(self, timeout_s: float = START_S) -> dict[str, Any]:
        """Start it, wait until it is ready, and return what it said."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._ready = False
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, **self.env},
            )
        line = self._first_line(timeout_s)
        try:
            self.facts = json.loads(line)
        except ValueError:
            self.stop()
            raise NotStarted(self._why(timeout_s)) from None
        self._ready = True
        return self.facts

    def _first_line(self, timeout_s: float) -> bytes:
        assert self._process is not None
        assert self._process.stdout is not None
        stream = self._process.stdout
        lines: queue.Queue[bytes] = queue.Queue()
        reader = threading.Thread(target=lambda: lines.put(stream.readline()), daemon=True)
        reader.start()
        try:
            return lines.get(timeout=timeout_s)
        except queue.Empty:
            return b""

    def _why(self, timeout_s: float) -> str:
        said = self.log.read_text(errors="replace").strip().splitlines()
        last = said[-1] if said else f"it said nothing within {timeout_s:g} s"
        return f"{' '.join(self.command[1:4])} did not start: {last} (see {self.log})"

    @property
    def pid(self) -> int:
        """The process id; 0 when it does not run."""
        return self._process.pid if self._process is not None and self.running else 0

    @property
    def running(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def ready(self) -> bool:
        """Whether it runs and has said that it is ready."""
        return self._ready and self.running

    def gone(self, timeout_s: float) -> bool:
        """Wait until it has ended by itself; False when it has not."""
        try:
            return self._process is None or self._process.wait(timeout_s) is not None
        except subprocess.TimeoutExpired:
            return False

    def stop(self) -> None:
        """End it, gently first."""
        if self._process is None:
            return
        if self.running:
            self._process.terminate()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self.stop()
