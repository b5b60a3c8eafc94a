"""A new experiment as the form holds it: ↔ an address, ↔ the question of a job; its estimate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from twin import history
from twin.errors import BadInput, Fault
from twin.experiment import study
from twin.experiment.dimensions import read_dimension
from twin.params import Declaration
from twin.scenario import Scenario
from twin.ui import comparison
from twin.ui import draft as drafts
from twin.ui import experiment_words as words
from twin.ui.baseline import Start
from twin.ui.i18n import t
from twin.ui.links import View
from twin.ui.wording import duration, number

OPTIMISE = "optimise"
DESIGNS = (*study.DESIGNS, OPTIMISE)
MOST_VARIED, MOST_POINTS, MOST_RUNS = 6, 2000, 50_000
"""What the page takes; the command line takes more."""
STEPS, POINTS = 5, 40
USUAL_POINTS = {"sobol": 64, "morris": 10}
"""Points of the designs whose number is no number of variants."""
FEW = 10
"""Replications of each point unless the address says otherwise."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form asks. ``vary`` and ``keep`` are written as on the command line."""

    design: str = "grid"
    vary: tuple[str, ...] = ()
    goal: str = ""
    maximise: bool = False
    keep: tuple[str, ...] = ()
    replications: int | None = FEW
    points: int | None = None
    runs: int | None = None
    confirm: int | None = None
    base: tuple[str, ...] = field(default_factory=tuple)

    @property
    def kind(self) -> str:
        """The kind of the job."""
        return OPTIMISE if self.design == OPTIMISE else "sweep"

    def query(self) -> dict[str, Any]:
        """Return the query of an address that asks the same."""
        return {"new": "1", "design": self.design, "vary": list(self.vary),
                "maximise" if self.maximise else "minimise": self.goal, "keep": list(self.keep),
                "n": _text(self.replications), "points": _text(self.points),
                "runs": _text(self.runs), "confirm": _text(self.confirm),
                "base": list(self.base)}  # fmt: skip

    def payload(self, start: Start) -> dict[str, Any]:
        """Return the question for the queue."""
        asked: dict[str, Any] = {
            "scenario": start.file.file, "values": {}, "vary": list(self.vary),
            "maximise": self.goal if self.maximise else None,
            "minimise": None if self.maximise else self.goal or None,
            "subject_to": list(self.keep), "replications": self.replications,
        }  # fmt: skip
        if start.values:
            asked["base_values"] = dict(start.values)
        if self.design == OPTIMISE:
            return {**asked, "runs": self.runs, "confirm": self.confirm}
        points = self.points if self.design in {"sample", "sobol", "morris"} else None
        return {**asked, "design": self.design, "points": points, "beside": True}


def _text(value: int | None) -> str:
    return "" if value is None else str(value)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def of_address(view: View, scenario: Scenario) -> Asked:
    """Return what an address asks; what it leaves out is what one would most likely try."""
    design = view.one("design", "grid")
    maximise, minimise = view.one("maximise"), view.one("minimise")
    asked = Asked(
        design if design in DESIGNS else "grid", view.all("vary")[:MOST_VARIED],
        maximise or minimise, bool(maximise), view.all("keep"), _number(view.one("n")),
        _number(view.one("points")), _number(view.one("runs")), _number(view.one("confirm")),
        view.all("base"),
    )  # fmt: skip
    return usual(asked, scenario)


def of_payload(kind: str, payload: Mapping[str, Any], scenario: Scenario) -> Asked:
    """Return what an earlier experiment asked, to ask it again or otherwise."""
    goal = payload.get("maximise") or payload.get("minimise") or ""
    design = OPTIMISE if kind == OPTIMISE else str(payload.get("design", "grid"))
    values = {**(payload.get("base_values") or {}), **(payload.get("values") or {})}
    asked = Asked(
        design if design in DESIGNS else "tornado",  # a design of the command line alone
        tuple(payload.get("vary", ()))[:MOST_VARIED], goal, bool(payload.get("maximise")),
        tuple(payload.get("subject_to") or ()), payload.get("replications"),
        payload.get("points"), payload.get("runs"), payload.get("confirm"),
        tuple(drafts.to_address(values)),
    )  # fmt: skip
    return usual(asked, scenario)


def usual(asked: Asked, scenario: Scenario) -> Asked:
    """Return what is asked, with what is usual where nothing is said."""
    vary = asked.vary
    if not vary:
        vary = tuple(spread(scenario, path) for path in drafts.opening(scenario))
    goal, maximise = asked.goal, asked.maximise
    if goal not in scenario.measures:
        headline = comparison.headline(scenario)
        goal = headline[0] if headline else ""
        maximise = bool(goal) and scenario.measures[goal].better == "more"
    few = 5 if asked.design == OPTIMISE else FEW
    return replace(
        asked, vary=vary, goal=goal, maximise=maximise,
        replications=few if asked.replications is None else asked.replications,
        points=USUAL_POINTS.get(asked.design, POINTS) if asked.points is None else asked.points,
        runs=study.USUAL["runs"] if asked.runs is None else asked.runs,
        confirm=study.USUAL["confirm"] if asked.confirm is None else asked.confirm,
    )  # fmt: skip


