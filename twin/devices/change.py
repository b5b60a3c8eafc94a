"""A change of set-points and its life, from the draft to the value read back.

Pure functions on frozen documents: no clock, no store, no network. ::

    DRAFT → SIMULATED → APPROVED → QUEUED → SENT → RECEIVED → INTENT → WRITTEN → CONFIRMED

and off that road REFUSED, CONFLICT, DEVICE_REJECTED, ROLLED_BACK, FAULT, EXPIRED, SUPERSEDED,
WITHDRAWN; UNKNOWN while nobody can say, then CONFIRMED, NOT_APPLIED or CONFLICT.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from twin.devices.base import Point, Value
from twin.devices.signing import digest
from twin.errors import BadInput, Fault

APPROVAL_LIFE_S = 24 * 3600.0
FOUR_EYES = 2  # from this risk on the author may not approve
TWO_APPROVERS = 3  # from this risk on two people must approve
NO_GROUND: Mapping[str, Any] = MappingProxyType({})


class State(StrEnum):
    """Where a change is."""

    DRAFT = "DRAFT"
    SIMULATED = "SIMULATED"
    APPROVED = "APPROVED"
    QUEUED = "QUEUED"
    SENT = "SENT"
    RECEIVED = "RECEIVED"
    INTENT = "INTENT"
    WRITTEN = "WRITTEN"
    ROLLING_BACK = "ROLLING_BACK"
    UNKNOWN = "UNKNOWN"
    CONFIRMED = "CONFIRMED"
    REFUSED = "REFUSED"
    CONFLICT = "CONFLICT"
    DEVICE_REJECTED = "DEVICE_REJECTED"
    ROLLED_BACK = "ROLLED_BACK"
    FAULT = "FAULT"
    NOT_APPLIED = "NOT_APPLIED"
    EXPIRED = "EXPIRED"
    SUPERSEDED = "SUPERSEDED"
    WITHDRAWN = "WITHDRAWN"


S = State
OUTCOMES = frozenset(
    {
        S.CONFIRMED,
        S.REFUSED,
        S.CONFLICT,
        S.DEVICE_REJECTED,
        S.ROLLED_BACK,
        S.FAULT,
        S.NOT_APPLIED,
        S.EXPIRED,
        S.SUPERSEDED,
    }
)
FINAL = OUTCOMES | {S.WITHDRAWN}
UNDERWAY = frozenset({S.SENT, S.RECEIVED, S.INTENT, S.WRITTEN, S.ROLLING_BACK, S.UNKNOWN})

_FLIGHT = frozenset({S.RECEIVED, S.INTENT, S.WRITTEN, S.ROLLING_BACK, S.UNKNOWN})
NEXT: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        S.DRAFT: frozenset({S.SIMULATED, S.APPROVED, S.QUEUED, S.WITHDRAWN}),
        S.SIMULATED: frozenset({S.APPROVED, S.WITHDRAWN}),
        S.APPROVED: frozenset({S.QUEUED, S.WITHDRAWN, S.EXPIRED}),
        S.QUEUED: frozenset({S.SENT, S.WITHDRAWN, S.EXPIRED}),
        S.SENT: _FLIGHT | OUTCOMES,
        S.RECEIVED: (_FLIGHT | OUTCOMES) - {S.RECEIVED},
        S.INTENT: (_FLIGHT | OUTCOMES) - {S.RECEIVED, S.INTENT},
        S.WRITTEN: (_FLIGHT | OUTCOMES) - {S.RECEIVED, S.INTENT, S.WRITTEN},
        S.ROLLING_BACK: OUTCOMES | {S.UNKNOWN},
        S.UNKNOWN: OUTCOMES,
        S.CONFIRMED: frozenset({S.ROLLED_BACK}),
    }
)


@dataclass(frozen=True, slots=True)
class Item:
    """One set-point of a change: from ``base`` to ``to``, in ``unit``."""

    path: str
    unit: str
    base: Value
    to: Value
    tolerance: float = 0.0
    base_version: int | None = None


@dataclass(frozen=True, slots=True)
class Assumed:
    """A set-point that a change leaves alone and that its what-if took to be so."""

    path: str
    unit: str
    value: Value


@dataclass(frozen=True, slots=True)
class Difference:
    """What the what-if says a KPI will do."""

    kpi: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a what-if showed: its runs, its differences, and the hash of the whole document.

    ``assumed`` and ``model`` are what it rests on: the other set-points of the device, and the
    ``model_key`` of the twin.
    """

    sha256: str
    runs: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()
    waived: str = ""
    assumed: tuple[Assumed, ...] = ()
    model: str = ""


