"""The thermal model: frames of sound and faulty parts, what ships, and what its node refuses."""

import numpy as np
import pytest

from twin.errors import BadInput
from twin.nodes import frame_features
from twin.nodes.library import open_model
from twin.nodes.node import Node
from twin.nodes.node_settings import NodeSettings
from twin.nodes.senses import frame as sense
from twin.nodes.senses.base import Asked as Judged
from twin.rng import stream
from twin.signals.thermal_camera import Sensor, Settings
from twin.training import thermal
from twin.training.thermal_frames import STATES, draw_frame

AROUND = 293.15
PART = {"temperature": AROUND + 25.0, "ambient_temperature": AROUND}


def camera(**changes):
    table = {"on": "mill", "camera": "mlx90640_narrow", "width": 0.8, "height": 0.6,
             "distance": 1.0, "noise": 0, **changes}  # fmt: skip
    return Sensor("eye", Settings.read(table))


def block(device, state=None, time=0.0):
    return device.block(state or PART, time, stream(1, "eye"))


@pytest.mark.parametrize("state", STATES)
def test_frames_of_every_state_give_finite_features_and_depend_on_the_seed_alone(state):
    first, again = (draw_frame(stream(4, state), state) for _ in range(2))
    assert first.pixels.tobytes() == again.pixels.tobytes()
    assert np.isfinite(first.row()).all()


def test_a_fault_adds_as_much_as_it_says_where_it_is_warmest():
    sound = block(camera(emissivity=1.0, emissivity_set=1.0))
    for fault in STATES[1:]:
        device = camera(emissivity=1.0, emissivity_set=1.0, fault=fault, severity=30)
        added = block(device) - sound
        assert float(added.max()) == pytest.approx(30.0, rel=0.25), fault
        assert float(added.min()) > -5.0  # the top is warmer than the middle by up to 15 %


def test_a_fault_comes_when_it_is_due_and_is_the_truth_from_then_on():
    device = camera(fault="blocked", severity=30, fault_after=2)
    before = block(device, time=7100.0).max()
    assert device.truth(PART) == "normal"
    after = block(device, time=7300.0).max()
    assert device.truth(PART) == "blocked"
    assert after > before + 20.0


def test_a_target_without_components_or_fault_is_as_warm_as_it_was():
    plain = block(camera(emissivity=1.0, emissivity_set=1.0))
    inside = camera().mask({}) > 0.999
    assert plain[inside] == pytest.approx(PART["temperature"], abs=0.01)


def test_training_is_the_same_for_the_same_seed(tmp_path):
    pytest.importorskip("onnx")
    from twin.training.tasks.base import Asked

    made = [
        thermal.build(Asked(tmp_path / name), lambda line: None, (120, 40, 40)).read_bytes()
        for name in ("a", "b")
    ]
    assert made[0] == made[1]


# -- what ships ---------------------------------------------------------------------------------


def test_the_card_keeps_what_was_asked_for():
    card = open_model("thermal").card
    assert card.model_bytes <= 16 * 1024
    tests = card.document["tests"]
    assert tests["twin"]["false_alarms"] <= 0.005
    assert min(tests["twin"]["recall"].values()) >= 0.93
    assert tests["twin_float"]["accuracy"] - tests["twin"]["accuracy"] <= 0.005
    assert card.front == thermal.front()


def test_the_cards_figures_are_reproduced_on_frames_it_never_saw():
    rows, _, states = thermal.frames(600, 77, "test")
    scores = open_model("thermal").scores(rows)
    alarming = (scores.argmax(axis=1) != 0) & (scores.max(axis=1) >= 0.6)
    told = open_model("thermal").card.document["tests"]["twin"]["recall"]
    for state in STATES:
        own = np.array(states) == state
        share = float((alarming if state != "normal" else ~alarming)[own].mean())
        assert share == pytest.approx(told[state], abs=4 * np.sqrt(0.06 / own.sum())), state


def node(device):
    settings = NodeSettings.read({"sensor": "eye", "board": "stm32l4r5", "model": "thermal"})
    return Node("n", settings, device)


def test_a_node_tells_a_blocked_part_from_one_that_works_hard():
    device = camera(noise=1)
    assert node(device).look(block(device), 1.0, PART).label == "normal"
    faulty = camera(noise=1, fault="blocked", severity=35)
    assert node(faulty).look(block(faulty), 1.0, PART).label == "blocked"
    hard = {**PART, "temperature": AROUND + 40.0}
    assert node(device).look(block(camera(noise=1), hard), 1.0, hard).label == "normal"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda frame: frame[:8, :8], "8 × 8 pixels; the camera has 32 × 24"),
        (lambda frame: frame[0], "1 dimensions, a thermal frame is needed"),
        (lambda frame: np.where(frame > 300, np.nan, frame), "not a number among the pixels"),
        (lambda frame: np.full_like(frame, 300.0), "constant frame"),
        (lambda frame: frame - 273.15, "clipped or broken"),
    ],
)
def test_a_frame_that_cannot_be_judged_is_bad(change, reason):
    device = camera(noise=1)
    verdict = node(device).look(change(block(device)), 1.0, PART)
    assert (verdict.label, reason in verdict.reason) == ("bad", True)


def test_a_part_of_too_few_pixels_is_bad():
    device = camera(distance=20)
    verdict = node(device).look(block(device), 1.0, PART)
    assert (verdict.label, "the part fills" in verdict.reason) == ("bad", True)


def test_frames_of_a_file_are_judged_and_others_refused(tmp_path):
    device = camera(noise=1, camera="amg8833", distance=0.4)
    frames = np.stack([block(device) - 273.15 for _ in range(4)])
    told = {"ambient": np.full(4, 20.0), "expected": np.full(4, 25.0)}
    path = tmp_path / "frames.npz"
    np.savez(path, frames=frames, label=np.array(["normal"] * 4), **told)
    found = sense.evaluate(open_model("thermal"), Judged(path))
    assert found["n"] == 4
    np.savez(path, frames=frames, label=np.array(["melted"] * 4), **told)
    with pytest.raises(BadInput, match="class 'melted'"):
        sense.evaluate(open_model("thermal"), Judged(path))
    np.savez(path, frames=frames)
    with pytest.raises(BadInput, match="has no array ambient"):
        sense.evaluate(open_model("thermal"), Judged(path))


def test_features_say_where_the_frame_is_warm():
    inside = np.ones((8, 8), bool)
    flat = np.full((8, 8), AROUND + 10.0, np.float32)
    spot = flat.copy()
    spot[4, 4] += 20.0
    found = [frame_features.features(frame, inside, AROUND, 10.0) for frame in (flat, spot)]
    peak = frame_features.NAMES.index("peak")
    assert found[0][peak] == pytest.approx(0.0, abs=1e-4)
    assert found[1][peak] == pytest.approx(20.0, abs=1e-4)
