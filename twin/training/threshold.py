"""Where sound ends and flawed begins: one number, set on pictures that are kept for it alone.

It goes into the biases of the outputs that say a part is sound, so that whatever runs the model
calls a part by its largest output and needs to know of no threshold.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from twin.nodes.inspection import is_sound
from twin.training.convolution import Floats


def sound_ones(classes: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Which classes say that nothing is wrong.

    >>> sound_ones(("normal", "crack")).tolist()
    [True, False]
    """
    return np.array([is_sound(word) for word in classes])


def margins(outputs: Floats, sound: npt.NDArray[np.bool_]) -> Floats:
    """How far the best sound output lies above the best flawed one, ``(n,)``."""
    best, other = outputs[:, sound].max(axis=1), outputs[:, ~sound].max(axis=1)
    return np.asarray(best - other, np.float32)


def shift(lead: Floats, is_good: npt.NDArray[np.bool_]) -> float:
    """What to add to the sound outputs so that the larger of both error rates is least.

    Parameters
    ----------
    lead : array of float, shape (n,)
        Margins of sound over flawed, as :func:`margins` gives.
    is_good : array of bool, shape (n,)
        Which parts are sound; there is at least one of either.

    Returns
    -------
    float
        In the middle of all shifts that are as good; of equal larger rates, the one whose smaller
        rate is least.

    >>> shift(np.array([3.0, 1.0, -2.0, -4.0]), np.array([True, True, False, False]))
    0.5
    """
    ordered = np.unique(lead.astype(np.float64))
    edges = np.concatenate([[ordered[0] - 1.0], ordered, [ordered[-1] + 1.0]])
    cuts = 0.5 * (edges[1:] + edges[:-1])
    good, bad = np.sort(lead[is_good]), np.sort(lead[~is_good])
    false = np.searchsorted(good, cuts) / len(good)
    missed = 1.0 - np.searchsorted(bad, cuts) / len(bad)
    worse, better = np.maximum(false, missed), np.minimum(false, missed)
    equal = np.flatnonzero((worse == worse.min()) & (better == better[worse == worse.min()].min()))
    return -float(cuts[equal].mean())
