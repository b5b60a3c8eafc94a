"""Bearings of the shop: how loud each is against sound, how that goes on, when to act.

Two sources give one kind of entry. A twin's spindle bearings: the signs its accelerometers heard
and what its nodes said. The twin knows no life of a bearing (a fault is put into it and does
not grow), and nothing tells how long its bearings last, so an entry of it says how its level goes
on, and no remaining life. A table of trend features with parts that ran to failure: the same
level, and the remaining life that those parts teach (:mod:`twin.forecast.trend`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from twin.forecast.bearing_signs import Heard, Verdict
from twin.forecast.export import POSSIBLE
from twin.forecast.level import Ahead, look_ahead
from twin.forecast.moment import steady, tidy
from twin.forecast.opportunities import BEST, NOW
from twin.forecast.replacement import Costs
from twin.forecast.table import Array
from twin.forecast.trend import PartForecast, TrendLaw, forecast_part, rise
from twin.forecast.trend_table import Trend
from twin.nodes.features import FAULTS
from twin.rng import stream

ALARM = 2.0
"""Level at which a bearing is to be looked at, over that of a sound one (assumption) [1]."""
RECENT = 9
"""Readings whose median is the level now."""
MOST_READ = 120
"""Readings that a chart is given."""
AT_ONCE_H = 0.25
"""Sooner than this is now [h]."""
INSPECT, REPLACE = "inspect", "replace"

NO_LIFE = "the twin knows no life of its bearings: how long it lasts is not told, its level is"
FAULT = "{word} fault told in {faulty} of {windows} windows by its node"
ALARMED = "its node has its alarm raised"
SOUND = "its node tells no bearing fault in {windows} windows"
NO_NODE = "no node listens to it: its level alone is judged"
OVER = "its level is beyond the alarm limit"
SHORT = "the record covers {hours:.3g} h: it is looked no farther ahead than that"
TOO_SHORT = "too few windows with a turning spindle for a trend"
FEW = "learnt from {parts} parts that ran to failure"
NO_PLAN = "no planned replacement is cheaper than running on"


def of_twin(
    heard: Sequence[Heard],
    verdicts: Mapping[str, Verdict | None],
    now_h: float,
    hours: float,
    seed: int,
) -> list[dict[str, Any]]:
    """Every spindle bearing of a twin; ``verdicts`` by sensor."""
    return [_heard(one, verdicts.get(one.sensor), now_h, hours, seed) for one in heard]


def _heard(
    one: Heard, said: Verdict | None, now_h: float, hours: float, seed: int
) -> dict[str, Any]:
    name = f"{one.machine}.{one.sensor}"
    at, worst, word = _worst(one)
    ahead = _ahead(at, worst, hours, stream(seed, f"forecast.bearing.{name}"))
    entry = _level(at, worst, ahead, hours) | {
        "bearing": name,
        "machine": one.machine,
        "item": _item(one),
        "now_h": now_h,
        "fault": word if said is None or not said.word else said.word,
        "verdict": None if said is None else asdict(said),
        "p_fail": None,
        "remaining_h": None,
        "cost_curve": None,
    }
    over = entry["level_now"] is not None and entry["level_now"] >= ALARM
    standing = said is not None and said.standing
    entry["plan"] = _inspection(ahead, over or standing)
    entry["reasons"] = [*_said(said), *([OVER] if over else []), *_reach(at, ahead, hours), NO_LIFE]
    return entry


def _worst(one: Heard) -> tuple[Array, Array, str]:
    """When it was heard, and the sign of the fault that stands out most of late."""
    signs = np.array(one.signs).reshape(-1, len(FAULTS))
    if not len(signs):
        return np.zeros(0), np.zeros(0), ""
    worst = int(np.argmax(np.median(signs[-RECENT:], axis=0)))
    return np.array(one.hours), signs[:, worst], FAULTS[worst]


def _item(one: Heard) -> str:
    """What to order: the bearing's geometry, as the sensor knows it."""
    own = one.settings
    return (
        f"spindle bearing ({own.balls} balls of {1e3 * own.ball_diameter:.3g} mm "
        f"on {1e3 * own.pitch_diameter:.3g} mm)"
    )


def _ahead(at: Array, ln_level: Array, hours: float, rng: np.random.Generator) -> Ahead | None:
    return look_ahead(at, ln_level, hours, rng) if len(at) else None


