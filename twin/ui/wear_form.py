"""The form of the page Tool wear: which table, how to read it, and the planner's settings."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from twin.errors import BadInput
from twin.forecast import tables
from twin.forecast.examples import EXAMPLES
from twin.forecast.planning import declared
from twin.forecast.reading import REQUIRED
from twin.params import Declaration
from twin.ui import wear_view as view
from twin.ui.components.frame import aria, dropdown, icon
from twin.ui.i18n import t
from twin.ui.wear_view import Asked
from twin.ui.wording import trimmed, unit

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


def tables_row(asked: Asked, select: str, upload: str) -> Component:
    """Return the choice of a table: a shipped one, or one's own."""
    options = [{"value": name, "label": view.table_name(Asked(name))} for name in EXAMPLES]
    if asked.table not in EXAMPLES:
        options.append({"value": asked.table, "label": view.table_name(asked)})
    button = html.Span([icon("upload"), t("tool_wear.upload")], className="upload-button")
    return html.Div(
        [
            dmc.Select(
                id=select, data=options, value=asked.table, allowDeselect=False, size="sm",
                label=t("tool_wear.table"), className="wear-table",
                comboboxProps={"shadow": "none"},
            ),
            dcc.Upload(
                button, id=upload, accept=".csv,text/csv", multiple=False,
                max_size=tables.MOST_BYTES, className="upload", className_active="upload active",
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
    chosen = view.usual_columns(header) | dict(asked.columns)
    fields = [_column(name, header, chosen.get(name)) for name in REQUIRED]
    fields += [_unit(name, asked.units.get(name)) for name in ("time_min", "vb_mm")]
    return html.Div(fields, className="wear-fields", role="group",
                    **aria(label=t("tool_wear.mapping")))  # fmt: skip


def _column(name: str, header: list[str], chosen: str | None) -> Component:
    drawn: Component = dmc.Select(
        id=column_id(name), data=header, value=chosen if chosen in header else None, size="sm",
        label=t(f"tool_wear.column_{name}"), placeholder=t("tool_wear.choose_column"),
        allowDeselect=False, searchable=len(header) > 12, comboboxProps={"shadow": "none"},
    )  # fmt: skip
    return drawn


def _unit(name: str, chosen: str | None) -> Component:
    usual = view.UNITS[name][0]
    options = list(dict.fromkeys([*view.UNITS[name], *([chosen] if chosen else [])]))
    drawn: Component = dmc.Select(
        id=unit_id(name),
        data=[{"value": word, "label": view.unit_word(word)} for word in options],
        value=chosen or usual, size="sm", allowDeselect=False,
        label=t(f"tool_wear.in_unit_{name}"), comboboxProps={"shadow": "none"},
    )  # fmt: skip
    return drawn


def settings(asked: Asked) -> Component:
    """Return the settings, each with its unit, range and meaning."""
    fields = [
        _setting(name, entry, getattr(asked.planning, name)) for name, entry in declared().items()
    ]
    return html.Div(fields, className="wear-fields", role="group",
                    **aria(label=t("tool_wear.settings")))  # fmt: skip


def _setting(name: str, entry: Declaration, value: float) -> Component:
    title = t(f"tool_wear.set_{name}")
    field = dmc.NumberInput(
        id=setting_id(name), value=value, size="sm", debounce=WAIT, clampBehavior="none",
        hideControls=True, decimalScale=6, suffix=_suffix(name, entry), **aria(label=title),
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
