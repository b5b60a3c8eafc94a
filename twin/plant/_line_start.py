"""From now, not from empty: a line laid out as it is at this moment, and that moment told.

What has passed of a time is known, what is left of it is not: the rest is drawn from its law,
given that it lasts longer than that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from twin.errors import BadInput, Fault, did_you_mean
from twin.plant._line_parts import Holder, Part
from twin.plant._line_server import Server
from twin.plant._line_settings import MachineNow, PartNow, Settings, StationNow
from twin.plant._line_words import words

if TYPE_CHECKING:
    from twin.plant._line_careful import Careful
    from twin.plant._line_station import Station
    from twin.plant.line import Model

TOKEN = re.compile(r"^(?:(\d+)\s*)?([A-Za-z_]\w*)?$")


def tokens(written: str) -> Iterator[tuple[int, str]]:
    """Read a list of parts: how many, and of which product or which part.

    >>> list(tokens("2, gear, 3 shaft"))
    [(2, ''), (1, 'gear'), (3, 'shaft')]
    """
    for word in words(written):
        match = TOKEN.match(word)
        if match is None:
            message = "is no list of parts, such as '3', 'gear, 2 shaft' or 'p1, p2'"
            raise BadInput(Fault(message, "", "", repr(word)))
        yield int(match[1] or 1), match[2] or ""


# -- laying out ---------------------------------------------------------------------------------


def lay_out(line: Model) -> None:
    """Put every part and every machine where the settings say they are now."""
    broken: list[tuple[float, Server]] = []
    for key, now in line.settings.start.items():
        station = line.by_key[key]
        _lay_parts(line, station, now)
        for number, machine in now.machines.items():
            server = station.servers[int(number) - 1]
            _lay_machine(line, server, machine)
            if server.broken:
                broken.append((-machine.repaired - machine.repair_left, server))
    for _order, server in sorted(broken, key=lambda pair: (pair[0], pair[1].order)):
        _repair(line, server)
    _open_orders(line)


def _make(line: Model, written: str) -> list[Part]:
    """Make the parts of a list; they are in the line."""
    found = []
    for number, name in tokens(written):
        for _ in range(number):
            told = line.settings.parts.get(name)
            variant = line.variants.get(told.product if told else name)
            part = line.number_part(variant)
            if told:
                _tell(part, told)
            line.wip += 1
            found.append(part)
    return found


def _tell(part: Part, told: PartNow) -> None:
    part.born -= told.age
    part.due, part.order = told.due, told.order
    part.step, part.rejected, part.bad = told.step, told.rejected, told.bad
    if told.done:
        part.done = words(told.done)


def _lay_parts(line: Model, station: Station, now: StationNow) -> None:
    for part in _make(line, now.waiting):
        station.put_back(part, "")
    for name, kind in now.bins.items():
        for part in _make(line, kind.waiting):
            station.put_back(part, name)
    for part in _make(line, now.outside):
        line.release.waiting[station.key].append(part)  # type: ignore[union-attr]
    careful: Any = station
    for name in words(now.coming):
        (part,) = _make(line, name)
        told = line.settings.parts[name]
        careful.on_the_way(part, told.taken_as, told.arrives_in)
    for part in _make(line, now.stock):
        careful.cards += 1
        careful.stock_up(station.ways(part)[0])
    _mark_rework(line, station, now)


def _mark_rework(line: Model, station: Station, now: StationNow) -> None:
    """Parts that have come for rework are sound again after it."""
    names = [name for _n, name in tokens(now.waiting)]
    names += [name for m in now.machines.values() for _n, name in tokens(m.parts)]
    wanted = {name for name in names if name in line.settings.parts}
    if any(line.settings.parts[name].rework for name in wanted):
        for part in station.parts_here():
            part.detour = station.key if part.rejected else ""


def _lay_machine(line: Model, server: Server, now: MachineNow) -> None:
    station = server.station
    server.product = line.variants.get(now.set_up_for)
    machining = getattr(station, "machining", None)
    server.broken = now.down and machining is None
    if now.down and machining is not None:
        machining.begin_down(now.repair_left, now.repaired)
    if now.run and not now.down:
        server.rewind(station.still_to_failure(now.run), now.run)
    if now.doing == "idle":
        return
    if server in station.free:
        station.free.remove(server)
    parts = _make(line, now.parts or "1")
    careful: Any = station
    if station.settings.kanban:
        careful.cards += len(parts)
    if now.doing == "blocked":
        server.outbox = [way for part in parts for way in station.ways(part)]
        server.mode = "blocked"
        station.finished.append(server)
    elif machining is not None:
        server.parts = parts
        machining.work(server)
    else:
        server.parts = parts
        _go_on(line, server, now, parts[0])


def _go_on(line: Model, server: Server, now: MachineNow, part: Part) -> None:
    station = server.station
    careful: Any = station
    if now.doing == "working":
        left = now.left or station.still_at_work(part, now.worked)
        needed, later = station.settings.operator_for == "work", []
    else:
        whole = station.settings.setup_time if now.doing == "setup" else station.settings.load_time
        left = now.left or max(0.0, whole - now.worked)
        stages = careful.stages(server, part)
        later = [stage for stage in stages if stage[0] not in {now.doing, "setup"}]
        needed = station.settings.operator_for in {"work", now.doing.removesuffix("ing")}
    if station.settings.operator and needed:
        server.operator = line.people.seize(server)
        if server.operator is None:
            server.begin([(now.doing, left, True), *later])
            return
    server.go_on(now.doing, left, now.worked, later)


def _repair(line: Model, server: Server) -> None:
    now = line.settings.start[server.station.key].machines[str(server.order[1] + 1)]
    server.rewind(float("inf"), 0.0)
    left = now.repair_left or server.station.still_in_repair(now.repaired)
    server.station.repair(server, left)


def _open_orders(line: Model) -> None:
    for name, order in line.settings.orders.items():
        for label in {p.order for p in line.settings.parts.values() if p.order}:
            if label.partition("/")[0] != name:
                continue
            left = sum(p.order == label for p in line.settings.parts.values())
            turn = int(label.partition("/")[2] or 1) - 1
            due = order.due + turn * order.every if order.due else 0.0
            line.open_order(label, left, due, order.release + turn * order.every)


# -- telling ------------------------------------------------------------------------------------


class Teller:
    """Writes down where everything is, in trade units, with a name for each part."""

    def __init__(self, line: Model) -> None:
        self.line = line
        self.now = line.floor.now
        self.parts: dict[str, dict[str, Any]] = {}

    def name(self, part: Part, **more: Any) -> str:
        """Return the name of a part, told once."""
        key = f"p{part.number}"
        told: dict[str, Any] = {"age": self.now - part.born, **more}
        told |= {"product": part.product.name} if part.product else {}
        told |= {"due": f"{part.due - self.now!r} s"} if part.due else {}
        told |= {"order": part.order} if part.order else {}
        told |= {"done": ", ".join(part.done)} if part.done else {}
        for field in ("step", "rejected", "bad"):
            told |= {field: getattr(part, field)} if getattr(part, field) else {}
        told |= {"rework": True} if part.detour else {}
        self.parts[key] = told
        return key

    def names(self, parts: Any) -> str:
        """Return a list of parts."""
        return ", ".join(self.name(part) for part in parts)

    def station(self, station: Station) -> dict[str, Any]:
        """Tell one station."""
        told: dict[str, Any] = {}
        bins = getattr(station, "bins", {})
        waiting = getattr(self.line.release, "waiting", {}).get(station.key, ())
        held = [h.outbox[0][0] for h in station.stocks]
        for key, parts in (("waiting", station.queue), ("outside", waiting), ("stock", held)):
            told |= {key: self.names(parts)} if parts else {}
        told |= {
            "bins": {n: {"waiting": self.names(parts)} for n, parts in bins.items() if parts}
        } if bins else {}  # fmt: skip
        coming = list(station.parts_coming())
        if coming:
            names = [
                self.name(part, arrives_in=left, **({"taken_as": origin} if bins else {}))
                for part, origin, left in coming
            ]
            told["coming"] = ", ".join(names)
        machines = {str(s.order[1] + 1): self.machine(s) for s in station.servers}
        told["machines"] = {number: machine for number, machine in machines.items() if machine}
        return told

    def machine(self, server: Server) -> dict[str, Any]:
        """Tell one machine."""
        told: dict[str, Any] = {}
        if server.outbox:
            told |= {"doing": "blocked", "parts": self.names(p for p, _w in server.outbox)}
        elif server.parts:
            doing = server.stage or (server.stages[0][0] if server.stages else "working")
            told |= {"doing": doing, "parts": self.names(server.parts), "worked": server.at_it}
        machining = getattr(server.station, "machining", None)
        if server.broken or (machining is not None and machining.down):
            began = server.repair_began if machining is None else machining.repair_began
            told |= {"down": True, "repaired": self.now - began if began >= 0 else 0.0}
        elif server.run:
            told["run"] = server.run
        if server.product is not None:
            told["set_up_for"] = server.product.name
        return told


def present(line: Model) -> dict[str, Any]:
    """Return the parameters that let a run begin from the present state of a line."""
    teller = Teller(line)
    stations = {s.key: teller.station(s) for s in reversed(line.stations)}
    hour = line.floor.clock / 3600.0 % 24.0
    told: dict[str, Any] = {
        "begins": hour,
        "start": {key: now for key, now in stations.items() if now != {"machines": {}}},
        "parts": teller.parts,
    }
    last = getattr(line.release, "last", None)
    if last is not None:
        told["since_arrival"] = line.floor.now - last
    if line.settings.orders:
        told["orders"] = {
            name: {"release": f"{order.release - line.floor.now!r} s"}
            | ({"due": f"{order.due - line.floor.now!r} s"} if order.due else {})
            for name, order in line.settings.orders.items()
        }
    return told


# -- what cannot be -----------------------------------------------------------------------------


def check_start(line: Settings) -> Iterator[Fault]:
    """Return what is wrong with the layout of a line's present state."""
    used: dict[str, str] = {}
    for key, now in line.start.items():
        path = f"start.{key}"
        if key not in line.stations:
            yield Fault("no such station" + did_you_mean(key, line.stations), path)
            continue
        yield from _check_places(line, key, now)
        lists = [("waiting", now.waiting), ("outside", now.outside), ("coming", now.coming),
                 ("stock", now.stock)]  # fmt: skip
        lists += [(f"machines.{n}.parts", m.parts) for n, m in now.machines.items()]
        lists += [(f"bins.{n}.waiting", b.waiting) for n, b in now.bins.items()]
        for field, written in lists:
            yield from _check_list(line, f"{path}.{field}", written, used)


