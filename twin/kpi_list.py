"""Every KPI of each kind of thing, those too that only some settings bring."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from twin.family import kinds
from twin.measures import Measure
from twin.nodes.node_settings import NodeSettings
from twin.nodes.node_settings import measures_of as of_node
from twin.scenario import measures_of, parse

PARTS = {"zones": "ZONE", "stations": "STATION", "orders": "ORDER", "tools": "TOOL"}
"""Tables whose entries have KPIs of their own, and what stands for the name of one."""
_BARE: dict[str, dict[str, Any]] = {
    "line": {"stations": {"STATION": {}}},
    "building": {"zones": {"ZONE": {}}},
}


def _station(**settings: Any) -> dict[str, Any]:
    return {"stations": {"STATION": settings}}


def _zone(**settings: Any) -> dict[str, Any]:
    return {"zones": {"ZONE": settings}}


_WITH: dict[str, dict[str, dict[str, Any]]] = {
    "building": {
        "people or moisture": _zone(people=1),
        "a boiler": {**_zone(), "heating": "boiler"},
        "fan_pressure": {**_zone(), "fan_pressure": 100},
        "pump_pressure": {**_zone(), "pump_pressure": 10},
        "occupants": {**_zone(), "occupants": {"people": {"zone": "ZONE"}}},
        'use_by = "presence" or lighting_power': {
            **_zone(use_by="presence"), "occupants": {"people": {"zone": "ZONE"}}
        },
        "lighting_power": _zone(lighting_power=5),
    },
    "cnc": {
        "several kinds of tool": {
            "operations": {"first": {"tool": "TOOL"}, "second": {"tool": "OTHER"}},
            "tools": {"TOOL": {}, "OTHER": {}},
        },
    },
    "line": {
        "inspects": _station(inspects=True),
        "defect_rate": _station(defect_rate=1),
        'arrivals, when_full = "lose"': {
            **_station(), "release": "arrivals", "when_full": "lose", "interarrival_time": 60
        },
        "due dates": {**_station(), "products": {"one": {"due_after": 1, "route": "STATION"}}},
        "orders": {
            **_station(), "release": "schedule", "products": {"one": {"route": "STATION"}},
            "orders": {"ORDER": {"product": "one", "quantity": 1}},
        },
        "power_working or power_idle": _station(power_working=1),
        "rates, wages or material_cost": {**_station(), "material_cost": 1},
        "time_to_failure or a machine": _station(time_to_failure=10, time_to_repair=15),
        "a repair_crew": {
            **_station(time_to_failure=10, time_to_repair=15, repair_crew="crew"),
            "crew": {"crew": {}},
        },
        "an operator": {**_station(operator="crew"), "operators": {"one": {"skills": "crew"}}},
        "setup_time or a machine": _station(setup_time=1),
        "load_time or a machine": _station(load_time=1),
        "shifts or a machine": {**_station(), "shifts": {"day": {"start": 6, "end": 14}}},
        "a machine": _station(machine="mill"),
    },
}  # fmt: skip
"""The smallest settings that bring further KPIs, by what to call them; read in this order."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One KPI; ``where`` says which settings bring it, empty where it is always there."""

    measure: Measure
    where: str = ""


@functools.cache
def of_kind(kind: str) -> Mapping[str, Listed]:
    """Return every KPI of a kind of plant, or of ``node``, by name.

    >>> of_kind("building")["idis_tot"].where
    'people or moisture'
    """
    if kind == "node":
        return MappingProxyType(_of_nodes())
    if kind not in kinds("twin.plant"):
        return MappingProxyType({})
    found: dict[str, Listed] = {}
    for where, settings in {"": _BARE.get(kind, {}), **_WITH.get(kind, {})}.items():
        for name, measure in _named(kind, settings):
            found.setdefault(name, Listed(measure, where))
    return MappingProxyType(found)


def lookup(kind: str, keys: Sequence[str]) -> Listed | None:
    """Return a KPI of a kind, whatever its part is called; None where it has none of that name.

    >>> lookup("building", ["zones", "kitchen", "co2_mean"]).measure.unit
    'ppm'
    """
    asked = list(keys)
    if len(asked) == 3 and asked[0] in PARTS:
        asked[1] = PARTS[asked[0]]
    return of_kind(kind).get(".".join(asked))


def _named(kind: str, settings: dict[str, Any]) -> list[tuple[str, Measure]]:
    things: dict[str, Any] = {"thing": {"kind": kind, **settings}}
    stations = settings.get("stations", {}).values()
    machines = {one["machine"] for one in stations if "machine" in one}
    entry = parse({"plant": {**{m: {"kind": "cnc"} for m in machines}, **things}}, "").entries
    measures = measures_of(entry["thing"])
    return [
        (".".join(part for part in (m.part, m.name) if part), m)
        for m in measures
        if "OTHER" not in m.part
    ]


def _of_nodes() -> dict[str, Listed]:
    bringing: dict[str, dict[str, Any]] = {
        "": {}, "a gate": {"gate": "any"}, 'weights = "external"': {"weights": "external"},
    }  # fmt: skip
    found: dict[str, Listed] = {}
    for where, settings in bringing.items():
        for measure in of_node(NodeSettings.model_construct(None, **settings)):
            found.setdefault(measure.name, Listed(measure, where))
    return found
