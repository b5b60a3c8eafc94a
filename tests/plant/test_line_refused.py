"""Bad lines: one clear message each, before anything runs; a deadlock is named, not hung in."""

from __future__ import annotations

import pytest

from tests.plant.lines import scenario
from twin.errors import BadInput
from twin.simulate import simulate

S = {"cycle_time": 1}
TWO = {"a": S, "b": S}


def stations(**changes: dict) -> dict:
    return {"stations": {key: {**S, **changes.get(key, {})} for key in ("a", "b", "c")}}


PEOPLE = {"operators": {"day": {"skills": "turning, milling", "count": 1}}}
BY_DAY = {"operators": {"day": {"skills": "turning", "start": 6, "end": 14}}}
TURNS = {"operator": "turning"}
NOBODY = {"operators": {"day": {"skills": "turning", "count": 0}}}


@pytest.mark.parametrize(
    ("line", "where", "words"),
    [
        ({}, "stations", "at least one station"),
        (stations(a={"next": "bb"}), "stations.a.next = 'bb'", "no such station"),
        (stations(a={"next": "b | d"}), "stations.a.next = 'd'", "no such station"),
        ({**stations(), "products": {"p": {"route": "a, cc, b"}}}, "products.p.route = 'cc'",
         "no such station"),
        ({**stations(), "products": {"p": {"steps": {"a": {}, "bb": {}}}}}, "products.p.steps.bb",
         "no such station"),
        ({**stations(), "products": {"p": {"steps": {"a": {"after": "x"}}}}}, "products.p.steps.a",
         "no such step"),
        ({**stations(), "products": {"p": {"steps": {"a": {"after": "b"}, "b": {"after": "a"}}}}},
         "products.p.steps", "wait for each other"),
        (stations(c={"next": "a"}), "stations.a.next", "parts never leave a, b, c"),
        (stations(a={"batch": 5, "kanban": 3}), "stations.a.kanban = 3 cards",
         "a batch of 5 never comes together"),
        ({**stations(b={"batch": 5, "buffer": 9}), "release": "conwip", "wip_limit": 3},
         "wip_limit = 3 parts", "a batch of 5 never comes together"),
        (stations(b={"next": "b"}), "stations.", "parts never leave"),
        (stations(a={"split": {"b": {"share": 0.5}, "c": {"share": 0.4}}}), "stations.a.split",
         "the shares sum to 0.9, not to 1"),
        ({**stations(), "products": {"p": {"share": 0.5}, "q": {"share": 0.6}}}, "products",
         "the shares sum to 1.1, not to 1"),
        (stations(a={"cycle_distribution": "normal", "cycle_spread": 0.4}),
         "stations.a.cycle_spread = 0.4", "would be negative; allowed up to 0.125, or use gamma"),
        (stations(a={"cycle_distribution": "uniform", "cycle_spread": 0.6}),
         "stations.a.cycle_spread", "would be negative; allowed up to 0.5773"),
        (stations(a={"cycle_distribution": "triangular", "cycle_spread": 0.5}),
         "stations.a.cycle_spread", "would be negative; allowed up to 0.4082"),
        (stations(a={"cycle_distribution": "erlang", "cycle_spread": 0.6}),
         "stations.a.cycle_spread", "0.57735 for 3 stages"),
        (stations(a={"cycle_distribution": "hyperexponential", "cycle_spread": 0.6}),
         "stations.a.cycle_spread", "varies by 1 or more"),
        (stations(a={"time_to_failure": 1, "time_to_repair": 10, "failure_distribution": "normal"}),
         "stations.a.failure_spread", "would be negative"),
        ({"release": "arrivals", "interarrival_time": 60, "interarrival_distribution": "normal",
          **stations()},
         "interarrival_spread", "would be negative"),
        ({**PEOPLE, **stations(a={"operator": "turnin"})}, "stations.a.operator = 'turnin'",
         "nobody has this skill, did you mean 'turning'"),
        ({**NOBODY, **stations(a={"operator": "turning"})}, "stations.a.operator",
         "nobody has this skill"),
        (stations(a={"operator": "turning"}), "stations.a.operator", "nobody has this skill"),
        ({**BY_DAY, "shifts": {"night": {"start": 22, "end": 4}}, **stations(a=TURNS)},
         "stations.a.operator = 'turning'",
         "there while the line works: operators.day 6 to 14 h; shifts.night 22 to 4 h"),
        ({"release": "arrivals", **stations()}, "release = 'arrivals'", "needs interarrival_time"),
        ({"release": "conwip", **stations()}, "release = 'conwip'", "needs wip_limit"),
        (stations(a={"time_to_failure": 3}), "stations.a.time_to_failure = 3 h",
         "needs time_to_repair as well"),
        (stations(a={"repair_crew": "x", "time_to_failure": 1, "time_to_repair": 10}),
         "stations.a.repair_crew = 'x'",
         "no such crew"),
        (stations(c={"takes": {"a": {}}}), "stations.c.takes.a",
         "this assembly is never fed: no part comes from a to c"),
        (stations(a={"next": "c"}, c={"takes": {"a": {}}}), "stations.c.takes",
         "b sends parts here; say in takes.b how many are taken"),
        (stations(b={"takes": {"a": {"count": 4, "buffer": 2}}}), "stations.b.takes.a.buffer = 2",
         "never come together"),
        (stations(b={"batch": 8}), "stations.b.buffer = 3", "never comes together"),
        (stations(b={"inspects": True, "rejects_to": "x"}), "stations.b.rejects_to = 'x'",
         "no such station"),
        (stations(a={"buffer": 0}, b={"buffer": 0, "inspects": True, "rejects_to": "a"}),
         "stations.a.buffer = 0", "a → b → a is a loop without a single place"),
        ({"release": "schedule", **stations()}, "release = 'schedule'", "orders"),
        ({"orders": {"o": {}}, **stations()}, "release = 'saturated'", "orders are only looked at"),
        (stations(b={"conveyor": 3}), "stations.b.conveyor", "transport_time"),
        (stations(a={"blocking": "before service", "next": "b | c"}), "stations.a.blocking",
         "one known place"),
        (stations(a={"cycle_tine": 3}), "stations.a.cycle_tine = 3", "did you mean 'cycle_time'"),
        ({"stations": {"out": S}}, "stations.out", "is not a name for a station"),
    ],
)  # fmt: skip
def test_a_bad_line_is_refused_in_one_line(line, where, words):
    with pytest.raises(BadInput) as refused:
        scenario(line, 10)
    assert len(refused.value.faults) == 1, str(refused.value)
    (fault,) = refused.value.faults
    assert f"plant.line.{where}" in str(fault)
    assert words in str(fault)


