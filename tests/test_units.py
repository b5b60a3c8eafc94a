"""Units: converted once, exactly, and never between different things."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin import units
from twin.errors import BadInput

UNITS = ["m/min", "mm/tooth", "°C", "kWh", "mm/s", "W/K", "EUR/h", "1", "%", "N/mm²", "parts/h",
         "kWh/part", "µm", "m²", "kJ/(m²·K)", "rpm", "min", "EUR/kWh", "1/mm", "K*h"]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
@given(value=st.floats(-1e6, 1e6))
def test_there_and_back(unit, value):
    back = units.from_si(units.to_si(value, unit), unit)
    assert back == pytest.approx(value, rel=1e-12, abs=1e-9)


@pytest.mark.parametrize(
    ("value", "unit", "si"),
    [(180, "m/min", 3.0), (0, "°C", 273.15), (1, "kWh", 3.6e6), (50, "%", 0.5), (60, "rpm", 1.0),
     (2220, "N/mm²", 2.22e9), (30, "parts/h", 30 / 3600), (0.2, "EUR/kWh", 0.2 / 3.6e6)],
)  # fmt: skip
def test_known_conversions(value, unit, si):
    assert units.to_si(value, unit) == pytest.approx(si, rel=1e-12)


def test_different_things_are_refused():
    with pytest.raises(BadInput, match="cannot be converted"):
        units.convert(1.0, "kg", "m/min")
    with pytest.raises(BadInput, match="not a unit we know"):
        units.convert(1.0, "florps", "m/min")
    with pytest.raises(BadInput, match="cannot be converted"):
        units.convert(1.0, "EUR", "1")


def test_a_pixel_is_no_length():
    assert units.to_si(3.0, "px") == 3.0
