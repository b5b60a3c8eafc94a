"""Moist air against psychrolib; balances of what the air carries."""

from __future__ import annotations

import itertools

import numpy as np
import psychrolib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.physics.humid_air import (
    dew_point,
    enthalpy,
    humidity_ratio,
    relative_humidity,
    saturation_pressure,
    vapour_pressure,
    wet_bulb,
)
from twin.physics.mixing import mix


def test_moist_air_is_that_of_psychrolib():
    psychrolib.SetUnitSystem(psychrolib.SI)
    for celsius in np.linspace(-40, 60, 41):
        ours = float(saturation_pressure(celsius + 273.15))
        assert ours == pytest.approx(psychrolib.GetSatVapPres(celsius), rel=1e-9)
        for share in (0.1, 0.5, 0.95):
            w = psychrolib.GetHumRatioFromRelHum(celsius, share, 83_000.0)
            assert float(humidity_ratio(share * ours, 83_000.0)) == pytest.approx(w, rel=1e-9)
            back = relative_humidity(np.array(w), np.array(celsius + 273.15), 83_000.0)
            assert float(back) == pytest.approx(share, rel=1e-9)


def test_dew_point_wet_bulb_and_enthalpy_are_those_of_psychrolib(monkeypatch):
    psychrolib.SetUnitSystem(psychrolib.SI)
    # It stops searching at 1 mK unless told otherwise.
    monkeypatch.setattr(psychrolib, "PSYCHROLIB_TOLERANCE", 1e-10)
    pressure = 95_000.0
    for celsius, share in itertools.product((-25.0, -8.0, 3.0, 21.0, 45.0), (0.08, 0.5, 0.97)):
        ratio = psychrolib.GetHumRatioFromRelHum(celsius, share, pressure)
        vapour = vapour_pressure(ratio, pressure)
        assert float(vapour) == pytest.approx(share * psychrolib.GetSatVapPres(celsius), rel=1e-9)
        heat = psychrolib.GetMoistAirEnthalpy(celsius, ratio)
        assert float(enthalpy(celsius + 273.15, ratio)) == pytest.approx(heat, rel=1e-9)
        dew = psychrolib.GetTDewPointFromHumRatio(celsius, ratio, pressure)
        assert float(dew_point(vapour)) == pytest.approx(dew + 273.15, rel=1e-9)
        bulb = psychrolib.GetTWetBulbFromHumRatio(celsius, ratio, pressure)
        ours = float(wet_bulb(celsius + 273.15, ratio, pressure))
        assert ours == pytest.approx(bulb + 273.15, rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31))
def test_what_the_air_carries_balances_at_every_step(seed):
    luck = np.random.default_rng(seed)
    zones, steps, step = int(luck.integers(1, 6)), 20, 300.0
    volumes = luck.uniform(20, 2000, zones)
    pairs = [(i, i + 1, float(luck.uniform(0.01, 2))) for i in range(zones - 1)]
    fresh = luck.choice([0.0, 0.02, 0.5], (steps, zones))
    outside = luck.uniform(400, 450, steps)
    source = luck.uniform(0, 50, (steps, zones))
    before = luck.uniform(400, 2000, zones)
    most = np.full((steps, zones), 1500.0)
    found = mix(volumes, tuple(pairs), before, fresh, outside, source, step, most)
    for k in range(steps):
        stored = volumes * (found.after[k] - before) + found.removed[k]
        gained = step * (fresh[k] * (outside[k] - found.mean[k]) + source[k])
        for i, j, flow in pairs:
            moved = step * flow * (found.mean[k, j] - found.mean[k, i])
            gained[i] += moved
            gained[j] -= moved
        assert np.abs(stored - gained).max() <= 1e-9 * (volumes * before).max()
        before = found.after[k]
    assert (found.after <= 1500.0).all()


def test_a_tracer_decays_with_the_air_change():
    changes = 0.5 / 3600
    found = mix(np.array([129.6]), (), np.array([2000.0]), np.full((12, 1), 129.6 * changes),
                np.full(12, 400.0), np.zeros((12, 1)), 300.0)  # fmt: skip
    hour = np.log((found.after[-1, 0] - 400) / 1600)
    assert hour == pytest.approx(-0.5, rel=1e-12)
