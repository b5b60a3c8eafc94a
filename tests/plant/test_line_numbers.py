"""The line against exact results: queues, tandems, breakdowns, cards, crews, OEE."""

from __future__ import annotations

import numpy as np
import pytest

from tests.plant.lines import EXPONENTIAL, hold, scenario, serial, throughput, values
from tests.plant.markov_line import Chain
from twin.kpi import compute, evaluate
from twin.records import Event, Facts, State
from twin.simulate import simulate

ENDLESS = 100_000
MTTF_100 = {"time_to_failure": "100 s", "time_to_repair": "10 s"}


def queue(rate: float, station: dict, **line) -> dict:
    """One station with arrivals at random."""
    arrivals = {"release": "arrivals", "interarrival_time": f"{1 / rate:.12g} s", **line}
    return {**arrivals, "stations": {"s1": {**EXPONENTIAL, "buffer": ENDLESS, **station}}}


@pytest.mark.parametrize(
    ("rate", "station", "waiting"),
    [
        (0.5, {}, 1.0),
        (0.8, {}, 4.0),
        (0.8, {"cycle_spread": 0}, 2.0),
        (0.8, {"cycle_spread": 0.5, "cycle_distribution": "erlang"}, 2.5),
        (0.8, {"cycle_spread": 2**0.5, "cycle_distribution": "hyperexponential"}, 6.0),
        (0.8, {"cycle_spread": 2**0.5, "cycle_distribution": "lognormal"}, 6.0),
    ],
    ids=["M/M/1 .5", "M/M/1 .8", "M/D/1", "M/E4/1", "M/H2/1", "M/G/1"],
)
def test_one_queue_waits_as_pollaczek_and_khinchine_say(rate, station, waiting):
    asked = scenario(queue(rate, station), 6000, warmup=600)
    names = ["line.stations.s1.wait", "line.lead_time", "line.wip", "line.stations.s1.working"]
    found = values(asked, names, 10)
    hold(found[:, 0] * 60, waiting, 0.4)
    hold(found[:, 1] * 60, waiting + 1, 0.4)
    hold(found[:, 2], rate * (waiting + 1), 0.4)
    hold(found[:, 3] / 100, rate, 0.06)


def test_a_queue_with_an_end_loses_what_m_m_1_5_says():
    asked = scenario(queue(0.8, {"buffer": 4}, when_full="lose"), 6000, warmup=100)
    found = values(asked, ["line.loss", "line.wip"], 10)
    hold(found[:, 0] / 100, 0.0888195, 0.15)
    hold(found[:, 1], 1.868332, 0.1)


def test_servers_without_places_lose_what_erlang_says():
    asked = scenario(queue(2.0, {"servers": 4, "buffer": 0}, when_full="lose"), 3000, warmup=20)
    hold(values(asked, ["line.loss"], 10)[:, 0] / 100, 0.0952381, 0.15)


@pytest.mark.parametrize(("rate", "servers", "waiting"), [(1.6, 2, 1.777778), (4, 5, 0.554113)])
def test_several_servers_wait_as_erlang_says(rate, servers, waiting):
    asked = scenario(queue(rate, {"servers": servers}), 8000 / rate, warmup=300)
    found = values(asked, ["line.stations.s1.wait", "line.throughput"], 12)
    hold(found[:, 0] * 60, waiting, 0.5)
    hold(found[:, 1] / 3600, rate, 0.05)


@pytest.mark.parametrize(
    ("stations", "buffer", "truth"),
    [(2, b, (b + 2) / (b + 3)) for b in (0, 1, 5)]
    + [(3, 0, 22 / 39), (3, 1, 0.670466), (3, 2, 0.734017), (3, 5, 0.830759), (3, 10, 0.894419)],
)
def test_saturated_tandems(stations, buffer, truth):
    line = {"stations": serial([{**EXPONENTIAL, "buffer": buffer}] * stations)}
    throughput(line, truth, 0.045, 2500)


@pytest.mark.parametrize(
    ("rates", "buffer", "truth"),
    [((1, 1.2, 0.9), 2, 0.746666), ((0.9, 1.2, 1), 2, 0.746666), ((1, 1.25), 5, 0.949601)],
)
def test_unbalanced_tandems_and_the_same_from_behind(rates, buffer, truth):
    stations = [{**EXPONENTIAL, "cycle_time": 1 / rate, "buffer": buffer} for rate in rates]
    throughput({"stations": serial(stations)}, truth, 0.045, 2500)


