"""What a what-if showed, read from the output of ``twin compare --json``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from twin import units
from twin.devices.change import Difference, Evidence, Item
from twin.devices.signing import digest
from twin.errors import BadInput, Fault

LARGEST_BYTES = 4_000_000


def read_file(file: Path, items: Iterable[Item]) -> Evidence:
    """Read the evidence of a file; see :func:`read`."""
    try:
        if file.stat().st_size > LARGEST_BYTES:
            raise BadInput(Fault("is larger than 4 MB: not a comparison", file=str(file)))
        document = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(Fault(f"cannot be read ({error.strerror})", file=str(file))) from None
    except ValueError as error:
        raise BadInput(Fault(f"is not JSON ({error})", file=str(file))) from None
    return read(document, items, file=str(file))


def read(document: Any, items: Iterable[Item], *, file: str = "") -> Evidence:
    """Check that ``document`` is a comparison, and about these items where it says so.

    Raises
    ------
    BadInput
        When it has no differences, or compared other values than the change would write.
    """
    differences = _part(document, "difference")
    if not differences:
        message = "is not a comparison (no 'difference'): use twin compare … --json FILE"
        raise BadInput(Fault(message, file=file))
    compared = dict(_compared(document))
    faults = [
        Fault(f"the comparison tried {compared.get(item.path)!r}", item.path, file, str(item.to))
        for item in items
        if compared and not _same(compared.get(item.path), item)
    ]
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


def _compared(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What the candidate changed, where the comparison says it (``set``)."""
    changed = document.get("set")
    if isinstance(changed, dict):
        yield from changed.items()
    elif isinstance(changed, list):
        for entry in changed:
            path, _, value = str(entry).partition("=")
            yield path.strip(), value.strip()


def _same(value: Any, item: Item) -> bool:
    if isinstance(item.to, str):
        return bool(value == item.to)
    try:
        number, unit = units.split(str(value))
        number = units.convert(number, unit, item.unit) if unit else number
    except BadInput:
        return False
    return abs(number - item.to) <= 1e-9 * max(1.0, abs(item.to))


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
