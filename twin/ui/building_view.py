"""What the page Buildings shows of a finished run: sentences, charts, the way heat goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.plant.building import Settings, band
from twin.scenario import Scenario
from twin.ui import building_run, comparison, figures_building, names
from twin.ui.building_plan import plan
from twin.ui.building_run import Array, Past
from twin.ui.comparison import Outcome
from twin.ui.components.card import Chart
from twin.ui.figures_building import Room, Zone
from twin.ui.i18n import t
from twin.ui.wording import clock, number, unit

HOUR, KELVIN = 3600.0, 273.15
REACH = 3.0
"""So far outside its band a zone has its strongest colour [K]."""
HAIR = 0.2
"""Less outside the band than this is in it [K]."""
OPEN = 40.0
"""A band so far away is none [°C]."""
COMFORTABLE = 0.5
"""Degree hours a zone and day up to which it counts as comfortable [K·h]."""
ZONE = "zone "
"""Before the name of a zone among the nodes, which have words of their own."""
FIGURES = (
    "unmet_hours", "ener_tot", "cost_tot", "demand_charge", "emis_tot", "pele_tot", "pgas_tot",
    "tdis_tot", "heating_load", "cooling_load", "gas_energy", "fan_energy", "pump_energy",
    "lighting_energy", "person_hours", "occupancy_peak",
)  # fmt: skip
MAKERS = {"heat_pump": "heat_pump", "boiler": "boiler", "electric": "electric"}
"""What makes heat, of which the Sankey diagram has a name; else it is just heating."""
WORTH = ("cost_tot", "demand_charge", "pele_tot", "ener_tot", "tdis_tot")
"""Figures in which strategies are compared."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A building of a scenario, and its finished run."""

    scenario: Scenario
    name: str
    building: Settings
    outcome: Outcome
    past: Past

    def kpi(self, path: str) -> Mapping[str, Any] | None:
        """Return a KPI of the building, or None when it has none of that name."""
        found = self.outcome.pick([f"{self.name}.{path}"])
        return found[0].base if found else None

    def value(self, path: str) -> float:
        """Return the mean of a KPI over the replications, 0 where there is none."""
        found = self.kpi(path)
        return 0.0 if found is None or found["value"] is None else float(found["value"])


def buildings(scenario: Scenario) -> list[str]:
    """Return the names of the buildings of a scenario."""
    return [name for name, entry in scenario.of("plant").items() if entry.kind == "building"]


def ran(scenario: Scenario, name: str, result: Mapping[str, Any]) -> Ran:
    """Return a building with its finished run."""
    building = scenario.entries[name].settings
    assert isinstance(building, Settings)
    outcome = comparison.outcome(result)
    past = building_run.past(outcome.base_run, name, building.zones)
    return Ran(scenario, name, building, outcome, past)


def _bands(of: Ran, zone: str) -> tuple[Array, Array]:
    """Set-points of heating and of cooling in each hour of the run [°C]."""
    times = np.arange(of.past.hours, dtype=np.float64) * HOUR
    settings = of.building.zones[zone]
    used = of.past.in_use.get(zone)
    by_presence = settings.use_by == "presence" and used is not None
    present = np.resize(used > 0.0, len(times)) if by_presence and used is not None else None
    low, high = band(of.building, settings, times, present)
    low = np.where(settings.heating_power > 0, low, -1e4)
    high = np.where(settings.cooling_power > 0, high, 1e4)
    return low - KELVIN, high - KELVIN


# -- comfortable, at what cost ------------------------------------------------------------------


def verdict(of: Ran) -> tuple[str, list[str]]:
    """Return whether it is comfortable, and what it costs."""
    days = max(of.past.hours / 24, 1 / 24)
    if not of.building.has_plant:
        return t("buildings.no_plant"), [_floating(of), *_weather(of)]
    felt = {zone: of.value(f"zones.{zone}.discomfort") for zone in of.building.zones}
    worst = max(felt, key=lambda zone: felt[zone])
    if felt[worst] / days <= COMFORTABLE:
        head = t("buildings.comfortable")
    else:
        head = t("buildings.not_comfortable", zone=worst)
    lines = [_felt(worst, felt[worst], days)]
    unmet = of.kpi("unmet_hours")
    if unmet is not None and unmet["value"]:
        lines.append(t("buildings.unmet", hours=number(float(unmet["value"]), 1)))
    cost = of.kpi("cost_tot")
    area = sum(zone.floor_area for zone in of.building.zones.values())
    if cost is not None and cost["value"] is not None:
        whole = float(cost["value"]) * area + of.value("demand_charge")
        peak = of.value("pele_tot") * area
        lines.append(t("buildings.cost", cost=number(whole, 2), peak=number(peak, 1)))
    return head, lines + _weather(of)


def _floating(of: Ran) -> str:
    air = [zone.air for zone in of.past.zones.values()]
    low, high = (number(float(edge), 1) for edge in (np.min(air), np.max(air)))
    return t("buildings.floating", low=low, high=high)


