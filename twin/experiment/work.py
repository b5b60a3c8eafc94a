"""The unit of work, a variant and some of its replications, and how one process does it."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from twin import kpi_rows, store
from twin.kpi import compute
from twin.kpi_rows import Figures, Nowhere, Writer
from twin.records import Facts
from twin.rng import replication_seed
from twin.scenario import Scenario
from twin.simulate import Cancelled, simulate

Cancel = Callable[[], bool]
BESIDE_THE_POINT = frozenset({"title", "expect", "replications"})
"""Keys of a scenario that do not decide what one replication gives."""


@dataclass(frozen=True, slots=True)
class How:
    """What decides a replication beside its scenario: the engine, and whether sensors run."""

    engine: str
    sense: bool = False


@dataclass(frozen=True, slots=True)
class Unit:
    """Replications ``indices`` of one variant; ``number`` is its place among the variants."""

    number: int
    indices: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One finished replication, with its facts when they were asked for."""

    number: int
    index: int
    figures: Figures
    facts: Facts | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """What is asked of every unit of one experiment.

    ``facts_of`` is the replication whose facts are wanted as well; with ``keep`` every replication
    is saved as soon as it is finished.
    """

    variants: Mapping[int, Scenario]
    how: How
    keep: bool
    facts_of: int | None = None

    def only(self, units: Iterable[Unit], *, keep: bool) -> Job:
        """Return the part of a job that some units need, small enough to be sent away."""
        variants = {unit.number: self.variants[unit.number] for unit in units}
        return Job(variants, self.how, keep, self.facts_of)


def job(variants: Sequence[Scenario], how: How, *, keep: bool, facts_of: int | None = None) -> Job:
    """Return a job of these variants, numbered in their order."""
    return Job(dict(enumerate(variants)), how, keep, facts_of)


@dataclass(frozen=True, slots=True)
class Done:
    """What came of some units, what it took, and which code did it."""

    rows: tuple[Row, ...]
    seconds: float
    code: str


def point_id(scenario: Scenario, how: How) -> str:
    """Return the id under which the replications of a variant are stored.

    It leaves out how many there shall be, so twenty runs after ten compute ten.
    """
    decisive = {k: v for k, v in scenario.document.items() if k not in BESIDE_THE_POINT}
    written = json.dumps(decisive, sort_keys=True, default=str)
    content = hashlib.sha256(written.encode()).hexdigest()
    return store.run_id("point", content, how.engine, how.sense)


def replicate_some(
    scenario: Scenario, indices: Sequence[int], how: How, cancelled: Cancel | None = None
) -> Iterator[tuple[int, dict[str, float], Facts]]:
    """Simulate some replications: index, KPIs, facts. They do not depend on each other."""
    for index in indices:
        if cancelled is not None and cancelled():
            raise Cancelled
        seed = replication_seed(scenario.header.seed, index)
        facts = simulate(scenario, seed=seed, sense=how.sense, cancelled=cancelled)
        yield index, compute(scenario, facts), facts


def each(
    job: Job, units: Iterable[Unit], writer: Writer, cancelled: Cancel | None = None
) -> Iterator[Row]:
    """Do some units; a row is saved before it is given."""
    for unit in units:
        variant = job.variants[unit.number]
        point = point_id(variant, job.how)
        for index, row, facts in replicate_some(variant, unit.indices, job.how, cancelled):
            figures = tuple(row[path] for path in variant.measures)
            writer.save(point, {index: figures})
            yield Row(unit.number, index, figures, facts if index == job.facts_of else None)


@contextmanager
def writer_of(job: Job) -> Iterator[Writer]:
    """Open what the rows of a job are saved with."""
    if not job.keep:
        yield Nowhere()
        return
    with kpi_rows.writer() as writer:
        yield writer


def perform(job: Job, units: Sequence[Unit]) -> Done:
    """Do some units and return all that came of them."""
    started = time.perf_counter()
    with writer_of(job) as writer:
        rows = tuple(each(job, units, writer))
    return Done(rows, time.perf_counter() - started, store.code_version())
