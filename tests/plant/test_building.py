"""Buildings: balances, weather files, bad input, shading, zones beside each other."""

from __future__ import annotations

import copy
import os
import re
import tomllib

import numpy as np
import pytest

from twin.errors import BadInput
from twin.kpi import Reading, compute
from twin.physics import zone_tables
from twin.physics.climate import Sun, incidence, sun
from twin.physics.network import residual
from twin.physics.normals import CITIES, LENGTHS, daylight, extraterrestrial, generate
from twin.physics.shading import Patch, Screen, directions, sky_share, sunlit
from twin.plant import _building_weather
from twin.scenario import load, parse, shipped
from twin.simulate import build, simulate

WALLED = """
horizon = "48 h"
replications = 1
[plant.house]
kind = "building"
weather = "725650TYCST.epw"
spin_up = "2 d"
[plant.house.materials]
board = { conductivity = 0.16, thickness = 0.012, density = 950, specific_heat = 840 }
wool  = { conductivity = 0.04, thickness = 0.066, density = 12, specific_heat = 840 }
[plant.house.constructions]
wall = { layers = ["board", "wool"] }
[plant.house.schedules]
night = { hours = [0, 7, 23], values = [10, 20, 10] }
[plant.house.zones.room]
floor_area = 48
height = 2.7
infiltration = 0.5
[plant.house.zones.room.surfaces]
south = { construction = "wall", width = 8, height = 2.7, azimuth = 180 }
roof  = { construction = "wall", width = 8, height = 6, tilt = 0 }
floor = { construction = "wall", width = 8, height = 6, tilt = 180, boundary = "ground" }
[plant.house.zones.room.windows]
glass = { surface = "south", width = 3, height = 2 }
"""


def document(**changes: object) -> dict:
    """The walled house with values laid over it by path, ``zones__room__height=3``."""
    made = copy.deepcopy(tomllib.loads(WALLED))
    for path, value in changes.items():
        *parents, last = path.split("__")
        table = made["plant"]["house"]
        for key in parents:
            table = table.setdefault(key, {})
        if value is None:
            del table[last]
        else:
            table[last] = value
    return made


def refusal(**changes: object) -> str:
    with pytest.raises(BadInput) as caught:
        build(parse(document(**changes), "house.toml"))
    return str(caught.value)


