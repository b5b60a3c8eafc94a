"""How hard the impacts of a bearing fault are in one window: what grows with the damage.

The signs of :mod:`twin.forecast.bearing_signs` are ratios: they tell early that there is a fault
and soon say no more than that. Here the lines of the squared envelope keep their unit, so that
they go on growing with the damage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from twin.forecast.table import Array
from twin.nodes.features import DEVIATION, FAULTS, STEPS, Spectrum, bands, combs
from twin.physics.bearings import Bearing
from twin.physics.spectrum import band_envelope
from twin.signals.vibration import REFERENCE_SPEED, Sensor, Settings

CHANCE = 2.2
"""What a comb reads where there is no line, over the middle of all lines [1]."""
CLEAR = 1.4
"""A comb that stands out less than this over chance is not seen [1]."""
NOTCH = 2
"""Lines around whole orders that belong to the shaft and the teeth."""
NEVER: Array = np.array([-np.inf, np.inf])
WINDOWS = 6
"""Windows of a bearing at its end, whose median is its strength."""


def strengths(block: Array, rate: float, speed: float, bearing: Bearing) -> Array:
    """Strength of the impacts of each kind of fault in each band, over the spindle speed.

    Parameters
    ----------
    block : array, shape (N,)
        Acceleration [m/s²].
    rate, speed : float
        Sample rate [Hz] and spindle speed [rev/s].
    bearing : Bearing
        Its geometry.

    Returns
    -------
    array, shape (3, B, 2)
        For ``FAULTS`` and the bands of :func:`twin.nodes.features.bands`: ln of the strength, -inf
        where it is not seen, and ln of the least that would have been [ln m/s²].
    """
    duration = len(block) / rate
    spectrum = np.fft.rfft(block - np.mean(block))
    each = [_band(spectrum, band, len(block), speed * duration, bearing)
            for band in bands(round(duration, 9))]  # fmt: skip
    return np.asarray(np.stack(each, axis=1) - np.log(speed / REFERENCE_SPEED), dtype=float)


def _band(
    spectrum: Spectrum, band: tuple[int, int], size: int, per_order: float, bearing: Bearing
) -> Array:
    """Strength and least strength of each kind of fault in one band, shape (3, 2)."""
    power = 2.0 * float(np.sum(np.abs(spectrum[slice(*band)]) ** 2)) / size**2
    if power <= 0.0:
        return np.tile(NEVER, (len(FAULTS), 1))
    envelope = band_envelope(spectrum, *band)
    line = power * np.abs(np.fft.rfft(envelope)) / len(envelope)
    order = np.arange(len(line)) / per_order
    line[np.abs(order - np.rint(order)) * per_order <= NOTCH] = 0.0
    own = combs(bearing)
    highest = max(max(own[name]) for name in FAULTS)
    middle = np.median(line[(order > 1.0) & (order < highest) & (line > 0.0)])
    return np.array([_seen(_comb(line, per_order, own[name]), CHANCE * float(middle))
                     for name in FAULTS])  # fmt: skip


def _comb(line: Array, per_order: float, orders: Sequence[float]) -> float:
    """Mean line of a comb, at the deviation from its orders where it is largest."""
    widest = np.maximum(line, np.maximum(np.roll(line, 1), np.roll(line, -1)))
    spread = 1.0 + np.linspace(-DEVIATION, DEVIATION, STEPS)
    at = np.rint(per_order * spread[:, None] * np.array(orders)).astype(int)
    return float(widest[np.minimum(at, len(line) - 1)].mean(1).max())


def _seen(line: float, floor: float) -> tuple[float, float]:
    least = 0.5 * np.log(0.5 * CLEAR * floor)
    if line < CLEAR * floor:
        return -np.inf, least
    return 0.5 * float(np.log(0.5 * np.sqrt(line**2 - floor**2))), least


def at_end(
    settings: Settings, state: Mapping[str, float], speed: float, fault: str,
    rng: np.random.Generator,
) -> Array:  # fmt: skip
    """Strength that the sensor declares for a bearing at its end, in each band [ln m/s²].

    Infinite in a band where such a bearing cannot be heard.

    Parameters
    ----------
    settings : Settings
        The sensor's, which say how hard an impact is at full severity.
    state : mapping
        Channels of the machine; those of its bearing, cut and tool are not used.
    speed : float
        Spindle speed [rev/s].
    fault : str
        One of ``FAULTS``.
    rng : numpy.random.Generator
        Luck of the windows.
    """
    sensor, kind = Sensor("", settings), FAULTS.index(fault)
    own = {f"bearing_{other}": float(other == fault) for other in FAULTS}
    shown = {**state, **own, "spindle_speed": speed, "cutting": 0.0, "wear": 0.0, "broken": 0.0}
    rate, bearing = settings.sample_rate, settings.bearing
    blocks = [sensor.block(shown, 0.0, rng) for _ in range(WINDOWS)]
    heard = [strengths(np.asarray(block, dtype=float), rate, speed, bearing)[kind, :, 0]
             for block in blocks]  # fmt: skip
    middle = np.median(np.stack(heard), axis=0)
    return np.where(np.isfinite(middle), middle, np.inf)
