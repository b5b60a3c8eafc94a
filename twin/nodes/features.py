"""What a node computes from a vibration window before the model: relative envelope-order features.

The window's spectrum is cut into bands given in Hz, each band's squared envelope is looked at on
the order axis (multiples of the spindle speed), and only ratios are kept: lines over their
surroundings, kurtosis. So the features know neither the sample rate nor the gain of a sensor.

Windows of one machine at one speed may be looked at together: lines that stay rise out of the
noise, which does not.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.physics.bearings import Bearing, cage_order, inner_order, outer_order, spin_order
from twin.physics.spectrum import above_surroundings, band_envelope

Array = npt.NDArray[np.float32]
Spectrum = npt.NDArray[np.complexfloating]

# Demodulated range [Hz]: above the shaft, teeth and motor, and within every common recording.
LOW, HIGH = 1000.0, 5600.0
LOWEST_RATE = 2.0 * HIGH  # [Hz]
SPLITS = (1, 2, 4)  # the whole range, its halves, its quarters
HARMONICS = 3
DEVIATION = 0.012  # lines may be this far from the geometry's order: slip, contact angle, speed
STEPS = 17
MOST_TEETH = 8
SURROUNDINGS = 1.0  # half width of a line's surroundings [orders]
SMOOTHING = 60.0  # half width over which a spectrum is levelled [Hz]
COARSEST = 0.026  # orders per bin that fast spindles are averaged to [1/rev]
NOTCH = 2  # bins around whole orders that belong to the shaft
HAIR = 1e-6  # of a bin: one that lies just at an edge is within it, however numbers are rounded
FAULTS = ("outer", "inner", "ball")
DECOYS = (0.83, 1.19)  # multiples of the fault orders at which a healthy machine has no line


def combs(bearing: Bearing) -> dict[str, tuple[float, ...]]:
    """Orders of the lines that tell each kind of fault [1/rev], and two that tell none."""
    inner, outer = inner_order(bearing), outer_order(bearing)
    cage, hit = cage_order(bearing), 2.0 * spin_order(bearing)
    turns = range(1, HARMONICS + 1)
    return {
        "outer": tuple(k * outer for k in turns),
        "inner": tuple(k * inner for k in turns),
        "ball": tuple(k * hit for k in turns),
        "outer_sides": tuple(k * outer + s for k in (1, 2) for s in (-1.0, 1.0)),
        "inner_sides": tuple(k * inner + s for k in (1, 2) for s in (-1.0, 1.0)),
        "ball_sides": tuple(k * hit + s * cage for k in (1, 2) for s in (-1.0, 1.0)),
        "cage": tuple(k * cage for k in (1, 2, 3)),
        "decoy_low": tuple(k * DECOYS[0] * outer for k in turns),
        "decoy_high": tuple(k * DECOYS[1] * inner for k in turns),
    }


COMBS = tuple(combs(Bearing(9, 8e-3, 39e-3)))
BANDS = sum(SPLITS)
NAMES = (
    *(f"{comb}_best" for comb in COMBS),
    *(f"{comb}_levelled" for comb in COMBS),
    *(f"{comb}_{k}" for comb in FAULTS for k in range(1, HARMONICS + 1)),
    "teeth",
    "peakiness_all",
    "peakiness_best",
    "peakiness_levelled",
    "peakiness_white",
)


@dataclass(frozen=True, slots=True)
class Look:
    """What a window shows, or several together.

    ``level``: lines of each band's envelope and of the levelled one over their surroundings,
    ``(envelope, bin)``; ``resolution``: order per bin; ``fourth``: logarithm of each envelope's
    fourth moment over that of noise; ``count``: how many windows.
    """

    level: Array
    resolution: float
    fourth: Array
    count: int = 1


@functools.cache
def bands(duration: float) -> tuple[tuple[int, int], ...]:
    """Bins ``[start, stop)`` of each demodulated band of a window of ``duration`` [s]."""
    edges = [np.rint(np.linspace(LOW, HIGH, split + 1) * duration).astype(int) for split in SPLITS]
    return tuple((int(low), int(high)) for line in edges for low, high in itertools.pairwise(line))


def levelled(spectrum: Spectrum, half: int) -> Spectrum:
    """Divide a spectrum by its own magnitude, smoothed over ``half`` bins on each side."""
    magnitude = np.abs(spectrum)
    if half == 0:
        return np.asarray(spectrum / (magnitude + np.finfo(np.float32).tiny * 1e6))
    total = np.concatenate([[0.0], np.cumsum(magnitude, dtype=np.float64)])
    index = np.arange(len(magnitude))
    low, high = np.maximum(index - half, 0), np.minimum(index + half + 1, len(magnitude))
    smooth = ((total[high] - total[low]) / (high - low)).astype(np.float32)
    return np.asarray(spectrum / (smooth + np.finfo(np.float32).tiny * 1e6))


def envelopes(block: Array, rate: float) -> list[npt.NDArray[np.floating]]:
    """Squared envelopes: each band, then the whole range levelled, then whitened."""
    duration = len(block) / rate
    spectrum = np.fft.rfft((block - block.mean()).astype(np.float32))
    cut = bands(round(duration, 9))
    whole = slice(*cut[0])
    level = levelled(spectrum[whole], round(SMOOTHING * duration))
    white = levelled(spectrum[whole], 0)
    found = [band_envelope(spectrum, start, stop) for start, stop in cut]
    return [*found, band_envelope(level, 0, len(level)), band_envelope(white, 0, len(white))]


def lines(
    squared: list[npt.NDArray[np.floating]], resolution: float, group: int, highest: float
) -> Array:
    """Each envelope's lines over their surroundings, ``(envelope, bin)``.

    ``resolution`` is the order per bin and ``highest`` the last order [1/rev]; a bin is the mean
    of ``group`` lines, and 0 beyond what a band's envelope can hold.
    """
    size = int(highest / resolution) + 2
    level = np.zeros((len(squared), size), np.float32)
    half = max(round(SURROUNDINGS / resolution), 4)
    for row, envelope in enumerate(squared):
        cell = np.fft.rfft(envelope)[: size * group]
        power = cell.real**2 + cell.imag**2
        whole = len(power) // group
        found = np.sqrt(power[: whole * group].reshape(whole, group).mean(axis=1))
        found[0] = found[1]
        level[row, :whole] = above_surroundings(found, half)
    return level


def widened(level: Array) -> Array:
    """Keep the largest of each bin and its neighbours: an order rarely falls on a bin's middle."""
    wide = level.copy()
    np.maximum(wide[:, 1:], level[:, :-1], out=wide[:, 1:])
    np.maximum(wide[:, :-1], level[:, 1:], out=wide[:, :-1])
    return np.asarray(wide, np.float32)


