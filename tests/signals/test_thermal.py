"""The thermal camera's frame follows the temperature of its target."""

import numpy as np
import pytest

from twin.rng import stream
from twin.signals.thermal import Sensor, Settings


def camera(**changes):
    return Sensor("heat", Settings.read({"on": "mill", **changes}))


@pytest.mark.parametrize(("kind", "shape"), [("amg8833", (8, 8)), ("mlx90640", (24, 32))])
def test_the_noiseless_mean_over_the_target_is_its_temperature(kind, shape):
    device = camera(camera=kind, noise=0, target=60)
    frame = device.block({"temperature": 331.5}, 0.0, stream(1, "t"))
    assert frame.shape == shape
    assert frame[device.mask == 1.0].mean() == pytest.approx(331.5, abs=1e-3)
    assert frame[device.mask == 0.0].mean() == pytest.approx(293.15, abs=1e-3)


def test_the_ambient_channel_counts_where_there_is_one():
    device = camera(noise=0)
    state = {"temperature": 331.5, "ambient_temperature": 285.0}
    frame = device.block(state, 0.0, stream(1, "t"))
    assert frame.min() == pytest.approx(285.0, abs=1e-3)


def test_a_target_as_warm_as_the_room_gives_a_flat_frame_with_the_noise_as_set():
    device = camera(noise=0.5, surroundings=20)
    frames = [device.block({"temperature": 293.15}, 0.0, stream(k, "t")) for k in range(20)]
    assert np.std(frames) == pytest.approx(0.5, rel=0.03)


def test_truth_and_repeatability():
    device = camera()
    assert device.truth({"temperature": 350.0}) == "hot"
    assert device.truth({"temperature": 300.0}) == "normal"
    one, two = (device.block({"temperature": 300.0}, 0.0, stream(1, "t")) for _ in range(2))
    assert one.tobytes() == two.tobytes()
