"""The room sensor: lag, bias, noise, drop-outs."""

import math

import numpy as np
import pytest

from twin.rng import stream
from twin.scenario import parse
from twin.signals.room import Sensor, Settings
from twin.simulate import build, simulate


def sensor(**changes):
    return Sensor("t", Settings.read({"on": "hall", **changes}))


def read(device, values, step=60.0, seed=1):
    luck = stream(seed, "t")
    return np.array(
        [device.block({"temperature": v}, k * step, luck)[0] for k, v in enumerate(values)]
    )


def test_a_step_is_followed_with_the_time_constant():
    """First order: 1 - exp(-t/τ) of a step, whatever the time between readings."""
    for step in (20.0, 60.0, 300.0):
        found = read(sensor(lag=3), [293.15] + [303.15] * 12, step)
        wanted = 303.15 - 10 * np.exp(-step * np.arange(13) / 180.0)
        assert found == pytest.approx(wanted, abs=1e-4)


def test_bias_and_noise_are_as_set():
    found = read(sensor(lag=0, bias=0.4, noise=0.2), [295.0] * 4000)
    assert found.mean() == pytest.approx(295.4, abs=4 * 0.2 / math.sqrt(4000))
    assert found.std() == pytest.approx(0.2, rel=0.05)


def test_drop_outs_come_and_last_as_told():
    """A chain of two states: share lost is p·L/(1 + p·L), runs are geometric of mean L."""
    found = read(sensor(lag=0, dropout=0.05, dropout_length=4), [295.0] * 40_000)
    lost = np.isnan(found)
    assert lost.mean() == pytest.approx(0.2 / 1.2, abs=0.01)
    runs = np.diff(np.flatnonzero(np.diff(np.concatenate([[0], lost, [0]]))))[::2]
    assert runs.mean() == pytest.approx(4, rel=0.06)


def test_it_reads_the_air_of_its_zone_and_loses_what_it_loses():
    people = {"team": {"zone": "b", "presence": "schedule", "profile": "all", "people": 3}}
    asked = {
        "horizon": "12 h", "plant": {"hall": {
            "kind": "building", "spin_up": "1 d", "occupants": people,
            "schedules": {"all": {"hours": [0], "values": [1]}},
            "zones": {"a": {}, "b": {"heating_setpoint": 22, "ventilation": 100}}}},
        "sensor": {
            "warm": {"kind": "room", "on": "hall", "part": "zones.b", "lag": 0, "period": 300},
            "gas": {"kind": "room", "on": "hall", "part": "zones.b", "reads": "co2", "lag": 0,
                    "period": 300, "dropout": 0.2},
        },
    }  # fmt: skip
    facts = simulate(parse(asked, "hall.toml"))
    rows = [s for s in facts.samples if s.source == "warm" and s.channel == "reading"]
    truth = {s.time: s.value for s in facts.samples
             if s.source == "hall.zones.b" and s.channel == "temperature"}  # fmt: skip
    assert len(rows) == 143
    assert all(row.value == pytest.approx(truth[row.time], abs=1e-4) for row in rows)
    gas = {s.time: s.value for s in facts.samples if s.source == "gas"}
    assert 60 < len(gas) < 143
    told = {s.time: s.value for s in facts.samples
            if s.source == "hall.zones.b" and s.channel == "co2"}  # fmt: skip
    assert all(value == pytest.approx(told[time], rel=1e-5) for time, value in gas.items())


def test_what_is_not_there_to_read_is_told():
    eye = {"kind": "room", "on": "hall", "part": "zones.a", "reads": "co2"}
    hall = {"kind": "building", "zones": {"a": {}}}
    asked = {"horizon": "1 h", "plant": {"hall": hall}, "sensor": {"x": eye}}
    with pytest.raises(Exception, match="does not offer co2, which a room sensor needs"):
        build(parse(asked, "hall.toml"))
