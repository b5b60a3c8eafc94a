"""``forecast_shop``: what the controller counts, what the twin then does, and never the truth."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.forecast.command import run
from twin.errors import BadInput
from twin.forecast.duty import duties, run_to, spindle_source
from twin.forecast.policy import play
from twin.forecast.shop import default_now, forecast_shop
from twin.forecast.shop_backtest import backtest_shop, lives_of
from twin.forecast.shop_document import shop_document
from twin.forecast.state import estimate
from twin.forecast.toolhistory import InUse, follow
from twin.forecast.toolkind import tool_kinds
from twin.records import Facts, Inference, Sample, State
from twin.rng import replication_seed, stream
from twin.scenario import Scenario, load, parse
from twin.simulate import Cancelled, build, simulate

H = 3600.0


def mill(**values: object) -> Scenario:
    table = {"kind": "cnc", **values}
    return parse({"horizon": "48 h", "seed": 3, "plant": {"mill": table}}, "test")


def programme(scenarios: Path) -> Scenario:
    return load(scenarios / "programme.toml")


@pytest.mark.parametrize("hours", [0.0, 1.3, 7.99, 14.2, 30.7])
@pytest.mark.parametrize("name", ["mill", "programme", "cell"])
def test_minutes_and_numbers_are_those_of_the_controller(
    hours: float, name: str, scenarios: Path
) -> None:
    running, facts = run_to(load(scenarios / f"{name}.toml"), hours * H, sense=False)
    kinds = tool_kinds(running)
    tools, _ = follow(facts, "mill", [k.source for k in kinds], spindle_source(running, "mill"))
    for kind in kinds:
        real = running.world.assets["mill"].groups[kind.name].tool  # type: ignore[attr-defined]
        got = tools[kind.source]
        assert got.number == real.number or got.broken
        # The twin books a cut when it ends: within one part
        ahead = got.cut_min - real.cutting_time / 60
        assert -1e-6 <= ahead <= kind.part_min + 1e-6 or got.broken


def blind(facts: Facts) -> Facts:
    """The rows with every true wear replaced."""
    samples = [row._replace(value=9.9) if row.channel == "wear" else row for row in facts.samples]
    events = [
        row._replace(value=9.9) if row.name in {"wear_at_change", "tool_break"} else row
        for row in facts.events
    ]
    return replace(facts, samples=samples, events=events)


def test_the_truth_is_never_read(scenarios: Path) -> None:
    running, facts = run_to(programme(scenarios), 14.2 * H, sense=False)
    sources = [k.source for k in tool_kinds(running)]
    spindle = spindle_source(running, "mill")
    assert follow(blind(facts), "mill", sources, spindle) == follow(facts, "mill", sources, spindle)


def verdicts(*said: tuple[float, str]) -> Facts:
    """One tool that cuts from 0 to 30 min, and what a node said at some minutes."""
    return Facts(
        end=1800.0,
        states=[State(0.0, "mill", "cutting")],
        samples=[
            Sample(0.0, "mill", "tool", 1.0),
            *(Sample(60.0 * m, "mill", "wear", 0.0) for m in (0, 10, 20, 30)),
        ],
        inferences=[Inference(60.0 * m, "eye", label, 0.9, 0.0, 0.0, False) for m, label in said],
    )


def test_verdicts_go_to_the_tool_that_was_cutting() -> None:
    facts = verdicts((5, "normal"), (15, "idle"), (25, "worn"))
    tool = follow(facts, "mill", ["mill"], "mill", ["eye"])[0]["mill"]
    assert tool.cut_min == pytest.approx(30.0)
    assert tool.verdicts == [(pytest.approx(5.0), False), (pytest.approx(25.0), True)]
    assert follow(facts, "mill", ["mill"], "mill")[0]["mill"].verdicts == []
    worn = verdicts((5, "worn"))
    new_tool = Sample(600.0, "mill", "tool", 2.0)
    changed = replace(worn, samples=[*worn.samples[:3], new_tool, *worn.samples[3:]])
    assert follow(changed, "mill", ["mill"], "mill", ["eye"])[0]["mill"].verdicts == []


def test_a_node_that_says_worn_makes_a_tool_more_worn() -> None:
    kind = tool_kinds(build(mill(), sense=False))[0]
    base = InUse(cut_min=70.0)
    wear = [
        kind.wear_mm(estimate(kind, t, stream(1, "t"), 2000).damage).mean()
        for t in (
            replace(base, verdicts=[(69.0, False)]),
            base,
            replace(base, verdicts=[(69.0, True)]),
        )
    ]
    assert wear == sorted(wear)
    assert wear[2] > 1.1 * wear[0]


def test_a_node_that_knows_no_worn_tool_says_nothing_of_wear(scenarios: Path) -> None:
    """The cell's node looks for bearing faults: with it and without it, the same forecast."""
    cell = load(scenarios / "cell.toml")
    without = parse({k: v for k, v in cell.document.items() if k not in {"node", "expect"}}, "test")
    told = [forecast_shop(s, replications=1).tools[0].forecast for s in (cell, without)]
    assert told[0].remaining_min == told[1].remaining_min


