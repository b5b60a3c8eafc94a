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
from rich.console import Console

from tests.forecast.test_trend import part, run
from twin.cli._forecast_bearings import print_bearings
from twin.errors import BadInput
from twin.forecast import question
from twin.forecast.bearing_backtest import backtest_bearings
from twin.forecast.bearings import ALARM, of_trends
from twin.forecast.export import work_orders
from twin.forecast.handout import write_handout
from twin.forecast.level import look_ahead
from twin.forecast.orders import plans
from twin.forecast.question import plain
from twin.forecast.replacement import Costs
from twin.forecast.shop import forecast_shop
from twin.forecast.shop_document import assumptions, shop_document
from twin.forecast.trend import learn
from twin.forecast.trend_table import Trend, read_trend_table
from twin.rng import stream
from twin.scenario import Scenario, parse

MADE = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)


def spindle(
    severity: float, *, node: bool = True, sensor: bool = True, period: float = 120, **more: float
) -> Scenario:
    fault = {"bearing_fault": "outer", "bearing_severity": severity}
    mill = {"kind": "cnc", **fault, **more}
    written: dict[str, Any] = {"horizon": "4 h", "seed": 5, "plant": {"mill": mill}}
    if sensor:
        written["sensor"] = {"ear": {"kind": "vibration", "on": "mill", "period": period}}
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


def test_its_risk_looks_48_h_ahead_and_says_that_it_is_assumed(going: dict[str, Any]) -> None:
    assert going["fan"]["ahead_h"][-1] == 48.0
    assert 0.2 < going["p_fail"] < 0.95
    left = going["remaining_h"]
    assert 0 < left["p10"] < left["p50"] < left["p90"]
    assert left["p90"] > 5 * left["p10"]
    assert going["damage"]["growth_from"] == "assumption"
    assert going["assumed_from_h"] == 0.0
    assert any("mostly an assumption" in line for line in going["reasons"])
    now = going["damage"]["now"]
    assert now["p10"] - 0.05 < 0.6 < now["p90"] + 0.05


def test_what_is_assumed_of_a_bearing_is_told_with_the_numbers_used(going: dict[str, Any]) -> None:
    told = "; ".join(assumptions(True, [going]))
    for words in ("from 2 times", "in 20 h", "spread of 1.2", "1 in 100", "preload of 300 N",
                  "1.5 times the cutting force", "a_ISO of ISO 281 is 1", "slope 1.5"):  # fmt: skip
        assert words in told
    assert "bearing" not in "; ".join(assumptions(True))
    [own] = bearings(spindle(0.0, bearing_preload=450, bearing_life_factor=3))
    told = "; ".join(assumptions(True, [own]))
    assert "preload of 450 N" in told
    assert "a_ISO of ISO 281 is 3" in told


