"""The wear law against the same thing written out in full, and against laws that are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from tests.forecast.simulated_tools import EXPONENTS, GROWTH, power_law
from twin.errors import BadInput
from twin.forecast import ToolRecord, fit, forecast
from twin.forecast.evidence import Fleet, fleet
from twin.forecast.fitting import WearLaw
from twin.forecast.law import (
    REPEATS,
    Hyper,
    block,
    fleet_design,
    fleet_prior,
    log_time,
    log_wear,
    matern,
    reading_sd,
    tool_covariance,
    tool_design,
)
from twin.forecast.paths import conditioned, correction, prior_curves
from twin.forecast.table import WearTable, record
from twin.rng import stream


@pytest.fixture(scope="module")
def table() -> WearTable:
    return power_law(12, readings=5)


@pytest.fixture(scope="module")
def law(table: WearTable) -> WearLaw:
    return fit(table)


def dense(law: WearLaw, table: WearTable) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Readings, mean and covariance of the whole table under the first draw, nothing clever."""
    hyper = law.hyper.take(np.array([0]))
    data = block(table.records, law.scale.settings)
    x, y = log_time(hyper, law.scale, data.time_min), log_wear(hyper, law.scale, data.vb_mm)
    H = fleet_design(hyper, law.scale, x, data.X)[0]
    mean, sd = fleet_prior(hyper, law.scale)
    part = tool_design(hyper, law.scale, x, data.X)
    own = tool_covariance(hyper, x, part, x, part)[0]
    T, N = data.time_min.shape
    flat = H.reshape(T * N, -1)
    noise = reading_sd(hyper, y)[0].ravel()
    covariance = flat @ np.diag(sd[0] ** 2) @ flat.T + np.diag(noise**2)
    for tool in range(T):
        part = slice(tool * N, (tool + 1) * N)
        covariance[part, part] += own[tool]
    return y[0].ravel(), flat @ mean, covariance


def test_evidence_is_the_density_of_all_readings(law: WearLaw, table: WearTable) -> None:
    y, mean, covariance = dense(law, table)
    change_of_variable = (-y - np.log(law.scale.vb_mm)).sum()
    expected = stats.multivariate_normal(mean, covariance).logpdf(y) + change_of_variable
    expected += 0.5 * len(y) * np.log(2 * np.pi)
    data = block(table.records, law.scale.settings)
    got = fleet(law.hyper.take(np.array([0])), law.scale, data).ln_evidence[0]
    assert got == pytest.approx(expected, rel=1e-8)


def test_padding_changes_nothing(law: WearLaw, table: WearTable) -> None:
    shorter = [replace(r, time_min=r.time_min[:n], vb_mm=r.vb_mm[:n])
               for r, n in zip(table.records, [5, 3, 1, 0] * 3, strict=True)]  # fmt: skip
    hyper, scale = law.hyper.take(np.array([0, 1])), law.scale
    together = fleet(hyper, scale, block(shorter, scale.settings))
    alone = block([r for r in shorter if r.n], scale.settings)
    assert together.ln_evidence == pytest.approx(fleet(hyper, scale, alone).ln_evidence)


def test_prior_curves_have_the_covariance_of_the_law(law: WearLaw) -> None:
    """Two points of the curves' own Matérn part, against its formula; 4 standard errors."""
    hyper = law.hyper.take(np.zeros(1, dtype=np.int64))
    few = replace(law, hyper=hyper, fleet=fleet_of_first(law))
    time_min = np.array([[2.0, 9.0, 30.0]])
    curves = prior_curves(few, time_min, np.zeros((1, law.scale.settings.width)),
                          stream(1, "tests.curves"), 40_000)  # fmt: skip
    x = curves.x
    part = tool_design(hyper, law.scale, x, np.zeros((1, law.scale.settings.width)))
    own = tool_covariance(hyper, x, part, x, part)[0, 0]
    root = curves.H[0, 0] @ few.fleet.root[0]
    expected = own + root @ root.T
    got = np.cov(curves.y[0, 0])
    error = np.sqrt((expected**2 + np.outer(np.diag(expected), np.diag(expected))) / 20_000)
    assert (np.abs(got - expected) < 4 * error).all()


