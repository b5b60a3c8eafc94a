"""What electricity costs a building, by the hour."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from twin.errors import Fault
from twin.physics import tariff
from twin.plant import _building_settings as given
from twin.plant._building_schedules import DAYS

Array = npt.NDArray[np.float64]
ON = {
    "all": frozenset(range(7)),
    "weekdays": frozenset(range(5)),
    "weekend": frozenset({5, 6}),
}


def periods(settings: given.Settings) -> list[tariff.Period]:
    """Return the periods of the tariff, in the order they are written."""
    return [tariff.Period(p.price, p.start, p.end, ON[p.days]) for p in settings.tariff.values()]


def price(settings: given.Settings, times: Array) -> Array:
    """Price of energy [EUR/J] in the steps that start at ``times`` [s of the run]."""
    if not settings.tariff:
        return np.full(len(times), settings.energy_price)
    monday = DAYS.index(settings.first_weekday) * tariff.DAY
    return tariff.prices(periods(settings), times + 0.5 * settings.step + monday)


def faults(settings: given.Settings) -> Iterator[Fault]:
    """A tariff that has no price at some time, or two."""
    if not settings.tariff:
        return
    found = tariff.first_fault(periods(settings))
    if found is None:
        return
    at, here = found
    names = list(settings.tariff)
    day, hour = divmod(at, tariff.DAY)
    when = f"{DAYS[int(day)]} {hour / 3600:.5g} h"
    told = " and ".join(names[n] for n in here)
    message = f"periods {told} overlap" if here else "no period holds"
    yield Fault(f"{message} on {when}; each hour of the week needs one price", "tariff")
