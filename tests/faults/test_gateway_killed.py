"""kill -9 of the gateway at every step: settled after the restart, never written twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.faults.rig import Rig, gone
from twin.devices.change import Change, State

S = State
# The moment, and how a change of two points ends.
MOMENTS = [
    ("RECEIVED:before", S.NOT_APPLIED),
    ("RECEIVED:after", S.NOT_APPLIED),
    ("INTENT:before", S.NOT_APPLIED),
    ("INTENT:after", S.NOT_APPLIED),
    ("write1:before", S.NOT_APPLIED),
    ("write1:after", S.ROLLED_BACK),
    ("write2:before", S.ROLLED_BACK),
    ("write2:after", S.CONFIRMED),
    ("WRITTEN:before", S.CONFIRMED),
    ("WRITTEN:after", S.CONFIRMED),
    ("CONFIRMED:before", S.CONFIRMED),
    ("CONFIRMED:after", S.CONFIRMED),
]
# The same while the old values are being restored (the device clamps the first point).
UNDOING = ["ROLLING_BACK:before", "ROLLING_BACK:after", "write3:before", "write3:after",
           "write4:after", "ROLLED_BACK:before", "ROLLED_BACK:after"]  # fmt: skip


Start = Callable[[str], int]


def killed_at(rig: Rig, start: Start, moment: str, wanted: dict[str, float | str]) -> Change:
    """Push and lose the gateway at ``moment``; nothing is running afterwards."""
    change = rig.approved(wanted)
    killed = start(moment)
    change = rig.desk.push(change.id, wait_s=0.3)
    assert change.state in {S.UNKNOWN, S.CONFIRMED, S.ROLLED_BACK}
    assert gone(killed), f"{moment} was never reached"
    return change


@pytest.mark.parametrize(("moment", "outcome"), MOMENTS, ids=[m for m, _ in MOMENTS])
def test_killed_while_writing(rig: Rig, fresh_gateway: Start, moment: str, outcome: State) -> None:
    before = rig.held()
    speed, feed = rig.other("mill.speed"), rig.other("mill.feed")
    change = killed_at(rig, fresh_gateway, moment, {"mill.speed": speed, "mill.feed": feed})
    fresh_gateway("never")
    assert rig.settled(change.id).state is outcome
    after = rig.held()
    for path, to in (("mill.speed", speed), ("mill.feed", feed)):
        was, now = before[path], after[path]
        assert now.value == (to if outcome is S.CONFIRMED else was.value)
        assert was.version is not None
        assert now.version is not None
        writes = now.version - was.version
        assert writes in ({1} if outcome is S.CONFIRMED else {0, 2})


@pytest.mark.parametrize("moment", UNDOING)
def test_killed_while_undoing(rig: Rig, fresh_gateway: Start, moment: str) -> None:
    with rig.panel as panel:
        panel.set("mill", "mill.speed", 100.0)
        before = rig.values()
        panel.behave("mill", "clamp", path="mill.speed", limit=150.0)
    feed = rig.other("mill.feed")
    wanted: dict[str, float | str] = {"mill.speed": 200.0, "mill.feed": feed}
    change = killed_at(rig, fresh_gateway, moment, wanted)
    with rig.panel as panel:
        panel.behave("mill", "normal")
    fresh_gateway("never")
    assert rig.settled(change.id).state is S.ROLLED_BACK
    assert rig.values() == before


def test_changed_at_the_panel_while_the_gateway_was_down(rig: Rig, fresh_gateway: Start) -> None:
    feed = rig.values()["mill.feed"]
    wanted: dict[str, float | str] = {
        "mill.speed": rig.other("mill.speed"),
        "mill.feed": rig.other("mill.feed"),
    }
    change = killed_at(rig, fresh_gateway, "write1:after", wanted)
    with rig.panel as panel:
        panel.set("mill", "mill.speed", 66.0)
    fresh_gateway("never")
    assert rig.settled(change.id).state is S.CONFLICT
    assert rig.values()["mill.speed"] == 66.0
    assert rig.values()["mill.feed"] == feed


def test_killed_while_settling(rig: Rig, fresh_gateway: Start) -> None:
    before = rig.values()
    wanted: dict[str, float | str] = {
        "mill.speed": rig.other("mill.speed"),
        "mill.feed": rig.other("mill.feed"),
    }
    change = killed_at(rig, fresh_gateway, "write2:before", wanted)
    for moment in ("ROLLING_BACK:after", "write1:after", "ROLLED_BACK:before"):
        assert gone(fresh_gateway(moment)), f"{moment} was never reached"
    fresh_gateway("never")
    assert rig.settled(change.id).state is S.ROLLED_BACK
    assert rig.values() == before