def test_a_long_simulation_can_be_stopped_before_its_first_future_is_done() -> None:
    told: list[int] = []

    def stop(done: int, total: int) -> None:
        told.append(done)
        raise Cancelled

    with pytest.raises(Cancelled):
        forecast_shop(mill(), now=72 * H, on_progress=stop)
    assert told == [0]


def test_stopping_by_the_day_changes_nothing() -> None:
    whole = forecast_shop(mill(), now=50 * H, hours=1, replications=1)
    days = forecast_shop(mill(), now=50 * H, hours=1, replications=1, on_progress=lambda *_: None)
    assert whole.tools[0].forecast.remaining_min == days.tools[0].forecast.remaining_min
    assert (whole.tools[0].duty.minutes == days.tools[0].duty.minutes).all()


def test_workers_change_nothing() -> None:
    one, two = (forecast_shop(mill(), hours=4, replications=2, workers=w) for w in (1, 2))
    assert (one.tools[0].duty.minutes == two.tools[0].duty.minutes).all()
    assert one.tools[0].p_break_policy == two.tools[0].p_break_policy


def test_inspections_sharpen_the_belief_and_bands_hold_the_truth() -> None:
    inside, narrower = [], []
    for seed in range(60):
        scenario = mill(change_policy="never", inspect_every=12, break_rate=0).with_values(
            {"seed": seed}
        )
        running, facts = run_to(scenario, 0.7 * H, sense=False)
        kind = tool_kinds(running)[0]
        tool = follow(facts, "mill", ["mill"], "mill")[0]["mill"]
        assert tool.readings
        told = [
            kind.wear_mm(estimate(kind, t, stream(seed, "t"), 1000).damage)
            for t in (tool, replace(tool, readings=[]))
        ]
        true = 1e3 * running.world.assets["mill"].tool.flank_wear  # type: ignore[attr-defined]
        low, high = np.quantile(told[0], (0.05, 0.95))
        inside.append(low - 0.004 <= true <= high + 0.004)
        narrower.append(np.std(told[0]) < np.std(told[1]))
    assert np.mean(inside) >= 0.85
    assert np.mean(narrower) > 0.9


POLICIES = [
    {"change_policy": "fixed_life"},
    {"change_policy": "never"},
    {"change_policy": "wear_limit"},
    {"change_policy": "forecast", "inspect_every": 15},
    {"change_policy": "forecast"},
    {"change_policy": "shift_end", "change_after": 90, "shifts_per_day": 2, "reference_life": 150},
    {"change_policy": "fixed_life", "time_to_failure": 4, "used_life": 0.5},
    {"change_policy": "never", "break_gain": 0, "break_rate": 0.3, "used_life": 2},
]


