"""Bearings of the shop: how loud each is against sound, how that goes on, when to act.

Two sources give one kind of entry. A twin's spindle bearings: the signs its accelerometers heard,
what its nodes said, how far damage has come and how it grows, and the rating life under the loads
of its operations (:mod:`twin.forecast.spindles`). A table of trend features with parts that ran to
failure: the same level, and the remaining life that those parts teach
(:mod:`twin.forecast.trend`). Either says what of it is an assumption.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from twin.forecast.bearing_signs import Heard, Verdict
from twin.forecast.export import POSSIBLE
from twin.forecast.level import Ahead, look_ahead
from twin.forecast.moment import spoken, steady, tidy
from twin.forecast.opportunities import BEST, NOW
from twin.forecast.replacement import Costs
from twin.forecast.spindles import LIKELY, Spindle, Told, forecast_bearing
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
WIDE = 10.0
"""From this ratio of p90 to p10 on, a band of the remaining life gives no date [1]."""
AT_ONCE_H = 0.25
"""Sooner than this is now [h]."""
MIDDLE = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
INSPECT, REPLACE = "inspect", "replace"

PLACES = {"inner": "inner ring", "outer": "outer ring", "ball": "ball"}
"""Where a fault is, as people say it."""

KNOWN = 0.4
"""Share of the prior's spread from which on the record tells how fast damage grows [1]."""

GROWN = "its damage doubles in {doubling} h of running, between {low} and {high} h (80 %)"
ASSUMED = (
    "{hours} h of running do not tell how fast its damage grows: doubling in {doubling} h, between "
    "{low} and {high} h, is mostly an assumption"
)
FATIGUE = (
    "no damage is heard; a fatigue fault by ISO 281 with a rating life of {life} h of running, "
    "{run} h run, under loads that are assumptions"
)
ENDS = "its end is taken to be impacts as hard as its sensor declares for full severity"
LOOKS = "beyond {hours} ahead it rests on the law of growth, not on its record"
SUCCESSOR = "its bearing failed {hours} h after the start, the forecast is of its successor"
FAULT = "{word} fault told in {faulty} of {windows} windows by its node"
ALARMED = "its node has its alarm raised"
SOUND = "its node tells no bearing fault in {windows} windows"
NO_NODE = "no node listens to it: its level alone is judged"
OVER = "its level is beyond the alarm limit"
SHORT = "the record covers {hours:.3g} h: it is looked no farther ahead than that"
TOO_SHORT = "too few windows with a turning spindle for a trend"
QUIET = (
    "{quiet} of {parts} parts failed without passing the limit a tenth of their life before: the "
    "risk is what lives like these teach, not the level"
)
UNSURE = (
    "one in ten such parts has {early} left and one in ten {late}: no time to replace it can be "
    "told from that, look at it and go on measuring"
)
FEW = "learnt from {parts} parts that ran to failure"
NO_PLAN = "no planned replacement is cheaper than running on"


def of_twin(
    heard: Sequence[Heard],
    verdicts: Mapping[str, Verdict | None],
    machines: Mapping[str, Spindle],
    now_h: float,
    hours: float,
    seed: int,
) -> list[dict[str, Any]]:
    """Every spindle bearing of a twin; ``verdicts`` by sensor, ``machines`` by name."""
    return [_heard(one, verdicts.get(one.sensor), machines[one.machine], now_h, hours, seed)
            for one in heard]  # fmt: skip


def _heard(
    one: Heard, said: Verdict | None, spindle: Spindle, now_h: float, hours: float, seed: int
) -> dict[str, Any]:
    name = f"{one.machine}.{one.sensor}"
    at, worst, word = worst_sign(one)
    ahead = _ahead(at, worst, hours, stream(seed, f"forecast.bearing.{name}"))
    told = forecast_bearing(one, word or FAULTS[0], spindle, hours, seed)
    level = _level(at, worst, ahead, hours)
    entry = level | _life(told) | {
        "bearing": name,
        "machine": one.machine,
        "item": _item(one),
        "geometry": _geometry(one),
        "now_h": now_h,
        "fault": _fault(told, said, word),
        "verdict": None if said is None else asdict(said),
        "level_fan": level["fan"],
    }  # fmt: skip
    entry["fatigue"] |= _assumed_load(spindle.settings)
    over = entry["level_now"] is not None and entry["level_now"] >= ALARM
    loud = over or (said is not None and said.standing)
    entry["plan"] = _planned(told, ahead, loud)
    failed = [SUCCESSOR.format(hours=f"{spindle.since / 3600:.3g}")] if spindle.since > 0 else []
    entry["reasons"] = [*failed, *_said(said), *([OVER] if over else []), *_rests(told, entry)]
    return entry


