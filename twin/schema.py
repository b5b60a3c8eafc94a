"""The JSON Schema of scenario files, made from the declarations."""

from __future__ import annotations

from typing import Any

from twin.expectations import Expect
from twin.family import kinds, load
from twin.nodes.node_settings import NodeSettings
from twin.params import Declaration, Params, declarations
from twin.scenario import FAMILIES, Header

LISTS: dict[str, dict[str, Any]] = {
    "numbers": {
        "type": "array",
        "items": {"anyOf": [{"type": "number"}, {"type": "array", "items": {"type": "number"}}]},
    },
    "words": {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "string"}]},
}


def scenario_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a scenario file."""
    properties = _properties(Header)
    properties["extends"] = {
        "type": "string",
        "description": "Another scenario file, of which this one says only what differs.",
    }
    for section, family in FAMILIES.items():
        tables = [_kind_schema(family, kind) for kind in kinds(family)]
        properties[section] = {"type": "object", "additionalProperties": {"oneOf": tables}}
    properties["node"] = {"type": "object", "additionalProperties": _table(NodeSettings)}
    properties["expect"] = {"type": "array", "items": _expect()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "twin scenario",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }


def _kind_schema(family: str, kind: str) -> dict[str, Any]:
    module = load(family, kind)
    schema = _table(module.Settings)
    schema["properties"] = {"kind": {"const": kind}, **schema["properties"]}
    schema["required"] = ["kind", *schema.get("required", [])]
    schema["description"] = (module.__doc__ or "").strip().splitlines()[0]
    return schema


def _expect() -> dict[str, Any]:
    schema = _table(Expect)
    bound = {"anyOf": [{"type": "number"}, {"type": "string"}]}
    schema["properties"] |= {
        "at_most": {**bound, "description": "Upper bound, in the unit of the KPI or with one."},
        "at_least": {**bound, "description": "Lower bound, in the unit of the KPI or with one."},
    }
    schema["anyOf"] = [{"required": ["at_most"]}, {"required": ["at_least"]}]
    return schema


def _table(params: type[Params]) -> dict[str, Any]:
    required = [declared.path for declared in declarations(params) if declared.required]
    schema: dict[str, Any] = {
        "type": "object",
        "properties": _properties(params),
        "additionalProperties": False,
    }
    return schema | ({"required": required} if required else {})


def _properties(params: type[Params]) -> dict[str, Any]:
    return {declared.path: property_schema(declared) for declared in declarations(params)}


def property_schema(declared: Declaration) -> dict[str, Any]:
    """Return the schema of one parameter."""
    if declared.form == "table" and declared.params is not None:
        return {
            "type": "object",
            "description": declared.meaning,
            "additionalProperties": _table(declared.params),
        }
    schema: dict[str, Any] = {"description": declared.meaning}
    if declared.form == "quantity":
        number = {"type": "number", "minimum": declared.low, "maximum": declared.high}
        schema |= {"anyOf": [number, {"type": "string"}], "unit": declared.unit}
        schema |= {"source": declared.source, "assumption": declared.assumption}
    elif declared.form == "count":
        schema |= {"type": "integer", "minimum": declared.low, "maximum": declared.high}
    elif declared.form in LISTS:
        schema |= LISTS[declared.form]
    elif declared.form == "choice":
        schema |= {"enum": list(declared.options)}
    else:
        schema |= {"type": "boolean" if declared.form == "flag" else "string"}
    if not declared.required:
        schema["default"] = declared.default
    return schema