@pytest.mark.parametrize("policy", POLICIES)
def test_changes_and_breaks_are_those_of_the_twin(policy: dict[str, object]) -> None:
    scenario = mill(**policy)
    kind = tool_kinds(build(scenario, sense=False))[0]
    duty = duties(scenario, [kind], 0.0, 48.0, 8)["mill"]
    rng = stream(1, "tests.policy")
    belief = estimate(kind, InUse(), rng, 2000)
    got = play(kind, InUse(), belief, duty, 0.0, 48.0, rng)
    counts = []
    for index in range(100, 116):
        facts = simulate(scenario, seed=replication_seed(3, index), sense=False)
        rows = [e.name for e in facts.events]
        counts.append((rows.count("tool_change"), rows.count("tool_break")))
    for mine, theirs in zip((got.changes, got.breaks), np.array(counts).T, strict=True):
        error = np.hypot(theirs.std() / 4, mine.std() / 40)
        assert mine.mean() == pytest.approx(theirs.mean(), abs=3.2 * error + 0.015 * mine.mean())


def test_p1_needs_the_policy_not_and_p2_does() -> None:
    never, early = (
        forecast_shop(mill(change_policy="fixed_life", change_after=minutes), hours=1).tools[0]
        for minutes in (5000, 8)
    )
    assert never.p_fail.value == pytest.approx(never.forecast.p_fail)
    assert early.p_break_policy.value < never.p_break_policy.value
    assert early.changes.value > 5 * never.changes.value
    assert early.spares >= early.changes_high


def test_nothing_to_cut_nothing_to_fear() -> None:
    """At the start of the free hours of a machine of one short shift, and for those hours only."""
    scenario = mill(shift_length=4, shifts_per_day=1)
    tool = forecast_shop(scenario, now=4.5 * H, hours=10).tools[0]
    assert tool.p_fail.value == pytest.approx(0.0, abs=1e-9)
    assert tool.forecast.p_fail_48h > 0.9
    assert tool.best_change_h > 19


def test_several_machines_and_a_second_changes_nothing_of_the_first() -> None:
    document = {"horizon": "8 h", "seed": 3, "plant": {"a": {"kind": "cnc"}}}
    alone = forecast_shop(parse(document, "test"))
    document["plant"] = {"a": {"kind": "cnc"}, "b": {"kind": "cnc", "cutting_speed": 220}}
    both = forecast_shop(parse(document, "test"))
    assert [t.forecast.tool for t in both.tools] == ["a", "b"]
    assert shop_document(both)["tools"][0].keys() == shop_document(alone)["tools"][0].keys()
    assert both.tools[0].forecast.remaining_min == alone.tools[0].forecast.remaining_min
    assert both.tools[0].p_break_policy == alone.tools[0].p_break_policy


def test_now_is_the_end_of_the_warm_up_or_the_middle() -> None:
    assert default_now(mill()) == 24 * H
    assert default_now(mill().with_values({"warmup": "2 h"})) == 2 * H


def test_without_a_machine_it_says_so() -> None:
    hall = {"kind": "building", "zones": {"office": {}}}
    with pytest.raises(BadInput, match="no machine with tools"):
        forecast_shop(parse({"plant": {"hall": hall}}, "test"))


def test_a_moment_of_change_is_the_end_of_a_part_or_of_a_shift() -> None:
    told = forecast_shop(mill(change_policy="fixed_life"), now=4 * H, hours=10, replications=1)
    tool = told.tools[0]
    names = [option.name for option in tool.advice.options]
    assert names[0] == "now"
    assert names[-1] == "run on"
    assert set(names[1:-1]) <= {"shift end", "part end"}
    ends = [o.ahead_min for o in tool.advice.options if o.name == "part end"]
    best = tool.forecast.best_change_min
    assert len(ends) == 2
    assert ends[0] <= best <= ends[1]
    assert ends[1] - ends[0] == pytest.approx(tool.kind.part_min)
    parts = (tool.forecast.now_min + np.array(ends)) / tool.kind.part_min
    assert parts == pytest.approx(np.round(parts))
    assert tool.advice.best.regret < tool.advice.named("now").regret  # type: ignore[union-attr]


