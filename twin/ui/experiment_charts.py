"""Charts of sweeps and searches: the document → figure, finding, table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from twin.experiment.designs import front as front_of
from twin.ui import experiment_words as words
from twin.ui import figures_experiments as drawn
from twin.ui import figures_weights as weighed
from twin.ui import names
from twin.ui.components.card import Chart
from twin.ui.experiment_told import Found, bracket, change_text, limit_text, triple
from twin.ui.figures import named_line
from twin.ui.figures_experiments import Pair, Spot
from twin.ui.i18n import t
from twin.ui.theme import palette
from twin.ui.wording import decimals, half_width, number, signed, span, with_band
from twin.ui.wording import unit as behind

UNKNOWN = "–"


def main(found: Found, kpi: str, path: str, theme: str) -> Chart:
    """Draw a KPI over what varied: a line, a heat map, or a cloud over one parameter."""
    spots = _spots(found, kpi, path)
    if not spots:
        return Chart(t("experiments.nothing_drawn"), None, t("experiments.kpi_unknown"))
    if found.design == "grid" and len(found.paths) == 2:
        figure = _heat(found, kpi, theme)
        beside = any(kpi in point.get("difference", {}) for point in found.points)
        caption = t("experiments.heat_beside" if beside else "experiments.heat_caption")
    else:
        draw = drawn.one_factor if len(found.paths) == 1 else drawn.cloud
        figure = draw(spots, theme, marks=found.marks, x_axis=found.axis_of(path),
                      y_axis=found.axis(kpi), now=_now(found, path))  # fmt: skip
        for limit in found.limits():
            if limit[0] == kpi:
                named_line(figure, limit[2], limit_text(*limit, found.measures), palette(theme))
        caption = t("experiments.line_caption" if len(found.paths) == 1
                    else "experiments.cloud_caption", name=words.parameter(path))  # fmt: skip
        caption += marks_words(found)
    top = max(spots, key=lambda spot: spot.y if found.better(kpi) else -spot.y)
    said = t("experiments.chart_best", kpi=found.name(kpi), value=found.text(top.number, kpi),
             setting=found.setting(top.number))  # fmt: skip
    return Chart(said, figure, caption, *points_table(found, [kpi]))


def _spots(found: Found, kpi: str, path: str) -> list[Spot]:
    spots = []
    for place, point in enumerate(found.points):
        figures = found.figure(place, kpi)
        if figures is not None:
            at = point["values"][path]
            shown = words.value(at) if isinstance(at, (bool, str)) else at
            label = f"{found.setting(place)}: {found.text(place, kpi)}"
            spots.append(Spot(place, shown, *figures, label))
    return spots


def _now(found: Found, path: str) -> tuple[float, str] | None:
    now = found.dimension(path)["now"]
    if isinstance(now, bool) or not isinstance(now, (int, float)):
        return None
    return float(now), t("experiments.now")


def _heat(found: Found, kpi: str, theme: str) -> Any:
    xs, ys = (_values(found, path) for path in found.paths)
    shape = (len(ys), len(xs))
    values, numbers = np.full(shape, np.nan), np.full(shape, -1)
    texts = [[""] * len(xs) for _ in ys]
    for place, point in enumerate(found.points):
        x, y = (_values(found, path).index(point["values"][path]) for path in found.paths)
        figures = found.figure(place, kpi)
        numbers[y, x] = place
        if figures is not None:
            values[y, x] = figures[0]
            star = "★ " if place == found.marks.best else ""
            equal = " ~" if place in found.marks.as_good else ""
            told = point.get("difference", {}).get(kpi)
            shown = change_text(told) if told else with_band(*figures).split(" ±")[0]
            texts[y][x] = star + shown + equal
    named_xs, named_ys = ([words.value(one) for one in axis] for axis in (xs, ys))
    return drawn.two_factors(
        drawn.Table(named_xs, named_ys, values, texts, numbers), theme, marks=found.marks,
        x_axis=found.axis_of(found.paths[0]), y_axis=found.axis_of(found.paths[1]),
        unit=behind(found.measures[kpi]["unit"]).strip(),
    )  # fmt: skip


def _values(found: Found, path: str) -> list[Any]:
    listed = list(dict.fromkeys(point["values"][path] for point in found.points))
    return listed if found.dimension(path)["options"] else sorted(listed)


def marks_words(found: Found) -> str:
    """Return what the star and the open points of a chart mean; empty when there are none."""
    return "" if found.marks.best is None else " " + t("experiments.marks")


def points_table(found: Found, kpis: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    """Return head and rows of the points with some KPIs and their intervals."""
    head = [found.axis_of(path) for path in found.paths]
    for kpi in kpis:
        low, high = t("experiments.low"), t("experiments.high")
        head += [found.axis(kpi), low, high]
    rows = []
    for place, point in enumerate(found.points):
        row = [words.value(point["values"].get(path, "")) for path in found.paths]
        for kpi in kpis:
            row += _cells(found.figure(place, kpi))
        rows.append(row)
    return head, rows


def _cells(figures: tuple[float, float, float] | None) -> list[str]:
    if figures is None:
        return [UNKNOWN] * 3
    places = decimals(half_width(*figures[1:]), figures[0])
    return [number(one, places) for one in figures]


# -- two KPIs -----------------------------------------------------------------------------------


def pareto(found: Found, one: str, other: str, theme: str) -> Chart:
    """Draw two KPIs of every point, and those that no other beats in both."""
    pairs, scores = [], []
    for place in range(len(found.points)):
        x, y = found.figure(place, one), found.figure(place, other)
        if x is None or y is None or one == other:
            continue
        label = f"{found.setting(place)}: {found.text(place, one)}, {found.text(place, other)}"
        pairs.append(Pair(place, x, y, label))
        scores.append((_turned(found, one, x), _turned(found, other, y)))
    if not pairs:
        why = "experiments.two_alike" if one == other else "experiments.kpi_unknown"
        return Chart(t("experiments.nothing_drawn"), None, t(why))
    on = [pairs[place].number for place in front_of(scores)]
    base_x, base_y = found.base(one), found.base(other)
    now = (base_x[0], base_y[0], t("experiments.now")) if base_x and base_y else None
    figure = drawn.front(pairs, on, theme, best=found.marks.best, x_axis=found.axis(one),
                         y_axis=found.axis(other), now=now)  # fmt: skip
    said = _on_front(pairs, on)
    caption = t("experiments.front_caption",
                one=t(f"experiments.wants_{'more' if found.better(one) else 'less'}",
                      kpi=found.name(one)),
                other=t(f"experiments.wants_{'more' if found.better(other) else 'less'}",
                        kpi=found.name(other)))  # fmt: skip
    head, rows = points_table(found, [one, other])
    rows = [[*row, "◆" if place in on else ""] for place, row in enumerate(rows)]
    return Chart(said, figure, caption, [*head, t("experiments.col_front")], rows)


def _on_front(pairs: Sequence[Pair], on: Sequence[int]) -> str:
    """How many are beaten by none; points with the same result count once."""
    results = {(pair.x, pair.y) for pair in pairs}
    best = {(pair.x, pair.y) for pair in pairs if pair.number in on}
    key = "experiments.front_finding" + ("" if len(results) == len(pairs) else "_distinct")
    return t(key, n=len(best), of=len(results))


def _turned(found: Found, kpi: str, figures: tuple[float, float, float]) -> float:
    """The mean of a KPI, turned so that more is better."""
    return figures[0] if found.better(kpi) else -figures[0]


# -- what weighs most ---------------------------------------------------------------------------


def tornado(found: Found, theme: str) -> Chart:
    """Draw what the goal does when each parameter alone goes to its ends."""
    bars = [bar for bar in found.document["tornado"] if bar["change"]["value"] is not None]
    if not bars:
        return Chart(t("experiments.nothing_drawn"), None, t("experiments.kpi_unknown"))
    swings = [
        weighed.Swing(words.parameter(bar["path"]),
                      words.value(bar["value"], found.units[bar["path"]]),
                      *(triple(bar["change"]) or (0.0, 0.0, 0.0)), bar["change"]["verdict"])
        for bar in bars
    ]  # fmt: skip
    figure = weighed.tornado(swings, theme, axis=t("experiments.change_axis",
                             kpi=found.axis(found.goal)), zero=t("experiments.now"))  # fmt: skip
    head = [t("experiments.col_parameter"), t("experiments.col_now"), t("experiments.col_at"),
            found.axis(found.goal), t("experiments.low"), t("experiments.high"),
            t("what_if.col_verdict")]  # fmt: skip
    rows = []
    for bar, swing in zip(bars, swings, strict=True):
        low, high = bar["change"]["low"], bar["change"]["high"]
        places = decimals(half_width(low, high), bar["change"]["value"])
        now = words.value(found.dimension(bar["path"])["now"], found.units[bar["path"]])
        rows.append([swing.name, now, swing.at, signed(bar["change"]["value"], places),
                     signed(low, places), signed(high, places),
                     verdict(swing.verdict)])  # fmt: skip
    widest = max(range(len(bars)), key=lambda place: abs(bars[place]["change"]["value"]))
    said = t("experiments.tornado_finding", change=rows[widest][3] + behind(found.measures[
             found.goal]["unit"]), setting=f"{rows[widest][0]} {rows[widest][2]}")  # fmt: skip
    return Chart(said, figure, t("experiments.tornado_caption"), head, rows)


def verdict(word: str) -> str:
    """Return a verdict in words."""
    return t("what_if." + word.replace(" ", "_"))


def sobol(found: Found, theme: str) -> Chart:
    """Draw the share of the goal's variance that each parameter explains."""
    rows = [share for share in found.document["sobol"] if share["total"][0] is not None]
    if not rows:
        return Chart(t("experiments.nothing_drawn"), None, t("experiments.no_spread"))
    rows.sort(key=lambda share: -share["total"][0])
    alone, altogether = t("experiments.alone"), t("experiments.altogether")
    figure = weighed.weights(
        [weighed.Weight(words.parameter(row["path"]), ends(row["first"]), ends(row["total"]))
         for row in rows],
        theme, axis=t("experiments.share_axis", kpi=names.kpi(found.goal)),
        words=(alone, altogether),
    )  # fmt: skip
    head = [t("experiments.col_parameter"), alone, t("experiments.low"), t("experiments.high"),
            altogether, t("experiments.low"), t("experiments.high")]  # fmt: skip
    body = [[words.parameter(row["path"]), *(number(value, 2) for value in row["first"]),
             *(number(value, 2) for value in row["total"])] for row in rows]  # fmt: skip
    top = rows[0]
    said = t("experiments.sobol_finding", name=words.parameter(top["path"]),
             alone=number(top["first"][0], 2), total=number(top["total"][0], 2))  # fmt: skip
    return Chart(said, figure, t("experiments.sobol_caption"), head, body)


