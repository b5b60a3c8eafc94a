"""Overview: what needs me now?"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from twin import jobs
from twin.devices.change import FINAL
from twin.devices.desk import Desk
from twin.errors import BadInput
from twin.scenario import Scenario
from twin.ui import baseline, comparison, figures, links, names, runs, shell
from twin.ui.comparison import Outcome
from twin.ui.components import card, watch
from twin.ui.components import start as start_line
from twin.ui.components.card import Chart, chart_card
from twin.ui.components.frame import aria, icon, mark, notice, page, sim_tag
from twin.ui.context import Context
from twin.ui.i18n import t
from twin.ui.links import View
from twin.ui.pages._overview_plant import schematic, shares
from twin.ui.wording import duration, number, unit

ORDER = 10
ICON = "layout-dashboard"
PAGE = "overview"
TIMELINE = "time-line"
MARKED = ("tool_change", "tool_break", "breakdown")
MOST_FIGURES = 8
TWO_DAYS = 48 * 3600.0


class Ids(StrEnum):
    """Ids of the page."""

    BASE = "overview-scenario"
    WAITING = "overview-waiting"
    ABNORMAL = "overview-abnormal"
    COMING = "overview-coming"
    PLANT = "overview-plant"
    FIGURES = "overview-figures"
    CHANGE = "overview-change"


def layout(view: View, context: Context) -> Component:
    """Return the page; the baseline run fills it."""
    start = baseline.now(context, view.scenario)
    job = runs.baseline_job(start.file, start.values)
    sentences = [
        _sentence(Ids.WAITING, t("overview.waiting_noun"), waiting(view.scenario)),
        _sentence(Ids.ABNORMAL, t("overview.abnormal_noun"), None),
        _sentence(Ids.COMING, t("overview.coming_noun", span=_ahead(start.file)), None),
    ]
    line = chart_card(TIMELINE, t("overview.timeline_noun"), height=220,
                      waiting=t("overview.running"))  # fmt: skip
    return page(
        PAGE,
        dcc.Store(id=Ids.BASE, data=view.scenario),
        html.Div(sentences, className="cards"),
        start_line.line(start),
        html.Div(watch.strip(PAGE, job.id), className="page-watch"),
        html.Div([html.Div(_plant(start.file), className="whole")], className="cards"),
        html.Div([html.Div(line, className="whole")], className="cards"),
        html.Div([html.Div(_figures(), className="two-thirds"),
                  html.Div(_change(view.scenario), className="third")], className="cards"),
    )  # fmt: skip


def _ahead(scenario: Scenario) -> str:
    """How far the twin looks ahead: its horizon, at most two days."""
    return duration(min(scenario.header.horizon, TWO_DAYS))


def _plant(scenario: Scenario) -> Component:
    noun = [html.Span(t("overview.plant_noun")), sim_tag()]
    return html.Section(
        [html.Div(noun, className="noun verdict-noun"), html.H2(names.scenario(scenario.title)),
         html.Div(_soon(), id=Ids.PLANT)],
        className="card",
    )  # fmt: skip


def _figures() -> Component:
    noun = html.P(t("overview.figures_noun"), className="noun")
    return html.Section([noun, html.Div(_soon(), id=Ids.FIGURES)], className="card")


def _change(name: str) -> Component:
    noun = html.P(t("overview.change_noun"), className="noun")
    return html.Section([noun, html.Div(last_change(name), id=Ids.CHANGE)], className="card")


def _soon() -> Component:
    return html.P(t("shell.loading"), className="quiet")


def _sentence(name: Ids, noun: str, content: list[Component] | None) -> Component:
    body = content or [html.H2(t("shell.loading"), className="quiet")]
    return html.Section(
        [html.P(noun, className="noun"), html.Div(body, id=name)], className="card third sentence"
    )


def register(app: Dash, context: Context) -> None:
    """Register the callbacks of the page."""

    @app.callback(
        Output(Ids.ABNORMAL, "children"),
        Output(Ids.COMING, "children"),
        Output(Ids.PLANT, "children"),
        Output(Ids.FIGURES, "children"),
        Input(watch.phase(PAGE), "data"),
        State(Ids.BASE, "data"),
        prevent_initial_call=True,
    )
    def fill(phase: Any, name: str) -> tuple[Any, ...]:
        scenario, result = context.scenario(name), _result(phase)
        if result is None:
            nothing = [html.P("–", className="quiet")]
            return trouble(phase), nothing, nothing, nothing
        run = result["run_id"]
        return (
            abnormal(scenario, result, name),
            coming(run),
            schematic(scenario, runs.spans(run)),
            kpi_table(scenario, comparison.outcome(result), name),
        )

    @app.callback(
        *card.chart_outputs(TIMELINE),
        Input(watch.phase(PAGE), "data"),
        Input(shell.THEME, "data"),
        State(Ids.BASE, "data"),
    )
    def draw(phase: Any, theme: str, name: str) -> Any:
        result = _result(phase)
        if result is None:
            return card.chart_values(
                Chart(t("overview.timeline_none"), None, t("overview.running"))
            )
        return card.chart_values(timeline(context.scenario(name), result["run_id"], theme))


def _result(phase: Any) -> dict[str, Any] | None:
    if not phase or phase["state"] != "done":
        return None
    return jobs.get(phase["job"]).result


def trouble(phase: Any) -> list[Component]:
    """Return what stands where the run should: running, or why there is none."""
    state = (phase or {}).get("state", "none")
    if state in {"queued", "running", "none"}:
        return [html.H2(t("overview.running"), className="quiet")]
    why = html.P(watch.reason(phase), className="quiet")
    return [html.H2(mark("red", t(f"what_if.{state}"))), why]


# -- the three sentences ------------------------------------------------------------------------


def waiting(name: str) -> list[Component]:
    """Return what waits for a person: changes that are not settled."""
    mine = [change for change in _changes() if change.state not in FINAL]
    if not mine:
        return [html.H2(t("overview.waiting_none")),
                html.P(t("overview.waiting_none_why"), className="quiet")]  # fmt: skip
    link = dcc.Link(t("overview.waiting_see"), href=links.write("changes", name))
    return [html.H2(t("overview.waiting_some", n=len(mine))), html.P(link)]


def _changes() -> list[Any]:
    try:
        return list(Desk().ledger.changes())
    except BadInput:
        return []


def last_change(name: str) -> list[Component]:
    """Return the newest change and how it is doing."""
    found = _changes()
    if not found:
        action = dcc.Link(t("overview.change_try"), href=links.write("what_if", name))
        why = html.P(t("overview.change_none_why"), className="quiet")
        return [html.H2(t("overview.change_none")), why, html.P(action)]
    change = max(found, key=lambda one: one.updated)
    items = [
        html.Li(f"{names.parameter(item.path)}: {item.base} → {item.to} {item.unit}")
        for item in change.items
    ]
    address = links.write("changes", name, {"change": change.id})
    state = names.word(str(change.state).lower())
    return [html.H2(t("overview.change_is", state=state)), html.Ul(items, className="plain"),
            html.P(dcc.Link(change.id, href=address))]  # fmt: skip


def abnormal(scenario: Scenario, result: dict[str, Any], name: str) -> list[Component]:
    """Return what is not as it should be: expectations that fail, alarms of nodes."""
    failed = [judged for judged in result["expect"] if not judged["passed"]]
    alarms = [
        (path, kpi["value"]) for path, kpi in result["kpis"].items()
        if path.endswith(".alarms") and kpi["value"]
    ]  # fmt: skip
    if not failed and not alarms:
        n = len(result["expect"])
        why = t("overview.abnormal_none_why", n=n) if n else t("overview.abnormal_no_expect")
        return [html.H2(t("overview.abnormal_none")), html.P(why, className="quiet")]
    level: Literal["amber", "red"] = "red" if alarms else "amber"
    said = [t("overview.alarms", node=path.split(".")[0], n=number(value, 1))
            for path, value in alarms]  # fmt: skip
    said += [t("overview.not_met", kpi=names.kpi(j["kpi"]), reason=_reason(j)) for j in failed]
    head = t("overview.abnormal_some", n=len(said))
    link = dcc.Link(t("overview.abnormal_see"), href=links.write("streams", name))
    parts: list[Component] = [html.H2(mark(level, head)), html.P(" ".join(said), className="quiet")]
    return [*parts, html.P(link)] if alarms else parts


def _reason(judged: dict[str, Any]) -> str:
    most, least = judged["at_most"], judged["at_least"]
    key, bound = ("overview.above", most) if most is not None else ("overview.below", least)
    shown = number(judged["bound"] if judged["bound"] is not None else judged["value"])
    return t(key, value=shown, bound=number(bound), unit=unit(judged["unit"]))


def coming(run: str) -> list[Component]:
    """Return what the horizon, at most 48 h of it, brings: tool changes and breaks."""
    changes = [time for time, _s, _n in runs.events(run, ["tool_change"]) if time <= TWO_DAYS]
    breaks = [time for time, _s, _n in runs.events(run, ["tool_break"]) if time <= TWO_DAYS]
    stop = min(runs.end(run), TWO_DAYS)
    if not changes and not breaks:
        return [html.H2(t("overview.coming_none", span=duration(stop))),
                html.P(t("overview.coming_none_why"), className="quiet")]  # fmt: skip
    first = min([*changes, *breaks])
    key = "overview.coming_break" if first in breaks else "overview.coming_first"
    head = t(key, span=duration(first))
    rest = t("overview.coming_rest", changes=len(changes), breaks=len(breaks), span=duration(stop))
    return [html.H2(head), html.P(rest, className="quiet")]


# -- time line and figures ----------------------------------------------------------------------


def timeline(scenario: Scenario, run: str, theme: str) -> Chart:
    """Return what everything did over the horizon, with tool changes and breakdowns."""
    spans = runs.spans(run)
    if not spans:
        return Chart(t("overview.timeline_none"), None, t("overview.timeline_none_why"))
    stop = runs.end(run)
    short = {source: source.replace("stations.", "") for source in spans}
    drawn = {short[source]: figures.coarse(parts, stop) for source, parts in spans.items()}
    events = [(time, short.get(source, source), names.word(kind))
              for time, source, kind in runs.events(run, MARKED)]  # fmt: skip
    words = {state: names.word(state) for parts in spans.values() for _a, _b, state in parts}
    figure = figures.states(
        drawn, theme, words=words, events=events, time_axis=t("what_if.time_axis")
    )
    figure.update_layout(height=max(180, 96 + 30 * len(drawn)))
    down = sum(b - a for parts in spans.values() for a, b, state in parts if state == "down")
    changes = len(runs.events(run, ["tool_change"]))
    finding = t("overview.timeline_finding", changes=changes, down=duration(down))
    head = [t("overview.col_source"), t("overview.col_state"), t("overview.col_share")]
    rows = [
        [short[source], words[state], f"{100 * share:.1f} %"]
        for source, parts in spans.items()
        for state, share in shares(parts).items()
    ]
    return Chart(finding, figure, t("overview.timeline_caption"), head, rows)


def kpi_table(scenario: Scenario, result: Outcome, name: str) -> list[Component]:
    """Return the headline KPIs with their intervals."""
    lines = result.pick(comparison.headline(scenario))[:MOST_FIGURES]
    rows = [
        html.Tr([
            html.Th([names.kpi(line.path), html.Span(names.owner(line.path), className="of small")],
                    scope="row"),
            html.Td(comparison.band(line.base), className="number"),
            html.Td(unit(line.unit).strip(), className="quiet unit"),
        ])
        for line in lines
    ]  # fmt: skip
    link = dcc.Link([icon("sliders-horizontal"), t("overview.try")],
                    href=links.write("what_if", name), className="with-icon")  # fmt: skip
    if not lines:
        return [notice("empty", t("overview.no_figures"))]
    return [
        html.H2(t("overview.figures", n=result.replications)),
        html.Table(html.Tbody(rows), className="figures", **aria(label=t("overview.figures_noun"))),
        html.P(link),
    ]