def _assumed_load(settings: Any) -> dict[str, float]:
    """What its machine declares of the load of its bearing."""
    return {
        "preload_n": settings.bearing_preload,
        "lever": settings.bearing_reaction,
        "life_factor": settings.bearing_life_factor,
    }


def _fault(told: Told, said: Verdict | None, word: str) -> str:
    """The kind of fault: as its damage shows, as its node says, or whose sign stands out most."""
    if told.damage.p_damaged >= LIKELY:
        return told.fault
    return said.word if said is not None and said.word else word


def _life(told: Told) -> dict[str, Any]:
    """Risk, life, damage and cost, with what of it the record does not tell."""
    life, damage = told.life, told.damage
    damaged = damage.p_damaged >= LIKELY
    known = damaged and damage.known >= KNOWN
    now = np.minimum(np.exp(damage.ln_damage), 1.0)
    curve = life.clock_h <= max(2.0 * float(life.ahead_h[-1]), 3.0 * _or(life.remaining_h.p50))
    return {
        "p_fail": life.p_fail,
        "remaining_h": {name: _or_none(value) for name, value in asdict(life.remaining_h).items()},
        "fan": {"of": "damage", "ahead_h": life.ahead_h, **life.fan},
        "p_fail_by": life.p_by,
        "assumed_from_h": min(told.run_h, float(life.ahead_h[-1])) if known else 0.0,
        "damage": {
            "p_damaged": damage.p_damaged,
            "now": _band(now) if damaged else None,
            "doubling_h": _band(np.log(2.0) / damage.growth) if damaged else None,
            "growth_from": "record" if known else "assumption",
            "known": damage.known if damaged else 0.0,
            "read_h": told.read_h[_spread(len(told.read_h))],
            "read": told.read[_spread(len(told.read))],
            "bound": _or_none(told.bound),
        },
        "fatigue": {
            "rating_n": told.load.rating,
            "load_n": told.load.equivalent,
            "rating_life_h": told.load.life_h,
            "run_h": told.load.run_h,
            "p_new_fault": life.p_new,
        },
        "best_change_h": _or_none(life.best_h),
        "best_change_min": life.change.best_min if np.isfinite(life.best_h) else None,
        "cost_curve": {
            "ahead_min": life.change.ahead_min[curve],
            "ahead_h": life.clock_h[curve],
            "regret": life.change.regret[curve],
        },
    }


def _band(draws: Array) -> dict[str, float]:
    return {name: float(np.quantile(draws, q)) for name, q in MIDDLE.items()}


