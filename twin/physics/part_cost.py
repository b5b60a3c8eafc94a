"""Time and cost of a part, with the tool's share. Speeds of least cost: :mod:`twin.physics.wear`.

Times may be in any one unit, money in any one currency, as long as the rates use the same.

References
----------
Groover, M. P. Fundamentals of Modern Manufacturing, chapter on the economics of machining
(example: n 0.125, C 70, L 500, D 100, f 0.25 mm, Th 5 min, Tt 2 min, 0.50 $/min, 3 $ per edge).
"""

from __future__ import annotations

import math
from typing import NamedTuple

from twin.errors import BadInput, Fault


class Times(NamedTuple):
    """Times of one part [time].

    Attributes
    ----------
    cutting : float
        The tool is in the cut.
    loading : float
        Loading and unloading.
    rapid : float
        Rapid moves and other time out of the cut.
    tool_change : float
        One change of the tool.
    """

    cutting: float
    loading: float = 0.0
    rapid: float = 0.0
    tool_change: float = 0.0


class Costs(NamedTuple):
    """Rates and prices [money].

    Attributes
    ----------
    machine : float
        Machine and operator [money/time].
    edge : float
        One cutting edge [money].
    energy : float
        Electric energy of one part [money].
    coolant : float
        Coolant of one part [money].
    breakage : float
        What an unplanned breakage costs, with scrap and stop [money].
    """

    machine: float
    edge: float
    energy: float = 0.0
    coolant: float = 0.0
    breakage: float = 0.0


def turning_time(length: float, diameter: float, speed: float, feed: float) -> float:
    """Cutting time of a pass [s]: ``π D L/(v f)``, lengths [m], ``speed`` [m/s], ``feed`` [m/rev].

    >>> [round(turning_time(0.5, 0.1, v / 60, 0.25e-3) / 60, 2) for v in (50, 42)]
    [12.57, 14.96]
    """
    return math.pi * diameter * length / (speed * feed)


def parts_per_edge(life: float, cutting: float) -> int:
    """Whole parts that one edge finishes: ``⌊T/t_cut⌋`` in the same unit.

    >>> parts_per_edge(14.76, 12.57), parts_per_edge(59.54, 14.96)
    (1, 3)
    """
    return math.floor(life / cutting)


def _edges(times: Times, life: float, *, whole: bool) -> float:
    """Edges that one part uses up [1]."""
    if not (life > 0.0 and times.cutting > 0.0):
        written = f"{life:g}, {times.cutting:g}"
        raise BadInput(Fault("must be above 0", "life, cutting", "", written))
    if not whole:
        return times.cutting / life
    parts = parts_per_edge(life, times.cutting)
    if parts < 1:
        allowed = f"an edge must last for one part ({times.cutting:g}); lower the speed or the feed"
        raise BadInput(Fault(allowed, "life", "", f"{life:g}"))
    return 1.0 / parts


def part_time(times: Times, life: float, *, whole: bool = False) -> float:
    """Mean time per part: loading, cutting, rapid, and the part's share of a tool change.

    Parameters
    ----------
    times : Times
        [time]
    life : float
        Effective tool life T_eff in cutting time [time], above 0.
    whole : bool
        The edge is changed only between parts (Groover): it makes ⌊T/t_cut⌋ of them.

    Returns
    -------
    float
        [time]

    Raises
    ------
    BadInput
        For a life or cutting time that is not positive; with ``whole``, for a life shorter than
        the cut of one part.

    Examples
    --------
    Groover: 19.57 min at 50 m/min and 20.63 min at 42 m/min.

    >>> round(part_time(Times(12.566, 5.0, 0.0, 2.0), 14.76, whole=True), 2)
    19.57
    >>> round(part_time(Times(14.960, 5.0, 0.0, 2.0), 59.54, whole=True), 2)
    20.63
    """
    edges = _edges(times, life, whole=whole)
    return times.loading + times.cutting + times.rapid + times.tool_change * edges


def part_cost(
    times: Times, life: float, costs: Costs, *, whole: bool = False, break_probability: float = 0.0
) -> float:
    """Mean cost per part [money].

    ``C = M t_part + C_edge t_cut/T_eff + energy + coolant + P_break C_break``.

    Parameters
    ----------
    times, life, whole
        See :func:`part_time`.
    costs : Costs
    break_probability : float
        Probability that the tool breaks during one part [1], 0 to 1.

    Raises
    ------
    BadInput
        As :func:`part_time`, and for a probability outside 0–1.

    Examples
    --------
    Groover: 12.78 $ at 50 m/min and 11.31 $ at 42 m/min.

    >>> costs = Costs(machine=0.50, edge=3.0)
    >>> round(part_cost(Times(12.566, 5.0, 0.0, 2.0), 14.76, costs, whole=True), 2)
    12.78
    >>> round(part_cost(Times(14.960, 5.0, 0.0, 2.0), 59.54, costs, whole=True), 2)
    11.31
    """
    if not 0.0 <= break_probability <= 1.0:
        written = f"{break_probability:g}"
        raise BadInput(Fault("allowed 0 to 1", "break_probability", "", written))
    tool = costs.edge * _edges(times, life, whole=whole)
    machine = costs.machine * part_time(times, life, whole=whole)
    consumed = costs.energy + costs.coolant
    return machine + tool + consumed + break_probability * costs.breakage
