"""From now, not from empty: laid out by hand, told by a run, forecast, saved and restored."""

from __future__ import annotations

import json
import tomllib

import numpy as np
import pytest

from tests.plant.lines import EVERYTHING, EXPONENTIAL, rows, scenario, serial, states
from twin.errors import BadInput
from twin.forecast.rest import forecast_rest
from twin.kpi import compute
from twin.rng import replication_seed
from twin.scenario import load, parse
from twin.simulate import build, simulate
from twin.snapshot import from_now, read_saved, to_toml, write_saved

CONSTANT = {"repair_distribution": "constant", "failure_distribution": "constant",
            "time_to_failure": "100 s", "time_to_repair": "20 s"}  # fmt: skip


def test_a_line_laid_out_by_hand_goes_on_as_told_by_hand():
    """Saw 12 s into 20 s; two wait; the mill is blocked; the wash is 15 s into 20 s of repair."""
    line = {
        "stations": {
            "saw": {"cycle_time": 20},
            "mill": {"cycle_time": 10, "buffer": 2},
            "wash": {"cycle_time": 4, "buffer": 1, **CONSTANT},
        },
        "start": {
            "saw": {"machines": {"1": {"doing": "working", "parts": "1", "worked": 12}}},
            "mill": {"waiting": "2", "machines": {"1": {"doing": "blocked", "parts": "old"}}},
            "wash": {"waiting": "1",
                     "machines": {"1": {"doing": "working", "worked": 1, "down": True,
                                        "repaired": 15}}},
        },
        "parts": {"old": {"age": 100}},
    }  # fmt: skip
    facts = simulate(scenario(line, 40))
    assert states(facts, "wash")[:2] == [(0, "down"), (5, "working")]
    assert states(facts, "mill")[:2] == [(0, "blocked"), (8, "working")]
    assert states(facts, "saw") == [(0, "working")]
    done = rows(facts, "part")
    assert [time for time, _s, _v in done] == [8, 12, 16, 22, 32]
    assert done[2][2] == 116
    assert next(s.value for s in facts.samples if s.channel == "wip") == 6


def test_what_is_left_of_a_time_is_drawn_given_what_has_passed():
    """A uniform time of 5 to 15 s that has lasted 10 s has 0 to 5 s left, 2.5 on average."""
    station = {"cycle_time": 10, "cycle_distribution": "uniform", "cycle_spread": 0.2886751}
    line = {
        "stations": {"s": station},
        "start": {"s": {"machines": {"1": {"doing": "working", "worked": 10}}}},
    }
    asked = scenario(line, 6)
    first = [rows(simulate(asked, seed=seed), "part")[0][0] for seed in range(300)]
    assert 0 < min(first) <= max(first) < 5
    assert np.mean(first) == pytest.approx(2.5, abs=4 * 1.44 / np.sqrt(300))


@pytest.mark.parametrize("at", [7.3, 30.1])
def test_a_present_state_is_told_and_laid_out_again(at):
    asked = scenario(EVERYTHING, 60 * 3600)
    running = build(asked)
    running.advance(at * 3600)
    line = running.world.assets["line"]
    now = from_now(running)
    again = build(now)
    again.advance(1e-6)
    other = again.world.assets["line"]
    assert other.wip == line.wip
    for station, copy in zip(line.stations, other.stations, strict=True):
        assert [len(s.parts) for s in station.servers] == [len(s.parts) for s in copy.servers]
        assert [s.broken for s in station.servers] == [s.broken for s in copy.servers]
        assert station.level == copy.level
    simulate(now)
    text = to_toml(now.document)
    assert parse(tomllib.loads(text), "again").document == now.document


SHIFT = {
    "stations": serial([
        {**EXPONENTIAL, "cycle_time": 60, "cycle_spread": 0.5, "buffer": 3, "time_to_failure": 1,
         "time_to_repair": 10},
        {**EXPONENTIAL, "cycle_time": 60, "buffer": 3, "failure_clock": "calendar",
         "time_to_failure": 2, "time_to_repair": 15},
        {**EXPONENTIAL, "cycle_time": 55, "cycle_spread": 0.3, "buffer": 3},
    ]),
}  # fmt: skip


