"""Parameters of a building: what it is made of, what it stands in, how it is used."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from twin.params import (
    Params,
    choice,
    count,
    file_name,
    flag,
    numbers,
    quantity,
    table,
    text,
    words,
)
from twin.plant._building_normals import MonthlyNormals
from twin.plant._building_people_settings import Occupants
from twin.plant._building_supply import Supply

Number = Annotated[float, Field(allow_inf_nan=False)]
Numbers = tuple[Number, ...]

ANGLES = (0, 10, 20, 30, 40, 50, 60, 70, 80, 90)
STANDARD_140 = "double clear glass, ASHRAE Standard 140"


class Material(Params):
    """One layer's material with its thickness, or a resistance that stores no heat."""

    thickness: float = quantity(0, "m", 0, 10, "Thickness of the layer.")
    conductivity: float = quantity(1, "W/(m·K)", 1e-4, 1000, "Conductivity.")
    density: float = quantity(0, "kg/m³", 0, 30_000, "Density; 0 stores no heat.")
    specific_heat: float = quantity(1000, "J/(kg·K)", 0, 20_000, "Specific heat.")
    resistance: float = quantity(
        0, "m²·K/W", 0, 1000, "Resistance of a layer that stores no heat, in place of the others."
    )


class Construction(Params):
    """A build-up of layers, and what its two faces do with light and long-wave radiation."""

    layers: tuple[str, ...] = words("Materials from inside to outside.")
    outside_solar_absorptance: float = quantity(0.6, "1", 0, 1, "Of sunlight, outside.")
    inside_solar_absorptance: float = quantity(0.6, "1", 0, 1, "Of sunlight, inside.")
    outside_emittance: float = quantity(0.9, "1", 0, 1, "Of long-wave radiation, outside.")
    inside_emittance: float = quantity(0.9, "1", 0, 1, "Of long-wave radiation, inside.")
    roughness: Literal[
        "very rough", "rough", "medium rough", "medium smooth", "smooth", "very smooth"
    ] = choice("rough", "Of the outside, for the wind.")


class Glazing(Params):
    """Panes with a gap between each two, and what they do with light at each angle."""

    pane_transmittance: Numbers = numbers(
        (), "Of each plain pane for the sun at normal incidence; computes all the tables."
    )
    pane_reflectance: Numbers = numbers((), "Of each of those panes, at normal incidence.")
    pane_back_reflectance: Numbers = numbers(
        (),
        "Of each pane's inner side, where some pane is coated; as the outer one for a plain pane.",
    )
    angle: Numbers = numbers(ANGLES, "Angles of incidence of the tables [deg], 0 to 90.")
    transmittance: Numbers = numbers(
        (0.703, 0.702, 0.699, 0.692, 0.678, 0.646, 0.577, 0.438, 0.208, 0),
        "Of the beam, at each angle.",
        STANDARD_140,
    )
    absorptance: tuple[Numbers, ...] = numbers(
        (
            (0.096, 0.097, 0.099, 0.102, 0.106, 0.112, 0.119, 0.127, 0.130, 0),
            (0.072, 0.073, 0.074, 0.075, 0.077, 0.078, 0.077, 0.070, 0.050, 0),
        ),
        "Of the beam at each angle, one list a pane, from outside in.",
        STANDARD_140,
    )
    diffuse_transmittance: float = quantity(
        0.601, "1", 0, 1, "Of light from everywhere.", STANDARD_140
    )
    diffuse_absorptance: Numbers = numbers(
        (0.110, 0.073), "Of light from everywhere, one number a pane, from outside in.",
        STANDARD_140,
    )  # fmt: skip
    pane_thickness: float = quantity(3.048, "mm", 0.1, 100, "Of each pane.", STANDARD_140)
    pane_conductivity: float = quantity(1, "W/(m·K)", 0.01, 100, "Of the glass.", STANDARD_140)
    gap: Literal["air", "argon", "krypton"] = choice("air", "Gas between the panes.")
    gap_thickness: float = quantity(12, "mm", 1, 200, "Of each gap.", STANDARD_140)
    gap_emittance: float = quantity(
        0.84, "1", 0.001, 1, "Of one face of each gap, such as a coating; the other is 0.84."
    )
    gap_conductance: float = quantity(
        0, "W/(m²·K)", 0, 1000, "Of each gap, gas and radiation; 0 computes it (EN 673)."
    )
    outside_emittance: float = quantity(0.84, "1", 0, 1, "Of the outermost face.", STANDARD_140)
    inside_emittance: float = quantity(0.84, "1", 0, 1, "Of the innermost face.", STANDARD_140)


