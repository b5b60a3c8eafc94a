"""What happens under the present change policy: tools used up, and tools that break.

Many lives side by side, in minutes of cutting: each tool ends where its policy changes it or where
it breaks, and a new one follows until the horizon. The policies are those of the twin, applied
between two parts; ``forecast`` decides by a belief of its own, sharpened at each inspection.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.forecast.duty import Duty
from twin.forecast.particles import Particles, ln_reading, new_tools
from twin.forecast.table import Array
from twin.forecast.toolhistory import InUse
from twin.forecast.toolkind import ToolKind

Flags = npt.NDArray[np.bool_]
SPREAD: Array = np.linspace(-3.5, 3.5, 41)
MOST_LIVES = 4000
"""Lives in one lane after which a forecast stops counting."""


@dataclass(frozen=True, slots=True, eq=False)
class UnderPolicy:
    """Outcomes in many lanes of luck.

    Attributes
    ----------
    changes : array, shape (L,)
        Tools used up within the horizon [1].
    breaks : array, shape (L,)
        Those of them that broke [1].
    first_breaks : array of bool, shape (L,)
        The present tool breaks within the horizon.
    first_min : array, shape (L,)
        Minutes of cutting until the present tool is out [min].
    """

    changes: Array
    breaks: Array
    first_breaks: Flags
    first_min: Array


def play(
    kind: ToolKind, tool: InUse, belief: Particles, duty: Duty, now: float, hours: float,
    rng: np.random.Generator,
) -> UnderPolicy:  # fmt: skip
    """Play the horizon through, one lane for each particle.

    Parameters
    ----------
    kind, tool, belief : ToolKind, InUse, Particles
        The tool now.
    duty : Duty
        What is cut from now; lane ``i`` has replication ``i mod K``.
    now, hours : float
        Simulated time now [s] and the horizon [h].
    rng : numpy.random.Generator
        Luck of breaks and of tools to come.
    """
    lanes = len(belief)
    end = np.resize(duty.at(hours), lanes)
    stops = _shift_starts(kind, duty, now, hours)
    used = kind.used if tool.number == 1 else 0.0
    clock = np.zeros(lanes)
    changes, breaks = np.zeros(lanes), np.zeros(lanes)
    span, broke = _present(kind, tool, belief, used, stops, rng)
    first = (span.copy(), broke & (span <= end))
    pool = _Pool(kind, rng)
    for _ in range(MOST_LIVES):
        clock = clock + span
        within = clock <= end
        changes += within
        breaks += within & broke
        if not within.any():
            break
        span, broke = pool.draw(clock, stops)
    return UnderPolicy(changes, breaks, first[1], first[0])


def _shift_starts(kind: ToolKind, duty: Duty, now: float, hours: float) -> Array:
    """Minutes of cutting from now at which a shift begins within the horizon [min]."""
    first = int(now / 3600.0 // kind.shift_h) + 1
    last = int((now / 3600.0 + hours) // kind.shift_h)
    at: Array = np.arange(first, last + 1).astype(np.float64) * kind.shift_h
    worked = at % 24.0 < kind.shift_h * kind.shifts - 1e-9
    ahead = at[worked] - now / 3600.0
    return duty.mean(ahead[ahead < hours - 1e-9])


def _outcome(planned: Array, to_break: Array) -> tuple[Array, Flags]:
    return np.minimum(planned, to_break), to_break < planned


def _to_break(kind: ToolKind, p: Particles, rng: np.random.Generator) -> Array:
    """Minutes of cutting until each particle's tool breaks [min]."""
    at = kind.damage_at_break(p.damage, rng.exponential(size=len(p)), p.pace)
    return np.asarray((at - p.damage) * kind.life_min / p.pace, dtype=float)


def _present(
    kind: ToolKind, tool: InUse, p: Particles, used: float, stops: Array, rng: np.random.Generator
) -> tuple[Array, Flags]:
    """How long the present tool stays in [min], and whether it breaks."""
    counted = tool.cut_min + used * kind.life_min
    if kind.policy == "forecast":
        planned = by_forecast(kind, p, tool, used, rng)
    else:
        planned = _planned(kind, p, np.full(len(p), counted))
        if kind.policy == "shift_end":
            planned = np.minimum(planned, _at_shift(kind, np.zeros(len(p)), counted, stops))
    return _outcome(planned, _to_break(kind, p, rng))


def _planned(kind: ToolKind, p: Particles, counted: Array) -> Array:
    """Minutes until the policy changes a tool, between two parts [min]; infinite for never."""
    if kind.policy in {"fixed_life", "shift_end"}:
        left = kind.change_after_min - counted
    elif kind.policy == "wear_limit":
        left = (1.0 - p.damage) * kind.life_min / p.pace
    else:
        return np.full(len(p), np.inf)
    parts = np.floor(left / kind.part_min + 1e-9)
    return np.asarray(np.maximum(parts, counted <= 0) * kind.part_min, dtype=float)


