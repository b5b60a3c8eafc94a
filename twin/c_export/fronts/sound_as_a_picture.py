"""Sound as a picture: a second of sound, time across and bands down, and that picture levelled."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twin.c_export.fronts import _bands, _planes
from twin.c_export.fronts.base import Array, Case, real
from twin.c_export.network import Network
from twin.nodes import pictures
from twin.nodes.library import Card
from twin.nodes.senses.word import SIDE, picture

BODY = """\
    int fault = twin_sound_fault(told, samples, {size}, {rate});
    (void)state;
    if (fault) return fault;
    twin_sound_planes(&bands, &planes, samples, {step}, told->range, grey, row);
    return 0;
"""


class Front(_bands.Front):
    """The picture of a second of a microphone."""

    sources = (
        *("sound_as_a_picture.h", "sound_as_a_picture.c"),
        *dict.fromkeys((*_bands.SOURCES, *_planes.SOURCES)),
    )
    code = (15, 21)
    columns = SIDE
    takes_bytes = True

    @classmethod
    def suits(cls, card: Card, network: Network) -> bool:
        """Whether the network takes the bytes of the planes as they are."""
        return _planes.taken_by(network, 2, SIDE)

    def __init__(self, card: Card, word: str, *, file: str = "") -> None:
        super().__init__(card, word, file=file)
        self.planes = _planes.Planes(SIDE, 1)

    @property
    def features(self) -> int:
        """Bytes of both planes."""
        return self.planes.bytes

    @property
    def ram(self) -> int:
        """A frame, its spectrum, the picture and its levels [byte]."""
        return super().ram + SIDE**2 + self.planes.ram

    @property
    def definitions(self) -> str:
        """Tables, buffers and plans."""
        return f"{self.bands.plan}{self.planes.plan}static uint8_t grey[{SIDE**2}];\n"

    @property
    def body(self) -> str:
        """Body of the C function."""
        step = (self.samples - self.bands.size) // (SIDE - 1)
        return BODY.format(size=self.samples, rate=real(self.bands.rate), step=step)

    def cases(self, count: int, seed: int) -> Sequence[Case]:
        """Sounds of many colours, steady and swelling."""
        return list(_bands.cases(self.samples, self.card.front.rate, count, seed, _row))


def _row(samples: Array, rate: float) -> Array:
    planes = pictures.with_levelled(picture(samples, rate)[None, None])[0]
    return np.asarray(planes / np.float32(255.0), np.float32).ravel()
