"""Tool life in the words of the shop floor: MTConnect cutting tools, OPC 40501-1 tool life.

Pure: a forecast document in, documents out; no agent and no server is spoken to.

References
----------
MTConnect Part 4.1 Cutting Tools (ToolLife, CutterStatus, Location), as the SHDR line of an
adapter; OPC 40501-1 for Machine Tools, ToolLifeType.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

Tool = Mapping[str, Any]
MINUTES, PARTS = "min", "part"
WEAR_DIGITS = 4


def asset_id(plant: str, tool: Tool) -> str:
    """The asset's identity: the same from export to export for one tool, another for the next.

    >>> asset_id("plant", {"tool": "mill.rougher", "number": 3})
    'plant.mill.rougher.3'
    """
    parts = [plant, str(tool["tool"]), *([str(tool["number"])] if "number" in tool else [])]
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", ".".join(parts))


def status(tool: Tool, limit_mm: float) -> str:
    """MTConnect cutter status of the tool: BROKEN, NEW, EXPIRED or USED."""
    if "broken" in tool["reasons"]:
        return "BROKEN"
    if not tool["now_min"]:
        return "NEW"
    return "EXPIRED" if tool["vb_now_mm"]["p50"] >= limit_mm else "USED"


def cutting_tool(plant: str, tool: Tool, limit_mm: float, unit: str, made: datetime) -> str:
    """Return one tool as the XML of an MTConnect CuttingTool asset, on one line.

    Life in MINUTES (or PART_COUNT) counts up: the limit is the age at which it is best changed,
    the warning the age that it fails before with 10 %, or the limit. Life in
    WEAR is the median wear [mm].
    """
    name = asset_id(plant, tool)
    root = ElementTree.Element(
        "CuttingTool",
        {"assetId": name, "serialNumber": name, "toolId": str(tool["tool"]),
         "timestamp": stamp(made)},
    )  # fmt: skip
    cycle = ElementTree.SubElement(root, "CuttingToolLifeCycle")
    words = ElementTree.SubElement(cycle, "CutterStatus")
    ElementTree.SubElement(words, "Status").text = status(tool, limit_mm)
    kind = {MINUTES: "MINUTES", PARTS: "PART_COUNT"}.get(unit)
    if kind is not None:
        limits = {"initial": "0", **_limits(tool)}
        _life(cycle, kind, f"{tool['now_min']:.1f}", limits)
    worn = f"{tool['vb_now_mm']['p50']:.{WEAR_DIGITS}f}"
    _life(cycle, "WEAR", worn, {"initial": "0", "limit": f"{limit_mm:g}"})
    if tool.get("machine"):
        ElementTree.SubElement(cycle, "ProgramToolGroup").text = str(tool["tool"])
    return ElementTree.tostring(root, encoding="unicode")


def _limits(tool: Tool) -> dict[str, str]:
    """Warning and limit of the tool's age, as far as they are known; the warning comes first."""
    limit = _known(tool["best_change_at_min"])
    warning = min(float(tool["now_min"]) + _known(tool["remaining_min"]["p10"]), limit)
    found = {"warning": warning, "limit": limit}
    return {key: f"{value:.1f}" for key, value in found.items() if math.isfinite(value)}


def _known(value: float | None) -> float:
    """A number of the document; None, as JSON has it, is what never comes."""
    return math.inf if value is None else float(value)


def _life(cycle: ElementTree.Element, kind: str, value: str, more: Mapping[str, str]) -> None:
    attributes = {"type": kind, "countDirection": "UP", **more}
    ElementTree.SubElement(cycle, "ToolLife", attributes).text = value


def stamp(made: datetime) -> str:
    """A time as MTConnect and OPC write it, in UTC."""
    return f"{made.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"


def shdr(document: Mapping[str, Any], plant: str, made: datetime) -> str:
    """Return a forecast as SHDR lines, one cutting tool asset a line, for an MTConnect adapter."""
    lines = []
    for tool in document["tools"]:
        xml = cutting_tool(plant, tool, _limit(document, tool), document["time_unit"], made)
        name = asset_id(plant, tool)
        lines.append(f"{stamp(made)}|@ASSET@|{name}|CuttingTool|{xml}")
    return "".join(f"{line}\n" for line in lines)


def _limit(document: Mapping[str, Any], tool: Tool) -> float:
    return float(tool.get("limit_mm", document.get("limit_mm", math.inf)))


def opc_tool_life(document: Mapping[str, Any], plant: str, made: datetime) -> dict[str, Any]:
    """Return the fields of OPC 40501-1 ToolLifeType for every tool, as a plain document.

    ``Time`` is in hours, as the specification has it; a table that counts parts gives
    ``NumberOfParts``; other counts have no indication there and give wear alone.
    """
    tools = {
        asset_id(plant, tool): {
            "Name": str(tool["tool"]),
            "ToolLife": _opc(tool, _limit(document, tool), document["time_unit"]),
        }
        for tool in document["tools"]
    }
    return {"SourceTimestamp": stamp(made), "Tools": tools}


def _opc(tool: Tool, limit_mm: float, unit: str) -> list[dict[str, Any]]:
    found = []
    share = {MINUTES: 1.0 / 60.0, PARTS: 1.0}.get(unit)
    if share is not None:
        limits = {key: share * float(value) for key, value in _limits(tool).items()}
        found.append(_variable(
            "Time" if unit == MINUTES else "NumberOfParts", "h" if unit == MINUTES else "one",
            share * float(tool["now_min"]), limits.get("warning"), limits.get("limit"),
        ))  # fmt: skip
    wear = tool["vb_now_mm"]
    found.append(_variable("Other", "mm", float(wear["p50"]), None, limit_mm))
    return found


def _variable(
    indication: str, unit: str, value: float, warning: float | None, limit: float | None
) -> dict[str, Any]:
    return {
        "Indication": indication,
        "EngineeringUnits": unit,
        "IsCountingUp": True,
        "StartValue": 0.0,
        "Value": round(value, 5),
        "WarningValue": None if warning is None else round(warning, 5),
        "LimitValue": None if limit is None else round(limit, 5),
    }
