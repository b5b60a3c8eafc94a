"""Thousands of spoilt scenarios: each is read or refused in plain lines, never a traceback."""

from __future__ import annotations

import copy
import datetime
import random
import tomllib

import pytest

from twin.errors import BadInput
from twin.scenario import parse
from twin.simulate import check

VALUES = [
    None,
    True,
    3,
    -1,
    1e308,
    float("nan"),
    10**400,
    "",
    "8 h",
    "abc",
    "3 kg",
    [],
    [1],
    {},
    {"a": 1},
    datetime.date(2020, 1, 1),
    "é" * 50,
    "1e400 h",
    "-0",
    [{}],
    "m/min",
    "5 °",
    "3 (",
    "3 m/",
    "3 **",
]
KEYS = [
    "kind",
    "on",
    "sensor",
    "board",
    "model",
    "horizon",
    "seed",
    "cutting_speed",
    "teeth",
    "zones",
    "stations",
    "machine",
    "machines",
    "buffer",
    "kpi",
    "at_most",
    "a.b",
    "",
    "é",
    "expect",
]


def places(table: dict, above: tuple = ()):
    for key, value in table.items():
        yield (*above, key)
        if isinstance(value, dict):
            yield from places(value, (*above, key))


def spoil(document: dict, luck: random.Random) -> dict:
    spoilt = copy.deepcopy(document)
    *parents, last = luck.choice(list(places(spoilt)))
    table = spoilt
    for key in parents:
        table = table[key]
    how = luck.random()
    if how < 0.6:
        table[last] = copy.deepcopy(luck.choice(VALUES))
    elif how < 0.85:
        table[luck.choice(KEYS)] = copy.deepcopy(luck.choice(VALUES))
    else:
        del table[last]
    return spoilt


@pytest.mark.parametrize("seed", range(4))
def test_a_spoilt_scenario_is_read_or_refused_in_plain_lines(scenarios, seed):
    document = tomllib.loads((scenarios / "cell.toml").read_text("utf-8"))
    luck = random.Random(seed)
    refused = 0
    for case in range(250):
        try:
            scenario = parse(spoil(document, luck), "spoilt.toml")
            if case % 25 == 0:
                check(scenario)
        except BadInput as error:
            refused += 1
            for fault in error.faults:
                assert "\n" not in str(fault)
                assert str(fault).startswith("spoilt.toml") or fault.path
    assert refused > 100
