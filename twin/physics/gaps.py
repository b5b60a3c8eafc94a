"""Gas between panes: conduction, convection and radiation, by EN 673:2011. All SI."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from twin.physics.compiled import compiled

GASES = ("air", "argon", "krypton")
PROPERTIES: npt.NDArray[np.float64] = np.array([
    [1.277, 1.711e-5, 0.02416, 1008.0, 1.189, 1.811e-5, 0.02576],
    [1.762, 2.101e-5, 0.01634, 519.0, 1.640, 2.228e-5, 0.01734],
    [3.690, 2.330e-5, 0.00870, 245.0, 3.430, 2.470e-5, 0.00930],
])  # fmt: skip
"""Density [kg/m³], viscosity [Pa s], conductivity [W/(m K)] at 0 °C, specific heat [J/(kg K)], then
density, viscosity, conductivity at 20 °C: EN 673 table 1."""


@compiled
def conductance(
    gas: int, thickness: float, exchange: float, upright: float, one: float, other: float
) -> float:
    """Conductance of a gap [W/(m² K)].

    Parameters
    ----------
    gas : int
        Place in :data:`GASES`.
    thickness : float
        Width of the gap [m].
    exchange : float
        Long-wave exchange factor of its two faces [1].
    upright : float
        1 for an upright window, 0 for a level one [1].
    one, other : float
        Temperatures of the faces [K].

    EN 673, 12 mm of air between plain glass (emittance 0.837) at 10 °C, 15 K across:

    >>> round(conductance(0, 0.012, 1 / (2 / 0.837 - 1), 1.0, 275.65, 290.65), 2)
    5.79
    """
    mean = 0.5 * (one + other)
    share = (mean - 273.15) / 20.0
    row = PROPERTIES[gas]
    # Beyond the table the trend of its two columns goes on; density follows the ideal gas.
    density = row[0] * 273.15 / mean
    viscosity = row[1] + share * (row[5] - row[1])
    conducts = row[2] + share * (row[6] - row[2])
    factor, power = (0.035, 0.38) if upright > 0.5 else (0.16, 0.28)
    grashof = 9.81 * thickness**3 * abs(one - other) * density**2 / (mean * viscosity**2)
    nusselt = 1.0
    product = grashof * viscosity * row[3] / conducts
    # Below this conduction alone carries the heat, whatever the tilt.
    if product > 500.0:
        nusselt = max(nusselt, factor * product**power)
    radiation = 5.670374419e-8 * exchange * (one * one + other * other) * (one + other)
    return float(nusselt * conducts / thickness + radiation)


def exchange_factor(one: float, other: float) -> float:
    """Long-wave exchange factor of two facing panes from their emittances [1].

    >>> round(exchange_factor(0.84, 0.84), 4)
    0.7241
    """
    return 1 / (1 / one + 1 / other - 1)
