"""Columnar tables: whatever way rows come in, the same rows come out."""

from __future__ import annotations

import pickle
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.records import Event, Facts, Inference, Recorder, Sample, State
from twin.tables import Runs, Table, Words, groups, words

finite = st.floats(allow_nan=False)
names = st.sampled_from(["", "mill", "saw", "café"])
rows = st.lists(st.builds(Event, finite, names, names, names, finite), max_size=20)


def block(part: list[Event]) -> dict[str, object]:
    columns = list(zip(*part, strict=True))
    return {
        name: words(column) if name in {"source", "name", "subject"} else np.array(column)
        for name, column in zip(Event._fields, columns, strict=True)
    }


@given(rows, rows, rows)
def test_rows_and_blocks_of_columns_are_one_table(first, second, third):
    mixed = Table(Event, first)
    if second:
        mixed.extend_columns(block(second))
    mixed.extend(third)
    whole = Table(Event, [*first, *second, *third])
    assert list(mixed) == list(whole) == [*first, *second, *third]
    assert mixed == whole
    assert mixed == [*first, *second, *third]
    assert len(mixed) == len(list(mixed))
    assert pickle.loads(pickle.dumps(mixed)) == whole


@given(rows)
def test_a_different_row_is_not_equal(some):
    table = Table(Event, some)
    other = Table(Event, [*some, Event(1.0, "mill", "part", "1", 2.0)])
    assert table != other
    assert other != Table(Event, [*some, Event(1.0, "mill", "part", "2", 2.0)])


@given(rows)
def test_groups_keep_every_row_in_order(some):
    table = Table(Event, some)
    found = groups(table.columns(), ["source", "name"])
    told = {key: [table[int(row)] for row in rows] for key, rows in found.items()}
    keys = {(row.source, row.name) for row in some}
    assert told == {k: [r for r in some if (r.source, r.name) == k] for k in keys}


def test_many_words_are_grouped_as_well():
    many = [Sample(float(i), f"m{i % 300}", f"c{i % 700}", 0.0) for i in range(5000)]
    found = groups(Table(Sample, many).columns(), ["source", "channel"])
    assert len(found) == len({(row.source, row.channel) for row in many})
    assert [many[i].source for i in found["m7", "c7"]] == ["m7"] * len(found["m7", "c7"])


def test_reading_between_two_appends_loses_nothing():
    record = Recorder(lambda: 1.0)
    record.state("mill", "cutting")
    assert record.facts.states[-1] == State(1.0, "mill", "cutting")
    record.state("mill", "down")
    assert [row.state for row in record.facts.states] == ["cutting", "down"]
    assert record.facts.states[0:1] == [State(1.0, "mill", "cutting")]


def test_rows_have_plain_values():
    record = Recorder(lambda: np.float64(1.0))
    record.inference("eye", "worn", np.float32(0.5), 1e-3, 2e-3, True)
    row = record.facts.inferences[0]
    assert row == Inference(1.0, "eye", "worn", 0.5, 1e-3, 2e-3, True)
    assert [type(value) for value in row] == [float, str, str, float, float, float, bool]


def test_lists_of_rows_are_taken():
    facts = Facts(states=[State(0.0, "mill", "cutting")])
    assert isinstance(facts.states, Table)
    assert facts == Facts(states=Table(State, [(0.0, "mill", "cutting")]))


def test_columns_that_do_not_fit_are_refused():
    table = Table(State)
    with pytest.raises(ValueError, match="time, source, state"):
        table.extend_columns({"time": np.zeros(1), "source": words(["mill"])})
    one = Words(np.zeros(1, np.int32), ("mill",))
    with pytest.raises(ValueError, match="one length"):
        table.extend_columns({"time": np.zeros(2), "source": one, "state": one})


def in_runs():
    codes = {"source": words(["mill", "saw", "mill"])}
    numbers = {"time": [np.array([0.0, 1.0]), np.array([0.5]), np.array([2.0])],
               "value": [np.array([1.0, 2.0]), np.array([9.0]), np.array([3.0])]}  # fmt: skip
    return Runs(codes, numbers)


class Reading(NamedTuple):
    time: float
    source: str
    value: float


def test_rows_in_runs_are_the_rows():
    table: Table[Reading] = Table(Reading)
    table.extend_columns(in_runs())
    assert len(table) == 4
    rows = [(0.0, "mill", 1.0), (1.0, "mill", 2.0), (0.5, "saw", 9.0), (2.0, "mill", 3.0)]
    assert list(table) == rows
    assert table == Table(Reading, rows)
    assert pickle.loads(pickle.dumps(table)) == table
    assert table[2] == (0.5, "saw", 9.0)


def test_runs_are_found_by_their_words():
    made = in_runs()
    assert made.where(["source"]) == {("mill",): [0, 2], ("saw",): [1]}
    mill = made.of([0, 2])
    assert mill["value"].tolist() == [1.0, 2.0, 3.0]
    assert {key: rows.tolist() for key, rows in groups(made, ["source"]).items()} == {
        ("mill",): [0, 1, 3], ("saw",): [2]
    }  # fmt: skip


def test_runs_of_unequal_columns_are_refused():
    table: Table[Reading] = Table(Reading)
    uneven = Runs({"source": words(["mill"])}, {"time": [np.zeros(2)], "value": [np.zeros(3)]})
    with pytest.raises(ValueError, match="one length"):
        table.extend_columns(uneven)
