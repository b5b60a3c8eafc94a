"""Angle of a shaft through a window in which its speed may change, and order tracking.

Everything that is locked to the shaft is made over its angle and then put on the clock; order
tracking takes samples at equal angles again, so that lines stand still on the order axis (Fyfe &
Munck, MSSP 11 (1997) 187–205, doi:10.1006/mssp.1996.0056).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def cosine(turns: Array) -> npt.NDArray[np.float32]:
    """Cosine of an angle [turns], good to a millionth: within a turn, then in single precision.

    >>> float(cosine(np.array([1000.25]))[0]) < 1e-6, float(cosine(np.array([-0.5]))[0])
    (True, -1.0)
    """
    within = (turns - np.floor(turns)).astype(np.float32)
    return np.asarray(np.cos(np.float32(2.0 * np.pi) * within))


@dataclass(frozen=True, slots=True)
class Rotation:
    """A shaft at ``speed`` [rev/s] at the start of a window, changing by ``rate`` [rev/s²].

    The shaft may not come to rest within the window.
    """

    speed: float
    rate: float = 0.0

    def turns(self, seconds: Array) -> Array:
        """Angle since the start of the window [turns].

        >>> Rotation(10.0, 2.0).turns(np.array([0.0, 1.0, 2.0])).tolist()
        [0.0, 11.0, 24.0]
        """
        return np.asarray(seconds * (self.speed + 0.5 * self.rate * seconds))

    def seconds(self, turns: Array) -> Array:
        """Time at which the shaft has this angle [s]; before the start where ``turns`` < 0.

        >>> Rotation(10.0, 2.0).seconds(np.array([0.0, 11.0, 24.0])).tolist()
        [0.0, 1.0, 2.0]
        """
        if self.rate == 0.0:
            return np.asarray(turns / self.speed)
        root = np.sqrt(np.maximum(self.speed**2 + 2.0 * self.rate * turns, 0.0))
        return np.asarray(2.0 * turns / (self.speed + root))

    def mean(self, duration: float) -> float:
        """Mean speed over a window of ``duration`` [s], in rev/s."""
        return self.speed + 0.5 * self.rate * duration


def order_tracked(samples: Array, rate: float, rotation: Rotation) -> tuple[Array, float]:
    """Take samples at equal angles instead of equal times.

    Parameters
    ----------
    samples : ndarray
        Signal at equal times, any unit.
    rate : float
        Samples per second [Hz].
    rotation : Rotation
        How the shaft turned, from the tachometer.

    Returns
    -------
    tuple of ndarray and float
        As many samples at equal angles, and how many of them there are to a turn [1/rev].

    Notes
    -----
    Linear between samples: lines above a tenth of the sample rate lose up to 3 %.

    Examples
    --------
    A line at order 3 of a shaft that speeds up from 20 to 30 rev/s is one line again.

    >>> shaft, seconds = Rotation(20.0, 10.0), np.arange(8000) / 8000.0
    >>> tracked, fine = order_tracked(np.cos(6 * np.pi * shaft.turns(seconds)), 8000.0, shaft)
    >>> orders = np.fft.rfftfreq(8000, 1.0 / fine)
    >>> bool(abs(orders[np.argmax(np.abs(np.fft.rfft(tracked)))] - 3.0) < 0.04)
    True
    """
    size = len(samples)
    seconds = np.arange(size) / rate
    last = float(rotation.turns(seconds[-1:])[0])
    angles = np.linspace(0.0, last, size)
    return np.interp(rotation.seconds(angles), seconds, samples), (size - 1) / last
