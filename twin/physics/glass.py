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


CLEAR = ((-0.0015, 3.355, -3.840, 1.460, 0.0288), (0.999, -0.563, 2.043, -2.532, 1.054))
BRONZE = ((-0.002, 2.813, -2.341, -0.05725, 0.599), (0.997, -1.868, 6.513, -7.862, 3.225))
"""Polynomials in the cosine for transmittance and for transmittance with reflectance."""


def coated_pane(
    transmittance: float, front: float, back: float, angles: Array
) -> tuple[Array, Array, Array]:
    """Transmittance and reflectances of the outer and inner side of a coated pane.

    A coating does not follow Fresnel's equations: the course of clear or bronze glass over the
    angle, whichever the transmittance is nearer to. Finlayson et al. (1993), WINDOW 4.0
    documentation, LBL-33943; as in EnergyPlus and the Modelica Buildings library.

    >>> t, r, back = coated_pane(0.452, 0.359, 0.397, np.array([0.0, 60.0, 90.0]))
    >>> t.round(3).tolist(), r.round(3).tolist(), back.round(3).tolist()
    ([0.452, 0.38, 0.0], [0.359, 0.401, 1.0], [0.397, 0.437, 1.0])
    """
    course, both = CLEAR if transmittance > 0.645 else BRONZE
    cosine = np.cos(np.radians(np.minimum(angles, 90.0)))
    through = np.polynomial.polynomial.polyval(cosine, course)
    through /= sum(course)
    rest = np.polynomial.polynomial.polyval(cosine, both) / sum(both) - through
    grazing = angles >= 90
    t = np.where(grazing, 0.0, np.clip(transmittance * through, 0.0, 1.0))
    sides = (np.clip(r * (1 - rest) + rest, 0.0, 1 - t - 1e-9) for r in (front, back))
    one, other = (np.where(grazing, 1 - 1e-9, side) for side in sides)
    return t, one, other


def stack(
    transmittances: Sequence[Array],
    reflectances: Sequence[Array],
    backs: Sequence[Array] | None = None,
) -> tuple[Array, Array]:
    """Transmittance of panes in series, and what each absorbs, (panes, angles), from outside in.

    ``backs`` are the reflectances of the inner sides, where they differ from the outer ones.

    >>> t, r = pane(0.834, 0.075, np.array([0.0]))
    >>> through, taken = stack([t, t], [r, r])
    >>> float(through.round(3)[0]), taken.round(3).ravel().tolist()
    (0.699, [0.097, 0.076])
    """
    backs = backs or reflectances
    panes, angles = len(transmittances), len(transmittances[0])
    # Unknowns: forward after each pane, backward before each pane.
    system = np.tile(np.eye(2 * panes), (angles, 1, 1))
    known = np.zeros((angles, 2 * panes))
    for i, (t, r, b) in enumerate(zip(transmittances, reflectances, backs, strict=True)):
        for row, ahead, back in ((i, t, b), (panes + i, r, t)):
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
        (1 - t - r) * forward[:, i] + (1 - t - b) * backward[:, i + 1]
        for i, (t, r, b) in enumerate(zip(transmittances, reflectances, backs, strict=True))
    ]
    return forward[:, -1], np.array(taken)


def hemispherical(angles: Array, values: Array) -> float:
    """Mean over an even sky: ``∫ v sin 2θ dθ`` [1]; ``angles`` [deg] from 0 to 90.

    >>> round(hemispherical(np.linspace(0, 90, 91), np.full(91, 0.5)), 4)
    0.4999
    """
    theta = np.radians(angles)
    return float(np.trapezoid(values * np.sin(2 * theta), theta))
