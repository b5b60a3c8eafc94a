"""Workpiece materials as data: specific cutting force after Kienzle.

Two databases are never mixed, since rake and definition differ (20–40 %): these are the DIN-type
values. Rows with ``verified`` reproduce a row of the Röhm RN-1391 chart (feeds 0.16–1.6 mm,
κ 45°) within 3.2 % at all six feeds; the others are textbook values, shown as assumptions.
"""

from __future__ import annotations

from dataclasses import dataclass

CHART = "Röhm RN-1391 chart, p. 43"
TEXTBOOK = "textbook value, not verified"


@dataclass(frozen=True, slots=True)
class Material:
    """A workpiece material.

    Attributes
    ----------
    kc11 : float
        Specific cutting force at 1 mm chip thickness and width [Pa].
    mc : float
        Kienzle exponent [1].
    source : str
        Where the pair comes from.
    verified : bool
        Whether it was checked against a published chart.
    """

    kc11: float
    mc: float
    source: str
    verified: bool


def _chart(kc11_n_mm2: float, mc: float) -> Material:
    return Material(kc11_n_mm2 * 1e6, mc, CHART, verified=True)


def _textbook(kc11_n_mm2: float, mc: float) -> Material:
    return Material(kc11_n_mm2 * 1e6, mc, TEXTBOOK, verified=False)


MATERIALS: dict[str, Material] = {
    "S235": _chart(1780, 0.17),
    "E295": _chart(1990, 0.26),
    "E335": _chart(2110, 0.17),
    "E360": _chart(2260, 0.30),
    "42CrMo4": _chart(2500, 0.26),
    "16MnCr5": _chart(2100, 0.26),
    "EN-GJL-250": _chart(1160, 0.26),
    "C45": _textbook(2220, 0.14),
    "C60": _textbook(2130, 0.18),
    "X5CrNi18-10": _textbook(2350, 0.21),
    "AlMg": _textbook(780, 0.23),
    "AlSi": _textbook(830, 0.23),
    "Ti6Al4V": _textbook(1385, 0.22),
    "Inconel718": _textbook(2500, 0.27),
}