def test_ten_stations():
    line = {"stations": serial([{**EXPONENTIAL, "buffer": 5}] * 10)}
    throughput(line, 0.76347, 0.04, 1500, runs=8)


@pytest.mark.parametrize(
    ("stations", "buffer", "clock", "truth"),
    [
        (1, 0, "operating", 0.909091),
        (1, 0, "calendar", 0.909091),
        (2, 0, "operating", 0.589955),
        (2, 0, "calendar", 0.558129),
        (2, 5, "operating", 0.756197),
        (2, 5, "calendar", 0.742118),
        (3, 2, "operating", 0.614296),
        (3, 2, "calendar", 0.578983),
    ],
)
def test_breakdowns_that_resume(stations, buffer, clock, truth):
    station = {**EXPONENTIAL, **MTTF_100, "buffer": buffer, "failure_clock": clock}
    throughput({"stations": serial([station] * stations)}, truth, 0.08, 4000)


@pytest.mark.parametrize(("buffer", "truth"), [(8, 0.856175), (18, 0.870541), (98, 0.896937)])
def test_slotted_transfer_line(buffer, truth):
    """Buzacott and Gershwin: N counts the buffer and the place on each of the two machines."""
    laws = {"failure_distribution": "geometric", "repair_distribution": "geometric"}
    station = {"cycle_time": 1, "buffer": buffer, **MTTF_100, **laws}
    throughput({"stations": serial([station] * 2)}, truth, 0.03, 8000)


def test_a_slotted_line_is_half_full():
    """Mean level N/2: parts made by the first and not yet by the second machine."""
    laws = {"failure_distribution": "geometric", "repair_distribution": "geometric"}
    station = {"cycle_time": 1, "buffer": 8, **MTTF_100, **laws}
    asked = scenario({"stations": serial([station] * 2)}, 8000, warmup=500)
    names = ["line.wip", *(f"line.stations.s1.{state}" for state in ("working", "down"))]
    found = values(asked, names, 12)
    unfinished = (found[:, 1] + found[:, 2]) / 100
    hold(found[:, 0] - unfinished, 5.0, 0.3)


def test_a_crew_that_repairs_five_machines():
    station = {
        "servers": 5, "cycle_time": 1, "time_to_failure": "30 s", "time_to_repair": "3 s",
        "repair_crew": "fitters",
    }  # fmt: skip
    line = {"stations": {"s1": station}, "crew": {"fitters": {"count": 2}}}
    asked = scenario(line, 3000, warmup=100)
    found = values(asked, ["line.stations.s1.down", "line.stations.s1.breakdowns"], 12)
    hold(found[:, 0] / 100 * 5, 0.464794, 0.15)
    hold(found[:, 1] / 3000, 4.535206 / 30, 0.08)
    hold(found[:, 0] / 100 * 5 / (found[:, 1] / 3000), 3.07458, 0.12)


@pytest.mark.parametrize(
    ("cards", "truth", "cycle"), [(4, 0.285714, 14.0), (12, 0.4, 30.0), (1, 0.125, 8.0)]
)
def test_penny_fab_with_cards(cards, truth, cycle):
    station = {"cycle_time": "2 h", "cycle_spread": 1, "buffer": 12}
    line = {"release": "conwip", "wip_limit": cards, "stations": serial([station] * 4)}
    asked = scenario(line, 4000 * 3600, warmup=400 * 3600)
    found = values(asked, ["line.throughput", "line.lead_time", "line.wip"], 12)
    hold(found[:, 0], truth, 0.06)
    hold(found[:, 1] / 60, cycle, 0.06)
    assert np.allclose(found[:, 2], cards)


# -- breakdowns: clock × what becomes of the part -----------------------------------------------


@pytest.mark.parametrize("clock", ["operating", "calendar"])
@pytest.mark.parametrize("rule", ["resume", "restart", "scrap"])
def test_one_machine_that_always_works(clock, rule):
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
    throughput({"stations": {"s1": station}}, truth, 0.05, 12_000)


