"""Lines that nobody published, with answers that share no code with the twin.

Formulas where there are some, else the Markov chain of the line, built and solved here.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import numpy as np
from scipy.optimize import brentq

from tests.plant.exact_lines import Case, Truth, good, lead, queue, saturated, share, wait, wip
from tests.plant.lines import EXPONENTIAL, serial
from tests.plant.markov import solve
from tests.plant.markov_line import Chain, Parallel

SECONDS = 100_000.0
WIDTH = 0.008
ROOMY = 100_000
"""Places of a queue without an end."""

# -- one station --------------------------------------------------------------------------------

LAWS = {
    "uniform": (0.5, "uniform"), "triangular": (0.4, "triangular"), "gamma .6": (0.6, "gamma"),
    "weibull 1.3": (1.3, "weibull"), "erlang 9": (1 / 3, "erlang"), "lognormal": (0.7, "lognormal"),
    "normal": (0.1, "normal"), "hyperexponential 2": (2.0, "hyperexponential"),
}  # fmt: skip


def _law(name: str) -> dict:
    spread, law = LAWS[name]
    return {"cycle_spread": spread, "cycle_distribution": law}


def pollaczek(rate: float, spread: float) -> float:
    """Mean wait in front of a machine of mean time 1 (Pollaczek and Khinchine)."""
    return rate * (1 + spread**2) / 2 / (1 - rate)


def _general_work() -> Iterator[Case]:
    rate = 0.75
    for name in LAWS:
        waiting = pollaczek(rate, LAWS[name][0])
        truths = (wait(waiting, 0.1), lead(waiting + 1, 0.1))
        yield Case(f"M/G/1 {name}", queue(rate, _law(name)), SECONDS, 5000, truths)


def _general_arrivals() -> Iterator[Case]:
    """G/M/1: the wait is σ / (1 − σ), σ the root of σ = E exp(−(1 − σ) T)."""
    rate, p = 0.8, 0.5 * (1 + math.sqrt((4 - 1) / (4 + 1)))
    transforms = {
        ("constant", 0): lambda s: math.exp(-s / rate),
        ("erlang", 0.5): lambda s: (4 * rate / (4 * rate + s)) ** 4,
        ("hyperexponential", 2): lambda s: (
            p * 2 * p * rate / (2 * p * rate + s)
            + (1 - p) * 2 * (1 - p) * rate / (2 * (1 - p) * rate + s)
        ),
    }
    for (law, spread), transform in transforms.items():
        root = brentq(lambda x, f=transform: f(1 - x) - x, 0.0, 1 - 1e-9)
        line = queue(rate, {}, interarrival_distribution=law, interarrival_spread=spread)
        yield Case(f"{law}/M/1", line, 2 * SECONDS, 5000, (wait(root / (1 - root), 0.1),))


def _erlang(load: float, servers: int) -> float:
    """Erlang's loss."""
    blocked = 1.0
    for k in range(1, servers + 1):
        blocked = load * blocked / (k + load * blocked)
    return blocked


def _servers() -> Iterator[Case]:
    for servers, load in ((2, 1.6), (3, 2.4), (5, 4.5), (10, 8.0), (30, 27.0)):
        lost = _erlang(load, servers)
        waits = servers * lost / (servers - load * (1 - lost))
        waiting = waits / (servers - load)
        truths = (wait(waiting, 0.15), wip(load + load * waiting, 0.05))
        line = queue(load, {"servers": servers})
        yield Case(f"M/M/{servers} at {load}", line, 2 * SECONDS / load, 3000, truths)
    for law, (servers, load) in itertools.product(LAWS, ((1, 0.7), (6, 5.0))):
        station = {"servers": servers, "buffer": 0, **_law(law)}
        line = queue(load, station, when_full="lose")
        truths = (share("loss", _erlang(load, servers), 0.05),)
        yield Case(f"M/G/{servers}/{servers} {law}", line, SECONDS / load, 1000, truths)


def _waiting_room() -> Iterator[Case]:
    for load, servers, room in ((0.8, 1, 0), (1.0, 1, 3), (1.3, 1, 9), (2.5, 3, 4), (6.0, 4, 2)):
        weights = [load**n / math.factorial(n) for n in range(servers)]
        weights += [
            load**n / math.factorial(servers) / servers ** (n - servers)
            for n in range(servers, servers + room + 1)
        ]
        p = np.array(weights) / sum(weights)
        line = queue(load, {"servers": servers, "buffer": room}, when_full="lose")
        truths = (share("loss", p[-1], 0.05), wip(float(p @ np.arange(len(p))), 0.03))
        yield Case(f"M/M/{servers}/{servers + room} at {load}", line, SECONDS, 1000, truths)


