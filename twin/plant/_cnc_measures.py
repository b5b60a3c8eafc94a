"""What can be read from the facts of a CNC machine, and what bounds it."""

from __future__ import annotations

from collections.abc import Iterator

from twin.measures import (
    At,
    Constant,
    Count,
    Elapsed,
    Integral,
    Largest,
    Mean,
    MeanValue,
    Measure,
    Product,
    Ratio,
    Rule,
    Sum,
    TimeIn,
    Total,
)
from twin.physics import cutting
from twin.plant._cnc_chatter import stable_depth
from twin.plant._cnc_programme import ONLY, Step, programme, tool_kinds
from twin.plant._cnc_settings import Settings
from twin.plant.base import Limit
from twin.units import from_si

PLANNED = (
    "waiting", "loading", "cutting", "swapping", "tool change", "inspection", "warm-up", "broken",
    "down",
)  # fmt: skip
"""States in which the machine is meant to work; off shift is not planned time."""
MOST_DEPTH = 60e-3
"""Depth beyond which a stable cut is only called deep enough [m]."""
UP = tuple(state for state in PLANNED if state not in {"down", "broken"})


def measures(settings: Settings) -> tuple[Measure, ...]:
    """Return the KPIs of a CNC machine, and of each kind of tool where it has several."""
    groups = tuple(tool_kinds(settings))
    life = min(step.life for step in programme(settings))
    own = (*_output(settings, groups), *_tools(groups, life), *_machine())
    if groups == (ONLY,):
        return own
    return own + tuple(m for name in groups for m in _one_tool(f"tools.{name}"))


def _over(groups: tuple[str, ...], rule: Rule) -> Rule:
    """A rule summed over every kind of tool."""
    if groups == (ONLY,):
        return rule
    return Sum(tuple(At(f"tools.{name}", rule) for name in groups))


def _cost(settings: Settings, groups: tuple[str, ...]) -> Rule:
    kinds = tool_kinds(settings)
    edges = [
        Product(
            Constant(kinds[name].tool_cost),
            Count("tool_change") if name == ONLY else At(f"tools.{name}", Count("tool_change")),
        )
        for name in groups
    ]
    planned: Rule = TimeIn(PLANNED)
    return Sum(
        (
            Product(Constant(settings.machine_rate), planned),
            *edges,
            Product(Constant(settings.break_cost), _over(groups, Count("tool_break"))),
            Product(Constant(settings.bearing_cost), Count("bearing_failure")),
            Product(Constant(settings.energy_price), Integral("power")),
        )
    )


def _output(settings: Settings, groups: tuple[str, ...]) -> tuple[Measure, ...]:
    parts = Count("part")
    return (
        Measure("throughput", "parts/h", "Good parts an hour.", "more",
                Ratio(parts, Elapsed()), headline=True),
        Measure("cost_per_part", "EUR/part", "Machine, tools, breaks and energy a part.",
                "less", Ratio(_cost(settings, groups), parts), headline=True),
        Measure("energy_per_part", "kWh/part", "Electric energy a good part.", "less",
                Ratio(Integral("power"), parts), headline=True),
        Measure("tool_changes", "1", "Tools changed, planned and broken.", "less",
                _over(groups, Count("tool_change")), headline=True),
        Measure("tool_breaks", "1", "Tools that broke in the cut.", "less",
                _over(groups, Count("tool_break")), headline=True),
        Measure("parts", "parts", "Good parts.", "more", parts),
        Measure("scrap", "parts", "Parts scrapped by a broken or a worn tool.", "less",
                Count("scrap")),
        Measure("cycle_time", "s/part", "Floor-to-floor time of a good part.", "less",
                MeanValue("part")),
    )  # fmt: skip


def _tools(groups: tuple[str, ...], life: float) -> tuple[Measure, ...]:
    changes = _over(groups, Count("tool_change"))
    return (
        Measure("tool_time", "min", "Cutting time a tool was used for.", "more",
                Ratio(_over(groups, Total("tool_change")), changes)),
        Measure("wear_at_change", "mm", "Flank wear when a tool came out.", "less",
                Ratio(_over(groups, Total("wear_at_change")), changes)),
        Measure("tool_life", "min", "Life of a mean tool in its cut, cutting time.", "more",
                Constant(life)),
        Measure("inspections", "1", "Measurements of wear.", "less",
                _over(groups, Count("inspection"))),
    )  # fmt: skip


