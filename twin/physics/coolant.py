"""Coolant modes: what each gives in tool life and what it costs in power and breakage.

No published constants cover all materials: the multipliers are ranges from single studies
(e.g. Appl. Sci. 7(6) 560 for directed jets), shown as assumptions in the app.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CoolantMode = Literal["dry", "mist", "flood", "high_pressure"]


@dataclass(frozen=True, slots=True)
class Coolant:
    """A coolant mode.

    Attributes
    ----------
    life : float
        Tool life relative to a dry cut [1].
    hazard : float
        Breakage hazard relative to a dry cut [1]; thermal shock in an interrupted cut.
    pump_power : float
        Electric power of pump or compressor [W].
    """

    life: float
    hazard: float
    pump_power: float


COOLANTS: dict[CoolantMode, Coolant] = {
    "dry": Coolant(life=1.0, hazard=1.0, pump_power=0.0),
    "mist": Coolant(life=1.2, hazard=1.0, pump_power=100.0),
    "flood": Coolant(life=1.3, hazard=1.3, pump_power=800.0),
    "high_pressure": Coolant(life=1.8, hazard=1.3, pump_power=7000.0),
}
