"""Heat pumps. All SI."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def carnot_cop(hot: float, cold: Array | float, efficiency: float) -> Array:
    """Coefficient of performance of a heat pump between ``cold`` and ``hot`` [K] [1].

    >>> round(float(carnot_cop(308.15, 273.15, 0.4)), 2)
    3.52
    """
    return np.asarray(efficiency * hot / np.maximum(hot - np.asarray(cold), 1.0))
