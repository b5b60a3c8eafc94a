"""Eight numbers at once, against NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from twin.physics.compiled import compiled
from twin.physics.eights import (
    above,
    cube_root,
    decayed,
    greater,
    largest,
    lines,
    load,
    one,
    pick,
    put,
    put_one,
    root,
    size,
    smaller,
    some,
    soon,
    spread,
    store,
    times,
    total,
)


@compiled
def worked(a, b, m, places, out):
    x, y = load(a, 0), load(b, 0)
    store(out, 0, (x * y + 2.0 * x - y / 3.0) * (1.0 - x))
    store(out, 8, above(x, y, root(y)))
    store(out, 16, greater(x, y) - smaller(x, spread(0.5)))
    store(out, 24, times(m, 0, 8, x))
    soon(a, 0)
    store(out, 32, pick(b, 1, places, 0))
    put(out, 40, 5, size(some(a, 0, 3)) + 7.0)
    put_one(out, 47, one(a, 2))
    return total(x), largest(y)


@compiled
def roots(x, cubes, falls):
    for at in range(0, x.size, 8):
        store(cubes, at, cube_root(load(x, at)))
        store(falls, at, decayed(load(x, at)))


def test_eight_are_worked_on_as_by_numpy():
    a, b = np.arange(8.0) - 3.0, np.linspace(0.1, 2.0, 10)
    m, places = np.cos(np.arange(64.0)).reshape(8, 8), np.array([7, 0, 3, 3, 1, 2, 5, 4])
    out = np.zeros((6, 8))
    assert worked(a, b, m, places, out) == (pytest.approx(a.sum()), b[7])
    y = b[:8]
    assert out[0] == pytest.approx((a * y + 2 * a - y / 3) * (1 - a), rel=1e-13)
    assert out[1] == pytest.approx(np.where(a > 0, y, np.sqrt(y)), rel=1e-15)
    assert (out[2] == np.maximum(a, y) - np.minimum(a, 0.5)).all()
    assert out[3] == pytest.approx(a @ m, rel=1e-12, abs=1e-14)
    assert (out[4] == b[1:][places]).all()
    assert out[5].tolist() == [10.0, 9.0, 8.0, 7.0, 7.0, 0.0, 0.0, a[2]]


def test_roots_and_decay_are_exact_enough():
    x = np.geomspace(1e-12, 700.0, 8000)
    cubes, falls = np.zeros_like(x), np.zeros_like(x)
    roots(x, cubes, falls)
    assert np.abs(cubes / np.cbrt(x) - 1.0).max() < 1e-9
    assert np.abs(falls * np.exp(x) - 1.0).max() < 1e-12


def test_lines_begin_with_a_line_of_the_cache():
    assert lines((3, 5)).ctypes.data % 64 == 0
    assert lines((3, 5)).flags.c_contiguous
