"""The frame of a page, and the small things in it: icons, tags, notices, sections."""

from __future__ import annotations

from typing import Any, Literal

from dash import html
from dash.development.base_component import Component

from twin.ui.i18n import t

Children = Component | str
Level = Literal["empty", "info", "amber", "red"]
SIGNS: dict[Level, str] = {"empty": "", "info": "", "amber": "▲", "red": "◆"}


def aria(**words: str) -> Any:
    """Return ``aria-…`` properties: ``aria(label="Pages")``.

    >>> aria(label="Pages", hidden="true")
    {'aria-label': 'Pages', 'aria-hidden': 'true'}
    """
    return {f"aria-{key}": word for key, word in words.items()}


def icon(name: str) -> Component:
    """Return an icon of ``assets/icons`` in the colour of the text around it."""
    picture = {"--icon": f"url(/assets/icons/{name}.svg)"}
    return html.Span(className="icon", style=picture, **aria(hidden="true"))


def page(name: str, *content: Component, aside: Component | None = None) -> Component:
    """Return the frame of a page: its name as the one ``h1``, its question, its content."""
    words = html.Div(
        [html.H1(t(f"{name}.name")), html.P(t(f"{name}.question"), className="quiet")],
        className="page-words",
    )
    top = html.Div([words, aside] if aside is not None else [words], className="page-top")
    return html.Div([top, *content], className=f"page page-{name.replace('_', '-')}")


def dropdown(label: str, face: Children, *content: Children, classes: str = "") -> Component:
    """Return a button that opens a small box under it: a ``details`` that closes on its own.

    Native, so it works by keyboard and is announced as what it is.
    """
    summary = html.Summary(face, className="face", **aria(label=label), title=label)
    return html.Details(
        [summary, html.Div(list(content), className="drop")],
        className=f"dropdown {classes}".strip(),
    )


def sim_tag() -> Component:
    """Return the tag that stands beside everything simulated."""
    return html.Span(t("shell.sim"), className="tag sim", title=t("shell.sim_meaning"))


def mark(level: Literal["amber", "red"], word: str) -> Component:
    """Return a sign with its word: abnormal is never said by colour alone."""
    sign = html.Span(SIGNS[level], **aria(hidden="true"))
    return html.Span([sign, f" {word}"], className=f"mark {level}")


def notice(level: Level, title: str, text: str = "", action: Component | None = None) -> Component:
    """Return what stands where something is missing: what, why, and the one thing to do."""
    sign = SIGNS[level]
    heading: list[Children] = [title]
    if sign:
        heading.insert(0, html.Span(f"{sign} ", **aria(hidden="true")))
    parts: list[Component] = [html.P(heading, className="notice-title")]
    if text:
        parts.append(html.P(text, className="quiet"))
    if action is not None:
        parts.append(html.Div(action, className="notice-action"))
    role = "alert" if level == "red" else None
    return html.Div(parts, className=f"notice {level}", role=role)