class Schedule(Params):
    """A day's course of a set-point [°C] or of a share [1]; other days may differ."""

    hours: Numbers = numbers((), "Times of day [h]; without them, values are 24 hourly ones.")
    values: Numbers = numbers((), "Value from each of the hours on, or at it when linear.")
    saturday: Numbers = numbers((), "The same for Saturdays, where they differ.")
    sunday: Numbers = numbers((), "The same for Sundays, where they differ.")
    linear: bool = flag(False, "Whether values run straight from one hour to the next.")


class Surface(Params):
    """A wall, roof or floor of a zone."""

    construction: str = text(None, "Name of its construction.")
    area: float = quantity(0, "m²", 0, 1e6, "With its windows; 0 takes width times height.")
    width: float = quantity(0, "m", 0, 1e4, "Width, seen from outside.")
    height: float = quantity(0, "m", 0, 1e4, "Height.")
    tilt: float = quantity(90, "deg", 0, 180, "0 a roof, 90 a wall, 180 a floor.")
    azimuth: float = quantity(0, "deg", 0, 360, "Where it looks: 0 north, 90 east, 180 south.")
    boundary: str = text(
        "outdoors", "What is behind: outdoors, ground, adiabatic, or the name of another zone."
    )
    sun_exposed: bool = flag(True, "Whether the sun reaches the outside.")
    wind_exposed: bool = flag(True, "Whether the wind reaches the outside.")
    ground_temperature: float = quantity(10, "°C", -30, 50, "Behind, when that is ground.")
    inside_film: float = quantity(
        0, "W/(m²·K)", 0, 1000, "Convection inside; 0 computes it from the temperatures."
    )
    outside_film: float = quantity(
        0, "W/(m²·K)", 0, 1000, "Convection outside; 0 computes it from wind and temperatures."
    )
    solar_fraction: float = quantity(
        -1, "1", -1, 1, "Share of the zone's sunlight absorbed here; -1 computes it."
    )


class Window(Params):
    """A window in a surface."""

    surface: str = text(None, "Surface of the zone that it is in.")
    glazing: str = text("", "Name of its glazing; without one, clear double glass.")
    area: float = quantity(0, "m²", 0, 1e5, "0 takes width times height.")
    width: float = quantity(0, "m", 0, 1e3, "Width.")
    height: float = quantity(0, "m", 0, 1e3, "Height.")
    x: float = quantity(
        0, "m", -1e3, 1e3, "Left edge from the surface's left edge, seen from outside."
    )
    sill: float = quantity(0, "m", -1e3, 1e3, "Lower edge above the surface's lower edge.")
    inside_film: float = quantity(0, "W/(m²·K)", 0, 1000, "Convection inside; 0 computes it.")
    outside_film: float = quantity(0, "W/(m²·K)", 0, 1000, "Convection outside; 0 computes it.")


class Shade(Params):
    """An overhang or a fin that stands out from a surface."""

    surface: str = text(None, "Surface of the zone that it stands out from.")
    form: Literal["overhang", "fin"] = choice("overhang", "Level, or upright.")
    x: float = quantity(
        0, "m", -1e3, 1e3, "Left end of an overhang, place of a fin, seen from outside."
    )
    z: float = quantity(0, "m", -1e3, 1e3, "Height of an overhang, lower end of a fin.")
    length: float = quantity(1, "m", 0.001, 1e4, "Along the surface.")
    depth: float = quantity(1, "m", 0.001, 100, "Out from the surface.")


class Opening(Params):
    """Air between two zones."""

    zones: tuple[str, ...] = words("The two zones.")
    flow: float = quantity(0, "m³/h", 0, 1e7, "Steady exchange, as much each way.")
    width: float = quantity(0, "m", 0, 100, "Width of an open door.")
    height: float = quantity(0, "m", 0, 100, "Height of an open door.")


