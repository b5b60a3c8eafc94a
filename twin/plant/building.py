"""A building: zones that are heated and cooled, with the heat of the machines in them."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from twin.errors import BadInput, Fault
from twin.measures import Constant, Integral, Largest, Measure, Product, Smallest, Sum
from twin.params import Params, quantity, table, text
from twin.physics import zone as heat
from twin.plant.base import Asset, Process, World
from twin.records import Channel

DAY = 86_400.0


class ZoneSettings(Params):
    """One zone: its fabric, its set-points, the machines that stand in it."""

    heating_setpoint: float = quantity(19, "°C", 0, 35, "Heated to this in use.", live=True)
    cooling_setpoint: float = quantity(26, "°C", 5, 50, "Cooled to this in use.", live=True)
    setback: float = quantity(4, "K", 0, 20, "Set-points wider by this out of use.", live=True)
    use_start: float = quantity(6, "h", 0, 24, "Time of day at which use starts.", live=True)
    use_end: float = quantity(22, "h", 0, 24, "Time of day at which use ends.", live=True)
    floor_area: float = quantity(600, "m²", 1, 1e6, "Floor area.")
    height: float = quantity(6, "m", 2, 60, "Clear height.")
    envelope: float = quantity(500, "W/K", 0.1, 1e6, "Walls and roof, U·A.", assumption=True)
    glazing: float = quantity(250, "W/K", 0.1, 1e6, "Windows and infiltration.", assumption=True)
    coupling: float = quantity(6000, "W/K", 1, 1e7, "Air to fabric, h·A.", assumption=True)
    fabric_capacity: float = quantity(
        165, "kJ/(m²·K)", 1, 5000, "Heat capacity a floor area.", "ISO 13790 class medium"
    )
    heating_power: float = quantity(60, "kW", 0, 1e5, "Greatest heating power.")
    cooling_power: float = quantity(60, "kW", 0, 1e5, "Greatest cooling power.")
    base_gain: float = quantity(3, "kW", 0, 1e5, "Lights and people in use.", assumption=True)
    machines: str = text("", "Machines whose heat stays in the zone, separated by spaces.")


class Settings(Params):
    """Parameters of a building."""

    zones: dict[str, ZoneSettings] = table("Zones of the building.")
    outdoor_mean: float = quantity(8, "°C", -40, 45, "Mean outdoor temperature.", assumption=True)
    outdoor_swing: float = quantity(8, "K", 0, 40, "Day-to-night range.", assumption=True)
    step: float = quantity(5, "min", 0.5, 60, "Control and balance step.")
    heating_efficiency: float = quantity(
        0.4, "1", 0.05, 1, "Carnot efficiency of the heat pump.", "0.3–0.5", assumption=True
    )
    supply_temperature: float = quantity(45, "°C", 25, 80, "Temperature of the heating water.")
    cooling_cop: float = quantity(3.5, "1", 0.5, 12, "COP of the chiller.", assumption=True)
    energy_price: float = quantity(0.2, "EUR/kWh", 0, 10, "Price of electricity.", assumption=True)


class Room:
    """One zone in simulated time."""

    def __init__(self, building: Model, name: str, settings: ZoneSettings) -> None:
        self.source = f"{building.name}.zones.{name}"
        self.settings = settings
        self.building = building
        air = heat.AIR_DENSITY * heat.AIR_HEAT * settings.floor_area * settings.height
        # Furniture and machines share the air's swings: 10 kJ/(m² K), ISO 52016-1.
        model = heat.Zone(
            air_capacity=air + 10e3 * settings.floor_area,
            fabric_capacity=settings.fabric_capacity * settings.floor_area,
            envelope=settings.envelope,
            glazing=settings.glazing,
            coupling=settings.coupling,
        )
        self.ad, self.bd = heat.discretise(*heat.matrices(model), building.settings.step)
        self.state = np.array([settings.heating_setpoint, settings.heating_setpoint])
        self.machines: list[Asset] = []
        self._energy_before = 0.0

    def machine_heat(self, step: float) -> float:
        """Mean heat of the machines over the last ``step`` [s], in [W]."""
        energy = sum(machine.read()["heat_energy"] for machine in self.machines)
        mean = (energy - self._energy_before) / step
        self._energy_before = energy
        return mean

    def band(self, time: float) -> tuple[float, float, bool]:
        """Heating and cooling set-point now [K], and whether the zone is in use."""
        s = self.settings
        in_use = s.use_start <= time % DAY < s.use_end
        wider = 0.0 if in_use else s.setback
        return s.heating_setpoint - wider, s.cooling_setpoint + wider, in_use

    def balance(self, time: float, outdoor: float, step: float) -> None:
        """Close the heat balance of the step that ends at ``time`` [s] and record it."""
        low, high, in_use = self.band(time - step)
        gains = self.machine_heat(step) + (self.settings.base_gain if in_use else 0.0)
        supplied = self._control(outdoor, gains, low, high)
        self.state = heat.advance(self.ad, self.bd, self.state, outdoor, gains + supplied, 0.0)
        self._record(supplied, outdoor, low, high, in_use)

    def _control(self, outdoor: float, gains: float, low: float, high: float) -> float:
        to_low = heat.heat_for(self.ad, self.bd, self.state, outdoor, gains, low)
        to_high = heat.heat_for(self.ad, self.bd, self.state, outdoor, gains, high)
        if to_low > 0:
            return min(to_low, self.settings.heating_power)
        if to_high < 0:
            return max(to_high, -self.settings.cooling_power)
        return 0.0

    def _record(
        self, supplied: float, outdoor: float, low: float, high: float, in_use: bool
    ) -> None:
        settings = self.building.settings
        cop = heat.carnot_cop(settings.supply_temperature, outdoor, settings.heating_efficiency)
        air = float(self.state[0])
        outside = max(low - air, air - high, 0.0) if in_use else 0.0
        sample = self.building.record.sample
        sample(self.source, "temperature", air)
        sample(self.source, "heating_electric", max(supplied, 0.0) / cop)
        sample(self.source, "cooling_electric", max(-supplied, 0.0) / settings.cooling_cop)
        sample(self.source, "discomfort", outside)


class Model(Asset):
    """A building whose zones are balanced step by step, exactly."""

    channels: ClassVar[tuple[Channel, ...]] = (
        Channel("temperature", "°C", "Air temperature of the first zone."),
        Channel("fabric_temperature", "°C", "Fabric temperature of the first zone."),
        Channel("ambient_temperature", "°C", "Outdoor temperature."),
    )

    def __init__(self, name: str, settings: Settings, world: World) -> None:
        super().__init__(name, settings, world)
        if not settings.zones:
            raise BadInput(Fault("a building needs at least one zone", path=f"plant.{name}.zones"))
        self.settings = settings
        self.rooms = [Room(self, key, zone) for key, zone in settings.zones.items()]

    def connect(self) -> None:
        """Find the machines that stand in each zone."""
        for room in self.rooms:
            for wanted in room.settings.machines.split():
                path = f"plant.{room.source}.machines"
                machine = self.world.asset(wanted, asked_by=path)
                if not any(channel.name == "heat_energy" for channel in machine.channels):
                    raise BadInput(Fault("gives no heat to a room", path, "", repr(wanted)))
                room.machines.append(machine)

    def start(self) -> None:
        """Start the balance."""
        self.env.process(self._run())

    def _run(self) -> Process:
        step = self.settings.step
        while True:
            outdoor = self.outdoor()
            yield self.env.timeout(step)
            for room in self.rooms:
                room.balance(self.env.now, outdoor, step)

    def outdoor(self) -> float:
        """Outdoor temperature now [K]."""
        settings = self.settings
        return heat.outdoor_temperature(self.env.now, settings.outdoor_mean, settings.outdoor_swing)

    def read(self) -> dict[str, float]:
        """Return the present value of every channel [SI]."""
        first = self.rooms[0].state
        return {
            "temperature": float(first[0]),
            "fabric_temperature": float(first[1]),
            "ambient_temperature": self.outdoor(),
        }

    @classmethod
    def neighbours(cls, settings: Settings) -> frozenset[str]:
        """Return the machines whose heat stays in a zone."""
        return frozenset(name for z in settings.zones.values() for name in z.machines.split())

    @classmethod
    def measures(cls, settings: Settings) -> tuple[Measure, ...]:
        """Return the KPIs of each zone."""
        price = settings.energy_price
        return tuple(m for name in settings.zones for m in _zone_measures(f"zones.{name}", price))


def _zone_measures(part: str, price: float) -> tuple[Measure, ...]:
    electricity = Sum((Integral("heating_electric"), Integral("cooling_electric")))
    return (
        Measure("energy", "kWh", "Electricity for heating and cooling.", "less", electricity,
                headline=True, part=part),
        Measure("energy_cost", "EUR", "Cost of that electricity.", "less",
                Product(Constant(price), electricity), part=part),
        Measure("heating_energy", "kWh", "Electricity for heating.", "less",
                Integral("heating_electric"), part=part),
        Measure("cooling_energy", "kWh", "Electricity for cooling.", "less",
                Integral("cooling_electric"), part=part),
        Measure("discomfort", "K*h", "Kelvin-hours outside the set-points in use.", "less",
                Integral("discomfort"), headline=True, part=part),
        Measure("coldest", "°C", "Lowest air temperature.", "more", Smallest("temperature"),
                part=part),
        Measure("warmest", "°C", "Highest air temperature.", "less", Largest("temperature"),
                part=part),
    )  # fmt: skip
