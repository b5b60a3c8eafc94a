"""Stations that wait for each other in a ring, so that none can ever go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.plant._line_parts import Holder

if TYPE_CHECKING:
    from twin.plant._line_station import Station


def stuck(station: Station) -> list[str]:
    """Return the stations that wait for each other, from ``station`` on; empty when some can move.

    A station can move as long as one of its machines is free, at work or down without a
    finished part: that will end. When everything that can be reached by "waits for a place at"
    holds a finished part on every machine, nothing of it ever will.
    """
    reached: dict[str, Station] = {station.key: station}
    frontier = [station]
    while frontier:
        here = frontier.pop()
        holders = [*here.servers, *here.stocks]
        if not _all_hold(here):
            return []
        for holder in holders:
            for target in _waits_for(holder):
                if target.key not in reached:
                    if not hasattr(target, "servers"):
                        return []
                    reached[target.key] = target
                    frontier.append(target)
    return list(reached)


def _all_hold(station: Station) -> bool:
    cards = station.settings.kanban
    if cards and station.stocks:
        return len(station.stocks) >= cards
    return all(server.outbox for server in station.servers)


def _waits_for(holder: Holder) -> tuple[Station, ...]:
    return holder.outbox[0][1] if holder.outbox else ()  # type: ignore[return-value]