def _one_tool(part: str) -> tuple[Measure, ...]:
    return (
        Measure("changes", "1", "Tools of this kind changed.", "less", Count("tool_change"),
                part=part),
        Measure("breaks", "1", "Tools of this kind broken.", "less", Count("tool_break"),
                part=part),
        Measure("time", "min", "Cutting time a tool of this kind was used for.", "more",
                MeanValue("tool_change"), part=part),
        Measure("wear_at_change", "mm", "Its flank wear when it came out.", "less",
                MeanValue("wear_at_change"), part=part),
    )  # fmt: skip


def _machine() -> tuple[Measure, ...]:
    planned = TimeIn(PLANNED)
    return (
        Measure("roughness", "µm", "Mean roughness Ra of the parts.", "less",
                Mean("roughness"), headline=True),
        Measure("force", "N", "Largest mean tangential force.", "less", Largest("force")),
        Measure("torque", "Nm", "Largest spindle torque.", "less", Largest("torque")),
        Measure("growth", "µm", "Largest movement of the tool point by heat.", "less",
                Largest("growth")),
        Measure("coolant_temperature", "°C", "Highest temperature of the coolant.", "less",
                Largest("coolant_temperature")),
        Measure("power", "kW", "Mean electric power.", "less", Mean("power")),
        Measure("energy", "kWh", "Electric energy.", "less", Integral("power")),
        Measure("spindle_load", "%", "Highest share of the spindle's power used.", "less",
                Largest("spindle_load")),
        Measure("utilisation", "%", "Share of planned time that a tool cuts.", "more",
                Ratio(TimeIn(("cutting",)), planned)),
        Measure("availability", "%", "Share of planned time neither broken down nor with a "
                "broken tool.", "more", Ratio(TimeIn(UP), planned)),
        Measure("breakdowns", "1", "Breakdowns of the machine.", "less", Count("breakdown")),
    )  # fmt: skip


def limits(settings: Settings) -> tuple[Limit, ...]:
    """Return what bounds each cut: spindle speed, spindle power, width of the cutter."""
    return tuple(limit for step in programme(settings) for limit in _limits_of(settings, step))


def _limits_of(settings: Settings, step: Step) -> Iterator[Limit]:
    s = settings
    prefix = "" if step.name == ONLY else f"operations.{step.name}."
    tool = "" if step.name == ONLY else f"tools.{step.tool_name}."
    where = "" if step.name == ONLY else f", {step.name}"
    available = float(
        cutting.spindle_power_limit(step.spindle_speed, s.spindle_base_speed, s.spindle_power)
    )

    def limit(name: str, used: float, most: float, unit: str, meaning: str, *keys: str) -> Limit:
        return Limit(
            name + where, float(from_si(used, unit)), float(from_si(most, unit)), unit, meaning,
            keys,
        )  # fmt: skip

    yield limit(
        "spindle speed",
        step.spindle_speed,
        s.spindle_max_speed,
        "rpm",
        "Highest speed of the spindle.",
        f"{prefix}cutting_speed",
        f"{tool}tool_diameter",
    )
    yield limit(
        "spindle power",
        step.power(0.0) / s.spindle_efficiency,
        available,
        "kW",
        "Power of the spindle at this speed, sharp tool.",
        f"{prefix}cutting_speed",
        f"{prefix}feed_per_tooth",
        f"{prefix}axial_depth",
        f"{prefix}radial_width",
    )
    yield limit("cutter width", step.cut.radial_width, step.tool.tool_diameter, "mm",
                "The cut cannot be wider than the cutter.", f"{prefix}radial_width",
                f"{tool}tool_diameter")  # fmt: skip


def margins(settings: Settings) -> tuple[Limit, ...]:
    """Return the depth of each cut beside the one at which it begins to chatter."""
    found = []
    for step in programme(settings):
        prefix = "" if step.name == ONLY else f"operations.{step.name}."
        where = "" if step.name == ONLY else f", {step.name}"
        depth = min(stable_depth(settings, step), MOST_DEPTH)
        found.append(
            Limit(
                "chatter" + where,
                float(from_si(step.cut.axial_depth, "mm")),
                float(from_si(depth, "mm")),
                "mm",
                "Depth at which this cut begins to chatter.",
                (f"{prefix}axial_depth", f"{prefix}cutting_speed", f"{prefix}radial_width"),
            )
        )
    return tuple(found)
