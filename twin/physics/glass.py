"""Optics of plain panes at any angle, from what they do at normal incidence. Pure numbers [1].

Fresnel's equations with the absorption of Bouguer along the path; panes in series by the net fluxes
between them. ISO 15099:2003 section 7; EnergyPlus Engineering Reference, "Window calculation".
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def pane(transmittance: float, reflectance: float, angles: Array) -> tuple[Array, Array]:
    """Transmittance and reflectance of a plain pane at ``angles`` [deg] from those at 0.

    >>> t, r = pane(0.834, 0.075, np.array([0.0, 60.0, 90.0]))
    >>> t.round(3).tolist(), r.round(3).tolist()
    ([0.834, 0.748, 0.0], [0.075, 0.143, 1.0])
    """
    beta = transmittance**2 - reflectance**2 + 2 * reflectance + 1
    face = (beta - np.sqrt(beta**2 - 4 * (2 - reflectance) * reflectance)) / (2 * (2 - reflectance))
    inside = (reflectance - face) / (face * transmittance)
    index = (1 + np.sqrt(face)) / (1 - np.sqrt(face))
    cosine = np.cos(np.radians(np.minimum(angles, 89.999)))
    within = np.sqrt(1 - (1 - cosine**2) / index**2)
    through = inside ** (1 / within)
    one = ((cosine - index * within) / (cosine + index * within)) ** 2
    other = ((within - index * cosine) / (within + index * cosine)) ** 2
    found = []
    for r in (one, other):
        t = (1 - r) ** 2 * through / (1 - (r * through) ** 2)
        found.append((t, r * (1 + through * t)))
    t, r = (np.mean([row[i] for row in found], axis=0) for i in (0, 1))
    grazing = angles >= 90
    return np.where(grazing, 0.0, t), np.where(grazing, 1 - 1e-9, r)


def stack(transmittances: Sequence[Array], reflectances: Sequence[Array]) -> tuple[Array, Array]:
    """Transmittance of panes in series, and what each absorbs, (panes, angles), from outside in.

    >>> t, r = pane(0.834, 0.075, np.array([0.0]))
    >>> through, taken = stack([t, t], [r, r])
    >>> float(through.round(3)[0]), taken.round(3).ravel().tolist()
    (0.699, [0.097, 0.076])
    """
    panes, angles = len(transmittances), len(transmittances[0])
    # Unknowns: forward after each pane, backward before each pane.
    system = np.tile(np.eye(2 * panes), (angles, 1, 1))
    known = np.zeros((angles, 2 * panes))
    for i, (t, r) in enumerate(zip(transmittances, reflectances, strict=True)):
        for row, ahead, back in ((i, t, r), (panes + i, r, t)):
            if i == 0:
                known[:, row] = ahead
            else:
                system[:, row, i - 1] -= ahead
            if i + 1 < panes:
                system[:, row, panes + i + 1] -= back
    flux = np.linalg.solve(system, known[..., None])[..., 0]
    forward = np.column_stack([np.ones(angles), flux[:, :panes]])
    backward = np.column_stack([flux[:, panes:], np.zeros(angles)])
    taken = [
        (1 - t - r) * (forward[:, i] + backward[:, i + 1])
        for i, (t, r) in enumerate(zip(transmittances, reflectances, strict=True))
    ]
    return forward[:, -1], np.array(taken)


def hemispherical(angles: Array, values: Array) -> float:
    """Mean over an even sky: ``∫ v sin 2θ dθ`` [1]; ``angles`` [deg] from 0 to 90.

    >>> round(hemispherical(np.linspace(0, 90, 91), np.full(91, 0.5)), 4)
    0.4999
    """
    theta = np.radians(angles)
    return float(np.trapezoid(values * np.sin(2 * theta), theta))
