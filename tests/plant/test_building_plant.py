"""A building's plant: what limits it, what it takes at part load, what is counted."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.errors import BadInput
from twin.kpi import Reading, compute
from twin.physics import zone_tables
from twin.physics.chiller import AIR_COOLED, CENTRIFUGAL, LENNOX_10_TON, cold_capacity
from twin.physics.heat_pump import AIR_ON_OFF, AIR_REGULATED, heat_pump, most_heat
from twin.physics.network import residual
from twin.physics.outdoor_reset import emitted_share, supply_temperature
from twin.physics.part_load import input_of, on_and_off, staged
from twin.scenario import parse
from twin.simulate import build, simulate

STEP = 300.0


def office(horizon="48 h", **changes):
    """Two lumped zones in winter; ``changes`` are laid over the building."""
    zones = {
        "north": {"floor_area": 300, "use_start": 8, "use_end": 18, "setback": 4},
        "south": {"floor_area": 500, "use_start": 7, "use_end": 19, "base_gain": 6},
    }
    table = {
        "kind": "building", "outdoor_mean": 2, "outdoor_swing": 12, "spin_up": "5 d",
        "zones": zones, **changes,
    }  # fmt: skip
    return parse({"horizon": horizon, "replications": 1, "plant": {"office": table}}, "office.toml")


def ran(**changes):
    asked = office(**changes)
    facts = simulate(asked)
    return Reading(facts), compute(asked, facts)


def loads(reading, channel):
    return sum(reading.series(f"office.zones.{zone}", channel)[0] for zone in ("north", "south"))


def outdoors(steps):
    """The cosine of a day at the middles of the steps [K]."""
    hour = (np.arange(steps) * STEP + 0.5 * STEP) % 86_400 / 3600
    return 275.15 - 6.0 * np.cos(2 * math.pi * (hour - 3.0) / 24.0)


# -- what machines take ---------------------------------------------------------------------------


@pytest.mark.parametrize("curves", [AIR_COOLED, CENTRIFUGAL, LENNOX_10_TON])
def test_curves_are_one_where_their_makers_rated_them(curves):
    cold, hot = {
        id(AIR_COOLED): (279.82, 308.15), id(CENTRIFUGAL): (279.82, 302.59),
        id(LENNOX_10_TON): (292.594, 308.15),
    }[id(curves)]  # fmt: skip
    assert cold_capacity(1.0, curves, cold, hot) == pytest.approx(1.0, abs=0.01)
    assert sum(curves.by_load or (1.0,)) == pytest.approx(1.0, abs=0.002)


@settings(max_examples=60, deadline=None)
@given(
    load=st.floats(0, 1), units=st.integers(1, 6), least=st.floats(0.05, 1), lost=st.floats(0, 1)
)
def test_stages_give_the_load_and_losses_only_cost(load, units, least, lost):
    running, share = staged(load * 9e4, 9e4, units)
    assert running * share * 9e4 / units == pytest.approx(load * 9e4, rel=1e-9, abs=1e-6)
    assert running == math.ceil(load * units - 1e-9) or share == pytest.approx(1.0)
    runs, time = on_and_off(float(share), least, lost)
    assert runs >= least
    assert 0 <= time <= 1

    def fuel(at):
        return at * 9e4 / units / 0.9

    took = input_of(load * 9e4, 9e4, units, least, lost, fuel)
    assert took >= load * 9e4 / 0.9 * (1 - 1e-9) - 1e-6
    # What cycles loses no more than C_d of its efficiency.
    assert took * (1 - lost) <= load * 9e4 / 0.9 * (1 + 1e-9)


def test_a_heat_pump_that_runs_on_and_off_takes_what_its_lines_and_the_standard_say():
    """hplib's generic lines and the C_d method of AHRI 210/240, written out."""
    reading, values = ran(
        heating="heat_pump", heat_pump="air_on_off", heating_capacity=30, supply_temperature=40,
        heating_cycling=0.2,
    )  # fmt: skip
    heat = loads(reading, "heating")
    air = outdoors(len(heat)) - 273.15
    cop = 60.04852969530065 * air - 0.060318340924377864 * 40 + 5.696027224871861
    cop += -59.95319662642105 * air
    most = most_heat(AIR_ON_OFF, 30e3, air + 273.15, 313.15)
    share = heat / most
    power = np.where(heat > 0, heat / cop / (1 - 0.2 * (1 - share)), 0.0)
    assert heat.max() > 0.5 * most.max()
    taken, spans = reading.series("office", "electricity")
    assert taken == pytest.approx(power, rel=1e-9)
    assert values["office.heating_load"] == pytest.approx((heat * spans).sum() / 3.6e9, rel=1e-9)


