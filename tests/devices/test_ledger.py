"""The ledger keeps everything, and its audit trail shows every later touch."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from twin.devices import change as life
from twin.devices.change import Change, Item, State
from twin.devices.ledger import Ledger
from twin.errors import BadInput


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(sa.create_engine(f"sqlite:///{tmp_path / 'changes.sqlite'}"))


def fill(ledger: Ledger, changes: int = 3) -> None:
    for n in range(changes):
        item = Item("mill.speed", "m/min", 180.0, 200.0 + n)
        ledger.add(Change(f"C-{n}", "mill", (item,), "olga", float(n), 2), "olga", "draft")
        ledger.update(f"C-{n}", lambda c: life.move(c, State.WITHDRAWN, 9.0, "no"), "olga")


def test_untouched_is_whole(ledger: Ledger) -> None:
    assert ledger.verify() == []
    fill(ledger)
    assert ledger.verify(anchor=ledger.head()) == []
    assert [line["n"] for line in ledger.trail()] == list(range(1, 7))
    assert [line["state"] for line in ledger.trail("C-1")] == ["DRAFT", "WITHDRAWN"]


TOUCHES = {
    "another name in a line": "UPDATE device_audit SET document ="
    " replace(document, 'olga', 'anna') WHERE n = 3",
    "a line removed in the middle": "DELETE FROM device_audit WHERE n = 3",
    "the last line removed": "DELETE FROM device_audit WHERE n = 6",
    "two lines exchanged": "UPDATE device_audit SET n = CASE n WHEN 2 THEN -3 WHEN 3 THEN 2 END"
    " WHERE n IN (2, 3)",
    "another hash": "UPDATE device_audit SET hash = 'x' || substr(hash, 2) WHERE n = 2",
    "another value in a change": "UPDATE device_change SET document ="
    " replace(document, '201.0', '399.0')",
    "a change removed": "DELETE FROM device_change WHERE id = 'C-1'",
    "a change put in": "INSERT INTO device_change SELECT 'C-9', state, created, document"
    " FROM device_change WHERE id = 'C-1'",
    "another head": "UPDATE device_audit_head SET n = 5",
    "everything removed": "DELETE FROM device_audit",
}


@pytest.mark.parametrize("touch", list(TOUCHES))
def test_every_touch_is_found(ledger: Ledger, touch: str) -> None:
    fill(ledger)
    with ledger.engine.begin() as db:
        assert db.execute(sa.text(TOUCHES[touch])).rowcount
    assert ledger.verify()


def test_bytes_all_over_the_trail_count(ledger: Ledger) -> None:
    fill(ledger, 1)
    with ledger.engine.connect() as db:
        kept = db.execute(sa.text("SELECT document FROM device_audit WHERE n = 1")).scalar_one()
    change = sa.text("UPDATE device_audit SET document = :document WHERE n = 1")
    for place in range(0, len(kept), 7):
        touched = kept[:place] + ("x" if kept[place] != "x" else "y") + kept[place + 1 :]
        with ledger.engine.begin() as db:
            db.execute(change, {"document": touched})
        assert ledger.verify(), place
    with ledger.engine.begin() as db:
        db.execute(change, {"document": kept})
    assert ledger.verify() == []


def test_a_rewritten_trail_is_found_by_its_anchor(ledger: Ledger, tmp_path: Path) -> None:
    fill(ledger)
    anchor = ledger.head()
    forged = Ledger(sa.create_engine(f"sqlite:///{tmp_path / 'forged.sqlite'}"))
    fill(forged)
    assert forged.verify() == []
    assert "rewritten" in forged.verify(anchor)[0]


def test_a_refused_step_leaves_no_trace(ledger: Ledger) -> None:
    fill(ledger, 1)
    before = ledger.trail()
    with pytest.raises(BadInput, match="cannot become"):
        ledger.update("C-0", lambda c: life.move(c, State.SENT, 1.0), "olga")
    ledger.update("C-0", lambda c: c, "olga")
    assert ledger.trail() == before


def test_unknown_change_is_named(ledger: Ledger) -> None:
    fill(ledger)
    with pytest.raises(BadInput, match="did you mean 'C-1'"):
        ledger.get("C-11")


def test_numbers_rise_and_threads_do_not_tear_the_chain(ledger: Ledger) -> None:
    fill(ledger, 1)
    numbers: list[tuple[int, int]] = []

    def work() -> None:
        for n in range(10):
            numbers.append(ledger.next_number("mill"))
            note = f"{threading.get_ident()} {n}"
            ledger.update("C-0", lambda c, note=note: life.replace(c, note=note), "olga", "note")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seq for _, seq in numbers) == list(range(1, 41))
    assert ledger.verify() == []
    assert len(ledger.trail()) == 42


def test_evidence_is_kept_whole(ledger: Ledger) -> None:
    document = {"difference": {"kpis": {"a": {"value": 1.5}}}}
    ledger.keep_evidence("a" * 64, document)
    ledger.keep_evidence("a" * 64, document)
    assert ledger.evidence("a" * 64) == json.loads(json.dumps(document))
    assert ledger.evidence("b" * 64) is None
