"""What a forecast of a twin's spindle bearings rests on, in words: the numbers that are used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from twin.forecast.bearing_growth import DAMAGED, DOUBLING_H, DOUBLING_SPREAD
from twin.forecast.bearing_life import BEGINS
from twin.physics.bearing_life import LEAST, SLOPE

ALARM = "a bearing is to be looked at from {alarm} times the level of a sound one on"
GROWTH = (
    "where the record does not tell, the damage of a bearing doubles in {doubling} h of running, "
    "with a spread of {spread} in its logarithm (no source)"
)
COMMON = "{n} in 100 bearings is damaged before anything is heard of it"
FIRST = "a fatigue fault begins with {begins} % of the damage at which a bearing fails"
ENDS = "a bearing fails when its impacts are as hard as its sensor declares for full severity"
LOADS = (
    "the spindle bearing of {machine} carries a preload of {preload} N and {lever} times the "
    "cutting force; its life factor a_ISO of ISO 281 is {factor}"
)
LIVES = (
    "fatigue lives of bearings scatter by ISO/TR 1281-2: Weibull slope {slope}, none below "
    "{least} of the rating life"
)


def bearing_assumptions(bearings: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Every assumption behind entries of a twin's bearings; none where there are none.

    Examples
    --------
    >>> load = {"preload_n": 300.0, "lever": 1.5, "life_factor": 1.0}
    >>> told = bearing_assumptions([{"machine": "mill", "alarm": 2.0, "fatigue": load}])
    >>> told[0], len(told), bearing_assumptions([])
    ('a bearing is to be looked at from 2 times the level of a sound one on', 7, ())
    """
    if not bearings:
        return ()
    return (
        *dict.fromkeys(ALARM.format(alarm=f"{one['alarm']:g}") for one in bearings),
        GROWTH.format(doubling=f"{DOUBLING_H:g}", spread=f"{DOUBLING_SPREAD:g}"),
        COMMON.format(n=f"{100 * DAMAGED:g}"),
        FIRST.format(begins=f"{100 * BEGINS:g}"),
        ENDS,
        *dict.fromkeys(_loads(one) for one in bearings),
        LIVES.format(slope=f"{SLOPE:g}", least=f"{LEAST:g}"),
    )


def _loads(bearing: Mapping[str, Any]) -> str:
    load = bearing["fatigue"]
    return LOADS.format(
        machine=bearing["machine"], preload=f"{load['preload_n']:g}", lever=f"{load['lever']:g}",
        factor=f"{load['life_factor']:g}",
    )  # fmt: skip
