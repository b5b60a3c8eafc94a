"""Weather, sun, use and machines as the inputs of a block of steps."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from twin.physics import climate, humid_air, shading
from twin.physics.assembled import Assembled
from twin.physics.climate import Sun, Weather
from twin.physics.films import sky_temperature
from twin.physics.house import Glazing, House
from twin.physics.lighting import daylight, dimmed
from twin.physics.zone_steps import OUT
from twin.physics.zone_tables import Block, outdoors
from twin.plant import _building_settings as given
from twin.plant._building_describe import AIR_HEAT
from twin.plant._building_people import Crowd
from twin.plant._building_power import Climate, fan_power, limits
from twin.plant._building_schedules import Used, band, held_before, in_use, share

Array = npt.NDArray[np.float64]
DAY = 86_400.0
KEPT = 32
"""What was made of the latest steps, kept for who asks for it again."""
Made = TypeVar("Made")


def held_ahead(settings: given.Settings) -> int:
    """How many steps before their time set-points hold for the plant.

    A plan heats when it is cheapest; its band begins only so early that it is met in time.
    """
    if settings.control == "schedule":
        return round(settings.pre_start / settings.step)
    return 1


@dataclass(frozen=True, slots=True)
class Part:
    """A surface or window as the sun sees it: where it looks, and what stands out before it."""

    tilt: float
    azimuth: float
    patch: shading.Patch
    screens: tuple[shading.Screen, ...]
    sky: float
    horizon: float


class Inputs:
    """Makes the inputs of blocks of steps of one building."""

    def __init__(
        self, settings: given.Settings, house: House, made: Assembled, weather: Weather | None,
        crowd: Crowd,
    ) -> None:  # fmt: skip
        self.settings, self.house, self.made, self.weather = settings, house, made, weather
        self.crowd = crowd
        self.walls, self.windows = _parts(settings, house)
        self.ahead = held_ahead(settings)
        self._made: dict[tuple[str, int, int], Any] = {}

    def _once(self, what: str, start: int, steps: int, make: Callable[[], Made]) -> Made:
        """Make something of some steps, or return it where it was just made of them."""
        key = what, start, steps
        if key not in self._made:
            if len(self._made) >= KEPT:
                self._made.clear()
            self._made[key] = make()
        found: Made = self._made[key]
        return found

    def _planned(self, name: str, start: int, steps: int) -> Array:
        """Values of a schedule; 1 without one."""

        def read() -> Array:
            return share(self.settings, name, self._times(start, steps))

        return self._once(f"schedule {name}", start, steps, read)

    def _times(self, start: int, steps: int) -> Array:
        """When the steps start [s of the run]."""
        return np.arange(start, start + steps, dtype=np.float64) * self.settings.step

    def block(self, start: int, steps: int, machine_heat: Array | None = None) -> Block:
        """Return the inputs of ``steps`` steps from step number ``start`` of the run.

        ``machine_heat`` (steps, rooms): convective heat of the machines [W].
        """
        settings, rooms = self.settings, len(self.house.rooms)
        middles = self._times(start, steps) + 0.5 * settings.step + (settings.start_day - 1) * DAY
        weather, density = self._weather(middles)
        people, used = self.people(start, steps), self.in_use(start, steps)
        known = np.zeros((steps, self.made.known + self.made.exogenous))
        flows = known[:, self.made.known :]
        fresh = np.zeros((steps, rooms))
        for room, zone in enumerate(settings.zones.values()):
            self._use(flows, room, zone, people[:, room], used[:, room], start)
            fresh[:, room] = self.fresh(zone, start, steps) * density * AIR_HEAT
        if machine_heat is not None:
            flows[:, :rooms] += machine_heat
        if self.weather is not None and self.house.walls:
            self._sunshine(flows, middles, self.weather)
        elif self.weather is not None:
            light = climate.through_hours(self.weather.global_horizontal, middles)
            for room, zone in enumerate(settings.zones.values()):
                flows[:, 2 * rooms + room] = zone.solar_aperture * light
        known[:, 0], known[:, 1 : self.made.known] = weather[:, OUT], self.made.ground
        self._lights(flows, used)
        low, high = self.band(start, steps, self.ahead)
        plant = limits(settings, self.climate(start, weather[:, OUT]))
        return Block(known, weather, fresh, low, high, plant=plant)

    def climate(self, start: int, outdoors: Array) -> Climate:
        """What the plant stands in from step number ``start`` on, by the air ``outdoors`` [K]."""
        if self.settings.cooling != "water_chiller" or self.weather is None:
            return Climate(outdoors, outdoors)
        first = (self.settings.start_day - 1) * DAY
        times = (
            start + 0.5 + np.arange(len(outdoors), dtype=np.float64)
        ) * self.settings.step + first
        dew = climate.instant(self.weather.dew_point, times)
        pressure = climate.instant(self.weather.pressure, times)
        vapour = humid_air.saturation_pressure(np.minimum(dew, outdoors))
        ratio = humid_air.humidity_ratio(vapour, pressure)
        return Climate(outdoors, humid_air.wet_bulb(outdoors, ratio, pressure))

    def fans(self, start: int, steps: int) -> Array:
        """Electricity of the fans of each zone [W], (steps, zones)."""
        zones = self.settings.zones.values()
        return np.column_stack([self._fan(zone, start, steps) for zone in zones])

    def _fan(self, zone: given.ZoneSettings, start: int, steps: int) -> Array:
        if self.settings.fan_pressure == 0.0:
            return np.zeros(steps)
        flow = self._planned(zone.ventilation_schedule, start, steps)
        return fan_power(self.settings, zone, flow)

    def band(self, start: int, steps: int, ahead: int = 0) -> tuple[Array, Array]:
        """Set-points of the zones [K], held ``ahead`` steps before their time."""
        if self.settings.occupants:  # who is there later may be known by then
            return self._band(start, steps, ahead)
        return self._once(f"band {ahead}", start, steps, lambda: self._band(start, steps, ahead))

    def _band(self, start: int, steps: int, ahead: int) -> tuple[Array, Array]:
        steps += ahead
        times, used = self._times(start, steps), self.in_use(start, steps)
        bands = [
            band(self.settings, zone, times, used[:, k], lambda n: self._planned(n, start, steps))
            for k, zone in enumerate(self.settings.zones.values())
        ]
        low, high = (np.column_stack(rows) for rows in zip(*bands, strict=True))
        return held_before(low, high, ahead)

    def outdoor(self, time: float) -> float:
        """Outdoor temperature at ``time`` [s of the run], in [K]."""
        at = np.array([time + (self.settings.start_day - 1) * DAY])
        return float(self._weather(at)[0][0, 0])

    def _weather(self, times: Array) -> tuple[Array, Array]:
        """Columns of the march's weather, and the density of outdoor air [kg/m³]."""
        weather = self.weather
        if weather is None:
            air = climate.outdoor_cosine(
                times, self.settings.outdoor_mean, self.settings.outdoor_swing
            )
            still = np.zeros_like(air)
            return outdoors(air, air - 11.0, still, still), climate.air_density(
                climate.pressure_at(0.0), air
            )
        air = climate.instant(weather.air, times)
        sky = sky_temperature(climate.through_hours(weather.infrared, times))
        wind = climate.instant(weather.wind, times)
        toward = climate.hour_of(weather.wind_from, times)
        pressure = climate.instant(weather.pressure, times)
        return outdoors(air, sky, wind, toward), climate.air_density(pressure, air)

    def fresh(self, zone: given.ZoneSettings, start: int, steps: int) -> Array:
        """Outdoor air that comes in [m³/s]."""
        leaks = zone.infiltration * zone.floor_area * zone.height
        found = leaks * self._planned(zone.infiltration_schedule, start, steps)
        fan = zone.ventilation * self._planned(zone.ventilation_schedule, start, steps)
        return np.asarray(found + fan)

    def people(self, start: int, steps: int) -> Array:
        """Mean number of people in each zone and step, by schedule and by themselves."""
        zones = self.settings.zones.values()
        planned = [z.people * self._planned(z.people_schedule, start, steps) for z in zones]
        found = np.column_stack(planned)
        return found + self.crowd.means(start, steps) if self.settings.occupants else found

    def in_use(self, start: int, steps: int) -> Used:
        """Whether each zone is in use in each step, (steps, zones)."""
        zones = self.settings.zones.values()
        found = self._once("use", start, steps, lambda: self._by_clock(start, steps))
        chosen = [k for k, zone in enumerate(zones) if zone.use_by == "presence"]
        if chosen:
            found = found.copy()
            found[:, chosen] = self.crowd.in_use(start, steps)[:, chosen]
        return found

    def _by_clock(self, start: int, steps: int) -> Used:
        times, found = self._times(start, steps), dict[tuple[float, float], Used]()
        zones = [(zone, (zone.use_start, zone.use_end)) for zone in self.settings.zones.values()]
        for zone, hours in zones:
            if hours not in found:
                found[hours] = in_use(zone, times)
        return np.column_stack([found[hours] for _zone, hours in zones])

    def _use(
        self, flows: Array, room: int, zone: given.ZoneSettings, people: Array, used: Used,
        start: int,
    ) -> None:  # fmt: skip
        """Gains of the zone's use: to the air, and radiant to the faces."""
        radiant, steps = len(self.house.rooms) + room, len(flows)
        gain = zone.internal_gain * self._planned(zone.internal_gain_schedule, start, steps)
        body = zone.people_heat * people
        flows[:, room] += gain * (1 - zone.internal_gain_radiant)
        flows[:, room] += body * (1 - zone.people_radiant)
        flows[:, room] += zone.base_gain * used
        flows[:, room] += self.settings.fan_heat * self._fan(zone, start, steps)
        flows[:, radiant] += body * zone.people_radiant + gain * zone.internal_gain_radiant

    def _lights(self, flows: Array, used: Used) -> None:
        """Heat of the lamps, once the sunlight of each zone is known."""
        rooms = len(self.house.rooms)
        power, _lux = self.light(flows, used)
        for room, zone in enumerate(self.settings.zones.values()):
            flows[:, room] += power[:, room] * (1 - zone.lighting_radiant)
            flows[:, rooms + room] += power[:, room] * zone.lighting_radiant

    def light(self, flows: Array, used: Used) -> tuple[Array, Array]:
        """Electricity of the lamps [W] and daylight [lx] of each zone, (steps, zones).

        ``flows`` (steps, …) from the heat to the air of the first zone on, as in a block.
        """
        rooms = len(self.house.rooms)
        power, lux = np.zeros(used.shape), np.zeros(used.shape)
        for room, zone in enumerate(self.settings.zones.values()):
            if zone.lighting_power == 0.0:
                continue
            through = flows[:, 2 * rooms + room] + flows[:, 3 * rooms + room]
            lux[:, room] = daylight(through, zone.floor_area, utilisation=zone.daylight_utilisation)
            part = np.ones(len(used))
            if zone.dimming == "continuous":
                part = dimmed(lux[:, room], zone.illuminance, zone.dimming_least)
            power[:, room] = zone.lighting_power * zone.floor_area * part * used[:, room]
        return power, lux

    def _sunshine(self, flows: Array, times: Array, weather: Weather) -> None:
        """Sun on walls, in panes and through windows."""
        span = float(times[0]), len(times), self.settings.step
        rooms = len(self.house.rooms)
        outside, panes = 4 * rooms, 4 * rooms + len(self.house.walls)
        for number, (wall, part) in enumerate(zip(self.house.walls, self.walls, strict=True)):
            if wall.behind == -1 and wall.sun:
                direct, diffuse, _cosine = _on(weather, part, self.settings.albedo, span)
                taken = wall.area * wall.outside.solar_absorptance
                flows[:, outside + number] = taken * (direct + diffuse)
        for window, part in zip(self.house.windows, self.windows, strict=True):
            beam, sky, in_panes = _glass(
                weather, part, window.glazing, window.area, self.settings.albedo, span
            )
            flows[:, 2 * rooms + window.room] += beam
            flows[:, 3 * rooms + window.room] += sky
            for heat in in_panes:
                flows[:, panes] = heat
                panes += 1


