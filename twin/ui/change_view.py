"""The page Changes without its page: how far a change is, what it says, what can be done. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal

from twin.devices.base import Point, Value
from twin.devices.change import UNDERWAY, Change, Item, State, approvals_needed
from twin.ui import comparison, figures, names, refusals
from twin.ui.comparison import Line
from twin.ui.components.card import Chart
from twin.ui.figures import Whisker
from twin.ui.i18n import t
from twin.ui.wording import UNKNOWN, duration, number, signed, span, trimmed, unit

S = State
STAGES = ("drafted", "simulated", "approved", "sent", "written", "confirmed")
"""The road of a change, in the order it is travelled."""
REACHED: Mapping[State, int] = {
    S.DRAFT: 1, S.SIMULATED: 2, S.APPROVED: 3, S.QUEUED: 3, S.SENT: 4, S.RECEIVED: 4, S.INTENT: 4,
    S.WRITTEN: 5, S.ROLLING_BACK: 5, S.UNKNOWN: 4, S.CONFIRMED: 6, S.ROLLED_BACK: 6, S.FAULT: 5,
    S.REFUSED: 4, S.CONFLICT: 4, S.DEVICE_REJECTED: 4, S.NOT_APPLIED: 4, S.SUPERSEDED: 4,
    S.EXPIRED: 3,
}  # fmt: skip
RED = frozenset({S.FAULT, S.REFUSED, S.DEVICE_REJECTED})
AMBER = frozenset({S.CONFLICT, S.UNKNOWN, S.EXPIRED, S.NOT_APPLIED, S.SUPERSEDED})
QUIET = frozenset({S.WITHDRAWN, S.ROLLED_BACK})
WAITING = frozenset({S.DRAFT, S.SIMULATED, S.APPROVED, S.QUEUED})
NOTHING: Mapping[str, str] = MappingProxyType({})
MOST_WHISKERS = 8
SMALL = 1.0  # per cent: too small to matter

Tone = Literal["red", "amber", "quiet", "done", "open"]
Verb = Literal["approve", "push", "ask", "rollback", "withdraw"]


@dataclass(frozen=True, slots=True)
class Action:
    """Something that can be done with a change: its button, and what it will do in words."""

    verb: Verb
    name: str
    words: str
    sure: str = ""
    barred: str = ""

    @property
    def two_steps(self) -> bool:
        """Whether it touches the machine and is asked for twice."""
        return bool(self.sure)


def reached(change: Change) -> int:
    """Return how many stages of the road a change has come."""
    if change.state in REACHED:
        return REACHED[change.state]
    return 3 if change.approvals else 2 if change.evidence else 1


def tone(state: State) -> Tone:
    """Return how a state is shown: only what is abnormal has a colour."""
    if state in RED:
        return "red"
    if state in AMBER:
        return "amber"
    if state in QUIET:
        return "quiet"
    return "done" if state is S.CONFIRMED else "open"


def state_word(state: State) -> str:
    """Return a state in one or two words."""
    return t(f"changes.state_{state.name}")


def meaning(change: Change) -> str:
    """Return what the state of a change means, as a heading."""
    left = approvals_needed(change.risk) - len(change.approvals)
    if change.state is S.SIMULATED and change.approvals and left > 0:
        return t("changes.meaning_more", person=change.approvals[-1].person, n=left)
    return t(f"changes.meaning_{change.state.name}")


def shown(value: Value | None) -> str:
    """Return a value as people write it."""
    if value is None:
        return UNKNOWN
    return names.word(value) if isinstance(value, str) else trimmed(value)


def step(item: Item) -> str:
    """Return what an item does: ``180 → 200 m/min``."""
    return f"{shown(item.base)} → {shown(item.to)}{unit(item.unit)}"


def title(change: Change) -> str:
    """Return a change in one line."""
    parts = [f"{names.parameter(item.path)} {step(item)}" for item in change.items]
    what = t("changes.comma").join(parts)
    return t("changes.back", what=what) if change.rollback_of else what


def moment(then: float, now: float) -> str:
    """Return when something was: the time of today, or the day before that."""
    at, today = (datetime.fromtimestamp(seconds).astimezone() for seconds in (then, now))
    return f"{at:%H:%M:%S}" if at.date() == today.date() else f"{at:%Y-%m-%d}"


def finding(changes: Sequence[Change]) -> str:
    """Return what the list says, as a heading."""
    wrong = sum(tone(change.state) == "red" for change in changes)
    waiting = sum(change.state in WAITING for change in changes)
    under = sum(change.state in UNDERWAY for change in changes)
    for n, key in ((under, "finding_under"), (waiting, "finding_waiting"), (wrong, "finding_red")):
        if n:
            return t(f"changes.{key}", n=n) if n > 1 else t(f"changes.{key}_one")
    return t("changes.finding_settled", n=len(changes))


# -- the chosen one -----------------------------------------------------------------------------


def item_rows(change: Change, points: Mapping[str, Point]) -> dict[str, Any]:
    """Return the table of old and new values, bounds and what was read back."""
    head = [t(f"changes.col_{key}") for key in ("point", "old", "new", "bounds", "held")]
    body = [_item_row(change, item, points.get(item.path)) for item in change.items]
    return {"head": head, "body": body}


def _item_row(change: Change, item: Item, point: Point | None) -> list[str]:
    held = change.held.get(item.path)
    owner = names.owner(item.path)
    name = names.parameter(item.path)
    return [
        f"{name} · {owner}" if owner else name,
        f"{shown(item.base)}{unit(item.unit)}",
        f"{shown(item.to)}{unit(item.unit)}",
        _bounds(point),
        UNKNOWN if held is None else f"{shown(held)}{unit(item.unit)}",
    ]


def _bounds(point: Point | None) -> str:
    if point is None:
        return UNKNOWN
    if point.options:
        return ", ".join(names.word(word) for word in point.options)
    low, high = trimmed(point.low), trimmed(point.high)
    return t("shell.span", low=low, high=high) + unit(point.unit)


def approval_rows(change: Change, signed_well: Mapping[str, bool]) -> dict[str, Any]:
    """Return the table of approvals."""
    head = [t(f"changes.col_{key}") for key in ("who", "when", "until", "signature")]
    body = [
        [a.person, short(a.at), short(a.expires),
         t("changes.signed" if signed_well.get(a.person) else "changes.forged")]
        for a in change.approvals
    ]  # fmt: skip
    return {"head": head, "body": body}


def clock(seconds: float) -> str:
    """Return a moment in local time: ``2026-11-20 04:20:07``."""
    at = datetime.fromtimestamp(seconds).astimezone()
    return f"{at:%Y-%m-%d %H:%M:%S}"


def short(seconds: float) -> str:
    """Return a moment in local time without year and seconds: ``11-20 04:20``."""
    return f"{datetime.fromtimestamp(seconds).astimezone():%m-%d %H:%M}"


def trail_rows(lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the table of the audit trail."""
    head = [t(f"changes.col_{key}") for key in ("line", "when", "who", "became", "reason")]
    body = [
        [str(line["n"]), clock(line["at"]), line["who"], state_word(State(line["state"])),
         refusals.message(line["reason"]) or UNKNOWN]
        for line in lines
    ]  # fmt: skip
    return {"head": head, "body": body}


