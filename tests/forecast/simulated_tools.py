"""Simulated tools whose law is known."""

from __future__ import annotations

import numpy as np

from twin.forecast.table import ToolRecord, WearTable, record
from twin.rng import stream

EXPONENTS = {"ap_mm": 0.6, "feed_mm": 0.3}
GROWTH = 0.8
SCATTER = 0.2


def level(ap_mm: float, feed_mm: float, material: str) -> float:
    """Median wear at one minute [mm]."""
    base = 0.015 * (1.8 if material == "steel" else 1.0)
    return base * ap_mm ** EXPONENTS["ap_mm"] * feed_mm ** EXPONENTS["feed_mm"]


def power_law(tools: int, readings: int = 8, seed: int = 5, gauge: float = 1.0) -> WearTable:
    """Tools with VB = level · e^scatter · t^0.8, read with 3 % and 5 µm of noise; 0: none."""
    rng = stream(seed, "tests.forecast.power_law")
    records: list[ToolRecord] = []
    for number in range(tools):
        ap, feed = float(rng.choice([0.5, 1.0, 2.0])), float(rng.choice([0.1, 0.2, 0.4]))
        material = str(rng.choice(["iron", "steel"]))
        time_min = np.sort(rng.uniform(1.0, 60.0, readings))
        true = level(ap, feed, material) * np.exp(SCATTER * rng.normal()) * time_min**GROWTH
        part, floor = rng.normal(size=readings), rng.normal(size=readings)
        read = true * (1 + 0.03 * gauge * part) + 0.005 * gauge * floor
        conditions = {"ap_mm": ap, "feed_mm": feed, "material": material}
        records.append(record(f"T{number}", time_min, np.maximum(read, 0.0), conditions))
    return WearTable(tuple(records))
