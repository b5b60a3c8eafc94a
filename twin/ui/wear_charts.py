"""The chart cards of the page Tool wear: an answer in, a filled card out. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twin.forecast.export import hours_until, pays
from twin.ui import figures_wear as figures
from twin.ui import wear_view as view
from twin.ui.components.card import Chart
from twin.ui.figures_wear import Words
from twin.ui.i18n import t
from twin.ui.wear_view import Tool
from twin.ui.wording import UNKNOWN, number, trimmed

PROTOCOLS = ("conditions", "next", "origins")
NO_ANSWER = ("failed", "cancelled", "lost", "none")
FEW = 30  # predictions, below which a score says little
HONEST = (0.80, 0.97)  # share inside the 90 % band that is told as honest


def waiting(state: str, error: str = "") -> Chart:
    """Return the chart of an answer that is not there."""
    reason = t(f"tool_wear.no_answer_{state}") if state in NO_ANSWER else ""
    last = error.strip().splitlines()[-1] if error.strip() else ""
    words = ": ".join(part for part in (reason, last) if part)
    return Chart(t("tool_wear.nothing_yet"), None, words or t("tool_wear.working"))


def risks(document: Mapping[str, Any], theme: str, chosen: str) -> Chart:
    """Return the risks of all tools as ordered bars."""
    tools = view.ranked(document)
    bars = [(tool["tool"], tool["p_fail"], view.chance(tool["p_fail"])) for tool in tools]
    hours = view.horizon(document["hours"])
    likely = sum(view.level(tool["p_fail"]) == "red" for tool in tools)
    possible = sum(view.level(tool["p_fail"]) == "amber" for tool in tools)
    head = [t("tool_wear.col_tool"), t("tool_wear.col_risk", hours=hours), t("tool_wear.col_break")]
    rows = [[tool["tool"], view.chance(tool["p_fail"]), view.chance(tool["p_break_48h"])]
            for tool in tools]  # fmt: skip
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


def fan(document: Mapping[str, Any], tool: Tool, theme: str, duty: float) -> Chart:
    """Return the fan chart of one tool."""
    unit = view.unit_word(document["time_unit"])
    limit = t("tool_wear.limit_name", limit=trimmed(document["limit_mm"]))
    words = _words(x=t("tool_wear.axis_time", unit=unit), y=t("tool_wear.axis_wear"),
                   limit=limit)  # fmt: skip
    figure = figures.fan(tool, theme, words, view.end_of_view(tool))
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
    return Chart(view.tool_finding(tool, duty), figure, caption, head, past + future)


def cost(document: Mapping[str, Any], tool: Tool, theme: str, duty: float) -> Chart:
    """Return the cost curve of one tool."""
    unit = view.unit_word(document["time_unit"])
    low, high = tool["flat_min"]
    words = _words(x=t("tool_wear.axis_ahead", unit=unit), y=t("tool_wear.axis_cost"),
                   flat=t("tool_wear.flat"))  # fmt: skip
    figure = figures.cost(tool, theme, words, 0.6 * view.end_of_view(tool))
    curve = tool["cost_curve"]
    head = [t("tool_wear.axis_ahead", unit=unit), t("tool_wear.axis_cost")]
    rows = [[number(x, 0), number(y, 2)]
            for x, y in zip(curve["ahead_min"], curve["regret"], strict=True)][::3]  # fmt: skip
    first, last = (hours_until(minutes, duty) for minutes in (low, high))
    finding = _flat_finding(first, last)
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


def options(document: Mapping[str, Any], tool: Tool, duty: float) -> list[dict[str, str]]:
    """Return the three things that can be done with a tool, in words, with what each costs."""
    regret, best = tool["cost_curve"]["regret"], tool["best_change_min"]
    best_now = best <= 0
    now = {
        "name": t("tool_wear.option_now"),
        "when": t("tool_wear.now"),
        "cost": t("tool_wear.least") if best_now else t("tool_wear.more", cost=_money(regret[0])),
        "why": t("tool_wear.option_now_why"),
        "best": "yes" if best_now else "",
    }
    later = {
        "name": t("tool_wear.option_best"),
        "when": view.due(best, document["time_unit"], duty),
        "cost": t("tool_wear.least"),
        "why": t("tool_wear.option_best_why", p=view.chance(tool["p_fail_before_change"])),
        "best": "yes",
    }
    run_on = {
        "name": t("tool_wear.option_run"),
        "when": view.count(tool["remaining_min"]["p50"], document["time_unit"]),
        "cost": t("tool_wear.more", cost=_money(regret[-1])),
        "why": t("tool_wear.option_run_why"),
        "best": "",
    }
    if not pays(tool):
        return [now, {**run_on, "cost": t("tool_wear.least"), "best": "yes"}]
    return [now, run_on] if best_now else [now, later, run_on]


def _money(value: float) -> str:
    return f"{number(value, 1 if value < 10 else 0)} EUR"


# -- how good past forecasts were ---------------------------------------------------------------


def scores(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the table of the protocols with their scores."""
    keys = ("mae_mm", "rmse_mm", "crps_mm", "coverage_50", "coverage_80", "coverage_90",
            "brier_skill", "n")  # fmt: skip
    head = [t("tool_wear.protocol"), *(t(f"tool_wear.score_{key}") for key in keys)]
    metrics = document["metrics"]
    body = [
        [t(f"tool_wear.protocol_{name}"), *(_score(key, metrics[name][key]) for key in keys)]
        for name in PROTOCOLS
        if name in metrics
    ]
    return {"head": head, "body": body}


def _score(key: str, value: float | None) -> str:
    if value is None:
        return UNKNOWN
    if key == "n":
        return str(value)
    if key.startswith("coverage"):
        return f"{100 * value:.0f} %"
    return number(value, 2 if key == "brier_skill" else 3)


def reliability(document: Mapping[str, Any], theme: str) -> Chart:
    """Return the reliability diagram of past forecasts."""
    names = {name: t(f"tool_wear.protocol_{name}") for name in PROTOCOLS}
    words = Words(x=t("tool_wear.axis_forecast_p"), y=t("tool_wear.axis_came"),
                  perfect=t("tool_wear.perfect"))  # fmt: skip
    figure = figures.reliability(document, theme, words, names)
    levels = next(iter(document["reliability"].values()))["level"]
    head = [t("tool_wear.axis_forecast_p"), *(names[name] for name in document["reliability"])]
    rows = [
        [f"{100 * level:.0f} %",
         *(f"{100 * entry['below'][i]:.0f} %" for entry in document["reliability"].values())]
        for i, level in enumerate(levels)
    ]  # fmt: skip
    return Chart(_past_finding(document), figure, _past_caption(document), head, rows)


def _past_finding(document: Mapping[str, Any]) -> str:
    metrics = document["metrics"]
    name = "origins" if "origins" in metrics else next(iter(metrics))
    held, n = metrics[name]["coverage_90"], metrics[name]["n"]
    low, high = HONEST
    word = "narrow" if held < low else "wide" if held > high else "honest"
    return t(f"tool_wear.past_{word}", held=f"{100 * held:.0f} %", n=n)


def _past_caption(document: Mapping[str, Any]) -> str:
    n = sum(entry["n"] for entry in document["metrics"].values())
    few = " " + t("tool_wear.past_few") if n < FEW else ""
    return t("tool_wear.past_caption") + few
