"""A CNC machine as a station: what the station tells is what the machine did."""

from __future__ import annotations

import pytest

from tests.plant.lines import scenario
from twin.bottleneck import INACTIVE, active_periods
from twin.kpi import Reading, compute
from twin.plant._line_machining import WORDS
from twin.plant._line_measures import IDLE
from twin.rng import replication_seed
from twin.simulate import simulate

MILL = {
    "kind": "cnc", "time_to_failure": 1, "time_to_repair": 12, "change_after": 20,
    "change_time": 6, "break_rate": 0.6, "break_time": 9, "inspect_every": 7,
    "change_policy": "wear_limit",
}  # fmt: skip
PARTS = {
    **{k: v for k, v in MILL.items() if k not in {
        "change_after", "break_rate", "inspect_every", "change_policy"}},
    "operations": {
        "rough": {"tool": "t1"}, "finish": {"tool": "t2", "cutting_speed": 220},
        "face": {"tool": "t1"},
    },
    "tools": {"t1": {"change_after": 15}, "t2": {"change_after": 25, "break_rate": 0.3}},
    "swap_time": 8,
}  # fmt: skip
SHIFTS = {"early": {"start": 6, "end": 14}, "late": {"start": 14, "end": 22}}
STATIONS = {
    "saw": {"cycle_time": 90, "cycle_spread": 0.4, "time_to_failure": 4, "time_to_repair": 10},
    "milling": {"machine": "mill", "buffer": 2},
    "deburr": {"cycle_time": 100, "cycle_spread": 0.6, "buffer": 1},
}


def plant(mill: dict, hours: float, *, warmup: float = 0.0, **line):
    return scenario({"stations": STATIONS, **line}, hours * 3600, warmup * 3600, mill=mill)


CASES = {
    "one cut": lambda: plant(MILL, 40),
    "a programme": lambda: plant(PARTS, 40, warmup=2.5),
    "a shift calendar": lambda: plant({**PARTS, "warmup_time": 15}, 60, shifts=SHIFTS, begins=5),
    "hours of its own": lambda: plant(
        {**PARTS, "shifts_per_day": 2, "warmup_time": 20}, 70, warmup=3
    ),
    "both": lambda: plant({**PARTS, "shifts_per_day": 2}, 70, shifts={"day": SHIFTS["late"]}),
    "blocked": lambda: plant(
        PARTS, 30, stations={**STATIONS, "deburr": {"cycle_time": 300, "buffer": 0}}
    ),
    "ahead": lambda: plant(PARTS, 30, blocking="before service"),
    "cards": lambda: plant(
        PARTS, 30, stations={**STATIONS, "milling": {"machine": "mill", "kanban": 3}}
    ),
}


@pytest.fixture(params=CASES, scope="module")
def told(request):
    """Facts and scenario of three replications of one case."""
    asked = CASES[request.param]()
    seeds = [replication_seed(asked.header.seed, index) for index in range(3)]
    return asked, [simulate(asked, seed=seed) for seed in seeds]


def test_every_time_of_the_station_is_the_machines(told):
    _asked, runs = told
    for facts in runs:
        read = Reading(facts)
        for word in sorted(set(WORDS.values())):
            own = tuple(state for state, said in WORDS.items() if said == word)
            station = read.time_in("line.stations.milling", (word,))
            assert station == pytest.approx(read.time_in("mill", own), abs=1e-6), word
        waiting = read.time_in("line.stations.milling", ("starved", "blocked"))
        assert waiting == pytest.approx(read.time_in("mill", ("waiting",)), abs=1e-6)


def test_time_states_partition_time_and_planned_time(told):
    asked, runs = told
    for facts in runs:
        read = Reading(facts)
        planned = read.time_in("line.stations.milling", ("working", *IDLE))
        off = read.time_in("line.stations.milling", ("off shift",))
        assert planned + off == pytest.approx(read.span, abs=1e-6)
        kpi = compute(asked, facts)
        names = ("working", "starved", "blocked", "setup", "loading", "warm_up", "down",
                 "off_shift")  # fmt: skip
        shares = [kpi[f"line.stations.milling.{name}"] for name in names]
        assert sum(shares) == pytest.approx(100, abs=1e-9)


