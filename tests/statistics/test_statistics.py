"""Statistics hold what they say, on processes whose truth is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from twin.statistics import (
    FEWEST,
    LEVEL,
    Precision,
    allocate,
    batch_means,
    difference,
    estimate,
    mser,
    p_correct,
    quantile,
    select,
    wilson,
)


def covered(intervals, truth: float) -> float:
    return float(np.mean([low <= truth <= high for low, high in intervals]))


def ends(found):
    return found.low, found.high


def ar1(rng: np.random.Generator, n: int, phi: float, start: float = 0.0) -> np.ndarray:
    from scipy.signal import lfilter

    noise = rng.standard_normal(n)
    return lfilter([1.0], [1.0, -phi], noise, zi=[phi * start])[0]


def waits(rng: np.random.Generator, n: int, load: float) -> np.ndarray:
    """Waiting times in M/M/1 (Lindley), from empty."""
    steps = rng.exponential(1.0, n) - rng.exponential(1 / load, n)
    walk = np.cumsum(steps)
    return walk - np.minimum(np.minimum.accumulate(walk), 0.0)


# -- one long run -------------------------------------------------------------------------------


def test_batch_means_cover_the_mean_of_an_autoregression():
    rng = np.random.default_rng(1)
    found = [ends(batch_means(ar1(rng, 20_000, 0.9)[500:])) for _ in range(500)]
    assert 0.93 <= covered(found, 0.0) <= 0.97


def test_batch_means_after_mser_cover_the_wait_in_a_queue():
    # M/M/1, service 1, load 0.8: the mean wait is 4 exactly.
    rng = np.random.default_rng(2)
    found = []
    for _ in range(500):
        series = waits(rng, 100_000, 0.8)
        cut = mser(series).cut
        assert cut is not None
        found.append(ends(batch_means(series[cut:])))
    assert 0.93 <= covered(found, 4.0) <= 0.97


def test_mser_finds_the_end_of_a_transient_and_refuses_one_that_lasts():
    rng = np.random.default_rng(4)
    cuts = [mser(ar1(rng, 2000, 0.9, start=60.0)).cut for _ in range(200)]
    assert all(cut is not None for cut in cuts)
    # From 60 the autoregression is within its noise (sd 2.3) after about 40 steps.
    assert 20 <= np.median([cut for cut in cuts if cut is not None]) <= 60
    rising = mser(np.linspace(0, 1, 1000) ** 8)
    assert rising.cut is None or rising.cut <= 500
    drift = mser(np.concatenate([np.linspace(10, 0, 900), np.zeros(100)]))
    assert (drift.cut, "second half" in drift.reason) == (None, True)
    assert mser([1.0] * 20).cut is None


# -- probabilities and quantiles ----------------------------------------------------------------


@pytest.mark.parametrize("truth", [0.02, 0.2, 0.5])
def test_wilson_covers_a_probability(truth):
    n = 40
    from scipy import stats

    weights = stats.binom.pmf(np.arange(n + 1), n, truth)
    held = [low <= truth <= high for low, high in (ends(wilson(k, n)) for k in range(n + 1))]
    assert 0.92 <= float(weights @ np.array(held)) <= 0.995


def test_a_quantile_is_held_between_order_statistics():
    rng = np.random.default_rng(5)
    for q in (0.1, 0.5, 0.9):
        found = [ends(quantile(list(rng.exponential(size=60)), q)) for _ in range(2000)]
        assert 0.945 <= covered(found, -math.log(1 - q)) <= 0.99
    assert quantile([1.0, 2.0, 3.0], 0.5).low is None


# -- verdicts -----------------------------------------------------------------------------------


@pytest.mark.parametrize("n", range(2, FEWEST))
def test_below_six_pairs_there_is_no_verdict_however_alike(n):
    found = difference([1.0] * n, [2.0] * n, "more")
    assert found.verdict == "cannot tell"
    assert found.more_runs == FEWEST - n
    assert found.p_better is not None
    assert found.p_better < 1


@pytest.mark.parametrize(
    ("n", "rate"), [(5, 0.1), (10, 0.1), (20, 0.05), (50, 0.03), (20, 0.5), (100, 0.02)]
)
def test_rare_events_do_not_mislead_a_verdict(n, rate):
    # Both variants have the same rare event, each by its own luck: any verdict is a false one.
    rng = np.random.default_rng([6, n])
    false = 0
    for _ in range(2000):
        pairs = rng.random((2, n)) < rate
        false += difference(list(pairs[0] * 1.0), list(pairs[1] * 1.0), "less").verdict != (
            "cannot tell"
        )
    assert false / 2000 <= 0.06


def test_verdicts_on_noise_are_wrong_as_rarely_as_they_say_at_any_number_of_runs():
    rng = np.random.default_rng(7)
    for n in (6, 8, 12, 20, 60):
        wrong = sum(
            difference(list(rng.normal(0, 1, n)), list(rng.normal(0, 1, n)), "more").verdict
            != "cannot tell"
            for _ in range(1500)
        )
        assert wrong / 1500 <= 0.065, n


def test_a_real_difference_is_found_and_the_runs_it_takes_are_told():
    rng = np.random.default_rng(8)
    told, found = [], 0
    for _ in range(150):
        gains = rng.normal(0.5, 1, 8)
        first = difference([0.0] * 8, list(gains), "more")
        told.append(first.more_runs or 0)
        more = np.concatenate([gains, rng.normal(0.5, 1, 72)])
        found += difference([0.0] * 80, list(more), "more").verdict == "better"
    assert found / 150 > 0.95
    # A difference of half a standard deviation takes about 18 pairs.
    assert 1 <= np.median(told) <= 40


def test_p_better_is_as_sure_as_it_is_right():
    # With truths spread as widely as the noise, what is called 80 to 90 % is so often right.
    rng = np.random.default_rng(9)
    called, right = [], []
    for _ in range(6000):
        truth = rng.normal(0, 3)
        found = difference([0.0] * 6, list(rng.normal(truth, 3, 6)), "more")
        called.append(found.p_better)
        right.append(truth > 0)
    some = (np.array(called) > 0.8) & (np.array(called) < 0.95)
    assert np.mean(np.array(right)[some]) == pytest.approx(
        np.mean(np.array(called)[some]), abs=0.05
    )


# -- when to stop, and which is best ------------------------------------------------------------


def test_stopping_when_it_is_narrow_enough_still_covers():
    rng = np.random.default_rng(10)
    want = Precision(0.05, relative=True)
    held, runs = 0, []
    for _ in range(1000):
        values = list(rng.gamma(4.0, 2.5, 10))
        while not want.met(values):
            values += list(rng.gamma(4.0, 2.5, 10))
        found = estimate(values)
        held += abs(found.value - 10.0) <= 0.05 * 10.0
        runs.append(found.n)
    assert held / 1000 >= 0.93
    # (1.96 · 0.5 / 0.0476)² = 424 runs, if the spread were known.
    assert 350 <= np.median(runs) <= 500


def test_precision_counts_nothing_narrow_that_few_runs_say():
    want = Precision(1.0)
    assert not want.met([5.0] * 9)
    assert want.met([5.0] * 10)
    assert want.runs([5.0]) is None


@pytest.mark.parametrize("shared", [0.0, 0.9])
def test_kn_selects_the_best_as_surely_as_it_says(shared):
    # The hardest case: all others exactly the indifference behind; with and without common luck.
    k, delta, right, used = 8, 0.5, 0, []
    means = np.zeros(k)
    means[3] = delta
    for trial in range(200):
        rng = np.random.default_rng([11, trial])

        def draw(left, _r, rng=rng):
            common = rng.standard_normal()
            own = rng.standard_normal(k)
            return (means + math.sqrt(shared) * common + math.sqrt(1 - shared) * own)[list(left)]

        found = select(k, draw, indifference=delta)
        right += found.best == 3
        used.append(found.runs)
    assert right / 200 >= LEVEL - 0.02
    assert np.mean(used) < (80 if shared else 1000) * k / 2


def test_kn_refuses_what_would_never_end():
    with pytest.raises(ValueError, match="above 0"):
        select(2, lambda left, _r: np.zeros(len(left)), indifference=0)


def test_the_probability_of_correct_selection_is_not_promised_too_high():
    rng = np.random.default_rng(12)
    promised, right = [], []
    for _ in range(1500):
        means = np.array([0.0, 0.2, 0.4, 0.6])
        outcomes = means[:, None] + rng.normal(0, 1, (4, 15))
        best = int(np.argmax(outcomes.mean(axis=1)))
        promised.append(p_correct(outcomes, best))
        right.append(best == 3)
    assert np.mean(promised) <= np.mean(right) + 0.02
    sure = np.array(promised) > 0.8
    assert np.mean(np.array(right)[sure]) > 0.8


def test_ocba_shares_as_chen_does():
    # Chen & Lee (2011), equation 3.10: N_i / N_j = ((s_i / d_i) / (s_j / d_j))²,
    # N_b = s_b · sqrt(sum of (N_i / s_i)²).
    means, spreads = np.array([5.0, 4.0, 3.0, 1.0]), np.array([1.0, 2.0, 1.0, 3.0])
    shares = allocate(means, spreads, 1_000_000) / 1_000_000
    assert shares[1] / shares[2] == pytest.approx((2 / 1) ** 2 / (1 / 2) ** 2, rel=1e-3)
    expected = math.sqrt((shares[1] / 2) ** 2 + shares[2] ** 2 + (shares[3] / 3) ** 2)
    assert shares[0] == pytest.approx(expected, rel=1e-3)
    assert allocate(means, spreads, 1001).sum() == 1001
