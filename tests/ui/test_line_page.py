"""The page Line: where stations stand, what the facts of a run say, what is put into words."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from twin import experiment, store
from twin.bottleneck import Limit, Period, bottlenecks, momentary
from twin.plant.line import Settings
from twin.records import Facts
from twin.scenario import load, parse, shipped
from twin.ui import figures_line, line_limit, line_run, line_stations, line_view
from twin.ui.context import offer, shipped_files
from twin.ui.figures_line import LANE_PX, SEEN, TALL, Box, layout
from twin.ui.line_plan import plan
from twin.ui.links import View
from twin.ui.pages import line as page

LOOP = {
    "saw": {"next": "lathe", "cycle_time": 50},
    "lathe": {"next": "assemble", "servers": 2, "cycle_time": 95, "time_to_failure": 2,
              "time_to_repair": 10},
    "press": {"next": "assemble", "cycle_time": 52},
    "assemble": {"takes": {"lathe": {"count": 1}, "press": {"count": 1}}, "cycle_time": 55,
                 "cycle_spread": 0.4, "defect_rate": 5},
    "test": {"inspects": True, "rejects_to": "repair", "cycle_time": 40, "next": "out"},
    "repair": {"next": "test", "cycle_time": 120, "buffer": 40},
}  # fmt: skip


def _settings(stations: dict[str, Any], **more: Any) -> Settings:
    return Settings.read({"stations": stations, **more})


def test_a_line_is_laid_out_along_its_flow() -> None:
    drawn = plan(_settings(LOOP))
    assert drawn.places == {
        "saw": (0, 0), "lathe": (1, 0), "press": (1, 1), "assemble": (2, 0), "test": (3, 0),
        "repair": (4, 1), "out": (4, 0),
    }  # fmt: skip
    assert drawn.entries == ("saw", "press")
    back = {(way.start, way.end) for way in drawn.ways if way.kind == "back"}
    assert back == {("repair", "test")}
    assert drawn.scraps == frozenset()


def test_no_two_stations_stand_in_one_place() -> None:
    names = [f"s{n}" for n in range(12)]
    products = {
        "a": {"route": ", ".join(names)},
        "b": {"route": ", ".join(reversed(names))},
        "c": {"route": "s3, s5, s3, s9"},
    }
    drawn = plan(_settings({name: {} for name in names}, products=products))
    assert len(set(drawn.places.values())) == 13


def test_what_is_full_has_a_name_of_its_own() -> None:
    line = _settings(LOOP)
    assert line_run.places(line, "saw") == 0  # raw parts wait outside
    assert line_run.places(line, "assemble") == 6
    cards = _settings({"saw": {}, "mill": {"buffer": 4}}, release="conwip", wip_limit=10)
    assert line_run.places(cards, "saw") is None
    assert line_run.places(cards, "mill") == 4


def test_a_track_knows_its_state_at_any_time() -> None:
    one = line_run.track(np.array([0.0, 2.0, 2.0, 5.0]), ["starved", "blocked", "working", "down"])
    assert one.at(1.0) == ("starved", 0.0)
    assert one.at(2.0) == ("working", 2.0)  # the last one of an instant
    assert one.at(9.0) == ("down", 5.0)
    spent = one.shares(np.array([0.0, 4.0, 10.0]), 10.0)
    by_name = dict(zip(one.names, spent.T.tolist(), strict=True))
    assert by_name == {"starved": [2.0, 0.0], "working": [2.0, 1.0], "down": [0.0, 5.0]}


def test_a_coarse_row_shows_every_breakdown() -> None:
    one = line_run.track(np.array([0.0, 50.0, 50.5]), ["working", "down", "working"])
    drawn = line_run.coarse(one, 0.0, 100.0, 100.0, bins=10)
    assert drawn == [(0.0, 50.0, "working"), (50.0, 60.0, "down"), (60.0, 100.0, "working")]


def test_a_cnc_machine_shows_what_it_does_while_it_has_a_part() -> None:
    station = line_run.track(np.array([0.0, 10.0, 60.0]), ["starved", "working", "blocked"])
    machine = line_run.track(np.array([0.0, 10.0, 20.0, 60.0]),
                             ["waiting", "loading", "cutting", "waiting"])  # fmt: skip
    both = line_run.within(station, machine)
    assert [both.at(at)[0] for at in (5, 15, 30, 70)] == [
        "starved",
        "loading",
        "cutting",
        "blocked",
    ]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The shipped line, two runs of half a day."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TWIN_HOME", str(tmp_path_factory.mktemp("line-home")))
        scenario = load(shipped() / "line.toml").with_values({"horizon": 12})
        result = experiment.run(scenario, replications=3)
        facts = store.get_run(result.run_id).facts()
        yield line_view.ran(scenario, "line", result.document()), facts, result.values


@pytest.fixture
def ran(done: Any) -> line_view.Ran:
    of: line_view.Ran = done[0]
    return of


@pytest.fixture
def facts(done: Any) -> Facts:
    of: Facts = done[1]
    return of


def test_the_bottleneck_is_the_one_of_the_active_periods(ran: line_view.Ran, facts: Facts) -> None:
    names = {f"line.stations.{key}": key for key in ran.line.stations}
    expected = {names[one.source]: (one.sole, one.shifting) for one in bottlenecks(facts, names)}
    found = line_run.bottleneck_shares(ran.past)
    assert next(iter(found)) == "milling"
    for key, shares in expected.items():
        assert found[key] == pytest.approx(shares, abs=1e-9)


def test_equal_periods_of_one_machine_are_no_obstacle() -> None:
    long = Period("b", 0.0, 10.0)
    equal = [Period("a", float(start), start + 2.0) for start in (0, 3, 6)]
    assert momentary([long, *equal]) == [long]


def test_two_machines_of_a_station_are_one_bottleneck() -> None:
    none = (np.zeros(0), np.zeros(0))
    chain = [Period("a", 0.0, 6.0), Period("a", 4.0, 8.0), Period("b", 7.0, 10.0)]
    past = line_run.History(10.0, 0.0, {"a": (), "b": ()}, {}, none, none[0], {}, chain)
    found = line_run.bottleneck_shares(past)
    assert found["a"] == pytest.approx((0.7, 0.1))
    assert found["b"] == pytest.approx((0.2, 0.1))


def test_what_is_drawn_at_a_moment_is_what_the_facts_say(ran: line_view.Ran, facts: Facts) -> None:
    moment = 6 * 3600.0
    chart = line_view.layout_chart(ran, moment, "light", across=6)
    row = {str(cells[0]): cells for cells in chart.rows}["deburr"]
    states = [s.state for s in facts.states
              if s.source == "line.stations.deburr" and s.time <= moment]  # fmt: skip
    queue = [
        s.value
        for s in facts.samples
        if (s.source, s.channel) == ("line.stations.deburr", "queue") and s.time <= moment
    ]
    made = [
        e
        for e in facts.events
        if (e.source, e.name) == ("line.stations.deburr", "made") and e.time <= moment
    ]
    assert states[-1] in row[1]
    assert row[3] == f"{queue[-1]:.0f} / 4"
    assert row[4] == str(len(made))
    assert "At 06:00" in chart.finding


def test_levels_and_shares_are_those_of_the_run(ran: line_view.Ran, done: Any) -> None:
    chart = line_view.levels_chart(ran, 0.0, "dark")
    assert f"{done[2]['line.wip'][0]:.1f} parts" in chart.finding
    time = line_stations.time_chart(ran, "light")
    assert time.figure is not None
    sums = np.sum([bar.x for bar in time.figure.data], axis=0)
    assert sums == pytest.approx([100.0] * 3, abs=0.01)


def test_the_table_names_the_bottleneck_and_has_only_columns_it_needs(ran: line_view.Ran) -> None:
    table = line_stations.station_table(ran, line_view.verdict(ran).limit.stations)
    assert "milling · bottleneck" in [row[0] for row in table["body"]]
    assert not any("people" in head for head in table["head"])
    assert any(head.startswith("OEE") for head in table["head"])


@pytest.mark.parametrize("across", [2, 4, 9])
def test_every_station_is_drawn_inside_the_picture(across: int) -> None:
    line = _settings(LOOP)
    boxes = {key: figures_line.Box(key, "working", "working", level=1, room=3) for key in LOOP}
    words = {"in": "in", "out": "out", "scrap": "scrap"}
    figure = figures_line.layout(plan(line), boxes, "light", across=across, words=words)
    spots = figure.data[-1]
    assert set(spots.customdata) == set(LOOP)
    assert len({*zip(spots.x, spots.y, strict=True)}) == len(LOOP)
    (left, right), (low, high) = figure.layout.xaxis.range, figure.layout.yaxis.range
    assert all(left < x - 0.5 and x + 0.37 < right for x in spots.x)
    assert all(low < y - 0.3 and y + 0.3 < high for y in spots.y)
    assert "out" in [word.text for word in figure.layout.annotations]


def test_a_scenario_without_a_line_leads_to_one_that_has(tmp_path: Path) -> None:
    context = offer(shipped_files())
    shown = str(page.layout(View("line", "mill"), context))
    assert "This scenario has no line" in shown
    assert "/line?scenario=line" in shown


def test_a_moment_of_an_address_stays_in_the_run() -> None:
    scenario = load(shipped() / "line.toml")
    assert page._at("2.5", scenario) == 9000.0
    assert page._at("999", scenario) == 24 * 3600.0
    assert page._at("soon", scenario) == page._at("nan", scenario) == 45000.0
    assert page._at("6.03333", scenario) == 21720.0


def test_a_way_over_a_station_is_drawn_whole() -> None:
    """A product that skips the middle station goes over it in an arc that is not cut off."""
    products = {"a": {"route": "s0, s1, s2"}, "b": {"route": "s0, s2"}}
    drawn = plan(_settings({name: {} for name in ("s0", "s1", "s2")}, products=products))
    boxes = {name: Box(name, "", "working") for name in ("s0", "s1", "s2")}
    figure = layout(drawn, boxes, "light", across=6, words={"in": "", "out": "", "scrap": ""})
    low, high = figure.layout.yaxis.range
    peak = TALL + 0.75 * 0.5
    assert high > peak
    assert figure.layout.height == int(LANE_PX * (high - low))


def test_one_part_of_many_places_is_seen() -> None:
    drawn = plan(_settings({"saw": {"buffer": 200}}))
    empty, one = (
        layout(drawn, {"saw": Box("saw", "", "working", level=level, room=200)}, "light", across=6,
               words={"in": "", "out": "", "scrap": ""})
        for level in (0.0, 1.0)
    )  # fmt: skip
    assert len(one.layout.shapes) == len(empty.layout.shapes) + 1
    filled = one.layout.shapes[-1]
    assert filled.y1 - filled.y0 == pytest.approx(2 * TALL * SEEN)


def test_how_sure_the_bottleneck_is_in_words() -> None:
    one, both = Limit("station", ("saw",)), Limit("stations", ("saw", "mill"))
    said = line_limit.said(one, Counter(saw=17, mill=3), None)
    assert said.head == "saw holds the line back"
    assert said.lines[0].startswith("In 17 of 20 runs, saw")
    said = line_limit.said(both, Counter(mill=20), None)
    assert said.head == "The bottleneck moves, mostly between saw and mill"
    assert said.lines == ("In 20 of 20 runs, mill stood least for want of parts or of room.",)
    said = line_limit.said(Limit("release", release="schedule"), Counter(mill=20), None)
    assert said.head == "No station holds the line back: the orders do"
    assert "mill" not in " ".join(said.lines)


def test_what_was_tried_is_the_answer_of_the_page(ran: line_view.Ran) -> None:
    gain = {"value": 1.0, "low": 0.5, "high": 1.5, "verdict": "better"}
    row = {"station": "saw", "gain": gain, "elasticity": 0.9, "low": 0.7, "high": 1.1,
           "lead_time": None, "changed": {"line.stations.saw.cycle_time": 57}}  # fmt: skip
    tried = {
        "by_trial": {"kind": "station", "stations": ["saw"], "release": ""}, "faster": 0.05,
        "replications": 20, "stations": [row], "together": {**row, "station": "*"},
        "release": None,
    }  # fmt: skip
    said = line_view.verdict(ran, tried)
    assert said.head == "saw holds the line back"
    assert said.limit.stations == ("saw",)
    assert any(line.startswith("Tried: each station 5") for line in said.lines)
    assert any("states of the runs alone would say: milling" in line for line in said.lines)
    assert line_limit.gains(tried)[0] == ("saw", 0.9, "0.90 (0.70 to 1.10)")
    unsure = {**tried, "by_trial": {"kind": "none", "stations": [], "release": ""}}
    assert line_view.verdict(ran, unsure).limit == line_view.verdict(ran).limit


def test_the_way_to_a_breakdown_only_where_something_breaks() -> None:
    def found(**saw: Any) -> bool:
        station = {"kind": "line", "stations": {"saw": saw}}
        return page._breaks(parse({"plant": {"line": station}}, "l.toml"))

    assert found(time_to_failure=3, time_to_repair=10)
    assert not found(cycle_time=30)
