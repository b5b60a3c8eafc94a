"""A durable queue of work: asked here, done by worker processes, never lost.

A job is a row in a database; :mod:`twin.worker` leases it, writes progress, and puts the result
into the same row. The same question, asked again, is the same job.

The question of a ``run``, ``compare`` or ``sweep`` is ``{"scenario": file, "values": {path: value},
"base_values": {path: value}, "replications": n, "sense": bool}``: ``base_values`` are laid over the
file first, for both sides of a comparison, ``values`` over that for the candidate. A ``sweep`` and
an ``optimise`` ask the more that :mod:`twin.experiment.study` reads; a ``bottleneck`` names the
``line`` and by how much each station is made ``faster`` [1].
"""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa

from twin.errors import BadInput, Fault, did_you_mean
from twin.scenario import Scenario, load
from twin.store import code_version, database

State = Literal["queued", "running", "done", "failed", "cancelled"]
OPEN: tuple[State, ...] = ("queued", "running")

KINDS = ("run", "compare", "sweep", "optimise", "bottleneck", "forecast", "validate")
"""What can be asked; :mod:`twin.worker` knows how each is done."""
PAUSE = 0.05
"""Between two looks at the queue [s]."""
GLANCE = 0.01
"""Between two glances at whether somebody wrote to it [s]."""

