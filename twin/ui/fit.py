"""Does it fit? What a model takes of a board, in numbers and in bars against the board's limits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from twin.errors import BadInput
from twin.nodes.boards import BOARDS, Board
from twin.nodes.budget import Budget, budgets
from twin.nodes.cost import inference_time, run_time
from twin.nodes.energy import YEAR, battery_life, cycle
from twin.nodes.library import Card
from twin.nodes.segments import External, plan
from twin.ui import names
from twin.ui.components.frame import aria, mark
from twin.ui.i18n import t
from twin.ui.wording import number, prefixed

CELL = 2.6 * 3600.0 * 3.6  # AA lithium thionyl chloride, 2.6 Ah at 3.6 V [J]
LOSS = 0.01  # of its charge, each year [1/a]
SHELF = 10.0  # makers promise no more [a]
WANTED = YEAR  # how long a cell should last; assumption [s]
UNITS = {"B": (1.0, "B", 0), "s": (1e3, "ms", 2), "W": (1e6, "µW", 0)}


@dataclass(frozen=True, slots=True)
class Take:
    """What one window costs on a board: time [s], energy [J]; power at a period [W]."""

    board: Board
    budgets: tuple[Budget, ...]
    latency: float
    energy: float
    power: float

    @property
    def fits(self) -> bool:
        """Whether every budget of the board holds; power is only a wish."""
        return all(holds(budget) for budget in self.budgets)

    @property
    def years(self) -> float:
        """How long a cell lasts at that power [a]."""
        if not math.isfinite(self.power):
            return math.nan
        return battery_life(CELL, self.power, self_discharge=LOSS) / YEAR


def holds(budget: Budget) -> bool:
    """Whether a budget is kept."""
    return budget.used <= budget.allowed and math.isfinite(budget.used)


def take(
    card: Card,
    board: Board,
    period: float,
    first: Card | None = None,
    external: External | None = None,
) -> Take:
    """Return what a model takes of a board that looks at a window every ``period`` [s].

    ``first``: model of a first stage; time and energy are those of a window that both look at.
    ``external``: flash from which the weights are loaded. Power is that of the board without its
    sensor; not a number when the period is too short.
    """
    loaded = None if external is None else plan(card, board, external)
    latency = window_time(card, board) + (loaded.loading if loaded else 0.0)
    latency += window_time(first, board) if first else 0.0
    energy = latency * board.active_power + (loaded.reading if loaded else 0.0)
    try:
        power = cycle(board, latency, period, sensor_on=0.0).board_power
        power += loaded.reading / period if loaded else 0.0
    except BadInput:
        power = math.nan
    return Take(board, budgets(card, board, first=first, plan=loaded), latency, energy, power)


def window_time(card: Card, board: Board) -> float:
    """Time of features and model for a window [s]."""
    return run_time(card.front.instructions, board) + inference_time(card.layers, board)


def all_boards(
    card: Card, period: float, first: Card | None = None, external: External | None = None
) -> list[Take]:
    """Return what a model takes of every board."""
    return [take(card, board, period, first, external) for board in BOARDS.values()]


def wish(found: Take) -> Budget:
    """The power at which a cell lasts as long as it should."""
    allowed = CELL / WANTED - LOSS * CELL / YEAR
    return Budget("power", found.power, allowed, "W", "")


def amount(value: float, unit: str) -> str:
    """Return a figure with its unit as people read it: kB, ms, µW.

    >>> amount(168016.0, "B"), amount(0.0123, "s"), amount(80.0, "B")
    ('168 kB', '12.30 ms', '80 B')
    """
    if unit == "B" and value >= 10_000:
        return f"{number(value / 1e3, 0)} kB"
    factor, name, places = UNITS[unit]
    return f"{number(value * factor, places)} {name}" if math.isfinite(value) else "–"


def lasting(years: float) -> str:
    """Return how long a cell lasts; beyond its shelf life nobody knows."""
    if not math.isfinite(years):
        return "–"
    if years > SHELF:
        return t("nodes.over_years", n=number(SHELF, 0))
    return t("nodes.years", n=number(years, 1))


def bars(found: Sequence[Budget]) -> Component:
    """Return one bar a budget: what is used of what is allowed, and what takes most of it."""
    return html.Ul([html.Li(_bar(budget)) for budget in found], className="budgets plain")


def _bar(budget: Budget) -> list[Component]:
    share = budget.used / budget.allowed if math.isfinite(budget.used) else 1.0
    kept = holds(budget)
    name = t(f"nodes.{budget.name}")
    said = t("nodes.of", used=amount(budget.used, budget.unit),
             allowed=amount(budget.allowed, budget.unit))  # fmt: skip
    width = f"{100.0 * min(share, 1.0):.2f}%"
    sign = mark("amber" if budget.name == "power" else "red", t("nodes.too_much"))
    over = [] if kept else [sign]
    most = t("nodes.power_limit")
    if budget.culprit:
        most = t("nodes.most", what=names.culprit(budget.culprit))
    return [
        html.Div([html.Span(name, className="strong"), html.Span([said, " ", *over])],
                 className="budget-words"),
        html.Div(html.Div(style={"width": width}), className="budget" + ("" if kept else " over"),
                 role="meter",
                 **aria(label=name, valuemin="0", valuemax="100",
                        valuenow=f"{100.0 * min(share, 1.0):.0f}", valuetext=said)),
        html.P(most, className="quiet small"),
    ]  # fmt: skip


def boards_table(found: Sequence[Take], chosen: str = "") -> Component:
    """Return the boards side by side; the ``chosen`` one is marked."""
    columns = ("board", "fits", "flash", "memory", "time", "latency", "energy", "power", "battery")
    head = html.Tr([html.Th(t(f"nodes.col_{name}"), scope="col") for name in columns])
    rows = [_board(one, one.board.name == chosen) for one in found]
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="figures boards")
    return html.Div(table, className="table-wide", tabIndex=0, role="region",
                    **aria(label=t("nodes.boards_noun")))  # fmt: skip


def _board(found: Take, chosen: bool) -> Component:
    flash, memory, time = found.budgets
    broken = [t(f"nodes.{b.name}") for b in found.budgets if not holds(b)]
    verdict = mark("red", ", ".join(broken)) if broken else html.Span(t("nodes.fits"))
    title: list[Component | str] = [found.board.title]
    if chosen:
        title.append(html.Span(t("nodes.this_one"), className="tag"))
    assumed = found.board.assumption
    note = t("nodes.assumed", what=assumed) if assumed else found.board.source
    under = html.Span(
        f"{found.board.core}, {found.board.clock / 1e6:.0f} MHz", className="of small"
    )
    name = html.Th([*_spaced(title), under], scope="row", title=note)
    cells = [
        *(amount(b.used, b.unit) for b in (flash, memory, time)),
        f"{number(found.latency * 1e3, 1)} ms",
        prefixed(found.energy, "J"),
        amount(found.power, "W"),
        lasting(found.years),
    ]
    return html.Tr([name, html.Td(verdict, className="said"), *(html.Td(cell) for cell in cells)])


def _spaced(parts: Sequence[Component | str]) -> list[Component | str]:
    return [piece for part in parts for piece in (part, " ")][:-1]
