"""What a CNC milling machine is told: its parameters, and what they mean at the edge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from twin.params import Params, choice, count, quantity
from twin.physics import cutting, wear
from twin.physics.coolant import COOLANTS, CoolantMode
from twin.physics.materials import MATERIALS

MaterialName = Literal[
    "S235", "E295", "E335", "E360", "42CrMo4", "16MnCr5", "EN-GJL-250", "C45", "C60",
    "X5CrNi18-10", "AlMg", "AlSi", "Ti6Al4V", "Inconel718",
]  # fmt: skip

TATAR = "Tatar 2020, PMC7306598 (Ti6Al4V shoulder milling)"
NASA = "fitted to the NASA milling data, VB 0.3 mm, vc 200 m/min"
ISO3685 = "ISO 3685, uniform flank wear"


class Settings(Params):
    """Parameters of a CNC milling machine."""

    material: MaterialName = choice("C45", "Workpiece material (Kienzle, DIN-type values).")
    cutting_speed: float = quantity(180, "m/min", 5, 2000, "Cutting speed.", "", live=True)
    feed_per_tooth: float = quantity(0.15, "mm/tooth", 0.005, 2, "Feed per tooth.", live=True)
    axial_depth: float = quantity(2, "mm", 0.05, 50, "Axial depth of cut.", live=True)
    radial_width: float = quantity(30, "mm", 0.1, 400, "Radial width of cut.", live=True)
    coolant: CoolantMode = choice("flood", "Coolant mode.", live=True)

    tool_diameter: float = quantity(50, "mm", 0.5, 500, "Diameter of the milling cutter.")
    teeth: int = count(5, 1, 60, "Cutting edges of the cutter.")
    corner_radius: float = quantity(0.8, "mm", 0.05, 20, "Corner radius of the edges.")
    cut_length: float = quantity(1200, "mm", 1, 100_000, "Feed path in the cut for one part.")
    load_time: float = quantity(25, "s", 0, 36_000, "Loading, unloading and rapid moves a part.")

    spindle_power: float = quantity(15, "kW", 0.1, 200, "Rated spindle power.", assumption=True)
    spindle_base_speed: float = quantity(
        1000, "rpm", 10, 60_000, "Speed from which full power is there.", assumption=True
    )
    spindle_max_speed: float = quantity(12_000, "rpm", 100, 120_000, "Highest spindle speed.")
    spindle_efficiency: float = quantity(
        0.8, "1", 0.3, 1, "Spindle efficiency.", "0.75–0.9, textbook", assumption=True
    )
    idle_power: float = quantity(
        1.5, "kW", 0, 50, "Power of the machine that does not cut.", assumption=True
    )

    reference_life: float = quantity(
        60, "min", 0.5, 10_000, "Tool life in the dry reference cut.", assumption=True
    )
    reference_speed: float = quantity(180, "m/min", 5, 2000, "Cutting speed of the reference cut.")
    reference_feed: float = quantity(0.15, "mm/tooth", 0.005, 2, "Feed of the reference cut.")
    reference_depth: float = quantity(2, "mm", 0.05, 50, "Axial depth of the reference cut.")
    reference_width: float = quantity(30, "mm", 0.1, 400, "Radial width of the reference cut.")
    speed_exponent: float = quantity(0.25, "1", 0.05, 1, "Taylor exponent n of speed.", TATAR)
    feed_exponent: float = quantity(0.365, "1", 0, 2, "Exponent of feed in tool life.", NASA)
    depth_exponent: float = quantity(0.975, "1", 0, 2, "Exponent of axial depth.", NASA)
    width_exponent: float = quantity(1.0, "1", 0, 2, "Exponent of radial width.", TATAR)
    life_scatter: float = quantity(
        0.24, "1", 0, 1, "Tool-to-tool scatter, standard deviation of ln life.", NASA
    )
    wear_limit: float = quantity(0.3, "mm", 0.02, 2, "Flank wear VB at which life ends.", ISO3685)
    wear_force_gain: float = quantity(
        0.4, "1", 0, 2, "Rise of the cutting force at VB 0.3 mm.", assumption=True
    )
    break_rate: float = quantity(
        0.02, "1/h", 0, 10, "Hazard of breaking a new tool, per hour of cutting.", assumption=True
    )
    break_gain: float = quantity(
        12.7, "1/mm", 0, 60, "Growth of that hazard with flank wear.", "18-tool study, 1.4571"
    )

    change_policy: Literal["fixed_life", "wear_limit", "never"] = choice(
        "fixed_life", "When a tool is changed.", live=True
    )
    change_after: float = quantity(
        50, "min", 0.5, 10_000, "Cutting time after which fixed_life changes a tool.", live=True
    )
    change_time: float = quantity(4, "min", 0.05, 600, "Time to change a tool as planned.")
    break_time: float = quantity(25, "min", 0.1, 6000, "Standstill after a tool broke.")
    used_life: float = quantity(0, "1", 0, 2, "Share of life the first tool has already used.")

    time_to_failure: float = quantity(
        0, "h", 0, 1e6, "Mean cutting time between breakdowns of the machine; 0 for none."
    )
    time_to_repair: float = quantity(30, "min", 0.1, 1e5, "Mean time to repair a breakdown.")

    machine_rate: float = quantity(60, "EUR/h", 0, 10_000, "Machine and operator.", assumption=True)
    tool_cost: float = quantity(35, "EUR", 0, 10_000, "Cost of one set of edges.", assumption=True)
    break_cost: float = quantity(150, "EUR", 0, 1e6, "Further damage of a break.", assumption=True)
    energy_price: float = quantity(0.2, "EUR/kWh", 0, 10, "Price of electricity.", assumption=True)

    bearing_fault: Literal["none", "inner", "outer", "ball"] = choice(
        "none", "Spindle bearing fault put into the twin, to see whether a node finds it."
    )
    bearing_severity: float = quantity(0.5, "1", 0, 1, "Severity of that fault.")


@dataclass(frozen=True, slots=True)
class Cut:
    """What one set of parameters means at the edge. All SI."""

    spindle_speed: float
    feed_rate: float
    time: float
    rate: float
    thickness: float
    life: float
    roughness: float


def work_out(settings: Settings) -> Cut:
    """Work out kinematics, chip, tool life [s] and roughness [m] of a new tool."""
    s = settings
    speed = float(cutting.spindle_speed(s.cutting_speed, s.tool_diameter))
    feed = float(cutting.table_feed(speed, s.teeth, s.feed_per_tooth))
    width = min(s.radial_width, s.tool_diameter)
    exponents = wear.LifeExponents(
        s.speed_exponent, s.feed_exponent, s.depth_exponent, s.width_exponent
    )
    relative = wear.relative_life(
        s.cutting_speed / s.reference_speed,
        s.feed_per_tooth / s.reference_feed,
        s.axial_depth / s.reference_depth,
        s.radial_width / s.reference_width,
        exponents,
    )
    return Cut(
        spindle_speed=speed,
        feed_rate=feed,
        time=s.cut_length / feed,
        rate=float(cutting.removal_rate(s.axial_depth, width, feed)),
        thickness=float(cutting.mean_chip_thickness(s.feed_per_tooth, width, s.tool_diameter)),
        life=s.reference_life * float(relative) * COOLANTS[s.coolant].life,
        roughness=float(cutting.theoretical_roughness(s.feed_per_tooth, s.corner_radius)),
    )


def edge_power(settings: Settings, cut: Cut, flank_wear: float) -> float:
    """Power at the cutting edge [W] with a tool worn to ``flank_wear`` [m]."""
    material = MATERIALS[settings.material]
    kc = cutting.specific_force(
        material.kc11, material.mc, cut.thickness, flank_wear, settings.wear_force_gain
    )
    return float(cutting.cutting_power(kc, cut.rate))
