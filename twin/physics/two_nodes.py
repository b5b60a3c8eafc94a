"""A room of two nodes, air and fabric, between recorded inputs: run freely, or filtered. All SI.

The same room as a lumped zone of :mod:`twin.physics.assembly`. Each step is exact for inputs that
hold through it; the conductance of supply air may differ from step to step. The Kalman filter
gives the likelihood of recorded temperatures (Madsen & Holst 1995, Energy and Buildings 22;
Bacher & Madsen 2011, doi:10.1016/j.enbuild.2011.02.005).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from twin.physics.compiled import compiled

Array = npt.NDArray[np.float64]


class Room(NamedTuple):
    """``air`` and ``fabric`` capacities [J/K]; conductances [W/K] between the two (``coupling``),
    from the air outdoors (``glazing``), from the fabric outdoors (``envelope``) and to rooms beside
    (``adjacent``), which keep ``adjacent_temperature`` [K]; ``offset`` of the fabric from the air
    where a stretch of records begins [K].
    """

    air: float
    fabric: float
    coupling: float
    glazing: float
    envelope: float
    adjacent: float
    adjacent_temperature: float
    offset: float = 0.0


class Noise(NamedTuple):
    """What the room does beyond its inputs, ``air`` and ``fabric`` [K/√s]; ``reading`` [K]."""

    air: float
    fabric: float
    reading: float


class Inputs(NamedTuple):
    """Of each step: ``outdoor`` temperature [K]; heat to ``air`` and to ``fabric`` [W];
    ``flow`` of supply air [W/K] at ``supply`` temperature [K]; ``begins`` marks the first row of
    a stretch; ``read`` is the recorded temperature [K].
    """

    outdoor: Array
    air: Array
    fabric: Array
    flow: Array
    supply: Array
    begins: npt.NDArray[np.bool_]
    read: Array


class Course(NamedTuple):
    """``expected`` temperature before each reading is looked at [K], and its ``variance`` [K²]."""

    expected: Array
    variance: Array


def run(room: Room, inputs: Inputs, noise: Noise, step: float, seen: int) -> Course:
    """Follow a room through recorded inputs; the first ``seen`` readings correct it.

    With ``seen`` 0 it runs freely from the first reading of each stretch; with all of them,
    ``expected`` is one step ahead. ``step`` [s].

    Left alone, it comes to the outdoor temperature, by 1/e in C/H:

    >>> n = 721
    >>> still = Inputs(*(np.zeros(n) for _ in range(5)), np.arange(n) == 0, np.full(n, 10.0))
    >>> lone = Room(1.0, 9e6, 1e6, 0.0, 100.0, 0.0, 0.0)
    >>> course = run(lone, still, Noise(0.0, 0.0, 0.1), 125.0, 0)
    >>> round(float(course.expected[-1]), 3), round(10 / float(np.e), 3)
    (3.679, 3.679)
    """
    return Course(*_follow(tuple(map(float, room)), inputs, tuple(map(float, noise)), step, seen))


@compiled
def _advance(
    here: float, there: float, loss: float, back: float, step: float
) -> tuple[float, float, float, float]:
    """Transition of two nodes ``d(a, f)/dt = [[-here, there], [back, -loss]] (a, f)``."""
    mean = -0.5 * (here + loss) * step
    spread = 0.5 * np.sqrt((here - loss) ** 2 + 4.0 * there * back) * step
    slow, fast = np.exp(mean + spread), np.exp(mean - spread)
    even = 0.5 * (slow + fast)
    odd = 0.5 * (slow - fast) / spread if spread > 1e-9 else np.exp(mean)
    return (
        even + odd * (-here * step - mean),
        odd * there * step,
        odd * back * step,
        even + odd * (-loss * step - mean),
    )


@compiled
def _follow(
    room: tuple[float, ...], inputs: Inputs, noise: tuple[float, ...], step: float, seen: int
) -> tuple[Array, Array]:
    c_air, c_fabric, coupling, glazing, envelope, adjacent, beside, offset = room
    n = len(inputs.read)
    expected, variance = np.empty(n), np.empty(n)
    reading = noise[2] ** 2
    grow_air, grow_fabric = noise[0] ** 2 * step, noise[1] ** 2 * step
    air = fabric = p00 = p01 = p11 = 0.0
    back = coupling / c_fabric
    loss = (coupling + envelope + adjacent) / c_fabric
    there = coupling / c_air
    for k in range(n):
        if inputs.begins[k]:
            air, fabric = inputs.read[k], inputs.read[k] + offset
            p00, p01, p11 = reading, 0.0, 1.0
        expected[k], variance[k] = air, p00 + reading
        if k < seen and not inputs.begins[k]:
            g0, g1 = p00 / variance[k], p01 / variance[k]
            miss = inputs.read[k] - air
            air, fabric = air + g0 * miss, fabric + g1 * miss
            p11, p01, p00 = p11 - g1 * p01, p01 - g0 * p01, p00 - g0 * p00
        out, flow = inputs.outdoor[k], inputs.flow[k]
        here = (coupling + glazing + flow) / c_air
        to_air = (glazing * out + flow * inputs.supply[k] + inputs.air[k]) / c_air
        to_fabric = (envelope * out + adjacent * beside + inputs.fabric[k]) / c_fabric
        # Where the inputs would bring it; a room that loses nothing only drifts.
        det = max(here * loss - there * back, 1e-30)
        rest_air = (loss * to_air + there * to_fabric) / det
        rest_fabric = (back * to_air + here * to_fabric) / det
        a00, a01, a10, a11 = _advance(here, there, loss, back, step)
        da, df = air - rest_air, fabric - rest_fabric
        air, fabric = rest_air + a00 * da + a01 * df, rest_fabric + a10 * da + a11 * df
        q00 = a00 * a00 * p00 + 2 * a00 * a01 * p01 + a01 * a01 * p11 + grow_air
        q01 = a00 * a10 * p00 + (a00 * a11 + a01 * a10) * p01 + a01 * a11 * p11
        q11 = a10 * a10 * p00 + 2 * a10 * a11 * p01 + a11 * a11 * p11 + grow_fabric
        p00, p01, p11 = q00, q01, q11
    return expected, variance
