"""A node behind a camera: it judges pictures, and says which it cannot judge."""

import numpy as np
import pytest

from tests.nodes import made_pictures as made
from twin.errors import BadInput
from twin.nodes.node import Node, conclude_together
from twin.nodes.node_settings import NodeSettings
from twin.rng import stream
from twin.signals import image, part, thermal

SIZE = 40


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Model of 40 × 40 pictures: dots, ok, stripes."""
    folder = tmp_path_factory.mktemp("eye")
    return made.model(made.draw(folder / "data", count=16), folder / "model").parent


def camera(kind=part, **changes):
    return kind.Sensor("cam", kind.Settings.read({"on": "line", **changes}))


def node(model, device=None, **changes):
    settings = NodeSettings.read({"sensor": "cam", "model": str(model), **changes})
    return Node("eye", settings, device or camera(pixels=SIZE), file="plant.toml")


def seen(label, seed=3):
    return made.surface(label, stream(seed, "t")).astype(np.float32) / np.float32(255.0)


def test_pictures_get_the_class_they_show_and_what_is_sound_raises_no_alarm(model):
    eye = node(model, alarm_after=1, threshold=0)
    assert [eye.look(seen(word), 1.0, {}).label for word in made.CLASSES] == list(made.CLASSES)
    assert not eye.look(seen("ok"), 1.0, {}).alarm
    assert eye.look(seen("stripes"), 1.0, {}).alarm


def test_a_verdict_costs_front_and_model(model):
    eye = node(model)
    verdict = eye.look(seen("ok"), 1.0, {})
    costs = eye.card.document["boards"]["stm32u575"]
    assert verdict.latency == pytest.approx(costs["model_s"] + costs["features_s"], rel=0.01)


def test_pictures_of_many_nodes_go_together(model):
    eyes = [node(model) for _ in made.CLASSES]
    found = [eye.prepare(seen(word), 1.0, {}) for eye, word in zip(eyes, made.CLASSES, strict=True)]
    alone = [node(model).look(seen(word), 1.0, {}).scores for word in made.CLASSES]
    assert [verdict.scores for verdict in conclude_together(eyes, found)] == alone


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        (np.zeros(1600, np.float32), "1 dimensions"),
        (np.zeros((SIZE, SIZE, 3), np.float32), "3 dimensions"),
        (np.full((SIZE, SIZE), np.nan, np.float32), "not a number"),
        (np.full((SIZE, SIZE), 0.4, np.float32), "constant"),
        ((np.indices((SIZE, SIZE)).sum(0) % 2).astype(np.float32), "black or white"),
        (np.random.default_rng(1).random((SIZE, 2 * SIZE), np.float32), "80 pixels wide"),
    ],
)
def test_what_cannot_be_judged_is_bad_and_the_next_picture_is_judged(model, block, reason):
    eye = node(model)
    verdict = eye.look(block, 1.0, {})
    assert verdict.label == "bad"
    assert reason in verdict.reason
    assert eye.look(seen("ok"), 1.0, {}).label == "ok"


def test_other_sensors_are_refused(model):
    with pytest.raises(BadInput, match="looks at pictures, the sensor cam is thermal"):
        node(model, camera(thermal))
    with pytest.raises(BadInput, match="looks at vibration, the sensor cam is part"):
        node("bearing", camera())
    assert node(model, camera(image, pixels=SIZE)).sense is not None
