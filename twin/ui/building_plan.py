"""The floor plan of a building as rectangles: from its walls where they say, else by floor area."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ASPECT = 1.6
SIDES = {0: (0, 1), 90: (1, 0), 180: (0, -1), 270: (-1, 0)}
"""Azimuth of a wall → the way to what is behind it."""
HAIR = 1e-6


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A zone on the plan, lower left corner and size [m]; north is up."""

    x: float
    y: float
    width: float
    depth: float


def plan(zones: Mapping[str, Any]) -> tuple[dict[str, Rectangle], bool]:
    """Return the plan, and whether it follows the walls; else areas alone are right."""
    drawn = _by_walls(zones)
    if drawn is not None:
        return drawn, True
    return _by_area({name: zone.floor_area for name, zone in zones.items()}), False


def _by_walls(zones: Mapping[str, Any]) -> dict[str, Rectangle] | None:
    """Zones beside each other as the walls between them look; None where that does not fit."""
    sizes = {name: _size(zone) for name, zone in zones.items()}
    if any(size is None for size in sizes.values()):
        return None
    found: dict[str, Rectangle] = {}
    for first in zones:
        if first in found:
            continue
        if found:  # it touches nothing that is placed
            return None
        width, depth = sizes[first] or (0.0, 0.0)
        found[first] = Rectangle(0.0, 0.0, width, depth)
        waiting = [first]
        while waiting:
            here = waiting.pop(0)
            for other, way in _neighbours(zones, here):
                if other not in found and sizes[other] is not None:
                    found[other] = _beside(found[here], sizes[other] or (0.0, 0.0), way)
                    waiting.append(other)
    return None if _overlap(list(found.values())) else found


def _size(zone: Any) -> tuple[float, float] | None:
    """Width from west to east and depth from south to north, from the widest upright wall."""
    across = [s.width for s in zone.surfaces.values() if _side(s) in (0, 180) and s.width > 0]
    along = [s.width for s in zone.surfaces.values() if _side(s) in (90, 270) and s.width > 0]
    if across:
        return max(across), zone.floor_area / max(across)
    return (zone.floor_area / max(along), max(along)) if along else None


def _side(surface: Any) -> int | None:
    """Which side of the zone an upright wall is on; None for roofs, floors and slanting walls."""
    if abs(math.degrees(surface.tilt) - 90) > 1:
        return None
    azimuth = round(math.degrees(surface.azimuth)) % 360
    return azimuth if azimuth in SIDES else None


def _neighbours(zones: Mapping[str, Any], here: str) -> list[tuple[str, tuple[int, int]]]:
    found = []
    for name, zone in zones.items():
        for surface in zone.surfaces.values():
            side = _side(surface)
            if side is None:
                continue
            x, y = SIDES[side]
            if name == here and surface.boundary in zones:
                found.append((surface.boundary, (x, y)))
            elif surface.boundary == here:
                found.append((name, (-x, -y)))
    return found


def _beside(at: Rectangle, size: tuple[float, float], way: tuple[int, int]) -> Rectangle:
    """A zone on one side of another, in the middle of that side."""
    width, depth = size
    x = {1: at.x + at.width, -1: at.x - width}.get(way[0], at.x + 0.5 * (at.width - width))
    y = {1: at.y + at.depth, -1: at.y - depth}.get(way[1], at.y + 0.5 * (at.depth - depth))
    return Rectangle(x, y, width, depth)


def _overlap(placed: Sequence[Rectangle]) -> bool:
    for place, one in enumerate(placed):
        for other in placed[place + 1 :]:
            across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
            along = min(one.y + one.depth, other.y + other.depth) - max(one.y, other.y)
            if across > 0.02 * min(one.width, other.width) + HAIR and (
                along > 0.02 * min(one.depth, other.depth) + HAIR
            ):
                return True
    return False


def _by_area(areas: Mapping[str, float]) -> dict[str, Rectangle]:
    """Rows of zones in one rectangle, every area right.

    >>> right = _by_area({"a": 50.0, "b": 50.0})["b"]
    >>> round(right.x, 2), right.y, round(right.width * right.depth, 9)
    (6.32, 0.0, 50.0)
    """
    total = sum(areas.values())
    width = math.sqrt(total * ASPECT)
    rows = max(1, round(math.sqrt(len(areas) / ASPECT) + 0.3))
    found, y, names = {}, 0.0, list(areas)
    for row in range(rows):
        here = names[row * len(names) // rows : (row + 1) * len(names) // rows]
        depth = sum(areas[name] for name in here) / width
        x = 0.0
        for name in here:
            across = areas[name] / depth
            found[name] = Rectangle(x, y, across, depth)
            x += across
        y += depth
    return found
