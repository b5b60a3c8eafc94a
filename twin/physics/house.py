"""What a building is made of, for the physics: rooms, walls of layers, windows of panes. All SI.

Angles in degrees as pvlib has them: azimuth 0 north, 90 east; tilt 0 a roof, 90 a wall, 180 a floor
that is raised over the air.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

OUTDOORS, GROUND, NOTHING = -1, -2, -3
"""What is behind a wall when it is not another room."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a wall: massive, or a resistance alone.

    ``thickness`` [m], ``conductivity`` [W/(m K)], ``density`` [kg/m³], ``specific_heat``
    [J/(kg K)]; a ``resistance`` [m² K/W] above 0 stands for a layer that stores no heat.
    """

    thickness: float = 0.0
    conductivity: float = 1.0
    density: float = 0.0
    specific_heat: float = 0.0
    resistance: float = 0.0

    @property
    def r(self) -> float:
        """Thermal resistance [m² K/W]."""
        return self.resistance or self.thickness / self.conductivity

    @property
    def c(self) -> float:
        """Heat capacity of an area [J/(m² K)]."""
        return 0.0 if self.resistance else self.thickness * self.density * self.specific_heat


@dataclass(frozen=True, slots=True)
class Face:
    """One side of a wall: what it does with light, with long-wave radiation and with air.

    ``film`` [W/(m² K)] above 0 is a convection coefficient that does not change.
    """

    solar_absorptance: float = 0.6
    emittance: float = 0.9
    film: float = 0.0


@dataclass(frozen=True, slots=True)
class Wall:
    """A wall, roof or floor of one room; ``layers`` from inside to outside.

    ``behind`` is the number of another room, or OUTDOORS, GROUND or NOTHING.
    """

    room: int
    area: float
    tilt: float
    azimuth: float
    layers: tuple[Layer, ...]
    inside: Face = Face()
    outside: Face = Face()
    behind: int = OUTDOORS
    sun: bool = True
    wind: bool = True
    roughness: float = 1.67
    wind_factor: float = 1.0
    ground_temperature: float = 283.15
    solar_share: float = -1.0

    @property
    def cosine(self) -> float:
        """How far the outside looks up [1]."""
        return math.cos(math.radians(self.tilt))


@dataclass(frozen=True, slots=True)
class Glazing:
    """Panes with a gap between each two; optical tables over the angle of incidence.

    ``angles`` [deg], ``transmittance`` and, for each pane from outside in, ``absorptance`` of
    the beam; ``diffuse_…`` of light from everywhere. ``gap`` is the conductance of each gap
    [W/(m² K)]; 0 computes it from gas, ``gap_thickness`` [m] and the emittances of its faces.
    """

    angles: tuple[float, ...]
    transmittance: tuple[float, ...]
    absorptance: tuple[tuple[float, ...], ...]
    diffuse_transmittance: float
    diffuse_absorptance: tuple[float, ...]
    pane_thickness: float = 0.003048
    pane_conductivity: float = 1.0
    outside_emittance: float = 0.84
    inside_emittance: float = 0.84
    gap: float = 0.0
    gas: int = 0
    gap_thickness: float = 0.012
    gap_emittances: tuple[float, float] = (0.84, 0.84)

    @property
    def panes(self) -> int:
        """How many panes."""
        return len(self.absorptance)

    @property
    def diffuse_reflectance(self) -> float:
        """Share of the room's light that comes back from the window [1]."""
        return max(0.0, 1 - self.diffuse_transmittance - sum(self.diffuse_absorptance))


@dataclass(frozen=True, slots=True)
class Window:
    """A window of a room."""

    room: int
    area: float
    tilt: float
    azimuth: float
    glazing: Glazing
    inside_film: float = 0.0
    outside_film: float = 0.0
    wind: bool = True
    wind_factor: float = 1.0
    height: float = 1.0

    @property
    def cosine(self) -> float:
        """How far the outside looks up [1]."""
        return math.cos(math.radians(self.tilt))


@dataclass(frozen=True, slots=True)
class Room:
    """Air of one zone, and its fabric where the zone is lumped.

    ``air_capacity`` [J/K]; ``envelope``, ``coupling`` and ``glazing`` [W/K] with
    ``fabric_capacity`` [J/K] describe a zone of two nodes; all 0 where walls are given. Its fabric
    loses to rooms beside at ``adjacent_temperature`` [K] by ``adjacent`` [W/K]; of the sunlight
    let in, the share ``light_to_air`` heats the air [1].
    """

    air_capacity: float
    envelope: float = 0.0
    coupling: float = 0.0
    glazing: float = 0.0
    fabric_capacity: float = 0.0
    adjacent: float = 0.0
    adjacent_temperature: float = 293.15
    light_to_air: float = 1.0


@dataclass(frozen=True, slots=True)
class Opening:
    """Air between two rooms: a steady exchange [W/K], and a door of ``width`` × ``height`` [m]."""

    one: int
    other: int
    conductance: float = 0.0
    width: float = 0.0
    height: float = 0.0


@dataclass(frozen=True, slots=True)
class House:
    """Rooms, walls, windows and openings, in air of a ``pressure`` [Pa]."""

    rooms: tuple[Room, ...]
    walls: tuple[Wall, ...] = ()
    windows: tuple[Window, ...] = ()
    openings: tuple[Opening, ...] = ()
    pressure: float = 101_325.0
