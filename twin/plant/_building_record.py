"""What a building writes down: facts of each step, means of each hour, each as blocks of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from twin.physics.network import Array
from twin.physics.zone_steps import OUT
from twin.physics.zone_tables import Block, Trace
from twin.plant import _building_settings as given
from twin.plant import _building_tariff
from twin.plant._building_air import Quality
from twin.plant._building_flows import FLOWS, entering
from twin.plant._building_power import burns, used
from twin.plant._building_schedules import Used
from twin.records import Channel
from twin.tables import Runs, Words

if TYPE_CHECKING:
    from twin.plant.building import Model

HOUR = 3600.0
CHANNELS = (
    "temperature", "heating", "cooling", "heating_electric", "cooling_electric", "discomfort",
    "temperature_hour", "heating_hour", "cooling_hour", "co2", "humidity", "condensate",
    "electricity", "gas", "heating_gas", "fans_electric", "pumps_electric", "outside_band",
    "stale_air", "spent", "unmet", "unmet_heating", "unmet_cooling", "occupants", "in_use",
    "lighting_electric", "daylit", *FLOWS,
)  # fmt: skip
RECORDED = (
    *(Channel(name, "kW", meaning) for name, meaning in (
        ("heating", "Heat given to the zone."), ("cooling", "Heat taken from the zone."),
        ("heating_hour", "Hourly mean of heating."), ("cooling_hour", "Hourly mean of cooling."),
        ("heating_electric", "Electricity for heating."),
        ("cooling_electric", "Electricity for cooling."), ("heating_gas", "Gas for heating."),
        ("electricity", "Electricity of the plant."), ("gas", "Gas of the plant."),
        ("fans_electric", "Electricity of the fans."),
        ("pumps_electric", "Electricity of the pumps."),
        ("lighting_electric", "Electricity of the lamps."),
        ("gains_hour", "Heat of people, devices, lamps and machines, hourly mean."),
        ("sun_hour", "Sun through the windows, hourly mean."),
        ("fresh_hour", "Heat of the air from outdoors, hourly mean."),
    )),
    Channel("temperature_hour", "°C", "Hourly mean of the air."),
    Channel("co2", "ppm", "CO2 of the zone."),
    Channel("humidity", "%", "Relative humidity of the zone."),
    Channel("occupants", "1", "People, mean of the step."),
    Channel("in_use", "1", "1 while the zone is in use."),
    Channel("unmet", "1", "1 while some zone in use is outside its set-points."),
)  # fmt: skip
"""What is recorded beside the channels that can be read, with units."""
WHOLE = -1
"""Place of the building among the sources: what is recorded of all its zones together."""
STATES = {"temperature", "co2", "humidity"}
"""Channels that are had at an instant; the others flow from then on."""


class Diary:
    """Keeps the block that was computed last, and writes it when its time has come.

    A flow is stamped with the start of its step or hour, a temperature with the instant it is had.
    """

    def __init__(self, building: Model, seen: Array) -> None:
        self.building = building
        self.step = building.settings.step
        self.per_hour = round(HOUR / self.step)
        self.before = seen
        self.first = 0
        self.seen = np.empty((0, len(seen)))
        self.waiting: list[Array] = []
        self.pending: list[tuple[int, Array, Array]] = []
        self.last: dict[tuple[int, str], float] = {}
        zones = building.settings.zones
        self.sources = (*(f"{building.name}.zones.{zone}" for zone in zones), building.name)
        self.quality: tuple[Array, Array] | None = None
        self.lux = np.zeros((0, len(zones)))
        self.co2 = np.full(len(zones), building.settings.outdoor_co2)
        building.record.before_close.append(self.flush)
        for number in range(len(zones)):
            self._later(number, "temperature", np.zeros(1), seen[[number]])

    def add(self, first: int, block: Block, trace: Trace) -> None:
        """Take a computed block of steps from step number ``first`` on."""
        self.flush(first * self.step)
        if len(self.seen):
            self.before = self.seen[-1]
        self.first, self.seen = first, trace.seen
        steps = len(trace.seen)
        starts = np.arange(first, first + steps, dtype=np.float64) * self.step
        self._steps(first, starts, block, trace)
        flows = entering(self.building.made, block, trace)
        self.waiting.append(np.hstack([trace.seen[:, : trace.heat.shape[1]], trace.heat, flows]))
        held = sum(len(rows) for rows in self.waiting)
        if held >= self.per_hour:
            self._hours(first + steps - held)

    def air(self, first: int, quality: Quality) -> None:
        """Take what the air of a block of steps carries."""
        starts = np.arange(first, first + len(quality.co2), dtype=np.float64) * self.step
        limit = self.building.settings.outdoor_co2 + self.building.settings.co2_rise_limit
        over = np.maximum(np.vstack([self.co2, quality.co2]) - limit, 0.0)
        self.co2, self.quality = quality.co2[-1], (quality.co2, quality.humidity)
        self._later(WHOLE, "stale_air", starts, _through(over).mean(axis=1))
        for number in range(quality.co2.shape[1]):
            self._later(number, "co2", starts + self.step, quality.co2[:, number])
            self._later(number, "humidity", starts + self.step, quality.humidity[:, number])
            self._later(number, "condensate", starts, quality.condensate[:, number])

    def seen_at(self, time: float) -> Array:
        """Temperatures of the seen nodes at the last step that ended by ``time`` [s], in [K]."""
        return self._row(time, self.seen, self.before)

    def _row(self, time: float, rows: Array, before: Array) -> Array:
        """Of the block's rows, that of the last step that ended by ``time`` [s]."""
        done = min(int((time + 1e-6) / self.step) - self.first, len(rows))
        return np.asarray(rows[done - 1] if done > 0 else before)

    def quality_at(self, time: float) -> tuple[Array, Array] | None:
        """CO2 and relative humidity of the zones at ``time`` [s], once the air is carried."""
        if self.quality is None:
            return None
        return tuple(self._row(time, rows, rows[0]) for rows in self.quality)  # type: ignore[return-value]

    def light_at(self, time: float, room: int) -> float:
        """Daylight and lamps in a zone in the step that ended by ``time`` [s], in [lx]."""
        return float(self._row(time, self.lux, np.zeros(self.lux.shape[1]))[room])

    def flush(self, until: float) -> None:
        """Write the rows whose time has come by ``until`` [s]."""
        due, later = [], []
        for key, times, values in self.pending:
            # A flow that starts at the end has not flowed; a temperature at the end is had.
            state = CHANNELS[key % len(CHANNELS)] in STATES
            side: Literal["left", "right"] = "right" if state else "left"
            n = int(np.searchsorted(times, until, side=side))
            due.append((key, times[:n], values[:n]))
            if n < len(times):
                later.append((key, times[n:], values[n:]))
        self.pending = later
        due = [row for row in due if len(row[1])]
        if not due:
            return
        keys = np.array([key for key, _times, _values in due], dtype=np.int32)
        texts = {"source": Words(keys // len(CHANNELS), self.sources),
                 "channel": Words(keys % len(CHANNELS), CHANNELS)}  # fmt: skip
        numbers = {"time": [times for _key, times, _values in due],
                   "value": [values for _key, _times, values in due]}  # fmt: skip
        self.building.record.facts.samples.extend_columns(Runs(texts, numbers))

    def _later(self, zone: int, channel: str, times: Array, values: Array) -> None:
        key = zone % len(self.sources) * len(CHANNELS) + CHANNELS.index(channel)
        self.pending.append((key, times, values))

    def _changes(self, zone: int, channel: str, times: Array, values: npt.ArrayLike) -> None:
        """Keep only rows that differ from the one before; each holds until the next."""
        row = np.asarray(values, dtype=np.float64)
        last = self.last.get((zone, channel), np.nan)
        new = np.append(last, row[:-1]) != row
        self.last[zone, channel] = float(row[-1])
        if new.any():
            self._later(zone, channel, times[new], row[new])

    def _steps(self, first: int, starts: Array, block: Block, trace: Trace) -> None:
        settings, inputs = self.building.settings, self.building.inputs
        fans = inputs.fans(first, len(starts)).sum(axis=1)
        power = used(settings, trace.heat, inputs.climate(first, block.weather[:, OUT]), fans)
        self._later(WHOLE, "electricity", starts, power.electricity)
        price = _building_tariff.price(settings, starts) if settings.tariff else None
        fuel = settings.gas_price * power.gas
        if burns(settings):
            self._later(WHOLE, "gas", starts, power.gas.sum(axis=1))
        if price is not None:
            spent = power.electricity * price + fuel.sum(axis=1)
            self._later(WHOLE, "spent", starts, spent)
        movers = (settings.fan_pressure, "fans_electric", power.fans), (
            settings.pump_pressure, "pumps_electric", power.pumps
        )  # fmt: skip
        for pressure, channel, row in movers:
            if pressure > 0:
                self._changes(WHOLE, channel, starts, row)
        rooms = trace.heat.shape[1]
        rows = np.vstack([self.before[:rooms], trace.seen[:, :rooms]])
        band = inputs.band(first, len(starts))
        ends = [_outside(rows[:-1], band), _outside(rows[1:], band)]
        self._later(WHOLE, "outside_band", starts, 0.5 * (ends[0] + ends[1]).mean(axis=1))
        unmet, used_now = np.zeros(len(starts), dtype=bool), inputs.in_use(first, len(starts))
        airs, heat, after = _by_zone(rows[1:]), _by_zone(trace.heat), starts + self.step
        flows = {
            "heating": np.maximum(heat, 0.0), "cooling": np.maximum(-heat, 0.0),
            "heating_electric": _by_zone(power.heating),
            "cooling_electric": _by_zone(power.cooling),
            "discomfort": _by_zone(np.where(used_now, ends[1], 0.0)),
        }  # fmt: skip
        if burns(settings):
            flows["heating_gas"] = _by_zone(power.gas)
        for number in range(rooms):
            air = airs[number]
            self._later(number, "temperature", after, air)
            for channel, row in flows.items():
                self._later(number, channel, starts, row[number])
            if price is not None:
                each = (power.heating + power.cooling)[:, number] * price + fuel[:, number]
                self._later(number, "spent", starts, each)
            late = flows["discomfort"][number] > settings.unmet_tolerance
            cold = late & (air < band[0][:, number])
            self._changes(number, "unmet_heating", starts, cold)
            self._changes(number, "unmet_cooling", starts, late & ~cold)
            unmet |= late
        self._changes(WHOLE, "unmet", starts, unmet)
        self._use(first, starts, block, used_now)

    def _use(self, first: int, starts: Array, block: Block, used_now: Used) -> None:
        """Who is there, what is in use, lamps and daylight."""
        inputs, settings = self.building.inputs, self.building.settings
        if settings.occupants:
            people = inputs.crowd.means(first, len(starts))
            self._changes(WHOLE, "occupants", starts, people.sum(axis=1))
            for number in range(people.shape[1]):
                self._changes(number, "occupants", starts, people[:, number])
        power, lux = inputs.light(block.known[:, self.building.made.known :], used_now)
        self.lux = lux + given_by(settings, power)
        for number, zone in enumerate(settings.zones.values()):
            if zone.use_by == "presence" or zone.lighting_power > 0:
                self._changes(number, "in_use", starts, used_now[:, number])
            if zone.lighting_power > 0:
                self._changes(number, "lighting_electric", starts, power[:, number])
                bright = used_now[:, number] & (lux[:, number] >= zone.illuminance)
                self._changes(number, "daylit", starts, bright)

    def _hours(self, first: int) -> None:
        """Write the means of the hours that are whole; ``first`` is the step that waits longest."""
        rows = np.concatenate(self.waiting)
        whole = len(rows) // self.per_hour * self.per_hour
        means = rows[:whole].reshape(-1, self.per_hour, rows.shape[1])
        self.waiting = [rows[whole:]] if whole < len(rows) else []
        starts = first * self.step + HOUR * np.arange(len(means), dtype=np.float64)
        rooms = self.building.made.rooms
        heat = means[:, :, rooms : 2 * rooms]
        warm, cold = (np.maximum(sign * heat, 0.0).mean(axis=1) for sign in (1.0, -1.0))
        of_hours = means.mean(axis=1)
        rows_of = {"temperature_hour": of_hours[:, :rooms], "heating_hour": warm,
                   "cooling_hour": cold}  # fmt: skip
        for place, flow in enumerate(FLOWS, 2):
            rows_of[flow] = of_hours[:, place * rooms : (place + 1) * rooms]
        for channel, each in rows_of.items():
            for number, row in enumerate(_by_zone(each)):
                self._later(number, channel, starts, row)


def _by_zone(rows: Array) -> Array:
    """(steps, zones) turned to (zones, steps), each zone in one piece."""
    return np.ascontiguousarray(rows.T)


def given_by(settings: given.Settings, power: Array) -> Array:
    """Illuminance that the lamps of each zone give by their power, (steps, zones) [lx]."""
    zones = list(settings.zones.values())
    full = np.array([zone.lighting_power * zone.floor_area for zone in zones])
    wanted = np.array([zone.illuminance for zone in zones])
    share = np.divide(power, full, out=np.zeros_like(power), where=full > 0.0)
    return np.asarray(share * wanted)


def _outside(air: Array, band: tuple[Array, Array]) -> Array:
    """How far the air of each zone is outside the band of each step [K]."""
    outside = np.maximum(band[0] - air, air - band[1])
    # A hair's breadth beside the set-point is rounding, not discomfort.
    return np.where(outside > 1e-6, outside, 0.0)


def _through(ends: Array) -> Array:
    """Means over steps of what runs straight between their ends, (steps + 1, …)."""
    return np.asarray(0.5 * (ends[:-1] + ends[1:]))
