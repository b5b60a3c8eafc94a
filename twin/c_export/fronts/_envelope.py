"""Lengths of the work for the envelopes of a window, and where it is done."""

from __future__ import annotations

from twin.c_export.fronts import _sines
from twin.c_export.fronts.base import real
from twin.nodes.features import BANDS, COARSEST, DEVIATION, HIGH, LOW, SURROUNDINGS, combs
from twin.physics.bearings import CATALOGUE

ENVELOPES = BANDS + 1  # with that of the levelled spectrum
SLACK = 0.03  # by which the rate may be lower than planned [1]
SEEN_BYTES, MEMORY_BYTES = 64, 80  # of the structs twin_seen and twin_memory
SOURCES = (
    *("envelope_orders.h", "envelope_orders.c", "spindle.h", "spindle.c"),
    *("fourier.h", "fourier.c", "reals.h"),
)
PLAN = """\
static const twin_envelope envelope = {{
    {samples}, {rate}, window_sines, {parts}, {grid_sines}, {grid_parts},
    (twin_complex *)(void *){buffers}, {room},
    (twin_complex *)(void *)({buffers} + {kept_at}), {width}, {upper}_BINS,
}};
"""
DEFINES = """\
/* Bins of the order axis that there is room for: enough for {balls} balls at any speed. A bearing
 * of more balls may need more, one of fewer less. The front returns -4 when they are too few. */
#ifndef {upper}_BINS
#define {upper}_BINS {most}
#endif
"""


FEW = 9  # balls of the bearings that a smaller axis is named for
SMALLER = """\
Bearings of at most {balls} balls: `-D{upper}_BINS={bins}` for all files saves {saved:,} B of RAM.
"""


def most_bins(balls: int = 1000) -> int:
    """Bins of the order axis for any bearing of the catalogue of so many balls, at any speed."""
    finest = 1.5 / COARSEST  # bins an order, just before two lines are averaged
    reach = max(
        max(max(comb) for comb in combs(bearing).values())
        for bearing in CATALOGUE.values()
        if bearing.balls <= balls
    )
    return int((reach * (1.0 + DEVIATION) + SURROUNDINGS) * finest) + 2


class Envelope:
    """Lengths for windows of ``samples`` at a rate [Hz]."""

    def __init__(self, samples: int, rate: float) -> None:
        self.samples, self.rate = samples, rate
        duration = samples / rate
        self.width = int((HIGH - LOW) * duration * (1.0 + SLACK)) + 2
        self.grid = 1 << (round((HIGH - LOW) * duration) - 1).bit_length()
        self.width = min(self.width, self.grid)
        self.room = max(samples // 2, self.grid)
        self.parts, self.grid_parts = _sines.parts_of(samples), max(self.grid, 4)
        self.shares = self.parts % self.grid_parts == 0
        self.most = most_bins()
        self.floats = 2 * self.room + 2 * self.width
        self.level_floats = ENVELOPES * self.most

    @property
    def flash(self) -> int:
        """Tables of sines [byte]."""
        own = 0 if self.shares else _sines.bytes_of(self.grid_parts)
        return _sines.bytes_of(self.parts) + own

    def defines(self, word: str) -> str:
        """How many bins there is room for, as a firmware may set it."""
        balls = max(bearing.balls for bearing in CATALOGUE.values())
        return DEFINES.format(upper=word.upper(), most=self.most, balls=balls)

    def smaller(self, word: str, times: int, least: int = 0) -> str:
        """How much a smaller axis saves, of which there are ``times``, where ``least`` stays.

        ``least`` in floats, of all that is in the same buffer.
        """
        bins = -(-most_bins(FEW) // 100) * 100
        other = self.floats if least else 0
        levels = [max(other + times * ENVELOPES * size, least) for size in (self.most, bins)]
        saved = 4 * (levels[0] - levels[1])
        return SMALLER.format(balls=FEW, upper=word.upper(), bins=bins, saved=saved)

    def plan(self, word: str, buffers: str) -> str:
        """Tables and plan, as C."""
        tables = _sines.sines("window_sines", self.parts) + "\n"
        if not self.shares:
            tables += _sines.sines("grid_sines", self.grid_parts) + "\n"
        return tables + PLAN.format(
            samples=self.samples,
            rate=real(self.rate),
            parts=self.parts,
            grid_sines="window_sines" if self.shares else "grid_sines",
            grid_parts=self.parts if self.shares else self.grid_parts,
            buffers=buffers,
            room=self.room,
            kept_at=2 * self.room,
            width=self.width,
            upper=word.upper(),
        )
