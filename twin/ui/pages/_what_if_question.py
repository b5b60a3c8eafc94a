"""The question of a what-if: baseline, draft, number of runs; as a job and as an address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from twin import jobs
from twin.errors import BadInput
from twin.ui import draft as drafts
from twin.ui import links, names, runs
from twin.ui.baseline import Start
from twin.ui.draft import Draft
from twin.ui.i18n import t
from twin.ui.pages._what_if_editor import FEWEST, MOST, PAGE


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked now. ``kpi`` is the figure that is looked at, run by run."""

    start: Start
    draft: Draft
    replications: int
    kpi: str = ""

    @property
    def values(self) -> dict[str, Any]:
        """What the candidate has otherwise than the baseline."""
        return drafts.changed(self.start.scenario, self.draft.values)

    @property
    def sense(self) -> bool:
        """Whether the sensors must run too: they change no fact of the plant, but take longest."""
        return runs.needs_sensors(self.start.file, [*self.values, self.kpi])

    def why_not(self) -> str:
        """Return why this cannot be run, in words; empty when it can."""
        if not FEWEST <= self.replications <= MOST:
            return t("what_if.note_runs", low=FEWEST, high=MOST)
        found = drafts.faults(self.start.scenario, self.draft.values)
        named = t("what_if.comma").join(names.parameter(path) for path in found if path)
        if named:
            return t("what_if.note_range", names=named)
        return t("what_if.note_limit") if found else ""

    def submit(self) -> str:
        """Queue the comparison, or the baseline alone when nothing differs; return the job's id."""
        kind = "compare" if self.values else "run"
        asked = runs.baseline(
            self.start.scenario, self.replications, self.start.values, sense=self.sense
        )
        return jobs.submit(kind, {**asked, "values": self.values}).id

    def answered_by(self, job: str) -> bool:
        """Whether a job that is there already tells the figure that is looked at."""
        try:
            return bool(job) and (jobs.get(job).payload.get("sense", True) or not self.sense)
        except BadInput:
            return False

    def address(self, job: str) -> str:
        """Return the address that shows this state again."""
        query = {"set": drafts.to_address(self.draft.values), "base": self.start.query(),
                 "n": str(self.replications), "kpi": self.kpi, "job": job}  # fmt: skip
        return links.write(PAGE, self.start.name, query)

    def other_address(self, base: list[str]) -> str:
        """Return the address of the same candidate beside another baseline."""
        query = {"set": drafts.to_address(self.draft.values), "base": base,
                 "n": str(self.replications), "kpi": self.kpi}  # fmt: skip
        return links.write(PAGE, self.start.name, query)
