"""What sensors see of a building: its zones, the insides of its walls and windows, its fabric."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twin.plant import _building_describe as describe
from twin.plant import _building_settings as given
from twin.records import Channel

if TYPE_CHECKING:
    from twin.plant.building import Model

AIR = Channel("temperature", "°C", "Air temperature.")
FACE = Channel("temperature", "°C", "Temperature of the face towards the zone.")
AROUND = Channel("ambient_temperature", "°C", "Air of the zone.")
SIZE = Channel("width", "m", "Width."), Channel("height", "m", "Height.")
CARRIED = Channel("co2", "ppm", "CO2."), Channel("humidity", "%", "Relative humidity.")
PEOPLE = Channel("occupants", "1", "People, mean of the step.")
LIGHT = Channel("illuminance", "lx", "Daylight and lamps on the working plane.")


class Look:
    """Parts of a building by their paths, as the building's parameters name them."""

    def __init__(self, building: Model) -> None:
        self.building = building
        made, settings = building.made, building.settings
        inner = building.house.inner()
        self.faces: dict[str, tuple[int, int, float, float]] = {}
        walls = iter(inner[: len(inner) - sum(len(z.windows) for z in settings.zones.values())])
        windows = iter(inner[len(inner) - sum(len(z.windows) for z in settings.zones.values()) :])
        for room, (name, zone) in enumerate(settings.zones.items()):
            for key, surface in zone.surfaces.items():
                self._face(f"zones.{name}.surfaces.{key}", next(walls), room, surface)
            for key, window in zone.windows.items():
                self._face(f"zones.{name}.windows.{key}", next(windows), room, window)
            if describe.lumped(settings):
                path = f"zones.{name}.fabric"
                side = float(np.sqrt(zone.floor_area))
                self.faces[path] = (len(made.seen) + room, room, side, side)

    def _face(
        self, path: str, place: int | None, room: int,
        part: given.Surface | given.Window,
    ) -> None:  # fmt: skip
        """A face whose film and radiation are fixed is not followed: nothing to look at."""
        if place is not None:
            side = float(np.sqrt(describe.area_of(part)))
            self.faces[path] = (place, room, part.width or side, part.height or side)

    def parts(self) -> dict[str, tuple[Channel, ...]]:
        """Return the channels of every part."""
        settings = self.building.settings
        found: dict[str, tuple[Channel, ...]] = dict.fromkeys(self.faces, (FACE, AROUND, *SIZE))
        for name, zone in settings.zones.items():
            channels: tuple[Channel, ...] = (AIR, PEOPLE)
            if self.building.air is not None:
                channels = (*channels, *CARRIED)
            if zone.lighting_power > 0:
                channels = (*channels, LIGHT)
            found[f"zones.{name}"] = channels
        return found

    def look(self, part: str) -> dict[str, float]:
        """Return the present values of a part [SI]."""
        now = float(self.building.env.now)
        seen = self.building.diary.seen_at(now)
        if part in self.faces:
            place, room, width, height = self.faces[part]
            return {
                "temperature": float(seen[place]), "ambient_temperature": float(seen[room]),
                "width": width, "height": height,
            }  # fmt: skip
        name = part.removeprefix("zones.")
        room = list(self.building.settings.zones).index(name)
        return self._zone(room, now) | {"temperature": float(seen[room])}

    def _zone(self, room: int, now: float) -> dict[str, float]:
        building = self.building
        step = max(int((now + 1e-6) / building.settings.step) - 1, 0)
        found = {"occupants": float(building.inputs.people(step, 1)[0, room])}
        quality = building.diary.quality_at(now)
        if quality is not None:
            found |= {"co2": float(quality[0][room]), "humidity": float(quality[1][room])}
        if list(building.settings.zones.values())[room].lighting_power > 0:
            found["illuminance"] = building.diary.light_at(now, room)
        return found
