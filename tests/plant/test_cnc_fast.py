"""The compiled CNC machine gives the very facts that its SimPy processes record."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from twin import engines
from twin.errors import BadInput
from twin.kpi import compute
from twin.plant import _cnc_fast
from twin.records import Facts
from twin.rng import stream
from twin.scenario import Scenario, load, parse
from twin.simulate import Cancelled, simulate

TABLES = ("events", "states", "samples")
POLICIES = ("fixed_life", "wear_limit", "shift_end", "forecast", "never")
COOLANTS = ("dry", "mist", "flood", "high_pressure")


def cut(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "cutting_speed": float(rng.uniform(120, 240)),
        "feed_per_tooth": float(rng.uniform(0.08, 0.2)),
        "axial_depth": float(rng.uniform(0.5, 2)),
        "coolant": str(rng.choice(COOLANTS)),
        "cut_length": float(rng.choice([150, 1200, 9000])),
    }


def tool(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "change_policy": str(rng.choice(POLICIES)),
        "change_after": float(rng.uniform(15, 90)),
        "change_risk": float(rng.uniform(0.5, 10)),
        "sisters": int(rng.choice([1, 1, 2, 5])),
        "life_scatter": float(rng.choice([0, 0.24, 0.6])),
        "used_life": float(rng.choice([0, 0, 0.7, 1.4])),
        "inspect_every": float(rng.choice([0, 4, 15])),
        "inspection_error": float(rng.choice([0, 0.01, 0.05])),
        "break_rate": float(rng.choice([0, 0.02, 0.3])),
    }


def machine(rng: np.random.Generator) -> dict[str, Any]:
    found = {
        "kind": "cnc",
        "load_time": float(rng.choice([0, 25, 400])),
        "swap_time": float(rng.choice([0, 5])),
        "inspection_time": float(rng.choice([0, 90])),
        "break_time": float(rng.choice([0.5, 25])),
        "roughness_limit": float(rng.choice([0, 1.6, 2])),
        "time_to_failure": float(rng.choice([0, 0.02, 4])),
        "shift_length": float(rng.choice([5, 8])),
        "shifts_per_day": int(rng.choice([1, 2, 3])),
        "warmup_time": float(rng.choice([0, 15])),
        "chiller_power": float(rng.choice([0, 0.3])),
    }
    if rng.random() < 0.5:
        return {**found, **cut(rng), **tool(rng)}
    names = [f"t{i}" for i in range(rng.integers(1, 4))]
    order = [*names, *rng.choice(names, rng.integers(0, 3))]
    operations = {f"o{i}": {**cut(rng), "tool": str(key)} for i, key in enumerate(order)}
    return {**found, "operations": operations, "tools": {key: tool(rng) for key in names}}


def scenario(number: int) -> Scenario:
    rng = stream(20, f"random machine {number}")
    header = {"horizon": f"{rng.uniform(3, 60):.3f} h", "seed": number, "warmup": "1 h"}
    return parse({**header, "plant": {"mill": machine(rng)}}, "test")


def both(asked: Scenario, seed: int | None = None) -> tuple[Facts, Facts]:
    compiled = simulate(asked, seed=seed, engine=engines.choose("fast", asked, sense=False))
    return simulate(asked, seed=seed, sense=False), compiled


def assert_same(reference: Facts, compiled: Facts) -> None:
    assert (reference.end, reference.warmup) == (compiled.end, compiled.warmup)
    for name in TABLES:
        ours, theirs = getattr(compiled, name), getattr(reference, name)
        for number, (row, wanted) in enumerate(zip(ours, theirs, strict=False)):
            assert row == wanted, f"row {number} of {name}"
        assert len(ours) == len(theirs), name


@pytest.mark.parametrize("tens", range(8))
def test_random_machines_give_the_same_facts(tens: int) -> None:
    for number in range(10 * tens, 10 * tens + 10):
        assert_same(*both(scenario(number)))


def test_the_random_machines_see_everything() -> None:
    """The property above would prove little if nothing ever broke."""
    seen: Counter[str] = Counter()
    for number in range(80):
        asked = scenario(number)
        facts = simulate(asked, sense=False, engine=engines.choose("fast", asked, sense=False))
        seen.update({row.name for row in facts.events} | {row.state for row in facts.states})
    wanted = {
        "part", "scrap", "tool_change", "tool_break", "inspection", "breakdown", "off shift",
        "warm-up", "swapping", "down", "broken", "EXPIRED", "BROKEN", "tool change", "loading",
    }  # fmt: skip
    assert {name for name in wanted if seen[name] < 8} == set()


def test_shipped_machines_give_the_same_facts(scenarios: Path) -> None:
    for file in ("mill.toml", "programme.toml"):
        for seed in (1, 2, 3):
            asked = load(scenarios / file)
            reference, compiled = both(asked, seed)
            assert_same(reference, compiled)
            assert compute(asked, reference) == pytest.approx(compute(asked, compiled), nan_ok=True)


def test_long_runs_come_in_blocks_that_join(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_cnc_fast, "FIRST_PARTS", 8)
    monkeypatch.setattr(_cnc_fast, "FIRST_LUCK", 2)
    asked = scenario(3).with_values({"horizon": "200 h"})
    reference, compiled = both(asked)
    assert len(compiled.samples.parts()) > 2
    assert_same(reference, compiled)


def test_too_little_room_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many breakdowns in every cut: far more rows of a part than were expected."""
    table = {"kind": "cnc", "time_to_failure": 0.004, "time_to_repair": 0.1, "cut_length": 9000}
    asked = parse({"horizon": "24 h", "plant": {"mill": table}}, "test")
    reference, compiled = both(asked)
    assert Counter(row.name for row in compiled.events)["breakdown"] > 1000
    assert_same(reference, compiled)


