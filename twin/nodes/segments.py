"""Weights in an external flash, loaded through a buffer in memory, one segment of layers at a time.

A segment is a run of layers whose weights are in the buffer together: they are loaded, the layers
run, and the next segment takes their place. Loading and computing take turns. Of all ways to cut a
model into the fewest segments, the one with the smallest largest segment is taken, so the buffer
that is needed is often smaller than the one that is allowed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from twin.errors import BadInput, Fault
from twin.nodes.arena import timeline
from twin.nodes.boards import Board
from twin.nodes.cost import flash, layer_time
from twin.nodes.library import Card
from twin.nodes.placement import NODE, PlacementSettings
from twin.params import choice, count, quantity

BYTE = 8.0  # MB/s are bit/s in SI
SUSTAINED = "TI SDAA529: MX25L12833F on a QSPI controller reads up to 20 MB/s, sustained"


class SegmentSettings(PlacementSettings):
    """Where the weights of a node's model lie."""

    weights: Literal["board", "external"] = choice(
        "board",
        "Where the weights lie: in the board's flash, or in an external one, from which they are "
        "loaded segment by segment.",
    )
    weights_buffer: int = count(
        16_384, 16, 16_777_216, "Memory that a segment of such weights may take.", "B"
    )
    external_rate: float = quantity(
        20, "MB/s", 0.01, 1000, "Bytes a second that the external flash gives.", SUSTAINED
    )
    external_setup: float = quantity(
        10, "µs", 0, 1_000_000, "Time until the first byte of a segment comes.", assumption=True
    )
    external_power: float = quantity(
        60, "mW", 0, 10_000,
        "Power of the external flash while it is read; the board's own comes on top.",
        assumption=True,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class External:
    """An external flash: ``rate`` [B/s], ``setup`` [s], ``power`` [W], and the ``buffer`` [B]."""

    buffer: int
    rate: float
    setup: float
    power: float


@dataclass(frozen=True, slots=True)
class Segment:
    """Layers whose weights are loaded together.

    Attributes
    ----------
    layers : tuple of str
    size : int
        Weights, biases and requantisation [byte].
    loading, computing : float
        [s]
    energy : float
        Of board and external flash, for both [J].
    memory : int
        Buffer and highest tensor while they run [byte].
    """

    layers: tuple[str, ...]
    size: int
    loading: float
    computing: float
    energy: float
    memory: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The segments of a model, and the ``buffer`` that the largest takes [byte]."""

    segments: tuple[Segment, ...]
    buffer: int
    external: External

    @property
    def loading(self) -> float:
        """Time of an inference that goes into loading [s]."""
        return sum(segment.loading for segment in self.segments)

    @property
    def reading(self) -> float:
        """Energy of the external flash in an inference [J]."""
        return self.loading * self.external.power

    def energy(self, board: Board) -> float:
        """Energy of loading in an inference, of board and external flash [J]."""
        return self.reading + self.loading * board.active_power


def external_of(settings: SegmentSettings) -> External | None:
    """Return the external flash of a node, ``None`` where the weights lie on its board."""
    if settings.weights == "board":
        return None
    rate = settings.external_rate / BYTE
    return External(settings.weights_buffer, rate, settings.external_setup, settings.external_power)


def of_node(
    card: Card, board: Board, settings: SegmentSettings, where: str, file: str
) -> Plan | None:
    """Plan the loading of a node's model; ``None`` where its weights lie on the board.

    Raises
    ------
    BadInput
        When one layer alone is larger than the buffer, or the model runs somewhere else.
    """
    external = external_of(settings)
    if external is None:
        return None
    if settings.place != NODE:
        message = "weights are loaded where the model runs; allowed with this place: board"
        raise BadInput(Fault(message, path=f"{where}.weights", file=file, value="'external'"))
    return plan(card, board, external, path=f"{where}.weights_buffer", file=file)


def _greedy(sizes: Sequence[int], most: int) -> list[tuple[int, int]]:
    """Ranges of ``sizes``, each filled as far as ``most`` allows."""
    found, start, held = [], 0, 0
    for place, size in enumerate(sizes):
        if place > start and held + size > most:
            found.append((start, place))
            start, held = place, 0
        held += size
    return [*found, (start, len(sizes))]


def cuts(sizes: Sequence[int], most: int) -> list[tuple[int, int]]:
    """Cut a row of sizes into ranges, none above ``most``: few, then evenly filled.

    Filling each range as far as it goes gives the fewest. Among those, the smallest largest range
    is found by halving, since a range may be smaller only at the price of more of them.

    Parameters
    ----------
    sizes : sequence of int
        Of each layer [byte]; none above ``most``.
    most : int
        Of a range [byte].

    Returns
    -------
    list of (int, int)
        First layer, and the one after the last.

    >>> cuts([40, 10, 30, 30, 10], 70)
    [(0, 2), (2, 5)]
    >>> cuts([40, 10, 30, 30, 10], 60)
    [(0, 1), (1, 3), (3, 5)]
    """
    fewest = len(_greedy(sizes, most))
    low, high = max(sizes), most
    while low < high:
        middle = (low + high) // 2
        if len(_greedy(sizes, middle)) <= fewest:
            high = middle
        else:
            low = middle + 1
    return _greedy(sizes, low)


def plan(card: Card, board: Board, external: External, *, path: str = "", file: str = "") -> Plan:
    """Cut a model into segments that its buffer holds.

    Raises
    ------
    BadInput
        When one layer alone is larger than the buffer, with its name.
    """
    layers, sizes = card.layers, [flash([layer]) for layer in card.layers]
    largest = max(range(len(sizes)), key=lambda place: sizes[place])
    if sizes[largest] > external.buffer:
        message = (
            f"layer {layers[largest].name} of the model {card.name} alone takes "
            f"{sizes[largest]} B; at least that is needed"
        )
        raise BadInput(Fault(message, path=path, file=file, value=f"{external.buffer} B"))
    ranges = cuts(sizes, external.buffer)
    buffer = max(sum(sizes[start:stop]) for start, stop in ranges)
    tops = [step.top for step in timeline(layers)]
    segments = []
    for start, stop in ranges:
        size = sum(sizes[start:stop])
        loading = external.setup + size / external.rate
        computing = sum(layer_time(layer, board) for layer in layers[start:stop])
        energy = (loading + computing) * board.active_power + loading * external.power
        names = tuple(layer.name for layer in layers[start:stop])
        memory = buffer + max(tops[start:stop])
        segments.append(Segment(names, size, loading, computing, energy, memory))
    return Plan(tuple(segments), buffer, external)
