"""The parts that the twin draws: flaws stand where the masks say, and light, lens and noise act."""

import numpy as np
import pytest

from twin.rng import stream
from twin.signals._parts import CLASSES, SCENES, SOUND, Range, Views, scene_of, shot
from twin.signals.part import Sensor, Settings

STILL = Range(0.0, 0.0)
CLEAN = Views(noise=STILL, softness=STILL, fall=STILL)
FLAWS = [(scene, flaw) for scene, (_, flaws) in SCENES.items() for flaw in flaws]


def camera(**changes):
    return Sensor("cam", Settings.read({"on": "line", **changes}))


def taken(scene, flaw, seed, views=None):
    return shot(scene, flaw, stream(seed, "p"), views=views)


@pytest.mark.parametrize(("scene", "flaw"), FLAWS)
def test_a_flaw_has_a_mask_and_a_sound_part_has_none(scene, flaw):
    for seed in range(5):
        sound, flawed = taken(scene, "", seed), taken(scene, flaw, seed)
        assert not sound.mask.any()
        assert 2 <= flawed.mask.sum() < flawed.mask.size / 2
        assert (sound.label, flawed.label) == (SOUND, flaw)


@pytest.mark.parametrize("flaw", SCENES["face"][1])
def test_the_picture_differs_from_a_sound_one_where_the_mask_is(flaw):
    """Up to the flaw both pictures draw the same numbers, so only the flaw and its light differ."""
    contrast = []
    for seed in range(20):
        flawed = taken("face", flaw, seed, CLEAN)
        inside = flawed.picture[flawed.mask]
        contrast.append(abs(inside.mean() - np.median(flawed.picture)) / np.median(flawed.picture))
    assert np.median(contrast) > 0.1


def test_pits_inclusions_and_cracks_are_darker_than_the_face():
    for flaw in ("pit", "inclusion", "crack"):
        found = [taken("face", flaw, seed, CLEAN) for seed in range(10)]
        darker = [one.picture[one.mask].mean() < np.median(one.picture) for one in found]
        assert all(darker)


def test_a_cold_joint_shines_less_than_a_sound_one():
    def brightest(flaw):
        views = Views(noise=STILL, fall=STILL, exposure=Range(1.0, 1.0))
        seen = [shot("joint", flaw, stream(seed, "g"), views=views).picture for seed in range(30)]
        return np.mean([np.quantile(picture[20:50, 20:44], 0.98) for picture in seen])

    assert brightest("cold") < brightest("") - 0.05


def test_classes_belong_to_scenes():
    rng = stream(1, "s")
    assert scene_of("pit", rng) == "face"
    assert scene_of("cold", rng) == "joint"
    assert {scene_of(SOUND, rng) for _ in range(50)} == set(SCENES)
    assert len(set(CLASSES)) == len(CLASSES) == 8


def test_a_camera_keeps_its_share_of_flaws_and_tells_the_truth():
    device, rng = camera(scene="joint", flawed=25), stream(3, "c")
    labels = []
    for _ in range(400):
        picture = device.block({}, 0.0, rng)
        labels.append(device.truth({}))
    assert picture.shape == (64, 64)
    assert np.mean([label != SOUND for label in labels]) == pytest.approx(0.25, abs=0.07)
    assert set(labels) == {SOUND, *SCENES["joint"][1]}


def test_noise_and_blur_do_what_they_say():
    def once(**changes):
        return camera(flawed=0, **changes).block({}, 0.0, stream(8, "n"))

    assert once(noise=0, sharpness=3).std() < once(noise=0, sharpness=0).std()
    rough = once(noise=20, sharpness=0) - once(noise=0, sharpness=0)
    assert 0.03 < rough.std() < 0.2
