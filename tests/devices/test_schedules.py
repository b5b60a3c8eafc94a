"""Random schedules of loss, repetition, disorder, crashes and people at the panel."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from tests.devices.world import Broken, Naive, World
from twin.devices import gateway as shipped
from twin.devices.base import Reading, Value
from twin.devices.change import Item, State
from twin.devices.gateway import Gateway

SCHEDULES = 3000
STEPS = 60


def broken(kind: type, schedules: int) -> int:
    """How many schedules break a rule."""
    count = 0
    for seed in range(schedules):
        try:
            World(seed, kind).run(STEPS)
        except Broken:
            count += 1
    return count


def test_no_schedule_breaks_a_rule() -> None:
    ends: Counter[State] = Counter()
    for seed in range(SCHEDULES):
        world = World(seed)
        try:
            world.run(STEPS)
        except Broken as error:
            raise AssertionError(f"schedule {seed}: {error}") from error
        ends.update(change.state for change in world.changes.values())
    # The storm reaches every end there is, so the rules were really tried.
    wanted = {
        State.CONFIRMED, State.REFUSED, State.CONFLICT, State.DEVICE_REJECTED, State.ROLLED_BACK,
        State.NOT_APPLIED, State.EXPIRED, State.SUPERSEDED, State.FAULT,
    }  # fmt: skip
    assert wanted <= set(ends), ends


def test_a_naive_gateway_breaks_the_rules() -> None:
    assert broken(Naive, 200) > 180


class NoBaseCheck(Gateway):
    """Does not look whether the device still holds what the change was decided on."""

    def _check_base(self, items: object, before: object) -> None:
        return


class TrustsTheWire(Gateway):
    """Settles at once, although a write may still be under way."""

    def _settle(self, entry: shipped.Entry) -> shipped.Entry:
        self.started = -1e9
        return super()._settle(replace(entry, at=-1e9))


class NoReadBack(Gateway):
    """Believes that what was written is there."""

    def _holds(self, now: dict[str, Reading], values: dict[str, Value]) -> bool:
        return True


class ForgetsBounds(Gateway):
    """Leaves the bounds to the device."""

    def _admit(self, command: dict[str, object]) -> None:
        kept = shipped.life.faults
        shipped.life.faults = lambda items, points: []
        try:
            super()._admit(command)
        finally:
            shipped.life.faults = kept


@pytest.mark.parametrize("weakened", [NoBaseCheck, TrustsTheWire, NoReadBack, ForgetsBounds])
def test_every_safeguard_is_needed(weakened: type[Gateway]) -> None:
    assert broken(weakened, 600) > 0


def test_an_item_of_another_unit_never_gets_through() -> None:
    world = World(1)
    world.stormy = False
    world.draft()
    (change,) = world.changes.values()
    item = Item(**{**change.command["items"][0], "unit": "mm/min"})
    faults = shipped.life.faults([item], {p.path: p for p in world.gateway.plant.points.values()})
    assert "the device takes 'm/min'" in str(faults[0])
