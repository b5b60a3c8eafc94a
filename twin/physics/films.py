"""Heat at the faces of walls: convection by wind and buoyancy, long-wave exchange, the sky. All SI.

References
----------
Walton (1983), Thermal Analysis Research Program reference manual, NBSIR 83-2655 (buoyancy).
Yazdanian & Klems (1994), ASHRAE Trans. 100(1) 1087, and the DOE-2 form in the EnergyPlus
Engineering Reference, "Outside surface heat balance" (wind, roughness, shares of long-wave).
ISO 15099:2003, Thermal performance of windows (the room side of windows).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from twin.physics.compiled import compiled

Array = npt.NDArray[np.float64]

STEFAN_BOLTZMANN = 5.670374419e-8
"""[W/(m² K⁴)] CODATA 2018."""
ROUGHNESS = {
    "very rough": 2.17,
    "rough": 1.67,
    "medium rough": 1.52,
    "medium smooth": 1.13,
    "smooth": 1.11,
    "very smooth": 1.0,
}
"""What roughness multiplies the wind's share of the outside film with [1]."""
LEAST = 0.1
"""Convection never falls below this [W/(m² K)]."""
TERRAINS = {"open": (0.14, 270.0), "suburb": (0.22, 370.0), "city": (0.33, 460.0)}
"""Exponent [1] and height [m] of the wind's boundary layer, ASHRAE Fundamentals ch. 24."""


@compiled
def natural(difference: float, upward: float) -> float:
    """Natural convection at a face [W/(m² K)].

    Parameters
    ----------
    difference : float
        Face less air temperature [K].
    upward : float
        How far the face looks up: 1 a floor seen from the room, 0 a wall, -1 a ceiling [1].

    >>> round(natural(8.0, 0.0), 3), round(natural(8.0, 1.0), 3), round(natural(8.0, -1.0), 3)
    (2.62, 3.04, 1.52)
    """
    cube = float(np.cbrt(abs(difference)))
    slant = abs(upward)
    if slant < 1e-3:
        h = 1.31 * cube
    elif difference * upward > 0.0:
        h = 9.482 * cube / (7.238 - slant)
    else:
        h = 1.810 * cube / (1.382 + slant)
    return max(h, LEAST)


WINDWARD, LEEWARD = (3.26, 0.89), (3.55, 0.617)
"""Factor and power of the wind's share on glass: Yazdanian & Klems (MoWiTT), SI."""


@compiled
def outside(difference: float, upward: float, forced: float, roughness: float) -> float:
    """Convection at an outside face [W/(m² K)], the DOE-2 form.

    Parameters
    ----------
    difference : float
        Face less air temperature [K].
    upward : float
        How far the face looks up [1].
    forced : float
        The wind's share on glass, ``a V^b`` of :data:`WINDWARD` or :data:`LEEWARD` [W/(m² K)].
    roughness : float
        Multiplier of :data:`ROUGHNESS` [1].

    >>> round(outside(0.0, 0.0, 3.26 * 4.0**0.89, 1.0), 2)
    11.2
    """
    still = natural(difference, upward)
    glass = math.sqrt(still * still + forced * forced)
    return still + roughness * (glass - still)


def critical_rayleigh(tilt: float) -> float:
    """Rayleigh number at which the flow along a window turns turbulent [1], ISO 15099 eq. 145.

    >>> f"{critical_rayleigh(90.0):.2e}"
    '1.06e+11'
    """
    angle = max(min(tilt, 180.0 - tilt), 1.0)
    return float(2.5e5 * (math.exp(0.72 * angle) / math.sin(math.radians(angle))) ** 0.2)


@compiled
def steepness(tilt: float) -> float:
    """Sine of a tilt [deg], never 0 [1]; a face and its mirror have the same."""
    return max(math.sin(math.radians(tilt)), 1e-6)


@compiled
def glass_inside(
    face: float, air: float, height: float, tilt: float, upright: float, pressure: float,
    critical: float,
) -> float:  # fmt: skip
    """:func:`window_inside` with the :func:`steepness` of its tilt known."""
    mean = air + 0.25 * (face - air)
    density = pressure / (287.055 * mean)
    conducts, viscosity = 2.873e-3 + 7.76e-5 * mean, 3.723e-6 + 4.94e-8 * mean
    heat = 1002.737 + 1.2324e-2 * mean
    lift = density**2 * height**3 * 9.81 * abs(face - air) / mean
    rayleigh = lift * heat / (viscosity * conducts)
    # The standard counts the angle for a face colder than the room; a warmer one is its mirror.
    angle = tilt if face < air else 180.0 - tilt
    if angle < 15.0:
        nusselt = 0.13 * np.cbrt(rayleigh)
    elif angle <= 90.0:
        nusselt = 0.56 * math.sqrt(math.sqrt(min(rayleigh, critical) * upright))
        if rayleigh > critical:
            nusselt += 0.13 * (np.cbrt(rayleigh) - np.cbrt(critical))
    elif angle < 179.0:
        nusselt = 0.56 * math.sqrt(math.sqrt(rayleigh * upright))
    else:
        nusselt = 0.58 * math.pow(rayleigh, 0.2)
    return float(max(nusselt * conducts / height, LEAST))


@compiled
def window_inside(
    face: float, air: float, height: float, tilt: float, pressure: float, critical: float
) -> float:
    """Natural convection at the room side of a window [W/(m² K)], ISO 15099:2003 section 8.3.2.2.

    Parameters
    ----------
    face, air : float
        Temperatures [K].
    height : float
        Of the window [m].
    tilt : float
        Of the window: 90 upright, 0 a roof light [deg].
    pressure : float
        Of the air [Pa].
    critical : float
        :func:`critical_rayleigh` of the tilt [1].

    >>> round(window_inside(283.15, 293.15, 1.0, 90.0, 101325.0, critical_rayleigh(90.0)), 2)
    2.59
    """
    return glass_inside(face, air, height, tilt, steepness(tilt), pressure, critical)


def wind_factor(height: float, terrain: str) -> float:
    """Wind at ``height`` [m] over the wind at 10 m of open country [1].

    >>> round(wind_factor(10.0, "open"), 6), round(wind_factor(1.35, "open"), 3)
    (1.0, 0.756)
    """
    exponent, layer = TERRAINS[terrain]
    at_mast = (270.0 / 10.0) ** 0.14
    return float(at_mast * (max(height, 0.1) / layer) ** exponent)


def sky_temperature(infrared: Array) -> Array:
    """Temperature of the sky [K] from its radiation on the horizontal [W/m²].

    >>> round(float(sky_temperature(np.array([315.0]))[0]), 2)
    273.01
    """
    return np.asarray((np.asarray(infrared) / STEFAN_BOLTZMANN) ** 0.25)


def sky_infrared(air: Array, dew_point: Array, cover: Array) -> Array:
    """Long-wave radiation of the sky [W/m²] where the weather file has none.

    Clark & Allen (1978) with the cloud factor of Walton (1983): ``air`` and ``dew_point`` [K],
    opaque ``cover`` in tenths, 0 to 10.

    >>> round(float(sky_infrared(np.array([293.15]), np.array([283.15]), np.array([0.0]))[0]), 1)
    341.2
    """
    n = np.asarray(cover)
    clear = 0.787 + 0.764 * np.log(np.asarray(dew_point) / 273.0)
    clouds = 1 + 0.0224 * n - 0.0035 * n**2 + 0.00028 * n**3
    return np.asarray(clear * clouds * STEFAN_BOLTZMANN * np.asarray(air) ** 4)
