"""What an experiment found, in words: from its gist or its document, pure but for the language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from twin.history import Experiment
from twin.ui import comparison, names
from twin.ui import draft as drafts
from twin.ui.comparison import Line
from twin.ui.i18n import known, t
from twin.ui.wording import number, trimmed, unit, with_band

SURE, LIKELY = 0.99, 0.9
MOST_NAMED = 3
"""Parameters that are named in a line; more are counted."""
Told = Mapping[str, Any]


# -- settings -----------------------------------------------------------------------------------


def parameter(path: str) -> str:
    """Return the name of a parameter, with its station or zone where there may be several."""
    pieces = path.split(".")
    name = names.parameter(path)
    return f"{name} ({pieces[-2]})" if len(pieces) > 3 else name


def value(written: Any, of: str = "") -> str:
    """Return the value of a parameter as people say it."""
    if isinstance(written, bool):
        return t("form.yes" if written else "form.no")
    if isinstance(written, (int, float)):
        return trimmed(float(f"{written:.4g}")) + unit(of)
    return names.word(str(written))


def setting(values: Mapping[str, Any], units: Mapping[str, str] | None = None) -> str:
    """Return a point as a phrase: ``Cutting speed 180 m/min and Coolant dry``."""
    told = [
        f"{parameter(path)} {value(written, (units or {}).get(path, ''))}"
        for path, written in values.items()
    ]
    if not told:
        return t("experiments.as_it_is")
    if len(told) == 1:
        return told[0]
    return t("experiments.and", first=t("experiments.comma").join(told[:-1]), last=told[-1])


def varied(paths: Sequence[str]) -> str:
    """Return what was varied, in a line."""
    listed = t("experiments.comma").join(parameter(path) for path in paths[:MOST_NAMED])
    more = len(paths) - MOST_NAMED
    return listed + (t("experiments.more", n=more) if more > 0 else "")


def design(kind: str, told: Told) -> str:
    """Return what kind of experiment it is: the name of its design."""
    key = f"experiments.kind_{told.get('design', kind) if kind == 'sweep' else kind}"
    return t(key if known(key) else "experiments.kind_other")


# -- findings -----------------------------------------------------------------------------------


def finding(one: Experiment) -> str:
    """Return the headline of one experiment of the history; what is not done yet has no finding."""
    if one.state != "done":
        return of_experiment(one)
    if not one.gist:
        return t("experiments.untold")
    return of_gist(one.kind, one.gist)


def of_gist(kind: str, told: Told, units: Mapping[str, str] | None = None) -> str:
    """Return the headline of a finished experiment."""
    if kind == "sweep":
        return _sweep(told, units)
    if kind == "optimise":
        return _search(told, units)
    lines = list(comparison.outcome(_padded(told)).lines)
    if kind == "compare":
        head, _rest = comparison.verdict(_ordered(lines))
        return head
    shown = [line for line in _ordered(lines) if line.base["value"] is not None][:2]
    return t("experiments.comma").join(
        f"{names.kpi(line.path)} {comparison.value_text(line.base)}" for line in shown
    )


def _padded(told: Told) -> dict[str, Any]:
    """A gist as a document: what a list does not need is left out of it."""
    return {"replications": 0, "run_id": "", **told}


def _ordered(lines: Sequence[Line]) -> list[Line]:
    order = {name: place for place, name in enumerate(comparison.FIRST)}
    return sorted(lines, key=lambda line: order.get(line.path.rsplit(".", 1)[-1], len(order)))


def _sweep(told: Told, units: Mapping[str, str] | None) -> str:
    chosen = told.get("best")
    if told["design"] in {"tornado", "sobol", "morris"}:
        return _weight(told)
    if chosen:
        return _best(told, chosen, units)
    if told["objective"]:
        return t("experiments.found_no_fit", n=told["points"])
    if told.get("pareto_of"):
        one, other = (names.kpi(kpi) for kpi in told["pareto_of"])
        of = told.get("results", told["points"])
        key = "experiments.found_front" + ("" if of == told["points"] else "_distinct")
        return t(key, n=told["front"], of=of, one=one, other=other)
    return t("experiments.found_points", n=told["points"], names=varied(told["varied"]))


def _weight(told: Told) -> str:
    """What weighs most, of a tornado, of Sobol' indices, or of a screening."""
    kpi, top = names.kpi(told["objective"]["kpi"]), told.get("top")
    if top is None:
        return t("experiments.found_no_spread", kpi=kpi)
    name = parameter(top["path"])
    if told["design"] == "sobol":
        share = max(0.0, min(1.0, top["total"][0]))
        return t("experiments.found_share", name=name, kpi=kpi, share=f"{100 * share:.0f}")
    if told["design"] == "tornado" and top["change"]["verdict"] == "cannot tell":
        return t("experiments.found_no_weight", kpi=kpi)
    return t("experiments.found_weight", name=name, kpi=kpi)


