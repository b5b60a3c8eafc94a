"""Where parts go: from station to station, by product, by share, by what an inspection says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.plant import _line_draws as laws
from twin.plant._line_graph import OUT, SCRAP, follower
from twin.plant._line_parts import NO_CARD, Part, Target, Variant, Way
from twin.plant._line_settings import Station as StationSettings
from twin.plant._line_words import words

if TYPE_CHECKING:
    from twin.plant._line_station import Station
    from twin.plant.line import Model

__all__ = ["OUT", "SCRAP", "Router", "needs_router"]


def needs_router(line: Model, settings: StationSettings) -> bool:
    """Whether the way out of a station is more than one fixed place."""
    routed = any(product.route or product.steps for product in line.variants.values())
    return bool(
        routed or settings.split or settings.gives or settings.defect_rate or settings.inspects
        or line.reworks
    )  # fmt: skip


class Router:
    """The ways out of one station."""

    def __init__(self, line: Model, station: Station) -> None:
        self.line = line
        self.station = station
        self.settings = station.settings
        streams, source = line.world.stream, station.source
        self._defect = laws.uniforms(streams(f"{source}.defect"))
        self._inspection = laws.uniforms(streams(f"{source}.inspection"))
        self._route = laws.uniforms(streams(f"{source}.route"))
        names = follower(line.settings, station.key)
        self.fixed = tuple(line.target(name) for name in words(names, "|"))
        self.flawed = False  # whether the part judged last is defective

    @property
    def luck(self) -> dict[str, laws.Draws]:
        """The chance that this router uses, by its use."""
        return {"defect": self._defect, "inspection": self._inspection, "route": self._route}

    def ways(self, part: Part) -> list[Way]:
        """Judge what has been made, and return where it, or what it became, may go."""
        s = self.settings
        if part.detour == self.station.key:
            part.bad = False
        if s.defect_rate and self._defect() < s.defect_rate:
            part.bad = True
            self.line.record.event(self.station.source, "defect", part.name)
        self.flawed = part.bad
        if s.inspects and self._rejects(part):
            return [(part, (self._after_rejection(part),))]
        if s.gives:
            return self._taken_apart(part)
        return [(part, self.onward(part))]

    def _rejects(self, part: Part) -> bool:
        seen = 1.0 - self.settings.passes_bad if part.bad else self.settings.rejects_good
        return self._inspection() < seen

    def _after_rejection(self, part: Part) -> Target:
        """Return where a rejected part goes: it is scrap, or a station reworks it."""
        part.rejected += 1
        limit, where = self.line.settings.rework_limit, self.settings.rejects_to
        self.line.rejected(self.station.source, part)
        if where == SCRAP or (limit and part.rejected > limit):
            return self.line.target(SCRAP)
        part.detour = where
        variant = part.product
        if variant is not None and variant.route and where in variant.route[: part.step + 1]:
            behind = variant.route[: part.step + 1]
            part.step = len(behind) - 1 - behind[::-1].index(where)
        elif variant is not None and variant.steps:
            part.done = _undone(variant, part.done, where)
        return self.line.target(where)

    def onward(self, part: Part) -> tuple[Target, ...]:
        """Return where a part may go that is good as far as anybody knows."""
        variant, here = part.product, self.station.key
        detour, part.detour = part.detour == here, ""
        if variant is not None and variant.route:
            return self._along(variant, part, detour)
        if variant is not None and variant.steps:
            return self._free_order(variant, part)
        if self.settings.split:
            return (self.line.target(self._branch()),)
        return self.fixed

    def _along(self, variant: Variant, part: Part, detour: bool) -> tuple[Target, ...]:
        """Return the next station of a route; from a station beside it, back to where it left."""
        if detour and variant.route[part.step] != self.station.key:
            if self.settings.next:
                name = words(self.settings.next, "|")[0]
                if name in variant.route:
                    part.step = variant.route.index(name)
                return (self.line.target(name),)
            return (self.line.target(variant.route[part.step]),)
        part.step += 1
        if part.step >= len(variant.route):
            return (self.line.target(OUT),)
        return (self.line.target(variant.route[part.step]),)

    def _free_order(self, variant: Variant, part: Part) -> tuple[Target, ...]:
        """Return every station that a step which may be next is at, the least loaded first."""
        open_steps = open_now(variant, part.done)
        if not open_steps:
            return (self.line.target(OUT),)
        names = dict.fromkeys(variant.steps[step][0] for step in open_steps)
        stations = [self.line.by_key[name] for name in names]
        return tuple(sorted(stations, key=lambda station: station.load))

    def _branch(self) -> str:
        drawn, summed = self._route(), 0.0
        for name, branch in self.settings.split.items():
            summed += branch.share
            if drawn < summed:
                return name
        return next(reversed(self.settings.split))

    def _taken_apart(self, part: Part) -> list[Way]:
        found: list[Way] = []
        for name, give in self.settings.gives.items():
            for _ in range(give.count):
                piece = self.line.piece(part, give.product)
                piece.entry = NO_CARD if found else part.entry
                if piece.product is not None and name in piece.product.route:
                    piece.step = piece.product.route.index(name)
                found.append((piece, (self.line.target(name),)))
        self.line.taken_apart(part, len(found))
        return found

    def ahead(self, part: Part) -> Target:
        """Return where a part will go, before it is worked on (no luck in it)."""
        variant = part.product
        if variant is not None and variant.route:
            at = part.step + 1
            return self.line.target(variant.route[at] if at < len(variant.route) else OUT)
        return self.fixed[0]

    def went(self, part: Part, target: Target) -> None:
        """A part has left this station; in free order, the step it goes to is taken."""
        variant = part.product
        if variant is not None and variant.steps and not part.detour:
            for step in open_now(variant, part.done):
                if variant.steps[step][0] == target.key:
                    part.done = (*part.done, step)
                    return


def open_now(variant: Variant, done: tuple[str, ...]) -> list[str]:
    """Return the steps that may be next, in the order written.

    >>> steps = {"a": ("a", frozenset()), "b": ("b", frozenset({"a"})), "c": ("c", frozenset())}
    >>> open_now(Variant("p", 0, (), 0, 0.0, steps), ("a",))
    ['b', 'c']
    """
    gone = set(done)
    return [
        name for name, (_s, after) in variant.steps.items() if name not in gone and after <= gone
    ]


def _undone(variant: Variant, done: tuple[str, ...], where: str) -> tuple[str, ...]:
    """Return the steps that stay done when the one at ``where`` has to be done again.

    That step itself counts as taken, since the part goes there; those after it do not.
    """
    again = {name for name in done if variant.steps[name][0] == where}
    lost: set[str] = set()
    for _ in variant.steps:
        lost |= {n for n, (_s, after) in variant.steps.items() if after & (again | lost)}
    return tuple(name for name in done if name not in lost)
