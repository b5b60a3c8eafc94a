"""The form of a new experiment: its cards and fields, each from the parameter's declaration."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from twin.scenario import Scenario
from twin.ui import comparison, form, names, runs
from twin.ui import draft as drafts
from twin.ui import experiment_asked as asking
from twin.ui import experiment_words as words
from twin.ui.baseline import Start
from twin.ui.components import watch
from twin.ui.components.frame import aria, icon
from twin.ui.experiment_asked import DESIGNS, MOST_VARIED, OPTIMISE, USUAL_POINTS, Asked
from twin.ui.i18n import t
from twin.ui.pages._experiments_ids import Ids
from twin.ui.wording import unit

PACE = "experiments-pace"
"""Name of the watched run of the scenario as it is: how long a run takes."""
SLOTS = 2
POWERS = (8, 16, 32, 64, 128, 256)
NUMBERS = ("replications", "points", "sobol", "morris", "runs", "confirm")
SHOWN = {
    "grid": ("replications",), "sample": ("points", "replications"), "tornado": ("replications",),
    "sobol": ("sobol", "replications"), "morris": ("morris", "replications"),
    OPTIMISE: ("runs", "replications", "confirm"),
}  # fmt: skip
"""Numbers that each design needs."""


def what(asked: Asked, start: Start) -> Component:
    """Return the card that says what varies, by which design."""
    designs = [{"value": one, "label": t(f"experiments.kind_{one}")} for one in DESIGNS]
    return html.Section(
        [
            html.P(t("experiments.new_noun"), className="noun"),
            html.H2(t("experiments.new_head")),
            html.Div(dmc.SegmentedControl(id=Ids.DESIGN, data=designs, value=asked.design,
                                          size="sm", **aria(label=t("experiments.design"))),
                     className="controls"),
            html.P(id=Ids.ABOUT, className="quiet experiments-about"),
            html.Div(rows(start.scenario, asked.vary), id=Ids.ROWS, className="vary-rows"),
            dmc.Select(
                id=Ids.ADD, data=choices(start.scenario, asked.vary), searchable=True, size="sm",
                limit=60, placeholder=t("what_if.add"), clearable=True, leftSection=icon("plus"),
                nothingFoundMessage=t("shell.search_nothing"), maxDropdownHeight=320,
                comboboxProps={"shadow": "none"}, className="vary-add",
                **aria(label=t("what_if.add")),
            ),
        ],
        className="card",
    )  # fmt: skip


def choices(scenario: Scenario, vary: Sequence[str]) -> list[dict[str, Any]]:
    """Return the parameters that can still be varied; none when there are as many as can be."""
    taken = {text.partition("=")[0] for text in vary}
    groups: dict[str, list[dict[str, str]]] = {}
    for path in drafts.offered(scenario) if len(taken) < MOST_VARIED else ():
        if path not in taken:
            group = names.owner(path) or t("what_if.run_itself")
            groups.setdefault(group, []).append({"value": path, "label": names.parameter(path)})
    return [{"group": group, "items": items} for group, items in groups.items()]


def vary_id(path: str, piece: str) -> dict[str, str]:
    """Return the id of one piece of a parameter's row."""
    return {"vary": path, "piece": piece}


def rows(scenario: Scenario, vary: Sequence[str]) -> list[Component]:
    """Return one row for each parameter that varies."""
    return [_row(scenario, asking.varied(scenario, text)) for text in vary]


def _row(scenario: Scenario, one: asking.Varied) -> Component:
    declared = scenario.declaration(one.path)
    name, of = names.parameter(one.path), names.owner(one.path)
    now = t("experiments.now_is", value=words.value(scenario.value(one.path), declared.unit))
    head = html.Div(
        [
            html.Div([html.Span(name, className="param-name"),
                      html.Span(f"{of} · {now}" if of else now, className="quiet small")],
                     className="param-words vary-words"),
            form.about(declared),
            dmc.ActionIcon(icon("x"), id=vary_id(one.path, "remove"), variant="subtle",
                           color="gray", size=28, n_clicks=0,
                           **aria(label=t("form.remove", name=name))),
        ],
        className="param-top",
    )  # fmt: skip
    numeric = declared.form in {"quantity", "count"}
    fault = html.Div(id=vary_id(one.path, "fault"), className="fault small", role="alert")
    control = _range(one, declared.unit, declared.form) if numeric else _options(one, declared)
    return html.Div([head, control, fault], className="param vary")


def _range(one: asking.Varied, of: str, kind: str) -> Component:
    name = names.parameter(one.path)

    def box(piece: str, value: float | None, suffix: str, *, whole: bool) -> Component:
        label = t(f"experiments.{piece}")
        drawn: Component = dmc.NumberInput(
            id=vary_id(one.path, piece), value="" if value is None else value, size="sm",
            label=label, hideControls=True, suffix=suffix, clampBehavior="none", debounce=300,
            allowDecimal=not whole, decimalScale=6, className=f"vary-{piece}",
            **aria(label=f"{name}: {label}"),
        )  # fmt: skip
        return drawn

    whole = kind == "count"
    return html.Div(
        [box("low", one.low, unit(of), whole=whole), box("high", one.high, unit(of), whole=whole),
         box("steps", one.steps, "", whole=True)],
        className="vary-range",
    )  # fmt: skip


