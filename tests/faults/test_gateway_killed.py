"""kill -9 of the gateway at every step: settled after the restart, never written twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from twin.devices.change import State

if TYPE_CHECKING:
    from conftest import Rig

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


def killed_at(rig: Rig, moment: str, wanted: dict[str, float | str]) -> State:
    """Push, lose the gateway at ``moment``, start it again, and return how it ended."""
    change = rig.approved(wanted)
    rig.gateway.stop()
    killed = rig.gateway_killed_at(moment)
    assert rig.desk.push(change.id, wait_s=0.3).state in {S.UNKNOWN, S.CONFIRMED, S.ROLLED_BACK}
    assert killed.gone(5.0), f"{moment} was never reached"
    with rig.panel as panel:
        panel.behave("mill", "normal")
    rig.new_gateway()
    return rig.settled(change.id).state


@pytest.mark.parametrize(("moment", "outcome"), MOMENTS, ids=[m for m, _ in MOMENTS])
def test_killed_while_writing(rig: Rig, moment: str, outcome: State) -> None:
    before = rig.held()
    speed, feed = rig.other("mill.speed"), rig.other("mill.feed")
    assert killed_at(rig, moment, {"mill.speed": speed, "mill.feed": feed}) is outcome
    after = rig.held()
    for path, to in (("mill.speed", speed), ("mill.feed", feed)):
        was, now = before[path], after[path]
        assert now.value == (to if outcome is S.CONFIRMED else was.value)
        assert was.version is not None
        assert now.version is not None
        writes = now.version - was.version
        assert writes in ({1} if outcome is S.CONFIRMED else {0, 2})


@pytest.mark.parametrize("moment", UNDOING)
def test_killed_while_undoing(rig: Rig, moment: str) -> None:
    with rig.panel as panel:
        panel.set("mill", "mill.speed", 100.0)
        before = rig.values()
        panel.behave("mill", "clamp", path="mill.speed", limit=150.0)
    feed = rig.other("mill.feed")
    outcome = killed_at(rig, moment, {"mill.speed": 200.0, "mill.feed": feed})
    assert outcome is S.ROLLED_BACK
    assert rig.values() == before


def test_changed_at_the_panel_while_the_gateway_was_down(rig: Rig) -> None:
    change = rig.approved(
        {"mill.speed": rig.other("mill.speed"), "mill.feed": rig.other("mill.feed")}
    )
    feed = rig.values()["mill.feed"]
    rig.gateway.stop()
    rig.gateway_killed_at("write1:after")
    rig.desk.push(change.id, wait_s=0.7)
    with rig.panel as panel:
        panel.set("mill", "mill.speed", 66.0)
    rig.new_gateway()
    done = rig.settled(change.id)
    assert done.state is S.CONFLICT
    assert rig.values()["mill.speed"] == 66.0
    assert rig.values()["mill.feed"] == feed
