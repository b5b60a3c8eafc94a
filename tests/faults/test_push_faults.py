"""Everything that goes wrong between an approved change and the device (devices.md 3.5)."""

from __future__ import annotations

import time
from dataclasses import asdict, replace
from typing import Any

import pytest

from tests.faults.rig import Rig
from twin.devices.change import Change, State, payload_hash
from twin.devices.link import Link, Unreachable
from twin.devices.people import Forbidden
from twin.devices.topics import Topics
from twin.errors import BadInput


def queued(rig: Rig, settings: dict[str, float | str]) -> Change:
    """A change with its signed command, not sent."""
    return rig.desk._queue(rig.approved(settings), "operator")


def give(rig: Rig, command: dict[str, Any], wait_s: float = 5.0) -> dict[str, Any] | None:
    """Put a command on the wire as it is and return the last word of the gateway."""
    link, answers = rig.desk._connect(command["id"])
    try:
        link.say(Topics.of(rig.plant).command(command["id"]), {"command": command})
        deadline = time.monotonic() + wait_s
        last = None
        while time.monotonic() < deadline:
            try:
                last = answers.get(timeout=0.1)["answer"]
            except Exception:
                continue
            if last["state"] not in {"RECEIVED", "INTENT", "WRITTEN", "ROLLING_BACK"}:
                break
        return last
    finally:
        link.close()


