"""Boilers: fuel for heat. All SI."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from twin.physics.part_load import Biquadratic, biquadratic, polynomial

Array = npt.NDArray[np.float64]

KELVIN = 273.15
CONDENSING: Biquadratic = (1.124970374, 0.014963852, -0.02599835, 0.0, -1.40464e-06, -0.00153624)
"""Efficiency over the rated one: share of the rated heat, 0.1–1, water leaving, 30–85 [°C].

EnergyPlus, example ``CondensingBoilerEff``."""


def condensing_share(load: Array | float, water: Array | float) -> Array:
    """Efficiency of a condensing boiler over its rated one [1].

    ``load``: share of the rated heat [1]; ``water`` leaves [K]. Outside what the curve was fitted
    to, 0.1 to 1 and 30 to 85 °C, it is taken at the nearer end.

    Cooler water condenses more of the flue gas, most of it at part load:

    >>> condensing_share([1.0, 0.3], [353.15, 308.15]).round(3).tolist()
    [0.982, 1.109]
    """
    x = np.clip(np.asarray(load, np.float64), 0.1, 1.0)
    y = np.clip(np.asarray(water, np.float64) - KELVIN, 30.0, 85.0)
    return biquadratic(CONDENSING, x, y)


def fuel_power(
    heat: Array | float,
    rated: float,
    efficiency: float,
    by_load: tuple[float, ...] = (1.0,),
    standby: float = 0.0,
) -> Array:
    """Fuel [W] that a boiler burns for ``heat`` [W].

    EnergyPlus, Engineering Reference, Boiler:HotWater.

    Parameters
    ----------
    heat : array or float
        Heat to the water [W], 0 to ``rated``.
    rated : float
        Greatest heat [W].
    efficiency : float
        Heat over fuel at full load [1]; 0.9 in BOPTEST's hydronic case.
    by_load : tuple of float
        Efficiency over that at full load, a polynomial of the share of the rated heat.
    standby : float
        Fuel while it gives no heat [W].

    Raises
    ------
    ValueError
        When the heat is below 0 or above ``rated``.

    Examples
    --------
    >>> fuel_power([0.0, 9000.0], 20e3, 0.9, standby=50.0).tolist()
    [50.0, 10000.0]
    """
    heat = np.asarray(heat, dtype=np.float64)
    if bool(np.any((heat < 0.0) | (heat > rated * (1.0 + 1e-9)))):
        raise ValueError("the heat is from 0 to the rated heat")
    return np.asarray(
        np.where(heat > 0.0, heat / (efficiency * polynomial(by_load, heat / rated)), standby)
    )
