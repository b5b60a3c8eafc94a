"""ASHRAE Standard 140-2020: every load, peak and temperature within the six reference programs."""

from __future__ import annotations

import csv
import functools
import os

import pytest

from twin.kpi import compute
from twin.scenario import load, shipped
from twin.simulate import simulate

KPIS = {
    "annual_heating": "heating_load",
    "annual_sensible_cooling": "cooling_load",
    "peak_heating": "heating_peak",
    "peak_sensible_cooling": "cooling_peak",
    "ff_max_zone_T": "warmest_hour",
    "ff_min_zone_T": "coldest_hour",
    "ff_mean_zone_T": "mean_temperature",
}
RESULTS = "building/ashrae140_2020_cases_600_640_900_600FF.csv"


@functools.cache
def figures(case: str) -> dict[str, float]:
    scenario = load(shipped() / "ashrae140" / f"{case}.toml")
    return compute(scenario, simulate(scenario))


@pytest.mark.parametrize("case", ["600", "640", "900", "600FF"])
def test_every_result_is_within_the_span_of_the_reference_programs(recordings, monkeypatch, case):
    monkeypatch.setenv("TWIN_DATA", os.fspath(recordings))
    with (recordings / RESULTS).open(encoding="utf-8") as handle:
        rows = [row for row in csv.DictReader(handle) if row["case"] == case]
    assert rows
    for row in rows:
        got = figures(case)[f"house.zones.room.{KPIS[row['quantity']]}"]
        assert float(row["min"]) <= got <= float(row["max"]), (row["quantity"], got)
