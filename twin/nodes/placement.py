"""Where a model runs: on the node, on the gateway of the plant, or in a cloud.

On the node only the verdict travels, when there is news. Elsewhere each window that the model is
asked about goes up first, raw or as features. The way up has a rate, may be allowed a share of the
time only, and drops out; what cannot go waits in the node's buffer or is lost. So each placement
has its own delay, bytes, energy, and share of windows that are judged rightly and in time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from twin.errors import BadInput, Fault
from twin.nodes.boards import Board
from twin.nodes.cost import inference_time, instructions, run_time
from twin.nodes.library import Card
from twin.nodes.links import LINKS, Link, LinkName, carry
from twin.nodes.outages import Outages
from twin.params import Params, choice, count, quantity

NODE, GATEWAY, CLOUD = "node", "gateway", "cloud"
HOST_SPEED = {GATEWAY: 1.5e9, CLOUD: 6e9}
"""Instructions a second of who runs the model instead (assumption): one core of a Cortex-A72 at
1.5 GHz with one instruction a cycle, one of a server at 3 GHz with two [1/s]."""
SAMPLE_BYTES = {"vibration": 2, "image": 1, "thermal": 2}
"""What a raw sample takes: 16 bits of a waveform or temperature, 8 of a grey picture [byte]."""
NEVER = math.inf


class PlacementSettings(Params):
    """Where the model of a node runs, and the way there."""

    place: Literal["node", "gateway", "cloud"] = choice(
        "node", "Where the model runs: on the node's board, on the plant's gateway, or in a cloud."
    )
    send: Literal["window", "features"] = choice(
        "window", "What goes up when the model runs elsewhere: the raw window, or its features."
    )
    link: LinkName = choice("ble", "Link between the node and the gateway.")
    outage_every: float = quantity(
        0, "h", 0, 87_600, "Mean time between two drop-outs of that link; 0: it never drops.",
        assumption=True,
    )  # fmt: skip
    outage_lasting: float = quantity(
        5, "min", 0, 100_000, "Mean time that such a drop-out lasts.", assumption=True
    )
    backhaul_every: float = quantity(
        0, "h", 0, 87_600,
        "Mean time between two drop-outs of the connection to the cloud; 0: it never drops.",
        assumption=True,
    )  # fmt: skip
    backhaul_lasting: float = quantity(
        10, "min", 0, 100_000, "Mean time that a drop-out of that connection lasts.",
        assumption=True,
    )  # fmt: skip
    backhaul_delay: float = quantity(
        50, "ms", 0, 60_000, "Time from the gateway to the cloud, one way.", assumption=True
    )
    buffer: int = count(
        65_536, 0, 1_000_000_000, "Bytes that the node keeps while they wait for the link.", "B"
    )
    deadline: float = quantity(
        60, "s", 0.001, 604_800,
        "A verdict that comes later than this after its window is of no use any more.",
        assumption=True,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Way:
    """How a verdict on a window came, or will come, to where the plant can use it.

    Attributes
    ----------
    known : float
        When the plant knows it [s]; infinite when it never will.
    size : int
        Sent by the node, framing included [byte]; 0 when nothing was.
    energy : float
        Of the node's radio [J].
    left : int
        Bytes of raw data or features that left the plant.
    """

    known: float
    size: int = 0
    energy: float = 0.0
    left: int = 0


class Uplink:
    """The way up of one node: a queue on a link that may drop out.

    Parameters
    ----------
    name : str
        Of the node.
    settings : PlacementSettings
    card : Card
        Of its model.
    board : Board
    outages, backhaul : Outages
        Of the link to the gateway, and of the gateway's connection to the cloud.
    """

    def __init__(
        self,
        name: str,
        settings: PlacementSettings,
        card: Card,
        board: Board,
        outages: Outages,
        backhaul: Outages,
    ) -> None:
        self.settings = settings
        self._link = LINKS[settings.link]
        self._topic = f"twin/{name}/"
        self._outages, self._backhaul = outages, backhaul
        self._card, self._board = card, board
        self._free = 0.0  # when the link may be used next [s]
        self._waiting: list[tuple[float, int]] = []  # until when, and how much [byte]
        self._told = 0.0  # when the plant had the last news of the node [s]

    @property
    def elsewhere(self) -> bool:
        """Whether the model runs somewhere else than on the node."""
        return self.settings.place != NODE

    def upload_bytes(self, samples: int, inputs: int) -> int:
        """Bytes of one window as it goes up: raw, or one INT8 code for each input."""
        if self.settings.send == "features":
            return inputs
        return samples * SAMPLE_BYTES.get(self._card.sensor, 2)

    def refuse_narrow(self, samples: int, period: float, path: str, file: str) -> None:
        """Refuse a link that cannot carry a window in the ``period`` of its sensor [s].

        Raises
        ------
        BadInput
            With how long the link takes, and what fits instead.
        """
        size = self.upload_bytes(samples, len(self._card.inputs))
        hold = carry(self._link, size, self._topic + self.settings.send).hold
        if hold > period:
            message = _narrow(self._link, self.settings.send, size, hold, period)
            where = f"{path}.link"
            raise BadInput(Fault(message, path=where, file=file, value=repr(self._link.name)))

    def on_board(self, latency: float, samples_share: float) -> float:
        """Time of the board for a window, of what it took with the model on it [s].

        ``samples_share``: size of the window over the one the features are costed for [1].
        """
        if not self.elsewhere:
            return latency
        latency -= inference_time(self._card.layers, self._board)
        if self.settings.send == "window":
            latency -= run_time(self._card.front.instructions * samples_share, self._board)
        return max(latency, 0.0)

    def tell(self, now: float, latency: float, size: int) -> Way:
        """Send the news of a verdict of ``size`` bytes that the node gave; 0: no news."""
        if not size:
            return Way(max(now + latency, self._told))
        way = self._send(now + latency, size, "verdict")
        self._told = way.known
        return way

    def ask(self, now: float, latency: float, size: int, samples_share: float) -> Way:
        """Send a window of ``size`` bytes up and have it judged there."""
        way = self._send(now + latency, size, self.settings.send)
        if not math.isfinite(way.known):
            return way
        known = way.known + self._host_time(samples_share)
        if self.settings.place == GATEWAY:
            return Way(known, way.size, way.energy)
        there = self._backhaul.done(way.known, 0.0) + self.settings.backhaul_delay
        answered = self._backhaul.done(there + self._host_time(samples_share), 0.0)
        return Way(answered + self.settings.backhaul_delay, way.size, way.energy, size)

    def _send(self, now: float, size: int, what: str) -> Way:
        self._waiting = [entry for entry in self._waiting if entry[0] > now]
        idle = now >= self._free and self._outages.up(now)
        if not idle and sum(kept for _, kept in self._waiting) + size > self.settings.buffer:
            return Way(NEVER)
        taken = carry(self._link, size, self._topic + what)
        start = max(now, self._free)
        there = self._outages.done(start, taken.time)
        self._free = there + (taken.hold - taken.time)
        self._waiting.append((there, size))
        return Way(there, taken.size, taken.energy)

    def _host_time(self, samples_share: float) -> float:
        """Time of the gateway or the cloud for one window [s]."""
        work = sum(instructions(layer) for layer in self._card.layers)
        if self.settings.send == "window":
            work += self._card.front.instructions * samples_share
        return work / HOST_SPEED[self.settings.place]


def _narrow(link: Link, send: str, size: int, hold: float, period: float) -> str:
    """Say that a window does not pass, and what would."""
    share = f", which may be used {100 * link.duty:g} % of the time" if link.duty < 1 else ""
    other = 'the model on the node (place = "node")'
    if send == "window":
        other = f'send = "features", a faster link, or {other}'
    return (
        f"{size} B of each window take {hold:.3g} s of {link.title}{share}; the sensor has a new "
        f"one every {period:g} s; what fits: a longer period, {other}"
    )
