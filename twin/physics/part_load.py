"""Machines that give less than they could: part load, cycling, curves fitted by makers. All SI.

A curve takes temperatures in °C, as its maker fitted it; the functions that use curves take kelvin.
"""

from __future__ import annotations

from collections.abc import Callable

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


def staged(load: Array | float, capacity: Array | float, units: int) -> tuple[Array, Array]:
    """How many of ``units`` equal machines run, and the share of its capacity that each gives [1].

    As few run as give the ``load`` [W], all of them at one share. ``capacity`` [W]: of all of them.

    Raises
    ------
    ValueError
        When the load is below 0 or above the capacity.

    Examples
    --------
    >>> running, share = staged([0.0, 15e3, 45e3], 60e3, 3)
    >>> running.tolist(), share.tolist()
    ([0.0, 1.0, 3.0], [0.0, 0.75, 0.75])
    """
    load, most = np.broadcast_arrays(np.asarray(load, np.float64), np.asarray(capacity, np.float64))
    if bool(np.any((load < 0.0) | (load > most * (1.0 + 1e-9)))):
        raise ValueError("the load is from 0 to the capacity")
    each = most / units
    wanted = np.divide(load, each, out=np.zeros_like(load), where=each > 0.0)
    running = np.maximum(np.ceil(np.minimum(wanted, units) - 1e-12), 0.0) + 0.0
    share = np.divide(wanted, running, out=np.zeros_like(load), where=running > 0.0)
    return running, np.minimum(share, 1.0)


def on_and_off(share: Array | float, least: float, degradation: float) -> tuple[Array, Array]:
    """Share that a machine gives while it runs, and the part of the time that it runs [1].

    Down to ``least`` [1], above 0 to 1, it turns itself down; below it runs at that and stops, and
    loses by each start what :func:`cycling` says (EnergyPlus, Engineering Reference, cycling ratio
    of chillers and boilers, with the part-load fraction of AHRI 210/240).

    >>> runs, time = on_and_off(np.array([0.0, 0.1, 0.6]), 0.2, 0.25)
    >>> runs.tolist(), time.round(4).tolist()
    ([0.2, 0.2, 0.6], [0.0, 0.5714, 1.0])
    """
    share = np.asarray(share, dtype=np.float64)
    part = np.minimum(share / least, 1.0)
    return np.maximum(share, least), cycled_power(1.0, part, degradation)


def input_of(
    load: Array | float, capacity: Array | float, units: int, least: float, degradation: float,
    of_one: Callable[[Array], Array],
) -> Array:  # fmt: skip
    """Power that equal machines take for a ``load`` [W], staged, turned down, then on and off.

    Parameters
    ----------
    load, capacity : array or float
        What they give and could give together [W].
    units : int
        How many there are.
    least, degradation : float
        As of :func:`on_and_off` [1].
    of_one : callable
        Power of one that runs [W] at a share of its capacity [1].

    Examples
    --------
    Two of 10 kW with a COP of 4, at a twentieth, a half and all of their load:

    >>> input_of([1e3, 10e3, 20e3], 20e3, 2, 0.2, 0.25, lambda s: s * 10e3 / 4).round(1).tolist()
    [285.7, 2500.0, 5000.0]
    """
    running, share = staged(load, capacity, units)
    runs, time = on_and_off(share, least, degradation)
    return np.asarray(np.where(running > 0.0, running * time * of_one(runs), 0.0))
