"""What a node computes of a spindle as a whole: two short spectra, for little time and energy.

One is of the acceleration, averaged over pairs of samples or more; the other of its coarse
envelope, the steps from sample to sample without their sign. From the first come the lines of shaft
and teeth, what stands between them and how loud it is; from the second the lines of teeth and
bearing over their surroundings. The node knows speed, teeth and geometry, and the sensor is
calibrated: unbalance is a velocity, wear a level.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.nodes.cost import fourier_instructions
from twin.nodes.wake import READING, coarse_envelope
from twin.physics.bearings import Bearing, cage_order, inner_order, outer_order, spin_order
from twin.physics.spectrum import above_surroundings

Array = npt.NDArray[np.float32]

LOWEST_RATE = 11_200.0  # [Hz]
RATE = 12_800.0  # faster samples are averaged down to about this [Hz]
LOW_RATE = 6_000.0  # that the acceleration is averaged down to, at least [Hz]
ENVELOPE_RATE = 3_200.0  # of the coarse envelope, at most [Hz]
SHAFT_ORDERS = (1, 2, 3)
TOOTH_HARMONICS = (1, 2, 3)
HIGHEST_ORDER = 24  # of the whole orders that are looked at [1/rev]
NEAR = 2  # bins around a line that belong to it
HAIR = 1e-6  # of a bin: one that lies just at an edge is within it, however numbers are rounded
BANDS = ((100.0, 800.0), (800.0, 1600.0), (1600.0, 3200.0))  # [Hz]
CHATTER = (150.0, 3000.0)  # where a line of its own is looked for [Hz]
OVERSAMPLING = 2.5  # of the highest line of the envelope
DEVIATION = 0.012  # lines of the bearing may be this far from the geometry's order
SURROUNDINGS = 1.0  # half width of a line's surroundings [orders]
FAULTS = ("outer", "inner", "ball")
DECOYS = (0.83, 1.19)  # multiples of the fault orders at which a healthy machine has no line
# Of each sample beside the transforms: with it 8,192 samples take the 1.1 million instructions that
# the exported C takes on an emulated Cortex-M4, mean over speeds.
SAMPLE_WORK = 70.0
SMALLEST = 1e-5  # amplitudes below count as this [m/s²]
NAMES = (
    *(f"velocity_{k}" for k in SHAFT_ORDERS),
    *(f"shaft_{k}" for k in SHAFT_ORDERS),
    *(f"tooth_{k}" for k in TOOTH_HARMONICS),
    "tooth_sides",
    "other_orders",
    "other_orders_most",
    "uneven",
    *(f"floor_{k}" for k in range(1, len(BANDS) + 1)),
    "loudness",
    "steps",
    "peakiness",
    "own_line",
    "own_line_sides",
    "own_share",
    *(f"envelope_{part}" for part in (*FAULTS, "cage")),
    *(f"envelope_{part}_sides" for part in ("inner", "ball")),
    "decoy_low",
    "decoy_high",
    "envelope_shaft",
    "envelope_shaft_2",
    "envelope_teeth",
    "envelope_teeth_2",
    "depth_shaft",
    "depth_teeth",
    "speed",
    "edges",
)


@dataclass(frozen=True, slots=True)
class Lines:
    """Amplitudes [m/s²] every ``resolution`` [Hz], of a shaft at ``speed`` [rev/s]."""

    amplitude: Array
    resolution: float
    speed: float

    def at(self, frequencies: npt.NDArray[np.floating]) -> Array:
        """Logarithm of the amplitude of lines [ln m/s²]: all that stands within two bins."""
        middle = np.rint(frequencies / self.resolution).astype(np.intp)
        index = np.clip(middle[..., None] + np.arange(-NEAR, NEAR + 1), 0, len(self.amplitude) - 1)
        power = (self.amplitude[index] ** 2).sum(axis=-1) / 1.5  # equivalent bins of a Hann window
        return np.asarray(0.5 * np.log(power + SMALLEST**2), np.float32)

    def whole(self) -> npt.NDArray[np.bool_]:
        """Which bins belong to a whole order of the shaft."""
        order = np.arange(len(self.amplitude)) * self.resolution / self.speed
        return np.asarray(
            np.abs(order - np.rint(order)) * self.speed <= (NEAR + 0.5 + HAIR) * self.resolution
        )


def averaged(block: Array, rate: float) -> tuple[Array, float]:
    """Average a block of a fast sensor down to about :data:`RATE`."""
    group = int(rate / RATE + 1e-9)
    if group < 2:
        return block, rate
    whole = len(block) // group * group
    return block[:whole].reshape(-1, group).mean(axis=1), rate / group


def amplitudes(block: Array, rate: float, speed: float) -> Lines:
    """Spectrum of the block, averaged down to some 6 kHz."""
    group = max(int(rate / LOW_RATE), 1)
    whole = len(block) // group * group
    low = block[:whole].reshape(-1, group).mean(axis=1)
    taper = np.hanning(len(low) + 1)[:-1].astype(np.float32)
    spectrum = np.fft.rfft((low - low.mean()) * taper)
    scale = np.float32(4.0 / len(low))
    return Lines(scale * np.abs(spectrum).astype(np.float32), rate / whole, speed)


def shaft_features(lines: Lines, teeth: int) -> list[float]:
    """Shaft and tooth lines: velocities [ln mm/s], amplitudes over those of the teeth [1]."""
    speed = lines.speed
    orders = np.arange(1, HIGHEST_ORDER + 1)
    level = lines.at(orders * speed)
    velocity = [float(level[k - 1]) - float(np.log(2e-3 * np.pi * k * speed)) for k in SHAFT_ORDERS]
    tooth = lines.at(np.array(TOOTH_HARMONICS) * teeth * speed)
    reference = float(np.logaddexp.reduce(2.0 * tooth) / 2.0)
    of_teeth = orders % teeth == 0
    beside = ((orders + 1) % teeth == 0) | ((orders - 1) % teeth == 0)
    sides = level[beside & ~of_teeth] if teeth > 1 else level[:1]
    other = level[~of_teeth & ~beside] if teeth > 3 else sides
    return [
        *velocity,
        *(float(level[k - 1]) - reference for k in SHAFT_ORDERS),
        float(reference),
        *(float(tooth[k - 1]) - reference for k in TOOTH_HARMONICS[1:]),
        float(sides.mean()) - reference,
        float(other.mean()) - reference,
        float(np.sort(other)[-3:].mean()) - reference,
        float(np.logaddexp.reduce(2.0 * level[1:][~of_teeth[1:]]) / 2.0) - reference,
    ]


def floor_features(lines: Lines, block: Array, teeth: int) -> list[float]:
    """What stands between the whole orders: its level in bands, and its greatest line."""
    between = ~lines.whole()
    level = 0.5 * np.log(lines.amplitude**2 + SMALLEST**2)
    bins = len(level)
    floors = []
    for low, high in BANDS:
        first, last = round(low / lines.resolution), min(round(high / lines.resolution), bins)
        inside = level[first:last][between[first:last]]
        floors.append(float(np.median(inside)) if inside.size else float(np.log(SMALLEST)))
    first, last = (min(round(edge / lines.resolution), bins) for edge in CHATTER)
    region = np.where(between[first:last], level[first:last], -np.inf)
    top = first + int(np.argmax(region))
    near = np.median(level[max(top - 40, 0) : top + 41])
    sides = lines.at((top * lines.resolution) + np.array([-teeth, teeth]) * lines.speed)
    own = float(lines.at(np.array([top * lines.resolution]))[0])
    power = lines.amplitude[first:last] ** 2
    share = float(power[between[first:last]].sum() / (power.sum() + SMALLEST**2))
    steps = np.diff(block)
    variance = float(np.mean(steps * steps)) + SMALLEST**2
    fourth = float(np.mean((steps * steps) ** 2)) / variance**2
    return [
        *floors,
        float(np.log(block.std() + SMALLEST)),
        0.5 * float(np.log(variance)),
        float(np.log(fourth / 3.0)),
        own - float(near),
        float(sides.mean()) - float(near),
        float(np.log(share + 1e-4)),
    ]


def envelope_features(
    block: Array, rate: float, speed: float, teeth: int, bearing: Bearing
) -> list[float]:
    """Lines of bearing, shaft and teeth in the coarse envelope, over their surroundings [1]."""
    group = _group(rate, speed, bearing)
    envelope = coarse_envelope(block, group)
    mean = float(envelope.mean()) + SMALLEST
    spectrum = np.abs(np.fft.rfft(envelope - mean)).astype(np.float32)
    spectrum[0] = spectrum[1]
    resolution = rate / (group * len(envelope) * speed)
    over = above_surroundings(spectrum, max(round(SURROUNDINGS / resolution), 4))
    outer, inner, hit = outer_order(bearing), inner_order(bearing), 2.0 * spin_order(bearing)
    cage = cage_order(bearing)
    combs = {
        "outer": (outer, 2 * outer),
        "inner": (inner, 2 * inner),
        "ball": (hit, 2 * hit),
        "cage": (cage, 2 * cage),
        "inner_sides": (inner - 1, inner + 1),
        "ball_sides": (hit - cage, hit + cage),
        "low": (DECOYS[0] * outer, 2 * DECOYS[0] * outer),
        "high": (DECOYS[1] * inner, 2 * DECOYS[1] * inner),
    }
    spread = 1.0 + np.linspace(-DEVIATION, DEVIATION, 9)
    orders = np.array(list(combs.values()))[:, :, None] * spread
    last = len(over) - 1
    read = over[np.minimum(np.rint(orders / resolution).astype(np.intp), last)]
    shaft = np.array([1, 2, teeth, 2 * teeth]) / resolution
    index = np.minimum(np.rint(shaft).astype(np.intp)[:, None] + np.arange(-1, 2), last)
    depth = np.log(2.0 * spectrum[index].max(axis=1) / (mean * len(envelope)) + 1e-4)
    return [
        *read.mean(axis=1).max(axis=1).tolist(),
        *over[index].max(axis=1).tolist(),
        float(depth[0]),
        float(depth[2]),
    ]


def _group(rate: float, speed: float, bearing: Bearing) -> int:
    """Steps that are averaged to one point of the envelope."""
    highest = 2.0 * max(inner_order(bearing), 2.0 * spin_order(bearing)) + SURROUNDINGS
    slowest = min(OVERSAMPLING * highest * speed, ENVELOPE_RATE)
    return max(int(rate / slowest), 1)


def features(block: Array, rate: float, speed: float, teeth: int, bearing: Bearing) -> Array:
    """Return the features of one window, in the order of :data:`NAMES`.

    Parameters
    ----------
    block : ndarray of float32
        Acceleration [m/s²].
    rate : float
        Samples per second [Hz], at least :data:`LOWEST_RATE`.
    speed : float
        Spindle speed from the tachometer [rev/s].
    teeth : int
        Cutting edges of the tool, from the control's tool table.
    bearing : Bearing
        Geometry of the spindle bearing.
    """
    teeth, speed = max(teeth, 1), abs(speed)
    block, rate = averaged(block, rate)
    lines = amplitudes(block, rate, speed)
    return np.array(
        [
            *shaft_features(lines, teeth),
            *floor_features(lines, block, teeth),
            *envelope_features(block, rate, speed, teeth, bearing),
            np.log(speed),
            float(teeth),
        ],
        np.float32,
    )


def instructions(size: int) -> float:
    """Instructions for a window of ``size`` samples at :data:`RATE`."""
    half, quarter = size // 2, size // 4
    work = SAMPLE_WORK * size + READING * (half + quarter) / 2.0
    return work + fourier_instructions(half, real=True) + fourier_instructions(quarter, real=True)