@pytest.fixture
def weather(recordings, monkeypatch):
    monkeypatch.setenv("TWIN_DATA", os.fspath(recordings))
    return recordings / "building" / "725650TYCST.epw"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"materials__wool__thickness": 0}, "materials.wool.thickness = 0: a layer needs a thick"),
        ({"zones__room__surfaces": {}}, "zones.room.surfaces: the zone has no wall"),
        ({"zones__room__heating_setpoint": 30}, "30 °C: is above the cooling set-point, 26 °C"),
        ({"zones__room__cooling_schedule": "night"}, "is above the cooling set-point, 10 °C"),
        ({"step": "7 min"}, "step = 7 min: does not divide an hour"),
        ({"constructions__wall__layers": ["bord"]}, "no such material, did you mean 'board'"),
        ({"constructions__wall__layers": []}, "needs at least one layer"),
        ({"zones__room__windows__glass__surface": "sout"}, "did you mean 'south'"),
        ({"zones__room__windows__glass__surface": "floor"}, "a window looks outdoors"),
        ({"zones__room__windows__glass__width": 20}, "its windows have 40 m², the surface 21.6"),
        ({"zones__room__windows__glass__x": 6},
         "glass.x = 6 m: the window's width of 3 m reaches from 6 to 9 m, the surface 'south' "
         "from 0 to 8 m"),
        ({"zones__room__windows__glass__x": -0.5}, "reaches from -0.5 to 2.5 m"),
        ({"zones__room__windows__glass__sill": 0.9},
         "glass.sill = 0.9 m: the window's height of 2 m reaches from 0.9 to 2.9 m"),
        ({"zones__room__windows__glass__x": 0.5, "zones__room__windows__door":
          {"surface": "south", "width": 2, "height": 1, "x": 3, "sill": 1.5}},
         "windows 'door' (x 3 to 5 m, height 1.5 to 2.5 m) and 'glass' (x 0.5 to 3.5 m, height 0 "
         "to 2 m) of surface 'south' lie over each other by 0.5 m times 0.5 m"),
        ({"zones__room__heating_schedule": "nigth"}, "no such schedule, did you mean 'night'"),
        ({"schedules__night__values": [1, 2]}, "has 2 values, 3 are needed"),
        ({"schedules__night__hours": [0, 9, 7]}, "hours rise from 0 to 24"),
        ({"zones__room__surfaces__south__boundary": "attic"}, "no such boundary; known: adiabatic"),
        ({"zones__room__surfaces__south__area": "3 kg"}, "'kg' cannot be converted to 'm²'"),
        ({"glazings__g__transmittance": [0.8]}, "has 1 numbers, one for each of the 10 angles"),
        ({"glazings__g": {"pane_transmittance": [0.8], "pane_reflectance": [0.1],
                          "pane_back_reflectance": [0.1, 0.1]}}, "one for each of the 1 panes"),
        ({"glazings__g": {"pane_transmittance": [0.8], "pane_reflectance": [0.1],
                          "pane_back_reflectance": [0.4]}}, "more than there is"),
        ({"weather": None}, "a building of walls needs weather"),
        ({"weather": "nowhere.epw"}, "'nowhere.epw': no such file beside the scenario"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_bad_input_is_told_in_one_line(weather, changes, says):
    told = refusal(**changes)
    assert says in told, told
    assert "house.toml" in told


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda rows: rows[:500] + rows[501:], "line 501: hour 14 where hour 13 is due"),
        (lambda rows: [*rows[:99], rows[99] + ",1", *rows[100:]], "line 100: has 36 columns, 35"),
        (lambda rows: [*rows[:99], rows[99][:60], *rows[100:]], "line 100: has"),
        (lambda rows: rows[:-24], "has 8736 hours, a year of 8760 is needed"),
        (lambda rows: [*rows[:8], *(_without_sun(r) for r in rows[8:])], "direct normal radiation"),
        (lambda rows: ["hello"], "is not an EPW file"),
        (lambda rows: [], "is not an EPW file"),
    ],
)
def test_a_spoilt_weather_file_is_told(weather, tmp_path, spoil, says):
    file = tmp_path / "spoilt.epw"
    file.write_text("\n".join(spoil(weather.read_text().splitlines())))
    with pytest.raises(BadInput) as caught:
        _building_weather.read(file)
    assert says in str(caught.value)
    assert str(file) in str(caught.value)
    assert len(caught.value.faults) <= 5


def _without_sun(row: str) -> str:
    fields = row.split(",")
    fields[14] = "9999"
    return ",".join(fields)


@pytest.mark.parametrize("case", ["600", "960"])
def test_the_heat_that_a_house_gets_and_gives_balances_at_every_step(weather, case):
    house = build(load(shipped() / "ashrae140" / f"{case}.toml")).world.assets["house"]
    made = house.made
    tables, state = zone_tables.tables(made), zone_tables.at_rest(made, 293.15)
    block = house.inputs.block(4000, 288)
    modes = state.modes.copy()
    trace = zone_tables.run(made, tables, state, block, house._power)
    for k in range(len(block.known)):
        inputs = np.concatenate([block.known[k], trace.link[k]])
        inputs[made.known : made.known + made.rooms] += trace.heat[k]
        error, moved = residual(made.circuit, made.steps, made.flows, modes, inputs)
        assert abs(error) <= 1e-9 * moved
        modes = made.steps.decay * modes + made.steps.gain @ inputs
    assert modes == pytest.approx(state.modes, rel=1e-9)


def test_long_wave_exchange_gives_what_it_takes(weather):
    house = build(load(shipped() / "ashrae140" / "600.toml")).world.assets["house"]
    block = house.inputs.block(0, 288)
    made = house.made
    rest = zone_tables.at_rest(made, 293.15)
    trace = zone_tables.run(made, zone_tables.tables(made), rest, block, house._power)
    radiant = made.whole[:, 0] == 1
    assert radiant.sum() == 8
    assert np.abs(trace.link[:, radiant].sum(axis=1)).max() < 1e-9 * np.abs(trace.link).max()


