"""From the heat and cold that zones get to the electricity and gas that make them.

Where a machine has a capacity it limits what zones get together (:func:`limits`), is staged, turns
itself down and runs on and off. Without one it makes whatever is asked at its full-load COP.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.physics import heat_pump as pumps
from twin.physics.boiler import condensing_share
from twin.physics.chiller import (
    AIR_COOLED,
    CENTRIFUGAL,
    LENNOX_10_TON,
    Curves,
    cold_capacity,
    full_load_cop,
)
from twin.physics.heat_pump import carnot_cop
from twin.physics.movers import CUBIC, VARIABLE_SPEED_FAN, mover_power
from twin.physics.network import Array
from twin.physics.outdoor_reset import EMITTERS, emitted_share, supply_temperature
from twin.physics.part_load import input_of, polynomial
from twin.plant import _building_settings as given

ENTERING = 290.15
"""Wet bulb of the air that comes to a cooling coil, 24 °C at half of saturation [K]."""
UNIT_FITTED, CHILLER_FITTED = (291.15, 319.15), (297.15, 308.15)
"""Outdoors, or condenser water, at which curves hold [K]; beyond, they are taken at the nearer end.
"""
WATER = 4.18e6
"""Heat capacity of water [J/(m³ K)]."""
PUMPS = {
    "air_regulated": pumps.AIR_REGULATED, "air_on_off": pumps.AIR_ON_OFF,
    "brine_regulated": pumps.BRINE_REGULATED, "brine_on_off": pumps.BRINE_ON_OFF,
    "water_on_off": pumps.WATER_ON_OFF,
}  # fmt: skip
FANS = {"proportional": (0.0, 1.0), "cubic": CUBIC, "variable_speed": VARIABLE_SPEED_FAN}


@dataclass(frozen=True, slots=True)
class Climate:
    """What machines stand in at each step, (steps,) [K]: air ``outdoors``, its ``wet`` bulb."""

    outdoors: Array
    wet: Array


@dataclass(frozen=True, slots=True)
class Power:
    """What each step takes [W]: ``heating``, ``cooling`` and ``gas`` by zone, (steps, zones).

    ``fans`` and ``pumps`` (steps,) are of the whole.
    """

    heating: Array
    cooling: Array
    gas: Array
    fans: Array
    pumps: Array

    @property
    def electricity(self) -> Array:
        """All electricity (steps,)."""
        return np.asarray(
            self.heating.sum(axis=1) + self.cooling.sum(axis=1) + self.fans + self.pumps
        )


def burns(settings: given.Settings) -> bool:
    """Whether the building burns gas."""
    return "boiler" in {settings.heating, settings.backup}


def sized(settings: given.Settings) -> tuple[bool, bool]:
    """Whether machines for heat, and for cold, have a capacity."""
    heats = settings.heating != "carnot" or settings.heating_capacity > 0
    cools = settings.cooling in {"chiller", "water_chiller"} or settings.cooling_capacity > 0
    return heats, cools


def rated(settings: given.Settings) -> tuple[float, float]:
    """Rated capacity of the machines for heat and for cold, or what the zones ask at most [W]."""
    zones = settings.zones.values()
    heat = settings.heating_capacity or sum(zone.heating_power for zone in zones)
    return heat, settings.cooling_capacity or sum(zone.cooling_power for zone in zones)


def water(settings: given.Settings, outdoors: Array) -> Array:
    """Temperature of the heating water [K]."""
    return supply_temperature(
        outdoors, settings.heating_curve, settings.supply_lowest, settings.supply_temperature
    )


def limits(settings: given.Settings, climate: Climate) -> Array | None:
    """Columns of ``Block.plant`` of the march, or None where nothing limits the zones together."""
    heats, cools = sized(settings)
    exponent = EMITTERS[settings.emitter] if settings.heating_curve else 0.0
    if not (heats or cools or exponent):
        return None
    made = np.full((len(climate.outdoors), 3), np.inf)
    if heats:
        made[:, 0] = heat_capacity(settings, climate) + _backup(settings)
    if cools:
        made[:, 1] = _cold_capacity(settings, climate)
    supply = water(settings, climate.outdoors)
    made[:, 2] = emitted_share(supply, settings.supply_temperature, exponent)
    return made


def heat_capacity(settings: given.Settings, climate: Climate) -> Array:
    """Heat that the machines can make, without the backup [W]."""
    most = rated(settings)[0]
    if settings.heating == "heat_pump":
        kind, source, sink = _pump(settings, climate)
        return pumps.most_heat(kind, most, source, sink)
    return np.full(len(climate.outdoors), most)


def _backup(settings: given.Settings) -> float:
    return settings.backup_capacity if settings.backup != "none" else 0.0


def _pump(settings: given.Settings, climate: Climate) -> tuple[pumps.Regression, Array, Array]:
    kind = PUMPS[settings.heat_pump]
    ground = np.full_like(climate.outdoors, settings.source_temperature)
    source = climate.outdoors if kind.from_air else ground
    return kind, source, water(settings, climate.outdoors)


def _heat_cop(settings: given.Settings, climate: Climate) -> Array:
    """Heat over electricity at full load [1]."""
    supply = water(settings, climate.outdoors)
    if settings.heating == "heat_pump":
        kind, source, sink = _pump(settings, climate)
        return pumps.heat_pump(kind, 1e3, source, sink, climate.outdoors).cop
    if settings.heating == "electric":
        return np.ones_like(supply)
    return carnot_cop(supply, climate.outdoors, settings.heating_efficiency)  # type: ignore[arg-type]


def _chiller(settings: given.Settings, climate: Climate) -> tuple[Curves, float, Array] | None:
    """Curves of what makes cold, its cold and its hot temperature [K]; None at one COP."""
    if settings.cooling == "direct_expansion":
        return LENNOX_10_TON, ENTERING, np.clip(climate.outdoors, *UNIT_FITTED)
    cold = settings.chilled_water
    if settings.cooling == "chiller":
        return AIR_COOLED, cold, np.clip(climate.outdoors, *CHILLER_FITTED)
    if settings.cooling == "water_chiller":
        return CENTRIFUGAL, cold, np.clip(climate.wet + settings.tower_approach, *CHILLER_FITTED)
    return None


def _cold_capacity(settings: given.Settings, climate: Climate) -> Array:
    most, found = rated(settings)[1], _chiller(settings, climate)
    if found is None:
        return np.full(len(climate.outdoors), most)
    return cold_capacity(most, *found)


def _cold_cop(settings: given.Settings, climate: Climate) -> Array:
    """Cold over electricity at full load [1]."""
    found = _chiller(settings, climate)
    if found is None:
        return np.full(len(climate.outdoors), settings.cooling_cop)
    return full_load_cop(settings.cooling_cop, *found)


def unit_power(settings: given.Settings, climate: Climate) -> tuple[Array, Array, Array]:
    """Electricity for a unit of heat and of cold, gas for a unit of heat [W/W], at full load."""
    cold = 1.0 / _cold_cop(settings, climate)
    if settings.heating == "boiler":
        nothing = np.zeros_like(cold)
        return nothing, cold, 1.0 / _boiler_efficiency(settings, climate, 1.0)
    return 1.0 / _heat_cop(settings, climate), cold, np.zeros_like(cold)


def _boiler_efficiency(settings: given.Settings, climate: Climate, share: Array | float) -> Array:
    if settings.boiler == "constant":
        return np.full_like(climate.outdoors, settings.boiler_efficiency)
    supply = water(settings, climate.outdoors)
    return settings.boiler_efficiency * condensing_share(share, supply)


def used(settings: given.Settings, heat: Array, climate: Climate, fans: Array) -> Power:
    """What machines take for the ``heat`` of each zone [W], below 0 cold; (steps, zones).

    Each zone counts for the share of the heat and of the cold that it gets. ``fans`` (steps,) [W].
    """
    warm, cold = np.maximum(heat, 0.0), np.maximum(-heat, 0.0)
    given_, taken = warm.sum(axis=1), cold.sum(axis=1)
    electric, gas = _heating(settings, given_, climate)
    return Power(
        _shared(electric, warm, given_),
        _shared(_cooling(settings, taken, climate), cold, taken),
        _shared(gas, warm, given_),
        fans,
        _pumps(settings, given_, taken),
    )


def _shared(power: Array, rows: Array, total: Array) -> Array:
    each = np.divide(power, total, out=np.zeros_like(total), where=total > 0.0)
    return np.asarray(rows * each[:, None])


def _heating(settings: given.Settings, load: Array, climate: Climate) -> tuple[Array, Array]:
    """Electricity and gas for heat [W]."""
    if not sized(settings)[0]:
        return load / _heat_cop(settings, climate), np.zeros_like(load)
    most = heat_capacity(settings, climate)
    main = np.minimum(load, most)
    rest = load - main
    electric, gas = np.zeros_like(load), np.zeros_like(load)
    if settings.heating == "boiler":
        gas = gas + _boiler(settings, main, most, climate)
    else:
        electric = electric + _by_cop(settings, main, most, _heat_cop(settings, climate))
    if settings.backup == "boiler":
        gas = gas + rest / _boiler_efficiency(settings, climate, 1.0)
    elif settings.backup == "electric":
        electric = electric + rest
    return electric, gas


def _boiler(settings: given.Settings, load: Array, most: Array, climate: Climate) -> Array:
    each = most / settings.heating_units

    def fuel(share: Array) -> Array:
        return np.asarray(share * each / _boiler_efficiency(settings, climate, share))

    least, lost = settings.heating_least, settings.heating_cycling
    return input_of(load, most, settings.heating_units, least, lost, fuel)


def _by_cop(settings: given.Settings, load: Array, most: Array, cop: Array) -> Array:
    """Electricity for heat of machines whose COP is that of full load while they run [W]."""
    each = most / settings.heating_units
    on_off = settings.heating == "heat_pump" and PUMPS[settings.heat_pump].lowest == 0.0
    lost = 0.0 if settings.heating == "electric" else settings.heating_cycling
    return input_of(
        load, most, settings.heating_units, 1.0 if on_off else settings.heating_least, lost,
        lambda share: np.asarray(share * each / cop),
    )  # fmt: skip


def _cooling(settings: given.Settings, load: Array, climate: Climate) -> Array:
    """Electricity for cold [W]."""
    cop = _cold_cop(settings, climate)
    if not sized(settings)[1]:
        return np.asarray(load / cop)
    most, found = _cold_capacity(settings, climate), _chiller(settings, climate)
    full = most / settings.cooling_units / cop
    by_load = found[0].by_load if found is not None else ()
    on_off = settings.cooling == "direct_expansion"

    def power(share: Array) -> Array:
        return np.asarray(full * (polynomial(by_load, share) if by_load else share))

    return input_of(
        load, most, settings.cooling_units, 1.0 if on_off else settings.cooling_least,
        settings.cooling_cycling, power,
    )  # fmt: skip


def _pumps(settings: given.Settings, heat: Array, cold: Array) -> Array:
    """Electricity of the pumps of hot and of chilled water [W]."""
    total = np.zeros_like(heat)
    if settings.pump_pressure == 0.0:
        return total
    drops = settings.hot_water_drop, settings.cold_water_rise
    for load, most, drop in zip((heat, cold), rated(settings), drops, strict=True):
        if most <= 0.0:
            continue
        flow = most / (WATER * drop)
        full = mover_power(flow, settings.pump_pressure, settings.pump_efficiency)
        share = load / most
        total += full * ((share > 0.0) if settings.pump_curve == "constant" else share**3)
    return total


def fan_power(settings: given.Settings, zone: given.ZoneSettings, share: Array) -> Array:
    """Electricity of the fan that brings a zone its outdoor air, at a share of its flow [W]."""
    full = mover_power(zone.ventilation, settings.fan_pressure, settings.fan_efficiency)
    part = polynomial(FANS[settings.fan_curve], share)
    return np.asarray(np.where(share > 0.0, full * part, 0.0))
