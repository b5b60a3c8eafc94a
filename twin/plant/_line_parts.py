"""What moves through a line, and what holds it on the way."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol


class Variant(NamedTuple):
    """A product as the line makes it."""

    name: str
    place: int
    route: tuple[str, ...]
    priority: int
    due_after: float
    steps: dict[str, tuple[str, frozenset[str]]]
    """Steps in free order: name → station, steps that come before it."""


class Part:
    """One part. ``step`` is its place on its product's route; times in [s]."""

    __slots__ = (
        "bad", "born", "detour", "done", "due", "entry", "name", "number", "order", "priority",
        "product", "rejected", "step",
    )  # fmt: skip

    def __init__(self, number: int, born: float, product: Variant | None = None) -> None:
        self.number = number
        self.name = str(number)
        self.born = born
        self.product = product
        self.step = 0
        self.priority = product.priority if product else 0
        self.due = born + product.due_after if product and product.due_after else 0.0
        self.order = ""
        self.entry = ""
        self.bad = False
        self.rejected = 0
        self.detour = ""
        self.done: tuple[str, ...] = ()


class Target(Protocol):
    """Where a part can go: a station, or a way out."""

    key: str
    waiters: Any

    def admits(self, part: Part, origin: str) -> bool:
        """Whether the part can come now: there is room, and nobody waits for it longer."""

    def take_in(self, part: Part, origin: str) -> None:
        """Take the part; there is room."""


NO_CARD = "-"
"""Entry of a piece that another piece of the same part stands for, on a line with cards."""
Way = tuple[Part, tuple[Target, ...]]
"""A part and where it may go: the first of these that has room."""


class Holder:
    """A place that holds finished parts until they are taken on: a machine or a stock."""

    __slots__ = ("order", "outbox", "station")

    def __init__(self, station: Any, order: tuple[int, int]) -> None:
        self.station = station
        self.order = order
        self.outbox: list[Way] = []


class Out:
    """A way out of the line: good and finished, or scrap."""

    waiters: tuple[Holder, ...] = ()

    def __init__(self, key: str, leave: Any) -> None:
        self.key = key
        self.take_in = leave

    def admits(self, part: Part, origin: str) -> bool:
        """Whether the part can come now: always."""
        return True
