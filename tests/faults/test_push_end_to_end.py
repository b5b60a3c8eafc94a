"""A change from its draft to the value read back, over real brokers and real processes."""

from __future__ import annotations

import json
import time

import pytest

from tests.faults.rig import Rig
from twin.devices.change import State
from twin.devices.desk import Desk
from twin.errors import BadInput

EVIDENCE = {
    "base": {"kpis": {"mill.rate": {"value": 50}}, "run_id": "base-run"},
    "candidate": {"kpis": {"mill.rate": {"value": 55}}, "run_id": "candidate-run"},
    "difference": {
        "kpis": {"mill.rate": {"value": 5, "low": 4, "high": 6, "unit": "1/h", "verdict": "better"}}
    },
}


def whole_road(rig: Rig) -> None:
    desk, before = rig.desk, rig.values()
    to = rig.other("mill.speed")
    changed = {"mill.speed": {"from": before["mill.speed"], "to": to}}
    change = desk.draft({"mill.speed": to}, evidence={**EVIDENCE, "changed": changed})
    assert change.state is State.SIMULATED
    assert change.evidence is not None
    assert change.evidence.runs == ("base-run", "candidate-run")
    assert change.evidence.differences[0].verdict == "better"
    with pytest.raises(BadInput, match="not approved"):
        desk.push(change.id)
    assert desk.approve(change.id, "approver").state is State.APPROVED
    done = desk.push(change.id)
    assert (done.state, done.held) == (State.CONFIRMED, {"mill.speed": to})
    assert rig.held()["mill.speed"].by == change.id
    back = desk.rollback(change.id)
    assert back.state is State.CONFIRMED
    assert desk.ledger.get(change.id).state is State.ROLLED_BACK
    assert rig.values() == before
    words = [line["state"] for line in desk.trail(change.id)]
    steps = "DRAFT SIMULATED APPROVED QUEUED SENT RECEIVED INTENT WRITTEN CONFIRMED ROLLED_BACK"
    assert words == steps.split()
    assert desk.verify_trail() == []
    with pytest.raises(BadInput, match="is itself a way back"):
        desk.rollback(back.id)


def test_whole_road_over_the_embedded_broker(rig: Rig) -> None:
    whole_road(rig)


def test_whole_road_over_mosquitto(mosquitto_rig: Rig) -> None:
    whole_road(mosquitto_rig)


def test_several_points_at_once_and_words(rig: Rig) -> None:
    speed, feed = rig.other("mill.speed"), rig.other("mill.feed")
    wanted = {"mill.speed": speed, "mill.feed": feed, "mill.coolant": "dry"}
    change = rig.approved(wanted)
    assert rig.desk.push(change.id).state is State.CONFIRMED
    assert {p: v for p, v in rig.values().items() if p in wanted} == wanted
    assert rig.desk.rollback(change.id).state is State.CONFIRMED


def test_a_number_in_another_unit_is_converted(rig: Rig) -> None:
    metres_a_second = rig.other("mill.speed") / 60
    change = rig.desk.draft({"mill.speed": f"{metres_a_second!r} m/s"})
    assert change.items[0].to == pytest.approx(metres_a_second * 60)


def test_controller_keeps_its_values_through_kill_9(rig: Rig) -> None:
    change = rig.approved({"lathe.speed": rig.other("lathe.speed")})
    rig.desk.push(change.id)
    before = rig.held()
    rig.controllers["lathe"].kill()
    rig.controllers["lathe"].start()
    assert rig.held() == before


def test_live_values_have_an_age(rig: Rig) -> None:
    live = rig.desk.live()
    live.start()
    try:
        assert live.wait_for({"mill", "lathe"}, 5)
        rows = {row["path"]: row for row in live.rows()}
        assert rows["mill.speed"]["quality"] == "good"
        assert rows["mill.speed"]["age_s"] < 5
    finally:
        live.stop()


def test_ten_times_the_same_command_is_one_write(rig: Rig) -> None:
    change = rig.approved({"mill.speed": rig.other("mill.speed")})
    version = rig.held()["mill.speed"].version
    done = rig.desk.push(change.id)
    link, answers = rig.desk._connect(change.id)
    for _ in range(10):
        link.say(f"dt/v1/test/cell/gateway/changes/cmd/{change.id}", {"command": done.command})
    said = [answers.get(timeout=5)["answer"]["state"] for _ in range(10)]
    link.close()
    assert said == ["CONFIRMED"] * 10
    assert version is not None
    assert rig.held()["mill.speed"].version == version + 1


def test_a_second_desk_sees_the_same(rig: Rig) -> None:
    rows = Desk(url=rig.url).status()
    assert rows
    assert rows == rig.desk.status()
    assert json.dumps(rows)


def test_push_is_quick(rig: Rig) -> None:
    change = rig.approved({"mill.speed": rig.other("mill.speed")})
    start = time.monotonic()
    assert rig.desk.push(change.id).state is State.CONFIRMED
    assert time.monotonic() - start < 5