def morris(found: Found, theme: str) -> Chart:
    """Draw how much each parameter moves the goal over its range, by screening."""
    rows = [one for one in found.document["morris"] if one["weight"][0] is not None]
    if not rows:
        return Chart(t("experiments.nothing_drawn"), None, t("experiments.no_spread"))
    drawn_ = [(words.parameter(one["path"]), *ends(one["weight"])) for one in rows]
    figure = weighed.effects(drawn_, theme, axis=t("experiments.change_axis",
                             kpi=found.axis(found.goal)))  # fmt: skip
    of = behind(found.measures[found.goal]["unit"])
    name, *top = drawn_[0]
    said = t("experiments.morris_finding", name=name, weight=with_band(*top) + of)
    head = [t("experiments.col_parameter"), found.axis(found.goal), t("experiments.low"),
            t("experiments.high"), t("experiments.col_spread")]  # fmt: skip
    body = [[name, *_cells((value, low, high)), number(one["spread"])]
            for one, (name, value, low, high) in zip(rows, drawn_, strict=True)]  # fmt: skip
    return Chart(said, figure, t("experiments.morris_caption"), head, body)


def ends(share: Sequence[float | None]) -> tuple[float, float, float]:
    """Return a share with its interval; ends that are unknown stand at the share."""
    value, low, high = (0.0 if share[0] is None else share[0], *share[1:])
    return value, value if low is None else low, value if high is None else high