class ZoneSettings(Params):
    """One zone: its fabric, its set-points, its use, the machines that stand in it."""

    heating_setpoint: float = quantity(19, "°C", -50, 60, "Heated to this in use.", live=True)
    cooling_setpoint: float = quantity(26, "°C", -50, 200, "Cooled to this in use.", live=True)
    heating_schedule: str = text("", "Schedule of the heating set-point, in its place.")
    cooling_schedule: str = text("", "Schedule of the cooling set-point, in its place.")
    setback: float = quantity(0, "K", 0, 20, "Set-points wider by this out of use.", live=True)
    use_start: float = quantity(6, "h", 0, 24, "Time of day at which use starts.", live=True)
    use_end: float = quantity(22, "h", 0, 24, "Time of day at which use ends.", live=True)
    use_by: Literal["hours", "presence"] = choice(
        "hours", "What counts as use: those hours, or that somebody is there.", live=True
    )
    use_hold: float = quantity(
        20, "min", 0, 240, "By presence: still in use so long after the last has left.",
        "ASHRAE 90.1, 9.4.1.1: lights off within 20 min", live=True,
    )  # fmt: skip
    lighting_power: float = quantity(0, "W/m²", 0, 200, "Power of the lamps, on in use.")
    lighting_radiant: float = quantity(
        0.4, "1", 0, 1, "Share of its heat that is radiant.", assumption=True
    )
    illuminance: float = quantity(
        500, "lx", 1, 5000, "Wanted on the working plane.", "EN 12464-1, offices", live=True
    )
    dimming: Literal["none", "continuous"] = choice(
        "none", "Whether lamps give only what daylight lacks.", live=True
    )
    dimming_least: float = quantity(
        0.3, "1", 0, 1, "Least power of dimmed lamps over their full power.",
        "EnergyPlus, Daylighting:Controls",
    )  # fmt: skip
    daylight_utilisation: float = quantity(
        0.45, "1", 0, 1, "Share of the light through the windows that reaches the plane.",
        "RC_BuildingSimulator",
    )  # fmt: skip
    regulator: Literal["ideal", "thermostat", "pi"] = choice(
        "ideal", "What holds the set-points: exactly, on and off, or in proportion with integral."
    )
    hysteresis: float = quantity(
        1, "K", 0, 10, "Thermostat: on half of it beyond a set-point, off half of it inside.",
        assumption=True,
    )  # fmt: skip
    shortest_run: float = quantity(
        10, "min", 0, 240, "Thermostat: shortest time on, and off.", assumption=True
    )
    gain: float = quantity(
        0.3, "1/K", 0.001, 100, "PI: share of the power a kelvin.", assumption=True
    )
    integral_time: float = quantity(15, "min", 0.5, 1440, "PI: integral time.", assumption=True)
    heating_power: float = quantity(60, "kW", 0, 1e6, "Greatest heating power; 0 for none.")
    cooling_power: float = quantity(60, "kW", 0, 1e6, "Greatest cooling power; 0 for none.")
    floor_area: float = quantity(600, "m²", 0.01, 1e6, "Floor area.")
    height: float = quantity(6, "m", 0.1, 100, "Clear height.")
    surfaces: dict[str, Surface] = table("Walls, roofs and floors.")
    windows: dict[str, Window] = table("Windows.")
    shades: dict[str, Shade] = table("Overhangs and fins.")
    infiltration: float = quantity(0, "1/h", 0, 100, "Air changes through leaks.")
    infiltration_schedule: str = text("", "Schedule of its share.")
    ventilation: float = quantity(0, "m³/h", 0, 1e7, "Outdoor air of a fan, no heat of its own.")
    ventilation_schedule: str = text("", "Schedule of its share.")
    internal_gain: float = quantity(0, "W", 0, 1e7, "Heat of lights and devices, at all hours.")
    internal_gain_radiant: float = quantity(0.6, "1", 0, 1, "Share that is radiant.", STANDARD_140)
    internal_gain_schedule: str = text("", "Schedule of its share.")
    people: float = quantity(0, "1", 0, 1e5, "People when all are there.")
    people_schedule: str = text("", "Schedule of their share.")
    people_heat: float = quantity(
        75, "W", 0, 1000, "Sensible heat of each.", "DOE commercial reference buildings"
    )
    people_radiant: float = quantity(
        0.3, "1", 0, 1, "Share of it that is radiant.", "DOE commercial reference buildings"
    )
    co2_per_person: float = quantity(
        0.0048, "L/s", 0, 1, "CO2 of each.", "Persily & De Jonge 2017, office work"
    )
    moisture_per_person: float = quantity(
        81, "g/h", 0, 5000, "Water of each: 55 W latent.", "BOPTEST multizone office"
    )
    moisture: float = quantity(0, "g/h", 0, 1e7, "Other water given to the air.")
    moisture_buffer: float = quantity(
        1, "1", 1, 50, "Water that air and furnishings hold over that of the air.", assumption=True
    )
    base_gain: float = quantity(0, "kW", 0, 1e5, "Convective heat of lights and people in use.")
    machines: str = text("", "Machines whose heat stays in the zone, separated by spaces.")
    furniture: float = quantity(
        0, "kJ/(m²·K)", 0, 1000, "Heat capacity that swings with the air, a floor area."
    )
    envelope: float = quantity(500, "W/K", 0.1, 1e6, "Lumped: walls, roof, U·A.", assumption=True)
    glazing: float = quantity(
        250, "W/K", 0.1, 1e6, "Lumped: windows and infiltration.", assumption=True
    )
    coupling: float = quantity(6000, "W/K", 1, 1e7, "Lumped: air to fabric, h·A.", assumption=True)
    solar_aperture: float = quantity(
        0, "m²", 0, 1e5, "Lumped: area that takes in all the light that falls on a level one."
    )
    solar_to_air: float = quantity(
        0.1, "1", 0, 1, "Lumped: share of that light that heats the air; the rest the fabric.",
        "ISO 52016-1",
    )  # fmt: skip
    adjacent: float = quantity(
        0, "W/K", 0, 1e6, "Lumped: fabric to rooms beside that keep their temperature."
    )
    adjacent_temperature: float = quantity(20, "°C", -50, 60, "Lumped: of the rooms beside.")
    fabric_capacity: float = quantity(
        165, "kJ/(m²·K)", 1, 5000, "Lumped: heat capacity a floor area.", "ISO 13790 class medium"
    )


