"""Vibration severity: from an r.m.s. velocity to the zone A, B, C or D of a machine.

The classes of ISO 10816-1 are for machines on their foundations. They are **not** for the spindles
of machine tools, which belong to ISO/TR 17243; its tables are not public, so that the limits of a
spindle are the user's own (:class:`Limits`), and the app says so.

References
----------
ISO 10816-1:1995, annex B (values as quoted by the calculator at vibromera.eu).
ISO/TR 17243-1:2014, -2:2017, -3:2020 for spindles.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from twin.errors import BadInput, Fault

Zone = Literal["A", "B", "C", "D"]
MachineClass = Literal["I", "II", "III", "IV"]


class Limits(NamedTuple):
    """Velocities [m/s r.m.s.] at which zone A ends, B ends and C ends; increasing."""

    ab: float
    bc: float
    cd: float


ISO_10816_1: dict[MachineClass, Limits] = {
    "I": Limits(0.71e-3, 1.8e-3, 4.5e-3),
    "II": Limits(1.12e-3, 2.8e-3, 7.1e-3),
    "III": Limits(1.8e-3, 4.5e-3, 11.2e-3),
    "IV": Limits(2.8e-3, 7.1e-3, 18.0e-3),
}
"""Zone boundaries of the machine classes."""

MEANING: dict[Zone, str] = {
    "A": "newly commissioned",
    "B": "acceptable for unrestricted long-term operation",
    "C": "unsatisfactory for long-term operation: plan a repair",
    "D": "severe enough to damage the machine",
}
"""What each zone means, in the words of the standard."""


def machine_class(power: float, *, flexible: bool = False) -> MachineClass:
    """Class of a machine by its power and foundation (ISO 10816-1, annex B).

    Parameters
    ----------
    power : float
        Rated power [W], above 0. Class I to 15 kW, II to 75 kW, above it III or IV.
    flexible : bool
        Whether a large machine stands on a foundation that is soft in the measured direction.

    Raises
    ------
    BadInput
        For a power that is not positive.

    Examples
    --------
    >>> machine_class(45e3), machine_class(200e3), machine_class(200e3, flexible=True)
    ('II', 'III', 'IV')
    """
    if not power > 0.0:
        raise BadInput(Fault("must be above 0 W", "power", "", f"{power:g}"))
    if power <= 15e3:
        return "I"
    if power <= 75e3:
        return "II"
    return "IV" if flexible else "III"


def zone(velocity: float, limits: Limits) -> Zone:
    """Zone of a vibration velocity.

    Parameters
    ----------
    velocity : float
        R.m.s. velocity in 10–1000 Hz [m/s], 0 or more.
    limits : Limits
        A row of :data:`ISO_10816_1`, or the user's own for a spindle.

    Raises
    ------
    BadInput
        For a negative velocity, or limits that do not increase.

    Examples
    --------
    A machine of 45 kW at 3.2 mm/s is in zone C (worked example of the source).

    >>> zone(3.2e-3, ISO_10816_1[machine_class(45e3)])
    'C'
    """
    if not 0.0 < limits.ab < limits.bc < limits.cd:
        raise BadInput(Fault("must increase from above 0 m/s", "limits", "", str(tuple(limits))))
    if not velocity >= 0.0:
        raise BadInput(Fault("must be 0 m/s or more", "velocity", "", f"{velocity:g}"))
    if velocity <= limits.ab:
        return "A"
    if velocity <= limits.bc:
        return "B"
    return "C" if velocity <= limits.cd else "D"
