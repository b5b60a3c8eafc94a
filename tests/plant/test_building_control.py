"""What sets a building's zones: clock, optimal start, plans; regulators; tariffs; bad input."""

from __future__ import annotations

import copy
import tomllib

import numpy as np
import pytest

from twin.errors import BadInput
from twin.kpi import Reading, compute
from twin.physics import regulators, zone_tables
from twin.physics.forecast_error import LEVELS, sun_forecast, temperature_error
from twin.physics.linearised import linearised
from twin.physics.network import steps
from twin.physics.reduction import Small, balanced, estimator
from twin.plant._building_plan import Outlook, Planner
from twin.scenario import load, parse, shipped
from twin.simulate import build, simulate

LUMPED = {
    "horizon": "4 d",
    "replications": 1,
    "plant": {
        "office": {
            "kind": "building", "outdoor_mean": 2, "outdoor_swing": 8, "first_weekday": "friday",
            "zones": {
                "room": {"floor_area": 100, "height": 3, "setback": 6, "use_start": 8,
                         "use_end": 18, "heating_setpoint": 21, "cooling_setpoint": 24,
                         "heating_power": 20, "envelope": 60, "glazing": 60, "coupling": 900},
            },
        }
    },
}  # fmt: skip


def office(**changes):
    made = copy.deepcopy(LUMPED)
    for path, value in changes.items():
        *parents, last = path.split("__")
        table = made["plant"]["office"]
        for key in parents:
            table = table.setdefault(key, {})
        table[last] = value
    return made


def run(document):
    asked = parse(document, "office.toml")
    facts = simulate(asked)
    return compute(asked, facts), Reading(facts)


def walled(**changes):
    made = tomllib.loads((shipped() / "office_heavy.toml").read_text())
    made["plant"]["office"].update(changes)
    return made


# -- bad input -----------------------------------------------------------------------------------


DAY = {"price": 0.3, "start": 6, "end": 22}
NIGHT = {"price": 0.1, "start": 22, "end": 6}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"tariff": {"day": DAY}}, "office.tariff: no period holds on monday 0 h; each hour of"),
        ({"tariff": {"day": DAY, "night": {**NIGHT, "end": 7}}},
         "periods day and night overlap on monday 6 h"),
        ({"tariff": {"day": {**DAY, "days": "weekdays"}, "night": NIGHT}},
         "no period holds on saturday 6 h"),
        ({"tariff": {"day": {"start": 6, "end": 22}}}, "tariff.day.price: is required"),
        ({"pre_start": "7 min"}, "pre_start = 7 min: is to be a whole number of steps of 5 min"),
        ({"control": "predictive", "plan_step": "12 min"}, "plan_step = 12 min: is to be a whole"),
        ({"control": "predictive", "plan_horizon": 1, "plan_step": 60},
         "plan_horizon = 1 h: a plan looks at least two blocks of 60 min ahead"),
        ({"control": "predictive", "plan_horizon": 24.1}, "whole number of blocks of 30 min"),
        ({"control": "predictive", "zones__room__regulator": "pi"}, "regulator = 'ideal'"),
        ({"control": "optimal_start"}, "pre_start = 0 h: optimal start needs room"),
        ({"control": "optimum"}, "one of schedule, optimal_start, predictive"),
        ({"zones__room__regulator": "thermostat", "zones__room__hysteresis": 4},
         "hysteresis = 4 K: set-points lie 3 K apart at the narrowest"),
        ({"zones__room__regulator": "pi", "zones__room__integral_time": 2},
         "integral_time = 2 min: is below the step of 5 min"),
    ],
)  # fmt: skip
def test_control_that_does_not_fit_is_told(changes, says):
    with pytest.raises(BadInput) as caught:
        build(parse(office(**changes), "office.toml"))
    assert says in str(caught.value)


# -- regulators ----------------------------------------------------------------------------------