def _or_none(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _or(value: float) -> float:
    return value if np.isfinite(value) else 0.0


def _spread(size: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """At most so many of a record as a chart is given."""
    return np.unique(np.linspace(0, max(size - 1, 0), min(MOST_READ, size)).astype(np.int64))


def _planned(told: Told, ahead: Ahead | None, loud: bool) -> dict[str, Any] | None:
    """Replace it when that is cheapest, where its record tells how fast it goes; else look at it.

    On an assumed growth alone nobody takes a spindle apart: looking tells more for less.
    """
    damage, best = told.damage, told.life.best_h
    damaged = damage.p_damaged >= LIKELY
    if damaged and damage.known >= KNOWN and np.isfinite(best):
        soon = best < AT_ONCE_H
        return {"action": REPLACE, "name": NOW if soon else BEST, "hours": 0.0 if soon
                else _told(best), "regret": 0.0}  # fmt: skip
    return _inspection(ahead, loud or damaged)


def _told(hours: float) -> float:
    """A time ahead no finer than growth is known: in whole hours from four on.

    Rounded down: an hour too early costs cents, an hour too late the breakdown.

    >>> _told(6.58), _told(1.7519)
    (6.0, 1.75)
    """
    return float(np.floor(hours)) if hours >= 4.0 else tidy(hours)


def _rests(told: Told, entry: Mapping[str, Any]) -> list[str]:
    """What the risk of a bearing rests on, in words."""
    damage, found = told.damage, entry["damage"]
    if damage.p_damaged < LIKELY:
        life, run = told.load.life_h, told.load.run_h
        return [FATIGUE.format(life=_few(life), run=_few(run))]
    band = {"doubling": "p50", "low": "p10", "high": "p90"}
    doubling = {word: _few(found["doubling_h"][q]) for word, q in band.items()}
    if found["growth_from"] == "assumption":
        return [ASSUMED.format(hours=_few(told.run_h), **doubling), ENDS]
    return [GROWN.format(**doubling), LOOKS.format(hours=spoken(entry["assumed_from_h"])), ENDS]


def _few(hours: float) -> str:
    """A duration with no more digits than it deserves: two.

    >>> _few(12345.0), _few(3.21)
    ('12000', '3.2')
    """
    return f"{float(f'{hours:.2g}'):g}"


def worst_sign(one: Heard) -> tuple[Array, Array, str]:
    """When it was heard, and the sign of the fault that stands out most of late."""
    signs = np.array(one.signs).reshape(-1, len(FAULTS))
    if not len(signs):
        return np.zeros(0), np.zeros(0), ""
    worst = int(np.argmax(np.median(signs[-RECENT:], axis=0)))
    return np.array(one.hours), signs[:, worst], FAULTS[worst]


def _item(one: Heard) -> str:
    """What to order: the bearing's geometry, as the sensor knows it."""
    return "spindle bearing ({balls} balls of {ball} mm on {pitch} mm)".format(**_geometry(one))


def _geometry(one: Heard) -> dict[str, str]:
    """Number of balls, their diameter and that of their circle [mm]."""
    own = one.settings
    sizes = {"ball": own.ball_diameter, "pitch": own.pitch_diameter}
    return {"balls": str(own.balls), **{name: f"{1e3 * x:.3g}" for name, x in sizes.items()}}


def _ahead(at: Array, ln_level: Array, hours: float, rng: np.random.Generator) -> Ahead | None:
    return look_ahead(at, ln_level, hours, rng) if len(at) else None


def _level(at: Array, ln_level: Array, ahead: Ahead | None, hours: float) -> dict[str, Any]:
    """The level so far and to come, as times that of a sound bearing."""
    keep = _spread(len(at))
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
    told = FAULT.format(word=PLACES[said.word], faulty=said.faulty, windows=said.windows)
    return [told, *([ALARMED] if said.standing else [])]


def _reach(at: Array, ahead: Ahead | None, hours: float) -> list[str]:
    if ahead is None:
        return [TOO_SHORT]
    return [SHORT.format(hours=float(ahead.hours[-1]))] if ahead.hours[-1] < 0.999 * hours else []


def of_trends(
    law: TrendLaw, trends: Sequence[Trend], hours: float, duty: float, costs: Costs, seed: int
) -> list[dict[str, Any]]:
    """Every part of a table that still runs; ``duty`` is minutes of running in each hour."""
    quiet = sum(_quiet(one) for one in trends if one.failed)
    return [_running(law, one, hours, duty, costs, seed, quiet)
            for one in trends if not one.failed]  # fmt: skip


def _quiet(trend: Trend) -> bool:
    """A part that failed, and whose level was below the limit a tenth of its life before."""
    return bool(np.exp(rise(trend)[trend.time_min <= 0.9 * trend.end_min]).max(initial=0) < ALARM)


def _running(
    law: TrendLaw, trend: Trend, hours: float, duty: float, costs: Costs, seed: int, quiet: int
) -> dict[str, Any]:
    told = forecast_part(law, trend, hours, duty, costs)
    clock = steady(duty)
    at, level = trend.time_min / duty, rise(trend)
    ahead = _ahead(at, level, hours, stream(seed, f"forecast.bearing.{trend.name}"))
    left = told.remaining_min
    over = told.times_quietest >= ALARM
    plan = _replacement(told, float(clock(np.array(told.change.best_min))))
    unsure = left.p90 > WIDE * left.p10
    if unsure:
        plan = _inspection(ahead, over or told.p_fail >= POSSIBLE)
    passes = 0.0 if ahead is None else float(ahead.passes(np.log(ALARM))[-1])
    early, late = (spoken(x / duty) for x in (left.p10, left.p90))
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
            *([OVER] if over else []), *([] if plan or unsure else [NO_PLAN]),
            *([UNSURE.format(early=early, late=late)] if unsure else []),
            *([QUIET.format(quiet=quiet, parts=law.parts)] if told.p_fail > passes + POSSIBLE
              else []),
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
