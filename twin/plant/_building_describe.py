"""From a building's parameters to what the physics needs, and what does not fit."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from twin.errors import BadInput, Fault, did_you_mean
from twin.physics import films, glass
from twin.physics.climate import air_density, pressure_at
from twin.physics.gaps import GASES
from twin.physics.house import (
    GROUND,
    NOTHING,
    OUTDOORS,
    Face,
    Glazing,
    House,
    Layer,
    Opening,
    Room,
    Wall,
    Window,
)
from twin.plant import _building_schedules as schedules
from twin.plant import _building_settings as given
from twin.plant._building_control_check import control_faults
from twin.plant._building_normals import normals_faults
from twin.plant._building_people import faults as people_faults
from twin.plant._building_windows import place_faults

Numbers = tuple[float, ...]

AIR_HEAT = 1006.0
"""Specific heat of air [J/(kg K)]."""
ROOM_TEMPERATURE = 293.15
"""At which the mass of the air in a zone is taken [K]."""
BEHIND = {"outdoors": OUTDOORS, "ground": GROUND, "adiabatic": NOTHING}


def lumped(settings: given.Settings) -> bool:
    """Whether the zones are described by their U·A alone."""
    has_walls = any(zone.surfaces for zone in settings.zones.values())
    return not (has_walls or settings.constructions or settings.materials)


def degrees(angle: float) -> float:
    """An angle of the parameters [rad] as the physics has it [deg]."""
    return round(math.degrees(angle), 9)


def area_of(part: given.Surface | given.Window) -> float:
    """Area of a surface or window [m²]."""
    return part.area or part.width * part.height


def glass_in(zone: given.ZoneSettings, surface: str) -> float:
    """Area of the windows in a surface [m²]."""
    return sum(area_of(w) for w in zone.windows.values() if w.surface == surface)


def house(settings: given.Settings, elevation: float) -> House:
    """Return the building for the physics; surfaces and windows in the order they are written."""
    numbers = {name: index for index, name in enumerate(settings.zones)}
    density = float(air_density(pressure_at(elevation), ROOM_TEMPERATURE))
    simple = lumped(settings)
    return House(
        tuple(_room(zone, density, simple) for zone in settings.zones.values()),
        tuple(
            _wall(settings, zone, numbers, name, key)
            for name, zone in settings.zones.items() for key in zone.surfaces
        ),
        tuple(
            _window(settings, zone, numbers[name], window)
            for name, zone in settings.zones.items() for window in zone.windows.values()
        ),
        tuple(_opening(opening, numbers, density) for opening in settings.openings.values()),
        pressure_at(elevation),
    )  # fmt: skip


def _room(zone: given.ZoneSettings, density: float, simple: bool) -> Room:
    air = density * AIR_HEAT * zone.floor_area * zone.height + zone.furniture * zone.floor_area
    if not simple:
        return Room(air)
    # Furniture and machines share the air's swings: 10 kJ/(m² K), ISO 52016-1.
    return Room(
        air + (0 if zone.furniture else 10e3 * zone.floor_area),
        zone.envelope,
        zone.coupling,
        zone.glazing,
        zone.fabric_capacity * zone.floor_area,
        zone.adjacent,
        zone.adjacent_temperature,
        zone.solar_to_air,
    )


def _wall(
    settings: given.Settings, zone: given.ZoneSettings, numbers: Mapping[str, int], name: str,
    key: str,
) -> Wall:  # fmt: skip
    surface = zone.surfaces[key]
    made = settings.constructions[surface.construction]
    tilt = degrees(surface.tilt)
    layers = (settings.materials[layer] for layer in made.layers)
    return Wall(
        numbers[name],
        area_of(surface) - glass_in(zone, key),
        tilt,
        (degrees(surface.azimuth) + degrees(settings.orientation)) % 360,
        tuple(
            Layer(m.thickness, m.conductivity, m.density, m.specific_heat, m.resistance)
            for m in layers
        ),
        Face(made.inside_solar_absorptance, made.inside_emittance, surface.inside_film),
        Face(made.outside_solar_absorptance, made.outside_emittance, surface.outside_film),
        BEHIND.get(surface.boundary, numbers.get(surface.boundary, OUTDOORS)),
        surface.sun_exposed,
        surface.wind_exposed,
        films.ROUGHNESS[made.roughness],
        _wind(settings, zone, tilt),
        surface.ground_temperature,
        surface.solar_fraction,
    )


def _wind(settings: given.Settings, zone: given.ZoneSettings, tilt: float) -> float:
    height = zone.height if tilt < 45 else 0.5 * zone.height
    return films.wind_factor(height, settings.terrain)


def _window(
    settings: given.Settings, zone: given.ZoneSettings, room: int, window: given.Window
) -> Window:
    surface = zone.surfaces[window.surface]
    tilt = degrees(surface.tilt)
    return Window(
        room,
        area_of(window),
        tilt,
        (degrees(surface.azimuth) + degrees(settings.orientation)) % 360,
        _glazing(settings.glazings.get(window.glazing) or given.Glazing()),
        window.inside_film,
        window.outside_film,
        surface.wind_exposed,
        _wind(settings, zone, tilt),
        window.height or math.sqrt(area_of(window)),
    )


def _glazing(glazing: given.Glazing) -> Glazing:
    return Glazing(
        *_optics(glazing), glazing.pane_thickness, glazing.pane_conductivity,
        glazing.outside_emittance, glazing.inside_emittance, glazing.gap_conductance,
        GASES.index(glazing.gap), glazing.gap_thickness, (glazing.gap_emittance, 0.84),
    )  # fmt: skip


def _optics(
    glazing: given.Glazing,
) -> tuple[Numbers, Numbers, tuple[Numbers, ...], float, Numbers]:
    """Angles, transmittance, absorptances, and the two for light from everywhere."""
    if not glazing.pane_transmittance:
        return (
            glazing.angle, glazing.transmittance, glazing.absorptance,
            glazing.diffuse_transmittance, glazing.diffuse_absorptance,
        )  # fmt: skip
    angles = np.linspace(0.0, 90.0, 91)
    panes = [_pane(t, r, b, angles) for t, r, b in _panes(glazing)]
    through, taken = glass.stack(*(list(column) for column in zip(*panes, strict=True)))
    return (
        tuple(angles.tolist()), tuple(through.tolist()),
        tuple(tuple(row) for row in taken.tolist()),
        glass.hemispherical(angles, through),
        tuple(glass.hemispherical(angles, row) for row in taken),
    )  # fmt: skip


def _panes(glazing: given.Glazing) -> Iterator[tuple[float, float, float]]:
    """Transmittance of each pane, reflectances of its outer and inner side."""
    outer = glazing.pane_reflectance
    backs = glazing.pane_back_reflectance or outer
    return zip(glazing.pane_transmittance, outer, backs, strict=True)


def _pane(t: float, front: float, back: float, angles: glass.Array) -> tuple[glass.Array, ...]:
    if front != back:
        return glass.coated_pane(t, front, back, angles)
    through, reflected = glass.pane(t, front, angles)
    return through, reflected, reflected


def _opening(opening: given.Opening, numbers: Mapping[str, int], density: float) -> Opening:
    one, other = (numbers[name] for name in opening.zones)
    exchange = density * AIR_HEAT * opening.flow
    return Opening(one, other, exchange, opening.width, opening.height)


# -- what does not fit --------------------------------------------------------------------------


def check(settings: given.Settings) -> None:
    """Refuse a building whose parts do not fit each other; every fault is named."""
    faults = list(_faults(settings))
    # Schedules can be read only once they are sound.
    faults = faults or list(_band_faults(settings))
    faults = faults or [*control_faults(settings), *people_faults(settings)]
    if faults:
        raise BadInput(faults)


def _faults(settings: given.Settings) -> Iterator[Fault]:
    if not settings.zones:
        yield Fault("a building needs at least one zone", "zones")
    if not (3600 / settings.step).is_integer():
        minutes = f"{settings.step / 60:g} min"
        yield Fault(
            "does not divide an hour; such as 1, 2, 5, 10, 15 or 60 min", "step", "", minutes
        )
    other = bool(settings.weather) or settings.city != "none"
    yield from normals_faults(settings.normals, other=other)
    for name, material in settings.materials.items():
        yield from _material_faults(f"materials.{name}", material)
    for name, construction in settings.constructions.items():
        path = f"constructions.{name}.layers"
        if not construction.layers:
            yield Fault("a construction needs at least one layer", path)
        yield from _unknown(construction.layers, settings.materials, "material", path)
    for name, glazing in settings.glazings.items():
        yield from _glazing_faults(f"glazings.{name}", glazing)
    for name, schedule in settings.schedules.items():
        yield from _schedule_faults(f"schedules.{name}", schedule)
    for name, opening in settings.openings.items():
        path = f"openings.{name}.zones"
        if len(set(opening.zones)) != 2:
            yield Fault("names two zones", path, "", repr(list(opening.zones)))
        yield from _unknown(opening.zones, settings.zones, "zone", path)
    for name, zone in settings.zones.items():
        yield from _zone_faults(settings, f"zones.{name}", name, zone)


def _band_faults(settings: given.Settings) -> Iterator[Fault]:
    """Heating above cooling at some time of the week."""
    for name, zone in settings.zones.items():
        found = schedules.crossed(settings, zone)
        if found is not None:
            hour, heating, cooling = found
            when = f" at hour {hour:g} of the week" if hour else ""
            message = f"is above the cooling set-point, {cooling:g} °C{when}"
            yield Fault(message, f"zones.{name}.heating_setpoint", "", f"{heating:g} °C")


def _material_faults(path: str, material: given.Material) -> Iterator[Fault]:
    if material.thickness == 0 and material.resistance == 0:
        message = "a layer needs a thickness above 0 m, or a resistance above 0 m²·K/W"
        yield Fault(message, f"{path}.thickness", "", "0")


def _unknown(names: Iterable[str], known: Iterable[str], what: str, path: str) -> Iterator[Fault]:
    known = list(known)
    for name in names:
        if name not in known:
            yield Fault(f"no such {what}" + did_you_mean(name, known), path, "", repr(name))


def _glazing_faults(path: str, glazing: given.Glazing) -> Iterator[Fault]:
    angles = glazing.angle
    rising = all(a < b for a, b in itertools.pairwise(angles))
    if len(angles) < 2 or not rising or angles[0] != 0 or angles[-1] != 90:
        yield Fault("angles rise from 0 to 90 degrees", f"{path}.angle", "", repr(list(angles)))
    for key, row in [("transmittance", glazing.transmittance)] + [
        ("absorptance", row) for row in glazing.absorptance
    ]:
        if len(row) != len(angles):
            message = f"has {len(row)} numbers, one for each of the {len(angles)} angles is needed"
            yield Fault(message, f"{path}.{key}")
        elif not all(0 <= share <= 1 for share in row):
            yield Fault("allowed 0 to 1", f"{path}.{key}", "", repr(list(row)))
    if glazing.pane_transmittance:
        yield from _pane_faults(path, glazing)
        return
    panes = len(glazing.absorptance)
    if panes == 0 or len(glazing.diffuse_absorptance) != panes:
        message = f"one number for each pane is needed; absorptance has {panes}"
        yield Fault(message, f"{path}.diffuse_absorptance")
    if glazing.diffuse_transmittance + sum(glazing.diffuse_absorptance) > 1 + 1e-9:
        message = "transmittance and absorptances of diffuse light are more than 1 together"
        yield Fault(message, f"{path}.diffuse_transmittance")


def _pane_faults(path: str, glazing: given.Glazing) -> Iterator[Fault]:
    through, back = glazing.pane_transmittance, glazing.pane_reflectance
    if len(through) != len(back):
        message = f"has {len(back)} numbers, one for each of the {len(through)} panes is needed"
        yield Fault(message, f"{path}.pane_reflectance")
        return
    inner = glazing.pane_back_reflectance
    if inner and len(inner) != len(through):
        message = f"has {len(inner)} numbers, one for each of the {len(through)} panes is needed"
        yield Fault(message, f"{path}.pane_back_reflectance")
        return
    for t, r, b in _panes(glazing):
        if not (t > 0 and min(r, b) >= 0.001 and max(r, b) <= 0.95 and t + max(r, b) <= 1):
            message = f"a pane transmits {t:g} and reflects {r:g} and {b:g}: more than there is"
            yield Fault(message, f"{path}.pane_transmittance")
        elif r == b and r > 0.5:
            message = f"a plain pane reflects {r:g}: no plain glass; a coated one has two sides"
            yield Fault(message, f"{path}.pane_reflectance")


def _schedule_faults(path: str, schedule: given.Schedule) -> Iterator[Fault]:
    hours = schedule.hours
    if hours and (
        hours[0] != 0 or hours[-1] > 24 or any(a > b for a, b in itertools.pairwise(hours))
    ):
        yield Fault("hours rise from 0 to 24 at most", f"{path}.hours", "", repr(list(hours)))
    needed = len(hours) or 24
    for key in ("values", "saturday", "sunday"):
        row = getattr(schedule, key)
        if len(row) != needed and (row or key == "values"):
            yield Fault(f"has {len(row)} values, {needed} are needed", f"{path}.{key}")


def _zone_faults(
    settings: given.Settings, path: str, name: str, zone: given.ZoneSettings
) -> Iterator[Fault]:
    if not lumped(settings) and not zone.surfaces:
        message = f"the zone has no wall: give at least [plant.NAME.{path}.surfaces.SURFACE]"
        yield Fault(message, f"{path}.surfaces")
    yield from _reference_faults(settings, path, zone)
    for key, surface in zone.surfaces.items():
        yield from _surface_faults(settings, f"{path}.surfaces.{key}", name, key, surface)
    for part, table in (("windows", zone.windows), ("shades", zone.shades)):
        for key, inner in table.items():
            place = f"{path}.{part}.{key}.surface"
            yield from _unknown([inner.surface], zone.surfaces, "surface of the zone", place)
    yield from place_faults(path, zone)
    for key, window in zone.windows.items():
        if area_of(window) <= 0:
            yield Fault("needs an area, or a width and a height", f"{path}.windows.{key}.area")
        within = zone.surfaces.get(window.surface)
        if within is not None and within.boundary != "outdoors":
            message = f"a window looks outdoors, its surface is towards {within.boundary}"
            yield Fault(message, f"{path}.windows.{key}.surface", "", repr(window.surface))
        if window.glazing:
            place = f"{path}.windows.{key}.glazing"
            yield from _unknown([window.glazing], settings.glazings, "glazing", place)


def _reference_faults(
    settings: given.Settings, path: str, zone: given.ZoneSettings
) -> Iterator[Fault]:
    for key in (
        "heating_schedule", "cooling_schedule", "infiltration_schedule", "ventilation_schedule",
        "internal_gain_schedule", "people_schedule",
    ):  # fmt: skip
        wanted = getattr(zone, key)
        if wanted:
            yield from _unknown([wanted], settings.schedules, "schedule", f"{path}.{key}")
    shares = [s.solar_fraction for s in zone.surfaces.values() if s.solar_fraction >= 0]
    if sum(shares) > 1 + 1e-9:
        message = (
            f"solar fractions of the zone's surfaces are {sum(shares):.4g} together, at most 1"
        )
        yield Fault(message, f"{path}.surfaces")


def _surface_faults(
    settings: given.Settings, path: str, zone_name: str, key: str, surface: given.Surface
) -> Iterator[Fault]:
    known = settings.constructions
    yield from _unknown([surface.construction], known, "construction", f"{path}.construction")
    if area_of(surface) <= 0:
        yield Fault("needs an area, or a width and a height", f"{path}.area")
    glass = glass_in(settings.zones[zone_name], key)
    if area_of(surface) > 0 and glass >= area_of(surface):
        message = f"its windows have {glass:.4g} m², the surface {area_of(surface):.4g} m²"
        yield Fault(message, path)
    places = [*BEHIND, *(name for name in settings.zones if name != zone_name)]
    yield from _unknown([surface.boundary], places, "boundary", f"{path}.boundary")