def actions(change: Change, barred: Mapping[str, str] = NOTHING) -> list[Action]:
    """Return what can be done now, at most two things, the likelier first.

    ``barred`` says why somebody may not: verb → reason.
    """
    values = t("changes.comma").join(
        f"{names.parameter(item.path)} {shown(item.to)}{unit(item.unit)}" for item in change.items
    )
    said = {"values": values, "device": change.target}
    possible: dict[State, tuple[Verb, ...]] = {
        S.DRAFT: ("withdraw",),
        S.SIMULATED: ("approve", "withdraw"),
        S.APPROVED: ("push", "withdraw"),
        S.QUEUED: ("push", "withdraw"),
        S.CONFIRMED: () if change.rollback_of else ("rollback",),
    }
    verbs = possible.get(change.state, ("ask",) if change.state in UNDERWAY else ())
    if change.state is S.CONFIRMED:
        old = t("changes.comma").join(
            f"{names.parameter(item.path)} {shown(item.base)}{unit(item.unit)}"
            for item in change.items
        )
        said["values"] = old
    return [replace(_action(verb, said), barred=barred.get(verb, "")) for verb in verbs]


def settings(change: Change) -> list[str]:
    """Return what a what-if would have to set to try this change again."""
    return [f"{item.path}={shown_plain(item.to)}" for item in change.items]


def shown_plain(value: Value) -> str:
    """Return a value as an address carries it."""
    return value if isinstance(value, str) else f"{value:.10g}"


def _action(verb: Verb, said: Mapping[str, str]) -> Action:
    sure = t(f"changes.{verb}_sure", **said) if verb in {"push", "rollback"} else ""
    return Action(verb, t(f"changes.{verb}"), t(f"changes.{verb}_words", **said), sure)


# -- evidence -----------------------------------------------------------------------------------


