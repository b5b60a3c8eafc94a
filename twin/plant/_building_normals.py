"""A city's published monthly normals, as a scenario gives them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from twin.errors import Fault
from twin.params import Params, flag, numbers, quantity, text
from twin.physics.normals import Normals

Number = Annotated[float, Field(allow_inf_nan=False)]
Numbers = tuple[Number, ...]

MONTHS, NEEDED = 12, ("high", "low")
BOUNDS = {
    "high": (-60.0, 60.0, "°C"),
    "low": (-70.0, 50.0, "°C"),
    "humidity": (1.0, 100.0, "%"),
    "sunshine": (0.0, 744.0, "h"),
}
"""Least and greatest of a month's value, and its unit."""


class MonthlyNormals(Params):
    """Twelve means, January to December, as a weather service publishes them; and where."""

    high: Numbers = numbers((), "Mean daily maximum of each month [°C].")
    low: Numbers = numbers((), "Mean daily minimum of each month [°C].")
    humidity: Numbers = numbers((), "Mean relative humidity of each month [%], where published.")
    sunshine: Numbers = numbers((), "Hours of sunshine of each month [h], where published.")
    latitude: float = quantity(None, "deg", -66, 66, "Of the station, north of the equator.")
    longitude: float = quantity(None, "deg", -180, 180, "Of the station, east of Greenwich.")
    time_zone: float = quantity(None, "h", -12, 14, "Local time less Greenwich time.")
    elevation: float = quantity(0, "m", -430, 4500, "Of the station above the sea.")
    coast: bool = flag(False, "The sea is near; used where no sunshine is given.")
    dryness: float = quantity(
        0, "K", 0, 10,
        "The dew point stays so far below the daily minimum; used where no humidity is given.",
        "FAO-56 eq. 48",
    )  # fmt: skip
    source: str = text(None, "Who published them, for which years.")


def normals_faults(given: dict[str, MonthlyNormals], *, other: bool) -> Iterator[Fault]:
    """Two cities, a city beside another weather, and months that cannot be."""
    if given and other:
        yield Fault("beside weather or city: give one of them", "normals")
    if len(given) > 1:
        cities = ", ".join(given)
        yield Fault(f"are of {len(given)} cities ({cities}); weather is of one", "normals")
    for city, normals in given.items():
        yield from _faults(normals, f"normals.{city}")


def _faults(normals: MonthlyNormals, path: str) -> Iterator[Fault]:
    for name, (least, most, unit) in BOUNDS.items():
        row = getattr(normals, name)
        if len(row) != MONTHS and (row or name in NEEDED):
            message = f"needs 12 numbers, January to December; it has {len(row)}"
            yield Fault(message, f"{path}.{name}")
        for month, value in enumerate(row):
            if not least <= value <= most:
                message = f"outside {least:g}..{most:g} {unit}"
                yield Fault(message, f"{path}.{name}[{month}]", "", f"{value:g}")
    for month, (high, low) in enumerate(zip(normals.high, normals.low, strict=False)):
        if low >= high:
            message = f"is not below that month's high of {high:g} °C"
            yield Fault(message, f"{path}.low[{month}]", "", f"{low:g}")


def normals_of(city: str, given: MonthlyNormals) -> Normals:
    """Return them for the physics; ``city`` is their name in the scenario."""
    return Normals(
        given.high, given.low, _degrees(given.latitude), _degrees(given.longitude),
        given.time_zone / 3600.0, given.elevation, given.coast, given.dryness,
        f"{city}, {given.source}", given.humidity, given.sunshine,
    )  # fmt: skip


def _degrees(angle: float) -> float:
    return round(math.degrees(angle), 9)
