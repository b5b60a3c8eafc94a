"""Where the activations of a network lie: the greedy plan, with the room that gathering needs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from twin.c_export.network import Convolution, Layer, Network, Tensor, sources
from twin.nodes.arena import ALIGNMENT, Buffer, plan

WORD = 4  # kernels load whole words, and may look past the last channel [byte]


@dataclass(frozen=True, slots=True)
class Memory:
    """Offset of every tensor and of each layer's scratch in the arena, and its size [byte]."""

    places: Mapping[str, int]
    size: int
    scratch: int
    live: tuple[int, ...]


def gathers(layer: Layer) -> bool:
    """Whether a convolution gathers its windows instead of reading its input where it lies."""
    if not isinstance(layer, Convolution) or layer.depthwise or layer.dense:
        return False
    window = layer.window
    return window.kernel != (1, 1) or window.stride != (1, 1) or any(window.pads)


def windows(layer: Layer) -> int:
    """Bytes of scratch that a convolution needs: gathered windows, inputs as pairs of 16 bits."""
    if not isinstance(layer, Convolution) or layer.depthwise or layer.dense:
        return 0
    length = WORD * -(-math.prod(layer.weights.shape[1:]) // WORD)
    if layer.by_four:
        return 4 * length * (3 if gathers(layer) else 2)
    return 2 * length if gathers(layer) else 0


def buffers(network: Network) -> list[Buffer]:
    """Lifetimes of the input, of every layer's output, and of its scratch."""
    first: dict[str, tuple[Tensor, int]] = {network.input.name: (network.input, 0)}
    last = {network.input.name: 0}
    found = []
    for step, layer in enumerate(network.layers):
        for tensor in sources(layer):
            last[tensor.name] = step
        first[layer.made.name] = (layer.made, step)
        last[layer.made.name] = step
        if windows(layer):
            found.append(Buffer(scratch_name(layer), windows(layer), step, step))
    last[network.output.name] = len(network.layers) - 1
    return [Buffer(n, t.size, s, last[n]) for n, (t, s) in first.items()] + found


def _overread(layer: Layer) -> int:
    """Bytes past its input that a layer's kernel may load."""
    if not isinstance(layer, Convolution) or gathers(layer):
        return 0
    loaded = layer.source.shape[0] if layer.depthwise else math.prod(layer.weights.shape[1:])
    return -loaded % WORD


def scratch_name(layer: Layer) -> str:
    """Name of a layer's scratch in the plan."""
    return f"{layer.name}/windows"


def arrange(network: Network) -> Memory:
    """Plan the arena of a network."""
    tensors = buffers(network)
    places = plan(tensors)
    starts = {place.buffer.name: place.start for place in places}
    top = max(place.stop for place in places)
    for layer in network.layers:
        end = starts[layer.source.name] + layer.source.size + _overread(layer)
        top = max(top, -(-end // ALIGNMENT) * ALIGNMENT)
    steps = range(len(network.layers))
    live = tuple(sum(b.size for b in tensors if b.first <= s <= b.last) for s in steps)
    scratch = max((windows(layer) for layer in network.layers), default=0)
    return Memory(starts, top, scratch, live)
