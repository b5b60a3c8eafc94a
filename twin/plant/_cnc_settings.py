"""What a CNC milling machine is told: the cut, the tool, the machine, its policy and costs."""

from __future__ import annotations

from typing import Literal

from twin.params import Params, choice, count, quantity, table, text
from twin.physics.coolant import CoolantMode

MaterialName = Literal[
    "S235", "E295", "E335", "E360", "42CrMo4", "16MnCr5", "EN-GJL-250", "C45", "C60",
    "X5CrNi18-10", "AlMg", "AlSi", "Ti6Al4V", "Inconel718",
]  # fmt: skip
Policy = Literal["fixed_life", "wear_limit", "shift_end", "forecast", "never"]

TATAR = "Tatar 2020, PMC7306598 (Ti6Al4V shoulder milling)"
NASA = "fitted to the NASA milling data, VB 0.3 mm, vc 200 m/min"
ISO3685 = "ISO 3685, uniform flank wear"
STUDY = "18-tool study, 1.4571"


class CutParams(Params):
    """One cut: what the operator may turn."""

    cutting_speed: float = quantity(180, "m/min", 5, 2000, "Cutting speed.", live=True)
    feed_per_tooth: float = quantity(0.15, "mm/tooth", 0.005, 2, "Feed per tooth.", live=True)
    axial_depth: float = quantity(2, "mm", 0.05, 50, "Axial depth of cut.", live=True)
    radial_width: float = quantity(30, "mm", 0.1, 400, "Radial width of cut.", live=True)
    coolant: CoolantMode = choice("flood", "Coolant mode.", live=True)
    cut_length: float = quantity(1200, "mm", 1, 100_000, "Feed path in the cut for one part.")


class ToolParams(Params):
    """One kind of tool: its geometry, its life, its cost."""

    tool_diameter: float = quantity(50, "mm", 0.5, 500, "Diameter of the milling cutter.")
    teeth: int = count(5, 1, 60, "Cutting edges of the cutter.")
    corner_radius: float = quantity(0.8, "mm", 0.05, 20, "Corner radius of the edges.")
    sisters: int = count(1, 1, 200, "Equal tools in the magazine; the next takes over when due.")

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
        12.7, "1/mm", 0, 60, "Growth of that hazard with flank wear.", STUDY
    )
    tool_cost: float = quantity(35, "EUR", 0, 10_000, "Cost of one set of edges.", assumption=True)
    used_life: float = quantity(0, "1", 0, 2, "Share of life the first tool has already used.")

    change_policy: Policy = choice("fixed_life", "When a tool is changed.", live=True)
    change_after: float = quantity(
        50, "min", 0.5, 10_000, "Cutting time after which fixed_life changes a tool.", live=True
    )
    change_risk: float = quantity(
        2, "%", 0.01, 50, "Risk for the next part at which forecast changes a tool.", live=True
    )
    inspect_every: float = quantity(
        0, "min", 0, 10_000, "Cutting time between two measurements of wear; 0 for none."
    )
    inspection_error: float = quantity(
        0.01, "mm", 0, 0.5, "Standard deviation of such a measurement.", assumption=True
    )


class Operation(CutParams):
    """One operation of the part programme."""

    tool: str = text(None, "Name of the tool it uses, a table under tools.")


