"""Measured wear that comes with the package, so that a forecast runs before anything is fetched.

``example``       minutes of cutting until VB 0.3 mm of 15 milling inserts (NASA);
``example-cuts``  wear of three cutters at eight cuts each (PHM 2010). Its time axis counts cuts.
                  How long a cut takes is not in the source, so it is never called minutes.
"""

from __future__ import annotations

from importlib import resources

from twin.forecast.reading import read_wear
from twin.forecast.table import WearTable

EXAMPLES = ("example", "example-cuts")


def read_example(name: str) -> WearTable:
    """Read one of the tables that come with the package; ``name`` is one of ``EXAMPLES``."""
    folder = resources.files("twin.forecast") / "data"
    if name == "example":
        with resources.as_file(folder / "measured_tool_wear.csv") as path:
            return read_wear(str(path))
    columns = {"time_min": "cut", "vb_mm": "vb_um"}
    with resources.as_file(folder / "measured_tool_wear_cuts.csv") as path:
        return read_wear(str(path), columns, {"time_min": "cut", "vb_mm": "um"})
