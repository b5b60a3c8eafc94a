"""Machine orders: two short spectra of a window, of the acceleration and of its coarse envelope."""

from __future__ import annotations

from twin.c_export.fronts import _sines, _spindle
from twin.c_export.fronts.base import real
from twin.nodes.library import Card
from twin.nodes.machine_features import ENVELOPE_RATE, LOW_RATE, RATE

PLAN = """\
{table}
static const twin_machine {tag} = {{
    {samples}, {average}, {low}, {rate}, {tag}_sines, {parts}, {block},
    {buffers} + {one_at}, {buffers} + {other_at}, {buffers} + {roots_at}, {envelope},
}};
"""
BODY = """\
    int fault = twin_spindle_fault(told, samples, {samples}, {rate}, 1);
    (void)state;
    return fault ? fault : twin_machine_row(&machine, samples, told, row);
"""


class Machine:
    """Lengths of the work for windows of ``samples`` at a rate [Hz], and where it is done."""

    def __init__(self, samples: int, rate: float) -> None:
        self.samples, self.rate = samples, rate
        self.average = max(int(rate / RATE + 1e-9), 1)
        own = rate / self.average
        self.size = samples // self.average
        self.low = max(int(own / LOW_RATE), 1)
        self.spectrum = self.size // self.low
        self.envelope = (self.size - 1) // max(int(own / ENVELOPE_RATE), 1)
        self.parts = _sines.parts_of(self.spectrum)
        complex_values = 2 * self.spectrum if self.spectrum % 2 else self.spectrum
        self.block = self.size if self.average > 1 else 0
        self.one = max(self.spectrum, self.envelope + 2)
        self.other = max(complex_values, 2 * self.envelope)
        self.roots = 2 * self.envelope
        self.floats = self.block + self.one + self.other + self.roots

    @property
    def flash(self) -> int:
        """Table of sines [byte]."""
        return _sines.bytes_of(self.parts)

    def plan(self, tag: str, buffers: str) -> str:
        """The plan and its table, as C."""
        one_at, other_at = self.block, self.block + self.one
        return PLAN.format(
            tag=tag,
            table=_sines.sines(f"{tag}_sines", self.parts),
            samples=self.samples,
            average=self.average,
            low=self.low,
            rate=real(self.rate),
            parts=self.parts,
            block=buffers if self.block else "0",
            buffers=buffers,
            one_at=one_at,
            other_at=other_at,
            roots_at=other_at + self.other,
            envelope=self.envelope,
        )


class Front(_spindle.Front):
    """Machine orders of one model."""

    code = (29, 40)
    sources = (
        *("machine_orders.h", "machine_orders.c", "spindle.h", "spindle.c"),
        *("fourier.h", "fourier.c", "reals.h"),
    )

    def __init__(self, card: Card, word: str, *, file: str = "") -> None:
        super().__init__(card, word, file=file)
        self.machine = Machine(self.samples, card.front.rate)

    @property
    def ram(self) -> int:
        """Static buffers [byte]."""
        return 4 * self.machine.floats

    @property
    def flash(self) -> int:
        """Table of sines [byte]."""
        return self.machine.flash

    @property
    def definitions(self) -> str:
        """Table, buffers and plan."""
        buffers = f"static float machine_buffers[{self.machine.floats}];\n"
        return buffers + self.machine.plan("machine", "machine_buffers")

    @property
    def body(self) -> str:
        """Body of the C function."""
        return BODY.format(samples=self.samples, rate=real(self.card.front.rate))
