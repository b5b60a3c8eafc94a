"""Event-driven wake-up: what it saves, what it misses, and when the model runs."""

from pathlib import Path

import numpy as np
import pytest

from tests.nodes.test_node import RUNNING, accelerometer, look, node
from twin.nodes import wake
from twin.nodes.wake import Gate
from twin.physics.bearings import CATALOGUE
from twin.scenario import load
from twin.simulate import simulate

SHIPPED = Path(__file__).resolve().parents[2] / "scenarios" / "watch.toml"
FAULTS = {"inner", "outer", "ball"}


@pytest.fixture(scope="module")
def facts():
    return simulate(load(SHIPPED))


def rows(facts, name):
    return [row for row in facts.inferences if row.source == name]


def test_waking_on_change_saves_nine_tenths_of_the_energy_on_the_shipped_scenario(facts):
    always = sum(row.energy for row in rows(facts, "always"))
    woken = sum(row.energy for row in rows(facts, "woken"))
    assert len(rows(facts, "always")) == len(rows(facts, "woken"))
    assert 1.0 - woken / always >= 0.90


def test_waking_on_change_costs_no_more_than_a_point_of_recall(facts):
    truth = {event.time: event.subject for event in facts.events if event.name == "window"}
    sick = {time for time, word in truth.items() if word in FAULTS}
    well = {time for time, word in truth.items() if word not in FAULTS}

    def share(name, times):
        found = [row for row in rows(facts, name) if row.time in times]
        return sum(row.label in FAULTS for row in found) / len(found)

    assert len(sick) > 100
    assert share("always", sick) > 0.9
    assert share("woken", sick) >= share("always", sick) - 0.01
    assert share("woken", well) <= share("always", well) + 0.01


def test_both_raise_their_first_alarm_within_a_few_windows(facts):
    first = {
        name: next(row.time for row in rows(facts, name) if row.alarm)
        for name in ("always", "woken")
    }
    assert 0.0 <= first["woken"] - first["always"] <= 5 * 180.0


def test_a_steady_machine_is_looked_at_once_and_then_when_the_verdict_is_old():
    device = accelerometer()
    on = node(device, wake="change", wake_at_least=5)
    looks = [bool(look(on, device, RUNNING, f"n{k}").scores) for k in range(11)]
    assert looks[0]
    assert 2 <= sum(looks) <= 4
    assert not all(looks[:5])


def test_a_new_fault_wakes_the_model_until_the_alarm_stands():
    device = accelerometer()
    on = node(device, wake="change", wake_change=1, alarm_after=3)
    for k in range(4):
        look(on, device, RUNNING, f"n{k}")
    sick = {**RUNNING, "bearing_outer": 0.6}
    verdicts = [look(on, device, sick, f"s{k}") for k in range(6)]
    assert [bool(verdict.scores) for verdict in verdicts[:3]] == [True, True, True]
    assert [verdict.alarm for verdict in verdicts] == [False, False, True, True, True, True]
    assert not verdicts[-1].scores
    assert verdicts[-1].label == "outer"
    assert verdicts[-1].energy < verdicts[0].energy / 20.0


def test_a_fault_that_is_gone_wakes_the_model():
    device = accelerometer()
    on = node(device, wake="change", alarm_after=2)
    sick = {**RUNNING, "bearing_outer": 0.6}
    for k in range(4):
        look(on, device, sick, f"s{k}")
    verdict = look(on, device, RUNNING)
    assert verdict.scores
    assert verdict.label == "normal"


def test_another_speed_wakes_the_model():
    device = accelerometer()
    on = node(device, wake="change", wake_change=1)
    assert look(on, device, RUNNING).scores
    assert look(on, device, {"spindle_speed": 60.0}).scores
    assert not look(on, device, {"spindle_speed": 60.5}, "w2").scores


def test_a_window_that_cannot_be_judged_is_bad_whether_awake_or_not():
    on = node(wake="change")
    verdict = on.look(np.full(16_384, np.nan, np.float32), 12_800.0, RUNNING)
    assert verdict.label == "bad"


@pytest.mark.parametrize("kind", ["inner", "outer", "ball"])
def test_the_coarse_look_rises_with_a_fault(kind):
    device = accelerometer()
    bearing = CATALOGUE["6205"]

    def level(state, name):
        from twin.rng import stream

        window = device.block(state, 0.0, stream(9, name))
        return wake.look(window, device.rate, state["spindle_speed"], bearing).level

    for speed in (20.0, 60.0, 150.0):
        state = {"spindle_speed": speed}
        sick = {**state, f"bearing_{kind}": 0.6}
        well = max(level(state, f"n{k}") for k in range(5))
        assert min(level(sick, f"s{k}") for k in range(5)) > well


def test_a_verdict_holds_on_its_side_only():
    gate = Gate(0.3, 100, "normal")
    gate.remember(1.0, 30.0, "normal", 0.9)
    assert gate.known(0.1, 30.0)
    assert gate.known(1.2, 30.0)
    assert gate.known(1.4, 30.0) is None
    gate.remember(2.0, 30.0, "outer", 0.9)
    assert gate.known(3.0, 31.0)
    assert gate.known(1.6, 30.0) is None
    assert gate.known(0.1, 30.0) is None
