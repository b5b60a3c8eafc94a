"""The fact rows, and the recorder that collects them.

Processes record what happened, in SI and in simulated seconds; nothing computes a KPI while
simulating. Any KPI can be recomputed later from the rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from twin.tables import Table

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Channel:
    """A quantity that an asset can be asked for: SI inside, shown in ``unit``."""

    name: str
    unit: str
    meaning: str


class Event(NamedTuple):
    """Something happened once: a part was finished, a tool broke. ``value`` is SI."""

    time: float
    source: str
    name: str
    subject: str
    value: float


class State(NamedTuple):
    """From ``time`` [s] on, ``source`` is in ``state``, until its next row."""

    time: float
    source: str
    state: str


class Sample(NamedTuple):
    """A channel had ``value`` [SI] at ``time`` [s]; it holds until the next row."""

    time: float
    source: str
    channel: str
    value: float


class Inference(NamedTuple):
    """A node looked at one window: its verdict, and what that cost the board."""

    time: float
    source: str
    label: str
    score: float
    latency: float
    energy: float
    alarm: bool


class Message(NamedTuple):
    """A node or a device sent ``size`` bytes."""

    time: float
    source: str
    topic: str
    size: int


class Block(NamedTuple):
    """One window of a sensor, as the node got it."""

    time: float
    source: str
    rate: float
    data: npt.NDArray[np.float32]


@dataclass(slots=True)
class Facts:
    """Everything one simulated run recorded.

    Attributes
    ----------
    end : float
        Simulated time at which recording stopped [s].
    warmup : float
        KPIs count from this time on [s].
    """

    end: float = 0.0
    warmup: float = 0.0
    events: Table[Event] = field(default_factory=lambda: Table(Event))
    states: Table[State] = field(default_factory=lambda: Table(State))
    samples: Table[Sample] = field(default_factory=lambda: Table(Sample))
    inferences: Table[Inference] = field(default_factory=lambda: Table(Inference))
    messages: Table[Message] = field(default_factory=lambda: Table(Message))
    blocks: list[Block] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Take lists of rows as well as tables."""
        for name, row in FACT_TABLES.items():
            rows = getattr(self, name)
            if not isinstance(rows, Table):
                setattr(self, name, Table(row, rows))


FACT_TABLES: dict[str, Any] = {
    "events": Event,
    "states": State,
    "samples": Sample,
    "inferences": Inference,
    "messages": Message,
}
"""The tables of a run by name, and what their rows are."""


class Recorder:
    """Collects fact rows, stamped with the simulated time.

    Parameters
    ----------
    clock : callable
        Returns the simulated time [s].
    keep_blocks : int
        How many of the latest windows of each sensor are kept; raw data is bulky, facts are not.
    """

    def __init__(self, clock: Callable[[], float], keep_blocks: int = 8) -> None:
        self.facts = Facts()
        self._clock = clock
        self._keep_blocks = keep_blocks
        self._event = self.facts.events.append
        self._state = self.facts.states.append
        self._sample = self.facts.samples.append
        self._blocks: dict[str, list[Block]] = {}
        self.before_close: list[Callable[[float], None]] = []
        self.on_block: list[Callable[[Block], None]] = []

    def event(self, source: str, name: str, subject: str = "", value: float = 0.0) -> None:
        """Record that ``name`` happened at ``source``."""
        self._event((self._clock(), source, name, subject, value))

    def state(self, source: str, state: str) -> None:
        """Record that ``source`` is in ``state`` from now on."""
        self._state((self._clock(), source, state))

    def sample(self, source: str, channel: str, value: float) -> None:
        """Record that ``channel`` of ``source`` has ``value`` [SI] from now on."""
        self._sample((self._clock(), source, channel, value))

    def inference(
        self, source: str, label: str, score: float, latency: float, energy: float, alarm: bool
    ) -> None:
        """Record a node's verdict on one window; ``latency`` [s], ``energy`` [J]."""
        self.facts.inferences.append((self._clock(), source, label, score, latency, energy, alarm))

    def message(self, source: str, topic: str, size: int) -> None:
        """Record that ``source`` sent ``size`` bytes."""
        self.facts.messages.append((self._clock(), source, topic, size))

    def block(self, source: str, rate: float, data: npt.NDArray[np.float32]) -> None:
        """Keep one sensor window; older windows of the same sensor fall out of the ring.

        Whoever needs all of them, and may keep a few numbers of each, is told by ``on_block``.
        """
        ring = self._blocks.setdefault(source, [])
        ring.append(Block(self._clock(), source, rate, data))
        del ring[: -self._keep_blocks]
        for hear in self.on_block:
            hear(ring[-1])

    def close(self, end: float, warmup: float) -> Facts:
        """Finish recording at ``end`` [s] and return the facts.

        Whoever computes ahead in blocks is asked, by ``before_close``, for its rows up to ``end``.
        """
        for flush in self.before_close:
            flush(end)
        self.facts.end, self.facts.warmup = end, warmup
        self.facts.blocks = [block for ring in self._blocks.values() for block in ring]
        return self.facts
