"""The page Tool wear without its page: what an answer says in words, and its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from twin.forecast import tables
from twin.forecast.examples import EXAMPLES
from twin.forecast.export import LIKELY, POSSIBLE, hours_until
from twin.forecast.moment import SAME, spoken
from twin.forecast.orders import AT, chance
from twin.ui.i18n import known, t
from twin.ui.wear_asked import Asked
from twin.ui.wear_words import reason
from twin.ui.wording import UNKNOWN, decimals, duration, number, trimmed

SPARK = (132.0, 28.0)
NEVER_H = 1e9
"""What is never planned is sorted behind all plans [h]."""

Tool = Mapping[str, Any]
Pace = float | Mapping[str, Sequence[float]]
"""How time in the cut goes with the clock: cutting in each hour, or the hours of some minutes."""


def table_name(asked: Asked) -> str:
    """Return what the table is called on the page."""
    if asked.table in EXAMPLES:
        return t(f"tool_wear.table_{asked.table.replace('-', '_')}")
    short = asked.file or t("tool_wear.yours")
    return f"{short} · {asked.table[:6]}"


def source(asked: Asked) -> str:
    """Return where the figures of the table come from."""
    if asked.table in EXAMPLES:
        return t(f"tool_wear.source_{asked.table.replace('-', '_')}")
    return t("tool_wear.source_yours") if tables.is_upload(asked.table) else ""


# -- words --------------------------------------------------------------------------------------


def level(p: float) -> str:
    """Return how abnormal a risk is: ``red``, ``amber`` or nothing."""
    return "red" if p >= LIKELY else "amber" if p >= POSSIBLE else ""


def count(value: float | None, unit: str) -> str:
    """Return minutes or cuts with their unit; what never comes is said so."""
    if value is None:
        return t("tool_wear.never")
    return f"{_round(value)} {unit_word(unit)}"


def _round(value: float) -> str:
    return number(value, 1 if abs(value) < 10 and value else 0)


def unit_word(unit: str) -> str:
    """Return the unit of the time axis as people say it."""
    key = f"tool_wear.unit_{unit}"
    return t(key) if known(key) else unit


def pace(document: Mapping[str, Any], tool: Tool) -> Pace:
    """Return how the cutting of a tool goes with the clock."""
    clock: Pace = tool.get("clock") or float(document["duty"])
    return clock


def hours_of(minutes: float | None, pace: Pace) -> float | None:
    """Return the hours until so many minutes (or cuts) are cut; None where that is never.

    >>> hours_of(30.0, {"h": [0.0, 1.0, 2.0], "min": [0.0, 0.0, 40.0]}), hours_of(30.0, 15.0)
    (1.75, 2.0)
    """
    if minutes is None:
        return None
    if not isinstance(pace, Mapping):
        return hours_until(minutes, pace)
    hours, cut = np.asarray(pace["h"]), np.asarray(pace["min"])
    if minutes <= 0:
        return 0.0
    if minutes > cut[-1]:
        later = hours_until(minutes - cut[-1], cut[-1] / hours[-1])
        return None if later is None else float(hours[-1] + later)
    after = int(np.argmax(cut >= minutes))
    share = (minutes - cut[after - 1]) / (cut[after] - cut[after - 1])
    return float(hours[after - 1] + share * (hours[after] - hours[after - 1]))


def half(tool: Tool, pace: Pace) -> float | None:
    """Return the hours until a tool has failed with 50 %; None where that is never."""
    if "half_h" in tool:
        return None if tool["half_h"] is None else float(tool["half_h"])
    return hours_of(tool["remaining_min"]["p50"], pace)


def half_words(tool: Tool, pace: Pace) -> str:
    """Return when the risk of a tool crosses 50 %: ``in 45 min``, ``now``."""
    return when(half(tool, pace))


def when(hours: float | None) -> str:
    """Return a moment ahead as people say it: ``in 33 h``, ``now``."""
    if hours is None:
        return t("tool_wear.beyond")
    return t("tool_wear.now") if hours <= 0 else t("tool_wear.in", time=span(hours))


def planned(tool: Tool) -> str:
    """Return when a tool is to be changed: ``in 105 min``, ``now``, or that no plan pays."""
    plan = tool["plan"]
    return t("tool_wear.no_plan") if plan is None else soon(plan["hours"])


def soon(hours: float | None) -> str:
    """Return a moment ahead as finely as a plan has it: ``in 105 min``, ``now``."""
    if hours is None:
        return t("tool_wear.beyond")
    return t("tool_wear.now") if hours <= 0 else t("tool_wear.in", time=spoken(hours))


def place(tool: Tool) -> str:
    """Return where in the schedule the planned change falls, and what it costs above the best."""
    plan = tool["plan"]
    if plan is None:
        return ""
    parts = [t(f"tool_wear.{AT[plan['name']]}")] if plan["hours"] > 0 and "machine" in tool else []
    if plan["regret"] >= SAME:
        parts.append(f"+{number(plan['regret'], 1 if plan['regret'] < 10 else 0)} EUR")
    return " · ".join(parts)


def cutting(minutes: float, unit: str) -> str:
    """Return how much is cut until then: ``26 min cut``, ``26 cuts``."""
    return of_cutting(count(minutes, unit), unit)


def of_cutting(amount: str, unit: str) -> str:
    """Say that minutes are of cutting; cuts and parts say so themselves."""
    return t("tool_wear.of_cutting", time=amount) if unit == "min" else amount


def span(hours: float) -> str:
    """Return a time span no finer than a forecast can tell.

    >>> span(0.7), span(2.53), span(15.4), span(60)
    ('42 min', '2 h 30 min', '15 h', '2 d 12 h')
    """
    step = 1 / 60 if hours < 1 else 1 / 6 if hours < 10 else 1.0
    return duration(3600 * step * round(hours / step))


def ranked(document: Mapping[str, Any]) -> list[Tool]:
    """Return the tools, riskiest first.

    Where many have the same risk in whole per cent (short lives: all of them 100), those come
    first that reach 50 % first, then those that are dearer to leave in.
    """

    def rank(tool: Tool) -> tuple[float, float, float]:
        hours = half(tool, pace(document, tool))
        waiting = tool["cost_curve"]["regret"][-1] or 0.0
        return -shown_risk(tool), np.inf if hours is None else hours, -waiting

    return sorted(document["tools"], key=rank)


def shown_risk(tool: Tool) -> float:
    """Return the risk of a tool in whole per cent [1]."""
    return round(float(tool["p_fail"]), 2)


def find(document: Mapping[str, Any], tool: str | None) -> Tool:
    """Return the tool of that name, or the riskiest."""
    tools = ranked(document)
    return next((entry for entry in tools if entry["tool"] == tool), tools[0])


def horizon(hours: float) -> str:
    """Return the horizon in words: ``48 h``, ``30 min``."""
    return f"{trimmed(hours)} h" if hours >= 1 else duration(3600 * hours)


def finding(document: Mapping[str, Any]) -> str:
    """Return what the forecast found, as a heading."""
    tools = ranked(document)
    worst, hours = tools[0], horizon(document["hours"])
    said = {"tool": worst["tool"], "hours": hours, "p": chance(worst["p_fail"])}
    over = [tool for tool in tools if (tool["remaining_min"]["p50"] or 0) <= 0
            and tool["remaining_min"]["p50"] is not None]  # fmt: skip
    likely = sum(tool["p_fail"] >= LIKELY for tool in tools)
    if over:
        key = "finding_over" if len(over) == 1 else "finding_over_many"
        return t(f"tool_wear.{key}", tool=over[0]["tool"], n=len(over), of=len(tools))
    if likely > 1:
        many = "finding_many_half" if shown_risk(worst) == 1 else "finding_many"
        soon = half_words(worst, pace(document, worst))
        return t(f"tool_wear.{many}", n=likely, of=len(tools), half=soon, **said)
    if likely == 1:
        return t("tool_wear.finding_one", **said)
    key = "finding_may" if worst["p_fail"] >= POSSIBLE else "finding_none"
    return t(f"tool_wear.{key}", **said)


def tool_finding(tool: Tool) -> str:
    """Return what is to be done with one tool, as a heading."""
    said = {"tool": tool["tool"], "p": chance(tool["p_fail"]), "hours": horizon(tool["hours"])}
    if (tool["remaining_min"]["p50"] or 1) <= 0:
        return t("tool_wear.tool_over", **said)
    if tool["plan"] is None:
        return t("tool_wear.tool_run", **said)
    if tool["plan"]["hours"] <= 0:
        return t("tool_wear.tool_now", **said)
    return t("tool_wear.tool_later", when=planned(tool), **said)


# -- the table ----------------------------------------------------------------------------------


def rows(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return one row a tool, riskiest first."""
    tools = ranked(document)
    halves = sorted(_half(tool["vb_now_mm"]) for tool in tools)
    places = decimals(halves[len(halves) // 2] or None, 0.1)
    unit = document["time_unit"]
    return [_row(tool, unit, pace(document, tool), places) | plant_row(tool) for tool in tools]


def plant_row(tool: Tool) -> dict[str, Any]:
    """Return what a row of a twin's tool has beside that of measured wear."""
    if "p2" not in tool:
        return {}
    p2 = tool["p2_horizon"]["value"]
    return {
        "p2": round(p2, 2),
        "chance2": chance(p2),
        "level2": level(p2),
        "spares": tool["spares_48h"],
    }


def _half(band: Mapping[str, float]) -> float:
    return float(band["p90"] - band["p10"]) / 2


def _row(tool: Tool, unit: str, pace: Pace, places: int) -> dict[str, Any]:
    now, left = tool["vb_now_mm"], tool["remaining_min"]
    thirds = " / ".join(UNKNOWN if left[q] is None else _round(left[q]) for q in QUANTILES)
    plan = tool["plan"]
    return {
        "tool": tool["tool"],
        "risk": shown_risk(tool),
        "half": half_words(tool, pace),
        "half_h": half(tool, pace),
        "left": of_cutting(f"{thirds} {unit_word(unit)}", unit),
        "chance": chance(tool["p_fail"]),
        "level": level(tool["p_fail"]),
        "now": f"{number(now['p50'], places)} ± {number(_half(now), places)}",
        "change": planned(tool),
        "place": place(tool),
        "change_h": NEVER_H if plan is None else plan["hours"],
        "fan": spark(tool),
        "why": "; ".join(reason(sentence) for sentence in tool["reasons"]) or t("tool_wear.wear"),
    }


QUANTILES = ("p10", "p50", "p90")


def end_of_view(tool: Tool) -> float:
    """Return how far ahead a chart of the tool looks: until most of its futures have ended."""
    fan = tool["fan"]["ahead_min"]
    left = tool["remaining_min"]["p90"]
    wanted = max(1.15 * (left or 0.0), 1.2 * tool["best_change_min"], 0.25 * tool["now_min"])
    return float(min(fan[-1], wanted)) if left is not None else float(fan[-1])


def spark(tool: Tool) -> dict[str, Any]:
    """Return the paths of a row's small fan chart, in a box of ``SPARK``."""
    width, height = SPARK
    fan, now = tool["fan"], tool["now_min"]
    end, top = now + end_of_view(tool), 1.45 * tool["limit_mm"]

    def point(x: float, y: float) -> str:
        return f"{width * x / max(end, 1e-9):.1f} {height * (1 - min(max(y / top, 0), 1)):.1f}"

    keep = [i for i, x in enumerate(fan["ahead_min"]) if now + x <= end * 1.0001]
    times = [now + fan["ahead_min"][i] for i in keep]
    upper = [point(x, fan["p90"][i]) for x, i in zip(times, keep, strict=True)]
    lower = [point(x, fan["p10"][i]) for x, i in zip(times, keep, strict=True)]
    middle = [point(x, fan["p50"][i]) for x, i in zip(times, keep, strict=True)]
    past = [point(x, y) for x, y in zip(tool["read_min"], tool["read_mm"], strict=True)]
    return {
        "past": "M" + "L".join(past) if len(past) > 1 else "",
        "dots": [list(map(float, p.split())) for p in past[-1:]],
        "band": "M" + "L".join([*upper, *reversed(lower)]) + "Z",
        "median": "M" + "L".join(middle),
        "limit": round(height * (1 - tool["limit_mm"] / top), 1),
    }


def _limited(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A twin's tool has a limit of its own, that of a wear table is the page's."""
    given = {"limit_mm": document["limit_mm"]} if "limit_mm" in document else {}
    return [{**tool, **given} for tool in document["tools"]]


def is_plant(document: Mapping[str, Any]) -> bool:
    """Whether an answer is about the tools of a twin, not about a table of measured wear."""
    return "replications" in document


def with_limit(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return an answer whose every tool knows its limit."""
    return {**document, "tools": _limited(document)}
