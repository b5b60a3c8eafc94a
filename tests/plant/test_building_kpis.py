"""A building's KPIs by BOPTEST's names, against its definitions on the facts of a run."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from twin.kpi import Reading, compute
from twin.scenario import parse
from twin.simulate import simulate

OFFICE = {
    "horizon": "40 d",
    "replications": 1,
    "plant": {
        "office": {
            "kind": "building", "outdoor_mean": 9, "outdoor_swing": 24, "demand_price": 12,
            "start_day": 20,
            "schedules": {"night": {"hours": [0, 7.5, 19], "values": [15, 21, 15]}},
            "zones": {
                "north": {"floor_area": 300, "heating_schedule": "night", "heating_power": 9,
                          "people": 60, "ventilation": 200, "use_start": 8, "use_end": 18},
                "south": {"floor_area": 500, "cooling_setpoint": 22, "base_gain": 30,
                          "cooling_power": 25},
            },
        }
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def run():
    asked = parse(copy.deepcopy(OFFICE), "office.toml")
    facts = simulate(asked)
    return Reading(facts), compute(asked, facts)


def power_of(reading):
    names = ("heating_electric", "cooling_electric")
    zones = [f"office.zones.{z}" for z in ("north", "south")]
    return sum(reading.series(zone, name)[0] for zone in zones for name in names)


def trapezoid_in_steps(temperatures, low, high):
    """Each step by itself: the band is that of the step, temperatures are those of its ends."""
    total = 0.0
    for k in range(len(low)):
        ends = [
            max(low[k] - t, 0.0) + max(t - high[k], 0.0) for t in temperatures[k : k + 2].tolist()
        ]
        total += 0.5 * (ends[0] + ends[1]) * 300.0 / 3600.0
    return total


def test_energy_cost_emissions_and_peak(run):
    reading, values = run
    power = power_of(reading)
    energy = sum((power * 300.0).tolist()) * 2.77778e-7 / 800
    assert values["office.ener_tot"] == pytest.approx(energy, rel=1e-9)
    assert values["office.cost_tot"] == pytest.approx(energy * 0.2, rel=1e-9)
    assert values["office.emis_tot"] == pytest.approx(energy * 0.167, rel=1e-9)
    quarters = power.reshape(-1, 3).mean(axis=1)
    assert values["office.pele_tot"] == pytest.approx(quarters.max() / 1000 / 800, rel=1e-9)


def test_each_month_begun_is_charged_by_its_peak(run):
    reading, values = run
    quarters = power_of(reading).reshape(-1, 3).mean(axis=1) / 1000
    january = 12 * 96  # the run starts on the 20th
    peaks = [quarters[:january], quarters[january : january + 28 * 96]]
    assert len(quarters) == january + 28 * 96
    charge = 12 * sum(float(month.max()) for month in peaks)
    assert values["office.demand_charge"] == pytest.approx(charge, rel=1e-9)


def test_thermal_discomfort_is_the_mean_of_the_zones(run):
    reading, values = run
    hours = (np.arange(40 * 288) * 300.0 + 150.0) % 86_400 / 3600
    night = np.where((hours >= 7.5) & (hours < 19), 21.0, 15.0) + 273.15
    steady = np.ones_like(night) * 273.15
    north, south = (
        reading.series(f"office.zones.{z}", "temperature")[0] for z in ("north", "south")
    )
    total = trapezoid_in_steps(north, night, steady + 26)
    total += trapezoid_in_steps(south, steady + 19, steady + 22)
    assert total > 10
    # Rounding beside a set-point does not count: at most 1e-6 K at each instant.
    assert values["office.tdis_tot"] == pytest.approx(total / 2, rel=1e-9, abs=1e-6 * 960)


def test_bad_air_is_the_mean_of_the_zones(run):
    reading, values = run
    total = 0.0
    for zone in ("north", "south"):
        co2 = np.append(420e-6, reading.series(f"office.zones.{zone}", "co2")[0]) * 1e6
        over = np.maximum(co2 - 1220.0, 0.0)
        total += float(np.trapezoid(over, dx=300.0)) / 3600
    assert total > 100
    assert values["office.idis_tot"] == pytest.approx(total / 2, rel=1e-9)
