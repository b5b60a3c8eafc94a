"""Where a model runs: the way up, its drop-outs, and what each placement costs and still sees."""

import math
import tomllib

import numpy as np
import pytest

from twin.errors import BadInput
from twin.kpi import compute
from twin.nodes.links import LINKS, carry
from twin.nodes.outages import Outages
from twin.rng import stream
from twin.scenario import parse
from twin.simulate import simulate

PLANT = """
title   = "A spindle"
horizon = "{hours} h"
seed    = 5

[plant.mill]
kind             = "cnc"
bearing_fault    = "outer"
bearing_severity = 0.6

[sensor.spindle_x]
kind   = "vibration"
on     = "mill"
period = 300
"""
NODE = """
[node.{name}]
sensor = "spindle_x"
board  = "stm32u385"
{more}
"""


def plant(hours=1, **nodes):
    tables = [NODE.format(name=name, more=more) for name, more in nodes.items()]
    return parse(tomllib.loads(PLANT.format(hours=hours) + "".join(tables)), "plant.toml")


def ran(hours=1, **nodes):
    scenario = plant(hours, **nodes)
    facts = simulate(scenario)
    return facts, compute(scenario, facts)


def test_a_connection_is_up_for_its_share_of_the_time():
    way = Outages(3600.0, 1200.0, stream(3, "link"))
    times = np.linspace(0.0, 4e7, 40_000)
    share = np.mean([way.up(time) for time in times])
    # Renewal reward: 3600 / 4800. About 8,300 turns; 1 % is some three standard errors.
    assert share == pytest.approx(0.75, abs=0.01)


def test_what_a_drop_out_interrupts_goes_on_after_it():
    way = Outages(100.0, 50.0, stream(4, "link"))
    needed = 1000.0
    end = way.done(0.0, needed)
    grid = np.arange(0.0, end, 0.01) + 0.005
    assert 0.01 * sum(way.up(time) for time in grid) == pytest.approx(needed, abs=1.0)
    assert way.done(0.0, 400.0) < way.done(0.0, 800.0) < end


def test_asking_far_ahead_first_changes_no_drop_out():
    near, far = Outages(10.0, 5.0, stream(4, "a")), Outages(10.0, 5.0, stream(4, "a"))
    far.up(5000.0)
    times = np.linspace(0.0, 5000.0, 3001)
    assert [near.up(time) for time in times] == [far.up(time) for time in times]


@pytest.mark.parametrize("name", sorted(LINKS))
def test_more_bytes_take_more_time_energy_and_frames(name):
    link = LINKS[name]
    some, more = carry(link, 40, "t"), carry(link, 4000, "t")
    assert 0.0 < some.time <= some.hold
    assert more.time > some.time
    assert more.energy > some.energy
    assert more.frames == math.ceil((more.size - more.frames * link.framing) / link.payload)


def test_a_lorawan_sender_keeps_to_its_share_of_the_time():
    link = LINKS["lorawan_sf7"]
    one, ten = carry(link, 222, "t"), carry(link, 2220, "t")
    assert one.hold == pytest.approx(100 * one.time)
    assert ten.hold == pytest.approx(10 * one.hold)
    assert ten.time == pytest.approx(9 * one.hold + one.time)


def test_the_same_windows_get_the_same_words_wherever_the_model_runs():
    facts, kpis = ran(
        here="",
        features='place = "gateway"\nsend = "features"',
        raw='place = "gateway"',
        cloud='place = "cloud"',
    )
    said = {}
    for row in facts.inferences:
        said.setdefault(row.source, []).append((row.label, row.score))
    assert said["here"] == said["features"] == said["raw"] == said["cloud"]
    assert kpis["here.rightly"] == kpis["cloud.known"] > 50.0
    assert kpis["raw.energy"] < 0.01 * kpis["features.energy"] < 0.01 * kpis["here.energy"]
    assert kpis["raw.sending"] > 5 * kpis["features.sending"]
    assert kpis["here.delay"] < kpis["raw.delay"] < kpis["cloud.delay"]
    assert kpis["raw.uplink"] > 2 * 16_384
    assert [kpis[f"{name}.left_plant"] > 0 for name in ("here", "features", "raw", "cloud")] == [
        False, False, False, True,
    ]  # fmt: skip


def test_when_the_link_drops_the_node_still_judges_and_the_others_are_late_or_blind():
    drops = "outage_every = 0.5\noutage_lasting = 30\nbuffer = 70000\n"
    facts, kpis = ran(
        6, here=drops, raw=drops + 'place = "gateway"', cloud=drops + 'place = "cloud"'
    )
    assert kpis["here.rightly"] > 1.2 * kpis["raw.rightly"]
    assert kpis["here.known"] < kpis["here.rightly"]
    assert kpis["raw.known"] == kpis["raw.rightly"]
    assert kpis["raw.unseen"] > 0
    assert kpis["here.unseen"] == 0
    assert kpis["raw.delay"] > 60.0
    seen = sum(row.source == "raw" for row in facts.inferences)
    windows = sum(row.source == "spindle_x" for row in facts.events)
    assert seen + kpis["raw.unseen"] <= windows
    assert windows - seen - kpis["raw.unseen"] <= 2  # what waits in the buffer at the end


def test_nodes_on_one_sensor_lose_their_link_together():
    drops = 'outage_every = 0.5\noutage_lasting = 30\nplace = "gateway"\n'
    _facts, kpis = ran(4, one=drops, other=drops)
    assert kpis["one.delay"] == pytest.approx(kpis["other.delay"], abs=0.001)
    assert kpis["one.delay"] > 60.0


def test_the_way_up_changes_nothing_in_the_plant():
    alone, _ = ran(here="")
    drops, _ = ran(here='place = "cloud"\noutage_every = 0.2\nbackhaul_every = 0.2')
    assert [row for row in alone.events if row.source == "mill"] == [
        row for row in drops.events if row.source == "mill"
    ]


def test_a_link_too_narrow_for_raw_windows_is_refused_with_what_fits():
    with pytest.raises(BadInput) as caught:
        simulate(plant(far='place = "gateway"\nlink = "lorawan_sf12"'))
    said = str(caught.value)
    assert "node.far.link" in said
    assert "32768 B" in said
    assert 'send = "features"' in said


def test_features_pass_where_raw_windows_do_not():
    _facts, kpis = ran(far='place = "gateway"\nsend = "features"\nlink = "lorawan_sf7"')
    assert kpis["far.windows"] > 0
    assert kpis["far.delay"] < 60.0
