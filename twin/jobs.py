"""A durable queue of work: submitted anywhere, leased by worker processes, never lost.

A job is a row in a database. A worker leases it, keeps the lease alive, writes progress, and puts
the result into the same row. When a worker dies its lease runs out and another takes the job; a
job that has killed several workers is given up. The same question, asked again, is the same job.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from twin import experiment
from twin.errors import BadInput, Fault, did_you_mean
from twin.scenario import Scenario, load
from twin.simulate import Cancelled
from twin.store import code_version, database

State = Literal["queued", "running", "done", "failed", "cancelled"]
OPEN: tuple[State, ...] = ("queued", "running")

LEASE = 10.0
"""A lease that was not renewed for so long is another worker's [s]."""
MOST_ATTEMPTS = 3
PAUSE = 0.05
"""Between two looks at an empty queue [s]."""
WRITE_EVERY = 0.1
"""Progress is written, and a wish to cancel looked for, at most this often [s]."""

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


Report = Callable[[int, int], None]
Runner = Callable[[Mapping[str, Any], Report, Callable[[], bool]], dict[str, Any]]


# -- asking -------------------------------------------------------------------------------------


def submit(kind: str, payload: Mapping[str, Any], by: str = "") -> Job:
    """Queue a piece of work and return it; the same question returns the job that is there.

    Raises
    ------
    BadInput
        At once, when the work could not be done: an unknown kind, a scenario with a fault.
    """
    runners = _runners()
    if kind not in runners:
        raise BadInput(Fault("no such kind of job" + did_you_mean(kind, runners), value=repr(kind)))
    key = _key(kind, payload)
    with _engine().begin() as connection:
        usable = JOBS.c.state.in_([*OPEN, "done"]) & ~JOBS.c.cancel
        there = connection.execute(
            sa.select(JOBS).where(JOBS.c.key == key, usable).order_by(JOBS.c.created.desc())
        ).first()
        if there is not None:
            return _job(there)
        now = time.time()
        identity = uuid.uuid4().hex[:12]
        row = {
            "id": identity,
            "key": key,
            "kind": kind,
            "payload": json.dumps(dict(payload)),
            "state": "queued",
            "submitted_by": by[:100],
            "created": now,
            "updated": now,
        }
        connection.execute(sa.insert(JOBS).values(row))
    return get(identity)


def get(identity: str) -> Job:
    """Return a job as it stands now.

    Raises
    ------
    BadInput
        When there is none of that id.
    """
    with _engine().begin() as connection:
        row = connection.execute(sa.select(JOBS).where(JOBS.c.id == identity)).first()
    if row is None:
        raise BadInput(Fault("no such job", value=repr(identity)))
    return _job(row)


def list_jobs(most: int = 100) -> list[Job]:
    """Return the newest jobs, newest first."""
    query = sa.select(JOBS).order_by(JOBS.c.created.desc()).limit(most)
    with _engine().begin() as connection:
        return [_job(row) for row in connection.execute(query)]


def cancel(identity: str) -> Job:
    """Ask that a job stops; one that nobody has begun is cancelled at once."""
    get(identity)
    with _engine().begin() as connection:
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


def _engine() -> sa.Engine:
    return database("jobs", _METADATA)


def _key(kind: str, payload: Mapping[str, Any]) -> str:
    """The hash of the question; a scenario counts by what it says, not by its file's name."""
    decisive: dict[str, Any] = {**payload, "code": code_version(), "kind": kind}
    if "scenario" in payload:
        decisive["content"] = _variant(payload).key
        decisive["base"] = load(payload["scenario"]).key
    if kind == "forecast":
        from twin.forecast import question

        question.read(payload)
        decisive["code"] = question.version()
    return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()


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


# -- what a job can do --------------------------------------------------------------------------


def _runners() -> dict[str, Runner]:
    return {"run": _run, "compare": _compare, "sweep": _sweep, "forecast": _forecast}


def _variant(payload: Mapping[str, Any]) -> Scenario:
    scenario = load(payload["scenario"])
    values = payload.get("values") or {}
    return scenario.with_values(values) if values else scenario


def _run(
    payload: Mapping[str, Any], report: Report, cancelled: Callable[[], bool]
) -> dict[str, Any]:
    result = experiment.run(
        _variant(payload),
        replications=payload.get("replications"),
        sense=bool(payload.get("sense", True)),
        on_progress=report,
        cancelled=cancelled,
    )
    return result.document()


def _compare(
    payload: Mapping[str, Any], report: Report, cancelled: Callable[[], bool]
) -> dict[str, Any]:
    comparison = experiment.compare(
        load(payload["scenario"]),
        _variant(payload),
        replications=payload.get("replications"),
        sense=bool(payload.get("sense", False)),
        on_progress=report,
        cancelled=cancelled,
    )
    return comparison.document()


def _sweep(
    payload: Mapping[str, Any], report: Report, cancelled: Callable[[], bool]
) -> dict[str, Any]:
    axes = [experiment.read_axis(text) for text in payload["vary"]]
    points = experiment.sweep(
        _variant(payload),
        axes,
        replications=payload.get("replications"),
        on_progress=report,
        cancelled=cancelled,
    )
    return {"points": [{"values": v, **result.document()} for v, result in points]}


