"""What a planner sets beside the wear table: limit, schedule, costs; declared once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from twin.errors import BadInput, Fault
from twin.forecast.replacement import Costs
from twin.forecast.tools import Schedule
from twin.params import Declaration, Params, declarations, quantity


class PlanningParams(Params):
    """The settings of a forecast of measured wear."""

    limit: float = quantity(
        0.3, "mm", 0.0001, 20, "Flank wear at which a tool is worn out.", "ISO 8688-2: VB 0.3 mm"
    )
    hours: float = quantity(
        48, "h", 0.001, 87_600, "How far the risk looks ahead.", assumption=True
    )
    duty: float = quantity(
        30, "1", 0.01, 100_000,
        "Cutting within each hour of the schedule: minutes, or cuts where the table counts cuts.",
        assumption=True,
    )  # fmt: skip
    cost_change: float = quantity(
        30, "EUR", 1e-6, 1e12, "Cost of a planned change: edges and standstill.", assumption=True
    )
    cost_failure: float = quantity(
        150, "EUR", 1e-6, 1e12, "Cost of a failure in the cut: scrap, damage, standstill.",
        assumption=True,
    )  # fmt: skip
    shift: float = quantity(
        8, "h", 0.1, 1000, "Hours between two ends of a shift, when a change can be made.",
        assumption=True,
    )  # fmt: skip
    change_time: float = quantity(
        15, "min", 1, 1440, "How long a change takes, for work orders and the calendar.",
        assumption=True,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Planning:
    """The settings in the units of their declarations.

    Attributes
    ----------
    limit : float
        Wear limit [mm].
    hours : float
        Horizon of the risk [h].
    duty : float
        Minutes (or cuts) in each hour.
    cost_change, cost_failure : float
        Cost of a planned change and of a failure [EUR].
    shift : float
        Hours between two ends of a shift [h].
    change_time : float
        How long a change takes [min].
    """

    limit: float = 0.3
    hours: float = 48.0
    duty: float = 30.0
    cost_change: float = 30.0
    cost_failure: float = 150.0
    shift: float = 8.0
    change_time: float = 15.0

    @property
    def schedule(self) -> Schedule:
        """How much is cut."""
        return Schedule(self.duty, self.hours)

    @property
    def costs(self) -> Costs:
        """What a change and a failure cost."""
        return Costs(self.cost_change, self.cost_failure)


def declared() -> dict[str, Declaration]:
    """Return the declaration of every setting, by name."""
    return {declaration.path: declaration for declaration in declarations(PlanningParams)}


def read_planning(given: Mapping[str, Any]) -> Planning:
    """Check settings as people write them.

    Raises
    ------
    BadInput
        One fault for each setting that is unknown or out of its range.
    """
    PlanningParams.read(given)
    numbers = {name: float(entry.default) for name, entry in declared().items()}
    return Planning(**numbers | {name: float(value) for name, value in given.items()})


def check_duty(duty: float, time_unit: str) -> None:
    """Refuse more cutting in an hour than there are minutes in it.

    Raises
    ------
    BadInput
        When the table counts minutes and ``duty`` is above 60.
    """
    if time_unit == "min" and duty > 60:
        raise BadInput(Fault("allowed 0.01 to 60 min in each hour", "--duty", value=f"{duty:g}"))