def test_blocks_and_steps_give_the_same_facts(weather):
    """A machine that stands still makes the building go step by step."""
    alone = document()
    beside = document(zones__room__machines="mill")
    beside["plant"]["mill"] = {"kind": "cnc"}
    idle = parse(alone, "house.toml")
    one = compute(idle, simulate(idle))
    running = build(idle)
    for hour in range(1, 49):
        running.advance(hour * 3600.0)
        running.world.assets["house"].read()
    assert compute(idle, running.finish()) == one
    with_machine = parse(beside, "house.toml")
    two = compute(with_machine, simulate(with_machine))
    assert two["house.zones.room.heating_load"] < one["house.zones.room.heating_load"]


def test_an_early_end_writes_nothing_from_the_future(weather):
    running = build(parse(document(), "house.toml"))
    running.advance(5 * 3600.0)
    facts = running.finish()
    times = facts.samples.columns()["time"]
    assert times.max() == pytest.approx(5 * 3600.0)
    values, spans = Reading(facts).series("house.zones.room", "heating")
    assert len(values) == 60
    assert spans.sum() == pytest.approx(5 * 3600.0)


@pytest.mark.parametrize("city", CITIES)
def test_a_year_is_generated_from_the_normals_of_a_city(city):
    year, normals = generate(CITIES[city]), CITIES[city]
    assert year.generated
    assert year.source.startswith("generated from")
    july = (year.air[181 * 24 : 212 * 24] - 273.15).reshape(31, 24)
    assert july.max(axis=1).mean() == pytest.approx(normals.high[6], abs=0.01)
    assert july.min(axis=1).mean() == pytest.approx(normals.low[6], abs=0.01)
    for light in (year.global_horizontal, year.direct_normal, year.diffuse_horizontal):
        assert (light >= 0).all()
        assert light.max() < 1400
    # Beam and diffuse make up the global radiation through the year.
    middles = np.arange(0.5, 8760) * 3600
    flat = year.direct_normal * incidence(sun(year, middles), 0, 0) + year.diffuse_horizontal
    assert flat.sum() == pytest.approx(year.global_horizontal.sum(), rel=0.03)


def test_without_a_file_a_city_gives_the_weather():
    asked = parse(document(weather=None, city="taipei"), "house.toml")
    facts = simulate(asked)
    told = [event for event in facts.events if event.name == "weather"]
    assert [(event.value, "Taipei" in event.subject) for event in told] == [(1.0, True)]
    assert compute(asked, facts)["house.zones.room.heating_load"] > 0


NORMALS = {
    "high": [0, 2, 8, 14, 19, 22, 24, 24, 19, 13, 6, 2], "low": [-5, -5, -1, 3, 7, 11, 13, 13, 9, 4,
    0, -3], "humidity": [83, 79, 74, 68, 69, 71, 71, 73, 78, 83, 86, 85],
    "sunshine": [62, 87, 126, 171, 208, 210, 235, 217, 158, 112, 61, 47], "latitude": 48.1,
    "longitude": 11.6, "time_zone": 1, "elevation": 520, "source": "made up for a test",
}  # fmt: skip


