"""A run: every replication of a scenario, judged and stored."""

from __future__ import annotations

from twin import engines, store
from twin.errors import BadInput, Fault
from twin.experiment.replications import Cancel, Progress, replicate
from twin.experiment.results import Result, Values, judge
from twin.records import Facts
from twin.scenario import Scenario
from twin.statistics import estimate


def run(
    scenario: Scenario,
    *,
    replications: int | None = None,
    engine: str = "auto",
    workers: int = 1,
    sense: bool = True,
    keep: bool = True,
    on_progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> Result:
    """Simulate every replication of a scenario, judge its expectations, store the run.

    A run that was stored before, with the same code, is read and not computed again.
    """
    n = scenario.header.replications if replications is None else replications
    if n < 1:
        raise BadInput(Fault("allowed 1 or more", "replications", "", str(n)))
    chosen = engines.choose(engine, scenario, sense=sense)
    identity = store.run_id(scenario.key, n, chosen.name, sense)
    stored = store.find_run(identity) if keep else None
    if stored is not None:
        table = stored.table("replications")
        values = {path: [float(v) for v in table[path]] for path in scenario.measures}
        return _result(scenario, chosen.name, n, values, identity, cached=True)
    values, facts = replicate(
        scenario, n, workers=workers, sense=sense, engine=chosen, on_progress=on_progress,
        cancelled=cancelled,
    )  # fmt: skip
    result = _result(scenario, chosen.name, n, values, identity, cached=False)
    if keep:
        _save(result, facts)
    return result


def _result(
    scenario: Scenario, engine: str, n: int, values: Values, identity: str, *, cached: bool
) -> Result:
    kpis = {path: estimate(series) for path, series in values.items()}
    judgements = tuple(judge(e, values[e.kpi]) for e in scenario.expectations)
    return Result(scenario, engine, n, values, kpis, judgements, identity, cached)


def _save(result: Result, facts: Facts) -> None:
    import pandas as pd

    document = {**result.document(), "document": dict(result.scenario.document)}
    store.save_run(
        result.run_id,
        document,
        facts,
        {"replications": pd.DataFrame(result.values)},
        title=result.scenario.title,
        file=result.scenario.file,
        kind="run",
    )
