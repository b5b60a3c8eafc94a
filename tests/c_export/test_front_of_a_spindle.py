"""The C of a bearing's model beside a real node: faults of windows, standstill, memory, alarms."""

import numpy as np
import pytest

pytest.importorskip("onnx")
pytest.importorskip("unicorn")
pytest.importorskip("ziglang")

from twin.c_export import emulate, look_check, package
from twin.c_export.fronts import _spindle_cases
from twin.c_export.fronts.base import Case
from twin.nodes import library
from twin.nodes.fronts import Told
from twin.nodes.node import Node
from twin.nodes.node_settings import NodeSettings
from twin.physics.bearings import Bearing
from twin.rng import stream
from twin.signals.vibration import Sensor, Settings

ALARM = 100  # added to the word of a window that raises or keeps an alarm
BAD = {"idle": -2, "few turns": -6, "no number": -7, "constant": -8, "clipped": -9}


def shift(device):
    """Windows of a shift and what happens in them: ``(title, samples, speed)``."""
    rng = stream(8, "shift")
    normal = {"spindle_speed": 25.0}
    faulty = {**normal, "bearing_inner": 1.0}

    def window(state):
        return device.block(state, 0.0, rng)

    yield from (("normal", window(normal), 25.0) for _ in range(3))
    yield "idle", window({"spindle_speed": 0.0}), 0.0
    yield "constant", np.full(device.size, 2.5, np.float32), 25.0
    yield "no number", np.where(window(normal) > 0, np.float32("nan"), 1.0), 25.0
    yield "clipped", np.clip(1e4 * window(normal), -490.0, 490.0), 25.0
    yield "few turns", window({"spindle_speed": 5.0}), 5.0
    yield from (("faulty", window(faulty), 25.0) for _ in range(5))
    yield from (("faster", window({**faulty, "spindle_speed": 41.0}), 41.0) for _ in range(3))
    yield from (("normal", window(normal), 25.0) for _ in range(3))


def word_of(verdict, title, classes):
    if verdict.label in classes:
        return classes.index(verdict.label) + ALARM * verdict.alarm
    return {"unsure": -1, "idle": BAD["idle"]}.get(verdict.label, BAD.get(title))


def test_the_c_of_a_bearing_says_what_its_node_says(tmp_path, monkeypatch):
    heard = f"(verdict.word + {ALARM} * verdict.alarm)"
    monkeypatch.setattr(look_check, "START", look_check.START.replace("verdict.word", heard))
    model = library.open_model("bearing")
    content = (library.HOME / "bearing.onnx").read_bytes()
    made = package.export(content, "bearing", tmp_path, card=model.card)
    device = Sensor("accel", Settings.read({"on": "mill", "measuring_range": 50}))
    node = Node("n", NodeSettings.read({"sensor": "accel"}), device)
    limit, wanted, cases = device.settings.measuring_range, [], []
    for index, (title, samples, speed) in enumerate(shift(device)):
        block = np.asarray(samples, np.float32)
        verdict = node.look(block, device.rate, {"spindle_speed": speed})
        wanted.append(word_of(verdict, title, list(model.card.classes)))
        told = _spindle_cases.told_bytes(Told(speed, device.settings.bearing), device.rate, limit)
        cases.append(Case(block, told, np.zeros(0, np.float32), title, fresh=index == 0))
    machine = emulate.Machine(look_check.build(made, made.front, "cortex-m4"))
    width = 1 + len(model.card.classes) + made.front.features
    rows = np.stack([look_check.packed(case) for case in cases])
    assert machine.run(rows, width)[:, 0].tolist() == wanted
    assert set(BAD.values()) <= set(wanted)
    assert sum(word > ALARM for word in wanted) >= 3


def test_a_bearing_with_more_lines_than_there_is_room_for_is_refused(tmp_path):
    card = library.open_model("bearing").card
    content = (library.HOME / "bearing.onnx").read_bytes()
    made = package.export(content, "bearing", tmp_path, card=card)
    case = made.front.cases(1, 1)[0]
    rate, limit = card.front.rate, 500.0
    many = [Bearing(balls, 4.0, 30.0) for balls in (20, 40, 390)]
    wrong = [Bearing(9, 40.0, 39.0), Bearing(2, 8.0, 39.0)]
    told = [
        _spindle_cases.told_bytes(Told(55.0, bearing), rate, limit) for bearing in (*many, *wrong)
    ]
    told.append(_spindle_cases.told_bytes(Told(55.0, many[0]), 1.1 * rate, limit))
    rows = [look_check.packed(Case(case.samples, own, case.row, "")) for own in told]
    machine = emulate.Machine(look_check.build(made, made.front, "cortex-m4"))
    found = machine.run(np.stack(rows), 1 + len(card.classes) + made.front.features)[:, 0]
    assert found[0] >= -1
    assert found[1:].tolist() == [-4, -4, -4, -4, -3]
