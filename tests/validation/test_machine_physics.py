"""Forces, materials, power, heat, severity and cost against their published numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.errors import BadInput
from twin.physics import (
    coolant_tank,
    cutting,
    kienzle_tables,
    machine_power,
    milling_force,
    part_cost,
    severity,
    spindle_growth,
    temperature_life,
)
from twin.physics.materials import MATERIALS
from twin.physics.milling_force import Coefficients, Cut, EndMill
from twin.physics.part_cost import Costs, Times
from twin.physics.wear import taylor_life

AL_7050 = Coefficients(796.1e6, 168.8e6, 222.0e6, 27.7e3, 30.8e3, 1.4e3)
SLOT = Cut(2e-3, 1e-4, 0.0, np.pi)

# Mitsubishi Materials, cutting power for face milling: Kc [N/mm²] at 0.1, 0.2, 0.3, 0.4, 0.6 mm.
MAKERS_TABLE = {
    "mild steel": (2200, 1950, 1820, 1700, 1580),
    "medium steel": (1980, 1800, 1730, 1600, 1570),
    "hard steel": (2520, 2200, 2040, 1850, 1740),
    "tool steel 670": (1980, 1800, 1730, 1700, 1600),
    "tool steel 770": (2030, 1800, 1750, 1700, 1580),
    "CrMn steel 770": (2300, 2000, 1880, 1750, 1660),
    "CrMn steel 630": (2750, 2300, 2060, 1800, 1780),
    "CrMo steel 730": (2540, 2250, 2140, 2000, 1800),
    "CrMo steel 600": (2180, 2000, 1860, 1800, 1670),
    "NiCrMo steel": (2000, 1800, 1680, 1600, 1500),
    "NiCrMo steel hardened": (2100, 1900, 1760, 1700, 1530),
    "austenitic stainless": (2030, 1970, 1900, 1770, 1710),
    "cast iron 520": (2800, 2500, 2320, 2200, 2040),
    "hard cast iron": (3000, 2700, 2500, 2400, 2200),
    "Meehanite": (2180, 2000, 1750, 1600, 1470),
    "grey cast iron": (1750, 1400, 1240, 1050, 970),
    "brass": (1150, 950, 800, 700, 630),
    "AlMg": (580, 480, 400, 350, 320),
    "AlSi": (700, 600, 490, 450, 390),
    "AlZnMgCu": (880, 840, 840, 810, 720),
}


def turn(count=20000):
    return 2.0 * np.pi * (np.arange(count) + 0.5) / count


# --- milling force: average-force identity (Altintas 2012, section 2.8) -------------------------


def test_average_force_identity():
    mill = EndMill(20e-3, 4)
    expected = [-112.19, 229.76, 62.13, 3.1352]
    numeric = milling_force.edge_loads(turn(3600), mill, SLOT, AL_7050, slices=1).mean(axis=0)
    assert numeric == pytest.approx(expected, rel=1e-4)
    assert milling_force.mean_loads(mill, SLOT, AL_7050) == pytest.approx(expected, rel=1e-4)


def test_slot_identity_in_its_textbook_form():
    n, a, c, k = 4, SLOT.depth, SLOT.feed, AL_7050
    expected = [
        -n * a / 4 * k.radial * c - n * a / np.pi * k.radial_edge,
        n * a / 4 * k.tangential * c + n * a / np.pi * k.tangential_edge,
        n * a / np.pi * k.axial * c + n * a / 2 * k.axial_edge,
    ]
    found = milling_force.mean_loads(EndMill(20e-3, n), SLOT, k)[:3]
    assert found == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("style", ["up", "down", "face"])
@pytest.mark.parametrize("helix", [0.0, 30.0, 45.0])
def test_helix_and_small_runout_leave_the_mean(style, helix):
    entry, leave = milling_force.engagement(6e-3, 20e-3, style)
    cut = Cut(5e-3, 1e-4, entry, leave)
    mill = EndMill(20e-3, 3, np.radians(helix))
    found = milling_force.edge_loads(turn(), mill, cut, AL_7050).mean(axis=0)
    assert found == pytest.approx(milling_force.mean_loads(mill, cut, AL_7050), rel=2e-3)


def test_runout_leaves_the_mean_when_every_tooth_cuts():
    """Without edge forces, and where the chip never falls below the runout."""
    cut, shear = (
        Cut(5e-3, 1e-4, 0.6, 2.4),
        AL_7050._replace(tangential_edge=0.0, radial_edge=0.0, axial_edge=0.0),
    )
    even = EndMill(20e-3, 3, np.radians(30.0))
    uneven = even._replace(runout=(0.0, 10e-6, -10e-6))
    one, other = (milling_force.edge_loads(turn(), mill, cut, shear) for mill in (even, uneven))
    assert other.mean(axis=0) == pytest.approx(one.mean(axis=0), rel=1e-3)
    assert other[:, 1].max() > 1.05 * one[:, 1].max()


def test_runout_shows_at_the_spindle_frequency():
    mill = EndMill(20e-3, 4, np.radians(30.0), (10e-6, 0.0, -10e-6, 0.0))
    cut = Cut(2e-3, 5e-5, *milling_force.engagement(10e-3, 20e-3, "down"))
    spectra = [
        np.abs(np.fft.rfft(milling_force.edge_loads(turn(720), m, cut, AL_7050)[:, 0]))
        for m in (mill, mill._replace(runout=()))
    ]
    assert spectra[0][1] > 1000 * spectra[1][1]
    assert spectra[1][4] > 1000 * spectra[1][[1, 2, 3, 5, 6, 7]].max()


@given(factor=st.floats(0.1, 10.0))
def test_force_scales_with_the_chip_load(factor):
    shear = Coefficients(796.1e6, 168.8e6, 222.0e6)
    mill = EndMill(20e-3, 4, 0.5)
    one = milling_force.edge_loads(turn(40), mill, SLOT, shear)
    scaled = SLOT._replace(feed=factor * SLOT.feed)
    assert milling_force.edge_loads(turn(40), mill, scaled, shear) == pytest.approx(factor * one)


def test_edge_forces_are_the_intercept_over_the_feed():
    feeds = np.array([0.05e-3, 0.1e-3, 0.2e-3])
    means = [
        milling_force.mean_loads(EndMill(20e-3, 4), SLOT._replace(feed=feed), AL_7050)[1]
        for feed in feeds
    ]
    slope, intercept = np.polyfit(feeds, means, 1)
    assert slope == pytest.approx(4 * 2e-3 / 4 * 796.1e6)
    assert intercept == pytest.approx(4 * 2e-3 / np.pi * 27.7e3)


def test_torque_is_the_power_of_the_cut():
    """Mean torque · ω = mean tangential force · vc: 313.52 N, 3.135 Nm at D 20."""
    torque = milling_force.mean_loads(EndMill(20e-3, 4), SLOT, AL_7050)[3]
    assert torque / 10e-3 == pytest.approx(313.52, rel=1e-4)


def test_kienzle_over_the_angle():
    """D 63, z 5, ap 3, ae 50, fz 0.2, vc 200, 1700/0.25: 6.646 kW; the mean-h formula +0.18 %."""
    cut = Cut(3e-3, 0.2e-3, *milling_force.engagement(50e-3, 63e-3, "face"))
    speed = 200 / 60
    exact = speed * milling_force.kienzle_mean_force(1700e6, 0.25, 5, cut)
    assert exact == pytest.approx(6646.0, rel=1e-4)
    chip = cutting.mean_chip_thickness(0.2e-3, 50e-3, 63e-3)
    feed = cutting.table_feed(cutting.spindle_speed(speed, 63e-3), 5, 0.2e-3)
    rate = cutting.removal_rate(3e-3, 50e-3, feed)
    mean = cutting.cutting_power(cutting.specific_force(1700e6, 0.25, chip), rate)
    assert mean / exact - 1 == pytest.approx(0.0018, abs=2e-4)


# --- materials: two databases ----------------------------------------------------------------


@pytest.mark.parametrize("material", MAKERS_TABLE)
def test_fits_against_the_makers_table(material):
    feeds = np.array([0.1, 0.2, 0.3, 0.4, 0.6]) * 1e-3
    found = kienzle_tables.milling_specific_force(material, feeds) / 1e6
    error = np.abs(found / np.array(MAKERS_TABLE[material]) - 1).max()
    assert error <= kienzle_tables.MILLING_MATERIALS[material].fit_error
    assert error <= 0.06


def test_every_row_is_in_the_makers_table():
    assert set(kienzle_tables.MILLING_MATERIALS) == set(MAKERS_TABLE)


def test_makers_power_example():
    """Mitsubishi: tool steel, ap 2, ae 80, vf 280, kc 1800, η 0.8 → 1.68 kW; fz 0.228."""
    power = kienzle_tables.milling_motor_power(2e-3, 80e-3, 0.28 / 60, 1800e6, 0.8)
    assert power == pytest.approx(1680.0, rel=0.005)
    speed = cutting.spindle_speed(80 / 60, 250e-3)
    assert speed * 60 == pytest.approx(101.9, rel=1e-3)
    feed = 0.28 / 60 / (12 * speed)
    assert feed * 1e3 == pytest.approx(0.228, abs=2e-3)
    assert kienzle_tables.milling_specific_force("tool steel 770", feed) == pytest.approx(
        1800e6, rel=0.03
    )


def test_databases_are_never_mixed():
    assert kienzle_tables.constants("din", "AlMg")[0] == MATERIALS["AlMg"].kc11
    assert kienzle_tables.constants("mitsubishi", "AlMg")[0] == 264e6
    with pytest.raises(BadInput, match="not in database 'mitsubishi'"):
        kienzle_tables.constants("mitsubishi", "42CrMo4")
    with pytest.raises(BadInput, match="did you mean 'CrMo steel 730'"):
        kienzle_tables.constants("mitsubishi", "CrMo steel 73")


# --- temperature and life ----------------------------------------------------------------------


def test_cook_temperature():
    """U 1.038 J/mm³, ρc 3e-3, v 1667 mm/s, h 0.5 mm, K 50 mm²/s: 353 °C."""
    rise = temperature_life.temperature_rise(1.038e9, 3e6, 1.667, 0.5e-3, 50e-6)
    assert rise == pytest.approx(353.0, rel=0.005)


def test_life_goes_with_a_high_power_of_temperature():
    """General Broach: 2 % lower interface temperature gives 1.5 to 1.66 times the life."""
    assert temperature_life.life_ratio(0.98, 20.0) == pytest.approx(1.5, rel=0.005)
    assert temperature_life.life_ratio(0.98, 25.0) == pytest.approx(1.66, rel=0.005)
    back = temperature_life.temperature_ratio(temperature_life.life_ratio(0.9))
    assert back == pytest.approx(0.9)


# --- power and energy --------------------------------------------------------------------------


def test_specific_energy_falls_with_the_removal_rate():
    rates = np.array([5.0, 20.0, 80.0]) * 1e-6 / 60
    idle = machine_power.spindle_idle_power(100.0, machine_power.IdlePower(100.0, 3.0, 0.02))
    power = machine_power.machine_power(1000.0, idle, 150.0, 800.0, 2.8e9 * rates, 0.8)
    energy = machine_power.specific_energy(power, rates)
    law = machine_power.specific_energy_law(rates, 2.8e9 / 0.8, 1000.0 + idle + 150.0 + 800.0)
    assert energy == pytest.approx(law)
    assert np.all(np.diff(energy) < 0.0)


def test_energy_of_a_part_is_the_sum_of_its_phases():
    assert machine_power.part_energy(np.array([1e3, 5e3]), np.array([60.0, 30.0])) == 210e3


# --- coolant tank ------------------------------------------------------------------------------


def test_tank_energy_balance():
    """200 l: 808 kJ/K, 1.5 h; 3 kW against 150 W/K: +20.0 K; 6 kW: +40 K."""
    tank = coolant_tank.Tank(0.2, 150.0, 298.15)
    assert tank.capacity == pytest.approx(808e3, rel=1e-3)
    assert tank.time_constant / 3600 == pytest.approx(1.5, rel=0.005)
    for heat, rise in ((3e3, 20.0), (6e3, 40.0)):
        assert coolant_tank.steady_temperature(tank, heat) - 298.15 == pytest.approx(rise)
        late = coolant_tank.tank_temperature(298.15, 20 * tank.time_constant, tank, heat)
        assert late - 298.15 == pytest.approx(rise, rel=1e-6)


@given(first=st.floats(0.0, 2e4), second=st.floats(0.0, 2e4), heat=st.floats(0.0, 1e4))
def test_tank_steps_add_up(first, second, heat):
    tank = coolant_tank.Tank(0.3, 120.0, 293.15, makeup=1e-4, makeup_temperature=288.15)
    middle = coolant_tank.tank_temperature(300.0, first, tank, heat)
    twice = coolant_tank.tank_temperature(middle, second, tank, heat)
    once = coolant_tank.tank_temperature(300.0, first + second, tank, heat)
    assert twice == pytest.approx(once, abs=1e-8)


def test_tank_conserves_energy():
    tank, heat = coolant_tank.Tank(0.2, 150.0, 293.15, 5e-4, 288.15), 3e3
    time = np.linspace(0.0, 7200.0, 20001)
    warm = coolant_tank.tank_temperature(293.15, time, tank, heat)
    out = 150.0 * (warm - 293.15) + 5e-4 * coolant_tank.HEAT_CAPACITY * (warm - 288.15)
    stored = tank.capacity * (warm[-1] - warm[0])
    assert stored == pytest.approx(heat * 7200.0 - np.trapezoid(out, time), rel=1e-6)


def test_chiller_holds_its_limit():
    tank = coolant_tank.Tank(0.2, 150.0, 293.15)
    chiller = coolant_tank.chiller_needed(tank, 6e3, 298.15)
    assert coolant_tank.steady_temperature(tank, 6e3, chiller) == pytest.approx(298.15)
    assert coolant_tank.chiller_needed(tank, 300.0, 298.15) == 0.0


def test_evaporation_keeps_the_oil():
    after = coolant_tank.concentration_after(0.06, 0.2, 0.001)
    assert after - 0.06 == pytest.approx(0.06 * 0.001 / 0.2, rel=0.01)  # d(conc) = conc V_evap/V
    makeup = coolant_tank.makeup_concentration(after, 0.199, 0.06, 0.001)
    assert makeup == pytest.approx(0.0, abs=1e-12)


# --- spindle growth ----------------------------------------------------------------------------

NOSE = spindle_growth.Lag(30e-6, 900.0, 1.8)
HEAD = spindle_growth.Lag(15e-6, 5400.0, 1.8)


def test_free_expansion():
    assert spindle_growth.expansion(11.7e-6, 0.3, 10.0) * 1e6 == pytest.approx(35.1)


def test_palmgren_in_its_published_units():
    """M0 = 1e-7 f0 (ν n)^(2/3) dm³ [N·mm]; Q = 1.047e-4 n M [W]; the law is continuous."""
    moment = spindle_growth.bearing_drag(15e-6, 8000 / 60, 70e-3, 1.7)
    assert moment * 1e3 == pytest.approx(1e-7 * 1.7 * (15 * 8000) ** (2 / 3) * 70**3)
    heat = spindle_growth.bearing_heat(moment, 8000 / 60)
    assert heat == pytest.approx(1.047e-4 * 8000 * moment * 1e3, rel=5e-4)
    slow, fast = (spindle_growth.bearing_drag(1e-6, n / 60, 70e-3, 1.0) for n in (1999.0, 2001.0))
    assert slow == pytest.approx(fast, rel=0.01)


def test_growth_step_response_and_cool_down():
    lags = (NOSE, HEAD)
    warm = spindle_growth.growth_history(np.ones(2000), 60.0, lags)
    assert warm[-1] == pytest.approx(45e-6, rel=1e-6)
    assert np.all(np.diff(warm) >= 0.0)
    end = spindle_growth.grow(np.array([30e-6, 15e-6]), 0.0, 1.8 * 900.0, lags)
    assert end[0] == pytest.approx(30e-6 / np.e)


def test_growth_superposes_while_it_warms():
    even = (NOSE._replace(cooling=1.0), HEAD._replace(cooling=1.0))
    one, other = np.repeat([0.2, 0.9, 0.0], 40), np.repeat([0.5, 0.0, 0.1], 40)
    both = spindle_growth.growth_history(one + other, 60.0, even)
    parts = [spindle_growth.growth_history(drive, 60.0, even) for drive in (one, other)]
    assert both == pytest.approx(sum(parts), abs=1e-15)


def test_growth_follows_temperatures_better_than_speed():
    """Weighted temperatures hold under changing speed; a regression on speed does not."""
    drive = np.repeat([1.0, 0.2, 0.7, 0.0, 0.9], 60)
    unit = [
        spindle_growth.growth_history(drive, 60.0, (lag._replace(gain=10.0, cooling=1.0),))
        for lag in (NOSE, HEAD)
    ]
    rises = np.stack(unit, axis=1)
    growth = rises @ np.array([3e-6, 1.5e-6])
    weights = spindle_growth.temperature_weights(rises, growth)
    assert weights == pytest.approx([3e-6, 1.5e-6])
    by_speed = drive * (drive @ growth / (drive @ drive))
    assert np.abs(growth - by_speed).max() > 10e-6


# --- severity ----------------------------------------------------------------------------------


def test_severity_example_of_the_source():
    """ISO 10816-1 as in the vibromera.eu calculator: 45 kW, 3.2 mm/s → zone C."""
    assert severity.zone(3.2e-3, severity.ISO_10816_1[severity.machine_class(45e3)]) == "C"


@pytest.mark.parametrize(
    ("name", "limits"),
    [
        ("I", (0.71, 1.8, 4.5)),
        ("II", (1.12, 2.8, 7.1)),
        ("III", (1.8, 4.5, 11.2)),
        ("IV", (2.8, 7.1, 18.0)),
    ],
)
def test_severity_table(name, limits):
    row = severity.ISO_10816_1[name]
    assert np.array(row) * 1e3 == pytest.approx(limits)
    zones = [severity.zone(v * 1.001 * 1e-3, row) for v in limits]
    assert [severity.zone(0.0, row), *zones] == ["A", "B", "C", "D"]


def test_a_spindle_takes_the_users_limits():
    assert severity.zone(1.5e-3, severity.Limits(0.5e-3, 1.0e-3, 2.0e-3)) == "C"


# --- cost --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("speed", "cut", "life", "parts", "time", "cost"),
    [(50, 12.57, 14.76, 1, 19.57, 12.78), (42, 14.96, 59.54, 3, 20.63, 11.31)],
)
def test_groover_part(speed, cut, life, parts, time, cost):
    """Groover, economics of machining: n 0.125, C 70, L 500, D 100, f 0.25 mm."""
    minutes = part_cost.turning_time(0.5, 0.1, speed / 60, 0.25e-3) / 60
    lasts = float(taylor_life(speed, 70.0, 0.125))
    assert minutes == pytest.approx(cut, rel=0.005)
    assert lasts == pytest.approx(life, rel=0.005)
    assert part_cost.parts_per_edge(lasts, minutes) == parts
    times, costs = Times(minutes, 5.0, 0.0, 2.0), Costs(0.50, 3.0)
    assert part_cost.part_time(times, lasts, whole=True) == pytest.approx(time, rel=0.005)
    assert part_cost.part_cost(times, lasts, costs, whole=True) == pytest.approx(cost, rel=0.005)


@given(life=st.floats(1.0, 500.0), chance=st.floats(0.0, 1.0))
def test_cost_is_the_sum_of_its_parts(life, chance):
    times, costs = Times(3.0, 1.0, 0.5, 2.0), Costs(1.2, 4.0, 0.3, 0.1, 250.0)
    edges = 3.0 / life
    expected = 1.2 * (1.0 + 3.0 + 0.5 + 2.0 * edges) + 4.0 * edges + 0.3 + 0.1 + chance * 250.0
    found = part_cost.part_cost(times, life, costs, break_probability=chance)
    assert found == pytest.approx(expected)


# --- bad input ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call",
    [
        lambda: milling_force.engagement(21e-3, 20e-3, "up"),
        lambda: milling_force.engagement(1e-3, 20e-3, "sideways"),
        lambda: milling_force.mean_loads(EndMill(20e-3, 0), SLOT, AL_7050),
        lambda: milling_force.mean_loads(EndMill(20e-3, 2, 2.0), SLOT, AL_7050),
        lambda: milling_force.mean_loads(EndMill(20e-3, 2, 0.0, (1e-6,)), SLOT, AL_7050),
        lambda: milling_force.mean_loads(EndMill(20e-3, 2), SLOT._replace(feed=-1.0), AL_7050),
        lambda: kienzle_tables.milling_specific_force("mild steel", 0.7e-3),
        lambda: kienzle_tables.constants("both", "mild steel"),
        lambda: machine_power.machine_power(1.0, 1.0, 1.0, 1.0, 1.0, 1.2),
        lambda: machine_power.part_energy(np.ones(2), np.ones(3)),
        lambda: machine_power.part_energy(np.ones(1), -np.ones(1)),
        lambda: coolant_tank.steady_temperature(coolant_tank.Tank(0.0, 150.0, 293.15), 1e3),
        lambda: coolant_tank.concentration_after(0.06, 0.2, 0.2),
        lambda: spindle_growth.grow(np.zeros(1), 1.0, 1.0, (NOSE._replace(warming=0.0),)),
        lambda: spindle_growth.grow(np.zeros(2), 1.0, 1.0, (NOSE,)),
        lambda: spindle_growth.temperature_weights(np.zeros((1, 2)), np.zeros(1)),
        lambda: temperature_life.life_ratio(0.98, 0.0),
        lambda: temperature_life.temperature_ratio(0.98, -1.0),
        lambda: severity.machine_class(0.0),
        lambda: severity.zone(-1.0, severity.ISO_10816_1["I"]),
        lambda: severity.zone(1.0, severity.Limits(2.0, 1.0, 3.0)),
        lambda: part_cost.part_time(Times(10.0), 5.0, whole=True),
        lambda: part_cost.part_time(Times(10.0), 0.0),
        lambda: part_cost.part_cost(Times(1.0), 5.0, Costs(1.0, 1.0), break_probability=1.5),
    ],
)
def test_bad_input_is_refused(call):
    with pytest.raises(BadInput):
        call()
