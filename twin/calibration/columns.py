"""Columns of somebody else's table by our names, and its times in s."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from twin.csvfile import Sheet
from twin.errors import BadInput, Fault, did_you_mean
from twin.units import scale

CLOCKS = ("s", "ms", "us", "min", "h")
"""Units of times that are numbers."""
MOST_FAULTS = 20
DAY_ALONE = len("2025-01-07")


def named(
    sheet: Sheet, columns: Mapping[str, str], known: Iterable[str], required: Iterable[str]
) -> dict[str, str]:
    """Return our name → column of the file, for what the file has.

    Without ``--map`` a column is found by our name, with or without capitals and blanks.

    Raises
    ------
    BadInput
        One fault for each name or column that is not there.
    """
    known = tuple(known)
    plain = {_plain(column): column for column in sheet.header}
    faults = [
        Fault(f"--map knows no {name!r}" + did_you_mean(name, known), file=sheet.path)
        for name in columns
        if name not in known
    ]
    faults += [
        Fault("--map names a column that is not there" + did_you_mean(column, sheet.header),
              f"column {column}", sheet.path)
        for column in columns.values()
        if column not in sheet.header
    ]  # fmt: skip
    names = {name: columns.get(name, plain.get(_plain(name), "")) for name in known}
    faults += [
        Fault(f"the column is missing{_nearest(name, sheet.header)}"
              f"; name yours with --map {name}=COLUMN", f"column {name}", sheet.path)
        for name in required
        if not names.get(name)
    ]  # fmt: skip
    if faults:
        raise BadInput(faults)
    return {name: column for name, column in names.items() if column}


@dataclass(slots=True)
class Names:
    """What the scenario calls the table's stations and products, as the user says."""

    station: Mapping[str, str] = field(default_factory=dict)
    product: Mapping[str, str] = field(default_factory=dict)
    used: set[tuple[str, str]] = field(default_factory=set)

    def of(self, kind: str, word: str) -> str:
        """Return the scenario's name for the table's ``word``, a ``station`` or a ``product``."""
        names = self.station if kind == "station" else self.product
        if word not in names:
            return word
        self.used.add((kind, word))
        return names[word]

    def unused(self, path: str) -> list[Fault]:
        """Return one fault for each word that does not occur."""
        given = {("station", word) for word in self.station} | {
            ("product", w) for w in self.product
        }
        return [Fault("does not occur in the table", f"--{kind} {word}", path)
                for kind, word in sorted(given - self.used)]  # fmt: skip


def _plain(text: str) -> str:
    return text.lower().replace(" ", "").replace("_", "")


def _nearest(name: str, header: Iterable[str]) -> str:
    return did_you_mean(name, [column for column in header if column])


def zone_of(name: str, path: str = "") -> tzinfo:
    """Return a time zone by its name, ``Europe/Rome`` or ``UTC``.

    Raises
    ------
    BadInput
        When there is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        message = "is no time zone; give a name such as 'Europe/Berlin' or 'UTC'"
        raise BadInput(Fault(message, "--zone", path, repr(name))) from None


@dataclass(slots=True)
class Clock:
    """Reads times: numbers of one unit, dates of ISO 8601, or dates written as a format says.

    Dates without a zone are of ``zone``; a table may not have both kinds, for then one of them
    would be read wrongly.
    """

    sheet: Sheet
    unit: str = "s"
    zone: tzinfo = UTC
    kinds: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if "%" not in self.unit and self.unit not in CLOCKS:
            message = f"allowed {', '.join(CLOCKS)}, or how dates are written: '%d.%m.%Y %H:%M'"
            raise BadInput(Fault(message, "--unit time", self.sheet.path, repr(self.unit)))

    def read(self, text: str) -> tuple[float, str]:
        """Return a time [s], and what is wrong with it (empty when nothing is)."""
        number = None if "%" in self.unit else self.sheet.number(text)
        if number is not None:
            return self._number(number)
        moment = self._date(text)
        if moment is None:
            return math.nan, self.allowed()
        kind = "without a zone" if moment.tzinfo is None else "with a zone"
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=self.zone)
        return moment.timestamp(), ""

    def _number(self, number: float) -> tuple[float, str]:
        if number < 0:
            return math.nan, "a time is negative; allowed 0 and more"
        self.kinds["numbers"] = self.kinds.get("numbers", 0) + 1
        return number * (1e-6 if self.unit == "us" else scale(self.unit)), ""

    def _date(self, text: str) -> datetime | None:
        try:
            if "%" in self.unit:
                return datetime.strptime(text, self.unit)
            return datetime.fromisoformat(text) if len(text) > DAY_ALONE else None
        except ValueError:
            return None

    def allowed(self) -> str:
        """What a time may be."""
        if "%" in self.unit:
            return f"is not a date written as {self.unit!r}, as --unit time says"
        return (
            "is neither a number nor a date with a time (ISO 8601: 2025-01-07 08:00:00+01:00); "
            "another way of writing is named by --unit time='%d.%m.%Y %H:%M'"
        )

    def mixed(self) -> Fault | None:
        """Return what is wrong when a table has times of several kinds."""
        if len(self.kinds) < 2:
            return None
        counts = ", ".join(f"{count} {kind}" for kind, count in self.kinds.items())
        return Fault(f"times are of several kinds: {counts}; allowed is one of them",
                     "column time", self.sheet.path)  # fmt: skip

    def notes(self) -> tuple[str, ...]:
        """What was assumed."""
        if "without a zone" not in self.kinds or self.zone is not UTC:
            return ()
        return ("times have no zone and are taken as UTC (--zone names another)",)


def refuse(faults: list[Fault], path: str) -> None:
    """Raise the first faults of a table, and how many more there are."""
    more = len(faults) - MOST_FAULTS
    rest = [Fault(f"… and {more} more faults", file=path)] if more > 0 else []
    if faults:
        raise BadInput([*faults[:MOST_FAULTS], *rest])
