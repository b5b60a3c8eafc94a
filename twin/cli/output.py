"""How every verb speaks: a table for people, JSON for machines, exit codes 0, 1 and 2."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from twin.statistics import Estimate

JsonTo = Annotated[
    str | None,
    typer.Option(
        "--json", metavar="FILE|-", help="Write the result as JSON to FILE, or - for stdout."
    ),
]


def console(json_to: str | None = None) -> Console:
    """Return the console for people; it moves to standard error while JSON has standard output."""
    shown = Console(stderr=json_to == "-", highlight=False, soft_wrap=True)
    if not shown.is_terminal:
        shown.width = 200
    return shown


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """Return a table with its first column on the left and numbers on the right."""
    drawn = Table(title=title or None, title_justify="left", box=None, pad_edge=False)
    for index, column in enumerate(columns):
        # A unit in brackets is not a colour.
        drawn.add_column(escape(column), justify="left" if index == 0 else "right", overflow="fold")
    for row in rows:
        drawn.add_row(*row)
    return drawn


def number(value: float | None, digits: int = 4) -> str:
    """Return a number with as many digits as people can use; unknown is ``–``.

    >>> number(58.23456), number(None), number(0.000123)
    ('58.23', '–', '0.000123')
    """
    if value is None or not math.isfinite(value):
        return "–"
    return f"{value:.{digits}g}" if abs(value) < 10**digits else f"{value:,.0f}"


def signed(value: float | None) -> str:
    """Return a number with its sign; unknown is ``–``."""
    shown = number(value)
    return shown if value is None or value < 0 or shown == "–" else f"+{shown}"


def interval(estimate: Estimate) -> str:
    """Return ``low to high``; ``–`` for a single run."""
    if estimate.low is None or estimate.high is None:
        return "–"
    return f"{number(estimate.low)} to {number(estimate.high)}"


def plus_minus(estimate: Estimate) -> str:
    """Return ``58.2 ± 0.8``, with digits no finer than the interval."""
    if estimate.value is None:
        return "–"
    half = estimate.half_width
    if not half:
        return number(estimate.value)
    digits = max(0, 1 - math.floor(math.log10(half)))
    return f"{estimate.value:.{digits}f} ± {half:.{digits}f}"


def plain(value: Any) -> Any:
    """Return ``value`` with only what JSON knows; a number that is not finite becomes null."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    return str(value)


def write_json(document: Any, json_to: str | None) -> None:
    """Write ``document`` where ``--json`` says; nothing without it."""
    if json_to is None:
        return
    written = json.dumps(plain(document), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    if json_to == "-":
        sys.stdout.write(written)
    else:
        Path(json_to).write_text(written, encoding="utf-8")


def counted(n: int, one: str, more: str) -> str:
    """Return a number with the word that fits it.

    >>> counted(1, "run", "runs"), counted(8, "run", "runs")
    ('1 run', '8 runs')
    """
    return f"{n} {one if n == 1 else more}"
