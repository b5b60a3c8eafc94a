"""Diaries of rooms from other people's CSV files: what sensors read, and whether anybody was there.

Needed are a time, CO2, temperature, relative humidity, and whether the room is occupied or how many
people are in it; light is optional. The names that UCI's occupancy data and ROBOD give them are
known. A cell without a number is a lost reading. Rows are laid on even steps; a gap longer than an
hour begins a new diary.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from twin.csvfile import Row, Sheet, read_sheet
from twin.errors import BadInput, Fault, did_you_mean
from twin.nodes.air_features import MEMORY, SLOWEST

Array = npt.NDArray[np.float32]
Wide = npt.NDArray[np.float64]

NAMES: Mapping[str, tuple[str, ...]] = {
    "time": ("time", "date", "timestamp", "datetime"),
    "co2": ("co2", "indoor_co2", "co2_ppm", "co2 (ppm)", "s5_co2"),
    "temperature": ("temperature", "air_temperature", "indoor_temperature", "temp"),
    "humidity": ("humidity", "indoor_relative_humidity", "relative_humidity", "rh"),
    "light": ("light", "illuminance", "lux"),
    "occupied": ("occupancy", "occupied", "occupant_presence", "presence"),
    "people": ("occupant_count", "people", "occupants", "room_occupancy_count", "count"),
}
"""What a column may be called, whatever its case."""
NEEDED = ("time", "co2", "temperature", "humidity")
LIMITS = {
    "co2": (0.0, 20_000.0, "ppm"),
    "temperature": (-50.0, 80.0, "°C"),
    "humidity": (0.0, 105.0, "%"),
    "light": (-5.0, 200_000.0, "lx"),
    "people": (0.0, 100_000.0, "people"),
}
MISSING = frozenset({"", "nan", "na", "null", "none", "-", "?"})
GAP = MEMORY  # of time that begins a new diary [s]
SHOWN = 5  # faults of one file that are told
HOUR = 3600.0
SHIFTS = range(-12, 13)  # of readings against labels that are tried for a hint [h]
RISE = 1800.0  # to either side, over which CO2 is seen to rise [s]
CLEARLY = 0.1  # correlation of rise and people that must be won to make a hint,
HALF = 0.5  # and share of it that is there as filed, at most
TAILS = (0.02, 0.98)  # rises beyond these quantiles count as these


@dataclass(frozen=True, slots=True)
class Diary:
    """What a sensor read in a room, every ``period`` [s], and whether somebody was there.

    ``readings`` ``(n, 4)``, SI, as :mod:`twin.signals.air` gives them; ``occupied`` ``(n,)``, 1 or
    0, NaN where nobody tells.
    """

    name: str
    period: float
    readings: Array
    occupied: Array


@dataclass(frozen=True, slots=True)
class Found:
    """The diaries of a file, and what was noticed on the way."""

    diaries: tuple[Diary, ...]
    notes: tuple[str, ...]


def read(place: Path, shift: float = 0.0) -> Found:
    """Read a file, or every ``.csv`` and ``.txt`` file of a folder.

    Parameters
    ----------
    place : Path
    shift : float
        How much later than their rows say the readings were taken, against the labels [s].

    Raises
    ------
    BadInput
        When a column is missing or a value makes no sense, with file and line.
    """
    if place.is_dir():
        files = sorted(p for p in place.iterdir() if p.suffix.lower() in {".csv", ".txt", ".gz"})
        if not files:
            raise BadInput(Fault("no .csv or .txt file in it", file=str(place)))
    elif place.is_file():
        files = [place]
    else:
        raise BadInput(Fault("no such file or folder", file=str(place)))
    found = [_read(str(path), shift) for path in files]
    return Found(
        tuple(diary for one in found for diary in one.diaries),
        tuple(note for one in found for note in one.notes),
    )


def _read(path: str, shift: float) -> Found:
    sheet = read_sheet(path, numbered=True)
    columns = _columns(sheet)
    faults = [Fault(row.fault, f"line {row.line}", path) for row in sheet.rows if row.fault]
    _refuse(faults, path)
    times = _times(sheet, columns["time"])
    values = {name: _numbers(sheet, name, columns[name]) for name in columns if name != "time"}
    period = float(np.median(np.diff(times)))
    if not period <= SLOWEST * 1.01:
        message = f"a row every {period:.0f} s; at most {SLOWEST:.0f} s are allowed"
        raise BadInput(Fault(message, file=path))
    occupied = values.get("occupied", values.get("people"))
    assert occupied is not None
    labels = np.where(np.isfinite(occupied), occupied > 0.0, np.nan).astype(np.float32)
    light = values.get("light", np.full(len(times), np.nan))
    readings = np.stack(
        [
            1e-6 * values["co2"],
            values["temperature"] + 273.15,
            1e-2 * values["humidity"],
            np.maximum(light, 0.0),
        ],
        axis=1,
    ).astype(np.float32)
    pieces = _even(times, readings, labels, period)
    moved = round(shift / period)
    stem = Path(path).stem
    diaries = tuple(
        Diary(f"{stem} {index + 1}" if len(pieces) > 1 else stem, period, *_moved(piece, moved))
        for index, piece in enumerate(pieces)
        if len(piece[0]) > abs(moved)
    )
    return Found(diaries, tuple(_hints(stem, pieces, period, shift)))


def _columns(sheet: Sheet) -> dict[str, str]:
    """Which column of the file is what."""
    by_name = {name.lower(): name for name in sheet.header if name}
    found = {
        what: next(by_name[other] for other in others if other in by_name)
        for what, others in NAMES.items()
        if any(other in by_name for other in others)
    }
    faults = [
        Fault(
            f"no column for it; call it {' or '.join(NAMES[what][:3])}"
            + _meant(what, by_name, found.values()),
            what,
            sheet.path,
        )
        for what in NEEDED
        if what not in found
    ]
    if "occupied" not in found and "people" not in found:
        known = (*NAMES["occupied"][:3], *NAMES["people"][:2])
        message = f"no column tells who was there; call it {' or '.join(known)}"
        message += _meant("occupied", by_name, found.values())
        faults.append(Fault(message, "occupied", sheet.path))
    if faults:
        raise BadInput(faults)
    return found


def _meant(what: str, by_name: Mapping[str, str], taken: object) -> str:
    """Ask whether a column of the file that nothing else is was meant."""
    used = set(taken)  # type: ignore[call-overload]
    free = [lower for lower, name in by_name.items() if name not in used]
    for known in NAMES[what]:
        said = did_you_mean(known, free)
        if said:
            return said
    return f"; the file has {', '.join(by_name.values())}"


def _times(sheet: Sheet, column: str) -> Wide:
    """Seconds of each row, by the clock that its cells tell."""
    times, faults = [], []
    for row in sheet.rows:
        found = _time(row, sheet, column)
        if found is None:
            message = "is no date and time, nor seconds"
            where = f"line {row.line}, column {column}"
            faults.append(Fault(message, where, sheet.path, repr(row.cell(column))))
        times.append(found or 0.0)
    _refuse(faults, sheet.path)
    if len(times) < 2:
        raise BadInput(Fault("has fewer than two rows", file=sheet.path))
    wrong = np.flatnonzero(np.diff(times) <= 0.0)
    if wrong.size:
        line = sheet.rows[int(wrong[0]) + 1].line
        message = f"time does not go on after the row before, in {wrong.size} such rows"
        raise BadInput(Fault(message, f"line {line}", sheet.path))
    return np.array(times)


def _time(row: Row, sheet: Sheet, column: str) -> float | None:
    text = row.cell(column)
    number = sheet.number(text)
    if number is not None:
        return number
    head, space, offset = text.rpartition(" ")
    text = head + offset if space and offset[:1] in "+-" else text
    try:
        found = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        return None
    plain = found.replace(tzinfo=None)
    return (plain - datetime(2000, 1, 1)).total_seconds()


def _numbers(sheet: Sheet, what: str, column: str) -> Wide:
    """Cells of a column; a lost reading is not a number."""
    found, faults = np.full(len(sheet.rows), np.nan), []
    low, high, unit = LIMITS.get(what, (0.0, 1.0, ""))
    for index, row in enumerate(sheet.rows):
        text = row.cell(column)
        number = sheet.number(text)
        where = f"line {row.line}, column {column}"
        if number is None:
            if text.lower() not in MISSING:
                faults.append(Fault("is not a number", where, sheet.path, repr(text)))
        elif not low <= number <= high:
            message = f"allowed is {low:g} to {high:g} {unit}".rstrip()
            faults.append(Fault(message, where, sheet.path, text))
        else:
            found[index] = number
    _refuse(faults, sheet.path)
    if not np.isfinite(found).any():
        raise BadInput(Fault("holds no number at all", f"column {column}", sheet.path))
    return found


def _refuse(faults: Sequence[Fault], path: str) -> None:
    if faults:
        more = [Fault(f"and {len(faults) - SHOWN} more like these", file=path)]
        raise BadInput([*faults[:SHOWN], *(more if len(faults) > SHOWN else [])])


Piece = tuple[Array, Array]


def _even(times: Wide, readings: Array, labels: Array, period: float) -> list[Piece]:
    """Readings and labels on even steps, parted at gaps; short gaps are lost readings."""
    steps = np.maximum(np.rint(np.diff(times) / period), 1.0).astype(np.intp)
    ends = [0, *(np.flatnonzero(np.diff(times) > GAP) + 1).tolist(), len(times)]
    pieces = []
    for first, last in itertools.pairwise(ends):
        places = np.concatenate([[0], np.cumsum(steps[first : last - 1])]).astype(np.intp)
        even = np.full((int(places[-1]) + 1, 4), np.nan, np.float32)
        known = np.full(len(even), np.nan, np.float32)
        even[places], known[places] = readings[first:last], labels[first:last]
        pieces.append((even, known))
    return pieces


def _moved(piece: Piece, steps: int) -> Piece:
    """Readings as they were ``steps`` rows before, beside the labels."""
    readings, labels = piece
    if steps > 0:
        return readings[:-steps], labels[steps:]
    return (readings[-steps:], labels[:steps]) if steps < 0 else piece


def _hints(stem: str, pieces: Sequence[Piece], period: float, shift: float) -> list[str]:
    """Say when CO2 follows the people clearly better at another hour: clocks that differ."""
    if shift:
        return []
    found = {
        hours: _correlation(
            [_moved(piece, round(hours * HOUR / period)) for piece in pieces], round(RISE / period)
        )
        for hours in SHIFTS
    }
    best = max(found, key=lambda hours: found[hours])
    if found[best] < found[0] + CLEARLY or found[0] > HALF * found[best]:
        return []
    return [
        f"{stem}: CO2 rises with the people when readings are taken to be {best:+d} h from what "
        f"their rows say (correlation {found[best]:.2f}, as filed {found[0]:.2f}); if the clocks "
        f"differ, give --shift {best}"
    ]


def _correlation(pieces: Sequence[Piece], reach: int) -> float:
    """Of people with the rise of CO2 from ``reach`` rows before to as many after."""
    long = [piece for piece in pieces if len(piece[0]) > 2 * reach]
    if not long:
        return 0.0
    rise = np.concatenate([r[2 * reach :, 0] - r[: -2 * reach, 0] for r, _ in long])
    labels = np.concatenate([known[reach:-reach] for _, known in long])
    both = np.isfinite(rise) & np.isfinite(labels)
    if both.sum() < 48 or np.ptp(rise[both]) == 0.0 or np.ptp(labels[both]) == 0.0:
        return 0.0
    calm = np.clip(rise[both], *np.quantile(rise[both], TAILS))
    return float(np.corrcoef(calm, labels[both])[0, 1]) if np.ptp(calm) else 0.0
