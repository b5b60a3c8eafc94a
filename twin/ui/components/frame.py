"""The frame of a page, and the small things in it: icons, tags, notices, sections."""

from __future__ import annotations

from typing import Any, Literal

from dash import html
from dash.development.base_component import Component

from twin.ui.i18n import t

Children = Component | str
Level = Literal["empty", "info", "amber", "red"]
SIGNS: dict[Level, str] = {"empty": "", "info": "", "amber": "▲", "red": "◆"}


def icon(name: str, **props: Any) -> Component:
    """Return an icon of ``assets/icons`` in the colour of the text around it."""
    picture = {"--icon": f"url(/assets/icons/{name}.svg)"}
    return html.Span(className="icon", style=picture, **{"aria-hidden": "true"}, **props)


def page(name: str, *content: Component, aside: Component | None = None) -> Component:
    """Return the frame of a page: its name as the one ``h1``, its question, its content."""
    words = html.Div(
        [html.H1(t(f"{name}.name")), html.P(t(f"{name}.question"), className="quiet")],
        className="page-words",
    )
    top = html.Div([words, aside] if aside is not None else [words], className="page-top")
    return html.Div([top, *content], className=f"page page-{name.replace('_', '-')}")


def sim_tag() -> Component:
    """Return the tag that stands beside everything simulated."""
    return html.Span(t("shell.sim"), className="tag sim", title=t("shell.sim_meaning"))


def mark(level: Literal["amber", "red"], word: str) -> Component:
    """Return a sign with its word: abnormal is never said by colour alone."""
    return html.Span([html.Span(SIGNS[level], **{"aria-hidden": "true"}), f" {word}"],
                     className=f"mark {level}")  # fmt: skip


def notice(level: Level, title: str, text: str = "", action: Component | None = None) -> Component:
    """Return what stands where something is missing: what, why, and the one thing to do."""
    sign = SIGNS[level]
    heading = [html.Span(f"{sign} ", **{"aria-hidden": "true"}), title] if sign else [title]
    parts: list[Component] = [html.P(heading, className="notice-title")]
    if text:
        parts.append(html.P(text, className="quiet"))
    if action is not None:
        parts.append(html.Div(action, className="notice-action"))
    role = {"role": "alert"} if level == "red" else {}
    return html.Div(parts, className=f"notice {level}", **role)
