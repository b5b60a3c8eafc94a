"""The page Tool wear without its page: what an address asks, and what an answer says in words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from twin.errors import BadInput, Fault
from twin.forecast import export, tables
from twin.forecast.examples import EXAMPLES
from twin.forecast.export import LIKELY, POSSIBLE, ChangePlan, due_tools, hours_until
from twin.forecast.planning import Planning, declared, read_planning
from twin.forecast.reading import NASA_HEADER, NASA_MAP, REQUIRED
from twin.ui.i18n import known, t
from twin.ui.links import View
from twin.ui.wording import UNKNOWN, decimals, duration, number, trimmed, with_band

FIRST = "example-cuts"
DEFAULTS: Mapping[str, Mapping[str, float]] = {"example-cuts": {"duty": 2.0}}
"""What a shipped table needs other than the declarations say: its time axis counts cuts."""
UNITS = {"vb_mm": ("mm", "um", "inch"), "time_min": ("min", "s", "h", "cut", "part")}
SETTINGS = tuple(declared())
SPARK = (132.0, 28.0)

Tool = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page was asked: which table, how to read it, which settings, which tool."""

    table: str = FIRST
    file: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    planning: Planning = field(default_factory=Planning)
    tool: str = ""

    def question(self, *, backtest: bool = False) -> dict[str, Any]:
        """Return the question for the queue of jobs."""
        p = self.planning
        asked: dict[str, Any] = {"table": self.table, "limit_mm": p.limit, "seed": 1}
        if self.columns:
            asked["columns"] = dict(self.columns)
        if self.units:
            asked["units"] = dict(self.units)
        if backtest:
            return {**asked, "backtest": True}
        costs = {"cost_change": p.cost_change, "cost_failure": p.cost_failure}
        return {**asked, "hours": p.hours, "duty": p.duty, **costs}

    def query(self) -> dict[str, str | list[str]]:
        """Return what an address says of this; what is as usual is left out."""
        usual = defaults(self.table)
        given = {name: getattr(self.planning, name) for name in SETTINGS}
        changed: dict[str, str | list[str]] = {
            name: f"{value:.10g}" for name, value in given.items() if value != usual[name]
        }
        pairs = {"map": self.columns, "unit": self.units}
        listed = {key: [f"{a}={b}" for a, b in of.items()] for key, of in pairs.items()}
        table = "" if self.table == FIRST else self.table
        return {"table": table, "file": self.file, **listed, **changed, "tool": self.tool}


def defaults(table: str) -> dict[str, float]:
    """Return the settings that a table starts with."""
    usual = {name: float(entry.default) for name, entry in declared().items()}
    return usual | dict(DEFAULTS.get(table, {}))


def read_view(view: View) -> Asked:
    """Read an address.

    Raises
    ------
    BadInput
        When a setting is not a number of its range.
    """
    table = view.one("table", FIRST)
    faults, given = [], defaults(table)
    for name in SETTINGS:
        written = view.one(name)
        try:
            given[name] = float(written) if written else given[name]
        except ValueError:
            faults.append(Fault("a number is needed", name, value=repr(written[:40])))
    if faults:
        raise BadInput(faults)
    file = re.sub(r"[^\w .()-]", "", view.one("file"))[:80]
    return Asked(table, file, _pairs(view, "map"), _pairs(view, "unit"),
                 read_planning(given), view.one("tool")[:200])  # fmt: skip


def _pairs(view: View, key: str) -> dict[str, str]:
    split = (text.partition("=") for text in view.all(key))
    return {name: value for name, equals, value in split if equals and name and value}


def usual_columns(header: Sequence[str]) -> dict[str, str]:
    """Return which column of a table is which, where its own names say so."""
    if NASA_HEADER.issubset(header):
        return {name: NASA_MAP[name] for name in REQUIRED}
    return {name: name for name in REQUIRED if name in header}


def chosen_columns(header: Sequence[str], chosen: Mapping[str, str | None]) -> dict[str, str]:
    """Return the columns that were chosen otherwise than the table says itself."""
    usual = usual_columns(header)
    return {name: c for name, c in chosen.items() if c and c != usual.get(name)}


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


def chance(p: float) -> str:
    """Return a probability in per cent; never 0 or 100 for what is only likely.

    >>> chance(0.614), chance(0.999), chance(0.0004), chance(1.0)
    ('61 %', '> 99 %', '< 1 %', '100 %')
    """
    if 0.99 < p < 0.9999:
        return "> 99 %"
    if 0.0 < p < 0.01:
        return "< 1 %"
    return f"{100 * p:.0f} %"


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


def ahead(minutes: float, duty: float) -> str:
    """Return when a change is due, on the clock of the schedule: ``in 33 h``, ``now``."""
    hours = hours_until(minutes, duty)
    if hours == 0:
        return t("tool_wear.now")
    return t("tool_wear.beyond") if hours is None else t("tool_wear.in", time=span(hours))


def due(minutes: float, unit: str, duty: float) -> str:
    """Return when a change is due, on the clock and in cutting: ``in 13 h · 26 cuts``."""
    when = ahead(minutes, duty)
    if minutes <= 0:
        return when
    cutting = count(minutes, unit)
    return f"{when} · {t('tool_wear.of_cutting', time=cutting) if unit == 'min' else cutting}"


def span(hours: float) -> str:
    """Return a time span no finer than a forecast can tell.

    >>> span(0.7), span(2.53), span(15.4), span(60)
    ('42 min', '2 h 30 min', '15 h', '2 d 12 h')
    """
    step = 1 / 60 if hours < 1 else 1 / 6 if hours < 10 else 1.0
    return duration(3600 * step * round(hours / step))


