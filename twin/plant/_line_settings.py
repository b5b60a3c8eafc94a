"""What a line is told: stations, products, orders, people, and how parts are let in."""

from __future__ import annotations

from typing import Literal

from twin.params import Params, choice, flag, model_name, quantity, table, text
from twin.params import count as whole

Spread = Literal[
    "constant", "exponential", "gamma", "erlang", "hyperexponential", "lognormal", "normal",
    "triangular", "uniform", "weibull",
]  # fmt: skip
Life = Literal[
    "exponential", "constant", "gamma", "erlang", "hyperexponential", "lognormal", "normal",
    "triangular", "uniform", "weibull", "geometric",
]  # fmt: skip
Release = Literal["saturated", "arrivals", "conwip", "schedule"]
Blocking = Literal["after service", "before service"]
Clock = Literal["operating", "calendar"]
OnFailure = Literal["resume", "restart", "scrap"]
Dispatch = Literal["fifo", "priority", "due_date", "shortest", "same_product"]
NeededFor = Literal["work", "setup", "load"]
Doing = Literal["idle", "setup", "loading", "working", "blocked"]


LONGEST = 1_000_000
"""Letters of a list of parts: a hundred thousand of them."""


class Branch(Params):
    """One way out of a station where parts split."""

    share: float = quantity(None, "1", 0, 1, "Share of the parts that go this way.")


class Take(Params):
    """What an assembly takes from one feeding station, or of one product."""

    count: int = whole(1, 1, 10_000, "Parts taken for one assembly.", "parts")
    buffer: int = whole(3, 1, 100_000, "Places for them in front of the station.", "parts")


class Give(Params):
    """What a disassembly sends one way."""

    count: int = whole(1, 1, 10_000, "Parts sent this way for each one taken apart.", "parts")
    product: str = text("", "Product that they become; empty keeps it.")


class Step(Params):
    """How one product is worked on at one station, where it differs from the station's own."""

    station: str = text("", "Station of this step; the step's own name when empty.")
    after: str = text("", "Steps that come before this one, with commas; free order else.")
    cycle_time: float = quantity(0, "s", 0, 1e6, "Mean time to work; 0 is the station's own.")
    cycle_spread: float = quantity(0, "1", 0, 10, "Coefficient of variation of that time.")
    cycle_distribution: Spread = choice("gamma", "Law of that time; constant without a spread.")


class Product(Params):
    """A variant that the line makes."""

    share: float = quantity(
        0, "1", 0, 1, "Share of the parts let in; with all 0 every product has the same."
    )
    route: str = text("", "Stations in the order it passes them, with commas; may repeat.")
    steps: dict[str, Step] = table("Steps with times of its own, or in free order (after).")
    priority: int = whole(0, -1000, 1000, "Priority; the higher goes first where asked for.")
    due_after: float = quantity(0, "h", 0, 1e5, "Due this long after it is let in; 0 is never.")


class Order(Params):
    """One delivery: how many of which product, from when on, until when."""

    product: str = text("", "Product; may be empty where the line has none.")
    release: float = quantity(
        0, "h", -1e5, 1e5, "From this time on it may enter; below 0, its parts are in [parts]."
    )
    due: float = quantity(0, "h", -1e5, 1e5, "Due at this time; 0 is never.")
    priority: int = whole(0, -1000, 1000, "Priority; added to the product's.")
    every: float = quantity(0, "h", 0, 1e5, "Comes again after this time; 0 is once.")
    quantity: int = whole(1, 1, 1_000_000, "Parts ordered.", "parts")


class Shift(Params):
    """Hours of the day; beyond midnight when the end is before the start."""

    start: float = quantity(0, "h", 0, 24, "Begin, hour of the day.")
    end: float = quantity(24, "h", 0, 24, "End, hour of the day.")


class Operators(Shift):
    """People of one kind."""

    count: int = whole(1, 0, 1000, "How many there are.", "person")
    skills: str = text(None, "What they can do, with commas: the words of stations' operator.")
    wage: float = quantity(0, "EUR/h", 0, 1e4, "Cost of one of them, in the shift.")


class Crew(Shift):
    """People who repair; the stations that name them share them."""

    count: int = whole(1, 0, 1000, "How many repairs can go on at once.", "person")