def _best(told: Told, chosen: Told, units: Mapping[str, str] | None) -> str:
    goal, gain, n = told["objective"], chosen.get("gain"), told["points"]
    where = setting(chosen["values"], units)
    sure = surely(chosen["p_correct"], n)
    if gain is None:
        kpi = chosen["kpi"]
        shown = with_band(kpi["value"], kpi["low"], kpi["high"]) + unit(kpi["unit"])
        return t("experiments.found_best", setting=where, kpi=names.kpi(goal["kpi"]), value=shown,
                 surely=sure)  # fmt: skip
    if set(told["varied"]) == set(told.get("no_difference", ())):
        return no_difference(told["varied"], goal["kpi"])
    if chosen.get("present"):
        return t("experiments.found_present", n=n)
    if not gain["value"] or gain["verdict"] == "worse":
        return t("experiments.found_none_better", n=n)
    if gain["verdict"] != "better":
        return t("experiments.found_unsure", setting=where, n=n)
    said = said_gain(goal["kpi"], chosen["kpi"]["unit"], gain)
    return t("experiments.found_gain", setting=where, gain=said, surely=sure)


def no_difference(paths: Sequence[str], kpi: str) -> str:
    """Return that some parameters made no difference to a KPI."""
    return t("experiments.no_difference", names=varied(paths), kpi=names.kpi(kpi))


def _search(told: Told, units: Mapping[str, str] | None) -> str:
    gain, goal = told["gain"], told["objective"]
    if not told["confirmed"]:
        return t("experiments.found_none" if told["limits_met"] else "experiments.found_no_limit")
    where = setting(told["best"]["values"], units)
    if gain["verdict"] != "better":
        return t("experiments.found_keeps", setting=where)
    said = said_gain(goal["kpi"], gain["unit"], gain)
    return t("experiments.found_confirmed", setting=where, gain=said)


def said_gain(kpi: str, of: str, gain: Told) -> str:
    """Return a difference as the middle of a sentence: ``faster by 12.4 parts/h (11.8 to 13)``."""
    text = comparison.sentence(Line(kpi, of, "", {}, {}, gain))
    return text if known(f"kpis.{text}") else text[:1].lower() + text[1:]


def surely(probability: float, n: int) -> str:
    """Return how surely a point is the best of ``n``."""
    if n == 1:
        return t("experiments.only_one")
    if probability >= SURE:
        return t("experiments.surely", n=n)
    key = "experiments.likely" if probability >= LIKELY else "experiments.perhaps"
    return t(key, n=n, p=f"{100 * max(probability, 0.0):.0f}")


def equals(n: int) -> str:
    """Return how many points the runs cannot tell from the best."""
    return t("experiments.equals", n=n) if n else t("experiments.no_equals")


# -- small things -------------------------------------------------------------------------------


def changed(payload: Mapping[str, Any]) -> str:
    """Return what a run or a comparison set otherwise, in a line."""
    values = {**(payload.get("base_values") or {}), **(payload.get("values") or {})}
    told = [f"{parameter(path)} {drafts.written(given)}" for path, given in values.items()]
    if not told:
        return t("experiments.as_it_is")
    more = len(told) - MOST_NAMED
    return t("experiments.comma").join(told[:MOST_NAMED]) + (
        t("experiments.more", n=more) if more > 0 else ""
    )


def of_experiment(one: Experiment) -> str:
    """Return what was varied or set in one experiment."""
    vary = one.payload.get("vary")
    if vary:
        return varied([str(text).partition("=")[0] for text in vary])
    # Of a run that the command line stored it is not known what --set it had.
    return f"#{one.run_id[:6]}" if one.id == one.run_id else changed(one.payload)


def size(one: Experiment) -> str:
    """Return how large an experiment was or is: points × runs, or runs."""
    if one.kind in {"sweep", "optimise"} and one.gist:
        n = one.gist["points"] or one.total
        return (
            f"{number(n, 0)} × {one.gist['replications']}" if one.kind == "sweep" else number(n, 0)
        )
    n = one.gist.get("replications") or one.payload.get("replications") or 0
    return number(float(n), 0) if n else ""
