"""Experiments: replications, expectations, paired comparison and sweeps, on any engine."""

from twin.experiment.comparisons import Comparison, changes, compare
from twin.experiment.replications import Engine, Progress, replicate
from twin.experiment.results import Judgement, Result, Values, judge
from twin.experiment.runs import run
from twin.experiment.sweeps import Axis, read_axis, sweep
from twin.experiment.work import Cancel

__all__ = [
    "Axis",
    "Cancel",
    "Comparison",
    "Engine",
    "Judgement",
    "Progress",
    "Result",
    "Values",
    "changes",
    "compare",
    "judge",
    "read_axis",
    "replicate",
    "run",
    "sweep",
]
