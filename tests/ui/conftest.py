"""Answers of the forecast that the tests of the Tool wear page share."""

from __future__ import annotations

import pytest

from twin.forecast import question
from twin.forecast.planning import Planning
from twin.ui import wear_view as view
from twin.ui.wear_asked import Asked


@pytest.fixture(scope="module")
def document() -> dict:
    asked = Asked(planning=Planning(duty=2.0)).question()
    return view.with_limit(question.answer(asked, lambda _done, _total: None))


@pytest.fixture(scope="module")
def past() -> dict:
    asked = Asked(table="example-cuts").question(backtest=True)
    return question.answer(asked, lambda _done, _total: None)
