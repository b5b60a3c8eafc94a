"""Simulation: the same seed the same facts, whoever else is in the plant."""

from __future__ import annotations

import time

import pytest

from twin.errors import BadInput
from twin.kpi import Reading, compute
from twin.records import Facts
from twin.scenario import load, parse
from twin.simulate import Cancelled, simulate

MILL = {"kind": "cnc", "time_to_failure": 4}


def plant(**assets: dict) -> object:
    return parse({"horizon": "8 h", "seed": 5, "plant": assets}, "test")


def rows(facts: Facts, source: str) -> list:
    tables = (facts.events, facts.states, facts.samples)
    return [row for table in tables for row in table if row.source == source]


def test_same_seed_twice_gives_identical_facts(scenarios):
    for file in sorted(scenarios.glob("*.toml")):
        scenario = load(file).with_values({"horizon": "1 h", "warmup": 0})
        one, two = simulate(scenario), simulate(scenario)
        for table in ("events", "states", "samples", "inferences", "messages"):
            assert getattr(one, table) == getattr(two, table), f"{file.name}: {table}"
        assert [b.data.tobytes() for b in one.blocks] == [b.data.tobytes() for b in two.blocks]


def test_another_seed_gives_other_facts():
    assert simulate(plant(mill=MILL)).events != simulate(plant(mill=MILL), seed=6).events


def test_a_second_machine_leaves_the_first_ones_facts_unchanged():
    alone = simulate(plant(mill=MILL))
    beside = simulate(plant(lathe={**MILL, "cutting_speed": 150}, mill=MILL))
    assert rows(alone, "mill") == rows(beside, "mill")
    assert len(rows(alone, "mill")) > 500
    assert rows(beside, "lathe")


def test_sensors_leave_the_plant_as_it_is(scenarios):
    scenario = load(scenarios / "cell.toml").with_values({"horizon": "2 h"})
    with_sensors, without = simulate(scenario), simulate(scenario, sense=False)
    for source in ("mill", "line", "hall.zones.floor"):
        assert rows(with_sensors, source) == rows(without, source)
    assert with_sensors.blocks
    assert not without.blocks


def test_states_partition_the_counted_time_exactly():
    scenario = parse({"horizon": "8 h", "warmup": "1 h", "plant": {"mill": MILL}}, "test")
    facts = simulate(scenario)
    reading = Reading(facts)
    states = {state.state for state in facts.states}
    shares = [reading.time_in("mill", (state,)) for state in states]
    assert sum(shares) == pytest.approx(7 * 3600.0, rel=1e-12)


def test_energy_is_the_integral_of_power():
    scenario = plant(mill=MILL)
    kpis = compute(scenario, simulate(scenario))
    assert kpis["mill.energy"] == pytest.approx(kpis["mill.power"] * 8, rel=1e-12)


def test_a_run_can_be_cancelled_and_shows_progress():
    seen: list[float] = []
    with pytest.raises(Cancelled):
        simulate(plant(mill=MILL), on_progress=seen.append, cancelled=lambda: len(seen) >= 3)
    assert seen == pytest.approx([0.02, 0.04, 0.06])


def test_real_time_is_the_same_code_and_gives_the_same_facts():
    scenario = plant(mill=MILL).with_values({"horizon": "10 min"})
    started = time.monotonic()
    paced = simulate(scenario, speed=1200.0)
    assert time.monotonic() - started == pytest.approx(0.5, abs=0.25)
    assert paced.events == simulate(scenario).events


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"plant": {"l": {"kind": "line", "stations": {"a": {"machine": "x"}}}}}, "no such asset"),
        ({"plant": {"l": {"kind": "line"}}}, "at least one station"),
        ({"plant": {"b": {"kind": "building"}}}, "at least one zone"),
        ({"plant": {"m": MILL}, "sensor": {"s": {"kind": "image", "on": "n"}}}, "no such asset"),
        ({"plant": {"b": {"kind": "building", "zones": {"z": {}}}},
          "sensor": {"s": {"kind": "vibration", "on": "b"}}}, "does not offer spindle_speed"),
        ({"plant": {"m": MILL}, "node": {"n": {"sensor": "x"}}}, "no such sensor"),
    ],
)  # fmt: skip
def test_things_that_do_not_fit_are_refused(document, words):
    with pytest.raises(BadInput, match=words):
        simulate(parse({"horizon": "1 h", **document}, "test"))


def test_one_machine_cannot_be_two_stations():
    stations = {"a": {"machine": "m"}, "b": {"machine": "m"}}
    document = {"plant": {"m": MILL, "l": {"kind": "line", "stations": stations}}}
    with pytest.raises(BadInput, match="is a station already"):
        simulate(parse(document, "test"))
