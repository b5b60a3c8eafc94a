"""How the bearings stand on the page Tool wear: static; callbacks fill it."""

from __future__ import annotations

from enum import StrEnum

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from twin.csvfile import ENDINGS
from twin.errors import BadInput
from twin.forecast import tables
from twin.forecast.trend_question import declared
from twin.params import Declaration
from twin.ui import wear_form
from twin.ui.bearings_asked import COLUMNS, EXAMPLE, NUMBERS, OWN, AskedBearings, usual
from twin.ui.components import card, watch
from twin.ui.components.frame import aria, dropdown, icon
from twin.ui.i18n import t
from twin.ui.wording import trimmed, unit

JOB = "bearings"
PLANT = "plant"


class Ids(StrEnum):
    """Ids of the bearings."""

    ASKED = "bearings-asked"
    NAMED = "bearings-named"
    TABLE = "bearings-table"
    UPLOAD = "bearings-upload"
    REFUSED = "bearings-refused"
    FAULTS = "bearings-faults"
    UNIT = "bearings-unit"
    RMS = "bearings-rms-unit"
    RUNNING = "bearings-running"
    FINDING = "bearings-finding"
    GRID = "bearings-grid"
    CHOSEN = "bearings-chosen"
    FAN = "bearings-fan"
    ADVICE = "bearings-advice"
    PAST = "bearings-past"
    BODY = "bearings-body"


def number_id(name: str) -> dict[str, str]:
    """Return the id of the field of a number."""
    return {"bearings-number": name}


def column_id(name: str) -> dict[str, str]:
    """Return the id of the choice of a column."""
    return {"bearings-column": name}


def section(asked: AskedBearings, plant: bool) -> Component:
    """Return the bearings of the page: whose, their table, and one of them past and to come."""
    key = "sim" if asked.table == OWN else "measured_tag"
    tag = html.Span(t(f"tool_wear.{key}"), className="tag sim", title=t(f"tool_wear.{key}_meaning"))
    heading = html.Div([html.P([t("tool_wear.bearings"), " ", tag], className="noun"),
                        html.H2(t("shell.loading"), id=Ids.FINDING)])  # fmt: skip
    top = html.Div([heading, watch.strip(JOB)], className="card-top wear-heading")
    table = html.Div(
        html.Table(id=Ids.GRID, className="bearings-grid"), className="table-scroll wear-bearings",
        tabIndex=0, role="region", **aria(label=t("tool_wear.bearings")),
    )  # fmt: skip
    past = html.P(id=Ids.PAST, className="quiet small")
    return html.Section(
        [
            dcc.Store(id=Ids.ASKED, data=asked.stored()),
            dcc.Store(id=Ids.NAMED),
            top,
            _choice(asked, plant),
            html.Div(id=Ids.REFUSED, role="alert"),
            *_settings(asked),
            html.Div(id=Ids.FAULTS, role="alert"),
            html.Div([table, past, _one(asked)], id=Ids.BODY, className="bearings-body"),
        ],
        id=JOB,
        className="card whole",
    )


def _choice(asked: AskedBearings, plant: bool) -> Component:
    options = [{"value": PLANT, "label": t("tool_wear.bearings_plant"), "disabled": not plant},
               {"value": EXAMPLE, "label": t("tool_wear.bearings_example")}]  # fmt: skip
    if asked.table not in (OWN, EXAMPLE):
        name = f"{asked.file or t('tool_wear.yours')} · {asked.table[:6]}"
        options.append({"value": asked.table, "label": name})
    button = html.Span([icon("upload"), t("tool_wear.upload")], className="upload-button",
                       title=t("tool_wear.upload_bearings"))  # fmt: skip
    return html.Div(
        [
            dmc.Select(
                id=Ids.TABLE, data=options, value=asked.table or PLANT, allowDeselect=False,
                size="sm", label=t("tool_wear.bearings_whose"), className="wear-table",
                comboboxProps={"shadow": "none"},
            ),
            dcc.Upload(
                button, id=Ids.UPLOAD, accept=",".join((*ENDINGS, "text/*")), multiple=False,
                max_size=tables.MOST_BYTES, className="upload", className_active="upload active",
            ),
            html.P(_source(asked), className="quiet small wear-source"),
        ],
        className="wear-tables",
    )  # fmt: skip


