"""Sound in bands: level of each band of a window, and how much it swells within it."""

from __future__ import annotations

from collections.abc import Sequence

from twin.c_export.fronts import _bands
from twin.c_export.fronts.base import Case, Field, real
from twin.c_export.fronts.base import Front as Base
from twin.nodes.library import Card
from twin.nodes.senses.sound import BANDS, features

BODY = """\
    int fault = twin_sound_fault(told, samples, {size}, {rate});
    (void)state;
    if (fault) return fault;
    twin_sound_row(&bands, samples, {size}, {step}, told->range, row);
    return 0;
"""


class Front(Base):
    """Bands of a window of a microphone."""

    sources = ("sound_in_bands.h", "sound_in_bands.c", *_bands.SOURCES)
    told_as = "twin_sound"
    code = (11, 16)
    stack = 1536

    def __init__(self, card: Card, word: str, *, file: str = "") -> None:
        super().__init__(card, word, file=file)
        self.bands = _bands.Bands(card.front.rate, BANDS)

    @property
    def ram(self) -> int:
        """A frame and its spectrum [byte]."""
        return self.bands.ram

    @property
    def flash(self) -> int:
        """Tables [byte]."""
        return self.bands.flash

    @property
    def definitions(self) -> str:
        """Tables, buffers and plan."""
        return self.bands.plan

    @property
    def body(self) -> str:
        """Body of the C function."""
        step = self.bands.size // 2
        return BODY.format(size=self.samples, rate=real(self.bands.rate), step=step)

    @property
    def holds(self) -> str:
        """What the samples are."""
        return _bands.HOLDS

    @property
    def window(self) -> str:
        """What a window is."""
        return self.bands.window(self.samples)

    @property
    def fields(self) -> Sequence[Field]:
        """Fields of ``twin_sound``."""
        return self.bands.fields

    def cases(self, count: int, seed: int) -> Sequence[Case]:
        """Sounds of many colours, steady and swelling."""
        return list(_bands.cases(self.samples, self.card.front.rate, count, seed, features))
