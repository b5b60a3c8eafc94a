"""The depth at which a cut begins to chatter, for one flexible mode in each direction."""

from __future__ import annotations

import functools
import math

import numpy as np
import numpy.typing as npt

from twin.physics import cutting
from twin.physics import semidiscretisation as sdm
from twin.physics.chatter import Cutter, depth_limits, limit_at, stiffness_mode
from twin.plant._cnc_programme import Step
from twin.plant._cnc_settings import Settings

LOW_IMMERSION = 0.3
"""Radial width over diameter below which the zero-order limit is unsafe (flip lobes)."""
MOST_STEPS = 240
"""Steps in a tooth period up to which semi-discretisation answers while somebody waits; slower
spindles have so many lobes that the zero-order limit is close to the lowest of them."""
LEVELS = np.geomspace(0.1e-3, 60e-3, 28)
"""Depths looked at [m]; between two of them the limit is found by bisection."""
HALVINGS = 6
GRID = 1200
"""Chatter frequencies looked at, from 0.7 to 2 natural frequencies."""

ModeValues = tuple[float, float, float]


def stable_depth(settings: Settings, step: Step) -> float:
    """Axial depth at which the cut of ``step`` loses its stability [m]; infinite when it does not.

    One mode of ``settings`` in both directions of the plane, a symmetric engagement, the Kienzle
    force at the mean chip thickness as the cutting coefficient. Semi-discretisation at low
    immersion, the zero-order solution elsewhere.
    """
    width = min(step.cut.radial_width, step.tool.tool_diameter)
    half = float(cutting.engagement_angle(width, step.tool.tool_diameter)) / 2
    force = cutting.specific_force(step.material.kc11, step.material.mc, step.thickness)
    cutter = Cutter(step.tool.teeth, float(force), settings.radial_force_ratio)
    entry, leave = max(math.pi / 2 - half, 0.0), min(math.pi / 2 + half, math.pi)
    mode = (settings.mode_frequency, settings.mode_damping, settings.mode_stiffness)
    if width / step.tool.tool_diameter < LOW_IMMERSION:
        body = _body(mode)
        if sdm.steps_needed(body, cutter.teeth, step.spindle_speed) <= MOST_STEPS:
            return _by_semidiscretisation(mode, cutter, entry, leave, step.spindle_speed)
    return _by_zero_order(mode, cutter, entry, leave, step.spindle_speed)


@functools.lru_cache(maxsize=256)
def _body(mode: ModeValues) -> sdm.Structure:
    modes = [stiffness_mode(*mode)]
    return sdm.structure(modes, modes)


@functools.lru_cache(maxsize=2048)
def _by_zero_order(
    mode: ModeValues, cutter: Cutter, entry: float, leave: float, speed: float
) -> float:
    modes = [stiffness_mode(*mode)]
    grid = mode[0] * np.linspace(0.7, 2.0, GRID)
    limits = depth_limits(grid, modes, modes, cutter, entry, leave)
    return limit_at(limits, cutter.teeth, speed)


@functools.lru_cache(maxsize=2048)
def _by_semidiscretisation(
    mode: ModeValues, cutter: Cutter, entry: float, leave: float, speed: float
) -> float:
    cut = sdm.Cut(cutter, entry, leave)

    def grows(depths: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        return np.asarray(np.abs(sdm.multipliers(_body(mode), cut, speed, depths)) > 1.0)

    lost = np.flatnonzero(grows(LEVELS))
    if not lost.size:
        return math.inf
    first = int(lost[0])
    low, high = float(LEVELS[first - 1]) if first else 0.0, float(LEVELS[first])
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if grows(np.array([middle]))[0]:
            high = middle
        else:
            low = middle
    return (low + high) / 2
