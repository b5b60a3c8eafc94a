"""The forecast of a twin's tools as one question with one answer, both plain JSON.

The question is ``{"scenario": file, "base_values": {path: value}, "at", "hours", "breakage",
"cost_change", "cost_failure", "replications", "backtest", "seed"}``; only ``scenario`` is needed.
Without ``backtest`` the answer is the forecast of every tool, with it how good such forecasts are.
"""

from __future__ import annotations

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
from twin.params import Declaration, Params, declarations, quantity
from twin.scenario import Scenario, load

Report = Callable[[int, int], None]


class ShopParams(Params):
    """The numbers of a question."""

    hours: float = quantity(48, "h", 0.001, 2000, "How far the risk looks ahead.", assumption=True)
    at: float = quantity(
        0, "h", 0, 20_000,
        "The moment of the forecast, from the start of the scenario; where nobody says it the end "
        "of its warm-up, else the middle of its horizon.",
    )  # fmt: skip
    cost_change: float = quantity(
        30, "EUR", 1e-6, 1e12,
        "Cost of a planned change; where nobody says it the scenario's own edges and standstill.",
    )  # fmt: skip
    cost_failure: float = quantity(
        150, "EUR", 1e-6, 1e12,
        "Cost of a failure in the cut; where nobody says it the scenario's own edges, standstill "
        "and damage.",
    )  # fmt: skip


NUMBERS = ("hours", "at", "cost_change", "cost_failure")


def declared() -> dict[str, Declaration]:
    """Return the declaration of every number, by name."""
    return {declaration.path: declaration for declaration in declarations(ShopParams)}


@dataclass(frozen=True, slots=True)
class ShopQuestion:
    """A question, checked. ``at`` and ``costs`` None: as the scenario says.

    Attributes
    ----------
    scenario : Scenario
        The twin.
    at, hours : float
        The moment of the forecast and how far it looks [h].
    costs : Costs or None
        Of a change and of a failure.
    breakage : bool
        Count sudden breakage.
    """

    scenario: Scenario
    at: float | None
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
    given = {name: question[name] for name in NUMBERS if question.get(name) is not None}
    change, failure = given.get("cost_change"), given.get("cost_failure")
    if (change is None) != (failure is None):
        missing = "cost_failure" if failure is None else "cost_change"
        raise BadInput(Fault("give both costs, or neither", missing))
    ShopParams.read(given)
    scenario = load(question["scenario"])
    if question.get("base_values"):
        scenario = scenario.with_values(question["base_values"])
    if not machines(scenario):
        raise BadInput(Fault("no machine with tools in it", "plant", scenario.file))
    costs = None if change is None or failure is None else Costs(float(change), float(failure))
    at = float(given["at"]) if "at" in given else None
    hours, breakage = float(given.get("hours", 48.0)), bool(question.get("breakage", True))
    return ShopQuestion(scenario, at, hours, costs, breakage)


def machines(scenario: Scenario) -> int:
    """How many machines with tools a scenario has."""
    return sum(entry.kind == "cnc" for entry in scenario.of("plant").values())


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
    now = default_now(asked.scenario) if asked.at is None else 3600.0 * asked.at
    shop = forecast_shop(
        asked.scenario, now=now, hours=asked.hours, costs=asked.costs, seed=seed,
        breakage=asked.breakage, replications=int(question.get("replications", REPLICATIONS)),
        on_progress=report,
    )  # fmt: skip
    told = shop_document(shop)
    found: dict[str, Any] = {
        "title": asked.scenario.title, "site": asked.scenario.header.site, "hours": asked.hours,
        "breakage": asked.breakage, **told,
        "notes": [], "assumptions": list(assumptions(asked.breakage, told["bearings"])),
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
