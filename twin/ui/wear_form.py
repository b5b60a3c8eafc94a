"""The form of the page Tool wear: whose tools, which table, how to read it, the settings."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from twin.csvfile import ENDINGS
from twin.errors import BadInput
from twin.forecast import shop_question, tables
from twin.forecast.column_units import said_of_time, said_of_wear
from twin.forecast.examples import EXAMPLES
from twin.forecast.planning import declared
from twin.forecast.reading import REQUIRED
from twin.params import Declaration
from twin.ui import wear_view as view
from twin.ui.components.frame import aria, dropdown, icon
from twin.ui.i18n import t
from twin.ui.wear_asked import HOURS, PLANT, TABLE, UNITS, UNSAID, Asked, usual_columns
from twin.ui.wording import trimmed, unit

HORIZONS = (8.0, 24.0, 48.0, 168.0)
WAIT = 500
"""A number counts once nobody has typed for so long [ms]."""


def setting_id(name: str) -> dict[str, str]:
    """Return the id of the field of a setting."""
    return {"wear-setting": name}


def column_id(name: str) -> dict[str, str]:
    """Return the id of the choice of a column."""
    return {"wear-column": name}


def unit_id(name: str) -> dict[str, str]:
    """Return the id of the choice of a unit."""
    return {"wear-unit": name}


def source_switch(asked: Asked, name: str, plant: bool) -> Component:
    """Return the choice between the tools of the scenario and a table of measured wear."""
    options = [{"value": PLANT, "label": t("tool_wear.source_plant"), "disabled": not plant},
               {"value": TABLE, "label": t("tool_wear.source_table")}]  # fmt: skip
    drawn: Component = dmc.SegmentedControl(
        id=name, data=options, value=asked.source, size="sm", className="wear-source-switch",
        **aria(label=t("tool_wear.source")),
    )  # fmt: skip
    return drawn


def plant_row(title: str, start: Component) -> Component:
    """Return what is forecast when it is the plant's own tools."""
    words = html.P(t("tool_wear.plant_about", plant=title), className="quiet small")
    return html.Div([words, start], className="wear-plant")


def breakage(asked: Asked, name: str) -> Component:
    """Return the switch for sudden breakage, with what is assumed of it."""
    title, plant = t("tool_wear.breakage"), asked.source == PLANT
    switch = dmc.Switch(id=name, checked=asked.breakage, size="sm",
                        label=t("tool_wear.breakage_counts"))  # fmt: skip
    meaning = t("tool_wear.breakage.plant" if plant else "tool_wear.breakage.table")
    words = [html.P(meaning), html.P(t("form.assumption"), className="amber small")]
    face = icon("circle-help")
    about = dropdown(t("form.about", name=title), face, html.Div(words, className="about"),
                     classes="wear-about")  # fmt: skip
    top = html.Div([html.Span(title, className="wear-label"), about], className="wear-label-row")
    return html.Div([top, html.Div(switch, className="wear-switch")], className="wear-field")


def horizons(asked: Asked, name: str) -> Component:
    """Return the horizons that planners ask for most, as one choice."""
    hours = asked.shop.get("hours", HOURS) if asked.source == PLANT else asked.planning.hours
    options = [{"value": f"{h:g}", "label": view.horizon(h) if h < 100 else t("tool_wear.week")}
               for h in HORIZONS]  # fmt: skip
    drawn: Component = dmc.SegmentedControl(
        id=name, data=options, value=f"{hours:g}" if hours in HORIZONS else "", size="xs",
        **aria(label=t("tool_wear.horizons")),
    )  # fmt: skip
    return drawn


def tables_row(asked: Asked, select: str, upload: str) -> Component:
    """Return the choice of a table: a shipped one, or one's own."""
    options = [{"value": name, "label": view.table_name(Asked(name))} for name in EXAMPLES]
    if asked.table not in EXAMPLES:
        options.append({"value": asked.table, "label": view.table_name(asked)})
    button = html.Span([icon("upload"), t("tool_wear.upload")], className="upload-button",
                       title=t("tool_wear.upload_wear"))  # fmt: skip
    return html.Div(
        [
            dmc.Select(
                id=select, data=options, value=asked.table, allowDeselect=False, size="sm",
                label=t("tool_wear.table"), className="wear-table",
                comboboxProps={"shadow": "none"},
            ),
            dcc.Upload(
                button, id=upload, accept=",".join((*ENDINGS, "text/*")), multiple=False,
                max_size=tables.MOST_BYTES, className="upload", className_active="upload active",
                # The browser refuses a larger file without a word; assets/wear.js says it
            ),
            html.P(view.source(asked), className="quiet small wear-source"),
        ],
        className="wear-tables",
    )  # fmt: skip


