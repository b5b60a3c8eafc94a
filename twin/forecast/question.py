"""A forecast as one question with one answer, both plain JSON: for the queue of jobs.

The question is ``{"table", "columns", "units", "limit_mm", "hours", "duty", "cost_change",
"cost_failure", "breakage", "backtest", "seed"}``; only ``table`` is needed. Without ``backtest``
the answer is the forecast of every tool, with it how good such forecasts were. A question with a
``scenario`` is about its tools (:mod:`twin.forecast.shop_question`), one with a ``trend`` about
parts that run (:mod:`twin.forecast.trend_question`).
"""

from __future__ import annotations

import functools
import hashlib
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from twin.forecast import shop_question, trend_question
from twin.forecast.backtesting import backtest
from twin.forecast.document import backtest_document, forecast_document, with_opportunities
from twin.forecast.fitting import fit
from twin.forecast.opportunities import shift_ends
from twin.forecast.planning import Planning, read_planning
from twin.forecast.predictions import LEVELS, Predictions
from twin.forecast.table import Array, WearTable
from twin.forecast.tables import open_table
from twin.forecast.tools import ToolForecast, forecast

Report = Callable[[int, int], None]
SETTINGS = {"limit_mm": "limit", "hours": "hours", "duty": "duty",
            "cost_change": "cost_change", "cost_failure": "cost_failure",
            "shift": "shift"}  # fmt: skip
BINS = 10
MOST_SHIFTS = 100
DIGITS = 6


def answer(question: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Answer a question.

    Raises
    ------
    BadInput
        When the table or a setting has a fault.
    """
    if "scenario" in question:
        of_shop: dict[str, Any] = plain(shop_question.answer(question, report))
        return of_shop
    if "trend" in question:
        of_trend: dict[str, Any] = plain(trend_question.answer(question))
        return of_trend
    table, planning = read(question)
    breakage = bool(question.get("breakage", True))
    seed = int(question.get("seed", 1))
    if question.get("backtest"):
        return _past(table, planning, seed, report)
    return _future(table, planning, seed, breakage, report)


def check(question: Mapping[str, Any]) -> None:
    """Refuse a question that cannot be answered.

    Raises
    ------
    BadInput
        When the table, the scenario or a setting has a fault.
    """
    if "scenario" in question:
        shop_question.read(question)
    elif "trend" in question:
        trend_question.read(question)
    else:
        read(question)


def read(question: Mapping[str, Any]) -> tuple[WearTable, Planning]:
    """Return the table and the settings of a question, checked."""
    given = {ours: question[key] for key, ours in SETTINGS.items() if key in question}
    planning = read_planning(given)
    columns, units = question.get("columns"), question.get("units")
    return open_table(str(question["table"]), columns, units), planning


@functools.cache
def version() -> str:
    """Return a hash of the code that decides a forecast."""
    written = hashlib.sha256()
    for file in sorted(Path(__file__).parent.rglob("*.py")):
        written.update(file.read_bytes())
    return written.hexdigest()[:12]


def _future(
    table: WearTable, planning: Planning, seed: int, breakage: bool, report: Report
) -> dict[str, Any]:
    law = fit(table, seed=seed)
    tools = forecast(
        law, table, limit_mm=planning.limit, schedule=planning.schedule, costs=planning.costs,
        seed=seed, breakage=breakage, on_progress=report,
    )  # fmt: skip
    document = forecast_document(law, tools)
    for entry, tool in zip(document["tools"], tools, strict=True):
        entry.update(_readings(tool))
    ends = shift_ends(_hours(planning), planning.duty)
    with_opportunities(document, tools, ends, planning.costs, planning.duty)
    head = {"time_unit": table.time_unit, "limit_mm": planning.limit, "hours": planning.hours,
            "duty": planning.duty, "breakage": breakage}  # fmt: skip
    notes = list(dict.fromkeys((*table.notes, *law.notes)))
    found: dict[str, Any] = plain({**head, **document, "notes": notes})
    return found


def _hours(planning: Planning) -> list[float]:
    """Shift ends up to the horizon, counted from now."""
    count = min(int(planning.hours // planning.shift), MOST_SHIFTS)
    return [planning.shift * n for n in range(1, count + 1)]


def _readings(tool: ToolForecast) -> dict[str, Any]:
    return {"read_min": tool.read_min, "read_mm": tool.read_mm}


def _past(table: WearTable, planning: Planning, seed: int, report: Report) -> dict[str, Any]:
    test = backtest(table, limit_mm=planning.limit, seed=seed, on_progress=report)
    reliability = {protocol: _reliability(p) for protocol, p in test.predictions.items()}
    found: dict[str, Any] = plain(
        {**backtest_document(test), "reliability": reliability, "notes": list(test.notes)}
    )
    return found


def _reliability(p: Predictions) -> dict[str, Any]:
    """How often what was forecast with some probability came."""
    below = [float(np.mean(p.pit <= level)) for level in LEVELS]
    chance, came = p.p_limit[p.below], p.at_limit[p.below].astype(float)
    index = np.minimum((chance * BINS).astype(int), BINS - 1)
    bins = [_bin(chance[index == i], came[index == i]) for i in range(BINS) if (index == i).any()]
    return {"level": list(LEVELS), "below": below, "events": bins, "n": len(p)}


def _bin(chance: Array, came: Array) -> dict[str, float]:
    return {"forecast": float(chance.mean()), "came": float(came.mean()), "n": len(came)}


def plain(value: Any) -> Any:
    """Return a value as JSON has it: lists, six digits, None for what is not finite.

    >>> plain({"a": np.array([1.0, np.inf])})
    {'a': [1.0, None]}
    """
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, np.ndarray):
        return [plain(entry) for entry in value.tolist()]
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    if isinstance(value, float | np.floating):
        return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value
