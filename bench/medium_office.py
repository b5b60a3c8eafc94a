"""DOE's medium office (18 zones, Chicago, a year of 10-minute steps) in EnergyPlus and here.

The office is the file that comes with EnergyPlus. Read from it: surfaces, layers, what stands
behind, windows. Glazing is taken by its U and SHGC; gains, leaks and set-points are those that are
published for it: 18.58 m² and 120 W a person, 10.76 W/m² each of lamps and devices. EnergyPlus runs
the file as it is, air handlers and all, with its reports taken out; here the plant is ideal, and
every fact is recorded.
"""

from __future__ import annotations

import importlib.util
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from bench.buildings import apart
from bench.measure import Figure, best
from twin.scenario import Scenario, parse
from twin.simulate import simulate

MODEL = "RefBldgMediumOfficeNew2004_Chicago.idf"
WEATHER = "USA_IL_Chicago-OHare.Intl.AP.725300_TMY3.epw"
PERSON, LAMPS, DEVICES = 120.0 / 18.58, 10.76, 10.76
LEAK = 0.000302
"""Through the facade [m³/(s m²)]; a quarter of it while the fans run."""
IN_USE = {"people": [0] * 6 + [0.1, 0.2] + [0.95] * 4 + [0.5] + [0.95] * 4 + [0.7]
          + [0.4] * 2 + [0.1] * 2 + [0.05] * 2,
          "lamps": [0.05] * 5 + [0.1] * 2 + [0.3] + [0.9] * 9 + [0.7] + [0.5] * 2 + [0.3] * 2
          + [0.1, 0.05],
          "devices": [0.4] * 8 + [0.9] * 4 + [0.8] + [0.9] * 4 + [0.8] + [0.6] * 2 + [0.5] * 2
          + [0.4] * 2}  # fmt: skip
PROGRAM = (
    "from pyenergyplus.api import EnergyPlusAPI; import sys; api = EnergyPlusAPI();"
    "sys.exit(api.runtime.run_energyplus(api.state_manager.new_state(), sys.argv[1:]))"
)


def _shipped(name: str) -> Path:
    """Return a file that comes with EnergyPlus."""
    found = importlib.util.find_spec("pyenergyplus")
    assert found is not None, "EnergyPlus is not here: pyenergyplus-lbnl"
    assert found.origin
    return next(Path(found.origin).parent.rglob(name))


def _model() -> Path:
    return _shipped(MODEL)


def _objects(text: str, kind: str) -> Iterator[list[str]]:
    """Fields of every object of a kind."""
    bare = re.sub(r"!.*", "", text)
    for entry in bare.split(";"):
        fields = [field.strip() for field in entry.split(",")]
        if fields[0].lower() == kind.lower():
            yield fields[1:]


def _corners(fields: list[str]) -> np.ndarray:
    return np.array([float(x) for x in fields if x]).reshape(-1, 3)


def _across(corners: np.ndarray) -> np.ndarray:
    """Area along the outward normal [m²]."""
    return 0.5 * np.cross(corners, np.roll(corners, -1, axis=0)).sum(axis=0)


def _name(words: str) -> str:
    return re.sub(r"\W+", "_", words.strip().lower())


