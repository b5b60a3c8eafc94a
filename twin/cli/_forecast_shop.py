"""``twin forecast SCENARIO``: every tool of a twin, at one moment of its schedule."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from twin import units
from twin.cli._forecast_bearings import print_bearings
from twin.cli._forecast_life import print_life
from twin.cli.options import read_scenario
from twin.cli.output import console, number, table, write_json
from twin.cli.progress import bar
from twin.errors import BadInput, Fault, did_you_mean
from twin.forecast.handout import write_handout
from twin.forecast.moment import spoken
from twin.forecast.orders import above, moment
from twin.forecast.replacement import Costs
from twin.forecast.shop import Shop, ShopTool, forecast_shop
from twin.forecast.shop_backtest import backtest_shop
from twin.forecast.shop_document import assumptions, shop_document
from twin.forecast.shop_question import past_document
from twin.scenario import Scenario


@dataclass(frozen=True, slots=True)
class ShopQuestion:
    """What was asked; None is what the scenario says."""

    scenario: str
    at: str | None
    hours: float
    settings: list[str] | None
    replications: int
    workers: int
    cost_change: float | None
    cost_failure: float | None
    seed: int
    curve: str | None
    export: Path | None
    breakage: bool = True
    test: bool = False
    only_wear: Mapping[str, object] = field(default_factory=dict)


def forecast_scenario(asked: ShopQuestion, json_to: str | None) -> dict[str, Any]:
    """Forecast, show and write; returns the document."""
    _refuse_wear_options(asked)
    _check(asked)
    scenario = read_scenario(Path(asked.scenario), asked.settings)
    with bar("simulating what is to be cut") as progress:
        shop = forecast_shop(
            scenario,
            now=_seconds(asked.at),
            hours=asked.hours,
            replications=asked.replications,
            costs=_costs(asked),
            seed=asked.seed,
            breakage=asked.breakage,
            workers=asked.workers,
            on_progress=progress,
        )
    people = console(json_to)
    told = shop_document(shop)
    _print(people, shop, told["tools"])
    print_bearings(people, told["bearings"])
    if asked.curve is not None:
        _print_options(people, told["tools"], asked.curve)
    document = {"source": asked.scenario, "scenario": scenario.title, "seed": asked.seed}
    if asked.test:
        document["past"] = _back_test(people, scenario, asked)
    said = list(assumptions(asked.breakage, told["bearings"]))
    people.print("\n".join(f"Assumption: {words}." for words in said), markup=False)
    document |= told | {"assumptions": said}
    hand_out(people, document, asked.export, scenario.header.site)
    write_json(document, json_to)
    return document


def _back_test(people: Console, scenario: Scenario, asked: ShopQuestion) -> dict[str, Any]:
    """How good forecasts of such tools are, in lives of them that the twin runs to their end."""
    with bar("simulating lives of such tools") as progress:
        past = backtest_shop(
            scenario, seed=asked.seed, breakage=asked.breakage, on_progress=progress
        )
    print_life(people, past.life)
    held = past.coverage(0.9)
    if held is not None:
        skill = number(past.skill, 2)
        people.print(
            f"The 90 % bands held {held:.0%} of {len(past.pit)} remaining lives of {past.tools} "
            f"simulated tools; ECE {number(past.ece, 2)}, Brier skill {skill}.",
            markup=False,
        )
    return past_document(past)


def hand_out(
    people: Console,
    document: Mapping[str, Any],
    folder: Path | None,
    plant: str,
) -> None:
    """Write what a planner takes away, where ``--export`` asked for it."""
    if folder is None:
        return
    for file in write_handout(document, folder, plant, datetime.now().astimezone()):
        people.print(f"Written: {file}", markup=False)


def _refuse_wear_options(asked: ShopQuestion) -> None:
    """A scenario says its own limits and duty; a silent option would mislead."""
    faults = [
        Fault("is not for a SCENARIO, which says it itself (change it with --set)", option)
        for option, given in asked.only_wear.items()
        if given
    ]
    if faults:
        raise BadInput(faults)


def _check(asked: ShopQuestion) -> None:
    faults = []
    if not (math.isfinite(asked.hours) and 1e-3 <= asked.hours <= 2000):
        faults.append(Fault("allowed 0.001 to 2000 h", "--hours", value=f"{asked.hours:g}"))
    if not 1 <= asked.replications <= 1000:
        faults.append(Fault("allowed 1 to 1000", "--replications", value=str(asked.replications)))
    for option, cost in (("change", asked.cost_change), ("failure", asked.cost_failure)):
        if cost is not None and not (math.isfinite(cost) and 1e-6 <= cost <= 1e12):
            message = "allowed 1e-06 to 1e+12 of one currency"
            faults.append(Fault(message, f"--cost-{option}", value=f"{cost:g}"))
    if (asked.cost_change is None) != (asked.cost_failure is None):
        faults.append(Fault("give --cost-change and --cost-failure together, or neither"))
    if faults:
        raise BadInput(faults)


def _costs(asked: ShopQuestion) -> Costs | None:
    if asked.cost_change is None or asked.cost_failure is None:
        return None
    return Costs(asked.cost_change, asked.cost_failure)


def _seconds(written: str | None) -> float | None:
    """``4 h``, ``90 min``, or hours without a unit → seconds."""
    if written is None:
        return None
    try:
        value, unit = units.split(written)
        seconds = units.convert(value, unit or "h", "s")
    except BadInput as error:
        raise BadInput(Fault(error.faults[0].message, "--at", value=repr(written))) from None
    if not 0 <= seconds <= 3600 * 20_000:
        raise BadInput(Fault("allowed 0 to 20000 h", "--at", value=repr(written)))
    return seconds


def _print(people: Console, shop: Shop, told: Sequence[Mapping[str, Any]]) -> None:
    risk = f"P1({shop.tools[0].forecast.hours:g} h)"
    columns = (
        "tool", "no.", "VB mm", "p10–p90", "min left p10/p50/p90", risk,
        "P2(48 h)", "changes 48 h", "spares", "change", "EUR above best", "cost/min", "mind",
    )  # fmt: skip
    rows = [_row(tool, entry) for tool, entry in zip(shop.tools, told, strict=True)]
    drawn = table(_title(shop), columns, rows)
    drawn.columns[-1].justify = "left"
    people.print(drawn)
    people.print(
        "P1: at its limit or broken within the horizon if it is not changed. "
        "P2: a break in this place under its present policy."
    )


def _title(shop: Shop) -> str:
    return (
        f"Tools {shop.now / 3600:g} h after the start; minutes of cutting from "
        f"{shop.replications} simulated futures"
    )


def _row(shown: ShopTool, told: Mapping[str, Any]) -> tuple[str, ...]:
    t, left, plan = shown.forecast, shown.forecast.remaining_min, told["plan"]
    return (
        t.tool,
        str(shown.tool.number + shown.tool.broken),
        f"{t.vb_now_mm.p50:.3f}",
        f"{t.vb_now_mm.p10:.3f}–{t.vb_now_mm.p90:.3f}",
        f"{_time(left.p10)} / {_time(left.p50)} / {_time(left.p90)}",
        f"{shown.p_fail.value:.1%}",
        f"{shown.p_break_policy.value:.1%} ± {1.96 * shown.p_break_policy.se:.1%}",
        f"{shown.changes.value:.1f} ({shown.changes_low:.0f}–{shown.changes_high:.0f})",
        str(shown.spares),
        moment(plan),
        above(plan["regret"]) if plan else number(None),
        number(t.cost_rate, 3),
        "; ".join(t.reasons),
    )


def _time(minutes: float) -> str:
    return f"{minutes:.1f}" if math.isfinite(minutes) else "never"


def _print_options(people: Console, told: Sequence[Mapping[str, Any]], label: str) -> None:
    """What each moment of change costs above the best, for one tool."""
    found = {entry["tool"]: entry for entry in told}
    if label not in found:
        raise BadInput(Fault(f"no such tool{did_you_mean(label, found)}", "--curve", value=label))
    advice = found[label]["opportunities"]
    rows = [
        (o["name"], _ahead(o["ahead_h"]), _time(o["ahead_min"]), number(o["regret"]),
         f"{o['p_fail_before']:.1%}")
        for o in (advice["any_time"], *advice["options"])
    ]  # fmt: skip
    columns = ("change", "on the clock", "min of cutting", "EUR above best", "P(fail before)")
    policy = f", now by policy {found[label]['policy']}"
    people.print(table(f"When to change {label}{policy}", columns, rows))


def _ahead(hours: float) -> str:
    return spoken(hours) if math.isfinite(hours) else "never"
