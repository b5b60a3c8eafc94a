"""The three-stage wear curve against the three PHM 2010 cutters (figures in docs/data.md)."""

from __future__ import annotations

import numpy as np
import pytest

from twin.physics.wear import WearShape, flank_wear

CUTS = np.array([1, 50, 100, 150, 200, 250, 300, 315])
WEAR = {
    "c1": [48.9, 89.8, 94.6, 101.2, 123.8, 136.9, 166.0, 172.7],
    "c4": [31.4, 71.5, 92.3, 97.7, 98.3, 130.4, 193.9, 210.9],
    "c6": [62.8, 100.5, 116.0, 120.5, 135.8, 186.0, 232.3, 234.7],
}


def test_the_mean_shape_is_followed_within_the_scatter_of_the_cutters():
    shares = np.array([np.array(values) / values[-1] for values in WEAR.values()])
    ours = flank_wear(CUTS / CUTS[-1], 1.0, WearShape())
    # The cutters differ among themselves by up to 0.15 of their final wear; first wear at the
    # first cut (0.15–0.28) is reached by our curve only after the break-in, so cut 1 is left out.
    assert np.abs(ours - shares.mean(axis=0))[1:] == pytest.approx(0, abs=0.12)


def test_wear_never_decreases():
    wear = flank_wear(np.linspace(0, 2, 1001), 3e-4, WearShape())
    assert (np.diff(wear) > 0).all()