def test_a_boiler_burns_gas_and_it_is_counted_apart():
    reading, values = ran(
        heating="boiler", heating_capacity=60, boiler_efficiency=0.8, heating_cycling=0,
        gas_price=0.1, gas_emission_factor=0.2, pump_pressure=30, pump_curve="constant",
    )  # fmt: skip
    heat = loads(reading, "heating")
    gas = reading.series("office", "gas")[0]
    assert gas == pytest.approx(heat / 0.8, rel=1e-9)
    # 60 kW by 10 K of water at 30 kPa through pumps of 0.49, whenever there is heat.
    pump = 60e3 / (4.18e6 * 10) * 30e3 / 0.49
    power = reading.series("office", "electricity")[0]
    assert power == pytest.approx(np.where(heat > 0, pump, 0.0), rel=1e-9)
    kwh = 2.77778e-7 * STEP / 800
    assert values["office.ener_tot"] == pytest.approx((gas + power).sum() * kwh, rel=1e-9)
    cost = (0.2 * power + 0.1 * gas).sum() * kwh
    assert values["office.cost_tot"] == pytest.approx(cost, rel=1e-9)
    emitted = (0.167 * power + 0.2 * gas).sum() * kwh
    assert values["office.emis_tot"] == pytest.approx(emitted, rel=1e-9)
    quarters = gas.reshape(-1, 3).mean(axis=1)
    assert values["office.pgas_tot"] == pytest.approx(quarters.max() / 800e3, rel=1e-9)
    assert values["office.pele_tot"] == pytest.approx(pump / 800e3, rel=1e-9)
    assert values["office.gas_energy"] == pytest.approx(gas.sum() * STEP / 3.6e6, rel=1e-9)
    assert values["office.bill"] == pytest.approx(
        (0.2 * power + 0.1 * gas).sum() * STEP / 3.6e6, rel=1e-9
    )


def test_gas_is_part_of_what_is_spent_under_a_tariff():
    tariff = {"day": {"price": 0.3, "start": 6, "end": 22}, "night": {"price": 0.1, "start": 22,
              "end": 6}}  # fmt: skip
    reading, values = ran(heating="boiler", tariff=tariff, pump_pressure=30)
    power, gas = (reading.series("office", name)[0] for name in ("electricity", "gas"))
    hour = (np.arange(len(power)) * STEP + 150) % 86_400 / 3600
    price = np.where((hour > 6) & (hour < 22), 0.3, 0.1)
    spent = (power * price + gas * 0.08).sum() * STEP / 3.6e6
    assert values["office.bill"] == pytest.approx(spent, rel=1e-9)


def test_fans_by_the_affinity_laws_warm_the_air_they_bring():
    fan = {"hours": [0, 8, 18], "values": [0, 0.5, 0]}
    zones = {"north": {"floor_area": 300, "ventilation": 3600, "ventilation_schedule": "fan"}}
    _, without = ran(zones=zones, schedules={"fan": fan})
    reading, values = ran(zones=zones, schedules={"fan": fan}, fan_pressure=500, fan_efficiency=0.5)
    full = 1.0 * 500 / 0.5
    assert values["office.fan_energy"] == pytest.approx(0.5**3 * full * 20 / 1000, rel=1e-9)
    assert values["office.energy"] == pytest.approx(
        values["office.fan_energy"] + values["office.zones.north.energy"], rel=1e-9
    )
    warmed = without["office.heating_load"] - values["office.heating_load"]
    assert 0 < warmed <= 0.5**3 * full * 20 * 1.01 / 1e6
    assert reading.series("office", "fans_electric")[0].max() == pytest.approx(125.0)


# -- what limits the zones ------------------------------------------------------------------------


def test_a_plant_too_small_leaves_hours_unmet():
    reading, values = ran(heating="heat_pump", heating_capacity=12, outdoor_mean=-8)
    assert loads(reading, "heating").max() <= 12e3 * (1 + 1e-9)
    late = 0
    for k in range(576):
        hour = (k * 300) % 86_400 / 3600
        for zone, (start, end) in {"north": (8, 18), "south": (7, 19)}.items():
            air = reading.series(f"office.zones.{zone}", "temperature")[0][k + 1]
            if start <= hour < end and air < 292.15 - 0.2:
                late += 1
                break
    assert late > 50
    assert values["office.unmet_hours"] == pytest.approx(late / 12, abs=1e-9)
    _, helped = ran(heating="heat_pump", heating_capacity=12, outdoor_mean=-8, backup="electric",
                    backup_capacity=60)  # fmt: skip
    assert helped["office.unmet_hours"] < values["office.unmet_hours"]
    assert helped["office.pele_tot"] > values["office.pele_tot"]


