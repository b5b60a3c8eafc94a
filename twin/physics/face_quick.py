"""The step of a house of many walls: as :mod:`twin.physics.face_march`, by kept inverses. All SI.

Films are those of :mod:`twin.physics.quick_films`. Layouts are those of
:mod:`twin.physics.face_tables` and :mod:`twin.physics.quick_tables`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from twin.physics.compiled import compiled, fused
from twin.physics.face_air import (
    BEAM,
    DIFFUSE,
    RADIANT,
    WINDOWS,
    asks,
    given_off,
    overasked,
    told,
    with_doors,
)
from twin.physics.face_films import ACROSS, LANES, MEAN, OUTER, TAKES, WEIGHT, YIELDS
from twin.physics.face_march import ROUNDS, SETTLED, carry, lead
from twin.physics.quick_films import due, renew

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Places = npt.NDArray[np.uint64]

NEAR, EXACT = 1e-2, 1e-5
"""Faces of walls between zones are known to this before the zones are solved [K]: of walls that
store heat, which keep what one zone gives until the other takes it; where some store none."""


@fused
def gather(
    k: int, b: Array, flat: Array, beyond: Array, absorbed: Array, known: Array, first: Whole,
    pushes: Array, inner: Places,
) -> None:  # fmt: skip
    """What light, radiant gains and walls push into each face [W], (rooms, eights, 8).

    ``flat`` is ``b`` as a vector; so are all vectors of faces below.
    """
    for r in range(b.shape[0]):
        radiant, beam = known[k, first[RADIANT] + r], known[k, first[BEAM] + r]
        diffuse = known[k, first[DIFFUSE] + r]
        for t in range(b.shape[1]):
            for j in range(LANES):
                b[r, t, j] = (
                    beyond[r, t, j]
                    + absorbed[0, r, t, j] * radiant
                    + absorbed[1, r, t, j] * beam
                    + absorbed[2, r, t, j] * diffuse
                )
    for e in range(inner.shape[0]):
        flat[inner[e]] += pushes[e]


@fused
def across(
    el: Array, held: Array, alone: Array, flat: Array, faces: Array, between: Whole, inner: Places,
    outer: Places, shared: Array,
) -> None:  # fmt: skip
    """Walls between two zones: what each face gets by the other's temperature in ``faces`` [W]."""
    for i in range(flat.shape[0]):
        flat[i] = alone[i]
    for i in range(between.shape[0]):
        e = between[i]
        shared[0, i] = el[ACROSS, e] * faces[outer[i]]
        shared[1, i] = el[ACROSS, e] * faces[inner[e]]
        flat[inner[e]] -= shared[0, i]
        flat[outer[i]] += held[1, e] - shared[1, i]


@fused
def taken(faces: Array, used: Array) -> None:
    """Take faces as they are."""
    for i in range(faces.shape[0]):
        used[i] = faces[i]


@fused
def off(faces: Array, used: Array, between: Whole, inner: Places, outer: Places) -> float:
    """How far faces of walls between zones are from those that were used [K]; uses them next."""
    found = 0.0
    for i in range(between.shape[0]):
        one, other = inner[between[i]], outer[i]
        found = max(found, abs(faces[one] - used[one]), abs(faces[other] - used[other]))
    taken(faces, used)
    return found


