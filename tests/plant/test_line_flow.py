"""Ways of parts: split, merge, assembly, products, rework, transport, cards, orders."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from tests.plant.lines import hold, rows, run, scenario, states, values
from twin import engines
from twin.kpi import compute
from twin.simulate import simulate


def test_a_constant_line_is_told_by_hand():
    """Saw 2 s, mill 3 s with one place between: the saw is blocked from 10 s on."""
    line = {"stations": {"saw": {"cycle_time": 2}, "mill": {"cycle_time": 3, "buffer": 1}}}
    _kpi, facts = run(line, 15)
    assert states(facts, "saw") == [
        (0, "working"), (10, "blocked"), (11, "working"), (13, "blocked"), (14, "working")
    ]  # fmt: skip
    assert states(facts, "mill") == [(0, "starved"), (2, "working")]
    assert rows(facts, "part") == [(5, "1", 5), (8, "2", 6), (11, "3", 7), (14, "4", 8)]


def test_blocking_before_service_keeps_the_part_in_its_queue():
    stations = {"saw": {"cycle_time": 2}, "mill": {"cycle_time": 3, "buffer": 0}}
    _kpi, after = run({"stations": stations}, 20)
    _kpi, before = run({"stations": stations, "blocking": "before service"}, 20)
    assert rows(after, "part")[:3] == [(5, "1", 5), (8, "2", 6), (11, "3", 6)]
    assert rows(before, "part")[:3] == [(5, "1", 5), (10, "2", 8), (15, "3", 8)]
    assert states(before, "saw")[:3] == [(0, "working"), (2, "blocked"), (5, "working")]


def test_parts_split_by_share_and_merge_again():
    line = {
        "stations": {
            "saw": {"cycle_time": 1, "split": {"a": {"share": 0.3}, "b": {"share": 0.7}}},
            "a": {"cycle_time": 1, "next": "wash"},
            "b": {"cycle_time": 1, "next": "wash"},
            "wash": {"cycle_time": 1},
        }
    }
    kpi, _facts = run(line, 4000)
    assert kpi["line.parts"] > 3900
    made = [kpi[f"line.stations.{key}.made"] for key in "ab"]
    assert made[0] / sum(made) == pytest.approx(0.3, abs=4 * np.sqrt(0.21 / 4000))


def test_one_of_several_ways_is_the_first_with_room():
    line = {
        "stations": {
            "saw": {"cycle_time": 1, "next": "a | b"},
            "a": {"cycle_time": 3, "buffer": 0, "next": "out"},
            "b": {"cycle_time": 3, "buffer": 0, "next": "out"},
        }
    }
    kpi, facts = run(line, 3001)
    assert kpi["line.parts"] == pytest.approx(2000, abs=3)
    assert states(facts, "b")[1][0] == 2


def test_an_assembly_takes_a_set_and_is_as_fast_as_its_slowest_part():
    line = {
        "stations": {
            "frames": {"cycle_time": 10, "next": "assemble"},
            "wheels": {"cycle_time": 3, "next": "assemble"},
            "assemble": {
                "cycle_time": 5,
                "takes": {"frames": {"count": 1}, "wheels": {"count": 4, "buffer": 8}},
            },
        }
    }
    kpi, facts = run(line, 1207)
    assert kpi["line.parts"] == pytest.approx(1207 / 12, abs=2)
    wip = [s.value for s in facts.samples if s.channel == "wip"][-1]
    joined = sum(value for _t, _s, value in rows(facts, "joined"))
    assert kpi["line.entered"] == kpi["line.parts"] + joined + wip
    assert joined == 4 * kpi["line.parts"]


def test_a_disassembly_makes_parts_of_one():
    line = {
        "stations": {
            "open": {"cycle_time": 4, "gives": {"wash": {"count": 2}, "scrap": {"count": 1}}},
            "wash": {"cycle_time": 1},
        }
    }
    kpi, facts = run(line, 403)
    assert kpi["line.scrap"] == 100
    assert kpi["line.parts"] == 200
    wip = [s.value for s in facts.samples if s.channel == "wip"][-1]
    pieces = sum(value for _t, _s, value in rows(facts, "taken_apart"))
    assert kpi["line.entered"] + pieces == kpi["line.parts"] + kpi["line.scrap"] + wip


PRODUCTS = {
    "gear": {"share": 0.75, "route": "saw, mill, saw, wash"},
    "shaft": {"share": 0.25, "route": "saw, wash", "steps": {"wash": {"cycle_time": 7}}},
}


def test_products_go_their_own_ways_in_their_own_times():
    stations = {"saw": {"cycle_time": 1}, "mill": {"cycle_time": 1}, "wash": {"cycle_time": 2}}
    line = {
        "release": "arrivals", "interarrival_time": 20, "products": PRODUCTS,
        "stations": {k: {**s, "buffer": 100} for k, s in stations.items()},
    }  # fmt: skip
    kpi, facts = run(line, 40_000)
    made = Counter(e.source.split(".")[-1] for e in facts.events if e.name == "made")
    shafts = kpi["line.parts"] - made["mill"]
    assert shafts / kpi["line.parts"] == pytest.approx(0.25, abs=0.04)
    assert made["saw"] == pytest.approx(2 * made["mill"] + shafts, abs=3)
    worked = kpi["line.stations.wash.working"] / 100 * 40_000
    assert worked == pytest.approx(2 * made["mill"] + 7 * shafts, rel=0.01)


def test_steps_in_free_order_keep_their_precedence():
    steps = {"a": {}, "b": {}, "c": {"after": "a"}}
    line = {
        "release": "arrivals", "interarrival_time": 3, "products": {"p": {"steps": steps}},
        "stations": {k: {"cycle_time": 2, "cycle_spread": 1, "buffer": 50} for k in "abc"},
    }  # fmt: skip
    _kpi, facts = run(line, 3000)
    order: dict[str, list[str]] = {}
    for event in facts.events:
        if event.name == "made":
            order.setdefault(event.subject, []).append(event.source[-1])
    done = [ways for ways in order.values() if len(ways) == 3]
    assert len(done) > 900
    assert all(sorted(ways) == ["a", "b", "c"] for ways in done)
    assert all(ways.index("a") < ways.index("c") for ways in done)
    assert {"".join(ways) for ways in done} == {"abc", "acb"}


def test_a_product_is_set_up_for_and_batches_hold_one_product():
    line = {
        "release": "schedule",
        "products": {"x": {}, "y": {}},
        "orders": {"one": {"product": "x", "quantity": 3}, "two": {"product": "y", "quantity": 3}},
        "stations": {"oven": {"cycle_time": 10, "buffer": 9, "batch": 3, "setup_time": "5 s"}},
    }
    _kpi, facts = run(line, 100)
    assert states(facts, "oven") == [
        (0, "working"), (10, "setup"), (15, "working"), (25, "starved")
    ]  # fmt: skip
    assert [time for time, _s, _v in rows(facts, "part")] == [10] * 3 + [25] * 3
    assert rows(facts, "order") == [(10, "one", 10), (25, "two", 25)]


def test_inspection_rework_first_pass_and_escapes():
    """Each pass makes d of the good parts defective; inspection sees 1 − e of them, alarms a."""
    d, e, a = 0.2, 0.1, 0.05
    line = {
        "stations": {
            "mill": {"cycle_time": 1, "defect_rate": 100 * d, "next": "test"},
            "test": {
                "cycle_time": 1, "buffer": 5, "inspects": True, "escape": 100 * e,
                "false_alarm": 100 * a, "rejects_to": "mill",
            },
        }
    }  # fmt: skip
    line["stations"]["mill"]["buffer"] = 5
    asked = scenario(line, 6000, warmup=100)
    names = ["line.first_pass", "line.escapes", "line.parts", "line.stations.mill.made"]
    found = values(asked, names, 8)
    passed = (1 - d) * (1 - a) + d * e
    hold(found[:, 0] / 100, (1 - d) * (1 - a), 0.05)
    hold(found[:, 1] / (found[:, 1] + found[:, 2]), d * e / passed, 0.3)
    hold(found[:, 3] / (found[:, 1] + found[:, 2]), 1 / passed, 0.05)


def test_reworked_too_often_is_scrap():
    line = {
        "rework_limit": 2,
        "stations": {
            "mill": {"cycle_time": 1, "defect_rate": 100, "buffer": 3},
            "test": {"cycle_time": 1, "inspects": True, "rejects_to": "mill"},
        },
    }
    kpi, facts = run(line, 303)
    assert kpi["line.parts"] == 0
    assert kpi["line.scrap"] == pytest.approx(100, abs=3)
    assert len(rows(facts, "rejected", "line.stations.test")) >= 3 * kpi["line.scrap"]


def test_transport_takes_its_time_and_a_conveyor_has_an_end():
    stations = {"saw": {"cycle_time": 1}, "mill": {"cycle_time": 10, "buffer": 1}}
    stations["mill"]["transport_time"] = 4
    _kpi, facts = run({"stations": stations}, 100)
    assert rows(facts, "part")[0] == (15, "1", 15)
    assert rows(facts, "part")[1][0] == 25
    stations["mill"]["conveyor"] = 3
    _kpi, belted = run({"stations": stations}, 100)
    wip = max(s.value for s in belted.samples if s.channel == "wip")
    assert wip == 1 + 1 + 3 + 1
    assert max(s.value for s in belted.samples if s.channel == "queue") == 1


def test_cards_bound_each_stage_and_do_not_block_the_machine():
    stations = {
        "a": {"cycle_time": 1, "kanban": 2},
        "b": {"cycle_time": 3, "kanban": 2},
        "c": {"cycle_time": 1, "kanban": 2},
    }
    kpi, facts = run({"stations": stations}, 303)
    assert kpi["line.parts"] == pytest.approx(100, abs=1)
    assert max(s.value for s in facts.samples if s.channel == "wip") == 5
    assert {state for _t, state in states(facts, "a")} == {"working", "starved"}


def test_orders_have_due_dates_and_priority():
    line = {
        "release": "schedule",
        "products": {"x": {}, "y": {"priority": 5}},
        "orders": {
            "one": {"product": "x", "quantity": 3, "due": "15 s"},
            "two": {"product": "y", "quantity": 1, "release": "5 s", "due": "30 s"},
        },
        "stations": {"s": {"cycle_time": 10, "buffer": 5, "dispatch": "priority"}},
    }
    kpi, facts = run(line, 100)
    assert [(t, s) for t, s, _v in rows(facts, "part")] == [
        (10, "1"), (20, "4"), (30, "2"), (40, "3")
    ]  # fmt: skip
    assert rows(facts, "order") == [(20, "two", 15), (40, "one", 40)]
    assert rows(facts, "order_tardiness") == [(20, "two", 0), (40, "one", 25)]
    assert kpi["line.late"] == 50
    assert kpi["line.orders"] == 2


@pytest.mark.parametrize(
    ("rule", "order"),
    [
        ("fifo", "ABCD"),
        ("priority", "ADBC"),
        ("due_date", "ACBD"),
        ("shortest", "ADCB"),
    ],
)
def test_rules_of_dispatch(rule, order):
    products = {
        "A": {},
        "B": {"priority": 1, "steps": {"s": {"cycle_time": 9}}},
        "C": {"steps": {"s": {"cycle_time": 8}}},
        "D": {"priority": 2, "steps": {"s": {"cycle_time": 7}}},
    }
    dues = {"A": 100, "B": 60, "C": 50, "D": 70}
    orders = {
        name: {"product": name, "release": f"{i * 0.1} s", "due": f"{dues[name]} s"}
        for i, name in enumerate("ABCD")
    }
    stations = {"s": {"cycle_time": 10, "buffer": 9, "dispatch": rule}}
    _kpi, facts = run(
        {"release": "schedule", "products": products, "orders": orders, "stations": stations}, 100
    )
    assert "".join("ABCD"[int(part) - 1] for _t, part, _v in rows(facts, "part")) == order


def test_orders_come_again():
    order = {"quantity": 2, "release": "5 s", "every": "50 s"}
    line = {"release": "schedule", "orders": {"a": order}, "stations": {"s": {"cycle_time": 10}}}
    _kpi, facts = run(line, 150)
    assert rows(facts, "order") == [(25, "a/1", 20), (75, "a/2", 20), (125, "a/3", 20)]


def test_cards_let_in_what_a_finished_product_needs():
    """Two cards, one frame and four wheels each: never more than ten parts, and it never stops."""
    line = {
        "release": "conwip",
        "wip_limit": 2,
        "stations": {
            "frames": {"cycle_time": 10, "next": "assemble"},
            "wheels": {"cycle_time": 3, "defect_rate": 10, "inspects": True, "next": "assemble"},
            "assemble": {
                "cycle_time": 5,
                "takes": {"frames": {"count": 1}, "wheels": {"count": 4, "buffer": 8}},
            },
        },
    }
    kpi, facts = run(line, 6000)
    assert kpi["line.parts"] == pytest.approx(6000 / 17, rel=0.35)
    assert kpi["line.scrap"] > 50
    assert max(s.value for s in facts.samples if s.channel == "wip") == 10


def test_raw_parts_of_several_products_fill_a_batch():
    line = {
        "products": {"x": {}, "y": {}},
        "stations": {"oven": {"cycle_time": 10, "batch": 4}},
    }
    kpi, _facts = run(line, 1001)
    assert kpi["line.parts"] == 400


@pytest.mark.parametrize("off", ["inspects", "share"])
@pytest.mark.parametrize("engine", ["simpy", "fast"])
def test_a_rework_that_is_switched_off_gets_no_raw_parts(off, engine):
    """Inspection here instead of there leaves a repair without parts, not with new ones."""
    test = {"inspects": False, "rejects_to": "repair", "next": "out"} if off == "inspects" else {
        "split": {"repair": {"share": 0}, "out": {"share": 1}}}  # fmt: skip
    line = {
        "stations": {
            "saw": {"cycle_time": 10},
            "test": {"cycle_time": 5, **test},
            "repair": {"cycle_time": 1, "next": "test"},
        },
    }
    asked = scenario(line, 1000)
    facts = simulate(asked, engine=engines.choose(engine, asked))
    kpi = compute(asked, facts)
    assert kpi["line.stations.repair.made"] == 0
    assert kpi["line.parts"] == 99
