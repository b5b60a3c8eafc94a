"""Working memory of a model: which tensors live when, and where the greedy planner puts them.

The planner is that of TensorFlow Lite Micro (greedy_memory_planner.cc): the largest tensor first,
each at the lowest gap among those that live at the same time. Where that takes more than what lives
at once, the tensor that sticks out is placed first and the rest again, as long as that may help.
What the runtime itself needs comes on top.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from twin.nodes.cost import Layer

ALIGNMENT = 16  # of buffers in the arena [byte]
INPUT = "input"


@dataclass(frozen=True, slots=True)
class Buffer:
    """A tensor in the arena: ``size`` [byte], alive from step ``first`` to step ``last``."""

    name: str
    size: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Place:
    """A buffer and where it lies: from ``start`` up to, not including, ``stop`` [byte]."""

    buffer: Buffer
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Step:
    """One layer at work: ``live`` bytes of tensors, the highest of them ending at ``top``."""

    layer: str
    live: int
    top: int


def _sources(layers: Sequence[Layer]) -> list[tuple[str, ...]]:
    """What each layer reads."""
    before = [INPUT, *(layer.name for layer in layers)]
    return [layer.of or (before[step],) for step, layer in enumerate(layers)]


def buffers(layers: Sequence[Layer]) -> tuple[Buffer, ...]:
    """Lifetimes of the input and of every layer's output, from its making to its last reader.

    Raises
    ------
    ValueError
        When a layer reads what no layer before it makes, or two have the same name.
    """
    last = {INPUT: 0}
    for step, (layer, sources) in enumerate(zip(layers, _sources(layers), strict=True)):
        unknown = [name for name in sources if name not in last]
        if unknown:
            raise ValueError(f"layer {layer.name} reads {unknown[0]}, which is not there yet")
        if layer.name in last:
            raise ValueError(f"two layers are called {layer.name}")
        last.update(dict.fromkeys((*sources, layer.name), step))
    found = [Buffer(INPUT, layers[0].input_bytes, 0, last[INPUT])]
    for step, layer in enumerate(layers):
        found.append(Buffer(layer.name, layer.output_bytes, step, last[layer.name]))
    return tuple(found)


def place(tensors: Iterable[Buffer]) -> tuple[Place, ...]:
    """Place tensors in the order given, each at the lowest gap that it fits into."""
    placed: list[Place] = []
    for tensor in tensors:
        size = -(-tensor.size // ALIGNMENT) * ALIGNMENT
        start = 0
        for other in sorted(placed, key=lambda row: (row.start, row.stop)):
            if other.buffer.first <= tensor.last and tensor.first <= other.buffer.last:
                if start + size <= other.start:
                    break
                start = max(start, other.stop)
        placed.append(Place(tensor, start, start + size))
    return tuple(placed)


def _top(places: Iterable[Place]) -> int:
    return max((place.stop for place in places), default=0)


def largest_first(tensors: Iterable[Buffer]) -> tuple[Place, ...]:
    """Place every tensor as TensorFlow Lite Micro does, the largest first."""
    return place(sorted(tensors, key=lambda tensor: (-tensor.size, tensor.first)))


def most_alive(tensors: Sequence[Buffer]) -> int:
    """Bytes of the tensors that live at once, at most: no plan takes less."""
    steps = {tensor.first for tensor in tensors}
    return max((sum(t.size for t in tensors if t.first <= s <= t.last) for s in steps), default=0)


def plan(tensors: Sequence[Buffer]) -> tuple[Place, ...]:
    """Place every tensor: largest first, then what sticks out before the rest while that helps."""
    least = most_alive(tensors)
    best = found = largest_first(tensors)
    for _ in tensors:
        if _top(best) <= least:
            break
        out = max(found, key=lambda spot: spot.stop)
        found = place([out.buffer, *(spot.buffer for spot in found if spot is not out)])
        best = min(best, found, key=_top)
    return best


def arena(tensors: Sequence[Buffer]) -> int:
    """Working memory of a model's tensors [byte].

    >>> arena([Buffer("a", 100, 0, 1), Buffer("b", 50, 1, 2), Buffer("c", 90, 2, 3)])
    176
    """
    return _top(plan(tensors))


def timeline(layers: Sequence[Layer]) -> tuple[Step, ...]:
    """What lives while each layer works, in the order of the layers."""
    places = plan(buffers(layers))
    steps = []
    for index, layer in enumerate(layers):
        alive = [p for p in places if p.buffer.first <= index <= p.buffer.last]
        live = sum(place.buffer.size for place in alive)
        steps.append(Step(layer.name, live, max(place.stop for place in alive)))
    return tuple(steps)


def fullest(layers: Sequence[Layer]) -> Step:
    """Return the step at which most memory is taken: the layer that decides the arena."""
    return max(timeline(layers), key=lambda step: (step.top, step.live))
