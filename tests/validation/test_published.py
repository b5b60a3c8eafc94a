"""The twin against published numbers and recordings: every check of the validation report."""

from __future__ import annotations

import pytest

from twin.validation import judge, published, recorded


@pytest.mark.parametrize("check", list(published()), ids=lambda check: check.name)
def test_published_number(check):
    outcome = judge(check)
    assert outcome.passed, (
        f"{outcome.name}: got {outcome.got:.6g} {outcome.unit}, "
        f"{outcome.source} says {outcome.expected:.6g} ± {outcome.tolerance:.2g}"
    )


def test_recordings(recordings):
    checks = list(recorded(recordings))
    assert len(checks) >= 6
    failed = [outcome for check in checks if not (outcome := judge(check)).passed]
    assert not failed
