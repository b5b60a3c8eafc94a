"""EnergyPlus on the same inputs: hourly zone temperatures of the house of ASHRAE 140."""

from __future__ import annotations

import importlib.util
import os

import numpy as np
import pytest

from tests.validation import energyplus
from twin.kpi import Reading
from twin.scenario import load, shipped
from twin.simulate import simulate

AT_20 = "Schedule:Constant,heat at,any,20;\n"
CASES = {
    "600": ({"heavy": False, "heating": AT_20, "cooling": 27.0}, 0.15),
    "900": ({"heavy": True, "heating": AT_20, "cooling": 27.0}, 0.15),
    "600FF": ({"heavy": False}, 0.5),
    "900FF": ({"heavy": True}, 0.5),
    "610": ({"heavy": False, "heating": AT_20, "cooling": 27.0, "shaded": "south"}, 0.15),
    "930": (
        {
            "heavy": True,
            "heating": AT_20,
            "cooling": 27.0,
            "sides": energyplus.EAST_WEST,
            "shaded": "east west",
        },
        0.15,
    ),
    "650FF": ({"heavy": False, "fan": True}, 0.5),
}
"""Case → what EnergyPlus is told, greatest root mean square difference [K]."""


@pytest.mark.parametrize("case", CASES)
def test_hourly_temperatures_agree(recordings, monkeypatch, tmp_path, case):
    if importlib.util.find_spec("pyenergyplus") is None:
        assert os.environ.get("CI", "").lower() != "true"
        pytest.skip("EnergyPlus is not here: pip install pyenergyplus-lbnl")
    monkeypatch.setenv("TWIN_DATA", os.fspath(recordings))
    told, allowed = CASES[case]
    weather = recordings / "building" / "725650TYCST.epw"
    theirs = energyplus.run(energyplus.house(**told), weather, tmp_path)
    facts = simulate(load(shipped() / "ashrae140" / f"{case}.toml"))
    ours, _spans = Reading(facts).series("house.zones.room", "temperature_hour")
    difference = ours - 273.15 - theirs["ROOM:Zone Mean Air Temperature"]
    assert np.sqrt(np.mean(difference**2)) <= allowed
