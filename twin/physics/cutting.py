"""Cutting kinematics, Kienzle force and power. All SI.

References
----------
Kienzle, O.; Victor, H. (1957). Spezifische Schnittkräfte bei der Metallbearbeitung.
ISO 3002-4 for the names of forces and energies.
"""

from __future__ import annotations

import numpy as np

from twin.units import Number

REFERENCE_THICKNESS = 1e-3
"""Chip thickness at which kc1.1 is defined [m]."""


def spindle_speed(cutting_speed: Number, diameter: Number) -> Number:
    """Spindle speed that gives ``cutting_speed`` [m/s] at ``diameter`` [m], in [rev/s].

    >>> round(60 * spindle_speed(200 / 60, 63e-3), 1)
    1010.5
    """
    return cutting_speed / (np.pi * diameter)


def table_feed(speed: Number, teeth: Number, feed_per_tooth: Number) -> Number:
    """Feed rate [m/s] of ``teeth`` cutting edges at ``speed`` [rev/s] and ``feed_per_tooth`` [m].

    >>> round(60e3 * table_feed(1010.5 / 60, 5, 0.2e-3), 1)
    1010.5
    """
    return speed * teeth * feed_per_tooth


def removal_rate(axial_depth: Number, radial_width: Number, feed_rate: Number) -> Number:
    """Material removal rate [m³/s] of a milling cut: depth [m] · width [m] · feed rate [m/s].

    >>> round(60e6 * removal_rate(3e-3, 50e-3, 1.0105 / 60), 1)
    151.6
    """
    return axial_depth * radial_width * feed_rate


def engagement_angle(radial_width: Number, diameter: Number) -> Number:
    """Engagement angle [rad] of a symmetric face mill: ``2 asin(ae/D)``, 0 < ae ≤ D.

    >>> round(float(np.degrees(engagement_angle(50e-3, 63e-3))), 2)
    105.06
    """
    return 2.0 * np.arcsin(radial_width / diameter)


def mean_chip_thickness(
    feed_per_tooth: Number,
    radial_width: Number,
    diameter: Number,
    entering_angle: Number = np.pi / 2,
) -> Number:
    """Mean undeformed chip thickness [m] over the engagement of a symmetric face mill.

    ``hm = 2 fz ae sin κ / (D φs)`` with the engagement φs in radians.

    >>> round(1e3 * float(mean_chip_thickness(0.2e-3, 50e-3, 63e-3)), 4)
    0.1731
    """
    engagement = engagement_angle(radial_width, diameter)
    return 2.0 * feed_per_tooth * radial_width * np.sin(entering_angle) / (diameter * engagement)


def specific_force(
    kc11: Number, mc: Number, thickness: Number, wear: Number = 0.0, wear_gain: float = 0.0
) -> Number:
    """Specific cutting force ``kc = kc1.1 · h^-mc · K_VB`` [Pa], valid for 0.05 ≤ h ≤ 2.5 mm.

    Parameters
    ----------
    kc11 : float
        Specific cutting force at h = b = 1 mm [Pa].
    mc : float
        Kienzle exponent [1].
    thickness : float or array
        Undeformed chip thickness h [m].
    wear : float or array
        Flank wear VB [m].
    wear_gain : float
        Relative rise of the force at VB = 0.3 mm [1]; 0.3–0.5 is usual.

    >>> round(float(specific_force(2220e6, 0.14, 0.2e-3)) / 1e6, 1)
    2781.0
    """
    sharp = kc11 * (thickness / REFERENCE_THICKNESS) ** (-mc)
    return sharp * (1.0 + wear_gain * wear / 0.3e-3)


def turning_force(
    kc11: Number, mc: Number, feed: Number, depth: Number, entering_angle: Number = np.pi / 2
) -> Number:
    """Main cutting force of turning [N]: ``Fc = kc · b · h``, h = f sin κ, b = ap / sin κ.

    >>> round(float(turning_force(2220e6, 0.14, 0.2e-3, 2e-3)), 1)
    1112.4
    >>> round(float(turning_force(2500e6, 0.26, 0.25e-3, 3e-3, np.radians(75))), 1)
    2713.0
    """
    thickness = feed * np.sin(entering_angle)
    width = depth / np.sin(entering_angle)
    return specific_force(kc11, mc, thickness) * width * thickness


def cutting_power(specific: Number, rate: Number) -> Number:
    """Power at the cutting edge [W]: specific force [Pa] · removal rate [m³/s].

    >>> kc = specific_force(1700e6, 0.25, mean_chip_thickness(0.2e-3, 50e-3, 63e-3))
    >>> feed = table_feed(spindle_speed(200 / 60, 63e-3), 5, 0.2e-3)
    >>> round(float(cutting_power(kc, removal_rate(3e-3, 50e-3, feed))) / 1e3, 3)
    6.658
    """
    return specific * rate


def torque(power: Number, speed: Number) -> Number:
    """Spindle torque [Nm] of ``power`` [W] at ``speed`` [rev/s].

    >>> round(float(torque(6658.0, 1010.5 / 60)), 1)
    62.9
    """
    return power / (2.0 * np.pi * speed)


def mean_tooth_force(power: Number, cutting_speed: Number) -> Number:
    """Mean tangential force [N] at the edge: power [W] over cutting speed [m/s]."""
    return power / cutting_speed


def spindle_power_limit(speed: Number, base_speed: Number, rated_power: Number) -> Number:
    """Power the spindle can give [W]: torque constant up to ``base_speed``, power beyond.

    >>> float(spindle_power_limit(10.0, 20.0, 8000.0)), float(spindle_power_limit(50.0, 20.0, 8e3))
    (4000.0, 8000.0)
    """
    power: Number = rated_power * np.minimum(speed / base_speed, 1.0)
    return power


def theoretical_roughness(feed: Number, corner_radius: Number) -> Number:
    """Arithmetic mean roughness Ra [m] of an ideal feed mark: ``f² / (18 √3 r)``.

    The usual 1/32 is 2.9 % low; this is the exact mean deviation of the parabola.

    >>> round(1e6 * float(theoretical_roughness(0.2e-3, 0.8e-3)), 3)
    1.604
    """
    return feed**2 / (float(18.0 * np.sqrt(3.0)) * corner_radius)


def theoretical_peak(feed: Number, corner_radius: Number) -> Number:
    """Peak-to-valley height Rz [m] of an ideal feed mark: ``f² / (8 r)``.

    >>> round(1e6 * float(theoretical_peak(0.2e-3, 0.8e-3)), 3)
    6.25
    """
    return feed**2 / (8.0 * corner_radius)
