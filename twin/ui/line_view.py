"""What the page Line shows of a finished run: sentences, charts and the table of stations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from twin.experiment.limits import Idle, by_states, idle
from twin.plant.line import Settings
from twin.scenario import Scenario
from twin.ui import comparison, figures_line, figures_line_time, line_limit, names, runs
from twin.ui.comparison import Outcome
from twin.ui.components.card import Chart
from twin.ui.figures_line import Box
from twin.ui.figures_line_time import Band, Levels
from twin.ui.i18n import t
from twin.ui.line_limit import Said
from twin.ui.line_plan import plan
from twin.ui.line_run import (
    History,
    bottleneck_shares,
    coarse,
    history,
    mean_in,
    places,
    range_in,
)
from twin.ui.wording import UNKNOWN, clock, duration, number, unit

MOST_ROWS = 60
"""Machines that are drawn through time; the rest of a larger line is counted."""
MOST_LETTERS = 15
LEVEL_BINS = 240
MOST_BLAMED = 5
SHARES = ("working", "setup", "loading", "warm_up", "starved", "blocked", "waiting_operator",
          "waiting_repair", "down", "off_shift")  # fmt: skip
"""KPIs of a station that are shares of all time, in the order they are drawn."""
FIGURES = ("throughput", "lead_time", "lead_time_p90", "wip", "oee", "scrap", "quality",
           "first_pass", "late", "energy_per_part", "cost_per_part")  # fmt: skip
BROKEN = frozenset({"broken", "down", "waiting repair"})


@dataclass(frozen=True, slots=True)
class Ran:
    """A line of a scenario, and its finished run."""

    scenario: Scenario
    name: str
    line: Settings
    outcome: Outcome
    past: History
    stood: Idle | None = None

    def kpi(self, path: str) -> Mapping[str, Any] | None:
        """Return a KPI of the line, or None when it has none of that name."""
        found = self.outcome.pick([f"{self.name}.{path}"])
        return found[0].base if found else None

    def value(self, path: str) -> float | None:
        """Return the mean of a KPI over the replications."""
        found = self.kpi(path)
        return None if found is None else found["value"]


def lines(scenario: Scenario) -> list[str]:
    """Return the names of the lines of a scenario."""
    return [name for name, entry in scenario.of("plant").items() if entry.kind == "line"]


def settings(scenario: Scenario, name: str) -> Settings:
    """Return the parameters of a line."""
    found = scenario.entries[name].settings
    assert isinstance(found, Settings)
    return found


def ran(scenario: Scenario, name: str, result: Mapping[str, Any]) -> Ran:
    """Return a line with its finished run."""
    line = settings(scenario, name)
    outcome = comparison.outcome(result)
    run = outcome.base_run
    stood = idle(name, line, lambda path: runs.replications(run, path))
    return Ran(scenario, name, line, outcome, history(run, name, line), stood)


# -- where it hurts -----------------------------------------------------------------------------


def verdict(of: Ran, tried: Mapping[str, Any] | None = None) -> Said:
    """Return what limits the line, and how sure that is; ``tried`` is a trial that was asked."""
    seen = by_states(of.line, of.stood, bottleneck_shares(of.past))
    votes = Counter(of.stood.votes() if of.stood is not None else ())
    found = line_limit.said(seen, votes, tried)
    loss = _loss(of, found.limit.stations[0]) if found.limit.stations else []
    return replace(found, lines=(*found.lines, *loss))


def blamed(of: Ran) -> list[tuple[str, float, float]]:
    """Return station, share of the time as bottleneck, share of it alone [1]; the worst first."""
    shares = bottleneck_shares(of.past)
    found = [(key, sum(share), share[0]) for key, share in shares.items()]
    return [one for one in found if one[1] >= 0.005][:MOST_BLAMED]


def _loss(of: Ran, key: str) -> list[str]:
    """What the bottleneck itself loses: time that would be parts."""
    lost = {name: of.value(f"stations.{key}.{name}") or 0.0 for name in SHARES[1:-1]}
    name = max(lost, key=lambda one: lost[one])
    if lost[name] < 1.0:
        return []
    state = names.word(name.replace("_", " "))
    return [t("line.bottleneck_loss", station=key, state=state, share=number(lost[name], 1))]


def headline(of: Ran) -> list[tuple[str, str, str]]:
    """Return name, value with its interval, and unit of the figures of the line."""
    found = [(path, of.kpi(path)) for path in FIGURES]
    return [
        (names.kpi(path), comparison.band(kpi), unit(kpi["unit"]).strip())
        for path, kpi in found
        if kpi is not None
    ]


# -- the layout at a moment ---------------------------------------------------------------------


def layout_chart(of: Ran, moment: float, theme: str, across: int) -> Chart:
    """Return the line as it stood at a moment [s]."""
    drawn = plan(of.line)
    now = of.past.bottleneck(moment)
    boxes = {key: _box(of, key, moment, now) for key in of.line.stations}
    words = {word: t(f"line.{word}") for word in ("in", "out", "scrap")}
    figure = figures_line.layout(drawn, boxes, theme, across=across, words=words)
    head = [t(f"line.col_{name}") for name in ("station", "state", "since", "waiting", "made")]
    rows = [_row(of, key, moment, boxes[key]) for key in of.line.stations]
    return Chart(_finding(of, moment), figure, t("line.layout_caption"), head, rows)


def _finding(of: Ran, moment: float) -> str:
    held = Counter(one.at(moment)[0] for machines in of.past.tracks.values() for one in machines)
    said = t("what_if.comma").join(
        f"{n} {names.word(state)}" for state, n in held.most_common() if state
    )
    wip = _parts(of.past.wip, moment)
    done = int(np.searchsorted(of.past.finished, moment, side="right"))
    return t("line.layout_finding", at=clock(moment), said=said, wip=wip, done=done)


def _parts(series: Any, moment: float) -> str:
    place = int(np.searchsorted(series[0], moment, side="right")) - 1
    return number(float(series[1][place]), 0) if place >= 0 else UNKNOWN


def _box(of: Ran, key: str, moment: float, bottleneck: str) -> Box:
    station = of.line.stations[key]
    states = [one.at(moment)[0] for one in of.past.tracks[key]]
    room = places(of.line, key)
    level = of.past.level(key, moment)
    state = worst(states)
    return Box(
        title=short(key),
        words=_words(states),
        state=state,
        below=short(f"CNC · {station.machine}") if station.machine else "",
        level=None if room == 0 else level,
        room=room,
        marked=t("line.bottleneck") if key == bottleneck else "",
        hover=_hover(of, key, moment, level, room),
        machines=states if len(states) > 1 else (),
    )


def worst(states: Sequence[str]) -> str:
    """Return the state that a station of several machines is drawn in: the abnormal one first.

    >>> worst(["working", "down"]), worst(["starved", "working", "working"])
    ('down', 'working')
    """
    for state in ("broken", "down", "waiting repair", "blocked", "waiting operator"):
        if all(one == state for one in states) or (state in states and state in BROKEN):
            return state
    return Counter(states).most_common(1)[0][0]


def _words(states: Sequence[str]) -> str:
    """The state of a station; abnormal with its sign, several machines counted."""
    held = Counter(states)
    if len(states) == 1:
        return _signed(states[0])
    return " · ".join(f"{n} {names.word(state)}" for state, n in held.most_common(2))


def _signed(state: str) -> str:
    word = names.word(state)
    if state in {"down", "broken"}:
        return f"◆ {word}"
    return f"▲ {word}" if state in {"blocked", "waiting repair", "waiting operator"} else word


def short(name: str) -> str:
    """Return a name that fits a box.

    >>> short("a_station_with_a_long_name")
    'a_station_with…'
    """
    return name if len(name) <= MOST_LETTERS else name[: MOST_LETTERS - 1] + "…"


def _level(level: float, room: int | None) -> str:
    return number(level, 0) if room is None else f"{number(level, 0)} / {room}"


def _hover(of: Ran, key: str, moment: float, level: float, room: int | None) -> str:
    state, since = of.past.tracks[key][0].at(moment)
    first = f"<b>{key}</b><br>{names.word(state)}"
    if len(of.past.tracks[key]) == 1:
        first += " · " + t("line.for", span=duration(moment - since))
    return f"{first}<br>{t('line.col_waiting')}: {_level(level, room)}"


def _row(of: Ran, key: str, moment: float, box: Box) -> list[str]:
    since = [one.at(moment)[1] for one in of.past.tracks[key]]
    made = int(np.searchsorted(of.past.made[key], moment, side="right"))
    span = duration(moment - since[0]) if len(since) == 1 else UNKNOWN
    waiting = _level(box.level, box.room) if box.level is not None else UNKNOWN
    return [key, box.words, span, waiting, number(made, 0)]


# -- through time -------------------------------------------------------------------------------


def gantt_chart(
    of: Ran, window: tuple[float, float], moment: float, theme: str, width: float = 1000.0
) -> Chart:
    """Return the states of every machine between two times [s]."""
    rows = {
        name: coarse(one, *window, of.past.end)
        for key, machines in of.past.tracks.items()
        for name, one in zip(_machine_names(key, len(machines)), machines, strict=True)
    }
    drawn = dict(list(rows.items())[:MOST_ROWS])
    marks = {
        _machine_names(key, len(machines))[0]: _marks(of, key, window)
        for key, machines in of.past.tracks.items()
    }
    states = {state for spans in drawn.values() for _a, _b, state in spans}
    words = {state: names.word(state) for state in states}
    figure = figures_line_time.gantt(
        drawn, {name: marks[name] for name in drawn if name in marks}, theme, window=window,
        moment=moment, words=words, bottleneck=t("line.bottleneck"), width=width,
        time_axis=t("line.time_axis"),
    )  # fmt: skip
    left = len(rows) - len(drawn)
    caption = t("line.gantt_caption") + (t("line.gantt_more", n=left) if left else "")
    head = [t("line.col_station"), t("line.col_state"), t("line.col_share")]
    return Chart(_stops(of, window), figure, caption, head, _share_rows(of, window))


def _machine_names(key: str, n: int) -> list[str]:
    return [key] if n == 1 else [f"{key} {place + 1}" for place in range(n)]


def _marks(of: Ran, key: str, window: tuple[float, float]) -> list[tuple[float, float]]:
    low, high = window
    least = (high - low) / 2000
    found: list[tuple[float, float]] = []
    for period in of.past.chain:
        a, b = max(period.start, low), min(period.end, high)
        if period.source != key or b <= a:
            continue
        if found and a - found[-1][1] <= least:
            found[-1] = (found[-1][0], b)
        else:
            found.append((a, b))
    return found


def _stops(of: Ran, window: tuple[float, float]) -> str:
    low, high = window
    stops = of.past.stops()
    n = int(np.sum((stops >= low) & (stops < high)))
    edges = np.array([low, high])
    spent = 0.0
    for machines in of.past.tracks.values():
        for one in machines:
            shares = one.shares(edges, of.past.end)[0] if len(one.time) else ()
            spent += sum(s for s, name in zip(shares, one.names, strict=False)
                         if name in BROKEN)  # fmt: skip
    return t("line.gantt_finding", n=n, down=duration(spent)) if n else t("line.gantt_none")


def _share_rows(of: Ran, window: tuple[float, float]) -> list[list[str]]:
    edges, span = np.array(window), window[1] - window[0]
    found = []
    for key, machines in of.past.tracks.items():
        for name, one in zip(_machine_names(key, len(machines)), machines, strict=True):
            if not len(one.time):
                continue
            shares = one.shares(edges, of.past.end)[0] / span
            for place in np.argsort(-shares):
                if shares[place] > 0:
                    state = names.word(one.names[place])
                    found.append([name, state, f"{100 * shares[place]:.1f} %"])
    return found


def levels_chart(of: Ran, moment: float, theme: str) -> Chart:
    """Return the parts in the line, and how full each buffer is, over the run."""
    past = of.past
    edges = np.linspace(0.0, past.end, LEVEL_BINS + 1)
    kept = [key for key in of.line.stations if places(of.line, key) != 0]
    kept = [key for key in kept if len(past.queues[key][0])]
    parts = [mean_in(past.queues[key], edges) for key in kept]
    most = [places(of.line, key) or max(1.0, float(past.queues[key][1].max())) for key in kept]
    fill = [row / top for row, top in zip(parts, most, strict=True)]
    buffers = Levels(kept, np.array(fill, np.float32), np.array(parts, np.float32))
    band = Band(edges, mean_in(past.wip, edges), *range_in(past.wip, edges))
    axis = t("line.wip_axis")
    figure = figures_line_time.levels(
        band, buffers, theme, moment=moment, axis=axis, time_axis=t("line.time_axis")
    )  # fmt: skip
    after = np.array([past.warmup, past.end])
    mean, peak = mean_in(past.wip, after)[0], float(past.wip[1].max(initial=0.0))
    finding = t("line.levels_finding", mean=number(mean, 1), peak=number(peak, 0))
    head = [t("line.col_station"), t("line.col_room"), t("line.col_mean"), t("line.col_full")]
    rows = [_buffer_row(of, key, after) for key in kept]
    caption = t("line.levels_caption" if kept else "line.levels_none")
    return Chart(finding, figure, caption, head, rows)


def _buffer_row(of: Ran, key: str, after: Any) -> list[str]:
    room, (time, value) = places(of.line, key), of.past.queues[key]
    mean = mean_in((time, value), after)[0]
    if room is None:
        return [key, UNKNOWN, number(mean, 1), UNKNOWN]
    full = mean_in((time, (value >= room).astype(float)), after)[0]
    return [key, str(room), number(mean, 1), f"{100 * full:.0f} %"]
