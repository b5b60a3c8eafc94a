"""The frame around every page: header, navigation, search, notices, and the way to a page."""

from __future__ import annotations

import logging
import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, dcc, html, set_props
from dash.development.base_component import Component

from twin.errors import BadInput
from twin.ui import links, names, refusals, search, theme
from twin.ui.browser import in_browser
from twin.ui.components import card, watch
from twin.ui.components.frame import aria, icon, notice, page, sim_tag
from twin.ui.context import Context
from twin.ui.i18n import LANGUAGES, language, t
from twin.ui.pages.base import Page, pages

LOG = logging.getLogger("twin.ui")
BOTTOM = 4
"""Pages in the bottom bar of a phone; the rest is behind "more"."""


class Ids(StrEnum):
    """Ids of the shell."""

    URL = "url"
    THEME = "theme"
    PROVIDER = "provider"
    NOTICES = "notices"
    PAGE = "page"
    HEAD = "head"
    DONE = "done"
    SCENARIO = "scenario"
    LANGUAGE = "language"
    LANGUAGE_PHONE = "language-phone"
    AS_OF = "as-of"
    TOGGLE = "toggle-theme"
    SEARCH_OPEN = "search-open"
    SEARCH = "search"
    SEARCH_BOX = "search-box"
    MORE_OPEN = "more-open"
    MORE = "more"
    LOST = "lost"


URL = Ids.URL
THEME = Ids.THEME
"""Id of the store that holds the theme's name; whatever is drawn takes it as an input."""


def layout(context: Context) -> Component:
    """Return the shell, in the language and theme of the request."""
    drawn: Component = dmc.MantineProvider(
        [
            dcc.Location(id=Ids.URL, refresh="callback-nav"),
            dcc.Store(id=Ids.THEME, data=theme.theme()),
            dcc.Store(id=Ids.HEAD),
            dcc.Store(id=Ids.DONE),
            dmc.NotificationContainer(id=Ids.NOTICES, position="top-right"),
            html.A(t("shell.skip"), href="#page", className="skip"),
            html.Div(t("shell.lost"), id=Ids.LOST, className="lost", role="alert", hidden=True),
            _header(context),
            html.Nav(
                [_link(entry, "side") for entry in pages()],
                className="nav",
                **aria(label=t("shell.pages")),
            ),
            html.Main(id=Ids.PAGE, tabIndex=-1),
            _bottom(),
            _more(),
            _search(),
        ],
        id=Ids.PROVIDER,
        theme=theme.mantine("var(--font)"),
        forceColorScheme=theme.theme(),
    )
    return drawn


def _header(context: Context) -> Component:
    choices = [{"value": name, "label": _title(context, name)} for name in context.scenarios]
    label = aria(label=t("shell.scenario"))
    return html.Header(
        [
            dcc.Link([html.Span("twin", className="brand-word")], href="/", className="brand"),
            dmc.Select(id=Ids.SCENARIO, data=choices, allowDeselect=False, size="sm",
                       className="scenario", comboboxProps={"width": 320, "shadow": "none"},
                       **label),
            html.Span([sim_tag(), html.Span(id=Ids.AS_OF, className="quiet small as-of")],
                      className="liveness"),
            html.Span(className="spacer"),
            _search_button(),
            _languages(Ids.LANGUAGE),
            dmc.ActionIcon(
                [icon("moon"), icon("sun")], id=Ids.TOGGLE,
                variant="default", size=36, className="toggle-theme", n_clicks=0,
                **aria(label=t("shell.toggle_theme")),
            ),
        ],
        className="header",
    )  # fmt: skip


def _search_button() -> Component:
    keys = html.Kbd("Ctrl K", **aria(hidden="true"))
    button: Component = dmc.Button(
        [html.Span(t("shell.search")), keys],
        id=Ids.SEARCH_OPEN,
        leftSection=icon("search"),
        variant="default",
        className="search-open",
        n_clicks=0,
    )
    return button


