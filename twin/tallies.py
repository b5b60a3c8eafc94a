"""What the rows of a run add up to, for KPIs of long runs that write no rows.

The sums are those that :mod:`twin.kpi` would take from the rows; a test holds them to it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Key = tuple[str, str]


@dataclass(slots=True)
class Tally:
    """Sums over the counted time, by source and name.

    Attributes
    ----------
    span : float
        Counted time [s].
    times : dict
        (source, state) → time in it [s].
    counts, totals : dict
        (source, event) → how often, and the sum of its values [SI].
    areas : dict
        (source, channel) → integral over time [SI · s].
    values : dict
        (source, event) → every value, where a KPI may need them [SI].
    """

    span: float
    times: dict[Key, Any] = field(default_factory=dict)
    counts: dict[Key, Any] = field(default_factory=dict)
    totals: dict[Key, Any] = field(default_factory=dict)
    areas: dict[Key, Any] = field(default_factory=dict)
    values: dict[Key, Array] = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        """Take in the sums of other sources."""
        for name in ("times", "counts", "totals", "areas", "values"):
            getattr(self, name).update(getattr(other, name))