@dataclass(frozen=True, slots=True)
class Light:
    """Light on a plane through a block [W/m²], and the cosine of incidence of the beam.

    ``diffuse`` is all that is not beam.
    """

    direct: Array
    dome: Array
    around_sun: Array
    horizon: Array
    ground: Array
    diffuse: Array
    cosine: Array


Span = tuple[float, int, float]
"""Middle of the first step [s of the year], how many steps, and their length [s]."""


def _instants(span: Span) -> Array:
    first, steps, step = span
    return first + step * np.arange(steps, dtype=np.float64)


# What follows depends on weather, place and orientation alone: a what-if finds it done.


@functools.lru_cache(maxsize=64)
def _sun(weather: Weather, span: Span) -> Sun:
    return climate.sun(weather, _instants(span))


@functools.lru_cache(maxsize=64)
def _diffuse(weather: Weather, tilt: float, azimuth: float, albedo: float) -> climate.Diffuse:
    return climate.diffuse_hours(weather, tilt, azimuth, albedo)


@functools.lru_cache(maxsize=256)
def _light(weather: Weather, tilt: float, azimuth: float, albedo: float, span: Span) -> Light:
    times = _instants(span)
    hourly = _diffuse(weather, tilt, azimuth, albedo)
    dome, around, horizon, ground = (
        climate.through_hours(part, times)
        for part in (hourly.dome, hourly.around_sun, hourly.horizon, hourly.ground)
    )
    cosine = climate.incidence(_sun(weather, span), tilt, azimuth)
    beam = climate.through_hours(weather.direct_normal, times)
    diffuse = np.maximum(dome + around + horizon, 0.0) + ground
    return Light(beam * cosine, dome, around, horizon, ground, diffuse, cosine)


