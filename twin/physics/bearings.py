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

from twin.errors import BadInput, Fault, did_you_mean

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

_PARTS = ("balls", "ball_diameter", "pitch_diameter", "contact_angle")


def named(text: str) -> Bearing:
    """Return a bearing by catalogue name or by its geometry.

    Parameters
    ----------
    text : str
        ``6205``, or ``balls=8,ball_diameter=0.235,pitch_diameter=1.245,contact_angle=0``: the
        diameters in any one unit, since only their ratio counts, the angle in degrees.

    Raises
    ------
    BadInput
        When it is neither.

    Examples
    --------
    >>> round(outer_order(named("balls=8,ball_diameter=0.235,pitch_diameter=1.245")), 4)
    3.245
    """
    if text in CATALOGUE:
        return CATALOGUE[text]
    if "=" not in text:
        message = "no such bearing" + did_you_mean(text, CATALOGUE)
        message += "; or give its geometry: " + ",".join(f"{part}=…" for part in _PARTS)
        raise BadInput(Fault(message, path="--bearing", value=repr(text)))
    return _from_parts(text)


def _from_parts(text: str) -> Bearing:
    pairs = (part.partition("=") for part in text.split(","))
    parts = {name.strip(): number.strip() for name, _, number in pairs}
    faults = [
        Fault("no such part of a bearing" + did_you_mean(name, _PARTS), f"--bearing {name}")
        for name in parts
        if name not in _PARTS
    ]
    faults += [
        Fault("is required", f"--bearing {name}") for name in _PARTS[:3] if name not in parts
    ]
    numbers = {}
    for name, number in parts.items():
        try:
            numbers[name] = float(number)
        except ValueError:
            faults.append(Fault("a number is needed", f"--bearing {name}", value=repr(number)))
    if faults:
        raise BadInput(faults)
    return _checked(numbers)


def _checked(parts: Mapping[str, float]) -> Bearing:
    balls, angle = parts["balls"], parts.get("contact_angle", 0.0)
    ratio = parts["ball_diameter"] / parts["pitch_diameter"] if parts["pitch_diameter"] else -1.0
    faults = []
    if not (3 <= balls <= 200 and balls == int(balls)):
        faults.append(
            Fault("allowed a whole number, 3 to 200", "--bearing balls", value=f"{balls:g}")
        )
    if not 0.0 < ratio < 1.0:
        message = "the ball must be smaller than the pitch circle and larger than nothing"
        faults.append(
            Fault(message, "--bearing ball_diameter", value=f"{parts['ball_diameter']:g}")
        )
    if not 0.0 <= angle < 90.0:
        faults.append(Fault("allowed 0 to 90 °", "--bearing contact_angle", value=f"{angle:g}"))
    if faults:
        raise BadInput(faults)
    diameters = parts["ball_diameter"], parts["pitch_diameter"]
    return Bearing(int(balls), *diameters, math.radians(angle))
