"""Milling in the time domain: regeneration, teeth that leave the cut, and what a sensor would see.

Every tooth cuts the surface that the teeth before it left, so that chatter limits itself when the
tool jumps out of the cut. The structure is solved exactly over each step with the force held
constant at its value in the middle. All depths of a call run as one array.

References
----------
Altintas, Y. (2012). Manufacturing Automation, 2nd ed., section 4.7. doi:10.1017/CBO9780511843723
Schmitz, T. L.; Smith, K. S. (2019). Machining Dynamics, 2nd ed., section 4.5 (growth of the once
per tooth samples). doi:10.1007/978-3-319-93707-6
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import linalg

from twin.errors import BadInput, Fault
from twin.physics.chatter import Array, Cutter
from twin.physics.semidiscretisation import Cut, Structure


class Run(NamedTuple):
    """What happened, for each depth.

    Attributes
    ----------
    time : ndarray
        End of each step [s], shape (T,).
    displacement : ndarray
        Of the tool tip [m], shape (T, D, M).
    force : ndarray
        On the tool during the step [N], shape (T, D, M).
    per_period : int
        Steps per tooth period.
    """

    time: Array
    displacement: Array
    force: Array
    per_period: int


def _discrete(body: Structure, step: float) -> tuple[Array, Array]:
    """Exact map of a step with the force held constant: (P, P) and (P, D)."""
    size, directions = body.force.shape
    block = np.zeros((size + directions, size + directions))
    block[:size, :size] = body.dynamics * step
    block[:size, size:] = body.force * step
    whole = linalg.expm(block)
    return whole[:size, :size], whole[:size, size:]


def _check(cut: Cut, speed: float, depths: Array, feed: float, steps: int) -> None:
    faults = []
    if not 0.0 <= cut.entry < cut.leave <= np.pi * (1.0 + 1e-12):
        written = f"{cut.entry:g}, {cut.leave:g}"
        faults.append(Fault("needs 0 ≤ entry < leave ≤ π rad", "entry, leave", "", written))
    if not speed > 0.0:
        faults.append(Fault("must be above 0 rev/s", "speed", "", f"{speed:g}"))
    if not np.all(depths >= 0.0):
        faults.append(Fault("must be 0 m or more", "depths", "", f"{depths.min():g}"))
    if not feed > 0.0:
        faults.append(Fault("must be above 0 m", "feed", "", f"{feed:g}"))
    if steps < 20:
        faults.append(Fault("needs at least 20 steps per tooth period", "steps", "", str(steps)))
    if faults:
        raise BadInput(faults)


def _chip(inward: Array, surface: Array, nominal: float, leaves: bool) -> tuple[Array, Array]:
    """Chip thickness of a tooth and the surface that it leaves, both (M,).

    ``surface`` is how far inside the nominal path the material at this angle already ends.
    A tooth out of the cut leaves it where it was, a feed further away.
    """
    chip = nominal + inward - surface
    if not leaves:
        return chip, inward
    return np.maximum(chip, 0.0), np.where(chip > 0.0, inward, surface - nominal)


def _step_force(cutter: Cutter, angle: float, chip: Array, depths: Array, directions: int) -> Array:
    """Force of one tooth on the tool (D, M) [N]; edge forces are left out."""
    tangential = cutter.tangential * depths * chip
    radial = cutter.ratio * tangential
    sin, cos = np.sin(angle), np.cos(angle)
    both = np.stack([-tangential * cos - radial * sin, tangential * sin - radial * cos])
    return both[:directions]


def simulate_milling(
    body: Structure,
    cut: Cut,
    speed: float,
    depths: Array,
    feed: float,
    periods: int,
    steps: int,
    *,
    leaves: bool = True,
) -> Run:
    """Cut with a straight-toothed cutter at several depths, from rest.

    Parameters
    ----------
    body : Structure
        Modes of the tool tip, one or two directions.
    cut : Cut
    speed : float
        Spindle speed [rev/s].
    depths : ndarray
        Axial depths [m], shape (M,).
    feed : float
        Feed per tooth [m].
    periods : int
        Tooth periods to simulate.
    steps : int
        Steps per tooth period, 20 or more; 30 per period of the fastest mode are enough.
    leaves : bool
        Whether a tooth that swings past the surface leaves the cut. Without it the cut is linear
        and chatter grows for ever; its limit is that of semi-discretisation. With it chatter
        settles at an amplitude, and can live on a few percent below that limit once started.

    Returns
    -------
    Run
        Displacement and force of every step.

    Raises
    ------
    BadInput
        For geometry, speed, depth, feed or steps outside their range.

    Examples
    --------
    In a stable cut each tooth does what the one before it did.

    >>> from twin.physics.chatter import stiffness_mode
    >>> from twin.physics.semidiscretisation import structure
    >>> body = structure([stiffness_mode(922.0, 0.05, 1.34e6)])
    >>> slot = Cut(Cutter(2, 6e8, 1 / 3), 0.0, np.pi)
    >>> run = simulate_milling(body, slot, 250.0, np.array([0.2e-3]), 0.1e-3, 60, 60)
    >>> last, before = run.displacement[-60:], run.displacement[-120:-60]
    >>> bool(np.abs(last - before).max() < 1e-9)
    True
    """
    levels = np.asarray(depths, dtype=float).ravel()
    _check(cut, speed, levels, feed, steps)
    step = 1.0 / (cut.cutter.teeth * speed * steps)
    state_map, force_map = _discrete(body, step)
    half_state, half_force = _discrete(body, step / 2.0)
    directions, size = body.tip.shape
    angles, shares = _engaged(cut, steps)
    surface = np.zeros((cut.cutter.teeth, steps, len(levels)))
    state, total = np.zeros((size, len(levels))), periods * steps
    moved = np.empty((total, directions, len(levels)))
    forces = np.zeros_like(moved)
    for i in range(total):
        at = i % steps
        tip = body.tip @ (half_state @ state + half_force @ forces[i - 1])
        for place in np.flatnonzero(shares[:, at] > 0.0):
            angle = float(angles[place, at])
            width = levels * shares[place, at]
            inward = np.array([np.sin(angle), np.cos(angle)])[:directions] @ tip
            nominal = feed * np.sin(angle)
            chip, surface[place, at] = _chip(inward, surface[place, at], nominal, leaves)
            forces[i] += _step_force(cut.cutter, angle, chip, width, directions)
        state = state_map @ state + force_map @ forces[i]
        moved[i] = body.tip @ state
    time = np.asarray(step * np.arange(1, total + 1), dtype=np.float64)
    return Run(time, moved, forces, steps)


def _engaged(cut: Cut, steps: int) -> tuple[Array, Array]:
    """Middle angle [rad] and engaged share [1] of each step, for each place of a tooth (N, steps).

    A step in which a tooth enters or leaves counts with the part of it that is in the cut.
    """
    pitch = 2.0 * np.pi / cut.cutter.teeth
    edges = pitch * (np.arange(steps + 1) / steps + np.arange(cut.cutter.teeth)[:, None])
    inside = np.clip(edges, cut.entry, cut.leave)
    middle = 0.5 * (inside[:, :-1] + inside[:, 1:])
    return middle, np.diff(inside, axis=1) * steps / pitch


def growth_rate(run: Run, low: float = 1e-12) -> Array:
    """Growth per tooth period of the difference between successive periods, shape (M,) [1].

    Below 1 the cut settles to a forced vibration, above 1 chatter grows. It is the slope of
    ``ln |u(t) − u(t − T)|`` over the second half of the run, while small.

    Parameters
    ----------
    run : Run
        At least eight periods.
    low : float
        Differences below this are numerical noise [m].

    Raises
    ------
    BadInput
        For a run that is too short.
    """
    whole = run.displacement.reshape(-1, run.per_period, *run.displacement.shape[1:])
    if len(whole) < 8:
        raise BadInput(Fault("needs at least 8 periods", "periods", "", str(len(whole))))
    change = np.sqrt((np.diff(whole, axis=0) ** 2).mean(axis=(1, 2)))[len(whole) // 2 :]
    level = np.log(np.maximum(change, low))
    at = np.arange(len(level)) - (len(level) - 1) / 2.0
    return np.asarray(np.exp(at @ level / (at @ at)))
