"""A CNC machine as a station of a line: what the machine does is what its station does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.plant import cnc
from twin.plant._cnc_programme import part_time
from twin.plant._line_floor import WORK, Timer
from twin.plant._line_people import DAY
from twin.plant._line_server import Server
from twin.plant.base import Process

if TYPE_CHECKING:
    from twin.plant._line_careful import Careful

WORDS = {
    "cutting": "working", "swapping": "working", "loading": "loading", "tool change": "setup",
    "inspection": "setup", "warm-up": "warm-up", "broken": "down", "down": "down",
    "off shift": "off shift",
}  # fmt: skip
"""State of a CNC machine → of its station; one that waits is what the line makes of it."""


class Machining:
    """Lets a CNC machine do the work of a station, and the station tell what the machine does."""

    def __init__(self, station: Careful, machine: cnc.Model) -> None:
        self.station = station
        self.machine = machine
        self.closed = False
        self.up_again = self.repair_began = 0.0
        machine.host = self
        station.planned = part_time(machine.steps, machine.settings.swap_time)

    def start(self) -> None:
        """Keep the machine's own hours, where it has any."""
        s = self.machine.settings
        manned = s.shift_length * s.shifts_per_day
        if manned < DAY:
            self.machine.env.process(self._keep_hours(manned))

    # -- what the machine asks and tells --------------------------------------------------------

    def entered(self) -> None:
        """The machine has gone into another state."""
        self.station.floor.touch(self.station)
        self.station.floor.settle_later()

    def broke_down(self, duration: float) -> None:
        """The machine has broken down; its repair takes ``duration`` [s]."""
        self.repair_began = self.machine.env.now
        self.station.floor.record.event(self.station.source, "breakdown", "", duration)

    def at_rest(self) -> str:
        """Return the state of the machine while it has no part."""
        now, s = self.machine.env.now, self.machine.settings
        if now < self.up_again:
            return "down"
        off_hours = (now + 1e-6) % DAY >= s.shift_length * s.shifts_per_day
        return "off shift" if self.closed or off_hours else "waiting"

    # -- what the station asks ------------------------------------------------------------------

    def word(self, server: Server) -> str:
        """Return the state of the station; empty at an instant at which a part goes on."""
        found = WORDS.get(self.machine.state)
        return found or ("" if server.mode == "working" else server.mode)

    def work(self, server: Server) -> None:
        """Machine the part that the station has taken."""
        server.mode = "working"
        floor = self.station.floor
        if floor.on_start is not None:
            floor.on_start(server)
        done = Timer(floor, (WORK, *server.order), lambda: self._machined(server, process))
        process = floor.env.process(
            self._part(f"{self.station.line.name}/{server.parts[0].number}")
        )
        assert process.callbacks is not None
        process.callbacks.append(lambda _event: floor.fire(done))

    def _part(self, subject: str) -> Process:
        if self.machine.env.now < self.up_again:
            yield self.machine.env.timeout(self.up_again - self.machine.env.now)
        good = yield from self.machine.machine_part(subject)
        return good

    def _machined(self, server: Server, process: object) -> None:
        if process.value:  # type: ignore[attr-defined]
            self.station.complete(server)
        else:
            server.mode = self.station.idle
            self.station.lose(server)

    def close(self, closed: bool) -> None:
        """End or begin the line's shift; a part on the machine is finished first."""
        self.closed = closed
        self._let_rest()

    @property
    def down(self) -> bool:
        """Whether the machine is broken down; the end of a repair is not known."""
        return self.machine.state == "down"

    def begin_down(self, left: float, repaired: float) -> None:
        """Begin the run in a repair that goes on for ``left`` [s]; 0 when nobody knows."""
        self.repair_began = self.machine.env.now - repaired
        self.up_again = self.machine.env.now + (left or self.machine.draw_repair())
        self._let_rest()
        self.machine.env.process(self._be_repaired())

    def _be_repaired(self) -> Process:
        yield self.machine.env.timeout(self.up_again - self.machine.env.now)
        self._let_rest()

    def _keep_hours(self, manned: float) -> Process:
        """Go off shift without a part as well, and come back when the day begins."""
        while True:
            for span in (manned, DAY - manned):
                yield self.machine.env.timeout(span)
                self._let_rest()

    def _let_rest(self) -> None:
        """Let a machine without a part be what its station is; before its start it asks itself."""
        if self.machine.state and not any(server.parts for server in self.station.servers):
            self.machine.rest()
