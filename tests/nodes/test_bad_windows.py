"""A node whose window or model is no good says so, and nothing else stops."""

import hashlib
import json
import tomllib

import numpy as np
import pytest

from twin.errors import BadInput
from twin.nodes import library
from twin.scenario import parse
from twin.simulate import build

PLANT = """
title   = "One good sensor and one that clips"
horizon = "30 min"
seed    = 3

[plant.mill]
kind = "cnc"

[sensor.good]
kind   = "vibration"
on     = "mill"
period = 200

[node.sound]
sensor = "good"
model  = "bearing"
"""
CLIPS = """
[sensor.clips]
kind            = "vibration"
on              = "mill"
period          = 200
measuring_range = 1

[node.deaf]
sensor = "clips"
model  = "bearing"
"""


def verdicts(text):
    running = build(parse(tomllib.loads(text), "plant.toml"))
    running.advance(running.scenario.header.horizon)
    return list(running.finish().inferences)


def test_a_sensor_that_clips_makes_its_node_bad_and_leaves_the_other_as_it_was():
    alone, both = verdicts(PLANT), verdicts(PLANT + CLIPS)
    deaf = [row.label for row in both if row.source == "deaf"]
    assert deaf.count("bad") >= 3
    assert set(deaf) <= {"bad", "idle"}
    assert [row for row in both if row.source == "sound"] == alone


def test_a_window_of_nothing_in_a_batch_leaves_the_others_as_they_were():
    from tests.nodes.test_node import RUNNING, accelerometer, node
    from twin.nodes.node import conclude_together
    from twin.rng import stream

    device = accelerometer()
    good = device.block(RUNNING, 0.0, stream(4, "w"))
    bad = np.full_like(good, np.nan)
    slow = good[:4000]
    windows = [(bad, 12_800.0), (good, 12_800.0), (slow, 1000.0), (np.zeros_like(good), 12_800.0)]
    nodes = [node(device) for _ in windows]
    looked = zip(nodes, windows, strict=True)
    found = conclude_together(nodes, [one.prepare(*window, RUNNING) for one, window in looked])
    assert [verdict.label == "bad" for verdict in found] == [True, False, True, True]
    assert found[1] == node(device).look(good, 12_800.0, RUNNING)


def test_a_model_with_an_unknown_operator_is_refused_with_its_name(tmp_path):
    onnx = pytest.importorskip("onnx")
    kind = onnx.TensorProto.FLOAT
    body = onnx.helper.make_graph(
        [onnx.helper.make_node("Wobble", ["x"], ["y"], name="odd", domain="nowhere")],
        "g",
        [onnx.helper.make_tensor_value_info("x", kind, ["N", 32])],
        [onnx.helper.make_tensor_value_info("y", kind, ["N", 4])],
    )
    sets = [onnx.helper.make_opsetid("", 17), onnx.helper.make_opsetid("nowhere", 1)]
    content = onnx.helper.make_model(body, opset_imports=sets, ir_version=8).SerializeToString()
    card = json.loads((library.HOME / "bearing.json").read_text("utf-8"))
    card["sha256"] = hashlib.sha256(content).hexdigest()
    (tmp_path / "odd.json").write_text(json.dumps(card), "utf-8")
    (tmp_path / "odd.onnx").write_bytes(content)
    with pytest.raises(BadInput, match=r"can be run.*Wobble"):
        library.open_model(str(tmp_path))


def model_of(tmp_path, takes, gives, batch="N"):
    onnx = pytest.importorskip("onnx")
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    weights = onnx.numpy_helper.from_array(np.zeros((takes, gives), np.float32), "w")
    body = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        "g",
        [helper.make_tensor_value_info("x", kind, [batch, takes])],
        [helper.make_tensor_value_info("y", kind, [batch, gives])],
        [weights],
    )
    sets = [helper.make_opsetid("", 17)]
    content = helper.make_model(body, opset_imports=sets, ir_version=8).SerializeToString()
    card = json.loads((library.HOME / "bearing.json").read_text("utf-8"))
    card["sha256"] = hashlib.sha256(content).hexdigest()
    (tmp_path / "own.json").write_text(json.dumps(card), "utf-8")
    (tmp_path / "own.onnx").write_bytes(content)
    return str(tmp_path)


def test_a_model_that_is_not_what_its_card_says_is_refused(tmp_path):
    card = library.open_model("bearing").card
    features, classes = len(card.inputs), len(card.classes)
    assert library.open_model(model_of(tmp_path, features, classes)).card.name == "bearing"
    for takes, gives, batch, message in (
        (features - 1, classes, "N", f"takes {features - 1} values, its card names {features}"),
        (features, classes + 1, "N", f"its card has {classes} classes"),
        (features, classes, 1, "takes 1 at a time"),
    ):
        folder = tmp_path / f"{takes}-{gives}-{batch}"
        folder.mkdir()
        with pytest.raises(BadInput, match=message):
            library.open_model(model_of(folder, takes, gives, batch))
