"""Bearings of a twin and of a table: level, how it goes on, what to do, what is taken away."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openpyxl import load_workbook

from tests.forecast.test_trend import part, run
from twin.errors import BadInput
from twin.forecast import question
from twin.forecast.bearings import ALARM, of_trends
from twin.forecast.export import work_orders
from twin.forecast.handout import write_handout
from twin.forecast.level import look_ahead
from twin.forecast.orders import plans
from twin.forecast.replacement import Costs
from twin.forecast.shop import forecast_shop
from twin.forecast.shop_document import shop_document
from twin.forecast.trend import learn
from twin.forecast.trend_table import Trend
from twin.rng import stream
from twin.scenario import Scenario, parse

MADE = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)


def spindle(severity: float, *, node: bool = True, sensor: bool = True) -> Scenario:
    mill = {"kind": "cnc", "bearing_fault": "outer", "bearing_severity": severity}
    written: dict[str, Any] = {"horizon": "4 h", "seed": 5, "plant": {"mill": mill}}
    if sensor:
        written["sensor"] = {"ear": {"kind": "vibration", "on": "mill", "period": 120}}
    if sensor and node:
        written["node"] = {"box": {"sensor": "ear", "model": "bearing"}}
    return parse(written, "test")


def bearings(scenario: Scenario) -> list[dict[str, Any]]:
    return shop_document(forecast_shop(scenario, now=3600.0, replications=1))["bearings"]


@pytest.fixture(scope="module")
def going() -> dict[str, Any]:
    return bearings(spindle(0.6))[0]


# -- of a twin ----------------------------------------------------------------------------------


def test_a_bearing_that_is_going_is_to_be_looked_at_now(going: dict[str, Any]) -> None:
    assert going["bearing"] == "mill.ear"
    assert going["fault"] == "outer"
    assert going["level_now"] > 3 * ALARM
    assert going["plan"]["action"] == "inspect"
    assert going["plan"]["hours"] == 0.0
    assert going["verdict"]["faulty"] > 0.8 * going["verdict"]["windows"]
    assert "9 balls of 7.94 mm" in going["item"]


def test_no_life_is_made_up_for_it(going: dict[str, Any]) -> None:
    assert going["p_fail"] is None
    assert going["remaining_h"] is None
    assert any("knows no life" in line for line in going["reasons"])
    assert going["look_h"] < 1.0
    assert any("no farther ahead" in line for line in going["reasons"])


def test_a_sound_bearing_is_left_alone_also_with_a_worn_tool() -> None:
    """The tool wears to its end meanwhile, which doubles the RMS in the cut, not the sign."""
    sound = bearings(spindle(0.0))[0]
    assert sound["level_now"] < 1.3
    assert sound["plan"] is None
    assert sound["p_alarm"] < 0.1


def test_without_a_node_the_level_alone_is_judged() -> None:
    alone = bearings(spindle(0.6, node=False))[0]
    assert alone["verdict"] is None
    assert alone["plan"]["hours"] == 0.0
    assert any("no node" in line for line in alone["reasons"])


def test_a_machine_without_an_accelerometer_has_no_bearing_and_the_command_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bearings(spindle(0.6, sensor=False)) == []
    file = tmp_path / "mill.toml"
    file.write_text('horizon = "2 h"\n[plant.mill]\nkind = "cnc"\n')
    assert run(monkeypatch, str(file), "-n", "1") == 0
    assert "No bearing is listened to" in capsys.readouterr().out


def test_listening_changes_no_fact_of_the_plant() -> None:
    def tools(scenario: Scenario) -> Any:
        return forecast_shop(scenario, now=3600.0, replications=1).tools[0].forecast.vb_now_mm

    assert tools(spindle(0.6, node=False)) == tools(spindle(0.6, sensor=False))


# -- how a level goes on ------------------------------------------------------------------------


def test_a_level_is_looked_no_farther_ahead_than_its_record_is_long() -> None:
    t = np.arange(0.0, 5.0, 0.05)
    found = look_ahead(t, 0.1 * stream(1, "tests.level").standard_normal(len(t)), 48.0,
                       stream(1, "tests.luck"))  # fmt: skip
    assert found is not None
    assert found.hours[-1] == pytest.approx(t[-1])
    assert found.passes(np.log(ALARM))[-1] < 0.02
    assert look_ahead(t[:4], t[:4], 1.0, stream(1, "tests.luck")) is None


def test_its_bands_hold_as_much_as_they_say() -> None:
    """Records of a line with a random walk and noise; what the walk did next against the bands."""
    rng = stream(2, "tests.walks")
    t = np.arange(0.0, 20.0, 0.1)
    past = t < 10.0
    held = []
    for number in range(120):
        walk = 0.05 * rng.standard_normal() * t + np.cumsum(0.03 * rng.standard_normal(len(t)))
        read = walk + 0.1 * rng.standard_normal(len(t))
        found = look_ahead(t[past], read[past], 5.0, stream(number, "tests.luck"))
        assert found is not None
        fan = found.fan()
        true = np.interp(t[past][-1] + 5.0, t, walk)
        held.append(fan["p10"][-1] <= true <= fan["p90"][-1])
    assert 0.68 <= float(np.mean(held)) <= 0.92


# -- of a table ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def parts() -> list[dict[str, Any]]:
    fleet = [part(i, n) for i, n in enumerate((200, 260, 320, 400))]
    whole, quiet = part(50, 400), part(51, 400)
    near = Trend("near", whole.time_min[:380], whole.rms[:380], False)
    calm = Trend("calm", quiet.time_min[:100], quiet.rms[:100], False)
    return of_trends(learn(fleet), [*fleet, near, calm], 2.0, 30.0, Costs(), 1)


def test_parts_of_a_table_have_a_life_and_a_time_to_replace_them(
    parts: list[dict[str, Any]],
) -> None:
    near, calm = parts
    assert near["p_fail"] > 0.7 > calm["p_fail"]
    assert near["level_now"] > ALARM > calm["level_now"]
    assert near["plan"]["action"] == "replace"
    assert near["remaining_h"]["p50"] == pytest.approx(near["remaining_min"]["p50"] / 30.0)
    assert near["now_h"] == pytest.approx(380 / 30)


def test_the_shipped_example_is_one_question_with_one_answer() -> None:
    asked = {"trend": "example-bearings", "hours": 1.0, "seed": 1}
    found = question.answer(asked, lambda _done, _total: None)
    assert [b["bearing"] for b in found["bearings"]] == ["Bearing1_1", "Bearing3_2"]
    assert found["law"]["parts"] == 4
    json.dumps(found, allow_nan=False)
    past = question.answer({**asked, "backtest": True}, lambda _done, _total: None)
    assert past["metrics"]["trend"]["n"] == 400


@pytest.mark.parametrize(
    ("asked", "said"),
    [({"trend": "no"}, "no such table"),
     ({"trend": "example-bearings", "hours": 0}, "hours"),
     ({"trend": "example-bearings", "duty": 61}, "duty"),
     ({"trend": "example-bearings", "running": ["A"]}, "a shipped table needs no other")],
)  # fmt: skip
def test_a_question_that_cannot_be_answered_is_refused(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        question.check(asked)


# -- taking it away -----------------------------------------------------------------------------


def test_bearings_are_in_every_file_with_events_of_their_own(
    going: dict[str, Any], parts: list[dict[str, Any]], tmp_path: Path
) -> None:
    document = {"time_unit": "min", "bearings": [going, *parts]}
    uids = []
    for days in (0, 1):
        write_handout(document, tmp_path, "works", MADE + timedelta(days=days))
        text = (tmp_path / "tool_changes.ics").read_text().replace("\n ", "")
        uids.append([line for line in text.splitlines() if line.startswith("UID")])
        assert "SUMMARY:Inspect bearing mill.ear" in text
    assert uids[0] == uids[1]
    assert len(set(uids[0])) == len(uids[0]) >= 2
    book = load_workbook(tmp_path / "forecast.xlsx")
    assert book.sheetnames == ["Bearings", "About"]
    assert book["Bearings"].max_row == 4
    assert not (tmp_path / "mtconnect.shdr").exists()


def test_a_work_order_for_a_bearing_says_what_to_order(going: dict[str, Any]) -> None:
    made = plans({"time_unit": "min", "tools": [], "bearings": [going]}, "works", MADE)
    row = next(csv.DictReader(io.StringIO(work_orders(made))))
    assert (row["Category"], row["Priority"]) == ("Bearing", "HIGH")
    assert (row["Asset Name"], row["Location Name"]) == ("mill.ear", "mill")
    assert "To have ready: 1 × spindle bearing (9 balls" in row["Description"]
    tool_of_that_name = {"plant": "works", "tool": "mill.ear"}
    assert (
        made[0].uid
        != type(made[0])(**tool_of_that_name, due=MADE, minutes=1, p_fail=0, title="", text="").uid
    )