def _classes() -> Iterator[Case]:
    """Cobham: two products, the urgent one first, nobody interrupted.

    ``wait`` is the mean of both; of the two, only the times differ.
    """
    rate, share_one, times, spreads = 0.6, 0.4, (0.6, 1.6), (0.5, 1.0)
    rates = np.array([share_one, 1 - share_one]) * rate
    loads = rates * times
    left = float(rates @ [t**2 * (1 + s**2) for t, s in zip(times, spreads, strict=True)]) / 2
    first, both = 1 - loads[0], 1 - loads.sum()
    for rule, urgent in (("priority", 0), ("priority", 1), ("shortest", 0), ("fifo", 0)):
        waits = [left / first, left / first / both]
        if urgent == 1:
            waits = [left / (1 - loads[1]) / both, left / (1 - loads[1])]
        if rule == "fifo":
            waits = [left / both] * 2
        products = {
            name: {
                "share": part, "priority": int(k == urgent),
                "steps": {"s1": {"cycle_time": times[k], "cycle_spread": spreads[k]}},
            }
            for k, (name, part) in enumerate((("a", share_one), ("b", 1 - share_one)))
        }  # fmt: skip
        line = queue(rate, {"dispatch": rule}, products=products)
        mean = float(rates @ waits) / rate
        truths = (wait(mean, 0.1), lead(mean + float(loads.sum()) / rate, 0.1))
        yield Case(f"two classes, {rule} {urgent}", line, 3 * SECONDS, 5000, truths)


def _broken_queue() -> Iterator[Case]:
    """Failures at rate f, repairs at rate g; at work only: the work that a part needs is longer.

    With the calendar clock the chain of parts and up or down, cut off where nobody comes.
    """
    rate, f, g = 0.6, 0.05, 0.25
    whole, again = 1 + f / g, 2 * (1 + f / g) ** 2 + 2 * f / g**2
    waiting = rate * again / 2 / (1 - rate * whole)
    laws = {"time_to_failure": f"{1 / f} s", "time_to_repair": f"{1 / g} s"}
    truths = (wait(waiting, 0.1), lead(waiting + whole, 0.1))
    yield Case("breaks at work", queue(rate, laws), 3 * SECONDS, 5000, truths)

    def moves(state: tuple[int, bool]) -> Iterator[tuple[float, tuple[int, bool], float]]:
        n, up = state
        if n < 400:
            yield rate, (n + 1, up), 0.0
        yield (f, (n, False), 0.0) if up else (g, (n, True), 0.0)
        if up and n:
            yield 1.0, (n - 1, up), 1.0

    mean = solve((0, True), moves).mean(lambda state: state[0])
    line = queue(rate, {**laws, "failure_clock": "calendar"})
    truths = (wip(mean, 0.1), lead(mean / rate, 0.1))
    yield Case("breaks at any time", line, 3 * SECONDS, 5000, truths)


def _again() -> Iterator[Case]:
    """Work of a law, failures at rate f: restart is preemptive repeat of the same time.

    resume E[S] (1 + f R); restart (1/f + R) (E exp(f S) − 1); of scrap, a part is good with
    E exp(−f S) = g, and every attempt takes (1 − g) / f and (1 − g) R on average.
    """
    f, repair, half = 0.1, 4.0, 0.5 * math.sqrt(3)
    low, high = 1 - half, 1 + half
    transforms = {
        "uniform": lambda s: (math.exp(-s * low) - math.exp(-s * high)) / s / (high - low),
        "erlang 9": lambda s: (9 / (9 + s)) ** 9,
    }
    for (law, transform), clock in itertools.product(transforms.items(), ("operating", "calendar")):
        kept = transform(f)
        truths = {
            "resume": 1 / (1 + f * repair),
            "restart": 1 / ((1 / f + repair) * (transform(-f) - 1)),
            "scrap": kept / ((1 - kept) * (1 / f + repair)),
        }
        for rule, truth in truths.items():
            station = {
                "cycle_time": 1, **_law(law), "time_to_failure": f"{1 / f} s",
                "time_to_repair": f"{repair} s", "failure_clock": clock, "on_failure": rule,
                "repair_distribution": "gamma", "repair_spread": 0.5,
            }  # fmt: skip
            yield saturated(f"{rule}, {law}, {clock} clock", [station], truth, WIDTH, SECONDS)