@settings(max_examples=12, deadline=None)
@given(
    heat=st.floats(2, 40), cold=st.floats(2, 40), mean=st.floats(-15, 35),
    regulator=st.sampled_from(["ideal", "thermostat", "pi"]),
)  # fmt: skip
def test_the_heat_balances_at_every_step_whatever_the_plant_can(heat, cold, mean, regulator):
    zones = {
        "north": {"floor_area": 300, "regulator": regulator},
        "south": {"floor_area": 500, "base_gain": 20},
    }
    door = {"zones": ["north", "south"], "width": 2, "height": 3}
    asked = office(zones=zones, heating="boiler", heating_capacity=heat, cooling="chiller",
                   cooling_capacity=cold, outdoor_mean=mean, spin_up="0 d",
                   openings={"door": door})  # fmt: skip
    thing = build(asked).world.assets["office"]
    made, state = thing.made, thing.house.state
    block, modes = thing.inputs.block(0, 288), state.modes.copy()
    trace = thing.house.run(block)
    warm, chilled = np.maximum(trace.heat, 0).sum(axis=1), np.maximum(-trace.heat, 0).sum(axis=1)
    assert (warm <= block.plant[:, 0] * (1 + 1e-9)).all()
    assert (chilled <= block.plant[:, 1] * (1 + 1e-9)).all()
    for k in range(288):
        inputs = np.concatenate([block.known[k], trace.link[k]])
        inputs[made.known : made.known + made.rooms] += trace.heat[k]
        error, moved = residual(made.circuit, made.steps, made.flows, modes, inputs)
        assert abs(error) <= 1e-9 * moved
        modes = made.steps.decay * modes + made.steps.gain @ inputs


def test_a_plant_without_a_limit_changes_nothing():
    asked = office()
    thing = build(asked).world.assets["office"]
    block = thing.inputs.block(0, 288)
    assert block.plant is None
    wide = zone_tables.run(
        thing.made, thing.house.tables, thing.house.state.copy(), block, thing._power
    )
    limited = build(office(heating="boiler", heating_capacity=1e5)).world.assets["office"]
    again = zone_tables.run(
        thing.made, thing.house.tables, thing.house.state.copy(),
        limited.inputs.block(0, 288), thing._power,
    )  # fmt: skip
    assert (wide.heat == again.heat).all()


# -- outdoor reset --------------------------------------------------------------------------------


def test_a_heating_curve_lowers_the_water_and_what_radiators_can_give():
    """Straight curve, EN 442 exponent: by hand at 5 °C outdoors."""
    water = supply_temperature(278.15, 1.2, 301.15, 328.15)
    assert water == pytest.approx(301.15 + 1.2 * 15)
    assert emitted_share(water, 328.15, 1.3) == pytest.approx((26 / 35) ** 1.3, rel=1e-12)
    common = {"heating": "heat_pump", "heating_capacity": 60, "supply_temperature": 55,
              "outdoor_swing": 0, "outdoor_mean": 5}  # fmt: skip
    zones = {"north": {"floor_area": 300, "heating_power": 8, "setback": 4, "use_start": 8,
                       "use_end": 18}}  # fmt: skip
    fixed, full = ran(zones=zones, **common)
    reading, reset = ran(zones=zones, **common, heating_curve=1.2, supply_lowest=28,
                         emitter="radiator")  # fmt: skip
    assert fixed.series("office.zones.north", "heating")[0].max() == pytest.approx(8e3)
    most = reading.series("office.zones.north", "heating")[0].max()
    assert most == pytest.approx(8e3 * (26 / 35) ** 1.3, rel=1e-9)

    def seasonal(values):
        return values["office.heating_load"] / values["office.energy"]

    assert seasonal(reset) > 1.1 * seasonal(full)
    # All of it above 25 % of the capacity or cycling: at most the COP of 5/46 °C.
    best = heat_pump(AIR_REGULATED, 1e3, 278.15, 319.15).cop
    assert seasonal(reset) * 1e3 <= float(best) * (1 + 1e-9)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"heating_curve": 1, "supply_lowest": 60}, "supply_lowest = 60 °C: is above supply_temp"),
        ({"backup": "boiler"}, "backup_capacity = 0: a backup needs a capacity above 0 kW"),
        ({"heating": "boilr"}, "did you mean 'boiler'"),
        ({"cooling": "chiller", "chilled_water": 2}, "allowed 5 to 10 °C"),
    ],
)
def test_a_plant_that_does_not_fit_is_told(changes, says):
    with pytest.raises(BadInput) as caught:
        build(office(**changes))
    assert says in str(caught.value)


@pytest.mark.parametrize("cooling", ["constant", "direct_expansion", "chiller", "water_chiller"])
def test_more_chillers_save_where_the_load_is_small(cooling):
    """Two of half the size turn down or cycle less than one."""
    warm = {"outdoor_mean": 28, "outdoor_swing": 6, "cooling": cooling, "cooling_capacity": 80}
    _, one = ran(**warm)
    _, two = ran(**warm, cooling_units=4)
    assert one["office.cooling_load"] == pytest.approx(two["office.cooling_load"], rel=1e-9)
    assert one["office.energy"] > two["office.energy"] > 0
