"""Runs of the compiled calendar: it goes on until it needs something, and gets it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from twin.plant import _line_shop as shop
from twin.plant._line_plan import Block, Layout
from twin.plant._line_shop import Whole, link_idle
from twin.records import Array
from twin.rng import stream

TABLES = {
    "events": (shop.L_EVENTS, shop.L_N_EVENTS, shop.EVENT_ROW),
    "states": (shop.L_STATES, shop.L_N_STATES, shop.STATE_ROW),
    "samples": (shop.L_SAMPLES, shop.L_N_SAMPLES, shop.SAMPLE_ROW),
}


@functools.cache
def _advance() -> Any:
    from twin.compiled import stamp
    from twin.plant import (
        _line_acts,
        _line_calendar,
        _line_comings,
        _line_instants,
        _line_machines,
        _line_moves,
        _line_plain,
        _line_starts,
        _line_timers,
    )

    modules = (
        _line_acts, _line_calendar, _line_comings, _line_machines, _line_moves, _line_plain,
        _line_instants, _line_starts, _line_timers, shop,
    )  # fmt: skip
    return _line_calendar.kernel(stamp(*modules))


@dataclass
class Recorded:
    """What a run recorded: tables of words, in order, and the lead times."""

    events: list[Whole] = field(default_factory=list)
    states: list[Whole] = field(default_factory=list)
    samples: list[Whole] = field(default_factory=list)
    leads: list[Array] = field(default_factory=list)

    def take(self, m: Whole) -> None:
        """Empty the tables of the memory."""
        for name, (at, number, width) in TABLES.items():
            rows = m[m[at] : m[at] + m[number] * width].reshape(-1, width)
            getattr(self, name).append(rows.copy())
            m[number] = 0
        first = m[shop.L_LEADS]
        self.leads.append(m.view(np.float64)[first : first + m[shop.L_N_LEADS]].copy())
        m[shop.L_N_LEADS] = 0


class Stuck(Exception):  # noqa: N818 - the reference engine says it in full
    """Stations wait for each other in a ring."""


def run(
    layout: Layout, seed: int, start: float, end: float, tick: Callable[[], None] = lambda: None
) -> tuple[Whole, Recorded]:
    """Run a line up to ``end`` [s]; KPIs count from ``start`` [s]. Return its memory and records.

    Raises
    ------
    Stuck
        When stations wait for each other in a ring.
    """
    from twin.plant import _line_calendar as calendar

    blocks = [(pool, source(lambda name: stream(seed, name))) for pool, source in layout.sources]
    m, recorded, advance = layout.memory.copy(), Recorded(), _advance()
    m.view(np.float64)[[shop.L_START, shop.L_END]] = start, end
    why = calendar.DRY
    while why != calendar.OVER:
        if why == calendar.DRY:
            _fill(m, blocks)
        elif why == calendar.FULL:
            recorded.take(m)
            m = _roomy(m)
        elif why == calendar.STUCK:
            raise Stuck
        else:
            raise RuntimeError("the compiled calendar has left the bounds of its memory")
        tick()
        why = advance(m, m.view(np.float64))
    recorded.take(m)
    return m, recorded


def _fill(m: Whole, blocks: list[tuple[int, Block]]) -> None:
    """Draw more of everything of which half is used; nothing that was drawn is lost."""
    x = m.view(np.float64)
    for pool, block in blocks:
        first, at, end = m[pool + shop.D_FIRST], m[pool + shop.D_AT], m[pool + shop.D_END]
        if 2 * (at - first) < end - first:
            continue
        left = end - at
        x[first : first + left] = x[at:end].copy()
        x[first + left : end] = block(int(at - first))
        m[pool + shop.D_AT] = first
    m[shop.L_DRY] = 0


def _roomy(m: Whole) -> Whole:
    """Return the memory with room for more parts, where they have become few."""
    if m[shop.L_N_IDLE] >= m[shop.L_MARGIN]:
        return m
    size, first = len(m), int(m[shop.L_PARTS])
    number = (size - first) // shop.PARTICLE
    grown = np.concatenate([m, np.zeros(number * shop.PARTICLE, np.int64)])
    link_idle(grown, size, number)
    return grown
