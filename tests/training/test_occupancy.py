"""The occupancy model: what it learns from, what ships, and how it does on real rooms."""

import json
from pathlib import Path

import numpy as np
import pytest

from twin.errors import BadInput
from twin.nodes import diaries
from twin.nodes.library import open_model
from twin.nodes.node import Node
from twin.nodes.node_settings import NodeSettings
from twin.nodes.senses import air
from twin.nodes.senses.base import Asked as Judged
from twin.rng import stream
from twin.signals.air import Sensor, Settings
from twin.training import occupancy, rooms
from twin.training.tasks.base import Asked

HOUR = {"co2": 5e-4, "temperature": 294.15, "humidity": 0.4}


def test_rooms_depend_on_their_seed_and_not_on_the_workers():
    first, labels = occupancy.windows(2, 5, "t", 1)
    again, _ = occupancy.windows(2, 5, "t", 1)
    assert first.tobytes() == again.tobytes()
    assert np.isfinite(first).all()
    assert 0.02 < labels.mean() < 0.98


def test_people_raise_the_co2_of_a_drawn_room():
    diary = rooms.draw_diary(stream(3, "room"), "room")
    there = diary.occupied == 1.0
    co2 = diary.readings[:, 0]
    assert np.nanmean(co2[there]) > np.nanmean(co2[~there]) > 300e-6


def test_what_is_held_back_shares_no_hour_with_what_is_learned_from():
    readings = np.zeros((100, 4), np.float32)
    diary = diaries.Diary("d", 60.0, readings, np.zeros(100, np.float32))
    (seen,), (held,) = occupancy.parted([diary])
    assert len(seen.readings) + len(held.readings) == 100
    assert len(held.readings) == 20


def test_training_is_the_same_for_the_same_seed_and_says_what_it_used(tmp_path):
    pytest.importorskip("onnx")
    contents = []
    for name in ("a", "b"):
        path = occupancy.build(Asked(tmp_path / name, workers=1), lambda line: None, (3, 2))
        contents.append(path.read_bytes())
    assert contents[0] == contents[1]
    card = json.loads((tmp_path / "a" / "occupancy.json").read_text(encoding="utf-8"))
    assert {"twin", "twin_float", "twin_without_light"} <= set(card["tests"])
    assert card["training"]["rooms"] == 3


def test_too_short_a_recording_is_refused(tmp_path):
    pytest.importorskip("onnx")
    lines = ["time,co2,temperature,humidity,occupied"]
    lines += [f"{60 * k},{500 + k},21,40,{k % 2}" for k in range(310)]
    path = tmp_path / "short.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(BadInput, match="hours that can be learned from; at least 200"):
        occupancy.build(Asked(tmp_path, data=path), lambda line: None, (1, 1))


# -- what ships ---------------------------------------------------------------------------------


def judged(folder, name, shift=0.0):
    place = Path(folder) / "building" / name
    return air.evaluate(open_model("occupancy"), Judged(place, shift))


def test_it_is_right_in_a_real_office_it_was_never_trained_on(recordings):
    found = judged(recordings, "occupancy_datatest.txt")
    assert found["accuracy"] >= 0.90
    assert found["macro_auroc"] >= 0.97
    assert found["without_light"]["accuracy"] >= 0.85
    assert found["accuracy"] > found["always_one_answer"] + 0.2


def test_the_clock_of_robod_is_noticed(recordings):
    assert any("--shift 8" in note for note in
               judged(recordings, "combined_Room1.csv")["notes"])  # fmt: skip


def test_the_card_tells_the_cost_and_the_features_as_computed():
    card = open_model("occupancy").card
    assert card.front == occupancy.front()
    assert card.model_bytes <= 8 * 1024
    tests = card.document["tests"]
    assert tests["twin_float"]["accuracy"] - tests["twin"]["accuracy"] <= 0.005


def node(**changes):
    sensor = Sensor("air", Settings.read({"on": "hall", "period": 300, "readings": 13, **changes}))
    settings = NodeSettings.read({"sensor": "air", "board": "stm32u385", "model": "occupancy"})
    return Node("n", settings, sensor), sensor


def look(values, **changes):
    """Let a node look at a room whose CO2 goes through ``values``."""
    made, sensor = node(**changes)
    luck, verdict = stream(1, "n"), None
    for k, co2 in enumerate(values):
        block = sensor.block({**HOUR, "co2": co2}, 300.0 * k, luck)
        verdict = made.look(block, sensor.rate, {})
    return verdict


def test_a_node_tells_a_room_that_fills_from_one_that_is_empty_and_raises_no_alarm():
    full = look(np.linspace(450e-6, 1400e-6, 20))
    still = look([430e-6] * 20)
    assert (full.label, full.alarm) == ("occupied", False)
    assert (still.label, still.alarm) == ("empty", False)


def test_the_first_hour_and_lost_readings_are_bad():
    assert look([430e-6] * 3).label == "bad"
    assert "too many readings are missing" in look([430e-6] * 20, dropout=1.0).reason


@pytest.mark.parametrize("changes", [{"readings": 5}, {"period": 900}])
def test_a_sensor_that_holds_no_hour_of_readings_is_refused(changes):
    with pytest.raises(BadInput, match="looks back 60 min"):
        node(**changes)