_METADATA = sa.MetaData()
JOBS = sa.Table(
    "jobs",
    _METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("key", sa.String(64), nullable=False, index=True),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("state", sa.String(12), nullable=False, index=True),
    sa.Column("done", sa.Integer, nullable=False, default=0),
    sa.Column("total", sa.Integer, nullable=False, default=0),
    sa.Column("lease", sa.Float, nullable=False, default=0.0),
    sa.Column("worker", sa.String(64), nullable=False, default=""),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("cancel", sa.Boolean, nullable=False, default=False),
    sa.Column("submitted_by", sa.String(100), nullable=False, default=""),
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("updated", sa.Float, nullable=False),
    sa.Column("result", sa.Text, nullable=False, default="{}"),
    sa.Column("error", sa.Text, nullable=False, default=""),
)


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work as it stands now. Times are seconds since the epoch."""

    id: str
    kind: str
    payload: dict[str, Any]
    state: State
    done: int
    total: int
    attempts: int
    submitted_by: str
    created: float
    updated: float
    result: dict[str, Any]
    error: str

    @property
    def open(self) -> bool:
        """Whether it still waits or runs."""
        return self.state in OPEN


# -- asking -------------------------------------------------------------------------------------


def submit(kind: str, payload: Mapping[str, Any], by: str = "") -> Job:
    """Queue a piece of work and return it; the same question returns the job that is there.

    Raises
    ------
    BadInput
        At once, when the work could not be done: an unknown kind, a scenario with a fault.
    """
    asked = key(kind, payload)
    if kind in {"sweep", "optimise"}:
        _check_study(kind, payload)
    with engine().begin() as connection:
        there = _usable(connection, asked)
        if there is not None:
            return there
        now = time.time()
        identity = uuid.uuid4().hex[:12]
        row = {
            "id": identity,
            "key": asked,
            "kind": kind,
            "payload": json.dumps(dict(payload)),
            "state": "queued",
            "submitted_by": by[:100],
            "created": now,
            "updated": now,
        }
        connection.execute(sa.insert(JOBS).values(row))
    return get(identity)


def find(kind: str, payload: Mapping[str, Any]) -> Job | None:
    """Return the job of a question that was asked before; None when there is none to use."""
    asked = key(kind, payload)
    with engine().begin() as connection:
        return _usable(connection, asked)


def _usable(connection: sa.Connection, asked: str) -> Job | None:
    usable = JOBS.c.state.in_([*OPEN, "done"]) & ~JOBS.c.cancel
    newest = sa.select(JOBS).where(JOBS.c.key == asked, usable).order_by(JOBS.c.created.desc())
    row = connection.execute(newest).first()
    return None if row is None else _job(row)


def get(identity: str) -> Job:
    """Return a job as it stands now.

    Raises
    ------
    BadInput
        When there is none of that id.
    """
    with engine().begin() as connection:
        row = connection.execute(sa.select(JOBS).where(JOBS.c.id == identity)).first()
    if row is None:
        raise BadInput(Fault("no such job", value=repr(identity)))
    return _job(row)


def list_jobs(most: int = 100) -> list[Job]:
    """Return the newest jobs, newest first."""
    query = sa.select(JOBS).order_by(JOBS.c.created.desc()).limit(most)
    with engine().begin() as connection:
        return [_job(row) for row in connection.execute(query)]


def cancel(identity: str) -> Job:
    """Ask that a job stops; one that nobody has begun is cancelled at once."""
    get(identity)
    with engine().begin() as connection:
        mine = JOBS.c.id == identity
        connection.execute(
            sa.update(JOBS).where(mine, JOBS.c.state == "queued").values(state="cancelled")
        )
        connection.execute(sa.update(JOBS).where(mine, JOBS.c.state.in_(OPEN)).values(cancel=True))
    return get(identity)


def wait(identity: str, timeout: float = 600.0) -> Job:
    """Return the job once it has ended, or as it stands after ``timeout`` [s]."""
    until = time.monotonic() + timeout
    job = get(identity)
    while job.open and time.monotonic() < until:
        time.sleep(PAUSE)
        job = get(identity)
    return job


def engine() -> sa.Engine:
    """Return the database that holds the queue."""
    return database("jobs", _METADATA)


class Bell:
    """Tells at next to no cost whether the queue may have been written to since it was last asked.

    SQLite's log of changes says so. It may be missed that two wrote within a few milliseconds, so
    look now and then without being told. Of a server's database nothing tells: it always may have.

    Attributes
    ----------
    pause : float
        When to ask again [s].
    """

    def __init__(self) -> None:
        url = engine().url
        there = url.get_backend_name() == "sqlite"
        self._log = Path(f"{url.database}-wal") if there else None
        self._seen: tuple[int, int] | None = None
        self.pause = GLANCE if there else PAUSE

    def rang(self) -> bool:
        """Return whether somebody may have written since this was last asked."""
        before = self._seen
        try:
            told = self._log.stat() if self._log else None
        except FileNotFoundError:
            told = None
        self._seen = (told.st_mtime_ns, told.st_size) if told else None
        return told is None or self._seen != before


def base(payload: Mapping[str, Any]) -> Scenario:
    """Return the scenario that a question starts from: its file, with ``base_values`` laid over."""
    return _with(load(payload["scenario"]), payload.get("base_values"))


def variant(payload: Mapping[str, Any]) -> Scenario:
    """Return the scenario that a question is about."""
    return _with(base(payload), payload.get("values"))


def _with(scenario: Scenario, values: Mapping[str, Any] | None) -> Scenario:
    return scenario.with_values(values) if values else scenario


def key(kind: str, payload: Mapping[str, Any]) -> str:
    """Return the hash of a question; a scenario counts by what it says, not by its file's name.

    Raises
    ------
    BadInput
        When the work could not be done.
    """
    if kind not in KINDS:
        raise BadInput(Fault("no such kind of job" + did_you_mean(kind, KINDS), value=repr(kind)))
    decisive: dict[str, Any] = {**payload, "code": code_version(), "kind": kind}
    if "scenario" in payload:
        decisive["content"] = variant(payload).key
        decisive["base"] = base(payload).key
    if kind in {"forecast", "validate"}:
        from twin.forecast import question

        decisive["forecast"] = question.version()
        if kind == "forecast":
            question.check(payload)
            if "scenario" not in payload:  # measured wear: nothing of the twin decides it
                del decisive["code"]
    return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()


def _check_study(kind: str, payload: Mapping[str, Any]) -> None:
    from twin.experiment import study  # slow to import, and only these kinds need it

    scenario = variant(payload)
    if kind == "optimise":
        study.read_search(scenario, payload)
    else:
        study.check_first(study.read(scenario, payload))


def _job(row: Any) -> Job:
    return Job(
        id=row.id,
        kind=row.kind,
        payload=json.loads(row.payload),
        state=row.state,
        done=row.done,
        total=row.total,
        attempts=row.attempts,
        submitted_by=row.submitted_by,
        created=row.created,
        updated=row.updated,
        result=json.loads(row.result),
        error=row.error,
    )