class Settings(CutParams, ToolParams):
    """A CNC milling machine. Without operations it makes one cut with one kind of tool."""

    material: MaterialName = choice("C45", "Workpiece material (Kienzle, DIN-type values).")
    operations: dict[str, Operation] = table("Operations of the part programme, in order.")
    tools: dict[str, ToolParams] = table("Tools in the magazine.")
    load_time: float = quantity(25, "s", 0, 36_000, "Loading, unloading and rapid moves a part.")
    swap_time: float = quantity(5, "s", 0, 600, "Chip-to-chip time of the tool changer.")

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

    spindle_idle_power: float = quantity(
        0.8, "kW", 0, 50, "Idle power of the spindle at its highest speed.", assumption=True
    )
    mode_frequency: float = quantity(
        900, "Hz", 20, 10_000, "Natural frequency at the tool tip.", assumption=True
    )
    mode_damping: float = quantity(4, "%", 0.1, 50, "Damping ratio of it.", assumption=True)
    mode_stiffness: float = quantity(
        80, "N/µm", 0.1, 2000, "Modal stiffness at the tool tip.", assumption=True
    )
    radial_force_ratio: float = quantity(
        0.3, "1", 0, 1.5, "Radial over tangential cutting force.", assumption=True
    )
    fast_growth: float = quantity(
        15, "µm", 0, 500, "Thermal growth of the nose at full spindle speed.", assumption=True
    )
    slow_growth: float = quantity(
        30, "µm", 0, 500, "Thermal growth of the head at full spindle speed.", assumption=True
    )
    tank_volume: float = quantity(200, "l", 5, 20_000, "Coolant in the tank.", assumption=True)
    tank_loss: float = quantity(
        150, "W/K", 1, 10_000, "Heat of the tank to the hall, U·A.", assumption=True
    )
    coolant_share: float = quantity(
        0.5, "1", 0, 1, "Share of the cutting power that the coolant takes.", assumption=True
    )
    chiller_power: float = quantity(0, "kW", 0, 200, "Heat that a coolant chiller takes out.")

    change_time: float = quantity(4, "min", 0.05, 600, "Time to replace a tool as planned.")
    break_time: float = quantity(25, "min", 0.1, 6000, "Standstill after a tool broke.")
    inspection_time: float = quantity(90, "s", 0, 6000, "Time to measure the wear of a tool.")
    roughness_limit: float = quantity(
        0, "µm", 0, 1000, "Roughness Ra above which a part is scrap; 0 for no limit."
    )
    time_to_failure: float = quantity(
        0, "h", 0, 1e6, "Mean cutting time between breakdowns of the machine; 0 for none."
    )
    time_to_repair: float = quantity(30, "min", 0.1, 1e5, "Mean time to repair a breakdown.")
    shift_length: float = quantity(8, "h", 0.5, 24, "Length of a shift.")
    shifts_per_day: int = count(3, 1, 24, "Shifts a day, one after another; the first at time 0.")
    warmup_time: float = quantity(
        0, "min", 0, 240, "Warm-up before the first part of a day that nobody worked through."
    )

    machine_rate: float = quantity(60, "EUR/h", 0, 10_000, "Machine and operator.", assumption=True)
    break_cost: float = quantity(150, "EUR", 0, 1e6, "Further damage of a break.", assumption=True)
    energy_price: float = quantity(0.2, "EUR/kWh", 0, 10, "Price of electricity.", assumption=True)

    bearing_fault: Literal["none", "inner", "outer", "ball"] = choice(
        "none", "Spindle bearing fault put into the twin, to see whether a node finds it."
    )
    bearing_severity: float = quantity(0.5, "1", 0, 1, "Severity of that fault.")
    bearing_onset: float = quantity(0, "h", 0, 87_600, "Time into the run at which it begins.")
    bearing_doubling: float = quantity(
        0, "h", 0, 100_000,
        "Running time in which that severity doubles, until the bearing fails at 1; "
        "0 for a fault that does not grow.",
    )  # fmt: skip
    bearing_hours: float = quantity(
        0, "h", 0, 1e6, "Running time of the spindle bearing before the start."
    )
    bearing_preload: float = quantity(
        300, "N", 0, 100_000, "Axial preload of the spindle bearing.", assumption=True
    )
    bearing_reaction: float = quantity(
        1.5, "1", 0, 20, "Radial load of the spindle bearing over the cutting force.",
        assumption=True,
    )  # fmt: skip
    bearing_life_factor: float = quantity(
        1, "1", 0.1, 50, "Life modification factor a_ISO of the spindle bearing; 1 for its "
        "basic rating life.", "ISO 281:2007", assumption=True,
    )  # fmt: skip
    bearing_change_time: float = quantity(
        8, "h", 0.1, 2000, "Time to replace the spindle bearing as planned.", assumption=True
    )
    bearing_repair_time: float = quantity(
        24, "h", 0.1, 2000, "Standstill after the spindle bearing failed.", assumption=True
    )
    bearing_cost: float = quantity(
        1500, "EUR", 0, 1e6, "Cost of a set of spindle bearings.", assumption=True
    )
