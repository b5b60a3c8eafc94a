"""Rating life of ball bearings by ISO 281:2007, and the chance of a fatigue fault from now on.

Subsurface fatigue alone: wear, smearing, a broken cage and a lost lubricant are not in it. After
a first spall the bearing still runs; how long is no part of the standard.

References
----------
ISO 281:2007, Rolling bearings – Dynamic load ratings and rating life; ISO/TR 1281-2:2008 (the
distribution of lives below 10 %); Lundberg and Palmgren 1947, Dynamic capacity of rolling
bearings, Acta Polytechnica 7 (the exponents); Harris and Kotzalas 2006, Rolling Bearing Analysis.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from twin.physics.bearings import Bearing

Array = npt.NDArray[np.float64]

BALLS = 3.0
"""Life exponent p of point contact [1]."""
SLOPE = 1.5
"""Weibull slope of lives, ISO/TR 1281-2 [1]."""
LEAST = 0.05
"""Life that every bearing reaches, over the rating life, ISO/TR 1281-2 [1]."""
STEEL = 1.3
"""b_m, today's steel in ball bearings, ISO 281 table 1 [1]."""
MILLION = 1e6

# ISO 281:2007 table 2: f_c of single-row radial and angular contact ball bearings over
# D_w cos α / D_pw, for loads in N and lengths in mm.
RATIO: Array = np.array([
    0.05, 0.06, 0.07, 0.08, 0.09, 0.10, 0.12, 0.14, 0.16, 0.18, 0.20, 0.22, 0.24, 0.26, 0.28, 0.30,
    0.32, 0.34, 0.36, 0.38, 0.40,
])  # fmt: skip
FACTOR: Array = np.array([
    46.7, 49.1, 51.1, 52.8, 54.3, 55.5, 57.5, 58.8, 59.6, 59.9, 59.9, 59.6, 59.0, 58.2, 57.1, 56.0,
    54.6, 53.2, 51.7, 50.0, 48.4,
])  # fmt: skip
LARGEST_MM = 25.4


def load_rating(bearing: Bearing) -> float:
    """Basic dynamic radial load rating C of one row of balls, ISO 281:2007, 5.1.

    C = b_m f_c (cos α)^0.7 Z^(2/3) D_w^1.8, with D_w^1.4 · 3.647 above 25.4 mm.

    Parameters
    ----------
    bearing : Bearing
        D_w cos α / D_pw of 0.05 to 0.4; at the ends the factor stays what it is there.

    Returns
    -------
    float
        [N]

    Examples
    --------
    Catalogues give 14.0 kN for a 6205 (9 balls of 7.94 mm).

    >>> from twin.physics.bearings import CATALOGUE
    >>> round(load_rating(CATALOGUE["6205"]) / 1e3, 1)
    14.0
    """
    factor = float(np.interp(bearing.ratio, RATIO, FACTOR))
    ball = 1e3 * bearing.ball_diameter
    size = ball**1.8 if ball <= LARGEST_MM else 3.647 * ball**1.4
    slant = math.cos(bearing.contact_angle) ** 0.7
    return float(STEEL * factor * slant * bearing.balls ** (2.0 / 3.0) * size)


# ISO 281:2007 table 3, single row, lightest axial load: X and Y over the contact angle [deg].
ANGLE: Array = np.array([0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 35.0, 40.0, 45.0])
RADIAL: Array = np.array([0.56, 0.56, 0.46, 0.44, 0.43, 0.41, 0.39, 0.37, 0.35, 0.33])
AXIAL: Array = np.array([2.30, 2.30, 1.88, 1.47, 1.00, 0.87, 0.76, 0.66, 0.57, 0.50])


def equivalent_load(radial: float, axial: float, contact_angle: float) -> float:
    """Equivalent load P = max(F_r, X F_r + Y F_a) of one row of balls, ISO 281:2007, 5.2 [N].

    Y is that of the lightest axial load, the largest there is: on the safe side.

    Parameters
    ----------
    radial, axial : float
        [N]
    contact_angle : float
        0 to 45° [rad].

    Examples
    --------
    >>> round(equivalent_load(1000.0, 1000.0, math.radians(15.0)))
    1910
    >>> round(equivalent_load(1000.0, 0.0, math.radians(15.0)))
    1000
    """
    angle = math.degrees(contact_angle)
    x, y = (float(np.interp(angle, ANGLE, table)) for table in (RADIAL, AXIAL))
    return max(radial, x * radial + y * axial)


