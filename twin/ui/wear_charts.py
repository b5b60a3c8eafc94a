"""The chart cards of the page Tool wear: an answer in, a filled card out. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twin.forecast.export import pays
from twin.ui import figures_wear as figures
from twin.ui import wear_view as view
from twin.ui.components.card import Chart
from twin.ui.figures_wear import Words
from twin.ui.i18n import t
from twin.ui.wear_view import Pace, Tool
from twin.ui.wear_words import moment, sentence
from twin.ui.wording import number, trimmed

NO_ANSWER = ("failed", "cancelled", "lost", "none")
LEAST = 0.05
"""More than the best by less than this is the best [EUR]."""
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
    bars = [(tool["tool"], tool["p_fail"], view.chance(tool["p_fail"])) for tool in tools]
    hours = view.horizon(document["hours"])
    likely = sum(view.level(tool["p_fail"]) == "red" for tool in tools)
    possible = sum(view.level(tool["p_fail"]) == "amber" for tool in tools)
    head = [t("tool_wear.col_tool"), t("tool_wear.col_risk", hours=hours),
            t("tool_wear.col_break"), t("tool_wear.col_half")]  # fmt: skip
    rows = [[tool["tool"], view.chance(tool["p_fail"]), view.chance(tool["p_break_48h"]),
             view.half_words(tool, view.pace(document, tool))] for tool in tools]  # fmt: skip
    more = len(bars) - figures.MOST_BARS
    caption = t("tool_wear.risk_caption", hours=hours)
    if more > 0:
        caption += " " + t("tool_wear.risk_more", n=more)
    figure = figures.risks(bars, theme, axis=t("tool_wear.col_risk", hours=hours), chosen=chosen)
    return Chart(t("tool_wear.risk_finding", likely=likely, possible=possible, n=len(tools)),
                 figure, caption, head, rows)  # fmt: skip


def _words(**more: str) -> Words:
    now, best, sim = (t(f"tool_wear.{key}") for key in ("mark_now", "mark_best", "sim"))
    return Words(now=now, best=best, sim=sim, **more)


def fan(document: Mapping[str, Any], tool: Tool, theme: str) -> Chart:
    """Return the fan chart of one tool."""
    unit = view.unit_word(document["time_unit"])
    limit = t("tool_wear.limit_name", limit=trimmed(tool["limit_mm"]))
    words = _words(x=t("tool_wear.axis_time", unit=unit), y=t("tool_wear.axis_wear"),
                   limit=limit)  # fmt: skip
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
    finding = view.tool_finding(tool, view.pace(document, tool))
    return Chart(finding, figure, caption, head, past + future)


def _stops(tool: Tool) -> list[tuple[float, str]]:
    """The next shift ends: minutes of cutting from now, and their name."""
    named = [o for o in _options(tool) if o["name"] == "shift end" and o["ahead_min"] > 0]
    return [(o["ahead_min"], t("tool_wear.mark_shift")) for o in named[:MOST_SHIFTS]]


def _options(tool: Tool) -> list[dict[str, Any]]:
    return list(tool.get("opportunities", {}).get("options", ()))


def cost(document: Mapping[str, Any], tool: Tool, theme: str) -> Chart:
    """Return the cost curve of one tool."""
    unit = view.unit_word(document["time_unit"])
    low, high = tool["flat_min"]
    words = _words(x=t("tool_wear.axis_ahead", unit=unit), y=t("tool_wear.axis_cost"),
                   flat=t("tool_wear.flat"))  # fmt: skip
    stops = [(o["ahead_min"], o["regret"], moment(o["name"])) for o in _options(tool)
             if o["name"] in ("shift end", "part end")]  # fmt: skip
    figure = figures.cost(tool, theme, words, 0.6 * view.end_of_view(tool), stops)
    curve = tool["cost_curve"]
    head = [t("tool_wear.axis_ahead", unit=unit), t("tool_wear.axis_cost")]
    rows = [[number(x, 0), number(y, 2)]
            for x, y in zip(curve["ahead_min"], curve["regret"], strict=True)][::3]  # fmt: skip
    pace = view.pace(document, tool)
    first, last = (view.hours_of(minutes, pace) for minutes in (low, high))
    finding = _flat_finding(first, last) if pays(tool) else t("tool_wear.cost_finding_none")
    rows = [[moment(o["name"]), number(o["regret"], 2)] for o in _options(tool)] + rows
    return Chart(finding, figure, t("tool_wear.cost_caption"), head, rows)


def _flat_finding(first: float | None, last: float | None) -> str:
    if first is None:
        return t("tool_wear.cost_finding_beyond")
    if last is None:
        return t("tool_wear.cost_finding_open", first=view.span(first))
    key = "cost_finding_now" if first <= 0 else "cost_finding"
    if last <= 0:
        key = "cost_finding_only_now"
    return t(f"tool_wear.{key}", first=view.span(first), last=view.span(last))


def options(document: Mapping[str, Any], tool: Tool) -> list[dict[str, str]]:
    """Return what can be done with a tool, in words, with what each costs; the best is marked."""
    pace, unit = view.pace(document, tool), document["time_unit"]
    regret, best = tool["cost_curve"]["regret"], tool["best_change_min"]
    best_now = best <= 0
    now = {
        "name": t("tool_wear.option_now"),
        "when": t("tool_wear.now"),
        "cost": t("tool_wear.least") if best_now else t("tool_wear.more", cost=_money(regret[0])),
        "why": t("tool_wear.option_now_why"),
        "best": "yes" if best_now else "",
    }
    run_on = {
        "name": t("tool_wear.option_run"),
        "when": view.due(tool["remaining_min"]["p50"] or 0.0, unit, pace)
        if tool["remaining_min"]["p50"] is not None else t("tool_wear.never"),
        "cost": t("tool_wear.more", cost=_money(regret[-1])),
        "why": t("tool_wear.option_run_why"),
        "best": "",
    }  # fmt: skip
    if not pays(tool):
        return [now, {**run_on, "cost": t("tool_wear.least"), "best": "yes"}]
    later = [] if best_now else [_later(tool, unit, pace)]
    return [now, *later, *_at_shift(tool, unit, pace), run_on]


def _later(tool: Tool, unit: str, pace: Pace) -> dict[str, str]:
    """The cheapest moment that there is: the end of a part where one is as good, else any."""
    found = tool.get("opportunities", {}).get("best")
    part = found is not None and found["name"] == "part end"
    at = found["ahead_min"] if part else tool["best_change_min"]
    p = found["p_fail_before"] if part else tool["p_fail_before_change"]
    return {
        "name": t("tool_wear.option_part" if part else "tool_wear.option_best"),
        "when": view.due(at, unit, pace),
        "cost": _above(found["regret"]) if part else t("tool_wear.least"),
        "why": t("tool_wear.option_best_why", p=view.chance(p)),
        "best": "yes",
    }


def _at_shift(tool: Tool, unit: str, pace: Pace) -> list[dict[str, str]]:
    """The cheapest shift end within the horizon, where there is one that the tool may last to."""
    ends = [o for o in _options(tool) if o["name"] == "shift end"]
    if not ends:
        return []
    found = min(ends, key=lambda o: o["regret"])
    return [{
        "name": t("tool_wear.option_shift"),
        "when": view.due(found["ahead_min"], unit, pace),
        "cost": _above(found["regret"]),
        "why": t("tool_wear.option_best_why", p=view.chance(found["p_fail_before"])),
        "best": "",
    }]  # fmt: skip


def _above(regret: float) -> str:
    return t("tool_wear.least") if regret < LEAST else t("tool_wear.more", cost=_money(regret))


def _money(value: float) -> str:
    return f"{number(value, 1 if value < 10 else 0)} EUR"