def test_a_thermostat_keeps_its_hysteresis_and_its_shortest_run():
    values, reading = run(office(zones__room__regulator="thermostat",
                                 zones__room__shortest_run=15, zones__room__setback=0))  # fmt: skip
    heat, _spans = reading.series("office.zones.room", "heating")
    on = heat > 0
    assert set(np.unique(heat)) == {0.0, 20_000.0}
    edges = np.flatnonzero(np.diff(on))
    assert (np.diff(edges) >= 3).all()
    air = reading.series("office.zones.room", "temperature")[0] - 273.15
    starts = edges[~on[edges]] + 1
    stops = edges[on[edges]] + 1
    # A step ends within one step's swing of the switching points.
    assert (air[starts] < 20.5 + 1e-9).all()
    assert (air[stops] > 21.5 - 1e-9).all()
    assert values["office.tdis_tot"] > 0


def test_a_pi_loop_holds_its_set_point_and_does_not_wind_up():
    _values, reading = run(office(zones__room__regulator="pi", zones__room__setback=0,
                                  outdoor_swing=0))  # fmt: skip
    air = reading.series("office.zones.room", "temperature")[0] - 273.15
    assert air[-288:] == pytest.approx(21.0, abs=0.01)
    # Asked for 6 K more than it can give, it stands at its limit; afterwards it is back at once.
    memory = np.array([0.0, 0.0, 0.0, 0.0])
    loop = np.array([regulators.PI, 0.0, 0.0, 0.3, 900.0])
    given = [regulators.share(loop, memory, air, 294.15, 297.15, 300.0) for air in [288.15] * 200]
    assert given[-1] == 1.0
    assert regulators.share(loop, memory, 294.65, 294.15, 297.15, 300.0) < 1.0
    assert memory[regulators.HEATING] <= 1.0


# -- the clock and optimal start -----------------------------------------------------------------


def test_set_points_hold_before_their_hour_and_discomfort_counts_without():
    plain, _ = run(office(zones__room__heating_power=8))
    early, reading = run(office(zones__room__heating_power=8, pre_start=2))
    assert plain["office.tdis_tot"] > 0.5
    assert early["office.tdis_tot"] < plain["office.tdis_tot"]
    assert early["office.heating_load"] > plain["office.heating_load"]
    heat = reading.series("office.zones.room", "heating")[0].reshape(-1, 288)
    assert (heat[1:, 6 * 12] > 0).all()


def test_optimal_start_learns_to_start_later():
    fixed, _ = run({**office(pre_start=4, zones__room__heating_power=12), "horizon": "14 d"})
    learned, reading = run({
        **office(pre_start=4, zones__room__heating_power=12, control="optimal_start"),
        "horizon": "14 d",
    })  # fmt: skip
    assert learned["office.heating_load"] < fixed["office.heating_load"]
    assert learned["office.tdis_tot"] < 0.2
    air = reading.series("office.zones.room", "temperature")[0][1:].reshape(-1, 288) - 273.15
    assert (air[-7:, 8 * 12 - 1] > 20.8).all()


# -- tariffs -------------------------------------------------------------------------------------


def test_energy_costs_what_its_hour_costs():
    values, reading = run(office(tariff={"day": {**DAY, "days": "weekdays"}, "night": NIGHT,
                                         "rest": {**DAY, "days": "weekend", "price": 0.2}},
                                 demand_price=5))  # fmt: skip
    power = reading.series("office", "electricity")[0]
    hours = np.arange(len(power)) / 12
    price = np.where((hours % 24 >= 6) & (hours % 24 < 22), 0.3, 0.1)
    # The run starts on a Friday.
    free = (hours >= 24) & (hours < 72) & (price > 0.2)
    price[free] = 0.2
    cost = float((power * price).sum()) / 12 / 1000
    assert values["office.cost_tot"] == pytest.approx(cost / 100, rel=1e-5)
    assert values["office.zones.room.energy_cost"] == pytest.approx(cost, rel=1e-9)
    assert values["office.bill"] == pytest.approx(cost + values["office.demand_charge"], rel=1e-9)


