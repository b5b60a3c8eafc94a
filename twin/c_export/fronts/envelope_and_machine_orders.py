"""Envelope and machine orders: the one after the other, in the same buffers."""

from __future__ import annotations

from twin.c_export.fronts import _spindle
from twin.c_export.fronts._envelope import SOURCES, Envelope
from twin.c_export.fronts.base import real
from twin.c_export.fronts.machine_orders import Machine
from twin.c_export.write import identifier
from twin.nodes.library import Card

BUFFERS = """\
#define LEVELS (TWIN_ENVELOPES * {upper}_BINS)
static float buffers[{envelope} + LEVELS > {machine} ? {envelope} + LEVELS : {machine}];
"""
BODY = """\
    int fault = twin_spindle_fault(told, samples, {samples}, {rate}, 1);
    twin_orders of;
    twin_seen seen;
    (void)state;
    if (fault) return fault;
    seen.level = buffers + {level_at};
    fault = twin_envelope_look(&envelope, samples, told, &seen);
    if (fault) return fault;
    twin_orders_of(told, &of);
    twin_envelope_row(&seen, &of, row);
    return twin_machine_row(&machine, samples, told, row + TWIN_ENVELOPE_FEATURES);
"""


class Front(_spindle.Front):
    """Envelope and machine orders of one model."""

    code = (37, 50)
    sources = (*SOURCES, "machine_orders.h", "machine_orders.c")

    def __init__(self, card: Card, word: str, *, file: str = "") -> None:
        super().__init__(card, word, file=file)
        self.envelope = Envelope(self.samples, card.front.rate)
        self.machine = Machine(self.samples, card.front.rate)
        self.upper = identifier(word).upper()

    @property
    def ram(self) -> int:
        """Static buffers [byte]."""
        both = self.envelope.floats + self.envelope.level_floats
        return 4 * max(both, self.machine.floats)

    @property
    def flash(self) -> int:
        """Tables of sines [byte]."""
        return self.envelope.flash + self.machine.flash

    @property
    def defines(self) -> str:
        """How many bins there is room for."""
        return self.envelope.defines(self.upper)

    @property
    def smaller(self) -> str:
        """What fewer bins save, as far as the machine orders leave it."""
        return self.envelope.smaller(self.upper, 1, self.machine.floats)

    @property
    def definitions(self) -> str:
        """Tables, buffers and plans."""
        buffers = BUFFERS.format(
            upper=self.upper, envelope=self.envelope.floats, machine=self.machine.floats
        )
        plans = self.envelope.plan(self.upper, "buffers") + self.machine.plan("machine", "buffers")
        return buffers + plans

    @property
    def body(self) -> str:
        """Body of the C function."""
        rate = real(self.card.front.rate)
        return BODY.format(samples=self.samples, rate=rate, level_at=self.envelope.floats)
