"""Machines that give less than they could: part load, cycling, curves fitted by makers. All SI.

A curve takes temperatures in °C, as its maker fitted it; the functions that use curves take kelvin.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Biquadratic = tuple[float, float, float, float, float, float]
"""Constant, x, x², y, y², x·y: the order of EnergyPlus."""


def polynomial(coefficients: tuple[float, ...], x: Array | float) -> Array:
    """Sum of c_k · x^k, coefficients from the constant on.

    >>> float(polynomial((0.222903, 0.313387, 0.46371), 1.0))
    1.0
    """
    return np.asarray(np.polynomial.polynomial.polyval(np.asarray(x, float), coefficients))


def biquadratic(coefficients: Biquadratic, x: Array | float, y: Array | float) -> Array:
    """Quadratic in two variables, as EnergyPlus writes it (Input Output Reference, curves).

    >>> float(biquadratic((1.0, 2.0, 3.0, 4.0, 5.0, 6.0), 1.0, 2.0))
    46.0
    """
    a, b, c, d, e, f = coefficients
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    return np.asarray(a + b * x + c * x**2 + d * y + e * y**2 + f * x * y)


def cycling(load: Array | float, degradation: float) -> Array:
    """Part-load fraction of a machine that runs on and off: its efficiency over that at full load.

    AHRI 210/240, C_d method: PLF = 1 - C_d (1 - load).

    Parameters
    ----------
    load : array or float
        Mean output over what it could give [1], 0 to 1.
    degradation : float
        C_d [1], 0 to 1; 0.25 is the standard's default, 0.15 usual for split systems.

    Raises
    ------
    ValueError
        When a load or ``degradation`` is outside 0 to 1.

    Examples
    --------
    >>> cycling(np.array([0.0, 0.5, 1.0]), 0.25).tolist()
    [0.75, 0.875, 1.0]
    """
    load = np.asarray(load, dtype=np.float64)
    if not (0.0 <= degradation <= 1.0 and bool(np.all((load >= 0.0) & (load <= 1.0)))):
        raise ValueError("load and degradation are shares from 0 to 1")
    return np.asarray(1.0 - degradation * (1.0 - load))


def cycled_power(rated: Array | float, load: Array | float, degradation: float) -> Array:
    """Mean power [W] of a machine of ``rated`` power [W] at full load, that runs on and off.

    At most the rated power: then it never stops. Parameters as of :func:`cycling`.

    >>> cycled_power(1000.0, np.array([0.0, 0.5, 1.0]), 0.25).round(1).tolist()
    [0.0, 571.4, 1000.0]
    """
    fraction = cycling(load, degradation)
    runs = np.divide(load, fraction, out=np.ones_like(fraction), where=fraction > 0.0)
    return np.asarray(np.asarray(rated) * runs)