def test_the_command_tells_what_is_passed_and_what_is_assumed(
    going: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    people = Console(width=400)
    print_bearings(people, [going])
    said = capsys.readouterr().out
    assert "beyond it already" in said
    assert "mostly an assumption" in said
    assert "outer ring fault" in said
    print_bearings(people, [{**going, "level_now": 1.0, "damage": {"growth_from": "record"}}])
    said = capsys.readouterr().out
    assert "beyond it already" not in said


def test_a_sound_bearing_has_the_fatigue_risk_of_its_loads() -> None:
    young = bearings(spindle(0.0))[0]
    old = bearings(spindle(0.0, bearing_hours=60_000))[0]
    assert young["damage"]["p_damaged"] < 0.05
    assert young["p_fail"] < 0.02
    assert young["fatigue"]["p_new_fault"] == 0.0 < old["fatigue"]["p_new_fault"]
    assert old["remaining_h"]["p50"] < young["remaining_h"]["p50"]
    heavy = bearings(spindle(0.0, bearing_reaction=3))[0]
    assert heavy["fatigue"]["rating_life_h"] < 0.2 * young["fatigue"]["rating_life_h"]
    assert any("ISO 281" in line for line in young["reasons"])


def test_growth_that_the_record_tells_gives_a_date_to_replace_it() -> None:
    grows = spindle(0.08, bearing_doubling=6, period=900, tool_cost=1)
    one = shop_document(forecast_shop(grows, now=20 * 3600.0, replications=1))["bearings"][0]
    run = one["fatigue"]["run_h"]
    left = 6 * np.log2(1 / 0.08) - run
    assert one["damage"]["growth_from"] == "record"
    assert one["damage"]["doubling_h"]["p10"] < 6 < one["damage"]["doubling_h"]["p90"]
    share = run / 20.0
    assert one["remaining_h"]["p10"] < left / share < one["remaining_h"]["p90"]
    assert one["plan"]["action"] == "replace"
    assert one["plan"]["hours"] < left / share
    assert one["best_change_h"] - 1.0 < one["plan"]["hours"] <= one["best_change_h"]
    assert 0 < one["assumed_from_h"] <= 20
    assert min(one["cost_curve"]["regret"]) == 0.0


def test_the_truth_about_a_bearing_is_never_read() -> None:
    """The same record gives the same forecast, whatever the fault will do next."""

    def told(**fault: float) -> dict[str, Any]:
        one = bearings(spindle(0.3, bearing_onset=30, **fault))[0]
        return {key: one[key] for key in ("p_fail", "remaining_h", "damage", "plan")}

    first, second = told(), told(bearing_doubling=0.1)
    assert json.dumps(plain(first)) == json.dumps(plain(second))


def test_forecasts_of_growing_faults_are_calibrated() -> None:
    """A handful of machines here; docs/forecast.md has three hundred."""
    past = backtest_bearings(spindle(0.0, node=False), machines=16, windows=24, seed=3)
    assert past is not None
    held, n = past.coverage()
    assert n >= 5
    assert held >= 0.6
    assert past.found.brier < 0.2
    assert all(one.p_fail < 0.1 for one in past.machines if one.severity == 0.0)


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


# -- a table of other people --------------------------------------------------------------------


def table(tmp_path: Path, *, loud: float = 1.0, short: bool = False) -> str:
    """Four parts, one running; the last three snapshots of one may be louder, one may be short."""
    rng = stream(4, "tests.table")
    lines = ["unit,time_min,h_rms"]
    for name in "ABCD":
        for minute in range(60):
            grown = np.exp(0.02 * minute + 0.05 * rng.standard_normal())
            own = loud if name == "B" and minute >= 57 else 1.0
            lines.append(f"{name},{minute},{grown * own:.5g}")
    lines += [f"E,{minute},1.0" for minute in range(5)] if short else []
    file = tmp_path / "trends.csv"
    file.write_text("\n".join(lines) + "\n")
    return str(file)


def test_levels_a_thousand_times_louder_are_asked_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = table(tmp_path, loud=1000.0)
    assert run(monkeypatch, "--trend", file, "--running", "D") == 2
    said = capsys.readouterr().err
    assert "part B, column h_rms" in said
    assert "--unit rms=UNIT" in said
    assert run(monkeypatch, "--trend", file, "--running", "D", "--unit", "rms=g") == 0
    assert run(monkeypatch, "--trend", table(tmp_path, loud=20.0), "--running", "D") == 0


def test_a_whole_part_in_another_unit_is_asked_about(tmp_path: Path) -> None:
    file = table(tmp_path)
    text = Path(file).read_text()
    rows = [row.split(",") for row in text.splitlines()]
    moved = [",".join([a, b, str(1e3 * float(c))]) if a == "C" else ",".join([a, b, c])
             for a, b, c in rows]  # fmt: skip
    Path(file).write_text("\n".join(moved))
    with pytest.raises(BadInput, match="another unit"):
        read_trend_table(file)
    assert len(read_trend_table(file, rms_unit="g").trends) == 4


def test_a_part_with_few_snapshots_is_left_out_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = table(tmp_path, short=True)
    assert run(monkeypatch, "--trend", file, "--running", "D", "--json", "-") == 0
    document = json.loads(capsys.readouterr().out)
    assert [b["bearing"] for b in document["bearings"]] == ["D"]
    assert document["notes"] == ["part E has 5 snapshots, a trend needs 20: not used"]


def test_a_band_too_wide_for_a_date_gives_none_and_says_why() -> None:
    asked = {"trend": "example-bearings", "hours": 1.0, "seed": 1}
    for one in question.answer(asked, lambda _done, _total: None)["bearings"]:
        left = one["remaining_h"]
        assert left["p90"] > 10 * left["p10"]
        assert one["plan"] is None or one["plan"]["action"] == "inspect"
        assert any("no time to replace it" in line for line in one["reasons"])
