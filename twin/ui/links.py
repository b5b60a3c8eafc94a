"""Addresses: the state of a page is in its URL, and a pasted link gives the same view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qs, quote, urlencode

MOST_CHARACTERS = 8000
"""A longer query was not written by the app."""


@dataclass(frozen=True, slots=True)
class View:
    """What an address asks for: a page, a scenario, and the page's own parameters."""

    page: str
    scenario: str
    query: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def one(self, key: str, default: str = "") -> str:
        """Return the last value of ``key`` in the query."""
        return self.query[key][-1] if self.query.get(key) else default

    def all(self, key: str) -> tuple[str, ...]:
        """Return every value of ``key`` in the query."""
        return self.query.get(key, ())


def path_of(page: str) -> str:
    """Return the path of a page: the file's name with hyphens.

    >>> path_of("what_if")
    '/what-if'
    """
    return "/" + page.replace("_", "-")


def read(pathname: str | None, search: str | None, first_page: str, first_scenario: str) -> View:
    """Read an address.

    >>> read("/what-if", "?scenario=mill&set=mill.cutting_speed=200", "overview", "mill")
    View(page='what_if', scenario='mill', query={'set': ('mill.cutting_speed=200',)})
    """
    name = (pathname or "/").strip("/").replace("-", "_")
    found = parse_qs((search or "")[:MOST_CHARACTERS].lstrip("?"), keep_blank_values=True)
    query = {key: tuple(values) for key, values in found.items()}
    scenario = query.pop("scenario", (first_scenario,))[-1]
    return View(name or first_page, scenario, query)


def write(page: str, scenario: str, query: Mapping[str, str | Sequence[str]] | None = None) -> str:
    """Write the address of a view.

    >>> write("what_if", "mill", {"set": ["mill.cutting_speed=200"], "job": ""})
    '/what-if?scenario=mill&set=mill.cutting_speed=200'
    """
    given = {"scenario": scenario, **(query or {})}
    pairs = [
        (key, value)
        for key, values in given.items()
        for value in ([values] if isinstance(values, str) else values)
        if value
    ]
    return path_of(page) + "?" + urlencode(pairs, safe="=.:,", quote_via=quote)
