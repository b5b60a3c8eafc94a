"""The page Changes at the change desk: what stands there, and doing what a person asked for.

The desk checks who may do what; this only carries the wish there and the refusal back. A push
waits for the machine, so it runs in a thread of its own; every step of it is in the ledger before
it is taken, and the page reads the ledger.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from twin.devices import change as life
from twin.devices.base import Point
from twin.devices.change import Change, State
from twin.devices.desk import Desk
from twin.devices.link import Unreachable
from twin.devices.people import NEEDS, Person
from twin.errors import BadInput
from twin.ui.i18n import t

LOG = logging.getLogger("twin.ui")
MOST = 60
"""Changes in the list."""
LIVE_S = 0.8
"""How long a device may take to say what it holds."""


@dataclass(frozen=True, slots=True)
class Found:
    """One change with everything that is known about it."""

    change: Change
    points: Mapping[str, Point]
    document: Any
    trail: list[dict[str, Any]]
    wrong: list[str]
    signed_well: Mapping[str, bool]


def changes() -> list[Change]:
    """Return the latest changes, newest first."""
    return Desk().ledger.changes(MOST)


def version(found: list[Change]) -> str:
    """Return a word that differs whenever the list does."""
    said = repr([(c.id, c.state, c.updated, len(c.approvals), c.reason) for c in found])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def people() -> list[dict[str, str]]:
    """Return everybody who may be chosen, as the options of a select."""
    everybody = Desk().people.all().values()
    return [{"value": p.id, "label": f"{p.name} ({t(f'changes.role_{p.role}')})"}
            for p in everybody]  # fmt: skip


def barred(change: Change, person: str) -> dict[str, str]:
    """Return what this person may not do with a change now: verb → why, in words."""
    everybody = Desk().people.all()
    found = {
        verb: _may_not(verb, permission, person, everybody)
        for verb, permission in NEEDS.items()
        if person not in everybody or not everybody[person].may(permission)
    }
    if "approve" not in found and life.is_own(change, person):
        found["approve"] = t("changes.bar_own", risk=change.risk)
    if "approve" not in found and life.has_approved(change, person):
        found["approve"] = t("changes.bar_twice")
    return found


def _may_not(verb: str, permission: str, person: str, everybody: Mapping[str, Person]) -> str:
    able = t("changes.comma").join(p.name for p in everybody.values() if p.may(permission))
    name = everybody[person].name if person in everybody else person
    doing = t(f"changes.bar_{verb}")
    if not able:
        return t("changes.bar_nobody", name=name, doing=doing)
    return t("changes.bar_role", name=name, doing=doing, able=able)


def find(key: str) -> Found | None:
    """Return one change, or None if there is none of that id."""
    desk = Desk()
    try:
        change = desk.ledger.get(key)
    except BadInput:
        return None
    document = desk.ledger.evidence(change.evidence.sha256) if change.evidence else None
    keys = desk.people.keys
    well = {a.person: keys.verify(a.person, a.statement(), a.signature) for a in change.approvals}
    return Found(change, _points(desk), document, desk.trail(key), desk.verify_trail(), well)


def _points(desk: Desk) -> Mapping[str, Point]:
    try:
        return desk.plant.points
    except BadInput:
        return {}


def device_of(key: str) -> str:
    """Return the device of a change, or the first that is known; empty without any."""
    desk = Desk()
    try:
        return desk.ledger.get(key).target if key else desk.plant.devices[0].name
    except (BadInput, IndexError):
        return ""


def live() -> list[dict[str, Any]] | None:
    """Return what every point of the devices holds, with its age; None when nothing runs."""
    try:
        listener = Desk().live()
        listener.start()
    except (Unreachable, BadInput, OSError):
        return None
    try:
        listener.wait_for({spec.name for spec in listener.plant.devices}, LIVE_S)
        return listener.rows()
    finally:
        listener.stop()


def act(verb: str, key: str, person: str) -> str:
    """Do what a person asked for with a change; returns the id of the change to look at.

    Raises
    ------
    BadInput
        When the desk refuses: the person may not, or the change is not there yet.
    """
    desk = Desk()
    if verb == "approve":
        return desk.approve(key, person).id
    if verb == "withdraw":
        return desk.withdraw(key, person).id
    if verb == "ask":
        desk.people.require(person, "push")
        return _aside(desk.settle, key)
    if verb == "rollback":
        desk.people.require(person, "rollback")
        return _aside(desk.rollback, key, person)
    if verb == "push":
        _allowed(desk, key, person)
        return _aside(desk.push, key, person)
    raise BadInput(f"nothing is called {verb!r}")


def _allowed(desk: Desk, key: str, person: str) -> None:
    """Let the desk's own rules refuse at once what they would refuse in the thread."""
    desk.people.require(person, "push")
    change = desk.ledger.get(key)
    if change.state not in {State.QUEUED, *life.UNDERWAY}:
        life.queue(change, {}, time.time())


def _aside(call: Any, key: str, *arguments: str) -> str:
    """Run a call that waits for the machine in a thread; the ledger keeps what comes of it."""

    def run() -> None:
        try:
            call(key, *arguments)
        except (BadInput, Unreachable) as error:
            LOG.warning("change %s: %s", key, error)

    threading.Thread(target=run, name=f"push-{key}", daemon=True).start()
    return key
