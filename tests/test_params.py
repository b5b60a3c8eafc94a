"""Parameters: one declaration checks, converts, explains."""

from __future__ import annotations

from typing import Literal

import pytest

from twin.errors import BadInput
from twin.params import Params, choice, count, declarations, find, flag, quantity, table


class Station(Params):
    buffer: int = count(3, 0, 100, "Places.")


class Machine(Params):
    speed: float = quantity(180, "m/min", 10, 1000, "Cutting speed.", "a source", live=True)
    air: float = quantity(20, "°C", -20, 60, "Air.", assumption=True)
    needed: float = quantity(None, "mm", 0, 5, "Needed.")
    mode: Literal["dry", "flood"] = choice("dry", "Coolant.")
    on: bool = flag(True, "On.")
    stations: dict[str, Station] = table("Stations.")


def refused(**values: object) -> str:
    with pytest.raises(BadInput) as error:
        Machine.read({"needed": 1, **values}, path="plant.mill", file="x.toml")
    assert len(error.value.faults) == 1
    return str(error.value)


def test_inside_is_si_and_outside_the_trades_unit():
    machine = Machine.read({"needed": 2})
    assert machine.speed == pytest.approx(3.0)
    assert machine.air == pytest.approx(293.15)
    assert machine.needed == pytest.approx(2e-3)
    assert find(Machine, ["speed"]).default == 180


def test_a_value_may_bring_its_own_unit():
    assert Machine.read({"needed": "0.2 cm", "speed": "2 m/s"}).speed == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"speed": 5000}, ["x.toml: plant.mill.speed = 5000", "10 to 1000 m/min", "Cutting speed"]),
        ({"speed": "3 kg"}, ["'kg' cannot be converted to 'm/min'"]),
        ({"speed": "fast"}, ["not a number with a unit"]),
        ({"speed": True}, ["a number is needed"]),
        ({"speed": float("nan")}, ["10 to 1000 m/min"]),
        ({"speed": float("inf")}, ["10 to 1000 m/min"]),
        ({"sped": 3}, ["plant.mill.sped", "did you mean 'speed'?"]),
        ({"mode": "flod"}, ["dry, flood", "did you mean 'flood'?"]),
        ({"on": "maybe"}, ["true or false is needed"]),
        ({"stations": {"a": {"bufer": 1}}}, ["plant.mill.stations.a.bufer", "'buffer'?"]),
        ({"stations": {"a": {"buffer": 2.5}}}, ["a whole number is needed, 0 to 100"]),
        ({"stations": 3}, ["a table is needed"]),
    ],
)
def test_a_refusal_names_place_value_range_and_unit(values, words):
    message = refused(**values)
    for word in words:
        assert word in message


def test_a_missing_value_says_what_it_is():
    with pytest.raises(BadInput, match=r"needed: is required \(Needed, 0 to 5 mm\)"):
        Machine.read({})


def test_every_fault_is_reported_at_once():
    with pytest.raises(BadInput) as error:
        Machine.read({"speed": 1, "air": 99, "mode": "x"})
    assert len(error.value.faults) == 4


def test_the_declaration_carries_everything():
    speed = next(iter(declarations(Machine)))
    assert (speed.unit, speed.low, speed.high, speed.live) == ("m/min", 10.0, 1000.0, True)
    assert speed.source == "a source"
    assert find(Machine, ["stations", "any", "buffer"]).range_text == "0 to 100"


def test_parameters_are_frozen():
    machine = Machine.read({"needed": 1})
    with pytest.raises(ValueError, match="frozen"):
        machine.speed = 3.0
