"""What unit the name of a column says: ``time_s``, ``VB [um]``, ``holes``, ``加工时间(秒)``.

Names are evidence, not a declaration: what a name says is held against the unit that the column is
taken in, and never taken by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

TIME, LENGTH, COUNT = "time", "length", "count"
COUNTS = ("cut", "cycle", "part", "hole", "pass", "rev")

_WORDS: Mapping[str, Mapping[str, str]] = {
    TIME: {
        "ms": "ms msec millisecond milliseconds 毫秒",
        "s": "s sec secs second seconds sek sekunde sekunden 秒",
        "min": "min mins minute minutes minuten 分 分钟 分鐘",
        "h": "h hr hrs hour hours stunde stunden 小时 小時",
        "day": "d day days 天",
    },
    LENGTH: {
        "nm": "nm nanometer nanometre nanometers nanometres 纳米 奈米",
        "um": "um µm μm micron microns micrometer micrometre micrometers micrometres 微米",
        "mm": "mm millimeter millimetre millimeters millimetres 毫米",
        "cm": "cm centimeter centimetre centimeters centimetres",
        "m": "m meter metre meters metres",
        "km": "km kilometer kilometre kilometers kilometres",
        "inch": "in inch inches zoll 英寸 英吋",
        "thou": "mil mils thou",
        "ft": "ft foot feet",
    },
    COUNT: {
        "cut": "cut cuts count counts counter order number index snapshot snapshots",
        "cycle": "cycle cycles stroke strokes shot shots hit hits zyklen run runs",
        "part": "part parts piece pieces pcs workpiece workpieces unit units teile 件 件数 件數",
        "hole": "hole holes bohrungen 孔 孔数 孔數",
        "pass": "pass passes",
        "rev": "rev revs revolution revolutions turn turns",
    },
}
_UNITS = {
    kind: {word: unit for unit, words in units.items() for word in words.split()}
    for kind, units in _WORDS.items()
}
_MEASURES = {"time", "duration", "t", "zeit", "dauer", "vb", "wear", "flank", "verschleiss"}
_TIMES = {"time", "duration", "zeit", "dauer", "timestamp"}
_TOKEN = re.compile(r"[A-Zµμ]+(?![a-zµμ])|[A-Z]?[a-zµμ]+|[^\W\dA-Za-z_µμ]+")
_BRACKET = re.compile(r"[\[({（【]\s*([^\])}）】]*)")
_GLUED = re.compile(r"(?:time|duration|vb|wear|flank)([a-zµμ]{2,})$", re.IGNORECASE)
_FULL = 4
"""Letters from which a word of a name is a unit wherever it stands."""
_DOUBTFUL = {TIME: {"in", "m"}, LENGTH: {"m"}}
"""Words that are a unit in brackets only: a time ``m`` or ``in``, a wear ``m`` (mean)."""


@dataclass(frozen=True, slots=True)
class Said:
    """A unit that a name says: its word, the unit as ``--unit`` takes it, and what it measures."""

    word: str
    unit: str
    kind: str


def said_of_time(column: str) -> Said | None:
    """Return the unit of time, the count, or else the length that a name says.

    >>> said_of_time("time_s")
    Said(word='s', unit='s', kind='time')
    >>> [found.unit for name in ("Cutting hours", "holes") if (found := said_of_time(name))]
    ['h', 'hole']
    >>> said_of_time("time_in_cut") is said_of_time("Insert time") is None
    True
    """
    words = list(_tokens(column))
    found = _first(column, words, TIME, TIME)
    if found is None and not _TIMES.intersection(words):
        found = next((Said(w, _UNITS[COUNT][w], COUNT) for w in words if w in _UNITS[COUNT]), None)
        found = found or _ending(words, COUNT) or _first(column, words, LENGTH, TIME)
    return found


def said_of_wear(column: str) -> Said | None:
    """Return the unit of length that a name says.

    >>> [found.unit for name in ("vb_in", "VB (µm)", "VBmm") if (found := said_of_wear(name))]
    ['inch', 'um', 'mm']
    >>> said_of_wear("wear_min") is said_of_wear("vb_m") is None
    True
    """
    return _first(column, list(_tokens(column)), LENGTH, LENGTH)


def count_of(unit: str) -> str:
    """Return the count that a word is one or many of; empty where it is none.

    >>> count_of("holes"), count_of("passes"), count_of("pass"), count_of("s")
    ('hole', 'pass', 'pass', '')
    """
    ones = (unit, unit.removesuffix("s"), unit.removesuffix("es"))
    return next((one for one in ones if one in COUNTS), "")


def _tokens(name: str) -> Iterator[str]:
    return (token.lower() for token in _TOKEN.findall(name))


def _first(column: str, words: list[str], kind: str, role: str) -> Said | None:
    units = _UNITS[kind]
    for inside in _BRACKET.findall(column):
        for word in _tokens(inside):
            if word in units:
                return Said(word, units[word], kind)
    before = ["", *words]
    places = [w for i, w in enumerate(words)
              if i == len(words) - 1 or len(w) >= _FULL or before[i] in _MEASURES]  # fmt: skip
    glued = _GLUED.search(column.rstrip("0123456789 _-"))
    places += [glued.group(1).lower()] if glued else []
    sure = [w for w in reversed(places) if w in units and w not in _DOUBTFUL[role]]
    if not sure and kind == LENGTH and role == TIME and words[-1:] == ["m"]:
        sure = ["m"]
    return Said(sure[0], units[sure[0]], kind) if sure else _ending(words, kind)


def _ending(words: list[str], kind: str) -> Said | None:
    """The unit that ends a word of a script without blanks between words."""
    written = sorted((w for w in _UNITS[kind] if not w[0].islower()), key=len, reverse=True)
    hits = (w for word in words for w in written if word.endswith(w))
    return next((Said(w, _UNITS[kind][w], kind) for w in hits), None)
