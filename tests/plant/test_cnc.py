"""The CNC machine as a process: tools wear, break, are measured and changed as the policy says."""

from __future__ import annotations

import math

import numpy as np
import pytest

from twin import engines
from twin.errors import BadInput
from twin.forecast.toolhistory import cutting_clock
from twin.kpi import Reading, compute
from twin.records import Facts
from twin.rng import replication_seed
from twin.scenario import Scenario, parse
from twin.simulate import build, simulate

SOUND = {"break_rate": 0, "time_to_failure": 0}


def mill(hours: float = 40, **settings: object) -> Scenario:
    table = {"kind": "cnc", **settings}
    return parse({"horizon": f"{hours} h", "seed": 2, "plant": {"mill": table}}, "test")


def values(facts: Facts, source: str, name: str) -> list[float]:
    return [event.value for event in facts.events if (event.source, event.name) == (source, name)]


def test_fixed_life_never_cuts_longer_than_it_says():
    used = values(simulate(mill(change_after=30, **SOUND)), "mill", "tool_change")
    assert len(used) > 20
    assert max(used) <= 30 * 60
    assert min(used) > 28 * 60


def test_wear_limit_uses_each_tools_own_life_and_recovers_the_scatter():
    facts = simulate(mill(2000, change_policy="wear_limit", life_scatter=0.24, **SOUND))
    used = np.array(values(facts, "mill", "tool_change"))
    assert len(used) > 500
    assert max(values(facts, "mill", "wear_at_change")) <= 0.3e-3
    # The last part is not begun when it would pass the limit, so a little life is left.
    assert np.log(used).std(ddof=1) == pytest.approx(0.24, rel=0.1)
    assert np.exp(np.log(used).mean()) == pytest.approx(60 * 60 * 1.3, rel=0.05)


def test_sudden_breaks_come_as_often_as_the_hazard_says():
    scenario = mill(2000, break_rate=0.5, break_gain=0, coolant="dry", change_after=20)
    facts = simulate(scenario)
    cutting = Reading(facts).time_in("mill", ("cutting",)) / 3600
    breaks = len(values(facts, "mill", "tool_break"))
    assert breaks == pytest.approx(0.5 * cutting, abs=4 * math.sqrt(0.5 * cutting))


def test_breakdowns_come_in_cutting_time_and_last_as_long_as_they_say():
    facts = simulate(mill(4000, time_to_failure=3, time_to_repair=20, break_rate=0))
    cutting = Reading(facts).time_in("mill", ("cutting",)) / 3600
    repairs = values(facts, "mill", "breakdown")
    assert len(repairs) == pytest.approx(cutting / 3, abs=4 * math.sqrt(cutting / 3))
    error = np.std(repairs, ddof=1) / math.sqrt(len(repairs))
    assert np.mean(repairs) == pytest.approx(20 * 60, abs=4 * error)


def test_every_minute_in_the_cut_is_on_some_tool():
    facts = simulate(mill(100, break_rate=0.3))
    changed = sum(values(facts, "mill", "tool_change"))
    cutting = Reading(facts).time_in("mill", ("cutting",))
    assert changed <= cutting <= changed + 50 * 60


PROGRAMME = {
    "operations": {
        "rough": {"tool": "mill50", "axial_depth": 3},
        "finish": {
            "tool": "mill40",
            "cutting_speed": 220,
            "feed_per_tooth": 0.08,
            "axial_depth": 0.5,
        },
    },
    "tools": {"mill50": {"sisters": 3}, "mill40": {"tool_diameter": 40, "change_after": 70}},
}


def test_a_programme_uses_each_tool_in_turn_and_swaps_between_them():
    sound = {name: {**kind, "break_rate": 0} for name, kind in PROGRAMME["tools"].items()}
    scenario = mill(operations=PROGRAMME["operations"], tools=sound)
    facts = simulate(scenario)
    kpis = compute(scenario, facts)
    states = [state.state for state in facts.states if state.source == "mill"]
    assert states.count("swapping") == pytest.approx(states.count("cutting"), abs=2)
    total = kpis["mill.tools.mill50.changes"] + kpis["mill.tools.mill40.changes"]
    assert kpis["mill.tool_changes"] == total > 0


def test_sisters_take_over_and_are_replaced_together():
    kinds = {
        "mill50": {"sisters": 4, "break_rate": 0},
        "mill40": {"tool_diameter": 40, "break_rate": 0},
    }
    facts = simulate(mill(100, operations=PROGRAMME["operations"], tools=kinds))
    stops = [s for s in facts.states if s.source == "mill" and s.state == "tool change"]
    changes = values(facts, "mill.tools.mill50", "tool_change")
    assert len(changes) % 4 == 0
    other = len(values(facts, "mill.tools.mill40", "tool_change"))
    assert len(stops) <= len(changes) / 4 + other + 1
    statuses = {s.state for s in facts.states if s.source.startswith("mill.pots.mill50")}
    assert {"NEW", "USED", "EXPIRED"} <= statuses


