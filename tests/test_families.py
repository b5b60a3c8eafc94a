"""One test walks every asset, sensor and verb: a new file is checked from its first day."""

from __future__ import annotations

import math

import numpy as np
import pytest

from twin import units
from twin.errors import BadInput
from twin.family import kinds, load
from twin.kpi import evaluate
from twin.params import Params, declarations
from twin.plant.base import Asset
from twin.scenario import parse
from twin.signals.base import Sensor
from twin.simulate import build, simulate

ASSETS = kinds("twin.plant")
SENSORS = kinds("twin.signals")

SMALLEST = {
    "cnc": {},
    "line": {"stations": {"one": {"cycle_time": 30}, "two": {"cycle_time": 30}}},
    "building": {"zones": {"hall": {}}},
}
"""The least that a kind needs to be told; a new kind that needs nothing needs no line here."""


def scenario(kind: str, seed: int = 1, **header: object):
    table = {"kind": kind, **SMALLEST.get(kind, {})}
    return parse({"horizon": "2 h", "seed": seed, **header, "plant": {"thing": table}}, "test")


def walk(params: type[Params]):
    for declared in declarations(params):
        yield declared
        if declared.params is not None:
            yield from walk(declared.params)


@pytest.mark.parametrize(
    ("family", "kind"),
    [("twin.plant", kind) for kind in ASSETS] + [("twin.signals", kind) for kind in SENSORS],
)
def test_every_parameter_is_declared_in_full(family, kind):
    module = load(family, kind)
    assert module.__doc__
    for declared in walk(module.Settings):
        assert declared.meaning.endswith("."), declared.path
        if declared.form != "quantity":
            continue
        units.to_si(1.0, declared.unit)
        assert declared.low is not None
        assert declared.high is not None
        assert declared.low < declared.high, declared.path
        if not declared.required:
            assert declared.low <= declared.default <= declared.high, declared.path


@pytest.mark.parametrize("kind", ASSETS)
def test_every_asset_keeps_the_contract(kind):
    module = load("twin.plant", kind)
    assert issubclass(module.Model, Asset)
    running = build(scenario(kind))
    running.advance(3600.0)
    asset = running.world.assets["thing"]
    values = asset.read()
    assert set(values) == {channel.name for channel in module.Model.channels}
    assert all(math.isfinite(value) for value in values.values())
    for channel in module.Model.channels:
        units.to_si(1.0, channel.unit)
    for limit in module.Model.limits(scenario(kind).entries["thing"].settings):
        assert limit.used <= limit.limit


@pytest.mark.parametrize("kind", ASSETS)
def test_every_asset_repeats_exactly(kind):
    first, again, other = (simulate(scenario(kind, seed)) for seed in (1, 1, 2))
    assert first.events == again.events
    assert first.states == again.states
    assert first.samples == again.samples
    if kind == "cnc":
        assert first.samples != other.samples


@pytest.mark.parametrize("kind", ASSETS)
def test_every_kpi_can_be_read(kind):
    asked = scenario(kind)
    values = evaluate(asked.measures, simulate(asked))
    assert set(values) == set(asked.measures)
    headlines = [path for path, measure in asked.measures.items() if measure.headline]
    assert headlines
    assert all(math.isfinite(values[path]) for path in headlines)
    for measure in asked.measures.values():
        units.to_si(1.0, measure.unit)
        assert measure.meaning.endswith(".")


@pytest.mark.parametrize("kind", SENSORS)
def test_every_sensor_keeps_the_contract(kind):
    module = load("twin.signals", kind)
    assert issubclass(module.Sensor, Sensor)
    sensor = module.Sensor("s", module.Settings.read({"on": "mill"}))
    state = dict.fromkeys((*sensor.needs, *sensor.uses), 0.0)
    state |= {"spindle_speed": 30.0, "teeth": 4.0, "temperature": 300.0, "roughness": 1e-6}
    one = sensor.block(state, 0.0, np.random.default_rng(1))
    two = sensor.block(state, 0.0, np.random.default_rng(1))
    assert one.dtype == np.float32
    assert one.ndim in {1, 2}
    assert np.isfinite(one).all()
    assert (one == two).all()
    assert sensor.rate > 0
    units.to_si(1.0, sensor.unit)


def test_an_unknown_kind_is_refused_with_the_nearest():
    with pytest.raises(BadInput, match="did you mean 'cnc'"):
        load("twin.plant", "cmc")