def test_p1_crosses_a_half_when_half_of_the_futures_have_failed() -> None:
    scenario = mill(change_policy="never")
    tool = forecast_shop(scenario, now=2 * H, replications=3).tools[0]
    assert 0 < tool.half_h < 48
    at = forecast_shop(scenario, now=2 * H, hours=tool.half_h, replications=3).tools[0]
    assert at.p_fail.value == pytest.approx(0.5, abs=0.05)


def test_without_breakage_nothing_breaks_and_tools_last_longer() -> None:
    with_, without = (
        forecast_shop(mill(), now=2 * H, hours=2, breakage=b, replications=2).tools[0]
        for b in (True, False)
    )
    assert without.p_break_policy.value == 0.0
    assert without.p_this_breaks == 0.0
    assert without.forecast.remaining_min.p50 > with_.forecast.remaining_min.p50
    assert without.p_fail.value < with_.p_fail.value


def test_past_forecasts_of_a_twins_tools_are_calibrated() -> None:
    scenario = mill(inspect_every=15, break_rate=0.2)
    past = backtest_shop(scenario, replications=2)
    assert past.tools >= 20
    assert past.coverage(0.9) == pytest.approx(0.9, abs=0.1)
    assert past.below()[3] == pytest.approx(0.5, abs=0.15)
    assert past.skill > 0
    assert past.life.cra is not None


def test_lives_are_those_that_the_twin_gave() -> None:
    """Minutes cut by each tool that came out, and the wear it came out with."""
    running = build(mill(change_policy="fixed_life"), sense=False)
    running.advance(20 * H)
    facts = running.finish()
    lived = lives_of(facts, "mill", ["mill"], "mill")["mill"]
    out = [(e.value, e.subject) for e in facts.events if e.name == "tool_change"]
    worn = [1e3 * e.value for e in facts.events if e.name == "wear_at_change"]
    assert [tool.total_min for tool in lived] == pytest.approx([s / 60 for s, _ in out])
    assert [tool.broke for tool in lived] == [why == "broken" for _, why in out]
    whole = [(t.wear_mm[-1], w) for t, w in zip(lived, worn, strict=True) if not t.broke]
    assert whole
    assert all(mine == pytest.approx(true) for mine, true in whole)


KEYS = {"tool", "vb_now_mm", "remaining_min", "p_fail_48h", "best_change_min", "cost_rate",
        "p1", "p2", "changes_48h", "spares_48h", "opportunities"}  # fmt: skip


def test_command_writes_the_same_document_twice(
    scenarios: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    file = str(scenarios / "programme.toml")
    for name in ("a", "b"):
        out = str(tmp_path / name)
        assert run(monkeypatch, file, "--at", "14.2 h", "-n", "3", "--json", out) == 0
    assert "P1(48 h)" in capsys.readouterr().out
    document = json.loads((tmp_path / "a").read_text())
    assert document == json.loads((tmp_path / "b").read_text())
    assert document["now_h"] == pytest.approx(14.2)
    assert [tool["tool"] for tool in document["tools"]] == ["mill.mill50", "mill.mill40"]
    for tool in document["tools"]:
        assert set(tool) >= KEYS
        assert tool["opportunities"]["options"][0]["name"] == "now"
        assert tool["opportunities"]["options"][-1]["name"] == "run on"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("MILL", "--at", "3 kg"), "--at = '3 kg'"),
        (("MILL", "--at", "-1 h"), "--at"),
        (("MILL", "--limit", "0.2"), "--limit: is not for a SCENARIO"),
        (("MILL", "--hours", "nan"), "--hours = nan: allowed"),
        (("MILL", "-n", "0"), "--replications = 0: allowed"),
        (("MILL", "--cost-change", "3"), "together"),
        (("MILL", "--curve", "x"), "no such tool"),
        (("MILL", "--wear", "example"), "not both"),
        (("missing.toml",), "missing.toml"),
        (("--wear", "example", "--at", "4 h"), "--at: is for a SCENARIO"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    words: tuple[str, ...], said: str, scenarios: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    file = str(scenarios / "mill.toml")
    assert run(monkeypatch, *(file if word == "MILL" else word for word in words)) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert said in lines[0]