def fleet_of_first(law: WearLaw) -> Fleet:
    return Fleet(law.fleet.mean[:1], law.fleet.root[:1], law.fleet.ln_evidence[:1])


@pytest.mark.parametrize("in_law", [True, False])
def test_conditioning_is_exact(law: WearLaw, table: WearTable, in_law: bool) -> None:
    """Mirrored draws have the exact conditional mean: compare it with Gaussian algebra."""
    r = table.records[0]
    data = block([r], law.scale.settings)
    ahead_min = np.array([[*r.time_min, r.now_min + 10.0, r.now_min + 30.0]])
    curves = prior_curves(law, ahead_min, data.X, stream(1, "tests.conditioning"), 2)
    at = np.arange(r.n)[None]
    if in_law:
        y = curves.y + conditioned(law, curves, data, at)
    else:
        c = correction(law, curves, data, at)
        y = curves.y + c.gain @ c.news
    part = tool_design(law.hyper, law.scale, curves.x, data.X)
    C = tool_covariance(law.hyper, curves.x, part, curves.x, part)[:, 0]
    if not in_law:
        half = (curves.H @ law.fleet.root[:, None])[:, 0]
        C = C + half @ np.swapaxes(half, -1, -2)
    mean = (curves.H[:, 0] @ law.fleet.mean[..., None])[..., 0]
    read = log_wear(law.hyper, law.scale, r.vb_mm)
    noisy = C[:, : r.n, : r.n] + reading_sd(law.hyper, read)[..., None] ** 2 * np.eye(r.n)
    gain = np.linalg.solve(noisy, (read - mean[:, : r.n])[..., None])
    expected = mean + (C[:, :, : r.n] @ gain)[..., 0]
    assert y[:, 0].mean(-1) == pytest.approx(expected, abs=1e-9)


def test_matern_is_the_textbook_formula() -> None:
    lag = np.array(1.3)
    r = np.sqrt(3.0) * 1.3 / 0.7
    assert matern(lag, np.array(2.0), np.array(0.7)) == pytest.approx(4 * (1 + r) * np.exp(-r))


def median_wear(law: WearLaw, time_min: float, **conditions: float | str) -> float:
    """Wear of the median tool at one time, relative to the reference [1]."""
    X = law.scale.settings.matrix([record("x", [1.0], [0.1], conditions)])
    x = log_time(law.hyper, law.scale, np.array([[time_min]]))
    H = fleet_design(law.hyper, law.scale, x, X)[:, 0, 0]
    y = (H * law.fleet.mean).sum(-1)
    return float(np.median(np.exp(y) - law.hyper["wear_offset"]))


def test_known_exponents_are_recovered() -> None:
    law = fit(power_law(150, seed=11))
    usual: dict[str, float | str] = {"ap_mm": 1.0, "feed_mm": 0.2, "material": "iron"}
    for name, (low, high) in {"ap_mm": (0.5, 2.0), "feed_mm": (0.1, 0.4)}.items():
        ends = [median_wear(law, 25.0, **{**usual, name: value}) for value in (low, high)]
        assert np.log(ends[1] / ends[0]) / np.log(4.0) == pytest.approx(EXPONENTS[name], abs=0.12)
    ratio = median_wear(law, 25.0, **{**usual, "material": "steel"}) / median_wear(
        law, 25.0, **usual
    )
    assert ratio == pytest.approx(1.8, rel=0.12)
    later = median_wear(law, 40.0, **usual) / median_wear(law, 15.0, **usual)
    assert np.log(later) / np.log(40.0 / 15.0) == pytest.approx(GROWTH, abs=0.1)


def test_same_seed_same_law_and_other_seed_another(table: WearTable, law: WearLaw) -> None:
    again, other = fit(table), fit(table, seed=2)
    assert (again.hyper.ln == law.hyper.ln).all()
    assert not np.array_equal(other.hyper.ln, law.hyper.ln)