def ranked(document: Mapping[str, Any]) -> list[Tool]:
    """Return the tools, riskiest first."""
    return sorted(document["tools"], key=lambda tool: (-tool["p_fail"], tool["best_change_min"]))


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
        return t("tool_wear.finding_many", n=likely, of=len(tools), **said)
    if likely == 1:
        return t("tool_wear.finding_one", **said)
    key = "finding_may" if worst["p_fail"] >= POSSIBLE else "finding_none"
    return t(f"tool_wear.{key}", **said)


def tool_finding(tool: Tool, duty: float) -> str:
    """Return what is to be done with one tool, as a heading."""
    said = {"tool": tool["tool"], "p": chance(tool["p_fail"]), "hours": horizon(tool["hours"])}
    if (tool["remaining_min"]["p50"] or 1) <= 0:
        return t("tool_wear.tool_over", **said)
    if not export.pays(tool):
        return t("tool_wear.tool_run", **said)
    if tool["best_change_min"] <= 0:
        return t("tool_wear.tool_now", **said)
    return t("tool_wear.tool_later", when=ahead(tool["best_change_min"], duty), **said)


_REASONS = (
    (r"(\S+) (\S+) cut since its last reading", "reason_since"),
    (r"worn ([\d.]+) times as much as is usual for its conditions", "reason_more"),
    (r"worn only ([\d.]+) times as much as is usual for its conditions", "reason_less"),
    (r"learnt from (\d+) tools? only", "reason_few"),
    (r"(\S+) '?(.*?)'? was in no other tool", "reason_unknown"),
)
_SAID = {
    "broken": "reason_broken",
    "beyond its limit already": "reason_over",
    "may be beyond its limit already": "reason_maybe_over",
    "no reading: from its conditions alone, the band is wide": "reason_none",
    "one reading only: the band is wide": "reason_one",
    "its life is too uncertain for a planned change to pay: measure it again": "reason_no_plan",
}


def reason(sentence: str) -> str:
    """Return a sentence of the forecast in the language of the page."""
    if sentence in _SAID:
        return t(f"tool_wear.{_SAID[sentence]}")
    for pattern, key in _REASONS:
        found = re.fullmatch(pattern, sentence)
        if found:
            values = {f"v{i}": text for i, text in enumerate(found.groups(), 1)}
            return t(f"tool_wear.{key}", **values)
    return sentence


# -- the table ----------------------------------------------------------------------------------


def rows(document: Mapping[str, Any], duty: float) -> list[dict[str, Any]]:
    """Return one row a tool, riskiest first."""
    tools = ranked(document)
    halves = sorted(_half(tool["vb_now_mm"]) for tool in tools)
    places = decimals(halves[len(halves) // 2] or None, 0.1)
    return [_row(tool, document["time_unit"], duty, places) for tool in tools]


def _half(band: Mapping[str, float]) -> float:
    return float(band["p90"] - band["p10"]) / 2


def _row(tool: Tool, unit: str, duty: float, places: int) -> dict[str, Any]:
    now, left = tool["vb_now_mm"], tool["remaining_min"]
    best = tool["best_change_min"]
    return {
        "tool": tool["tool"],
        "risk": tool["p_fail"],
        "chance": chance(tool["p_fail"]),
        "level": level(tool["p_fail"]),
        "now": f"{number(now['p50'], places)} ± {number(_half(now), places)}",
        "left": " / ".join(UNKNOWN if left[q] is None else _round(left[q]) for q in QUANTILES),
        "change": due(best, unit, duty) if export.pays(tool) else t("tool_wear.no_plan"),
        "change_min": best,
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


# -- taking it away -----------------------------------------------------------------------------


def plans(
    document: Mapping[str, Any], planning: Planning, plant: str, now: datetime
) -> list[ChangePlan]:
    """Return the changes to plan, as seen at ``now``."""
    return [
        _plan(tool, document["time_unit"], planning, plant, now)
        for tool in due_tools(_limited(document), planning)
    ]


def _limited(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{**tool, "limit_mm": document["limit_mm"]} for tool in document["tools"]]


def _plan(tool: Tool, unit: str, planning: Planning, plant: str, now: datetime) -> ChangePlan:
    hours = export.hours_until(tool["best_change_min"], planning.duty) or 0.0
    due = (now + timedelta(hours=hours)).replace(microsecond=0)
    wear = tool["vb_now_mm"]
    text = t(
        "tool_wear.order_text",
        wear=with_band(wear["p50"], wear["p10"], wear["p90"]), limit=trimmed(tool["limit_mm"]),
        p=chance(tool["p_fail"]), hours=horizon(tool["hours"]), due=f"{due:%Y-%m-%d %H:%M %Z}",
        left=count(tool["remaining_min"]["p50"], unit),
    )  # fmt: skip
    title = t("tool_wear.order_title", tool=tool["tool"])
    return ChangePlan(plant, tool["tool"], due, planning.change_time, tool["p_fail"], title, text)


def with_limit(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return an answer whose every tool knows its limit."""
    return {**document, "tools": _limited(document)}


def with_settings(asked: Asked, numbers: Sequence[Any]) -> Asked:
    """Return what was asked with the numbers that stand in the fields.

    Raises
    ------
    BadInput
        One fault for each number that is missing or out of range.
    """
    given = dict(zip(SETTINGS, numbers, strict=True))
    empty = [Fault(t("tool_wear.needed"), name) for name, value in given.items()
             if not isinstance(value, int | float) or isinstance(value, bool)]  # fmt: skip
    if empty:
        raise BadInput(empty)
    return replace(asked, planning=read_planning(given))
