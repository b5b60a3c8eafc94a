"""What can be read from the facts of a line, in the words of ISO 22400-2 where it has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, cast

from twin.measures import (
    At,
    Constant,
    Count,
    Elapsed,
    Integral,
    Mean,
    MeanValue,
    Measure,
    Product,
    Quantile,
    Ratio,
    Rule,
    Sum,
    TimeIn,
    Total,
    Until,
    Whole,
)
from twin.plant._line_people import DAY, always
from twin.plant._line_settings import Settings, Shift, Station

IDLE = (
    "starved", "blocked", "waiting operator", "setup", "loading", "warm-up", "down",
    "waiting repair",
)  # fmt: skip
"""States of planned time other than working."""
STATES = ("working", *IDLE, "off shift")
"""Every state of a station; they partition all time."""


def measures(line: Settings) -> tuple[Measure, ...]:
    """Return the KPIs of a line, and of each of its stations."""
    stations = [m for key, s in line.stations.items() for m in _station(line, key, s)]
    return (*_own(line), *stations)


def less(one: Rule, *others: Rule) -> Rule:
    """One rule less others."""
    return Sum((one, *(Product(Constant(-1.0), other) for other in others)))


# -- the line -----------------------------------------------------------------------------------


def _own(line: Settings) -> Iterator[Measure]:
    parts, left = Count("part"), Sum((Count("part"), Count("escape"), Count("scrap")))
    yield Measure("throughput", "parts/h", "Good parts an hour.", "more",
                  Ratio(parts, Elapsed()), headline=True)  # fmt: skip
    yield Measure("lead_time", "min", "Time of a good part in the line.", "less",
                  MeanValue("part"), headline=True)  # fmt: skip
    yield Measure("lead_time_p90", "min", "Lead time that 90 % of the good parts keep.", "less",
                  Quantile("part", 0.9))  # fmt: skip
    yield Measure("wip", "parts", "Mean parts in the line.", "less", Mean("wip"), headline=True)
    yield Measure("parts", "parts", "Good parts.", "more", parts)
    yield Measure("entered", "parts", "Parts that entered.", "more", Count("enter"))
    yield Measure("scrap", "parts", "Scrapped parts.", "less", Count("scrap"), headline=True)
    yield Measure("quality", "%", "Good parts of all that left (ISO 22400-2 quality ratio).",
                  "more", Ratio(parts, left))  # fmt: skip
    if any(s.inspects for s in line.stations.values()):
        yield Measure("first_pass", "%", "Parts that left good and were never rejected.", "more",
                      Ratio(less(parts, Count("reworked")), left))  # fmt: skip
    if any(s.defect_rate for s in line.stations.values()):
        yield Measure("escapes", "parts", "Defective parts that left as good.", "less",
                      Count("escape"))  # fmt: skip
        yield Measure("escape_rate", "%", "Defective parts of those that left as good.", "less",
                      Ratio(Count("escape"), Sum((parts, Count("escape")))))  # fmt: skip
    if line.release == "arrivals" and line.when_full == "lose":
        lost = Count("lost")
        yield Measure("lost", "parts", "Arrivals lost for want of a place.", "less", lost)
        yield Measure("loss", "%", "Share of the arrivals that is lost.", "less",
                      Ratio(lost, Sum((lost, Count("enter")))))  # fmt: skip
    yield from _delivery(line)
    yield from _effectiveness(line)
    yield from _cost(line)


def _delivery(line: Settings) -> Iterator[Measure]:
    due = [p.due_after for p in line.products.values()] + [o.due for o in line.orders.values()]
    if any(due):
        dated = Count("tardiness")
        yield Measure("tardiness", "h", "Mean time that a dated part is late.", "less",
                      MeanValue("tardiness"))  # fmt: skip
        yield Measure("late", "%", "Share of the dated parts that is late.", "less",
                      Ratio(Count("late"), dated))  # fmt: skip
    if line.orders:
        yield Measure("orders", "1", "Orders completed.", "more", Count("order"))
        yield Measure("order_lead_time", "h", "Time of an order from release to its last part.",
                      "less", MeanValue("order"))  # fmt: skip
        yield Measure("order_tardiness", "h", "Mean time that a dated order is late.", "less",
                      MeanValue("order_tardiness"))  # fmt: skip
        yield from _orders(line)


def _orders(line: Settings) -> Iterator[Measure]:
    """Each order that comes once."""
    for name, order in line.orders.items():
        if not order.every:
            rule = Whole(Until("order", name, order.release))
            yield Measure("age", "min", "Time from its release until it was done, or to the end.",
                          "less", rule, part=f"orders.{name}")  # fmt: skip


def _effectiveness(line: Settings) -> Iterator[Measure]:
    """OEE of the whole line: its good parts at the pace of its slowest station."""
    if line.products or any(s.machine or s.takes or s.gives for s in line.stations.values()):
        return
    pace = max(s.cycle_time / (s.servers * s.batch) for s in line.stations.values())
    first = next(iter(line.stations))
    planned = At(f"stations.{first}", planned_time(line.stations[first]))
    one = Ratio(planned, Constant(line.stations[first].servers))
    yield Measure("oee", "%", "Good parts at the pace of the slowest station, of planned time.",
                  "more", Ratio(Product(Count("part"), Constant(pace)), one))  # fmt: skip


def _cost(line: Settings) -> Iterator[Measure]:
    parts = Count("part")
    energy = Sum(tuple(At(f"stations.{k}", energy_of(s)) for k, s in line.stations.items()))
    if any(s.power_working or s.power_idle for s in line.stations.values()):
        yield Measure("energy", "kWh", "Electric energy of the stations.", "less", energy)
        yield Measure("energy_per_part", "kWh/part", "Electric energy a good part.", "less",
                      Ratio(energy, parts))  # fmt: skip
    rates = [
        Product(Constant(s.rate), At(f"stations.{key}", planned_time(s)))
        for key, s in line.stations.items()
    ]
    wages = [
        Product(Constant(o.wage * o.count * share_of_day(o)), Elapsed())
        for o in line.operators.values()
    ]
    material = Product(Constant(line.material_cost), Count("enter"))
    power = Product(Constant(line.energy_price), energy)
    paid = line.material_cost or any(s.rate for s in line.stations.values())
    if paid or any(o.wage for o in line.operators.values()):
        cost = Sum((*rates, *wages, material, power))
        yield Measure("cost_per_part", "EUR/part", "Stations, people, material and energy a part.",
                      "less", Ratio(cost, parts))  # fmt: skip


def share_of_day(shift: Shift) -> float:
    """Return the share of the day that a shift works [1].

    >>> share_of_day(Shift.read({"start": 22, "end": 6}))
    0.3333333333333333
    """
    return 1.0 if always(shift) else ((shift.end - shift.start) % DAY) / DAY


# -- a station ----------------------------------------------------------------------------------


def over_servers(station: Station, rule: Rule) -> Rule:
    """A rule summed over the machines of a station."""
    if station.servers == 1:
        return rule
    return Sum(tuple(At(str(index + 1), rule) for index in range(station.servers)))


def time_in(station: Station, states: Iterable[str]) -> Rule:
    """Time that the machines of a station spent in states [s]."""
    return over_servers(station, TimeIn(tuple(states)))


def planned_time(station: Station) -> Rule:
    """Time in which the machines of a station are meant to work (ISO 22400-2 PBT) [s]."""
    return time_in(station, ("working", *IDLE))


def energy_of(station: Station) -> Rule:
    """Electric energy of a station [J]."""
    return Sum(
        (
            Product(Constant(station.power_working), time_in(station, ("working",))),
            Product(Constant(station.power_idle), time_in(station, IDLE)),
        )
    )


def _station(line: Settings, key: str, s: Station) -> Iterator[Measure]:
    part = f"stations.{key}"
    everything = Product(Elapsed(), Constant(s.servers))

    def share(name: str, states: tuple[str, ...], meaning: str, better: str = "less") -> Measure:
        rule = Ratio(time_in(s, states), everything)
        return Measure(name, "%", meaning, cast(Any, better), rule, part=part)

    yield share("working", ("working",), "Share of time at work.", "more")
    yield share("starved", ("starved",), "Share of time without a part.")
    yield share("blocked", ("blocked",), "Share of time that a finished part had no room.")
    yield share("down", ("down", "waiting repair"), "Share of time broken down.")
    if s.repair_crew:
        yield share("waiting_repair", ("waiting repair",), "Share of time waiting for the crew.")
    if s.operator:
        yield share("waiting_operator", ("waiting operator",), "Share of time waiting for people.")
    if s.setup_time or s.machine:
        yield share("setup", ("setup",), "Share of time being set up, or its tools seen to.")
    if s.load_time or s.machine:
        yield share("loading", ("loading",), "Share of time being loaded.")
    if s.machine:
        yield share("warm_up", ("warm-up",), "Share of time warming up.")
    if line.shifts or s.machine:
        yield share("off_shift", ("off shift",), "Share of time outside the shifts.")
    yield from _counts(s, part)
    yield from _oee(s, part)


def _counts(s: Station, part: str) -> Iterator[Measure]:
    made = Count("made")

    def measure(name: str, unit: str, meaning: str, rule: Rule, better: str = "less") -> Measure:
        return Measure(name, unit, meaning, cast(Any, better), rule, part=part)

    yield measure("queue", "parts", "Mean parts waiting in front.", Mean("queue"))
    yield measure("wait", "min", "Mean time that a part waits in front.",
                  Ratio(Integral("queue"), made))  # fmt: skip
    yield measure("made", "parts", "Parts worked on.", made, "more")
    if s.time_to_failure or s.machine:
        yield measure("breakdowns", "1", "Breakdowns.", over_servers(s, Count("breakdown")))
    if s.inspects:
        yield measure("rejected", "parts", "Parts rejected here.", Count("rejected"))
    if s.power_working or s.power_idle:
        yield measure("energy", "kWh", "Electric energy.", energy_of(s))


def _oee(s: Station, part: str) -> Iterator[Measure]:
    """ISO 22400-2: availability · effectiveness · quality ratio = OEE."""
    working, planned = time_in(s, ("working",)), planned_time(s)
    made, good = Sum((Count("made"), Count("spoilt"))), less(Count("made"), Count("defect"))
    run = Total("made")

    def measure(name: str, meaning: str, rule: Rule) -> Measure:
        return Measure(name, "%", meaning, "more", rule, part=part)

    yield measure("availability", "Working of planned time (APT / PBT).", Ratio(working, planned))
    yield measure("effectiveness", "Planned of actual run time (PRI · PQ / APT).",
                  Ratio(run, working))  # fmt: skip
    yield measure("quality", "Parts not made defective here (GQ / PQ).", Ratio(good, made))
    yield measure("oee", "Availability · effectiveness · quality.",
                  Product(Ratio(run, planned), Ratio(good, made)))  # fmt: skip


# -- what a form leaves out ---------------------------------------------------------------------


def unused(line: Settings) -> frozenset[str]:
    """Return the parameters that mean nothing because what they belong to is not there."""
    found = {f"interarrival_{x}" for x in ("time", "distribution", "spread")} | {"when_full"}
    if line.release == "arrivals":
        found = set()
    if line.release != "conwip":
        found.add("wip_limit")
    if not any(s.inspects for s in line.stations.values()):
        found.add("rework_limit")
    for key, s in line.stations.items():
        found |= {f"stations.{key}.{name}" for name in _unused_of(s)}
    return frozenset(found)


def _unused_of(s: Station) -> Iterator[str]:
    if s.machine:
        yield from (
            "servers", "cycle_time", "cycle_spread", "cycle_distribution", "load_time",
            "setup_time", "batch", "operator", "time_to_failure",
        )  # fmt: skip
    if not s.time_to_failure:
        yield from (
            "failure_clock", "on_failure", "failure_distribution", "failure_spread",
            "repair_distribution", "repair_spread", "repair_crew", "time_to_repair",
        )  # fmt: skip
    if s.batch == 1:
        yield "batch_least"
    if not s.operator:
        yield "operator_for"
    if not s.inspects:
        yield from ("inspected", "false_alarm", "escape", "model", "rejects_to")
    elif s.model:
        yield from ("false_alarm", "escape")
    if not s.transport_time:
        yield "conveyor"
    if s.kanban or s.takes:
        yield "buffer"
