"""The wear table: what was measured on which tool, when, and under which conditions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Condition = float | str


@dataclass(frozen=True, slots=True, eq=False)
class ToolRecord:
    """The readings of one tool.

    Attributes
    ----------
    tool : str
        Its name in the table.
    time_min : array
        Cutting time at each reading, never decreasing [min, or the table's ``time_unit``].
    vb_mm : array
        Flank wear read at those times [mm].
    conditions : mapping
        Setting → value; a number or a word. A blank cell is not there.
    now_min : float
        Cutting time so far; later than the last reading when a later row had no reading [min].
    broken : bool
        The tool broke at ``now_min``.
    """

    tool: str
    time_min: Array
    vb_mm: Array
    conditions: Mapping[str, Condition] = field(default_factory=dict)
    now_min: float = 0.0
    broken: bool = False

    @property
    def n(self) -> int:
        """Number of readings."""
        return len(self.time_min)

    def thinned(self, most: int) -> ToolRecord:
        """At most ``most`` readings, evenly spaced in order, the first and the last among them."""
        if self.n <= most:
            return self
        keep = np.unique(np.linspace(0, self.n - 1, most).round().astype(int))
        return replace(self, time_min=self.time_min[keep], vb_mm=self.vb_mm[keep])


@dataclass(frozen=True, slots=True, eq=False)
class WearTable:
    """Readings of many tools.

    Attributes
    ----------
    records : tuple of ToolRecord
        One for each tool, in the order of the file.
    time_unit : str
        What the time axis counts: ``min``, or a count such as ``cut`` that nobody could convert.
    notes : tuple of str
        What could not be used and what was assumed, one sentence each.
    source : str
        Where the table came from.
    """

    records: tuple[ToolRecord, ...]
    time_unit: str = "min"
    notes: tuple[str, ...] = ()
    source: str = ""

    @property
    def tools(self) -> tuple[str, ...]:
        """Names of the tools."""
        return tuple(record.tool for record in self.records)

    @property
    def n_readings(self) -> int:
        """Number of readings of all tools."""
        return sum(record.n for record in self.records)

    def without(self, tool: str) -> WearTable:
        """The table without one tool: what a back-test of that tool may learn from."""
        return replace(self, records=tuple(r for r in self.records if r.tool != tool))

    def thinned(self, most: int) -> WearTable:
        """At most ``most`` readings of each tool, with a note for the tools that had more."""
        long = [r for r in self.records if r.n > most]
        if not long:
            return self
        note = (
            f"{len(long)} tools have more than {most} readings (up to {max(r.n for r in long)}): "
            f"{most} evenly spaced ones of each are used"
        )
        records = tuple(r.thinned(most) for r in self.records)
        return replace(self, records=records, notes=(*self.notes, note))


def record(
    tool: str,
    time_min: Sequence[float] | Array,
    vb_mm: Sequence[float] | Array,
    conditions: Mapping[str, Condition] | None = None,
) -> ToolRecord:
    """Build the record of one tool from plain lists; its last reading is the present."""
    times = np.asarray(time_min, dtype=float)
    wear = np.asarray(vb_mm, dtype=float)
    if times.shape != wear.shape or times.ndim != 1:
        raise ValueError("time_min and vb_mm are lists of one length")
    now = float(times[-1]) if len(times) else 0.0
    return ToolRecord(tool, times, wear, dict(conditions or {}), now)
