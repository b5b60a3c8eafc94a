"""What does not fit together on a line, one clear fault each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from twin.errors import BadInput, Fault, did_you_mean
from twin.plant import _line_eye
from twin.plant import _line_graph as graph
from twin.plant._line_draws import check_law
from twin.plant._line_graph import OUT, SCRAP
from twin.plant._line_people import meet
from twin.plant._line_settings import Settings, Shift, Station, Step
from twin.plant._line_start import check_start
from twin.plant._line_words import words

CLOSE = 1e-6
"""Shares that sum to one within this."""


def check_line(line: Settings) -> None:
    """Refuse a line whose things do not fit together.

    Raises
    ------
    BadInput
        With paths relative to the line; names first, since the rest follows from them.
    """
    if not line.stations:
        raise BadInput(Fault("a line needs at least one station", "stations"))
    for checks in ((_names,), (_laws, _shares, _stations, _people, _release), (_flow, check_start)):
        faults = [fault for check in checks for fault in check(line)]
        if faults:
            raise BadInput(faults)


# -- names --------------------------------------------------------------------------------------


def _names(line: Settings) -> Iterator[Fault]:
    for key in line.stations:
        if key in {OUT, SCRAP} or not key.isidentifier():
            message = "is not a name for a station; take letters, digits and _, not 'out', 'scrap'"
            yield Fault(message, f"stations.{key}")
    for key, station in line.stations.items():
        yield from _station_names(line, key, station)
        yield from _line_eye.faults(key, station)
    for name, product in line.products.items():
        path = f"products.{name}"
        for place in words(product.route):
            yield from _one_of(place, line.stations, "station", f"{path}.route")
        for step, declared in product.steps.items():
            where = declared.station or step
            yield from _one_of(where, line.stations, "station", f"{path}.steps.{step}")
            for before in words(declared.after):
                yield from _one_of(before, product.steps, "step", f"{path}.steps.{step}.after")
        if product.route and any(step.after for step in product.steps.values()):
            yield Fault("give a route, or steps in free order (after), not both", f"{path}.route")
        yield from _cycle_of_steps(name, product.steps)
    for name, order in line.orders.items():
        if order.product or line.products:
            yield from _one_of(order.product, line.products, "product", f"orders.{name}.product")


def _station_names(line: Settings, key: str, s: Station) -> Iterator[Fault]:
    path, ways = f"stations.{key}", [*line.stations, OUT, SCRAP]
    for place in words(s.next, "|"):
        yield from _one_of(place, ways, "station", f"{path}.next")
    for field, table in (("split", s.split), ("gives", s.gives)):
        for place in table:
            yield from _one_of(place, ways, "station", f"{path}.{field}.{place}")
    for give, settings in s.gives.items():
        if settings.product:
            yield from _one_of(
                settings.product, line.products, "product", f"{path}.gives.{give}.product"
            )
    for taken in s.takes:
        known = [*line.stations, *line.products]
        yield from _one_of(taken, known, "station or product", f"{path}.takes.{taken}")
    if s.inspects:
        yield from _one_of(s.rejects_to, [*line.stations, SCRAP], "station", f"{path}.rejects_to")
    if s.repair_crew:
        yield from _one_of(s.repair_crew, line.crew, "crew", f"{path}.repair_crew")


def _one_of(name: str, known: Iterable[str], what: str, path: str) -> Iterator[Fault]:
    if name not in known:
        yield Fault(f"no such {what}" + did_you_mean(name, known), path, "", repr(name))


# -- numbers ------------------------------------------------------------------------------------


def _laws(line: Settings) -> Iterator[Fault]:
    if line.release == "arrivals":
        law, spread = line.interarrival_distribution, line.interarrival_spread
        yield from _law(law, spread, "interarrival_spread")
    for key, s in line.stations.items():
        path = f"stations.{key}"
        yield from _law(s.cycle_distribution, s.cycle_spread, f"{path}.cycle_spread")
        if s.time_to_failure > 0:
            yield from _law(s.failure_distribution, s.failure_spread, f"{path}.failure_spread")
            yield from _law(s.repair_distribution, s.repair_spread, f"{path}.repair_spread")
            yield from _cycles(s, path)
    for name, product in line.products.items():
        for key, step in product.steps.items():
            path = f"products.{name}.steps.{key}.cycle_spread"
            yield from _law(step.cycle_distribution, step.cycle_spread, path)


def _law(law: str, spread: float, path: str) -> Iterator[Fault]:
    try:
        check_law(law, spread, path)
    except BadInput as error:
        yield from error.faults


def _cycles(s: Station, path: str) -> Iterator[Fault]:
    for use, mean in (("failure", s.time_to_failure), ("repair", s.time_to_repair)):
        law = s.failure_distribution if use == "failure" else s.repair_distribution
        if law == "geometric" and mean < s.cycle_time:
            yield Fault(
                f"a geometric time is at least one cycle, {s.cycle_time:g} s",
                f"{path}.time_to_{use}", "", f"{mean:g} s",
            )  # fmt: skip


def _shares(line: Settings) -> Iterator[Fault]:
    for key, s in line.stations.items():
        total = sum(branch.share for branch in s.split.values())
        if s.split and abs(total - 1.0) > CLOSE:
            yield Fault(f"the shares sum to {total:g}, not to 1", f"stations.{key}.split")
    total = sum(product.share for product in line.products.values())
    if total > 0 and abs(total - 1.0) > CLOSE:
        yield Fault(f"the shares sum to {total:g}, not to 1", "products")


def _stations(line: Settings) -> Iterator[Fault]:
    for key, s in line.stations.items():
        path = f"stations.{key}"
        if s.split and s.next:
            yield Fault("give next or split, not both", f"{path}.next", "", repr(s.next))
        if s.batch_least > s.batch:
            message = f"is more than a batch, {s.batch} parts"
            yield Fault(message, f"{path}.batch_least", "", str(s.batch_least))
        if s.batch > 1 and s.batch > max(s.buffer, s.kanban) and _is_fed(line, key):
            message = f"a batch of {s.batch} never comes together in fewer places than that"
            yield Fault(message, f"{path}.buffer", "", str(s.buffer))
        yield from _never_together(line, s, path)
        if s.batch > 1 and s.takes:
            yield Fault("an assembly has no batches", f"{path}.batch", "", str(s.batch))
        for taken, take in s.takes.items():
            if take.buffer < take.count:
                message = f"{take.count} of them never come together in fewer places than that"
                yield Fault(message, f"{path}.takes.{taken}.buffer", "", str(take.buffer))
        if s.conveyor and not s.transport_time:
            yield Fault("a conveyor needs a transport_time", f"{path}.conveyor")
        yield from _machine(s, path)
        yield from _ahead(line, s, path)


def _never_together(line: Settings, s: Station, path: str) -> Iterator[Fault]:
    """A batch that waits for ever: it needs more parts than there are cards for."""
    least = s.batch_least or s.batch
    message = f"a batch of {least} never comes together with so few"
    if s.kanban and least > s.kanban:
        yield Fault(message, f"{path}.kanban", "", f"{s.kanban} cards")
    joins = any(other.takes for other in line.stations.values())
    if line.release == "conwip" and least > line.wip_limit and not joins:
        yield Fault(message, "wip_limit", "", f"{line.wip_limit} parts")


def _is_fed(line: Settings, key: str) -> bool:
    return any(key in ways for ways in graph.leads(line).values())


def _machine(s: Station, path: str) -> Iterator[Fault]:
    wrong = {
        "servers": s.servers > 1, "batch": s.batch > 1, "setup_time": s.setup_time > 0,
        "load_time": s.load_time > 0, "operator": bool(s.operator),
        "time_to_failure": s.time_to_failure > 0,
    }  # fmt: skip
    for field in [field for field, given in wrong.items() if given and s.machine]:
        yield Fault("a CNC machine has its own; say it there", f"{path}.{field}")


def _ahead(line: Settings, s: Station, path: str) -> Iterator[Fault]:
    rule = line.blocking if s.blocking == "line" else s.blocking
    if rule != "before service":
        return
    several = len(words(s.next, "|")) > 1 or s.split or s.gives or s.inspects
    free = any(graph.in_free_order(product) for product in line.products.values())
    if several or free or s.batch > 1 or s.kanban:
        message = (
            "needs one known place behind each part: no split, several next, gives, inspection, "
            "batch, cards or free order"
        )
        yield Fault(message, f"{path}.blocking", "", "'before service'")


def _people(line: Settings) -> Iterator[Fault]:
    skills = {
        skill: group
        for group in line.operators.values()
        if group.count
        for skill in words(group.skills)
    }
    for key, s in line.stations.items():
        if s.operator and s.operator not in skills:
            message = "nobody has this skill" + did_you_mean(s.operator, skills)
            yield Fault(message, f"stations.{key}.operator", "", repr(s.operator))
        yield from _never_there(line, key, s)
        if s.operator and s.operator_for == "load" and not s.load_time:
            yield Fault("an operator who loads needs a load_time", f"stations.{key}.operator_for")
        if s.operator and s.operator_for == "setup" and not s.setup_time:
            message = "an operator who sets up needs a setup_time"
            yield Fault(message, f"stations.{key}.operator_for")
        if s.repair_crew and line.crew[s.repair_crew].count == 0:
            yield Fault("there is nobody in this crew", f"crew.{s.repair_crew}.count", "", "0")


def _never_there(line: Settings, key: str, s: Station) -> Iterator[Fault]:
    """An operator whose shifts are all outside the line's: the station waits for ever."""
    able = {
        name: group
        for name, group in line.operators.items()
        if group.count and s.operator in words(group.skills)
    }
    if not (able and line.shifts):
        return
    if not any(meet(mine, hours) for mine in able.values() for hours in line.shifts.values()):
        message = (
            "nobody with this skill is there while the line works: "
            f"{_hours('operators', able)}; {_hours('shifts', line.shifts)}"
        )
        yield Fault(message, f"stations.{key}.operator", "", repr(s.operator))