def evidence(change: Change, document: Any, theme: str) -> Chart:
    """Return what the what-if showed."""
    if change.evidence is None:
        return Chart(t("changes.no_evidence"), None, t("changes.no_evidence_why"))
    if change.evidence.waived:
        why = t("changes.waived_why", reason=change.evidence.waived)
        return Chart(t("changes.waived"), None, why)
    lines = _lines(document)
    drawn = _telling(lines)
    head = [t("changes.col_kpi"), t("changes.col_difference"), t("changes.col_verdict")]
    rows = [[_kpi(line.path), comparison.difference_text(line), comparison.verdict_text(line)]
            for line in sorted(lines, key=lambda line: not _leads(line))
            if line.difference is not None]  # fmt: skip
    if not rows:
        rows = _kept(change)
    if not drawn:
        listed = "\n".join(" · ".join(row) for row in rows)
        return Chart(_said(change, lines), None, listed or t("changes.evidence_empty"))
    whiskers = [_whisker(line) for line in drawn]
    figure = figures.forest(
        whiskers, theme, axis=t("changes.axis_percent"), zero=t("changes.baseline"), small=SMALL
    )
    return Chart(_said(change, lines), figure, t("changes.evidence_caption"), head, rows)


def _kpi(path: str) -> str:
    owner = names.owner(path)
    return f"{names.kpi(path)} · {owner}" if owner else names.kpi(path)


def _lines(document: Any) -> list[Line]:
    """The KPIs of a comparison; none of a document that is not one of ours."""
    try:
        found = comparison.outcome(document)
        for line in found.lines:
            comparison.verdict_text(line)
        return list(found.lines) if found.compared else []
    except (KeyError, TypeError):
        return []


def _leads(line: Line) -> bool:
    """Whether it is one of the headline KPIs that What-if shows."""
    return bool((line.difference or {}).get("headline"))


def _telling(lines: Sequence[Line]) -> list[Line]:
    """The headline KPIs that What-if shows, then those whose difference is settled."""

    def rank(line: Line) -> tuple[bool, bool]:
        return not _leads(line), line.verdict == "cannot tell"

    moved = [line for line in lines if line.relative is not None and line.verdict]
    return sorted(moved, key=rank)[:MOST_WHISKERS]


def _whisker(line: Line) -> Whisker:
    value, low, high = line.relative or (0.0, 0.0, 0.0)
    label = f"{comparison.difference_text(line)}, {comparison.verdict_text(line)}"
    word = t(f"changes.verdict_{line.verdict.replace(' ', '_')}")
    settled = line.verdict in {"better", "worse"}
    return Whisker(
        _kpi(line.path), value, low, high, settled, line.verdict == "worse", word=word, label=label
    )


def _kept(change: Change) -> list[list[str]]:
    """The differences that the change itself carries."""
    differences = change.evidence.differences if change.evidence else ()
    return [
        [_kpi(d.kpi), f"{_signed(d.value)} ({_interval(d.low, d.high)}){unit(d.unit)}",
         t(f"changes.verdict_{d.verdict.replace(' ', '_')}")]
        for d in differences
    ]  # fmt: skip


def _signed(value: float | None) -> str:
    return UNKNOWN if value is None else signed(value, 2)


def _interval(low: float | None, high: float | None) -> str:
    return UNKNOWN if low is None or high is None else span(low, high, 2)


def _said(change: Change, lines: Sequence[Line]) -> str:
    """Return how many headline figures got better and worse, as What-if says it."""
    verdicts: list[str] = [line.verdict for line in lines if _leads(line)]
    if not verdicts and change.evidence:
        verdicts = [d.verdict for d in change.evidence.differences]
    better, worse = verdicts.count("better"), verdicts.count("worse")
    if better or worse:
        return t("changes.evidence_finding", better=better, worse=worse)
    return t("changes.evidence_open")


# -- the device ---------------------------------------------------------------------------------


def device_rows(rows: Sequence[Mapping[str, Any]], device: str) -> dict[str, Any]:
    """Return what a device reports, as a table."""
    head = [t(f"changes.col_{key}") for key in ("point", "holds", "version", "written_by")]
    body = [
        [names.parameter(row["path"]), _held(row), UNKNOWN if row["version"] is None
         else str(row["version"]), _by(row["by"])]
        for row in rows if row["device"] == device
    ]  # fmt: skip
    return {"head": head, "body": body}


def _by(writer: str) -> str:
    """The end of a change's id is enough to know it again."""
    if not writer:
        return UNKNOWN
    return f"…{writer[-8:]}" if writer.startswith("C-") else names.word(writer)


def _held(row: Mapping[str, Any]) -> str:
    value = row["value"]
    return UNKNOWN if value is None else f"{shown(value)}{unit(row['unit'])}"


def device_finding(rows: Sequence[Mapping[str, Any]], device: str) -> tuple[str, bool]:
    """Return how the device is doing, as a heading, and whether what it said is stale."""
    mine = [row for row in rows if row["device"] == device]
    known = [row["age_s"] for row in mine if row["quality"] != "none" and row["age_s"] is not None]
    if not known:
        return t("changes.device_silent", device=device), True
    oldest = max(known)
    if any(row["quality"] != "good" for row in mine):
        return t("changes.device_stale", device=device, time=duration(oldest)), True
    return t("changes.device_live", device=device, age=number(oldest, 0)), False
