"""Walls as systems of their own, against the network of the whole house."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest

from twin.physics import face_tables, quick_tables, zone_tables
from twin.physics.assembly import assemble
from twin.physics.face_films import ALONE, BY_AIR, BY_FAR, BY_SKY, FIRST_PANE, OUTER, PANES, YIELDS
from twin.physics.house import Face, House, Layer, Opening, Room, Wall
from twin.physics.network import steady
from twin.physics.regulators import IDEAL, PI, THERMOSTAT
from twin.physics.zone_steps import OUT, SKY_T
from twin.scenario import load, parse, shipped
from twin.simulate import build

STEP = 300.0
BRICK, WOOL, GLUE = (
    Layer(0.12, 0.6, 1500.0, 900.0), Layer(0.1, 0.04, 30.0, 1000.0), Layer(resistance=0.2)
)  # fmt: skip
PLAIN = Face(0.6, 0.0, 3.0)


def case(name):
    return build(load(shipped() / "ashrae140" / f"{name}.toml")).world.assets["house"]


@pytest.fixture
def weather(recordings, monkeypatch):
    monkeypatch.setenv("TWIN_DATA", os.fspath(recordings))


def both(building, days, engine=face_tables):
    """Air of the rooms by the hour and heat, wall by wall and as one network, from 20 °C."""
    made, block = building.made, building.inputs.block(0, 288 * days)
    tab, whole = engine.tables(made), zone_tables.tables(made)
    near = engine.run(tab, engine.at_rest(tab, 293.15), block, building._power, None)
    exact = zone_tables.run(made, whole, zone_tables.at_rest(made, 293.15), block, building._power)
    hours = [t.seen[288:, : made.rooms].reshape(-1, 12, made.rooms).mean(axis=1)
             for t in (near, exact)]  # fmt: skip
    return hours, (near.heat, exact.heat)


@pytest.mark.parametrize(
    ("engine", "name", "allowed"),
    [
        (face_tables, "900", 0.02), (face_tables, "900FF", 0.02), (face_tables, "960", 0.02),
        (face_tables, "600FF", 0.02), (quick_tables, "900", 0.02), (quick_tables, "900FF", 0.02),
        (quick_tables, "960", 0.02), (quick_tables, "600FF", 0.03),
    ],
)  # fmt: skip
def test_hours_are_those_of_the_whole_network(weather, engine, name, allowed):
    (near, exact), (heat, all_heat) = both(case(name), 10, engine)
    assert np.sqrt(np.mean((near - exact) ** 2)) < allowed
    assert np.maximum(heat, 0).sum() == pytest.approx(np.maximum(all_heat, 0).sum(), rel=3e-3)


def row_of_rooms(rooms):
    """Rooms of layers in a row, with windows, set back at night, weather of Denver's normals."""
    surfaces = {
        "south": {"construction": "wall", "width": 6, "height": 3, "azimuth": 180},
        "roof": {"construction": "wall", "width": 6, "height": 5, "tilt": 0},
        "floor": {"construction": "heavy", "width": 6, "height": 5, "tilt": 180,
                  "boundary": "ground"},
    }  # fmt: skip
    zones = {}
    for i in range(rooms):
        own = dict(surfaces)
        if i + 1 < rooms:
            own["east"] = {"construction": "heavy", "width": 5, "height": 3, "azimuth": 90,
                           "boundary": f"z{i + 1}"}  # fmt: skip
        zones[f"z{i}"] = {
            "floor_area": 30, "height": 3, "infiltration": 0.3, "setback": 4, "surfaces": own,
            "windows": {"w": {"surface": "south", "width": 3, "height": 1.5}},
        }  # fmt: skip
    plant = {
        "kind": "building", "city": "denver", "zones": zones,
        "constructions": {"wall": {"layers": "brick wool"}, "heavy": {"layers": "brick"}},
        "materials": {
            "brick": {"conductivity": 0.5, "thickness": 0.1, "density": 1400,
                      "specific_heat": 1000},
            "wool": {"conductivity": 0.04, "thickness": 0.1, "density": 12, "specific_heat": 840},
        },
    }  # fmt: skip
    return {"horizon": "24 h", "plant": {"house": plant}}


@pytest.mark.parametrize("engine", [face_tables, quick_tables])
def test_ten_rooms_are_those_of_the_whole_network(engine):
    building = build(parse(row_of_rooms(10), "rooms.toml")).world.assets["house"]
    assert isinstance(building.house.tables, quick_tables.QuickTables)
    (near, exact), (heat, all_heat) = both(building, 5, engine)
    assert np.sqrt(np.mean((near - exact) ** 2)) < 0.02
    assert heat.sum() == pytest.approx(all_heat.sum(), rel=3e-3)


