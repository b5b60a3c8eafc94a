"""Stability of milling by semi-discretisation: right at low immersion, where the zero order fails.

The tooth passing period T is cut into steps. Inside a step the cutting coefficient and the delayed
displacement are replaced by simple functions, and the equation of motion is solved exactly:
``z(i+1) = P z(i) + R0 u(i−k) + R1 u(i−k+1)``. One period maps a state and its history to the next;
the cut is stable when the largest multiplier of that map lies inside the unit circle (Floquet).

The map has dozens to hundreds of dimensions but only a few that matter: the dominant multiplier
comes from a subspace iteration in which all speeds and depths run as one array.

References
----------
Insperger, T.; Stépán, G. (2004). Updated semi-discretization method for periodic delay-differential
equations with discrete delay. Int. J. Numer. Meth. Eng. 61, 117–141. doi:10.1002/nme.1061
Insperger, T.; Stépán, G.; Turi, J. (2008). On the higher-order semi-discretizations for periodic
delayed systems. J. Sound Vib. 313, 334–341. doi:10.1016/j.jsv.2007.11.040
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from twin.errors import BadInput, Fault
from twin.physics.chatter import Array, Complex, Cutter, Mode, directional_factors

STEPS_PER_WAVE = 30
"""Steps per period of the fastest mode that keep the limit within about 1 %."""

_BLOCK = 4_000_000
"""Numbers that one block of cases may hold."""


class Structure(NamedTuple):
    """Modes of the tool tip as a linear system ż = A z + B F, u = C z.

    Attributes
    ----------
    dynamics : ndarray
        A [1/s], shape (P, P).
    force : ndarray
        B [1/(kg·rad/s)], shape (P, D), for D = 1 or 2 directions.
    tip : ndarray
        C, shape (D, P).
    fastest : float
        Highest natural frequency [Hz].
    """

    dynamics: Array
    force: Array
    tip: Array
    fastest: float


class Cut(NamedTuple):
    """A cutter in its engagement: ``entry`` and ``leave`` [rad], 0 ≤ entry < leave ≤ π."""

    cutter: Cutter
    entry: float
    leave: float


class _Steps(NamedTuple):
    """Maps of every step and case: ``state`` (K, M, P, P), ``old`` and ``new`` (K, M, P, D)."""

    state: Array
    old: Array
    new: Array


def structure(modes_x: Sequence[Mode], modes_y: Sequence[Mode] = ()) -> Structure:
    """System of the modes along the feed and, unless it is rigid, across it.

    Parameters
    ----------
    modes_x, modes_y : sequence of Mode
        Modes in each direction.

    Returns
    -------
    Structure
        P = 2 · number of modes, D = number of directions.

    Raises
    ------
    BadInput
        Without a mode along the feed.
    """
    if not modes_x:
        raise BadInput(Fault("needs at least one mode along the feed", "modes_x"))
    directions = [modes_x, modes_y] if modes_y else [modes_x]
    size = 2 * sum(len(modes) for modes in directions)
    dynamics = np.zeros((size, size))
    force, tip = np.zeros((size, len(directions))), np.zeros((len(directions), size))
    at = 0
    for direction, modes in enumerate(directions):
        for mode in modes:
            own = 2.0 * np.pi * mode.frequency
            alpha, beta = mode.terms
            dynamics[at : at + 2, at : at + 2] = [[0.0, own], [-own, -2.0 * mode.damping * own]]
            force[at + 1, direction] = 1.0 / own
            tip[direction, at : at + 2] = alpha, beta * own
            at += 2
    fastest = max(mode.frequency for modes in directions for mode in modes)
    return Structure(dynamics, force, tip, fastest)


def steps_needed(body: Structure, teeth: int, speed: float) -> int:
    """Steps per tooth period at ``speed`` [rev/s] that keep the limit within about 1 %.

    A published demonstration with 40 steps is 17 % unsafe at 5000 rpm.

    >>> from twin.physics.chatter import stiffness_mode
    >>> steps_needed(structure([stiffness_mode(922.0, 0.011, 1.34e6)]), 2, 5000 / 60)
    166
    """
    return max(80, int(np.ceil(STEPS_PER_WAVE * body.fastest / (teeth * speed))))


def step_factors(cut: Cut, steps: int, directions: int) -> Array:
    """Directional factors of the cutting force, mean over each step of one tooth period.

    Returns
    -------
    ndarray
        Shape (steps, directions, directions) [1]; over the period their mean is N/2π · α_ij.
    """
    pitch = 2.0 * np.pi / cut.cutter.teeth
    edges = pitch * np.arange(steps + 1) / steps
    total = np.zeros((steps, 2, 2))
    for tooth in range(cut.cutter.teeth):
        turned = np.clip(edges + tooth * pitch, cut.entry, cut.leave)
        for i in np.flatnonzero(np.diff(turned)):
            total[i] += directional_factors(turned[i], turned[i + 1], cut.cutter.ratio)
    return total[:, :directions, :directions] * steps / pitch


def _exponentials(matrix: Array) -> tuple[Array, Array, Array]:
    """exp(Z), φ1(Z) and φ2(Z) of many small matrices by their series (Horner), ‖Z‖ ≲ 5."""
    norm = float(np.abs(matrix).sum(axis=-1).max())
    terms, last = 2, norm
    while last > 1e-17 and terms < 80:
        terms += 1
        last *= norm / terms
    eye = np.eye(matrix.shape[-1])
    second = np.broadcast_to(eye, matrix.shape)
    for j in range(terms, 2, -1):
        second = eye + matrix @ second / j
    second = second / 2.0
    first = eye + matrix @ second
    return eye + matrix @ first, first, second


def _step_maps(
    body: Structure, cut: Cut, speeds: Array, depths: Array, steps: int, order: int
) -> _Steps:
    """Exact solution of every step for every case (speed, depth)."""
    factors = step_factors(cut, steps, body.tip.shape[0])
    pull = body.force @ (0.5 * cut.cutter.tangential * factors)
    gain = depths[None, :, None, None] * pull[:, None]
    length = (1.0 / (cut.cutter.teeth * speeds * steps))[None, :, None, None]
    state, first, second = _exponentials((body.dynamics + gain @ body.tip) * length)
    whole = -length * (first @ gain)
    new = whole / 2.0 if order == 0 else -length * (second @ gain)
    return _Steps(state, whole - new, new)


def _period_map(maps: _Steps, tip: Array) -> Array:
    """Map of one tooth period on (state, history with the oldest first), shape (M, Q, Q)."""
    steps, count, size = maps.state.shape[:3]
    directions = len(tip)
    whole = np.zeros((count, size + steps * directions, size + steps * directions))
    state = np.zeros((count, size, size + (steps + 1) * directions))
    state[:, :, :size] = np.eye(size)
    for i in range(steps):
        past = size + i * directions
        now, later = slice(past, past + directions), slice(past + directions, past + 2 * directions)
        whole[:, now, : now.stop] = tip @ state[:, :, : now.stop]
        state[:, :, : now.stop] = maps.state[i] @ state[:, :, : now.stop]
        state[:, :, now] += maps.old[i]
        state[:, :, later] += maps.new[i]
    whole[:, :size] = state[:, :, :-directions]
    whole[:, :size, :size] += state[:, :, -directions:] @ tip  # the newest delay is the start
    return whole


def _start(size: int, directions: int, steps: int) -> Array:
    """Smooth first subspace: every state, and slow cosines of the history; orthonormal."""
    waves = min(8, steps)
    start = np.zeros((size + steps * directions, size + waves * directions))
    start[:size, :size] = np.eye(size)
    time = (np.arange(steps) + 0.5) / steps
    cosines = np.cos(np.pi * time[:, None] * np.arange(waves))
    start[size:, size:] = np.kron(cosines, np.eye(directions))
    return np.linalg.qr(start)[0]


def _dominant(period: Array, start: Array, tolerance: float = 1e-6) -> Complex:
    """Multiplier of largest modulus of each case, by subspace iteration with Ritz values."""
    basis = np.broadcast_to(start, (len(period), *start.shape))
    radius = np.zeros((2, len(period)))
    for _ in range(60):
        image = period @ basis
        ritz = np.linalg.eigvals(basis.swapaxes(1, 2) @ image)
        best = np.take_along_axis(ritz, np.abs(ritz).argmax(axis=1)[:, None], axis=1)[:, 0]
        moved = np.abs(radius - np.abs(best)).max()
        radius = np.stack([radius[1], np.abs(best)])
        if moved < tolerance:
            break
        basis = np.linalg.qr(image)[0]
    return np.asarray(best, dtype=np.complex128)


def _check(cut: Cut, speeds: Array, depths: Array, steps: int, order: int) -> None:
    faults = []
    if not 0.0 <= cut.entry < cut.leave <= np.pi * (1.0 + 1e-12):
        written = f"{cut.entry:g}, {cut.leave:g}"
        faults.append(Fault("needs 0 ≤ entry < leave ≤ π rad", "entry, leave", "", written))
    if not np.all(speeds > 0.0):
        faults.append(Fault("must be above 0 rev/s", "speeds", "", f"{speeds.min():g}"))
    if not np.all(depths >= 0.0):
        faults.append(Fault("must be 0 m or more", "depths", "", f"{depths.min():g}"))
    if steps < 2:
        faults.append(Fault("needs at least 2 steps per tooth period", "steps", "", str(steps)))
    if order not in (0, 1):
        faults.append(Fault("must be 0 or 1", "order", "", str(order)))
    if faults:
        raise BadInput(faults)


def monodromy(
    body: Structure, cut: Cut, speed: float, depth: float, steps: int, order: Literal[0, 1] = 1
) -> Array:
    """Map of one tooth period as a matrix; its eigenvalues are all Floquet multipliers.

    Parameters
    ----------
    body : Structure
    cut : Cut
    speed, depth : float
        Spindle speed [rev/s] and axial depth [m].
    steps : int
        Steps per tooth period K.
    order : int
        See :func:`multipliers`.

    Returns
    -------
    ndarray
        Shape (P + K·D, P + K·D).
    """
    speeds, depths = np.array([speed]), np.array([depth])
    _check(cut, speeds, depths, steps, order)
    maps = _step_maps(body, cut, speeds, depths, steps, order)
    return np.asarray(_period_map(maps, body.tip)[0])


def multipliers(
    body: Structure,
    cut: Cut,
    speeds: Array | float,
    depths: Array | float,
    steps: int | None = None,
    order: Literal[0, 1] = 1,
) -> Complex:
    """Dominant Floquet multiplier of each pair of speed and depth; stable where its modulus is < 1.

    Parameters
    ----------
    body : Structure
    cut : Cut
    speeds, depths : float or ndarray
        Spindle speed [rev/s] and axial depth [m]; they broadcast.
    steps : int, optional
        Steps per tooth period; by default enough for the slowest speed (:func:`steps_needed`).
    order : {0, 1}
        How the delayed displacement runs inside a step: 0, the mean of its two ends (updated
        method, 2004); 1, linear (first order, 2008), which needs fewer steps.

    Returns
    -------
    ndarray
        Complex, the broadcast shape. A real one beyond −1 is a flip (period doubling), a complex
        one a Hopf bifurcation.

    Raises
    ------
    BadInput
        For angles, speeds, depths, steps or an order outside their range.

    Examples
    --------
    Slot of the 1-DOF benchmark at 5000 rpm, 40 steps, as the published demonstration code gives it:
    0.79808 at 0.2 mm and 1.29411 at 1 mm.

    >>> from twin.physics.chatter import stiffness_mode
    >>> body = structure([stiffness_mode(922.0, 0.011, 0.03993 * (2 * np.pi * 922.0) ** 2)])
    >>> slot = Cut(Cutter(2, 6e8, 1 / 3), 0.0, np.pi)
    >>> found = multipliers(body, slot, 5000 / 60, np.array([0.2e-3, 1e-3]), 40, 0)
    >>> np.abs(found).round(4).tolist()
    [0.7981, 1.2941]
    """
    pairs = np.broadcast_arrays(np.asarray(speeds, float), np.asarray(depths, float))
    flat, deep = (np.ravel(values) for values in pairs)
    count = steps or steps_needed(body, cut.cutter.teeth, float(max(np.min(flat), 1e-3)))
    _check(cut, flat, deep, count, order)
    directions, size = body.tip.shape
    start = _start(size, directions, count)
    block = max(1, _BLOCK // start.shape[0] ** 2)
    parts = []
    for i in range(0, len(flat), block):
        case = slice(i, i + block)
        maps = _step_maps(body, cut, flat[case], deep[case], count, order)
        parts.append(_dominant(_period_map(maps, body.tip), start))
    return np.concatenate(parts).reshape(pairs[0].shape)


def stability_limit(
    body: Structure,
    cut: Cut,
    speeds: Array,
    depths: Array,
    steps: int | None = None,
    order: Literal[0, 1] = 1,
) -> Array:
    """Depth at which stability is first lost, at each spindle speed.

    Parameters
    ----------
    body : Structure
    cut : Cut
    speeds : ndarray
        Spindle speeds [rev/s], shape (S,).
    depths : ndarray
        Depths to look at [m], increasing and above 0, shape (L,). An unstable island thinner than
        their spacing can be missed.
    steps, order
        See :func:`multipliers`.

    Returns
    -------
    ndarray
        [m], shape (S,), by bisection to 1/1000 of the spacing; infinite where every depth of
        ``depths`` is stable.

    Raises
    ------
    BadInput
        As :func:`multipliers`, and for depths that do not increase.
    """
    speeds, levels = np.asarray(speeds, float).ravel(), np.asarray(depths, float).ravel()
    if not len(levels) or levels[0] <= 0.0 or np.any(np.diff(levels) <= 0.0):
        raise BadInput(Fault("must increase from above 0 m", "depths"))
    needed = np.array([steps or _ladder(body, cut, speed) for speed in speeds], dtype=int)
    limit = np.empty(len(speeds))
    for count in np.unique(needed):
        alike = needed == count
        limit[alike] = _first_loss(body, cut, speeds[alike], levels, int(count), order)
    return limit


def _ladder(body: Structure, cut: Cut, speed: float) -> int:
    """Steps needed, rounded up to a few values (80 · √2^j) so that speeds share an array."""
    needed = steps_needed(body, cut.cutter.teeth, max(float(speed), 1e-3))
    return int(np.ceil(80.0 * 2.0 ** (np.ceil(2.0 * np.log2(needed / 80.0)) / 2.0)))


def _first_loss(
    body: Structure, cut: Cut, speeds: Array, levels: Array, steps: int, order: Literal[0, 1]
) -> Array:
    """Scan the levels upwards, then bisect where stability was lost; shape of ``speeds``."""
    low, high = np.zeros(len(speeds)), np.full(len(speeds), np.inf)
    for before, level in zip([0.0, *levels[:-1]], levels, strict=True):
        still = np.flatnonzero(np.isinf(high))
        if not len(still):
            break
        grown = np.abs(multipliers(body, cut, speeds[still], level, steps, order)) > 1.0
        low[still[grown]], high[still[grown]] = before, level
    found = np.flatnonzero(np.isfinite(high))
    for _ in range(10 if len(found) else 0):
        middle = 0.5 * (low[found] + high[found])
        grown = np.abs(multipliers(body, cut, speeds[found], middle, steps, order)) > 1.0
        high[found] = np.where(grown, middle, high[found])
        low[found] = np.where(grown, low[found], middle)
    return np.asarray(0.5 * (low + high))
