"""Parameters of people who come, go and move about in a building."""

from __future__ import annotations

from typing import Literal

from twin.params import Params, choice, count, flag, quantity, text, words

SBSIM = "google/sbsim, office occupancy"


class Occupants(Params):
    """People of one kind: each a process with its own luck, alone or as a group."""

    zone: str = text(None, "Zone in which they belong.")
    people: int = count(1, 1, 10_000, "How many of them; each comes and goes alone.")
    group: int = count(1, 1, 1000, "People that each of them stands for: a group keeps together.")
    presence: Literal["hours", "markov", "schedule"] = choice(
        "hours", "When they are there: by hours with chance, by a chain about a profile, or as a "
        "profile says.", "Page et al. 2008",
    )  # fmt: skip
    profile: str = text("", "Schedule of the share that is there; for markov and schedule.")
    mobility: float = quantity(
        0.5, "1", 0.01, 100, "Markov: chance to change over chance to stay, each quarter hour.",
        "Page et al. 2008: 0.1 to 0.5 for offices",
    )  # fmt: skip
    arrival_earliest: float = quantity(8, "h", 0, 24, "Nobody comes before.", SBSIM)
    arrival_latest: float = quantity(12, "h", 0, 24, "By then all have come.", SBSIM)
    departure_earliest: float = quantity(13, "h", 0, 24, "Nobody goes before.", SBSIM)
    departure_latest: float = quantity(18, "h", 0, 24, "By then all have gone.", SBSIM)
    lunch_start: float = quantity(
        12, "h", 0, 24, "Mean time of going to lunch.", "DOE commercial reference buildings"
    )
    lunch_spread: float = quantity(15, "min", 0, 180, "Standard deviation of it.", assumption=True)
    lunch_length: float = quantity(
        30, "min", 0, 240, "Of lunch, outside; 0 for none.",
        "DOE commercial reference buildings: half are away from 12 to 13",
    )  # fmt: skip
    breaks: float = quantity(0, "1/h", 0, 20, "Breaks outside the building.")
    break_length: float = quantity(
        15, "min", 0.1, 480, "Mean of a break; exponential.", "Wang et al. 2005: its distribution"
    )
    visits: tuple[str, ...] = words("Other zones that they go to.")
    visit_rate: float = quantity(0.5, "1/h", 0, 20, "Visits to one of them.", assumption=True)
    visit_length: float = quantity(
        20, "min", 0.1, 480, "Mean of a visit; exponential.", assumption=True
    )
    weekends: bool = flag(False, "Whether they come at weekends too.")


HOURS_ONLY = (
    "arrival_earliest", "arrival_latest", "departure_earliest", "departure_latest", "lunch_start",
    "lunch_spread", "lunch_length", "breaks", "break_length", "visits", "visit_rate",
    "visit_length", "weekends",
)  # fmt: skip


def unused(kind: Occupants) -> set[str]:
    """Parameters that mean nothing by how they come and go."""
    if kind.presence == "markov":
        return set(HOURS_ONLY)
    if kind.presence == "schedule":
        return {*HOURS_ONLY, "mobility"}
    names = {"profile", "mobility"}
    if kind.lunch_length == 0:
        names |= {"lunch_start", "lunch_spread"}
    if kind.breaks == 0:
        names.add("break_length")
    if not kind.visits:
        names |= {"visit_rate", "visit_length"}
    return names
