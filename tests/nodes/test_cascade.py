"""A small model before a large one: what it lets through, what both cost, and what is refused."""

from pathlib import Path

import pytest

from tests.nodes.test_node import accelerometer, node
from tests.nodes.test_placement import ran
from twin.errors import BadInput
from twin.kpi import compute
from twin.nodes import cascade
from twin.nodes.budget import budgets
from twin.nodes.node import Verdict
from twin.scenario import load
from twin.simulate import simulate

SHIPPED = Path(__file__).resolve().parents[2] / "scenarios" / "cascade.toml"
GATE = 'model = "tool"\ngate = "anomaly"'


@pytest.fixture(scope="module")
def shipped():
    scenario = load(SHIPPED)
    facts = simulate(scenario)
    return facts, compute(scenario, facts)


def test_the_shipped_cascade_saves_energy_at_the_same_recall(shipped):
    _, kpis = shipped
    assert kpis["cascaded.energy"] < 0.4 * kpis["always.energy"]
    assert kpis["cascaded.recall"] >= kpis["always.recall"] - 1.0
    assert kpis["cascaded.gate_recall"] >= 99.0
    assert kpis["cascaded.alarms"] == kpis["always.alarms"]


def test_what_is_let_through_costs_both_stages_and_the_rest_the_first_alone(shipped):
    facts, kpis = shipped
    rows = {}
    for row in facts.inferences:
        rows.setdefault(row.source, {})[row.time] = row
    gated = [e for e in facts.events if e.source == "cascaded" and e.name == "gated"]
    assert len(gated) == len(rows["always"])
    passed = sum(
        e.source == "cascaded" and e.name in {"passed_faulty", "passed_sound"} for e in facts.events
    )
    both = 0
    for event in gated:
        whole, alone = rows["cascaded"][event.time], rows["always"][event.time]
        if whole.energy == pytest.approx(event.value):
            assert whole.label in {"normal", "idle", "bad"}
        else:
            both += 1
            assert whole.energy == pytest.approx(event.value + alone.energy)
            assert whole.label == alone.label
    assert both == passed
    assert kpis["cascaded.gate_passed"] == pytest.approx(100.0 * passed / len(gated))
    assert kpis["cascaded.gate_energy"] == pytest.approx(sum(event.value for event in gated))


def test_loading_weights_costs_what_was_planned(shipped):
    _, kpis = shipped
    # 70 · 48 + 48 · 7 weights, four bytes of bias and eight of factor for 55 channels, at 20 MB/s,
    # in two segments of 10 µs each.
    assert kpis["loaded.load_time"] == pytest.approx((3360 + 336 + 12 * 55) / 20e6 * 1e3 + 0.02)
    assert kpis["loaded.energy"] - kpis["always.energy"] == pytest.approx(
        kpis["loaded.load_energy"]
    )
    assert kpis["loaded.recall"] == kpis["always.recall"]


def test_only_what_the_first_stage_lets_through_goes_up():
    _, kpis = ran(
        2,
        all='model = "tool"\nplace = "gateway"\nlink = "wifi"',
        some=GATE + '\nplace = "gateway"\nlink = "wifi"\ngate_score = 100',
    )
    assert kpis["some.gate_passed"] < 100.0
    assert kpis["some.uplink"] < kpis["all.uplink"]
    assert kpis["all.energy"] < kpis["some.energy"]


def test_suspicion_is_what_is_left_of_the_sound_classes():
    seen = Verdict("normal", 0.6, {"normal": 0.6, "abnormal": 0.4})
    assert cascade.opens(seen, 0.4)
    assert not cascade.opens(seen, 0.41)
    assert not cascade.opens(Verdict("idle", 1.0), 0.0)


def test_both_models_take_of_the_board():
    device = accelerometer()
    first, second = node(device, model="anomaly"), node(device, model="tool")
    one = budgets(first.card, first.board)
    two = budgets(second.card, second.board)
    both = budgets(second.card, second.board, first=first.card)
    assert both[0].used == one[0].used + two[0].used
    assert both[1].used == max(one[1].used, two[1].used)
    assert both[2].used == pytest.approx(one[2].used + two[2].used)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ('gate = "anomali"', r"node\.two\.gate.*did you mean 'anomaly'"),
        ('gate = "anomaly"\nwake = "change"', r"node\.two\.wake.*one first stage"),
    ],
)
def test_a_gate_that_cannot_be_is_refused(more, message):
    with pytest.raises(BadInput, match=message):
        ran(1, two=more)