# -- a search -----------------------------------------------------------------------------------


def trace(found: Found, theme: str) -> Chart:
    """Draw every point that a search tried, and the best so far."""
    sign = 1.0 if found.maximise else -1.0
    tried = [(place, trial) for place, trial in enumerate(found.document["trials"], 1)
             if trial["score"] is not None]  # fmt: skip
    if not tried:
        return Chart(t("experiments.nothing_drawn"), None, t("experiments.kpi_unknown"))
    of = found.measures[found.goal]["unit"]
    steps = [
        weighed.Step(place, sign * trial["score"], (trial["excess"] or 0.0) <= 0,
                     f"{words.setting(trial['point'], found.units)}: "
                     f"{words.value(sign * trial['score'], of)}")
        for place, trial in tried
    ]  # fmt: skip
    figure = weighed.trace(
        steps, theme, maximise=found.maximise, x_axis=t("experiments.try_axis"),
        y_axis=found.axis(found.goal), base=(_base_of_search(found), t("experiments.now")),
        words=(t("experiments.kept"), t("experiments.not_kept")),
    )  # fmt: skip
    kept = sum(step.kept for step in steps)
    said = t("experiments.trace_finding", n=len(steps), kept=kept)
    if not found.limits():
        said = t("experiments.trace_finding_free", n=len(steps))
    head = ["#", *(found.axis_of(path) for path in found.paths), found.axis(found.goal)]
    rows = [[str(step.number),
             *(words.value(found.document["trials"][step.number - 1]["point"][path])
               for path in found.paths), number(step.value)] for step in steps]  # fmt: skip
    runs = found.document["replications"]["search"]
    return Chart(said, figure, t("experiments.trace_caption", n=runs), head, rows)