@pytest.mark.parametrize("kind", [IDEAL, THERMOSTAT, PI])
def test_a_plant_too_small_and_regulators_are_those_of_films_at_every_step(kind):
    """Rooms share what the plant has; what is asked for does not hang on how faces are solved."""
    building = build(parse(row_of_rooms(3), "rooms.toml")).world.assets["house"]
    made, n = building.made, 288 * 4
    block = replace(
        building.inputs.block(0, n), plant=np.tile([2500.0, 500.0, 0.5], (n, 1)),
    )  # fmt: skip
    regulators, most = np.zeros((3, 5)), np.full((3, 2), 3000.0)
    regulators[1:] = [[kind, 1.0, 600.0, 0.5, 3600.0], [kind, 0.5, 0.0, 0.2, 1800.0]]
    near, exact = (
        engine.run(tab, engine.at_rest(tab, 288.15), block, most, regulators)
        for engine, tab in ((quick_tables, quick_tables.tables(made)),
                            (face_tables, face_tables.tables(made, made.step)))
    )  # fmt: skip
    hours = [t.seen[:, :3].reshape(-1, 12, 3).mean(axis=1) for t in (near, exact)]
    assert np.sqrt(np.mean((hours[0] - hours[1]) ** 2)) < (0.05 if kind != THERMOSTAT else 0.2)
    assert near.heat.sum(axis=0) == pytest.approx(exact.heat.sum(axis=0), rel=0.01)
    assert near.heat.sum(axis=1).max() <= 2500.0 + 1e-6
    assert near.heat.sum(axis=1).max() == pytest.approx(exact.heat.sum(axis=1).max(), rel=1e-3)
    assert near.heat.min(axis=1).sum() == pytest.approx(exact.heat.min(axis=1).sum(), rel=0.05)


@pytest.mark.parametrize("engine", [face_tables, quick_tables])
@pytest.mark.parametrize("name", ["600", "960"])
def test_what_the_house_gets_is_what_it_stores(weather, name, engine):
    """At every step, whatever films and windows do, to 1e-9 of what moved."""
    building = case(name)
    made, block = building.made, building.inputs.block(4000, 288)
    tab = engine.tables(made)
    state = engine.at_rest(tab, 293.15)
    for k in range(288):
        before = stored(engine, tab, made, state)
        part = block.part(k, k + 1)
        trace = engine.run(tab, state, part, building._power, None)
        flows = entering(engine, tab, made, state, part, trace)
        error = stored(engine, tab, made, state) - before - STEP * flows.sum()
        assert abs(error) <= 1e-9 * max(STEP * np.abs(flows).sum(), before * 1e-6)


def stored(engine, tab, made, state):
    """Heat above 20 °C in walls and air [J]."""
    given, modes = getattr(tab, "given", tab), engine.elements(tab, state).modes
    found = given.fixed.capacity @ (state.air - 293.15)
    for e, wall in enumerate(given.walls):
        if wall is not None:
            capacity = sum(made.circuit.capacities[node] for node in made.chains[e])
            found += capacity * (modes[0, e] / wall.enter[0].sum() - 293.15)
    return found


def entering(engine, tab, made, state, part, trace):
    """Heat into the house from outdoors and from within it [W]."""
    known, rooms, walls = part.known[0], made.rooms, len(made.house.walls)
    out, sky = part.weather[0, OUT], part.weather[0, SKY_T]
    now, n = engine.elements(tab, state), len(made.chains)
    el = now.el
    sun = np.zeros(n)
    sun[:walls] = known[made.known + 4 * rooms :][:walls]
    outdoors = sun + (
        el[BY_AIR] * out + el[BY_SKY] * sky**4 + el[BY_FAR] * out**4 + el[ALONE]
    )  # fmt: skip
    alone = el[YIELDS] > 0
    held = 1 / np.where(alone, el[YIELDS], 1.0) - el[OUTER]
    outdoors = np.where(alone, outdoors - held * now.ends, 0.0)
    panes = [known[row[FIRST_PANE] : row[FIRST_PANE] + row[PANES]].sum()
             for row in getattr(tab, "given", tab).fixed.element[walls:]]  # fmt: skip
    inside = (made.flows[:, : 4 * rooms] @ known[made.known : made.known + 4 * rooms]).sum()
    return np.array([*outdoors, *panes, inside, *trace.heat[0], *trace.fresh[0]])