# -- forecasts -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LEVELS)
def test_forecasts_err_as_the_model_says(name):
    level = LEVELS[name]
    luck = np.random.default_rng(5)
    errors = np.array([temperature_error(level, luck.standard_normal(200)) for _ in range(4000)])
    f = level.follow
    assert errors[:, 0].mean() == pytest.approx(level.first_mean, abs=4 * level.first_spread / 63)
    assert errors[:, 0].std() == pytest.approx(level.first_spread, rel=0.05)
    assert errors[:, -1].std() == pytest.approx(level.spread / np.sqrt(1 - f * f), rel=0.05)
    assert errors[:, -1].mean() == pytest.approx(level.mean / (1 - f), abs=0.15)
    sun = np.array([0.0, 10.0, 300.0, 500.0, 300.0, 10.0, 0.0])
    said = sun_forecast(level, sun, luck.laplace(size=(200, 7)))
    assert (said[[0, -1]] == 0).all()
    assert ((said >= 0.2 * sun) & (said <= 2.0 * sun)).all()


# -- the model of a plan -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def heavy():
    return build(parse(walled(control="predictive"), "office.toml")).world.assets["office"]


def test_the_small_model_errs_less_than_its_bound(heavy):
    made = heavy.made
    day = heavy.inputs.block(0, 288)
    own = heavy.control
    trace = zone_tables.run(made, own.tables, own.believed.copy(), day, heavy._power)
    whole = steps(linearised(made, day, trace), made.known, made.flows, 300.0)
    air, nodes = slice(made.known, made.known + made.rooms), made.seen[: made.rooms]
    parts = (whole.decay, whole.gain[:, air], whole.read[nodes], whole.direct[nodes][:, air])
    small = balanced(*parts, 1e-3)
    assert len(small.a) < len(whole.decay) / 2
    decay, gain, read, direct = parts
    worst = 0.0
    for angle in np.geomspace(1e-5, np.pi, 60):
        z = np.exp(1j * angle)
        exact = read @ (gain / (z - decay)[:, None]) + direct
        near = small.c @ np.linalg.solve(z * np.eye(len(small.a)) - small.a, small.b) + small.d
        worst = max(worst, float(np.abs(exact - near).max()))
    steady = float((read @ (gain / (1 - decay)[:, None]) + direct).max())
    assert 0 < worst <= small.bound * (1 + 1e-9)
    assert small.bound <= 1e-3 * steady


def test_the_plan_foresees_what_its_heat_will_do(heavy):
    control = heavy.control
    ahead = control._known(0, control.reach)
    pushed = np.zeros((len(control.lengths), 1))
    calm = control._outlook(0, ahead, pushed)
    pushed = pushed.copy()
    pushed[8:16] = 300.0
    warm = control._outlook(0, ahead, pushed)
    plan = control.planner._air(calm, pushed)
    moved = warm.air - calm.air
    assert moved.max() > 0.5
    # Films grow with what is asked of them; a plan is made about the last one, so little is left.
    assert plan - calm.air == pytest.approx(moved, abs=0.2 * moved.max())


def test_the_numbers_of_a_plan_say_what_its_heat_takes():
    """Power of every block from the matrix's last rows, against the sum written out."""
    luck = np.random.default_rng(3)
    small = Small(np.diag([0.9, 0.5]), luck.normal(size=(2, 3)), luck.normal(size=(3, 2)),
                  1e-4 * np.eye(3), 0.0)  # fmt: skip
    planner = Planner(small, np.full((3, 2), 5e3), (2, 2, 4), 300.0, priced=True)
    heating, cooling = luck.random((2, 3))
    nothing = np.zeros((3, 3))
    outlook = Outlook(nothing, np.stack([nothing, nothing]), nothing, nothing, heating, cooling,
                      np.ones(3), 1.0, 0.0)  # fmt: skip
    matrix = planner._built.copy()
    matrix.data = planner._numbers(outlook)
    heat, cold = luck.random((2, 3, 3))
    x = np.concatenate([np.zeros(6), heat.ravel(), cold.ravel(), np.zeros(9), [0.7]])
    power = heat.sum(axis=1) * heating + cold.sum(axis=1) * cooling
    assert (matrix @ x)[-4:] == pytest.approx([*(power - 0.7), 0.7], rel=1e-12)
    changed = (matrix != planner._built).nnz
    assert changed == 2 * 9


