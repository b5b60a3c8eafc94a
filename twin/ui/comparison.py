"""What a finished run or comparison says, in words and rows; pure, from its JSON document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from twin.scenario import Scenario
from twin.ui import names
from twin.ui.i18n import known, t
from twin.ui.wording import (
    decimals,
    half_width,
    number,
    signed,
    span,
    unit,
    with_band,
)

Verdict = Literal["better", "worse", "cannot tell", ""]
FIRST = ("cost_per_part", "throughput", "lead_time", "energy_per_part", "energy", "cost")
"""Which KPI a verdict speaks of first."""


@dataclass(frozen=True, slots=True)
class Line:
    """One KPI: baseline, candidate, paired difference. Absent figures are None."""

    path: str
    unit: str
    better: str
    base: Mapping[str, Any]
    candidate: Mapping[str, Any] | None = None
    difference: Mapping[str, Any] | None = None

    @property
    def verdict(self) -> Verdict:
        """The verdict; empty when nothing was compared or the figure did not move at all."""
        if self.difference is None or self.difference["value"] is None:
            return ""
        verdict: Verdict = self.difference["verdict"]
        return "" if self.difference["value"] == 0 and verdict == "cannot tell" else verdict

    @property
    def relative(self) -> tuple[float, float, float] | None:
        """Difference with its interval in per cent of the baseline, where that has a sense."""
        d, base = self.difference, self.base.get("value")
        if d is None or not base or d["value"] is None or d["low"] is None:
            return None
        return tuple(100 * d[key] / abs(base) for key in ("value", "low", "high"))


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished run, or two compared."""

    lines: tuple[Line, ...]
    replications: int
    base_run: str
    candidate_run: str = ""
    changed: tuple[str, ...] = ()
    """The assets of which a parameter was changed."""

    @property
    def compared(self) -> bool:
        """Whether there is a candidate."""
        return bool(self.candidate_run)

    def pick(self, paths: Sequence[str]) -> list[Line]:
        """Return the lines of ``paths``, in that order."""
        by_path = {line.path: line for line in self.lines}
        return [by_path[path] for path in paths if path in by_path]


def outcome(document: Mapping[str, Any], values: Iterable[str] = ()) -> Outcome:
    """Read the document of a finished job: of a run, or of a comparison with other ``values``."""
    if "difference" not in document:
        kpis = document["kpis"]
        lines = tuple(_line(path, kpi, None, None) for path, kpi in kpis.items())
        return Outcome(lines, document["replications"], document["run_id"])
    base, candidate = document["base"], document["candidate"]
    differences = document["difference"]["kpis"]
    lines = tuple(
        _line(path, kpi, candidate["kpis"].get(path), differences.get(path))
        for path, kpi in base["kpis"].items()
    )
    return Outcome(lines, document["replications"], base["run_id"], candidate["run_id"],
                   tuple(dict.fromkeys(path.split(".")[0] for path in values)))  # fmt: skip


def _line(path: str, base: Any, candidate: Any, difference: Any) -> Line:
    return Line(path, base["unit"], base["better"], base, candidate, difference)


def headline(scenario: Scenario) -> list[str]:
    """Return the KPIs that are shown first, the ones a verdict speaks of in front."""
    paths = [path for path, measure in scenario.measures.items() if measure.headline]
    order = {name: place for place, name in enumerate(FIRST)}
    return sorted(paths, key=lambda path: order.get(path.rsplit(".", 1)[-1], len(order)))


# -- words --------------------------------------------------------------------------------------


def band(kpi: Mapping[str, Any]) -> str:
    """Return a KPI as value and uncertainty."""
    return with_band(kpi["value"], kpi["low"], kpi["high"])


def value_text(kpi: Mapping[str, Any]) -> str:
    """Return a KPI as value, uncertainty, unit."""
    return f"{band(kpi)}{unit(kpi['unit'])}"


def difference_text(line: Line) -> str:
    """Return a difference with its interval: ``−0.42 (−0.53 to −0.31) EUR/part``."""
    moved = line.difference is not None and bool(line.difference["value"])
    return bare_difference(line) + (unit(line.unit) if moved else "")


def bare_difference(line: Line) -> str:
    """Return a difference with its interval, without its unit."""
    d = line.difference
    if d is None or d["value"] is None:
        return "–"
    if d["value"] == 0 and not half_width(d["low"], d["high"]):
        return t("what_if.same")
    places = decimals(half_width(d["low"], d["high"]), d["value"])
    shown = signed(d["value"], places)
    if not half_width(d["low"], d["high"]):
        return signed(d["value"], 0) if d["value"] == round(d["value"]) else shown
    return f"{shown} ({span(d['low'], d['high'], places)})"