@pytest.mark.parametrize(
    "extreme",
    [
        {"cutting_speed": 2000, "tool_diameter": 500, "reference_speed": 5, "speed_exponent": 0.05},
        {"used_life": 2, "change_policy": "never", "break_rate": 0, "reference_life": 0.5},
        {"break_rate": 10, "break_time": 0.1, "reference_life": 0.5, "sisters": 40},
        {"time_to_failure": 1e-4, "time_to_repair": 0.1, "change_policy": "forecast"},
    ],
)
def test_far_from_any_real_cut_they_still_agree(extreme: dict[str, Any]) -> None:
    table = {"kind": "cnc", "axial_depth": 0.05, "radial_width": 5, "spindle_power": 200, **extreme}
    asked = parse({"horizon": "3 h", "plant": {"mill": table}}, "test")
    reference, compiled = both(asked)
    assert_same(reference, compiled)
    assert len(reference.states) > 50


def test_machines_of_a_shop_each_have_their_own_facts() -> None:
    shop = {f"m{i}": machine(stream(5, f"shop {i}")) for i in range(4)}
    asked = parse({"horizon": "20 h", "plant": shop}, "test")
    reference, compiled = both(asked)
    for name in TABLES:
        for key in shop:
            ours, theirs = (
                [row for row in getattr(facts, name) if row.source.split(".")[0] == key]
                for facts in (compiled, reference)
            )
            assert ours == theirs, f"{key}: {name}"
            assert ours
    assert compute(asked, reference) == pytest.approx(compute(asked, compiled), nan_ok=True)


def test_subjects_are_words_then_numbers() -> None:
    names = _cnc_fast.Subjects(6)
    assert list(names) == ["", "planned", "broken", "0", "1", "2"]
    assert names[-1] == "2"
    assert names[2:4] == ["broken", "0"]
    with pytest.raises(IndexError):
        names[6]


def test_a_compiled_run_can_be_cancelled() -> None:
    asked = scenario(1)
    with pytest.raises(Cancelled):
        simulate(asked, engine=engines.choose("fast", asked), cancelled=lambda: True)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"plant": {"line": {"kind": "line", "stations": {"a": {"machine": "mill"}}}}}, "line"),
        ({"sensor": {"eye": {"kind": "vibration", "on": "mill"}}}, "eye must see the plant"),
    ],
)
def test_what_is_not_exact_is_refused(change: dict[str, Any], reason: str) -> None:
    plant = {"mill": {"kind": "cnc"}, **change.pop("plant", {})}
    asked = parse({"horizon": "1 h", "plant": plant, **change}, "test")
    with pytest.raises(BadInput, match=reason):
        engines.choose("fast", asked)
    assert engines.choose("auto", asked).name == "simpy"
