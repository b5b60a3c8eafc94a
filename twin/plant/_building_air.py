"""Carbon dioxide and water in the air of a building's zones, beside the heat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.physics import climate, humid_air
from twin.physics.climate import Weather
from twin.physics.mixing import Exchange, mix
from twin.plant import _building_settings as given
from twin.plant._building_inputs import DAY, Inputs

Array = npt.NDArray[np.float64]
DRY_SHARE = 0.5
"""Relative humidity outdoors where no weather file says it [1]."""


def carried(settings: given.Settings) -> bool:
    """Whether somebody breathes or something gives off water in the building."""
    zones = settings.zones.values()
    return bool(settings.occupants) or any(z.people > 0 or z.moisture > 0 for z in zones)


@dataclass(frozen=True, slots=True)
class Quality:
    """Air at the end of each step, (steps, zones): CO2 and relative humidity [1].

    ``condensate`` is the water that condensed during the step [kg/s].
    """

    co2: Array
    humidity: Array
    condensate: Array


class Air:
    """Carries CO2 and water through blocks of steps."""

    def __init__(self, settings: given.Settings, inputs: Inputs) -> None:
        self.settings, self.inputs = settings, inputs
        zones = list(settings.zones.values())
        self.volumes = np.array([zone.floor_area * zone.height for zone in zones])
        self.buffers = np.array([zone.moisture_buffer for zone in zones])
        numbers = {name: index for index, name in enumerate(settings.zones)}
        self.exchange: Exchange = tuple(
            (numbers[o.zones[0]], numbers[o.zones[1]], o.flow)
            for o in settings.openings.values()
            if o.flow > 0
        )
        weather = inputs.weather
        self.pressure = climate.pressure_at(weather.elevation if weather else 0.0)
        self.co2 = np.full(len(zones), settings.outdoor_co2)
        self.water = np.full(len(zones), self._outdoor_water(np.zeros(1))[0])

    def run(self, start: int, temperatures: Array) -> Quality:
        """Carry the air through the steps whose ``temperatures`` (steps, zones) [K] are known."""
        settings, steps = self.settings, len(temperatures)
        middles = np.arange(start, start + steps, dtype=np.float64) * settings.step
        middles += 0.5 * settings.step
        zones = list(settings.zones.values())
        fresh = np.column_stack([self.inputs.fresh(zone, start, steps) for zone in zones])
        people = self.inputs.people(start, steps)
        breath = people * np.array([zone.co2_per_person for zone in zones])
        outside = np.full(steps, settings.outdoor_co2)
        co2 = mix(self.volumes, self.exchange, self.co2, fresh, outside, breath, settings.step)
        vapour = people * np.array([zone.moisture_per_person for zone in zones])
        vapour = vapour + np.array([zone.moisture for zone in zones])
        density = float(climate.air_density(self.pressure, 293.15))
        full = humid_air.saturation_pressure(temperatures)
        water = mix(
            self.volumes * self.buffers, self.exchange, self.water, fresh,
            self._outdoor_water(middles), vapour / density, settings.step,
            humid_air.humidity_ratio(full, self.pressure),
        )  # fmt: skip
        self.co2, self.water = co2.after[-1], water.after[-1]
        return Quality(
            co2.after,
            humid_air.relative_humidity(water.after, temperatures, self.pressure),
            water.removed * density / settings.step,
        )

    def _outdoor_water(self, times: Array) -> Array:
        """Humidity ratio outdoors at ``times`` [s of the run]."""
        weather, at = self.inputs.weather, times + (self.settings.start_day - 1) * DAY
        if weather is None:
            air = climate.outdoor_cosine(
                at, self.settings.outdoor_mean, self.settings.outdoor_swing
            )
            vapour = DRY_SHARE * humid_air.saturation_pressure(air)
            return humid_air.humidity_ratio(vapour, self.pressure)
        return climate.instant(_humidity(weather), at)


def _humidity(weather: Weather) -> Array:
    """Humidity ratio of each hour of the weather year."""
    vapour = humid_air.saturation_pressure(weather.dew_point)
    return humid_air.humidity_ratio(vapour, weather.pressure)