def _hours(table: str, shifts: Mapping[str, Shift]) -> str:
    """Shifts with their names, as ``operators.day 6 to 14 h``."""
    return ", ".join(
        f"{table}.{name} {shift.start / 3600.0:g} to {shift.end / 3600.0:g} h"
        for name, shift in shifts.items()
    )


def _release(line: Settings) -> Iterator[Fault]:
    if line.release == "schedule" and not line.orders:
        yield Fault("needs [orders.NAME] tables", "release", "", "'schedule'")
    if line.release != "schedule" and line.orders:
        message = "orders are only looked at with release = 'schedule'"
        yield Fault(message, "release", "", repr(line.release))
    yield from _not_said(line)


def _not_said(line: Settings) -> Iterator[Fault]:
    """What nobody can guess: how many parts, how often they come, how long a repair takes."""
    told = line.model_fields_set
    if line.release == "conwip" and "wip_limit" not in told:
        message = "needs wip_limit: how many parts are in the line, such as wip_limit = 10"
        yield Fault(message, "release", "", "'conwip'")
    if line.release == "arrivals" and "interarrival_time" not in told:
        message = "needs interarrival_time: the mean time between two parts, such as 60 (s)"
        yield Fault(message, "release", "", "'arrivals'")
    for key, s in line.stations.items():
        if s.time_to_failure and not s.machine and "time_to_repair" not in s.model_fields_set:
            hours = f"{s.time_to_failure / 3600.0:g} h"
            message = "needs time_to_repair as well: the mean time of a repair, such as 15 (min)"
            yield Fault(message, f"stations.{key}.time_to_failure", "", hours)


