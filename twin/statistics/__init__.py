"""Statistics of simulated runs: intervals, paired comparison, and the words that go with them."""

from twin.statistics.differences import Difference, Verdict, difference
from twin.statistics.intervals import LEVEL, Estimate, estimate, one_sided

__all__ = ["LEVEL", "Difference", "Estimate", "Verdict", "difference", "estimate", "one_sided"]
