"""The contract of a page, and the family of pages.

A page is one file in this folder; private helpers of it start with ``_``. It declares

``ORDER``
    Its place in the navigation (Overview 10, What-if 20, Tool wear 30, Line 40, Buildings 50,
    Streams 60, Nodes 70, Models 80, Experiments 90, Changes 100, Alarms 110, Validation 120).
``ICON``
    The name of a file in ``assets/icons``.
``layout(view: View, context: Context) -> Component``
    The page for one address: called at each visit, cheap, in the language and theme of the
    request (:func:`twin.ui.i18n.t`, :func:`twin.ui.theme.theme`). One ``h1``; start with
    :func:`twin.ui.components.frame.page`.
``register(app: dash.Dash, context: Context) -> None``
    Its callbacks: parse → call → figure, nothing else. Anything drawn takes
    ``Input(shell.THEME, "data")`` and hands the name on to a pure function of figures.
``Ids``
    A ``StrEnum`` of its component ids, each starting with the page's name.

Its texts are ``locales/<language>/<file name>.json`` in all three languages, with at least
``name`` (navigation and title) and ``question`` (the line under the title). The path of the page
is its file name with hyphens; everything a visitor can choose is in the query (``view.query``).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

from dash import Dash
from dash.development.base_component import Component

from twin.family import kinds, load
from twin.ui.context import Context
from twin.ui.links import View, path_of

FAMILY = "twin.ui.pages"


@dataclass(frozen=True, slots=True)
class Page:
    """One page as its file declares it."""

    name: str
    order: int
    icon: str
    layout: Callable[[View, Context], Component]
    register: Callable[[Dash, Context], None]

    @property
    def title_key(self) -> str:
        """Key of its name in the catalogues."""
        return f"{self.name}.name"

    @property
    def path(self) -> str:
        """Its path in an address."""
        return path_of(self.name)


@functools.cache
def pages() -> tuple[Page, ...]:
    """Return every page there is, in the order of the navigation."""
    found = []
    for name in kinds(FAMILY):
        module = load(FAMILY, name)
        found.append(Page(name, module.ORDER, module.ICON, module.layout, module.register))
    return tuple(sorted(found, key=lambda page: (page.order, page.name)))
