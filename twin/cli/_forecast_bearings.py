"""The bearings of a forecast, as a table for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from twin.cli.output import number, table
from twin.forecast.moment import spoken
from twin.forecast.orders import BEYOND, bearing_moment, beyond, chance, mostly_assumed

NONE_HEARD = (
    "No bearing is listened to: a sensor of kind vibration on a machine would tell of its spindle."
)


def print_bearings(people: Console, entries: Sequence[Mapping[str, Any]]) -> None:
    """Level, risk and what to do, one row a bearing."""
    if not entries:
        people.print(NONE_HEARD)
        return
    lasting = any(entry["p_fail"] is not None for entry in entries)
    hours = f"{entries[0]['hours']:g} h"
    columns = ("bearing", "× sound", "limit", "P(limit passed)", "within",
               *((f"P(fails, {hours})", "left p10/p50/p90") if lasting else ()),
               "do", "mind")  # fmt: skip
    drawn = table("Bearings", columns, [_row(entry, lasting) for entry in entries])
    drawn.columns[-1].justify = "left"
    people.print(drawn)


def _row(entry: Mapping[str, Any], lasting: bool) -> tuple[str, ...]:
    left = entry["remaining_h"]
    life = () if not lasting else (
        _risk(entry), " / ".join(_spoken(x) for x in left.values())
    )  # fmt: skip
    return (
        entry["bearing"],
        number(entry["level_now"], 2),
        f"{entry['alarm']:g}",
        *_alarm(entry),
        *life,
        bearing_moment(entry["plan"]),
        "; ".join(entry["reasons"]),
    )


def _risk(entry: Mapping[str, Any]) -> str:
    assumed = "\nmostly an assumption" if mostly_assumed(entry) else ""
    return chance(entry["p_fail"]) + assumed


def _alarm(entry: Mapping[str, Any]) -> tuple[str, str]:
    """Risk of passing the limit, and within what time; no risk where it is passed already."""
    if beyond(entry):
        return BEYOND, number(None)
    if entry["p_alarm"] is None:
        return number(None), number(None)
    return chance(entry["p_alarm"]), _spoken(entry["look_h"])


def _spoken(hours: float | None) -> str:
    return number(None) if hours is None else spoken(hours)