@fused
def settle(
    r: int, zones: Array, b: Array, face: Array, inverse: Array, rise: Array, rise_then: Array,
    late: float, count: int, at: float, enters: float, gives: float, storage: float,
    order: float, low: float, high: float, most: Array,
) -> tuple[float, float]:  # fmt: skip
    """Air of zone ``r`` at the end of the step [K] and the heat that keeps it in its band [W].

    As in :mod:`twin.physics.face_march`; ``rise_then`` is by the films that it is inverted for.
    """
    weight, given, eights = zones[r, WEIGHT], zones[r, TAKES] + gives, -(-count // LANES)
    pushed = late
    for t in range(eights):
        for j in range(LANES):
            pushed += rise_then[r, t, j] * b[r, t, j]
    own = storage + weight * given
    free = (storage - (1.0 - weight) * given) * at + pushed + enters
    heat = min(max(order, low * own - free), high * own - free)
    heat = min(max(heat, -most[r, 1]), most[r, 0])
    after = (free + heat) / own
    mean = weight * after + (1.0 - weight) * at
    zones[r, MEAN] = mean
    for i in range(count):
        total = 0.0
        for t in range(eights):
            for j in range(LANES):
                total += inverse[r, i, t, j] * b[r, t, j]
        face[r, i // LANES, i % LANES] = total + rise[r, i // LANES, i % LANES] * mean
    return after, heat


@fused
def received(
    k: int, rooms: int, seen: Array, el: Array, held: Array, sun: Array, pushes: Array,
    draws: Array, faces: Array, inner: Places, outer: Places, between: Whole, shared: Array,
    windows: int, into: Array, ends: Array,
) -> None:  # fmt: skip
    """Heat into both faces of every wall through the step [W], and its outer face's mean [K].

    ``seen`` gets the inner faces' means [K], after its ``rooms``.
    """
    for e in range(inner.shape[0]):
        into[1, e] = faces[inner[e]]
    for e in range(inner.shape[0]):
        seen[k, rooms + e] = into[1, e]
        into[0, e] = draws[0, e] * into[1, e] + draws[1, e] - pushes[e]
    for e in range(windows):
        here = into[1, e]
        there = (sun[e] + held[1, e] - el[ACROSS, e] * here) * el[YIELDS, e]
        ends[e] = there
        into[1, e] = el[ACROSS, e] * here + el[OUTER, e] * there - held[1, e]
    for e in range(windows, inner.shape[0]):
        # Panes keep nothing: what their two faces get goes outdoors.
        gets = sun[e] + into[0, e] + held[0, e] + held[1, e]
        ends[e] = gets / (1.0 / el[YIELDS, e] - el[OUTER, e])
    for i in range(between.shape[0]):
        e = between[i]
        there = faces[outer[i]]
        ends[e] = there
        into[0, e] += shared[0, i]
        into[1, e] = shared[1, i] + el[OUTER, e] * there - held[1, e]


@fused
def settled(
    k: int, el: Array, held: Array, alone: Array, flat: Array, b: Array, face: Array,
    faces: Array, used: Array,
    between: Whole, inner: Places, outer: Places, shared: Array, zones: Array, inverse: Array,
    rise: Array, rise_then: Array, late: Array, counts: Whole, air: Array, enters: Array,
    gives: Array, capacity: Array, step: float, asked: Array, bottom: Array, top: Array,
    power: Array, doors: Whole, breeze: Array, mean: Array, near: float, after: Array, heat: Array,
) -> None:  # fmt: skip
    """Solve the zones, again where faces that they share are not where they were expected."""
    for _ in range(ROUNDS):
        across(el, held, alone, flat, used, between, inner, outer, shared)
        moved = 0.0
        for r in range(air.shape[0]):
            mean[r] = zones[r, MEAN]
        for r in range(air.shape[0]):
            beside = with_doors(r, enters[r], doors, breeze, mean)
            after[k, r], heat[r] = settle(
                r, zones, b, face, inverse, rise, rise_then, late[r], counts[r], air[r], beside,
                gives[r], capacity[r] / step, asked[r], bottom[r], top[r], power,
            )  # fmt: skip
            moved = max(moved, abs(zones[r, MEAN] - mean[r]))
        apart_by = off(faces, used, between, inner, outer)
        if apart_by < near and (doors.shape[0] == 0 or moved < SETTLED):
            break


@compiled
def march(
    modes: Array, air: Array, zones: Array, face: Array, ends: Array, then: Array,
    ends_then: Array, film: Array, el: Array,
    chain: Array, shares: Array, inverse: Array, rise: Array, heat: Array, memory: Array,
    clock: Array, film_then: Array, firm: Array, firm_then: Array,
    rise_then: Array, draws: Array, beyond: Array, late: Array, about: Array,
    decay: Array, reach: Array, inner: Places, outer: Places, between: Whole, element: Whole,
    gaps: Whole, counts: Whole, absorbed: Array, to_air: Array, numbers: Array, capacity: Array,
    doors: Whole, size: Array, steady: Array, first: Whole, step: float, refresh: float,
    near: float, views: Array, warm: Array, cold: Array, least: Array, glass: Whole, outs: Whole,
    facing: Array, known: Array, weather: Array, fresh: Array, low: Array, high: Array,
    order: Array, most: Array, plant: Array, regulators: Array, fabric: Array, owner: Whole,
    seen: Array, heat_out: Array, fresh_out: Array,
) -> None:  # fmt: skip
    """Step the zones through a block; what comes before ``decay`` is the state, carried on."""
    rooms, size_of, shape = air.shape[0], el.shape[1], face.shape
    held, into, shared = np.zeros((2, size_of)), np.zeros((2, size_of)), np.zeros((2, len(between)))
    sun, pushes, breeze = np.zeros(size_of), np.zeros(size_of), np.zeros(len(doors))
    base, b, power = np.zeros(shape), np.zeros(shape), np.zeros((rooms, 2))
    asked, bottom, top = np.zeros(rooms), np.zeros(rooms), np.zeros(rooms)
    gives, enters, mean = np.zeros(rooms), np.zeros(rooms), np.zeros(rooms)
    guess, shine, found = np.zeros(shape), np.zeros(shape), np.zeros((2, len(outs)))
    guess_ends, used = np.zeros(size_of), np.zeros(face.size)
    faces, alone, flat = face.reshape(-1), base.reshape(-1), b.reshape(-1)
    windows = first[WINDOWS]
    carry(modes, np.ones(decay.shape), reach, into, held)
    for k in range(known.shape[0]):
        given_off(k, zones, fresh, weather, known, first, to_air, doors, size, steady, breeze,
                  gives, enters)  # fmt: skip
        if due(zones, clock, refresh):
            renew(
                k, zones, clock, face, ends, then, ends_then, film, el, chain, shares, inverse,
                rise, film_then, firm, firm_then, rise_then, draws, beyond, late, about, counts,
                inner, element, gaps, numbers, views, warm, cold, least, glass, outs, facing,
                known, weather, windows, gives, capacity, step, guess, guess_ends, shine, found,
            )  # fmt: skip
        lead(k, el, held, sun, known, first, weather, element, shares, pushes)
        gather(k, base, alone, beyond, absorbed, known, first, pushes, inner)
        asks(k, air, low, high, order, most, plant[k, 2], regulators, memory, step, asked, bottom,
             top, power)  # fmt: skip
        taken(faces, used)
        for _ in range(2):
            settled(
                k, el, held, alone, flat, b, face, faces, used, between, inner, outer, shared,
                zones, inverse, rise, rise_then, late, counts, air, enters, gives, capacity, step,
                asked, bottom, top, power, doors, breeze, mean, near, seen, heat,
            )  # fmt: skip
            if not overasked(heat, power, plant[k, 0], plant[k, 1]):
                break
        received(k, rooms, seen, el, held, sun, pushes, draws, faces, inner, outer, between, shared,
                 windows, into, ends)  # fmt: skip
        carry(modes, decay, reach, into, held)
        told(k, rooms + len(inner), zones, fresh, weather, fabric, owner, modes, heat, air, seen,
             heat_out, fresh_out)  # fmt: skip