def test_nobody_begins_a_part_off_shift():
    facts = simulate(mill(96, shifts_per_day=2, warmup_time=20, **SOUND))
    loads = [s.time % 86_400 for s in facts.states if s.state == "loading"]
    assert max(loads) < 16 * 3600
    off = [s for s in facts.states if s.state == "off shift"]
    warm = [s for s in facts.states if s.state == "warm-up"]
    assert len(off) == 4
    assert [s.time % 86_400 for s in warm] == pytest.approx([0, 0, 0])


def test_measured_wear_scatters_about_the_true_wear_as_the_gauge_does():
    facts = simulate(mill(600, inspect_every=5, inspection_error=0.02, **SOUND))
    read = [(s.time, s.value) for s in facts.samples if s.channel == "measured_wear"]
    true = [(s.time, s.value) for s in facts.samples if s.channel == "wear"]
    times = [time for time, _ in true]
    held = [true[np.searchsorted(times, time, side="right") - 1][1] for time, _ in read]
    errors = np.array([value for _, value in read]) - held
    worn = np.array(held) > 0.06e-3
    assert worn.sum() > 150
    assert errors[worn].std() == pytest.approx(0.02e-3, rel=0.15)
    assert abs(errors[worn].mean()) < 0.003e-3


def cost(**settings: object) -> float:
    scenario = mill(40, **settings)
    runs = [simulate(scenario, seed=replication_seed(2, i)) for i in range(12)]
    return float(np.mean([compute(scenario, facts)["mill.cost_per_part"] for facts in runs]))


def test_changing_by_forecast_beats_a_poor_fixed_life():
    common = {"life_scatter": 0.4, "break_rate": 0.05, "inspection_time": 30}
    forecast = cost(change_policy="forecast", change_risk=3, inspect_every=8, **common)
    late = cost(change_policy="fixed_life", change_after=75, **common)
    early = cost(change_policy="fixed_life", change_after=15, **common)
    assert forecast < late
    assert forecast < early


def test_a_worn_tool_makes_scrap_where_the_finish_is_limited():
    scenario = mill(20, change_policy="never", roughness_limit=1.6, **SOUND)
    kpis = compute(scenario, simulate(scenario))
    assert kpis["mill.scrap"] > 0
    assert (
        compute(
            mill(20, change_after=20, roughness_limit=1.9, **SOUND),
            simulate(mill(20, change_after=20, roughness_limit=1.9, **SOUND)),
        )["mill.scrap"]
        == 0
    )


def test_the_operator_sees_what_bounds_each_operation():
    from twin.plant.cnc import Model

    limits = Model.limits(mill(**PROGRAMME).entries["mill"].settings)
    names = [limit.name for limit in limits]
    assert "spindle power, rough" in names
    assert limits[0].fields[0] == "operations.rough.cutting_speed"


def test_heat_given_to_the_room_is_the_electric_energy():
    scenario = mill(20, time_to_failure=3)
    from twin.simulate import build

    running = build(scenario)
    running.advance(20 * 3600.0)
    heat = running.world.assets["mill"].read()["heat_energy"]
    assert heat / 3.6e6 == pytest.approx(compute(scenario, running.finish())["mill.energy"])


def test_the_coolant_settles_where_its_balance_says():
    steady = {"load_time": 0, "change_policy": "never", "break_rate": 0, "wear_force_gain": 0}
    scenario = mill(20, **steady)
    kpis = compute(scenario, simulate(scenario))
    edge = kpis["mill.force"] * 3.0
    rise = (0.5 * edge + 800) / 150
    assert kpis["mill.coolant_temperature"] == pytest.approx(20 + rise, rel=0.01)
    chilled = mill(20, chiller_power=10, **steady)
    assert compute(chilled, simulate(chilled))["mill.coolant_temperature"] == pytest.approx(20)


def test_the_spindle_grows_as_far_as_its_speed_says():
    scenario = mill(20, load_time=0, change_policy="never", break_rate=0)
    share = 180 / 60 / (math.pi * 0.05) / 200
    grown = compute(scenario, simulate(scenario))["mill.growth"]
    assert grown == pytest.approx(45 * share, rel=0.02)


@pytest.mark.parametrize(
    "cut", [{}, {"tool_diameter": 12, "radial_width": 1, "teeth": 3, "cutting_speed": 300}]
)
def test_the_depth_of_chatter_follows_the_stiffness_of_the_structure(cut):
    from twin.plant.cnc import Model

    def depth(stiffness: float) -> float:
        settings = mill(**cut, mode_stiffness=stiffness).entries["mill"].settings
        return Model.margins(settings)[0].limit

    # Both solvers are linear in the stiffness: twice as stiff, twice as deep.
    assert depth(8) == pytest.approx(2 * depth(4), rel=0.02)


