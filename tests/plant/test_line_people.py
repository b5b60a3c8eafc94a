"""Operators, crews, shifts, and machines of their own on a line."""

from __future__ import annotations

import pytest

from tests.plant.lines import EVERYTHING, hold, run, scenario, states, values
from twin.kpi import compute
from twin.simulate import simulate


def test_two_machines_share_one_operator():
    """Each part needs her at both: the line makes one part in the sum of the times."""
    line = {
        "operators": {"she": {"skills": "a, b"}},
        "stations": {
            "one": {"cycle_time": 3, "operator": "a"},
            "two": {"cycle_time": 2, "operator": "b"},
        },
    }
    kpi, facts = run(line, 500)
    assert kpi["line.parts"] == pytest.approx(100, abs=2)
    assert kpi["line.stations.one.waiting_operator"] == pytest.approx(40, abs=2)
    assert states(facts, "one")[:3] == [(0, "working"), (3, "waiting operator"), (5, "working")]


def test_an_operator_who_loads_goes_on_to_the_next_machine():
    line = {
        "operators": {"she": {"skills": "load"}},
        "stations": {
            "one": {"cycle_time": 9, "load_time": 1, "operator": "load", "operator_for": "load",
                    "servers": 2},
        },
    }  # fmt: skip
    kpi, _facts = run(line, 1003)
    assert kpi["line.parts"] == pytest.approx(2 * 1000 / 10, abs=2)
    assert kpi["line.stations.one.loading"] == pytest.approx(10, abs=0.5)


def test_an_operator_is_a_server_of_erlangs():
    """Five machines, two operators, arrivals at random: waiting as in M/M/2 (Erlang C)."""
    line = {
        "release": "arrivals", "interarrival_time": "0.625 s",
        "operators": {"people": {"count": 2, "skills": "work"}},
        "stations": {
            "s": {"cycle_time": 1, "cycle_spread": 1, "servers": 60, "buffer": 1000,
                  "operator": "work"},
        },
    }  # fmt: skip
    asked = scenario(line, 4000, warmup=300)
    found = values(asked, ["line.lead_time"], 10)
    hold(found[:, 0] * 60, 2.777778, 0.4)


def test_an_operator_works_in_the_shift_and_finishes_what_is_begun():
    line = {
        "operators": {"day": {"skills": "x", "start": 1, "end": 2}},
        "stations": {"s": {"cycle_time": "25 min", "operator": "x"}},
    }
    _kpi, facts = run(line, 30 * 3600)
    worked = [time / 60 for time, state in states(facts, "s") if state == "working"]
    assert worked == [60, 60 + 24 * 60]
    assert [e.time / 60 for e in facts.events if e.name == "part"] == [85, 110, 135, 1525, 1550,
                                                                       1575]  # fmt: skip


def test_a_line_works_in_its_shifts():
    line = {
        "shifts": {"early": {"start": 6, "end": 14}, "late": {"start": 14, "end": 22}},
        "stations": {"s": {"cycle_time": "1 h"}, "t": {"cycle_time": "1 h"}},
    }
    kpi, facts = run(line, 48 * 3600)
    assert kpi["line.stations.s.off_shift"] == pytest.approx(100 * 16 / 48)
    assert kpi["line.stations.s.working"] == pytest.approx(100 * 32 / 48)
    assert kpi["line.stations.s.availability"] == pytest.approx(100)
    assert states(facts, "s")[:2] == [(0, "off shift"), (6 * 3600, "working")]


def test_a_crew_comes_at_the_begin_of_its_shift():
    line = {
        "crew": {"day": {"count": 1, "start": 6, "end": 14}},
        "stations": {
            "s": {"cycle_time": 60, "time_to_failure": "1 h", "failure_distribution": "constant",
                  "time_to_repair": "30 min", "repair_distribution": "constant",
                  "repair_crew": "day"},
        },
    }  # fmt: skip
    _kpi, facts = run(line, 24 * 3600)
    changes = [(round(time / 3600, 3), state) for time, state in states(facts, "s")]
    assert changes[:5] == [
        (0, "working"), (1, "waiting repair"), (6, "down"), (6.5, "working"), (7.5, "down")
    ]  # fmt: skip
    assert changes[-1] == (14, "waiting repair") or changes[-1][1] != "down"


@pytest.mark.parametrize("seed", [1, 2])
def test_states_partition_all_time_whatever_the_line_has(seed):
    asked = scenario(EVERYTHING, 60 * 3600, warmup=12_345.6, seed=seed)
    facts = simulate(asked)
    kpi = compute(asked, facts)
    names = ("working", "setup", "loading", "starved", "blocked", "down", "waiting_operator",
             "off_shift")  # fmt: skip
    for key in "abc":
        shares = [kpi.get(f"line.stations.{key}.{name}", 0.0) for name in names]
        assert sum(shares) == pytest.approx(100.0, abs=1e-9), key
        assert all(share >= 0 for share in shares)
    seen = {state.state for state in facts.states}
    assert seen >= {"working", "setup", "loading", "starved", "down", "waiting operator",
                    "waiting repair", "off shift"}  # fmt: skip
    whole = scenario(EVERYTHING, 60 * 3600, seed=seed)
    kpi = compute(whole, simulate(whole))
    wip = [s.value for s in simulate(whole).samples if s.channel == "wip"][-1]
    assert kpi["line.entered"] == kpi["line.parts"] + kpi["line.scrap"] + wip


def test_a_cnc_machine_is_a_station():
    mill = {"kind": "cnc", "time_to_failure": 3}
    line = {"stations": {"saw": {"cycle_time": 60}, "milling": {"machine": "mill", "buffer": 2},
                         "wash": {"cycle_time": 30}}}  # fmt: skip
    asked = scenario(line, 8 * 3600, mill=mill)
    facts = simulate(asked)
    kpi = compute(asked, facts)
    assert kpi["mill.parts"] == kpi["line.stations.milling.made"] > 50
    assert kpi["line.entered"] == kpi["line.parts"] + kpi["line.scrap"] + _wip(facts)
    assert kpi["mill.scrap"] == kpi["line.scrap"]


def _wip(facts) -> float:
    return [s.value for s in facts.samples if s.channel == "wip"][-1]


def test_energy_and_cost_of_a_part():
    line = {
        "material_cost": 2, "energy_price": 0.25,
        "operators": {"w": {"skills": "x", "wage": 36}},
        "stations": {
            "a": {"cycle_time": 100, "power_working": 3.6, "power_idle": 0.36, "rate": 72,
                  "operator": "x"},
        },
    }  # fmt: skip
    kpi, _facts = run({**line, "release": "arrivals", "interarrival_time": 200,
                       "interarrival_distribution": "constant"}, 19_999)  # fmt: skip
    assert kpi["line.parts"] == 99
    energy = (9900 * 3.6 + 10_099 * 0.36) / 3600
    assert kpi["line.energy"] == pytest.approx(energy)
    cost = 19_999 / 3600 * (72 + 36) + 99 * 2 + 0.25 * energy
    assert kpi["line.cost_per_part"] == pytest.approx(cost / 99)
