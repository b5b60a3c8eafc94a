"""The active period method: by hand, and where the throughput says the bottleneck is."""

from __future__ import annotations

import pytest

from tests.plant.lines import EXPONENTIAL, scenario, serial
from twin.bottleneck import Period, bottlenecks, momentary
from twin.records import Facts, State
from twin.simulate import simulate


def test_the_longest_active_period_is_the_bottleneck_and_shifts_in_the_overlap():
    """a is active 0 to 6 s, b 4 to 12 s: a alone 4 s, both 2 s, b alone 6 s, then c."""
    rows = [("a", 0, "working"), ("b", 0, "starved"), ("c", 0, "blocked"), ("c", 1, "working"),
            ("c", 3, "starved"), ("b", 4, "setup"), ("b", 5, "working"), ("a", 6, "blocked"),
            ("b", 12, "blocked"), ("c", 12, "working")]  # fmt: skip
    facts = Facts(end=20.0, states=[State(float(t), s, state) for s, t, state in rows])
    found = {share.source: share for share in bottlenecks(facts, ["a", "b", "c"])}
    assert (found["a"].sole, found["a"].shifting) == pytest.approx((4 / 20, 2 / 20))
    assert (found["b"].sole, found["b"].shifting) == pytest.approx((6 / 20, 2 / 20))
    assert (found["c"].sole, found["c"].shifting) == pytest.approx((8 / 20, 0))
    assert found["c"].mean_active == pytest.approx(5.0)


def test_a_short_period_within_a_long_one_is_never_it():
    periods = [Period("a", 0, 10), Period("b", 2, 5), Period("b", 6, 30), Period("c", 9, 12)]
    assert [(p.source, p.end) for p in momentary(periods)] == [("a", 10), ("b", 30)]


@pytest.mark.parametrize("slow", [0, 2, 4])
def test_the_slowest_station_is_the_bottleneck(slow):
    stations = [{**EXPONENTIAL, "buffer": 3} for _ in range(5)]
    stations[slow] = {**stations[slow], "cycle_time": 1.4}
    facts = simulate(scenario({"stations": serial(stations)}, 3000, warmup=200))
    found = bottlenecks(facts, [f"line.stations.s{i + 1}" for i in range(5)])
    assert found[0].source == f"line.stations.s{slow + 1}"
    assert found[0].total > 0.5
