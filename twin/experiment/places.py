"""Where work is done: in this process, on several processes here, or on a Dask cluster.

Every place gives the same figures: a replication depends on its variant and its number alone, and
is put where it belongs by its number, in whatever order it comes back.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from twin import store
from twin.experiment.cluster import cluster
from twin.experiment.work import Done, Job, Unit, perform

LOOK = 0.5
"""A worker looks this often whether the process that started it is still there [s]."""


@dataclass(frozen=True, slots=True)
class Where:
    """Where to compute: here, on ``workers`` processes here, or on the ``cluster`` at an address.

    ``cluster`` "local" is a Dask cluster of ``workers`` processes for this work alone.
    """

    workers: int = 1
    cluster: str = ""

    @property
    def alone(self) -> bool:
        """Whether this process does all of it."""
        return self.workers <= 1 and not self.cluster


@dataclass(slots=True)
class Pool:
    """Processes behind an executor. ``stores`` says that what is done there is saved there."""

    executor: Executor
    job: Job
    workers: int
    stores: bool = True
    held: bool = False

    def submit(self, units: Sequence[Unit]) -> Future[Done]:
        """Begin some units."""
        if self.held:
            return self.executor.submit(_do_held, tuple(units))
        part = self.job.only(units, keep=self.job.keep and self.stores)
        return self.executor.submit(perform, part, tuple(units))


def pool(job: Job, where: Where) -> AbstractContextManager[Pool]:
    """Return the processes that a job is to be done on."""
    if where.cluster:
        return _remote(job, where)
    # A copy of this process starts at once and knows the variants, but is sound only while no
    # other thread can hold a lock in it; joblib's processes have to import everything first.
    may_copy = sys.platform == "linux" and threading.active_count() == 1
    return _copies(job, where.workers) if may_copy else _fresh(job, where.workers)


@contextmanager
def _remote(job: Job, where: Where) -> Iterator[Pool]:
    with cluster(where.cluster, where.workers) as (executor, workers):
        yield Pool(executor, job, workers, stores=False)


# -- processes of this machine ------------------------------------------------------------------


@contextmanager
def _copies(job: Job, workers: int) -> Iterator[Pool]:
    # Loaded here, compiled code is there in every copy.
    for asked in {asked.engine: asked for asked in job.variants.values()}.values():
        asked.load()
    store.disconnect()
    before = set(multiprocessing.active_children())
    context = multiprocessing.get_context("fork")
    executor = ProcessPoolExecutor(workers, context, _begin_copy, (job, os.getpid()))
    try:
        yield Pool(executor, job, workers, held=True)
    except BaseException:
        for child in set(multiprocessing.active_children()) - before:
            child.kill()
        raise
    finally:
        executor.shutdown(cancel_futures=True)


@contextmanager
def _fresh(job: Job, workers: int) -> Iterator[Pool]:
    from joblib.externals.loky import get_reusable_executor

    home = {key: value for key, value in os.environ.items() if key.startswith("TWIN_")}
    executor = get_reusable_executor(workers, initializer=_begin, initargs=(os.getpid(), home))
    try:
        yield Pool(executor, job, workers)
    except BaseException:
        executor.shutdown(kill_workers=True)
        raise


_HELD: list[Job] = []
"""In a copied worker process only: the job it was copied with."""


def _begin_copy(job: Job, parent: int) -> None:
    gc.freeze()  # what was copied stays shared: the collector leaves it untouched
    _HELD.append(job)
    _begin(parent, {})


def _begin(parent: int, home: Mapping[str, str]) -> None:
    """Prepare a worker process: it leaves Ctrl+C to its parent, and ends when that has died."""
    os.environ.update(home)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow, args=(parent,), daemon=True).start()


def _follow(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK)
    os._exit(1)


def _do_held(units: Sequence[Unit]) -> Done:
    return perform(_HELD[0], units)
