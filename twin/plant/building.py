"""A building: zones that are heated and cooled, in weather and sun, with machines in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

import numpy as np

from twin.documents import find_data
from twin.errors import BadInput, Fault
from twin.measures import Measure
from twin.physics.assembled import Assembled
from twin.physics.assembly import assemble
from twin.physics.climate import Weather
from twin.physics.network import Array
from twin.plant import _building_describe as describe
from twin.plant import _building_warm, _building_weather
from twin.plant._building_air import Air, carried
from twin.plant._building_boptest import boptest_measures, cost_rule
from twin.plant._building_control import (
    Control,
    House,
    OptimalStart,
    Schedule,
    regulators_of,
    standing,
)
from twin.plant._building_inputs import DAY, Inputs
from twin.plant._building_look import Look
from twin.plant._building_measures import (
    ELECTRICITY,
    GAS,
    air_measures,
    building_measures,
    use_measures,
    zone_measures,
)
from twin.plant._building_normals import normals_of
from twin.plant._building_people import Crowd
from twin.plant._building_people_settings import unused as unused_of
from twin.plant._building_power import burns
from twin.plant._building_predictive import Predictive
from twin.plant._building_record import RECORDED, Diary
from twin.plant._building_schedules import band
from twin.plant._building_settings import Settings, ZoneSettings
from twin.plant._building_supply import unused as unused_supply
from twin.plant.base import Asset, Process, World
from twin.records import Channel

__all__ = ["Model", "Settings", "band"]

LUMPED_ONLY = (
    "envelope", "glazing", "coupling", "fabric_capacity", "solar_aperture", "solar_to_air",
    "adjacent", "adjacent_temperature",
)  # fmt: skip
MOST_DAYS = 32
"""Blocks grow from a day to this."""
CONTROL_ONLY = {
    "pre_start": ("schedule", "optimal_start"), "plan_step": ("optimal_start", "predictive"),
    "plan_horizon": ("predictive",), "comfort_margin": ("predictive",),
    "forecast_error": ("predictive",), "sensor_noise": ("predictive",),
}  # fmt: skip
REGULATOR_ONLY = {
    "hysteresis": "thermostat", "shortest_run": "thermostat", "gain": "pi", "integral_time": "pi"
}  # fmt: skip
LAMPS_ONLY = (
    "lighting_radiant", "illuminance", "dimming", "dimming_least", "daylight_utilisation"
)  # fmt: skip
COSINE_ONLY = ("outdoor_mean", "outdoor_swing")


def unused_in(zone: ZoneSettings) -> set[str]:
    """Parameters of a zone that mean nothing by how it is used and lit."""
    by_presence = zone.use_by == "presence"
    names = {"use_start", "use_end"} if by_presence else {"use_hold"}
    if zone.lighting_power == 0:
        names |= set(LAMPS_ONLY)
    elif zone.dimming == "none":
        names.add("dimming_least")
    return names


class Model(Asset):
    """A building whose zones are balanced step by step, exactly.

    Without machines nothing reaches into it from outside: it is computed ahead by days and weeks;
    with machines, whose heat is known only as they work, each day afterwards, or when asked.
    """

    channels: ClassVar[tuple[Channel, ...]] = (
        Channel("temperature", "°C", "Air temperature of the first zone."),
        Channel("fabric_temperature", "°C", "Fabric temperature of the first zone."),
        Channel("ambient_temperature", "°C", "Outdoor temperature."),
    )

    recorded: ClassVar[tuple[Channel, ...]] = RECORDED

    def __init__(self, name: str, settings: Settings, world: World) -> None:
        super().__init__(name, settings, world)
        self.settings = settings
        self.machines: list[list[Asset]] = [[] for _ in settings.zones]
        self._energy = np.zeros(len(settings.zones))
        self._power = np.array(
            [[zone.heating_power, zone.cooling_power] for zone in settings.zones.values()]
        )
        self._stepped = 0
        self._noted: list[Array] = []
        self.per_day = round(DAY / settings.step)

    def connect(self) -> None:
        """Read the weather, assemble the network, find the machines that stand in each zone."""
        weather = self._read_weather()
        house = describe.house(self.settings, weather.elevation if weather else 0.0)
        self.made: Assembled = assemble(house, self.settings.step)
        crowd = Crowd(self.settings, self._luck)
        self.inputs = Inputs(self.settings, house, self.made, weather, crowd)
        self._find_machines()
        self.house = self._settled(whole=False)
        self.control = self._control()
        self.record.before_close.append(lambda _end: self._catch_up())
        self.diary = Diary(self, self.house.temperatures(self.inputs.block(0, 1).known[0]))
        self.air = Air(self.settings, self.inputs) if carried(self.settings) else None
        self._look = Look(self)

    def _control(self) -> Control:
        if self.settings.control == "optimal_start":
            return OptimalStart(self.house, self.inputs)
        if self.settings.control == "predictive":
            own = self._settled(whole=True)
            return Predictive(self.house, own, self.inputs, self._luck, self._unsolved)
        return Schedule(self.house)

    def _luck(self, use: str) -> np.random.Generator:
        return self.world.stream(f"{self.name}.{use}")

    def _unsolved(self) -> None:
        self.record.event(self.name, "plan_unsolved", "", 1.0)

    def start(self) -> None:
        """Start the balance; say what weather it is."""
        weather = self.inputs.weather
        if weather is not None:
            self.record.event(self.name, "weather", weather.source, float(weather.generated))
        self.env.process(self._run())

    def _read_weather(self) -> Weather | None:
        settings, path = self.settings, f"plant.{self.name}.weather"
        if not settings.weather and settings.city != "none":
            return _building_weather.of_city(settings.city)
        for city, normals in settings.normals.items():
            return _building_weather.generated(normals_of(city, normals))
        if not settings.weather:
            if describe.lumped(settings):
                return None
            message = "a building of walls needs weather = 'FILE.epw', a city, or normals"
            raise BadInput(Fault(message, path))
        return _building_weather.read(find_data(settings.weather, self.world.folder, path))

    def _find_machines(self) -> None:
        for (key, zone), found in zip(self.settings.zones.items(), self.machines, strict=True):
            path = f"plant.{self.name}.zones.{key}.machines"
            for wanted in zone.machines.split():
                machine = self.world.asset(wanted, asked_by=path)
                if not any(channel.name == "heat_energy" for channel in machine.channels):
                    raise BadInput(Fault("gives no heat to a room", path, "", repr(wanted)))
                found.append(machine)

    def _first_temperature(self) -> float:
        low, high = band(self.settings, next(iter(self.settings.zones.values())), np.zeros(1))
        return float(np.clip(293.15, low[0], high[0]))

    def _settled(self, *, whole: bool) -> House:
        """The first day repeated until the fabric has forgotten how it started."""
        house = standing(
            self.made, self._first_temperature(), self._power, regulators_of(self.settings),
            whole=whole,
        )  # fmt: skip
        days = round(self.settings.spin_up / DAY)
        if days:
            day = self.inputs.block(0, round(DAY / self.settings.step))
            for _ in range(days):
                house.run(day)
        return house

    def _run(self) -> Process:
        if any(self.machines):
            return self._beside_machines()
        return self._alone()

    def _alone(self) -> Process:
        """Compute ahead, in blocks that grow."""
        days = 1
        while True:
            steps = days * self.per_day
            self._advance(steps, None)
            yield self.env.timeout(steps * self.settings.step)
            days = min(2 * days, MOST_DAYS)

    def _beside_machines(self) -> Process:
        """Note the heat of the machines at each step; compute when a day is full or somebody asks.

        Machines do not feel the building, so nothing is lost by computing late.
        """
        while True:
            yield self.env.timeout(self.settings.step)
            self._note_heat()
            if len(self._noted) >= self.per_day:
                self._catch_up()

    def _note_heat(self) -> None:
        """Note the heat of the step that has ended by now, unless it is noted."""
        done = self._stepped + len(self._noted)
        if self.env.now > (done + 1) * self.settings.step - 1e-6:
            self._noted.append(self._machine_heat())

    def _catch_up(self) -> None:
        """Compute the steps beside machines that have ended by now."""
        if not any(self.machines):
            return
        self._note_heat()
        if self._noted:
            heat, self._noted = np.array(self._noted), []
            self._advance(len(heat), heat)

    def _advance(self, steps: int, machine_heat: Array | None) -> None:
        block = self.inputs.block(self._stepped, steps, machine_heat)
        trace = self.control.run(self._stepped, block)
        self.diary.add(self._stepped, block, trace)
        if self.air is not None:
            quality = self.air.run(self._stepped, trace.seen[:, : self.made.rooms])
            self.diary.air(self._stepped, quality)
        self._stepped += steps

    def _machine_heat(self) -> Array:
        """Mean heat of the machines over the last step [W]."""
        energy = np.array(
            [sum(machine.read()["heat_energy"] for machine in room) for room in self.machines]
        )
        mean = (energy - self._energy) / self.settings.step
        self._energy = energy
        return np.asarray(mean)

    def read(self) -> dict[str, float]:
        """Return the present value of every channel [SI]."""
        self._catch_up()
        seen = self.diary.seen_at(self.env.now)
        return {
            "temperature": float(seen[0]),
            "fabric_temperature": float(seen[-self.made.rooms]),
            "ambient_temperature": self.inputs.outdoor(float(self.env.now)),
        }

    def parts(self) -> Mapping[str, tuple[Channel, ...]]:
        """Return the zones and the faces of their walls and windows."""
        return self._look.parts()

    def look(self, part: str) -> dict[str, float]:
        """Return the present values of a zone or a face [SI]."""
        self._catch_up()
        return self._look.look(part)

    @classmethod
    def loads(cls) -> tuple[Callable[[], None], ...]:
        """Return what loads the compiled steps of zones."""
        return (_building_warm.warm,)

    @classmethod
    def has_luck(cls, settings: Settings) -> bool:
        """Return whether people come and go, or plans err, by chance."""
        return bool(settings.occupants) or settings.control == "predictive"

    @classmethod
    def neighbours(cls, settings: Settings) -> frozenset[str]:
        """Return the machines whose heat stays in a zone."""
        return frozenset(name for z in settings.zones.values() for name in z.machines.split())

    @classmethod
    def check(cls, settings: Settings) -> None:
        """Refuse a building whose parts do not fit each other."""
        describe.check(settings)

    @classmethod
    def unused(cls, settings: Settings) -> frozenset[str]:
        """Return what means nothing for walls, or without them."""
        weather = settings.weather or settings.city != "none" or settings.normals
        names = set(COSINE_ONLY) if weather else set()
        names |= {name for name, used in CONTROL_ONLY.items() if settings.control not in used}
        names |= unused_supply(settings)
        names |= {f"zones.{zone}.{name}" for zone, made in settings.zones.items()
                  for name in unused_in(made)}  # fmt: skip
        names |= {f"occupants.{kind}.{name}" for kind, made in settings.occupants.items()
                  for name in unused_of(made)}  # fmt: skip
        for zone, made in settings.zones.items():
            names |= {
                f"zones.{zone}.{name}"
                for name, kind in REGULATOR_ONLY.items()
                if made.regulator != kind
            }
        if describe.lumped(settings):
            names |= {"albedo", "terrain", "orientation"}
            if not weather:
                light = ("solar_aperture", "solar_to_air")
                names |= {f"zones.{zone}.{name}" for zone in settings.zones for name in light}
        else:
            names |= {f"zones.{zone}.{name}" for zone in settings.zones for name in LUMPED_ONLY}
        return frozenset(names)

    @classmethod
    def measures(cls, settings: Settings) -> tuple[Measure, ...]:
        """Return the KPIs of each zone and of the whole."""
        cost, gas = cost_rule(settings, ELECTRICITY, GAS), burns(settings)
        zones = [
            m for name in settings.zones for m in zone_measures(f"zones.{name}", cost, gas=gas)
        ]
        zones += [m for name, zone in settings.zones.items() for m in use_measures(name, zone,
                  people=bool(settings.occupants))]  # fmt: skip
        air = [
            m for name in settings.zones for m in air_measures(f"zones.{name}") if carried(settings)
        ]
        lit = any(zone.lighting_power > 0 for zone in settings.zones.values())
        whole = building_measures(
            list(settings.zones),
            gas=gas,
            fans=settings.fan_pressure > 0,
            pumps=settings.pump_pressure > 0,
            people=bool(settings.occupants),
            light=lit,
        )
        return (*zones, *air, *whole, *boptest_measures(settings))