def _level(at: Array, ln_level: Array, ahead: Ahead | None, hours: float) -> dict[str, Any]:
    """The level so far and to come, as times that of a sound bearing."""
    keep = np.unique(np.linspace(0, len(at) - 1, min(MOST_READ, len(at))).astype(int))
    found: dict[str, Any] = {
        "hours": hours,
        "alarm": ALARM,
        "read_h": at[keep],
        "read_level": np.exp(ln_level[keep]),
        "level_now": float(np.exp(np.median(ln_level[-RECENT:]))) if len(at) else None,
        "fan": None,
        "look_h": None,
        "p_alarm": None,
        "p_rising": None,
    }
    if ahead is None:
        return found
    passed = ahead.passes(np.log(ALARM))
    fan = {name: np.exp(values) for name, values in ahead.fan().items()}
    return found | {
        "fan": {"ahead_h": ahead.hours, **fan},
        "look_h": float(ahead.hours[-1]),
        "p_alarm": float(passed[-1]),
        "p_rising": ahead.p_rising,
    }


def _inspection(ahead: Ahead | None, overdue: bool) -> dict[str, Any] | None:
    """Look at it now, or before its level passes the alarm limit with 10 %."""
    if overdue:
        return {"action": INSPECT, "name": NOW, "hours": 0.0, "regret": None}
    if ahead is None:
        return None
    passed = ahead.passes(np.log(ALARM)) >= POSSIBLE
    if not passed.any():
        return None
    at = tidy(float(ahead.hours[int(np.argmax(passed))]))
    soon = at < AT_ONCE_H
    return {"action": INSPECT, "name": NOW if soon else BEST, "hours": 0.0 if soon else at,
            "regret": None}  # fmt: skip


def _said(said: Verdict | None) -> list[str]:
    if said is None:
        return [NO_NODE]
    if not said.faulty:
        return [SOUND.format(windows=said.windows)]
    told = FAULT.format(word=said.word, faulty=said.faulty, windows=said.windows)
    return [told, *([ALARMED] if said.standing else [])]


def _reach(at: Array, ahead: Ahead | None, hours: float) -> list[str]:
    if ahead is None:
        return [TOO_SHORT]
    return [SHORT.format(hours=float(ahead.hours[-1]))] if ahead.hours[-1] < 0.999 * hours else []


def of_trends(
    law: TrendLaw, trends: Sequence[Trend], hours: float, duty: float, costs: Costs, seed: int
) -> list[dict[str, Any]]:
    """Every part of a table that still runs; ``duty`` is minutes of running in each hour."""
    return [_running(law, one, hours, duty, costs, seed) for one in trends if not one.failed]


def _running(
    law: TrendLaw, trend: Trend, hours: float, duty: float, costs: Costs, seed: int
) -> dict[str, Any]:
    told = forecast_part(law, trend, hours, duty, costs)
    clock = steady(duty)
    at, level = trend.time_min / duty, rise(trend)
    ahead = _ahead(at, level, hours, stream(seed, f"forecast.bearing.{trend.name}"))
    left = told.remaining_min
    over = told.times_quietest >= ALARM
    plan = _replacement(told, float(clock(np.array(told.change.best_min))))
    return _level(at, level, ahead, hours) | {
        "bearing": trend.name,
        "part": trend.name,
        "machine": "",
        "item": trend.name,
        "now_h": trend.end_min / duty,
        "now_min": trend.end_min,
        "times_quietest": told.times_quietest,
        "level_now": told.times_quietest,
        "fault": "",
        "verdict": None,
        "remaining_min": asdict(left),
        "remaining_h": {name: value / duty for name, value in asdict(left).items()},
        "p_fail": told.p_fail,
        "best_change_min": told.change.best_min,
        "cost_curve": {
            "ahead_min": told.change.ahead_min,
            "ahead_h": clock(told.change.ahead_min),
            "regret": told.change.regret,
        },
        "plan": plan,
        "reasons": [
            *([OVER] if over else []), *([] if plan else [NO_PLAN]),
            *_reach(at, ahead, hours), FEW.format(parts=law.parts),
        ],
    }  # fmt: skip


def _replacement(told: PartForecast, hours: float) -> dict[str, Any] | None:
    """The cheapest time to replace it, where any is cheaper than running on."""
    last = told.change.ahead_min[-1]
    if told.change.best_min >= last or not np.isfinite(hours):
        return None
    name = NOW if hours <= 0 else BEST
    return {"action": REPLACE, "name": name, "hours": tidy(hours), "regret": 0.0}
