"""Force of an end mill over the angle of the spindle: mechanistic, with edges, helix and runout.

Directions: x along the feed, y across it, z along the spindle; angles from the y axis, so that
the chip is ``h = fz sin φ`` and up-milling enters at 0. All SI.

References
----------
Altintas, Y. (2012). Manufacturing Automation, 2nd ed., sections 2.6–2.8, Cambridge.
doi:10.1017/CBO9780511843723
Budak, E.; Altintas, Y.; Armarego, E. J. A. (1996). Prediction of milling force coefficients from
orthogonal cutting data. J. Manuf. Sci. Eng. 118, 216–224. doi:10.1115/1.2831014
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from twin.errors import BadInput, Fault

Array = npt.NDArray[np.float64]
Style = Literal["up", "down", "face"]


class Coefficients(NamedTuple):
    """Cutting coefficients [Pa] and edge coefficients [N/m] of a tool and material pair.

    Attributes
    ----------
    tangential, radial, axial : float
        Shearing coefficients Ktc, Krc, Kac [Pa].
    tangential_edge, radial_edge, axial_edge : float
        Ploughing coefficients Kte, Kre, Kae [N/m]; they grow with wear.
    """

    tangential: float
    radial: float
    axial: float = 0.0
    tangential_edge: float = 0.0
    radial_edge: float = 0.0
    axial_edge: float = 0.0


class EndMill(NamedTuple):
    """An end mill.

    Attributes
    ----------
    diameter : float
        [m]
    teeth : int
        Number of teeth N.
    helix : float
        Helix angle β [rad], 0 ≤ β < π/2.
    runout : tuple of float
        Radius of each tooth over the nominal one [m]; empty without runout.
    """

    diameter: float
    teeth: int
    helix: float = 0.0
    runout: tuple[float, ...] = ()


class Cut(NamedTuple):
    """The engagement of an end mill.

    Attributes
    ----------
    depth : float
        Axial depth ap [m].
    feed : float
        Feed per tooth fz [m].
    entry, leave : float
        Angles of engagement [rad], 0 ≤ entry < leave ≤ π; see :func:`engagement`.
    """

    depth: float
    feed: float
    entry: float
    leave: float


def engagement(radial_width: float, diameter: float, style: Style) -> tuple[float, float]:
    """Angles [rad] at which a tooth enters and leaves the cut.

    Parameters
    ----------
    radial_width, diameter : float
        ae and D [m], 0 < ae ≤ D.
    style : {"up", "down", "face"}
        Peripheral up- or down-milling, or face milling with the cutter over the middle.

    Returns
    -------
    tuple of float
        Up: 0, acos(1 − 2 ae/D). Down: acos(2 ae/D − 1), π. Face: π/2 ∓ asin(ae/D).

    Raises
    ------
    BadInput
        For a width that is not in (0, D], or an unknown style.

    Examples
    --------
    >>> [round(float(np.degrees(a)), 1) for a in engagement(0.5e-3, 10e-3, "down")]
    [154.2, 180.0]
    >>> start, end = engagement(50e-3, 63e-3, "face")
    >>> round(float(np.degrees(end - start)), 2)
    105.06
    """
    if not 0.0 < radial_width <= diameter:
        allowed = f"allowed above 0, up to the diameter {diameter:g} m"
        raise BadInput(Fault(allowed, "radial_width", "", f"{radial_width:g}"))
    ratio = radial_width / diameter
    match style:
        case "up":
            return 0.0, float(np.arccos(1.0 - 2.0 * ratio))
        case "down":
            return float(np.arccos(2.0 * ratio - 1.0)), float(np.pi)
        case "face":
            half = float(np.arcsin(ratio))
            return np.pi / 2.0 - half, np.pi / 2.0 + half
        case _:
            raise BadInput(Fault("allowed: up, down, face", "style", "", repr(style)))


def _check(mill: EndMill, cut: Cut) -> None:
    faults = []
    if not 0.0 <= cut.entry < cut.leave <= np.pi * (1.0 + 1e-12):
        written = f"{cut.entry:g}, {cut.leave:g}"
        faults.append(Fault("needs 0 ≤ entry < leave ≤ π rad", "entry, leave", "", written))
    if not 0.0 <= mill.helix < np.pi / 2.0:
        faults.append(Fault("allowed 0 to below π/2 rad", "helix", "", f"{mill.helix:g}"))
    if mill.runout and len(mill.runout) != mill.teeth:
        wanted = f"needs one value per tooth ({mill.teeth})"
        faults.append(Fault(wanted, "runout", "", str(len(mill.runout))))
    for name, value in (("diameter", mill.diameter), ("teeth", mill.teeth)):
        if not value > 0:
            faults.append(Fault("must be above 0", name, "", f"{value:g}"))
    for name, value in (("depth", cut.depth), ("feed", cut.feed)):
        if not value >= 0.0:
            faults.append(Fault("must be 0 m or more", name, "", f"{value:g}"))
    if faults:
        raise BadInput(faults)


def chip_thickness(angle: Array, tooth: int, mill: EndMill, feed: float) -> Array:
    """Uncut chip thickness [m] of one tooth at ``angle`` [rad], any shape.

    ``h = max(0, min_m (m fz sin φ + r_j − r_(j−m)))``: with little runout the chip is
    ``fz sin φ + r_j − r_(j−1)``; a tooth that runs too low leaves its chip to the next one.

    Examples
    --------
    Tooth 1 runs 0.15 mm low and does not cut; tooth 0 takes both chips.

    >>> low = EndMill(20e-3, 2, runout=(0.0, -0.15e-3))
    >>> [round(1e3 * float(chip_thickness(np.array(np.pi / 2), j, low, 0.1e-3)), 3) for j in (0, 1)]
    [0.2, 0.0]
    """
    nominal = feed * np.sin(angle)
    if not mill.runout:
        return np.asarray(np.maximum(nominal, 0.0))
    radius = mill.runout
    marks = [
        m * nominal + radius[tooth] - radius[(tooth - m) % mill.teeth]
        for m in range(1, mill.teeth + 1)
    ]
    return np.asarray(np.maximum(np.min(marks, axis=0), 0.0))


def edge_loads(
    angles: Array, mill: EndMill, cut: Cut, coefficients: Coefficients, slices: int = 40
) -> Array:
    """Forces and torque of the cutter at each angle of the spindle.

    ``dFt = (Ktc h + Kte) dz``, likewise radial and axial, over ``slices`` disks of the depth;
    a disk at height ζ lags by ``2 tan β ζ/D``. An edge that makes no chip does not rub.

    Parameters
    ----------
    angles : ndarray
        Angle φ of tooth 0 at the tip of the cutter [rad], shape (A,).
    mill : EndMill
    cut : Cut
    coefficients : Coefficients
    slices : int
        Disks along the depth; 1 is exact without helix.

    Returns
    -------
    ndarray
        Fx, Fy, Fz [N] on the tool and the torque [Nm], shape (A, 4).

    Raises
    ------
    BadInput
        For geometry outside its range.

    References
    ----------
    Altintas (2012), section 2.8.

    Examples
    --------
    A single straight tooth at the middle of a slot feels Fx = −Fr, Fy = Ft.

    >>> al = Coefficients(796.1e6, 168.8e6, 222.0e6, 27.7e3, 30.8e3, 1.4e3)
    >>> slot = Cut(2e-3, 1e-4, 0.0, np.pi)
    >>> loads = edge_loads(np.array([np.pi / 2]), EndMill(20e-3, 1), slot, al)
    >>> loads.round(2).tolist()
    [[-95.36, 214.62, 47.2, 2.15]]
    """
    _check(mill, cut)
    height = cut.depth * (np.arange(slices) + 0.5) / slices
    lag = 2.0 * np.tan(mill.helix) * height / mill.diameter
    total = np.zeros((len(angles), 4))
    for tooth in range(mill.teeth):
        turned = np.asarray(angles)[:, None] + 2.0 * np.pi * tooth / mill.teeth - lag
        angle = turned % (2.0 * np.pi)
        chip = chip_thickness(angle, tooth, mill, cut.feed)
        cutting = (angle >= cut.entry) & (angle <= cut.leave) & (chip > 0.0)
        total += _tooth_loads(angle, chip, cutting, mill, coefficients)
    return total * cut.depth / slices


def _tooth_loads(
    angle: Array,
    chip: Array,
    cutting: npt.NDArray[np.bool_],
    mill: EndMill,
    coefficients: Coefficients,
) -> Array:
    """Loads per depth [N/m, N] of one tooth, summed over its disks, shape (A, 4)."""
    k = coefficients
    sin, cos = np.sin(angle), np.cos(angle)
    tangential = np.where(cutting, k.tangential * chip + k.tangential_edge, 0.0)
    radial = np.where(cutting, k.radial * chip + k.radial_edge, 0.0)
    axial = np.where(cutting, k.axial * chip + k.axial_edge, 0.0)
    along = -tangential * cos - radial * sin
    across = tangential * sin - radial * cos
    torque = 0.5 * mill.diameter * tangential
    return np.stack([part.sum(axis=1) for part in (along, across, axial, torque)], axis=1)


def mean_loads(mill: EndMill, cut: Cut, coefficients: Coefficients) -> Array:
    """Mean Fx, Fy, Fz [N] and torque [Nm] over a turn, in closed form.

    Neither helix nor runout changes the mean as long as every tooth cuts.

    Parameters
    ----------
    mill : EndMill
    cut : Cut
    coefficients : Coefficients

    Returns
    -------
    ndarray
        Shape (4,).

    Raises
    ------
    BadInput
        For geometry outside its range.

    References
    ----------
    Altintas (2012), section 2.8; in a slot ``Fx = −N a/4 Krc fz − N a/π Kre``.

    Examples
    --------
    Al 7050-T7451, slot, N 4, ap 2 mm, fz 0.1 mm, D 20 mm.

    >>> al = Coefficients(796.1e6, 168.8e6, 222.0e6, 27.7e3, 30.8e3, 1.4e3)
    >>> loads = mean_loads(EndMill(20e-3, 4), Cut(2e-3, 1e-4, 0.0, np.pi), al)
    >>> [f"{load:.2f}" for load in loads[:3]], f"{loads[3]:.3f}"
    (['-112.19', '229.76', '62.13'], '3.135')
    """
    _check(mill, cut)
    k, feed = coefficients, cut.feed

    def primitive(angle: float) -> Array:
        sin, cos = np.sin(angle), np.cos(angle)
        sin2, cos2 = np.sin(2.0 * angle), np.cos(2.0 * angle)
        rising = 2.0 * angle - sin2
        along = feed / 4.0 * (k.tangential * cos2 - k.radial * rising)
        along += -k.tangential_edge * sin + k.radial_edge * cos
        across = feed / 4.0 * (k.tangential * rising + k.radial * cos2)
        across -= k.tangential_edge * cos + k.radial_edge * sin
        axial = -k.axial * feed * cos + k.axial_edge * angle
        tangential = -k.tangential * feed * cos + k.tangential_edge * angle
        return np.array([along, across, axial, 0.5 * mill.diameter * tangential])

    share = mill.teeth * cut.depth / (2.0 * np.pi)
    return np.asarray(share * (primitive(cut.leave) - primitive(cut.entry)))


def kienzle_mean_force(
    kc11: float, mc: float, teeth: int, cut: Cut, entering_angle: float = np.pi / 2
) -> float:
    """Mean tangential force of a milling cutter [N], Kienzle integrated over the engagement.

    ``F = N/2π ∫ kc1.1 h^(1−mc) ap/sin κ dφ`` with ``h = fz sin φ sin κ``; the power is F · vc. The
    formula with the mean chip thickness (:func:`twin.physics.cutting.mean_chip_thickness`) is a
    fraction of a percent higher.

    Parameters
    ----------
    kc11 : float
        Specific cutting force at h = b = 1 mm [Pa].
    mc : float
        Kienzle exponent [1], 0 ≤ mc < 1.
    teeth : int
    cut : Cut
    entering_angle : float
        κ [rad], 0 < κ ≤ π/2.

    Examples
    --------
    Face mill D 63, z 5, ap 3, ae 50, fz 0.2 mm, vc 200 m/min, 1700/0.25: 6.646 kW.

    >>> cut = Cut(3e-3, 0.2e-3, *engagement(50e-3, 63e-3, "face"))
    >>> round(kienzle_mean_force(1700e6, 0.25, 5, cut) * 200 / 60 / 1e3, 3)
    6.646
    """
    nodes, weights = np.polynomial.legendre.leggauss(64)
    half = 0.5 * (cut.leave - cut.entry)
    angle = cut.entry + half * (1.0 + nodes)
    thickness = cut.feed * np.sin(angle) * np.sin(entering_angle)
    per_width = kc11 * thickness * (thickness / 1e-3) ** (-mc)
    integral = half * float(weights @ per_width)
    return teeth / (2.0 * np.pi) * integral * cut.depth / float(np.sin(entering_angle))
