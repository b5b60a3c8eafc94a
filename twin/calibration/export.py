"""The event log that a simulated line would have written, to try a calibration on."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Any, NamedTuple

from twin.plant.line import Model
from twin.records import Facts
from twin.scenario import Scenario
from twin.simulate import build

HEADER = ("time", "station", "event", "part")
Row = tuple[float, int, str, str, str, str, str]
"""Time [s], order within an instant, station, event, part, machine, product."""
STATES = {"down": ("down", "up"), "setup": ("setup", "ready")}
"""State of a machine → events of its begin and of its end."""


class Start(NamedTuple):
    """A machine began to work on a part at ``time`` [s]; machines of a station count from 1."""

    time: float
    station: str
    machine: str
    part: str
    product: str


def log_text(scenario: Scenario, line: str) -> str:
    """Simulate the line and return its log as CSV; times in s from the begin of the run.

    Stations of several machines need the column ``machine``, products the column ``product``; a
    line without them has neither.
    """
    settings: Any = scenario.entries[line].settings
    several = any(station.servers > 1 for station in settings.stations.values())
    columns = [True] * len(HEADER) + [several, bool(settings.products)]
    facts, starts = _told(scenario, line)
    written = StringIO(newline="")
    writer = csv.writer(written, lineterminator="\n")
    for cells in ((*HEADER, "machine", "product"), *_cells(_rows(scenario, line, facts, starts))):
        writer.writerow(cell for cell, there in zip(cells, columns, strict=True) if there)
    return written.getvalue()


def _told(scenario: Scenario, line: str) -> tuple[Facts, list[Start]]:
    """Facts of a run, and which machine began which part when."""
    running = build(scenario, sense=False)
    model = running.world.assets[line]
    assert isinstance(model, Model)
    starts: list[Start] = []

    def begun(server: Any) -> None:
        for part in server.parts:
            product = part.product.name if part.product else ""
            machine = str(server.order[1] + 1)
            starts.append(Start(model.floor.now, server.station.key, machine, part.name, product))

    model.floor.on_start = begun
    running.advance(scenario.header.horizon)
    return running.finish(), starts


def _cells(rows: Iterable[Row]) -> Iterator[tuple[str, ...]]:
    return ((f"{time:.3f}", *rest) for time, _order, *rest in sorted(rows))


def _rows(scenario: Scenario, line: str, facts: Facts, starts: list[Start]) -> Iterator[Row]:
    settings: Any = scenario.entries[line].settings
    for one in starts:
        yield one.time, 3, one.station, "start", one.part, one.machine, one.product
    yield from _ends(line, facts, starts)
    for key, station in settings.stations.items():
        for index in range(station.servers):
            source = f"{line}.stations.{key}" + (f".{index + 1}" if station.servers > 1 else "")
            yield from _changes(source, key, str(index + 1), facts)


def _ends(line: str, facts: Facts, starts: list[Start]) -> Iterator[Row]:
    """What became of each part, with the machine and the product of its last start there."""
    begun: dict[tuple[str, str], list[Start]] = defaultdict(list)
    for one in starts:
        begun[one.station, one.part].append(one)
    words = {"made": "end", "spoilt": "scrap", "rejected": "reject"}
    before = f"{line}.stations."
    for event in facts.events:
        if event.name not in words or not event.source.startswith(before):
            continue
        station = event.source.removeprefix(before)
        of = [one for one in begun[station, event.subject] if one.time <= event.time]
        machine, product = (of[-1].machine, of[-1].product) if of else ("", "")
        row = (station, words[event.name], event.subject, machine, product)
        yield event.time, 0, *row


def _changes(source: str, station: str, machine: str, facts: Facts) -> Iterator[Row]:
    """Breakdowns and set-ups of one machine, so that an instant reads in order."""
    before = ""
    rows = {state.time: state.state for state in facts.states if state.source == source}
    for time, now in rows.items():
        for state, (begin, end) in STATES.items():
            if before == state != now:
                yield time, 1, station, end, "", machine, ""
            if now == state != before:
                yield time, 2, station, begin, "", machine, ""
        before = now
