"""What a state means and what to do next, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from twin.devices.change import Change, State, approvals_needed

S = State
MEANING: Mapping[State, tuple[str, str]] = MappingProxyType(
    {
        S.DRAFT: ("Drafted, not simulated yet", "Attach the evidence of a what-if"),
        S.SIMULATED: ("Simulated, waiting for approval", "Have it approved"),
        S.APPROVED: ("Approved, ready to push", "Push it"),
        S.QUEUED: ("Signed, not sent yet", "Push it again when the broker can be reached"),
        S.SENT: ("Sent, no answer yet", "Wait; then ask again with status"),
        S.RECEIVED: ("The gateway has it and checks it", "Wait"),
        S.INTENT: ("Being written", "Wait"),
        S.WRITTEN: ("Written, being read back", "Wait"),
        S.ROLLING_BACK: ("The old values are being restored", "Wait"),
        S.UNKNOWN: ("Nobody can say yet what the device holds", "Wait; the gateway reads it back"),
        S.CONFIRMED: ("Done: the device holds the new values", "Nothing; or roll it back"),
        S.REFUSED: ("Refused by the gateway, nothing was written", "Correct it, draft anew"),
        S.CONFLICT: (
            "The device was changed in the meantime, its value was kept",
            "Compare again from the present values, draft anew",
        ),
        S.DEVICE_REJECTED: ("The device said no, nothing was changed", "Ask why at the device"),
        S.ROLLED_BACK: ("The old values are back", "Nothing; or draft anew"),
        S.FAULT: ("The old values could not be restored", "Go to the machine and check it"),
        S.NOT_APPLIED: ("It did not reach the device, nothing was changed", "Draft it anew"),
        S.EXPIRED: ("Too old to be written, nothing was changed", "Draft it anew"),
        S.SUPERSEDED: ("A newer change was there first, nothing was changed", "Draft it anew"),
        S.WITHDRAWN: ("Withdrawn", "Nothing"),
    }
)


def row(change: Change) -> dict[str, Any]:
    """One row of the list of changes, for people and for tables."""
    meaning, action = MEANING[change.state]
    left = approvals_needed(change.risk) - len(change.approvals)
    if change.state is State.SIMULATED and change.approvals:
        meaning = f"Approved by {change.approvals[-1].person}, {left} more needed"
    return {
        "id": change.id,
        "state": str(change.state),
        "meaning": meaning,
        "next": action,
        "reason": change.reason,
        "device": change.target,
        "what": "; ".join(
            f"{item.path}: {_show(item.base)} → {_show(item.to)}"
            + ("" if item.unit in {"", "1"} else f" {item.unit}")
            for item in change.items
        ),
        "author": change.author,
        "approved_by": [approval.person for approval in change.approvals],
        "risk": change.risk,
        "note": change.note,
        "created": change.created,
        "updated": change.updated,
        "rollback_of": change.rollback_of,
    }


def _show(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.6g}"
