"""A run stopped and gone on with: saved and restored as it was, or told as a scenario from now.

Two different things. A saved run goes on with the same luck and records the very facts that it
would have recorded without the stop. A scenario from now knows what has happened, not what will:
what is left of a repair or of a work is drawn anew, so that many futures can be tried.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from twin.errors import BadInput, Fault
from twin.records import FACT_TABLES, Facts
from twin.scenario import Scenario, parse
from twin.simulate import Running, build
from twin.tables import Words, texts

# -- from now -----------------------------------------------------------------------------------


def from_now(running: Running, horizon: float | None = None) -> Scenario:
    """Return the scenario that begins with the present state of a run.

    Parameters
    ----------
    running : Running
        A run that has been advanced to the moment in question.
    horizon : float, optional
        How long to simulate from now [s]; to the end of the run's own horizon by default.
    """
    scenario = running.scenario
    left = scenario.header.horizon - float(running.env.now) if horizon is None else horizon
    document = copy.deepcopy(dict(scenario.document))
    document |= {"horizon": f"{left!r} s", "warmup": 0}
    document.pop("expect", None)
    for name, asset in running.world.assets.items():
        _merge(document["plant"][name], asset.present())
    return parse(document, scenario.file)


def _merge(below: dict[str, Any], above: Mapping[str, Any]) -> None:
    for key, value in above.items():
        if isinstance(value, Mapping) and isinstance(below.get(key), dict):
            _merge(below[key], value)
        else:
            below[key] = value


def to_toml(document: Mapping[str, Any]) -> str:
    """Write a scenario's tables as TOML.

    >>> print(to_toml({"seed": 1, "plant": {"m": {"kind": "cnc"}}}))
    seed = 1
    <BLANKLINE>
    [plant.m]
    kind = "cnc"
    <BLANKLINE>
    """
    return "\n".join(_toml(document, ()))


def _toml(table: Mapping[str, Any], path: tuple[str, ...]) -> list[str]:
    plain = {k: v for k, v in table.items() if not isinstance(v, (Mapping, list))}
    lines = [f"[{'.'.join(path)}]"] if path and plain else []
    lines += [f"{key} = {_value(value)}" for key, value in plain.items()]
    lines += [""] if lines else []
    for key, value in table.items():
        if isinstance(value, Mapping):
            lines += _toml(value, (*path, key)) if value else [f"[{'.'.join((*path, key))}]", ""]
        elif isinstance(value, list):
            for item in value:
                lines += [f"[[{'.'.join((*path, key))}]]"]
                lines += [f"{k} = {_value(v)}" for k, v in item.items()] + [""]
    return lines


def _value(value: Any) -> str:
    if isinstance(value, (bool, str)):
        return json.dumps(value, ensure_ascii=False)
    return repr(float(value)) if isinstance(value, float) else str(value)


# -- saved and restored -------------------------------------------------------------------------


def save(running: Running) -> dict[str, Any]:
    """Return what a run can be restored from, as a document for JSON.

    A run is decided by its scenario, its seed and its time; the digest of its facts proves later
    that the restored one is the same.
    """
    return {
        "file": running.scenario.file,
        "scenario": copy.deepcopy(dict(running.scenario.document)),
        "seed": running.world.seed,
        "time": float(running.env.now),
        "sense": bool(running.sensors),
        "facts": digest(running.world.record.facts),
    }


def restore(saved: Mapping[str, Any]) -> Running:
    """Return the run that was saved; it goes on with identical facts.

    It is simulated up to its time again, which takes as long as that took before.

    Raises
    ------
    BadInput
        When the document is not one of :func:`save`, or the code has changed since so that its
        facts would be others.
    """
    wanted = ("file", "scenario", "seed", "time", "sense", "facts")
    lacking = [key for key in wanted if key not in saved]
    if lacking:
        raise BadInput(f"not a saved run: {', '.join(lacking)} missing")
    scenario = parse(saved["scenario"], saved["file"])
    running = build(scenario, seed=int(saved["seed"]), sense=bool(saved["sense"]))
    running.advance(float(saved["time"]))
    if digest(running.world.record.facts) != saved["facts"]:
        message = "this version simulates it otherwise than the one that saved it; run it anew"
        raise BadInput(Fault(message, file=str(saved["file"])))
    return running


def write_saved(running: Running, path: str | Path) -> None:
    """Save a run in a file."""
    Path(path).write_text(json.dumps(save(running)), "utf-8")


def read_saved(path: str | Path) -> Running:
    """Restore a run from a file."""
    try:
        saved = json.loads(Path(path).read_text("utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise BadInput(Fault(f"cannot be read as a saved run ({error})", file=str(path))) from None
    if not isinstance(saved, dict):
        raise BadInput(Fault("is not a saved run", file=str(path)))
    return restore(saved)


def digest(facts: Facts) -> str:
    """Return the hash of every row recorded."""
    hashed = hashlib.sha256()
    for name in FACT_TABLES:
        for column in getattr(facts, name).columns().values():
            if isinstance(column, Words):
                hashed.update(json.dumps(texts(column)).encode())
            else:
                hashed.update(np.ascontiguousarray(column).tobytes())
    return hashed.hexdigest()
