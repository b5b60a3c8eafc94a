"""The event log that a simulated line would have written, to try a calibration on.

Stations with several machines are left out: the facts do not say which machine made which part, nor
when it began. Products are left out: the facts name parts by number.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO

from twin.records import Facts
from twin.scenario import Scenario

HEADER = ("time", "station", "event", "part")
Row = tuple[float, int, str, str, str]


def log_text(scenario: Scenario, line: str, facts: Facts) -> str:
    """Return the log as CSV; times in s from the begin of the run."""
    stations = scenario.entries[line].settings.stations  # type: ignore[attr-defined]
    written = StringIO(newline="")
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(HEADER)
    single = [name for name, station in stations.items() if station.servers == 1]
    rows = sorted(row for name in single for row in _rows(f"{line}.stations.{name}", name, facts))
    writer.writerows((f"{time:.3f}", *rest) for time, _, *rest in rows)
    return written.getvalue()


def left_out(scenario: Scenario, line: str) -> tuple[str, ...]:
    """Say what of the line the log does not have."""
    settings = scenario.entries[line].settings
    stations, products = settings.stations, settings.products  # type: ignore[attr-defined]
    several = [name for name, station in stations.items() if station.servers > 1]
    said = [f"no rows of {', '.join(several)}: several machines each"] if several else []
    return (*said, "no column product") if products else tuple(said)


def _rows(source: str, station: str, facts: Facts) -> Iterator[Row]:
    """Ends of parts first, then what the station does next, so that an instant reads in order."""
    made = {event.time: event.subject for event in facts.events
            if event.source == source and event.name == "made"}  # fmt: skip
    spoilt = [event for event in facts.events if event.source == source and event.name == "spoilt"]
    rejected = [e for e in facts.events if e.source == source and e.name == "rejected"]
    before, at_work = "", False
    changes = {state.time: state.state for state in facts.states if state.source == source}
    for time in sorted({*made, *changes}):
        if time in made:
            yield time, 0, station, "end", made[time]
            at_work = False
        state = changes.get(time, before)
        if before == "down" and state != "down":
            yield time, 1, station, "up", ""
        if state == "down" and before != "down":
            yield time, 2, station, "down", ""
        if before == "setup" and state != "setup":
            yield time, 1, station, "ready", ""
        if state == "setup" and before != "setup":
            yield time, 2, station, "setup", ""
        if state == "working" and not at_work:
            yield time, 3, station, "start", ""
            at_work = True
        before = state
    yield from ((event.time, 0, station, "scrap", event.subject) for event in spoilt)
    yield from ((event.time, 0, station, "reject", event.subject) for event in rejected)