def _source(asked: AskedBearings) -> str:
    if asked.table in (OWN, EXAMPLE):
        return t("tool_wear.bearings_from_plant" if asked.table == OWN
                 else "tool_wear.bearings_from_example")  # fmt: skip
    return t("tool_wear.bearings_from_yours")


def _settings(asked: AskedBearings) -> list[Component]:
    """The fields of a table; none for the plant, whose numbers stand above."""
    if asked.table == OWN:
        return []
    numbers = {**usual(asked.table), **asked.numbers}
    fields = [_number(name, declared()[name], numbers[name]) for name in NUMBERS]
    return [html.Div([*_mapping(asked), *fields], className="wear-fields", role="group",
                      **aria(label=t("tool_wear.bearings_settings")))]  # fmt: skip


def _number(name: str, entry: Declaration, value: float) -> Component:
    title = t(f"tool_wear.bearing_set_{name}")
    suffix = f" {t('tool_wear.min_per_hour')}" if name == "duty" else unit(entry.unit)
    field = dmc.NumberInput(
        id=number_id(name), value=value, size="sm", debounce=wear_form.WAIT, clampBehavior="none",
        hideControls=True, decimalScale=6, suffix=suffix, **aria(label=title),
    )  # fmt: skip
    low, high = trimmed(entry.low), trimmed(entry.high)
    facts = html.Dl([html.Div([html.Dt(t("form.range")), html.Dd(
        t("shell.span", low=low, high=high) + unit(entry.unit))])], className="facts")  # fmt: skip
    about = [html.P(t(f"tool_wear.bearing_set_{name}.meaning")),
             html.P(t("form.assumption"), className="amber small"), facts]  # fmt: skip
    mark = dropdown(t("form.about", name=title), icon("circle-help"),
                    html.Div(about, className="about"), classes="wear-about")  # fmt: skip
    top = html.Div([html.Span(title, className="wear-label"), mark], className="wear-label-row")
    return html.Div([top, field], className="wear-field")


def _mapping(asked: AskedBearings) -> list[Component]:
    """Which column of one's own table is which, its time unit, and the parts that still run."""
    if asked.table == EXAMPLE:
        return []
    try:
        header = [name for name in tables.columns_of(asked.table) if name]
    except BadInput:
        return []
    chosen = {name: asked.columns.get(name, name if name in header else None) for name in COLUMNS}
    parts: tuple[str, ...] = ()
    if chosen["unit"] in header:
        parts = tables.parts_of(asked.table, str(chosen["unit"]))
    columns = [
        dmc.Select(
            id=column_id(name), data=header, size="sm", allowDeselect=False,
            value=chosen[name] if chosen[name] in header else None,
            label=t(f"tool_wear.column_b_{name}"), placeholder=t("tool_wear.choose_column"),
            searchable=len(header) > 12, comboboxProps={"shadow": "none"},
        )
        for name in COLUMNS
    ]  # fmt: skip
    return [
        *columns,
        dmc.TextInput(id=Ids.UNIT, value=asked.unit, size="sm", debounce=wear_form.WAIT,
                      label=t("tool_wear.bearing_unit")),
        dmc.TextInput(id=Ids.RMS, value=asked.rms_unit, size="sm", debounce=wear_form.WAIT,
                      label=t("tool_wear.bearing_rms_unit"),
                      placeholder=t("tool_wear.bearing_rms_any")),
        dmc.MultiSelect(
            id=Ids.RUNNING, data=list(parts), value=[n for n in asked.running if n in parts],
            size="sm", label=t("tool_wear.bearing_running"), searchable=True, clearable=True,
            placeholder=t("tool_wear.bearing_none_running"), comboboxProps={"shadow": "none"},
        ),
    ]  # fmt: skip


def _one(asked: AskedBearings) -> Component:
    """One bearing: its chart, and what is to be done with it."""
    choice = dmc.Select(
        id=Ids.CHOSEN, data=[], value=asked.bearing or None, allowDeselect=False, size="sm",
        searchable=True, className="wear-tool", comboboxProps={"shadow": "none"},
        label=t("tool_wear.bearing_name"),
    )  # fmt: skip
    chart = card.chart_card(Ids.FAN, t("tool_wear.bearing_noun"), height=280)
    return html.Div(
        [html.Div([choice, chart], className="wear-one"),
         html.Div(html.Dl(id=Ids.ADVICE, className="bearings-advice"), className="wear-advised")],
        className="wear-pair bearings-pair",
    )  # fmt: skip
