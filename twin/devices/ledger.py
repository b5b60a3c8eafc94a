"""Every change, every approval and every word said about them, kept through any crash.

One transaction a step: the change in its new state and the line of the audit trail that says who
did it. The trail is append-only; each line carries the hash of the one before, and the head of
the chain is kept apart, so that a line altered, removed or added is found.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from twin.devices.change import Change, from_document, to_document
from twin.devices.signing import digest
from twin.devices.tables import create, documents, numbers, text
from twin.errors import BadInput, Fault, did_you_mean

NOTHING = "0" * 64

_meta = sa.MetaData()
_change = documents(_meta, "device_change")
_approval = sa.Table(
    "device_approval",
    _meta,
    sa.Column("change", sa.ForeignKey("device_change.id"), primary_key=True),
    sa.Column("person", sa.String(64), primary_key=True),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("document", sa.Text, nullable=False),
)
_evidence = sa.Table(
    "device_evidence",
    _meta,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("document", sa.Text, nullable=False),
)
_number = numbers(_meta, "device_sequence")
_audit = sa.Table(
    "device_audit",
    _meta,
    sa.Column("n", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("document", sa.Text, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
)
_head = sa.Table(
    "device_audit_head",
    _meta,
    sa.Column("one", sa.Integer, primary_key=True),
    sa.Column("n", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
)


class Ledger:
    """The durable store of changes."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        create(engine, _meta)
        with engine.begin() as db:
            start = {"one": 1, "n": 0, "hash": NOTHING}
            if db.execute(sa.select(_head.c.n)).first() is None:
                _insert_once(db, _head, start)

    @contextmanager
    def _write(self) -> Iterator[sa.Connection]:
        """A transaction that is the only writer from its first statement on."""
        with self.engine.begin() as db:
            db.execute(sa.update(_head).values(one=1))
            yield db

    def add(self, change: Change, who: str, what: str) -> Change:
        """Keep a new change."""
        with self._write() as db:
            row = {"id": change.id, "state": str(change.state), "created": change.created}
            db.execute(sa.insert(_change).values(**row, document=text(to_document(change))))
            self._log(db, change, who, what)
        return change

    def update(
        self, key: str, step: Callable[[Change], Change], who: str, what: str = ""
    ) -> Change:
        """Apply one step of a change's life and keep it, with its line in the audit trail.

        A step that returns the change as it was leaves no trace.
        """
        with self._write() as db:
            before = self._get(db, key)
            after = step(before)
            if after == before:
                return before
            self._keep(db, after)
            self._log(db, after, who, what or str(after.state))
        return after

    def _keep(self, db: sa.Connection, change: Change) -> None:
        values = {"state": str(change.state), "document": text(to_document(change))}
        db.execute(sa.update(_change).where(_change.c.id == change.id).values(**values))
        for approval in change.approvals:
            row = {"change": change.id, "person": approval.person, "at": approval.at}
            known = sa.select(_approval).filter_by(change=change.id, person=approval.person)
            if db.execute(known).first() is None:
                statement = {**approval.statement(), "signature": approval.signature}
                db.execute(sa.insert(_approval).values(**row, document=text(statement)))

    def _get(self, db: sa.Connection, key: str) -> Change:
        row = db.execute(sa.select(_change.c.document).where(_change.c.id == key)).first()
        if row is None:
            known = db.execute(sa.select(_change.c.id)).scalars().all()
            raise BadInput(Fault("no such change" + did_you_mean(key, known), value=repr(key)))
        return from_document(json.loads(row[0]))

    def get(self, key: str) -> Change:
        """Return one change, or refuse with "did you mean"."""
        with self.engine.connect() as db:
            return self._get(db, key)

    def changes(self, limit: int = 200) -> list[Change]:
        """Return the latest changes, newest first."""
        query = sa.select(_change.c.document).order_by(_change.c.created.desc()).limit(limit)
        with self.engine.connect() as db:
            return [from_document(json.loads(row[0])) for row in db.execute(query)]

    def keep_evidence(self, sha256: str, document: Any) -> None:
        """Keep the whole comparison that a change rests on."""
        with self._write() as db:
            if db.execute(sa.select(_evidence).filter_by(sha256=sha256)).first() is None:
                db.execute(sa.insert(_evidence).values(sha256=sha256, document=text(document)))

    def evidence(self, sha256: str) -> Any:
        """Return the comparison with this hash, or None."""
        with self.engine.connect() as db:
            query = sa.select(_evidence.c.document).filter_by(sha256=sha256)
            found = db.execute(query).scalar()
        return json.loads(found) if found else None

    def next_number(self, target: str) -> tuple[int, int]:
        """Return the next (epoch, seq) of a device; a new store starts a later epoch."""
        with self._write() as db:
            row = db.execute(sa.select(_number).filter_by(target=target)).first()
            if row is None:
                first = {"target": target, "epoch": int(time.time()), "seq": 1}
                db.execute(sa.insert(_number).values(**first))
                return first["epoch"], 1  # type: ignore[return-value]
            db.execute(sa.update(_number).filter_by(target=target).values(seq=row.seq + 1))
            return int(row.epoch), int(row.seq) + 1

    def _log(self, db: sa.Connection, change: Change, who: str, what: str) -> None:
        head = db.execute(sa.select(_head.c.n, _head.c.hash)).one()
        entry = {
            "n": head.n + 1,
            "at": time.time(),
            "who": who,
            "what": what,
            "change": change.id,
            "state": str(change.state),
            "reason": change.reason,
            "content": digest(to_document(change)),
            "previous": head.hash,
        }
        link = digest(entry)
        db.execute(sa.insert(_audit).values(n=entry["n"], document=text(entry), hash=link))
        db.execute(sa.update(_head).values(n=entry["n"], hash=link))

    def trail(self, key: str | None = None) -> list[dict[str, Any]]:
        """Return the audit trail, oldest first, of one change or of all."""
        with self.engine.connect() as db:
            rows = db.execute(sa.select(_audit.c.document).order_by(_audit.c.n)).scalars()
            lines: list[dict[str, Any]] = [json.loads(row) for row in rows]
        return [line for line in lines if key is None or line["change"] == key]

    def head(self) -> str:
        """Return the hash at the head of the trail: keep it elsewhere to detect a full rewrite."""
        with self.engine.connect() as db:
            return str(db.execute(sa.select(_head.c.hash)).scalar_one())

    def verify(self, anchor: str = "") -> list[str]:
        """Check the trail and return what is wrong with it; empty when nothing is.

        Parameters
        ----------
        anchor : str
            A head hash kept elsewhere; it must be one of the chain.
        """
        with self.engine.connect() as db:
            rows = db.execute(sa.select(_audit).order_by(_audit.c.n)).all()
            head = db.execute(sa.select(_head.c.n, _head.c.hash)).one()
            documents = dict(db.execute(sa.select(_change.c.id, _change.c.document)).all())
        wrong = list(_broken_links(rows))
        last = (rows[-1].n, rows[-1].hash) if rows else (0, NOTHING)
        if last != (head.n, head.hash):
            wrong.append(f"the trail ends at line {last[0]}, its head says line {head.n}")
        if anchor and anchor not in {NOTHING, *(row.hash for row in rows)}:
            wrong.append("the anchor kept elsewhere is not in the trail: it was rewritten")
        return wrong + _altered(rows, documents)


