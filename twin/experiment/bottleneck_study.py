"""A line's bottleneck as a whole study: what was tried, what the states say, the one answer."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from twin.bottleneck import Limit, Share, bottlenecks, station_chain, station_shares
from twin.experiment.laboratory import Laboratory
from twin.experiment.limits import answer, by_states, by_trial, idle
from twin.experiment.places import Where
from twin.experiment.replications import Progress, replicate
from twin.experiment.runs import count
from twin.experiment.sensitivity import FASTER, Sensitivity, Tried, tried, variants
from twin.experiment.work import Cancel
from twin.plant._line_settings import Settings
from twin.scenario import Scenario
from twin.statistics import FEWEST


@dataclass(frozen=True, slots=True)
class Studied:
    """What was found of a line's bottleneck.

    Attributes
    ----------
    limit, by_trial, by_states : Limit
        The one answer; what the trials say alone; what the states of the runs say alone.
    tried : Tried
        Each station, all together and what lets parts in, a little faster.
    shares : mapping
        Station → that machine of it which is the bottleneck most, in the first run.
    """

    scenario: Scenario
    line: str
    replications: int
    faster: float
    tried: Tried
    shares: Mapping[str, Share]
    by_trial: Limit
    by_states: Limit
    computed: int = 0

    @property
    def limit(self) -> Limit:
        """The one answer."""
        return answer(self.by_trial, self.by_states)

    def document(self) -> dict[str, Any]:
        """Return it as the JSON that command and queue give."""
        first = self.by_trial.stations[0] if self.by_trial.stations else None
        rows = [*self.tried.stations, self.tried.together]
        rows += [self.tried.release] if self.tried.release else []
        told = [_row(one, self.shares.get(one.station)) for one in rows]
        return {
            "scenario": self.scenario.title, "file": self.scenario.file, "line": self.line,
            "replications": self.replications, "faster": self.faster,
            "kpi": f"{self.line}.throughput",
            "answer": asdict(self.limit),
            "by_trial": asdict(self.by_trial), "by_states": asdict(self.by_states),
            "bottleneck": {
                "sensitivity": first,
                "active_period": next(iter(self.shares), None),
            },
            "stations": told[: len(self.tried.stations)],
            "together": told[len(self.tried.stations)],
            "release": told[-1] if self.tried.release else None,
        }  # fmt: skip


def study(
    scenario: Scenario,
    line: str,
    replications: int | None = None,
    faster: float = FASTER,
    engine: str = "auto",
    where: Where | None = None,
    on_progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> Studied:
    """Return what limits a line, by trial and by states.

    Raises
    ------
    BadInput
        When ``faster`` is not between 0 and 0.5, or fewer than two replications are asked for.
    """
    n = max(FEWEST, count(scenario, None)) if replications is None else replications
    laboratory = Laboratory(
        scenario, engine, where or Where(), cancelled=cancelled,
        on_row=_counting(on_progress, n * variants(scenario, line)),
    )  # fmt: skip
    found = tried(laboratory, line, n, faster)
    _values, facts = replicate(scenario, 1, engine=engine, sense=False)
    settings: Any = scenario.entries[line].settings
    owner = sources(line, settings)
    worst: dict[str, Share] = {}
    for share in bottlenecks(facts, owner):  # the worst first, also of a station's machines
        worst.setdefault(owner[share.source], share)
    chain = station_chain(facts, owner)
    shares = station_shares(chain, settings.stations, facts.end - facts.warmup)
    stood = idle(line, settings, lambda path: found.base.get(path, ()))
    return Studied(
        scenario, line, n, faster, found, {key: worst[key] for key in shares},
        by_trial(settings, found.stations, found.together, found.release),
        by_states(settings, stood, shares), laboratory.computed,
    )  # fmt: skip


def _counting(on_progress: Progress | None, total: int) -> Callable[[int], None] | None:
    if on_progress is None:
        return None
    done = iter(range(1, total + 1))
    return lambda _number: on_progress(next(done, total), total)


def sources(name: str, line: Settings) -> dict[str, str]:
    """Whose states tell a station's: source → station; each machine of several has its own."""
    found = {}
    for key, station in line.stations.items():
        here = f"{name}.stations.{key}"
        if station.servers == 1:
            found[here] = key
        else:
            found |= {f"{here}.{index + 1}": key for index in range(station.servers)}
    return found


def _row(one: Sensitivity, share: Share | None) -> dict[str, Any]:
    told = {key: None if isinstance(value, float) and math.isnan(value) else value
            for key, value in asdict(one).items()}  # fmt: skip
    told["active_period"] = (
        {"sole": share.sole, "shifting": share.shifting, "mean_active_s": share.mean_active}
        if share
        else None
    )
    return told
