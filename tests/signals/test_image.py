"""The camera's picture follows the part."""

import numpy as np
import pytest

from twin.rng import stream
from twin.signals.image import Sensor, Settings


def camera(**changes):
    return Sensor("cam", Settings.read({"on": "mill", **changes}))


def picture(state, **changes):
    return camera(**changes).block({"roughness": 1.6e-6, **state}, 0.0, stream(5, "c"))


def feed_contrast(frame, settings):
    """Amplitude of the line at one wave per feed mark."""
    row = frame.mean(axis=0)
    waves = round(settings.view / settings.feed_mark)
    return np.abs(np.fft.rfft(row - row.mean()))[waves] * 2.0 / len(row)


def test_a_picture_is_grey_between_black_and_white():
    frame = picture({})
    assert frame.shape == (64, 64)
    assert frame.dtype == np.float32
    assert frame.min() >= 0.0
    assert frame.max() <= 1.0
    assert frame.mean() == pytest.approx(0.5, abs=0.05)


def test_roughness_raises_the_contrast_at_the_feed_marks():
    device = camera()
    contrasts = [
        feed_contrast(picture({"roughness": ra * 1e-6}), device.settings) for ra in (0.4, 0.8, 1.6)
    ]
    assert contrasts[1] == pytest.approx(2.0 * contrasts[0], rel=0.1)
    assert contrasts[2] == pytest.approx(4.0 * contrasts[0], rel=0.1)


@pytest.mark.parametrize("flaw", [{"wear": 3e-4}, {"broken": 1.0}, {"scratch": 1.0}])
def test_a_flaw_changes_the_face_along_the_marks(flaw):
    along = {"sharpness": 0, "noise": 0}
    sound = picture({}, **along)
    flawed = picture(flaw, **along)
    # Feed marks are the same in every row; a flaw is not.
    assert flawed.std(axis=0).mean() > sound.std(axis=0).mean() + 0.002


def test_blur_and_noise_do_what_they_say():
    sharp = picture({}, sharpness=0, noise=0)
    soft = picture({}, sharpness=3, noise=0)
    grainy = picture({}, sharpness=0, noise=5)
    assert soft.std() < sharp.std()
    assert (grainy - sharp).std() == pytest.approx(0.05, rel=0.05)


def test_truth_and_repeatability():
    assert camera().truth({"roughness": 1e-6}) == "normal"
    assert camera().truth({"roughness": 1e-6, "wear": 4e-4}) == "worn"
    assert camera().truth({"roughness": 1e-6, "scratch": 1.0}) == "scratch"
    assert camera().truth({"roughness": 1e-6, "broken": 1.0}) == "broken"
    assert picture({"wear": 1e-4}).tobytes() == picture({"wear": 1e-4}).tobytes()