def two_rooms(behind, partition, opening=0.0):
    walls = (
        Wall(0, 20.0, 90.0, 0.0, (BRICK, WOOL), PLAIN, Face(0.6, 0.0, 12.0)),
        Wall(1, 12.0, 90.0, 180.0, (GLUE,), PLAIN, Face(0.6, 0.0, 12.0)),
        Wall(0, 9.0, 90.0, 90.0, partition, PLAIN, PLAIN, behind),
        Wall(1, 10.0, 180.0, 0.0, (BRICK,), PLAIN, PLAIN, -2, ground_temperature=285.15),
    )
    openings = (Opening(0, 1, opening),) if opening else ()
    return assemble(House((Room(1e5), Room(2e5)), walls, (), openings), STEP)


@pytest.mark.parametrize("partition", [(BRICK,), (GLUE,), (WOOL, GLUE)])
@pytest.mark.parametrize("engine", [face_tables, quick_tables])
@pytest.mark.parametrize("opening", [0.0, 40.0])
def test_the_steady_state_is_that_of_the_conductances(partition, opening, engine):
    """Constant films, nothing radiates: walls between rooms may be heavy, light or weightless."""
    made = two_rooms(1, partition, opening)
    n = 288 * 150
    known = np.zeros((n, made.known + made.exogenous))
    known[:, 0], known[:, 1] = 273.15, 285.15
    known[:, made.known], known[:, made.known + 1] = 900.0, -300.0
    still = np.zeros(n)
    wide = np.full((n, 2), 1e4)
    sky = np.full(n, 273.15)
    block = zone_tables.Block(
        known, zone_tables.outdoors(known[:, 0], sky, still, still), 0 * wide, -wide, wide
    )
    tab = engine.tables(made)
    trace = engine.run(tab, engine.at_rest(tab, 280.0), block, np.zeros((2, 2)), None)
    heat = made.flows[:, :2] @ [900.0, -300.0]
    wanted = steady(made.circuit, np.array([273.15, 285.15]), heat)
    airs = made.seen[:2]
    assert trace.seen[-1, :2] == pytest.approx(wanted[airs], abs=1e-6)


@pytest.mark.parametrize("engine", [face_tables, quick_tables])
def test_a_door_carries_what_it_does_in_the_whole_network(engine):
    house = two_rooms(1, (BRICK,)).house
    doored = House(house.rooms, house.walls, (), (Opening(0, 1, width=0.9, height=2.0),))
    made = assemble(doored, STEP)
    n = 288 * 3
    known = np.zeros((n, made.known + made.exogenous))
    known[:, 0] = 273.15 + 5 * np.sin(np.arange(n) / 40)
    known[:, 1] = 285.15
    known[:, made.known] = 500.0 * (np.arange(n) % 288 > 100)
    still, wide = np.zeros(n), np.full((n, 2), 1e4)
    block = zone_tables.Block(
        known, zone_tables.outdoors(known[:, 0], known[:, 0], still, still), 0 * wide, -wide, wide
    )
    tab, whole = engine.tables(made), zone_tables.tables(made)
    near = engine.run(tab, engine.at_rest(tab, 285.0), block, np.zeros((2, 2)), None)
    exact = zone_tables.run(made, whole, zone_tables.at_rest(made, 285.0), block, np.zeros((2, 2)))
    apart = near.seen[288:, :2] - exact.seen[288:, :2]
    assert np.sqrt(np.mean(apart**2)) < 0.03
    assert np.abs(exact.seen[288:, 0] - exact.seen[288:, 1]).max() > 1.0


@pytest.mark.parametrize("engine", [face_tables, quick_tables])
def test_pieces_of_a_block_are_the_block(engine):
    """A building that is carried on in pieces goes where it goes in one."""
    building = build(parse(row_of_rooms(8), "rooms.toml")).world.assets["house"]
    block, tab = building.inputs.block(0, 288), engine.tables(building.made)
    at_once, in_pieces = engine.at_rest(tab, 293.15), engine.at_rest(tab, 293.15)
    whole = engine.run(tab, at_once, block, building._power, None)
    for first, last in ((0, 5), (5, 100), (100, 288)):
        part = engine.run(tab, in_pieces, block.part(first, last), building._power, None)
        assert (part.seen == whole.seen[first:last]).all()
        assert (part.heat == whole.heat[first:last]).all()
