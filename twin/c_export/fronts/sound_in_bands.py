"""Sound in bands: level of each band of a window, and how much it swells within it."""

from __future__ import annotations

from collections.abc import Sequence

from twin.c_export.fronts import _bands
from twin.c_export.fronts.base import Case, real
from twin.nodes.senses.sound import BANDS, features

BODY = """\
    int fault = twin_sound_fault(told, samples, {size}, {rate});
    (void)state;
    if (fault) return fault;
    twin_sound_row(&bands, samples, {size}, {step}, told->range, row);
    return 0;
"""


class Front(_bands.Front):
    """Bands of a window of a microphone."""

    sources = ("sound_in_bands.h", "sound_in_bands.c", *_bands.SOURCES)
    code = (11, 16)
    columns = BANDS

    @property
    def definitions(self) -> str:
        """Tables, buffers and plan."""
        return self.bands.plan

    @property
    def body(self) -> str:
        """Body of the C function."""
        step = self.bands.size // 2
        return BODY.format(size=self.samples, rate=real(self.bands.rate), step=step)

    def cases(self, count: int, seed: int) -> Sequence[Case]:
        """Sounds of many colours, steady and swelling."""
        return list(_bands.cases(self.samples, self.card.front.rate, count, seed, features))
