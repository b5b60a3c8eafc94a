"""A year of weather from a city's published monthly normals; generated, nobody measured it. All SI.

Every date has its average day: there are no cold spells and no heat waves, so peaks come out low.
What the normals do not say follows Allen et al. (1998), FAO Irrigation and Drainage Paper 56:
radiation from the daily range of temperature (eq. 50, Hargreaves), extraterrestrial radiation
(eq. 21), dew point from the daily minimum (eq. 48), cloudiness by Ångström (eq. 35), wind 2 m/s.
Hours of the day: Collares-Pereira & Rabl (1979), doi:10.1016/0038-092X(79)90100-2; beam and
diffuse: Erbs et al. (1982), by pvlib.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.physics.climate import HOUR, YEAR, Array, Weather, pressure_at, sun
from twin.physics.films import sky_infrared

MIDDLES = (15.5, 45.0, 74.5, 105.0, 135.5, 166.0, 196.5, 227.5, 258.0, 288.5, 319.0, 349.5)
"""Middle of each month [d of the year]."""
LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""Days of each month."""
WIND = 2.0
"""FAO-56, where no wind is known [m/s]."""


@dataclass(frozen=True, slots=True)
class Normals:
    """Monthly means of the daily highest and lowest temperature [°C], and where.

    ``coast`` says whether the sea is near (FAO-56: 0.19 rather than 0.16 in eq. 50); ``dry`` is how
    far the dew point stays below the daily minimum [K].
    """

    high: tuple[float, ...]
    low: tuple[float, ...]
    latitude: float
    longitude: float
    zone: float
    elevation: float
    coast: bool
    dry: float
    source: str


def _celsius(*degrees: float) -> tuple[float, ...]:
    return tuple(round((f - 32) / 1.8, 2) for f in degrees)


CITIES = {
    "denver": Normals(
        _celsius(43.2, 47.2, 53.7, 60.9, 70.5, 82.1, 88.0, 86.0, 77.4, 66.0, 51.5, 44.1),
        _celsius(15.2, 19.1, 25.4, 34.2, 43.8, 53.0, 58.7, 57.4, 47.3, 35.9, 23.5, 16.4),
        39.77, -104.87, -7.0, 1611.0, False, 2.0,
        "Denver Stapleton, NCDC 1971-2000 monthly normals (Western Regional Climate Center)",
    ),
    "taipei": Normals(
        (19.6, 20.7, 22.9, 26.7, 30.1, 32.9, 35.0, 34.4, 31.6, 27.8, 24.9, 21.1),
        (13.0, 14.7, 16.2, 19.4, 22.8, 25.3, 26.8, 26.6, 25.2, 22.6, 19.8, 16.1),
        25.04, 121.51, 8.0, 6.0, True, 0.0,
        "Taipei, normals 1991-2020 (Central Weather Administration, as in Climate of Taiwan)",
    ),
}  # fmt: skip


def generate(normals: Normals) -> Weather:
    """Return a year of hours that has the given normals.

    >>> taipei = generate(CITIES["taipei"])
    >>> taipei.generated, round(float(taipei.air[4344:5088].mean()) - 273.15, 1)
    (True, 30.9)
    """
    import pvlib

    days = np.arange(0.5, 365, dtype=np.float64)
    high, low = (daily_course(row) for row in (normals.high, normals.low))
    mean, swing = 0.5 * (high + low) + 273.15, high - low
    top = extraterrestrial(normals.latitude, days)
    daily = (0.19 if normals.coast else 0.16) * np.sqrt(swing) * top
    ghi = _hours(normals.latitude, days, daily)
    clock = np.arange(YEAR) % 24 + 1.0
    air = np.repeat(mean, 24) + 0.5 * np.repeat(swing, 24) * np.cos(2 * np.pi * (clock - 15) / 24)
    dew = np.repeat(low + 273.15 - normals.dry, 24)
    dew = np.minimum(dew, air)
    sunshine = np.clip((daily / top - 0.25) / 0.5, 0.0, 1.0)
    still = np.full(YEAR, WIND)
    place = Weather(
        air, dew, np.full(YEAR, pressure_at(normals.elevation)),
        sky_infrared(air, dew, np.repeat(10 * (1 - sunshine), 24)), ghi, ghi, ghi, still, 0 * still,
        normals.latitude, normals.longitude, normals.zone, normals.elevation, normals.source, True,
    )  # fmt: skip
    zenith = sun(place, np.arange(0.5, YEAR, dtype=np.float64) * HOUR).zenith
    split = pvlib.irradiance.erbs(ghi, zenith, np.repeat(np.arange(1, 366), 24))
    beam, diffuse = (np.nan_to_num(np.asarray(split[key])) for key in ("dni", "dhi"))
    return Weather(
        air, dew, place.pressure, place.infrared, ghi, beam, diffuse, still, 0 * still,
        place.latitude, place.longitude, place.zone, place.elevation,
        f"generated from {normals.source}", True,
    )  # fmt: skip


def daily_course(months: tuple[float, ...]) -> Array:
    """A value for each day, straight between the middles of months, whose monthly means are given.

    >>> year = daily_course(CITIES["denver"].high)
    >>> round(float(year[181:212].mean()), 2) == CITIES["denver"].high[6]
    True
    """
    days = np.arange(0.5, 365, dtype=np.float64)
    shapes = np.array([np.interp(days, MIDDLES, row, period=365) for row in np.eye(12)])
    ends = np.cumsum(LENGTHS)
    means = np.array(
        [shapes[:, e - n : e].mean(axis=1) for n, e in zip(LENGTHS, ends, strict=True)]
    )
    return np.asarray(np.linalg.solve(means, np.asarray(months)) @ shapes)


def extraterrestrial(latitude: float, days: Array) -> Array:
    """Radiation above the air on a day [J/m²], FAO-56 eq. 21.

    FAO-56 example 8: 20° south on 3 September, 32.2 MJ/m².

    >>> round(float(extraterrestrial(-20.0, np.array([246.0]))[0]) / 1e6, 1)
    32.2
    """
    turn = 2 * np.pi * days / 365
    declination = 0.409 * np.sin(turn - 1.39)
    phi = np.radians(latitude)
    sunset = np.arccos(np.clip(-np.tan(phi) * np.tan(declination), -1.0, 1.0))
    near = 1 + 0.033 * np.cos(turn)
    even = sunset * np.sin(phi) * np.sin(declination)
    return np.asarray(
        86_400 / np.pi * 1367 * near * (even + np.cos(phi) * np.cos(declination) * np.sin(sunset))
    )


def _hours(latitude: float, days: Array, daily: Array) -> Array:
    """Global radiation of each hour [W/m²] from that of the days [J/m²]; noon at 12 h."""
    declination = 0.409 * np.sin(2 * np.pi * days / 365 - 1.39)
    sunset = np.arccos(np.clip(-np.tan(np.radians(latitude)) * np.tan(declination), -1.0, 1.0))
    angle = 2 * np.pi * (np.arange(24) + 0.5 - 12) / 24
    edge = sunset[:, None]
    a, b = 0.409 + 0.5016 * np.sin(edge - 1.0472), 0.6609 - 0.4767 * np.sin(edge - 1.0472)
    shape = np.maximum((a + b * np.cos(angle)) * (np.cos(angle) - np.cos(edge)), 0.0)
    shape = np.where(np.abs(angle) < edge, shape, 0.0)
    return np.asarray((daily[:, None] * shape / shape.sum(axis=1, keepdims=True) / HOUR).ravel())