def test_kpis_of_the_station_agree_with_the_machines(told):
    asked, runs = told
    for facts in runs:
        kpi, read = compute(asked, facts), Reading(facts)
        station = {name.rpartition(".")[2]: value for name, value in kpi.items()
                   if name.startswith("line.stations.milling.")}  # fmt: skip
        planned = read.time_in("line.stations.milling", ("working", *IDLE)) / read.span
        assert station["breakdowns"] == kpi["mill.breakdowns"]
        assert station["made"] == kpi["mill.parts"]
        assert station["down"] == pytest.approx((100 - kpi["mill.availability"]) * planned)
        cut = read.time_in("mill", ("cutting",)) / read.span / planned
        assert kpi["mill.utilisation"] == pytest.approx(100 * cut)
        assert station["availability"] >= kpi["mill.utilisation"] - 1e-9
        factors = station["availability"] * station["effectiveness"] * station["quality"] / 1e4
        assert station["oee"] == pytest.approx(factors)
        spoilt = len(read.events("line.stations.milling", "spoilt"))
        assert abs(spoilt - kpi["mill.scrap"]) <= 1  # the one whose broken tool is being replaced
        made = kpi["mill.parts"]
        assert station["quality"] == pytest.approx(100 * made / (made + spoilt))


def test_the_machine_is_active_when_its_station_is(told):
    _asked, runs = told
    for facts in runs:
        machine = active_periods(facts, ["mill"])
        station = active_periods(facts, ["line.stations.milling"])
        assert sum(p.length for p in station) == pytest.approx(sum(p.length for p in machine))
        assert not INACTIVE & set(WORDS.values()) - {"off shift"}


def test_effectiveness_is_whole_where_nothing_is_scrapped():
    """Planned run time of what was made over working time; parts under way are the difference."""
    asked = plant({"kind": "cnc", "change_after": 20, "break_rate": 0, "break_gain": 0}, 100)
    kpi = compute(asked, simulate(asked))
    assert kpi["mill.tool_breaks"] == 0
    assert kpi["line.stations.milling.effectiveness"] == pytest.approx(100, abs=0.1)


def test_a_machine_off_shift_does_not_wait_and_warms_up_after_it():
    """Sawn at 1 min, milled for hours: from 14 to 6 nobody is there, then it warms up."""
    stations = {"saw": {"cycle_time": 60}, "milling": {"machine": "mill", "buffer": 1}}
    mill = {"kind": "cnc", "warmup_time": 15, "load_time": 0, "change_after": 9999,
            "break_rate": 0, "break_gain": 0}  # fmt: skip
    asked = scenario({"stations": stations, "shifts": {"early": SHIFTS["early"]}, "begins": 6},
                     30 * 3600, mill=mill)  # fmt: skip
    facts = simulate(asked)
    rows = [(s.time, s.state) for s in facts.states if s.source == "line.stations.milling"]
    (off,) = [index for index, row in enumerate(rows) if row[1] == "off shift"]
    assert rows[off][0] >= 8 * 3600
    assert rows[off - 1][1] == "working"
    assert rows[off + 1] == (24 * 3600.0, "warm-up")
    assert rows[off + 2] == (24 * 3600.0 + 900, "working")


def test_a_run_can_begin_with_the_machine_in_repair():
    now = {"doing": "working", "down": True, "repaired": 60, "repair_left": 600}
    start = {"milling": {"waiting": "1", "machines": {"1": now}}}
    for order in ({}, {"begins": 9}):
        asked = plant(MILL, 2, start=start, **order)
        facts = simulate(asked)
        for source in ("mill", "line.stations.milling"):
            rows = [(s.time, s.state) for s in facts.states if s.source == source]
            up = next(row for row in rows if row[1] not in {"waiting", "down"})
            assert up[0] == pytest.approx(600)
            assert Reading(facts).time_in(source, ("down",)) >= 600 - 1e-9
