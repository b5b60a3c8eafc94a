"""The working half of the queue: processes that lease jobs, keep the lease alive, and do them.

When a worker dies its lease runs out and another takes the job; a job that has killed several
workers is given up.
"""

from __future__ import annotations

import gc
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
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from twin import engines, experiment, history
from twin.errors import BadInput
from twin.jobs import JOBS, PAUSE, Bell, Job, State, base, engine, get, variant
from twin.simulate import Cancelled

LEASE = 10.0
"""A lease that was not renewed for so long is another worker's [s]."""
MOST_ATTEMPTS = 3
WRITE_EVERY = 0.1
"""Progress is written, and a wish to cancel looked for, at most this often [s]."""

Report = Callable[[int, int], None]
Asked = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a job gave, and how many runs had to be simulated for it."""

    result: dict[str, Any]
    runs: int = 0


Runner = Callable[[Mapping[str, Any], Report, Asked], Outcome]


# -- what a job can do --------------------------------------------------------------------------


def _run(payload: Mapping[str, Any], report: Report, cancelled: Asked) -> Outcome:
    result = experiment.run(
        variant(payload),
        replications=payload.get("replications"),
        sense=bool(payload.get("sense", True)),
        on_progress=report,
        cancelled=cancelled,
    )
    return Outcome(result.document(), result.computed)


def _compare(payload: Mapping[str, Any], report: Report, cancelled: Asked) -> Outcome:
    comparison = experiment.compare(
        base(payload),
        variant(payload),
        replications=payload.get("replications"),
        sense=bool(payload.get("sense", False)),
        on_progress=report,
        cancelled=cancelled,
    )
    runs = comparison.base.computed + comparison.candidate.computed
    return Outcome(comparison.document(), runs)


def _sweep(payload: Mapping[str, Any], report: Report, cancelled: Asked) -> Outcome:
    from twin.experiment import answers, study

    scenario = variant(payload)
    asked = study.read(scenario, payload)
    engine = payload.get("engine", "auto")
    found = answers.swept(asked, engine, on_progress=report, cancelled=cancelled)
    document = answers.sweep_document(found)
    return Outcome(answers.compact(document, scenario), found.computed)


def _optimise(payload: Mapping[str, Any], report: Report, cancelled: Asked) -> Outcome:
    from twin.experiment import answers, study

    scenario = variant(payload)
    asked = study.read_search(scenario, payload)
    engine = payload.get("engine", "auto")
    found = answers.searched(scenario, asked, engine, on_progress=report, cancelled=cancelled)
    document = answers.search_document(scenario, found)
    return Outcome(answers.compact(document, scenario), found.computed)


def _bottleneck(payload: Mapping[str, Any], report: Report, cancelled: Asked) -> Outcome:
    from twin.experiment.bottleneck_study import study

    found = study(
        variant(payload), payload["line"], payload.get("replications"), payload["faster"],
        on_progress=report, cancelled=cancelled,
    )  # fmt: skip
    return Outcome(found.document(), found.computed)


def _forecast(payload: Mapping[str, Any], report: Report, cancelled: Asked) -> Outcome:
    from twin.forecast import question

    return Outcome(question.answer(payload, _or_stop(report, cancelled)))


def _validate(payload: Mapping[str, Any], report: Report, cancelled: Asked) -> Outcome:
    from twin import validation

    data = payload.get("data")
    outcomes = validation.report(Path(data) if data else None, _or_stop(report, cancelled))
    return Outcome({"checks": [outcome.document() for outcome in outcomes]})


def _or_stop(report: Report, cancelled: Asked) -> Report:
    """Progress that stops the work when somebody wished so."""

    def told(done: int, total: int) -> None:
        report(done, total)
        if cancelled():
            raise Cancelled

    return told


RUNNERS: Mapping[str, Runner] = {
    "run": _run,
    "compare": _compare,
    "sweep": _sweep,
    "optimise": _optimise,
    "bottleneck": _bottleneck,
    "forecast": _forecast,
    "validate": _validate,
}

SIMULATING = frozenset({*history.KINDS, "bottleneck"})
"""Jobs that compiled engines make faster."""


# -- working ------------------------------------------------------------------------------------


class Worker:
    """Takes jobs one after another until it is told to stop."""

    def __init__(self) -> None:
        self.name = f"{os.uname().nodename}-{os.getpid()}-{uuid.uuid4().hex[:4]}"
        self._stop = threading.Event()
        self._bell = Bell()
        self._written = 0.0
        self._asked = 0.0

    def stop(self) -> None:
        """Stop soon; a job that is being worked on goes back to the queue."""
        self._stop.set()

    def run(self, *, until_empty: bool = False) -> None:
        """Work until told to stop, or until nothing is queued."""
        simulated = warm = False
        while not self._stop.is_set():
            job = self._lease()
            if job is not None:
                self._work(job)
                simulated = simulated or job.kind in SIMULATING
            elif until_empty:
                return
            elif simulated and not warm:
                # Whoever asked once will ask again: the next answer comes from compiled runs.
                engines.warm()
                # What is loaded by now stays: no answer has to wait until it is searched for waste.
                gc.collect()
                gc.freeze()
                warm = True
            else:
                self._rest()

    def _rest(self) -> None:
        """Wait until somebody writes to the queue, a moment at most."""
        until = time.monotonic() + PAUSE
        while not (
            self._stop.wait(self._bell.pause) or self._bell.rang() or time.monotonic() > until
        ):
            pass

    def _lease(self) -> Job | None:
        """Take the oldest job that waits, or whose worker has died."""
        now = time.time()
        free = (JOBS.c.state == "queued") | ((JOBS.c.state == "running") & (JOBS.c.lease < now))
        with engine().begin() as connection:
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
                result = self._do(job)
        except Cancelled:
            self._finish(job, "queued" if self._stop.is_set() else "cancelled")
        except BadInput as error:
            self._finish(job, "failed", error=str(error))
        except Exception:
            # The job's row is where a person looks: the whole story goes there.
            self._finish(job, "failed", error=traceback.format_exc())
        else:
            self._finish(job, "done", result=result)

    def _do(self, job: Job) -> dict[str, Any]:
        """Do a job; of an experiment it is noted what came of it, and what it took."""
        began = time.perf_counter()
        outcome = RUNNERS[job.kind](
            job.payload,
            lambda done, total: self._report(job, done, total),
            lambda: self._is_cancelled(job),
        )
        if job.kind in history.KINDS:
            seconds = time.perf_counter() - began
            of = variant(job.payload)
            history.finished(job.id, job.kind, outcome.result, of, seconds, outcome.runs)
        return outcome.result

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
        with engine().begin() as connection:
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
        with engine().begin() as connection:
            connection.execute(sa.update(JOBS).where(mine).values(**values))


class WorkerProcess:
    """A worker in a process of its own; it ends when this process does."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "twin.worker"],
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
            # Unbuffered: at the end of the process a reader must hold no lock of Python's.
            while os.read(sys.stdin.fileno(), 4096):
                pass
            worker.stop()

        threading.Thread(target=watch, daemon=True).start()
    worker.run()


if __name__ == "__main__":
    main()
