"""Thermal comfort of people who sit and work: Fanger's PMV and PPD, ISO 7730.

By arrays, all SI: temperatures in kelvin, humidity as a share, metabolic rate in W/m², clothing in
m²·K/W. ``MET`` and ``CLO`` are the trade's units of the last two.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from twin.physics.compiled import compiled

Array = npt.NDArray[np.float64]

MET = 58.15
"""Metabolic rate of one seated person at rest [W/m²]."""
CLO = 0.155
"""Insulation of one business suit [m²·K/W]."""
KELVIN = 273.15
MOST_ROUNDS = 150


def pmv(
    air: Array | float,
    radiant: Array | float,
    speed: Array | float,
    humidity: Array | float,
    metabolic: Array | float,
    clothing: Array | float,
    work: Array | float = 0.0,
) -> Array:
    """Predicted mean vote, from -3 cold to 3 hot [1].

    ISO 7730:2005, annex D. Holds where :func:`applies` says so.

    Parameters
    ----------
    air, radiant : array or float
        Temperature of the air and mean radiant temperature [K].
    speed : array or float
        Air speed relative to the body [m/s].
    humidity : array or float
        Relative humidity [1], 0 to 1.
    metabolic, work : array or float
        Metabolic rate and external work [W/m²].
    clothing : array or float
        Insulation of the clothing [m²·K/W].

    Raises
    ------
    ArithmeticError
        Where the temperature of the clothing does not settle.

    Examples
    --------
    The first two rows of table D.1:

    >>> pmv([295.15, 300.15], [295.15, 300.15], 0.1, 0.6, 1.2 * MET, 0.5 * CLO).round(2).tolist()
    [-0.75, 0.77]
    """
    given = (air, radiant, speed, humidity, metabolic, clothing, work)
    rows = np.array(np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in given)))
    found = np.empty(rows[0].size)
    if not _votes(rows.reshape(len(rows), -1), found):
        raise ArithmeticError("the temperature of the clothing does not settle")
    return found.reshape(rows.shape[1:])


def ppd(vote: Array | float) -> Array:
    """Predicted share of people dissatisfied [1] with a mean vote [1]; ISO 7730, equation 5.

    >>> round(float(ppd(0.0)), 2), round(float(ppd(0.5)), 3)
    (0.05, 0.102)
    """
    square = np.asarray(vote, dtype=np.float64) ** 2
    return np.asarray(1.0 - 0.95 * np.exp(-0.03353 * square**2 - 0.2179 * square))


def applies(
    air: Array | float,
    radiant: Array | float,
    speed: Array | float,
    humidity: Array | float,
    metabolic: Array | float,
    clothing: Array | float,
) -> npt.NDArray[np.bool_]:
    """Whether conditions are within those that the vote was made for (ISO 7730, clause 4).

    Parameters as of :func:`pmv`. The vote itself is to be within -2 and 2 as well.

    >>> bool(applies(295.15, 295.15, 0.1, 0.6, 1.2 * MET, 0.5 * CLO))
    True
    >>> bool(applies(308.15, 295.15, 0.1, 0.6, 1.2 * MET, 0.5 * CLO))
    False
    """
    celsius = np.asarray(air, dtype=np.float64) - KELVIN
    vapour = np.asarray(humidity) * 1000.0 * np.exp(16.6536 - 4030.183 / (celsius + 235.0))
    ranges = (
        (celsius, 10.0, 30.0), (np.asarray(radiant) - KELVIN, 10.0, 40.0), (speed, 0.0, 1.0),
        (np.asarray(metabolic) / MET, 0.8, 4.0), (np.asarray(clothing) / CLO, 0.0, 2.0),
        (vapour, 0.0, 2700.0),
    )  # fmt: skip
    within = [
        (np.asarray(value) >= low) & (np.asarray(value) <= high) for value, low, high in ranges
    ]
    return np.asarray(np.logical_and.reduce(np.broadcast_arrays(*within)))


@compiled
def _votes(given: Array, found: Array) -> bool:
    """Fill ``found``; whether all clothing settled. ``given``: a row each argument of ``pmv``."""
    for k in range(found.size):
        air, radiant, speed, humidity = given[0, k], given[1, k], given[2, k], given[3, k]
        metabolic, clothing, work = given[4, k], given[5, k], given[6, k]
        celsius, warm = air - KELVIN, air - KELVIN + 273.0
        faces = ((radiant - KELVIN + 273.0) / 100.0) ** 4
        vapour = humidity * 1000.0 * np.exp(16.6536 - 4030.183 / (celsius + 235.0))
        heat = metabolic - work
        area = _clothed(clothing)
        surface, film = _clothing(celsius, faces, speed, heat, clothing, area)
        if film < 0.0:
            return False
        lost = 3.05e-3 * (5733.0 - 6.99 * heat - vapour)
        lost += max(0.42 * (heat - MET), 0.0)
        lost += 1.7e-5 * metabolic * (5867.0 - vapour)
        lost += 0.0014 * metabolic * (34.0 - celsius)
        lost += 3.96 * area * (surface**4 - faces) + area * film * (100.0 * surface - warm)
        found[k] = (0.303 * np.exp(-0.036 * metabolic) + 0.028) * (heat - lost)
    return True


@compiled
def _clothed(clothing: float) -> float:
    """Surface of the clothed body over that of the naked [1]."""
    return 1.0 + 1.29 * clothing if clothing <= 0.078 else 1.05 + 0.645 * clothing


@compiled
def _clothing(
    celsius: float, faces: float, speed: float, heat: float, clothing: float, area: float
) -> tuple[float, float]:
    """Temperature of the clothing [hK] and film coefficient [W/(m²·K)]; below 0 if not settled."""
    warm, forced = celsius + 273.0, 12.1 * np.sqrt(speed)
    worn = clothing * area
    fixed = 308.7 - 0.028 * heat + worn * 3.96 * faces
    new = (warm + (35.5 - celsius) / (3.5 * (6.45 * clothing + 0.1))) / 100.0
    old = 2.0 * new
    film = forced
    for _ in range(MOST_ROUNDS):
        if abs(new - old) <= 0.00015:
            return new, film
        old = 0.5 * (old + new)
        film = max(2.38 * abs(100.0 * old - warm) ** 0.25, forced)
        new = (fixed + worn * warm * film - worn * 3.96 * old**4) / (100.0 + worn * 100.0 * film)
    return new, -1.0
