"""A CSV file as rows with line numbers: comma, semicolon or tab; plain or gzip; never too large."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import itertools
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from twin.errors import BadInput, Fault

MOST_BYTES = 64_000_000
MOST_ROWS = 500_000
NO_TEXT = "is not a text file; a CSV table is needed, from a spreadsheet: save it as CSV UTF-8"
ENDINGS = (".csv", ".tsv", ".txt", ".gz")
"""How files of such tables are mostly called; what counts is what is in them."""
DECIMAL_COMMA = re.compile(r"^[+-]?\d+,\d+([eE][+-]?\d+)?$")
PLAIN = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its line in the file, its cells by column, and what is wrong with it."""

    line: int
    cells: dict[str, str]
    fault: str = ""

    def cell(self, column: str) -> str:
        """The text of a cell, without blanks around it; empty where there is none."""
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A header and its rows."""

    path: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    separator: str

    def number(self, text: str) -> float | None:
        """The number that a cell says; with a decimal comma only where commas do not separate."""
        if self.separator != "," and DECIMAL_COMMA.match(text):
            text = text.replace(",", ".")
        return float(text) if PLAIN.match(text) else None


def read_sheet(path: str, *, numbered: bool = False) -> Sheet:
    """Read a CSV file; ``numbered``: R's way, a row number before the first named column, may be.

    Raises
    ------
    BadInput
        When there is no such file, it is too large, empty, or not a table of text.
    """
    text = _text(path, _content(path))
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        header = tuple(name.strip() for name in next(reader, []))
        if len(header) < 2:
            message = "is not a CSV table: its first line names fewer than two columns"
            raise BadInput(Fault(message, file=path))
        twice = {name for name in header if name and header.count(name) > 1}
        if twice:
            raise BadInput(Fault("is named twice in the header", f"column {min(twice)}", path))
        lines = list(itertools.islice(reader, 1)) if numbered else []
        if lines and len(lines[0]) == len(header) + 1 and lines[0][0].strip().isdigit():
            header = ("", *header)
        rows = tuple(_rows(path, reader, header, lines))
    except csv.Error as error:
        where = f"line {reader.line_num}"
        raise BadInput(Fault(f"is not a CSV table: {error}", where, path)) from None
    return Sheet(path, header, rows, separator)


def _rows(
    path: str, reader: Iterator[list[str]], header: tuple[str, ...], first: Sequence[list[str]]
) -> Iterator[Row]:
    for count, cells in enumerate(itertools.chain(first, reader)):
        if count >= MOST_ROWS:
            raise BadInput(Fault(f"has more than {MOST_ROWS:,} rows", file=path))
        line: int = reader.line_num  # type: ignore[attr-defined]
        clean = [cell.strip() for cell in cells]
        if not any(clean):
            continue
        fault = ""
        if len(clean) != len(header):
            fault = f"has {len(clean)} cells, the header has {len(header)}"
        yield Row(line, dict(zip(header, clean, strict=False)), fault)


def _content(path: str) -> bytes:
    """The bytes of the file, unpacked; the size is looked at before the file is read."""
    file = Path(path)
    try:
        size = file.stat().st_size
        if file.is_dir():
            raise BadInput(Fault("is a folder, not a file", file=path))
        if size > MOST_BYTES:
            raise BadInput(Fault(_too_large(size), file=path))
        with file.open("rb") as opened:
            raw = opened.read(MOST_BYTES + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        raise BadInput(Fault(f"cannot be read: {reason}", file=path)) from None
    if raw[:2] == b"\x1f\x8b":
        raw = _unpacked(path, raw)
    if len(raw) > MOST_BYTES:
        raise BadInput(Fault(_too_large(len(raw)), file=path))
    return raw


def _too_large(size: int) -> str:
    return f"has {size / 1e6:,.0f} MB or more; allowed: {MOST_BYTES / 1e6:,.0f} MB"


def _unpacked(path: str, raw: bytes) -> bytes:
    try:
        with gzip.open(io.BytesIO(raw)) as packed:
            return packed.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error):
        raise BadInput(Fault("is a damaged gzip file", file=path)) from None


def _text(path: str, raw: bytes) -> str:
    if not raw.strip():
        raise BadInput(Fault("is empty", file=path))
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _wide(path, raw)
    if b"\x00" in raw[:8192]:
        raise BadInput(Fault(NO_TEXT, file=path))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _wide(path: str, raw: bytes) -> str:
    """The text of a UTF-16 file, such as the "Unicode text" of a spreadsheet."""
    try:
        text = raw.decode("utf-16")
    except UnicodeDecodeError:
        raise BadInput(Fault("is damaged UTF-16 text; save it as CSV UTF-8", file=path)) from None
    if "\x00" in text[:8192]:
        raise BadInput(Fault(NO_TEXT, file=path))
    if not text.strip():
        raise BadInput(Fault("is empty", file=path))
    return text
