"""A laboratory runs points of one scenario on common luck, as many replications as are asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from twin.errors import BadInput
from twin.experiment.collecting import OnRow, collect
from twin.experiment.dimensions import Point
from twin.experiment.goals import Objective
from twin.experiment.places import Where
from twin.experiment.results import Values
from twin.experiment.work import Cancel, Variant, job, variant
from twin.scenario import Scenario

Array = npt.NDArray[np.float64]


@dataclass(slots=True)
class Laboratory:
    """Where the points of one experiment are run. Everything finished is stored at once."""

    scenario: Scenario
    engine: str = "auto"
    where: Where = field(default_factory=Where)
    on_row: OnRow | None = None
    cancelled: Cancel | None = None
    computed: int = 0

    def build(self, point: Point, seed: int | None = None) -> Variant | BadInput:
        """Return the variant of a point with a seed, or why it cannot be built."""
        values = point if seed is None else {**point, "seed": seed}
        try:
            return variant(self.scenario.with_values(values), self.engine)
        except BadInput as error:
            return error

    def values(self, variants: Sequence[Variant], n: int) -> list[Values]:
        """Return ``n`` replications of every variant."""
        found = collect(
            job(variants, keep=True),
            [range(n)] * len(variants),
            where=self.where,
            on_row=self.on_row,
            cancelled=self.cancelled,
        )
        self.computed += sum(one.computed for one in found)
        return [one.values(n) for one in found]


AHEAD = 10
"""Replications that a selection asks for at once."""


class Outcomes:
    """Outcomes of some variants for :func:`twin.statistics.select`, a few replications ahead."""

    def __init__(
        self, laboratory: Laboratory, variants: Sequence[Variant], objective: Objective
    ) -> None:
        self._laboratory = laboratory
        self._variants = variants
        self._objective = objective
        self._known: dict[int, list[float]] = {number: [] for number in range(len(variants))}

    @property
    def known(self) -> list[Array]:
        """Every outcome so far, variant by variant."""
        return [np.array(series) for series in self._known.values()]

    def __call__(self, left: Sequence[int], replication: int) -> Array:
        """Return the outcomes of one replication; more is better."""
        short = [number for number in left if len(self._known[number]) <= replication]
        if short:
            wanted = (replication // AHEAD + 1) * AHEAD
            found = self._laboratory.values([self._variants[number] for number in short], wanted)
            for number, values in zip(short, found, strict=True):
                series = np.asarray(values[self._objective.kpi]) * self._objective.sign
                # A KPI that is unknown in a run speaks neither for nor against the variant.
                known = np.isfinite(series)
                self._known[number] = np.where(known, series, series[known].mean()).tolist()
        return np.array([self._known[number][replication] for number in left])