def rating_life(rating: float, load: float, exponent: float = BALLS) -> float:
    """Basic rating life L10 = (C/P)^p · 10⁶, which 90 % of bearings reach [rev].

    Parameters
    ----------
    rating, load : float
        C and P, above zero [N].

    Examples
    --------
    SKF, Rolling bearings, calculation example 1: a 6309 (55.3 kN) under 10 kN at 3000 r/min lives
    169 million revolutions, 940 h.

    >>> life = rating_life(55.3e3, 10e3)
    >>> round(life / 1e6), round(life / 60 / 3000, -1)
    (169, 940.0)
    """
    return float((rating / load) ** exponent * MILLION)


def mean_load(loads: Array, revolutions: Array, exponent: float = BALLS) -> float:
    """Constant load with the life of several, (Σ Pᵢ^p Nᵢ / Σ Nᵢ)^(1/p) [N].

    Examples
    --------
    >>> round(mean_load(np.array([1000.0, 2000.0]), np.array([1.0, 1.0])))
    1651
    """
    share = revolutions / revolutions.sum()
    return float((share @ loads**exponent) ** (1.0 / exponent))


def life_factor(reliability: float) -> float:
    """Life over the rating life that a share of bearings reaches, a1 [1].

    a1 = (1 − C_γ) (ln R / ln 0.9)^(1/e) + C_γ with C_γ = 0.05 and e = 1.5 (ISO/TR 1281-2), the
    closed form behind ISO 281:2007 table 12, between 90 and 99.95 %.

    Examples
    --------
    >>> [round(life_factor(r), 2) for r in (0.90, 0.95, 0.96, 0.97, 0.98, 0.99)]
    [1.0, 0.64, 0.55, 0.47, 0.37, 0.25]
    """
    rest = math.log(reliability) / math.log(0.9)
    return float((1.0 - LEAST) * rest ** (1.0 / SLOPE) + LEAST)


def sound(revolutions: Array, life: float) -> Array:
    """Probability of no fatigue fault within so many revolutions [1]; inverse of a1.

    Parameters
    ----------
    revolutions : array
        0 or more [rev].
    life : float
        Rating life, basic or modified by a_ISO [rev].

    Examples
    --------
    >>> [round(float(x), 3) for x in sound(np.array([0.05, 0.25, 1.0, 5.0]), 1.0)]
    [1.0, 0.99, 0.9, 0.286]
    """
    beyond = np.maximum(revolutions / life - LEAST, 0.0) / (1.0 - LEAST)
    return np.asarray(np.exp(math.log(0.9) * beyond**SLOPE))


def new_fault(done: float, ahead: Array, life: float) -> Array:
    """Probability of a fatigue fault within some revolutions from now, if there is none yet [1].

    Examples
    --------
    A bearing that has run a fifth of its rating life, a hundredth more:

    >>> round(float(new_fault(0.2, np.array([0.01]), 1.0)[0]), 5)
    0.00067
    """
    return np.asarray(1.0 - sound(done + ahead, life) / sound(np.array(done), life))


def modification_factor(viscosity_ratio: float, contamination: float, limit: float) -> float:
    """Life modification factor a_ISO of radial ball bearings, ISO 281:2007, equations 31 to 33.

    Parameters
    ----------
    viscosity_ratio : float
        κ, 0.1 to 4; more counts as 4 [1].
    contamination : float
        e_C, above 0 (dirty) to 1 (clean) [1].
    limit : float
        Fatigue load limit over equivalent load, C_u/P [1].

    Returns
    -------
    float
        At most 50 [1].

    Raises
    ------
    ValueError
        Below the range of κ.

    Examples
    --------
    The three ranges of κ meet:

    >>> [round(modification_factor(k, 0.5, 0.2), 2) for k in (0.3999, 0.4, 0.9999, 1.0)]
    [0.31, 0.31, 2.43, 2.43]
    >>> round(modification_factor(4.0, 1.0, 1.0), 1)
    50.0
    """
    kappa = min(viscosity_ratio, 4.0)
    if kappa < 0.1:
        raise ValueError("viscosity ratio: 0.1 or more")
    slope, power = (
        (2.2649, 0.054381) if kappa < 0.4 else (1.9987, 0.19087 if kappa < 1.0 else 0.071739)
    )
    film = (2.5671 - slope / kappa**power) ** 0.83
    rest = 1.0 - film * (contamination * limit) ** (1.0 / 3.0)
    return 50.0 if rest <= 0.0 else min(0.1 * rest**-9.3, 50.0)
