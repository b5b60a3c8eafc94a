"""The low-resolution camera: what it sees is what the wall or the machine is."""

import numpy as np
import pytest

from twin.physics.thermography import CAMERAS, footprint
from twin.rng import stream
from twin.scenario import parse
from twin.signals.thermal_camera import Sensor, Settings
from twin.simulate import build

CITY = {"kind": "building", "city": "denver", "start_day": 20, "spin_up": "1 d"}


def camera(**changes):
    return Sensor("heat", Settings.read({"on": "hall", **changes}))


def walled():
    board = {"conductivity": 0.16, "thickness": 0.05, "density": 950, "specific_heat": 840}
    faces = {
        "south": {"construction": "wall", "width": 8, "height": 3, "azimuth": 180},
        "north": {"construction": "wall", "width": 8, "height": 3},
        "floor": {"construction": "wall", "area": 48, "tilt": 180, "boundary": "ground"},
    }
    zone = {"floor_area": 48, "height": 3, "surfaces": faces,
            "windows": {"glass": {"surface": "south", "width": 3, "height": 2}}}  # fmt: skip
    house = {**CITY, "materials": {"board": board}, "zones": {"room": zone},
             "constructions": {"wall": {"layers": ["board"]}}}  # fmt: skip
    return {"horizon": "24 h", "plant": {"hall": house}}


@pytest.mark.parametrize("kind", sorted(CAMERAS))
@pytest.mark.parametrize("emissivity", [0.95, 0.6])
def test_the_noiseless_mean_over_a_target_is_its_temperature(kind, emissivity):
    device = camera(camera=kind, noise=0, emissivity=emissivity, emissivity_set=emissivity)
    state = {"temperature": 331.5, "ambient_temperature": 290.0, "width": 1.4, "height": 1.0}
    frame, mask = device.block(state, 0.0, stream(1, "t")), device.mask(state)
    assert frame.shape == (CAMERAS[kind].rows, CAMERAS[kind].columns)
    assert frame[mask == 1.0].mean() == pytest.approx(331.5, abs=1e-3)
    assert frame[mask == 0.0].mean() == pytest.approx(290.0, abs=1e-3)
    size = footprint(CAMERAS[kind], 2.0)
    assert mask.sum() * size[0] * size[1] == pytest.approx(1.4 * 1.0, rel=1e-9)


def test_a_shiny_target_seems_nearer_to_the_room_than_it_is():
    """Stefan-Boltzmann by hand: emissivity 0.3 read as 0.95, before a room of 20 °C."""
    device = camera(noise=0, emissivity=0.3, distance=0.1)
    state = {"temperature": 353.15, "ambient_temperature": 293.15}
    seen = 0.3 * 353.15**4 + 0.7 * 293.15**4
    told = ((seen - 0.05 * 293.15**4) / 0.95) ** 0.25
    assert device.block(state, 0.0, stream(1, "t")).mean() == pytest.approx(told, abs=1e-3)


def test_noise_is_that_of_the_data_sheet_and_the_pattern_stays():
    device = camera(distance=0.1, rate=4, pattern=0.3)
    luck, state = stream(1, "t"), {"temperature": 300.0, "ambient_temperature": 300.0}
    frames = np.stack([device.block(state, k, luck) for k in range(60)])
    assert frames.std(axis=0).mean() == pytest.approx(0.1 * 2, rel=0.03)
    assert frames.mean(axis=0).std() == pytest.approx(0.3, rel=0.1)


def test_a_frame_shows_the_wall_that_the_heat_balance_has():
    asked = walled()
    asked["sensor"] = {
        "eye": {"kind": "thermal_camera", "on": "hall", "part": "zones.room.surfaces.north",
                "noise": 0, "period": 3600},
    }  # fmt: skip
    running = build(parse(asked, "hall.toml"))
    running.advance(9.5 * 3600)
    hall = running.world.assets["hall"]
    frames = [block.data for block in running.world.record._blocks["eye"]]
    face = hall.house.inner()[1]
    wall = hall.diary.seen[9 * 12 - 1, face]
    assert frames[-1].mean() == pytest.approx(wall, abs=1e-3)
    air = hall.look("zones.room")["temperature"]
    assert abs(wall - air) > 0.2
    glass = hall.look("zones.room.windows.glass")
    outdoors = hall.read()["ambient_temperature"]
    assert outdoors < glass["temperature"] < air
    assert (glass["width"], glass["height"]) == (3, 2)


@pytest.mark.parametrize("part", ["spindle", "motor", "cabinet"])
def test_parts_of_a_machine_warm_up_in_their_frames(part):
    asked = {
        "horizon": "3 h", "plant": {"mill": {"kind": "cnc"}},
        "sensor": {"eye": {"kind": "thermal_camera", "on": "mill", "part": part, "noise": 0,
                           "distance": 0.2, "period": 600}},
    }  # fmt: skip
    running = build(parse(asked, "mill.toml"))
    running.advance(3 * 3600)
    mill = running.world.assets["mill"]
    frames = [block.data for block in running.world.record._blocks["eye"]]
    warm = mill.look(part)["temperature"]
    assert 294 < warm < 400
    assert frames[-1].max() == pytest.approx(warm, abs=1.0)
    assert frames[-1].min() >= 293.15 - 1e-3
    assert frames[0].max() < frames[-1].max() + 5


def test_a_part_that_is_not_there_is_told():
    asked = walled()
    asked["sensor"] = {
        "eye": {"kind": "thermal_camera", "on": "hall", "part": "zones.room.surfaces.nort"}
    }
    with pytest.raises(Exception, match=r"no such part of hall, did you mean 'zones.room.surfaces"):
        build(parse(asked, "hall.toml"))