# -- the flow as a whole ------------------------------------------------------------------------


def _flow(line: Settings) -> Iterator[Fault]:
    lost = graph.without_exit(line)
    if lost:
        names = ", ".join(lost)
        message = f"parts never leave {names}: no way from there to 'out' or 'scrap'"
        yield Fault(message, f"stations.{lost[0]}.next")
        return
    yield from _assemblies(line)
    yield from _narrow_loops(line)


def _cycle_of_steps(name: str, steps: Mapping[str, Step]) -> Iterator[Fault]:
    done: set[str] = set()
    for _ in steps:
        done |= {key for key, step in steps.items() if set(words(step.after)) <= done}
    left = [key for key in steps if key not in done]
    known = all(set(words(step.after)) <= set(steps) for step in steps.values())
    if left and known:
        message = f"steps {', '.join(left)} wait for each other"
        yield Fault(message, f"products.{name}.steps.{left[0]}.after")


def _assemblies(line: Settings) -> Iterator[Fault]:
    leads = graph.leads(line)
    come = graph.visited(line, leads)
    for key, s in line.stations.items():
        if not s.takes:
            continue
        feeding = [here for here, ways in leads.items() if key in ways and here in come]
        reaching = {n for n, p in line.products.items() if key in _visited(line, n)}
        for taken in s.takes:
            if taken not in feeding and taken not in reaching:
                message = f"this assembly is never fed: no part comes from {taken} to {key}"
                yield Fault(message, f"stations.{key}.takes.{taken}")
        known = set(s.takes) & {*feeding, *reaching}
        for here in feeding if known else ():
            if here not in s.takes and not reaching & set(s.takes):
                message = f"{here} sends parts here; say in takes.{here} how many are taken"
                yield Fault(message, f"stations.{key}.takes")
        for name in sorted(reaching - set(s.takes)) if known else ():
            before = _before(line, name, key)
            if before - set(s.takes):
                message = f"{name} comes here; say in takes.{name} how many are taken"
                yield Fault(message, f"stations.{key}.takes")


def _before(line: Settings, name: str, key: str) -> set[str]:
    """Where a product comes to a station from; itself where it enters the line there."""
    product = line.products[name]
    if graph.in_free_order(product):
        return {name}
    if not product.route:
        return {here for here in line.stations if key in graph.ways_out(line, here)}
    route = words(product.route)
    pairs = zip((name, *route), route, strict=False)
    return {here for here, there in pairs if there == key}


def _visited(line: Settings, name: str) -> tuple[str, ...]:
    product = line.products[name]
    if product.route:
        return words(product.route)
    if graph.in_free_order(product):
        return tuple(graph.step_station(step, product) for step in product.steps)
    return tuple(line.stations)


def _narrow_loops(line: Settings) -> Iterator[Fault]:
    ring = graph.loop(line, only=lambda key: _has_no_place(line, key))
    if ring:
        message = (
            f"{' → '.join([*ring, ring[0]])} is a loop without a single place: it stops for ever "
            "as soon as each of them holds a part; give one a buffer"
        )
        yield Fault(message, f"stations.{ring[0]}.buffer", "", "0")


def _has_no_place(line: Settings, key: str) -> bool:
    s = line.stations[key]
    return s.buffer == 0 and not s.takes and not s.kanban and not s.conveyor
