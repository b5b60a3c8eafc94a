"""Real gateways, each a process of its own, some of which get kill -9 at one chosen moment.

``python gateway_nursery.py FOLDER URL`` reads a moment a line and forks a gateway for it, so that
a test does not wait for the imports. A moment is ``STATE:before|after`` (a state put in the
journal), ``writeN:before|after`` (the Nth write to the device), or ``never``.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from twin.devices.gateway_service import Service, build
from twin.devices.process import leave_with_parent, say_ready


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def arm(service: Service, moment: str) -> None:
    step, _, side = moment.partition(":")
    journal: Any = service.gateway.journal
    put = journal.put

    def armed_put(entry: Any, number: Any = None) -> None:
        hit = step == str(entry.state)
        if hit and side == "before":
            die()
        put(entry, number)
        if hit:
            die()

    journal.put = armed_put
    count = 0
    for device in service.devices.values():

        def armed_write(*a: Any, write: Any = device.write, **k: Any) -> None:
            nonlocal count
            count += 1
            hit = step == f"write{count}"
            if hit and side == "before":
                die()
            write(*a, **k)
            if hit:
                die()

        device.write = armed_write  # type: ignore[method-assign]


def child(moment: str, life_line: int) -> None:
    """Be one gateway, until the nursery closes the line or the moment comes."""
    os.dup2(life_line, 0)
    leave_with_parent()
    service = build(Path(sys.argv[1]), sys.argv[2])
    arm(service, moment)
    service.start()
    say_ready(pid=os.getpid())
    service.run()


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the killed
    lines: list[int] = []
    say_ready()
    for moment in sys.stdin:
        reader, writer = os.pipe()
        if os.fork() == 0:
            for line in (*lines, writer):
                os.close(line)
            child(moment.strip(), reader)
        os.close(reader)
        lines.append(writer)


if __name__ == "__main__":
    main()