def _surfaces(text: str, zones: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Put every surface into its zone, one of each pair; return the zones of the surfaces."""
    rows = list(_objects(text, "BuildingSurface:Detailed"))
    owner = {row[0].lower(): _name(row[3]) for row in rows}
    paired: set[str] = set()
    for row in rows:
        across = _across(_corners(row[11:]))
        area = float(np.linalg.norm(across))
        if row[1].lower() == "floor":
            zones[owner[row[0].lower()]]["floor_area"] += area
        if row[0].lower() in paired:
            continue
        surface = {
            "construction": _name(row[2]), "area": area,
            "tilt": float(np.degrees(np.arccos(np.clip(across[2] / area, -1, 1)))),
            "azimuth": float(np.degrees(np.arctan2(across[0], across[1])) % 360),
        }  # fmt: skip
        kind = row[5].lower()
        if kind == "surface":
            paired.add(row[6].lower())
            surface["boundary"] = owner[row[6].lower()]
        elif kind in ("ground", "adiabatic"):
            surface["boundary"] = kind
        zones[owner[row[0].lower()]]["surfaces"][_name(row[0])] = surface
    return owner


def _finished(zones: dict[str, dict[str, Any]], text: str, owner: dict[str, str]) -> None:
    """Windows, volumes, gains, leaks and set-points."""
    for row in _objects(text, "FenestrationSurface:Detailed"):
        area = float(np.linalg.norm(_across(_corners(row[9:]))))
        zones[owner[row[3].lower()]]["windows"][_name(row[0])] = {
            "surface": _name(row[3]), "area": area, "glazing": "doe",
        }  # fmt: skip
    for name, zone in zones.items():
        facade = sum(s["area"] for s in zone["surfaces"].values() if "boundary" not in s)
        zone["infiltration"] = 3600 * LEAK * facade / (zone["floor_area"] * zone["height"])
        zone["infiltration_schedule"] = "leaks"
        if "plenum" in name:
            zone |= {"heating_power": 0, "cooling_power": 0}
            continue
        zone |= {"internal_gain": zone["floor_area"] * (PERSON + LAMPS + DEVICES),
                 "internal_gain_radiant": 0.4, "internal_gain_schedule": "use",
                 "heating_schedule": "warm", "cooling_schedule": "cool"}  # fmt: skip


def _schedules() -> dict[str, Any]:
    shares = [PERSON, LAMPS, DEVICES]
    weekday = np.average(list(IN_USE.values()), axis=0, weights=shares)
    night = float(np.average([0.0, 0.05, 0.3], weights=shares))
    off = [night] * 24
    return {
        "use": {"values": weekday.tolist(), "saturday": off, "sunday": off},
        "warm": {"hours": [0, 6, 22], "values": [15.6, 21.0, 15.6]},
        "cool": {"hours": [0, 6, 22], "values": [26.7, 24.0, 26.7]},
        "leaks": {"hours": [0, 6, 22], "values": [1.0, 0.25, 1.0]},
    }


def office() -> Scenario:
    """Return the office as a scenario."""
    text = _model().read_text("utf-8", "replace")
    zones: dict[str, dict[str, Any]] = {
        _name(row[0]): {"floor_area": 0.0, "surfaces": {}, "windows": {},
                        "height": 1.2192 if "plenum" in row[0].lower() else 2.7432}
        for row in _objects(text, "Zone")
    }  # fmt: skip
    _finished(zones, text, _surfaces(text, zones))
    materials = {
        _name(row[0]): dict(zip(
            ("thickness", "conductivity", "density", "specific_heat"),
            (float(x) for x in row[2:6]), strict=True,
        )) for row in _objects(text, "Material")
    }  # fmt: skip
    materials |= {_name(row[0]): {"resistance": float(row[2])}
                  for row in _objects(text, "Material:NoMass")}  # fmt: skip
    layers = {
        _name(row[0]): {"layers": [_name(layer) for layer in reversed(row[1:])]}
        for row in _objects(text, "Construction")
        if all(_name(layer) in materials for layer in row[1:])
    }
    used = {s["construction"] for zone in zones.values() for s in zone["surfaces"].values()}
    plant = {
        "kind": "building", "weather": WEATHER, "step": "10 min", "zones": zones,
        "first_weekday": "sunday", "schedules": _schedules(),
        "constructions": {name: layers[name] for name in used},
        "materials": {m: materials[m] for name in used for m in layers[name]["layers"]},
        "glazings": {"doe": {
            "angle": [0, 40, 60, 80, 90], "transmittance": [0.31, 0.30, 0.26, 0.09, 0.0],
            "absorptance": [[0.2, 0.2, 0.2, 0.15, 0.0]], "diffuse_transmittance": 0.26,
            "diffuse_absorptance": [0.2], "pane_thickness": 3, "pane_conductivity": 0.022,
        }},
    }  # fmt: skip
    beside = _shipped(WEATHER).with_name("office.toml")
    return parse({"horizon": "8760 h", "plant": {"office": plant}}, str(beside))


def _energyplus() -> float:
    """CPU seconds of a year in EnergyPlus, without reports."""
    text = re.sub(
        r"(?ms)^\s*Output(?::|Control:)[^;]*;", "", _model().read_text("utf-8", "replace")
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "in.idf"
        file.write_text(text, "utf-8")
        weather = _shipped(WEATHER)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-c", PROGRAM, "-a", "-w", str(weather), "-d", folder, str(file)],
            check=True, capture_output=True,
        )  # fmt: skip
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def medium_office() -> Iterator[Figure]:
    """A year of the office, beside EnergyPlus in the same run; how exact it is."""
    scenario = office()
    ours, theirs = best(lambda: simulate(scenario), rounds=3), _energyplus()
    name = "medium office, 18 zones, a year of 10-minute steps, facts"
    yield Figure(name, ours, "CPU s", "EnergyPlus:", theirs, theirs / ours)
    yield from apart(scenario, "medium office")


ALL = (medium_office,)
