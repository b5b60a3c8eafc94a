"""The roots of unity that a transform of a length known at export takes, as a table of C."""

from __future__ import annotations

import math

import numpy as np

from twin.c_export.fronts.base import table


def parts_of(size: int) -> int:
    """Parts of a turn in the table for the transform of ``size`` real values.

    >>> parts_of(8192), parts_of(30), parts_of(15)
    (4096, 60, 60)
    """
    return math.lcm(size if size % 2 else size // 2, 4)


def bytes_of(parts: int) -> int:
    """Size of the table [byte]."""
    return 4 * (parts + parts // 4)


def sines(name: str, parts: int) -> str:
    """Sines of a turn and a quarter, so that the cosines are in it too."""
    return table(name, np.sin(2.0 * np.pi * np.arange(parts + parts // 4) / parts))
