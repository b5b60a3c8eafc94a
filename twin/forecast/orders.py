"""The changes to plan, as work orders and calendar say them: a forecast in, plans in words out.

The words are templates by key, so that the web app says the same in other languages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import Any

from twin.forecast.export import LIKELY, POSSIBLE, ChangePlan, location_of
from twin.forecast.moment import SAME, spoken
from twin.forecast.opportunities import BEST

Tool = Mapping[str, Any]
USUAL_MIN = 15.0
"""How long a change takes where nobody said it [min] (assumption)."""
AS_CHEAP = "as cheap as any"
BEYOND = "beyond it already"

TEXTS: Mapping[str, str] = {
    "order_title": "Change tool {tool}",
    "order_when": "Change {moment}: {due} (in {when}, after {cut} of cutting).",
    "order_when_now": "Change it now: {due}.",
    "order_cost": "{cost} EUR above the cheapest minute of all.",
    "order_cheapest": "As cheap as any time.",
    "order_flat": "Any time from {first} to {last} from now costs within 2 % of the least.",
    "order_before": "{p} that it fails before then.",
    "order_risk": "{p} to fail within {hours} if it is not changed.",
    "order_wear": "Wear now {p50} mm ({p10} to {p90}), limit {limit} mm.",
    "order_left": "Half of such tools have {left} of cutting left.",
    "order_bill": "Material: {n} × new tool {item} to bring for 48 h, {have} in the magazine.",
    "order_bill_one": "Material: 1 × new tool {item}.",
    "order_mind": "Mind: {why}.",
    "order_sim": "Forecast, not measured.",
    "bearing_inspect": "Inspect bearing {bearing}",
    "bearing_replace": "Replace bearing {bearing}",
    "bearing_when": "Due {due} (in {when}).",
    "bearing_when_now": "Due now: {due}.",
    "bearing_level": "Level {level} times that of a sound bearing, limit {alarm}.",
    "bearing_alarm": "{p} to pass the limit within {hours}.",
    "bearing_risk": "{p} to fail within {hours} if nothing is done.",
    "bearing_risk_assumed": "{p} to fail within {hours} if nothing is done, mostly an assumption.",
    "bearing_left": "Half of such bearings have {left} left ({p10} to {p90}).",
    "bearing_bill": "Material: 1 × {item}.",
    "bearing_ready": "To have ready: 1 × {item}.",
    "bearing_item": "spindle bearing ({balls} balls of {ball} mm on {pitch} mm)",
    "bearing_best": "Replacing it is cheapest in {when}.",
    "at_any": "when it suits",
    "at_part": "at the end of a part",
    "at_shift": "at a shift end",
}
AT = {"any time": "at_any", "part end": "at_part", "shift end": "at_shift"}
UNITS = {"min": "min", "cut": "cuts", "part": "parts"}


def english(key: str, **values: object) -> str:
    """Return the words of a key."""
    return TEXTS[key].format(**values)


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


def above(regret: float) -> str:
    """Return what a moment of change costs above the best [EUR], in English.

    >>> above(0.0588), above(12.345)
    ('as cheap as any', '12.35')
    """
    return AS_CHEAP if regret < SAME else f"{regret:.2f}"


def moment(plan: Mapping[str, Any] | None) -> str:
    """Return when a change is planned, in English, as every table of the command line says it.

    >>> moment({"name": "part end", "hours": 1.75}), moment({"name": "now", "hours": 0.0})
    ('in 105 min, at the end of a part', 'now')
    """
    if plan is None:
        return "no planned change pays"
    if plan["hours"] <= 0:
        return "now"
    place = f", {TEXTS[AT[plan['name']]]}" if plan["name"] != BEST else ""
    return f"in {spoken(plan['hours'])}{place}"


@dataclass(frozen=True, slots=True)
class Words:
    """How an order speaks.

    Attributes
    ----------
    say : callable
        Key and values → words; keys are those of ``TEXTS``.
    reason : callable
        A sentence of the forecast in the reader's language.
    unit : callable
        The unit of the time axis as people say it.
    """

    say: Callable[..., str] = english
    reason: Callable[[str], str] = str
    unit: Callable[[str], str] = lambda unit: UNITS.get(unit, unit)


def owner(source: str) -> str:
    """Return whose tools a table of measured wear is about: names its events, so keep its name.

    >>> owner("recordings/hall 3.csv"), owner("example-cuts")
    ('hall 3', 'example-cuts')
    """
    return PurePath(source).name.removesuffix(".gz").removesuffix(".csv")


def plans(
    document: Mapping[str, Any],
    plant: str,
    made: datetime,
    *,
    minutes: float = USUAL_MIN,
    words: Words | None = None,
) -> list[ChangePlan]:
    """Return the changes to plan, riskiest first.

    Parameters
    ----------
    document : mapping
        A forecast, of a twin or of measured wear.
    plant : str
        Whose tools they are: names the events of the calendar, so that they stay the same.
    made : datetime
        The moment that the forecast calls now, with its zone: the zone of every date told.
    minutes : float
        How long a change takes, where the document does not say it [min].
    words : Words, optional
        English without.
    """
    said = words or Words()
    limit = document.get("limit_mm")
    tools = [{"limit_mm": limit, **t} for t in document.get("tools", ()) if is_due(t)]
    found = [_plan(tool, document["time_unit"], plant, made, minutes, said) for tool in tools]
    found += [_of_bearing(one, plant, made, said) for one in document.get("bearings", ())
              if bearing_is_due(one)]  # fmt: skip
    return sorted(found, key=lambda plan: (-plan.p_fail, plan.due))


def is_due(tool: Tool) -> bool:
    """Whether some plan pays, and the tool is at risk or best changed within the horizon."""
    plan = tool["plan"]
    return plan is not None and (tool["p_fail"] >= POSSIBLE or plan["hours"] <= tool["hours"])


def due_at(tool: Tool, made: datetime) -> datetime:
    """Return when what is planned for a tool or a bearing is due."""
    return made.replace(microsecond=0) + timedelta(hours=tool["plan"]["hours"])


def _plan(
    tool: Tool, unit: str, plant: str, made: datetime, minutes: float, words: Words
) -> ChangePlan:
    due = due_at(tool, made)
    takes = float(tool.get("change_takes_min", minutes))
    title = words.say("order_title", tool=tool["tool"])
    text = " ".join(_lines(tool, unit, due, words))
    return ChangePlan(plant, tool["tool"], due, takes, tool["p_fail"], title, text,
                      location_of(tool))  # fmt: skip


def _lines(tool: Tool, unit: str, due: datetime, words: Words) -> Iterator[str]:
    say, plan, wear = words.say, tool["plan"], tool["vb_now_mm"]
    yield _when(tool, unit, due, words)
    yield (
        say("order_cheapest")
        if plan["as_cheap"]
        else say("order_cost", cost=f"{plan['regret']:.2f}")
    )
    first, last = tool["flat_h"]
    if _known(first) and _known(last) and spoken(last) != spoken(first):
        yield say("order_flat", first=spoken(first), last=spoken(last))
    if plan["hours"] > 0:
        yield say("order_before", p=chance(plan["p_fail_before"]))
    yield say("order_risk", p=chance(tool["p_fail"]), hours=f"{tool['hours']:g} h")
    bands = {q: f"{wear[q]:.3f}" for q in ("p10", "p50", "p90")}
    yield say("order_wear", **bands, limit=f"{tool['limit_mm']:g}")
    left = tool["remaining_min"]["p50"]
    if _known(left):
        yield say("order_left", left=f"{left:.0f} {words.unit(unit)}")
    yield _bill(tool, words)
    if tool["reasons"]:
        yield say("order_mind", why="; ".join(words.reason(line) for line in tool["reasons"]))
    yield say("order_sim")


def _when(tool: Tool, unit: str, due: datetime, words: Words) -> str:
    plan, at = tool["plan"], f"{due:%Y-%m-%d %H:%M %Z}".strip()
    if plan["hours"] <= 0:
        return words.say("order_when_now", due=at)
    cut = f"{plan['ahead_min']:.0f} {words.unit(unit)}"
    moment = words.say(AT[plan["name"]])
    return words.say("order_when", moment=moment, due=at, when=spoken(plan["hours"]), cut=cut)


def _bill(tool: Tool, words: Words) -> str:
    """The tools to have at hand: of a twin all that 48 h use up, else the successor alone."""
    item = tool.get("tool_name") or tool["tool"]
    if "spares_48h" not in tool:
        return words.say("order_bill_one", item=item)
    return words.say("order_bill", n=tool["spares_48h"], item=item, have=tool["in_magazine"])


# -- bearings -----------------------------------------------------------------------------------

TAKES_MIN = {"inspect": 30.0, "replace": 240.0}
"""How long looking at a bearing and replacing it take [min] (assumptions)."""


def bearing_moment(plan: Mapping[str, Any] | None) -> str:
    """Return what is to be done with a bearing, in English.

    >>> bearing_moment({"action": "inspect", "hours": 0.0}), bearing_moment(None)
    ('inspect now', 'nothing')
    """
    if plan is None:
        return "nothing"
    when = "now" if plan["hours"] <= 0 else f"in {spoken(plan['hours'])}"
    return f"{plan['action']} {when}"


def beyond(bearing: Mapping[str, Any]) -> bool:
    """Whether a bearing has passed its alarm limit already."""
    level = bearing["level_now"]
    return level is not None and bool(level >= bearing["alarm"])


def mostly_assumed(bearing: Mapping[str, Any]) -> bool:
    """Whether the risk of a spindle bearing rests on the prior, not on its record."""
    damage = bearing.get("damage")
    return damage is not None and damage["growth_from"] != "record"


def urgency(bearing: Mapping[str, Any]) -> float:
    """Return how urgent a bearing is, as the risk that orders are sorted by [1].

    Its risk of failing where that is known; else that of passing the limit, and at least likely
    where it is to be looked at now.
    """
    if bearing["p_fail"] is not None:
        return float(bearing["p_fail"])
    plan = bearing["plan"]
    least = LIKELY if plan is not None and plan["hours"] <= 0 else 0.0
    return max(float(bearing["p_alarm"] or 0.0), least)


def bearing_is_due(bearing: Mapping[str, Any]) -> bool:
    """Whether something is to be done with a bearing within the horizon, or it is at risk."""
    plan = bearing["plan"]
    return plan is not None and (plan["hours"] <= bearing["hours"] or urgency(bearing) >= POSSIBLE)


def _of_bearing(bearing: Mapping[str, Any], plant: str, made: datetime, words: Words) -> ChangePlan:
    plan, name = bearing["plan"], bearing["bearing"]
    due = due_at(bearing, made)
    title = words.say(f"bearing_{plan['action']}", bearing=name)
    text = " ".join(_bearing_lines(bearing, due, words))
    return ChangePlan(
        plant, name, due, TAKES_MIN[plan["action"]], urgency(bearing), title, text,
        str(bearing["machine"]), "Bearing", f"bearing/{name}",
    )  # fmt: skip


def _bearing_lines(bearing: Mapping[str, Any], due: datetime, words: Words) -> Iterator[str]:
    say, plan, left = words.say, bearing["plan"], bearing["remaining_h"]
    at, hours = f"{due:%Y-%m-%d %H:%M %Z}".strip(), f"{bearing['hours']:g} h"
    if plan["hours"] <= 0:
        yield say("bearing_when_now", due=at)
    else:
        yield say("bearing_when", due=at, when=spoken(plan["hours"]))
    if bearing["level_now"] is not None:
        level, alarm = f"{bearing['level_now']:.1f}", f"{bearing['alarm']:g}"
        yield say("bearing_level", level=level, alarm=alarm)
    if bearing["p_fail"] is not None:
        risk = "bearing_risk_assumed" if mostly_assumed(bearing) else "bearing_risk"
        yield say(risk, p=chance(bearing["p_fail"]), hours=hours)
    elif bearing["p_alarm"] is not None and not beyond(bearing):
        looked = spoken(bearing["look_h"])
        yield say("bearing_alarm", p=chance(bearing["p_alarm"]), hours=looked)
    if left is not None:
        told = {name: spoken(left[key]) for name, key in LEFT.items()}
        yield say("bearing_left", **told)
    best = bearing.get("best_change_h")
    if best is not None and 0 < best <= bearing["hours"]:
        yield say("bearing_best", when=spoken(best))
    bill = "bearing_bill" if plan["action"] == "replace" else "bearing_ready"
    size = bearing.get("geometry")
    yield say(bill, item=say("bearing_item", **size) if size else bearing["item"])
    if bearing["reasons"]:
        yield say("order_mind", why="; ".join(words.reason(line) for line in bearing["reasons"]))
    yield say("order_sim")


LEFT = {"left": "p50", "p10": "p10", "p90": "p90"}


def _known(value: float | None) -> bool:
    return value is not None and value < float("inf")
