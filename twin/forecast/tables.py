"""Wear tables by name: the shipped ones, and those that people brought, by the hash of their text.

What somebody brings is kept as ``<home>/uploads/<sha256>.csv``. It is asked for by that hash and
nothing else, so no name that comes from outside ever becomes a path.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from twin import store
from twin.csvfile import read_sheet
from twin.errors import BadInput, Fault
from twin.forecast.examples import EXAMPLES, TREND_EXAMPLES, read_example, read_trend_example
from twin.forecast.reading import read_wear
from twin.forecast.table import WearTable
from twin.forecast.trend_table import TrendTable, read_trend_table, units_of

MOST_BYTES = 5_000_000
"""An uploaded wear table is smaller."""
YOURS = "your table"
_HASH = re.compile(r"^[0-9a-f]{64}$")


def folder() -> Path:
    """Return where uploaded tables are kept."""
    made = store.home() / "uploads"
    made.mkdir(mode=0o700, exist_ok=True)
    return made


def keep(content: bytes) -> str:
    """Keep a table that somebody brought, and return its name: the hash of its text.

    Raises
    ------
    BadInput
        When it is too large or not a CSV table; then it is not kept.
    """
    if len(content) > MOST_BYTES:
        size, most = len(content) / 1e6, MOST_BYTES / 1e6
        raise BadInput(Fault(f"has {size:.1f} MB; allowed: {most:.0f} MB", file=YOURS))
    name = hashlib.sha256(content).hexdigest()
    place = folder() / f"{name}.csv"
    beside = folder() / f"{name}.{os.getpid()}.part"
    beside.write_bytes(content)
    try:
        header(beside)
        beside.replace(place)
    except BadInput as error:
        raise _nameless(error, str(beside)) from None
    finally:
        beside.unlink(missing_ok=True)
    return name


def is_upload(name: str) -> bool:
    """Whether ``name`` is the name of a table that somebody brought."""
    return bool(_HASH.match(name))


def path_of(name: str) -> Path:
    """Return the file of an uploaded table.

    Raises
    ------
    BadInput
        When there is none of that name.
    """
    file = folder() / f"{name}.csv"
    if not is_upload(name) or not file.is_file():
        shipped = ", ".join((*EXAMPLES, *TREND_EXAMPLES))
        message = f"no such table here; shipped: {shipped}; yours: upload it again"
        raise BadInput(Fault(message, "table", value=repr(name[:80])))
    return file


def header(file: Path) -> tuple[str, ...]:
    """Return the names of the columns of a file."""
    return read_sheet(str(file)).header


def columns_of(name: str) -> tuple[str, ...]:
    """Return the names of the columns of an uploaded table."""
    file = path_of(name)
    try:
        return header(file)
    except BadInput as error:
        raise _nameless(error, str(file)) from None


def open_table(
    name: str,
    columns: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
) -> WearTable:
    """Read a wear table: a shipped one by its name, an uploaded one by its hash.

    Raises
    ------
    BadInput
        When there is none, or one fault for each thing that is wrong in it.
    """
    if name in EXAMPLES:
        if columns or units:
            raise BadInput(Fault("a shipped table needs no other columns or units", "table"))
        return read_example(name)
    file = path_of(name)
    try:
        table = read_wear(str(file), columns, units)
    except BadInput as error:
        raise _nameless(error, str(file)) from None
    return replace(table, source=YOURS)


def open_trends(
    name: str,
    columns: Mapping[str, str] | None = None,
    time_unit: str = "",
    running: Sequence[str] = (),
    rms_unit: str = "",
) -> TrendTable:
    """Read trend features: shipped ones by their name, uploaded ones by their hash.

    Raises
    ------
    BadInput
        When there are none, or one fault for each thing that is wrong in them.
    """
    if name in TREND_EXAMPLES:
        if columns or running or time_unit not in {"", "min"}:
            message = "a shipped table needs no other columns, units or running parts"
            raise BadInput(Fault(message, "trend"))
        return TrendTable(read_trend_example(name))
    file = path_of(name)
    try:
        return read_trend_table(str(file), columns, time_unit, running, rms_unit)
    except BadInput as error:
        raise _nameless(error, str(file)) from None


def parts_of(name: str, column: str) -> tuple[str, ...]:
    """Return the parts that an uploaded table of trends has in one of its columns."""
    return units_of(str(path_of(name)), column)


def _nameless(error: BadInput, path: str) -> BadInput:
    """Speak of the visitor's table, not of where it is kept."""
    return BadInput([replace(f, file=YOURS if f.file == path else f.file) for f in error.faults])
