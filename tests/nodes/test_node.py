"""A node on a sensor: verdicts, costs, alarms, and refusals."""

import dataclasses

import numpy as np
import pytest

from twin.errors import BadInput
from twin.nodes.boards import BOARDS
from twin.nodes.budget import budgets, refuse_misfit
from twin.nodes.library import open_model
from twin.nodes.node import Node
from twin.nodes.node_settings import MEASURES, NodeSettings
from twin.rng import stream
from twin.signals.image import Sensor as Camera
from twin.signals.image import Settings as CameraSettings
from twin.signals.vibration import Sensor, Settings

RUNNING = {"spindle_speed": 30.0}


def accelerometer(**changes):
    return Sensor("accel", Settings.read({"on": "mill", **changes}))


def node(device=None, **changes):
    settings = NodeSettings.read({"sensor": "accel", **changes})
    return Node("spindle", settings, device or accelerometer(), file="plant.toml")


def look(on, device, state, name="w"):
    return on.look(device.block(state, 0.0, stream(4, name)), device.rate, state)


def test_a_clear_fault_is_named_and_costs_what_the_card_says():
    device = accelerometer()
    on = node(device)
    verdict = look(on, device, {**RUNNING, "bearing_inner": 0.8})
    assert verdict.label == "inner"
    assert verdict.score == max(verdict.scores.values())
    assert sum(verdict.scores.values()) == pytest.approx(1.0, abs=1e-5)
    cost = on.card.document["boards"]["stm32u575"]
    assert verdict.latency == pytest.approx(cost["model_s"] + cost["features_s"], rel=0.01)
    assert verdict.energy == pytest.approx(cost["energy_J"], rel=0.01)


def test_a_standing_spindle_is_idle_and_far_cheaper():
    device = accelerometer()
    on = node(device)
    running = look(on, device, RUNNING)
    standing = look(on, device, {"spindle_speed": 0.0})
    assert standing.label == "idle"
    assert standing.scores == {}
    assert standing.energy < running.energy / 100.0


@pytest.mark.parametrize(
    ("samples", "reason"),
    [
        (np.full(16_384, np.nan, np.float32), "not a number"),
        (np.zeros(16_384, np.float32), "constant"),
        (np.where(np.arange(16_384) % 2, 1e4, -1e4).astype(np.float32), "clipped"),
        (np.zeros((8, 8), np.float32), "dimensions"),
        (np.ones(64, np.float32), "turns"),
    ],
)
def test_a_window_that_cannot_be_judged_is_bad_and_nothing_stops(samples, reason):
    on = node()
    verdict = on.look(samples, 12_800.0, RUNNING)
    assert verdict.label == "bad"
    assert reason in verdict.reason
    assert not verdict.alarm


def test_a_slow_sensor_is_bad():
    assert node().look(np.ones(4000, np.float32), 1000.0, RUNNING).label == "bad"


def test_an_alarm_needs_some_abnormal_windows_in_a_row():
    device = accelerometer()
    on = node(device, alarm_after=3)
    sick = {**RUNNING, "bearing_outer": 0.8}
    alarms = [look(on, device, sick, f"s{k}").alarm for k in range(4)]
    assert alarms == [False, False, True, True]
    assert not look(on, device, RUNNING).alarm
    assert not look(on, device, sick).alarm


def test_a_standstill_does_not_forget_the_windows_before():
    device = accelerometer()
    on = node(device, alarm_after=2)
    sick = {**RUNNING, "bearing_outer": 0.8}
    assert not look(on, device, sick).alarm
    assert not look(on, device, {"spindle_speed": 0.0}).alarm
    assert look(on, device, sick).alarm


def test_messages_go_out_when_the_verdict_changes():
    device = accelerometer()
    sick = {**RUNNING, "bearing_outer": 0.8}
    sizes = {}
    for report in ("change", "always", "alarm"):
        on = node(device, report=report, alarm_after=1000)
        sizes[report] = [look(on, device, sick, str(k)).message_bytes > 0 for k in range(3)]
    assert sizes["change"] == [True, False, False]
    assert sizes["always"] == [True, True, True]
    assert sizes["alarm"] == [False, False, False]


def test_the_model_fits_every_board_and_says_how_well():
    card = open_model("bearing").card
    for board in BOARDS.values():
        for budget in budgets(card, board):
            assert budget.used <= budget.allowed, (board.name, budget)


@pytest.mark.parametrize(
    ("board", "layer", "name", "culprit"),
    [
        ({"ram": 1000}, {}, "memory", "features envelope orders"),
        ({}, {"output_bytes": 300_000}, "memory", "layer dense1"),
        ({}, {"weights": 300_000}, "flash", "layer dense1"),
        ({}, {"macs": 50_000_000}, "time", "layer dense1"),
    ],
)
def test_a_model_that_does_not_fit_is_refused_with_the_budget_and_the_layer(
    monkeypatch, board, layer, name, culprit
):
    card = open_model("bearing").card
    first = dataclasses.replace(card.layers[0], **layer)
    card = dataclasses.replace(card, layers=(first, *card.layers[1:]))
    small = dataclasses.replace(BOARDS["stm32u385"], **board)
    with pytest.raises(BadInput) as caught:
        refuse_misfit(card, small, "node.spindle.board", "plant.toml")
    message = str(caught.value)
    assert message.startswith("plant.toml: node.spindle.board = 'stm32u385'")
    assert name in message
    assert culprit in message


def test_an_unknown_model_gets_did_you_mean():
    with pytest.raises(BadInput, match=r"node\.spindle\.model.*did you mean 'bearing'"):
        node(model="baering")


def test_an_unknown_board_lists_the_boards():
    with pytest.raises(BadInput, match="stm32u575"):
        node(board="stm32u576")


def test_a_vibration_model_refuses_a_camera():
    camera = Camera("cam", CameraSettings.read({"on": "mill"}))
    with pytest.raises(BadInput, match="looks at vibration, the sensor cam is image"):
        node(camera)


def test_a_sensor_that_samples_too_slowly_is_refused():
    with pytest.raises(BadInput, match=r"at least 11\.2 kHz"):
        node(accelerometer(sample_rate=5))


def test_nodes_with_the_same_model_share_it():
    assert node().model is node().model


def test_measures_are_named_once_each():
    names = [measure.name for measure in MEASURES]
    assert len(set(names)) == len(names)


def test_equal_windows_get_equal_verdicts():
    device = accelerometer()
    one, two = node(device), node(device)
    state = {**RUNNING, "bearing_ball": 0.5}
    assert look(one, device, state) == look(two, device, state)


def test_a_fault_below_the_threshold_is_not_called():
    device = accelerometer()
    cut = {**RUNNING, "cutting": 1.0, "force": 600.0, "teeth": 5.0, "wear": 2e-4}
    verdicts = [look(node(device, threshold=99.9), device, cut, f"c{k}") for k in range(40)]
    leads = [max(v.scores, key=v.scores.get) for v in verdicts]
    assert any(lead != "normal" for lead in leads)
    for verdict, lead in zip(verdicts, leads, strict=True):
        clear = verdict.scores[lead] >= 0.999
        assert verdict.label == (lead if clear or lead == "normal" else "unsure")
        assert verdict.score == verdict.scores[lead]
        assert not verdict.alarm
    assert {v.reason for v in verdicts if v.label == "unsure"} <= {
        "inner leads",
        "outer leads",
        "ball leads",
    }
