"""What-if drafts: undo, addresses, limits, the file that is saved; forms from declarations."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.errors import BadInput
from twin.params import Declaration
from twin.scenario import Scenario, load, shipped
from twin.ui import draft as drafts
from twin.ui import form, links
from twin.ui.pages import _what_if_editor as editor
from twin.ui.pages import what_if


@pytest.fixture(scope="module")
def mill() -> Scenario:
    return load(shipped() / "mill.toml")


def test_undo_and_redo_come_back_to_the_same() -> None:
    draft = drafts.Draft({"a": 1})
    changed = draft.change({"a": 2}).change({"a": 2, "b": 3})
    assert changed.undo().values == {"a": 2}
    assert changed.undo().undo().values == {"a": 1}
    assert changed.undo().undo().redo().redo().values == changed.values
    assert draft.undo() is draft
    assert drafts.restore(changed.store()) == changed


def test_an_address_gives_the_same_draft_again(mill: Scenario) -> None:
    values = {"mill.cutting_speed": 212.5, "mill.coolant": "dry", "mill.teeth": 6}
    again = drafts.from_address(mill, drafts.to_address(values))
    assert dict(again.values) == values


@given(st.dictionaries(st.sampled_from(["set", "n", "job", "kpi"]), st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=30),
    min_size=1, max_size=3)))  # fmt: skip
def test_links_are_read_as_they_were_written(query: dict[str, list[str]]) -> None:
    path, _, search = links.write("what_if", "mill", query).partition("?")
    view = links.read(path, "?" + search, "overview", "x")
    assert (view.page, view.scenario) == ("what_if", "mill")
    assert {key: list(values) for key, values in view.query.items()} == query


def test_the_opening_offers_a_parameter_of_the_machine(mill: Scenario) -> None:
    assert drafts.opening(mill) == {"mill.cutting_speed": 180}


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("mill.cutting_speed=abc", "a number is needed, allowed 5 to 2000 m/min"),
        ("mill.cutting_speed=nan", "a number is needed"),
        ("mill.cutting_speed=inf", "a number is needed"),
        ("mill.cutting_speed=true", "a number is needed"),
        ("mill.cutting_speed=3 kg", "a number is needed"),
        ("mill.teeth=4.5", "a whole number is needed, allowed 1 to 60"),
        ("mill.coolant=beer", "allowed one of dry, mist, flood, high_pressure"),
        ("mill.coolant=3", "allowed one of"),
        ("seed=3", "does not change this"),
        ("title=x", "does not change this"),
        ("nonsense", "PATH=VALUE"),
    ],
)
def test_a_value_of_another_kind_is_refused(mill: Scenario, written: str, message: str) -> None:
    with pytest.raises(BadInput, match=message) as refused:
        drafts.from_address(mill, [written])
    assert all(fault.file == "" for fault in refused.value.faults)


def test_every_fault_of_an_address_is_told(mill: Scenario) -> None:
    with pytest.raises(BadInput) as refused:
        drafts.from_address(mill, ["mill.cutting_speed=abc", "mill.coolant=beer"])
    assert len(refused.value.faults) == 2


def test_a_number_beyond_its_range_keeps_its_place_and_is_never_run(mill: Scenario) -> None:
    draft = drafts.from_address(mill, ["mill.cutting_speed=5000"])
    assert draft.values == {"mill.cutting_speed": 5000}
    assert editor.rows(mill, draft)
    assert "within their ranges" in str(editor.limits(mill, draft.values))
    assert "Nothing that this twin knows" in str(editor.limits(mill, {"horizon": 9}))
    metres_a_second = drafts.from_address(mill, ["mill.cutting_speed=3 m/s"])
    assert metres_a_second.values == {"mill.cutting_speed": 180}


def test_unknown_paths_are_refused(mill: Scenario) -> None:
    with pytest.raises(BadInput, match="did you mean 'cutting_speed'"):
        drafts.from_address(mill, ["mill.cuting_speed=200"])


def test_only_differences_are_changed(mill: Scenario) -> None:
    values = {"mill.cutting_speed": 180, "mill.feed_per_tooth": 0.2}
    assert drafts.changed(mill, values) == {"mill.feed_per_tooth": 0.2}


def test_limits_move_with_the_draft_without_a_run(mill: Scenario) -> None:
    before = {bound.now.name: bound.now.used for bound in drafts.bounds(mill, {"mill.teeth": 5})}
    faster = drafts.bounds(mill, {"mill.cutting_speed": 360})
    after = {bound.now.name: bound.now.used for bound in faster}
    assert after["spindle speed"] == pytest.approx(2 * before["spindle speed"])
    assert after["spindle power"] > before["spindle power"]
    assert not any(bound.over for bound in faster)
    assert any(bound.over for bound in drafts.bounds(mill, {"mill.axial_depth": 40}))


def test_reach_is_where_the_limit_is(mill: Scenario) -> None:
    stop = drafts.reach(mill, {}, "mill.axial_depth", 1, 40)
    assert stop is not None
    over = [b for b in drafts.bounds(mill, {"mill.axial_depth": stop * 1.02}) if b.over]
    assert [bound.now.name for bound in over] == ["spindle power"]
    assert drafts.reach(mill, {}, "mill.cutting_speed", 100, 200) is None


def test_faults_name_the_row_or_the_whole(mill: Scenario) -> None:
    assert "mill.cutting_speed" in drafts.faults(mill, {"mill.cutting_speed": 9000})
    assert "spindle power" in drafts.faults(mill, {"mill.axial_depth": 40})[""]
    assert drafts.faults(mill, {"mill.cutting_speed": 200}) == {}


def test_the_saved_file_is_a_scenario_that_extends_the_baseline(
    mill: Scenario, tmp_path: Path
) -> None:
    values = {"mill.cutting_speed": 210.0, "mill.coolant": "dry", "horizon": 4}
    text = drafts.scenario_file(mill, "mill.toml", values, 'A "title"')
    assert tomllib.loads(text)["extends"] == "mill.toml"
    (tmp_path / "mill.toml").write_text((shipped() / "mill.toml").read_text("utf-8"), "utf-8")
    (tmp_path / "what_if.toml").write_text(text, "utf-8")
    saved = load(tmp_path / "what_if.toml")
    assert saved.title == 'A "title"'
    assert {path: saved.value(path) for path in values} == values


def test_a_saved_what_if_is_read_wherever_it_was_saved(mill: Scenario, tmp_path: Path) -> None:
    values = {"mill.cutting_speed": 210.0}
    text = drafts.scenario_file(mill, what_if._extended(shipped() / "mill.toml"), values, "A")
    (tmp_path / "downloads").mkdir()
    saved = tmp_path / "downloads" / "mill_what_if.toml"
    saved.write_text(text, "utf-8")
    assert load(saved).value("mill.cutting_speed") == 210
    mine = tmp_path / "own.toml"
    mine.write_text((shipped() / "mill.toml").read_text("utf-8"), "utf-8")
    text = drafts.scenario_file(mill, what_if._extended(mine), values, "A")
    saved.write_text(text, "utf-8")
    assert load(saved).value("mill.cutting_speed") == 210
    saved.write_text('extends = "nowhere.toml"', "utf-8")
    with pytest.raises(BadInput, match="no such file"):
        load(saved)


def _declared(low: float, high: float, kind: str = "quantity") -> Declaration:
    return Declaration("x.y", kind, "mm", "", low=low, high=high)


def test_the_slider_covers_what_people_try() -> None:
    assert form.window(_declared(5, 2000), 180, 180) == (90, 360, 1)
    assert form.window(_declared(0.3, 1), 0.8, 0.8)[:2] == (0.3, 1)
    assert form.window(_declared(5, 2000), 180, 900)[:2] == (90, 900)
    assert form.window(_declared(0, 1e6), 0, 0)[:2] == (0, 100)
    assert form.window(_declared(1, 60, "count"), 5, 5)[2] == 1


def test_every_offered_parameter_has_a_row() -> None:
    for file in shipped().glob("*.toml"):
        scenario = load(file)
        for path in drafts.offered(scenario):
            value = scenario.value(path)
            assert form.row(scenario.declaration(path), value, value)


def test_margins_warn_and_refuse_nothing(mill: Scenario) -> None:
    soft = drafts.margins(mill, {"mill.cutting_speed": 200})
    assert [(bound.now.name, bound.over) for bound in soft] == [("chatter", False)]
    deep = {"mill.axial_depth": 5, "mill.feed_per_tooth": 0.05}
    [chatter] = [bound for bound in drafts.margins(mill, deep) if bound.over]
    assert chatter.soft
    assert drafts.faults(mill, deep) == {}
    assert re.match(r"would chatter: 5\.00 of \d\.\d\d mm", editor.margin_text(chatter))
    drawn = str(editor.margins(mill, deep))
    assert "▲" in drawn
    assert "would chatter" in drawn
    assert "◆" not in drawn