def _weather(of: Ran) -> list[str]:
    source = of.past.generated.removeprefix("generated from ")
    return [t("buildings.generated", source=source)] if source else []


def _felt(zone: str, felt: float, days: float) -> str:
    over = number(days, 1)
    if felt < HAIR:
        return t("buildings.felt_none", days=over)
    return t("buildings.felt", zone=zone, sum=number(felt, 1), days=over)


def headline(of: Ran) -> list[tuple[str, str, str]]:
    """Return name, value with its interval, and unit of the figures of the building."""
    found = [(path, of.kpi(path)) for path in FIGURES]
    return [
        (names.kpi(path), comparison.band(kpi), unit(kpi["unit"]).strip())
        for path, kpi in found
        if kpi is not None and kpi["value"] is not None and (of.building.has_plant or kpi["value"])
    ]


# -- the plan at a moment -----------------------------------------------------------------------


def plan_chart(of: Ran, hour: int, theme: str) -> Chart:
    """Return the plan in one hour of the run."""
    hour = min(max(hour, 0), max(of.past.hours - 1, 0))
    drawn, true = plan(of.building.zones)
    rooms, rows = [], []
    for zone, at in drawn.items():
        air = float(of.past.zones[zone].air[hour])
        low, high = (float(edge[hour]) for edge in _bands(of, zone))
        place = min(0.0, air - low) + max(0.0, air - high)
        place = place if abs(place) > HAIR else 0.0
        said = t("buildings.degrees", value=number(air, 1))
        rows.append(
            [zone, number(air, 1), _edge(low), _edge(high), _where(place), *_heat(of, zone, hour)]
        )
        hover = f"<b>{zone}</b><br>{said}<br>{_where(place)}"
        rooms.append(Room(at, zone, said + _signed(place), place, hover))
    width = max(r.at.x + r.at.width for r in rooms) - min(r.at.x for r in rooms)
    depth = max(r.at.y + r.at.depth for r in rooms) - min(r.at.y for r in rooms)
    height = int(min(420, max(220, 560 * depth / width)))
    figure = figures_building.plan(rooms, theme, reach=REACH, height=height)
    out = sum(room.place != 0 for room in rooms)
    key = ("plan_in" if not out else "plan_out") + ("_one" if len(rooms) == 1 else "")
    finding = t(f"buildings.{key}", at=clock(hour * HOUR), n=out, of=len(rooms))
    head = [
        t(f"buildings.col_{c}") for c in ("zone", "air", "low", "high", "place", "heat", "cold")
    ]
    return Chart(
        finding, figure, t("buildings.plan_walls" if true else "buildings.plan_areas"), head, rows
    )


def _edge(value: float) -> str:
    return number(value, 1) if abs(value) < OPEN else "–"


def _where(place: float) -> str:
    if place == 0:
        return t("buildings.in_band")
    return t("buildings.colder" if place < 0 else "buildings.warmer", by=number(abs(place), 1))


def _signed(place: float) -> str:
    """What is abnormal, with its sign; a zone in its band needs no more words."""
    return "" if place == 0 else f"<br>▲ {number(place, 1)} K"


def _heat(of: Ran, zone: str, hour: int) -> list[str]:
    heat = of.past.zones[zone].heat
    return [number(float(heat[name][hour]) / 1e3, 2) if hour < len(heat[name]) else "–"
            for name in ("heating_hour", "cooling_hour")]  # fmt: skip


# -- through time -------------------------------------------------------------------------------


def bands_chart(of: Ran, zone: str, hour: int, theme: str) -> Chart:
    """Return the air of every zone, with the comfort zone of one."""
    zones = []
    for name, course in of.past.zones.items():
        low, high = _bands(of, name)
        zones.append(Zone(name, course.air[: len(low)], low, high))
    chosen = next((i for i, one in enumerate(zones) if one.name == zone), 0)
    figure = figures_building.temperatures(
        zones, chosen, theme, moment=hour + 0.5, axis=t("buildings.air_axis"),
        time_axis=t("buildings.time_axis"), band=t("buildings.band"),
    )  # fmt: skip
    of_zone = zones[chosen]
    inside = (of_zone.air >= of_zone.low - HAIR) & (of_zone.air <= of_zone.high + HAIR)
    share = 100.0 * float(inside.mean()) if inside.size else 0.0
    least, most = (number(float(end), 1) for end in (of_zone.air.min(), of_zone.air.max()))
    finding = t(
        "buildings.bands_finding", zone=of_zone.name, share=number(share, 0), low=least, high=most
    )
    head = [t(f"buildings.col_{c}") for c in ("zone", "lowest", "mean", "highest", "inside")]
    rows = [_air_row(one) for one in zones]
    return Chart(finding, figure, t("buildings.bands_caption"), head, rows)


def _air_row(zone: Zone) -> list[str]:
    inside = (zone.air >= zone.low - HAIR) & (zone.air <= zone.high + HAIR)
    figures = (zone.air.min(), zone.air.mean(), zone.air.max())
    return [zone.name, *(number(float(v), 1) for v in figures), f"{100 * inside.mean():.0f} %"]


