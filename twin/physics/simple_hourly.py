"""The simple hourly method of ISO 13790:2008, Annex C (5R1C): one capacity, for screening. All SI.

Thousands of variants of a room through a year, hour by hour, compiled. Its single capacity cannot
follow both the day and the night of a heavy room; the walls of :mod:`twin.physics.assembly` can.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.physics.compiled import compiled, inlined

Array = npt.NDArray[np.float64]

SURFACE_FILM, MASS_FILM = 3.45, 9.1
"""Air to surfaces and surfaces to mass [W/(m² K)], ISO 13790 7.2.2.2 and C.2."""
CLASSES = {
    "very light": (2.5, 80e3),
    "light": (2.5, 110e3),
    "medium": (2.5, 165e3),
    "heavy": (3.0, 260e3),
    "very heavy": (3.5, 370e3),
}
"""Class → effective mass area and capacity of a floor area [1], [J/(m² K)], ISO 13790 table 12."""
WINDOWS, OPAQUE, AIR, MASS_AREA, SURFACES, CAPACITY = range(6)
"""Columns of a variant: conductance of windows, of opaque parts, of ventilation [W/K], effective
mass area, area of all surfaces [m²], capacity [J/K]."""


@dataclass(frozen=True, slots=True)
class Need:
    """Heat and cold of each variant over the run [J], the greatest of each [W]; (variants,)."""

    heating: Array
    cooling: Array
    heating_peak: Array
    cooling_peak: Array


def variant(
    windows: float, opaque: float, air: float, floor_area: float, mass: str = "medium",
    surfaces: float = 4.5,
) -> Array:  # fmt: skip
    """Return the row of one variant.

    Parameters
    ----------
    windows, opaque, air : float
        Conductances of windows, opaque parts and ventilation [W/K].
    floor_area : float
        [m²].
    mass : str
        One of :data:`CLASSES`.
    surfaces : float
        Area of all surfaces over the floor area [1].

    >>> variant(25.18, 41.7, 18.555, 48.0, "light").round(1).tolist()
    [25.2, 41.7, 18.6, 120.0, 216.0, 5280000.0]
    """
    area, capacity = CLASSES[mass]
    return np.array(
        [windows, opaque, air, area * floor_area, surfaces * floor_area, capacity * floor_area]
    )


@inlined
def _shares(row: Array, inside: float, solar: float) -> tuple[float, float, float]:
    """Gains to air, to the surfaces and to the mass [W], ISO 13790 C.2."""
    rest = 0.5 * inside + solar
    mass = row[MASS_AREA] / row[SURFACES]
    return (
        0.5 * inside,
        (1 - mass - row[WINDOWS] / (MASS_FILM * row[SURFACES])) * rest,
        mass * rest,
    )


@inlined
def _hour(
    row: Array, before: float, outdoor: float, air: float, star: float, mass: float, step: float
) -> tuple[float, float]:
    """Air temperature in the middle of the step and mass temperature at its end [K], C.3."""
    h_ms, h_is = MASS_FILM * row[MASS_AREA], SURFACE_FILM * row[SURFACES]
    h_em = 1 / (1 / row[OPAQUE] - 1 / h_ms)
    h1 = 1 / (1 / row[AIR] + 1 / h_is)
    h2 = h1 + row[WINDOWS]
    h3 = 1 / (1 / h2 + 1 / h_ms)
    entering = star + row[WINDOWS] * outdoor + h1 * (air / row[AIR] + outdoor)
    total = mass + h_em * outdoor + h3 * entering / h2
    inertia, half = row[CAPACITY] / step, 0.5 * (h3 + h_em)
    after = (before * (inertia - half) + total) / (inertia + half)
    mean = 0.5 * (before + after)
    surface = (h_ms * mean + entering) / (h_ms + row[WINDOWS] + h1)
    return (h_is * surface + row[AIR] * outdoor + air) / (h_is + row[AIR]), after


@compiled
def _year(
    rows: Array, outdoor: Array, inside: Array, solar: Array, scale: Array, low: Array,
    high: Array, most: Array, step: float, found: Array,
) -> None:  # fmt: skip
    for v in range(rows.shape[0]):
        row = rows[v]
        theta = 293.15
        for lap in range(2):
            start = 0 if lap else max(outdoor.shape[0] - 720, 0)
            for k in range(start, outdoor.shape[0]):
                air, star, mass = _shares(row, inside[k], solar[k] * scale[v])
                free, after = _hour(row, theta, outdoor[k], air, star, mass, step)
                heat = 0.0
                if free < low[k] or free > high[k]:
                    ten = 10.0 * row[SURFACES] / 4.5
                    with_ten, _ = _hour(row, theta, outdoor[k], air + ten, star, mass, step)
                    wanted = low[k] if free < low[k] else high[k]
                    heat = ten * (wanted - free) / (with_ten - free)
                    heat = min(max(heat, -most[v, 1]), most[v, 0])
                    _, after = _hour(row, theta, outdoor[k], air + heat, star, mass, step)
                theta = after
                if lap:
                    found[0, v] += max(heat, 0.0) * step
                    found[1, v] += max(-heat, 0.0) * step
                    found[2, v] = max(found[2, v], heat)
                    found[3, v] = max(found[3, v], -heat)


def screen(
    rows: Array,
    outdoor: Array,
    inside: Array,
    solar: Array,
    low: Array,
    high: Array,
    *,
    solar_scale: Array | None = None,
    most: Array | None = None,
    step: float = 3600.0,
) -> Need:
    """Run every variant through the given hours; the last 30 days run before to warm it up.

    Parameters
    ----------
    rows : (variants, 6) array
        Rows of :func:`variant`. The opaque conductance must be below that of the mass film.
    outdoor, inside, solar : (hours,) arrays
        Outdoor air [K], internal and solar gains [W].
    low, high : (hours,) arrays
        Heating and cooling set-points of the air [K].
    solar_scale : (variants,) array, optional
        What multiplies the solar gains of each variant, such as its glass; 1 by default.
    most : (variants, 2) array, optional
        Greatest heating and cooling [W]; without bound by default.
    step : float
        Length of the steps [s].

    Raises
    ------
    ValueError
        When the opaque conductance is not below that of the mass film.

    Steady state: walls and windows behind the film of all surfaces, ``1/(1/745.2 + 1/65)``, and
    the air:

    >>> room = variant(25.0, 40.0, 20.0, 48.0)[None]
    >>> cold = np.full(2000, 273.15)
    >>> need = screen(room, cold, 0 * cold, 0 * cold, cold + 20, cold + 30)
    >>> round(float(need.heating_peak[0]), 1)
    1595.7
    """
    rows = np.ascontiguousarray(rows, dtype=np.float64)
    if (rows[:, OPAQUE] >= MASS_FILM * rows[:, MASS_AREA]).any():
        raise ValueError("the opaque conductance is not below that of the mass film")
    n = len(rows)
    found = np.zeros((4, n))
    scale = np.ones(n) if solar_scale is None else np.asarray(solar_scale, dtype=np.float64)
    bound = np.full((n, 2), np.inf) if most is None else np.asarray(most, dtype=np.float64)
    _year(rows, outdoor, inside, solar, scale, low, high, bound, step, found)
    return Need(*found)
