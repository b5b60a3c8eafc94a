"""Chatter of milling and turning by the zero-order solution: limits and stability lobes.

The regenerative force is averaged over one tooth passing period, so that the limit is a closed
form of the frequency response at the tool tip. At low radial immersion (below about 0.2 D) the
average hides the flip lobes and the zero-order limit is not safe: use
:mod:`twin.physics.semidiscretisation` there.

References
----------
Altintas, Y.; Budak, E. (1995). Analytical prediction of stability lobes in milling. CIRP Annals
44(1), 357–362. doi:10.1016/S0007-8506(07)62342-7
Altintas, Y. (2012). Manufacturing Automation, 2nd ed., Cambridge. doi:10.1017/CBO9780511843723
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from twin.errors import BadInput, Fault

Array = npt.NDArray[np.float64]
Complex = npt.NDArray[np.complex128]


class Mode(NamedTuple):
    """A mode of the tool tip, as modal analysis gives it.

    Attributes
    ----------
    frequency : float
        Natural frequency [Hz].
    damping : float
        Damping ratio [1], 0 < ζ < 1.
    residue : complex
        Residue σ + jν of the receptance [m/(N·s)]; a mode without phase has σ = 0, ν < 0.
    """

    frequency: float
    damping: float
    residue: complex

    @property
    def terms(self) -> tuple[float, float]:
        """Numerator α [m/(N·s²)] and β [m/(N·s)] of ``(α + jωβ)/(ω_n² − ω² + 2jζω_nω)``."""
        own = 2.0 * np.pi * self.frequency
        damped = own * np.sqrt(1.0 - self.damping**2)
        sigma, nu = self.residue.real, self.residue.imag
        return float(2.0 * (self.damping * own * sigma - damped * nu)), float(2.0 * sigma)


class Cutter(NamedTuple):
    """What the limit of chatter needs to know of the cutter and the material.

    Attributes
    ----------
    teeth : int
        Number of teeth N.
    tangential : float
        Tangential cutting coefficient Ktc [Pa].
    ratio : float
        Radial over tangential coefficient Kr = Krc/Ktc [1].
    """

    teeth: int
    tangential: float
    ratio: float


class Limits(NamedTuple):
    """Limits of stability over the chatter frequency.

    Attributes
    ----------
    frequency : ndarray
        Chatter frequency [Hz], shape (F,).
    depth : ndarray
        Limiting axial depth [m] of each root, shape (R, F); NaN where there is no limit.
    phase : ndarray
        Phase between inner and outer wave ε [rad], shape (R, F), 0 to 2π.
    """

    frequency: Array
    depth: Array
    phase: Array


def stiffness_mode(frequency: float, damping: float, stiffness: float) -> Mode:
    """Mode of ``frequency`` [Hz], ``damping`` ratio [1] and modal ``stiffness`` [N/m].

    Examples
    --------
    The static receptance is 1/k.

    >>> soft = stiffness_mode(922.0, 0.011, 1.34e6)
    >>> round(1.0 / receptance(np.array([0.0]), [soft])[0].real)
    1340000
    """
    own = 2.0 * np.pi * frequency
    damped = own * np.sqrt(1.0 - damping**2)
    return Mode(frequency, damping, complex(0.0, -(own**2) / (2.0 * stiffness * damped)))


def receptance(frequency: Array, modes: Sequence[Mode]) -> Complex:
    """Displacement per force at the tool tip, G(ω) = Σ (α + jωβ)/(ω_n² − ω² + 2jζω_nω).

    Parameters
    ----------
    frequency : ndarray
        Frequency [Hz], any shape.
    modes : sequence of Mode
        Modes in one direction; none for a rigid direction.

    Returns
    -------
    ndarray
        Receptance [m/N], same shape, complex.

    References
    ----------
    Altintas (2012), section 3.

    Examples
    --------
    The end mill of Altintas (2012), p. 162, direction x.

    >>> x = [Mode(452.77, 0.123718, 9.202966e-5 - 1.862195e-4j),
    ...      Mode(1448.53, 0.01651, -4.181562e-5 - 3.043618e-4j)]
    >>> [f"{abs(g):.2e}" for g in receptance(np.array([452.77, 1448.53]), x)]
    ['6.54e-07', '2.06e-06']
    """
    turn = 2.0 * np.pi * np.asarray(frequency, dtype=float)
    total = np.zeros(turn.shape, np.complex128)
    for mode in modes:
        alpha, beta = mode.terms
        own = 2.0 * np.pi * mode.frequency
        total += (alpha + 1j * turn * beta) / (own**2 - turn**2 + 2j * mode.damping * own * turn)
    return total


def directional_factors(entry: float, leave: float, ratio: float) -> Array:
    """Directional factors [[α_xx, α_xy], [α_yx, α_yy]] of the mean cutting force.

    Parameters
    ----------
    entry, leave : float
        Angles at which a tooth enters and leaves the cut [rad], 0 ≤ entry ≤ leave ≤ π.
    ratio : float
        Radial over tangential cutting coefficient Kr [1].

    Returns
    -------
    ndarray
        Shape (2, 2) [1].

    References
    ----------
    Altintas & Budak (1995).

    Examples
    --------
    Half-immersion down-milling, Kr = 788.8/1319.4.

    >>> directional_factors(np.pi / 2, np.pi, 788.8 / 1319.4).round(4).tolist()
    [[0.0609, -0.9729], [2.1686, -1.9391]]
    """

    def primitive(angle: float) -> Array:
        cos, sin = np.cos(2.0 * angle), np.sin(2.0 * angle)
        xx = cos - 2.0 * ratio * angle + ratio * sin
        xy = -sin - 2.0 * angle + ratio * cos
        yx = -sin + 2.0 * angle + ratio * cos
        yy = -cos - 2.0 * ratio * angle - ratio * sin
        return 0.5 * np.array([[xx, xy], [yx, yy]])

    return primitive(leave) - primitive(entry)


def _check(cutter: Cutter, entry: float, leave: float) -> None:
    faults = []
    if not 0.0 <= entry < leave <= np.pi * (1.0 + 1e-12):
        faults.append(
            Fault("needs 0 ≤ entry < leave ≤ π rad", "entry, leave", "", f"{entry:g}, {leave:g}")
        )
    if cutter.teeth < 1:
        faults.append(Fault("needs at least one tooth", "teeth", "", str(cutter.teeth)))
    if not cutter.tangential > 0.0:
        faults.append(Fault("must be above 0 Pa", "tangential", "", f"{cutter.tangential:g}"))
    if faults:
        raise BadInput(faults)


def _eigenvalues(factors: Array, gx: Complex, gy: Complex) -> Complex:
    """Roots Λ of ``a0 Λ² + a1 Λ + 1 = 0`` as continuous branches, shape (1 or 2, F)."""
    first = factors[0, 0] * gx + factors[1, 1] * gy
    second = gx * gy * (factors[0, 0] * factors[1, 1] - factors[0, 1] * factors[1, 0])
    if not np.any(second):
        return np.asarray(-1.0 / first[None, :])
    root = np.sqrt(first**2 - 4.0 * second)
    pair = -(first + np.array([[1.0], [-1.0]]) * root) / (2.0 * second)
    straight = np.abs(np.diff(pair, axis=1)).sum(axis=0)
    crossed = np.abs(pair[::-1, 1:] - pair[:, :-1]).sum(axis=0)
    swapped = np.logical_xor.accumulate(np.concatenate([[False], crossed < straight]))
    return np.asarray(np.where(swapped, pair[::-1], pair))


def depth_limits(
    frequency: Array,
    modes_x: Sequence[Mode],
    modes_y: Sequence[Mode],
    cutter: Cutter,
    entry: float,
    leave: float,
) -> Limits:
    """Limiting depth of cut over the chatter frequency, a = −2π Λ_R/(N Kt) · (1 + κ²).

    Parameters
    ----------
    frequency : ndarray
        Grid of chatter frequencies [Hz], increasing, shape (F,).
    modes_x, modes_y : sequence of Mode
        Modes along the feed and across it; an empty one is rigid.
    cutter : Cutter
    entry, leave : float
        Angles of engagement [rad], 0 ≤ entry < leave ≤ π.

    Returns
    -------
    Limits
        Depth and phase of each root.

    Raises
    ------
    BadInput
        For angles outside the range, no tooth, a coefficient that is not positive, no mode.

    References
    ----------
    Altintas & Budak (1995), doi:10.1016/S0007-8506(07)62342-7
    """
    _check(cutter, entry, leave)
    if not modes_x and not modes_y:
        raise BadInput(Fault("at least one mode is needed", "modes_x, modes_y"))
    grid = np.asarray(frequency, dtype=float)
    factors = directional_factors(entry, leave, cutter.ratio)
    roots = _eigenvalues(factors, receptance(grid, modes_x), receptance(grid, modes_y))
    kappa = roots.imag / roots.real
    depth = -2.0 * np.pi * roots.real / (cutter.teeth * cutter.tangential) * (1.0 + kappa**2)
    phase = np.pi - 2.0 * np.arctan(kappa)
    return Limits(grid, np.where(depth > 0.0, depth, np.nan), phase)


def absolute_limit(limits: Limits) -> tuple[float, float]:
    """Depth of cut that is stable at every speed [m], and its chatter frequency [Hz].

    Examples
    --------
    Slot of the 1-DOF benchmark: 0.2981 mm.

    >>> mode = stiffness_mode(922.0, 0.011, 0.03993 * (2 * np.pi * 922.0) ** 2)
    >>> grid = np.arange(800.0, 1100.0, 0.05)
    >>> found = depth_limits(grid, [mode], [], Cutter(2, 6e8, 1 / 3), 0.0, np.pi)
    >>> round(1e3 * absolute_limit(found)[0], 4)
    0.2981
    """
    _, column = np.unravel_index(np.nanargmin(limits.depth), limits.depth.shape)
    return float(np.nanmin(limits.depth)), float(limits.frequency[column])


def lobe_speeds(limits: Limits, teeth: int, lobe: int) -> Array:
    """Spindle speed [rev/s] of each point of ``limits`` on one lobe, shape (R, F).

    ``n = f_c/(N (k + ε/2π))`` with the number of whole waves between two teeth k = 0, 1, 2…
    """
    return np.asarray(limits.frequency / (teeth * (lobe + limits.phase / (2.0 * np.pi))))


def limit_at(limits: Limits, teeth: int, speed: float) -> float:
    """Depth of cut at the limit [m] at one spindle ``speed`` [rev/s]: the lowest of all lobes.

    Each point of a lobe where the waves between two teeth match the speed is found by linear
    interpolation on the grid of ``limits``.

    Returns
    -------
    float
        [m]; infinite where no lobe of the grid crosses this speed.

    Raises
    ------
    BadInput
        For a speed that is not positive.
    """
    if not speed > 0.0:
        raise BadInput(Fault("must be above 0 rev/s", "speed", "", f"{speed:g}"))
    waves = limits.frequency / (teeth * speed) - limits.phase / (2.0 * np.pi)
    whole = np.floor(waves)
    low, high = waves[:, :-1], waves[:, 1:]
    target = np.maximum(whole[:, :-1], whole[:, 1:])
    ends = np.isfinite(limits.depth)
    crossed = (whole[:, :-1] != whole[:, 1:]) & (target >= 0) & ends[:, :-1] & ends[:, 1:]
    if not crossed.any():
        return float("inf")
    share = (target[crossed] - low[crossed]) / (high[crossed] - low[crossed])
    start, end = limits.depth[:, :-1][crossed], limits.depth[:, 1:][crossed]
    return float(np.min(start + share * (end - start)))


def stability_lobes(limits: Limits, teeth: int, speeds: Array) -> Array:
    """Limiting depth [m] at each spindle speed of ``speeds`` [rev/s], same shape.

    See :func:`limit_at`. The depth of any lobe at a speed n returns at lower speeds where more
    waves fit between two teeth, which gives the lobes.
    """
    grid = np.asarray(speeds, dtype=float)
    depths = [limit_at(limits, teeth, float(speed)) for speed in grid.ravel()]
    return np.asarray(depths).reshape(grid.shape)


def turning_limit(frequency: Array, modes: Sequence[Mode], feed_coefficient: float) -> float:
    """Width of cut that is stable at every speed in turning [m]: −1/(2 Kf min Re G).

    Parameters
    ----------
    frequency : ndarray
        Grid of frequencies [Hz].
    modes : sequence of Mode
        Modes in the direction of the chip thickness.
    feed_coefficient : float
        Cutting coefficient in that direction Kf [Pa].

    References
    ----------
    Tlusty & Polacek (1963); Altintas (2012), section 4.

    Examples
    --------
    A single mode: a = 2 k ζ (1 + ζ)/Kf.

    >>> mode = stiffness_mode(500.0, 0.03, 2e7)
    >>> limit = turning_limit(np.arange(300.0, 900.0, 0.01), [mode], 1e9)
    >>> abs(limit / (2 * 2e7 * 0.03 * 1.03 / 1e9) - 1) < 1e-6
    True
    """
    lowest = float(np.min(receptance(frequency, modes).real))
    return -1.0 / (2.0 * feed_coefficient * lowest) if lowest < 0.0 else float("inf")
