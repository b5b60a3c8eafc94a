"""The plan of predictive control: a quadratic programme, solved by OSQP.

min Σ price·P dt + demand·P_peak + w Σ s,  x⁺ = a x + b u,  low - s ≤ T ≤ high + s,  0 ≤ heat, cold
≤ most,  Σ heat/COP + cold/COP ≤ P_peak; a little of the squares makes the answer the only one. The
states are those of a small model of how the zones' air answers heat, counted from a forecast of
what a first guess of the heat would give. kW and K inside; money is scaled.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse

from twin.physics.reduction import Small

sparse: Any = scipy.sparse
Array = npt.NDArray[np.float64]

SQUARE, USUAL = 0.1, 10.0
"""Squares cost this share of heat at the mean price [1], counted in the heat that moves the air by
so many kelvins in a block, or in the greatest: the answer is the only one, and soon found."""
FIRM, FIRMER = 10.0, 2.0
"""A kelvin outside the band costs so many times the heat that moves the air by it in a block, and
so many times what that heat would cost as a peak."""
KILO = 1e3
PRECISION = 3e-4
"""Of the solver, absolute and relative; the first move then is within 0.01 kW of the exact one."""
MOST_ROUNDS = 10_000
SCALINGS, PRICED_SCALINGS = 1, 10
"""Passes of the solver's equilibration. Without a price of peaks one gives the same costs in two to
seven times fewer rounds; with one it stops at peaks a tenth higher, so there it takes all ten."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a plan is made for, (blocks, …).

    ``guess`` [W] is the heat of each zone and ``air`` (2, blocks, zones) [K] what it would make of
    the air: mean over each block, and at its end; ``low`` and ``high`` (2, …) the band of each.
    ``heating`` and ``cooling`` [W/W]: electricity for heat; ``price`` [1/J]; ``demand`` [1/W] for
    what exceeds ``peak`` [W]; ``fuel`` [EUR/J]: gas for heat, beside its electricity.
    """

    guess: Array
    air: Array
    low: Array
    high: Array
    heating: Array
    cooling: Array
    price: Array
    demand: float
    peak: float
    fuel: Array | float = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """Heat of each zone in each block [W], cold below 0, and what it makes of the air [K].

    ``air`` (2, blocks, zones): mean over each block, and at its end. ``solved``
    says whether the solver came to its end.
    """

    heat: Array
    air: Array
    solved: bool


HOUR = 3600.0
NEAR, MIDDLE = 2 * HOUR, 8 * HOUR
"""Up to here blocks are as long as a plan holds, up to there twice as long, then four times; but
none is longer than an hour for that [s]."""


def blocks(period: float, horizon: float, step: float) -> tuple[int, ...]:
    """Lengths of the blocks of a plan [steps]: what comes later is planned more coarsely.

    >>> blocks(1800.0, 5 * 3600.0, 300.0)
    (6, 6, 6, 6, 12, 12, 12)
    """
    found: list[int] = []
    done, end = 0, round(horizon / step)
    while done < end:
        at = done * step
        wide = 1 if at < NEAR else (2 if at < MIDDLE else 4)
        length = min(wide * period, max(period, HOUR))
        found.append(min(round(length / step), end - done))
        done += found[-1]
    return tuple(found)


class Planner:
    """Makes plans of blocks of ``lengths`` steps, of ``step`` [s] each.

    ``most`` (zones, 2): greatest heating and cooling [W]; ``priced`` whether peaks cost.
    """

    def __init__(
        self, small: Small, most: Array, lengths: tuple[int, ...], step: float, *, priced: bool
    ) -> None:
        self.blocks, self.zones, self.most = len(lengths), len(most), most / KILO
        self.priced = priced
        self.time = step * np.array(lengths)
        feels = {n: _answer(small, n) for n in set(lengths)}
        self._answers = [feels[n] for n in lengths]
        self.firm = 1.0 / np.maximum(np.diag(self._answers[0].feel[1]), 1e-9)
        self.order = len(small.a)
        self._constraints()
        self._built = self._matrix()
        self._solver: Any = None

    def _constraints(self) -> None:
        """Variables: states, heat, cold, slack of all blocks in turn, then the peak."""
        n, z = self.blocks, self.zones
        after = sparse.block_diag([answer.carry for answer in self._answers[1:]])
        carry = sparse.bmat([
            [None, sparse.csr_matrix((self.order, self.order))],
            [after, sparse.csr_matrix((after.shape[0], self.order))],
        ])  # fmt: skip
        flow = sparse.block_diag([answer.drive for answer in self._answers])
        none = sparse.csr_matrix((n * self.order, n * z))
        rows = [[sparse.identity(n * self.order) - carry, -flow, flow, none]]
        slack = sparse.identity(n * z)
        for end in (0, 1):
            look = sparse.block_diag([answer.look[end] for answer in self._answers])
            # The state that a block begins with is that after the block before.
            state = look @ sparse.eye(n * self.order, k=-self.order)
            heat = sparse.block_diag([answer.feel[end] for answer in self._answers])
            rows += [[state, heat, -heat, sign * slack] for sign in (1, -1)]
        body = sparse.bmat(rows)
        free = sparse.hstack([
            sparse.csr_matrix((3 * n * z, n * self.order)), sparse.identity(3 * n * z)
        ])  # fmt: skip
        self._fixed = sparse.vstack([body, free])
        self._size = n * self.order + 3 * n * z

    def _matrix(self) -> Any:
        """All constraints, the peak's last, for a unit of electricity each; its pattern stays."""
        if not self.priced:
            return sparse.csc_matrix(self._fixed)
        n, z = self.blocks, self.zones
        each = sparse.kron(sparse.identity(n), np.ones((1, z)))
        zero = sparse.csr_matrix((n, n * self.order))
        peaks = sparse.hstack([zero, each, each, sparse.csr_matrix((n, n * z)), -np.ones((n, 1))])
        alone = sparse.hstack([sparse.csr_matrix((1, self._size)), np.ones((1, 1))])
        wide = sparse.hstack([self._fixed, sparse.csr_matrix((self._fixed.shape[0], 1))])
        matrix = sparse.csc_matrix(sparse.vstack([wide, peaks, alone]))
        matrix.sort_indices()
        return matrix

    def _numbers(self, outlook: Outlook) -> Array:
        """Numbers of the matrix: heat and cold by their electricity, last in each's column."""
        found = np.asarray(self._built.data.copy())
        if self.priced:
            first, size = self.blocks * self.order, self.blocks * self.zones
            last = self._built.indptr[1:] - 1
            for way, unit in enumerate((outlook.heating, outlook.cooling)):
                at = slice(first + way * size, first + (way + 1) * size)
                found[last[at]] = np.repeat(unit, self.zones)
        return found

    def _limits(self, outlook: Outlook) -> tuple[Array, Array]:
        """Lower and upper limits of all constraints."""
        pairs = list(zip(self._answers, outlook.guess / KILO, strict=True))
        moved = np.concatenate([-answer.drive @ guess for answer, guess in pairs])
        low, high = [moved], [moved]
        far = np.full(self.blocks * self.zones, np.inf)
        for end, air in enumerate(outlook.air):
            # What the guess itself does to the air within each block is not counted twice.
            here = air - np.stack([answer.feel[end] @ guess for answer, guess in pairs])
            low += [(outlook.low[end] - here).ravel(), -far]
            high += [far, (outlook.high[end] - here).ravel()]
        nothing = np.zeros(self.blocks * self.zones)
        most = [np.tile(self.most[:, way], self.blocks) for way in (0, 1)]
        low += [nothing, nothing, nothing]
        high += [*most, far]
        if self.priced:
            low += [np.full(self.blocks, -np.inf), np.array([outlook.peak / KILO])]
            high += [np.zeros(self.blocks), np.array([np.inf])]
        return np.concatenate(low), np.concatenate(high)

    def _costs(self, outlook: Outlook) -> tuple[Array, Array]:
        """Linear and squared costs; a kilowatt of heat in a block costs about 1."""
        n, z = self.blocks, self.zones
        units = outlook.price * self.time * KILO
        warmth = units * outlook.heating + outlook.fuel * self.time * KILO
        scale = 1.0 / max(float(warmth.mean()), 1e-12)
        heat = np.repeat(scale * warmth, z)
        cold = np.repeat(scale * units * outlook.cooling, z)
        peak = scale * outlook.demand * KILO
        dearest = max(float(outlook.heating.max()), float(outlook.cooling.max()))
        worst = FIRM * max(float(heat.max()), float(cold.max())) + FIRMER * peak * dearest
        slack = np.tile(worst * self.firm, n)
        linear = np.concatenate([np.zeros(n * self.order), heat, cold, slack])
        usual = np.maximum(np.minimum(self.most, USUAL * self.firm[:, None]), 1e-6)
        share = self.time / self.time.mean()
        square = np.concatenate([
            np.zeros(n * self.order),
            *(np.kron(share, SQUARE / usual[:, way]) for way in (0, 1)),
            np.zeros(n * z),
        ])  # fmt: skip
        if self.priced:
            linear, square = np.append(linear, peak), np.append(square, 0.0)
        return linear, square

    def plan(self, outlook: Outlook) -> Plan:
        """Return the cheapest plan."""
        import osqp

        linear, square = self._costs(outlook)
        low, high = self._limits(outlook)
        numbers = self._numbers(outlook)
        if self._solver is None:
            matrix = self._built.copy()
            matrix.data = numbers
            self._solver = osqp.OSQP()
            self._solver.setup(
                sparse.diags(square, format="csc"), linear, matrix, low, high, verbose=False,
                eps_abs=PRECISION, eps_rel=PRECISION, max_iter=MOST_ROUNDS,
                adaptive_rho_interval=50,
                scaling=PRICED_SCALINGS if self.priced else SCALINGS,
            )  # fmt: skip
        elif self.priced:
            self._solver.update(q=linear, l=low, u=high, Ax=numbers)
        else:
            self._solver.update(q=linear, l=low, u=high)
        found = self._solver.solve(raise_error=False)
        start, size = self.blocks * self.order, self.blocks * self.zones
        heat = found.x[start : start + size] - found.x[start + size : start + 2 * size]
        shape = (self.blocks, self.zones)
        most = KILO * self.most
        plan = np.clip(KILO * heat.reshape(shape), -most[:, 1], most[:, 0])
        return Plan(plan, self._air(outlook, plan), found.info.status == "solved")

    def _air(self, outlook: Outlook, heat: Array) -> Array:
        """Air that a plan gives at the first and last step of each block [K]."""
        more = (heat - outlook.guess) / KILO
        air = outlook.air.copy()
        state = np.zeros(self.order)
        for k, answer in enumerate(self._answers):
            for end in (0, 1):
                air[end, k] += answer.look[end] @ state + answer.feel[end] @ more[k]
            state = answer.carry @ state + answer.drive @ more[k]
        return air


@dataclass(frozen=True, slots=True)
class Answer:
    """What a block does: to the small model's state, and to the air, mean and end, by both."""

    carry: Array
    drive: Array
    look: Array
    feel: Array


def _answer(small: Small, steps: int) -> Answer:
    """Answer of a block of so many steps to its state [K] and to kilowatts [K/kW]."""
    runs = [small.after(n + 1) for n in range(steps)]
    looks = np.stack([small.c @ before for before, _b in runs])
    feels = np.stack([(small.c @ after + small.d) * KILO for _a, after in runs])
    a, b = runs[-1]
    return Answer(
        a, b * KILO, np.stack([looks.mean(axis=0), looks[-1]]),
        np.stack([feels.mean(axis=0), feels[-1]]),
    )  # fmt: skip
