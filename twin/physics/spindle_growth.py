"""Thermal growth of a spindle: heat of its bearings, and the tool point that moves by it.

Growth is a sum of first-order lags, ``τ_i dx_i/dt = K_i u − x_i``: the nose within minutes, the
head and column within hours. No published constants hold for a machine at hand; calibrate the gains
on it, and treat defaults as assumptions.

References
----------
Palmgren, A. (1959). Ball and Roller Bearing Engineering, 3rd ed. (friction moment of bearings).
Harris, T. A.; Kotzalas, M. N. (2006). Essential Concepts of Bearing Technology, ch. 10.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from twin.errors import BadInput, Fault
from twin.units import Number

Array = npt.NDArray[np.float64]


class Lag(NamedTuple):
    """One part of the structure that warms up and pushes the tool point.

    Attributes
    ----------
    gain : float
        Growth at the end per unit of the input K [m per unit].
    warming : float
        Time constant while it grows τ [s], above 0.
    cooling : float
        Time constant over ``warming`` while it shrinks [1]; 1.5–2 is usual (assumption).
    """

    gain: float
    warming: float
    cooling: float = 1.0


def expansion(coefficient: Number, length: Number, rise: Number) -> Number:
    """Free expansion ``ΔL = α L ΔT`` [m]; α [1/K], L [m], ΔT [K].

    >>> round(1e6 * expansion(11.7e-6, 0.3, 10.0), 1)  # 0.3 m of steel, 10 K
    35.1
    """
    return coefficient * length * rise


def bearing_drag(viscosity: Number, speed: Number, diameter: Number, factor: float) -> Number:
    """Moment of the lubricant that does not depend on the load [Nm] (Palmgren).

    ``M0 = 1e-7 f0 (ν n)^(2/3) dm³`` [N·mm] with ν [mm²/s], n [rpm], dm [mm]; below ν n = 2000 it is
    constant, ``160e-7 f0 dm³``.

    Parameters
    ----------
    viscosity : float or ndarray
        Kinematic viscosity at the running temperature ν [m²/s].
    speed : float or ndarray
        [rev/s]
    diameter : float or ndarray
        Mean diameter of the bearing dm [m].
    factor : float
        f0 [1]; about 1 for oil mist to 4 for an oil bath.

    Examples
    --------
    f0 2, 20 mm²/s, 12 000 rpm, dm 90 mm.

    >>> round(float(bearing_drag(20e-6, 200.0, 90e-3, 2.0)), 3)
    0.563
    """
    product = 1e6 * viscosity * 60.0 * speed
    whirl = np.where(product >= 2000.0, np.maximum(product, 2000.0) ** (2.0 / 3.0), 160.0)
    moment: Number = 1e-7 * factor * whirl * (1e3 * diameter) ** 3 * 1e-3
    return moment


def bearing_load_moment(load: Number, diameter: Number, factor: float) -> Number:
    """Moment that the load adds [Nm], ``M1 = f1 P1 dm``: load [N], dm [m], f1 [1].

    >>> round(bearing_load_moment(1500.0, 90e-3, 1e-3), 3)
    0.135
    """
    return factor * load * diameter


def bearing_heat(moment: Number, speed: Number) -> Number:
    """Heat of a bearing [W]: friction moment [Nm] · 2π · ``speed`` [rev/s].

    Examples
    --------
    The usual form ``Q = 1.047e-4 n M`` with n [rpm] and M [N·mm].

    >>> abs(bearing_heat(0.7, 200.0) / (1.047e-4 * 12000 * 700) - 1) < 5e-4
    True
    """
    return 2.0 * np.pi * speed * moment


def _check(lags: tuple[Lag, ...]) -> None:
    faults = [
        Fault("time constants must be above 0", f"lags.{i}", "", str(tuple(lag)))
        for i, lag in enumerate(lags)
        if not (lag.warming > 0.0 and lag.cooling > 0.0)
    ]
    if faults:
        raise BadInput(faults)


def grow(parts: Array, drive: float, duration: float, lags: tuple[Lag, ...]) -> Array:
    """Growth of every part [m] after ``duration`` at a constant input: exact, any step.

    Parameters
    ----------
    parts : ndarray
        Growth of each part at the start [m], shape (L,). Their sum moves the tool point.
    drive : float
        Input u, in the unit of the gains: heat [W], or speed over maximum speed [1].
    duration : float
        [s], 0 or more.
    lags : tuple of Lag
        One of each part.

    Returns
    -------
    ndarray
        Shape (L,) [m].

    Raises
    ------
    BadInput
        For a time constant that is not positive, or a part without a lag.

    Examples
    --------
    One time constant: 63.2 % of the growth.

    >>> nose = Lag(gain=40e-6, warming=900.0)
    >>> round(1e6 * float(grow(np.zeros(1), 1.0, 900.0, (nose,))[0]), 2)
    25.28
    """
    _check(lags)
    start = np.asarray(parts, dtype=float)
    if start.shape != (len(lags),):
        wanted = f"needs one value per lag ({len(lags)})"
        raise BadInput(Fault(wanted, "parts", "", str(start.shape)))
    end = drive * np.array([lag.gain for lag in lags])
    warming = np.array([lag.warming for lag in lags])
    slower = np.array([lag.cooling for lag in lags])
    constant = np.where(np.abs(end) >= np.abs(start), warming, warming * slower)
    return np.asarray(end + (start - end) * np.exp(-duration / constant))


def growth_history(drive: Array, step: float, lags: tuple[Lag, ...]) -> Array:
    """Movement of the tool point [m] at the end of each step, from cold.

    Parameters
    ----------
    drive : ndarray
        Input u in each step, shape (T,); see :func:`grow`.
    step : float
        [s]
    lags : tuple of Lag

    Returns
    -------
    ndarray
        Σ x_i, shape (T,) [m].
    """
    parts = np.zeros(len(lags))
    movement = np.empty(len(drive))
    for i, level in enumerate(drive):
        parts = grow(parts, float(level), step, lags)
        movement[i] = parts.sum()
    return movement


def temperature_weights(rises: Array, growth: Array) -> Array:
    """Weights [m/K] that give the growth from temperatures, by least squares.

    A regression on temperatures holds under changing speeds, where one on the speed does not.

    Parameters
    ----------
    rises : ndarray
        Temperature rises at S places, shape (T, S) [K], T ≥ S.
    growth : ndarray
        Measured growth, shape (T,) [m].

    Raises
    ------
    BadInput
        For fewer readings than places.

    Examples
    --------
    >>> rises = np.array([[1.0, 0.0], [2.0, 1.0], [3.0, 3.0]])
    >>> (1e6 * temperature_weights(rises, 1e-6 * (rises @ [2.0, 3.0]))).round(6).tolist()
    [2.0, 3.0]
    """
    if len(rises) < rises.shape[1]:
        raise BadInput(Fault("needs at least as many readings as places", "rises"))
    return np.asarray(np.linalg.lstsq(rises, growth, rcond=None)[0], dtype=np.float64)
