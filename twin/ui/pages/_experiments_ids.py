"""Names that the parts of the page Experiments share."""

from __future__ import annotations

from enum import StrEnum

PAGE = "experiments"


class Ids(StrEnum):
    """Ids of the page."""

    ADDRESS = "experiments-address"
    WENT = "experiments-went"
    # the history
    GRID = "experiments-grid"
    TICK = "experiments-tick"
    SEARCH = "experiments-search"
    KIND = "experiments-kind"
    HERE = "experiments-here"
    HIDDEN = "experiments-hidden"
    NAME = "experiments-name"
    COUNTED = "experiments-counted"
    LAST = "experiments-last"
    UNDO = "experiments-undo"
    UNDO_BAR = "experiments-undo-bar"
    UNDO_WORDS = "experiments-undo-words"
    PAIR = "experiments-pair"
    EMPTY = "experiments-empty"
    # a new one
    DESIGN = "experiments-design"
    ABOUT = "experiments-about"
    ADD = "experiments-add"
    ROWS = "experiments-rows"
    GOAL = "experiments-goal"
    WAY = "experiments-way"
    LIMITS = "experiments-limits"
    LIMIT_ADD = "experiments-limit-add"
    REPLICATIONS = "experiments-replications"
    POINTS = "experiments-points"
    BUDGET = "experiments-budget"
    CONFIRM = "experiments-confirm"
    FIELDS = "experiments-fields"
    ESTIMATE = "experiments-estimate"
    FAULTS = "experiments-faults"
    RUN = "experiments-run"
    ASKED = "experiments-asked"
    # results
    OF = "experiments-of"
    RESULT = "experiments-result"
    KPI = "experiments-kpi"
    X = "experiments-x"
    ONE = "experiments-one"
    OTHER = "experiments-other"
    POINTS_GRID = "experiments-points-grid"
    CHOSEN = "experiments-chosen"
    CSV = "experiments-csv"
    JSON = "experiments-json"
    FILE = "experiments-file"
    AGAIN = "experiments-again"
    DRAWN = "experiments-drawn"
    TABLED = "experiments-tabled"


MAIN, PARETO, TORNADO, SOBOL, MORRIS, TRACE, GAIN = (
    "sweep", "pareto", "tornado", "sobol", "morris", "search", "gain",
)  # fmt: skip
"""Names of the chart cards; they name the files that are saved too."""
