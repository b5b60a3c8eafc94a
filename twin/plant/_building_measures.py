"""KPIs of a building."""

from __future__ import annotations

from twin.measures import (
    At,
    Integral,
    Largest,
    Mean,
    Measure,
    Ratio,
    Rule,
    Smallest,
    Sum,
    WhenLargest,
    WhenSmallest,
)
from twin.plant import _building_settings as given

ELECTRICITY = Sum((Integral("heating_electric"), Integral("cooling_electric")))
GAS = Integral("heating_gas")


def zone_measures(part: str, cost: Rule, *, gas: bool) -> tuple[Measure, ...]:
    """KPIs of one zone; ``cost`` says what its energy costs, ``gas`` whether some of it is gas."""
    meaning = "Electricity and gas" if gas else "Electricity"
    energy = Sum((ELECTRICITY, GAS)) if gas else ELECTRICITY
    found = (
        Measure("energy", "kWh", f"{meaning} for heating and cooling.", "less", energy,
                headline=True, part=part),
        Measure("energy_cost", "EUR", "Cost of that energy.", "less",
                cost, part=part),
        Measure("heating_energy", "kWh", "Electricity for heating.", "less",
                Integral("heating_electric"), part=part),
        Measure("cooling_energy", "kWh", "Electricity for cooling.", "less",
                Integral("cooling_electric"), part=part),
        Measure("unmet_heating_hours", "h", "Time in use below the heating set-point by more than "
                "the tolerance, at the ends of steps.", "less", Integral("unmet_heating"),
                part=part),
        Measure("unmet_cooling_hours", "h", "Time in use above the cooling set-point by more than "
                "the tolerance, at the ends of steps.", "less", Integral("unmet_cooling"),
                part=part),
        Measure("discomfort", "K*h", "Kelvin-hours outside the set-points in use.", "less",
                Integral("discomfort"), headline=True, part=part),
        Measure("coldest", "°C", "Lowest air temperature.", "more", Smallest("temperature"),
                part=part),
        Measure("warmest", "°C", "Highest air temperature.", "less", Largest("temperature"),
                part=part),
        Measure("mean_temperature", "°C", "Mean air temperature.", "more", Mean("temperature"),
                part=part),
        *_loads(part),
        Measure("coldest_hour", "°C", "Lowest hourly mean air temperature.", "more",
                Smallest("temperature_hour"), part=part),
        Measure("coldest_hour_start", "h", "When that hour starts, from the start of the run.",
                "less", WhenSmallest("temperature_hour"), part=part),
        Measure("warmest_hour", "°C", "Highest hourly mean air temperature.", "less",
                Largest("temperature_hour"), part=part),
        Measure("warmest_hour_start", "h", "When that hour starts, from the start of the run.",
                "less", WhenLargest("temperature_hour"), part=part),
    )  # fmt: skip
    burnt = Measure("gas_energy", "kWh", "Gas for heating.", "less", GAS, part=part)
    return (*found, burnt) if gas else found


def _loads(part: str) -> tuple[Measure, ...]:
    """Heat that the plant gives to and takes from a zone: annual loads in a run of a year."""
    return (
        Measure("heating_load", "MWh", "Heat given to the zone.", "less", Integral("heating"),
                part=part),
        Measure("cooling_load", "MWh", "Sensible heat taken from the zone.", "less",
                Integral("cooling"), part=part),
        Measure("heating_peak", "kW", "Greatest hourly mean of heating.", "less",
                Largest("heating_hour"), part=part),
        Measure("heating_peak_start", "h", "When that hour starts, from the start of the run.",
                "less", WhenLargest("heating_hour"), part=part),
        Measure("cooling_peak", "kW", "Greatest hourly mean of sensible cooling.", "less",
                Largest("cooling_hour"), part=part),
        Measure("cooling_peak_start", "h", "When that hour starts, from the start of the run.",
                "less", WhenLargest("cooling_hour"), part=part),
    )  # fmt: skip


def air_measures(part: str) -> tuple[Measure, ...]:
    """What people breathe in one zone."""
    return (
        Measure("co2_mean", "ppm", "Mean CO2.", "less", Mean("co2"), part=part),
        Measure("co2_highest", "ppm", "Highest CO2.", "less", Largest("co2"), part=part),
        Measure("humidity_lowest", "%", "Lowest relative humidity.", "more",
                Smallest("humidity"), part=part),
        Measure("humidity_highest", "%", "Highest relative humidity.", "less",
                Largest("humidity"), part=part),
        Measure("condensate", "kg", "Water that condensed.", "less", Integral("condensate"),
                part=part),
    )  # fmt: skip


def use_measures(name: str, zone: given.ZoneSettings, *, people: bool) -> tuple[Measure, ...]:
    """KPIs of who is in a zone, and of its light."""
    part = f"zones.{name}"
    in_use = Integral("in_use")
    some = (
        (people, Measure("person_hours", "h", "Time of people in the zone, each counted.", "more",
                         Integral("occupants"), part=part)),
        (people, Measure("occupancy_peak", "1", "Most people in the zone, mean of a step.", "more",
                         Largest("occupants"), part=part)),
        (zone.use_by == "presence" or zone.lighting_power > 0,
         Measure("hours_in_use", "h", "Time in use.", "more", in_use, part=part)),
        (zone.lighting_power > 0, Measure("lighting_energy", "kWh", "Electricity of the lamps.",
                                          "less", Integral("lighting_electric"), part=part)),
        (zone.lighting_power > 0, Measure(
            "daylight_autonomy", "%", "Share of the time in use in which daylight alone gives the "
            "illuminance that is wanted.", "more", Ratio(Integral("daylit"), in_use), part=part)),
    )  # fmt: skip
    return tuple(measure for there, measure in some if there)


def building_measures(
    zones: list[str], *, gas: bool, fans: bool, pumps: bool, people: bool, light: bool
) -> tuple[Measure, ...]:
    """KPIs of the whole; the flags say what there is."""

    def over(rule: Rule) -> Sum:
        return Sum(tuple(At(f"zones.{zone}", rule) for zone in zones))

    electricity, burnt = Integral("electricity"), Integral("gas")
    found = (
        Measure("energy", "kWh", "Electricity and gas for heat, cold, fans and pumps of all zones.",
                "less", Sum((electricity, burnt)) if gas else electricity),
        Measure("heating_load", "MWh", "Heat given to all zones.", "less",
                over(Integral("heating"))),
        Measure("cooling_load", "MWh", "Sensible heat taken from all zones.", "less",
                over(Integral("cooling"))),
        Measure("unmet_hours", "h", "Time in which some zone in use is outside its set-points by "
                "more than the tolerance (ASHRAE 90.1).", "less", Integral("unmet"), headline=True),
    )  # fmt: skip
    some = (
        (gas, Measure("gas_energy", "kWh", "Gas for heating of all zones.", "less", burnt)),
        (fans, Measure("fan_energy", "kWh", "Electricity of the fans of outdoor air.", "less",
                       Integral("fans_electric"))),
        (pumps, Measure("pump_energy", "kWh", "Electricity of the pumps of water.", "less",
                        Integral("pumps_electric"))),
        (people, Measure("person_hours", "h", "Time of people in the building, each counted.",
                         "more", Integral("occupants"))),
        (people, Measure("occupancy_peak", "1", "Most people in the building, mean of a step.",
                         "more", Largest("occupants"))),
        (light, Measure("lighting_energy", "kWh", "Electricity of the lamps of all zones; in no "
                        "other figure of the building.", "less",
                        over(Integral("lighting_electric")))),
    )  # fmt: skip
    return (*found, *(measure for there, measure in some if there))