def verdict_text(line: Line) -> str:
    """Return the verdict in words."""
    if line.verdict == "":
        return "" if line.difference is None else t("what_if.same")
    if line.verdict != "cannot tell":
        return t(f"what_if.{line.verdict}")
    more = about(line)
    return t("what_if.cannot_tell_more", n=more) if more else t("what_if.cannot_tell")


def about(line: Line) -> str:
    """Return about how many more runs would settle it, no finer than anybody can know it."""
    more = line.difference["more_runs"] if line.difference else None
    return number(float(f"{more:.1g}" if more > 20 else more), 0) if more else ""


def amount(line: Line) -> str:
    """Return how much a figure moved, without its sign: ``0.42 EUR/part (0.31 to 0.53)``."""
    d = line.difference
    if d is None or d["value"] is None:
        return ""
    places = decimals(half_width(d["low"], d["high"]), d["value"])
    if not half_width(d["low"], d["high"]):
        whole = d["value"] == round(d["value"])
        return f"{number(abs(d['value']), 0 if whole else places)}{unit(line.unit)}"
    shown = f"{number(abs(d['value']), places)}{unit(line.unit)}"
    ends = sorted((d["low"], d["high"]), key=abs)
    if d["low"] < 0 < d["high"]:
        return f"{shown} ({span(d['low'], d['high'], places)})"
    return f"{shown} ({span(abs(ends[0]), abs(ends[1]), places)})"


def sentence(line: Line) -> str:
    """Return the finding about one KPI: "Cheaper by 0.42 EUR/part (0.31 to 0.53)"."""
    d = line.difference
    up = bool(d and d["value"] and d["value"] > 0)
    name = line.path.rsplit(".", 1)[-1]
    key = f"what_if.{name}_{'up' if up else 'down'}"
    if not known(key):
        key = f"what_if.any_{'up' if up else 'down'}"
    return t(key, kpi=names.kpi(line.path), amount=amount(line))


def verdict(lines: Sequence[Line]) -> tuple[str, str]:
    """Return the verdict sentence and what it leaves open, from the headline KPIs."""
    whose = _owners([line.path for line in lines])

    def told(line: Line) -> str:
        owner = whose[line.path]
        said = sentence(line)
        return t("what_if.whose", asset=owner, sentence=_lower(said)) if owner else said

    def within(line: Line) -> str:
        return told(line) if whose[line.path] else _lower(told(line))

    sure = [line for line in lines if line.verdict in {"better", "worse"}]
    unsure = [line for line in lines if line.verdict == "cannot tell"]
    if not sure:
        if not unsure:
            return t("what_if.nothing_moved"), t("what_if.nothing_moved_why")
        return t("what_if.cannot_tell_any"), _open(unsure, whose)
    first, rest = sure[0], sure[1:]
    worse = [line for line in sure if line.verdict == "worse"]
    head = told(first)
    if first.verdict == "better" and worse:
        head += t("what_if.but", sentence=within(worse[0]))
        rest = [line for line in rest if line is not worse[0]]
    elif first.verdict == "worse" and len(worse) < len(sure):
        gain = next(line for line in sure if line.verdict == "better")
        head += t("what_if.but", sentence=within(gain))
        rest = [line for line in rest if line is not gain]
    also = " ".join(told(line) + t("what_if.stop") for line in rest)
    return head, " ".join(part for part in (also, _open(unsure, whose)) if part)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _open(unsure: Sequence[Line], whose: Mapping[str, str]) -> str:
    if not unsure:
        return ""
    listed = t("what_if.comma").join(
        _named(line.path, whose[line.path])
        + (t("what_if.about_more", n=about(line)) if about(line) else "")
        for line in unsure
    )
    return t("what_if.cannot_tell_list", kpis=listed)


def _owners(paths: Sequence[str]) -> dict[str, str]:
    """Return whose each KPI is whose name another one has as well; else nothing.

    That is the asset, or what of the asset it is where the asset has several of that name.
    """
    often = Counter(names.kpi(path) for path in paths)
    within = Counter((names.kpi(path), path.split(".")[0]) for path in paths)
    found = dict.fromkeys(paths, "")
    for path in paths:
        if often[names.kpi(path)] > 1:
            asset = path.split(".")[0]
            found[path] = names.owner(path) if within[names.kpi(path), asset] > 1 else asset
    return found


def told_apart(paths: Sequence[str]) -> dict[str, str]:
    """Return the names of KPIs; where two have one name, with whose it is."""
    return {path: _named(path, owner) for path, owner in _owners(paths).items()}


def _named(path: str, owner: str) -> str:
    return f"{names.kpi(path)} · {owner}" if owner else names.kpi(path)
