"""Parameters of what makes heat and cold for a building, moves air and water, and what it costs."""

from __future__ import annotations

from typing import Literal

from twin.params import Params, choice, count, quantity

AHRI = "AHRI 210/240"
BOPTEST = "BOPTEST, 0.7 times 0.7"


class Supply(Params):
    """Machines that make heat and cold, fans and pumps, prices of energy."""

    heating: Literal["carnot", "heat_pump", "boiler", "electric"] = choice(
        "carnot", "What makes heat: a heat pump of a share of Carnot's efficiency, one by lines "
        "fitted to its kind, a gas boiler, or electricity itself.",
    )  # fmt: skip
    heating_capacity: float = quantity(
        0, "kW", 0, 1e6, "Of all machines that make heat, rated; 0: the zones' heating power "
        "together, for Carnot no limit.",
    )  # fmt: skip
    heating_units: int = count(1, 1, 50, "Equal machines that make heat; as few run as give it.")
    heating_least: float = quantity(
        25, "%", 1, 100, "Share of its capacity below which one runs on and off.",
        "hplib 1.9, regulated heat pumps",
    )  # fmt: skip
    heating_cycling: float = quantity(
        0.25, "1", 0, 1, "What is lost by running on and off, C_d.", AHRI
    )
    heat_pump: Literal[
        "air_regulated", "air_on_off", "brine_regulated", "brine_on_off", "water_on_off"
    ] = choice(
        "air_regulated", "Kind of heat pump: its lines of COP and heat, rated at 52 °C and air at "
        "-7, brine at 0, water at 10 °C.", "hplib 1.9, generic rows",
    )  # fmt: skip
    source_temperature: float = quantity(
        10, "°C", -20, 30, "Of the brine or ground water.", assumption=True
    )
    heating_efficiency: float = quantity(
        0.4, "1", 0.05, 1, "Carnot efficiency of the heat pump.", "0.3–0.5", assumption=True
    )
    boiler: Literal["constant", "condensing"] = choice(
        "constant", "Efficiency of the boiler: one, or higher for cooler water and part load.",
        "EnergyPlus, CondensingBoilerEff",
    )  # fmt: skip
    boiler_efficiency: float = quantity(0.9, "1", 0.1, 1.1, "Heat over gas, rated.", "BOPTEST")
    backup: Literal["none", "boiler", "electric"] = choice(
        "none", "What gives the heat beyond the capacity."
    )
    backup_capacity: float = quantity(0, "kW", 0, 1e6, "Greatest heat of the backup.")
    supply_temperature: float = quantity(
        45, "°C", 25, 80, "Temperature of the heating water, the greatest under a heating curve."
    )
    heating_curve: float = quantity(
        0, "K/K", 0, 5, "Outdoor reset: water so much warmer for each kelvin below 20 °C outdoors; "
        "0 keeps it at supply_temperature.", live=True,
    )  # fmt: skip
    supply_lowest: float = quantity(
        25, "°C", 15, 80, "Heating water at 20 °C outdoors, where the curve begins.", live=True,
        assumption=True,
    )  # fmt: skip
    emitter: Literal["air", "radiator", "floor"] = choice(
        "air", "What gives heat to the zones; radiators and floors give less by cooler water.",
        "EN 442, EN 1264",
    )  # fmt: skip
    cooling: Literal["constant", "direct_expansion", "chiller", "water_chiller"] = choice(
        "constant", "What makes cold: a machine of one COP, a roof-top unit whose COP is rated at "
        "35 °C outdoors and follows them, an air-cooled chiller, or one with a cooling tower.",
        "DOE commercial reference buildings; OpenStudio; ASHRAE 90.1",
    )  # fmt: skip
    cooling_capacity: float = quantity(
        0, "kW", 0, 1e6, "Of all machines that make cold, rated; 0: the zones' cooling power "
        "together, for constant and direct_expansion no limit.",
    )  # fmt: skip
    cooling_units: int = count(1, 1, 50, "Equal machines that make cold; as few run as give it.")
    cooling_least: float = quantity(
        25, "%", 1, 100, "Share of its capacity below which a chiller runs on and off.",
        assumption=True,
    )  # fmt: skip
    cooling_cycling: float = quantity(
        0.25, "1", 0, 1, "What is lost by running on and off, C_d.", AHRI
    )
    cooling_cop: float = quantity(3.5, "1", 0.5, 12, "COP of the chiller, rated.", assumption=True)
    chilled_water: float = quantity(6.7, "°C", 5, 10, "Water that leaves the chiller.", "AHRI 550")
    tower_approach: float = quantity(
        3.9, "K", 0, 20, "Water of the cooling tower above the wet bulb outdoors.",
        "ASHRAE 90.1, appendix G: 29.4 °C at 25.6 °C",
    )  # fmt: skip
    fan_pressure: float = quantity(
        0, "Pa", 0, 5000, "Of the fans that bring outdoor air; 0 for none."
    )
    fan_efficiency: float = quantity(0.49, "1", 0.01, 1, "Of wheel and motor.", BOPTEST)
    fan_curve: Literal["proportional", "cubic", "variable_speed"] = choice(
        "cubic", "Fan power at a part of its flow: with it, with its cube, or by a measured drive.",
        "affinity laws; DOE commercial reference buildings",
    )  # fmt: skip
    fan_heat: float = quantity(1, "1", 0, 1, "Share of its power that warms the air it brings.")
    pump_pressure: float = quantity(0, "kPa", 0, 2000, "Of the pumps of water; 0 for none.")
    pump_efficiency: float = quantity(0.49, "1", 0.01, 1, "Of wheel and motor.", BOPTEST)
    pump_curve: Literal["constant", "cubic"] = choice(
        "cubic", "Pump power at a part of the heat: all of it, or with the cube of the flow."
    )
    hot_water_drop: float = quantity(10, "K", 1, 60, "Of heating water, at its greatest heat.",
                                     assumption=True)  # fmt: skip
    cold_water_rise: float = quantity(6, "K", 1, 30, "Of chilled water, at its greatest cold.",
                                      assumption=True)  # fmt: skip
    energy_price: float = quantity(0.2, "EUR/kWh", 0, 10, "Price of electricity.", assumption=True)
    gas_price: float = quantity(0.08, "EUR/kWh", 0, 10, "Price of gas.", assumption=True)
    emission_factor: float = quantity(
        0.167, "kg/kWh", 0, 5, "CO2 of electricity.", "Belgium, BOPTEST heat pump case"
    )
    gas_emission_factor: float = quantity(
        0.202, "kg/kWh", 0, 5, "CO2 of gas.", "IPCC 2006: 56.1 kg/GJ, lower heating value"
    )
    demand_price: float = quantity(
        0, "EUR/kW", 0, 1000, "Price of each month's greatest quarter of an hour; 0 for none."
    )
    demand_ratchet: float = quantity(
        0, "1", 0, 1, "A month is billed at least this share of the highest of the 11 before."
    )
    unmet_tolerance: float = quantity(
        0.2, "delta_degC", 0, 5, "So far outside its set-points in use a zone's hour is unmet.",
        "EnergyPlus, reporting tolerance",
    )  # fmt: skip


