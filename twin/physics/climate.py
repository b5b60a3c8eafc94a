"""Weather as arrays: a year of hours, and what it is at any instant. All SI.

An hour's row is what an EPW file has: temperature, humidity, pressure and wind at the end of the
hour, radiation the mean over it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

HOUR = 3600.0
YEAR = 8760
"""Hours of a weather year."""


@dataclass(frozen=True, slots=True, eq=False)
class Weather:
    """A year of hours at one place.

    ``air`` and ``dew_point`` [K], ``pressure`` [Pa], ``infrared`` from the sky on the horizontal,
    ``global_horizontal``, ``direct_normal`` and ``diffuse_horizontal`` [W/m²], ``wind`` [m/s] from
    ``wind_from`` [deg]; ``latitude`` and ``longitude`` [deg], ``zone`` [h] east of Greenwich,
    ``elevation`` [m]. ``generated`` marks a year that nobody measured.
    """

    air: Array
    dew_point: Array
    pressure: Array
    infrared: Array
    global_horizontal: Array
    direct_normal: Array
    diffuse_horizontal: Array
    wind: Array
    wind_from: Array
    latitude: float
    longitude: float
    zone: float
    elevation: float
    source: str = ""
    generated: bool = False


def instant(hourly: Array, times: Array) -> Array:
    """Value at ``times`` [s of the year] of what is read at the end of each hour."""
    return _between(hourly, times / HOUR - 1.0)


def through_hours(hourly: Array, times: Array) -> Array:
    """Value at ``times`` [s of the year] of means over hours, straight between their middles."""
    return _between(hourly, times / HOUR - 0.5)


def _between(hourly: Array, place: Array) -> Array:
    """Straight between neighbouring hours; the year repeats."""
    before = np.floor(place)
    share = place - before
    index = before.astype(np.int64) % YEAR
    return np.asarray(hourly[index] * (1 - share) + hourly[(index + 1) % YEAR] * share)


def hour_of(hourly: Array, times: Array) -> Array:
    """The mean of the hour that each of ``times`` [s of the year] lies in."""
    return np.asarray(hourly[(times // HOUR).astype(np.int64) % YEAR])


@dataclass(frozen=True, slots=True, eq=False)
class Sun:
    """Where the sun stands: apparent elevation and azimuth [deg, from north by east]."""

    elevation: Array
    azimuth: Array

    @property
    def zenith(self) -> Array:
        """Angle from straight up [deg]."""
        return 90.0 - self.elevation


def sun(weather: Weather, times: Array) -> Sun:
    """Position of the sun at ``times`` [s of the year, local standard time], by pvlib."""
    import pandas as pd
    import pvlib

    start = pd.Timestamp("2019-01-01", tz="UTC") - pd.Timedelta(hours=weather.zone)
    stamps = start + pd.to_timedelta(times % (YEAR * HOUR), unit="s")
    found = pvlib.solarposition.ephemeris(
        pd.DatetimeIndex(stamps), weather.latitude, weather.longitude
    )
    return Sun(found["apparent_elevation"].to_numpy(), found["azimuth"].to_numpy())


def incidence(sun_at: Sun, tilt: float, azimuth: float) -> Array:
    """Cosine of the angle of incidence on a plane; 0 when the sun is down or behind it [1]."""
    height, round_ = np.radians(sun_at.elevation), np.radians(sun_at.azimuth - azimuth)
    slope = np.radians(tilt)
    cosine = np.sin(height) * np.cos(slope) + np.cos(height) * np.sin(slope) * np.cos(round_)
    return np.where(sun_at.elevation > 0, np.maximum(cosine, 0.0), 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Diffuse:
    """Diffuse light on a plane by where it comes from [W/m²], hourly.

    ``dome`` from the whole sky alike, ``around_sun`` from close to the sun, ``horizon`` from the
    band above it (less than nothing under a dark horizon), ``ground`` reflected.
    """

    dome: Array
    around_sun: Array
    horizon: Array
    ground: Array


def diffuse_hours(weather: Weather, tilt: float, azimuth: float, albedo: float) -> Diffuse:
    """Hourly diffuse light of sky and of ground on a plane.

    Perez (1990) as pvlib has it, with the sun at the middle of the hour; on the horizontal what the
    global radiation of the file leaves beside the beam.
    """
    import pvlib

    middles = np.arange(0.5, YEAR, dtype=np.float64) * HOUR
    at = sun(weather, middles)
    ground = weather.global_horizontal * albedo * 0.5 * (1 - np.cos(np.radians(tilt)))
    if tilt == 0:
        beam = weather.direct_normal * incidence(at, 0.0, 0.0)
        none = np.zeros(YEAR)
        return Diffuse(np.maximum(weather.global_horizontal - beam, 0.0), none, none, ground)
    days = 1 + (np.arange(YEAR) // 24)
    extra = pvlib.irradiance.get_extra_radiation(days)
    mass = np.nan_to_num(pvlib.atmosphere.get_relative_airmass(at.zenith), nan=40.0)
    parts = pvlib.irradiance.perez(
        tilt, azimuth, weather.diffuse_horizontal, weather.direct_normal, extra,
        at.zenith, at.azimuth, mass, return_components=True,
    )  # fmt: skip
    dome, around, horizon = (
        np.nan_to_num(np.asarray(parts[f"poa_{name}"]))
        for name in ("isotropic", "circumsolar", "horizon")
    )
    return Diffuse(dome, around, horizon, ground)


def pressure_at(elevation: float) -> float:
    """Pressure of the standard atmosphere [Pa] at ``elevation`` [m].

    >>> round(pressure_at(1650.0))
    83011
    """
    return float(101_325.0 * (1 - 2.25577e-5 * elevation) ** 5.25588)


def air_density(pressure: Array | float, temperature: Array | float) -> Array:
    """Density of air [kg/m³], ideal gas, dry.

    >>> round(float(air_density(101325.0, 293.15)), 4)
    1.2041
    """
    return np.asarray(pressure / (287.055 * np.asarray(temperature)))


def outdoor_cosine(
    time: Array | float, mean: float, swing: float, warmest: float = 15 * 3600
) -> Array:
    """Outdoor temperature [K] of a day as a cosine: ``mean`` ± ``swing``/2, warmest at 15:00."""
    return np.asarray(
        mean + 0.5 * swing * np.cos(2 * np.pi * (np.asarray(time) - warmest) / 86_400.0)
    )