@dataclass(frozen=True, slots=True)
class Approval:
    """One person's yes to exactly this payload with exactly this evidence."""

    person: str
    change: str
    payload: str
    evidence: str
    at: float
    expires: float
    signature: str = ""

    def statement(self) -> dict[str, Any]:
        """What is signed."""
        document = asdict(self)
        del document["signature"]
        return document


@dataclass(frozen=True, slots=True)
class Change:
    """A change of set-points of one device."""

    id: str
    target: str
    items: tuple[Item, ...]
    author: str
    created: float
    risk: int
    state: State = State.DRAFT
    note: str = ""
    reason: str = ""
    evidence: Evidence | None = None
    approvals: tuple[Approval, ...] = ()
    command: dict[str, Any] = field(default_factory=dict)
    held: dict[str, Value] = field(default_factory=dict)
    rollback_of: str = ""
    rolled_back_by: str = ""
    updated: float = 0.0

    @property
    def payload(self) -> str:
        """Hash of what would be written: an approval binds it."""
        rests = ground(self.evidence)
        return payload_hash(self.id, self.target, self.items, self.author, self.rollback_of, rests)


def ground(evidence: Evidence | None) -> dict[str, Any]:
    """Return what a change rests on, as its command says it; empty when it does not say."""
    if evidence is None or not (evidence.assumed or evidence.model):
        return {}
    return {"assumed": [asdict(one) for one in evidence.assumed], "model": evidence.model}


def payload_hash(
    key: str,
    target: str,
    items: Iterable[Item],
    author: str,
    rollback_of: str = "",
    rests: Mapping[str, Any] = NO_GROUND,
) -> str:
    """Return the hash of what a change would write, on whose wish, and on what ground."""
    written = [asdict(item) for item in items]
    named = {"id": key, "target": target, "items": written, "author": author}
    return digest({**named, "rollback_of": rollback_of, **rests})


def to_document(change: Change) -> dict[str, Any]:
    """Return the change as plain JSON."""
    document = asdict(change)
    document["state"] = str(change.state)
    return document


def from_document(document: Mapping[str, Any]) -> Change:
    """Return the change of a document that :func:`to_document` made."""
    fields = dict(document)
    fields["state"] = State(fields["state"])
    fields["items"] = tuple(Item(**item) for item in fields["items"])
    fields["approvals"] = tuple(Approval(**approval) for approval in fields["approvals"])
    if fields["evidence"] is not None:
        fields["evidence"] = _evidence(fields["evidence"])
    return Change(**fields)


def _evidence(document: Mapping[str, Any]) -> Evidence:
    differences = tuple(Difference(**entry) for entry in document["differences"])
    assumed = tuple(Assumed(**entry) for entry in document.get("assumed", ()))
    return Evidence(
        document["sha256"],
        tuple(document["runs"]),
        differences,
        document.get("waived", ""),
        assumed,
        document.get("model", ""),
    )


def move(change: Change, to: State, now: float, reason: str = "") -> Change:
    """Return the change in state ``to``; refuse a step that the life of a change does not have."""
    if to not in NEXT.get(change.state, frozenset()):
        raise BadInput(Fault(f"is {change.state} and cannot become {to}", path=change.id))
    return replace(change, state=to, reason=reason, updated=now)


