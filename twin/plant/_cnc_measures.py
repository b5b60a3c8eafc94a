"""What can be read from the facts of a CNC machine, and what bounds it."""

from __future__ import annotations

from twin.measures import (
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
)
from twin.physics import cutting
from twin.plant._cnc_settings import Settings, edge_power, work_out
from twin.plant.base import Limit
from twin.units import from_si


def measures(settings: Settings) -> tuple[Measure, ...]:
    """Return the KPIs of a CNC machine."""
    parts = Count("part")
    energy = Integral("power")
    cost = Sum(
        (
            Product(Constant(settings.machine_rate), Elapsed()),
            Product(Constant(settings.tool_cost), Count("tool_change")),
            Product(Constant(settings.break_cost), Count("tool_break")),
            Product(Constant(settings.energy_price), energy),
        )
    )

    def share(*states: str) -> Rule:
        return Ratio(TimeIn(states), Elapsed())

    return (
        Measure("throughput", "parts/h", "Good parts an hour.", "more",
                Ratio(parts, Elapsed()), headline=True),
        Measure("cost_per_part", "EUR/part", "Machine, tools, breaks and energy a part.",
                "less", Ratio(cost, parts), headline=True),
        Measure("energy_per_part", "kWh/part", "Electric energy a good part.", "less",
                Ratio(energy, parts), headline=True),
        Measure("tool_changes", "1", "Tools changed, planned and broken.", "less",
                Count("tool_change"), headline=True),
        Measure("tool_breaks", "1", "Tools that broke in the cut.", "less",
                Count("tool_break"), headline=True),
        Measure("parts", "parts", "Good parts.", "more", parts),
        Measure("scrap", "parts", "Parts scrapped by a broken tool.", "less", Count("scrap")),
        Measure("cycle_time", "s/part", "Floor-to-floor time of a good part.", "less",
                MeanValue("part")),
        Measure("tool_time", "min", "Cutting time a tool was used for.", "more",
                MeanValue("tool_change")),
        Measure("wear_at_change", "mm", "Flank wear when a tool came out.", "less",
                MeanValue("wear_at_change")),
        Measure("roughness", "µm", "Mean roughness Ra of the parts.", "less",
                Mean("roughness"), headline=True),
        Measure("power", "kW", "Mean electric power.", "less", Mean("power")),
        Measure("energy", "kWh", "Electric energy.", "less", energy),
        Measure("spindle_load", "%", "Highest share of the spindle's power used.", "less",
                Largest("spindle_load")),
        Measure("utilisation", "%", "Share of time the tool cuts.", "more", share("cutting")),
        Measure("availability", "%", "Share of time not broken down.", "more",
                Ratio(TimeIn(("waiting", "loading", "cutting", "tool change")), Elapsed())),
        Measure("breakdowns", "1", "Breakdowns of the machine.", "less", Count("breakdown")),
    )  # fmt: skip


def limits(settings: Settings) -> tuple[Limit, ...]:
    """Return what bounds the cut: spindle speed, spindle power, width of the cutter."""
    s, cut = settings, work_out(settings)
    available = float(
        cutting.spindle_power_limit(cut.spindle_speed, s.spindle_base_speed, s.spindle_power)
    )
    power = edge_power(s, cut, 0.0) / s.spindle_efficiency

    def limit(
        name: str, used: float, most: float, unit: str, meaning: str, fields: tuple[str, ...]
    ) -> Limit:
        return Limit(
            name, float(from_si(used, unit)), float(from_si(most, unit)), unit, meaning, fields
        )

    return (
        limit("spindle speed", cut.spindle_speed, s.spindle_max_speed, "rpm",
              "Highest speed of the spindle.", ("cutting_speed", "tool_diameter")),
        limit("spindle power", power, available, "kW",
              "Power of the spindle at this speed, sharp tool.",
              ("cutting_speed", "feed_per_tooth", "axial_depth", "radial_width")),
        limit("cutter width", s.radial_width, s.tool_diameter, "mm",
              "The cut cannot be wider than the cutter.", ("radial_width", "tool_diameter")),
    )  # fmt: skip
