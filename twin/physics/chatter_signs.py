"""How chatter shows: the kind of instability, its frequencies, and an index for a spectrum.

References
----------
Insperger, T. et al. (2003). Multiple chatter frequencies in milling processes. J. Sound Vib. 262,
333–345. doi:10.1016/S0022-460X(02)01131-8
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from twin.physics.chatter import Array


def loss_of_stability(multiplier: complex) -> Literal["stable", "flip", "fold", "hopf"]:
    """Say how a cut with this dominant multiplier loses stability.

    A flip sounds at half the tooth passing frequency, a Hopf near a natural frequency.

    >>> [loss_of_stability(m) for m in (0.9j, -1.1 + 0j, 0.8 + 0.8j)]
    ['stable', 'flip', 'hopf']
    """
    if abs(multiplier) < 1.0:
        return "stable"
    if abs(multiplier.imag) > 1e-6 * abs(multiplier):
        return "hopf"
    return "flip" if multiplier.real < 0.0 else "fold"


def chatter_frequencies(multiplier: complex, speed: float, teeth: int, highest: float) -> Array:
    """Frequencies of chatter [Hz] up to ``highest``: ±arg μ/(2πT) + j/T, T = 1/(N n).

    Parameters
    ----------
    multiplier : complex
        Dominant Floquet multiplier.
    speed : float
        Spindle speed [rev/s].
    teeth : int
        Number of teeth N.
    highest : float
        End of the band [Hz].

    Examples
    --------
    A flip sounds at odd multiples of half the tooth passing frequency.

    >>> chatter_frequencies(-1.1 + 0j, 100.0, 2, 500.0).tolist()
    [100.0, 300.0, 500.0]
    """
    passing = teeth * speed
    base = abs(float(np.angle(multiplier))) / (2.0 * np.pi) * passing
    whole = passing * np.arange(int(highest / passing) + 2)
    both = np.unique(np.concatenate([whole + base, whole - base]).round(9))
    return np.asarray(both[(both > 0.0) & (both <= highest)])


def chatter_index(frequency: Array, power: Array, speed: float, width: float) -> float:
    """Share of the vibration energy that is not on a harmonic of the spindle speed [1].

    Parameters
    ----------
    frequency : ndarray
        [Hz], shape (F,).
    power : ndarray
        Power spectrum, any unit, shape (F,).
    speed : float
        Spindle speed [rev/s].
    width : float
        Half the width of a harmonic [Hz], below half the spindle speed.

    Returns
    -------
    float
        0 for a forced vibration, towards 1 in chatter; 0 for silence.

    Examples
    --------
    >>> chatter_index(np.array([100.0, 200.0, 931.0]), np.array([2.0, 1.0, 1.0]), 100.0, 2.0)
    0.25
    """
    away = np.abs(frequency - speed * np.round(frequency / speed)) > width
    total = float(np.sum(power))
    return float(np.sum(power[away])) / total if total > 0.0 else 0.0
