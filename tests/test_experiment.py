"""Experiments: intervals that cover, differences on common luck, results stored once."""

from __future__ import annotations

import numpy as np
import pytest

from twin import experiment, store
from twin.errors import BadInput
from twin.experiment.stored import compare_stored
from twin.scenario import Scenario, load, parse
from twin.statistics import difference, estimate, one_sided


def mill(**settings: object):
    table = {"kind": "cnc", **settings}
    return parse({"horizon": "4 h", "seed": 3, "plant": {"mill": table}}, "test")


def test_an_interval_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(1)
    covered = 0
    for _ in range(2000):
        found = estimate(list(rng.normal(10, 3, 8)))
        covered += found.low <= 10 <= found.high
    assert 0.935 <= covered / 2000 <= 0.965


def test_one_run_has_no_interval():
    found = estimate([3.0])
    assert (found.value, found.low, found.high) == (3.0, None, None)
    assert estimate([float("nan")]).value is None


def test_verdicts_follow_the_better_direction():
    base = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    higher = [2.0, 3.1, 4.0, 5.1, 6.0, 7.2]
    assert difference(base, higher, "more").verdict == "better"
    assert difference(base, higher, "less").verdict == "worse"
    noisy = difference(base, [4.0, 1.0, 5.0, 2.0, 9.0, 4.0], "more")
    assert noisy.verdict == "cannot tell"
    assert noisy.more_runs > 0
    same = difference(base, base, "more")
    assert (same.verdict, same.p_better, same.more_runs) == ("cannot tell", 0.5, None)


def test_a_verdict_is_wrong_as_rarely_as_it_says():
    rng = np.random.default_rng(2)
    verdicts = [
        difference(list(rng.normal(0, 1, 10)), list(rng.normal(0, 1, 10)), "more").verdict
        for _ in range(2000)
    ]
    wrong = sum(verdict != "cannot tell" for verdict in verdicts) / 2000
    assert 0.03 <= wrong <= 0.07


def test_common_luck_narrows_a_difference():
    stations = {f"s{i}": {"cycle_time": 1, "cycle_spread": 1, "buffer": 5} for i in range(5)}
    table = {"kind": "line", "stations": stations}
    document = {"horizon": "4000 s", "warmup": "400 s", "seed": 1, "plant": {"l": table}}
    base = parse(document, "x")
    candidate = base.with_values({"l.stations.s2.buffer": 6})
    n = 12
    first, _ = experiment.replicate(base, n)
    second, _ = experiment.replicate(candidate, n)
    other, _ = experiment.replicate(candidate.with_values({"seed": 99}), n)
    kpi = "l.throughput"
    paired = np.var(np.subtract(second[kpi], first[kpi]), ddof=1)
    independent = np.var(np.subtract(other[kpi], first[kpi]), ddof=1)
    assert independent / paired > 20


def test_the_same_question_is_computed_once():
    first = experiment.run(mill(), replications=3)
    again = experiment.run(mill(), replications=3)
    assert not first.cached
    assert again.cached
    assert again.document() == first.document()
    assert not experiment.run(mill(), replications=4).cached
    assert len(store.list_runs()) == 2


def test_workers_change_nothing():
    for engine in ("simpy", "fast"):
        one, _ = experiment.replicate(mill(), 4, engine=engine)
        two, _ = experiment.replicate(mill(), 4, workers=2, engine=engine)
        assert one == two


def test_a_stored_run_gives_back_its_facts_and_kpis(scenarios):
    scenario = load(scenarios / "spindle.toml").with_values({"horizon": "30 min"})
    result = experiment.run(scenario, replications=1)
    facts = store.get_run(result.run_id).facts()
    assert facts.blocks
    assert facts.inferences
    from twin.kpi import compute

    again = compute(scenario, facts)
    for path, values in result.values.items():
        assert again[path] == pytest.approx(values[0], nan_ok=True)


def certain(band: float = 21.0) -> Scenario:
    zone = {"floor_area": 50, "envelope": 40, "heating_setpoint": band}
    house = {"kind": "building", "zones": {"room": zone}, "outdoor_mean": 5}
    return parse({"horizon": "48 h", "replications": 1, "plant": {"house": house}}, "test")


