"""What the parameters mean at the edge: each operation's kinematics, chip, life and finish."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from twin.errors import BadInput, Fault, did_you_mean
from twin.physics import cutting, wear
from twin.physics.coolant import COOLANTS, Coolant
from twin.physics.materials import MATERIALS, Material
from twin.plant._cnc_settings import CutParams, Settings, ToolParams

ONLY = ""
"""Name of the operation and the tool of a machine without a part programme."""
EDGE_GROWTH = 4e-3
"""Roughness per flank wear [1]; assumption: 1.2 µm at VB 0.3 mm."""
DAY = 86_400.0
"""[s]"""


@dataclass(frozen=True, slots=True)
class Step:
    """One operation, worked out. All SI.

    Attributes
    ----------
    name, tool_name : str
        The operation and its tool; both empty without a part programme.
    spindle_speed : float
        [rev/s]
    time : float
        Time in the cut for one part [s].
    rate : float
        Material removal rate [m³/s].
    thickness : float
        Mean chip thickness [m].
    life : float
        Life of a mean tool in this cut [s].
    roughness : float
        Theoretical roughness Ra with a new tool [m].
    """

    name: str
    tool_name: str
    cut: CutParams
    tool: ToolParams
    material: Material
    spindle_speed: float
    time: float
    rate: float
    thickness: float
    life: float
    roughness: float

    @property
    def coolant(self) -> Coolant:
        """The coolant mode of this operation."""
        return COOLANTS[self.cut.coolant]

    def power(self, flank_wear: float) -> float:
        """Power at the edge [W] with a tool worn to ``flank_wear`` [m]."""
        kc = cutting.specific_force(
            self.material.kc11,
            self.material.mc,
            self.thickness,
            flank_wear,
            self.tool.wear_force_gain,
        )
        return float(cutting.cutting_power(kc, self.rate))


def programme(settings: Settings) -> tuple[Step, ...]:
    """Return the operations of a part, in order."""
    material = MATERIALS[settings.material]
    if not settings.operations:
        return (work_out(ONLY, ONLY, settings, settings, material),)
    return tuple(
        work_out(name, operation.tool, operation, settings.tools[operation.tool], material)
        for name, operation in settings.operations.items()
    )


def part_time(steps: Sequence[Step], swap_time: float) -> float:
    """Return the time of a part in its programme: every cut, and each swap of tools [s].

    The first tool of the next part follows the last one of this.
    """
    names = [step.tool_name for step in steps]
    swaps = sum(a != b for a, b in pairwise([*names, names[0]]))
    return sum(step.time for step in steps) + swaps * swap_time


def tool_kinds(settings: Settings) -> dict[str, ToolParams]:
    """Return the tools in the magazine by name."""
    return dict(settings.tools) if settings.operations else {ONLY: settings}


BELOW = frozenset({*CutParams.model_fields, *ToolParams.model_fields})
"""Parameters that a part programme has under its operations and tools."""


def check_programme(settings: Settings) -> None:
    """Refuse a programme that names no tool of the magazine, or is told the same thing twice.

    Raises
    ------
    BadInput
        With paths relative to the machine.
    """
    faults = [
        Fault("no such tool" + did_you_mean(o.tool, settings.tools), f"operations.{name}.tool",
              value=repr(o.tool))
        for name, o in settings.operations.items() if o.tool not in settings.tools
    ]  # fmt: skip
    if settings.operations:
        faults += [
            Fault("write it under operations or tools, this machine has a part programme", name)
            for name in sorted(BELOW & settings.model_fields_set)
        ]
    elif settings.tools:
        faults.append(Fault("has tools that no operation uses; add operations", "tools"))
    if settings.shift_length * settings.shifts_per_day > 86_400 * (1 + 1e-9):
        faults.append(Fault("shifts_per_day × shift_length is more than a day", "shift_length"))
    if faults:
        raise BadInput(faults)


def work_out(
    name: str, tool_name: str, cut: CutParams, tool: ToolParams, material: Material
) -> Step:
    """Work out one operation."""
    speed = float(cutting.spindle_speed(cut.cutting_speed, tool.tool_diameter))
    feed = float(cutting.table_feed(speed, tool.teeth, cut.feed_per_tooth))
    width = min(cut.radial_width, tool.tool_diameter)
    thickness = cutting.mean_chip_thickness(cut.feed_per_tooth, width, tool.tool_diameter)
    return Step(
        name=name,
        tool_name=tool_name,
        cut=cut,
        tool=tool,
        material=material,
        spindle_speed=speed,
        time=cut.cut_length / feed,
        rate=float(cutting.removal_rate(cut.axial_depth, width, feed)),
        thickness=float(thickness),
        life=_life(cut, tool),
        roughness=float(cutting.theoretical_roughness(cut.feed_per_tooth, tool.corner_radius)),
    )


def _life(cut: CutParams, tool: ToolParams) -> float:
    exponents = wear.LifeExponents(
        tool.speed_exponent, tool.feed_exponent, tool.depth_exponent, tool.width_exponent
    )
    relative = wear.relative_life(
        cut.cutting_speed / tool.reference_speed,
        cut.feed_per_tooth / tool.reference_feed,
        cut.axial_depth / tool.reference_depth,
        cut.radial_width / tool.reference_width,
        exponents,
    )
    return tool.reference_life * float(relative) * COOLANTS[cut.coolant].life
