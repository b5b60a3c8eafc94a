"""Where the stations of a line stand on a drawing: columns along the flow, lanes beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from twin.plant._line_graph import OUT, SCRAP, entries, entry_of, leads, ways_out
from twin.plant.line import Settings

Kind = Literal["on", "back"]


@dataclass(frozen=True, slots=True)
class Way:
    """Parts go from ``start`` to ``end``; ``back`` leads against the flow, as rework does."""

    start: str
    end: str
    kind: Kind = "on"
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A line as a drawing: key → (column, lane), and the ways between."""

    places: Mapping[str, tuple[int, int]]
    ways: tuple[Way, ...]
    entries: tuple[str, ...]
    scraps: frozenset[str]
    """Stations that send parts to scrap."""

    @property
    def columns(self) -> int:
        """How many columns it has, the way out included."""
        return 1 + max(column for column, _lane in self.places.values())

    @property
    def lanes(self) -> int:
        """How many lanes lie beside each other."""
        return 1 + max(lane for _column, lane in self.places.values())


def plan(line: Settings) -> Plan:
    """Lay out a line.

    >>> from twin.plant.line import Settings
    >>> two = Settings.read({"stations": {"saw": {}, "mill": {}}})
    >>> plan(two).places
    {'saw': (0, 0), 'mill': (1, 0), 'out': (2, 0)}
    """
    graph = _ordered(line)
    first = _entries(line, graph)
    back = _against(graph, first)
    onward = {key: [to for to in ways if (key, to) not in back] for key, ways in graph.items()}
    columns = _columns(onward)
    beside = {key for key, ways in graph.items() if ways and not onward[key]}
    columns[OUT] = 1 + max(c for key, c in columns.items() if key != OUT and key not in beside)
    ways = tuple(
        Way(key, to, "back" if (key, to) in back else "on", _share(line, key, to))
        for key, tos in graph.items()
        for to in tos
    )
    scraps = frozenset(key for key, ways in leads(line).items() if SCRAP in ways)
    coming = {entry_of(line, product) for product in line.products.values()} | set(entries(line))
    entered = tuple(key for key in first if key in coming)
    return Plan(_lanes(onward, columns, beside), ways, entered, scraps)


def _ordered(line: Settings) -> dict[str, list[str]]:
    """Where parts can go, the usual way first; scrap is not drawn as a place."""
    found = {}
    for key, ways in leads(line).items():
        usual = [way for way in ways_out(line, key) if way in ways]
        rest = sorted(ways - set(usual))
        found[key] = [way for way in (*usual, *rest) if way != SCRAP]
    return found


def _entries(line: Settings, graph: Mapping[str, list[str]]) -> tuple[str, ...]:
    """Where parts come in: also what no way leads to, so that everything has a place."""
    led = {to for tos in graph.values() for to in tos}
    return tuple(key for key in graph if key in entries(line) or key not in led)


def _against(graph: Mapping[str, list[str]], first: Iterable[str]) -> set[tuple[str, str]]:
    """Return the ways that close a loop, by depth-first search along the usual ways."""
    back: set[tuple[str, str]] = set()
    seen: set[str] = set()
    for start in (*first, *graph):
        if start in seen:
            continue
        seen.add(start)
        path, stack = {start}, [(start, iter(graph.get(start, ())))]
        while stack:
            key, ways = stack[-1]
            to = next(ways, None)
            if to is None:
                path.discard(key)
                stack.pop()
            elif to in path:
                back.add((key, to))
            elif to not in seen:
                seen.add(to)
                path.add(to)
                stack.append((to, iter(graph.get(to, ()))))
    return back


def _columns(onward: Mapping[str, list[str]]) -> dict[str, int]:
    """Longest way from an entry; what feeds a later station only stands right before it."""
    columns = dict.fromkeys([*onward, OUT], 0)
    order = _in_order(onward)
    for key in order:
        for to in onward.get(key, ()):
            columns[to] = max(columns[to], columns[key] + 1)
    led = {to for tos in onward.values() for to in tos}
    for key in order:
        nexts = [columns[to] for to in onward.get(key, ()) if to != OUT]
        if key not in led and nexts:
            columns[key] = min(nexts) - 1
    return columns


def _in_order(onward: Mapping[str, list[str]]) -> list[str]:
    """Every key after all that lead to it."""
    left = dict.fromkeys([*onward, OUT], 0)
    for tos in onward.values():
        for to in tos:
            left[to] += 1
    ready = [key for key, n in left.items() if not n]
    for key in ready:
        for to in onward.get(key, ()):
            left[to] -= 1
            if not left[to]:
                ready.append(to)
    return ready


def _lanes(
    onward: Mapping[str, list[str]], columns: Mapping[str, int], beside: set[str]
) -> dict[str, tuple[int, int]]:
    """The usual way goes straight on; what branches off or joins takes the next free lane.

    What only leads back (``beside``), as a place of rework does, never stands in the usual way.
    """
    wanted = dict.fromkeys(beside, 1)
    taken: set[tuple[int, int]] = set()
    order = {key: place for place, key in enumerate(onward)}
    for key in sorted(columns, key=lambda k: (columns[k], order.get(k, -1))):
        lane = wanted.get(key, 0)
        while (columns[key], lane) in taken:
            lane += 1
        taken.add((columns[key], lane))
        wanted[key] = lane
        for to in onward.get(key, ())[:1]:
            wanted[to] = min(wanted.get(to, lane), lane)
    return {key: (columns[key], wanted[key]) for key in (*onward, OUT)}


def _share(line: Settings, key: str, to: str) -> float | None:
    branch = line.stations[key].split.get(to)
    return branch.share if branch is not None else None
