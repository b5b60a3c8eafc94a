"""The rest of the device must be as the what-if took it to be: at the draft and at the push."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import pytest

from tests.faults.rig import Rig
from tests.faults.test_push_faults import give, signed
from twin.devices.change import Change, State
from twin.errors import BadInput

REST = ("mill.feed", "mill.coolant")


def evidence(rig: Rig, to: float) -> dict[str, Any]:
    """What a comparison says that started from what the mill holds now."""
    held = {path: one for path, one in rig.held().items() if path.startswith("mill.")}
    points = {path: {"value": one.value, "unit": one.unit} for path, one in held.items()}
    moved = {"value": 5, "low": 4, "high": 6, "unit": "1/h", "verdict": "better"}
    return {
        "difference": {"kpis": {"mill.rate": moved}},
        "changed": {"mill.speed": {"from": held["mill.speed"].value, "to": to}},
        "start": {"scenario": "mill", "model": "", "points": points},
    }


def approved(rig: Rig) -> Change:
    to = rig.other("mill.speed")
    change = rig.desk.draft({"mill.speed": to}, evidence=evidence(rig, to))
    return rig.desk.approve(change.id, "approver")


def test_a_draft_on_another_state_of_the_machine_is_refused(rig: Rig) -> None:
    to = rig.other("mill.speed")
    shown = evidence(rig, to)
    fed = rig.other("mill.feed")
    with rig.panel as hand:
        hand.set("mill", "mill.feed", fed)
    with pytest.raises(BadInput, match=rf"mill.feed.*holds {fed:g} mm, the comparison took"):
        rig.desk.draft({"mill.speed": to}, evidence=shown)
    bare = rig.desk.draft({"mill.speed": to})
    with pytest.raises(BadInput, match="the comparison took it to be"):
        rig.desk.attach(bare.id, shown)


def test_a_panel_turned_after_the_approval_stops_the_push(rig: Rig) -> None:
    change = approved(rig)
    with rig.panel as hand:
        hand.set("mill", "mill.feed", rig.other("mill.feed"))
    before = rig.held()
    done = rig.desk.push(change.id)
    assert done.state is State.CONFLICT
    assert "mill.feed" in done.reason
    assert "compare again" in done.reason
    assert rig.held() == before


def test_nothing_moved_and_it_is_written_alone(rig: Rig) -> None:
    rest = {path: rig.held()[path] for path in REST}
    change = approved(rig)
    done = rig.desk.push(change.id)
    assert (done.state, set(done.held)) == (State.CONFIRMED, {"mill.speed"})
    assert {path: rig.held()[path] for path in REST} == rest
    assert rig.desk.rollback(change.id).state is State.CONFIRMED


@pytest.mark.parametrize("harm", ["left out", "altered", "strange", "another twin"])
def test_what_it_rests_on_cannot_be_taken_off_the_command(rig: Rig, harm: str) -> None:
    queued = rig.desk._queue(approved(rig), "operator")
    assert queued.evidence is not None
    assumed = [asdict(one) for one in queued.evidence.assumed]
    changes: dict[str, Any] = {
        "left out": {"assumed": []},
        "altered": {"assumed": [{**assumed[0], "value": 0.4}, *assumed[1:]]},
        "strange": {"assumed": [{**assumed[0], "path": "mill.fed"}]},
        "another twin": {"model": "0" * 16},
    }[harm]
    before = rig.held()
    said = give(rig, signed(rig, queued.command, **changes))
    assert said is not None
    assert said["state"] == "REFUSED", said
    assert rig.held() == before


def test_a_gateway_of_another_twin_refuses(rig: Rig) -> None:
    """An approval for another twin, signed and whole, is still one for another twin."""
    change = approved(rig)
    assert change.evidence is not None
    other = replace(change, evidence=replace(change.evidence, model="0" * 16), approvals=())
    approval = rig.desk._approval(other, "approver", change.updated)
    command = rig.desk._command(
        replace(other, approvals=(approval,)), *rig.desk.ledger.next_number("mill")
    )
    said = give(rig, command)
    assert said is not None
    assert (said["state"], "another twin" in said["reason"]) == ("REFUSED", True)
