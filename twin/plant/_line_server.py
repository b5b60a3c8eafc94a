"""One machine of a station: it works, breaks down, is repaired, and holds what it has finished."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from twin.plant._line_floor import FAILURE, REPAIR, WORK, Timer
from twin.plant._line_parts import Holder, Part, Variant

if TYPE_CHECKING:
    from twin.plant._line_station import Station

INSTANT = 1e-9
"""Times nearer than this are one instant [s]."""
Stage = tuple[str, float, bool]
"""One stage of an operation: its state, its time [s], whether it needs the operator."""


class Server(Holder):
    """One machine of a station.

    ``mode`` is its state at the end of an instant; ``until_failure`` is what its failure clock
    has left [s]. An operation is one stage, working, unless it has to be set up or loaded.
    """

    __slots__ = (
        "_clock", "_failing", "_ran", "_repair", "_timer", "_wound", "broken", "left", "life",
        "mode", "noted", "operator", "parts", "product", "repair_began", "source", "stage",
        "stages", "until_failure", "whole",
    )  # fmt: skip
    station: Station

    def __init__(self, station: Station, index: int, source: str) -> None:
        super().__init__(station, (station.rank, index))
        self.source = source
        self.mode = "starved"
        self.noted = ""
        self.parts: list[Part] = []
        self.broken = False
        self.stages: list[Stage] = []
        self.stage = ""
        self.left = self.whole = self._ran = 0.0
        self.until_failure = self.life = math.inf
        self._wound = 0.0
        self.repair_began = -1.0
        self.product: Variant | None = None
        self.operator: Any = None
        self._failing = False
        self._timer = Timer(station.floor, (WORK, *self.order), self._ring)
        self._repair = Timer(station.floor, (REPAIR, *self.order), self._mended)
        self._clock = Timer(station.floor, (FAILURE, *self.order), self.strike)

    # -- an operation ---------------------------------------------------------------------------

    def begin(self, stages: list[Stage]) -> None:
        """Begin an operation on ``parts``; a machine that is down begins when it is up."""
        self.stages = stages
        if self.broken:
            self.stage = ""
        else:
            self.next_stage()

    def next_stage(self) -> None:
        """Go to the next stage, as soon as there is an operator where it needs one."""
        state, span, needed = self.stages[0]
        if needed and self.operator is None:
            self.operator = self.station.line.people.ask(self)
            if self.operator is None:
                self._enter("waiting operator")
                return
        elif self.operator is not None and not needed:
            self.leave_operator()
        del self.stages[0]
        self.stage = state
        self.left = self.whole = span
        if state == "working" and self.station.floor.on_start is not None:
            self.station.floor.on_start(self)
        self._run()

    def got(self, operator: Any) -> None:
        """An operator has come."""
        self.operator = operator
        if not self.broken:
            self.next_stage()
            self.station.floor.touch(self.station)

    def leave_operator(self) -> None:
        """Let the operator go."""
        operator, self.operator = self.operator, None
        if operator is not None:
            self.station.line.people.give_back(operator)

    def work(self, span: float) -> None:
        """Begin the one stage of a plain operation [s]."""
        self.stage = "working"
        self.left = self.whole = span
        if self.station.floor.on_start is not None:
            self.station.floor.on_start(self)
        if not self.broken:
            self._run()

    def _run(self) -> None:
        self.mode = self.stage
        left = self.left
        if self.until_failure < left and self.station.wears_at_work and self.stage == "working":
            if self.until_failure <= INSTANT:
                self._fail()
                return
            self._failing = True
            left = self.until_failure
        self._ran = self.station.floor.env.now
        self._timer.set(left)

    def _ring(self) -> None:
        """What was being done is done, or the machine breaks down at work."""
        station = self.station
        if self._failing:
            self._failing = False
            self.left -= self.until_failure
            self.until_failure = 0.0
            self._fail()
            return
        if station.wears_at_work and self.stage == "working":
            self.until_failure -= self.left
            if self.until_failure < INSTANT:
                self.until_failure = 0.0
        if self.stages:
            self.next_stage()
            station.floor.touch(station)
            return
        self.stage = ""
        station.complete(self)

    # -- failure and repair -----------------------------------------------------------------------

    def wind(self) -> None:
        """Draw when the machine fails next."""
        self._wind(self.station.draw_failure(), 0.0)

    def _wind(self, left: float, elapsed: float) -> None:
        self.until_failure, self.life = left, left + elapsed
        self._wound = self.station.floor.now - elapsed
        if not self.station.wears_at_work and self.until_failure < math.inf:
            self._clock.set(self.until_failure)

    def strike(self) -> None:
        """The failure clock of the calendar has run out."""
        self.until_failure = 0.0
        if self.stage:
            self.left -= self.station.floor.env.now - self._ran
            self._timer.stop()
            self._timer = Timer(self.station.floor, self._timer.order, self._ring)
        self._fail()

    def _fail(self) -> None:
        station = self.station
        self.broken = True
        rule = station.settings.on_failure
        if self.stage and rule == "scrap":
            self._lose()
        elif self.stage and rule == "restart":
            self.left = self.whole
        station.failed(self)

    def _lose(self) -> None:
        self.stages, self.stage = [], ""
        self.leave_operator()
        self.station.lose(self)

    def repair(self, duration: float) -> None:
        """Be repaired in ``duration`` [s]."""
        self._enter("down")
        self.repair_began = self.station.floor.now
        self._repair.set(duration)

    def await_repair(self) -> None:
        """Wait for the crew."""
        self.repair_began = -1.0
        self._enter("waiting repair")

    def _mended(self) -> None:
        self.broken = False
        station = self.station
        station.mended(self)
        self.wind()
        if self.outbox:
            self._enter(station.blocked)
        elif self.stage:
            self._run()
            station.floor.touch(station)
        elif self.parts:
            self.next_stage()
            station.floor.touch(station)
        else:
            self._enter(station.idle)
            station.freed(self)

    # -- from now -------------------------------------------------------------------------------

    def rewind(self, left: float, elapsed: float) -> None:
        """Fail in ``left`` [s], of a time of which ``elapsed`` [s] have passed before the run."""
        self._clock.stop()
        self._clock = Timer(self.station.floor, self._clock.order, self.strike)
        self._wind(left, elapsed)

    def go_on(self, stage: str, left: float, elapsed: float, stages: list[Stage]) -> None:
        """Be in a stage of which ``elapsed`` [s] have passed before the run."""
        self.stage, self.stages = stage, stages
        self.left, self.whole = left, left + elapsed
        if not self.broken:
            self._run()

    @property
    def at_it(self) -> float:
        """Time spent so far in the present stage, breakdowns left out [s]."""
        if not self.stage:
            return 0.0
        since = 0.0 if self.broken else self.station.floor.now - self._ran
        return self.whole - self.left + since

    @property
    def run(self) -> float:
        """Time that the failure clock has run since the last repair [s]."""
        station = self.station
        if self.life == math.inf or self.broken:
            return 0.0
        if not station.wears_at_work:
            return station.floor.now - self._wound
        working = self.stage == "working" and not self.broken
        return self.life - self.until_failure + (station.floor.now - self._ran if working else 0.0)

    def _enter(self, mode: str) -> None:
        self.mode = mode
        self.station.floor.touch(self.station)
