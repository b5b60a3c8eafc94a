"""What a person should know of a fit to a status table, beside its figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from twin.calibration.rates import planned_hours
from twin.calibration.spells import IDLE, OFF, Spells, rules
from twin.calibration.status import StatusTable
from twin.scenario import Scenario

LONG = 7200.0
"""Stops longer than this are asked about [s]."""
HOUR = 3600.0


def told(
    scenario: Scenario,
    line: str,
    table: StatusTable,
    fitted: Mapping[str, Spells],
    kept: Mapping[str, Spells],
) -> Iterator[str]:
    """Notes on planned time, long stops, idle time and products."""
    products = scenario.entries[line].settings.products  # type: ignore[attr-defined]
    for key, one in fitted.items():
        later = kept.get(key, Spells())
        yield (
            f"station {key!r}: planned {one.planned / HOUR:.1f} h and {later.planned / HOUR:.1f} h "
            f"kept back; not planned {(one.times[OFF] + later.times[OFF]) / HOUR:.1f} h"
        )
        long = [stop for stop in one.stops if stop > LONG]
        if long:
            yield (
                f"station {key!r}: {len(long)} stops last more than 2 h, {sum(long) / HOUR:.1f} of "
                f"{sum(one.stops) / HOUR:.1f} h; --off-after '2 h' takes such as not planned"
            )
        if one.times[IDLE] > 0:
            share = one.times[IDLE] / one.planned
            yield f"station {key!r}: {share:.1%} of planned time idle; the line says why, not a fit"
        known = {product for product, made in one.products.items() if made.parts > 0}
        unseen = [product for product, made in later.products.items()
                  if made.parts > 0 and product not in known]  # fmt: skip
        if unseen:
            yield (
                f"station {key!r}: product {', '.join(map(repr, unseen))} is made on kept-back "
                "days alone; what the scenario says of it stays"
            )
        strange = [product for product in one.products if product and product not in products]
        if products and strange:
            yield f"station {key!r}: product {', '.join(map(repr, strange))} is not in the scenario"
    yield from _taken(table)
    hours = planned_hours(fitted)
    if hours is not None:
        yield f"planned on most days with work: {hours[0]} to {hours[1]} h, by the table's clock"


def _taken(table: StatusTable) -> Iterator[str]:
    """What intervals at work were taken for, where it is not what the table says."""
    for key, rows in table.machines.items() if table.in_turn else ():
        rule = rules(table, key, 0.0)
        gaps = [row.end - row.begin for row in rows if rule.gap(row)]
        stands = [row.end - row.begin for row in rows if rule.stands(row) and not rule.gap(row)]
        if gaps:
            yield (
                f"machine {key!r}: rows are missing at work; {sum(gaps) / HOUR:.1f} h are left out "
                f"(rows of more than {2 * rule.usual:g} s)"
            )
        if stands:
            yield (
                f"machine {key!r}: {sum(stands) / HOUR:.1f} h said to be at work count as stops, "
                "for nothing was made in time for three parts"
            )