def mapping(asked: Asked) -> Component:
    """Return which column of one's own table is which, and in which unit; empty for the shipped."""
    if asked.table in EXAMPLES:
        return html.Div(hidden=True)
    try:
        header = [name for name in tables.columns_of(asked.table) if name]
    except BadInput:
        return html.Div(hidden=True)
    chosen = usual_columns(header) | dict(asked.columns)
    fields = [_column(name, header, chosen.get(name)) for name in REQUIRED]
    fields += [_unit(name, asked.units.get(name), chosen.get(name) or "")
               for name in ("time_min", "vb_mm")]  # fmt: skip
    return html.Div(fields, className="wear-fields", role="group",
                    **aria(label=t("tool_wear.mapping")))  # fmt: skip


def _column(name: str, header: list[str], chosen: str | None) -> Component:
    drawn: Component = dmc.Select(
        id=column_id(name), data=header, value=chosen if chosen in header else None, size="sm",
        label=t(f"tool_wear.column_{name}"), placeholder=t("tool_wear.choose_column"),
        allowDeselect=False, searchable=len(header) > 12, comboboxProps={"shadow": "none"},
    )  # fmt: skip
    return drawn


def _unit(name: str, chosen: str | None, column: str) -> Component:
    said = (said_of_time if name == "time_min" else said_of_wear)(column)
    usual = t("tool_wear.unit_unsaid", unit=view.unit_word(UNITS[name][0]))
    others = [chosen, said.unit if said else ""]
    options = list(dict.fromkeys([*UNITS[name], *(word for word in others if word)]))
    named = [{"value": word, "label": view.unit_word(word)} for word in options]
    drawn: Component = dmc.Select(
        id=unit_id(name), data=[{"value": UNSAID, "label": usual}, *named],
        value=chosen or UNSAID, size="sm", allowDeselect=False,
        label=t(f"tool_wear.in_unit_{name}"), comboboxProps={"shadow": "none"},
    )  # fmt: skip
    return drawn


def settings(asked: Asked, switch: str, now_h: float) -> Component:
    """Return the settings, each with its unit, range and meaning; ``now_h`` is the usual moment."""
    if asked.source == PLANT:
        usual = {"hours": HOURS, "at": now_h} | dict(asked.shop)
        fields = [_setting(name, entry, usual.get(name))
                  for name, entry in shop_question.declared().items()]  # fmt: skip
    else:
        fields = [_setting(name, entry, getattr(asked.planning, name))
                  for name, entry in declared().items()]  # fmt: skip
    return html.Div([*fields, breakage(asked, switch)], className="wear-fields", role="group",
                    **aria(label=t("tool_wear.settings")))  # fmt: skip


def _setting(name: str, entry: Declaration, value: float | None) -> Component:
    title = t(f"tool_wear.set_{name}")
    field = dmc.NumberInput(
        id=setting_id(name), value="" if value is None else value, size="sm", debounce=WAIT,
        clampBehavior="none", hideControls=True, decimalScale=6, suffix=_suffix(name, entry),
        placeholder=t("tool_wear.own") if value is None else "", **aria(label=title),
    )  # fmt: skip
    top = html.Div([html.Span(title, className="wear-label"), _about(name, title, entry)],
                   className="wear-label-row")  # fmt: skip
    return html.Div([top, field], className="wear-field")


def _suffix(name: str, entry: Declaration) -> str:
    return f" {t('tool_wear.per_hour')}" if name == "duty" else unit(entry.unit)


def _about(name: str, title: str, entry: Declaration) -> Component:
    low, high = trimmed(entry.low), trimmed(entry.high)
    facts = [
        (t("form.range"), t("shell.span", low=low, high=high) + unit(entry.unit)),
        (t("form.default"), trimmed(float(entry.default)) + unit(entry.unit)),
        (t("form.source"), entry.source),
    ]
    words: list[Any] = [html.P(t(f"tool_wear.set_{name}.meaning"))]
    if entry.assumption:
        words.append(html.P(t("form.assumption"), className="amber small"))
    rows = [html.Div([html.Dt(key), html.Dd(text)]) for key, text in facts if text]
    words.append(html.Dl(rows, className="facts"))
    face = icon("circle-help" if entry.assumption else "info")
    about = html.Div(words, className="about")
    return dropdown(t("form.about", name=title), face, about, classes="wear-about")
