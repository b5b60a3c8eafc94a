"""Heat pumps. All SI."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
KELVIN = 273.15


def carnot_cop(hot: float, cold: Array | float, efficiency: float) -> Array:
    """Coefficient of performance of a heat pump between ``cold`` and ``hot`` [K] [1].

    >>> round(float(carnot_cop(308.15, 273.15, 0.4)), 2)
    3.52
    """
    return np.asarray(efficiency * hot / np.maximum(hot - np.asarray(cold), 1.0))


AIR_LIFT = (6.81, -0.121, 0.000630)
GROUND_LIFT = (8.77, -0.150, 0.000734)

Line = tuple[float, float, float, float]
"""Factors of source [1/K], of sink [1/K], constant [1], of outdoor air [1/K]; all in °C."""


@dataclass(frozen=True, slots=True)
class Regression:
    """Heat pumps of a kind on the average: COP and electricity, lines of three temperatures.

    hplib 1.9 (FZJ-IEK3, fitted to the Keymark data base), generic rows. Over the pumps of the data
    base its authors give a mean error of 9.8 % for the COP and 16.3 % for the electricity.

    ``reference``: source at the rated point [K]; the sink there is 52 °C, outdoors it is -7 °C.
    ``lowest``: least electricity of a regulated compressor over that at the coldest; 0 for on-off.
    """

    cop: Line
    electricity: Line
    reference: float
    lowest: float
    from_air: bool


AIR_REGULATED = Regression(
    (46.37462900126993, -0.08756667775339223, 7.0454352113504, -46.22057938564581),
    (65.24998301955087, 0.011364929455468386, 0.04700671542496862, -65.29932853643015),
    266.15, 0.25, True,
)  # fmt: skip
BRINE_REGULATED = Regression(
    (0.09856460505867312, -0.09856460590283955, 8.12241287944408, -0.00010931425657465474),
    (-0.013036429478276419, 0.013036428662668095, 0.06982106812617543, -0.03415413177391993),
    273.15, 0.25, False,
)  # fmt: skip
AIR_ON_OFF = Regression(
    (60.04852969530065, -0.060318340924377864, 5.696027224871861, -59.95319662642105),
    (33.078415116263116, 0.01257697942928958, 0.3622942949769998, -33.07506855610028),
    266.15, 0.0, True,
)  # fmt: skip
BRINE_ON_OFF = Regression(
    (0.10392973889115242, -0.10392977605415851, 8.054635527742949, -0.03189750970762579),
    (-0.015276068402439042, 0.015276057855876915, 0.24191657204403058, 0.00429767350476568),
    273.15, 0.0, False,
)  # fmt: skip
WATER_ON_OFF = Regression(
    (0.10991827117359057, -0.10991827583286336, 8.008766088742181, -0.011252304682216172),
    (-0.01415791018658149, 0.01415790911617582, 0.39692237041861506, 0.0012291825426507675),
    283.15, 0.0, False,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Running:
    """A heat pump that runs: COP [1], electricity and heat [W]."""

    cop: Array
    electricity: Array
    heat: Array


def heat_pump(
    kind: Regression,
    rated: float,
    source: Array | float,
    sink: Array | float,
    outdoors: Array | float = 266.15,
) -> Running:
    """A running heat pump of a kind, at its own speed.

    Where the COP would be 1 or less, the heating rod gives the rated heat instead.

    Parameters
    ----------
    kind : Regression
    rated : float
        Heat at the rated point [W].
    source, sink : array or float
        Air, brine or water in; water out [K].
    outdoors : array or float
        Outdoor air [K]; air-source pumps take ``source``.

    Examples
    --------
    At -7/52 °C, its rated point, and at 7/35 °C:

    >>> found = heat_pump(AIR_REGULATED, 10e3, [266.15, 280.15], [325.15, 308.15])
    >>> found.cop.round(2).tolist(), found.heat.round(-2).tolist()
    ([1.41, 5.06], [10000.0, 7200.0])
    >>> heat_pump(BRINE_REGULATED, 10e3, 273.15, 308.15).cop.round(2).tolist()
    4.67
    """
    source, sink = np.asarray(source, dtype=np.float64), np.asarray(sink, dtype=np.float64)
    outdoors = source if kind.from_air else np.asarray(outdoors, dtype=np.float64)
    cold = np.asarray(kind.reference)
    coldest = np.asarray(266.15)
    at_rated = cold, np.asarray(325.15), coldest
    unit = rated / (_along(kind.cop, *at_rated) * _along(kind.electricity, *at_rated))
    cop = _along(kind.cop, source, sink, outdoors)
    power = unit * _along(kind.electricity, source, sink, outdoors)
    if kind.lowest > 0.0:
        at = coldest if kind.from_air else source
        floor = _along(kind.electricity, at, sink, coldest)
        power = np.maximum(power, kind.lowest * unit * floor)
    rod = cop <= 1.0
    power, heat = np.where(rod, rated, power), np.where(rod, rated, power * cop)
    return Running(heat / power, power, heat)


def most_heat(kind: Regression, rated: float, source: Array | float, sink: Array | float) -> Array:
    """Greatest heat of a heat pump of a kind [W].

    One that runs on and off gives what :func:`heat_pump` says. What that says of a regulated one is
    the heat at the speed that it chose in the test, not the greatest: its compressor is taken to
    keep to its ``rated`` heat [W] at all temperatures [K].

    >>> most_heat(AIR_ON_OFF, 10e3, [266.15, 280.15], 308.15).round(-2).tolist()
    [12100.0, 18700.0]
    >>> most_heat(AIR_REGULATED, 10e3, [266.15, 280.15], 308.15).tolist()
    [10000.0, 10000.0]
    """
    heat = heat_pump(kind, rated, source, sink).heat
    return np.full_like(heat, rated) if kind.lowest > 0.0 else heat


def lift_cop(lift: Array | float, curve: tuple[float, float, float]) -> Array:
    """COP [1] by the ``lift`` from source to sink [K] and a quadratic ``curve``.

    Staffell et al. 2012 (doi:10.1039/c2ee22653g), as PyPSA-Eur quotes it: ``AIR_LIFT``,
    ``GROUND_LIFT``.

    >>> lift_cop([35.0, 45.0], AIR_LIFT).round(2).tolist()
    [3.35, 2.64]
    """
    rise = np.asarray(lift, dtype=np.float64)
    constant, slope, bend = curve
    return np.asarray(constant + slope * rise + bend * rise**2)


def _along(line: Line, source: Array, sink: Array, outdoors: Array) -> Array:
    of_source, of_sink, constant, of_air = line
    return np.asarray(
        of_source * (source - KELVIN) + of_sink * (sink - KELVIN)
        + constant + of_air * (outdoors - KELVIN)
    )  # fmt: skip
