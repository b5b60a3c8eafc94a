"""Workpiece materials of the milling database: fits of a tool maker's table of specific forces.

This is database B. The DIN-type values of :mod:`twin.physics.materials` are database A. Rake and
definition differ, so that the two disagree by 20–40 % on the same steel: a calculation takes its
material from one of them, named, and never mixes rows.

Each row fits ``kc = kc1 · fz^−m`` to the maker's specific cutting forces at feeds of
0.1–0.6 mm/tooth; the fit holds only in that range, and its kc already contains the maker's rake.

References
----------
Mitsubishi Materials, technical data, cutting power for face milling (table of Kc by feed).
https://www.mitsubishicarbide.com, tec_milling_power_formula
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from twin.errors import BadInput, Fault, did_you_mean
from twin.physics.materials import MATERIALS
from twin.units import Number

Database = Literal["din", "mitsubishi"]

FEED_RANGE = (0.1e-3, 0.6e-3)
"""Feed per tooth for which the rows are fitted [m]."""


@dataclass(frozen=True, slots=True)
class MillingMaterial:
    """A row of the milling database.

    Attributes
    ----------
    kc1 : float
        Specific cutting force at fz = 1 mm/tooth, extrapolated by the fit [Pa].
    exponent : float
        m of ``kc = kc1 · (fz/1 mm)^−m`` [1].
    hardness : str
        Tensile strength or hardness as the maker states it.
    fit_error : float
        Largest relative error of the fit against the maker's five values [1].
    """

    kc1: float
    exponent: float
    hardness: str
    fit_error: float


MILLING_MATERIALS: dict[str, MillingMaterial] = {
    "mild steel": MillingMaterial(1442e6, 0.186, "520 MPa", 0.010),
    "medium steel": MillingMaterial(1449e6, 0.135, "620 MPa", 0.025),
    "hard steel": MillingMaterial(1556e6, 0.212, "720 MPa", 0.022),
    "tool steel 670": MillingMaterial(1513e6, 0.115, "670 MPa", 0.012),
    "tool steel 770": MillingMaterial(1485e6, 0.132, "770 MPa", 0.021),
    "CrMn steel 770": MillingMaterial(1497e6, 0.184, "770 MPa", 0.013),
    "CrMn steel 630": MillingMaterial(1500e6, 0.261, "630 MPa", 0.059),
    "CrMo steel 730": MillingMaterial(1671e6, 0.186, "730 MPa", 0.024),
    "CrMo steel 600": MillingMaterial(1560e6, 0.148, "600 MPa", 0.011),
    "NiCrMo steel": MillingMaterial(1382e6, 0.162, "940 MPa", 0.005),
    "NiCrMo steel hardened": MillingMaterial(1427e6, 0.172, "352 HB", 0.019),
    "austenitic stainless": MillingMaterial(1642e6, 0.100, "155 HB", 0.026),
    "cast iron 520": MillingMaterial(1870e6, 0.177, "520 MPa", 0.006),
    "hard cast iron": MillingMaterial(2034e6, 0.171, "46 HRC", 0.010),
    "Meehanite": MillingMaterial(1318e6, 0.230, "360 MPa", 0.046),
    "grey cast iron": MillingMaterial(803e6, 0.341, "200 HB", 0.046),
    "brass": MillingMaterial(524e6, 0.349, "500 MPa", 0.034),
    "AlMg": MillingMaterial(264e6, 0.348, "160 MPa", 0.038),
    "AlSi": MillingMaterial(332e6, 0.336, "200 MPa", 0.052),
    "AlZnMgCu": MillingMaterial(718e6, 0.098, "570 MPa", 0.049),
}


def constants(database: Database, material: str) -> tuple[float, float]:
    """Main value [Pa] and exponent [1] of a material of one database.

    Parameters
    ----------
    database : {"din", "mitsubishi"}
        A, by chip thickness, or B, by feed per tooth of milling.
    material : str
        Name in that database.

    Raises
    ------
    BadInput
        For a database or a material that it does not have.

    Examples
    --------
    >>> constants("din", "42CrMo4"), constants("mitsubishi", "CrMo steel 730")
    ((2500000000.0, 0.26), (1671000000.0, 0.186))
    """
    rows: dict[str, tuple[float, float]]
    match database:
        case "din":
            rows = {name: (row.kc11, row.mc) for name, row in MATERIALS.items()}
        case "mitsubishi":
            rows = {name: (row.kc1, row.exponent) for name, row in MILLING_MATERIALS.items()}
        case _:
            raise BadInput(Fault("allowed: din, mitsubishi", "database", "", repr(database)))
    if material not in rows:
        hint = did_you_mean(material, rows)
        raise BadInput(Fault(f"not in database {database!r}{hint}", "material", "", repr(material)))
    return rows[material]


def milling_specific_force(material: str, feed_per_tooth: Number) -> Number:
    """Specific cutting force of milling by database B [Pa], ``kc1 · (fz/1 mm)^−m``.

    Parameters
    ----------
    material : str
        A name of :data:`MILLING_MATERIALS`.
    feed_per_tooth : float or ndarray
        fz [m], 0.1–0.6 mm.

    Raises
    ------
    BadInput
        For an unknown material, or a feed outside the table.

    Examples
    --------
    Mild steel at 0.2 mm/tooth; the maker's table has 1950 N/mm².

    >>> round(float(milling_specific_force("mild steel", 0.2e-3)) / 1e6)
    1945
    """
    low, high = FEED_RANGE
    feed = np.asarray(feed_per_tooth, dtype=float)
    if not np.all((feed >= low * (1 - 1e-9)) & (feed <= high * (1 + 1e-9))):
        written = f"{1e3 * float(feed.min()):g} to {1e3 * float(feed.max()):g} mm"
        raise BadInput(Fault("allowed 0.1 to 0.6 mm per tooth", "feed_per_tooth", "", written))
    kc1, exponent = constants("mitsubishi", material)
    force: Number = kc1 * (feed / 1e-3) ** (-exponent)
    return force


def milling_motor_power(
    depth: Number, width: Number, feed_rate: Number, specific: Number, efficiency: Number
) -> Number:
    """Motor power of milling [W]: ``ap · ae · vf · kc/η``.

    Parameters
    ----------
    depth, width : float or ndarray
        ap and ae [m].
    feed_rate : float or ndarray
        vf [m/s].
    specific : float or ndarray
        kc [Pa].
    efficiency : float or ndarray
        Machine efficiency η [1], 0.75–0.9 as a rule.

    Examples
    --------
    The maker's worked example: ap 2, ae 80, vf 280 mm/min, kc 1800 N/mm², η 0.8 → 1.68 kW.

    >>> round(float(milling_motor_power(2e-3, 80e-3, 0.28 / 60, 1800e6, 0.8)), 1)
    1680.0
    """
    return depth * width * feed_rate * specific / efficiency
