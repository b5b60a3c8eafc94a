"""How good forecasts of the remaining life were, as a table for people."""

from __future__ import annotations

from rich.console import Console

from twin.cli.output import number, table
from twin.forecast.life_scores import LifeScores


def print_life(people: Console, life: LifeScores) -> None:
    """Scores at shares of life, and over all."""
    if not life.forecasts:
        people.print("No tool reached its limit: nothing to score.")
        return
    rows = [
        (f"{s.share:.0%}", f"{s.alpha_lambda:.0%}", number(s.accuracy, 2), f"{s.mae_min:.3g}",
         f"{s.coverage_80:.0%}", str(s.n))
        for s in life.by_share
    ]  # fmt: skip
    columns = ("at share of life", "alpha-lambda", "accuracy", "MAE of time left", "in 80 %", "n")
    people.print(table("Remaining life, forecast from shares of life", columns, rows))
    without = f" Never at the limit: {', '.join(life.left_out)}." if life.left_out else ""
    people.print(
        f"Prognostic horizon {life.horizon:.0%} of life, CRA {number(life.cra, 2)}, "
        f"alpha-lambda {life.alpha_lambda:.0%} of forecasts.{without}",
        markup=False,
    )
