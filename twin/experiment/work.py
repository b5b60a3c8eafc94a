"""The unit of work, a variant and some of its replications, and how one process does it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from twin import engines, kpi_rows, store, tallied
from twin.engines import Engine
from twin.kpi import compute
from twin.kpi_rows import Figures, Nowhere, Writer
from twin.records import Facts
from twin.rng import replication_seed
from twin.scenario import Scenario
from twin.simulate import Cancelled, simulate

Cancel = Callable[[], bool]
OnFacts = Callable[[Facts], None]
"""Called with the facts so far of a run that goes on."""
TOGETHER = 20
"""Replications whose KPIs are read at once where their rows are only added up."""
BESIDE_THE_POINT = frozenset({"title", "expect", "replications"})
"""Keys of a scenario that do not decide what one replication gives."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A scenario, and what decides its replications beside it: the engine, and its sensors.

    ``wanted`` is the engine that was asked for, perhaps ``auto``, and ``engine`` the one that runs.
    ``point`` is the id under which its replications are stored.
    """

    scenario: Scenario
    wanted: str
    engine: str
    sense: bool
    point: str

    def runs_on(self) -> Engine:
        """Return the engine that runs it, ready to be used."""
        wanted = "simpy" if self.engine == "simpy" else "fast"
        return engines.choose(wanted, self.scenario, sense=self.sense)

    def load(self) -> None:
        """Load the compiled code that runs it into this process."""
        self.runs_on().load()


def variant(
    scenario: Scenario, engine: str = "auto", *, sense: bool = False, replications: int = 1
) -> Variant:
    """Return a variant with the engine that will run it, or refuse one that would not be exact.

    The id of its point leaves out how many replications there shall be, so twenty after ten
    compute ten; and which engine ``auto`` finds, since all give the same facts.
    """
    chosen = engines.choose(engine, scenario, sense=sense, replications=replications).name
    content = scenario.content(beside=BESIDE_THE_POINT)
    point = store.run_id("point", content, engine, sense)
    return Variant(scenario, engine, chosen, sense, point)


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
    is saved as soon as it is finished. ``on_facts`` is told the facts of ``facts_of`` as they come,
    where this process alone does the work.
    """

    variants: Mapping[int, Variant]
    keep: bool
    facts_of: int | None = None
    on_facts: OnFacts | None = None

    def only(self, units: Iterable[Unit], *, keep: bool) -> Job:
        """Return the part of a job that some units need, small enough to be sent away."""
        variants = {unit.number: self.variants[unit.number] for unit in units}
        return Job(variants, keep, self.facts_of)


def job(
    variants: Sequence[Variant],
    *,
    keep: bool,
    facts_of: int | None = None,
    on_facts: OnFacts | None = None,
) -> Job:
    """Return a job of these variants, numbered in their order."""
    return Job(dict(enumerate(variants)), keep, facts_of, on_facts)


@dataclass(frozen=True, slots=True)
class Done:
    """What came of some units, what it took, and which code did it."""

    rows: tuple[Row, ...]
    seconds: float
    code: str


def replicate_some(
    asked: Variant,
    indices: Sequence[int],
    cancelled: Cancel | None = None,
    facts_of: int | None = None,
    on_facts: OnFacts | None = None,
) -> Iterator[tuple[int, Mapping[str, float], Facts | None]]:
    """Simulate some replications: index, KPIs, and the facts of ``facts_of``.

    They do not depend on each other. A compiled run that can add up its rows writes them only
    where they are asked for; where nothing is left to chance one stands for all.
    """
    scenario = asked.scenario
    engine = asked.runs_on()
    same: Mapping[str, float] | None = None
    for index in indices if not engine.adds_up else [i for i in indices if i == facts_of]:
        if cancelled is not None and cancelled():
            raise Cancelled
        if same is not None and index != facts_of:
            yield index, same, None
            continue
        seed = replication_seed(scenario.header.seed, index)
        facts = simulate(
            scenario,
            seed=seed,
            sense=asked.sense,
            engine=engine,
            cancelled=cancelled,
            on_facts=on_facts if index == facts_of else None,
        )
        figures = compute(scenario, facts)
        yield index, figures, facts if index == facts_of else None
        same = None if scenario.has_luck else figures
    if engine.adds_up:
        rest = [i for i in indices if i != facts_of]
        yield from _add_up(scenario, engine, rest, cancelled)


def _add_up(
    scenario: Scenario, engine: Engine, indices: Sequence[int], cancelled: Cancel | None
) -> Iterator[tuple[int, Mapping[str, float], None]]:
    """KPIs of some replications from what their rows would add up to, some at a time."""

    def tick() -> None:
        if cancelled is not None and cancelled():
            raise Cancelled

    header = scenario.header
    for first in range(0, len(indices), TOGETHER):
        some = indices[first : first + TOGETHER]
        seeds = [replication_seed(header.seed, index) for index in some]
        tallies = [engine.tally(seed, header.horizon, header.warmup, tick) for seed in seeds]
        values = tallied.evaluate(scenario.measures, tallies)
        for place, index in enumerate(some):
            yield index, {path: float(found[place]) for path, found in values.items()}, None


def each(
    work: Job, units: Iterable[Unit], writer: Writer, cancelled: Cancel | None = None
) -> Iterator[Row]:
    """Do some units; a row is saved before it is given."""
    for unit in units:
        asked = work.variants[unit.number]
        some = replicate_some(asked, unit.indices, cancelled, work.facts_of, work.on_facts)
        for index, row, facts in some:
            figures = tuple(row[path] for path in asked.scenario.measures)
            writer.save(asked.point, {index: figures})
            yield Row(unit.number, index, figures, facts)


@contextmanager
def writer_of(work: Job) -> Iterator[Writer]:
    """Open what the rows of a job are saved with."""
    if not work.keep:
        yield Nowhere()
        return
    with kpi_rows.writer() as writer:
        yield writer


def perform(work: Job, units: Sequence[Unit]) -> Done:
    """Do some units and return all that came of them."""
    started = time.perf_counter()
    with writer_of(work) as writer:
        rows = tuple(each(work, units, writer))
    return Done(rows, time.perf_counter() - started, store.code_version())