@functools.lru_cache(maxsize=256)
def _lit(weather: Weather, part: Part, span: Span) -> Array:
    """Share of a shaded part that the sun reaches."""
    sun = _sun(weather, span)
    to_sun = shading.directions(sun, part.tilt, part.azimuth)
    to_sun[sun.elevation <= 0] = 0.0
    return shading.sunlit(part.patch, list(part.screens), to_sun)


def _on(weather: Weather, part: Part, albedo: float, span: Span) -> tuple[Array, Array, Array]:
    """Beam and diffuse light on a part [W/m²], and the cosine of incidence."""
    light = _light(weather, part.tilt, part.azimuth, albedo, span)
    if not part.screens:
        return light.direct, light.diffuse, light.cosine
    lit = _lit(weather, part, span)
    sky = light.dome * part.sky + light.horizon * part.horizon + light.around_sun * lit
    return light.direct * lit, np.maximum(sky, 0.0) + light.ground, light.cosine


@functools.lru_cache(maxsize=256)
def _glass(
    weather: Weather, part: Part, glazing: Glazing, area: float, albedo: float, span: Span
) -> tuple[Array, Array, tuple[Array, ...]]:
    """Beam and diffuse light through a window [W], and what each of its panes takes [W]."""
    direct, diffuse, cosine = _on(weather, part, albedo, span)
    angle = np.degrees(np.arccos(np.clip(cosine, 0.0, 1.0)))
    through = np.interp(angle, glazing.angles, glazing.transmittance)
    taken = tuple(
        area * (np.interp(angle, glazing.angles, row) * direct + share_ * diffuse)
        for row, share_ in zip(glazing.absorptance, glazing.diffuse_absorptance, strict=True)
    )
    return area * through * direct, area * glazing.diffuse_transmittance * diffuse, taken


