"""BOPTEST's KPIs against its definitions written out; demand by the month."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from twin.physics import boptest, demand


def trapezoid(values, times):
    """Σ (v_k + v_k+1)/2 · (t_k+1 - t_k), one by one."""
    return sum(
        0.5 * (values[k] + values[k + 1]) * (times[k + 1] - times[k]) for k in range(len(times) - 1)
    )


@pytest.fixture(scope="module", params=[30.0, 70.0], ids=["regular", "irregular"])
def week(request):
    """A day and a half of a building, in which everything moves."""
    luck = np.random.default_rng(11)
    times = np.arange(0.0, 130_000.0, 30.0)
    if request.param != 30.0:
        times = np.sort(luck.choice(times, 3000, replace=False))
    n, zones = len(times), 3
    return {
        "times": times, "area": 437.0,
        "zones": luck.uniform(285, 305, (n, zones)), "low": luck.uniform(288, 295, (n, zones)),
        "high": luck.uniform(296, 303, (n, zones)), "co2": luck.uniform(400, 1600, (n, zones)),
        "limit": luck.uniform(700, 1000, (n, zones)),
        "powers": [luck.uniform(0, 9e3, n), luck.uniform(0, 2e3, n)],
        "prices": [luck.uniform(0.05, 0.4, n), luck.uniform(0.05, 0.4, n)],
    }  # fmt: skip


def test_discomfort_is_that_of_boptest(week):
    t, zones = week["times"], week["zones"]
    total = rise = 0.0
    for z in range(3):
        lower = [max(lo - x, 0.0) for lo, x in zip(week["low"][:, z], zones[:, z], strict=True)]
        upper = [max(x - hi, 0.0) for hi, x in zip(week["high"][:, z], zones[:, z], strict=True)]
        over = [
            max(x - m, 0.0) for m, x in zip(week["limit"][:, z], week["co2"][:, z], strict=True)
        ]
        total += trapezoid(lower, t) / 3600 / 3 + trapezoid(upper, t) / 3600 / 3
        rise += trapezoid(over, t) / 3600 / 3
    ours = boptest.thermal_discomfort(t, zones, week["low"], week["high"])
    assert ours == pytest.approx(total, rel=1e-9)
    assert boptest.air_discomfort(t, week["co2"], week["limit"]) == pytest.approx(rise, rel=1e-9)


def test_energy_cost_and_emissions_are_those_of_boptest(week):
    t, area = week["times"], week["area"]
    energy = sum(trapezoid(p, t) * 2.77778e-7 / area for p in week["powers"])
    pairs = list(zip(week["powers"], week["prices"], strict=True))
    cost = sum(trapezoid(p * c, t) * 2.77778e-7 / area for p, c in pairs)
    carbon = sum(trapezoid(p * 0.167, t) * 2.77778e-7 / area for p in week["powers"])
    assert boptest.energy(t, week["powers"], area) == pytest.approx(energy, rel=1e-9)
    ours = boptest.priced(t, week["powers"], week["prices"], area)
    assert ours == pytest.approx(cost, rel=1e-9)
    ours = boptest.priced(t, week["powers"], [0.167, 0.167], area)
    assert ours == pytest.approx(carbon, rel=1e-9)


def test_the_greatest_demand_is_that_of_boptest(week):
    """BOPTEST resamples by pandas to means of 15 min."""
    frame = pd.DataFrame(dict(enumerate(week["powers"])))
    frame.index = pd.to_timedelta(week["times"], unit="s")
    theirs = frame.sum(axis=1).resample("15min").mean().max() / week["area"] / 1000
    ours = boptest.greatest_demand(week["times"], week["powers"], week["area"])
    assert ours == pytest.approx(theirs, rel=1e-9)


def test_actuator_travel_is_that_of_boptest(week):
    t, signals = week["times"], week["powers"]
    theirs = sum(trapezoid(np.abs(np.gradient(u, t)), t) / len(signals) for u in signals)
    assert boptest.actuator_travel(t, signals) == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize("step", [60.0, 300.0, 900.0])
def test_held_values_have_the_means_of_their_readings(step):
    luck = np.random.default_rng(5)
    times = np.arange(0.0, 86_400.0, step)
    power = luck.uniform(0, 1e4, len(times))
    _starts, means = demand.window_means(times, power, 86_400.0)
    assert len(means) == 96
    ours = boptest.greatest_demand(times, [power], 1.0)
    assert means.max() / 1000 == pytest.approx(ours, rel=1e-12)


def test_windows_keep_the_energy_however_the_steps_fall():
    luck = np.random.default_rng(6)
    times = np.cumsum(luck.uniform(1.0, 2000.0, 200))
    power, end = luck.uniform(0, 1e4, 200), float(times[-1] + 500)
    starts, means = demand.window_means(times, power, end)
    moved = (means * np.diff(np.append(starts, end))).sum()
    assert moved == pytest.approx((power * np.diff(np.append(times, end))).sum(), rel=1e-12)
    assert (np.diff(starts)[1:] == 900.0).all()


def test_a_month_is_billed_once_at_its_peak_and_a_ratchet_remembers():
    hours = np.arange(0.0, 400 * 86_400.0, 3600.0)
    power = np.ones(len(hours))
    power[24 * 40] = 10.0  # in February, when the run starts with the year
    peaks = demand.monthly_peaks(*demand.window_means(hours, power, 400 * 86_400.0), 0.0)
    assert peaks.round(9).tolist() == [1.0, 10.0, *[1.0] * 12]
    assert demand.billed(peaks, 0.5).tolist() == pytest.approx([1, 10, *[5] * 11, 1])
    # A run that starts in mid-March has it in April.
    later = demand.monthly_peaks(*demand.window_means(hours, power, 400 * 86_400.0), 75 * 86_400.0)
    assert later.argmax() == 1
