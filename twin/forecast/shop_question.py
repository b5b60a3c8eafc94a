"""The forecast of a twin's tools as one question with one answer, both plain JSON.

The question is ``{"scenario": file, "base_values": {path: value}, "at_h", "hours", "breakage",
"cost_change", "cost_failure", "replications", "backtest", "seed"}``; only ``scenario`` is needed.
Without ``backtest`` the answer is the forecast of every tool, with it how good such forecasts are.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from twin.errors import BadInput, Fault
from twin.forecast.document import life_document
from twin.forecast.predictions import LEVELS
from twin.forecast.replacement import Costs
from twin.forecast.shop import REPLICATIONS, default_now, forecast_shop
from twin.forecast.shop_backtest import ShopBacktest, backtest_shop
from twin.forecast.shop_document import assumptions, shop_document
from twin.scenario import Scenario, load

Report = Callable[[int, int], None]
RANGES: Mapping[str, tuple[float, float, str]] = {
    "hours": (0.001, 2000.0, "h"),
    "at_h": (0.0, 20_000.0, "h"),
    "cost_change": (1e-6, 1e12, "of one currency"),
    "cost_failure": (1e-6, 1e12, "of one currency"),
}
"""What a number of the question may be, and its unit."""


@dataclass(frozen=True, slots=True)
class ShopQuestion:
    """A question, checked. ``at_h`` and ``costs`` None: as the scenario says.

    Attributes
    ----------
    scenario : Scenario
        The twin.
    at_h, hours : float
        The moment of the forecast and how far it looks [h].
    costs : Costs or None
        Of a change and of a failure.
    breakage : bool
        Count sudden breakage.
    """

    scenario: Scenario
    at_h: float | None
    hours: float
    costs: Costs | None
    breakage: bool


def read(question: Mapping[str, Any]) -> ShopQuestion:
    """Check a question.

    Raises
    ------
    BadInput
        When the scenario has a fault or no machine with tools, or a number is out of its range.
    """
    faults = [_fault(name, question[name]) for name in RANGES if question.get(name) is not None]
    change, failure = question.get("cost_change"), question.get("cost_failure")
    if (change is None) != (failure is None):
        faults.append(Fault("both costs or neither", "cost_change"))
    wrong = [fault for fault in faults if fault is not None]
    if wrong:
        raise BadInput(wrong)
    scenario = load(question["scenario"])
    if question.get("base_values"):
        scenario = scenario.with_values(question["base_values"])
    if not has_tools(scenario):
        raise BadInput(Fault("no machine with tools in it", "plant", scenario.file))
    at = question.get("at_h")
    costs = None if change is None or failure is None else Costs(float(change), float(failure))
    return ShopQuestion(
        scenario, None if at is None else float(at), float(question.get("hours", 48.0)), costs,
        bool(question.get("breakage", True)),
    )  # fmt: skip


def _fault(name: str, value: Any) -> Fault | None:
    low, high, unit = RANGES[name]
    good = isinstance(value, int | float) and not isinstance(value, bool)
    if good and math.isfinite(value) and low <= value <= high:
        return None
    return Fault(f"allowed {low:g} to {high:g} {unit}", name, value=str(value))


def has_tools(scenario: Scenario) -> bool:
    """Whether a scenario has a machine with tools."""
    return any(entry.kind == "cnc" for entry in scenario.of("plant").values())


def answer(question: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Answer a question.

    Raises
    ------
    BadInput
        When it has a fault.
    """
    asked = read(question)
    seed = int(question.get("seed", 1))
    if question.get("backtest"):
        past = backtest_shop(asked.scenario, seed=seed, breakage=asked.breakage, on_progress=report)
        return {"backtest": True, **past_document(past)}
    now = default_now(asked.scenario) if asked.at_h is None else 3600.0 * asked.at_h
    shop = forecast_shop(
        asked.scenario, now=now, hours=asked.hours, costs=asked.costs, seed=seed,
        breakage=asked.breakage, replications=int(question.get("replications", REPLICATIONS)),
        on_progress=report,
    )  # fmt: skip
    found: dict[str, Any] = {
        "title": asked.scenario.title, "site": asked.scenario.header.site, "hours": asked.hours,
        "breakage": asked.breakage, **shop_document(shop),
        "notes": [], "assumptions": list(assumptions(asked.breakage)),
    }  # fmt: skip
    return found


def past_document(past: ShopBacktest) -> dict[str, Any]:
    """Scores of past forecasts, and how often came what was forecast with some probability."""
    scores = {f"coverage_{band}": past.coverage(band / 100) for band in (50, 80, 90)}
    metrics = {**scores, "ece": past.ece, "brier_skill": past.skill, "n": len(past.pit)}
    level, below = list(LEVELS), past.below()
    return {
        "tools": past.tools,
        "metrics": {"ahead": metrics},
        "reliability": {"ahead": {"level": level, "below": below, "n": len(past.pit)}},
        "life": life_document(past.life),
    }