def _languages(name: Ids) -> Component:
    drawn: Component = dmc.Select(
        id=name,
        value=language(),
        allowDeselect=False,
        size="sm",
        data=[{"value": tag, "label": called} for tag, called in LANGUAGES.items()],
        className="language",
        comboboxProps={"shadow": "none"},
        leftSection=icon("languages"),
        **aria(label=t("shell.language")),
    )
    return drawn


def _title(context: Context, name: str) -> str:
    try:
        return names.scenario(context.scenario(name).title)
    except BadInput:
        return name


def _link(entry: Page, at: str) -> Component:
    drawn: Component = dmc.NavLink(
        id={"nav": entry.path, "at": at},
        label=t(entry.title_key),
        href=entry.path,
        active=False,
        leftSection=icon(entry.icon),
        className="nav-link",
    )
    return drawn


def _bottom() -> Component:
    more = dmc.UnstyledButton(
        [icon("ellipsis"), html.Span(t("shell.more"))],
        id=Ids.MORE_OPEN, className="bottom-more", n_clicks=0,
    )  # fmt: skip
    return html.Nav(
        [*[_link(entry, "bottom") for entry in pages()[:BOTTOM]], more],
        className="bottom",
        **aria(label=t("shell.pages_phone")),
    )


def _more() -> Component:
    drawn: Component = dmc.Drawer(
        [*[_link(entry, "more") for entry in pages()], _languages(Ids.LANGUAGE_PHONE)],
        id=Ids.MORE,
        title=t("shell.more"),
        position="bottom",
        size="auto",
        closeButtonProps={"aria-label": t("shell.close")},
        zIndex=300,
    )
    return drawn


def _search() -> Component:
    box = dmc.Select(
        id=Ids.SEARCH_BOX, data=[], searchable=True, clearable=True, size="md", limit=40,
        placeholder=t("shell.search_hint"), nothingFoundMessage=t("shell.search_nothing"),
        maxDropdownHeight=360, leftSection=icon("search"),
        comboboxProps={"withinPortal": False, "shadow": "none"},
        selectFirstOptionOnChange=True, **aria(label=t("shell.search_all")),
    )  # fmt: skip
    drawn: Component = dmc.Modal(
        box,
        id=Ids.SEARCH,
        title=t("shell.search_all"),
        size="lg",
        yOffset="10vh",
        zIndex=300,
        closeButtonProps={"aria-label": t("shell.close")},
        styles={"body": {"minHeight": 440}},
    )
    return drawn


def not_found() -> Component:
    """Return the page for an address that leads nowhere."""
    home = dcc.Link(t("shell.not_found_home"), href="/")
    return html.Div(
        [html.H1(t("shell.not_found")), notice("empty", t("shell.not_found_why"), action=home)],
        className="page",
    )


def render(view: links.View, context: Context) -> tuple[Component, dict[str, Any]]:
    """Return the page of a view, and what the shell around it has to know."""
    entry = next((entry for entry in pages() if entry.name == view.page), None)
    if entry is None:
        return not_found(), _head("", t("shell.not_found"), context.first)
    try:
        context.file(view.scenario)
        return entry.layout(view, context), _head(entry.path, t(entry.title_key), view.scenario)
    except BadInput as error:
        anew = dcc.Link(t("shell.anew"), href=links.write(entry.name, _known(view, context)))
        body = notice("red", t("shell.refused"), "\n".join(map(refusals.said, error.faults)), anew)
        return page(entry.name, body), _head(entry.path, t(entry.title_key), context.first)
    except Exception as error:
        # A page that fails says so in its place; a blank one would say nothing.
        body = notice("red", t("shell.failed"), t("shell.failed_number", number=_log(error)))
        return page(entry.name, body), _head(entry.path, t(entry.title_key), view.scenario)


def _known(view: links.View, context: Context) -> str:
    return view.scenario if view.scenario in context.scenarios else context.first


def _head(path: str, title: str, scenario: str) -> dict[str, Any]:
    as_of = t("shell.as_of", at=datetime.now().astimezone().strftime("%H:%M"))
    return {"path": path, "title": f"{title} · twin", "scenario": scenario, "as_of": as_of}


