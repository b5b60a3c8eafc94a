"""Checks of buildings: the cases of ASHRAE Standard 140 that are shipped as scenario files."""

from __future__ import annotations

import csv
import functools
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from twin.kpi import compute
from twin.scenario import load, shipped
from twin.simulate import simulate
from twin.validation.checks import Check

RESULTS = "ashrae140_2020_cases_600_640_900_600FF.csv"
WEATHER = "725650TYCST.epw"
SOURCE = "ASHRAE Standard 140-2020, span of six reference programs"
KPIS = {
    "annual_heating": "heating_load",
    "annual_sensible_cooling": "cooling_load",
    "peak_heating": "heating_peak",
    "peak_sensible_cooling": "cooling_peak",
    "ff_max_zone_T": "warmest_hour",
    "ff_min_zone_T": "coldest_hour",
    "ff_mean_zone_T": "mean_temperature",
}


def houses(data: Path) -> Iterator[Check]:
    """Every load, peak and temperature of the cases, within the span; nothing without the data."""
    folder = data / "building"
    if not (folder / RESULTS).exists() or not (folder / WEATHER).exists():
        return
    with (folder / RESULTS).open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    for row in rows:
        low, high = float(row["min"]), float(row["max"])
        yield Check(
            f"ASHRAE 140 case {row['case']}: {row['quantity'].replace('_', ' ')}",
            SOURCE,
            0.5 * (low + high),
            0.5 * (high - low),
            row["unit"].replace("degC", "°C"),
            partial(_figure, row["case"], folder / WEATHER, KPIS[row["quantity"]]),
        )


def _figure(case: str, weather: Path, kpi: str) -> float:
    return float(_run(case, weather)[f"house.zones.room.{kpi}"])


@functools.lru_cache(maxsize=4)
def _run(case: str, weather: Path) -> Mapping[str, float]:
    scenario = load(shipped() / "ashrae140" / f"{case}.toml")
    scenario = scenario.with_values({"house.weather": str(weather)})
    return compute(scenario, simulate(scenario))