def _set_ups() -> Iterator[Case]:
    """Three products at random: set up for the next whenever it is another one."""
    shares = (0.5, 0.3, 0.2)
    same = sum(part**2 for part in shares)
    line = {
        "products": {f"p{k}": {"share": part} for k, part in enumerate(shares)},
        "stations": {"s1": {"cycle_time": 2, "cycle_spread": 0.3, "setup_time": "3 s"}},
    }
    truth = good(1 / (2 + 3 * (1 - same)), WIDTH)
    yield Case("set-ups", line, SECONDS, 100, (truth,))


ONE = (
    *_general_work(), *_general_arrivals(), *_servers(), *_waiting_room(), *_classes(),
    *_broken_queue(), *_again(), *_set_ups(),
)  # fmt: skip

# -- lines of single machines -------------------------------------------------------------------


def _station(chain: Chain, i: int) -> dict:
    def of(values: float | tuple[float, ...]) -> float:
        return values[i] if isinstance(values, tuple) else values

    station: dict = {**EXPONENTIAL, "cycle_time": 1 / chain.rates[i]}
    station["buffer"] = chain.buffers[i - 1] if i else 0
    if chain.phases and chain.phases[i] > 1:
        station |= {"cycle_spread": chain.phases[i] ** -0.5, "cycle_distribution": "erlang"}
    if of(chain.failure):
        station |= {
            "time_to_failure": f"{1 / of(chain.failure)} s",
            "time_to_repair": f"{1 / of(chain.repair)} s",
            "failure_clock": "calendar" if chain.calendar else "operating",
            "on_failure": "scrap" if chain.scrap else "resume",
        }
        if chain.crew:
            station["repair_crew"] = "fitters"
    return station


def of_chain(name: str, chain: Chain, seconds: float = SECONDS) -> Case:
    """The line of a chain."""
    line: dict = {"stations": serial([_station(chain, i) for i in range(len(chain.rates))])}
    if chain.crew:
        line["crew"] = {"fitters": {"count": chain.crew}}
    if chain.early:
        line["blocking"] = "before service"
    truths = (good(chain.throughput(), WIDTH),)
    return Case(name, line, seconds, seconds / 20, truths)


def _single() -> Iterator[Case]:
    for buffer in (0, 3, 20):
        yield of_chain(f"2 machines, {buffer} places", Chain((1, 1), (buffer,)))
    yield of_chain("4 machines", Chain((1, 0.8, 1.1, 0.9), (0, 3, 1)))
    yield of_chain("5 machines", Chain((1,) * 5, (2,) * 4))
    yield of_chain("6 machines without places", Chain((1,) * 6, (0,) * 5))
    yield of_chain("Erlang work", Chain((1, 1.1, 0.9), (1, 2), phases=(4, 2, 3)))
    yield of_chain("Erlang work, 4 machines", Chain((1,) * 4, (1,) * 3, phases=(2,) * 4))
    for early, buffers in itertools.product((True,), ((0, 0), (1, 2), (3, 0))):
        yield of_chain(f"before service, {buffers}", Chain((1, 0.9, 1.1), buffers, early=early))
    unlike = Chain((1, 1.2, 0.9), (1, 3), (1 / 30, 1 / 20, 1 / 50), (1 / 5, 1 / 8, 1 / 4))
    for calendar, scrap, crew in itertools.product((False, True), (False, True), (0, 1, 2)):
        chain = Chain(
            unlike.rates, unlike.buffers, unlike.failure, unlike.repair, calendar, scrap, (), crew
        )
        what = "scrap" if scrap else "resume"
        clock = "calendar" if calendar else "operating"
        yield of_chain(f"unlike failures, {what}, {clock}, crew {crew}", chain, 2 * SECONDS)
    many = Chain((1,) * 4, (1,) * 3, 1 / 20, 1 / 6, True, crew=1)
    yield of_chain("one fitter for four machines", many, 2 * SECONDS)