def signed(rig: Rig, command: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The command altered, and signed by the platform again."""
    body = {key: value for key, value in {**command, **changes}.items() if key != "signature"}
    return {**body, "signature": rig.desk.people.keys.sign("platform", body)}


@pytest.mark.parametrize("harm", ["unsigned", "tampered", "signed by another"])
def test_what_the_platform_did_not_sign_is_dropped(rig: Rig, harm: str) -> None:
    before = rig.held()
    command = dict(queued(rig, {"mill.speed": rig.other("mill.speed")}).command)
    if harm == "unsigned":
        del command["signature"]
    elif harm == "tampered":
        command["items"] = [{**command["items"][0], "to": 399.0}]
    else:
        body = {key: value for key, value in command.items() if key != "signature"}
        command["signature"] = rig.desk.people.keys.sign("approver", body)
    assert give(rig, command, wait_s=0.7) is None
    assert rig.held() == before


def test_replay_of_an_older_command_is_superseded(rig: Rig) -> None:
    old = queued(rig, {"mill.speed": rig.other("mill.speed")})
    new = rig.approved({"mill.feed": rig.other("mill.feed")})
    assert rig.desk.push(new.id).state is State.CONFIRMED
    assert rig.desk.push(old.id).state is State.SUPERSEDED


def test_replay_of_a_done_command_writes_nothing(rig: Rig) -> None:
    change = rig.approved({"mill.speed": rig.other("mill.speed")})
    done = rig.desk.push(change.id)
    assert rig.desk.rollback(change.id).state is State.CONFIRMED
    before = rig.held()
    said = give(rig, done.command)
    assert said is not None
    assert said["state"] == "CONFIRMED"
    assert rig.held() == before


def test_an_expired_command_is_not_carried_out(rig: Rig) -> None:
    before = rig.held()
    change = queued(rig, {"mill.speed": rig.other("mill.speed")})
    said = give(rig, signed(rig, change.command, expires=time.time() - 1))
    assert said is not None
    assert said["state"] == "EXPIRED"
    assert rig.held() == before


def test_out_of_bounds_is_refused_by_the_desk_and_by_the_gateway(rig: Rig) -> None:
    with pytest.raises(BadInput, match="allowed 10 to 400 m/min"):
        rig.desk.draft({"mill.speed": 4000.0})
    before = rig.held()
    change = queued(rig, {"mill.speed": rig.other("mill.speed")})
    items = [{**change.command["items"][0], "to": 4000.0}]
    said = give(rig, signed(rig, change.command, items=items))
    assert said is not None
    assert said["state"] == "REFUSED"
    assert "allowed 10 to 400 m/min" in said["reason"]
    assert rig.held() == before


def test_nobody_approves_his_own(rig: Rig) -> None:
    change = rig.desk.draft({"mill.speed": rig.other("mill.speed")}, author="approver")
    with pytest.raises(BadInput, match="somebody else must approve"):
        rig.desk.approve(change.id, "approver", without_evidence="a test")
    with pytest.raises(Forbidden, match="may not approve"):
        rig.desk.approve(change.id, "operator")
    assert rig.desk.approve(change.id, "supervisor").state is State.APPROVED


@pytest.mark.parametrize("harm", ["none", "by the author", "other payload", "forged", "too old"])
def test_the_gateway_checks_approvals_itself(rig: Rig, harm: str) -> None:
    before = rig.held()
    change = queued(rig, {"mill.speed": rig.other("mill.speed")})
    keys, approval = rig.desk.people.keys, change.approvals[0]
    author, approvals = change.author, [approval]
    if harm == "none":
        approvals = []
    elif harm == "by the author":
        author = "approver"
        payload = payload_hash(change.id, change.target, change.items, author)
        fresh = replace(approval, payload=payload)
        approvals = [replace(fresh, signature=keys.sign("approver", fresh.statement()))]
    elif harm == "other payload":
        fresh = replace(approval, payload="0" * 64)
        approvals = [replace(fresh, signature=keys.sign("approver", fresh.statement()))]
    elif harm == "forged":
        approvals = [replace(approval, signature=keys.sign("operator", approval.statement()))]
    else:
        fresh = replace(approval, at=time.time() - 2e5, expires=time.time() - 1e5)
        approvals = [replace(fresh, signature=keys.sign("approver", fresh.statement()))]
    given = [asdict(a) for a in approvals]
    said = give(rig, signed(rig, change.command, approvals=given, author=author))
    assert said is not None
    assert said["state"] == "REFUSED", said
    assert rig.held() == before


def test_an_approver_who_was_removed_does_not_count(rig: Rig) -> None:
    change = rig.approved({"mill.speed": rig.other("mill.speed")})
    file = rig.home / "people.toml"
    kept = file.read_text()
    try:
        file.write_text(
            kept.replace('[approver]\nrole = "approver"', '[approver]\nrole = "viewer"')
        )
        done = rig.desk.push(change.id)
    finally:
        file.write_text(kept)
    assert (done.state, done.reason) == (State.REFUSED, "approver may not approve")


def test_the_device_rejects(rig: Rig) -> None:
    before = rig.values()
    change = rig.approved(
        {"mill.speed": rig.other("mill.speed"), "mill.feed": rig.other("mill.feed")}
    )
    with rig.panel as panel:
        panel.behave("mill", "reject", path="mill.feed", reason="door is open")
    done = rig.desk.push(change.id)
    assert done.state is State.DEVICE_REJECTED
    assert "door is open" in done.reason
    assert rig.values() == before  # the speed, written first, is back


def test_the_device_clamps(rig: Rig) -> None:
    before = rig.values()
    with rig.panel as panel:
        panel.set("mill", "mill.speed", 100.0)
        change = rig.approved({"mill.speed": 200.0, "mill.feed": rig.other("mill.feed")})
        panel.behave("mill", "clamp", path="mill.speed", limit=150.0)
    done = rig.desk.push(change.id)
    assert done.state is State.ROLLED_BACK
    assert "150" in done.reason
    assert rig.values() == {**before, "mill.speed": 100.0}


def test_a_change_at_the_panel_is_a_conflict_and_is_kept(rig: Rig) -> None:
    change = rig.approved({"mill.speed": 200.0, "mill.feed": rig.other("mill.feed")})
    with rig.panel as panel:
        panel.set("mill", "mill.speed", 77.0)
    before = rig.held()
    done = rig.desk.push(change.id)
    assert done.state is State.CONFLICT
    assert "77" in done.reason
    assert rig.held() == before


def test_there_and_back_at_the_panel_is_a_conflict_too(rig: Rig) -> None:
    now = rig.values()["mill.speed"]
    change = rig.approved({"mill.speed": rig.other("mill.speed")})
    with rig.panel as panel:
        panel.set("mill", "mill.speed", 78.0)
        panel.set("mill", "mill.speed", now)
    assert rig.desk.push(change.id).state is State.CONFLICT


def test_a_base_that_the_device_left_is_refused_at_the_draft(rig: Rig) -> None:
    with pytest.raises(BadInput, match="compare again from the present value"):
        rig.desk.draft({"mill.speed": 200.0}, base={"mill.speed": 11.0})


@pytest.mark.parametrize("manner", ["mute", "silent", "slow"])
def test_a_device_that_does_not_answer_is_read_back(rig: Rig, manner: str) -> None:
    before, to = rig.held(), rig.other("mill.speed")
    change = rig.approved({"mill.speed": to})
    with rig.panel as panel:
        panel.behave("mill", manner, seconds=1.2)
    done = rig.desk.push(change.id, wait_s=3.0)
    if manner == "silent":
        assert (done.state, rig.held()) == (State.REFUSED, before)
        return
    with rig.panel as panel:
        panel.behave("mill", "normal")
    done = rig.settled(change.id)
    # mute: it did it and said nothing. slow: it came too late and refused it itself.
    wanted = State.CONFIRMED if manner == "mute" else State.NOT_APPLIED
    assert done.state is wanted
    assert rig.values()["mill.speed"] == (to if manner == "mute" else before["mill.speed"].value)


def test_broker_down_before_it_is_sent(rig: Rig) -> None:
    change = rig.approved({"mill.speed": rig.other("mill.speed")})
    rig.broker.kill()
    waiting = rig.desk.push(change.id)
    assert waiting.state is State.QUEUED
    assert "cannot be reached" in waiting.reason
    rig.new_broker()
    rig.new_gateway()
    assert rig.desk.push(change.id).state is State.CONFIRMED


def test_broker_down_after_it_is_sent(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    before = rig.values()
    change = rig.approved({"mill.speed": rig.other("mill.speed")})
    say = Link.say

    def cut(self: Link, topic: str, body: dict[str, Any], **kind: Any) -> None:
        if "command" in body and self.user == "platform":
            rig.broker.kill()
            raise Unreachable("the broker did not take the message")
        say(self, topic, body, **kind)

    with monkeypatch.context() as patch:
        patch.setattr(Link, "say", cut)
        assert rig.desk.push(change.id).state is State.UNKNOWN
    assert rig.desk.push(change.id).state is State.UNKNOWN  # asks, and does not send again
    rig.new_broker()
    done = rig.settled(change.id)
    assert done.state is State.NOT_APPLIED
    # The lost command turns up after all: it stays barred.
    said = give(rig, done.command)
    assert said is not None
    assert said["state"] == "NOT_APPLIED"
    assert until_reported(rig) == before


def until_reported(rig: Rig) -> dict[str, Any]:
    """The values, once the controllers have found the broker again."""
    for _ in range(50):
        values = rig.values()
        if len(values) == 4:
            return values
    raise AssertionError("the controllers did not come back")


def test_gateway_down_before_it_is_sent(rig: Rig) -> None:
    change = rig.approved({"mill.speed": rig.other("mill.speed")})
    rig.gateway.kill()
    waiting = rig.desk.push(change.id)
    assert waiting.state is State.QUEUED
    assert "the gateway does not run" in waiting.reason
    rig.new_gateway()
    assert rig.desk.push(change.id).state is State.CONFIRMED
    assert rig.desk.verify_trail() == []