def spread(scenario: Scenario, path: str) -> str:
    """Return a parameter with a range one would try first: a fifth to both sides, or all words."""
    declared, now = scenario.declaration(path), scenario.value(path)
    if declared.form == "choice":
        return f"{path}={','.join(declared.options)}"
    if declared.form == "flag":
        return f"{path}=false,true"
    low, high = _ends(declared, float(now))
    if declared.form == "count":
        return f"{path}={low:.0f}:{high:.0f}:{min(STEPS, int(high - low) + 1)}"
    return f"{path}={_short(low)}:{_short(high)}:{STEPS}"


def _ends(declared: Declaration, now: float) -> tuple[float, float]:
    low = float("-inf") if declared.low is None else declared.low
    high = float("inf") if declared.high is None else declared.high
    if declared.form == "count":
        return max(low, now - 2), min(high, now + 2)
    if now == 0:
        return max(low, 0.0), min(high, 1.0)
    ends = sorted((0.8 * now, 1.2 * now))
    return max(low, float(f"{ends[0]:.3g}")), min(high, float(f"{ends[1]:.3g}"))


def _short(value: float) -> str:
    return drafts.written(float(f"{value:.6g}"))


@dataclass(frozen=True, slots=True)
class Varied:
    """One parameter of the form: its ends and steps, or its options; empty where not known yet."""

    path: str
    low: float | None = None
    high: float | None = None
    steps: int | None = None
    options: tuple[str, ...] = ()

    def written(self) -> str:
        """Return it as on the command line."""
        if self.options or (self.low is None and self.high is None and self.steps is None):
            return f"{self.path}={','.join(self.options)}"
        low, high = ("" if end is None else drafts.written(end) for end in (self.low, self.high))
        return f"{self.path}={low}:{high}" + (f":{self.steps}" if self.steps else "")


def varied(scenario: Scenario, text: str) -> Varied:
    """Return one parameter of the form from how it is written; what cannot be read stays empty."""
    path, _, rest = text.partition("=")
    declared = scenario.declaration(path.strip())
    if declared.form not in {"quantity", "count"}:
        return Varied(path, options=tuple(word for word in rest.split(",") if word))
    try:
        one = read_dimension(text, scenario)
    except BadInput:
        one = None
    if one is None:
        pieces = [*rest.split(":"), "", "", ""]
        low, high, steps = (_float(piece) for piece in pieces[:3])
        return Varied(path, low, high, int(steps) if steps else STEPS)
    if one.options:
        ends = [float(option) for option in one.options]
        return Varied(path, min(ends), max(ends), len(ends))
    return Varied(path, one.low, one.high, one.steps or STEPS)


def _float(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


# -- checking -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Estimate:
    """How large an experiment is: variants, runs in all, and about how long [s]; None: unknown."""

    variants: int
    runs: int
    seconds: float | None

    def text(self, design: str) -> str:
        """Return it in words."""
        key = "experiments.estimate_search" if design == OPTIMISE else "experiments.estimate"
        said = t(key, points=number(self.variants, 0), runs=number(self.runs, 0))
        if self.seconds is None:
            return said + t("experiments.estimate_unknown")
        if self.seconds < 1:
            return said + t("experiments.estimate_second")
        return said + t("experiments.estimate_time", time=duration(max(1.0, self.seconds)))


def check(asked: Asked, start: Start) -> Estimate:
    """Return the estimate of what is asked, once all of it is sound.

    Raises
    ------
    BadInput
        With every fault: of the question as the core words it, or of what the page takes.
    """
    scenario, payload = start.scenario, asked.payload(start)
    if asked.kind == OPTIMISE:
        question = study.read_search(scenario, payload)
        variants, runs = study.tries(question), study.most_runs(question)
    else:
        read = study.read(scenario, payload)
        variants, runs = read.variants(), read.runs()
    if variants > MOST_POINTS or runs > MOST_RUNS:
        message = (
            f"allowed {MOST_POINTS} points and {MOST_RUNS} runs here; the command line takes more"
        )
        raise BadInput(Fault(message, "points", value=f"{variants} points, {runs} runs"))
    if asked.kind != OPTIMISE:
        study.check_first(read)
    seconds, ran = history.pace(start.file.file)
    return Estimate(variants, runs, seconds * runs / ran if ran else None)


def place(fault: Fault, asked: Asked) -> str:
    """Return the parameter of the form that a fault belongs to; empty for the whole."""
    paths = [text.partition("=")[0].strip() for text in asked.vary]
    if fault.path in paths:
        return fault.path
    written = fault.value.strip("'\"").partition("=")[0].strip()
    if fault.path == "vary" and written in paths:
        return written
    return next((path for path in paths if fault.path.endswith(f".{path}")), "")


def about(design: str, n: int) -> str:
    """Return what a design answers."""
    return t(f"experiments.about_{design}", n=n)


def phrase(asked: Asked) -> str:
    """Return what is asked, in a line."""
    return words.varied([text.partition("=")[0] for text in asked.vary])