def test_one_pair_is_a_verdict_where_nothing_is_left_to_chance():
    found = experiment.compare(certain(), certain(19.0))
    assert found.base.replications == 1
    heat = found.differences["house.heating_load"]
    assert (heat.verdict, heat.more_runs, heat.low) == ("better", None, heat.value)
    assert found.document()["base"]["left_to_chance"] is False
    again = experiment.compare(certain(19.0), certain()).differences["house.heating_load"]
    assert again.verdict == "worse"
    same = experiment.compare(certain(), certain()).differences["house.heating_load"]
    assert (same.verdict, same.value) == ("cannot tell", 0.0)
    told = compare_stored(found.base.run_id, found.candidate.run_id)["difference"]["kpis"]
    assert told["house.heating_load"]["verdict"] == "better"


def test_one_pair_is_none_where_there_is_luck(scenarios):
    base = load(scenarios / "mill.toml")
    found = experiment.compare(base, base.with_values({"mill.cutting_speed": 165}), replications=1)
    assert {one.verdict for one in found.differences.values()} == {"cannot tell"}


def test_compare_reports_every_shared_kpi_and_what_changed():
    found = experiment.compare(mill(), mill(cutting_speed=150), replications=6)
    assert found.changed == {"mill.cutting_speed": (180, 150)}
    assert set(found.differences) == set(found.base.values)
    assert found.differences["mill.throughput"].verdict == "worse"


def test_an_expectation_needs_its_confidence():
    scenario = parse(
        {"horizon": "4 h", "plant": {"mill": {"kind": "cnc"}}, "expect": [
            {"kpi": "mill.throughput", "at_least": 1, "confidence": 0.95},
            {"kpi": "mill.throughput", "at_most": 1},
            {"kpi": "mill.cycle_time", "at_most": "3 min/part"},
        ]}, "x")  # fmt: skip
    many = experiment.run(scenario, replications=5)
    assert [j.passed for j in many.judgements] == [True, False, True]
    assert "above 1 parts/h" in many.judgements[1].reason
    one = experiment.run(scenario, replications=1)
    assert [j.passed for j in one.judgements] == [False, False, True]
    assert "one run cannot show it" in one.judgements[0].reason


def test_one_sided_bounds_hold_as_often_as_they_say():
    rng = np.random.default_rng(4)
    bounds = [one_sided(list(rng.normal(0, 1, 6)), 0.9) for _ in range(3000)]
    assert np.mean([high >= 0 for _low, high in bounds]) == pytest.approx(0.9, abs=0.02)
    assert np.mean([low <= 0 for low, _high in bounds]) == pytest.approx(0.9, abs=0.02)


def test_a_sweep_resumes_where_it_was_stopped():
    axes = [experiment.read_axis("mill.cutting_speed=140:180:3")]
    done: list[int] = []
    from twin.simulate import Cancelled

    with pytest.raises(Cancelled):
        experiment.sweep(
            mill(), axes, replications=2,
            on_progress=lambda n, _of: done.append(n), cancelled=lambda: len(done) >= 2,
        )  # fmt: skip
    points = experiment.sweep(mill(), axes, replications=2)
    assert [result.cached for _values, result in points] == [True, True, False]


def test_both_engines_give_the_same_answer():
    simpy, fast = (experiment.run(mill(), replications=3, engine=e) for e in ("simpy", "fast"))
    assert (simpy.engine, fast.engine) == ("simpy", "fast")
    for path, values in simpy.values.items():
        assert fast.values[path] == pytest.approx(values, rel=1e-12, nan_ok=True), path
    again = experiment.run(mill(), replications=3, engine="fast")
    assert again.cached
    assert again.engine == "fast"


def test_bad_questions_are_refused():
    with pytest.raises(BadInput, match="auto, simpy, fast"):
        experiment.run(mill(), engine="warp")
    with pytest.raises(BadInput, match="allowed 1 or more"):
        experiment.run(mill(), replications=0)
    with pytest.raises(BadInput, match="PATH=LO:HI:N"):
        experiment.read_axis("mill.cutting_speed=1:2")


def test_where_nothing_is_left_to_chance_one_run_stands_for_all(monkeypatch):
    from twin.experiment import work

    hall = parse(
        {"horizon": "6 h", "plant": {"hall": {"kind": "building", "zones": {"a": {}}}}}, "test"
    )
    peopled = hall.with_values({"hall.control": "predictive"})
    assert (hall.has_luck, peopled.has_luck) == (False, True)
    seeds = []

    def simulated(scenario, *, seed, **rest):
        seeds.append(seed)
        return work_simulate(scenario, seed=seed, **rest)

    work_simulate = work.simulate
    monkeypatch.setattr(work, "simulate", simulated)
    values, facts = experiment.replicate(hall, 4)
    assert len(seeds) == 1
    assert all(len(set(map(repr, row))) == 1 and len(row) == 4 for row in values.values())
    assert facts.end == 6 * 3600.0
