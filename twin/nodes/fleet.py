"""The nodes whose windows are due at one instant: they look together, each where its model runs."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from twin.nodes.node import Node, Pending, Verdict, conclude_together
from twin.nodes.placement import Uplink, Way


@dataclasses.dataclass(frozen=True, slots=True)
class Due:
    """A window for a node, with its way up; ``truth`` is what the window really shows."""

    name: str
    node: Node
    uplink: Uplink
    block: npt.NDArray[np.float32]
    rate: float
    context: Mapping[str, float]
    truth: str = ""

    @property
    def expected(self) -> str:
        """What the node should say: a class of its model, or the sound one for all else."""
        known = self.truth in self.node.card.classes or self.truth == IDLE
        return self.truth if known else self.node.healthy


@dataclasses.dataclass(frozen=True, slots=True)
class Looked:
    """The verdict on a window, none where nobody looked at it, and how it came to the plant."""

    verdict: Verdict | None
    way: Way


IDLE = "idle"


def look_together(due: Sequence[Due], now: float) -> list[Looked]:
    """Judge windows of many nodes; those with the same model go through its session as one batch.

    Parameters
    ----------
    due : sequence of Due
        Each node at most once.
    now : float
        When the windows were taken [s].
    """
    found: list[Verdict | Pending | None] = [
        one.node.prepare(one.block, one.rate, one.context) for one in due
    ]
    asked = {place: _ask(one, state, now)
             for place, (one, state) in enumerate(zip(due, found, strict=True))
             if one.uplink.elsewhere and isinstance(state, Pending)}  # fmt: skip
    for place, way in asked.items():
        found[place] = found[place] if math.isfinite(way.known) else None
    verdicts = conclude_together([one.node for one in due], found)
    return [_looked(one, verdict, asked.get(place), now)
            for place, (one, verdict) in enumerate(zip(due, verdicts, strict=True))]  # fmt: skip


def _ask(one: Due, state: Pending, now: float) -> Way:
    share = one.node.share(state.samples)
    latency = one.uplink.on_board(one.node.latency(state), share)
    return one.uplink.ask(
        now, latency, one.uplink.upload_bytes(np.size(one.block), state.row.size), share
    )


def _looked(one: Due, verdict: Verdict | None, asked: Way | None, now: float) -> Looked:
    if asked is None:
        assert verdict is not None
        return Looked(verdict, one.uplink.tell(now, verdict.latency, verdict.message_bytes))
    if verdict is None:
        return Looked(None, asked)
    latency = one.uplink.on_board(verdict.latency, one.node.share(np.size(one.block)))
    energy = latency * one.node.board.active_power
    return Looked(dataclasses.replace(verdict, latency=latency, energy=energy), asked)
