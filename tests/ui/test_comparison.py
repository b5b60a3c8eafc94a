"""The words and rows of a comparison, from documents written by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from twin.scenario import load, shipped
from twin.ui import change_view, comparison, wording
from twin.ui.comparison import Line
from twin.ui.i18n import use_language
from twin.ui.pages import _experiments_pair as pair
from twin.ui.pages import _what_if_results as results


def _kpi(value: float | None, half: float = 0.1) -> dict[str, Any]:
    low, high = (None, None) if value is None else (value - half, value + half)
    return {"value": value, "low": low, "high": high, "unit": "EUR/part", "better": "less"}


def _line(name: str, diff: float, half: float, verdict: str, more: int | None = None) -> Line:
    d = {"value": diff, "low": diff - half, "high": diff + half, "verdict": verdict,
         "more_runs": more}  # fmt: skip
    return Line(f"mill.{name}", "EUR/part", "less", _kpi(4.0), _kpi(4.0 + diff), d)


def test_cheaper_is_said_with_its_interval() -> None:
    head, rest = comparison.verdict([_line("cost_per_part", -0.42, 0.11, "better")])
    assert head == "Cheaper by 0.42 EUR/part (0.31 to 0.53)"
    assert rest == ""


def test_a_gain_with_a_loss_says_both() -> None:
    lines = [_line("cost_per_part", -0.42, 0.11, "better"), _line("roughness", 0.5, 0.1, "worse")]
    assert comparison.verdict(lines)[0].endswith("but roughness up by 0.50 EUR/part (0.40 to 0.60)")


def test_what_cannot_be_told_says_how_many_more_runs() -> None:
    head, rest = comparison.verdict([_line("energy", 0.1, 0.3, "cannot tell", 618)])
    assert head == "Cannot tell yet whether this is better"
    assert "about 600 more runs" in rest


def test_nothing_moved_is_said() -> None:
    assert comparison.verdict([_line("energy", 0.0, 0.0, "cannot tell")])[0].startswith("This")


def test_relative_needs_a_baseline() -> None:
    assert _line("energy", 0.4, 0.1, "worse").relative == pytest.approx((10.0, 7.5, 12.5))
    zero = Line("a.b", "1", "less", _kpi(0.0), _kpi(1.0), {"value": 1.0, "low": 0.5, "high": 1.5})
    assert zero.relative is None
    assert results.whisker(zero) is None


def test_digits_are_no_finer_than_the_interval() -> None:
    assert wording.with_band(58.234, 57.43, 59.03) == "58.2 ± 0.8"
    assert wording.signed(0.0049, 2) == "0.00"
    assert wording.number(float("nan")) == "–"


def test_figures_of_one_name_are_told_apart():
    found = comparison.told_apart(["mill.throughput", "line.throughput", "line.wip"])
    assert found["mill.throughput"] == "Throughput · mill"
    assert found["line.throughput"] == "Throughput · line"
    assert found["line.wip"] == "Work in progress"
    within = comparison.told_apart(["l.stations.saw.blocked", "l.stations.mill.blocked"])
    assert sorted(name.split(" · ", 1)[1] for name in within.values()) == ["l · mill", "l · saw"]


@pytest.mark.parametrize("tongue", ["en", "zh-TW", "zh-CN"])
def test_zones_are_named_also_where_but_one_of_them_is_open(tongue):
    scenario = load(shipped() / "office.toml")
    paths = [path for path in comparison.headline(scenario) if path.endswith(".energy")]
    verdicts = ["better", "cannot tell", "better", "better", "worse"]
    lines = [replace(_line("energy", 0.4 if word == "worse" else -0.4, 0.1, word, 9), path=path)
             for path, word in zip(paths, verdicts, strict=True)]  # fmt: skip
    use_language(tongue)
    try:
        head, rest = comparison.verdict(lines)
        drawn = results.forest(scenario, comparison.Outcome(tuple(lines), 5, "a", "b"), "light")
        headline = results._baseline_sentence(lines[:2])
    finally:
        use_language("en")
    zones = [path.split(".")[2] for path in paths]
    assert all(f"office · {zone}" in head + rest for zone in zones)
    assert [row[0].rsplit(" · ", 2)[1:] for row in drawn.rows] == [["office", z] for z in zones]
    assert len(set(drawn.figure.layout.yaxis.ticktext)) == len(zones)
    assert all(f"office · {zone}" in headline for zone in zones[:2])


def test_charts_of_two_runs_and_of_a_change_say_whose_a_figure_is():
    lines = [replace(_line("cost_per_part", -0.42, 0.11, "better"), path=f"{name}.cost_per_part")
             for name in ("rough", "finish")]  # fmt: skip
    drawn = pair.chart(lines, "light")
    assert [row[0] for row in drawn.rows] == ["Cost per part · rough", "Cost per part · finish"]
    shown = set(drawn.figure.layout.yaxis.ticktext)
    assert shown == {"Cost per part · rough", "Cost per part · finish"}
    assert [change_view._whisker(line).name for line in lines] == [row[0] for row in drawn.rows]


@pytest.mark.parametrize(
    ("tag", "head"),
    [
        ("en", "line: faster by 0.060 EUR/part (0.050 to 0.070), but mill: slower by 0.050"),
        ("zh-TW", "line：產出多 0.06"),
        ("zh-CN", "line：产出多 0.06"),
    ],
)
def test_a_verdict_says_whose_figure_it_is(tag: str, head: str) -> None:
    def one(asset: str, value: float, verdict: str) -> Line:
        d = {"value": value, "low": value - 0.01, "high": value + 0.01, "verdict": verdict,
             "more_runs": None}  # fmt: skip
        return Line(f"{asset}.throughput", "EUR/part", "more", _kpi(4.0), _kpi(4.0 + value), d)

    use_language(tag)
    try:
        said, _ = comparison.verdict([one("line", 0.06, "better"), one("mill", -0.05, "worse")])
        alone, _ = comparison.verdict([one("line", 0.06, "better")])
    finally:
        use_language("en")
    assert said.startswith(head)
    assert "line" not in alone


def test_what_was_changed_leads_and_the_chart_names_both() -> None:
    scenario = load(shipped() / "line.toml")
    d = {"value": 0.06, "low": 0.05, "high": 0.07, "verdict": "better", "more_runs": None}
    paths = ["mill.throughput", "line.throughput"]
    for changed in ("line", "mill"):
        lines = tuple(Line(path, "1/h", "more", _kpi(4.0), _kpi(4.06), d) for path in paths)
        result = comparison.Outcome(lines, 8, "a", "b", (changed,))
        assert results.lead(scenario, result)[0].path == f"{changed}.throughput"
        chart = results.forest(scenario, result, "light")
        assert {row[0] for row in chart.rows} == {"Throughput · line", "Throughput · mill"}