def test_a_year_of_a_city_of_the_scenario_s_own_has_its_normals():
    asked = parse(document(weather=None, normals={"elsewhere": NORMALS}), "house.toml")
    year = build(asked).world.assets["house"].inputs.weather
    assert year.source == "generated from elsewhere, made up for a test"
    assert year.generated
    assert (year.latitude, year.longitude, year.zone) == (48.1, 11.6, 1.0)
    ends = np.cumsum(LENGTHS) * 24
    months = [slice(end - days * 24, end) for end, days in zip(ends, LENGTHS, strict=True)]
    days = [year.air[month].reshape(-1, 24) - 273.15 for month in months]
    assert [d.max(axis=1).mean() for d in days] == pytest.approx(NORMALS["high"], abs=0.01)
    assert [d.min(axis=1).mean() for d in days] == pytest.approx(NORMALS["low"], abs=0.01)
    # FAO-56 eq. 35 turned round: the sun of the month is that of the hours of sunshine.
    top = [extraterrestrial(48.1, np.arange(e / 24 - n, e / 24) + 0.5).sum()
           for e, n in zip(ends, LENGTHS, strict=True)]  # fmt: skip
    light = [year.global_horizontal[month].sum() * 3600 for month in months]
    bright = [day.sum() for day in np.split(daylight(48.1, np.arange(365) + 0.5), ends[:-1] // 24)]
    shares = 0.25 + 0.5 * np.array(NORMALS["sunshine"]) / bright
    assert np.divide(light, top) == pytest.approx(shares, rel=0.02)


def test_windows_beside_each_other_and_without_a_place_are_taken():
    beside = {"surface": "south", "width": 3, "height": 2.7, "x": 4, "sill": 0}
    parse(document(zones__room__windows__glass__x=1, zones__room__windows__door=beside), "")
    nowhere = {"surface": "south", "width": 3, "height": 2}
    parse(document(zones__room__windows__door=nowhere), "")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"high": [1, 2]}, "elsewhere.high: needs 12 numbers, January to December; it has 2"),
        ({"low": []}, "elsewhere.low: needs 12 numbers"),
        ({"humidity": [50] * 11 + [120]}, "humidity[11] = 120: outside 1..100 %"),
        ({"low": [0.0, *NORMALS["low"][1:]]}, "low[0] = 0: is not below that month's high of 0 °C"),
        ({"source": None}, "source"),
    ],
)
def test_normals_that_cannot_be_are_refused(changes, said):
    own = {key: value for key, value in (NORMALS | changes).items() if value is not None}
    with pytest.raises(BadInput, match=re.escape(said)):
        build(parse(document(weather=None, normals={"elsewhere": own}), "house.toml"))


def test_weather_is_of_one_place():
    with pytest.raises(BadInput, match="give one of them"):
        build(parse(document(weather=None, city="taipei", normals={"a": NORMALS}), "house.toml"))
    both = {"a": NORMALS, "b": NORMALS}
    with pytest.raises(BadInput, match="are of 2 cities"):
        build(parse(document(weather=None, normals=both), "house.toml"))


def test_turning_the_building_turns_its_walls(weather):
    north = simulate(turned := parse(document(orientation=180), "house.toml"))
    south = simulate(plain := parse(document(), "house.toml"))
    assert (
        compute(turned, north)["house.zones.room.heating_load"]
        > compute(plain, south)["house.zones.room.heating_load"]
    )


def test_another_weather_file_is_another_question(weather, tmp_path):
    named = document(weather="mine.epw")
    mine = tmp_path / "mine.epw"
    text = weather.read_text()
    mine.write_text(text)
    scenario = str(tmp_path / "house.toml")
    first = parse(named, scenario).key
    assert parse(named, scenario).key == first
    mine.write_text(text.replace("DENVER", "ELSEWHERE"))
    assert parse(named, scenario).key != first


def test_people_breathe_and_the_air_carries_it(weather):
    crowd = document(
        zones__room__people=4, zones__room__ventilation=100, zones__room__moisture=200,
    )  # fmt: skip
    asked = parse(crowd, "house.toml")
    facts = simulate(asked)
    values = compute(asked, facts)
    # 4 × 4.8 mL/s into the fan's and the leaks' air: the steady state that two days come to.
    flow = 100 / 3600 + 0.5 * 48 * 2.7 / 3600
    assert values["house.zones.room.co2_highest"] == pytest.approx(
        420 + 4 * 4.8e-6 / flow * 1e6, rel=1e-6
    )
    assert values["house.zones.room.humidity_lowest"] > 0
    assert values["house.zones.room.humidity_highest"] <= 100 + 1e-9
    alone = parse(document(zones__room__ventilation=100), "house.toml")
    assert (
        values["house.zones.room.heating_load"]
        < compute(alone, simulate(alone))["house.zones.room.heating_load"]
    )


# -- shading ------------------------------------------------------------------------------------


