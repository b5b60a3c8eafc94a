"""The air sensor: what a room sensor of each quantity would read, and what it read before."""

import numpy as np
import pytest

from twin.rng import stream
from twin.scenario import parse
from twin.signals.air import READS, Sensor, Settings
from twin.simulate import simulate

STATE = {"co2": 6e-4, "temperature": 294.15, "humidity": 0.4, "illuminance": 300.0}
QUIET = {"co2_noise": 0, "temperature_noise": 0, "humidity_noise": 0, "light_noise": 0, "lag": 0}


def sensor(**changes):
    return Sensor("t", Settings.read({"on": "hall", "readings": 4, **QUIET, **changes}))


def test_a_window_holds_the_newest_readings_last_and_no_more_than_there_are():
    device, luck = sensor(), stream(1, "t")
    device.block(STATE, 0.0, luck)
    block = device.block({**STATE, "co2": 8e-4}, 60.0, luck)
    assert block.shape == (2, len(READS))
    assert block[0].tolist() == pytest.approx(list(STATE.values()), rel=1e-6)
    assert block[1, 0] == pytest.approx(8e-4, rel=1e-6)
    for k in range(2, 9):
        block = device.block({**STATE, "co2": k * 1e-4}, 60.0 * k, luck)
    assert block[:, 0].tolist() == pytest.approx([5e-4, 6e-4, 7e-4, 8e-4], rel=1e-6)


def test_errors_are_those_that_are_set():
    device, luck = sensor(co2_bias=50, co2_noise=10, readings=1440), stream(1, "t")
    for k in range(1440):
        block = device.block(STATE, 60.0 * k, luck)
    assert 1e6 * block[:, 0].mean() == pytest.approx(650.0, abs=1.5)
    assert 1e6 * block[:, 0].std() == pytest.approx(10.0, rel=0.1)


def test_light_is_no_number_where_there_is_none_and_never_below_nought():
    dark = {name: value for name, value in STATE.items() if name != "illuminance"}
    assert np.isnan(sensor().block(dark, 0.0, stream(1, "t"))[-1, 3])
    assert np.isnan(sensor(light=False).block(STATE, 0.0, stream(1, "t"))[-1, 3])
    device, luck = sensor(light_noise=50), stream(1, "t")
    read = [device.block({**STATE, "illuminance": 0.0}, 60.0 * k, luck)[-1, 3] for k in range(50)]
    assert min(read) == 0.0
    assert max(read) > 0.0


def test_truth_is_who_is_there():
    device = sensor()
    assert device.truth({**STATE, "occupants": 0.0}) == "empty"
    assert device.truth({**STATE, "occupants": 1.0}) == "occupied"
    assert device.truth(STATE) == ""


def test_what_was_read_is_a_fact_of_the_whole_run():
    """Windows are kept for a while only; what they told last stays."""
    people = {"team": {"zone": "office", "presence": "schedule", "profile": "all", "people": 3}}
    plant = {"hall": {
        "kind": "building", "spin_up": "1 d", "occupants": people,
        "schedules": {"all": {"hours": [0], "values": [1]}},
        "zones": {"office": {"heating_setpoint": 22, "ventilation": 100}},
    }}  # fmt: skip
    air = {"kind": "air", "on": "hall", "part": "zones.office", "period": 900, "readings": 4}
    document = {"horizon": "6 h", "plant": plant, "sensor": {"air": air}}
    facts = simulate(parse(document, "x"))
    mine = [row.value for row in facts.samples if (row.source, row.channel) == ("air", "co2")]
    assert len(mine) in {23, 24}  # one every 15 min
    assert all(3e-4 < value < 2e-3 for value in mine)
    assert len([block for block in facts.blocks if block.source == "air"]) < 24
