"""The graph of a line, from its settings alone: what leads where, and where parts come in."""

from __future__ import annotations

from collections.abc import Callable

from twin.plant._line_settings import Product, Settings
from twin.plant._line_words import words

OUT, SCRAP = "out", "scrap"


def follower(line: Settings, key: str) -> str:
    """Return what comes after a station, as it is written: its next, or the one below it."""
    if line.stations[key].next:
        return line.stations[key].next
    keys = list(line.stations)
    here = keys.index(key)
    return keys[here + 1] if here + 1 < len(keys) else OUT


def ways_out(line: Settings, key: str) -> tuple[str, ...]:
    """Return every place where a station sends parts that have no route of their own."""
    station = line.stations[key]
    if station.gives:
        return tuple(station.gives)
    if station.split:
        return tuple(name for name, branch in station.split.items() if branch.share > 0)
    return words(follower(line, key), "|")


def step_station(name: str, product: Product) -> str:
    """Return the station of a step."""
    return product.steps[name].station or name


def in_free_order(product: Product) -> bool:
    """Whether a product has steps in free order, instead of a route."""
    return not product.route and any(step.after for step in product.steps.values())


def leads(line: Settings) -> dict[str, set[str]]:
    """Return for every station where parts can go from it, rejected ones included."""
    found: dict[str, set[str]] = {key: set() for key in line.stations}
    routed = [product for product in line.products.values() if product.route]
    free = [product for product in line.products.values() if in_free_order(product)]
    if not line.products or len(routed) + len(free) < len(line.products):
        for key in line.stations:
            found[key] |= set(ways_out(line, key))
    for product in routed:
        route = words(product.route)
        for here, there in zip(route, (*route[1:], OUT), strict=True):
            found.setdefault(here, set()).add(there)
    for product in free:
        keys = {step_station(name, product) for name in product.steps}
        for key in keys:
            found.setdefault(key, set()).update(keys - {key}, {OUT})
    for key, station in line.stations.items():
        found[key] |= set(station.gives)
        if station.inspects:
            found[key].add(station.rejects_to)
    return found


def entries(line: Settings) -> tuple[str, ...]:
    """Return the stations at which parts without a route come in.

    The first station, and every other that no station leads to. What gets rejects, or a share,
    is none when that is switched off: it has no parts then, it does not make its own.
    """
    led = {name for key in line.stations for name in ways_out(line, key)}
    led |= {name for station in line.stations.values() for name in station.split}
    led |= {s.rejects_to for key, s in line.stations.items() if s.rejects_to != key}
    keys = list(line.stations)
    raw = [key for key in keys if not line.stations[key].takes]
    return tuple(key for key in raw if key == keys[0] or key not in led)


def of_a_kit(line: Settings, key: str) -> int:
    """Return how many parts of a station of entry one finished product needs.

    The counts of the assemblies on the way out multiply.
    """
    needed, seen = 1, {key}
    while True:
        onward = ways_out(line, key)[0]
        if onward not in line.stations or onward in seen:
            return needed
        take = line.stations[onward].takes.get(key)
        needed *= take.count if take else 1
        seen.add(onward)
        key = onward


def entry_of(line: Settings, product: Product) -> str:
    """Return the station at which a product comes in."""
    if product.route:
        return words(product.route)[0]
    if in_free_order(product):
        first = next(name for name, step in product.steps.items() if not words(step.after))
        return step_station(first, product)
    return entries(line)[0]


def loop(line: Settings, only: Callable[[str], bool] = lambda _key: True) -> list[str]:
    """Return the stations of one loop, in order; empty when there is none.

    A loop of one station that sends parts to itself is one too. ``only`` says which stations
    are looked at.
    """
    graph = {
        key: {way for way in ways if way not in line.stations or only(way)}
        for key, ways in leads(line).items()
        if only(key)
    }
    state: dict[str, int] = {}
    for start in graph:
        path: list[str] = []
        found = _search(graph, start, state, path)
        if found:
            return found
    return []


def _search(
    graph: dict[str, set[str]], start: str, state: dict[str, int], path: list[str]
) -> list[str]:
    stack = [(start, iter(sorted(graph.get(start, ()))))]
    if state.get(start):
        return []
    state[start] = 1
    path.append(start)
    while stack:
        key, onward = stack[-1]
        for there in onward:
            if there not in graph:
                continue
            if state.get(there) == 1:
                return path[path.index(there) :]
            if not state.get(there):
                state[there] = 1
                path.append(there)
                stack.append((there, iter(sorted(graph[there]))))
                break
        else:
            state[key] = 2
            path.pop()
            stack.pop()
    return []


def without_exit(line: Settings) -> list[str]:
    """Return the stations from which no part ever leaves the line."""
    graph = leads(line)
    graph = {key: graph[key] for key in visited(line, graph)}
    good = {key for key, ways in graph.items() if OUT in ways or SCRAP in ways}
    grown = True
    while grown:
        more = {key for key, ways in graph.items() if key not in good and ways & good}
        good |= more
        grown = bool(more)
    taken = {key for key in graph if any(feeds_assembly(line, way) for way in graph[key])}
    return [key for key in line.stations if key in graph and key not in good | taken]


def visited(line: Settings, graph: dict[str, set[str]]) -> set[str]:
    """Return the stations that parts come to."""
    found = {entry_of(line, product) for product in line.products.values()} or set(entries(line))
    frontier = list(found)
    while frontier:
        onward = {way for way in graph.get(frontier.pop(), ()) if way in graph} - found
        found |= onward
        frontier += onward
    return found


def feeds_assembly(line: Settings, key: str) -> bool:
    """Whether a station puts parts together."""
    return key in line.stations and bool(line.stations[key].takes)
