"""Measured wear that comes with the package, so that a forecast runs before anything is fetched.

``example``       minutes of cutting until VB 0.3 mm of 15 milling inserts (NASA);
``example-cuts``  wear of three cutters at eight cuts each (PHM 2010). Its time axis counts cuts.
                  How long a cut takes is not in the source, so it is never called minutes.
``example-bearings`` RMS of six bearings of a test rig, a snapshot each 10 s (FEMTO-ST PRONOSTIA,
                  IEEE PHM 2012 data challenge, Nectoux et al. 2012); the records of two are cut
                  off at 70 and 75 % of their life, as if they still ran.
"""

from __future__ import annotations

from importlib import resources

from twin.forecast.reading import read_wear
from twin.forecast.table import WearTable
from twin.forecast.trend_table import Trend, read_trends

EXAMPLES = ("example", "example-cuts")
TREND_EXAMPLES = ("example-bearings",)


def read_example(name: str) -> WearTable:
    """Read one of the tables that come with the package; ``name`` is one of ``EXAMPLES``."""
    folder = resources.files("twin.forecast") / "data"
    if name == "example":
        with resources.as_file(folder / "measured_tool_wear.csv") as path:
            return read_wear(str(path))
    columns = {"time_min": "cut", "vb_mm": "vb_um"}
    with resources.as_file(folder / "measured_tool_wear_cuts.csv") as path:
        return read_wear(str(path), columns, {"time_min": "cut", "vb_mm": "um"})


def read_trend_example(name: str) -> list[Trend]:
    """Read one of the trends that come with the package; ``name`` is one of ``TREND_EXAMPLES``."""
    assert name in TREND_EXAMPLES
    file = resources.files("twin.forecast") / "data" / "bearing_trends.csv.gz"
    with resources.as_file(file) as path:
        return read_trends(str(path), {"time_min": "snapshot"}, "10 s")
