"""A CNC machine without SimPy: its settings as arrays, its rows as blocks of columns."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from twin.physics import cutting
from twin.physics.coolant_tank import Tank
from twin.plant import _cnc_layout as layout
from twin.plant._cnc_bearing import SpindleBearing
from twin.plant._cnc_drive import SpindleDrive
from twin.plant._cnc_heat import AMBIENT, COOLING, FAST, SLOW
from twin.plant._cnc_kernel import produce
from twin.plant._cnc_programme import DAY, EDGE_GROWTH, ONLY, Step, programme, tool_kinds
from twin.plant._cnc_settings import Settings, ToolParams
from twin.plant._cnc_tools import BELIEFS, GRID, MOST_WEAR, SHAPE, table
from twin.records import Facts
from twin.rng import stream
from twin.tables import Column, Words

Tick = Callable[[], None]
Records = npt.NDArray[Any]

FIRST_PARTS, MOST_PARTS = 1024, 65_536
"""Parts in the first block of rows and in the largest; a block is 20 MB or so."""
FIRST_LUCK = 128
"""Numbers drawn at once from a stream, at first."""
MOST_CODES = 2**15
"""Sources that a 16-bit code can tell apart."""
COLUMNS: dict[str, dict[str, type[Any]]] = {
    "event": {"time": np.float64, "source": np.int16, "name": np.int16, "subject": np.int32,
              "value": np.float64},
    "state": {"time": np.float64, "source": np.int16, "state": np.int16},
    "sample": {"time": np.float64, "source": np.int16, "channel": np.int16, "value": np.float64},
}  # fmt: skip
"""What the kernel writes; the columns of each table in its order."""
CHANGING = ("groups", "tools", "weights", "used")
"""Arrays that a run changes."""


class Subjects(Sequence[str]):
    """The subjects of events: a few words, then numbers as text, written when asked for."""

    def __init__(self, size: int) -> None:
        self._size = size

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        words = len(layout.SUBJECTS)
        places = range(self._size)[index]
        if isinstance(places, int):
            return layout.SUBJECTS[places] if places < words else str(places - words)
        return [layout.SUBJECTS[p] if p < words else str(p - words) for p in places]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Subjects):
            return self._size == other._size
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Machine:
    """A compiled run of one machine, for one seed after another.

    Attributes
    ----------
    name : str
        The machine's.
    world, steps, kinds, tables, factors : ndarray
        As in :mod:`twin.plant._cnc_layout`; of the world only what does not change.
    sources : tuple of str
        Sources of rows, by code.
    streams : tuple of str
        Bases of the streams of each kind of tool.
    """

    name: str
    world: Records
    steps: Records
    kinds: Records
    tables: Records
    factors: Records
    sources: tuple[str, ...]
    streams: tuple[str, ...]

    def __call__(self, seed: int, horizon: float, facts: Facts, tick: Tick) -> None:
        """Append the rows of one run."""
        for block in _Run(self, seed, horizon).blocks():
            _append(facts, block, self.sources)
            tick()


def machine(name: str, settings: Settings) -> Machine | str:
    """Return a compiled run of a machine, or why there is none."""
    if SpindleBearing(settings).grows:
        return "its bearing fault grows, which only SimPy follows"
    kinds = tool_kinds(settings)
    steps = programme(settings)
    bases = tuple(name if key == ONLY else f"{name}.tools.{key}" for key in kinds)
    sources = tuple(dict.fromkeys((name, *bases)))
    pots = [
        f"{name}.pots.{key or 'tool'}_{place + 1}"
        for key, kind in kinds.items() for place in range(kind.sisters)
    ]  # fmt: skip
    if len(sources) + len(pots) >= MOST_CODES:
        return f"has {len(pots)} pots, a compiled run tells {MOST_CODES - len(sources) - 1} apart"
    shapes = list(dict.fromkeys(_shape(step) for step in steps))
    spread = np.linspace(-3.5, 3.5, BELIEFS)
    factors = [np.exp(kind.life_scatter * spread) for kind in kinds.values()]
    return Machine(
        name=name,
        world=_fixed(settings),
        steps=_steps(settings, steps, list(kinds), shapes),
        kinds=_kinds(settings, steps, kinds, [sources.index(base) for base in bases], len(sources)),
        tables=np.stack([table(*shape).hazard for shape in shapes]),
        factors=np.stack(factors),
        sources=(*sources, *pots),
        streams=bases,
    )


# -- settings as arrays -------------------------------------------------------------------------


def _fixed(s: Settings) -> Records:
    tank = Tank(s.tank_volume, s.tank_loss, AMBIENT)
    found = np.zeros(1, layout.WORLD)
    values = {
        "failure": s.time_to_failure, "repair": s.time_to_repair, "day": DAY,
        "day_end": s.shift_length * s.shifts_per_day - 1e-6, "efficiency": s.spindle_efficiency,
        "edge_growth": EDGE_GROWTH, "ambient": AMBIENT, "tank_time": tank.time_constant,
        "fast_gain": s.fast_growth, "fast_warming": FAST, "fast_cooling": FAST * COOLING,
        "slow_gain": s.slow_growth, "slow_warming": SLOW, "slow_cooling": SLOW * COOLING,
        "break_in": SHAPE.break_in, "steady": SHAPE.steady, "accelerated": SHAPE.accelerated,
        "break_in_width": SHAPE.break_in_width, "accelerated_width": SHAPE.accelerated_width,
        "break_in_whole": 1.0 - math.exp(-1.0 / SHAPE.break_in_width),
        "accelerated_whole": math.expm1(1.0 / SHAPE.accelerated_width),
        "most_wear": MOST_WEAR, "per_damage": (len(GRID) - 1) / GRID[-1], "horizon": math.inf,
    }  # fmt: skip
    for field in layout.FIXED.split():
        found[field] = values[field] if field in values else getattr(s, field)
    return found


def _shape(step: Step) -> tuple[float, float, float]:
    kind = step.tool
    return kind.wear_limit, step.coolant.hazard * kind.break_rate, kind.break_gain


def _steps(
    s: Settings, steps: tuple[Step, ...], keys: list[str], shapes: list[tuple[float, float, float]]
) -> Records:
    drive = SpindleDrive(s)
    found = np.zeros(len(steps), layout.STEP)
    for row, step in zip(found, steps, strict=True):
        speed, material = step.spindle_speed, step.material
        row["time"], row["life"], row["rate"] = step.time, step.life, step.rate
        row["sharp"] = cutting.specific_force(material.kc11, material.mc, step.thickness)
        row["gain"], row["cutting_speed"] = step.tool.wear_force_gain, step.cut.cutting_speed
        row["turning"], row["drive"] = 2 * math.pi * speed, speed / s.spindle_max_speed
        row["idle"], row["pump"] = drive.idle(speed), step.coolant.pump_power
        row["available"], row["roughness"] = drive.available(speed), step.roughness
        row["hazard"] = step.coolant.hazard * step.tool.break_rate
        row["group"], row["table"] = keys.index(step.tool_name), shapes.index(_shape(step))
    return found


def _kinds(
    s: Settings,
    steps: tuple[Step, ...],
    kinds: dict[str, ToolParams],
    sources: list[int],
    first_pot: int,
) -> Records:
    cycle = s.load_time + sum(step.time for step in steps)
    found = np.zeros(len(kinds), layout.KIND)
    for row, (key, kind), source in zip(found, kinds.items(), sources, strict=True):
        per_part = sum(step.time for step in steps if step.tool_name == key)
        for field in ("change_after", "change_risk", "inspect_every", "inspection_error",
                      "wear_limit", "used_life", "sisters"):  # fmt: skip
            row[field] = getattr(kind, field)
        row["gauge_error"] = max(kind.inspection_error, 1e-7)
        row["scatter"], row["gain"] = kind.life_scatter, kind.break_gain
        row["planned"] = s.shift_length * per_part / cycle
        row["policy"] = layout.POLICIES.index(kind.change_policy)
        row["source"], row["pot"] = source, first_pot
        first_pot += kind.sisters
    return found


# -- one run ------------------------------------------------------------------------------------


class _Luck:
    """Blocks of numbers drawn from the named streams of one run."""

    def __init__(self, machine: Machine, seed: int) -> None:
        draws: list[Callable[[int], Any]] = []
        for base, kind in zip(machine.streams, machine.kinds, strict=True):
            draws.append(stream(seed, f"{base}.tool_life").standard_normal)
            draws.append(stream(seed, f"{base}.breakage").standard_exponential)
            measured = kind["inspect_every"] > 0
            draws.append(stream(seed, f"{base}.gauge").standard_normal if measured else np.zeros)
        for use in ("failure", "repair"):
            fails = machine.world["failure"][0] > 0
            draws.append(
                stream(seed, f"{machine.name}.{use}").standard_exponential if fails else np.zeros
            )
        self._draws = draws
        self.drawn = np.empty((len(draws), 0))

    def reach(self, size: int) -> None:
        """Draw on until there are ``size`` numbers of every stream."""
        more = size - self.drawn.shape[1]
        if more > 0:
            self.drawn = np.hstack([self.drawn, np.stack([draw(more) for draw in self._draws])])


class _Run:
    """One run of one machine, block by block."""

    def __init__(self, machine: Machine, seed: int, horizon: float) -> None:
        self._machine = machine
        self._luck = _Luck(machine, seed)
        self._luck.reach(FIRST_LUCK)
        kinds, steps = machine.kinds, machine.steps
        shape = (len(kinds), int(kinds["sisters"].max()))
        prior = np.exp(-0.5 * np.linspace(-3.5, 3.5, BELIEFS) ** 2)
        self._arrays = {
            "steps": steps, "kinds": kinds, "tables": machine.tables, "factors": machine.factors,
            "prior": prior / prior.sum(), "groups": np.zeros(len(kinds), layout.GROUP),
            "tools": np.zeros(shape, layout.EDGE), "weights": np.zeros((*shape, BELIEFS)),
            "used": np.zeros(len(self._luck.drawn), layout.USED_UP),
        }  # fmt: skip
        self._world = machine.world.copy()
        sizes = {
            "operations": len(steps), "tool_kinds": len(kinds), "sisters": shape[1],
            "shapes": len(machine.tables), "points": machine.tables.shape[1], "beliefs": BELIEFS,
            "streams": len(self._luck.drawn), "horizon": horizon,
        }  # fmt: skip
        for field, size in sizes.items():
            self._world[field] = size
        cycle = float(self._world["load_time"][0] + steps["time"].sum())
        self._parts = min(FIRST_PARTS, int(horizon / cycle) + 8)
        # Rows of a part: events, states, samples, with some for changes and inspections.
        self._rows = np.array([2.0, 4.0 + 3.0 * len(steps), 5.0 + 11.0 * len(steps)])

    def blocks(self) -> Iterator[dict[str, Records]]:
        """The columns of the rows, so many parts at a time."""
        changing = [self._world, *(self._arrays[name] for name in CHANGING)]
        while not self._world["done"][0]:
            before = [array.copy() for array in changing]
            columns = self._columns()
            self._point({**self._arrays, "luck": self._luck.drawn, **columns})
            if produce(self._world, self._parts):
                yield self._written(columns)
                self._parts = min(8 * self._parts, MOST_PARTS)
                self._luck.reach(2 * int(self._arrays["used"]["numbers"].max()) + FIRST_LUCK)
            else:
                self._widen()
                for now, then in zip(changing, before, strict=True):
                    now[...] = then

    def _columns(self) -> dict[str, Records]:
        """Room for the rows of the next block."""
        found: dict[str, Records] = {}
        self._world["unlucky"] = 0
        for (rows, fields), each in zip(COLUMNS.items(), self._rows, strict=True):
            room = int(each * self._parts) + 512
            self._world[f"{rows}s"], self._world[f"{rows}_room"] = 0, room
            found |= {f"{rows}_{name}": np.empty(room, kind) for name, kind in fields.items()}
        return found

    def _point(self, arrays: Mapping[str, Records]) -> None:
        self._world["drawn"] = self._luck.drawn.shape[1]
        for name, array in arrays.items():
            self._world[name] = array.ctypes.data

    def _written(self, columns: dict[str, Records]) -> dict[str, Records]:
        counts = {rows: int(self._world[f"{rows}s"][0]) for rows in COLUMNS}
        return {name: c[: counts[name.split("_", maxsplit=1)[0]]] for name, c in columns.items()}

    def _widen(self) -> None:
        """More room and luck: the block is run again from where it began."""
        self._luck.reach(2 * int(self._arrays["used"]["numbers"].max()))
        for place, rows in enumerate(COLUMNS):
            wanted = self._world[f"{rows}s"][0] / self._world[f"{rows}_room"][0]
            self._rows[place] *= max(1.0, 1.25 * wanted)


def _append(facts: Facts, columns: dict[str, Records], sources: tuple[str, ...]) -> None:
    """Append a block of rows: codes become words."""
    last = int(columns["event_subject"].max(initial=layout.NUMBER))
    words: dict[str, Sequence[str]] = {
        "source": sources, "name": layout.EVENTS, "subject": Subjects(last + 1),
        "state": layout.STATES, "channel": layout.CHANNELS,
    }  # fmt: skip
    for rows, fields in COLUMNS.items():
        part: dict[str, Column] = {}
        for name in fields:
            column = columns[f"{rows}_{name}"]
            part[name] = Words(column, words[name]) if name in words else column
        getattr(facts, f"{rows}s").extend_columns(part)
