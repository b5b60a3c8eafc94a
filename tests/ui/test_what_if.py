"""What-if does not run, and does not ask for, what it has no result of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from twin import jobs
from twin.devices.embedded import prepare
from twin.devices.plant import of_declarations, read
from twin.errors import BadInput
from twin.ui import baseline, links
from twin.ui import draft as drafts
from twin.ui.context import Context, offer, shipped_files
from twin.ui.i18n import LANGUAGES, t, use_language
from twin.ui.pages import _what_if_request as asking
from twin.ui.pages import what_if
from twin.ui.pages._what_if_question import Question

SPEED = {"mill.cutting_speed": 200}


@pytest.fixture(autouse=True)
def home(twin_home: Path) -> Path:
    return twin_home


@pytest.fixture(scope="module")
def context() -> Context:
    return offer(shipped_files())


def question(context: Context, values: dict[str, Any], runs: int = 2) -> Question:
    return Question(baseline.now(context, "mill"), drafts.Draft(values), runs)


@pytest.mark.parametrize("asked", ["100000", "0", "1", "501", "-3", "x", "²", "9" * 400])
def test_the_number_of_runs_in_an_address_has_an_end(context: Context, asked: str) -> None:
    with pytest.raises(BadInput, match="allowed 2 to 500 runs here"):
        what_if.layout(links.View("what_if", "mill", {"n": (asked,)}), context)


def test_what_cannot_run_is_not_queued_and_says_why(context: Context) -> None:
    for found, words in (
        (question(context, {"mill.cutting_speed": 5000}), "Not run: Cutting speed"),
        (question(context, SPEED, 100_000), "2 to 500 runs"),
        (question(context, {"mill.axial_depth": 49}), "Not run"),
    ):
        assert what_if.answered(found, None, True, "") == ("", "stale")
        assert words in what_if.note(found, "stale", "")
    assert jobs.list_jobs() == []


def test_a_result_of_other_values_says_so(context: Context) -> None:
    found = question(context, SPEED)
    assert what_if.answered(found, what_if.Ids.DRAFT, False, "J") == ("J", "stale")
    assert "of other values" in what_if.note(found, "stale", "J")
    assert "Press Run" in what_if.note(found, "stale", "")
    assert what_if.note(found, "", "J") == ""


def done(found: Question) -> dict[str, str]:
    """The phase of this question's job once it is done; who computes it does not matter here."""
    return {"job": found.submit(), "state": "done"}


def test_a_change_is_asked_for_with_the_comparison_of_its_own_values_alone(
    context: Context,
) -> None:
    start = baseline.now(context, "mill")
    shown = done(question(context, SPEED))
    assert asking.request_body(start, SPEED, shown)[1]
    for values, phase in (
        ({"mill.cutting_speed": 210}, shown),
        (SPEED, {**shown, "state": "running"}),
        (SPEED, {}),
        (SPEED, done(question(context, {}))),
    ):
        body, ready = asking.request_body(start, values, phase)
        assert not ready
        assert "Run it first" in str(body)


def test_the_devices_of_another_plant_are_named(context: Context, home: Path) -> None:
    line = context.scenario("line")
    about = {"title": line.title, "site": line.header.site, "model": line.model_key}
    prepare(home, read(of_declarations(line.declarations(), **about)))
    start = baseline.now(context, "mill")
    body, ready = asking.request_body(start, SPEED, done(question(context, SPEED)))
    assert not ready
    assert line.title in str(body)


@pytest.mark.parametrize("tag", list(LANGUAGES))
def test_one_is_not_said_as_many(tag: str) -> None:
    use_language(tag)
    try:
        one, many = (t("overview.coming_rest", changes=n, breaks=n, span="8 h") for n in (1, 2))
        assert "{" not in one + many
        assert "|" not in one + many
        if tag == "en":
            assert "1 tool change and 1 break in" in one
            assert "2 tool changes and 2 breaks in" in many
    finally:
        use_language("en")


def test_a_word_brings_what_has_to_be_said_with_it(context: Context) -> None:
    scenario = context.scenario("pull")
    chosen = {"line.release": "arrivals"}
    assert drafts.faults(scenario, chosen)
    after = drafts.accompany(scenario, drafts.Draft(chosen), chosen)
    assert after.values == {**chosen, "line.interarrival_time": 60}
    assert drafts.faults(scenario, after.values) == {}
    assert drafts.changed(scenario, after.values) == after.values
    cards = {"line.release": "conwip"}
    assert "line.wip_limit" in drafts.accompany(scenario, drafts.Draft(cards), cards).values
    plain = drafts.Draft({"line.blocking": "before service"})
    assert drafts.accompany(scenario, plain, plain.values) is plain


def test_a_job_shop_opens_with_a_number_of_its_plant(context: Context) -> None:
    assert drafts.opening(context.scenario("jobshop")) == {"shop.stations.turning.servers": 2}
    assert list(drafts.opening(context.scenario("line"))) == ["mill.change_after"]
    for name in context.scenarios:
        (path,) = drafts.opening(context.scenario(name))
        assert "." in path, f"{name} opens with {path}, which is the run's own"
