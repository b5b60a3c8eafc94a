"""Drafting and approving, with no device running; the command line on top of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from twin.cli.main import build
from twin.devices import base
from twin.devices.change import State
from twin.devices.desk import Desk
from twin.devices.embedded import prepare
from twin.devices.people import Forbidden
from twin.devices.plant import points_document, read, to_document
from twin.errors import BadInput

ROWS: list[dict[str, Any]] = [
    {"path": "mill.speed", "unit": "m/min", "low": 10, "high": 400, "value": 180,
     "meaning": "Cutting speed."},
    {"path": "mill.coolant", "unit": "", "value": "flood", "options": ["dry", "flood"]},
    {"path": "hall.setpoint", "unit": "°C", "low": 0, "high": 35, "value": "292.15 K", "risk": 1},
    {"path": "hall.area", "unit": "m²", "low": 0, "high": 1e6, "value": 100, "live": False},
]  # fmt: skip


@pytest.fixture
def desk(twin_home: Path) -> Desk:
    prepare(twin_home, read(points_document(ROWS)))
    return Desk()


def comparison(**changed: tuple[float, float]) -> dict[str, Any]:
    difference = {"value": 1.0, "low": 0.5, "high": 1.5, "unit": "1", "verdict": "better"}
    document: dict[str, Any] = {"difference": {"kpis": {"mill.rate": difference}}}
    if changed:
        entries = {k.replace("_", "."): {"from": a, "to": b} for k, (a, b) in changed.items()}
        document["changed"] = entries
    return document


def test_points_come_from_rows() -> None:
    plant = read(points_document(ROWS))
    assert [d.name for d in plant.devices] == ["mill", "hall"]
    assert set(plant.points) == {"mill.speed", "mill.coolant", "hall.setpoint"}
    assert plant.points["hall.setpoint"].value == pytest.approx(19)
    assert plant.points["mill.speed"].risk == 2
    assert read(json.loads(json.dumps(to_document(plant)))) == plant


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        ({"risk": 7}, "allowed 0 to 3"),
        ({"value": 500}, "allowed 10 to 400 m/min"),
        ({"low": None}, "needs numbers low and high"),
        ({"device": "a/b"}, "letters, digits"),
        ({"kind": "mqqt"}, "did you mean 'mqtt'"),
    ],
)
def test_a_bad_point_is_named(harm: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        points_document([{**ROWS[0], **harm}])


def test_mqtt_is_a_kind_and_the_rest_of_the_folder_is_not() -> None:
    assert base.kinds() == ("mqtt",)
    assert issubclass(base.load("mqtt"), base.Device)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"mill.sped": 200}, "did you mean 'mill.speed'"),
        (
            {"mill.speed": 4000},
            r"mill.speed = 4000(.0)?: allowed 10 to 400 m/min \(Cutting speed\)",
        ),
        ({"mill.speed": "200 kg"}, "cannot be converted"),
        ({"mill.speed": "fast"}, "not a number"),
        ({"mill.speed": float("nan")}, "allowed 10 to 400"),
        ({"mill.speed": True}, "a number is needed"),
        ({"mill.speed": 180}, "holds already"),
        ({"mill.coolant": "mist"}, "one of dry, flood"),
        ({"mill.speed": 200, "hall.setpoint": 20}, "several devices"),
        ({}, "nothing to change"),
    ],
)
def test_a_bad_draft_is_refused(desk: Desk, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        desk.draft(settings)
    assert desk.status() == []


def test_every_fault_of_a_draft_is_told(desk: Desk) -> None:
    with pytest.raises(BadInput) as refused:
        desk.draft({"mill.speed": 4000, "mill.coolant": "mist"})
    assert len(refused.value.faults) == 2


def test_evidence_must_be_about_this_change(desk: Desk) -> None:
    good = desk.draft({"mill.speed": 200}, evidence=comparison(mill_speed=(180, 200)))
    assert good.state is State.SIMULATED
    assert desk.ledger.evidence(good.evidence.sha256 if good.evidence else "")
    with pytest.raises(BadInput, match="the comparison tried 210"):
        desk.draft({"mill.speed": 200}, evidence=comparison(mill_speed=(180, 210)))
    both = comparison(mill_speed=(180, 200), mill_feed=(1, 2))
    with pytest.raises(BadInput, match="changed this too"):
        desk.draft({"mill.speed": 200}, evidence=both)
    with pytest.raises(BadInput, match="is not a comparison"):
        desk.draft({"mill.speed": 200}, evidence={"kpis": {}})


def test_the_base_is_what_the_comparison_started_from(desk: Desk) -> None:
    change = desk.draft({"mill.speed": 200}, evidence=comparison(mill_speed=(170, 200)))
    assert change.items[0].base == 170


def test_permissions_are_checked_here(desk: Desk, twin_home: Path) -> None:
    (twin_home / "people.toml").write_text(
        '[eve]\nrole = "viewer"\n[olga]\nrole = "operator"\n[anna]\nrole = "approver"\n'
    )
    with pytest.raises(Forbidden, match="may not draft"):
        desk.draft({"mill.speed": 200}, author="eve")
    with pytest.raises(Forbidden, match="did you mean 'olga'"):
        desk.draft({"mill.speed": 200}, author="olgaa")
    change = desk.draft({"mill.speed": 200}, author="olga", evidence=comparison())
    with pytest.raises(Forbidden, match="may: anna"):
        desk.approve(change.id, "olga")
    with pytest.raises(Forbidden):
        desk.push(change.id, "eve")
    assert desk.approve(change.id, "anna").state is State.APPROVED


def test_push_without_a_broker_stays_queued(desk: Desk) -> None:
    change = desk.draft({"mill.speed": 200}, evidence=comparison())
    desk.approve(change.id, "approver")
    waiting = desk.push(change.id)
    assert waiting.state is State.QUEUED
    assert "no broker runs" in waiting.reason
    assert desk.withdraw(change.id, "operator", "not today").state is State.WITHDRAWN


def test_only_a_confirmed_change_is_rolled_back(desk: Desk) -> None:
    change = desk.draft({"mill.speed": 200})
    with pytest.raises(BadInput, match="only a confirmed change"):
        desk.rollback(change.id)


def test_no_devices_says_what_to_do(twin_home: Path) -> None:
    with pytest.raises(BadInput, match="twin devices serve"):
        Desk().draft({"mill.speed": 200})


def run(*arguments: str) -> tuple[int, Any, str]:
    """Run the command; its exit code, its JSON, and the bad input it would print."""
    result = CliRunner().invoke(build(), [*arguments])
    if isinstance(result.exception, BadInput):
        return 2, None, str(result.exception)
    document = json.loads(result.stdout) if "--json" in arguments else None
    return result.exit_code, document, result.output


def test_the_command_drafts_approves_and_refuses(desk: Desk, tmp_path: Path) -> None:
    evidence = tmp_path / "compare.json"
    evidence.write_text(json.dumps(comparison()))
    draft = ["change", "draft", "--device", "mill", "--set", "mill.speed=200"]
    code, change, _ = run(*draft, "--evidence", str(evidence), "--json", "-")
    assert (code, change["state"]) == (0, "SIMULATED")
    code, _, message = run("change", "push", change["id"])
    assert code == 2
    assert "not approved" in message
    code, _, message = run("change", "approve", change["id"], "--as", "operator")
    assert code == 2
    code, change, _ = run("change", "approve", change["id"], "--as", "approver", "--json", "-")
    assert (code, change["state"]) == (0, "APPROVED")
    code, change, _ = run("change", "push", change["id"], "--json", "-")
    assert (code, change["state"]) == (1, "QUEUED")
    code, found, _ = run("change", "status", "--json", "-")
    assert [row["state"] for row in found["changes"]] == ["QUEUED"]
    code, trail, _ = run("change", "trail", "--json", "-")
    assert (code, trail["wrong"]) == (0, [])
    code, _, message = run("change", "draft", "--set", "mill.speed=9000")
    assert (code, message.count("\n")) == (2, 0)


def test_the_command_lists_points(tmp_path: Path) -> None:
    file = tmp_path / "points.json"
    file.write_text(json.dumps(points_document(ROWS)))
    code, found, _ = run("devices", "points", str(file), "--json", "-")
    assert code == 0
    keys = {"path", "unit", "low", "high", "value", "writable", "risk"}
    assert all(keys <= set(row) for row in found["points"])
    file.write_text("{")
    assert run("devices", "points", str(file))[0] == 2
