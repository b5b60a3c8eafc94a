"""The warm-up that --warmup auto cuts: where a line has settled, and not where it never does."""

from __future__ import annotations

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from twin.cli.main import build
from twin.errors import BadInput
from twin.experiment.settling import one_long_run, settle, warmed
from twin.kpi import compute, series
from twin.scenario import parse
from twin.simulate import simulate


def queue(load: float, hours: float, **more: object) -> dict:
    """M/M/1 with a mean service of a minute, empty at the start."""
    station = {"cycle_time": 60, "cycle_spread": 1, "buffer": 1000}
    return {
        "horizon": f"{hours} h",
        "seed": 6,
        "plant": {
            "line": {"kind": "line", "release": "arrivals", "interarrival_time": 60 / load,
                     "stations": {"desk": station}, **more}
        },
    }  # fmt: skip


def full_of_work() -> dict:
    """A queue that begins with 300 parts in it: at load 0.5 they take ten hours to go."""
    return queue(0.5, 200, start={"desk": {"waiting": "300"}})


def test_the_cut_is_where_the_queue_that_was_there_is_gone():
    found = settle([parse(full_of_work(), "q.toml")], "auto:line.wip", "simpy")
    assert found.kpi == "line.wip"
    assert 8 < found.cut_h < 20
    assert "MSER-5" in str(found)


def test_with_the_cut_the_mean_is_that_of_the_steady_state():
    (scenario,), cut = warmed([parse(full_of_work(), "q.toml")], "auto", "simpy")
    assert cut is not None
    assert cut.cut_h == max(cut.cuts_h.values())
    assert set(cut.cuts_h) >= {"line.throughput", "line.lead_time", "line.wip"}
    wip = [compute(scenario, simulate(scenario, seed=seed))["line.wip"] for seed in range(8)]
    assert np.mean(wip) == pytest.approx(1.0, abs=0.15)  # M/M/1 at 0.5: L = 1


def test_a_queue_that_grows_without_end_is_refused():
    with pytest.raises(BadInput, match=r"second half of the 100 h; simulate longer.*300 h"):
        settle([parse(queue(1.5, 100), "q.toml")], "auto:line.wip")


def test_variants_share_the_latest_cut():
    fast, slow = parse(queue(0.5, 100), "q.toml"), parse(full_of_work(), "q.toml")
    both = settle([fast, slow], "auto:line.wip", "simpy").cut_h
    assert both == settle([slow], "auto:line.wip", "simpy").cut_h
    pair, _ = warmed([fast, slow], "auto:line.wip", "simpy")
    assert {round(one.header.warmup / 3600, 9) for one in pair} == {round(both, 9)}


def test_a_time_is_taken_as_it_is_and_an_unknown_kpi_refused():
    (scenario,), cut = warmed([parse(queue(0.5, 10), "q.toml")], "2 h")
    assert (scenario.header.warmup, cut) == (7200.0, None)
    with pytest.raises(BadInput, match=r"no such KPI, did you mean .line\.wip."):
        settle([parse(queue(0.5, 10), "q.toml")], "auto:line.wipp")


def test_the_parts_of_a_run_make_up_the_whole():
    scenario = parse(queue(0.8, 50) | {"warmup": "5 h"}, "q.toml")
    facts = simulate(scenario)
    whole = compute(scenario, facts)
    parts = series(scenario, facts, ["line.throughput", "line.wip", "line.parts"], 90)
    assert parts["line.parts"].sum() == whole["line.parts"]
    assert parts["line.throughput"].mean() == pytest.approx(whole["line.throughput"])
    assert parts["line.wip"].mean() == pytest.approx(whole["line.wip"])


def test_batch_means_of_one_long_run_hold_the_truth():
    scenario = parse(queue(0.8, 1500) | {"warmup": "50 h"}, "q.toml")
    found = one_long_run(scenario)["line.wip"]
    assert found.low <= 4.0 <= found.high  # M/M/1 at 0.8: L = 4
    assert found.high - found.low < 2.5


@pytest.mark.parametrize("verb", ["run", "compare", "sweep"])
def test_the_verbs_name_the_cut(tmp_path, verb):
    path = tmp_path / "q.toml"
    path.write_text(
        'horizon = "100 h"\nreplications = 2\n[plant.line]\nkind = "line"\nrelease = "arrivals"\n'
        "interarrival_time = 100\n[plant.line.stations.desk]\ncycle_time = 60\n", "utf-8"
    )  # fmt: skip
    more = {"run": ["--batches"], "compare": ["--set", "line.stations.desk.cycle_time=50"],
            "sweep": ["--vary", "line.stations.desk.cycle_time=50:60:2"]}[verb]  # fmt: skip
    done = CliRunner().invoke(
        build(verb), [verb, str(path), *more, "--warmup", "auto", "--json", "-"]
    )
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert document["warmup"]["method"] == "MSER-5"
    assert 0 <= document["warmup"]["cut_h"] <= 50
    if verb == "run":
        assert document["replications"] == 1
        assert set(document["batch_means"]) >= {"line.throughput", "line.lead_time"}