class Station(Params):
    """One station of a line."""

    machine: str = text("", "Name of the CNC machine that is this station; empty for a plain one.")
    servers: int = whole(1, 1, 1000, "Equal machines side by side.")
    cycle_time: float = quantity(60, "s", 0.001, 1e6, "Mean time to work on one part.")
    cycle_spread: float = quantity(
        0, "1", 0, 10, "Coefficient of variation of that time (gamma: 1 is exponential)."
    )
    cycle_distribution: Spread = choice("gamma", "Law of that time; constant without a spread.")
    buffer: int = whole(3, 0, 100_000, "Places in front of this station.", "parts")
    load_time: float = quantity(0, "s", 0, 1e5, "Time to load a part, before the work.")
    setup_time: float = quantity(0, "min", 0, 1e5, "Time to set up for another product.")
    batch: int = whole(1, 1, 10_000, "Parts worked on together.", "parts")
    batch_least: int = whole(0, 0, 10_000, "Fewest to begin with; 0 is a full batch.", "parts")
    dispatch: Dispatch = choice("fifo", "Which waiting part is next.")
    blocking: Literal["line", "after service", "before service"] = choice(
        "line", "When a full place behind stops the station; as the line says, or its own."
    )
    time_to_failure: float = quantity(
        0, "h", 0, 1e6, "Mean time between breakdowns on the failure clock; 0 for none."
    )
    time_to_repair: float = quantity(10, "min", 0.001, 1e5, "Mean time to repair.")
    failure_clock: Clock = choice("operating", "Time that wears: only at work, or always.")
    on_failure: OnFailure = choice("resume", "What becomes of the part being worked on.")
    failure_distribution: Life = choice("exponential", "Law of the time to failure.")
    failure_spread: float = quantity(1, "1", 0, 10, "Coefficient of variation of that time.")
    repair_distribution: Life = choice("exponential", "Law of the time to repair.")
    repair_spread: float = quantity(1, "1", 0, 10, "Coefficient of variation of that time.")
    repair_crew: str = text("", "Crew that repairs it; empty repairs at once.")
    operator: str = text("", "Skill of the operator it needs; empty for none.")
    operator_for: NeededFor = choice("work", "What the operator is needed for.")
    next: str = text("", "Where parts go: a station, 'out' or 'scrap'; several as 'a | b'.")
    split: dict[str, Branch] = table("Shares of the parts for each way out; they sum to 1.")
    takes: dict[str, Take] = table("Assembly: what is taken, by feeding station or product.")
    gives: dict[str, Give] = table("Disassembly: what a part becomes, by where it goes.")
    defect_rate: float = quantity(0, "%", 0, 100, "Share of good parts that it makes defective.")
    inspects: bool = flag(False, "Whether it looks for defective parts.")
    inspected: float = quantity(100, "%", 0, 100, "Share of the parts that it looks at.")
    false_alarm: float = quantity(0, "%", 0, 100, "Share of good parts that it rejects.")
    escape: float = quantity(0, "%", 0, 100, "Share of defective parts that it does not see.")
    model: str = model_name(
        "",
        "Inspection model that looks: a shipped name, a file or a folder. Then false alarms and "
        "escapes are those of its card.",
    )
    rejects_to: str = text("scrap", "Where a rejected part goes: 'scrap' or a station.")
    transport_time: float = quantity(0, "s", 0, 1e5, "Time to bring a part to this station.")
    conveyor: int = whole(0, 0, 10_000, "Places on the conveyor to it; 0 has no limit.", "parts")
    kanban: int = whole(0, 0, 10_000, "Cards of this station, instead of places; 0 for none.")
    power_working: float = quantity(0, "kW", 0, 1e5, "Electric power at work.")
    power_idle: float = quantity(0, "kW", 0, 1e5, "Electric power when on and not at work.")
    rate: float = quantity(0, "EUR/h", 0, 1e5, "Cost of the station in planned time.")

    @property
    def passes_bad(self) -> float:
        """Share of the defective parts that it lets go on, looked at or not [1]."""
        return 1.0 - self.inspected * (1.0 - self.escape)

    @property
    def rejects_good(self) -> float:
        """Share of the good parts that it rejects [1]."""
        return self.inspected * self.false_alarm