def test_the_80_percent_interval_of_the_rest_of_a_shift_holds_80_percent():
    """200 shifts of 4 h, each looked at after 2 h and forecast from its state at that moment."""
    names = ["line.parts", "line.lead_time", "line.stations.s2.working"]
    held = np.zeros(len(names))
    asked = scenario(SHIFT, 4 * 3600)
    for shift in range(200):
        running = build(asked, seed=replication_seed(100, shift))
        running.advance(2 * 3600)
        now = from_now(running).with_values({"seed": 1000 + shift})
        running.advance(4 * 3600)
        facts = running.finish()
        facts.warmup = 2 * 3600.0
        truth = compute(asked, facts)
        told = forecast_rest(now, 9, names)
        held += [told[name].p10 <= truth[name] <= told[name].p90 for name in names]
    assert all(0.75 <= share <= 0.85 for share in held / 200), held / 200


def test_a_saved_run_goes_on_with_identical_facts(scenarios, tmp_path):
    asked = load(scenarios / "cell.toml").with_values({"horizon": "3 h"})
    whole = simulate(asked)
    running = build(asked)
    running.advance(1.23 * 3600)
    write_saved(running, tmp_path / "run.json")
    again = read_saved(tmp_path / "run.json")
    assert again.env.now == running.env.now
    again.advance(asked.header.horizon)
    facts = again.finish()
    for table in ("events", "states", "samples", "inferences", "messages"):
        assert getattr(facts, table) == getattr(whole, table)


def test_a_saved_run_that_is_not_the_same_any_more_is_refused(tmp_path):
    running = build(scenario(SHIFT, 3600))
    running.advance(1800)
    path = tmp_path / "run.json"
    write_saved(running, path)
    saved = json.loads(path.read_text())
    path.write_text(json.dumps({**saved, "seed": 2}))
    with pytest.raises(BadInput, match="simulates it otherwise"):
        read_saved(path)
    path.write_text("{}")
    with pytest.raises(BadInput, match="not a saved run"):
        read_saved(path)
    path.write_text("nothing")
    with pytest.raises(BadInput, match="cannot be read"):
        read_saved(path)


def test_orders_that_were_released_before_keep_their_dates():
    order = {"quantity": 3, "release": "-1 h", "due": "20 s"}
    line = {
        "release": "schedule", "orders": {"a": order}, "stations": {"s": {"cycle_time": 10}},
        "parts": {"x": {"age": 3600, "order": "a", "due": "20 s"},
                  "y": {"age": 3600, "order": "a", "due": "20 s"}},
        "start": {"s": {"waiting": "y", "machines": {"1": {"doing": "working", "parts": "x",
                                                           "worked": 4}}}},
    }  # fmt: skip
    facts = simulate(scenario(line, 100))
    assert rows(facts, "part") == [(6, "2", 3606), (16, "1", 3616)]
    assert rows(facts, "order") == [(16, "a", 3616)]


@pytest.mark.parametrize(
    ("start", "where", "words"),
    [
        ({"sew": {}}, "start.sew", "no such station, did you mean 'saw'"),
        ({"saw": {"machines": {"2": {}}}}, "start.saw.machines.2", "has 1 to 1"),
        ({"saw": {"waiting": "gear"}}, "start.saw.waiting = 'gear'", "no such part or product"),
        ({"saw": {"waiting": "2 -"}}, "start.saw.waiting", "is no list of parts"),
        ({"saw": {"waiting": "x, x"}}, "start.saw.waiting", "x is in"),
        ({"saw": {"coming": "x"}}, "start.saw.coming", "without a transport_time"),
        ({"saw": {"stock": "1"}}, "start.saw.stock", "with cards"),
        ({"saw": {"outside": "1"}}, "start.saw.outside", "arrivals or a schedule"),
        ({"saw": {"bins": {"a": {}}}}, "start.saw.bins.a", "is not taken here"),
    ],
)
def test_a_present_state_that_cannot_be_is_refused(start, where, words):
    line = {"stations": {"saw": {"cycle_time": 1}}, "parts": {"x": {}}, "start": start}
    with pytest.raises(BadInput) as refused:
        scenario(line, 10)
    assert f"plant.line.{where}" in str(refused.value)
    assert words in str(refused.value)
