"""Boilers: fuel for heat. All SI."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from twin.physics.part_load import polynomial

Array = npt.NDArray[np.float64]


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
