"""Tool life, wear over life, and the hazard of breaking. All SI.

References
----------
Taylor, F. W. (1907). On the art of cutting metals. Trans. ASME 28.
ISO 3685 for the life criteria. NASA Ames milling data (Agogino & Goebel 2007) for the exponents
of depth and feed; Tatar 2020, PMC7306598, for those of speed and width.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from twin.units import Number

MOST_EXPONENT = 700.0
"""Above about this e^x is no float any more."""


@dataclass(frozen=True, slots=True)
class LifeExponents:
    """Exponents of the extended Taylor law ``T ∝ vc^-1/n f^-p ap^-q ae^-r`` [1]."""

    speed: float = 0.25
    feed: float = 0.365
    depth: float = 0.975
    width: float = 1.0


def taylor_life(cutting_speed: Number, constant: Number, exponent: Number) -> Number:
    """Tool life T [min] from ``vc · T^n = C``, vc and C in [m/min] as the law is published.

    >>> round(float(taylor_life(50.0, 70.0, 0.125)), 2)
    14.76
    >>> round(float(taylor_life(42.0, 70.0, 0.125)), 2)
    59.54
    """
    life: Number = (constant / cutting_speed) ** (1.0 / exponent)
    return life


def relative_life(
    speed_ratio: Number,
    feed_ratio: Number,
    depth_ratio: Number,
    width_ratio: Number,
    exponents: LifeExponents,
) -> Number:
    """Tool life relative to the reference cut [1]; every ratio is present over reference.

    >>> round(float(relative_life(1.01, 1, 1, 1, LifeExponents())), 3)  # +1 % vc: -4 % (Tatar)
    0.961
    """
    return (
        speed_ratio ** (-1.0 / exponents.speed)
        * feed_ratio ** (-exponents.feed)
        * depth_ratio ** (-exponents.depth)
        * width_ratio ** (-exponents.width)
    )


@dataclass(frozen=True, slots=True)
class WearShape:
    """Three-stage wear over the used fraction of life: break-in, steady, accelerated.

    Shares of the wear limit that each stage gives at the end of life; they sum to 1. The
    defaults follow the mean shape of the three PHM 2010 cutters (figures in docs/data.md).
    """

    break_in: float = 0.30
    steady: float = 0.45
    accelerated: float = 0.25
    break_in_width: float = 0.06
    accelerated_width: float = 0.12


def flank_wear(damage: Number, limit: float, shape: WearShape) -> Number:
    """Flank wear VB [m] after the used fraction of life ``damage`` [1]; VB(1) = ``limit`` [m].

    Damage adds up over changing conditions (Palmgren–Miner): ``d = Σ dt / T(conditions)``.
    Beyond d = 1 the steady and accelerated stages go on.

    >>> [round(float(flank_wear(d, 3e-4, WearShape())), 9) for d in (0.0, 1.0)]
    [0.0, 0.0003]
    """
    d = np.asarray(damage, dtype=float)
    start = (1.0 - np.exp(-d / shape.break_in_width)) / (1.0 - np.exp(-1.0 / shape.break_in_width))
    end = np.expm1(d / shape.accelerated_width) / np.expm1(1.0 / shape.accelerated_width)
    total: Number = shape.break_in * start + shape.steady * d + shape.accelerated * end
    wear: Number = limit * total
    return wear


def flank_wear_now(damage: float, limit: float, shape: WearShape) -> float:
    """:func:`flank_wear` of one tool, scalar: this runs in every cut.

    Infinite where the accelerated stage leaves the range of a float.

    >>> round(flank_wear_now(1.0, 3e-4, WearShape()), 9), flank_wear_now(1e3, 3e-4, WearShape())
    (0.0003, inf)
    """
    start = 1.0 - math.exp(-damage / shape.break_in_width)
    start /= 1.0 - math.exp(-1.0 / shape.break_in_width)
    grown = damage / shape.accelerated_width
    end = math.expm1(grown) if grown < MOST_EXPONENT else math.inf
    end /= math.expm1(1.0 / shape.accelerated_width)
    return limit * (shape.break_in * start + shape.steady * damage + shape.accelerated * end)


def breakage_hazard(wear: Number, base: float, gain: float) -> Number:
    """Hazard of sudden breakage [1/s of cutting]: ``λ = λ0 exp(k · VB)``.

    Parameters
    ----------
    wear : float or array
        Flank wear VB [m].
    base : float
        Hazard of a new tool λ0 [1/s].
    gain : float
        Growth with wear k [1/m]; 12.7 /mm in the 18-tool study of minimum-data-tool-wear-prognosis.
    """
    hazard: Number = base * np.exp(gain * np.asarray(wear, dtype=float))
    return hazard


def chipping_probability(wear_um: Number) -> Number:
    """Probability of chipping in one cycle of the 18-tool 1.4571 study, by VB [µm].

    ``logit h = -4.3288 + 0.01272 VB``; 172 cycles, 18 chippings.

    >>> round(float(chipping_probability(167.5)), 2), round(float(chipping_probability(108.8)), 2)
    (0.1, 0.05)
    """
    return 1.0 / (1.0 + np.exp(4.3288 - 0.01272 * np.asarray(wear_um)))


def speed_of_least_cost(
    constant: float, exponent: float, cost_rate: float, change_time: float, tool_cost: float
) -> float:
    """Cutting speed of least cost per part (Gilbert) [unit of ``constant``].

    Parameters
    ----------
    constant, exponent : float
        C and n of Taylor's law; C in [m/min] with T in [min].
    cost_rate : float
        Machine and operator [money/min].
    change_time : float
        Time to change the tool [min].
    tool_cost : float
        Cost of one edge [money].

    >>> round(speed_of_least_cost(70, 0.125, 0.50, 2, 3), 2)  # Groover
    42.32
    """
    share = exponent / (1.0 - exponent) * cost_rate / (cost_rate * change_time + tool_cost)
    return float(constant * share**exponent)


def speed_of_most_output(constant: float, exponent: float, change_time: float) -> float:
    """Cutting speed of most parts per hour [unit of ``constant``]; ``change_time`` [min].

    >>> round(speed_of_most_output(70, 0.125, 2), 2)  # Groover
    50.33
    """
    return float(constant * (exponent / (1.0 - exponent) / change_time) ** exponent)
