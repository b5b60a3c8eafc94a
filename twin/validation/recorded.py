"""Checks of forecasts and models on what really happened: recordings that others made."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from twin.forecast import backtest, read_wear
from twin.nodes import evaluate, library, recordings
from twin.physics import bearings
from twin.validation.checks import Check
from twin.validation.houses import houses
from twin.validation.tiny import measured_boards


def recorded(data: Path) -> Iterator[Check]:
    """Checks on the recordings in ``data``: forecasts and models on what really happened."""
    nasa = data / "wear" / "nasa_milling.csv"
    cwru = data / "bearing" / "cwru_drive_end.npz"
    boards = data / "nodes" / "mlperf_tiny_measured.csv"
    if nasa.exists():
        yield from _nasa(nasa)
    if cwru.exists():
        yield from _cwru(cwru)
    if boards.exists():
        yield from measured_boards(boards)
    yield from houses(data)


def _nasa(path: Path) -> Iterator[Check]:
    source = "independent study on NASA milling data without sensors; leave one tool out"
    past: dict[str, Any] = {}

    def score(protocol: str, name: str) -> float:
        if not past:
            past.update(backtest(read_wear(str(path))).metrics)
        return float(getattr(past[protocol], name))

    for protocol, name, expected, unit, bound in (
        ("conditions", "rmse_mm", 0.125, "mm", "most"),
        ("next", "crps_mm", 0.036, "mm", "most"),
        ("origins", "crps_mm", 0.085, "mm", "most"),
        ("origins", "brier_skill", 0.50, "1", "least"),
    ):
        yield Check(
            f"NASA milling, {protocol}: {name}",
            source,
            expected,
            0.0,
            unit,
            partial(score, protocol, name),
            bound,
        )
    yield Check("NASA milling, origins: share inside the 90 % band", source, 0.90, 0.05, "1",
                lambda: score("origins", "coverage_90"))  # fmt: skip


def _cwru(path: Path) -> Iterator[Check]:
    source = "trained on the twin only; reference study: 0.757 with 16 hidden units"

    def accuracy() -> float:
        bearing = bearings.CATALOGUE["6205"]
        model = library.open_model("bearing")
        return float(evaluate.evaluate(model, list(recordings.read(path)), bearing).accuracy)

    yield Check("bearing model on CWRU recordings: accuracy", source, 0.757, 0.0, "1", accuracy,
                "least")  # fmt: skip
