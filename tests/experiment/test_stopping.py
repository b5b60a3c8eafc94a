"""Replications until it is narrow enough: no more than it takes, and said when it is not."""

from __future__ import annotations

import pytest

from twin import kpi_rows
from twin.errors import BadInput
from twin.experiment.laboratory import Laboratory
from twin.experiment.stopping import replicate_until, wishes
from twin.experiment.work import variant
from twin.scenario import Scenario, parse


def line(**more: object) -> Scenario:
    stations = {
        "a": {"cycle_time": 1, "cycle_spread": 1},
        "b": {"cycle_time": 1, "cycle_spread": 1, "buffer": 3, **more},
    }
    document = {"horizon": "200 s", "seed": 2, "plant": {"l": {"kind": "line",
                "stations": stations}}}  # fmt: skip
    return parse(document, "x")


def test_runs_stop_when_the_interval_is_narrow_enough():
    scenario = line()
    asked = wishes(scenario, ["l.throughput=2%"])
    n, (reached,) = replicate_until(Laboratory(scenario), [variant(scenario)], asked, least=10)
    assert reached.met
    assert 10 < n < 300
    assert reached.half_width <= reached.wanted
    assert kpi_rows.computed() == n, "runs that were there were computed again"


def test_what_was_not_reached_says_about_how_many_more_it_takes():
    scenario = line()
    asked = wishes(scenario, ["l.throughput=0.5%"])
    laboratory = Laboratory(scenario)
    n, (reached,) = replicate_until(laboratory, [variant(scenario)], asked, least=10, most=30)
    assert (n, reached.met) == (30, False)
    assert "cannot tell yet, about" in str(reached)
    enough, _ = replicate_until(laboratory, [variant(scenario)], asked, least=10, most=5000)
    assert reached.more_runs == pytest.approx(enough - 30, rel=0.6)


def test_of_two_variants_the_difference_is_to_be_narrow():
    base = line()
    pair = [variant(base), variant(line(buffer=4))]
    asked = wishes(base, ["l.throughput=1%"])
    n, (reached,) = replicate_until(Laboratory(base), pair, asked, least=10)
    alone, _ = replicate_until(Laboratory(base), pair[:1], asked, least=10)
    assert reached.met
    assert n < alone / 2, "common luck should make a difference narrow with far fewer runs"


def test_wishes_are_checked():
    scenario = line()
    assert {wish.kpi for wish in wishes(scenario, ["5%"])} >= {"l.throughput", "l.wip"}
    for text in ("", "2", "l.throughput=", "l.throughput=-2%", "0%", "l.throughput=2 %%", "nan%"):
        with pytest.raises(BadInput, match="precision"):
            wishes(scenario, [text])
    with pytest.raises(BadInput, match=r"did you mean 'l\.throughput'"):
        wishes(scenario, ["l.throughputs=2%"])