@pytest.mark.parametrize("clock", ["operating", "calendar"])
@pytest.mark.parametrize("rule", ["resume", "scrap"])
def test_exponential_lines_are_the_markov_chain(clock, rule):
    chain = Chain((1, 1.1, 0.9), (1, 2), 1 / 25, 1 / 5, clock == "calendar", rule == "scrap")
    stations = [
        {**EXPONENTIAL, "cycle_time": 1 / rate, "buffer": buffer, "time_to_failure": "25 s",
         "time_to_repair": "5 s", "failure_clock": clock, "on_failure": rule}
        for rate, buffer in zip(chain.rates, (0, *chain.buffers), strict=True)
    ]  # fmt: skip
    throughput({"stations": serial(stations)}, chain.throughput(), 0.08, 2500)


@pytest.mark.parametrize("clock", ["operating", "calendar"])
@pytest.mark.parametrize("rule", ["resume", "restart", "scrap"])
def test_a_machine_that_is_often_idle(clock, rule):
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
    line = {
        "release": "arrivals", "interarrival_time": f"{1 / rate} s", "when_full": "lose",
        "stations": {"s1": station},
    }  # fmt: skip
    throughput(line, truth, 0.06, 20_000)


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
    good = np.exp(-f * c)
    work = (1 - good) / f
    fail = f if calendar else 0.0
    matrix = np.array(
        [
            [1 - 0.0, -fail / (rate + fail) - rate / (rate + fail) * (1 - good)],
            [-g / (rate + g), 1 - rate / (rate + g) * (1 - good)],
        ]
    )
    right = [
        1 / (rate + fail) + rate / (rate + fail) * work,
        1 / (rate + g) + rate / (rate + g) * (1 / g + work),
    ]
    return 1 / np.linalg.solve(matrix, right)[0]


# -- conservation, Little, OEE ------------------------------------------------------------------


def test_nothing_is_lost_and_little_holds():
    station = {**EXPONENTIAL, **MTTF_100, "on_failure": "scrap", "buffer": 2}
    line = {**queue(0.5, {}), "stations": serial([station] * 4)}
    asked = scenario(line, 20_000)
    facts = simulate(asked)
    kpi = compute(asked, facts)
    left = kpi["line.parts"] + kpi["line.scrap"]
    wip = [row.value for row in facts.samples if row.channel == "wip"][-1]
    assert kpi["line.entered"] == left + wip
    assert kpi["line.scrap"] > 100
    resume = {**line, "stations": serial([{**station, "on_failure": "resume"}] * 4)}
    found = values(
        scenario(resume, 8000, 500), ["line.wip", "line.throughput", "line.lead_time"], 10
    )
    product = found[:, 1] / 3600 * found[:, 2] * 60
    hold(found[:, 0] / product, 1.0, 0.05)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_states_partition_planned_time(seed):
    station = {**EXPONENTIAL, **MTTF_100, "buffer": 2, "servers": 2}
    line = {"stations": serial([station, {**station, "servers": 1}])}
    asked = scenario(line, 5000, warmup=333.3, seed=seed)
    kpi = compute(asked, simulate(asked))
    for key in ("s1", "s2"):
        states = ("working", "starved", "blocked", "down")
        total = sum(kpi[f"line.stations.{key}.{state}"] for state in states)
        assert total == pytest.approx(100.0, abs=1e-9)


def test_oee_as_iso_22400_2_says():
    """PBT 420 min, APT 373 min, PRI 1 s, PQ 19,271, GQ 18,848."""
    asked = scenario({"stations": {"s1": {"cycle_time": 1, "defect_rate": 1}}}, 420 * 60)
    facts = Facts(end=420 * 60.0)
    facts.states.append(State(0.0, "line.stations.s1", "working"))
    facts.states.append(State(373 * 60.0, "line.stations.s1", "down"))
    for index in range(19_271):
        facts.events.append(Event(1.0, "line.stations.s1", "made", str(index), 1.0))
    for index in range(19_271 - 18_848):
        facts.events.append(Event(1.0, "line.stations.s1", "defect", str(index), 0.0))
    kpi = evaluate(asked.measures, facts)
    for name, expected in (
        ("availability", 0.888095), ("effectiveness", 0.861081), ("quality", 0.978050),
        ("oee", 0.747937),
    ):  # fmt: skip
        assert kpi[f"line.stations.s1.{name}"] / 100 == pytest.approx(expected, abs=5e-7)
