"""``twin explain``: one parameter's meaning, unit, range and source; or what a KPI is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from twin.cli import output
from twin.errors import BadInput, Fault, did_you_mean
from twin.family import kinds, load
from twin.kpi_list import lookup, of_kind
from twin.nodes.node_settings import NodeSettings
from twin.params import Declaration, Params, find
from twin.scenario import FAMILIES, Header
from twin.scenario import load as load_scenario


def register(app: typer.Typer) -> None:
    """Add the verb to the command."""
    app.command("explain")(explain)


def explain(
    path: Annotated[
        str,
        typer.Argument(metavar="PATH", help="cnc.cutting_speed, or a KPI; or as in a scenario."),
    ],
    scenario: Annotated[
        Path | None, typer.Option("--scenario", help="Look the path up in this scenario.")
    ] = None,
    json_to: output.JsonTo = None,
) -> None:
    """Explain a parameter or KPI by PATH: of a kind (cnc.energy), or of a scenario's thing."""
    document = _kpi(path, scenario) or _parameter(path, scenario)
    output.write_json(document, json_to)
    if json_to != "-":
        rows = [
            (key, _show(shown)) for key, shown in document.items() if shown not in ("", [], None)
        ]
        output.console(json_to).print(output.table("", ("", ""), rows))


def _kpi(path: str, scenario: Path | None) -> dict[str, Any]:
    """What a KPI of that path is; empty where it names a parameter, or nothing."""
    if scenario is not None:
        measure, where = load_scenario(scenario).measures.get(path), ""
    else:
        kind, *keys = path.split(".")
        listed = lookup(kind, keys)
        measure, where = (listed.measure, listed.where) if listed else (None, "")
    if measure is None:
        return {}
    return {"path": path, "kpi": measure.meaning, "unit": measure.unit, "better": measure.better,
            "only_with": where}  # fmt: skip


def _parameter(path: str, scenario: Path | None) -> dict[str, Any]:
    declared, value = _look_up(path, scenario)
    document: dict[str, Any] = {
        "path": path,
        "meaning": declared.meaning,
        "unit": declared.unit,
        "default": declared.default,
        "low": declared.low,
        "high": declared.high,
        "options": list(declared.options),
        "source": declared.source,
        "assumption": declared.assumption,
        "device_point": declared.live,
    }
    if value is not None:
        document["value"] = value
    return document


def _show(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, list) else f"{value}"


def _look_up(path: str, scenario: Path | None) -> tuple[Declaration, Any]:
    if scenario is not None:
        read = load_scenario(scenario)
        return read.declaration(path), read.value(path)
    first, *rest = path.split(".")
    known = _kinds()
    if not rest and first in Header.model_fields:
        return find(Header, [first]), None
    if first not in known:
        message = "no such kind" + did_you_mean(first, known) + " (or give --scenario FILE)"
        raise BadInput(Fault(message, path=path))
    if not rest:
        names = ", ".join(known[first].model_fields)
        raise BadInput(Fault(f"names a kind; its parameters: {names}", path=path))
    try:
        return find(known[first], rest), None
    except BadInput:
        near = did_you_mean(".".join(rest), of_kind(first))
        if not near or did_you_mean(rest[0], known[first].model_fields):
            raise
        raise BadInput(Fault("no such parameter or KPI" + near, path=path)) from None


def _kinds() -> dict[str, type[Params]]:
    found: dict[str, type[Params]] = {"node": NodeSettings}
    for family in FAMILIES.values():
        for kind in kinds(family):
            found[kind] = load(family, kind).Settings
    return found