class PartNow(Params):
    """One part that is in the line when the run begins."""

    product: str = text("", "Its product.")
    age: float = quantity(0, "s", 0, 1e9, "Time since it entered.")
    due: float = quantity(0, "h", -1e5, 1e5, "Due at this time of the run; 0 is never.")
    order: str = text("", "Order that it belongs to.")
    step: int = whole(0, 0, 10_000, "Place on its product's route, from 0.")
    done: str = text("", "Steps in free order that are done or under way, with commas.")
    rejected: int = whole(0, 0, 10_000, "How often it was rejected.")
    bad: bool = flag(False, "Whether it is defective.")
    rework: bool = flag(False, "Whether it has come to be reworked here.")
    arrives_in: float = quantity(0, "s", 0, 1e6, "On the way: time until it is there.")
    taken_as: str = text("", "On the way to an assembly: what it is taken as.")


class MachineNow(Params):
    """What one machine is at when the run begins."""

    doing: Doing = choice("idle", "What it is at; a broken one goes on with it when it is up.")
    parts: str = text("", "What is on it, as in waiting.", longest=LONGEST)
    worked: float = quantity(0, "s", 0, 1e7, "Time spent on that so far; the rest is drawn.")
    left: float = quantity(0, "s", 0, 1e7, "What is left of it, where that is known.")
    down: bool = flag(False, "Whether it is broken down.")
    repaired: float = quantity(0, "s", 0, 1e9, "Time of the repair so far; the rest is drawn.")
    repair_left: float = quantity(0, "s", 0, 1e9, "What is left of the repair, where known.")
    run: float = quantity(0, "s", 0, 1e10, "Failure clock: time since the last repair.")
    set_up_for: str = text("", "Product that it is set up for.")


class BinNow(Params):
    """What waits for an assembly, of one kind."""

    waiting: str = text("", "Parts, the first to go first.", longest=LONGEST)


class StationNow(Params):
    """Where the parts and the machines of a station are when the run begins."""

    waiting: str = text(
        "",
        "Parts in front, the first to go first: how many, products, or names of [parts].",
        longest=LONGEST,
    )
    outside: str = text(
        "", "Parts that have come and wait for a place, at a station of entry.", longest=LONGEST
    )
    coming: str = text("", "Parts on the way to it.", longest=LONGEST)
    stock: str = text(
        "", "Finished parts beside it that keep their cards (kanban).", longest=LONGEST
    )
    machines: dict[str, MachineNow] = table("Its machines by number, from 1.")
    bins: dict[str, BinNow] = table("Assembly: what waits, by what is taken.")


class Settings(Params):
    """Parameters of a production line."""

    release: Release = choice("saturated", "What lets parts in.")
    wip_limit: int = whole(10, 1, 100_000, "CONWIP: parts in the line.", "parts")
    interarrival_time: float = quantity(60, "s", 1e-3, 1e7, "Arrivals: mean time between two.")
    interarrival_distribution: Spread = choice("exponential", "Law of that time.")
    interarrival_spread: float = quantity(1, "1", 0, 10, "Coefficient of variation of that time.")
    when_full: Literal["wait", "lose"] = choice("wait", "Arrivals without a place.")
    blocking: Blocking = choice("after service", "When a full place behind stops a station.")
    rework_limit: int = whole(
        0, 0, 1000, "Times a part is reworked; rejected again it is scrap. 0 is no end."
    )
    material_cost: float = quantity(0, "EUR/part", 0, 1e6, "Cost of what enters, a part.")
    energy_price: float = quantity(0, "EUR/kWh", 0, 10, "Price of electricity.")
    shifts: dict[str, Shift] = table("Hours in which the line works; always when empty.")
    stations: dict[str, Station] = table("Stations in the order in which parts pass them.")
    products: dict[str, Product] = table("Variants; one nameless product when empty.")
    orders: dict[str, Order] = table("Deliveries, for release = 'schedule'.")
    operators: dict[str, Operators] = table("People who work, load or set up.")
    crew: dict[str, Crew] = table("People who repair.")
    begins: float = quantity(0, "h", 0, 24, "Hour of the day at which the run begins.")
    start: dict[str, StationNow] = table("Stations as they are now; empty and up when left out.")
    parts: dict[str, PartNow] = table("Parts in the line now, where more than the product counts.")
    since_arrival: float = quantity(0, "s", 0, 1e9, "Arrivals: time since the last one.")
