"""Lines of which an exact answer is known, as one table that every engine is held to.

Each case is a line as a scenario file would have it, and what its KPIs are in the long run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tests.plant.lines import EXPONENTIAL, hold, scenario, serial
from tests.plant.markov_line import Chain
from twin.scenario import Scenario

Values = Callable[[Scenario, list[str], int], np.ndarray]
"""Returns KPIs of several runs, one row a run."""
ENDLESS = 100_000
MTTF_100 = {"time_to_failure": "100 s", "time_to_repair": "10 s"}


@dataclass(frozen=True)
class Truth:
    """What some KPIs of a line give in the long run, and how close a short run must come to it."""

    value: float
    width: float
    kpis: tuple[str, ...]
    of: Callable[..., np.ndarray]


@dataclass(frozen=True)
class Case:
    """A line, how long a short run of it is [s], and what is true of it."""

    name: str
    line: dict
    seconds: float
    warmup: float
    truths: tuple[Truth, ...]
    runs: int = 12

    def __str__(self) -> str:
        return self.name

    def check(self, values: Values, longer: float = 1.0) -> None:
        """Hold so many times longer runs to the truths; their intervals are narrower for it."""
        asked = scenario(self.line, longer * self.seconds, longer * self.warmup)
        names = list(dict.fromkeys(kpi for truth in self.truths for kpi in truth.kpis))
        found = values(asked, names, self.runs)
        for truth in self.truths:
            columns = [found[:, names.index(kpi)] for kpi in truth.kpis]
            hold(truth.of(*columns), truth.value, max(1.3 / longer**0.5, 0.01) * truth.width)


def good(value: float, width: float) -> Truth:
    """Good parts a second."""
    return Truth(value, width, ("line.throughput",), lambda x: x / 3600)


def lead(value: float, width: float) -> Truth:
    """Time of a part in the line [s]."""
    return Truth(value, width, ("line.lead_time",), lambda x: x * 60)


def wip(value: float, width: float) -> Truth:
    """Parts in the line."""
    return Truth(value, width, ("line.wip",), lambda x: x)


def wait(value: float, width: float, station: str = "s1") -> Truth:
    """Time that a part waits in front of a station [s]."""
    return Truth(value, width, (f"line.stations.{station}.wait",), lambda x: x * 60)


def share(kpi: str, value: float, width: float) -> Truth:
    """A KPI in per cent, as a share."""
    return Truth(value, width, (f"line.{kpi}",), lambda x: x / 100)


def queue(rate: float, station: dict, **line) -> dict:
    """One station with arrivals at random."""
    arrivals = {"release": "arrivals", "interarrival_time": f"{1 / rate:.12g} s", **line}
    return {**arrivals, "stations": {"s1": {**EXPONENTIAL, "buffer": ENDLESS, **station}}}


def saturated(
    name: str, stations: list[dict], value: float, width: float, seconds: float, runs: int = 12
) -> Case:
    """A serial line whose raw parts never lack, and its throughput [1/s]."""
    line = {"stations": serial(stations)}
    return Case(name, line, seconds, seconds / 10, (good(value, width),), runs)


# -- queues -------------------------------------------------------------------------------------


def _one_queue(name: str, rate: float, station: dict, waiting: float) -> Case:
    truths = (
        wait(waiting, 0.4), lead(waiting + 1, 0.4), wip(rate * (waiting + 1), 0.4),
        share("stations.s1.working", rate, 0.06),
    )  # fmt: skip
    return Case(name, queue(rate, station), 6000, 600, truths, 10)


_ERLANG_4 = {"cycle_spread": 0.5, "cycle_distribution": "erlang"}
_WIDE = {"cycle_spread": 2**0.5}
QUEUES = (
    _one_queue("M/M/1 .5", 0.5, {}, 1.0),
    _one_queue("M/M/1 .8", 0.8, {}, 4.0),
    _one_queue("M/D/1", 0.8, {"cycle_spread": 0}, 2.0),
    _one_queue("M/E4/1", 0.8, _ERLANG_4, 2.5),
    _one_queue("M/H2/1", 0.8, {**_WIDE, "cycle_distribution": "hyperexponential"}, 6.0),
    _one_queue("M/G/1", 0.8, {**_WIDE, "cycle_distribution": "lognormal"}, 6.0),
    Case(
        "M/M/1/5", queue(0.8, {"buffer": 4}, when_full="lose"), 6000, 100,
        (share("loss", 0.0888195, 0.15), wip(1.868332, 0.1)), 10,
    ),
    Case(
        "Erlang B", queue(2.0, {"servers": 4, "buffer": 0}, when_full="lose"), 3000, 20,
        (share("loss", 0.0952381, 0.15),), 10,
    ),
    *(
        Case(
            f"M/M/{servers}", queue(rate, {"servers": servers}), 8000 / rate, 300,
            (wait(waiting, 0.5), good(rate, 0.05)),
        )
        for rate, servers, waiting in [(1.6, 2, 1.777778), (4.0, 5, 0.554113)]
    ),
)  # fmt: skip

# -- tandems ------------------------------------------------------------------------------------


def _tandem(stations: int, buffer: int, value: float) -> Case:
    name = f"{stations} stations, {buffer} places"
    return saturated(name, [{**EXPONENTIAL, "buffer": buffer}] * stations, value, 0.045, 2500)


def _unbalanced(rates: tuple[float, ...], buffer: int, value: float) -> Case:
    stations = [{**EXPONENTIAL, "cycle_time": 1 / rate, "buffer": buffer} for rate in rates]
    return saturated(f"rates {rates}, {buffer} places", stations, value, 0.045, 2500)


TANDEMS = (
    *(_tandem(2, b, (b + 2) / (b + 3)) for b in (0, 1, 5)),
    _tandem(3, 0, 22 / 39),
    _tandem(3, 1, 0.670466),
    _tandem(3, 2, 0.734017),
    _tandem(3, 5, 0.830759),
    _tandem(3, 10, 0.894419),
    _unbalanced((1, 1.2, 0.9), 2, 0.746666),
    _unbalanced((0.9, 1.2, 1), 2, 0.746666),
    _unbalanced((1, 1.25), 5, 0.949601),
)

# -- breakdowns ---------------------------------------------------------------------------------


def _breaking(stations: int, buffer: int, clock: str, value: float) -> Case:
    station = {**EXPONENTIAL, **MTTF_100, "buffer": buffer, "failure_clock": clock}
    name = f"{stations} stations, {buffer} places, {clock} clock"
    return saturated(name, [station] * stations, value, 0.08, 4000)


def _slotted(buffer: int, value: float) -> Case:
    """Buzacott and Gershwin: N counts the buffer and the place on each of the two machines."""
    laws = {"failure_distribution": "geometric", "repair_distribution": "geometric"}
    station = {"cycle_time": 1, "buffer": buffer, **MTTF_100, **laws}
    return saturated(f"slotted, N = {buffer + 2}", [station] * 2, value, 0.03, 8000)


_HALF_FULL = Case(
    "slotted, half full", _slotted(8, 0.856175).line, 8000, 500,
    (
        # Parts made by the first and not yet by the second machine.
        Truth(
            5.0, 0.3, ("line.wip", "line.stations.s1.working", "line.stations.s1.down"),
            lambda level, working, down: level - (working + down) / 100,
        ),
    ),
)  # fmt: skip
_REPAIRMEN = Case(
    "machine repairmen",
    {
        "stations": {
            "s1": {
                "servers": 5, "cycle_time": 1, "time_to_failure": "30 s", "time_to_repair": "3 s",
                "repair_crew": "fitters",
            }
        },
        "crew": {"fitters": {"count": 2}},
    }, 3000, 100,
    (
        Truth(0.464794, 0.15, ("line.stations.s1.down",), lambda x: x / 100 * 5),
        # Every machine that is up works.
        Truth(4.535206, 0.02, ("line.stations.s1.working",), lambda x: x / 100 * 5),
        Truth(
            3.07458, 0.12,
            ("line.stations.s1.down", "line.stations.s1.breakdowns", "line.stations.s1.made",
             "line.throughput"),
            lambda down, breaks, made, pace: down / 100 * 5 * (made / (pace / 3600)) / breaks,
        ),
    ),
)  # fmt: skip
BREAKDOWNS = (
    _breaking(1, 0, "operating", 0.909091),
    _breaking(1, 0, "calendar", 0.909091),
    _breaking(2, 0, "operating", 0.589955),
    _breaking(2, 0, "calendar", 0.558129),
    _breaking(2, 5, "operating", 0.756197),
    _breaking(2, 5, "calendar", 0.742118),
    _breaking(3, 2, "operating", 0.614296),
    _breaking(3, 2, "calendar", 0.578983),
    _slotted(8, 0.856175),
    _slotted(18, 0.870541),
    _slotted(98, 0.896937),
    _HALF_FULL,
    _REPAIRMEN,
)

# -- clock × what becomes of the part -----------------------------------------------------------


def _always_working(clock: str, rule: str) -> Case:
    """Constant work c, failures at rate f, mean repair R.

    resume: c (1 + f R) a part; restart: (1/f + R) (exp(f c) − 1) (preemptive repeat); scrapping
    gives good parts at the same rate as restarting.
    """
    c, f, repair = 5.0, 1 / 20, 6.0
    again = (1 / f + repair) * np.expm1(f * c)
    truth = 1 / (c * (1 + f * repair)) if rule == "resume" else 1 / again
    station = {
        "cycle_time": c, "time_to_failure": f"{1 / f} s", "time_to_repair": f"{repair} s",
        "failure_clock": clock, "on_failure": rule,
    }  # fmt: skip
    return saturated(f"{rule}, {clock} clock", [station], truth, 0.05, 12_000)


def _markov(clock: str, rule: str) -> Case:
    chain = Chain((1, 1.1, 0.9), (1, 2), 1 / 25, 1 / 5, clock == "calendar", rule == "scrap")
    stations = [
        {**EXPONENTIAL, "cycle_time": 1 / rate, "buffer": buffer, "time_to_failure": "25 s",
         "time_to_repair": "5 s", "failure_clock": clock, "on_failure": rule}
        for rate, buffer in zip(chain.rates, (0, *chain.buffers), strict=True)
    ]  # fmt: skip
    return saturated(f"chain: {rule}, {clock} clock", stations, chain.throughput(), 0.08, 2500)


def _often_idle(clock: str, rule: str) -> Case:
    """One machine, no place to wait: an arrival that finds it without a part gets in, even down.

    Regeneration at departures. With the calendar clock the idle machine may be down when the part
    comes; its work then begins after what is left of the repair.
    """
    c, f, repair, rate = 5.0, 1 / 20, 6.0, 1 / 8
    truth = _loss_system(c, f, 1 / repair, rate, clock == "calendar", rule)
    station = {
        "cycle_time": c, "buffer": 0, "time_to_failure": f"{1 / f} s",
        "time_to_repair": f"{repair} s", "failure_clock": clock, "on_failure": rule,
    }  # fmt: skip
    line = queue(rate, {**station, "cycle_spread": 0}, when_full="lose")
    return Case(f"often idle: {rule}, {clock} clock", line, 20_000, 2000, (good(truth, 0.06),))


def _loss_system(c: float, f: float, g: float, rate: float, calendar: bool, rule: str) -> float:
    """Good parts a second: one divided by the mean time between two of them.

    ``up`` and ``down`` are the mean times to the next good part from an idle machine; work from
    up takes w on average and ends with the machine up.
    """
    if rule == "resume":
        work = c * (1 + f / g)
    elif rule == "restart":
        work = (1 / f + 1 / g) * np.expm1(f * c)
    if rule != "scrap":
        if not calendar:
            return 1 / (1 / rate + work)
        # up = 1/(λ+f) + λ/(λ+f) work + f/(λ+f) down;  down = 1/(λ+g) + λ/(λ+g) (1/g + work)
        # + g/(λ+g) up, the part that comes while it is down waits for the rest of the repair.
        matrix = np.array([[1, -f / (rate + f)], [-g / (rate + g), 1]])
        right = [
            1 / (rate + f) + rate / (rate + f) * work,
            1 / (rate + g) + rate / (rate + g) * (1 / g + work),
        ]
        return 1 / np.linalg.solve(matrix, right)[0]
    # A part is good with exp(−f c); a spoilt one leaves the machine down and without a part.
    good_one = np.exp(-f * c)
    work = (1 - good_one) / f
    fail = f if calendar else 0.0
    matrix = np.array(
        [
            [1 - 0.0, -fail / (rate + fail) - rate / (rate + fail) * (1 - good_one)],
            [-g / (rate + g), 1 - rate / (rate + g) * (1 - good_one)],
        ]
    )
    right = [
        1 / (rate + fail) + rate / (rate + fail) * work,
        1 / (rate + g) + rate / (rate + g) * (1 / g + work),
    ]
    return 1 / np.linalg.solve(matrix, right)[0]


_RULES = ("resume", "restart", "scrap")
_CLOCKS = ("operating", "calendar")
FAILURES = (
    *(_always_working(clock, rule) for clock in _CLOCKS for rule in _RULES),
    *(_markov(clock, rule) for clock in _CLOCKS for rule in ("resume", "scrap")),
    *(_often_idle(clock, rule) for clock in _CLOCKS for rule in _RULES),
)

# -- cards --------------------------------------------------------------------------------------


def _penny_fab(cards: int, value: float, cycle: float) -> Case:
    """Hopp and Spearman's four stations of 2 h; parts an hour, hours."""
    station = {"cycle_time": "2 h", "cycle_spread": 1, "buffer": 12}
    line = {"release": "conwip", "wip_limit": cards, "stations": serial([station] * 4)}
    truths = (
        good(value / 3600, 0.06), lead(cycle * 3600, 0.06),
        Truth(cards, 1e-9, ("line.wip",), lambda x: np.round(x, 6)),
    )  # fmt: skip
    return Case(f"{cards} cards", line, 4000 * 3600, 400 * 3600, truths)


CARDS = (_penny_fab(4, 0.285714, 14.0), _penny_fab(12, 0.4, 30.0), _penny_fab(1, 0.125, 8.0))

CASES = (*QUEUES, *TANDEMS, *BREAKDOWNS, *FAILURES, *CARDS)
"""Section by section: what published formulas, chains and tables say."""