def test_the_estimator_finds_heat_that_nobody_told_it_of():
    decay, gain, read = np.array([0.99, 0.5]), np.array([[0.01], [0.02]]), np.array([[1.0, 1.0]])
    modes, unknown = estimator(decay, gain, read, np.array([20.0]), np.array([10.0]), 0.1)
    luck = np.random.default_rng(2)
    true, believed, guess = np.zeros(2), np.zeros(2), np.zeros(1)
    for _ in range(600):
        true = decay * true + gain @ np.array([300.0])
        believed = decay * believed + gain @ guess
        surprise = read @ true + 0.1 * luck.standard_normal(1) - read @ believed
        believed, guess = believed + modes @ surprise, guess + unknown @ surprise
    assert guess[0] == pytest.approx(300.0, rel=0.15)


def test_few_inputs_are_added_up_as_a_product_of_matrices():
    luck = np.random.default_rng(4)
    known = luck.normal(size=(50, 7)) * (luck.random((50, 7)) < 0.4)
    table = luck.normal(size=(7, 5))
    assert zone_tables._driven(known, table) == pytest.approx(known @ table, abs=1e-12)


# -- predictive control --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def strategies():
    """The heavy office, three winter days: the schedule, and plans on two kinds of forecast."""
    found = {}
    for name, changes in {
        "schedule": {}, "medium": {"control": "predictive"},
        "none": {"control": "predictive", "forecast_error": "none"},
        "demand": {"control": "predictive", "demand_price": 12},
        "schedule, demand": {"demand_price": 12},
    }.items():  # fmt: skip
        found[name] = run({**walled(**changes), "horizon": "3 d"})[0]
    return found


def test_a_plan_is_cheaper_at_no_worse_comfort(strategies):
    base, plan, perfect = (strategies[name] for name in ("schedule", "medium", "none"))
    saved = 1 - plan["office.cost_tot"] / base["office.cost_tot"]
    assert saved >= 0.12
    assert 1 - perfect["office.cost_tot"] / base["office.cost_tot"] - saved <= 0.02
    assert plan["office.tdis_tot"] <= base["office.tdis_tot"] + 1e-3


def test_a_plan_keeps_the_peak_down_where_peaks_cost(strategies):
    base, plan = strategies["schedule, demand"], strategies["demand"]
    assert plan["office.pele_tot"] <= base["office.pele_tot"]
    assert plan["office.bill"] < base["office.bill"]
    assert plan["office.tdis_tot"] <= base["office.tdis_tot"] + 1e-3


def test_a_plan_takes_its_luck_from_named_streams():
    one, two, other = (
        run({**walled(control="predictive"), "horizon": "26 h", "seed": seed})[0]
        for seed in (1, 1, 2)
    )
    assert one == two
    assert one != other


def test_plans_beside_a_machine_go_step_by_step():
    alone = office(control="predictive", plan_step=60)
    beside = office(control="predictive", plan_step=60, zones__room__machines="mill")
    beside["plant"]["mill"] = {"kind": "cnc"}
    alone["horizon"] = beside["horizon"] = "26 h"
    quiet, heated = run(alone)[0], run(beside)[0]
    assert heated["office.heating_load"] < quiet["office.heating_load"]
    assert heated["office.tdis_tot"] < 0.01


def test_the_acceptance_on_a_measured_year(recordings, monkeypatch):
    monkeypatch.setenv("TWIN_DATA", str(recordings))
    costs = {}
    for name in ("schedule", "predictive"):
        made = load(shipped() / "office_heavy.toml").with_values(
            {"office.weather": "725650TYCST.epw", "office.control": name}
        )
        costs[name] = compute(made, simulate(made))
    base, plan = costs["schedule"], costs["predictive"]
    assert plan["office.cost_tot"] <= 0.88 * base["office.cost_tot"]
    assert plan["office.tdis_tot"] <= base["office.tdis_tot"] + 1e-3
