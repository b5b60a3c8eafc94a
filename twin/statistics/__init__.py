"""Statistics of simulated runs: intervals, comparison, selection, and when to stop."""

from twin.statistics.differences import FEWEST, Better, Difference, Verdict, difference, p_better
from twin.statistics.intervals import LEVEL, Estimate, estimate, one_sided
from twin.statistics.precision import Precision
from twin.statistics.proportions import quantile, wilson
from twin.statistics.screening import Effect, screen
from twin.statistics.selection import Selection, allocate, p_correct, select
from twin.statistics.steady import WarmUp, batch_means, mser

__all__ = [
    "FEWEST",
    "LEVEL",
    "Better",
    "Difference",
    "Effect",
    "Estimate",
    "Precision",
    "Selection",
    "Verdict",
    "WarmUp",
    "allocate",
    "batch_means",
    "difference",
    "estimate",
    "mser",
    "one_sided",
    "p_better",
    "p_correct",
    "quantile",
    "screen",
    "select",
    "wilson",
]