def without_shaft(level: Array, resolution: float) -> Array:
    """Level the bins at whole orders, which belong to the shaft and not to a bearing."""
    order = np.arange(level.shape[1]) * resolution
    near = np.abs(order - np.rint(order)) <= (NOTCH + HAIR) * resolution
    cleared = level.copy()
    cleared[:, near] = 0.0
    return cleared


@functools.cache
def _plan(bearing: Bearing) -> tuple[npt.NDArray[np.float64], tuple[tuple[int, int], ...]]:
    """Orders to read, ``(deviation, line)``, and each comb's slice of the lines."""
    found = combs(bearing)
    ends = np.cumsum([0, *(len(comb) for comb in found.values())])
    orders = np.array([order for comb in found.values() for order in comb])
    spread = 1.0 + np.linspace(-DEVIATION, DEVIATION, STEPS)
    return spread[:, None] * orders, tuple(zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True))


def read_combs(level: Array, resolution: float, bearing: Bearing) -> Array:
    """Read every comb: the ``best`` and ``levelled`` score of each, the harmonics of the faults."""
    orders, slices = _plan(bearing)
    index = np.minimum(np.rint(np.abs(orders) / resolution).astype(np.intp), level.shape[1] - 1)
    read = level[:, index]  # (envelope, deviation, line)
    best, level_score, harmonics = [], [], []
    for name, (start, stop) in zip(COMBS, slices, strict=True):
        score = read[:, :, start:stop].mean(axis=2)
        top = int(np.argmax(score[:BANDS]))
        band, step = divmod(top, STEPS)
        best.append(score[band, step])
        level_score.append(score[BANDS].max())
        if name in FAULTS:
            harmonics += list(read[band, step, start:stop])
    return np.array([*best, *level_score, *harmonics], np.float32)


def read_teeth(level: Array, resolution: float) -> np.float32:
    """Read the lines of the teeth: the best of 2 to 8 a turn, with its double."""
    index = np.rint(np.arange(1, 2 * MOST_TEETH + 1) / resolution).astype(np.intp)
    turns = level[:BANDS, np.minimum(index, level.shape[1] - 1)]
    return np.float32(np.max(0.5 * (turns[:, 1:MOST_TEETH] + turns[:, 3::2])))


def fourth_moments(squared: list[npt.NDArray[np.floating]]) -> Array:
    """Logarithm of each envelope's fourth moment over that of noise (0 for noise) [1]."""
    moments = np.array([np.mean(envelope * envelope) for envelope in squared], np.float32)
    return np.asarray(np.log(moments / 2.0), np.float32)


def look(block: Array, rate: float, speed: float, bearing: Bearing) -> Look:
    """Return what one window shows.

    Parameters
    ----------
    block : ndarray
        Acceleration, any unit.
    rate : float
        Samples per second [Hz], at least :data:`LOWEST_RATE`.
    speed : float
        Spindle speed from the tachometer [rev/s].
    bearing : Bearing
        Geometry of the bearing.
    """
    fine = rate / (len(block) * abs(speed))
    group = max(round(COARSEST / fine), 1)
    resolution = fine * group
    squared = envelopes(block, rate)
    highest = float(_plan(bearing)[0].max()) + SURROUNDINGS
    level = lines(squared[: BANDS + 1], resolution, group, highest)
    return Look(level, resolution, fourth_moments(squared))


def together(looks: Sequence[Look]) -> Look:
    """Return the mean of windows of one machine at one speed.

    Raises
    ------
    ValueError
        When they are not of one speed and length.
    """
    first = looks[0]
    if any(one.resolution != first.resolution for one in looks):
        raise ValueError("windows of different speed or length are not looked at together")
    level = np.mean(np.stack([one.level for one in looks]), axis=0)
    fourth = np.mean(np.stack([one.fourth for one in looks]), axis=0)
    count = sum(one.count for one in looks)
    return Look(np.asarray(level), first.resolution, np.asarray(fourth), count)


def row(seen: Look, bearing: Bearing) -> Array:
    """Return the features of a look, in the order of :data:`NAMES`: logarithms of ratios [1]."""
    level, resolution, fourth = widened(seen.level), seen.resolution, seen.fourth
    read = read_combs(without_shaft(level, resolution), resolution, bearing)
    impacts = [fourth[0], fourth[:BANDS].max(), fourth[BANDS], fourth[BANDS + 1]]
    return np.concatenate([read, [read_teeth(level, resolution)], impacts], dtype=np.float32)


def features(block: Array, rate: float, speed: float, bearing: Bearing) -> Array:
    """Return the features of one window; see :func:`look` and :func:`row`."""
    return row(look(block, rate, speed, bearing), bearing)
