"""Machines that make cold: direct expansion and water chillers, by curves. All SI."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.physics.part_load import Biquadratic, biquadratic, cycled_power, polynomial

Array = npt.NDArray[np.float64]
KELVIN = 273.15


@dataclass(frozen=True, slots=True)
class Curves:
    """Capacity, and electricity a unit of cold, over those at the rated point, by temperatures.

    ``by_load``: electricity over that at full load, by the share of the capacity; () for a machine
    that runs on and off instead.
    """

    capacity: Biquadratic
    input_ratio: Biquadratic
    by_load: tuple[float, ...] = ()


LENNOX_10_TON = Curves(
    capacity=(0.52357, 0.03478, 0.0, -0.001915, -0.00010838, 0.0),
    input_ratio=(0.9847, -0.04285, 0.0013562, 0.009934, 0.0006398, -0.001169),
)
"""Roof-top unit, DOE commercial reference buildings: wet bulb entering, dry bulb outdoors [°C]."""

CENTRIFUGAL = Curves(
    capacity=(0.258, 0.0389, -0.000217, 0.0469, -0.000943, -0.000343),
    input_ratio=(0.934, -0.0582, 0.0045, 0.00243, 0.000486, -0.00122),
    by_load=(0.222903, 0.313387, 0.46371),
)
"""Water-cooled, ASHRAE 90.1: chilled water leaving, 5–10, condenser water in, 24–35 [°C]."""

AIR_COOLED = Curves(
    capacity=(1.0215158, 0.037035864, 0.0002332476, -0.003894048, -6.52536e-05, -0.0002680452),
    input_ratio=(
        0.70176857, -0.00452016, 0.0005331096, -0.005498208, 0.0005445792, -0.0007290324,
    ),
    by_load=(0.06369119, 0.58488832, 0.35280274),
)  # fmt: skip
"""OpenStudio's electric chiller, air-cooled: chilled water leaving, 5–10, outdoors, 24–35 [°C]."""


def cold_capacity(rated: float, curves: Curves, cold: Array | float, hot: Array | float) -> Array:
    """Cold that a machine can make [W], at a cold and a hot temperature [K].

    ``rated``: at the rated point [W]. What the temperatures are is said with the curves.

    >>> cold_capacity(35e3, LENNOX_10_TON, 292.594, [308.15, 318.15]).round(-2).tolist()
    [35000.0, 31300.0]
    """
    x, y = np.asarray(cold) - KELVIN, np.asarray(hot) - KELVIN
    return np.asarray(rated * np.maximum(biquadratic(curves.capacity, x, y), 0.0))


def full_load_cop(rated: float, curves: Curves, cold: Array | float, hot: Array | float) -> Array:
    """Cold over electricity at full load [1]; ``rated`` at the rated point.

    >>> full_load_cop(3.0, LENNOX_10_TON, 292.594, [308.15, 318.15]).round(2).tolist()
    [3.0, 2.17]
    """
    x, y = np.asarray(cold) - KELVIN, np.asarray(hot) - KELVIN
    return np.asarray(rated / biquadratic(curves.input_ratio, x, y))


def chiller_power(
    load: Array | float,
    rated: float,
    cop: float,
    curves: Curves,
    cold: Array | float,
    hot: Array | float,
    degradation: float = 0.15,
) -> Array:
    """Electricity [W] of a machine that makes ``load`` of cold [W].

    EnergyPlus, Engineering Reference, Chiller:Electric:EIR and Coil:Cooling:DX:SingleSpeed:
    P = Q_rated · CapFT · EIRFT · EIRFPLR / COP.

    Parameters
    ----------
    load : array or float
        Cold [W], 0 to :func:`cold_capacity`.
    rated, cop : float
        Capacity [W] and COP [1] at the rated point.
    curves : Curves
    cold, hot : array or float
        Temperatures of the curves [K].
    degradation : float
        C_d [1] of a machine that runs on and off.

    Raises
    ------
    ValueError
        When the load is below 0, or above the capacity.

    Examples
    --------
    >>> chiller_power([0.0, 5e5, 1e6], 1e6, 5.5, CENTRIFUGAL, 279.82, 302.55).round(-2).tolist()
    [0.0, 90000.0, 181300.0]
    >>> chiller_power([17.5e3], 35e3, 3.0, LENNOX_10_TON, 292.594, 308.15).round(0).tolist()
    [6307.0]
    """
    most = cold_capacity(rated, curves, cold, hot)
    load, most = np.broadcast_arrays(np.asarray(load, dtype=np.float64), most)
    if bool(np.any((load < 0.0) | (load > most * (1.0 + 1e-9)))):
        raise ValueError("the load is from 0 to the capacity")
    share = np.minimum(np.divide(load, most, out=np.zeros_like(load), where=most > 0.0), 1.0)
    full = most / full_load_cop(cop, curves, cold, hot)
    if not curves.by_load:
        return cycled_power(full, share, degradation)
    return np.asarray(np.where(share > 0.0, full * polynomial(curves.by_load, share), 0.0))
