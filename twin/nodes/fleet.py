"""The nodes whose windows are due at one instant: they look together, each where its model runs."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from twin.nodes import cascade
from twin.nodes.inspection import is_sound
from twin.nodes.node import Node, Pending, Verdict, conclude_together
from twin.nodes.placement import Uplink, Way


@dataclasses.dataclass(frozen=True, slots=True)
class Due:
    """A window for a node, with its way up; ``truth`` is what the window really shows.

    ``first`` is the first stage of the node, which decides whether its model runs.
    """

    name: str
    node: Node
    uplink: Uplink
    block: npt.NDArray[np.float32]
    rate: float
    context: Mapping[str, float]
    truth: str = ""
    first: Node | None = None

    @property
    def expected(self) -> str:
        """What the node should say: a class of its model, abnormal for any fault where it names
        none, or the sound one for all else.
        """
        classes = self.node.card.classes
        if self.truth in classes or self.truth == IDLE:
            return self.truth
        faulty = bool(self.truth) and not is_sound(self.truth)
        return ABNORMAL if faulty and ABNORMAL in classes else self.node.healthy

    @property
    def faulty(self) -> bool:
        """Whether the window really shows a fault."""
        return self.expected != IDLE and not is_sound(self.expected)


@dataclasses.dataclass(frozen=True, slots=True)
class Looked:
    """The verdict on a window, none where nobody looked at it, and how it came to the plant.

    ``first``: what the first stage said, where there is one; ``passed``: whether the model looked.
    """

    verdict: Verdict | None
    way: Way
    first: Verdict | None = None
    passed: bool = False


IDLE = "idle"
ABNORMAL = "abnormal"


def look_together(due: Sequence[Due], now: float) -> list[Looked]:
    """Judge windows of many nodes; those with the same model go through its session as one batch.

    Parameters
    ----------
    due : sequence of Due
        Each node at most once.
    now : float
        When the windows were taken [s].
    """
    firsts = _first_stages(due)
    found: list[Verdict | Pending | None] = [
        _prepared(one, first) for one, first in zip(due, firsts, strict=True)
    ]
    asked = {place: _ask(one, state, firsts[place], now)
             for place, (one, state) in enumerate(zip(due, found, strict=True))
             if one.uplink.elsewhere and isinstance(state, Pending)}  # fmt: skip
    passed = [isinstance(state, Pending) for state in found]
    for place, way in asked.items():
        if not math.isfinite(way.known):
            found[place] = None
            due[place].node.missed()
    verdicts = conclude_together([one.node for one in due], found)
    return [_looked(one, verdict, asked.get(place), firsts[place], passed[place], now)
            for place, (one, verdict) in enumerate(zip(due, verdicts, strict=True))]  # fmt: skip


def _first_stages(due: Sequence[Due]) -> list[Verdict | None]:
    """What the first stages say, those of one model as one batch; ``None`` where there is none."""
    nodes = [one.first or one.node for one in due]
    found = [
        one.first.prepare(one.block, one.rate, one.context) if one.first else None for one in due
    ]
    return conclude_together(nodes, found)


def _prepared(one: Due, first: Verdict | None) -> Verdict | Pending:
    if first is not None and not cascade.opens(first, one.node.settings.gate_score):
        return cascade.shut(first, one.node)
    return one.node.prepare(one.block, one.rate, one.context)


def _ask(one: Due, state: Pending, first: Verdict | None, now: float) -> Way:
    share = one.node.share(state.samples)
    latency = one.uplink.on_board(one.node.latency(state), share)
    latency += first.latency if first else 0.0
    return one.uplink.ask(
        now, latency, one.uplink.upload_bytes(np.size(one.block), state.row.size), share
    )


def _looked(
    one: Due,
    verdict: Verdict | None,
    asked: Way | None,
    first: Verdict | None,
    passed: bool,
    now: float,
) -> Looked:
    if verdict is None:
        assert asked is not None
        return Looked(None, asked, first, passed)
    if asked is not None:
        latency = one.uplink.on_board(verdict.latency, one.node.share(np.size(one.block)))
        energy = latency * one.node.board.active_power
        verdict = dataclasses.replace(verdict, latency=latency, energy=energy)
    whole = _with_first(verdict, first) if passed else verdict
    way = asked or one.uplink.tell(now, whole.latency, whole.message_bytes)
    return Looked(whole, way, first, passed)


def _with_first(verdict: Verdict, first: Verdict | None) -> Verdict:
    """Add what the first stage cost."""
    if first is None:
        return verdict
    return dataclasses.replace(
        verdict, latency=verdict.latency + first.latency, energy=verdict.energy + first.energy
    )