def _parallel() -> Iterator[Case]:
    for rates, servers, buffers in (
        ((1.0, 1.0), (2, 2), (0,)),
        ((1.0, 0.6, 0.9), (1, 2, 1), (1, 2)),
        ((0.4, 0.5, 0.3), (3, 2, 4), (2, 0)),
        ((1.0, 0.5, 0.34, 1.1), (1, 2, 3, 1), (1, 1, 1)),
    ):
        stations = [
            {**EXPONENTIAL, "cycle_time": 1 / rate, "servers": n, "buffer": b}
            for rate, n, b in zip(rates, servers, (0, *buffers), strict=True)
        ]
        truth = Parallel(rates, servers, buffers).throughput()
        yield saturated(f"{servers} machines side by side", stations, truth, WIDTH, SECONDS)


def _slots(repair: tuple[float, float], failure: tuple[float, float], n: int) -> float:
    """Parts a slot of the line of two machines of Buzacott and Gershwin, as its chain.

    In each slot a machine that works (up, not starved, not blocked) fails with p, one that is
    down is repaired with r; then each that is up and can moves one part.
    """

    def moves(state: tuple[int, bool, bool]) -> Iterator[tuple[float, tuple, float]]:
        level, *up = state
        can = (level < n, level > 0)
        chances = [
            (1 - p if can[i] else 1.0) if up[i] else r
            for i, (r, p) in enumerate(zip(repair, failure, strict=True))
        ]
        for one, two in itertools.product((True, False), repeat=2):
            chance = (chances[0] if one else 1 - chances[0]) * (
                chances[1] if two else 1 - chances[1]
            )
            made, taken = one and can[0], two and can[1]
            if chance:
                yield chance, (level + made - taken, one, two), float(taken)

    return solve((n // 2, True, True), moves).rate


def _slotted() -> Iterator[Case]:
    laws = {"failure_distribution": "geometric", "repair_distribution": "geometric"}
    for repair, failure, n in (
        ((0.1, 0.1), (0.01, 0.01), 10), ((0.1, 0.2), (0.02, 0.03), 6),
        ((0.3, 0.1), (0.05, 0.01), 20), ((0.05, 0.4), (0.005, 0.1), 4),
    ):  # fmt: skip
        stations = [
            {"cycle_time": 1, "buffer": n - 2, "time_to_failure": f"{1 / p} s",
             "time_to_repair": f"{1 / r} s", **laws}
            for r, p in zip(repair, failure, strict=True)
        ]  # fmt: skip
        truth = _slots(repair, failure, n)
        yield saturated(
            f"slotted r {repair} p {failure} N {n}", stations, truth, WIDTH, 2 * SECONDS
        )


LINES = (*_single(), *_parallel(), *_slotted())

# -- cards, ways, sets --------------------------------------------------------------------------


def mean_value(times: list[float], cards: int, away: float = 0.0) -> float:
    """Throughput of a closed line of single exponential machines, and a time away (MVA)."""
    levels, pace = np.zeros(len(times)), 0.0
    for n in range(1, cards + 1):
        waits = np.array(times) * (1 + levels)
        pace = n / (away + waits.sum())
        levels = pace * waits
    return pace


def _closed() -> Iterator[Case]:
    for times, cards in (
        ([1.0] * 3, 2), ([1.0] * 5, 10), ([1.0, 0.5, 1.4, 0.9], 6), ([2.0] * 10, 15)
    ):  # fmt: skip
        pace = mean_value(times, cards)
        stations = [{**EXPONENTIAL, "cycle_time": time, "buffer": cards} for time in times]
        line = {"release": "conwip", "wip_limit": cards, "stations": serial(stations)}
        truths = (good(pace, WIDTH), lead(cards / pace, WIDTH))
        yield Case(f"{cards} cards over {len(times)}", line, 2 * SECONDS, 5000, truths)
    times, pace = [1.0, 0.8], mean_value([1.0, 0.8], 5, 3.0)
    stations = serial([{**EXPONENTIAL, "cycle_time": time, "buffer": 9} for time in times])
    stations["s2"]["transport_time"] = 3
    line = {"release": "conwip", "wip_limit": 5, "stations": stations}
    yield Case("cards and a long way", line, 2 * SECONDS, 5000, (good(pace, WIDTH),))


def _kanban() -> Iterator[Case]:
    """Cards of each station: a part has one from its coming until the next station takes it."""
    rates, cards = (1.0, 0.9, 1.1), (2, 3, 2)

    def settle(queues: list[int], stock: list[int]) -> object:
        moved = True
        while moved:
            moved = False
            for i in (1, 0):
                if stock[i] and queues[i + 1] + stock[i + 1] < cards[i + 1]:
                    stock[i] -= 1
                    queues[i + 1] += 1
                    moved = True
            if queues[0] == 0 and stock[0] < cards[0]:
                queues[0] = 1
                moved = True
        return tuple(queues), tuple(stock)

    def moves(state: object) -> Iterator[tuple[float, object, float]]:
        queues, stock = state
        for i in range(3):
            if queues[i]:
                left, held = list(queues), list(stock)
                left[i] -= 1
                held[i] += i < 2
                yield rates[i], settle(left, held), float(i == 2)

    truth = solve(settle([0, 0, 0], [0, 0, 0]), moves).rate
    stations = serial(
        [
            {**EXPONENTIAL, "cycle_time": 1 / rate, "kanban": n}
            for rate, n in zip(rates, cards, strict=True)
        ]
    )
    yield Case("kanban", {"stations": stations}, SECONDS, 1000, (good(truth, WIDTH),))


def _jackson() -> Iterator[Case]:
    """Jackson's open network: a split, and rejected parts that are made again."""
    back, aside, rate = 0.2, 0.3, 0.5
    loads = {"s1": rate / (1 - back), "s2": rate / (1 - back) * aside * 1.5}
    loads["s3"] = rate / (1 - back) * 0.8
    levels = {key: load / (1 - load) for key, load in loads.items()}
    plain = {**EXPONENTIAL, "buffer": ROOMY}
    stations = {
        "s1": {**plain, "split": {"s2": {"share": aside}, "s3": {"share": 1 - aside}}},
        "s2": {**plain, "cycle_time": 1.5},
        "s3": {
            **plain, "cycle_time": 0.8,
            "split": {"s1": {"share": back}, "out": {"share": 1 - back}},
        },
    }  # fmt: skip
    line = {"release": "arrivals", "interarrival_time": f"{1 / rate} s", "stations": stations}
    total = sum(levels.values())
    truths = (wip(total, 0.05), lead(total / rate, 0.05), wait(levels["s1"], 0.1))
    yield Case("Jackson", line, 3 * SECONDS, 5000, truths)


def _inspected() -> Iterator[Case]:
    """Defects d, false alarms a, escapes e; rejected parts are scrap, or made anew."""
    d, a, e = 0.1, 0.05, 0.2
    rejected = d * (1 - e) + (1 - d) * a
    stations = {
        "s1": {**EXPONENTIAL, "defect_rate": 100 * d},
        "s2": {"cycle_time": 0.1, "inspects": True, "false_alarm": 100 * a, "escape": 100 * e},
    }
    kpis = ("line.scrap", "line.parts", "line.escapes")
    truths = (
        Truth(rejected, 0.03, kpis, lambda scrap, parts, missed: scrap / (scrap + parts + missed)),
        Truth(d * e, 0.06, kpis, lambda scrap, parts, missed: missed / (scrap + parts + missed)),
        good((1 - d) * (1 - a), WIDTH),
    )
    yield Case("inspected", {"stations": stations}, SECONDS, 100, truths)
    again = {key: {**station, "buffer": ROOMY} for key, station in stations.items()}
    again["s2"]["rejects_to"] = "s1"
    line = {"release": "arrivals", "interarrival_time": "2 s", "stations": again}
    work = 0.5 / (1 - rejected)
    truths = (
        share("stations.s1.working", work, 0.02),
        Truth(d * e / (1 - rejected), 0.08, kpis, lambda _s, parts, bad: bad / (parts + bad)),
    )
    yield Case("made anew", line, SECONDS, 100, truths)


def _joined() -> Iterator[Case]:
    """Two feeding stations and what joins their parts; each bin has three places."""
    rates, places, counts = (1.0, 1.9, 1.2), (3, 4), (1, 2)

    def settle(held: list[int], bins: list[int], busy: int) -> object:
        moved = True
        while moved:
            moved = False
            if not busy and all(n >= c for n, c in zip(bins, counts, strict=True)):
                bins = [n - c for n, c in zip(bins, counts, strict=True)]
                busy, moved = 1, True
            for i in (0, 1):
                if held[i] and bins[i] < places[i]:
                    held[i], bins[i], moved = 0, bins[i] + 1, True
        return tuple(held), tuple(bins), busy

    def moves(state: object) -> Iterator[tuple[float, object, float]]:
        held, bins, busy = state
        for i in (0, 1):
            if not held[i]:
                stuck = list(held)
                stuck[i] = 1
                yield rates[i], settle(stuck, list(bins), busy), 0.0
        if busy:
            yield rates[2], settle(list(held), list(bins), 0), 1.0

    takes = {key: {"count": c, "buffer": n} for key, c, n in zip("ab", counts, places, strict=True)}
    stations = {
        "a": {**EXPONENTIAL, "cycle_time": 1 / rates[0], "next": "join"},
        "b": {**EXPONENTIAL, "cycle_time": 1 / rates[1], "next": "join"},
        "join": {**EXPONENTIAL, "cycle_time": 1 / rates[2], "takes": takes},
    }
    truth = solve(settle([0, 0], [0, 0], 0), moves).rate
    yield Case("joined", {"stations": stations}, SECONDS, 1000, (good(truth, WIDTH),))


def _batches() -> Iterator[Case]:
    """Arrivals, batches of at least two and at most four, exponential batch times."""
    rate, least, most, work = 0.9, 2, 4, 2.0

    def moves(state: tuple[int, int]) -> Iterator[tuple[float, tuple[int, int], float]]:
        n, busy = state

        def begin(waiting: int) -> tuple[int, int]:
            taken = min(most, waiting) if waiting >= least else 0
            return waiting - taken, taken

        if n < 300:
            yield rate, (n + 1, busy) if busy else begin(n + 1), 0.0
        if busy:
            yield 1 / work, begin(n), float(busy)

    mean = solve((0, 0), moves).mean(sum)
    station = {"cycle_time": work, "batch": most, "batch_least": least}
    yield Case("batches", queue(rate, station), 3 * SECONDS, 1000, (wip(mean, 0.05),))


def _fitters() -> Iterator[Case]:
    """Machines that always have work, and fitters: the chain of how many are down."""
    for machines, fitters, f, g in ((5, 1, 1 / 30, 1 / 3), (8, 3, 0.1, 0.25), (3, 3, 0.05, 0.1)):

        def moves(
            down: int, machines: int = machines, fitters: int = fitters, f: float = f, g: float = g
        ) -> Iterator[tuple[float, int, float]]:
            if down < machines:
                yield (machines - down) * f, down + 1, 0.0
            if down:
                yield min(down, fitters) * g, down - 1, 0.0

        mean = solve(0, moves).mean(float)
        station = {
            "servers": machines, "cycle_time": 1, "time_to_failure": f"{1 / f} s",
            "time_to_repair": f"{1 / g} s", "repair_crew": "fitters",
        }  # fmt: skip
        line = {"stations": {"s1": station}, "crew": {"fitters": {"count": fitters}}}
        truths = (share("stations.s1.down", mean / machines, 0.05),)
        yield Case(f"{fitters} fitters for {machines}", line, SECONDS, 1000, truths)


def _people() -> Iterator[Case]:
    """Three machines, two operators, arrivals at random: as many servers as operators."""
    for people, load in ((2, 1.5), (3, 2.0)):
        lost = _erlang(load, people)
        waits = people * lost / (people - load * (1 - lost)) / (people - load)
        station = {"servers": 40, "operator": "any"}
        line = queue(load, station, operators={"o": {"count": people, "skills": "any"}})
        yield Case(f"{people} operators", line, SECONDS, 2000, (lead(waits + 1, 0.05),))


def _shifts() -> Iterator[Case]:
    """Seven hours a day; what is begun is finished, in E[S²] / 2 E[S] more."""
    line = {
        "shifts": {"early": {"start": 6, "end": 13}},
        "stations": {"s1": {"cycle_time": 36, "cycle_spread": 0.5}},
    }
    hours = 7 + 36 * (1 + 0.5**2) / 2 / 3600
    truths = (
        Truth(hours / 24, 0.006, ("line.throughput",), lambda x: x / 100),
        share("stations.s1.off_shift", 1 - hours / 24, 0.0005),
    )
    yield Case("shifts", line, 20 * 86_400.0, 86_400.0, truths)


OTHERS = (
    *_closed(), *_kanban(), *_jackson(), *_inspected(), *_joined(), *_batches(), *_fitters(),
    *_people(), *_shifts(),
)  # fmt: skip
CASES = (*ONE, *LINES, *OTHERS)