def _options(one: asking.Varied, declared: Any) -> Component:
    every = declared.options or ("false", "true")
    shown = {"true": t("form.yes"), "false": t("form.no")}
    data = [{"value": word, "label": shown.get(word) or names.word(word)} for word in every]
    drawn: Component = dmc.MultiSelect(
        id=vary_id(one.path, "options"),
        data=data,
        value=list(one.options),
        size="sm",
        comboboxProps={"shadow": "none"},
        hidePickedOptions=True,
        label=t("experiments.options"),
        **aria(label=names.parameter(one.path)),
    )
    return drawn


def wanted(asked: Asked, start: Start) -> Component:
    """Return the card that says what is wanted: the goal, limits, how many runs."""
    scenario = start.scenario
    ways = [{"value": way, "label": t(f"experiments.way_{way}")} for way in ("less", "more")]
    slots = [*asked.keep, *[""] * max(1, SLOTS - len(asked.keep))]
    return html.Section(
        [
            html.P(t("experiments.wanted_noun"), className="noun"),
            html.H2(t("experiments.wanted_head")),
            dmc.Select(id=Ids.GOAL, data=_kpis(scenario), value=asked.goal or None, size="sm",
                       searchable=True, comboboxProps={"shadow": "none"}, allowDeselect=False,
                       label=t("experiments.goal")),
            dmc.SegmentedControl(id=Ids.WAY, data=ways, value="more" if asked.maximise else "less",
                                 size="sm", **aria(label=t("experiments.way"))),
            html.P(t("experiments.limits_head"), className="wear-label limits-label"),
            html.Div([_limit(scenario, n, text) for n, text in enumerate(slots)],
                     className="limit-slots"),
            html.Div([_count(name, asked) for name in NUMBERS], className="experiments-numbers"),
        ],
        className="card experiments-wanted",
    )  # fmt: skip


def _kpis(scenario: Scenario) -> list[dict[str, str]]:
    first = comparison.headline(scenario)
    paths = [*first, *(path for path in scenario.measures if path not in first)]
    paths = [path for path in paths if not runs.needs_sensors(scenario, [path])]
    return [{"value": path, "label": _kpi_label(scenario, path)} for path in paths]


def _kpi_label(scenario: Scenario, path: str) -> str:
    of = unit(scenario.measures[path].unit).strip()
    return f"{names.kpi(path)} · {names.owner(path)}" + (f" [{of}]" if of else "")


def limit_id(n: int, piece: str) -> dict[str, Any]:
    """Return the id of one piece of a limit."""
    return {"limit": n, "piece": piece}


def _limit(scenario: Scenario, n: int, text: str) -> Component:
    sign = "≥" if ">=" in text or "≥" in text else "≤"
    kpi, _, bound = text.replace(">=", "≥").replace("<=", "≤").partition(sign)
    kpi = kpi.strip()
    try:
        value: float | str = float(bound.split()[0]) if bound.strip() else ""
    except ValueError:
        value = ""
    signs = [{"value": one, "label": one} for one in ("≤", "≥")]
    return html.Div(
        [
            dmc.Select(id=limit_id(n, "kpi"), data=_kpis(scenario), size="sm", searchable=True,
                       value=kpi if kpi in scenario.measures else None, clearable=True,
                       placeholder=t("experiments.no_limit"), comboboxProps={"shadow": "none"},
                       **aria(label=t("experiments.limit_kpi", n=n + 1))),
            dmc.Select(id=limit_id(n, "sign"), data=signs, value=sign, size="sm", w=64,
                       allowDeselect=False, comboboxProps={"shadow": "none"},
                       **aria(label=t("experiments.limit_sign", n=n + 1))),
            dmc.NumberInput(id=limit_id(n, "bound"), value=value, size="sm", hideControls=True,
                            debounce=300, **aria(label=t("experiments.limit_bound", n=n + 1))),
        ],
        className="limit-slot",
    )  # fmt: skip


def _count(name: str, asked: Asked) -> Component:
    label = t(f"experiments.set_{name}")
    if name == "sobol":
        value = asked.points if asked.points in POWERS and asked.design == "sobol" else 64
        inner: Component = dmc.Select(
            id={"number": name}, data=[{"value": str(n), "label": str(n)} for n in POWERS],
            value=str(value), size="sm", allowDeselect=False, label=label,
            comboboxProps={"shadow": "none"},
        )  # fmt: skip
    else:
        kept = "points" if name == "morris" else name
        value = USUAL_POINTS["morris"] if name != kept != asked.design else getattr(asked, kept)
        inner = dmc.NumberInput(id={"number": name}, value=value, size="sm", min=1,
                                allowDecimal=False, label=label, debounce=300,
                                clampBehavior="none")  # fmt: skip
    return html.Div(inner, id={"field": name}, hidden=name not in SHOWN[asked.design])


def foot(job: str) -> Component:
    """Return the bar that is always in reach: run, and what it will take."""
    return html.Div(
        [
            dmc.Button(t("experiments.run"), id=Ids.RUN, leftSection=icon("play"), n_clicks=0,
                       disabled=True),
            html.Span(id=Ids.ESTIMATE, className="experiments-estimate", role="status"),
            html.Div(watch.strip(PACE, job), hidden=True),
        ],
        className="foot experiments-foot", role="region", **aria(label=t("experiments.run")),
    )  # fmt: skip
