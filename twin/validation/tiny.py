"""Checks of what a model costs a board: MLPerf Tiny's networks and its measurements."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from twin.nodes.arena import arena, buffers
from twin.nodes.cpi import cross_validate, read_measured
from twin.nodes.reference import Task, network
from twin.validation.checks import Check

PEAKS: tuple[tuple[Task, int, int], ...] = (  # MACs, peak of live activations [byte]
    ("ad", 264_192, 768),
    ("ic", 12_501_632, 49_152),
    ("kws", 2_656_768, 16_000),
    ("vww", 7_489_664, 55_296),
)


def networks() -> Iterator[Check]:
    """Checks on the reference networks' multiply-accumulates and working memory."""
    source = "MLPerf Tiny reference models (github.com/mlcommons/tiny)"
    for task, macs, peak in PEAKS:
        yield Check(f"MLPerf Tiny {task}: multiply-accumulates", source, macs, 0.0, "1",
                    partial(_macs, task))  # fmt: skip
        yield Check(f"MLPerf Tiny {task}: arena", source, peak, 0.03 * peak, "B",
                    partial(_arena, task))  # fmt: skip


def _macs(task: Task) -> int:
    return sum(layer.macs for layer in network(task))


def _arena(task: Task) -> int:
    return arena(buffers(network(task)))


def measured_boards(path: Path) -> Iterator[Check]:
    """Check times on boards that the cost model was not fitted on."""
    source = "MLPerf Tiny closed results v0.7 to v1.3; each chip predicted from the others"
    yield Check("MLPerf Tiny, unseen boards: median error of time", source, 0.10, 0.0, "1",
                partial(_error, path, 0.5), "most")  # fmt: skip
    yield Check("MLPerf Tiny, unseen boards: largest error of time", source, 0.25, 0.0, "1",
                partial(_error, path, 1.0), "most")  # fmt: skip


def _error(path: Path, share: float) -> float:
    found = cross_validate(read_measured(os.fspath(path)))
    return float(np.quantile([abs(one.error) for one in found], share))
