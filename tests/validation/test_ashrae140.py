"""ASHRAE Standard 140-2020: every load, peak and temperature within the six reference programs."""

from __future__ import annotations

from twin.validation import judge
from twin.validation.houses import houses


def test_every_result_is_within_the_span_of_the_reference_programs(recordings):
    outcomes = [judge(check) for check in houses(recordings)]
    assert len(outcomes) == 15
    assert [outcome for outcome in outcomes if not outcome.passed] == []
