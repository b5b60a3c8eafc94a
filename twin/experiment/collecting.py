"""Collecting replications: what is stored is read, only the rest is computed."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from contextlib import nullcontext
from dataclasses import dataclass, field

from twin import kpi_rows
from twin.errors import BadInput, Fault
from twin.experiment.places import Pool, Where, pool
from twin.experiment.results import Values
from twin.experiment.work import Cancel, Done, Job, Row, Unit, each, writer_of
from twin.kpi_rows import Figures, Nowhere
from twin.records import Facts
from twin.scenario import Scenario
from twin.simulate import Cancelled

PIECE = 0.1
"""About how long a worker is busy with what it is given at once [s]."""
SYNC_EVERY = 0.2
"""A power cut costs at most the rows of so long, computed again later [s]."""
LOOK = 0.1
"""A wish to stop is looked for this often [s]."""
MOST_DEATHS = 3
"""After so many deaths in a row that brought nothing forward, the work is given up."""

OnRow = Callable[[int], None]
"""Called with the number of a variant once another of its replications is stored."""


@dataclass(slots=True)
class Collected:
    """The replications of one variant: index → figures."""

    scenario: Scenario
    figures: dict[int, Figures] = field(default_factory=dict)
    computed: int = 0
    facts: Facts | None = None

    def values(self, n: int) -> Values:
        """Return every KPI of the first ``n`` replications."""
        rows = [self.figures[index] for index in range(n)]
        return {
            path: [row[place] for row in rows] for place, path in enumerate(self.scenario.measures)
        }


def collect(
    job: Job,
    wanted: Sequence[range],
    *,
    where: Where | None = None,
    on_row: OnRow | None = None,
    cancelled: Cancel | None = None,
) -> list[Collected]:
    """Return the wanted replications of every variant of a job.

    Parameters
    ----------
    job : Job
        The variants, the engine, and what to keep.
    wanted : sequence of range
        Which replications of each variant.
    where : Where, optional
        In this process by default.

    Raises
    ------
    Cancelled
        When ``cancelled`` said so. What was finished is stored.
    """
    found = [Collected(asked.scenario) for asked in job.variants.values()]
    missing = _look_up(job, wanted, found, on_row)
    if not missing:
        return found
    place = where or Where()
    rows = _here(job, missing, cancelled) if place.alone else _away(job, missing, place, cancelled)
    synced = time.monotonic()
    for row in rows:
        _put(found[row.number], row)
        if job.keep and time.monotonic() - synced > SYNC_EVERY:
            kpi_rows.sync()
            synced = time.monotonic()
        if on_row is not None:
            on_row(row.number)
    if job.keep:
        kpi_rows.sync()
    return found


def _put(collected: Collected, row: Row) -> None:
    collected.figures[row.index] = row.figures
    collected.computed += 1
    collected.facts = row.facts or collected.facts


def _look_up(
    job: Job, wanted: Sequence[range], found: list[Collected], on_row: OnRow | None
) -> list[Unit]:
    """Fill in what is stored; return what is not."""
    points = [asked.point for asked in job.variants.values()]
    stored = kpi_rows.find(points) if job.keep else {}
    missing = []
    for number, (point, indices) in enumerate(zip(points, wanted, strict=True)):
        there = stored.get(point, {})
        have = {i: there[i] for i in indices if i in there and i != job.facts_of}
        found[number].figures.update(have)
        lacking = tuple(index for index in indices if index not in have)
        if lacking:
            missing.append(Unit(number, lacking))
        if on_row is not None:
            for _ in have:
                on_row(number)
    return missing


def _here(job: Job, missing: Sequence[Unit], cancelled: Cancel | None) -> Iterator[Row]:
    with writer_of(job) as writer:
        yield from each(job, missing, writer, cancelled)


# -- several processes --------------------------------------------------------------------------


def _away(
    job: Job, missing: Sequence[Unit], where: Where, cancelled: Cancel | None
) -> Iterator[Row]:
    """Rows as they are finished; a worker that dies is replaced and its work done by another."""
    queue = Queue(missing)
    deaths = 0
    while not queue.empty:
        before = queue.left
        try:
            with pool(job, where) as workers:
                yield from _harvest(workers, queue, cancelled)
        except BrokenExecutor:
            yield from _rescued(job, queue)
            deaths = deaths + 1 if queue.left == before else 0
            if deaths == MOST_DEATHS:
                message = (
                    f"a worker process died {deaths} times in a row (killed, or out of memory?); "
                    "what was finished is kept"
                )
                raise BadInput(Fault(message, "workers", "", str(where.workers))) from None


class Queue:
    """The replications that are still to be done."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self._open = dict.fromkeys((unit.number, i) for unit in units for i in unit.indices)
        self._waiting = list(reversed(self._open))

    @property
    def left(self) -> int:
        """Replications that are not finished."""
        return len(self._open)

    @property
    def empty(self) -> bool:
        """Whether all are finished."""
        return not self._open

    @property
    def waiting(self) -> int:
        """Replications that nobody has begun."""
        return len(self._waiting)

    @property
    def unfinished(self) -> list[tuple[int, int]]:
        """Variant and index of every replication that is not finished."""
        return list(self._open)

    def take(self, most: int) -> list[Unit]:
        """Take up to ``most`` replications, those of one variant together."""
        units: dict[int, list[int]] = {}
        for _ in range(min(most, len(self._waiting))):
            number, index = self._waiting.pop()
            units.setdefault(number, []).append(index)
        return [Unit(number, tuple(indices)) for number, indices in units.items()]

    def finished(self, number: int, index: int) -> None:
        """Strike one off."""
        self._open.pop((number, index), None)

    def restart(self) -> None:
        """Everything that is not finished waits again."""
        self._waiting = list(reversed(self._open))


def _harvest(workers: Pool, queue: Queue, cancelled: Cancel | None) -> Iterator[Row]:
    """Keep every worker busy, two pieces each, and give the rows that come back."""
    queue.restart()
    futures: set[Future[Done]] = set()
    size = 1
    # While copies of this process are made it may hold no connection to a database.
    with nullcontext(Nowhere()) if workers.stores else writer_of(workers.job) as writer:
        while queue.waiting or futures:
            while queue.waiting and len(futures) < 2 * workers.workers:
                share = math.ceil(queue.waiting / (2 * workers.workers))
                futures.add(workers.submit(queue.take(min(size, share))))
            ready, futures = wait(futures, LOOK, FIRST_COMPLETED)
            if cancelled is not None and cancelled():
                raise Cancelled
            for future in ready:
                done = future.result()
                size = max(1, round(PIECE * len(done.rows) / max(done.seconds, 1e-6)))
                for row in done.rows:
                    if not workers.stores:
                        point = workers.job.variants[row.number].point
                        writer.save(point, {row.index: row.figures})
                    queue.finished(row.number, row.index)
                    yield row


def _rescued(job: Job, queue: Queue) -> Iterator[Row]:
    """What the workers had stored when one of them died."""
    if not job.keep:
        return
    left = [(n, i) for n, i in queue.unfinished if i != job.facts_of]
    points = {number: job.variants[number].point for number, _ in left}
    stored = kpi_rows.find(points.values())
    for number, index in left:
        figures = stored.get(points[number], {}).get(index)
        if figures is not None:
            queue.finished(number, index)
            yield Row(number, index, figures)
