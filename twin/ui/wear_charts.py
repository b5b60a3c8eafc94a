"""The chart cards of the page Tool wear: an answer in, a filled card out. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from twin.forecast.moment import SAME, spoken
from twin.forecast.opportunities import RUN_ON
from twin.forecast.orders import AT, chance
from twin.ui import figures_wear as figures
from twin.ui import wear_view as view
from twin.ui.components.card import Chart
from twin.ui.figures_wear import Words
from twin.ui.i18n import t
from twin.ui.wear_view import Tool
from twin.ui.wear_words import moment, sentence
from twin.ui.wording import number, trimmed

NO_ANSWER = ("failed", "cancelled", "lost", "none")
IN_MINUTES_H = 4.0
"""Up to here a clock is drawn in minutes, beyond in hours [h]."""
MOST_SHIFTS = 4
"""Shift ends that a chart marks."""


def waiting(state: str, error: str = "") -> Chart:
    """Return the chart of an answer that is not there."""
    reason = t(f"tool_wear.no_answer_{state}") if state in NO_ANSWER else ""
    last = sentence(error.strip().splitlines()[-1]) if error.strip() else ""
    words = ": ".join(part for part in (reason, last) if part)
    return Chart(t("tool_wear.nothing_yet"), None, words or t("tool_wear.working"))


def risks(document: Mapping[str, Any], theme: str, chosen: str) -> Chart:
    """Return the risks of all tools as ordered bars."""
    tools = view.ranked(document)
    bars = [(tool["tool"], tool["p_fail"], chance(tool["p_fail"])) for tool in tools]
    hours = view.horizon(document["hours"])
    likely = sum(view.level(tool["p_fail"]) == "red" for tool in tools)
    possible = sum(view.level(tool["p_fail"]) == "amber" for tool in tools)
    head = [t("tool_wear.col_tool"), t("tool_wear.col_risk", hours=hours),
            t("tool_wear.col_break"), t("tool_wear.col_half")]  # fmt: skip
    rows = [[tool["tool"], chance(tool["p_fail"]), chance(tool["p_break_48h"]),
             view.half_words(tool, view.pace(document, tool))] for tool in tools]  # fmt: skip
    more = len(bars) - figures.MOST_BARS
    caption = t("tool_wear.risk_caption", hours=hours)
    if more > 0:
        caption += " " + t("tool_wear.risk_more", n=more)
    figure = figures.risks(bars, theme, axis=t("tool_wear.col_risk", hours=hours), chosen=chosen)
    return Chart(t("tool_wear.risk_finding", likely=likely, possible=possible, n=len(tools)),
                 figure, caption, head, rows)  # fmt: skip


def _words(document: Mapping[str, Any], **more: str) -> Words:
    tag = "sim" if view.is_plant(document) else "measured_tag"
    now, best, sim = (t(f"tool_wear.{key}") for key in ("mark_now", "mark_best", tag))
    return Words(now=now, best=best, sim=sim, **more)


def fan(document: Mapping[str, Any], tool: Tool, theme: str) -> Chart:
    """Return the fan chart of one tool."""
    unit = view.unit_word(document["time_unit"])
    limit = t("tool_wear.limit_name", limit=trimmed(tool["limit_mm"]))
    words = _words(document, x=t("tool_wear.axis_time", unit=unit), y=t("tool_wear.axis_wear"),
                   limit=limit, soon=view.planned(tool))  # fmt: skip
    figure = figures.fan(tool, theme, words, view.end_of_view(tool), _stops(tool))
    head = [t("tool_wear.axis_time", unit=unit), t("tool_wear.col_kind"), "p10", "p50", "p90"]
    past = [[number(x, 0), t("tool_wear.measured"), "", number(y, 3), ""]
            for x, y in zip(tool["read_min"], tool["read_mm"], strict=True)]  # fmt: skip
    ahead = tool["fan"]
    every = max(1, len(ahead["ahead_min"]) // 16)
    future = [
        [number(tool["now_min"] + x, 0), t("tool_wear.forecast"),
         *(number(ahead[q][i], 3) for q in view.QUANTILES)]
        for i, x in enumerate(ahead["ahead_min"]) if i % every == 0
    ]  # fmt: skip
    left = tool["remaining_min"]
    caption = t("tool_wear.fan_caption", p10=view.count(left["p10"], document["time_unit"]),
                p90=view.count(left["p90"], document["time_unit"]))  # fmt: skip
    finding = view.tool_finding(tool)
    return Chart(finding, figure, caption, head, past + future)


def _stops(tool: Tool) -> list[tuple[float, str]]:
    """The next shift ends: minutes of cutting from now, and their name."""
    named = [o for o in _options(tool) if o["name"] == "shift end" and o["ahead_min"] > 0]
    return [(o["ahead_min"], t("tool_wear.mark_shift")) for o in named[:MOST_SHIFTS]]


def _options(tool: Tool) -> list[dict[str, Any]]:
    return list(tool.get("opportunities", {}).get("options", ()))


def cost(document: Mapping[str, Any], tool: Tool, theme: str) -> Chart:
    """Return the cost curve of one tool, on the clock of its schedule."""
    unit = document["time_unit"]
    drawn = _curve(tool, unit, view.end_of_view(tool))
    axis = t("tool_wear.axis_ahead", unit="min" if drawn.minutes else "h")
    words = _words(document, x=axis, y=t("tool_wear.axis_cost"), flat=t("tool_wear.flat"))
    curve = tool["cost_curve"]
    head = [t("tool_wear.col_changed"), t("tool_wear.col_after", unit=view.unit_word(unit)),
            t("tool_wear.axis_cost")]  # fmt: skip
    stops = [[moment(o["name"]), view.count(o["ahead_min"], unit), number(o["regret"], 2)]
             for o in _options(tool)]  # fmt: skip
    points = zip(*(curve[key] for key in ("ahead_h", "ahead_min", "regret")), strict=True)
    rows = [[view.soon(h), number(x, 0), number(y, 2)] for h, x, y in points][::3]
    finding = t("tool_wear.cost_finding_none") if tool["plan"] is None else _flat_finding(tool)
    caption = t("tool_wear.cost_caption", unit=view.unit_word(unit))
    return Chart(finding, figures.cost(drawn, theme, words), caption, head, stops + rows)


def _curve(tool: Tool, unit: str, end_min: float) -> figures.CostCurve:
    """The curve as far as the chart looks, in minutes or hours of the clock."""
    curve, plan = tool["cost_curve"], tool["plan"]
    known = [i for i, hours in enumerate(curve["ahead_h"]) if hours is not None]
    ahead, hours, regret = (np.array([float(curve[key][i]) for i in known])
                            for key in ("ahead_min", "ahead_h", "regret"))  # fmt: skip
    low, high = (float(hours[-1]) if x is None else x for x in tool["flat_h"])
    shown = max(1.05 * tool["flat_min"][1], plan["ahead_min"] if plan else 0.0, 0.6 * end_min)
    keep = ahead <= 1.0001 * shown
    if keep.sum() < 2:
        keep[:2] = True
    end = float(hours[keep][-1])
    scale = 60.0 if end <= IN_MINUTES_H else 1.0
    said = [f"{view.soon(h)} · {view.cutting(x, unit)}"
            for h, x in zip(hours[keep], ahead[keep], strict=True)]  # fmt: skip
    return figures.CostCurve(
        tool["tool"], scale * hours[keep], regret[keep], (scale * low, scale * min(high, end)),
        None if plan is None else (scale * plan["hours"], plan["regret"]), said,
        [(scale * o["ahead_h"], o["regret"], f"{moment(o['name'])}, {view.soon(o['ahead_h'])}")
         for o in _options(tool)
         if o["name"] in ("shift end", "part end") and o["ahead_min"] <= shown
         and o["ahead_h"] is not None],
        scale > 1.0,
    )  # fmt: skip


def _flat_finding(tool: Tool) -> str:
    first, last = tool["flat_h"]
    if first is None:
        return t("tool_wear.cost_finding_beyond")
    if last is None:
        return t("tool_wear.cost_finding_open", first=spoken(first))
    key = "cost_finding_now" if first <= 0 else "cost_finding"
    if last <= 0 or spoken(last) == spoken(0.0):
        key = "cost_finding_only_now"
    elif spoken(first) == spoken(last):
        return t("tool_wear.cost_finding_at", first=spoken(first))
    return t(f"tool_wear.{key}", first=spoken(first), last=spoken(last))


def options(document: Mapping[str, Any], tool: Tool) -> list[dict[str, str]]:
    """Return what can be done with a tool, in words, with what each costs; the best is marked."""
    pace, unit, plan = view.pace(document, tool), document["time_unit"], tool["plan"]
    regret = tool["cost_curve"]["regret"]
    best_now = plan is not None and plan["hours"] <= 0
    now = {
        "name": t("tool_wear.option_now"),
        "when": t("tool_wear.now"),
        "cost": _above(plan["regret"] if best_now else regret[0]),
        "why": t("tool_wear.option_now_why"),
        "best": "yes" if best_now else "",
    }
    left = tool["remaining_min"]["p50"]
    failing = next((o["regret"] for o in _options(tool) if o["name"] == RUN_ON), regret[-1])
    run_on = {
        "name": t("tool_wear.option_run"),
        "when": t("tool_wear.never") if left is None
        else f"{view.half_words(tool, pace)} · {view.cutting(left, unit)}",
        "cost": _above(failing),
        "why": t("tool_wear.option_run_why"),
        "best": "",
    }  # fmt: skip
    if plan is None:
        return [now, {**run_on, "cost": t("tool_wear.least"), "best": "yes"}]
    later = [] if best_now else [_choice(plan["name"], plan, plan["hours"], unit, "yes")]
    return [now, *later, *_at_shift(tool, unit), run_on]


NAMED = {"at_part": "option_part", "at_shift": "option_shift", "at_any": "option_best"}


def _choice(name: str, of: Mapping[str, Any], hours: float, unit: str, best: str) -> dict[str, str]:
    """One moment at which a tool can be changed."""
    return {
        "name": t(f"tool_wear.{NAMED[AT[name]]}"),
        "when": f"{view.soon(hours)} · {view.cutting(of['ahead_min'], unit)}",
        "cost": _above(of["regret"]),
        "why": t("tool_wear.option_best_why", p=chance(of["p_fail_before"])),
        "best": best,
    }


def _at_shift(tool: Tool, unit: str) -> list[dict[str, str]]:
    """The cheapest shift end within the horizon, where the plan is another moment."""
    ends = [o for o in _options(tool) if o["name"] == "shift end"]
    if not ends or tool["plan"]["name"] == "shift end":
        return []
    found = min(ends, key=lambda o: o["regret"])
    return [_choice("shift end", found, found["ahead_h"], unit, "")]


def _above(regret: float) -> str:
    return t("tool_wear.least") if regret < SAME else t("tool_wear.more", cost=_money(regret))


def _money(value: float) -> str:
    return f"{number(value, 1 if value < 10 else 0)} EUR"
