"""What parameters, KPIs, states and assets are called, in the language of the request.

The English names and meanings come from the declarations; the catalogues ``params`` and ``kpis``
hold the names, and translations of the meanings where the declaration speaks English.
"""

from __future__ import annotations

from twin.params import Declaration
from twin.ui.i18n import known, language, t


def humane(name: str) -> str:
    """Return an identifier as words: ``cutting_speed`` → ``Cutting speed``.

    >>> humane("cutting_speed")
    'Cutting speed'
    """
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def parameter(path: str) -> str:
    """Return the name of a parameter, without the thing it belongs to."""
    last = path.rsplit(".", 1)[-1]
    return t(f"params.{last}") if known(f"params.{last}") else humane(last)


def owner(path: str) -> str:
    """Return the thing that a parameter or KPI belongs to: ``line.stations.saw`` → ``line · saw``.

    >>> owner("line.stations.saw.buffer")
    'line · saw'
    """
    pieces = path.split(".")[:-1]
    return " · ".join(piece for piece in pieces if piece not in {"stations", "zones"})


def meaning(declared: Declaration) -> str:
    """Return what a parameter means."""
    last = declared.path.rsplit(".", 1)[-1]
    key = f"params.{last}.meaning"
    return t(key) if language() != "en" and known(key) else declared.meaning


def kpi(path: str) -> str:
    """Return the name of a KPI, without the thing it belongs to."""
    last = path.rsplit(".", 1)[-1]
    return t(f"kpis.{last}") if known(f"kpis.{last}") else humane(last)


def word(value: str) -> str:
    """Return a word of a choice, or a state, as people say it."""
    key = "words." + value.replace(" ", "_")
    return t(key) if known(key) else value.replace("_", " ")
