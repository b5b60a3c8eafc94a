"""What the fronts of a microphone share: spectra in bands as a plan of C, sounds to try them on."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar

import numpy as np

from twin.c_export.fronts import _sines
from twin.c_export.fronts.base import Array, Case, Field, real, table
from twin.c_export.fronts.base import Front as Base
from twin.nodes import mel
from twin.nodes.library import Card
from twin.rng import stream

SOURCES = ("bands.h", "bands.c", "fourier.h", "fourier.c", "reals.h")
HOLDS = (
    "sound pressure in any one unit, the oldest sample first: only its share of `.range` counts: "
    "Pa with a range in Pa will do, and samples of an ADC from -1 to 1 with a range of 1"
)
WINDOW = (
    "A window is {duration:g} s at {rate:g} Hz: {samples} samples. The model was made for this "
    "rate; `.rate` tells the microphone's and is no setting: a window at one more than 1 Hz off is "
    "refused (-2). With a microphone of another rate, resample before."
)
PLAN = """\
{sines}
{taper}
{weights}
static const int16_t first_lines[] = {{{first}}};
static const int16_t band_lines[] = {{{lines}}};
static float frame[{size}];
static twin_complex spectrum[{half}];
static const twin_bands bands = {{
    {size}, {count}, {parts}, {scale}, taper, sines, weights, first_lines, band_lines,
    frame, spectrum,
}};
"""


class Bands:
    """Spectra at a rate [Hz] in ``count`` bands, as :mod:`twin.nodes.mel` makes them."""

    def __init__(self, rate: float, count: int) -> None:
        self.rate, self.count, self.size = rate, count, mel.frame_size(rate)
        self.parts = _sines.parts_of(self.size)
        shares = mel.bands(rate, count)
        inside = shares > 0.0
        self.first = inside.argmax(axis=1)
        self.lines = shares.shape[1] - inside[:, ::-1].argmax(axis=1) - self.first
        ends = zip(shares, self.first, self.lines, strict=True)
        self.weights = np.concatenate([row[low : low + many] for row, low, many in ends])

    @property
    def ram(self) -> int:
        """A frame and its spectrum [byte]."""
        return 8 * self.size

    @property
    def flash(self) -> int:
        """Sines, taper and bands [byte]."""
        held = self.size // 2 + 1 + len(self.weights)
        return _sines.bytes_of(self.parts) + 4 * held + 4 * self.count

    @property
    def plan(self) -> str:
        """The plan, its tables and its buffers, as C."""
        taper = np.hanning(self.size + 1)[:-1].astype(np.float32)
        return PLAN.format(
            sines=_sines.sines("sines", self.parts),
            taper=table("taper", taper[: self.size // 2 + 1]),
            weights=table("weights", self.weights),
            first=", ".join(map(str, self.first)),
            lines=", ".join(map(str, self.lines)),
            size=self.size,
            half=self.size // 2,
            count=self.count,
            parts=self.parts,
            scale=real(1.0 / float(np.float32(taper.sum() ** 2))),
        )

    @property
    def fields(self) -> Sequence[Field]:
        """Fields of ``twin_sound``."""
        return (
            Field("rate", real(self.rate), "of the microphone [Hz]; others are refused"),
            Field("range", "1.0f", "value at which it clips, in the unit of the samples"),
        )

    def window(self, samples: int) -> str:
        """What a window of so many samples is."""
        return WINDOW.format(duration=samples / self.rate, rate=self.rate, samples=samples)


class Front(Base):
    """A front before which a microphone stands; ``columns`` is in how many bands it hears."""

    told_as = "twin_sound"
    stack = 1536
    columns: ClassVar[int]

    def __init__(self, card: Card, word: str, *, file: str = "") -> None:
        super().__init__(card, word, file=file)
        self.bands = Bands(card.front.rate, self.columns)

    @property
    def ram(self) -> int:
        """A frame and its spectrum [byte]."""
        return self.bands.ram

    @property
    def flash(self) -> int:
        """Tables [byte]."""
        return self.bands.flash

    @property
    def holds(self) -> str:
        """What the samples are."""
        return HOLDS

    @property
    def window(self) -> str:
        """What a window is."""
        return self.bands.window(self.samples)

    @property
    def fields(self) -> Sequence[Field]:
        """Fields of ``twin_sound``."""
        return self.bands.fields


def _sound(size: int, rate: float, rng: np.random.Generator) -> Array:
    """Noise of some colour, tones, and something that comes and goes; below full scale 1."""
    lines = np.fft.rfftfreq(size, 1.0 / rate)
    shape = np.maximum(lines, 30.0) ** -rng.uniform(0.0, 1.5)
    noise = np.fft.irfft(np.fft.rfft(rng.standard_normal(size)) * shape, size)
    time = np.arange(size) / rate
    tones = sum(
        rng.uniform(0.0, 1.0) * np.sin(2.0 * np.pi * tone * time)
        for tone in np.exp(rng.uniform(np.log(60.0), np.log(0.45 * rate), 4))
    )
    swell = 1.0 + rng.uniform(0.0, 1.0) * np.sin(2.0 * np.pi * rng.uniform(1.0, 9.0) * time)
    made = (noise / noise.std() + rng.uniform(0.0, 2.0) * tones) * swell
    loud = np.exp(rng.uniform(np.log(0.003), np.log(0.7)))
    return np.asarray(made / np.abs(made).max() * loud, np.float32)


def cases(
    size: int, rate: float, count: int, seed: int, row: Callable[[Array, float], Array]
) -> Iterator[Case]:
    """Yield sounds of ``size`` samples with their rows."""
    for index in range(count):
        rng = stream(seed, f"c_export.sound.{index}")
        scale = np.float32(rng.choice([1.0, 20.0]))
        samples = _sound(size, rate, rng) * scale
        told = struct.pack("<2f", rate, scale)
        yield Case(samples, told, row(samples / scale, rate), f"full scale {scale:g}")