def _parts(settings: given.Settings, house: House) -> tuple[list[Part], list[Part]]:
    """Surfaces and windows as the sun sees them, in the order of the house."""
    walls, windows = iter(house.walls), iter(house.windows)
    of_walls, of_windows = [], []
    for zone in settings.zones.values():
        for key, surface in zone.surfaces.items():
            wall = next(walls)
            patch = shading.Patch(0.0, 0.0, surface.width or 1.0, surface.height or 1.0)
            of_walls.append(_part(zone, key, wall.tilt, wall.azimuth, patch))
        for window in zone.windows.values():
            seen = next(windows)
            patch = shading.Patch(window.x, window.sill, window.width or 1.0, window.height or 1.0)
            of_windows.append(_part(zone, window.surface, seen.tilt, seen.azimuth, patch))
    return of_walls, of_windows


def _part(
    zone: given.ZoneSettings, surface: str, tilt: float, azimuth: float, patch: shading.Patch
) -> Part:
    screens = tuple(
        shading.Screen(shade.form == "overhang", shade.x, shade.z, shade.length, shade.depth)
        for shade in zone.shades.values()
        if shade.surface == surface
    )
    sky, horizon = (shading.sky_share(patch, list(screens), tilt, to=to) for to in (90.0, 3.0))
    return Part(tilt, azimuth, patch, screens, sky, horizon)