def _log(error: Exception) -> str:
    number = uuid.uuid4().hex[:8]
    LOG.error("a page or callback failed, number %s", number, exc_info=error)
    return number


def trouble(error: Exception) -> None:
    """Show what went wrong in a callback: our words for bad input, a number for a fault of ours."""
    if isinstance(error, BadInput):
        title, text = t("shell.refused"), "\n".join(map(refusals.said, error.faults))
    else:
        title, text = t("shell.failed"), t("shell.failed_number", number=_log(error))
    shown = {"action": "show", "title": title, "message": text, "color": "red", "autoClose": 12000,
             "id": uuid.uuid4().hex}  # fmt: skip
    set_props(Ids.NOTICES, {"sendNotifications": [shown]})


def register(app: Dash, context: Context) -> None:
    """Register the callbacks of the shell, of its parts and of every page."""
    _register_routes(app, context)
    _register_choices(app)
    _register_search(app, context)
    card.register(app)
    watch.register(app)
    for entry in pages():
        entry.register(app, context)


def _register_routes(app: Dash, context: Context) -> None:
    @app.callback(
        Output(Ids.PAGE, "children"),
        Output(Ids.HEAD, "data"),
        Input(Ids.URL, "pathname"),
        Input(Ids.URL, "search"),
    )
    def show_page(pathname: str | None, query: str | None) -> Any:
        return render(links.read(pathname, query, pages()[0].name, context.first), context)

    in_browser(
        app,
        "arrived",
        Output({"nav": ALL, "at": ALL}, "href"),
        Output({"nav": ALL, "at": ALL}, "active"),
        Output({"nav": ALL, "at": ALL}, "aria-current"),
        Output(Ids.SCENARIO, "value"),
        Output(Ids.AS_OF, "children"),
        Output(Ids.MORE, "opened", allow_duplicate=True),
        Output(Ids.SEARCH, "opened", allow_duplicate=True),
        Input(Ids.HEAD, "data"),
        State({"nav": ALL, "at": ALL}, "id"),
    )
    in_browser(
        app,
        "as_of",
        Output(Ids.AS_OF, "children", allow_duplicate=True),
        Input(watch.phase(ALL), "data"),
    )


def _register_choices(app: Dash) -> None:
    in_browser(
        app,
        "choose_scenario",
        Output(Ids.URL, "href"),
        Input(Ids.SCENARIO, "value"),
        State(Ids.HEAD, "data"),
    )
    in_browser(
        app,
        "choose_language",
        Output(Ids.DONE, "data"),
        Input(Ids.LANGUAGE, "value"),
        Input(Ids.LANGUAGE_PHONE, "value"),
    )
    in_browser(
        app,
        "toggle_theme",
        Output(Ids.PROVIDER, "forceColorScheme"),
        Output(Ids.THEME, "data"),
        Input(Ids.TOGGLE, "n_clicks"),
        State(Ids.THEME, "data"),
    )
    in_browser(
        app,
        "opened",
        Output(Ids.MORE, "opened"),
        Input(Ids.MORE_OPEN, "n_clicks"),
    )


def _register_search(app: Dash, context: Context) -> None:
    @app.callback(
        Output(Ids.SEARCH_BOX, "data"),
        Input(Ids.SEARCH_OPEN, "n_clicks"),
        State(Ids.HEAD, "data"),
        prevent_initial_call=True,
    )
    def offer_search(_n: int, head: dict[str, Any] | None) -> Any:
        return search.groups(context, (head or {}).get("scenario", context.first))

    in_browser(
        app,
        "open_search",
        Output(Ids.SEARCH, "opened"),
        Input(Ids.SEARCH_OPEN, "n_clicks"),
    )
    in_browser(
        app,
        "go_to",
        Output(Ids.URL, "href", allow_duplicate=True),
        Output(Ids.SEARCH, "opened", allow_duplicate=True),
        Output(Ids.SEARCH_BOX, "value"),
        Input(Ids.SEARCH_BOX, "value"),
    )
