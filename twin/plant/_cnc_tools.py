"""Tools in the magazine: how worn each is, how near to breaking, and when it is due."""

from __future__ import annotations

import functools
import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from twin.physics import wear
from twin.plant._cnc_programme import Step
from twin.plant._cnc_settings import ToolParams

Array = npt.NDArray[np.float64]

SHAPE = wear.WearShape()
MOST_DAMAGE = 8.0
"""Used lives up to which wear and hazard are tabulated; no edge is left long before."""
GRID = np.linspace(0.0, MOST_DAMAGE, 8 * 1024 + 1)
"""Used lives of the table: between two of them wear is off by less than 1e-4 of its limit."""
BELIEFS = 41
"""Life factors between which the belief about a tool is divided."""
MOST_WEAR = 4.0
"""Wear at which the edge is gone: neither wear nor hazard grow beyond [wear limits]."""


class Table(NamedTuple):
    """Wear and cumulative hazard over the used life; the latter per second of life."""

    wear: Array
    hazard: Array


@functools.lru_cache(maxsize=512)
def table(limit: float, base: float, gain: float) -> Table:
    """Tabulate wear [m] and ∫ λ dd [1/s] over the used life, for one kind of tool and coolant."""
    worn = np.minimum(wear.flank_wear(GRID, limit, SHAPE), MOST_WEAR * limit)
    rate = np.asarray(wear.breakage_hazard(worn, base, gain))
    pieces = 0.5 * (rate[1:] + rate[:-1]) * np.diff(GRID)
    return Table(worn, np.concatenate([[0.0], np.cumsum(pieces)]))


class Belief:
    """What measurements tell about one tool's own life: weights over its life factor.

    Before any measurement it is the scatter between tools; each measured wear sharpens it. This
    is what the policy ``forecast`` decides by: it never sees the tool's true state.
    """

    def __init__(self, kind: ToolParams, used: float) -> None:
        spread = np.linspace(-3.5, 3.5, BELIEFS)
        self.kind = kind
        self.factors: Array = np.exp(kind.life_scatter * spread)
        self.weights: Array = np.exp(-0.5 * spread**2)
        self.weights /= self.weights.sum()
        # Wear in use of a mean tool's life; each factor divides it. Used life counts as it is.
        self.nominal = 0.0
        self.used = used

    def damage(self, ahead: float = 0.0) -> Array:
        """Share of life used for each factor, ``ahead`` [1] mean lives from now."""
        return self.used + (self.nominal + ahead) / self.factors

    def measured(self, flank_wear: float) -> None:
        """Sharpen the belief by one measured wear [m]."""
        gone = MOST_WEAR * self.kind.wear_limit
        expected = np.minimum(wear.flank_wear(self.damage(), self.kind.wear_limit, SHAPE), gone)
        error = max(self.kind.inspection_error, 1e-7)
        fit = -0.5 * ((flank_wear - expected) / error) ** 2
        self.weights = self.weights * np.exp(fit - fit.max()) + 1e-12
        self.weights /= self.weights.sum()

    def risk(self, step: Step) -> float:
        """Probability that the next part takes the tool past its limit or breaks it [1]."""
        after = self.damage(step.time / step.life)
        worn = np.asarray(wear.flank_wear(after, self.kind.wear_limit, SHAPE))
        rate = wear.breakage_hazard(
            np.minimum(worn, MOST_WEAR * self.kind.wear_limit),
            step.coolant.hazard * self.kind.break_rate,
            self.kind.break_gain,
        )
        survives = np.exp(-np.asarray(rate) * step.time) * (after < 1.0)
        return float(1.0 - self.weights @ survives)


