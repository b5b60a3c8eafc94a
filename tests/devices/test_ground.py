"""Evidence is about this machine as it stands now, or it is none."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from twin.cli.main import build
from twin.devices import change as life
from twin.devices import evidence as proof
from twin.devices import ground
from twin.devices.base import Reading
from twin.devices.change import Assumed, Evidence, Item
from twin.devices.desk import Desk
from twin.devices.embedded import prepare
from twin.devices.plant import Plant, of_declarations, read
from twin.errors import BadInput
from twin.experiment import compare
from twin.scenario import Scenario, parse, shipped

FASTER = {"mill.cutting_speed": 200}


def mill(**settings: Any) -> Scenario:
    table = {"kind": "cnc", **settings}
    document = {"title": "Mill", "horizon": "1 h", "replications": 2, "plant": {"mill": table}}
    return parse(document, "mill.toml")


def plant_of(scenario: Scenario) -> Plant:
    about = {"title": scenario.title, "site": "s", "model": scenario.model_key}
    return read(of_declarations(scenario.declarations(), **about))


def compared(base: Scenario) -> dict[str, Any]:
    found = compare(base, base.with_values(FASTER), replications=1, sense=False)
    return json.loads(json.dumps(found.document(), default=str))  # type: ignore[no-any-return]


def item(base: float = 180.0) -> Item:
    return Item("mill.cutting_speed", "m/min", base, 200.0)


def lay(document: Any, plant: Plant, **held: float | str) -> Evidence:
    readings = {
        path.replace("_", ".", 1): Reading(path.replace("_", ".", 1), value, "")
        for path, value in held.items()
    }
    return ground.lay(proof.read(document, [item()]), document, plant, (item(),), readings)


@pytest.fixture
def document(twin_home: Path) -> dict[str, Any]:
    return compared(mill())


def test_the_evidence_carries_every_set_point_that_it_took_for_granted(document: Any) -> None:
    found = lay(document, plant_of(mill()), mill_feed_per_tooth=0.15)
    assumed = {one.path: one.value for one in found.assumed}
    assert assumed["mill.feed_per_tooth"] == 0.15
    assert assumed["mill.coolant"] == "flood"
    assert "mill.cutting_speed" not in assumed
    assert found.model == mill().model_key


def test_a_machine_that_stands_otherwise_is_refused(document: Any) -> None:
    with pytest.raises(BadInput) as refused:
        lay(document, plant_of(mill()), mill_feed_per_tooth=0.25, mill_coolant="dry")
    said = [str(fault) for fault in refused.value.faults]
    assert len(said) == 2
    assert any(
        "mill.feed_per_tooth" in line and "holds 0.25 mm/tooth" in line and "to be 0.15" in line
        for line in said
    )
    assert all("--from-devices" in line for line in said)


def test_a_comparison_of_another_scenario_is_refused(twin_home: Path) -> None:
    other = parse({**mill(teeth=4).document, "title": "Other mill"}, "other.toml")
    with pytest.raises(BadInput, match=r"is of 'Other mill', the devices .* are those of 'Mill'"):
        lay(compared(other), plant_of(mill()))
    with pytest.raises(BadInput, match="start the devices again"):
        lay(compared(mill(teeth=4)), plant_of(mill()))


def test_a_comparison_that_does_not_say_its_start_is_refused(document: Any) -> None:
    del document["start"]
    with pytest.raises(BadInput, match="does not say what it started from"):
        lay(document, plant_of(mill()))
    assert lay(document, replace(plant_of(mill()), model="")).assumed == ()


def test_a_start_that_lacks_a_point_is_refused(document: Any) -> None:
    del document["start"]["points"]["mill.coolant"]
    with pytest.raises(BadInput, match=r"mill.coolant.*does not say what it took this to be"):
        lay(document, plant_of(mill()))


def test_a_change_that_starts_elsewhere_than_its_evidence_is_refused(document: Any) -> None:
    with pytest.raises(BadInput, match="started from 180"):
        proof.read(document, [item(base=170.0)])
    del document["changed"]
    with pytest.raises(BadInput, match="the comparison started from 180"):
        ground.lay(Evidence("e"), document, plant_of(mill()), (item(170.0),), {})


def test_the_desk_asks_it_at_the_draft_and_at_the_attachment(twin_home: Path) -> None:
    prepare(twin_home, plant_of(mill()))
    other = compared(mill(teeth=4))
    desk = Desk()
    with pytest.raises(BadInput, match="the devices"):
        desk.draft(FASTER, evidence=other)
    change = desk.draft(FASTER)
    with pytest.raises(BadInput, match="the devices"):
        desk.attach(change.id, other)
    good = desk.attach(change.id, compared(mill()))
    assert good.evidence is not None
    assert good.evidence.model == mill().model_key
    assert life.from_document(json.loads(json.dumps(life.to_document(good)))) == good


def test_an_approval_binds_what_the_evidence_rests_on() -> None:
    bare = life.Change("C-1", "mill", (item(),), "olga", 0.0, 2, evidence=Evidence("e"))
    rest = Assumed("mill.coolant", "", "flood")
    found = {bare.payload}
    for evidence in (
        Evidence("e", model="m"),
        Evidence("e", assumed=(rest,), model="m"),
        Evidence("e", assumed=(replace(rest, value="dry"),), model="m"),
    ):
        found.add(replace(bare, evidence=evidence).payload)
    assert len(found) == 4


def test_the_model_of_a_scenario_is_the_plant_without_its_set_points() -> None:
    one = mill()
    assert one.with_values({"mill.cutting_speed": "3.5 m/s", "seed": 3}).model_key == one.model_key
    assert mill(cutting_speed=180).model_key == one.model_key
    assert mill(teeth=4).model_key != one.model_key


def test_compare_from_devices_needs_them(twin_home: Path) -> None:
    file = str(shipped() / "mill.toml")
    asked = ["compare", file, "--set", "mill.cutting_speed=200", "--from-devices", "-n", "1"]
    result = CliRunner().invoke(build("compare"), asked)
    assert isinstance(result.exception, BadInput)
    assert "twin devices serve" in str(result.exception)