def test_the_law_does_not_care_about_units() -> None:
    """The same readings in thousandths of the time and the wear: the same law, scaled."""
    small = power_law(6)
    scaled = replace(small, records=tuple(
        replace(r, time_min=r.time_min / 1024, vb_mm=r.vb_mm / 1024, now_min=r.now_min / 1024)
        for r in small.records
    ))  # fmt: skip
    one, other = fit(small), fit(scaled)
    assert other.scale.vb_mm == pytest.approx(one.scale.vb_mm / 1024)
    assert other.fleet.mean.mean(0) == pytest.approx(one.fleet.mean.mean(0), abs=0.05)
    # The optimiser stops where rounding differs, so draws differ a little
    assert np.median(other.hyper.ln, 0) == pytest.approx(np.median(one.hyper.ln, 0), abs=0.3)


def test_a_table_of_lives_does_not_teach_growth() -> None:
    """One reading a tool, all at the limit: VB over time across tools is flat, wear is not."""
    lives = [20.0, 25.0, 40.0, 55.0, 60.0]
    law = fit(WearTable(tuple(record(f"t{i}", [t], [0.3]) for i, t in enumerate(lives))))
    assert law.fleet.mean[:, 1].mean() == pytest.approx(0.8, abs=0.1)
    assert "no tool was read twice" in law.notes[-1]


def spread_of(*records: ToolRecord) -> np.ndarray:
    """Width of the middle 80 % of the wear to come of the first tool, at 5, 10, 20, 40 min [mm]."""
    table = WearTable(tuple(records))
    fan = forecast(fit(table), table)[0].fan
    return np.interp([5.0, 10.0, 20.0, 40.0], fan.ahead_min, fan.p90 - fan.p10)


def test_one_reading_is_no_surer_than_two() -> None:
    """The second reading agrees with the growth that the first alone would expect."""
    one = record("T1", [20.0], [0.15])
    two = record("T1", [10.0, 20.0], [0.15 * 0.5**0.8, 0.15])
    others = (record("T2", [30.0], [0.2]), record("T3", [10.0], [0.11]))
    assert (spread_of(one) > spread_of(two)).all()
    assert (spread_of(one, *others) > spread_of(two, *others)).all()


def test_nothing_to_learn_from_is_refused() -> None:
    with pytest.raises(BadInput, match="nothing to learn"):
        fit(WearTable((record("a", [1.0, 5.0], [0.0, 0.0]),), source="wear.csv"))
    with pytest.raises(BadInput, match="nothing to learn"):
        fit(WearTable((), source="wear.csv"))


def test_hyperparameters_have_names() -> None:
    with pytest.raises(ValueError, match="not in"):
        Hyper(np.zeros((1, 10)))["nose_radius"]


def test_reading_one_stage_often_moves_no_bend() -> None:
    """The bends of the shared shape follow the time in cut, not how often somebody looked."""
    time_min = np.linspace(2.0, 60.0, 12)
    often = np.sort(np.concatenate([time_min, np.linspace(2.0, 6.0, 21)[1:-1]]))
    wear = {"seldom": time_min, "often": often}
    first, second = (
        fit(
            WearTable((record("a", t, 0.01 * t**0.8), record("b", time_min, 0.012 * time_min**0.8)))
        )
        for t in wear.values()
    )
    assert second.scale.knots == pytest.approx(first.scale.knots, abs=1e-9)
    assert (
        np.diff(np.exp(first.scale.knots)).std() < 0.1 * np.diff(np.exp(first.scale.knots)).mean()
    )


def test_no_gauge_is_exact(law: WearLaw) -> None:
    """A record without any noise, an interpolated curve, is still read with that of a gauge."""
    time_min = np.linspace(1.0, 60.0, 30)
    smooth = fit(WearTable(tuple(
        record(f"T{i}", time_min, level * time_min**0.7) for i, level in enumerate((0.01, 0.012))
    )))  # fmt: skip
    y = log_wear(smooth.hyper, smooth.scale, np.array([0.1]))
    assert (reading_sd(smooth.hyper, y) >= REPEATS).all()