def _forecast(
    payload: Mapping[str, Any], report: Report, cancelled: Callable[[], bool]
) -> dict[str, Any]:
    from twin.forecast import question

    def told(done: int, total: int) -> None:
        report(done, total)
        if cancelled():
            raise Cancelled

    return question.answer(payload, told)


# -- working ------------------------------------------------------------------------------------


class Worker:
    """Takes jobs one after another until it is told to stop."""

    def __init__(self) -> None:
        self.name = f"{os.uname().nodename}-{os.getpid()}-{uuid.uuid4().hex[:4]}"
        self._stop = threading.Event()
        self._written = 0.0
        self._asked = 0.0

    def stop(self) -> None:
        """Stop soon; a job that is being worked on goes back to the queue."""
        self._stop.set()

    def run(self, *, until_empty: bool = False) -> None:
        """Work until told to stop, or until nothing is queued."""
        while not self._stop.is_set():
            job = self._lease()
            if job is not None:
                self._work(job)
            elif until_empty:
                return
            else:
                self._stop.wait(PAUSE)

    def _lease(self) -> Job | None:
        """Take the oldest job that waits, or whose worker has died."""
        now = time.time()
        free = (JOBS.c.state == "queued") | ((JOBS.c.state == "running") & (JOBS.c.lease < now))
        with _engine().begin() as connection:
            oldest = sa.select(JOBS.c.id).where(free).order_by(JOBS.c.created).limit(1)
            identity = connection.execute(oldest).scalar()
            if identity is None:
                return None
            taken = connection.execute(
                sa.update(JOBS)
                .where(JOBS.c.id == identity, free)
                .values(
                    state="running",
                    worker=self.name,
                    lease=now + LEASE,
                    attempts=JOBS.c.attempts + 1,
                    updated=now,
                )
            )
            if taken.rowcount != 1:
                return None
        return get(identity)

    def _work(self, job: Job) -> None:
        if job.attempts > MOST_ATTEMPTS:
            self._finish(job, "failed", error=f"given up after {MOST_ATTEMPTS} workers died of it")
            return
        try:
            with self._kept_alive(job):
                result = _runners()[job.kind](
                    job.payload,
                    lambda done, total: self._report(job, done, total),
                    lambda: self._is_cancelled(job),
                )
        except Cancelled:
            self._finish(job, "queued" if self._stop.is_set() else "cancelled")
        except BadInput as error:
            self._finish(job, "failed", error=str(error))
        except Exception:
            # The job's row is where a person looks: the whole story goes there.
            self._finish(job, "failed", error=traceback.format_exc())
        else:
            self._finish(job, "done", result=result)

    @contextmanager
    def _kept_alive(self, job: Job) -> Iterator[None]:
        """Renew the lease while the work goes on."""
        ended = threading.Event()

        def renew() -> None:
            while not ended.wait(LEASE / 4):
                self._set(job, lease=time.time() + LEASE)

        keeper = threading.Thread(target=renew, daemon=True)
        keeper.start()
        try:
            yield
        finally:
            ended.set()
            keeper.join()

    def _report(self, job: Job, done: int, total: int) -> None:
        now = time.time()
        if done >= total or now - self._written > WRITE_EVERY:
            self._written = now
            self._set(job, done=done, total=total, updated=now)

    def _is_cancelled(self, job: Job) -> bool:
        if self._stop.is_set():
            return True
        now = time.monotonic()
        if now - self._asked < WRITE_EVERY:
            return False
        self._asked = now
        with _engine().begin() as connection:
            asked = connection.execute(sa.select(JOBS.c.cancel).where(JOBS.c.id == job.id))
            return bool(asked.scalar())

    def _finish(
        self, job: Job, state: State, *, result: Mapping[str, Any] | None = None, error: str = ""
    ) -> None:
        written = json.dumps(result or {}, allow_nan=False)
        attempts = job.attempts - 1 if state == "queued" else job.attempts
        self._set(
            job, state=state, result=written, error=error, attempts=attempts, updated=time.time()
        )

    def _set(self, job: Job, **values: Any) -> None:
        """Write to the row, if it is still this worker's."""
        mine = (JOBS.c.id == job.id) & (JOBS.c.worker == self.name)
        with _engine().begin() as connection:
            connection.execute(sa.update(JOBS).where(mine).values(**values))


class WorkerProcess:
    """A worker in a process of its own; it ends when this process does."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "twin.jobs"],
            stdin=subprocess.PIPE,
            env={"OPENBLAS_NUM_THREADS": "1", **os.environ},
        )

    @property
    def alive(self) -> bool:
        """Whether it is running."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def stop(self, timeout: float = 5.0) -> None:
        """Ask it to stop, and make sure that it did."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def start_worker() -> WorkerProcess:
    """Start a worker process that ends with this one."""
    return WorkerProcess()


def main(*, follow_parent: bool = True) -> None:
    """Work until stopped by a signal or, with ``follow_parent``, by the end of standard input."""
    worker = Worker()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    if follow_parent:
        # The parent holds the other end of the pipe; when it dies, however, the pipe closes.
        def watch() -> None:
            sys.stdin.buffer.read()
            worker.stop()

        threading.Thread(target=watch, daemon=True).start()
    worker.run()


if __name__ == "__main__":
    main()