def test_the_machines_heat_is_the_physics_step_by_step():
    from twin.physics.coolant_tank import Tank, tank_temperature
    from twin.physics.spindle_growth import Lag, grow
    from twin.plant import _cnc_heat as heat

    settings = mill().entries["mill"].settings
    ours = heat.Heat(settings)
    lags = (Lag(15e-6, heat.FAST, heat.COOLING), Lag(30e-6, heat.SLOW, heat.COOLING))
    grown, coolant = np.zeros(2), heat.AMBIENT
    for speed, span in ((200.0, 600.0), (0.0, 300.0), (100.0, 2000.0), (0.0, 9000.0)):
        ours.advance(span, speed=speed, loss=0.0, edge_power=2000.0, pump_power=800.0)
        grown = grow(grown, speed / 200.0, span, lags)
        coolant = tank_temperature(coolant, span, Tank(0.2, 150.0, heat.AMBIENT), 1800.0)
        assert ours.growth == pytest.approx(grown.sum(), rel=1e-12)
        assert ours.coolant == pytest.approx(coolant, rel=1e-12)


def test_tabulated_wear_and_hazard_are_the_physics():
    from scipy.integrate import quad

    from twin.physics import wear
    from twin.plant import _cnc_tools as tools

    found = tools.table(0.3e-3, 1e-5, 12.7e3)

    def rate(damage: float) -> float:
        worn = min(float(wear.flank_wear(damage, 0.3e-3, tools.SHAPE)), 1.2e-3)
        return float(wear.breakage_hazard(worn, 1e-5, 12.7e3))

    for damage in (0.01, 0.3, 1.0, 1.2):
        exact, _error = quad(rate, 0.0, damage, limit=200)
        assert np.interp(damage, tools.GRID, found.hazard) == pytest.approx(exact, rel=2e-3)


def test_a_part_programme_offers_nothing_that_it_does_not_use():
    paths = [path for path, _declared, _value in mill(**PROGRAMME).declarations()]
    assert "mill.operations.rough.cutting_speed" in paths
    assert "mill.cutting_speed" not in paths
    assert "mill.change_after" not in paths
    assert "mill.tools.mill50.change_after" in paths
    assert "mill.cutting_speed" in [path for path, _declared, _value in mill().declarations()]


# -- spindle bearing ----------------------------------------------------------------------------


def spindle(**values: object) -> Scenario:
    table = {"kind": "cnc", "bearing_fault": "outer", "bearing_severity": 0.125, **values}
    return parse({"horizon": "150 h", "seed": 3, "plant": {"mill": table}}, "test")


def test_a_growing_bearing_fault_doubles_in_running_time_and_ends_as_a_breakdown() -> None:
    """From 1/8 three doublings of 10 h of running: 30 h in the cut, whatever the clock says."""
    for shifts in (1, 3):
        scenario = spindle(bearing_doubling=10, shifts_per_day=shifts, bearing_repair_time=5)
        facts = simulate(scenario)
        (failed,) = [row for row in facts.events if row.name == "bearing_failure"]
        time, cut = cutting_clock(facts, "mill")
        assert np.interp(failed.time, time, cut) / 3600 == pytest.approx(30.0, abs=1e-6)
        (down,) = [row for row in facts.events if row.name == "breakdown"]
        assert (down.subject, down.value) == ("bearing", pytest.approx(5 * 3600))
        after = [r for r in facts.states if r.source == "mill" and r.time > failed.time + 1]
        assert after[0].time == pytest.approx(failed.time + 5 * 3600)


def test_a_bearing_fault_without_growth_stays_and_one_that_grows_is_for_simpy_alone() -> None:
    running = build(spindle(), sense=False)
    running.advance(80 * 3600.0)
    assert running.world.assets["mill"].read()["bearing_outer"] == 0.125
    with pytest.raises(BadInput, match="grows"):
        engines.choose("fast", spindle(bearing_doubling=10))


def test_a_bearing_fault_begins_at_its_onset_and_grows_from_then() -> None:
    running = build(spindle(bearing_onset=5, bearing_doubling=10, load_time=0), sense=False)
    seen = []
    for hours in (4.9, 5.0, 15.0, 25.0):
        running.advance(hours * 3600.0)
        seen.append(running.world.assets["mill"].read()["bearing_outer"])
    assert seen[:2] == [0.0, 0.125]
    assert seen[2] == pytest.approx(0.25, rel=0.1)
    assert seen[3] == pytest.approx(0.5, rel=0.2)