def _at_shift(kind: ToolKind, clock: Array, counted: float, stops: Array) -> Array:
    """Minutes until the first shift that the tool would not last through [min]."""
    from_then = clock + kind.change_after_min - kind.shift_min - counted
    late = np.append(stops, np.inf)
    at = late[np.searchsorted(late, np.maximum(from_then, clock) + 1e-9)]
    return np.asarray(at - clock, dtype=float)


class _Pool:
    """Lives of tools to come, under the policy: equal in law, so drawn once and dealt out."""

    SIZE = 4000

    def __init__(self, kind: ToolKind, rng: np.random.Generator) -> None:
        self.kind, self.rng = kind, rng
        p = new_tools(self.SIZE, kind.scatter, 0.0, rng)
        if kind.policy == "forecast":
            self.planned = by_forecast(kind, p, InUse(), 0.0, rng)
        else:
            self.planned = _planned(kind, p, np.zeros(self.SIZE))
        self.to_break = _to_break(kind, p, rng)

    def draw(self, clock: Array, stops: Array) -> tuple[Array, Flags]:
        """Deal a new tool to each lane."""
        dealt = self.rng.integers(self.SIZE, size=len(clock))
        planned = self.planned[dealt]
        if self.kind.policy == "shift_end":
            planned = np.minimum(planned, _at_shift(self.kind, clock, 0.0, stops))
        return _outcome(planned, self.to_break[dealt])


def by_forecast(
    kind: ToolKind, p: Particles, tool: InUse, used: float, rng: np.random.Generator
) -> Array:
    """Minutes until the policy ``forecast`` changes each particle's tool [min].

    Before each part it takes the risk that this part wears the tool past its limit or breaks it,
    by what a belief over 41 life factors says; an inspection sharpens that belief.
    """
    factors: Array = np.exp(kind.scatter * SPREAD)
    weight = np.tile(_prior(kind, tool, used, factors), (len(p), 1))
    before = tool.cut_min / kind.part_min
    last = tool.readings[-1][0] if tool.readings else 0.0
    every = kind.inspect_every_min
    due = np.full(len(p), np.inf)
    ahead, most = 0, int(np.ceil(4.0 * kind.life_min / kind.part_min))
    since = tool.cut_min - last
    while ahead < most and np.isinf(due).any():
        left = np.ceil(max(every - since, 0.0) / kind.part_min) if every > 0 else most
        parts: Array = np.arange(ahead, min(ahead + max(int(left), 1), most), dtype=float)
        risk = weight @ _next_part(kind, factors, used, before + parts)
        over = (risk > kind.change_risk) & (before + parts > 0)
        found = np.where(over.any(1), parts[over.argmax(1)], np.inf)
        due = np.minimum(due, found)
        ahead, since = int(parts[-1]) + 1, 0.0
        if every > 0:
            weight = _inspected(kind, p, weight, factors, used, before, ahead, rng)
    return np.asarray(due * kind.part_min, dtype=float)


def _prior(kind: ToolKind, tool: InUse, used: float, factors: Array) -> Array:
    """The policy's weights over life factors after the readings so far."""
    ln = -0.5 * SPREAD**2
    for at, read in tool.readings:
        worn = kind.wear_mm(used + at / kind.life_min / factors)
        ln = ln + ln_reading(read, worn, kind.gauge_mm)
    weight = np.exp(ln - ln.max()) + 1e-12
    return np.asarray(weight / weight.sum(), dtype=float)


def _next_part(kind: ToolKind, factors: Array, used: float, parts: Array) -> Array:
    """Risk of the next part for each life factor after some parts, as the policy reckons it.

    It takes the hazard at the end of the part for all of it; shape (41, parts).
    """
    end = used + (parts + 1) * kind.part_min / kind.life_min / factors[:, None]
    whole = np.exp(-kind.hazard_rate(end) * kind.part_min)
    return np.asarray(1.0 - whole * (end < 1.0), dtype=float)


def _inspected(
    kind: ToolKind, p: Particles, weight: Array, factors: Array, used: float, before: float,
    ahead: int, rng: np.random.Generator,
) -> Array:  # fmt: skip
    """Weights after the next inspection of each particle's tool."""
    true = kind.wear_mm(p.damage + ahead * kind.part_min / kind.life_min * p.pace)
    read = np.maximum(true + kind.gauge_mm * rng.standard_normal(len(p)), 0.0)
    nominal = (before + ahead) * kind.part_min / kind.life_min
    expected = kind.wear_mm(used + nominal / factors)
    fit = -0.5 * ((read[:, None] - expected) / max(kind.gauge_mm, 1e-4)) ** 2
    sharper = weight * np.exp(fit - fit.max(1, keepdims=True)) + 1e-12
    return np.asarray(sharper / sharper.sum(1, keepdims=True), dtype=float)
