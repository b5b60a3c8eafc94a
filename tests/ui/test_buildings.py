"""The page Buildings: the plan from the walls, heat that closes, strategies that can be tried."""

from __future__ import annotations

import numpy as np
import pytest

from twin.scenario import load, parse, shipped
from twin.simulate import simulate
from twin.ui import building_run, building_strategies, building_view, figures_building
from twin.ui.building_plan import plan
from twin.ui.building_run import Course, Past
from twin.ui.building_view import Ran


@pytest.fixture(scope="module")
def office():
    return load(shipped() / "office.toml").with_values({"horizon": "48 h"})


@pytest.fixture(scope="module")
def past(office):
    """The hourly facts of a run, as the store would give them."""
    from twin.kpi import Reading

    read = Reading(simulate(office))
    zones = {}
    for zone in office.entries["office"].settings.zones:
        source = f"office.zones.{zone}"
        air = read.series(source, "temperature_hour")[0] - 273.15
        heat = {name: read.series(source, name)[0] for name in building_run.HEAT}
        zones[zone] = Course(air, heat)
    power, _ = read.series("office", "electricity")
    return Past(zones, power, 1e8, 1e8, "")


def test_the_plan_follows_the_walls(office):
    drawn, true = plan(office.entries["office"].settings.zones)
    assert true
    core = drawn["core"]
    assert drawn["north"].y == pytest.approx(core.y + core.depth)
    assert drawn["south"].y + drawn["south"].depth == pytest.approx(core.y)
    assert drawn["east"].x == pytest.approx(core.x + core.width)
    for zone, at in drawn.items():
        settings = office.entries["office"].settings.zones[zone]
        assert at.width * at.depth == pytest.approx(settings.floor_area)


def test_without_walls_areas_are_right():
    zones = {f"z{n}": {"floor_area": 20 * (n + 1)} for n in range(5)}
    asked = parse({"plant": {"b": {"kind": "building", "zones": zones}}}, "b.toml")
    drawn, true = plan(asked.entries["b"].settings.zones)
    assert not true
    for name, zone in zones.items():
        assert drawn[name].width * drawn[name].depth == pytest.approx(zone["floor_area"])
    whole = max(r.x + r.width for r in drawn.values()) * max(r.y + r.depth for r in drawn.values())
    assert whole == pytest.approx(sum(zone["floor_area"] for zone in zones.values()))


def test_heat_comes_and_goes(past):
    flows = building_run.flows(past)
    for one in flows.values():
        assert sum(one.values()) == pytest.approx(0.0, abs=1e-9)
        assert one["gains_hour"] > 0
        assert one["fresh_hour"] < 0
    links = figures_building.heat_links(flows, 10.0, 5.0)
    for zone in flows:
        into = sum(value for _a, b, value, _paid in links if b == zone)
        out = sum(value for a, _b, value, _paid in links if a == zone)
        assert into == pytest.approx(out, rel=0.01)
    into, out = (sum(link[2] for link in links if link[end] == "cooling") for end in (1, 0))
    assert into == pytest.approx(out, rel=0.01)


def test_what_is_bought_makes_heat_or_is_lost():
    """A boiler of 80 %: a fifth of its gas leaves; lamps are bought and heat their zone."""
    flows = {"a": {"heating_hour": 8.0, "lamps": 1.0, "fabric": -9.0}}
    links = {(a, b): (value, paid) for a, b, value, paid in
             figures_building.heat_links(flows, 0.0, 0.0, 10.0)}  # fmt: skip
    assert links["gas", "heating"] == (10.0, True)
    assert links["heating", "outdoors"] == (2.0, False)
    assert links["electricity", "lamps"] == (1.0, True)
    assert links["lamps", "a"] == (1.0, False)
    assert ("ambient", "heating") not in links


@pytest.fixture(scope="module")
def hall():
    """The hall with people and plant, as the page would have it after a run."""
    from twin.kpi import Reading, compute

    asked = load(shipped() / "hall_people.toml")
    facts = simulate(asked, sense=False)
    read, zones = Reading(facts), asked.entries["hall"].settings.zones
    courses, people = {}, {}
    for zone in zones:
        source = f"hall.zones.{zone}"
        heat = {name: read.series(source, name)[0] for name in building_run.HEAT}
        courses[zone] = Course(read.series(source, "temperature_hour")[0] - 273.15, heat)
        values, spans = read.series(source, "occupants")
        starts = np.concatenate([[0.0], np.cumsum(spans)[:-1]])
        people[zone] = building_run._means(starts, values, 172_800.0, 3600.0)
    past = Past(courses, read.series("hall", "electricity")[0], 1e8, 0.0, "", people=people)
    return Ran(asked, "hall", asked.entries["hall"].settings, None, past), compute(asked, facts)


def test_people_of_the_page_are_those_of_the_run(hall):
    of, values = hall
    chart = building_view.people_chart(of, "office", 9, "light")
    hours = [float(row[2]) for row in chart.rows]
    told = [values[f"hall.zones.{zone}.person_hours"] for zone in ("floor", "office")]
    assert hours == pytest.approx(told, abs=0.06)
    assert "person-hours" in chart.finding
    alone = Ran(of.scenario, "hall", of.building, None, Past({}, np.empty(0), 0.0, 0.0, ""))
    assert building_view.people_chart(alone, "office", 9, "light").finding == "Nobody is followed"


def test_strategies_move_set_points_and_set_back(office):
    asked = {one.key: one for one in building_strategies.strategies(office, "office")}
    wider = asked["wider"].values
    assert wider["office.zones.core.heating_setpoint"] == pytest.approx(20)
    assert wider["office.zones.core.cooling_setpoint"] == pytest.approx(25)
    assert asked["setback"].values["office.zones.north.setback"] == 4.0
    for one in asked.values():
        office.with_values(one.values)


def test_a_zone_outside_its_band_is_coloured():
    from twin.ui.theme import palette

    light = palette("light")
    inside, cold, hot = (figures_building.colour(at, 3.0, light) for at in (0.0, -1.0, 5.0))
    assert inside == light.sunken
    assert cold.startswith("rgba(33,102,172")
    assert hot == "rgba(178,24,43,0.7)"


def test_only_buildings_are_buildings(office):
    assert building_view.buildings(office) == ["office"]
    assert building_view.buildings(load(shipped() / "mill.toml")) == []


def test_a_room_without_a_plant_has_no_bill_and_nothing_to_try():
    zones = {"shed": {"heating_power": 0, "cooling_power": 0}}
    room = parse({"plant": {"barn": {"kind": "building", "zones": zones}}}, "barn.toml")
    settings = room.entries["barn"].settings
    assert not settings.has_plant
    assert building_strategies.strategies(room, "barn") == []
    course = Course(np.full(24, 23.0), {one: np.zeros(24) for one in building_run.HEAT})
    past = Past(dict.fromkeys(settings.zones, course), np.zeros(96), 0.0, 0.0, "")
    of = Ran(room, "barn", settings, None, past)
    head, lines = building_view.verdict(of)
    assert "No plant" in head
    assert any("23.0 and 23.0" in line for line in lines)
    assert building_view.power_chart(of, None, "", 0, "light").figure is None


def test_names_of_slivers_are_not_drawn_over_others():
    links = [(0, 1, 100.0, False), (1, 2, 99.0, False), (1, 3, 1.0, True)]
    figure = figures_building.sankey(["a", "b", "c", "d"], links, "light", unit="kWh", height=300)
    assert list(figure.data[0].node.label) == ["a", "b", "c", ""]
    assert list(figure.data[0].node.customdata) == ["a", "b", "c", "d"]