def _base_of_search(found: Found) -> float:
    """The goal of the scenario as it is, on the luck of the search: what the promise is beside."""
    sign = 1.0 if found.maximise else -1.0
    trials = found.document["trials"]
    first = found.document["finalists"][0]
    score = next(trial["score"] for trial in trials if trial["point"] == first)
    return float(sign * (score - (found.document["search_gain"] or 0.0)))


def gain(found: Found, theme: str) -> Chart:
    """Draw what the search promised beside what fresh runs confirmed."""
    told = found.document["gain"]
    confirmed = triple(told)
    if confirmed is None:
        return Chart(t("experiments.nothing_drawn"), None, t("experiments.kpi_unknown"))
    sign = 1.0 if found.maximise else -1.0
    promised = sign * (found.document["search_gain"] or 0.0)
    places = decimals(half_width(told["low"], told["high"]), told["value"])
    of = behind(told["unit"])
    words_ = (t("experiments.promised"), t("experiments.confirmed"))
    figure = weighed.gains(promised, confirmed, theme, words=words_,
                           axis=t("experiments.change_short") + bracket(told["unit"]),
                           settled=told["verdict"] != "cannot tell")  # fmt: skip
    ends = f"{signed(told['value'], places)}{of} ({span(told['low'], told['high'], places)})"
    said = t("experiments.gain_finding", gain=ends, promised=signed(promised, places) + of)
    head = ["", found.axis(found.goal), t("experiments.low"), t("experiments.high")]
    rows = [[words_[0], signed(promised, places), UNKNOWN, UNKNOWN],
            [words_[1], *(signed(told[key], places) for key in ("value", "low", "high"))],
            ]  # fmt: skip
    return Chart(said, figure, t("experiments.gain_caption", n=told["n"]), head, rows)


def file_name(title: str) -> str:
    """Return a title as the name of a file.

    >>> file_name("Gearbox line, one day")
    'gearbox-line-one-day'
    """
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "experiment"
