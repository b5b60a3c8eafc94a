"""Where windows sit in their surface: none beyond its edge, none over another."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from twin.errors import Fault
from twin.plant import _building_settings as given

NEAR = 1e-6
"""Edges so near each other meet [m]."""


def place_faults(path: str, zone: given.ZoneSettings) -> Iterator[Fault]:
    """Windows that reach beyond their surface or over each other; of those that have a place."""
    placed = {key: window for key, window in zone.windows.items() if _placed(window)}
    for key, window in placed.items():
        surface = zone.surfaces.get(window.surface)
        if surface is not None:
            yield from _beyond(f"{path}.windows.{key}", window, surface)
    for (one, a), (other, b) in itertools.combinations(placed.items(), 2):
        if a.surface == b.surface:
            yield from _over(f"{path}.windows.{other}", other, b, one, a)


def _placed(window: given.Window) -> bool:
    return bool({"x", "sill"} & window.model_fields_set)


def _beyond(path: str, window: given.Window, surface: given.Surface) -> Iterator[Fault]:
    for start, key, size, room in (
        ("x", "width", window.width, surface.width),
        ("sill", "height", window.height, surface.height),
    ):
        at = getattr(window, start)
        if size > 0 and room > 0 and not -NEAR <= at <= room - size + NEAR:
            message = (
                f"the window's {key} of {size:g} m reaches from {at:g} to {at + size:g} m, the "
                f"surface {window.surface!r} from 0 to {room:g} m"
            )
            yield Fault(message, f"{path}.{start}", "", f"{at:g} m")


def _over(
    path: str, key: str, window: given.Window, other_key: str, other: given.Window
) -> Iterator[Fault]:
    wide = _shared(window.x, window.width, other.x, other.width)
    high = _shared(window.sill, window.height, other.sill, other.height)
    if wide > NEAR and high > NEAR:
        message = (
            f"windows {key!r} ({_extent(window)}) and {other_key!r} ({_extent(other)}) of surface "
            f"{window.surface!r} lie over each other by {wide:g} m times {high:g} m"
        )
        yield Fault(message, path)


def _shared(start: float, size: float, other_start: float, other_size: float) -> float:
    """How far two stretches lie over each other [m].

    >>> _shared(0.5, 3.0, 1.5, 3.0)
    2.0
    """
    return min(start + size, other_start + other_size) - max(start, other_start)


def _extent(window: given.Window) -> str:
    right, top = window.x + window.width, window.sill + window.height
    return f"x {window.x:g} to {right:g} m, height {window.sill:g} to {top:g} m"
