"""What a KPI is, as data: an asset's file declares its measures, :mod:`twin.kpi` computes them.

A rule says how to read a number from the fact rows of one source; rules combine by ``Ratio`` and
``Sum``. All values are SI until the measure's unit is applied at the edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Count:
    """How often ``event`` happened [1]."""

    event: str


@dataclass(frozen=True, slots=True)
class Total:
    """Sum of the values of ``event`` [SI of the value]."""

    event: str


@dataclass(frozen=True, slots=True)
class MeanValue:
    """Mean of the values of ``event`` [SI of the value]; unknown when it never happened."""

    event: str


@dataclass(frozen=True, slots=True)
class Quantile:
    """Value that ``share`` of the values of ``event`` keep; unknown when it never happened."""

    event: str
    share: float


@dataclass(frozen=True, slots=True)
class Until:
    """Time from ``since`` [s] to ``event`` with ``subject``; to the end of the run before it [s].

    Unknown while the run is not that far. The warm-up does not count.
    """

    event: str
    subject: str
    since: float


@dataclass(frozen=True, slots=True)
class Elapsed:
    """The counted time itself [s]."""


@dataclass(frozen=True, slots=True)
class TimeIn:
    """Time spent in any of ``states`` [s]."""

    states: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mean:
    """Time-weighted mean of ``channel`` [SI of the channel]."""

    channel: str


@dataclass(frozen=True, slots=True)
class Integral:
    """Integral of ``channel`` over time [SI · s]."""

    channel: str


@dataclass(frozen=True, slots=True)
class Largest:
    """Largest value of ``channel`` [SI of the channel]."""

    channel: str


@dataclass(frozen=True, slots=True)
class Smallest:
    """Smallest value of ``channel`` [SI of the channel]."""

    channel: str


@dataclass(frozen=True, slots=True)
class PeakMean:
    """Greatest mean of ``channel`` over a ``window`` [s] of the clock [SI of the channel]."""

    channel: str
    window: float


@dataclass(frozen=True, slots=True)
class MonthlyPeaks:
    """Sum over months begun of the greatest mean of ``channel`` over a ``window`` [s] in each.

    ``first`` [s]: where in the year the run starts; ``ratchet`` [1]: see ``physics.demand.billed``.
    """

    channel: str
    window: float
    first: float
    ratchet: float = 0.0


@dataclass(frozen=True, slots=True)
class WhenLargest:
    """When ``channel`` had its largest value, first time [s from the start of the run]."""

    channel: str


@dataclass(frozen=True, slots=True)
class WhenSmallest:
    """When ``channel`` had its smallest value, first time [s from the start of the run]."""

    channel: str


@dataclass(frozen=True, slots=True)
class Last:
    """Value of ``channel`` at the end [SI of the channel]."""

    channel: str


@dataclass(frozen=True, slots=True)
class Inferences:
    """A number from a node's verdicts: how many, how many alarms, total energy [J], …"""

    what: Literal["count", "alarms", "energy", "latency_max", "bytes"]


@dataclass(frozen=True, slots=True)
class Constant:
    """A fixed number [SI], such as a price."""

    value: float


@dataclass(frozen=True, slots=True)
class At:
    """A rule read from a part of the asset: ``At("tools.t1", Count("tool_change"))``."""

    part: str
    rule: Rule


@dataclass(frozen=True, slots=True)
class Whole:
    """A rule read from the whole asset, in a measure of one of its parts."""

    rule: Rule


@dataclass(frozen=True, slots=True)
class Sum:
    """Sum of rules."""

    parts: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Product:
    """Product of two rules."""

    one: Rule
    other: Rule


@dataclass(frozen=True, slots=True)
class Ratio:
    """One rule over another; unknown when the lower one is zero."""

    upper: Rule
    lower: Rule


Rule = (
    Count
    | Total
    | MeanValue
    | Quantile
    | Until
    | Elapsed
    | TimeIn
    | Mean
    | Integral
    | Largest
    | Smallest
    | PeakMean
    | MonthlyPeaks
    | WhenLargest
    | WhenSmallest
    | Last
    | Inferences
    | Constant
    | At
    | Whole
    | Sum
    | Product
    | Ratio
)


@dataclass(frozen=True, slots=True)
class Measure:
    """A KPI: its name, unit, meaning, which way is better, and how it is read from the facts.

    ``headline`` puts it among the few that a page shows first. ``part`` names the part of the
    asset whose rows are read (``stations.saw``); it stands before the name in the KPI's path.
    """

    name: str
    unit: str
    meaning: str
    better: Literal["more", "less"]
    rule: Rule
    headline: bool = False
    part: str = ""
