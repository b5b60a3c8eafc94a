"""What the page Tool wear says of bearings: an answer in, words, rows and a chart out. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from dash import html
from dash.development.base_component import Component

from twin.forecast import bearings as core
from twin.forecast.moment import spoken
from twin.forecast.orders import beyond, chance, mostly_assumed, urgency
from twin.ui import figures_bearings
from twin.ui import figures_wear as figures
from twin.ui import wear_view as view
from twin.ui.components.card import Chart
from twin.ui.i18n import t
from twin.ui.wear_words import reason
from twin.ui.wording import UNKNOWN, number, trimmed

Bearing = Mapping[str, Any]
MOST_AHEAD = 20.0
"""Horizons beyond which a replacement is no plan."""
NAMED = {place: name for name, place in core.PLACES.items()}

_SAID: Sequence[tuple[str, str]] = (
    (core.GROWN, "bearing_grown"),
    (core.ASSUMED, "bearing_assumed"),
    (core.FATIGUE, "bearing_fatigue"),
    (core.ENDS, "bearing_ends"),
    (core.LOOKS, "bearing_looks"),
    (core.SUCCESSOR, "bearing_successor"),
    (core.FAULT, "bearing_fault"),
    (core.ALARMED, "bearing_alarmed"),
    (core.SOUND, "bearing_sound"),
    (core.NO_NODE, "bearing_no_node"),
    (core.OVER, "bearing_over"),
    (core.SHORT, "bearing_short"),
    (core.TOO_SHORT, "bearing_too_short"),
    (core.QUIET, "bearing_quiet"),
    (core.UNSURE, "bearing_unsure"),
    (core.FEW, "bearing_few"),
    (core.NO_PLAN, "bearing_no_plan"),
)


def said(sentence: str) -> str:
    """Return a sentence about a bearing in the language of the page; others as they are.

    >>> said("something else")
    'something else'
    """
    for template, key in _SAID:
        pattern = re.sub(r"\\\{(\w+)[^}]*\\\}", r"(?P<\1>.+)", re.escape(template))
        found = re.fullmatch(pattern, sentence)
        if found:
            return t(f"tool_wear.{key}", **_words(found.groupdict()))
    return sentence


def _words(values: dict[str, str]) -> dict[str, str]:
    if values.get("word") in NAMED:
        values["word"] = t(f"tool_wear.bearing_{NAMED[values['word']]}")
    return values


def ranked(bearings: Sequence[Bearing]) -> list[Bearing]:
    """Return the bearings, the most urgent first; of equals the louder."""
    return sorted(bearings, key=lambda one: (-urgency(one), -(one["level_now"] or 0.0)))


def find(bearings: Sequence[Bearing], name: str | None) -> Bearing:
    """Return the bearing of that name, or the most urgent."""
    tools = ranked(bearings)
    return next((one for one in tools if one["bearing"] == name), tools[0])


def todo(bearing: Bearing) -> str:
    """Return what is to be done with a bearing and when: ``inspect it now``."""
    plan = bearing["plan"]
    if plan is None:
        return t("tool_wear.bearing_nothing")
    return t(f"tool_wear.bearing_do_{plan['action']}", when=view.soon(plan["hours"]))


def finding(bearings: Sequence[Bearing]) -> str:
    """Return what was found, as a heading."""
    worst = ranked(bearings)[0]
    due = [one for one in bearings if one["plan"] is not None]
    if not due:
        return t("tool_wear.bearings_calm", n=len(bearings))
    if len(due) == 1:
        return t("tool_wear.bearings_one", bearing=due[0]["bearing"], todo=todo(due[0]))
    return t("tool_wear.bearings_many", n=len(due), of=len(bearings), bearing=worst["bearing"],
             todo=todo(worst))  # fmt: skip


def level(bearing: Bearing) -> str:
    """Return how loud a bearing is: ``7.5 × (limit 2)``."""
    now = bearing["level_now"]
    return UNKNOWN if now is None else f"{number(now, 1)} ×"


def _risk(p: float | None, why: str) -> Component:
    """A risk with its sign and word; unknown is a dash with the reason on hover."""
    if p is None:
        return html.Span(UNKNOWN, title=why, className="quiet")
    grade = view.level(p)
    sign = {"red": "◆ ", "amber": "▲ "}.get(grade, "")
    return html.Span(f"{sign}{chance(p)}", className=f"risk {grade or 'calm'}")


def _alarm(bearing: Bearing) -> Component:
    """The risk of passing the limit and how far it looks, or that it is passed already."""
    if beyond(bearing):
        return html.Span(f"◆ {t('tool_wear.bearing_beyond')}", className="risk red")
    far = bearing["look_h"]
    looked = t("tool_wear.bearing_looked", time=spoken(far)) if far else ""
    risk = _risk(bearing["p_alarm"], said(core.TOO_SHORT))
    return html.Span([risk, html.Span(looked, className="below")], className="two")


def _left(bearing: Bearing) -> str | Component:
    left = bearing["remaining_h"]
    if left is None:
        return html.Span(UNKNOWN, title=said(core.TOO_SHORT), className="quiet")
    return " / ".join(UNKNOWN if left[q] is None else spoken(left[q]) for q in view.QUANTILES)


def table(bearings: Sequence[Bearing], chosen: str) -> list[Component]:
    """Return head and body of the table of bearings."""
    hours = view.horizon(bearings[0]["hours"])
    keys = ("bearing_name", "bearing_todo", "bearing_times", "bearing_p_alarm", "bearing_p_fail",
            "bearing_left_h", "bearing_order")  # fmt: skip
    names = [t(f"tool_wear.{key}", hours=hours) for key in keys]
    head = html.Thead(html.Tr([html.Th(name) for name in names]))
    rows = [_row(one, one["bearing"] == chosen, names) for one in ranked(bearings)]
    return [head, html.Tbody(rows)]


def _row(one: Bearing, chosen: bool, names: Sequence[str]) -> Component:
    cells: list[str | Component] = [
        html.Span(one["bearing"], className="strong"),
        html.Span(todo(one), className="strong" if one["plan"] else "quiet"),
        level(one),
        _alarm(one),
        html.Span([_risk(one["p_fail"], said(core.TOO_SHORT)),
                   html.Span(assumed(one), className="below")], className="two"),
        _left(one),
        f"1 × {item(one)}" if one["plan"] else UNKNOWN,
    ]  # fmt: skip
    found = [html.Td(cell, **_named(name)) for name, cell in zip(names, cells, strict=True)]
    return html.Tr(found, className="chosen" if chosen else "")


def assumed(bearing: Bearing) -> str:
    """Return what of a risk is assumption; empty where its parts taught it."""
    found = bearing.get("damage")
    if found is None:
        quiet = core.QUIET.partition("}")[2][-30:]
        unheard = any(line.endswith(quiet) for line in bearing["reasons"])
        return t("tool_wear.bearing_by_lives") if unheard else ""
    return t("tool_wear.bearing_by_assumption" if mostly_assumed(bearing)
             else "tool_wear.bearing_by_record")  # fmt: skip


def item(bearing: Bearing) -> str:
    """Return what to order, in the language of the page."""
    size = bearing.get("geometry")
    return t("tool_wear.bearing_item", **size) if size else str(bearing["item"])


def _named(name: str) -> dict[str, Any]:
    """The name of a cell's column: stands before it where the table is stacked."""
    return {"data-name": name}


