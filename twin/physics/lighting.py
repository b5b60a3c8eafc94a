"""Daylight in a room, and what lamps add to it. All SI."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def daylight(
    transmitted: Array | float, area: float, efficacy: float = 110.0, utilisation: float = 0.45,
    maintenance: float = 0.9,
) -> Array:  # fmt: skip
    """Mean illuminance by daylight on the working plane [lx], by the lumen method.

    Parameters
    ----------
    transmitted : array or float
        Sunlight that comes in through the windows [W].
    area : float
        Floor area [m²].
    efficacy : float
        Light of it [lm/W]; 105 to 120 for sun and sky.
    utilisation, maintenance : float
        Share of the light that reaches the plane, and that dirt leaves [1]; 0.45 and 0.9 in
        RC_BuildingSimulator (Jayathissa et al. 2017).

    Examples
    --------
    >>> float(daylight(1000.0, 50.0, 100.0, 0.5, 0.9))
    900.0
    """
    light = np.asarray(transmitted, dtype=np.float64) * efficacy * utilisation * maintenance
    return np.asarray(light / area)


def dimmed(found: Array | float, wanted: float, least: float) -> Array:
    """Power of lamps over their full power [1], where daylight gives ``found`` of ``wanted`` [lx].

    Lamps give what is missing, down to the ``least`` power they can be dimmed to [1]. (Linear
    continuous dimming; EnergyPlus, Daylighting:Controls.)

    >>> dimmed([0.0, 250.0, 900.0], 500.0, 0.3).tolist()
    [1.0, 0.5, 0.3]
    """
    return np.clip(1.0 - np.asarray(found, dtype=np.float64) / wanted, least, 1.0)
