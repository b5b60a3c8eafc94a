"""Weights loaded segment by segment: the cuts, and what they cost, against sums by hand."""

import dataclasses
import itertools

import pytest

from tests.nodes.test_node import accelerometer, look, node
from twin.errors import BadInput
from twin.nodes.boards import BOARDS
from twin.nodes.budget import budgets
from twin.nodes.cost import Layer, inference_time
from twin.nodes.library import open_model
from twin.nodes.segments import External, cuts, plan

L4R5 = BOARDS["stm32l4r5"]
BY_HAND = External(buffer=1500, rate=2e6, setup=10e-6, power=0.06)


def card(*weights):
    """A model of dense layers: 100 inputs each, a channel for every 100 bytes of weights."""
    layers = tuple(
        Layer(f"dense{k}", "dense", size, size // 100, size // 100, size, 100, 100)
        for k, size in enumerate(weights)
    )
    return dataclasses.replace(open_model("bearing").card, layers=layers)


def test_segments_by_hand():
    # A channel takes 8 B beside its weights: 1080, 432, 432 and 864 B.
    found = plan(card(1000, 400, 400, 800), L4R5, BY_HAND)
    assert [segment.layers for segment in found.segments] == [
        ("dense0",), ("dense1", "dense2"), ("dense3",),
    ]  # fmt: skip
    assert [segment.size for segment in found.segments] == [1080, 864, 864]
    assert found.buffer == 1080
    # 10 µs and 1080 B at 2 MB/s; 1.91 · 1000 + 56 · 10 instructions at 1.52 cycles, 120 MHz.
    first = found.segments[0]
    assert first.loading == pytest.approx(10e-6 + 540e-6)
    assert first.computing == pytest.approx(2470 * 1.52 / 120e6)
    joules = 550e-6 * (0.045 + 0.06) + 2470 * 1.52 / 120e6 * 0.045
    assert first.energy == pytest.approx(joules)
    # Input and output of 100 B each, in steps of 16 B: 224 B of arena beside the buffer.
    assert first.memory == 1080 + 224
    assert found.loading == pytest.approx(3 * 10e-6 + 2808 / 2e6)
    assert found.reading == pytest.approx(found.loading * 0.06)


@pytest.mark.parametrize("sizes", [[5], [3, 1, 4, 1, 5, 9, 2, 6], [9, 1, 1, 1, 9], [2] * 9])
def test_cuts_are_the_fewest_and_of_those_the_most_even(sizes):
    for most in range(max(sizes), sum(sizes) + 2):
        found = cuts(sizes, most)
        assert [start for start, _ in found] == [0, *(stop for _, stop in found[:-1])]
        assert found[-1][1] == len(sizes)
        largest = max(sum(sizes[a:b]) for a, b in found)
        best = min(
            (len(ends) + 1, max(sum(sizes[a:b]) for a, b in itertools.pairwise((0, *ends, 99))))
            for count in range(len(sizes))
            for ends in itertools.combinations(range(1, len(sizes)), count)
            if max(sum(sizes[a:b]) for a, b in itertools.pairwise((0, *ends, 99))) <= most
        )
        assert (len(found), largest) == best


def test_the_layer_that_alone_breaks_the_buffer_is_named():
    with pytest.raises(BadInput, match=r"1499 B.*layer dense2 .* alone takes 1620 B"):
        plan(card(400, 800, 1500), L4R5, dataclasses.replace(BY_HAND, buffer=1499), path="buffer")


def test_a_node_pays_for_loading_and_keeps_its_words():
    device = accelerometer()
    state = {"spindle_speed": 30.0, "bearing_outer": 0.6}
    whole = look(node(device), device, state)
    on = node(device, weights="external", weights_buffer=3300)
    loaded = look(on, device, state)
    assert (loaded.label, loaded.scores) == (whole.label, whole.scores)
    assert len(on.plan.segments) == 2
    assert loaded.latency == pytest.approx(whole.latency + on.plan.loading)
    extra = on.plan.loading * (on.board.active_power + 0.06)
    assert loaded.energy == pytest.approx(whole.energy + extra)


def test_loaded_weights_take_memory_instead_of_flash():
    held = open_model("bearing").card
    found = plan(held, L4R5, External(3300, 20e6, 10e-6, 0.06))
    flash, memory, time = budgets(held, L4R5, plan=found)
    before = budgets(held, L4R5)
    assert flash.used == 0
    assert memory.used == before[1].used + found.buffer
    assert time.used == pytest.approx(inference_time(held.layers, L4R5) + found.loading)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"weights_buffer": 100}, r"node\.spindle\.weights_buffer.*layer .* alone takes"),
        ({"place": "gateway"}, r"node\.spindle\.weights.*where the model runs"),
        ({"external_rate": 0.01}, "does not fit: time.*loading the weights"),
    ],
)
def test_what_cannot_be_loaded_is_refused(changes, message):
    with pytest.raises(BadInput, match=message):
        node(weights="external", **changes)
