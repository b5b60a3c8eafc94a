"""The forecast of running parts from trend features as one question with one answer, plain JSON.

The question is ``{"trend", "columns", "unit", "rms_unit", "running", "hours", "duty",
"cost_change", "cost_failure", "backtest", "seed"}``; only ``trend`` is needed. Without
``backtest`` the answer is the forecast of every part that runs and, of three that failed, how good
such forecasts were; with it the latter alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from twin.errors import BadInput, Fault
from twin.forecast.bearings import of_trends
from twin.forecast.document import life_document
from twin.forecast.replacement import Costs
from twin.forecast.tables import open_trends
from twin.forecast.trend import WORTH, TrendBacktest, backtest_trend, learn
from twin.forecast.trend_table import Trend
from twin.params import Declaration, Params, declarations, quantity

ASSUMPTIONS = (
    "a part wears as those that ran to failure in the table did; other loads, other lives",
    "running per hour (--duty) and the costs are yours to set",
    f"the snapshots of one part count as {WORTH:g} readings",
    "twice its own quietest level is when a part is to be looked at",
)
FEWEST_FAILED = 2
FEWEST_TESTED = 3
"""Parts that ran to failure below which nothing is learnt, or back-tested."""


class TrendParams(Params):
    """The numbers of a question."""

    hours: float = quantity(
        48, "h", 0.001, 87_600, "How far the risk looks ahead.", assumption=True
    )
    duty: float = quantity(60, "1", 0.01, 60, "Minutes of running in each hour.", assumption=True)
    cost_change: float = quantity(
        30, "EUR", 1e-6, 1e12, "Cost of a planned replacement.", assumption=True
    )
    cost_failure: float = quantity(
        150, "EUR", 1e-6, 1e12, "Cost of a failure while it runs.", assumption=True
    )


def declared() -> dict[str, Declaration]:
    """Return the declaration of every number, by name."""
    return {declaration.path: declaration for declaration in declarations(TrendParams)}


@dataclass(frozen=True, slots=True)
class TrendQuestion:
    """A question, checked: the parts and the numbers in the units of their declarations."""

    trends: Sequence[Trend]
    hours: float
    duty: float
    costs: Costs
    notes: tuple[str, ...] = ()


def read(question: Mapping[str, Any]) -> TrendQuestion:
    """Check a question.

    Raises
    ------
    BadInput
        When the table or a number has a fault, or no part runs.
    """
    given = {name: question[name] for name in declared() if question.get(name) is not None}
    TrendParams.read(given)
    numbers = {name: float(entry.default) for name, entry in declared().items()}
    numbers |= {name: float(value) for name, value in given.items()}
    table = open_trends(
        str(question["trend"]), question.get("columns"), str(question.get("unit", "")),
        question.get("running", ()), str(question.get("rms_unit", "")),
    )  # fmt: skip
    trends = table.trends
    if not question.get("backtest") and (why := table.why_none_runs()):
        raise BadInput(Fault(why, "running"))
    failed = sum(trend.failed for trend in trends)
    if failed < FEWEST_FAILED:
        message = f"two parts that ran to failure are needed, not {failed}"
        raise BadInput(Fault(message, "running"))
    costs = Costs(numbers["cost_change"], numbers["cost_failure"])
    return TrendQuestion(trends, numbers["hours"], numbers["duty"], costs, table.notes)


def answer(question: Mapping[str, Any]) -> dict[str, Any]:
    """Answer a question.

    Raises
    ------
    BadInput
        When it has a fault.
    """
    asked = read(question)
    if question.get("backtest"):
        return {"backtest": True, **past_document(backtest_trend(asked.trends))}
    document = trend_document(asked, int(question.get("seed", 1)))
    tested = sum(trend.failed for trend in asked.trends) >= FEWEST_TESTED
    past = past_document(backtest_trend(asked.trends)) if tested else None
    return {
        "tools": [],
        **document,
        "past": past,
        "notes": list(asked.notes),
        "assumptions": list(ASSUMPTIONS),
    }


def trend_document(asked: TrendQuestion, seed: int = 1) -> dict[str, Any]:
    """Every part that runs, and the law behind them."""
    law = learn(asked.trends)
    found = of_trends(law, asked.trends, asked.hours, asked.duty, asked.costs, seed)
    return {
        "time_unit": "min", "hours": asked.hours, "duty": asked.duty,
        "law": {"parts": law.parts, "spread": law.spread},
        "bearings": found,
    }  # fmt: skip


def past_document(past: TrendBacktest) -> dict[str, Any]:
    """Scores of past forecasts with the trend and without it."""
    return {
        "metrics": {"trend": asdict(past.trend), "without": asdict(past.without)},
        "gain": past.gain,
        "by_part": {name: asdict(scores) for name, scores in past.by_part.items()},
        "life": life_document(past.life),
    }