HEATED_BY = {
    "heat_pump": ("heat_pump",), "source_temperature": ("heat_pump",),
    "heating_efficiency": ("carnot",), "boiler": ("boiler",), "boiler_efficiency": ("boiler",),
}  # fmt: skip
"""Parameters that only some makers of heat have."""
COOLED_BY = {"chilled_water": ("chiller", "water_chiller"), "tower_approach": ("water_chiller",)}
"""Parameters that only some makers of cold have."""
STAGED = ("units", "least", "cycling")
FANS = ("fan_efficiency", "fan_curve", "fan_heat")
PUMPS = ("pump_efficiency", "pump_curve", "hot_water_drop", "cold_water_rise")


def unused(own: Supply) -> frozenset[str]:
    """Parameters that mean nothing beside what is chosen."""
    names = {name for name, made in HEATED_BY.items() if own.heating not in made}
    names |= {name for name, made in COOLED_BY.items() if own.cooling not in made}
    if own.backup == "boiler":
        names -= {"boiler", "boiler_efficiency"}
    if own.backup == "none":
        names.add("backup_capacity")
    if "boiler" not in {own.heating, own.backup}:
        names |= {"gas_price", "gas_emission_factor"}
    if own.heating == "carnot" and own.heating_capacity == 0:
        names |= {f"heating_{name}" for name in STAGED} | {"backup", "backup_capacity"}
    if own.cooling in {"constant", "direct_expansion"} and own.cooling_capacity == 0:
        names |= {f"cooling_{name}" for name in STAGED}
    if own.heating_curve == 0:
        names |= {"supply_lowest", "emitter"}
    if own.fan_pressure == 0:
        names |= set(FANS)
    if own.pump_pressure == 0:
        names |= set(PUMPS)
    if getattr(own, "tariff", None):
        names.add("energy_price")
    return frozenset(names)
