"""One finished run, or two beside each other: figures with intervals, differences in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import Dash, Input, State, dcc, html
from dash.development.base_component import Component

from twin import jobs, store
from twin.errors import BadInput
from twin.experiment.stored import compare_stored
from twin.ui import comparison, links, names, refusals, shell
from twin.ui import experiment_words as words
from twin.ui.comparison import Line, Outcome
from twin.ui.components import card, watch
from twin.ui.components.card import Chart, chart_card
from twin.ui.components.frame import aria, icon, notice, page, sim_tag
from twin.ui.context import Context
from twin.ui.figures import Whisker, forest
from twin.ui.i18n import t
from twin.ui.links import View
from twin.ui.pages._experiments_ids import PAGE, Ids
from twin.ui.wording import UNKNOWN, day_or_hour, number, unit

PAIR = "run-differences"


def pair(view: View) -> Component:
    """Return the page of two stored runs beside each other."""
    chosen = view.all("pair")[:2]
    back = _back(view)
    try:
        document = compare_stored(*(chosen if len(chosen) == 2 else (*chosen, "", "")[:2]))
    except BadInput as error:
        why = "\n".join(map(refusals.said, error.faults))
        return page(PAGE, notice("amber", t("experiments.pair_refused"), why), aside=back)
    told = comparison.outcome(document)
    runs = [store.get_run(one) for one in chosen]
    lines = [line for line in told.lines if line.base["value"] is not None]
    head, rest = comparison.verdict(_lead(document, told))
    noun = [html.Span(t("experiments.pair_noun")), sim_tag(),
            html.Span(t("what_if.paired", n=told.replications))]  # fmt: skip
    base, candidate = ({"title": names.scenario(run.title), "at": _when(run.created)}
                       for run in runs)  # fmt: skip
    said = [
        html.P(t("experiments.pair_base", **base)),
        html.P(t("experiments.pair_candidate", **candidate)),
        html.P(t("experiments.pair_changed", changes=_changes(document)), className="quiet"),
    ]
    return page(
        PAGE,
        dcc.Store(id=Ids.OF, data={"pair": list(chosen)}),
        html.Section([html.Div(noun, className="noun verdict-noun"),
                      html.H2(head, className="verdict-words"),
                      *([html.P(rest, className="quiet")] if rest else []), *said],
                     className="card verdict"),
        chart_card(PAIR, t("what_if.forest_noun"), height=300,
                   waiting=t("experiments.nothing_moved")),
        _table(lines, t("experiments.pair_noun")),
        aside=back,
    )  # fmt: skip


def _back(view: View) -> Component:
    back = dcc.Link([icon("history"), t("experiments.back")],
                    href=links.write(PAGE, view.scenario), className="with-icon")  # fmt: skip
    return html.Div(back, className="page-aside")


def _lead(document: Mapping[str, Any], told: Outcome) -> list[Line]:
    kpis = document["difference"]["kpis"]
    shown = [line for line in told.lines if kpis.get(line.path, {}).get("headline")]
    order = {name: place for place, name in enumerate(comparison.FIRST)}
    shown.sort(key=lambda line: order.get(line.path.rsplit(".", 1)[-1], len(order)))
    return [line for line in shown if line.base["value"] is not None] or list(told.lines)


def _when(created: str) -> str:
    return created[:16].replace("T", " ")


def _changes(document: Mapping[str, Any]) -> str:
    changed = document["changed"]
    told = [f"{words.parameter(path)} {words.value(one['from'])} → {words.value(one['to'])}"
            for path, one in list(changed.items())[: words.MOST_NAMED * 2]]  # fmt: skip
    more = len(changed) - len(told)
    listed = t("experiments.comma").join(told) or t("experiments.pair_alike")
    return listed + (t("experiments.more", n=more) if more > 0 else "")


def _table(lines: Sequence[Line], label: str) -> Component:
    compared = any(line.difference for line in lines)
    keys = [
        "col_kpi",
        "baseline",
        *(["candidate", "difference", "col_verdict"] if compared else []),
    ]
    heads = [t(f"what_if.{key}") for key in keys]
    if not compared:
        heads[1] = t("experiments.col_value")
    head = html.Thead(html.Tr([html.Th(text, scope="col") for text in heads]))
    body = html.Tbody([_line(line, compared) for line in lines])
    return html.Section(
        [html.P(t("what_if.figures_noun"), className="noun"),
         html.H2(t("what_if.all_figures", n=len(lines))),
         html.Div(html.Table([head, body], className="figures"), className="table-wide",
                  tabIndex=0, role="region", **aria(label=label))],
        className="card",
    )  # fmt: skip


def _line(line: Line, compared: bool) -> Component:
    owner = names.owner(line.path)
    of = html.Span(" · ".join(part for part in (owner, unit(line.unit).strip()) if part),
                   className="of small")  # fmt: skip
    cells = [html.Th([names.kpi(line.path), of], scope="row"),
             html.Td(comparison.band(line.base), className="number")]  # fmt: skip
    if compared:
        candidate = comparison.band(line.candidate) if line.candidate else UNKNOWN
        cells += [html.Td(candidate, className="number"),
                  html.Td(comparison.bare_difference(line), className="number"),
                  html.Td(comparison.verdict_text(line), className="said")]  # fmt: skip
    return html.Tr(cells)


# -- one run ------------------------------------------------------------------------------------


def stored(view: View, context: Context, identity: str) -> Component:
    """Return the page of one stored run: what it was, and every figure of it."""
    run = store.get_run(identity)
    document = run.document()
    name = next((one for one, file in context.scenarios.items() if str(file) == run.file), "")
    ways: list[Component] = []
    if name:
        address = links.write("streams", name, {"run": run.run_id})
        ways = [html.P(dcc.Link([icon("activity"), t("experiments.to_streams")], href=address,
                                className="with-icon"))]  # fmt: skip
    return _one(view, names.scenario(run.title), _when(run.created), document, ways)


def of_job(view: View, job: jobs.Job) -> Component:
    """Return the page of a run or comparison of the queue whose scenario is not offered here."""
    if job.state != "done":
        state = html.Div(watch.strip(PAGE, job.id), className="page-watch")
        why = job.error or watch.words(job)
        return page(PAGE, state, notice("empty", t(f"experiments.is_{job.state}"), why),
                    aside=_back(view))  # fmt: skip
    title = str(job.payload.get("scenario", ""))
    return _one(view, title, day_or_hour(job.created), job.result, [])


def _one(
    view: View, title: str, at: str, document: Mapping[str, Any], ways: list[Component]
) -> Component:
    told = comparison.outcome(document)
    lines = [line for line in told.lines if line.base["value"] is not None]
    noun = [html.Span(f"{title} · {at}"), sim_tag(),
            html.Span(t("what_if.runs", n=told.replications))]  # fmt: skip
    shown = lines[:2]
    head = t("experiments.comma").join(
        f"{names.kpi(line.path)} {comparison.value_text(line.base)}" for line in shown
    )
    if told.compared:
        head = comparison.verdict(_lead(document, told))[0]
    return page(
        PAGE,
        html.Section([html.Div(noun, className="noun verdict-noun"),
                      html.H2(head, className="verdict-words"), *ways], className="card verdict"),
        _table(lines, title),
        aside=_back(view),
    )  # fmt: skip


# -- the chart ----------------------------------------------------------------------------------


def register(app: Dash) -> None:
    """Register the callback that draws two runs beside each other."""

    @app.callback(
        *card.chart_outputs(PAIR), Input(shell.THEME, "data"), Input(Ids.OF, "data"),
        State(Ids.OF, "data"),
    )  # fmt: skip
    def draw(theme: str, of: dict[str, Any], _same: Any) -> tuple[Any, ...]:
        if not of or "pair" not in of:
            return card.unchanged()
        document = compare_stored(*of["pair"])
        return card.chart_values(chart(_lead(document, comparison.outcome(document)), theme))


def chart(lines: Sequence[Line], theme: str) -> Chart:
    """Draw the differences of the headline KPIs in per cent, with their intervals."""
    drawn = [(line, line.relative) for line in lines if line.relative is not None]
    if not drawn:
        return Chart(t("experiments.nothing_drawn"), None, t("experiments.nothing_moved"))
    called = comparison.told_apart([line.path for line, _relative in drawn])
    rows = [
        Whisker(called[line.path], *(relative or (0.0, 0.0, 0.0)),
                line.verdict in {"better", "worse"}, line.verdict == "worse",
                f"{called[line.path]}: {comparison.difference_text(line)}",
                comparison.verdict_text(line).split(" (")[0])
        for line, relative in drawn
    ]  # fmt: skip
    count = {word: sum(line.verdict == word for line, _r in drawn)
             for word in ("better", "worse", "cannot tell")}  # fmt: skip
    finding = t("what_if.forest_finding", better=count["better"], worse=count["worse"],
                open=count["cannot tell"])  # fmt: skip
    difference = lines[0].difference or {}
    caption = t("what_if.forest_caption", n=difference.get("n", 0))
    head = [t(f"what_if.col_{key}") for key in ("kpi", "relative", "low", "high", "verdict")]
    body = [[called[line.path], *(number(one, 1) for one in relative or ()),
             comparison.verdict_text(line)] for line, relative in drawn]  # fmt: skip
    return Chart(finding, forest(rows, theme, axis=t("what_if.forest_axis"),
                                 zero=t("what_if.baseline")), caption, head, body)  # fmt: skip
