"""What a model's card says of how good it is: its tests side by side, and its confusion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from twin.cli import output
from twin.nodes.evaluate import ALARM_SCORE
from twin.nodes.inspection import TESTS
from twin.nodes.library import Card

Test = Mapping[str, Any]
CALLED = "a fault counts as an alarm when the model calls it"
SCORED = f"{CALLED} with a score of {ALARM_SCORE:g} or more"


def of(card: Card) -> dict[str, Test]:
    """Return the tests of a card that have figures, by name."""
    tests = card.document.get("tests", {})
    return {name: test for name, test in tests.items() if isinstance(test, Mapping) and test}


def leading(tests: Mapping[str, Test]) -> str:
    """Name the test with a confusion that says most: on real recordings or parts, else the first.

    >>> leading({"twin": {"confusion": [[1]]}, "recordings": {"confusion": [[1]]}})
    'recordings'
    """
    having = [name for name, test in tests.items() if test.get("confusion")]
    return next((name for name in (*TESTS, *having) if name in having), "")


def threshold(test: Test) -> dict[str, Any]:
    """Return from which score on a fault was an alarm in a test; none where the lead decides."""
    scored = "auroc" in test
    return {"alarm_score": ALARM_SCORE if scored else None, "alarm": SCORED if scored else CALLED}


def compared(tests: Mapping[str, Test]) -> Table:
    """Table of the tests: how often right, and false and missed alarms at the threshold."""
    rows = [
        (
            name.replace("_", " "),
            output.number(test.get("n"), 9),
            *(output.number(test.get(name)) for name in ("accuracy", "macro_f1", "macro_auroc")),
            *(percent(test.get(name)) for name in ("false_alarms", "missed_alarms")),
        )
        for name, test in tests.items()
    ]
    columns = ("test", "n", "accuracy", "macro F1", "macro AUROC", "false alarms", "missed alarms")
    return output.table("How good it was when tested", columns, rows)


def confusion(classes: Sequence[str], counts: Sequence[Sequence[int]], where: str = "") -> Table:
    """Table of windows by true class (row) and called class (column)."""
    rows = [
        (word, *(str(count) for count in line)) for word, line in zip(classes, counts, strict=True)
    ]
    title = "True class (row) by called class (column)" + (f", test {where}" if where else "")
    return output.table(title, ("", *classes), rows)


def tables(card: Card) -> list[Table | str]:
    """Return what people see of a card's tests, in order; nothing where it has none."""
    tests = of(card)
    name = leading(tests)
    if not name:
        return [compared(tests)] if tests else []
    test = tests[name]
    shown = confusion(test.get("classes", card.classes), test["confusion"], name.replace("_", " "))
    return [compared(tests), f"In the test {name.replace('_', ' ')}, {threshold(test)['alarm']}.",
            shown]  # fmt: skip


def percent(share: float | None) -> str:
    """Return a share in percent, two digits; unknown is ``–``."""
    return "–" if share is None else f"{100.0 * share:.2f} %"