class Tool:
    """One tool: how much of its life is used, and how near it is to breaking."""

    def __init__(
        self, number: int, kind: ToolParams, factor: float, endurance: float, used: float
    ) -> None:
        self.number = number
        self.kind = kind
        self.factor = factor
        self.endurance = endurance
        self.damage = used
        self.hazard = 0.0
        self.cutting_time = 0.0
        self._worn: float | None = None
        self.since_inspection = 0.0
        self.belief = Belief(kind, used)

    @property
    def flank_wear(self) -> float:
        """Flank wear VB [m]; the edge is gone at four times its limit."""
        if self._worn is None:
            worn = wear.flank_wear_now(self.damage, self.kind.wear_limit, SHAPE)
            self._worn = min(worn, MOST_WEAR * self.kind.wear_limit)
        return self._worn

    @property
    def status(self) -> str:
        """MTConnect cutter status."""
        return "NEW" if self.cutting_time == 0 and self.damage == 0 else "USED"

    def own_life(self, step: Step) -> float:
        """Life of this very tool in this cut [s]."""
        return step.life * self.factor

    def _table(self, step: Step) -> Table:
        kind = self.kind
        return table(kind.wear_limit, step.coolant.hazard * kind.break_rate, kind.break_gain)

    def hazard_over(self, span: float, step: Step) -> float:
        """Cumulative hazard [1] of cutting on for ``span`` [s]."""
        life, known = self.own_life(step), self._table(step).hazard
        now, then = np.interp((self.damage, self.damage + span / life), GRID, known)
        return float(then - now) * life

    def time_to_break(self, left: float, step: Step) -> float:
        """Cutting time until it breaks [s]; infinite when it outlives ``left`` [s]."""
        if self.hazard + self.hazard_over(left, step) < self.endurance:
            return math.inf
        life, known = self.own_life(step), self._table(step).hazard
        reached = np.interp(self.damage, GRID, known) + (self.endurance - self.hazard) / life
        at = float(np.interp(reached, known, GRID))
        return min(max(at - self.damage, 0.0) * life, left)

    def cut_for(self, span: float, step: Step) -> None:
        """Wear by cutting for ``span`` [s]."""
        self.hazard += self.hazard_over(span, step)
        self.damage += span / self.own_life(step)
        self.belief.nominal += span / step.life
        self.cutting_time += span
        self.since_inspection += span
        self._worn = None

    def is_due(self, step: Step) -> bool:
        """Whether it must not start another part, by its policy."""
        kind = self.kind
        if kind.change_policy in {"fixed_life", "shift_end"}:
            known = self.cutting_time + self.belief.used * step.life
            return known + step.time > kind.change_after and self.cutting_time > 0
        if kind.change_policy == "wear_limit":
            return self.damage + step.time / self.own_life(step) > 1.0 and self.damage > 0
        if kind.change_policy == "forecast":
            return self.cutting_time > 0 and self.belief.risk(step) > kind.change_risk
        return False

    def wants_inspection(self) -> bool:
        """Whether its wear should be measured before the next part."""
        return 0 < self.kind.inspect_every <= self.since_inspection


class Group:
    """Sister tools of one kind; the next takes over when one is due."""

    def __init__(self, name: str, kind: ToolParams, luck: Any) -> None:
        self.name = name
        self.kind = kind
        self._life, self._break, self._error = luck
        self._made = 0
        self.tools = [self._next(kind.used_life)] + [
            self._next(0.0) for _ in range(kind.sisters - 1)
        ]
        self.current = 0

    @property
    def tool(self) -> Tool:
        """The tool in use."""
        return self.tools[self.current]

    def advance(self) -> bool:
        """Go to the next sister; returns whether there was one."""
        if self.current + 1 < len(self.tools):
            self.current += 1
            return True
        return False

    def refill(self) -> list[Tool]:
        """Put new tools in place of all that were used; returns those that came out."""
        out = self.tools[: self.current + 1]
        self.tools = self.tools[self.current + 1 :] + [self._next(0.0) for _ in out]
        self.current = 0
        return out

    def replace_current(self) -> Tool:
        """Put a new tool in place of the one in use; returns the one that came out."""
        out = self.tool
        self.tools[self.current] = self._next(0.0)
        return out

    def measure(self, tool: Tool) -> float:
        """Measure the wear of a tool [m], with the error of the instrument."""
        error = self.kind.inspection_error * float(self._error.standard_normal())
        read = max(0.0, tool.flank_wear + error)
        tool.belief.measured(read)
        tool.since_inspection = 0.0
        return read

    def _next(self, used: float) -> Tool:
        self._made += 1
        factor = math.exp(self.kind.life_scatter * float(self._life.standard_normal()))
        return Tool(self._made, self.kind, factor, float(self._break.exponential(1.0)), used)
