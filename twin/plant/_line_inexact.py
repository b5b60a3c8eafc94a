"""What the compiled engines of a line do not have."""

from __future__ import annotations

from collections.abc import Iterator

from twin.plant import _line_graph as graph
from twin.plant._line_settings import Settings, Station


def inexact(line: Settings) -> Iterator[str]:
    """Yield what the compiled calendar does not have, with its path."""
    if line.start or line.parts or line.since_arrival:
        yield "a begin from the present state (start, parts, since_arrival)"
    if line.release == "schedule":
        yield "orders (release = 'schedule')"
    if line.release == "conwip" and any(s.takes for s in line.stations.values()):
        yield "cards that let in a whole set (release = 'conwip' with takes)"
    if line.products and any(s.batch > 1 for s in line.stations.values()):
        yield "batches of several products (products, batch)"
    for name, product in line.products.items():
        if graph.in_free_order(product):
            yield f"steps in free order (products.{name}.steps)"
    for key, s in line.stations.items():
        if s.machine:
            yield f"a CNC machine as a station (stations.{key}.machine)"
        if s.gives:
            yield f"taking apart (stations.{key}.gives)"
        if s.batch > 1 and s.dispatch != "fifo":
            yield f"batches by {s.dispatch} (stations.{key}.dispatch)"
        if s.kanban and s.conveyor:
            yield f"cards behind a conveyor (stations.{key}.kanban)"
        if s.operator and s.time_to_failure and s.on_failure == "scrap":
            yield f"operators where a breakdown spoils the part (stations.{key}.on_failure)"


def not_serial(line: Settings) -> str:
    """Return why the recursion is not exact for a line; empty when it is."""
    keys = list(line.stations)
    if line.start or line.parts or line.since_arrival:
        return "a begin from the present state"
    if line.release not in {"saturated", "arrivals"} or line.products or line.shifts:
        return "its release, products or shifts"
    if graph.entries(line) != (keys[0],):
        return "several ways in"
    for key, after in zip(keys, [*keys[1:], graph.OUT], strict=True):
        s = line.stations[key]
        if graph.follower(line, key) != after or s.split or s.gives or s.takes:
            return f"the ways of {key}"
        if _more(s):
            return f"what {key} does"
    return ""


def _more(s: Station) -> bool:
    """Whether a station does more than work on one part after the other."""
    fails = s.time_to_failure > 0
    wild = s.failure_clock == "calendar" or s.on_failure != "resume" or s.repair_crew
    return bool(
        s.machine or s.servers > 1 or s.batch > 1 or s.load_time or s.operator or s.kanban
        or s.transport_time or s.conveyor or s.defect_rate or s.inspects or (fails and wild)
    )  # fmt: skip
