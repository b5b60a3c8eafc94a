"""A run: every replication of a scenario, judged and stored with the facts of the first."""

from __future__ import annotations

from contextlib import nullcontext

from twin import store
from twin.errors import BadInput, Fault
from twin.experiment.collecting import collect
from twin.experiment.places import Where
from twin.experiment.replications import Progress, counting
from twin.experiment.results import Result, Values, judge
from twin.experiment.work import Cancel, Variant, job, variant
from twin.facts_file import Begun
from twin.records import Facts
from twin.scenario import Scenario
from twin.statistics import estimate


def run(
    scenario: Scenario,
    *,
    replications: int | None = None,
    engine: str = "auto",
    workers: int = 1,
    cluster: str = "",
    sense: bool = True,
    keep: bool = True,
    on_progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> Result:
    """Simulate every replication of a scenario, judge its expectations, store the run.

    A run that was stored before, with the same code, is read and not computed again; of one that
    was interrupted, only what is missing is computed.
    """
    n = count(scenario, replications)
    asked = variant(scenario, engine, sense=sense, replications=n)
    identity = run_id(asked, n)
    stored = store.find_run(identity) if keep else None
    if stored is not None:
        table = stored.table("replications")
        values = {path: [float(v) for v in table[path]] for path in scenario.measures}
        ran = str(stored.document()["engine"])
        return result(scenario, ran, n, values, identity, cached=True)
    where = Where(workers, cluster)
    with store.begun(identity) if keep else nullcontext() as begun:
        on_facts = begun.take if begun is not None and where.alone else None
        found = collect(
            job([asked], keep=keep, facts_of=0, on_facts=on_facts), [range(n)], where=where,
            on_row=counting(on_progress, n), cancelled=cancelled,
        )[0]  # fmt: skip
        done = result(
            scenario, asked.engine, n, found.values(n), identity, cached=False,
            computed=found.computed,
        )  # fmt: skip
        if begun is not None:
            _save(done, found.facts or Facts(), begun)
    return done


def count(scenario: Scenario, replications: int | None) -> int:
    """Return how many replications are wanted; the scenario's own number by default."""
    n = scenario.header.replications if replications is None else replications
    if n < 1:
        raise BadInput(Fault("allowed 1 or more", "replications", "", str(n)))
    return n


def run_id(asked: Variant, n: int) -> str:
    """Return the id under which a run of ``n`` replications is stored."""
    return store.run_id(asked.scenario.key, n, asked.wanted, asked.sense)


def result(
    scenario: Scenario,
    engine: str,
    n: int,
    values: Values,
    identity: str,
    *,
    cached: bool,
    computed: int = 0,
) -> Result:
    """Return what the values of some replications say."""
    kpis = {path: estimate(series) for path, series in values.items()}
    judgements = tuple(judge(e, values[e.kpi]) for e in scenario.expectations)
    return Result(scenario, engine, n, values, kpis, judgements, identity, cached, computed)


def _save(done: Result, facts: Facts, begun: Begun) -> None:
    import pandas as pd

    document = {**done.document(), "document": dict(done.scenario.document)}
    store.save_run(
        done.run_id,
        document,
        facts,
        {"replications": pd.DataFrame(done.values)},
        title=done.scenario.title,
        file=done.scenario.file,
        kind="run",
        begun=begun,
    )
