"""Features know neither gain nor sample rate, and tell the faults apart."""

import numpy as np
import pytest

from twin.nodes.features import NAMES, features
from twin.physics.bearings import CATALOGUE
from twin.rng import stream
from twin.signals.vibration import Sensor, Settings

BEARING = CATALOGUE["6205"]


def window(state, rate=12.8, name="w"):
    device = Sensor("x", Settings.read({"on": "m", "sample_rate": rate, "background": 0.5}))
    return device, device.block({"spindle_speed": 30.0, **state}, 0.0, stream(2, name))


def row(state, **changes):
    device, samples = window(state, **changes)
    return dict(zip(NAMES, features(samples, device.rate, 30.0, BEARING), strict=True))


def test_one_name_for_each_feature():
    device, samples = window({})
    assert features(samples, device.rate, 30.0, BEARING).shape == (len(NAMES),)
    assert len(set(NAMES)) == len(NAMES)


def test_gain_and_offset_make_no_difference():
    device, samples = window({"bearing_inner": 0.3})
    one = features(samples, device.rate, 30.0, BEARING)
    other = features(1000.0 * samples + 5.0, device.rate, 30.0, BEARING)
    assert other == pytest.approx(one, abs=0.02)


def test_sample_rate_makes_little_difference():
    # The same signal at four times the rate, as the healthy CWRU record is at 48 kHz.
    _, samples = window({"bearing_outer": 0.3}, rate=12.0)
    spectrum = np.fft.rfft(samples.astype(float))
    fine = 4.0 * np.fft.irfft(np.pad(spectrum, (0, 3 * (len(samples) // 2))), 4 * len(samples))
    one = features(samples, 12_000.0, 30.0, BEARING)
    other = features(fine.astype(np.float32), 48_000.0, 30.0, BEARING)
    assert other == pytest.approx(one, abs=0.02)


@pytest.mark.parametrize("kind", ["inner", "outer", "ball"])
def test_each_fault_raises_its_own_lines_most(kind):
    sick, sound = row({f"bearing_{kind}": 1.0}), row({})
    rise = {
        word: sick[f"{word}_best"] - sound[f"{word}_best"] for word in ("inner", "outer", "ball")
    }
    assert max(rise, key=lambda word: rise[word]) == kind
    assert rise[kind] > 0.5


def test_noise_alone_raises_nothing():
    noise = stream(1, "noise").standard_normal(16_384).astype(np.float32)
    got = dict(zip(NAMES, features(noise, 12_800.0, 30.0, BEARING), strict=True))
    assert abs(got["peakiness_all"]) < 0.1
    assert got["outer_best"] < 2.0