def _check_places(line: Settings, key: str, now: StationNow) -> Iterator[Fault]:
    station, path = line.stations[key], f"start.{key}"
    for number in now.machines:
        if not number.isdigit() or not 1 <= int(number) <= station.servers:
            message = f"no such machine; this station has 1 to {station.servers}"
            yield Fault(message, f"{path}.machines.{number}")
    for name in now.bins:
        if name not in station.takes:
            message = "is not taken here" + did_you_mean(name, station.takes)
            yield Fault(message, f"{path}.bins.{name}")
    if now.waiting and station.takes:
        yield Fault("an assembly has bins; say which", f"{path}.waiting", "", repr(now.waiting))
    if now.stock and not station.kanban:
        yield Fault("only a station with cards has a stock", f"{path}.stock", "", repr(now.stock))
    if now.coming and not station.transport_time:
        message = "nothing is on the way without a transport_time"
        yield Fault(message, f"{path}.coming", "", repr(now.coming))
    if now.outside and line.release not in {"arrivals", "schedule"}:
        message = "parts wait outside with arrivals or a schedule only"
        yield Fault(message, f"{path}.outside", "", repr(now.outside))


def _check_list(line: Settings, path: str, written: str, used: dict[str, str]) -> Iterator[Fault]:
    try:
        found = list(tokens(written))
    except BadInput as error:
        yield Fault(error.faults[0].message, path, "", repr(written))
        return
    for _number, name in found:
        if name and name not in line.parts and name not in line.products:
            known = [*line.parts, *line.products]
            message = "no such part or product" + did_you_mean(name, known)
            yield Fault(message, path, "", repr(name))
        elif name in line.parts and name in used:
            yield Fault(f"{name} is in {used[name]} already", path, "", repr(written))
        used[name] = path


__all__ = ["Careful", "Holder", "check_start", "lay_out", "present"]
