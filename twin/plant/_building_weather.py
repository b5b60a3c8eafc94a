"""EPW files: read by pvlib, after what it would stumble over has been refused in plain words."""

from __future__ import annotations

import csv
import functools
from pathlib import Path

import numpy as np
import numpy.typing as npt

from twin.errors import BadInput, Fault
from twin.physics.climate import YEAR, Weather
from twin.physics.films import sky_infrared
from twin.physics.normals import CITIES, Normals, generate

Array = npt.NDArray[np.float64]

HEADER, COLUMNS = 8, 35
NEEDED = {
    6: ("dry bulb temperature", 99.9, -90.0, 70.0),
    7: ("dew point temperature", 99.9, -90.0, 70.0),
    9: ("atmospheric pressure", 999999.0, 31_000.0, 120_000.0),
    13: ("global horizontal radiation", 9999.0, 0.0, 2000.0),
    14: ("direct normal radiation", 9999.0, 0.0, 2000.0),
    15: ("diffuse horizontal radiation", 9999.0, 0.0, 2000.0),
    20: ("wind direction", 999.0, 0.0, 360.0),
    21: ("wind speed", 999.0, 0.0, 100.0),
}
"""Column → name, mark of a missing value, least, greatest; EnergyPlus Auxiliary Programs, EPW."""
MOST_FAULTS = 5


def read(path: Path) -> Weather:
    """Return the weather of an EPW file.

    Raises
    ------
    BadInput
        When it is not an EPW file, has gaps, a wrong number of columns, or lacks a needed value.
    """
    status = path.stat()
    return _read(path, status.st_mtime_ns, status.st_size)


def of_city(name: str) -> Weather:
    """Return the year generated from the normals of a city."""
    return generated(CITIES[name])


@functools.lru_cache(maxsize=8)
def generated(normals: Normals) -> Weather:
    """Return the year generated from normals; kept, since every run asks for it again."""
    return generate(normals)


@functools.lru_cache(maxsize=8)
def _read(path: Path, _changed: int, _size: int) -> Weather:
    try:
        lines = path.read_text("utf-8", errors="replace").splitlines()
    except OSError as error:
        raise BadInput(Fault(f"cannot be read: {error.strerror}", file=str(path))) from None
    faults = _faults(lines, str(path))
    if faults:
        raise BadInput(faults[:MOST_FAULTS])
    import pvlib

    frame, place = pvlib.iotools.read_epw(path, coerce_year=2019)

    def column(name: str) -> Array:
        return np.asarray(frame[name], dtype=np.float64)

    air, dew = column("temp_air") + 273.15, column("temp_dew") + 273.15
    infrared = column("ghi_infrared")
    lacking = (infrared >= 9999) | (infrared <= 0)
    cover = np.where(column("opaque_sky_cover") > 10, 5.0, column("opaque_sky_cover"))
    infrared = np.where(lacking, sky_infrared(air, dew, cover), infrared)
    return Weather(
        air, dew, column("atmospheric_pressure"), infrared, column("ghi"), column("dni"),
        column("dhi"), column("wind_speed"), column("wind_direction"), float(place["latitude"]),
        float(place["longitude"]), float(place["TZ"]), float(place["altitude"]),
        f"{place['city']}, {place['data_type']}, WMO {place['WMO_code']}",
    )  # fmt: skip


def _faults(lines: list[str], file: str) -> list[Fault]:
    if not lines or not lines[0].upper().startswith("LOCATION,") or lines[0].count(",") < 9:
        return [
            Fault(
                "is not an EPW file: line 1 is to start with LOCATION and have 10 fields", "", file
            )
        ]
    rows = [line for line in lines[HEADER:] if line.strip()]
    faults: list[Fault] = []
    for hour, row in enumerate(csv.reader(rows)):
        fault = _row_fault(row, hour)
        if fault:
            faults.append(Fault(f"line {hour + HEADER + 1}: {fault}", "", file))
            if len(faults) >= MOST_FAULTS:
                return faults
    if not faults and len(rows) != YEAR:
        hint = "; leave 29 February out" if len(rows) == YEAR + 24 else ""
        faults.append(Fault(f"has {len(rows)} hours, a year of {YEAR} is needed{hint}", "", file))
    return faults


def _row_fault(row: list[str], hour: int) -> str:
    if len(row) != COLUMNS:
        return f"has {len(row)} columns, {COLUMNS} are needed"
    try:
        stated = int(row[3])
        if stated != hour % 24 + 1:
            return f"hour {stated} where hour {hour % 24 + 1} is due: hours are missing or doubled"
        for index, (name, missing, low, high) in NEEDED.items():
            value = float(row[index])
            if value >= missing > high:
                return f"{name} is missing ({row[index]})"
            if not low <= value <= high:
                return f"{name} is {row[index]}, allowed {low:g} to {high:g}"
    except ValueError:
        return "holds something that is not a number"
    return ""