@pytest.mark.parametrize(
    ("start", "end"), [(22, 7), (13, 22), (0, 24), (8, 9), (4, 20), (6, 6)], ids=str
)
def test_operators_who_are_there_for_some_of_the_shift_are_enough(start, end):
    shifts = {"late": {"start": 2, "end": 3}, "line": {"start": start, "end": end}}
    asked = scenario(
        {**BY_DAY, "shifts": shifts, **stations(a={**TURNS, "cycle_time": 60})}, 86_400
    )
    assert any(event.name == "part" for event in simulate(asked).events)


def test_a_deadlock_is_named_when_it_comes_about():
    """Rework comes back to a mill whose only place is taken by new parts."""
    line = {
        "release": "arrivals", "interarrival_time": 1,
        "stations": {
            "mill": {"cycle_time": 1, "buffer": 1, "next": "test"},
            "test": {"cycle_time": 1, "buffer": 0, "inspects": True, "false_alarm": 50,
                     "rejects_to": "mill"},
        },
    }  # fmt: skip
    with pytest.raises(BadInput, match=r"deadlock at .* h: .*test.* each hold a part") as stopped:
        simulate(scenario(line, 100_000))
    assert stopped.value.faults[0].path.startswith("plant.line.stations.")


def test_a_loop_with_room_runs_on():
    line = {
        "release": "conwip", "wip_limit": 3,
        "stations": {
            "mill": {"cycle_time": 1, "buffer": 3, "next": "test"},
            "test": {"cycle_time": 1, "buffer": 3, "inspects": True, "false_alarm": 50,
                     "rejects_to": "mill"},
        },
    }  # fmt: skip
    facts = simulate(scenario(line, 5000))
    assert sum(event.name == "part" for event in facts.events) > 1500


def test_cards_in_a_ring_can_lock_and_are_named():
    line = {
        "stations": {
            "a": {"cycle_time": 1, "kanban": 1},
            "b": {"cycle_time": 1, "kanban": 1, "inspects": True, "false_alarm": 50,
                  "rejects_to": "a"},
        },
    }  # fmt: skip
    with pytest.raises(BadInput, match="deadlock at"):
        simulate(scenario(line, 100_000))


def test_a_batch_that_may_begin_with_fewer_needs_no_more_cards():
    batch = {"batch": 5, "batch_least": 2, "buffer": 9}
    asked = scenario({**stations(b=batch), "release": "conwip", "wip_limit": 3}, 100)
    made = [event for event in simulate(asked).events if event.name == "part"]
    assert len(made) > 10
