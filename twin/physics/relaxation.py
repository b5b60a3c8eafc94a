"""A first-order lag at constant input, exactly: the scalar at the heart of every warm-up."""

from __future__ import annotations

import math


def relax(value: float, target: float, span: float, time_constant: float) -> float:
    """Return what ``value`` has become after ``span`` on its way to ``target``.

    ``x(t + Δ) = x∞ + (x(t) - x∞) e^(-Δ/τ)``; exact for any span.

    Parameters
    ----------
    value, target : float
        Now, and where it settles [any unit].
    span, time_constant : float
        [s], span 0 or more, time constant above 0.

    >>> round(relax(0.0, 1.0, 60.0, 60.0), 4)
    0.6321
    """
    return target + (value - target) * math.exp(-span / time_constant)
