"""Whether chance plays a part on a line."""

from __future__ import annotations

from collections.abc import Iterator

from twin.plant._line_draws import is_constant
from twin.plant._line_settings import Settings, Station


def has_luck(line: Settings) -> bool:
    """Return whether two runs of a line on other seeds may differ.

    >>> saw = {"cycle_time": 60}
    >>> has_luck(Settings.read({"stations": {"saw": saw}}))
    False
    >>> has_luck(Settings.read({"stations": {"saw": {**saw, "cycle_spread": 0.1}}}))
    True
    """
    return any(_of_line(line)) or any(any(_of_station(s)) for s in line.stations.values())


def _of_line(line: Settings) -> Iterator[bool]:
    law, spread = line.interarrival_distribution, line.interarrival_spread
    yield line.release == "arrivals" and not is_constant(law, spread)
    yield line.release != "schedule" and len(line.products) > 1
    for product in line.products.values():
        for step in product.steps.values():
            yield not is_constant(step.cycle_distribution, step.cycle_spread)


def _of_station(s: Station) -> Iterator[bool]:
    yield bool(s.machine)  # its tools differ from each other
    yield not is_constant(s.cycle_distribution, s.cycle_spread)
    if s.time_to_failure:
        yield not is_constant(s.failure_distribution, s.failure_spread)
        yield not is_constant(s.repair_distribution, s.repair_spread)
    yield 0 < s.defect_rate < 1
    yield s.inspects and (0 < s.false_alarm < 1 or 0 < s.escape < 1)
    yield sum(branch.share > 0 for branch in s.split.values()) > 1
