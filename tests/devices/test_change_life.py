"""The life of a change as pure functions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from twin.devices import change as life
from twin.devices import words
from twin.devices.change import Approval, Change, Evidence, Item, State
from twin.errors import BadInput

S = State
ITEM = Item("mill.speed", "m/min", 180.0, 200.0)


def draft(risk: int = 2) -> Change:
    return Change("C-1", "mill", (ITEM,), "olga", 0.0, risk)


def simulated(risk: int = 2) -> Change:
    return life.attach(draft(risk), Evidence("e" * 64), 1.0)


def approval(change: Change, person: str, at: float = 1.0) -> Approval:
    assert change.evidence is not None
    expires = at + life.APPROVAL_LIFE_S
    return Approval(person, change.id, change.payload, change.evidence.sha256, at, expires)


def approved(risk: int = 2) -> Change:
    change = simulated(risk)
    for person in ("anna", "ben")[: life.approvals_needed(risk)]:
        change = life.approve(change, approval(change, person), 2.0)
    return change


@pytest.mark.parametrize(("risk", "people"), [(0, 1), (1, 1), (2, 1), (3, 2)])
def test_how_many_must_approve(risk: int, people: int) -> None:
    assert life.approvals_needed(risk) == people
    assert approved(risk).state is S.APPROVED


def test_the_author_may_approve_only_what_risks_little() -> None:
    small = simulated(risk=1)
    assert life.approve(small, approval(small, "olga"), 2.0).state is S.APPROVED
    with pytest.raises(BadInput, match="somebody else"):
        life.approve(simulated(), approval(simulated(), "olga"), 2.0)


def test_one_person_is_not_two() -> None:
    change = simulated(risk=3)
    once = life.approve(change, approval(change, "anna"), 2.0)
    assert once.state is S.SIMULATED
    assert words.row(once)["meaning"] == "Approved by anna, 1 more needed"
    with pytest.raises(BadInput, match="second person"):
        life.approve(once, approval(once, "anna"), 2.0)


def test_nothing_is_approved_without_evidence() -> None:
    with pytest.raises(BadInput, match="has no evidence"):
        life.approve(draft(), approval(simulated(), "anna"), 2.0)


def test_an_approval_ends_after_a_day() -> None:
    change = approved()
    assert life.queue(change, {}, 3.0).state is S.QUEUED
    with pytest.raises(BadInput, match="older than 24 h"):
        life.queue(change, {}, 2.0 + life.APPROVAL_LIFE_S)


@pytest.mark.parametrize("change", [draft(), simulated()])
def test_what_is_not_approved_is_not_queued(change: Change) -> None:
    with pytest.raises(BadInput, match="not approved"):
        life.queue(change, {}, 3.0)


def test_an_approval_binds_every_digit() -> None:
    change = draft()
    for other in (
        replace(change, items=(replace(ITEM, to=200.0000001),)),
        replace(change, items=(replace(ITEM, base=181.0),)),
        replace(change, items=(replace(ITEM, unit="m/s"),)),
        replace(change, target="lathe"),
        replace(change, author="anna"),
        replace(change, id="C-2"),
    ):
        assert other.payload != change.payload


def test_late_reports_change_nothing() -> None:
    sent = life.move(life.queue(approved(), {}, 3.0), S.SENT, 4.0)
    done = life.report(sent, S.CONFIRMED, 5.0)
    for state in State:
        assert life.report(done, state, 6.0) == done
    unknown = life.report(sent, S.UNKNOWN, 5.0)
    assert life.report(unknown, S.INTENT, 6.0) == unknown
    assert life.report(unknown, S.NOT_APPLIED, 6.0).state is S.NOT_APPLIED


def test_final_states_are_final() -> None:
    for state in life.FINAL - {S.CONFIRMED}:
        assert life.NEXT.get(state, frozenset()) == frozenset()
    assert life.NEXT[S.CONFIRMED] == {S.ROLLED_BACK}


def test_every_state_has_words() -> None:
    assert set(words.MEANING) == set(State)


def test_documents_go_round() -> None:
    change = life.queue(approved(), {"seq": 1}, 3.0)
    assert life.from_document(life.to_document(change)) == change
