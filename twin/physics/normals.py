"""A year of weather from a city's published monthly normals; generated, nobody measured it. All SI.

Every date has its average day: there are no cold spells and no heat waves, so peaks come out low.
What follows from the normals is by Allen et al. (1998), FAO Irrigation and Drainage Paper 56:
extraterrestrial radiation (eq. 21), radiation and cloudiness from hours of sunshine (eq. 34, 35),
dew point from humidity (eq. 11, 19). Where those two are not published: radiation from the daily
range of temperature (eq. 50, Hargreaves), dew point from the daily minimum (eq. 48). Wind 2 m/s.
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
OVERCAST, CLEAR = 0.25, 0.50
"""Shares of extraterrestrial radiation without sunshine, and more with (FAO-56 eq. 35)."""


@dataclass(frozen=True, slots=True)
class Normals:
    """Monthly means of the daily highest and lowest temperature [°C], and where.

    ``humidity`` [%] and ``sunshine`` [h in the month] are means too, empty where not published.
    Without sunshine ``coast`` says whether the sea is near (FAO-56: 0.19 rather than 0.16 in
    eq. 50); without humidity ``dry`` is how far the dew point stays below the daily minimum [K].
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
    humidity: tuple[float, ...] = ()
    sunshine: tuple[float, ...] = ()


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
    "hsinchu": Normals(
        (18.8, 18.7, 21.0, 25.0, 28.0, 30.8, 32.7, 32.2, 30.5, 27.5, 25.0, 21.3),
        (12.7, 12.7, 14.9, 18.5, 21.2, 24.3, 25.4, 25.3, 23.5, 21.3, 18.2, 15.2),
        24.83, 121.01, 8.0, 27.0, True, 0.0,
        "Hsinchu, means 1992-2000 (Central Weather Bureau)",
        (78.9, 80.1, 83.1, 80.9, 79.8, 78.3, 75.9, 78.0, 75.1, 76.4, 76.3, 76.3),
        (98.2, 84.8, 85.0, 103.0, 136.6, 185.0, 230.9, 205.7, 206.8, 191.4, 150.2, 128.4),
    ),
    "chiayi": Normals(
        (21.8, 22.0, 24.7, 27.9, 30.3, 32.2, 32.9, 32.2, 31.6, 29.8, 26.9, 23.7),
        (12.1, 13.3, 15.5, 18.9, 21.8, 24.0, 24.9, 24.6, 23.2, 20.6, 16.8, 13.0),
        23.50, 120.43, 8.0, 27.0, True, 0.0,
        "Chiayi, normals 1971-2000 (Central Weather Bureau)",
        (81.8, 83.1, 83.7, 84.1, 84.5, 82.0, 80.4, 83.6, 84.7, 84.1, 81.4, 80.3),
        (153.2, 121.8, 143.0, 150.3, 156.8, 176.9, 208.6, 184.1, 186.9, 174.0, 151.7, 158.7),
    ),
    "beijing": Normals(
        (1.8, 5.0, 11.6, 20.3, 26.0, 30.2, 30.9, 29.7, 25.8, 19.1, 10.1, 3.7),
        (-8.4, -5.6, 0.4, 7.9, 13.6, 18.8, 22.0, 20.8, 14.8, 7.9, 0.0, -5.8),
        39.80, 116.47, 8.0, 31.0, False, 2.0,
        "Beijing, normals 1971-2000 (China Meteorological Administration)",
    ),
    "london": Normals(
        (8.3, 8.5, 11.4, 14.2, 17.7, 20.7, 23.2, 22.9, 20.1, 15.6, 11.4, 8.6),
        (2.6, 2.4, 4.1, 5.4, 8.4, 13.2, 14.2, 14.0, 11.2, 8.3, 5.1, 2.8),
        51.48, 0.0, 0.0, 47.0, False, 0.0,
        "London Greenwich, normals 1971-2000 (Met Office)",
        (), (49.9, 71.4, 107.1, 159.8, 181.2, 181.0, 192.1, 195.1, 138.9, 108.1, 58.5, 37.4),
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
    daily = _radiation(normals, days, top, swing)
    ghi = _hours(normals.latitude, days, daily)
    clock = np.arange(YEAR) % 24 + 1.0
    air = np.repeat(mean, 24) + 0.5 * np.repeat(swing, 24) * np.cos(2 * np.pi * (clock - 15) / 24)
    dew = np.minimum(np.repeat(_dew_point(normals, high, low), 24), air)
    sunshine = np.clip((daily / top - OVERCAST) / CLEAR, 0.0, 1.0)
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


def _radiation(normals: Normals, days: Array, top: Array, swing: Array) -> Array:
    """Global radiation of each day [J/m²]."""
    if not normals.sunshine:
        return np.asarray((0.19 if normals.coast else 0.16) * np.sqrt(swing) * top)
    hours = daily_course(tuple(np.divide(normals.sunshine, LENGTHS)))
    return sunny(top, hours, daylight(normals.latitude, days))


def _dew_point(normals: Normals, high: Array, low: Array) -> Array:
    """Dew point of each day [K]."""
    if not normals.humidity:
        return np.asarray(low + 273.15 - normals.dry)
    pressure = vapour_pressure(daily_course(normals.humidity), high, low)
    logarithm = np.log(pressure / 610.8)
    return np.asarray(237.3 * logarithm / (17.27 - logarithm) + 273.15)


def vapour_pressure(humidity: Array, high: Array, low: Array) -> Array:
    """Of the air on a day [Pa], by mean humidity [%], highest and lowest temperature [°C].

    FAO-56 eq. 11 and 19; example 5: 68 %, 25 °C, 18 °C give 1.78 kPa.

    >>> round(float(vapour_pressure(np.array(68.0), np.array(25.0), np.array(18.0))) / 1e3, 2)
    1.78
    """
    full = [610.8 * np.exp(17.27 * t / (t + 237.3)) for t in (high, low)]
    return np.asarray(humidity / 100 * 0.5 * (full[0] + full[1]))


def sunny(top: Array, hours: Array, longest: Array) -> Array:
    """Global radiation of a day, in the unit of ``top``, by its hours of sunshine [h].

    ``top`` is the extraterrestrial radiation, ``longest`` the daylight [h]. FAO-56 eq. 35; example
    10: Rio de Janeiro in May, 25.1 MJ/m², 7.1 of 10.9 h give 14.5 MJ/m².

    >>> abs(float(sunny(np.array(25.1), np.array(7.1), np.array(10.9))) - 14.5) < 0.06
    True
    """
    return np.asarray((OVERCAST + CLEAR * np.minimum(hours / longest, 1.0)) * top)


def daylight(latitude: float, days: Array) -> Array:
    """Hours from sunrise to sunset [h], FAO-56 eq. 34.

    FAO-56 example 9: 20° south on 3 September, 11.7 h.

    >>> round(float(daylight(-20.0, np.array([246.0]))[0]), 1)
    11.7
    """
    return np.asarray(24 / np.pi * _sunset(latitude, _declination(days)))


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
    declination, phi = _declination(days), np.radians(latitude)
    sunset = _sunset(latitude, declination)
    near = 1 + 0.033 * np.cos(2 * np.pi * days / 365)
    even = sunset * np.sin(phi) * np.sin(declination)
    return np.asarray(
        86_400 / np.pi * 1367 * near * (even + np.cos(phi) * np.cos(declination) * np.sin(sunset))
    )


def _declination(days: Array) -> Array:
    """Of the sun [rad], FAO-56 eq. 24."""
    return np.asarray(0.409 * np.sin(2 * np.pi * days / 365 - 1.39))


def _sunset(latitude: float, declination: Array) -> Array:
    """Hour angle of the sunset [rad], FAO-56 eq. 25."""
    return np.asarray(
        np.arccos(np.clip(-np.tan(np.radians(latitude)) * np.tan(declination), -1.0, 1.0))
    )


def _hours(latitude: float, days: Array, daily: Array) -> Array:
    """Global radiation of each hour [W/m²] from that of the days [J/m²]; noon at 12 h."""
    sunset = _sunset(latitude, _declination(days))
    angle = 2 * np.pi * (np.arange(24) + 0.5 - 12) / 24
    edge = sunset[:, None]
    a, b = 0.409 + 0.5016 * np.sin(edge - 1.0472), 0.6609 - 0.4767 * np.sin(edge - 1.0472)
    shape = np.maximum((a + b * np.cos(angle)) * (np.cos(angle) - np.cos(edge)), 0.0)
    shape = np.where(np.abs(angle) < edge, shape, 0.0)
    return np.asarray((daily[:, None] * shape / shape.sum(axis=1, keepdims=True) / HOUR).ravel())
