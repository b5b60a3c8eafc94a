"""The real gateway in a process of its own that gets kill -9 at one chosen moment.

``python gateway_killed_at.py FOLDER URL MOMENT`` with MOMENT ``STATE:before|after`` (a state put
in the journal) or ``writeN:before|after`` (the Nth write to the device). ``:before`` and
``:after`` are instants between two steps; nothing runs in between.
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


def main() -> None:
    leave_with_parent()
    service = build(Path(sys.argv[1]), sys.argv[2])
    arm(service, sys.argv[3])
    service.start()
    say_ready()
    service.run()


if __name__ == "__main__":
    main()