def attach(change: Change, evidence: Evidence, now: float) -> Change:
    """Attach what the what-if showed: DRAFT → SIMULATED."""
    return replace(move(change, State.SIMULATED, now), evidence=evidence)


def approvals_needed(risk: int) -> int:
    """How many people must approve a change of this risk."""
    return 2 if risk >= TWO_APPROVERS else 1


def is_own(change: Change, person: str) -> bool:
    """Whether this person drafted it and it risks too much to approve it himself."""
    return change.risk >= FOUR_EYES and person == change.author


def has_approved(change: Change, person: str) -> bool:
    """Whether this person has approved it already."""
    return any(approval.person == person for approval in change.approvals)


def approval_refusal(change: Change, person: str) -> str:
    """Why ``person`` cannot approve this change now; empty when he can."""
    if change.state is State.DRAFT:
        return (
            "has no evidence: attach a what-if (twin change evidence ID FILE.json) or approve"
            " --without-evidence with a reason"
        )
    if change.state is not State.SIMULATED:
        return f"is {change.state} and cannot be approved"
    if is_own(change, person):
        return f"was drafted by {person}: somebody else must approve it (risk {change.risk})"
    if has_approved(change, person):
        return f"was already approved by {person}: a second person must approve it"
    return ""


def approve(change: Change, approval: Approval, now: float) -> Change:
    """Add an approval; SIMULATED → APPROVED once enough people said yes."""
    reason = approval_refusal(change, approval.person)
    if reason:
        raise BadInput(Fault(reason, path=change.id))
    given = replace(change, approvals=(*change.approvals, approval), updated=now)
    missing = approvals_missing(given.risk, given.author, given.approvals, now)
    return given if missing else move(given, State.APPROVED, now)


def approvals_missing(risk: int, author: str, approvals: Iterable[Approval], now: float) -> str:
    """Why the approvals are not enough; empty when they are. The gateway asks the same."""
    given = list(approvals)
    valid = {approval.person for approval in given if approval.at <= now < approval.expires}
    if risk >= FOUR_EYES:
        valid.discard(author)
    lacking = approvals_needed(risk) - len(valid)
    if lacking <= 0:
        return ""
    if any(approval.expires <= now for approval in given):
        return "an approval is older than 24 h: approve it again in a new draft"
    other = " other than the author" if risk >= FOUR_EYES else ""
    return f"{lacking} more approval{'s' if lacking > 1 else ''} by somebody{other} needed"


def queue(change: Change, command: Mapping[str, Any], now: float) -> Change:
    """Attach the signed command: APPROVED → QUEUED (a rollback is queued from its draft)."""
    if change.state in {State.SIMULATED, State.DRAFT} and not change.rollback_of:
        raise BadInput(Fault(_unapproved(change), path=change.id))
    if change.state is State.APPROVED:
        missing = approvals_missing(change.risk, change.author, change.approvals, now)
        if missing:
            raise BadInput(Fault(missing, path=change.id))
    return replace(move(change, State.QUEUED, now), command=dict(command))


def _unapproved(change: Change) -> str:
    return f"is {change.state}, not approved: twin change approve {change.id} --as NAME"


def report(
    change: Change,
    state: State,
    now: float,
    reason: str = "",
    held: Mapping[str, Value] | None = None,
) -> Change:
    """Take in what the gateway says; a late, repeated or impossible report changes nothing."""
    if change.state not in UNDERWAY or state not in NEXT[change.state]:
        return change
    return replace(move(change, state, now, reason), held=dict(held or change.held))


def faults(items: Iterable[Item], points: Mapping[str, Point]) -> list[Fault]:
    """Everything that the points of a device have against these items."""
    found: list[Fault] = []
    for item in items:
        point = points.get(item.path)
        if point is None:
            found.append(Fault("the device has no such point", path=item.path))
            continue
        reason = point.refusal(item.to, item.unit)
        if reason:
            about = f" ({point.meaning.rstrip('.')})" if point.meaning else ""
            found.append(Fault(reason + about, path=item.path, value=f"{item.to}"))
    return found
