"""The parameters of one thing of a scenario as they are written: each with its path and value."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Mapping
from typing import Any

from twin import units
from twin.params import Declaration, Params, declarations

NAMING = frozenset({"file", "model"})
"""Forms of parameters that name what is read beside the scenario."""


@functools.cache
def names_files(params: type[Params]) -> bool:
    """Whether a parameter of this class, or inside it, is the name of a file or model."""
    return any(
        declared.form in NAMING or (declared.params is not None and names_files(declared.params))
        for declared in declarations(params)
    )


def declared_values(
    path: str, params: type[Params], table: Mapping[str, Any], *, naming: bool = False
) -> Iterator[tuple[str, Declaration, Any]]:
    """Yield path, declaration and value in trade units of everything that a table declares.

    With ``naming`` only of what names a file or model, and only tables that may hold such are
    searched.
    """
    for name, declared in _placed(params, path):
        value = table.get(name, declared.default)
        if declared.form == "table" and declared.params is not None:
            if not naming or names_files(declared.params):
                for key, inner in (value or {}).items():
                    here = f"{declared.path}.{key}"
                    yield from declared_values(here, declared.params, inner, naming=naming)
            continue
        if naming and declared.form not in NAMING:
            continue
        if declared.form == "quantity" and isinstance(value, str):
            number, unit = units.split(value)
            value = units.convert(number, unit, declared.unit) if unit else number
        yield declared.path, declared, value


@functools.lru_cache(maxsize=2048)
def _placed(params: type[Params], path: str) -> tuple[tuple[str, Declaration], ...]:
    """Return the declarations of a class by name, their paths those in a scenario."""
    return tuple((one.path, dataclasses.replace(one, path=f"{path}.{one.path}"))
                 for one in declarations(params))  # fmt: skip
