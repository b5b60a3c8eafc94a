"""One check: a number that the twin must give, and what it gave."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from twin.units import Number

Compute = Callable[[], Number]


@dataclass(frozen=True, slots=True)
class Check:
    """One number that the twin must give.

    ``tolerance`` is absolute, in ``unit``. With ``bound`` the number may be better than expected:
    ``most`` allows anything below, ``least`` anything above.
    """

    name: str
    source: str
    expected: float
    tolerance: float
    unit: str
    compute: Compute
    bound: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A check with what the twin gave."""

    name: str
    source: str
    expected: float
    tolerance: float
    unit: str
    got: float
    passed: bool

    def document(self) -> dict[str, Any]:
        """Return the outcome as JSON."""
        return asdict(self)


def judge(check: Check) -> Outcome:
    """Compute one check."""
    got = float(check.compute())
    over = got - check.expected
    if check.bound == "most":
        passed = over <= check.tolerance
    elif check.bound == "least":
        passed = over >= -check.tolerance
    else:
        passed = abs(over) <= check.tolerance
    return Outcome(
        check.name, check.source, check.expected, check.tolerance, check.unit, got,
        passed and math.isfinite(got),
    )  # fmt: skip