def power_chart(of: Ran, other: Past | None, word: str, hour: int, theme: str) -> Chart:
    """Return power by the quarter of an hour, and that of a strategy beside it."""
    if not of.past.power.any() and (other is None or not other.power.any()):
        return Chart(t("buildings.power_none"), None, t("buildings.power_none_why"))
    base = of.past.power / 1e3
    candidate = other.power / 1e3 if other is not None else None
    words = (t("buildings.baseline"), word, t("buildings.peak"))
    figure = figures_building.power(
        base, candidate, theme, moment=hour + 0.5, axis=t("buildings.power_axis"),
        time_axis=t("buildings.time_axis"), words=words,
    )  # fmt: skip
    rows = [_power_row(words[0], base)]
    if candidate is not None:
        rows.append(_power_row(word, candidate))
    top = float(base.max()) if base.size else 0.0
    at = clock(float(np.argmax(base)) * 900.0) if base.size else "–"
    finding = t("buildings.power_finding", peak=number(top, 1), at=at)
    head = [t(f"buildings.col_{c}") for c in ("what", "energy", "peak", "when")]
    return Chart(finding, figure, t("buildings.power_caption"), head, rows)


def _power_row(name: str, power: Array) -> list[str]:
    if not power.size:
        return [name, "–", "–", "–"]
    at = clock(float(np.argmax(power)) * 900.0)
    return [name, number(float(power.sum()) / 4, 1), number(float(power.max()), 2), at]


# -- where the heat goes ------------------------------------------------------------------------


def heat_chart(of: Ran, theme: str) -> Chart:
    """Return where the heat of the run comes from and where it goes."""
    flows = {ZONE + zone: one for zone, one in building_run.flows(of.past).items()}
    energies = (of.past.heating_electricity, of.past.cooling_electricity, of.past.gas)
    bought = [energy / 3.6e6 for energy in energies]
    links = figures_building.heat_links(flows, *bought)
    if not links:
        return Chart(t("buildings.heat_none"), None, t("buildings.heat_none_why"))
    nodes = list(dict.fromkeys(name for a, b, _v, _paid in links for name in (a, b)))
    place = {name: index for index, name in enumerate(nodes)}
    said = [_node(name, of.building) for name in nodes]
    drawn = [(place[a], place[b], value, paid) for a, b, value, paid in links]
    figure = figures_building.sankey(said, drawn, theme, unit="kWh", height=340)
    into = sum(v for _a, b, v, _p in links if b in flows)
    out = sum(v for a, _b, v, _p in links if a in flows)
    finding = t("buildings.heat_finding", into=number(into, 0), out=number(out, 0),
                bought=number(sum(v for *_ends, v, paid in links if paid), 1))  # fmt: skip
    rows = [[said[place[a]], said[place[b]], number(value, 2)] for a, b, value, _paid in links]
    head = [t("buildings.col_from"), t("buildings.col_to"), "kWh"]
    return Chart(finding, figure, t("buildings.heat_caption"), head, rows)


def _node(name: str, building: Settings) -> str:
    if name.startswith(ZONE):
        return name.removeprefix(ZONE)
    if name == "heating" and building.heating in MAKERS:
        made = t(f"buildings.node_{MAKERS[building.heating]}")
        if building.backup == "none":
            return made
        return t("buildings.node_with", made=made, backup=t(f"buildings.node_{building.backup}"))
    if name == "cooling" and "chiller" in building.cooling:
        return t("buildings.node_chiller")
    return t(f"buildings.node_{name}")


# -- who is there -------------------------------------------------------------------------------


def people_chart(of: Ran, zone: str, hour: int, theme: str) -> Chart:
    """Return how many people are in each zone, hour by hour."""
    rows = of.past.people
    if not rows:
        return Chart(t("buildings.people_none"), None, t("buildings.people_none_why"))
    figure = figures_building.people(
        rows, zone, theme, moment=hour + 0.5, axis=t("buildings.people_axis"),
        time_axis=t("buildings.time_axis"),
    )  # fmt: skip
    whole = np.sum(list(rows.values()), axis=0)
    at = int(np.argmax(whole)) if whole.size else 0
    finding = t(
        "buildings.people_finding", most=number(float(whole[at]), 1), at=clock(at * HOUR),
        hours=number(float(whole.sum()), 0),
    )  # fmt: skip
    head = [t(f"buildings.col_{c}") for c in ("zone", "most", "person_hours", "used")]
    table = [
        [name, number(float(row.max()), 1), number(float(row.sum()), 1), _used(of, name)]
        for name, row in rows.items()
    ]
    return Chart(finding, figure, t("buildings.people_caption"), head, table)


def _used(of: Ran, zone: str) -> str:
    """Hours in use, where they are followed."""
    row = of.past.in_use.get(zone)
    return "–" if row is None else number(float(row.sum()), 1)
