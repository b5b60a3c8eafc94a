"""The arena planner: lifetimes, places and the layer that decides."""

import dataclasses
import itertools

import pytest

from twin.nodes.arena import (
    ALIGNMENT,
    Buffer,
    arena,
    buffers,
    fullest,
    largest_first,
    most_alive,
    plan,
    timeline,
)
from twin.nodes.layers import Builder
from twin.nodes.reference import TASKS, network
from twin.rng import stream


def random_tensors(seed: int) -> list[Buffer]:
    rng = stream(seed, "test.arena")
    found = []
    for number in range(int(rng.integers(2, 25))):
        first = int(rng.integers(0, 12))
        size, length = int(rng.integers(1, 5000)), int(rng.integers(0, 5))
        found.append(Buffer(f"t{number}", size, first, first + length))
    return found


@pytest.mark.parametrize("seed", range(40))
def test_no_two_tensors_that_live_at_once_overlap(seed):
    tensors = random_tensors(seed)
    places = plan(tensors)
    assert sorted(place.buffer.name for place in places) == sorted(t.name for t in tensors)
    for one, other in itertools.combinations(places, 2):
        together = one.buffer.first <= other.buffer.last and other.buffer.first <= one.buffer.last
        assert not together or one.stop <= other.start or other.stop <= one.start
    for place in places:
        assert place.start % ALIGNMENT == 0
        assert place.stop - place.start >= place.buffer.size


@pytest.mark.parametrize("seed", range(40))
def test_a_plan_is_no_larger_than_tensorflow_lite_micros_and_no_smaller_than_what_lives(seed):
    tensors = random_tensors(seed)
    assert most_alive(tensors) <= arena(tensors) <= max(p.stop for p in largest_first(tensors))


def test_tensors_that_never_meet_share_memory():
    assert arena([Buffer("a", 96, 0, 1), Buffer("b", 96, 2, 3)]) == 96
    assert arena([Buffer("a", 96, 0, 2), Buffer("b", 96, 2, 3)]) == 192
    assert arena([]) == 0


def test_placing_first_what_sticks_out_beats_the_largest_first():
    # The first layers of MobileNetV1 0.25: input, convolution, depthwise, pointwise.
    tensors = [
        Buffer("input", 27_648, 0, 0),
        Buffer("first", 18_432, 0, 1),
        Buffer("depthwise", 18_432, 1, 2),
        Buffer("pointwise", 36_864, 2, 3),
    ]
    assert max(place.stop for place in largest_first(tensors)) == 64_512
    assert arena(tensors) == 18_432 + 36_864


def test_a_shortcut_lives_until_it_is_added():
    tensors = {tensor.name: tensor for tensor in buffers(network("ic"))}
    assert (tensors["first1"].first, tensors["first1"].last) == (0, 3)
    assert tensors["input"].last == 0


@pytest.mark.parametrize("task", TASKS)
def test_the_timeline_tops_out_at_the_arena_in_the_fullest_layer(task):
    layers = network(task)
    steps = timeline(layers)
    assert [step.layer for step in steps] == [layer.name for layer in layers]
    assert max(step.top for step in steps) == arena(buffers(layers)) == fullest(layers).top


def test_a_layer_that_reads_what_is_not_there_is_refused():
    net = Builder((8, 8, 4))
    net.convolution(8)
    first = net.layers[0]
    with pytest.raises(ValueError, match="reads ghost, which is not there yet"):
        buffers([dataclasses.replace(first, of=("ghost",))])
    with pytest.raises(ValueError, match="two layers are called conv1"):
        buffers([first, first])


def test_a_kind_that_cannot_be_costed_is_refused():
    net = Builder((8, 8, 4))
    net.convolution(8)
    with pytest.raises(ValueError, match=r"layer conv1 is a lstm; can be costed: conv, first"):
        dataclasses.replace(net.layers[0], kind="lstm")