def chart(bearing: Bearing, theme: str) -> Chart:
    """Return the chart of one bearing: of a spindle its damage, else its level, and to come."""
    return _damage(bearing, theme) if "damage" in bearing else _level(bearing, theme)


def _damage(bearing: Bearing, theme: str) -> Chart:
    found, fan, now = bearing["damage"], bearing["fan"], bearing["now_h"]
    words = figures.Words(
        x=t("tool_wear.bearing_axis_time"), y=t("tool_wear.bearing_axis_damage"),
        limit=t("tool_wear.bearing_end"), now=t("tool_wear.mark_now"), best=todo(bearing),
        sim=t("tool_wear.sim"),
    )  # fmt: skip
    head = [words.x, t("tool_wear.col_kind"), "p10", "p50", "p90", t("tool_wear.bearing_ended")]
    every = max(1, len(found["read_h"]) // 24)
    heard = t("tool_wear.measured_sim")
    read = list(zip(found["read_h"], found["read"], strict=True))[::every]
    past = [[number(x, 1), heard, "", f"{100 * y:.0f} %", "", ""] for x, y in read]
    future = [
        [number(now + x, 1), t("tool_wear.forecast"),
         *(f"{100 * fan[q][i]:.0f} %" for q in view.QUANTILES), chance(bearing["p_fail_by"][i])]
        for i, x in enumerate(fan["ahead_h"]) if i % 4 == 0
    ]  # fmt: skip
    key = "record" if found["growth_from"] == "record" else "assumption"
    caption = t(f"tool_wear.bearing_caption_{key}", time=spoken(bearing["assumed_from_h"]))
    title = t("tool_wear.bearing_finding", bearing=bearing["bearing"], todo=todo(bearing))
    figure = figures_bearings.damage(bearing, theme, words, t("tool_wear.bearing_assumption"))
    return Chart(title, figure, caption, head, past + future)


def _level(bearing: Bearing, theme: str) -> Chart:
    title = t("tool_wear.bearing_finding", bearing=bearing["bearing"], todo=todo(bearing))
    if bearing["fan"] is None:
        return Chart(title, None, said(core.TOO_SHORT))
    words = figures.Words(
        x=t("tool_wear.bearing_axis_time"), y=t("tool_wear.bearing_axis_level"),
        limit=t("tool_wear.bearing_limit", limit=trimmed(bearing["alarm"])),
        now=t("tool_wear.mark_now"), best=todo(bearing),
        sim=t("tool_wear.sim" if bearing["machine"] else "tool_wear.measured_tag"),
    )  # fmt: skip
    fan = bearing["fan"]
    head = [words.x, t("tool_wear.col_kind"), "p10", "p50", "p90"]
    every = max(1, len(bearing["read_h"]) // 24)
    past = [
        [
            number(x, 2),
            t("tool_wear.measured_sim" if bearing["machine"] else "tool_wear.measured"),
            "",
            number(y, 2),
            "",
        ]
        for x, y in list(zip(bearing["read_h"], bearing["read_level"], strict=True))[::every]
    ]
    future = [
        [number(bearing["now_h"] + x, 2), t("tool_wear.forecast"),
         *(number(fan[q][i], 2) for q in view.QUANTILES)]
        for i, x in enumerate(fan["ahead_h"]) if i % 3 == 0
    ]  # fmt: skip
    caption = t("tool_wear.bearing_caption", time=spoken(bearing["look_h"]))
    return Chart(title, figures.level(bearing, theme, words), caption, head, past + future)


def advice(bearing: Bearing) -> list[tuple[str, str]]:
    """Return what to do, what happens if nothing is done, what to order: names and words."""
    hours = view.horizon(bearing["hours"])
    if bearing["p_fail"] is not None:
        risk = t("tool_wear.bearing_if_fail", p=chance(bearing["p_fail"]), hours=hours)
        nothing = " · ".join(filter(None, [risk, assumed(bearing)]))
    elif bearing["p_alarm"] is None:
        nothing = said(core.TOO_SHORT)
    else:
        key = "bearing_if_over" if beyond(bearing) else "bearing_if_alarm"
        nothing = t(f"tool_wear.{key}", p=chance(bearing["p_alarm"]),
                    time=spoken(bearing["look_h"]))  # fmt: skip
    order = f"1 × {item(bearing)}" if bearing["plan"] else t("tool_wear.bearing_no_order")
    return [
        (t("tool_wear.bearing_todo"), todo(bearing)),
        (t("tool_wear.bearing_if", hours=hours), nothing),
        *_cheapest(bearing),
        (t("tool_wear.bearing_order"), order),
        (t("tool_wear.bearing_rests"), "; ".join(said(line) for line in bearing["reasons"])),
    ]


def _cheapest(bearing: Bearing) -> list[tuple[str, str]]:
    """When replacing it is cheapest, and what waiting costs above that."""
    if "best_change_h" not in bearing:
        return []
    best, curve = bearing["best_change_h"], bearing["cost_curve"]
    name = t("tool_wear.bearing_cheapest")
    if best is None or best > MOST_AHEAD * bearing["hours"]:
        return [(name, t("tool_wear.bearing_run_on"))]
    hours = [x for x in (12.0, 24.0, bearing["hours"]) if x > best]
    above = [f"{spoken(x)}: {_at(curve, x):.0f} EUR" for x in dict.fromkeys(hours)]
    later = t("tool_wear.bearing_later", costs="; ".join(above)) if above else ""
    return [(name, ". ".join(filter(None, [view.soon(best), later])))]


def _at(curve: Mapping[str, Any], hours: float) -> float:
    return float(np.interp(hours, curve["ahead_h"], curve["regret"]))


def past(document: Mapping[str, Any]) -> str:
    """Return how good such forecasts were, and what was left out; empty where nothing is told."""
    left_out = "; ".join(reason(note) for note in document.get("notes") or ())
    found = document.get("past")
    if not found:
        return left_out
    scores, without = found["metrics"]["trend"], found["metrics"]["without"]
    good = t(
        "tool_wear.bearing_past", held=f"{100 * scores['coverage_80']:.0f} %",
        crps=number(scores["crps_min"], 0), without=number(without["crps_min"], 0),
        n=len(found["by_part"]),
    )  # fmt: skip
    return f"{good} {left_out}".strip()