def _insert_once(db: sa.Connection, table: sa.Table, row: Mapping[str, Any]) -> None:
    try:
        with db.begin_nested():
            db.execute(sa.insert(table).values(**row))
    except sa.exc.IntegrityError:
        pass  # another process wrote the same row first


def _broken_links(rows: Any) -> Iterator[str]:
    previous = NOTHING
    for place, row in enumerate(rows, start=1):
        try:
            entry = json.loads(row.document)
        except ValueError:
            entry = {}
        if row.n != place or entry.get("n") != place:
            yield f"line {place} is missing or out of order"
        if digest(entry) != row.hash or text(entry) != row.document:
            yield f"line {row.n} was altered"
        if entry.get("previous") != previous:
            yield f"line {row.n} does not follow the line before it"
        previous = row.hash


def _altered(rows: Any, documents: Mapping[str, str]) -> list[str]:
    """Changes whose document is not the one that the trail saw last."""
    last: dict[str, str] = {}
    for row in rows:
        try:
            entry = json.loads(row.document)
        except ValueError:
            continue  # reported as altered above
        last[entry.get("change", "")] = entry.get("content", "")
    wrong = [
        f"change {key} is not as the trail saw it last"
        for key, document in documents.items()
        if digest(json.loads(document)) != last.get(key)
    ]
    gone = sorted(set(last) - set(documents))
    return wrong + [f"change {key} was removed" for key in gone]
