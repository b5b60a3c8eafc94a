"""The right side of What-if: verdict, differences, figures, and traces of both variants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
import numpy as np
from dash import dcc, html
from dash.development.base_component import Component

from twin import jobs
from twin.scenario import Scenario
from twin.ui import comparison, figures, line_limit, names, runs
from twin.ui.comparison import Line, Outcome
from twin.ui.components import watch
from twin.ui.components.card import Chart, chart_card
from twin.ui.components.frame import Children, aria, mark, notice, sim_tag
from twin.ui.i18n import t
from twin.ui.pages._what_if_editor import FOREST, LUCK, TRACE, Ids
from twin.ui.wording import number, unit

FAVOURITES = ("wear", "wip", "temperature", "air", "power")
"""Channels that say most, tried in this order."""


def results() -> Component:
    """Return the right side, empty; callbacks fill it."""
    waiting = t("what_if.no_result")
    return html.Div(
        [
            html.P(id=Ids.NOTE, className="note amber", role="status"),
            html.Section(
                html.Div(skeleton(), id=Ids.VERDICT), className="card verdict",
                **aria(live="polite"),
            ),
            chart_card(FOREST, t("what_if.forest_noun"), height=280, waiting=waiting),
            html.Section(html.Div(id=Ids.FIGURES, className="figures-wrap"),
                         className="card figures-card"),
        ],
        className="results",
    )  # fmt: skip


def below(scenario: Scenario, kpi: str) -> Component:
    """Return the traces of both and the spread of luck, under the fold."""
    waiting = t("what_if.no_result")
    pick = {"size": "sm", "allowDeselect": False, "comboboxProps": {"shadow": "none"}}
    channel = dmc.Select(id=Ids.CHANNEL, data=[], **pick, **aria(label=t("what_if.channel")))
    offered = kpi_choices(scenario, kpi)
    picked = kpi if kpi in scenario.measures else (offered[0]["value"] if offered else None)
    figure = dmc.Select(id=Ids.KPI, data=offered, value=picked, **pick,
                        **aria(label=t("what_if.kpi")))  # fmt: skip
    left = chart_card(TRACE, t("what_if.trace_noun"), height=260, waiting=waiting, picker=channel)
    right = chart_card(LUCK, t("what_if.luck_noun"), height=260, waiting=waiting, picker=figure)
    return html.Div(
        [html.Div(left, className="two-thirds"), html.Div(right, className="third")],
        className="cards",
    )


def kpi_choices(scenario: Scenario, picked: str = "") -> list[dict[str, str]]:
    """Return the headline KPIs, and ``picked``; those of a node stand last: they take longest."""
    paths = comparison.headline(scenario)
    if picked in scenario.measures and picked not in paths:
        paths.append(picked)
    paths.sort(key=lambda path: runs.needs_sensors(scenario, [path]))
    return [{"value": path, "label": _kpi_label(scenario, path)} for path in paths]


def _kpi_label(scenario: Scenario, path: str) -> str:
    more = t("what_if.with_sensors") if runs.needs_sensors(scenario, [path]) else ""
    return f"{names.kpi(path)} · {names.owner(path)}{more}"


def told(scenario: Scenario, result: Outcome) -> list[Line]:
    """Return the KPIs that were computed; without its sensors a node has none."""
    return [line for line in result.lines
            if line.base["value"] is not None or not runs.needs_sensors(scenario, [line.path])
            ]  # fmt: skip


def lead(scenario: Scenario, result: Outcome) -> list[Line]:
    """Return the headline KPIs that were computed, those of what was changed in front."""
    there = {line.path for line in told(scenario, result)}
    found = [path for path in comparison.headline(scenario) if path in there]
    found.sort(key=lambda path: path.split(".")[0] not in result.changed)
    return result.pick(found)


def skeleton() -> list[Component]:
    """Return what stands in the verdict card until there is a verdict."""
    return [html.P(t("what_if.verdict_noun"), className="noun"),
            html.H2(t("what_if.no_result"), className="quiet")]  # fmt: skip


def finished(job_id: str) -> Outcome | None:
    """Return the outcome of a job that is done; None while there is none."""
    if not job_id:
        return None
    job = jobs.get(job_id)
    if job.state != "done" or not job.result:
        return None
    return comparison.outcome(job.result, job.payload.get("values", ()))


def trouble(phase: dict[str, str]) -> list[Component]:
    """Return the verdict card of a job that was cancelled, failed or is not known."""
    state = phase["state"]
    level: Any = "amber" if state == "cancelled" else "red"
    return [notice(level, t(f"what_if.{state}"), watch.reason(phase))]


# -- verdict ------------------------------------------------------------------------------------


def verdict(scenario: Scenario, result: Outcome, job: str = "") -> list[Component]:
    """Return the verdict card, marked with the job that it is of."""
    lines, of = lead(scenario, result), dict[str, Any]({"data-job": job})
    noun = html.Div(
        [html.Span(t("what_if.verdict_noun")), sim_tag(),
         html.Span(t("what_if.paired" if result.compared else "what_if.runs",
                     n=result.replications))],
        className="noun verdict-noun", **of,
    )  # fmt: skip
    if not result.compared:
        return [noun, html.H2(_baseline_sentence(lines), className="verdict-words"),
                html.P(t("what_if.move"), className="quiet")]  # fmt: skip
    head, rest = comparison.verdict(lines)
    parts: list[Component] = [noun, html.H2(head, className="verdict-words")]
    if rest:
        parts.append(html.P(rest, className="quiet"))
    moved = line_limit.moved(scenario, result.base_run, result.candidate_run)
    return [*parts, *(html.P(words, className="quiet") for words in moved)]


def _baseline_sentence(lines: Sequence[Line]) -> str:
    shown = [line for line in lines if line.base["value"] is not None][:2]
    called = comparison.told_apart([line.path for line in lines])
    listed = t("what_if.comma").join(
        f"{called[line.path]} {comparison.value_text(line.base)}" for line in shown
    )
    return t("what_if.baseline_is", kpis=listed)


# -- differences --------------------------------------------------------------------------------


def forest(scenario: Scenario, result: Outcome | None, theme: str) -> Chart:
    """Return the forest plot of the headline KPIs."""
    if result is None:
        return Chart(t("what_if.forest_none"), None, t("what_if.no_result"))
    lines = lead(scenario, result)
    head = [t("what_if.col_kpi"), t("what_if.col_relative"), t("what_if.col_low"),
            t("what_if.col_high"), t("what_if.col_verdict")]  # fmt: skip
    called = comparison.told_apart([line.path for line in lines])
    rows = [whisker(line, called[line.path]) for line in lines]
    drawn = [row for row in rows if row is not None]
    if not result.compared or not drawn:
        return Chart(t("what_if.forest_none"), None, t("what_if.forest_none_why"))
    figure = figures.forest(drawn, theme, axis=t("what_if.forest_axis"), zero=t("what_if.baseline"))
    better = sum(line.verdict == "better" for line in lines)
    worse = sum(line.verdict == "worse" for line in lines)
    finding = t("what_if.forest_finding", better=better, worse=worse,
                open=len(lines) - better - worse)  # fmt: skip
    table = [[row.name, number(row.value, 2), number(row.low, 2), number(row.high, 2), row.label]
             for row in drawn]  # fmt: skip
    return Chart(finding, figure, t("what_if.forest_caption", n=result.replications), head, table)


def whisker(line: Line, name: str = "") -> figures.Whisker | None:
    """Return one row of the forest plot; None where per cent of the baseline has no sense."""
    relative = line.relative
    if relative is None:
        return None
    label = f"{comparison.difference_text(line)}, {comparison.verdict_text(line)}"
    settled = line.verdict in {"better", "worse"}
    word = t(f"what_if.{line.verdict.replace(' ', '_')}") if line.verdict else t("what_if.same")
    return figures.Whisker(
        name or names.kpi(line.path), *relative, settled, line.verdict == "worse", label, word
    )


def figure_table(scenario: Scenario, result: Outcome) -> list[Component]:
    """Return the figures: headline KPIs as rows, all of them one click away."""
    every = told(scenario, result)
    columns = ["col_kpi", "baseline"]
    if result.compared:
        columns += ["candidate", "difference", "col_verdict"]
    head = html.Thead(html.Tr([html.Th(t(f"what_if.{name}"), scope="col") for name in columns]))
    body = html.Tbody([_row(line, result.compared) for line in lead(scenario, result)])
    # Drawing hundreds of rows takes as long as all the rest: only for who opens them.
    more = {"head": [t(f"what_if.{name}") for name in columns],
            "body": [_flat(line, result.compared) for line in every]}  # fmt: skip
    return [
        html.P(t("what_if.figures_noun"), className="noun"),
        html.Div(html.Table([head, body], className="figures"), className="table-wide",
                 tabIndex=0, role="region", **aria(label=t("what_if.figures_noun"))),
        html.Details(
            [html.Summary(t("what_if.all_figures", n=len(every)), id=Ids.EVERY, n_clicks=0),
             dcc.Store(id=Ids.EVERY_ROW, data=more),
             html.Div(dmc.Table(id=Ids.EVERY_TABLE), className="table-scroll", tabIndex=0,
                      role="region", **aria(label=t("what_if.all_figures", n=len(every))))],
        ),
    ]  # fmt: skip


def _cells(line: Line, compared: bool) -> list[str]:
    """Name, owner and unit, baseline, candidate, difference and verdict of one KPI."""
    cells = [names.kpi(line.path), _small(line), comparison.band(line.base)]
    if compared:
        candidate = comparison.band(line.candidate) if line.candidate else "–"
        cells += [candidate, comparison.bare_difference(line), comparison.verdict_text(line)]
    return cells


def _small(line: Line) -> str:
    of = names.owner(line.path)
    return f"{of},{unit(line.unit)}" if unit(line.unit) else of


def _flat(line: Line, compared: bool) -> list[str]:
    name, small, *rest = _cells(line, compared)
    return [f"{name} · {small}", *rest]


def _two_lines(cell: str) -> list[Children]:
    """A figure, and its interval in brackets under it."""
    value, bracket, interval = cell.partition(" (")
    return [value, html.Span("(" + interval, className="of small")] if bracket else [cell]


def _row(line: Line, compared: bool) -> Component:
    name, small, *cells = _cells(line, compared)
    tds: list[Component] = [html.Th([name, html.Span(small, className="of small")], scope="row")]
    tds += [html.Td(_two_lines(cell), className="number") for cell in cells]
    if compared and line.verdict == "worse":
        tds[-1] = html.Td(mark("amber", cells[-1]), className="said")
    elif compared and line.verdict == "better":
        tds[-1] = html.Td(html.Span(cells[-1], className="accent strong"), className="said")
    elif compared:
        tds[-1] = html.Td(cells[-1], className="quiet said")
    return html.Tr(tds)


# -- traces -------------------------------------------------------------------------------------


def channel_choices(scenario: Scenario, result: Outcome) -> list[dict[str, str]]:
    """Return the channels that were sampled, the most telling first."""
    found = runs.channels(result.base_run)
    rank = {name: place for place, name in enumerate(FAVOURITES)}
    found.sort(key=lambda pair: rank.get(pair[1], len(rank)))
    return [
        {"value": f"{source}/{name}", "label": f"{names.word(name).capitalize()} · {source}"}
        for source, name in found
        if name not in {"tool"}
    ]


def keep(value: str | None, offered: list[dict[str, str]]) -> str | None:
    """Return what was picked before if it is still there, else the first."""
    values = [one["value"] for one in offered]
    return value if value in values else (values[0] if values else None)


def trace(scenario: Scenario, result: Outcome | None, picked: str | None, theme: str) -> Chart:
    """Return one channel of both variants over time, from the first replication."""
    if result is None or not picked or "/" not in picked:
        return Chart(t("what_if.trace_none"), None, t("what_if.no_result"))
    source, name = picked.split("/", 1)
    declared = runs.channel(scenario, source, name)
    lines = [(t("what_if.baseline"), result.base_run, False)]
    if result.compared:
        lines.append((t("what_if.candidate"), result.candidate_run, True))
    drawn = [
        figures.Trace(label, *runs.series(run, source, name, declared.unit), is_candidate)
        for label, run, is_candidate in lines
    ]
    word = names.word(name)
    figure = figures.traces(
        drawn, theme, axis=f"{word}{_bracket(declared.unit)}", time_axis=t("what_if.time_axis"),
        limit=_wear_limit(scenario, source, name),
    )  # fmt: skip
    peaks = [float(np.nanmax(one.value)) for one in drawn]
    values = t("what_if.comma").join(
        f"{one.name} {number(peak)}{unit(declared.unit)}"
        for one, peak in zip(drawn, peaks, strict=True)
    )
    finding = t("what_if.trace_finding", channel=word, values=values)
    rows = [
        [one.name, number(time / 60, 1), number(value, 4)]
        for one in drawn
        for time, value in zip(*figures.thin(one.time, one.value, 60), strict=True)
    ]
    head = [t("what_if.col_variant"), t("what_if.col_time"), f"{word}{_bracket(declared.unit)}"]
    return Chart(finding, figure, t("what_if.trace_caption"), head, rows)


def _bracket(text: str) -> str:
    return "" if text in {"", "1"} else f" [{text}]"


def _wear_limit(scenario: Scenario, source: str, name: str) -> tuple[float, str] | None:
    path = f"{source}.wear_limit"
    if name != "wear" or source not in scenario.entries:
        return None
    return float(scenario.value(path)), names.parameter(path)


def luck(result: Outcome | None, kpi: str | None, theme: str) -> Chart:
    """Return every replication of one KPI: the same luck under both variants."""
    if result is None or not kpi:
        return Chart(t("what_if.luck_none"), None, t("what_if.no_result"))
    line = next((line for line in result.lines if line.path == kpi), None)
    base = runs.replications(result.base_run, kpi)
    if line is None or not base:
        return Chart(t("what_if.luck_none"), None, t("what_if.luck_none_why"))
    name = comparison.told_apart([one.path for one in result.lines])[kpi]
    axis = f"{names.kpi(kpi)}{_bracket(line.unit)}"
    if not result.compared:
        figure = figures.spread(base, theme, name=t("what_if.baseline"), axis=axis)
        finding = f"{name} {comparison.value_text(line.base)}"
        rows = [[str(i + 1), number(a, 4)] for i, a in enumerate(base)]
        return Chart(finding, figure, t("what_if.luck_caption_one"),
                     [t("what_if.col_run"), t("what_if.baseline")], rows)  # fmt: skip
    candidate = runs.replications(result.candidate_run, kpi)
    both = (t("what_if.baseline"), t("what_if.candidate"))
    figure = figures.pairs(base, candidate, theme, names=both, axis=axis)
    up = sum(b > a for a, b in zip(base, candidate, strict=True))
    down = sum(b < a for a, b in zip(base, candidate, strict=True))
    finding = t("what_if.luck_finding", kpi=name, up=up, down=down, n=len(base))
    rows = [[str(i + 1), number(a, 4), number(b, 4)]
            for i, (a, b) in enumerate(zip(base, candidate, strict=True))]  # fmt: skip
    return Chart(finding, figure, t("what_if.luck_caption"), [t("what_if.col_run"), *both], rows)
