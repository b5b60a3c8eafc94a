"""What the gateway has accepted and how far it got, on disk before the device is touched."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Protocol

import sqlalchemy as sa

from twin.devices.base import Value
from twin.devices.change import State
from twin.devices.tables import create, documents, numbers, text

OPEN = frozenset({State.RECEIVED, State.INTENT, State.WRITTEN, State.ROLLING_BACK, State.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Entry:
    """One command in the journal.

    Attributes
    ----------
    id, target, digest, command
        The command, and the hash of it that was signed.
    state, reason : State, str
        How far it got, and why not further.
    phase : State
        The last step before it became UNKNOWN: tells what there is to settle.
    old : dict
        What the points held before the first write.
    held : dict
        What they held when they were read last.
    at : float
        When the last write may have been sent.
    """

    id: str
    target: str
    digest: str
    command: dict[str, Any]
    state: State
    reason: str = ""
    phase: State = State.RECEIVED
    old: dict[str, Value] = field(default_factory=dict)
    held: dict[str, Value] = field(default_factory=dict)
    at: float = 0.0

    def to(self, state: State, reason: str = "", **changes: Any) -> Entry:
        """Return the entry in another state; the phase follows, except into UNKNOWN."""
        phase = self.phase if state is State.UNKNOWN else state
        return replace(self, state=state, reason=reason, phase=phase, **changes)


class Journal(Protocol):
    """Where the gateway keeps its entries."""

    def find(self, key: str) -> Entry | None:
        """Return the entry of a command, if there is one."""

    def last(self, target: str) -> tuple[int, int]:
        """Return the last (epoch, seq) accepted for a device."""

    def put(self, entry: Entry, number: tuple[int, int] | None = None) -> None:
        """Keep an entry, and with it the number that was accepted, through a power cut."""

    def open(self) -> list[Entry]:
        """Return the entries that are not settled, oldest first."""


_meta = sa.MetaData()
_entry = documents(_meta, "gateway_entry")
_last = numbers(_meta, "gateway_last")


class StoredJournal:
    """The journal in the gateway's own database."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        create(engine, _meta)

    def find(self, key: str) -> Entry | None:
        """Return the entry of a command, if there is one."""
        with self.engine.connect() as db:
            found = db.execute(sa.select(_entry.c.document).filter_by(id=key)).scalar()
        return None if found is None else _read(found)

    def last(self, target: str) -> tuple[int, int]:
        """Return the last (epoch, seq) accepted for a device."""
        with self.engine.connect() as db:
            row = db.execute(sa.select(_last).filter_by(target=target)).first()
        return (0, 0) if row is None else (int(row.epoch), int(row.seq))

    def put(self, entry: Entry, number: tuple[int, int] | None = None) -> None:
        """Keep an entry: one transaction, synced to disk before this returns."""
        values = {"state": str(entry.state), "document": text(asdict(entry))}
        with self.engine.begin() as db:
            done = db.execute(sa.update(_entry).filter_by(id=entry.id).values(**values))
            if not done.rowcount:
                row = {"id": entry.id, "created": time.time(), **values}
                db.execute(sa.insert(_entry).values(**row))
            if number is not None:
                _accept(db, entry.target, number)

    def open(self) -> list[Entry]:
        """Return the entries that are not settled, oldest first."""
        query = sa.select(_entry.c.document).where(_entry.c.state.in_([str(s) for s in OPEN]))
        with self.engine.connect() as db:
            return [
                _read(found) for found in db.execute(query.order_by(_entry.c.created)).scalars()
            ]


def _accept(db: sa.Connection, target: str, number: tuple[int, int]) -> None:
    values = {"epoch": number[0], "seq": number[1]}
    if not db.execute(sa.update(_last).filter_by(target=target).values(**values)).rowcount:
        db.execute(sa.insert(_last).values(target=target, **values))


def _read(document: str) -> Entry:
    fields: Mapping[str, Any] = json.loads(document)
    states = {"state": State(fields["state"]), "phase": State(fields["phase"])}
    return Entry(**{**fields, **states})
