"""The page Changes: how far a change is, what can be done, and what the desk refuses."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from twin.devices import change as life
from twin.devices.base import Point
from twin.devices.change import Approval, Change, Evidence, Item, State
from twin.devices.desk import Desk
from twin.devices.embedded import prepare
from twin.devices.people import NEEDS
from twin.devices.plant import points_document, read
from twin.errors import BadInput
from twin.ui import change_desk, change_layout, i18n, links
from twin.ui import change_view as view
from twin.ui.pages import changes

SPEED = {"path": "mill.cutting_speed", "unit": "m/min", "low": 5, "high": 2000, "value": 180}
COMPARED = {
    "changed": {"mill.cutting_speed": {"from": 180, "to": 200}},
    "difference": {
        "mill.throughput": {"value": 2.4, "low": 1.6, "high": 3.2, "unit": "parts/h",
                            "verdict": "better"},
        "mill.energy": {"value": 0.5, "low": -0.1, "high": 1.1, "unit": "kWh",
                        "verdict": "cannot tell"},
    },
}  # fmt: skip


MORE = {**COMPARED, "changed": {"mill.cutting_speed": {"from": 180, "to": 210}}}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TWIN_HOME", str(tmp_path))
    monkeypatch.delenv("TWIN_BROKER", raising=False)
    prepare(tmp_path, read(points_document([SPEED], title="Mill")))
    return tmp_path


@pytest.fixture
def drafted() -> Change:
    return Desk().draft({"mill.cutting_speed": 200.0}, evidence=COMPARED, note="rush order")


def at(state: State, **more: object) -> Change:
    item = Item("mill.cutting_speed", "m/min", 180, 200)
    return replace(Change("C-1", "mill", (item,), "operator", 0.0, 2, state=state), **more)


# -- how far it is ------------------------------------------------------------------------------


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("tag", list(i18n.LANGUAGES))
def test_every_state_has_its_words_and_its_place(state: State, tag: str) -> None:
    i18n.use_language(tag)
    try:
        change = at(state)
        assert view.state_word(state)
        assert view.meaning(change)
        assert i18n.t(f"changes.next_{state.name}")
        assert 1 <= view.reached(change) <= len(view.STAGES)
        assert len(view.actions(change)) <= 2
    finally:
        i18n.use_language("en")


def test_the_road_never_goes_back() -> None:
    road = [State.DRAFT, State.SIMULATED, State.APPROVED, State.QUEUED, State.SENT, State.RECEIVED,
            State.INTENT, State.WRITTEN, State.CONFIRMED]  # fmt: skip
    stops = [view.reached(at(state)) for state in road]
    assert stops == sorted(stops)
    assert (stops[0], stops[-1]) == (1, len(view.STAGES))


def test_a_withdrawn_change_stays_where_it_was() -> None:
    shown = Evidence("x")
    yes = Approval("approver", "C-1", "", "", 0.0, 1.0)
    assert view.reached(at(State.WITHDRAWN)) == 1
    assert view.reached(at(State.WITHDRAWN, evidence=shown)) == 2
    assert view.reached(at(State.WITHDRAWN, evidence=shown, approvals=(yes,))) == 3


def test_only_what_is_wrong_has_a_colour() -> None:
    assert {state for state in State if view.tone(state) == "red"} == {
        State.FAULT, State.REFUSED, State.DEVICE_REJECTED}  # fmt: skip
    assert view.tone(State.CONFIRMED) == "done"
    assert view.tone(State.APPROVED) == "open"


def test_every_action_is_one_that_the_life_of_a_change_has() -> None:
    becomes = {
        "approve": State.APPROVED,
        "withdraw": State.WITHDRAWN,
        "rollback": State.ROLLED_BACK,
    }
    for state in State:
        for action in view.actions(at(state)):
            if action.verb in becomes:
                assert becomes[action.verb] in life.NEXT[state], (state, action.verb)
            if action.verb == "ask":
                assert state in life.UNDERWAY
            if action.verb == "push":
                assert state in {State.APPROVED, State.QUEUED}


def test_what_touches_the_machine_says_what_it_writes_and_asks_twice() -> None:
    push, withdraw = view.actions(at(State.APPROVED))
    assert "200 m/min" in push.words
    assert push.two_steps
    assert not withdraw.two_steps
    (back,) = view.actions(at(State.CONFIRMED))
    assert "180 m/min" in back.words
    assert back.two_steps


def test_a_click_on_push_asks_first_and_not_yet_lets_go() -> None:
    verbs = ["push", "withdraw"]
    assert changes.decide(0, "", verbs) == ("push", True)
    assert changes.decide(0, "push", verbs) == ("push", False)
    assert changes.decide(1, "push", verbs) == ("", False)
    assert changes.decide(1, "", verbs) == ("withdraw", False)
    assert changes.decide(0, "push", ["ask"]) == ("", False)


def test_an_armed_step_changes_both_buttons() -> None:
    todo = view.actions(at(State.APPROVED))
    assert change_layout.buttons(todo, "push")[0] == todo[0].sure
    assert change_layout.buttons(todo, "push")[5] == "Not yet"
    assert change_layout.buttons(todo, "")[0] == todo[0].name
    assert change_layout.buttons([], "")[3] == {"display": "none"}


# -- the chosen one -----------------------------------------------------------------------------


def test_old_new_bounds_and_read_back_stand_in_one_line() -> None:
    change = at(State.CONFIRMED, held={"mill.cutting_speed": 200.0})
    point = Point("mill.cutting_speed", "m/min", 5, 2000, 180)
    (row,) = view.item_rows(change, {point.path: point})["body"]
    assert row[1:] == ["180 m/min", "200 m/min", "5 to 2000 m/min", "200 m/min"]
    assert view.title(change).endswith("180 → 200 m/min")


def test_evidence_without_its_document_is_still_told(drafted: Change) -> None:
    for document in (None, {}, {"difference": 3}, [], COMPARED):
        chart = view.evidence(drafted, document, "light")
        assert chart.figure is None
        assert "+2.40 (1.60 to 3.20) parts/h" in chart.caption
        assert chart.finding == "Beyond chance: 1 better, 0 worse"


def test_no_bare_p_value_is_shown(drafted: Change) -> None:
    chart = view.evidence(drafted, COMPARED, "light")
    assert "cannot tell" in chart.caption
    assert "p =" not in chart.caption


def test_the_finding_counts_the_figures_that_what_if_leads_with(drafted: Change) -> None:
    kpi = {"value": 20.0, "low": 19.0, "high": 21.0, "unit": "parts/h", "better": "more"}
    moved = {"value": 2.0, "low": 1.5, "high": 2.5, "unit": "parts/h", "p_better": 0.99,
             "more_runs": None}  # fmt: skip
    paths = {"mill.throughput": ("worse", True), "mill.force": ("better", False)}
    document = {
        "base": {"kpis": dict.fromkeys(paths, kpi), "run_id": "a"},
        "candidate": {"kpis": dict.fromkeys(paths, kpi), "run_id": "b"},
        "difference": {"kpis": {path: {**moved, "verdict": verdict, "headline": leads}
                                for path, (verdict, leads) in paths.items()}},
        "replications": 8,
    }  # fmt: skip
    chart = view.evidence(drafted, document, "light")
    assert chart.finding == "Beyond chance: 0 better, 1 worse"


def test_evidence_of_a_real_comparison_is_a_forest() -> None:
    kpi = {"value": 20.0, "low": 19.0, "high": 21.0, "unit": "parts/h", "better": "higher"}
    moved = {"value": 2.0, "low": 1.5, "high": 2.5, "unit": "parts/h", "verdict": "better",
             "p_better": 0.99, "more_runs": None}  # fmt: skip
    document = {
        "base": {"kpis": {"mill.throughput": kpi}, "run_id": "a"},
        "candidate": {"kpis": {"mill.throughput": kpi}, "run_id": "b"},
        "difference": {"kpis": {"mill.throughput": moved}},
        "replications": 5,
    }
    change = at(State.SIMULATED, evidence=Evidence("x"))
    chart = view.evidence(change, document, "dark")
    assert chart.figure is not None
    assert chart.rows[0][2] == "better"


def test_a_signature_that_does_not_check_is_said(drafted: Change) -> None:
    approved = Desk().approve(drafted.id, "approver")
    found = change_desk.find(drafted.id)
    assert found is not None
    assert found.signed_well == {"approver": True}
    assert view.approval_rows(approved, {"approver": False})["body"][0][3].startswith("◆")


def test_a_trail_that_was_altered_is_said(drafted: Change) -> None:
    found = change_desk.find(drafted.id)
    assert found is not None
    assert "is whole" in changes.chain(found)[0]
    with Desk().ledger.engine.begin() as db:
        db.exec_driver_sql(
            "update device_audit set document = replace(document, 'operator', 'eve')"
        )
    found = change_desk.find(drafted.id)
    assert found is not None
    assert "broken" in str(changes.chain(found))


# -- doing --------------------------------------------------------------------------------------


def test_a_button_says_why_this_person_may_not(drafted: Change) -> None:
    offered = view.actions(drafted, change_desk.barred(drafted, "operator"))
    shown = change_layout.buttons(offered, "")
    assert (shown[0], shown[4]) == ("Approve", True)
    assert "Operator may not approve. Approver, Supervisor may" in str(shown[1])
    assert (shown[5], shown[8]) == ("Withdraw", False)
    offered = view.actions(drafted, change_desk.barred(drafted, "approver"))
    assert change_layout.buttons(offered, "")[4] is False
    assert set(change_desk.barred(drafted, "nobody")) == set(NEEDS)


def test_every_action_names_the_permission_that_it_takes() -> None:
    assert {action.verb for state in State for action in view.actions(at(state))} == set(NEEDS)


def test_one_person_is_barred_from_approving_twice_and_his_own(home: Path) -> None:
    own = Desk().draft({"mill.cutting_speed": 210.0}, author="approver", evidence=MORE)
    assert "somebody else must approve" in change_desk.barred(own, "approver")["approve"]
    assert "approve" not in change_desk.barred(own, "supervisor")
    once = replace(own, author="operator", risk=3, approvals=(Approval("a", "", "", "", 0, 1),))
    once = replace(once, approvals=(replace(once.approvals[0], person="supervisor"),))
    assert "second person" in change_desk.barred(once, "supervisor")["approve"]


def test_a_barred_step_is_never_armed() -> None:
    todo = view.actions(at(State.APPROVED), {"push": "no"})
    assert change_layout.buttons(todo, "push")[0] == todo[0].name


def test_the_desk_refuses_and_the_page_says_why(drafted: Change) -> None:
    with pytest.raises(BadInput) as refused:
        change_desk.act("approve", drafted.id, "operator")
    shown = str(changes.refused(refused.value))
    assert "may not approve" in shown
    assert "people.toml" not in shown
    assert Desk().ledger.get(drafted.id).state is State.SIMULATED


@pytest.mark.parametrize("person", ["", "nobody", "platform", "../x"])
@pytest.mark.parametrize("verb", ["approve", "push", "ask", "rollback", "withdraw"])
def test_somebody_unknown_may_nothing(drafted: Change, verb: str, person: str) -> None:
    with pytest.raises(BadInput):
        change_desk.act(verb, drafted.id, person)
    assert Desk().ledger.get(drafted.id).state is State.SIMULATED


def test_an_unknown_verb_or_change_is_refused(drafted: Change) -> None:
    with pytest.raises(BadInput):
        change_desk.act("delete", drafted.id, "approver")
    with pytest.raises(BadInput):
        change_desk.act("approve", "C-x", "approver")
    assert change_desk.find("C-x") is None


def test_a_push_that_is_not_approved_is_refused_before_any_thread(drafted: Change) -> None:
    with pytest.raises(BadInput, match="not approved"):
        change_desk.act("push", drafted.id, "operator")


def waits(key: str, state: State) -> Iterator[Change]:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        change = Desk().ledger.get(key)
        if change.state is state and change.reason:
            yield change
            return
        time.sleep(0.05)


def test_a_push_with_nothing_to_push_to_stays_queued_and_says_so(drafted: Change) -> None:
    change_desk.act("approve", drafted.id, "approver")
    assert change_desk.act("push", drafted.id, "operator") == drafted.id
    (change,) = waits(drafted.id, State.QUEUED)
    assert "no broker runs" in change.reason
    assert "no broker runs" in changes.about(change_desk.find(drafted.id))


def test_the_list_differs_with_every_step(drafted: Change) -> None:
    before = change_desk.version(change_desk.changes())
    assert change_desk.version(change_desk.changes()) == before
    change_desk.act("approve", drafted.id, "approver")
    assert change_desk.version(change_desk.changes()) != before


# -- the machine --------------------------------------------------------------------------------


def row(**more: object) -> dict:
    usual = {"device": "mill", "path": "mill.cutting_speed", "value": 180, "unit": "m/min",
             "version": 1, "by": "C-20261120-0e169ca1", "age_s": 0.4,
             "quality": "good"}  # fmt: skip
    return {**usual, **more}


def test_a_device_is_live_stale_or_silent() -> None:
    assert view.device_finding([row()], "mill") == ("mill reports, 0 s ago", False)
    said, stale = view.device_finding([row(age_s=42.0, quality="stale")], "mill")
    assert "42 s ago" in said
    assert stale
    said, stale = view.device_finding([row(value=None, age_s=None, quality="none")], "mill")
    assert "does not report" in said
    assert stale
    assert view.device_rows([row()], "mill")["body"][0][1:] == ["180 m/min", "1", "…0e169ca1"]


def test_without_devices_the_page_says_so() -> None:
    assert change_desk.live() is None
    assert change_desk.device_of("") == "mill"


# -- the page -----------------------------------------------------------------------------------


@pytest.mark.parametrize("tag", list(i18n.LANGUAGES))
def test_the_page_is_laid_out_in_every_language(tag: str) -> None:
    i18n.use_language(tag)
    try:
        page = changes.layout(links.read("/changes", "change=C-1", "overview", "mill"), None)
        assert json.dumps(page.to_plotly_json(), default=lambda part: part.to_plotly_json())
        assert change_layout.empty("mill") is not None
    finally:
        i18n.use_language("en")


def test_a_row_is_few_nodes(drafted: Change) -> None:
    def count(part: object) -> int:
        inside = getattr(part, "children", None)
        several = inside if isinstance(inside, list) else [inside] if inside is not None else []
        return 1 + sum(count(piece) for piece in several if not isinstance(piece, str))

    assert count(change_layout.row(drafted, 0.0, True)) <= 8


def test_an_address_cannot_bring_more_than_an_id() -> None:
    long = links.read("/changes", "change=" + "x" * 5000, "overview", "mill")
    written = json.dumps(changes.layout(long, None).to_plotly_json(),
                         default=lambda part: part.to_plotly_json())  # fmt: skip
    assert "x" * 81 not in written
