"""What limits a line has one answer, and it is the one that is known."""

from __future__ import annotations

from typing import Any

import pytest

from twin.bottleneck import limit_by_shares
from twin.experiment.bottleneck_study import study
from twin.scenario import parse

SLOW = {"cycle_time": 60, "cycle_spread": 0.3, "buffer": 4}
QUICK = {**SLOW, "cycle_time": 30}


def line(stations: dict[str, Any], **more: Any) -> Any:
    header = {"horizon": "12 h", "warmup": "1 h", "replications": 6}
    return parse({**header, "plant": {"line": {"kind": "line", "stations": stations, **more}}}, "l")


def arrivals(seconds: float, **more: Any) -> dict[str, Any]:
    return {"release": "arrivals", "interarrival_time": seconds,
            "interarrival_distribution": "exponential", **more}  # fmt: skip


def orders(every: float, quantity: int) -> dict[str, Any]:
    return {
        "release": "schedule", "products": {"gear": {}},
        "orders": {"gears": {"product": "gear", "quantity": quantity, "every": every}},
    }  # fmt: skip


CASES = {
    "one slow station": (line({"a": QUICK, "b": SLOW, "c": QUICK}), "station", ("b",), ""),
    "the first station": (line({"a": SLOW, "b": QUICK}), "station", ("a",), ""),
    "few arrivals": (line({"a": QUICK, "b": SLOW}, **arrivals(90)), "release", (), "arrivals"),
    "too many arrivals": (line({"a": QUICK, "b": SLOW}, **arrivals(50)), "station", ("b",), ""),
    "too many arrivals, room for all": (
        line({"a": QUICK, "b": {**SLOW, "buffer": 5000}}, **arrivals(50)), "station", ("b",), "",
    ),
    "arrivals lost": (
        line({"a": {**SLOW, "buffer": 0}}, **arrivals(60, when_full="lose")), "station", ("a",), "",
    ),
    "few orders": (line({"a": QUICK, "b": SLOW}, **orders(2, 60)), "release", (), "schedule"),
    "too many orders": (line({"a": QUICK, "b": SLOW}, **orders(2, 150)), "station", ("b",), ""),
    "one card": (
        line({"a": SLOW, "b": SLOW, "c": SLOW}, release="conwip", wip_limit=1),
        "release", (), "conwip",
    ),
    "cards enough": (
        line({"a": QUICK, "b": {**SLOW, "buffer": 20}}, release="conwip", wip_limit=15),
        "station", ("b",), "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_states_and_trial_say_what_is_known(case):
    asked, kind, stations, release = CASES[case]
    found = study(asked, "line")
    for limit in (found.by_states, found.limit):
        assert (limit.kind, limit.stations, limit.release) == (kind, stations, release)


def test_a_deterministic_line_gains_as_much_as_its_slowest_station():
    asked = line({"a": {"cycle_time": 30}, "b": {"cycle_time": 60}})
    found = study(asked, "line", 6)
    assert found.limit.stations == ("b",)
    assert found.tried.together.elasticity == pytest.approx(1 / 0.95, rel=0.01)
    assert found.tried.release is None


def test_one_more_card_is_tried_as_what_it_is():
    """Penny Fab: w = 2 of W0 = 4 gives w/T0; one more gives half as much again."""
    stations = {key: {"cycle_time": 60} for key in "abcd"}
    asked = line(stations, release="conwip", wip_limit=2).with_values({"horizon": 200})
    found = study(asked, "line", 6)
    assert found.tried.release.changed == {"line.wip_limit": 3}
    assert found.tried.release.elasticity == pytest.approx(1.0, rel=0.01)
    assert found.limit.release == "conwip"
    assert sum(one.elasticity for one in found.tried.stations) == pytest.approx(1, abs=0.05)


def test_where_the_runs_name_another_the_bottleneck_moves():
    assert limit_by_shares({"a": 0.9, "b": 0.1}).stations == ("a",)
    assert limit_by_shares({"a": 0.5, "b": 0.4}).stations == ("a", "b")
    assert limit_by_shares({"a": 0.9, "b": 0.1}, ["b"] * 3 + ["a"]).stations == ("a", "b")
    assert limit_by_shares({}).kind == "none"
