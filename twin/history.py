"""What was tried: runs, comparisons, sweeps and searches, newest first, wherever they were asked.

The queue holds what the app and ``twin sweep`` and ``twin optimise`` did, the registry of finished
runs what ``twin run`` and ``twin compare`` stored. Beside a job stands its note: the gist of its
result, what it took, and whether somebody put it out of sight. Nothing is ever deleted here.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from twin import jobs, store
from twin.errors import BadInput
from twin.experiment.gist import gist
from twin.jobs import JOBS
from twin.scenario import Scenario

KINDS = ("run", "compare", "sweep", "optimise")
"""Kinds of jobs that are experiments."""
MOST = 300

_METADATA = sa.MetaData()
NOTES = sa.Table(
    "job_notes",
    _METADATA,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("gist", sa.Text, nullable=False, default="{}"),
    sa.Column("seconds", sa.Float, nullable=False, default=0.0),
    sa.Column("runs", sa.Integer, nullable=False, default=0),
    sa.Column("hidden", sa.Boolean, nullable=False, default=False),
)
"""``seconds`` is what it took to simulate ``runs`` runs; what was stored before is in neither."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """One line of the history. ``run_id`` names a finished run that can be compared."""

    id: str
    kind: str
    file: str
    title: str
    payload: Mapping[str, Any]
    state: str
    done: int
    total: int
    by: str
    created: float
    updated: float
    gist: Mapping[str, Any]
    run_id: str
    error: str = ""
    hidden: bool = False

    @property
    def open(self) -> bool:
        """Whether it still waits or runs."""
        return self.state in jobs.OPEN


# -- noting -------------------------------------------------------------------------------------


def note(identity: str, **values: Any) -> None:
    """Write into the note of a job: its gist, what it took, whether it is hidden."""
    with _engine().begin() as connection:
        mine = NOTES.c.id == identity
        if connection.execute(sa.update(NOTES).where(mine).values(**values)).rowcount == 0:
            connection.execute(sa.insert(NOTES).values(id=identity, **values))


def finished(
    identity: str, kind: str, result: Mapping[str, Any], scenario: Scenario, seconds: float,
    runs: int,
) -> None:  # fmt: skip
    """Note what came of an experiment and what it took [s]."""
    headline = [path for path, measure in scenario.measures.items() if measure.headline]
    told = {**gist(kind, result, headline), "title": scenario.title}
    written = json.dumps(told, allow_nan=False)
    note(identity, gist=written, seconds=seconds, runs=runs)


def record(
    kind: str, payload: Mapping[str, Any], result: Mapping[str, Any], *, seconds: float, runs: int,
    by: str = "",
) -> str:  # fmt: skip
    """Enter what was done without the queue, so that it is seen and not asked again."""
    known = jobs.find(kind, payload)
    if known is not None and known.state == "done":
        return known.id
    identity, now = uuid.uuid4().hex[:12], time.time()
    row = {
        "id": identity, "key": jobs.key(kind, payload), "kind": kind,
        "payload": json.dumps(dict(payload)), "state": "done", "submitted_by": by[:100],
        "created": now - seconds, "updated": now, "result": json.dumps(result, allow_nan=False),
    }  # fmt: skip
    with jobs.engine().begin() as connection:
        connection.execute(sa.insert(JOBS).values(row))
    finished(identity, kind, result, jobs.variant(payload), seconds, runs)
    return identity


def hide(identity: str, hidden: bool = True) -> None:
    """Put an experiment out of sight, or back."""
    note(identity, hidden=hidden)


# -- reading ------------------------------------------------------------------------------------


def experiments(most: int = MOST) -> list[Experiment]:
    """Return the newest experiments, newest first, hidden ones among them."""
    queued = _of_queue(most)
    known = {run for one in queued for run in _runs_of(one.gist)}
    stored = [one for one in _of_registry(most) if one.run_id not in known]
    return sorted([*queued, *stored], key=lambda one: -one.created)[:most]


def pace(file: str) -> tuple[float, int]:
    """Return seconds of simulating and runs of the newest experiment that tells, of one scenario.

    Sweeps and searches are asked first: many runs together are faster than few. (0, 0): unknown.
    """
    told = [one for one in _of_queue(MOST) if one.file == file]
    for kinds in (("sweep", "optimise"), ("compare", "run")):
        for one in told:
            if one.kind in kinds and one.state == "done":
                seconds, runs = _spent(one.id)
                if runs:
                    return seconds, runs
    return 0.0, 0


def _spent(identity: str) -> tuple[float, int]:
    query = sa.select(NOTES.c.seconds, NOTES.c.runs).where(NOTES.c.id == identity)
    with _engine().begin() as connection:
        row = connection.execute(query).first()
    return (0.0, 0) if row is None else (float(row.seconds), int(row.runs))


def _of_queue(most: int) -> list[Experiment]:
    wanted = [column for column in JOBS.c if column.name != "result"]
    query = sa.select(*wanted).where(JOBS.c.kind.in_(KINDS)).order_by(JOBS.c.created.desc())
    with jobs.engine().begin() as connection:
        rows = connection.execute(query.limit(most)).all()
    notes = _notes(row.id for row in rows)
    return [_queued(row, notes.get(row.id, {})) for row in rows]


def _notes(identities: Iterable[str]) -> dict[str, dict[str, Any]]:
    wanted = list(identities)
    with _engine().begin() as connection:
        rows = connection.execute(sa.select(NOTES).where(NOTES.c.id.in_(wanted))).all()
    return {row.id: {"gist": json.loads(row.gist), "hidden": row.hidden} for row in rows}


def _queued(row: Any, noted: Mapping[str, Any]) -> Experiment:
    payload = json.loads(row.payload)
    told = noted.get("gist") or (_told_late(row) if row.state == "done" else {})
    candidate = told.get("candidate") or told
    return Experiment(
        row.id, row.kind, str(payload.get("scenario", "")), str(told.get("title", "")), payload,
        row.state, row.done, row.total, row.submitted_by, row.created, row.updated, told,
        str(candidate.get("run_id", "")), row.error, bool(noted.get("hidden")),
    )  # fmt: skip


def _told_late(row: Any) -> dict[str, Any]:
    """The gist of a job that was done before notes were written; {} when it cannot be told."""
    job = jobs.get(row.id)
    try:
        finished(row.id, row.kind, job.result, jobs.variant(job.payload), 0.0, 0)
    except (BadInput, KeyError):
        return {}  # its scenario is gone, or it was written by an older version
    told: dict[str, Any] = _notes([row.id])[row.id]["gist"]
    return told


def _of_registry(most: int) -> list[Experiment]:
    stored = [run for run in store.list_runs(most) if run.kind == "run"]
    notes = _notes(run.run_id for run in stored)
    return [_stored(run, notes.get(run.run_id, {})) for run in stored]


def _stored(run: store.StoredRun, noted: Mapping[str, Any]) -> Experiment:
    told = noted.get("gist") or _run_gist(run)
    at = datetime.fromisoformat(run.created).timestamp()
    n = int(told.get("replications", 0))
    return Experiment(
        run.run_id, "run", run.file, run.title, {"scenario": run.file}, "done", n, n, "", at, at,
        told, run.run_id, "", bool(noted.get("hidden")),
    )  # fmt: skip


def _run_gist(run: store.StoredRun) -> dict[str, Any]:
    """The gist of a stored run, read once."""
    try:
        document = run.document()
    except OSError:
        return {}
    told = {key: document[key] for key in ("kpis", "run_id", "replications")}
    note(run.run_id, gist=json.dumps(told, allow_nan=False))
    return told


def _runs_of(told: Mapping[str, Any]) -> list[str]:
    parts = [told, told.get("base") or {}, told.get("candidate") or {}]
    return [str(part["run_id"]) for part in parts if part.get("run_id")]


def _engine() -> sa.Engine:
    return store.database("jobs", _METADATA)
