"""Whether a person is there: a chain of presence and absence about a profile. All SI."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def transitions(now: Array | float, later: Array | float, mobility: float) -> tuple[Array, Array]:
    """Probability to come, and to stay, in a step over which presence goes from one share to next.

    Page, Robinson, Morel & Scartezzini 2008, doi:10.1016/j.enbuild.2007.01.018, equations 7 and 8:
    T01 = (μ - 1)/(μ + 1) · P + P', and T11 by what the profile asks,
    P' = P · T11 + (1 - P) · T01. Where a probability would leave 0 to 1 that mobility is not
    possible, and the nearest that is takes its place, so that the profile holds.

    Parameters
    ----------
    now, later : array or float
        Probability of presence P before and P' after the step [1].
    mobility : float
        μ: chance to change over chance to stay, (T01 + T10) / (T00 + T11) [1], above 0.

    Returns
    -------
    come, stay : array
        T01 and T11 [1].

    Examples
    --------
    In a steady half, a mobility of a third leaves three of four where they are:

    >>> come, stay = transitions(0.5, 0.5, 1 / 3)
    >>> float(come.round(9)), float(stay.round(9))
    (0.25, 0.75)
    """
    p, after = np.asarray(now, dtype=np.float64), np.asarray(later, dtype=np.float64)
    come = (mobility - 1.0) / (mobility + 1.0) * p + after
    # What keeps both probabilities within 0 to 1: (P' - P)/(1 - P) <= T01 <= P'/(1 - P).
    gone = 1.0 - p
    lowest = np.divide(after - p, gone, out=np.zeros_like(gone * after), where=gone > 0.0)
    highest = np.divide(after, gone, out=np.ones_like(gone * after), where=gone > 0.0)
    come = np.clip(come, np.maximum(lowest, 0.0), np.minimum(highest, 1.0))
    stay = np.divide(after - gone * come, p, out=np.zeros_like(come), where=p > 0.0)
    return come, np.clip(stay, 0.0, 1.0)


def held(present: npt.NDArray[np.bool_], steps: int) -> npt.NDArray[np.bool_]:
    """Whether anybody is there, or was up to ``steps`` before; (steps + n,) in, (n,) out.

    >>> held(np.array([True, False, False, False]), 1).tolist()
    [True, False, False]
    """
    n = len(present) - steps
    found = present[steps:].copy()
    for back in range(1, steps + 1):
        found |= present[steps - back : steps - back + n]
    return found
