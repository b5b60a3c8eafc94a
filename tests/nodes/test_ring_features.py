"""Rings read together: one cage speed places the lines of both."""

import numpy as np
import pytest

from twin.nodes.features import look
from twin.nodes.ring_features import NAMES, row, trials
from twin.physics.bearings import CATALOGUE, Bearing, inner_order, outer_order
from twin.rng import stream
from twin.signals.vibration import Sensor, Settings

BEARING = CATALOGUE["6205"]


def features(state, **changes):
    settings = {
        "on": "m",
        "background": 0.5,
        "duration": 1.28,
        "slip": 0.05,
        "waviness": 0,
        **changes,
    }
    device = Sensor("x", Settings.read(settings))
    samples = device.block({"spindle_speed": 30.0, **state}, 0.0, stream(2, "rings"))
    found = row(look(samples, device.rate, 30.0, BEARING), BEARING)
    return dict(zip(NAMES, found.tolist(), strict=True))


def test_one_name_for_each_feature():
    assert len(set(NAMES)) == len(NAMES) == len(features({}))


@pytest.mark.parametrize("bearing", CATALOGUE.values())
def test_the_geometry_and_a_contact_angle_under_thrust_are_among_what_is_tried(bearing):
    thrust = Bearing(bearing.balls, bearing.ball_diameter, bearing.pitch_diameter, np.radians(21.0))
    tried = trials(bearing)
    for one in (bearing, thrust):
        outer, inner = outer_order(one), inner_order(one)
        off = np.hypot(tried.outer - outer, tried.inner - inner)
        assert off.min() < 0.01


def test_a_thrust_load_does_not_hide_an_outer_ring():
    # 23° in a 6205: the outer ring's order is 2.0 % above that of the data sheet.
    sick = features({"bearing_outer": 1.0}, contact_angle=23)
    assert sick["outer_ring"] > sick["inner_ring"] + 1.0
    assert sick["outer_ring"] > sick["outer_best"] + 0.5


def test_the_load_zone_tells_a_spot_from_dents_all_round():
    spot = features({"bearing_inner": 1.0}, load_floor=0)
    round_about = features({"bearing_inner": 1.0}, load_floor=100)
    side = "inner_by_shaft"
    assert spot[side] > round_about[side] + 0.5
    assert round_about["inner_ring"] > 1.0


def test_damage_of_both_rings_is_told_from_that_of_one():
    one = features({"bearing_inner": 1.0}, load_floor=100)
    both = features({"bearing_inner": 1.0, "bearing_outer": 1.0}, load_floor=100)
    assert both["both_rings"] > one["both_rings"] + 0.7


def test_gain_makes_no_difference():
    device = Sensor("x", Settings.read({"on": "m"}))
    state = {"spindle_speed": 30.0, "bearing_inner": 0.3}
    samples = device.block(state, 0.0, stream(2, "gain"))
    one, other = (row(look(s, device.rate, 30.0, BEARING), BEARING) for s in (samples, 9 * samples))
    assert other == pytest.approx(one, abs=0.02)
