"""Forms from declarations: one row a parameter, with slider, number, unit, range and meaning.

The row is built from the :class:`twin.params.Declaration` alone, so a new parameter has its form
the moment it is declared.
"""

from __future__ import annotations

import math
from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from twin.params import Declaration
from twin.ui import names
from twin.ui.components.frame import aria, dropdown, icon
from twin.ui.i18n import t
from twin.ui.wording import nice, trimmed, unit

STEPS = 200
"""A slider has about as many steps; finer values are typed."""
WIDE = 8.0
"""A range whose ends differ by more than this factor gets a window around the baseline."""


def row_id(path: str, piece: str) -> dict[str, str]:
    """Return the id of one piece of a parameter's row."""
    return {"row": path, "piece": piece}


def window(declared: Declaration, base: float, value: float) -> tuple[float, float, float]:
    """Return low end, high end and step of the slider.

    A declared range can span decades (5 to 2000 m/min); the slider then covers half to twice the
    baseline, and always the present value. Anything in the declared range can be typed.
    """
    low, high = _ends(declared)
    if base > 0 and high > WIDE * max(low, base / WIDE):
        low, high = max(low, base / 2), min(high, base * 2)
    elif base == 0 and high > 100:
        high = 100.0
    low, high = min(low, value), max(high, value)
    if declared.form == "count":
        return math.floor(low), math.ceil(high), 1
    step = nice((high - low) / STEPS) if high > low else 1.0
    return low, high, step


def _ends(declared: Declaration) -> tuple[float, float]:
    low = declared.low if declared.low is not None else 0.0
    return low, declared.high if declared.high is not None else max(low, 0.0) + 100.0


def decimals(step: float) -> int:
    """Return the decimals of a number that moves in ``step``.

    >>> decimals(1), decimals(0.05), decimals(0.002)
    (0, 2, 3)
    """
    return max(0, -math.floor(math.log10(step) + 1e-9))


def row(
    declared: Declaration, base: Any, value: Any, stop: tuple[float, str] | None = None
) -> Component:
    """Return the row of one parameter.

    Parameters
    ----------
    declared : Declaration
        Its declaration, with its whole path.
    base, value : object
        The baseline and the present value, in the unit of the declaration.
    stop : tuple, optional
        Where on the slider a limit stops it, and the name of that limit.
    """
    numeric = declared.form in {"quantity", "count"}
    control = _number(declared, float(base), float(value), stop) if numeric else _word(
        declared, base, value
    )  # fmt: skip
    note = [
        html.Span(t("form.baseline", value=_shown(declared, base))),
        html.Span(t("form.stopped", value=trimmed(stop[0]), limit=stop[1]), className="amber")
        if stop
        else None,
    ]
    return html.Div(
        [
            _title(declared),
            control,
            html.Div([part for part in note if part is not None], className="row-note small quiet"),
        ],
        className="param",
        role="group",
        **aria(label=names.parameter(declared.path)),
    )


def _shown(declared: Declaration, value: Any) -> str:
    if declared.form in {"quantity", "count"}:
        return f"{trimmed(float(value))}{unit(declared.unit)}"
    if declared.form == "flag":
        return t("form.yes") if value else t("form.no")
    return names.word(str(value))


def _title(declared: Declaration) -> Component:
    path = declared.path
    name = names.parameter(path)
    of = names.owner(path)
    return html.Div(
        [
            html.Div(
                [html.Span(name, className="param-name"), html.Span(of, className="quiet small")],
                className="param-words",
            ),
            about(declared),
            dmc.ActionIcon(icon("rotate-ccw"), id=row_id(path, "reset"), variant="subtle",
                           color="gray", size=28, n_clicks=0,
                           **aria(label=t("form.reset", name=name))),
            dmc.ActionIcon(icon("x"), id=row_id(path, "remove"), variant="subtle", color="gray",
                           size=28, n_clicks=0, **aria(label=t("form.remove", name=name))),
        ],
        className="param-top",
    )  # fmt: skip


def _number(
    declared: Declaration, base: float, value: float, stop: tuple[float, str] | None
) -> Component:
    low, high, step = window(declared, base, value)
    name = names.parameter(declared.path)
    marks = [{"value": base}]
    if stop is not None:
        marks.append({"value": stop[0]})
    places = decimals(step)
    return html.Div(
        [
            dmc.Slider(
                id=row_id(declared.path, "slider"), min=low, max=high, step=step, value=value,
                marks=marks, updatemode="drag", label=None, thumbLabel=name, size=6, thumbSize=18,
                precision=places + 2,
                styles={"mark": {"borderColor": "var(--baseline)"}}, className="param-slider",
            ),
            dmc.NumberInput(
                id=row_id(declared.path, "number"), value=value, step=step, size="sm",
                suffix=unit(declared.unit), clampBehavior="none", decimalScale=6,
                allowDecimal=declared.form != "count", className="param-number", hideControls=True,
                **aria(label=f"{name}{unit(declared.unit)}"),
            ),
        ],
        className="param-control",
    )  # fmt: skip


def _word(declared: Declaration, base: Any, value: Any) -> Component:
    options = [{"value": word, "label": names.word(word)} for word in declared.options]
    shown = str(value)
    if declared.form == "flag":
        options = [{"value": "true", "label": t("form.yes")},
                   {"value": "false", "label": t("form.no")}]  # fmt: skip
        shown = "true" if value else "false"
    return html.Div(
        dmc.Select(
            id=row_id(declared.path, "word"), data=options, value=shown, allowDeselect=False,
            size="sm", comboboxProps={"shadow": "none"},
            **aria(label=names.parameter(declared.path)),
        ),
        className="param-control",
    )  # fmt: skip


def about(declared: Declaration) -> Component:
    """Return the small mark behind which meaning, range, default and source are."""
    facts = [(t("form.range"), range_text(declared)), (t("form.default"), _default(declared)),
             (t("form.path"), declared.path)]  # fmt: skip
    if declared.source:
        facts.insert(2, (t("form.source"), declared.source))
    rows = [html.Div([html.Dt(key), html.Dd(text)]) for key, text in facts if text]
    assumption = html.P(t("form.assumption"), className="amber small")
    words: list[Component] = [html.P(names.meaning(declared)), html.Dl(rows, className="facts")]
    if declared.assumption:
        words.insert(1, assumption)
    label = t("form.about", name=names.parameter(declared.path))
    face = icon("circle-help" if declared.assumption else "info")
    return dropdown(label, face, html.Div(words, className="about"), classes="about-menu")


def range_text(declared: Declaration) -> str:
    """Return the allowed range, in the language of the request."""
    if declared.options:
        return ", ".join(names.word(word) for word in declared.options)
    if declared.low is None or declared.high is None:
        return ""
    low, high = trimmed(declared.low), trimmed(declared.high)
    return t("shell.span", low=low, high=high) + unit(declared.unit)


def _default(declared: Declaration) -> str:
    return "" if declared.default is None else _shown(declared, declared.default)


def read(declared: Declaration, value: Any) -> Any:
    """Return what a control holds as a value of the parameter; None while it is being typed."""
    if declared.form == "flag":
        return value in {True, "true"}
    if declared.form in {"quantity", "count"}:
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            return None
        return round(value) if declared.form == "count" else float(value)
    return value
