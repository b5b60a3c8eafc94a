"""Units: SI inside, the trade's units outside, converted once.

``pint`` knows the units; this module adds the trade's counting words (tooth, part, rev as a
count) and the handful of functions the rest of the code calls.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from twin.errors import BadInput, Fault

if TYPE_CHECKING:
    import pint

Number = float | npt.NDArray[np.float64]

_NUMBER = re.compile(r"^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*$")

# Written form → pint's form, for signs that pint reads differently from the trade.
_SPELLING = {
    "°C": "degC",
    "K/W": "kelvin/watt",
    "%": "percent",
    "rev": "count",
    "tooth": "count",
    "part": "count",
    "parts": "count",
    "px": "count",
    "units": "count",
    "rpm": "revolutions_per_minute",
    "1": "dimensionless",
    "": "dimensionless",
    "-": "dimensionless",
    "g0": "standard_gravity",
    "person": "count",
    "Nm": "newton*meter",
    "B": "count",
    "kB": "kilocount",
}
_WORD = re.compile(r"°C|%|[A-Za-zµΩ_]+[0-9]*")


@functools.cache
def _registry() -> pint.UnitRegistry[Any]:
    import pint

    registry: pint.UnitRegistry[Any] = pint.UnitRegistry(autoconvert_offset_to_baseunit=True)
    registry.define("EUR = [currency]")
    return registry


def _spell(unit: str) -> str:
    unit = unit.strip()
    if unit in _SPELLING:
        return _SPELLING[unit]
    unit = unit.replace("²", "^2").replace("³", "^3").replace("·", "*")
    return _WORD.sub(lambda word: _SPELLING.get(word.group(), word.group()), unit)


@functools.cache
def _parse(unit: str) -> Any:
    try:
        return _registry().Unit(_spell(unit))
    except Exception as error:  # pint raises a dozen kinds; all mean: not a unit
        raise BadInput(Fault(f"{unit!r} is not a unit we know")) from error


@functools.cache
def _affine(unit: str) -> tuple[float, float]:
    """Factor and offset with SI = factor · value + offset."""
    # The base unit of speed in rpm is rad/s for pint; a spindle speed stays a frequency here.
    if unit.strip() in {"rpm", "rev/min"}:
        return 1.0 / 60.0, 0.0
    if unit.strip() == "%":
        return 0.01, 0.0
    registry = _registry()
    pint_unit = _parse(unit)
    zero = float(registry.Quantity(0.0, pint_unit).to_base_units().magnitude)
    one = float(registry.Quantity(1.0, pint_unit).to_base_units().magnitude)
    return one - zero, zero


def to_si(value: Number, unit: str) -> Number:
    """Convert ``value`` [unit] to SI.

    >>> round(to_si(180.0, "m/min"), 12)
    3.0
    >>> to_si(20.0, "°C")
    293.15
    """
    factor, offset = _affine(unit)
    return value * factor + offset


def from_si(value: Number, unit: str) -> Number:
    """Convert an SI ``value`` to ``unit``.

    >>> round(from_si(28800.0, "h"), 9)
    8.0
    """
    factor, offset = _affine(unit)
    return (value - offset) / factor


def scale(unit: str) -> float:
    """SI per one ``unit`` of a *difference* (no offset): ``scale("°C") == 1.0``."""
    return _affine(unit)[0]


def compatible(one: str, other: str) -> bool:
    """Whether a value in ``one`` can be converted to ``other``."""
    return bool(_parse(one).dimensionality == _parse(other).dimensionality)


def convert(value: float, unit: str, to: str) -> float:
    """Convert between two compatible units; an exact identity when they are the same.

    Raises
    ------
    BadInput
        When the two measure different things.
    """
    if unit == to:
        return value
    if not compatible(unit, to):
        raise BadInput(Fault(f"{unit!r} cannot be converted to {to!r}"))
    converted = from_si(float(to_si(value, unit)), to)
    return float(f"{float(converted):.12g}")


def split(text: str) -> tuple[float, str]:
    """Split ``"8 h"`` into its number and its unit.

    >>> split("8 h")
    (8.0, 'h')
    """
    match = _NUMBER.match(text)
    if match is None:
        raise BadInput(Fault(f"{text!r} is not a number with a unit, such as '8 h'"))
    return float(match.group(1)), match.group(2)
