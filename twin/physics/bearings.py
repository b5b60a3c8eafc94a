"""Rolling bearings: which multiples of the shaft speed a fault on each part repeats at.

Kinematics of a ball rolling without slip between a fixed outer and a turning inner ring; see
Randall & Antoni, "Rolling element bearing diagnostics – a tutorial", MSSP 25 (2011) 485–520,
doi:10.1016/j.ymssp.2010.07.017.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

INCH = 0.0254


@dataclass(frozen=True, slots=True)
class Bearing:
    """Geometry of a ball bearing.

    Attributes
    ----------
    balls : int
        Number of balls [1].
    ball_diameter : float
        [m]
    pitch_diameter : float
        [m]
    contact_angle : float
        [rad]
    """

    balls: int
    ball_diameter: float
    pitch_diameter: float
    contact_angle: float = 0.0

    @property
    def ratio(self) -> float:
        """Ball over pitch diameter, seen under the contact angle [1]."""
        return self.ball_diameter / self.pitch_diameter * math.cos(self.contact_angle)


def outer_order(bearing: Bearing) -> float:
    """Ball passes over one spot of the outer ring per shaft turn, BPFO [1/rev].

    >>> round(outer_order(CATALOGUE["6205"]), 4)
    3.5848
    """
    return 0.5 * bearing.balls * (1.0 - bearing.ratio)


def inner_order(bearing: Bearing) -> float:
    """Ball passes over one spot of the inner ring per shaft turn, BPFI [1/rev].

    >>> round(inner_order(CATALOGUE["6205"]), 4)
    5.4152
    """
    return 0.5 * bearing.balls * (1.0 + bearing.ratio)


def cage_order(bearing: Bearing) -> float:
    """Turns of the cage per shaft turn, FTF [1/rev].

    >>> round(cage_order(CATALOGUE["6205"]), 4)
    0.3983
    """
    return 0.5 * (1.0 - bearing.ratio)


def spin_order(bearing: Bearing) -> float:
    """Turns of a ball about itself per shaft turn, BSF [1/rev]; a spot hits a ring twice a turn.

    >>> round(2 * spin_order(CATALOGUE["6205"]), 4)
    4.7134
    """
    own = bearing.pitch_diameter / (2.0 * bearing.ball_diameter)
    return own * (1.0 - bearing.ratio**2)


# Geometry as the sources of the recordings print it: CWRU Bearing Data Center (6205 drive end,
# 6203 fan end); MFPT Society fault data (NICE bearing). 7014C: typical spindle bearing, catalogue.
CATALOGUE: Mapping[str, Bearing] = MappingProxyType(
    {
        "6205": Bearing(9, 0.3126 * INCH, 1.537 * INCH),
        "6203": Bearing(8, 0.2656 * INCH, 1.122 * INCH),
        "NICE": Bearing(8, 0.235 * INCH, 1.245 * INCH),
        "7014C": Bearing(20, 11.1e-3, 90e-3, math.radians(15.0)),
    }
)
