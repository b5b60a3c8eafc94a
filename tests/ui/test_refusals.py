"""What the core refuses is said in the language of the page."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import twin
from twin.devices.desk import Desk
from twin.devices.embedded import prepare
from twin.devices.plant import of_declarations, read
from twin.errors import BadInput, Fault
from twin.scenario import load, shipped
from twin.ui import draft, i18n, refusals
from twin.ui.pages import changes, what_if

COMPOSED = {"number", "whole", "number_short", "whole_short", "runs"}
"""Put together of more pieces in the code; tested below by what refuses with them."""
HOME = Path(twin.__file__).parent


@pytest.fixture(params=["zh-TW", "zh-CN"])
def chinese(request: pytest.FixtureRequest) -> Iterator[str]:
    i18n.use_language(request.param)
    yield request.param
    i18n.use_language("en")


def english() -> str:
    """Every piece of text in the program's code but the shapes themselves."""
    said = []
    for file in HOME.rglob("*.py"):
        if file.name != "refusals.py":
            tree = ast.walk(ast.parse(file.read_text("utf-8")))
            said += [n.value for n in tree if isinstance(n, ast.Constant) and type(n.value) is str]
    return "\n".join(said)


def test_every_shape_is_what_the_core_says() -> None:
    said = english()
    for key, shape in refusals.SHAPES.items():
        pieces = [piece.strip(" :;,'()") for piece in re.split(r"\{\w+\}", shape)]
        if key not in COMPOSED:
            assert all(piece in said for piece in pieces if len(piece) > 5), key


@pytest.mark.parametrize("tag", list(i18n.LANGUAGES))
def test_every_shape_has_its_words_with_the_same_parts(tag: str) -> None:
    for key, shape in refusals.SHAPES.items():
        parts = set(re.findall(r"\{(\w+)\}", shape)) - {"role", "id"}
        words = i18n.catalogue(tag)[f"faults.{key}"]
        assert parts <= set(re.findall(r"\{(\w+)\}", words)) | {"id"}, key


def test_field_and_value_stay_and_the_words_are_of_the_page(chinese: str) -> None:
    mill = load(shipped() / "mill.toml")
    with pytest.raises(BadInput) as refused:
        draft.from_address(mill, ["mill.cutting_speed=abc", "mill.coolant=beer", "mill.cutin=1"])
    lines = [refusals.said(fault) for fault in refused.value.faults]
    assert lines[0].startswith("mill.cutting_speed = 'abc': ")
    assert "5" in lines[0]
    assert "m/min" in lines[0]
    assert not any(re.search(r"allowed|needed|did you|no such", line) for line in lines)
    for values in ({"mill.teeth": 4.5}, {"mill.tool_cost": [1]}):
        with pytest.raises(BadInput) as refused:
            mill.with_values(values)
        line = refusals.message(refused.value.faults[0].message)
        assert "needed" not in line
    with pytest.raises(BadInput, match="allowed 2 to 500 runs here") as refused:
        what_if._count("9999", mill)
    assert "allowed" not in refusals.said(refused.value.faults[0])
    with pytest.raises(BadInput) as refused:
        mill.with_values({"mill.axial_depth": 40})
    (line,) = [refusals.said(replace_file(fault)) for fault in refused.value.faults]
    assert "would be" not in line
    assert "kW" in line


def replace_file(fault: Fault) -> Fault:
    return Fault(fault.message, fault.path, "", fault.value)


def test_what_the_desk_refuses_is_of_the_page(chinese: str, twin_home: Path) -> None:
    mill = load(shipped() / "mill.toml")
    about = {"title": mill.title, "site": "s", "model": mill.model_key}
    prepare(twin_home, read(of_declarations(mill.declarations(), **about)))
    change = Desk().draft({"mill.cutting_speed": 200})
    for refuse in (
        lambda: Desk().approve(change.id, "operator"),
        lambda: Desk().push(change.id),
        lambda: Desk().rollback(change.id),
        lambda: Desk().draft({"mill.cutting_speed": 180}),
        lambda: Desk().draft({"mill.cutting_speed": 9000}),
        lambda: Desk().draft({"mill.cutting_sped": 190}),
        lambda: Desk().draft({"mill.cutting_speed": 200}, author="operatr"),
    ):
        with pytest.raises(BadInput) as refused:
            refuse()
        shown = str(changes.refused(refused.value))
        assert not re.search(r"\b(may not|allowed|is DRAFT|holds|nobody|no device)\b", shown), shown


def test_in_english_the_command_line_is_not_spoken_of() -> None:
    for words in ("conflict", "assumed", "no_start", "not_approved", "no_broker"):
        assert "twin " not in i18n.t(
            f"faults.{words}", held=1, base=2, state="x", one="a", other="b"
        )
    assert refusals.message("something new: {}") == "something new: {}"
    held = "mill.feed: the device holds 0.2 mm (changed by panel), the change was decided at 0.1"
    assert refusals.message(held) == held
