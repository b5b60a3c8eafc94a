"""Envelope orders: lines of a bearing in the envelopes of bands, of one window or several."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from twin.c_export.fronts import _spindle
from twin.c_export.fronts._envelope import MEMORY_BYTES, SOURCES, Envelope
from twin.c_export.fronts.base import Array, real
from twin.c_export.write import identifier
from twin.nodes.features import look
from twin.nodes.fronts import Told, memory_of
from twin.nodes.library import Card
from twin.nodes.memory import Memory

STATE = """\
    float level[2][TWIN_ENVELOPES * {upper}_BINS];
    twin_memory memory;
"""
ALONE = """\
static float envelope_level[TWIN_ENVELOPES * {upper}_BINS];
"""
LOOK = """\
    int fault = twin_spindle_fault(told, samples, {samples}, {rate}, 0);
    twin_orders of;
    twin_seen seen;
{remember}    if (fault) return fault;
    seen.level = {level};
    fault = twin_envelope_look(&envelope, samples, told, &seen);
    if (fault) return fault;
    twin_orders_of(told, &of);
{together}    {row}(&seen, &of, row);
    return 0;
"""
FADE = "    if (fault == TWIN_IDLE) twin_memory_fade(&state->memory);\n"
TOGETHER = """\
    twin_memory_together(&state->memory, {most}, twin_abs(told->speed), &of, &seen);
"""


class Front(_spindle.Front):
    """Envelope orders of one model, with as many windows together as its card says."""

    sources: ClassVar[tuple[str, ...]] = (*SOURCES, "memory.h", "memory.c")
    row = "twin_envelope_row"

    def __init__(self, card: Card, word: str, *, file: str = "") -> None:
        super().__init__(card, word, file=file)
        self.most = memory_of(card)
        self.stretch = self.most + 2 if self.most else 1
        self.envelope = Envelope(self.samples, card.front.rate)
        self.upper = identifier(word).upper()

    @property
    def ram(self) -> int:
        """Static buffers [byte]."""
        alone = 0 if self.most else self.envelope.level_floats
        return 4 * (self.envelope.floats + alone)

    @property
    def flash(self) -> int:
        """Tables of sines [byte]."""
        return self.envelope.flash

    @property
    def defines(self) -> str:
        """How many bins there is room for."""
        return self.envelope.defines(self.upper)

    @property
    def smaller(self) -> str:
        """What fewer bins save."""
        return self.envelope.smaller(self.upper, 2 if self.most else 1)

    @property
    def state(self) -> str:
        """What windows together leave behind: their mean, and room for the next."""
        return STATE.format(upper=self.upper) if self.most else ""

    @property
    def state_bytes(self) -> int:
        """Size of that [byte]."""
        return 8 * self.envelope.level_floats + MEMORY_BYTES if self.most else 0

    @property
    def definitions(self) -> str:
        """Tables, buffers and plan."""
        buffers = f"static float envelope_buffers[{self.envelope.floats}];\n"
        alone = "" if self.most else ALONE.format(upper=self.upper)
        return buffers + alone + self.envelope.plan(self.upper, "envelope_buffers")

    @property
    def body(self) -> str:
        """Body of the C function."""
        held = "state->level[!state->memory.held]"
        return LOOK.format(
            samples=self.samples,
            rate=real(self.card.front.rate),
            remember=FADE if self.most else "    (void)state;\n",
            level=held if self.most else "envelope_level",
            together=TOGETHER.format(most=self.most) if self.most else "",
            row=self.row,
        )

    def rows(self) -> Callable[[Array, float, Told], Array]:
        """Return what makes the rows of the windows of one machine, one after the other."""
        memory: list[Memory] = []
        together = self.kind.together
        if not self.most or together is None:
            return self.kind.row

        def row(block: Array, rate: float, told: Told) -> Array:
            if not memory:
                memory.append(Memory(self.most, told.bearing))
            seen = look(block, rate, told.speed, told.bearing)
            return together(memory[0].together(seen, told.speed), told.bearing)

        return row
