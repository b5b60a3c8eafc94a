"""Named streams: the same name the same luck, other names other luck."""

from __future__ import annotations

import numpy as np

from twin.rng import replication_seed, stream


def test_a_stream_depends_on_seed_and_name_only():
    assert (stream(1, "mill.wear").random(9) == stream(1, "mill.wear").random(9)).all()
    assert (stream(1, "mill.wear").random(9) != stream(2, "mill.wear").random(9)).any()


def test_streams_are_as_uncorrelated_as_chance():
    draws = np.array([stream(7, f"machine{i}.wear").standard_normal(200) for i in range(200)])
    between = np.corrcoef(draws)[np.triu_indices(200, 1)]
    assert abs(between.mean()) < 3 / np.sqrt(200 * between.size)
    assert between.std() < 1.05 / np.sqrt(200)


def test_replications_have_distinct_seeds_and_the_first_is_the_scenarios_own():
    seeds = [replication_seed(7, index) for index in range(1000)]
    assert seeds[0] == 7
    assert len(set(seeds)) == 1000