class Price(Params):
    """A period of a tariff: what energy costs from one time of day to another on some days."""

    price: float = quantity(None, "EUR/kWh", 0, 10, "Of electricity.")
    start: float = quantity(0, "h", 0, 24, "Time of day at which it starts.")
    end: float = quantity(24, "h", 0, 24, "At which it ends; before its start: on the next day.")
    days: Literal["all", "weekdays", "weekend"] = choice("all", "Days on which it starts.")


class Settings(Supply):
    """Parameters of a building."""

    control: Literal["schedule", "optimal_start", "predictive"] = choice(
        "schedule", "What sets the zones' temperatures: the clock, a start as late as will do, or "
        "a plan over weather, use, prices and peaks.",
    )  # fmt: skip
    pre_start: float = quantity(
        0, "h", 0, 12, "Set-points hold this long before their hour; optimal start: at most."
    )
    plan_step: float = quantity(30, "min", 5, 60, "A new plan, in blocks as long.")
    plan_horizon: float = quantity(24, "h", 1, 96, "How far a plan looks ahead.")
    comfort_margin: float = quantity(
        0, "K", 0, 3, "A plan stays so far inside the set-points.", assumption=True
    )
    forecast_error: Literal["none", "low", "medium", "high"] = choice(
        "medium", "Error of the weather forecasts that plans are made on.", "BOPTEST"
    )
    sensor_noise: float = quantity(
        0.1, "K", 0, 3, "Standard deviation of the zone temperatures that plans see.",
        assumption=True,
    )  # fmt: skip
    tariff: dict[str, Price] = table("Periods of the price of energy; without any, energy_price.")
    zones: dict[str, ZoneSettings] = table("Zones of the building.")
    materials: dict[str, Material] = table("Materials of layers.")
    constructions: dict[str, Construction] = table("Build-ups of layers.")
    glazings: dict[str, Glazing] = table("Kinds of glazing.")
    schedules: dict[str, Schedule] = table("Schedules of a day.")
    occupants: dict[str, Occupants] = table("People who come, go and move about, each by chance.")
    openings: dict[str, Opening] = table("Air between zones.")
    weather: str = file_name("EPW file of the weather.")
    city: Literal["none", "beijing", "chiayi", "denver", "hsinchu", "london", "taipei"] = choice(
        "none", "City whose published normals make a year of weather, where there is no file."
    )
    normals: dict[str, MonthlyNormals] = table("Normals of one city that is not among those.")
    start_day: int = count(1, 1, 365, "Day of the year at which the run starts.")
    first_weekday: Literal[
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"
    ] = choice("monday", "Weekday of the first day of the run.")
    orientation: float = quantity(0, "deg", -360, 360, "Turns the building clockwise.")
    albedo: float = quantity(0.2, "1", 0, 1, "Of the ground around.", "ASHRAE Standard 140")
    terrain: Literal["open", "suburb", "city"] = choice("open", "Around, for the wind.")
    spin_up: float = quantity(
        30, "d", 0, 365, "The first day is repeated so long before the run.", "ASHRAE Standard 140"
    )
    outdoor_co2: float = quantity(420, "ppm", 0, 5000, "CO2 outdoors.", "NOAA, 2022")
    outdoor_mean: float = quantity(
        8, "°C", -40, 45, "Mean outdoor temperature, without weather.", assumption=True
    )
    outdoor_swing: float = quantity(
        8, "K", 0, 40, "Day-to-night range, without weather.", assumption=True
    )
    step: float = quantity(5, "min", 0.5, 60, "Control and balance step.")
    co2_rise_limit: float = quantity(
        800, "ppm", 0, 20_000, "CO2 above outdoors from which air counts as bad.",
        "EN 16798-1, category II",
    )  # fmt: skip

    @property
    def has_plant(self) -> bool:
        """Whether any zone is heated or cooled."""
        return any(zone.heating_power or zone.cooling_power for zone in self.zones.values())
