"""The numbers of a comparison, counted again: evidence is what its runs say, not its file.

Where both runs are in the store, every difference and verdict is computed anew from their
replications. Where they are not, a verdict must at least follow from the interval beside it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, Literal, cast

from twin import store
from twin.errors import Fault

CLOSE = 1e-9
MOST_FAULTS = 5
AGAIN = "compare again (twin compare … --json FILE)"
Rows = Mapping[str, Mapping[str, Any]]


def faults(document: Mapping[str, Any], rows: Rows, file: str) -> list[Fault]:
    """Return what of a comparison's differences is not so; ``rows`` are by KPI."""
    runs = [_stored(document.get(part)) for part in ("base", "candidate")]
    base, candidate = runs
    if base is None or candidate is None:
        found = list(_inconsistent(rows, file))
    else:
        found = list(_differing(rows, base, candidate, file))
    return found[:MOST_FAULTS]


def _stored(part: Any) -> store.StoredRun | None:
    identity = part.get("run_id") if isinstance(part, Mapping) else None
    return store.find_run(identity) if isinstance(identity, str) else None


def _differing(
    rows: Rows, base: store.StoredRun, candidate: store.StoredRun, file: str
) -> Iterator[Fault]:
    """Where the file says something else than the runs that it names."""
    from twin.statistics import difference

    tables = base.table("replications"), candidate.table("replications")
    documents = base.document(), candidate.document()
    chance = any(document.get("left_to_chance", True) for document in documents)
    known = documents[0]["kpis"]
    for kpi, row in rows.items():
        if kpi not in known or any(kpi not in table for table in tables):
            yield Fault(f"its runs have no such KPI; {AGAIN}", kpi, file)
            continue
        before, after = ([float(value) for value in table[kpi]] for table in tables)
        better = cast(Literal["more", "less"], known[kpi]["better"])
        true = difference(before, after, better, chance=chance)
        for name in ("value", "low", "high", "verdict"):
            if not _same(row.get(name), getattr(true, name)):
                said, is_so = row.get(name), getattr(true, name)
                message = f"the file says {name} {said}, its runs say {is_so}; {AGAIN}"
                yield Fault(message, kpi, file)


def _same(said: Any, true: Any) -> bool:
    if isinstance(true, float) and isinstance(said, (int, float)) and not isinstance(said, bool):
        return math.isclose(said, true, rel_tol=CLOSE, abs_tol=1e-12)
    return bool(said == true)


def _inconsistent(rows: Rows, file: str) -> Iterator[Fault]:
    """Where a verdict contradicts the interval beside it, or the KPI's better side."""
    for kpi, row in rows.items():
        verdict, better = row.get("verdict"), row.get("better")
        if verdict not in {"better", "worse"}:
            continue
        low, high = row.get("low"), row.get("high")
        if not isinstance(low, (int, float)) or not isinstance(high, (int, float)):
            continue
        rises, falls = low > 0, high < 0
        good = {"more": rises, "less": falls}.get(str(better), rises or falls)
        bad = {"more": falls, "less": rises}.get(str(better), rises or falls)
        if not (good if verdict == "better" else bad):
            message = f"the file says {verdict}, its interval {low:g} to {high:g} does not; {AGAIN}"
            yield Fault(message, kpi, file)
