"""Sensors of a room, read from somebody's CSV file: what was it like, what came in, step by step.

Columns by our names; only the first three are needed:

====================  ========================================================================
time                  number of ``--unit time=s|min|h``, or a date with time (ISO 8601)
temperature           of the room's air [°C]
outdoor               outdoor air [°C]
solar                 light on the level outdoors [W/m²]
heating, cooling      heat brought in, heat taken out [W]; as energy of a row, ``kWh``
gain                  electricity of lights and devices [W] or ``kWh``
people                how many are there
supply_temperature    of air blown in [°C]
supply_flow           how much: ``m³/h``, or any measure of it (a speed, a valve), fitted then
====================  ========================================================================
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo

import numpy as np
import numpy.typing as npt

from twin.calibration.columns import Clock, named, refuse
from twin.csvfile import Sheet, read_sheet
from twin.errors import BadInput, Fault, did_you_mean
from twin.units import compatible, to_si

Array = npt.NDArray[np.float64]

UNITS = {
    "temperature": "°C", "outdoor": "°C", "solar": "W/m²", "heating": "W", "cooling": "W",
    "gain": "W", "people": "1", "supply_temperature": "°C", "supply_flow": "1",
}  # fmt: skip
REQUIRED = ("time", "temperature", "outdoor")
OTHER_NAMES = {
    "time": ("timestamp", "date", "datetime"),
    "temperature": ("T_int", "air_temperature", "indoor_temperature", "T_in", "indoor"),
    "outdoor": ("T_ext", "dry_bulb_temp", "outdoor_temperature", "T_out", "ambient_temperature"),
    "solar": ("I_sol", "global_horizontal_solar_radiation", "ghi", "solar_radiation"),
    "heating": ("P_hea", "heating_power"),
    "cooling": ("cooling_power",),
    "people": ("occupant_count", "occupants"),
    "supply_temperature": ("supply_air_temperature",),
}
"""What others call a column whose unit leaves no doubt."""
RANGES = {
    "temperature": (213.15, 343.15), "outdoor": (213.15, 343.15),
    "supply_temperature": (213.15, 373.15), "solar": (-50.0, 1600.0), "people": (0.0, 1e5),
}  # fmt: skip
"""What a sensor may say [SI]; anything else is another unit."""
FILLED = 3600.0
"""Gaps up to this are filled straight between their ends [s]; longer ones begin a new stretch."""
FEWEST, SHORTEST = 48, 86_400.0
"""Rows and time [s] that a recording has at least."""
MISSING = {"", "nan", "na", "null", "none", "-"}
OFFSET = re.compile(r"\s+([+-]\d\d:?\d\d|Z)$")


@dataclass(frozen=True, slots=True)
class Recording:
    """Rows at even ``step`` [s], SI; ``begins`` marks the first row after a longer gap."""

    path: str
    step: float
    begins: npt.NDArray[np.bool_]
    columns: Mapping[str, Array]
    notes: tuple[str, ...]
    absolute_flow: bool = False

    @property
    def rows(self) -> int:
        """How many rows."""
        return len(self.begins)

    @property
    def span(self) -> float:
        """Time recorded, without gaps [s]."""
        return self.rows * self.step


def read_recording(
    path: str,
    columns: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    zone: tzinfo = UTC,
) -> Recording:
    """Read the recording of a room.

    Parameters
    ----------
    path : str
        A CSV file, plain or gzip.
    columns, units : mapping
        ``--map``: our name → the file's column; ``--unit``: our name → its unit there.
    zone : tzinfo
        Of dates that name none.

    Raises
    ------
    BadInput
        One fault for each thing that is wrong, with its line, column and value.
    """
    sheet, asked = read_sheet(path), dict(units or {})
    names = named(sheet, _guessed(sheet, dict(columns or {})), ("time", *UNITS), REQUIRED)
    clock = Clock(sheet, asked.pop("time", "s"), zone)
    written = _units(path, asked, names)
    times = _times(sheet, names.pop("time"), clock)
    values = {name: _numbers(sheet, column) for name, column in names.items()}
    step = float(np.median(np.diff(times)))
    notes = [*clock.notes(), *_order(times, sheet)]
    si = {name: _si(row, written[name], step) for name, row in values.items()}
    refuse(list(_strange(sheet, names, values, si, written)), path)
    even, begins, more = _even(times, si, step)
    kept, said = _varying(path, even)
    if begins.size < FEWEST or begins.size * step < SHORTEST:
        hours = begins.size * step / 3600
        message = f"has {begins.size} rows over {hours:.1f} h; {FEWEST} rows over a day are needed"
        raise BadInput(Fault(message, file=path))
    absolute = written.get("supply_flow", "1") != "1"
    return Recording(path, step, begins, kept, (*notes, *more, *said), absolute)


def _guessed(sheet: Sheet, columns: dict[str, str]) -> dict[str, str]:
    """What is mapped, and columns whose other name is known."""
    taken = {*columns, *(name for name in UNITS if name in sheet.header)}
    for name, others in OTHER_NAMES.items():
        found = [other for other in others if other in sheet.header]
        if name not in taken and name not in sheet.header and len(found) == 1:
            columns[name] = found[0]
    return columns


def _units(path: str, asked: dict[str, str], names: Mapping[str, str]) -> dict[str, str]:
    """Unit of each column as the file has it."""
    faults = [
        Fault(f"--unit knows no {name!r}" + did_you_mean(name, ("time", *UNITS)), file=path)
        for name in asked
        if name not in UNITS
    ]
    for name, unit in asked.items():
        if name in UNITS and not any(compatible(unit, one) for one in _allowed(name)):
            allowed = " or ".join(_allowed(name))
            faults.append(
                Fault(f"cannot be converted to {allowed}", f"--unit {name}", path, repr(unit))
            )
    refuse(faults, path)
    return {name: asked.get(name, UNITS.get(name, "")) for name in names}


def _allowed(name: str) -> tuple[str, ...]:
    if UNITS[name] == "W":
        return ("W", "J")
    return ("1", "m³/h") if name == "supply_flow" else (UNITS[name],)


def _times(sheet: Sheet, column: str, clock: Clock) -> Array:
    times, faults = [], []
    for row in sheet.rows:
        time, fault = clock.read(OFFSET.sub(r"\1", row.cell(column)))
        if row.fault or fault:
            text = repr(row.cell(column)) if not row.fault else ""
            faults.append(Fault(row.fault or fault, f"line {row.line}", sheet.path, text))
        times.append(time)
    mixed = clock.mixed()
    refuse([*([mixed] if mixed else []), *faults], sheet.path)
    if len(times) < 2:
        raise BadInput(Fault("has fewer than two rows", file=sheet.path))
    return np.array(times)


def _order(times: Array, sheet: Sheet) -> list[str]:
    """Refuse times that stand still or go back."""
    wrong = np.flatnonzero(np.diff(times) <= 0)
    if not wrong.size:
        return []
    line = sheet.rows[int(wrong[0]) + 1].line
    hint = "a clock set back? give times with their offset, 2021-10-31T02:30+01:00"
    message = f"time does not go on after the row before, {wrong.size} such rows; {hint}"
    raise BadInput(Fault(message, f"line {line}", sheet.path))


def _numbers(sheet: Sheet, column: str) -> Array:
    found, faults = np.full(len(sheet.rows), np.nan), []
    for index, row in enumerate(sheet.rows):
        text = row.cell(column)
        number = sheet.number(text)
        if number is not None:
            found[index] = number
        elif text.lower() not in MISSING:
            faults.append(
                Fault(
                    "is not a number", f"line {row.line}, column {column}", sheet.path, repr(text)
                )
            )
    refuse(faults, sheet.path)
    return found


def _si(row: Array, unit: str, step: float) -> Array:
    """Values in SI; energy of a row as mean power."""
    if unit in {"", "1"}:
        return row
    power = not compatible(unit, "W") and compatible(unit, "J")
    return np.asarray(to_si(row, unit)) / (step if power else 1.0)


def _strange(
    sheet: Sheet, names: Mapping[str, str], values: Mapping[str, Array], si: Mapping[str, Array],
    units: Mapping[str, str],
) -> Iterator[Fault]:  # fmt: skip
    """Values that no such sensor gives: another unit, or a fault of the sensor."""
    for name, (low, high) in RANGES.items():
        row = si.get(name)
        if row is None:
            continue
        with np.errstate(invalid="ignore"):
            out = np.flatnonzero((row < low) | (row > high))
        if out.size:
            first = int(out[0])
            value = f"{values[name][first]:g} {units[name]}"
            message = (
                f"no such {name} exists ({out.size} rows); is it another unit? name it with "
                f"--unit {name}=…, or leave broken readings empty"
            )
            where = f"line {sheet.rows[first].line}, column {names[name]}"
            yield Fault(message, where, sheet.path, value)


def _even(
    times: Array, si: Mapping[str, Array], step: float
) -> tuple[dict[str, Array], npt.NDArray[np.bool_], list[str]]:
    """Values at even steps; short gaps filled, longer ones begin a new stretch."""
    known = ~np.isnan(si["temperature"]) & ~np.isnan(si["outdoor"])
    at = times[known]
    longest = max(FILLED, 1.5 * step)
    ends = np.flatnonzero(np.diff(at) > longest) + 1
    grids, begins = [], []
    for stretch in np.split(at, ends):
        grid = np.arange(stretch[0], stretch[-1] + 0.01 * step, step) if stretch.size else stretch
        if grid.size >= 3:
            grids.append(grid)
            begins.append(np.arange(grid.size) == 0)
    if not grids:
        return {name: np.empty(0) for name in si}, np.empty(0, dtype=np.bool_), []
    every = np.concatenate(grids)
    found, notes = {}, []
    for name, row in si.items():
        there = ~np.isnan(row)
        if not there.any():
            notes.append(f"column of {name} is empty and not used")
            continue
        if name not in REQUIRED and not there.all():
            notes.append(f"{name}: {np.count_nonzero(~there)} readings are missing and filled in")
        found[name] = np.interp(every, times[there], row[there])
    lost = np.count_nonzero(~known)
    if lost:
        notes.append(f"{lost} rows have no room or outdoor temperature")
    if len(grids) > 1:
        notes.append(
            f"{len(grids)} stretches with gaps of more than {longest / 3600:g} h between them; "
            "each begins at its first reading"
        )
    return found, np.concatenate(begins), notes


def _varying(path: str, even: dict[str, Array]) -> tuple[dict[str, Array], list[str]]:
    """Say what does not vary; leave out what is nought throughout."""
    kept, notes = {}, []
    for name, row in even.items():
        still = row.size > 0 and np.ptp(row) <= 1e-9 * max(1.0, float(np.abs(row).max()))
        if still and name == "temperature":
            message = "is the same in every row: nothing can be learnt from it"
            raise BadInput(Fault(message, "column of temperature", path))
        if still and row[0] == 0:
            notes.append(f"{name} is 0 in every row and not used")
            continue
        if still:
            notes.append(f"{name} is the same in every row: what it does can hardly be told")
        kept[name] = np.maximum(row, 0.0) if name == "solar" else row
    return kept, notes