def test_a_file_takes_away_what_its_base_has(weather, tmp_path):
    (tmp_path / "base.toml").write_text(WALLED)
    above = tmp_path / "above.toml"
    above.write_text('extends = "base.toml"\n[plant.house.zones.room]\nwindows = false\n')
    zone = load(above).entries["house"].settings.zones["room"]
    assert zone.windows == {}
    assert len(zone.surfaces) == 3


def test_an_overhang_shades_as_the_profile_angle_says():
    patch, roof = Patch(0.0, 0.0, 3.0, 2.0), Screen(True, -500.0, 2.5, 1000.0, 1.0)
    for elevation, azimuth in ((30.0, 180.0), (60.0, 210.0), (70.0, 120.0)):
        sun = Sun(np.array([elevation]), np.array([azimuth]))
        tangent = np.tan(np.radians(elevation)) / np.cos(np.radians(azimuth - 180.0))
        shaded = np.clip((tangent * 1.0 - 0.5) / 2.0, 0.0, 1.0)
        lit = sunlit(patch, [roof], directions(sun, 90.0, 180.0))[0]
        assert lit == pytest.approx(1 - shaded, abs=1 / 24)


def test_a_fin_shades_from_its_own_side_only():
    patch, fin = Patch(0.0, 0.0, 3.0, 2.0), Screen(False, 0.0, -500.0, 1000.0, 1.0)
    # Seen from outside a south wall, left is west.
    west, east = (
        sunlit(patch, [fin], directions(Sun(np.array([30.0]), np.array([a])), 90.0, 180.0))[0]
        for a in (225.0, 135.0)
    )
    assert east == 1.0
    assert west == pytest.approx(1 - 1 / 3, abs=1 / 24)


def test_the_sky_beyond_an_endless_overhang():
    """Crossed strings: the sky that an endless overhang leaves to a strip beneath it."""
    height, depth = 2.0, 1.0
    patch, roof = Patch(0.0, 0.0, 3.0, height), Screen(True, -500.0, height, 1000.0, depth)
    to_roof = (height + depth - np.hypot(height, depth)) / (2 * height)
    assert sky_share(patch, [roof], 90.0) == pytest.approx(1 - to_roof / 0.5, abs=0.01)
    assert sky_share(patch, [roof], 90.0, to=3.0) == pytest.approx(1.0, abs=0.03)


def test_a_lumped_zone_takes_sunlight_and_the_heat_of_rooms_beside(weather):
    """Held from both sides without power, it comes to the mean that the conductances give."""
    zone = {
        "floor_area": 20, "height": 3, "envelope": 10, "glazing": 5, "fabric_capacity": 20,
        "coupling": 200, "heating_power": 0, "cooling_power": 0, "base_gain": 0,
        "adjacent": 30, "adjacent_temperature": 40, "infiltration": 0,
    }  # fmt: skip
    plant = {
        "kind": "building", "outdoor_mean": 10, "outdoor_swing": 0, "spin_up": "60 d",
        "zones": {"room": zone},
    }  # fmt: skip
    asked = parse({"horizon": "24 h", "plant": {"house": plant}}, "room.toml")
    found = compute(asked, simulate(asked))["house.zones.room.mean_temperature"]
    # Outdoors at 10 °C by 10 W/K and, through the air, by 5 and 200 W/K in a row.
    out = 10 + 1 / (1 / 5 + 1 / 200)
    fabric = (30 * 40 + out * 10) / (30 + out)
    assert found == pytest.approx((200 * fabric + 5 * 10) / 205, abs=0.01)
    del plant["outdoor_mean"], plant["outdoor_swing"]
    plant |= {"weather": "725650TYCST.epw", "start_day": 100}
    dark = parse({"horizon": "24 h", "plant": {"house": plant}}, "room.toml")
    zone["solar_aperture"] = 2
    bright = parse({"horizon": "24 h", "plant": {"house": plant}}, "room.toml")
    before, after = (
        compute(s, simulate(s))["house.zones.room.mean_temperature"] for s in (dark, bright)
    )
    assert after > before + 1
