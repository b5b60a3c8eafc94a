"""What a CNC machine can be asked for while it runs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from twin.plant._cnc_chatter import stable_depth
from twin.records import Channel

if TYPE_CHECKING:
    from twin.plant.cnc import Model

CHANNELS = (
    Channel("spindle_speed", "rpm", "Spindle speed now."),
    Channel("teeth", "1", "Cutting edges of the tool."),
    Channel("cutting", "1", "1 while the tool cuts."),
    Channel("force", "N", "Mean tangential force at the edge."),
    Channel("torque", "Nm", "Spindle torque."),
    Channel("power", "kW", "Electric power of the machine."),
    Channel("heat", "kW", "Heat the machine gives to the room."),
    Channel("heat_energy", "kWh", "Heat given to the room since the start."),
    Channel("wear", "mm", "Flank wear VB of the tool."),
    Channel("life_used", "%", "Share of the tool's own life that is used."),
    Channel("roughness", "µm", "Roughness Ra of the part."),
    Channel("temperature", "°C", "Temperature of the spindle housing."),
    Channel("growth", "µm", "Movement of the tool point by heat."),
    Channel("coolant_temperature", "°C", "Temperature of the coolant tank."),
    Channel("broken", "1", "1 while the tool is broken."),
    Channel("chatter", "1", "1 while a cut is deeper than it is stable."),
    Channel("unbalance", "1", "Unbalance severity."),
    Channel("bearing_inner", "1", "Severity of an inner race fault."),
    Channel("bearing_outer", "1", "Severity of an outer race fault."),
    Channel("bearing_ball", "1", "Severity of a ball fault."),
)


def values(machine: Model) -> dict[str, float]:
    """Return the present value of every channel [SI]."""
    running = machine.state == "cutting"
    power = machine.step.power(machine.wear) if running else 0.0
    return {
        "spindle_speed": machine.step.spindle_speed if running else 0.0,
        "teeth": float(machine.step.tool.teeth),
        "cutting": float(running),
        "force": power / machine.step.cut.cutting_speed,
        "torque": power / (2 * math.pi * machine.step.spindle_speed),
        "power": machine.power,
        "heat": machine.power,
        "heat_energy": machine.heat_energy,
        "wear": machine.wear,
        "life_used": machine.tool.damage,
        "roughness": machine.roughness,
        "temperature": machine.heat.housing,
        "growth": machine.heat.growth,
        "coolant_temperature": machine.heat.coolant,
        "broken": float(machine.state == "broken"),
        "chatter": float(running and _chatters(machine)),
        "unbalance": 0.0,
        **machine.bearing.shown(machine.env.now),
    }


def _chatters(machine: Model) -> bool:
    """Whether the cut in work is deeper than the depth at which it loses its stability."""
    return machine.step.cut.axial_depth > stable_depth(machine.settings, machine.step)
