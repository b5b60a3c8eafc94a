"""What a what-if showed, read from the output of ``twin compare --json``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from twin import units
from twin.devices import recount
from twin.devices.base import Value
from twin.devices.change import Difference, Evidence, Item
from twin.devices.signing import digest
from twin.errors import BadInput, Fault

LARGEST_BYTES = 4_000_000
NO_COMPARISON = "is not a comparison (no 'difference'): use twin compare … --json FILE"


def load(file: Path) -> Any:
    """Return the document of a file that ``twin compare --json`` wrote.

    Raises
    ------
    BadInput
        When it cannot be read, is not JSON, or is no comparison.
    """
    try:
        if file.stat().st_size > LARGEST_BYTES:
            raise BadInput(Fault("is larger than 4 MB: not a comparison", file=str(file)))
        document = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(Fault(f"cannot be read ({error.strerror})", file=str(file))) from None
    except ValueError as error:
        if isinstance(error, BadInput):
            raise
        raise BadInput(Fault(f"is not JSON ({error})", file=str(file))) from None
    if not _part(document, "difference"):
        raise BadInput(Fault(NO_COMPARISON, file=str(file)))
    return document


def read(document: Any, items: Iterable[Item], *, file: str = "") -> Evidence:
    """Check that ``document`` is a comparison, and about these items where it says so.

    Raises
    ------
    BadInput
        When it has no differences, compared other values than the change would write, or says
        something else than its runs do.
    """
    differences = _part(document, "difference")
    if not differences:
        raise BadInput(Fault(NO_COMPARISON, file=file))
    faults = list(_mismatches(changed(document), list(items), file))
    faults += recount.faults(document, differences, file)
    if faults:
        raise BadInput(faults)
    rows = tuple(_difference(kpi, entry) for kpi, entry in differences.items())
    return Evidence(digest(document), tuple(dict.fromkeys(_runs(document))), rows)


def waived(reason: str) -> Evidence:
    """Evidence that says that there is none, and why."""
    return Evidence(digest({"waived": reason}), waived=reason)


def _part(document: Any, name: str) -> dict[str, Mapping[str, Any]]:
    """The KPIs of one part; it may hold them itself or under ``kpis``."""
    part = document.get(name) if isinstance(document, dict) else None
    if isinstance(part, dict) and isinstance(part.get("kpis"), dict):
        part = part["kpis"]
    if not isinstance(part, dict):
        return {}
    return {str(kpi): entry for kpi, entry in part.items() if isinstance(entry, dict)}


def _difference(kpi: str, entry: Mapping[str, Any]) -> Difference:
    value, low, high = (_number(entry.get(key)) for key in ("value", "low", "high"))
    verdict = str(entry.get("verdict", "cannot tell"))
    return Difference(kpi, value, low, high, str(entry.get("unit", "")), verdict)


def _number(value: Any) -> float | None:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if number else None


def changed(document: Any) -> dict[str, tuple[Any, Any]]:
    """Return what the what-if changed: path → (from, to), as the comparison wrote it."""
    entries = document.get("changed") if isinstance(document, dict) else None
    if not isinstance(entries, dict):
        return {}
    return {
        str(path): (entry.get("from"), entry.get("to"))
        for path, entry in entries.items()
        if isinstance(entry, dict)
    }


def _mismatches(
    compared: Mapping[str, tuple[Any, Any]], items: list[Item], file: str
) -> Iterator[Fault]:
    """Where the comparison is about something else than the change; none if it does not say."""
    if not compared:
        return
    for item in items:
        start, tried = compared.get(item.path, (None, None))
        if not _same(tried, item, item.to):
            did = f"the comparison tried {tried}"
            what = did if tried is not None else "the comparison did not change it"
            yield Fault(what, item.path, file, str(item.to))
        elif start is not None and not _same(start, item, item.base):
            what = f"started from {start}, the change starts from {item.base}"
            yield Fault(f"the comparison {what}", item.path, file, str(item.to))
    for path in sorted(set(compared) - {item.path for item in items}):
        yield Fault("the comparison changed this too, the change does not", path, file)


def _same(value: Any, item: Item, wanted: Value) -> bool:
    if isinstance(wanted, str):
        return bool(value == wanted)
    try:
        number, unit = units.split(str(value))
        number = units.convert(number, unit, item.unit) if unit else number
    except BadInput:
        return False
    return abs(number - wanted) <= max(item.tolerance, 1e-9 * max(1.0, abs(wanted)))


def _runs(document: Any) -> Iterator[str]:
    """Every run that the comparison names."""
    if isinstance(document, dict):
        for key, value in document.items():
            if key == "run_id" and isinstance(value, str):
                yield value
            elif key in {"run_ids", "runs"} and isinstance(value, list):
                yield from (str(run) for run in value)
            else:
                yield from _runs(value)
    elif isinstance(document, list):
        for value in document:
            yield from _runs(value)
