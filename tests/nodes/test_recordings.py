"""Recordings that show nothing are told apart; MATLAB files; one channel."""

import numpy as np
import pytest
from scipy.io import savemat

from twin.errors import BadInput
from twin.nodes import recordings

NOISE = np.random.default_rng(1).normal(size=30_000).astype(np.float32)


def saved(tmp_path, **arrays):
    whole = {}
    for name, samples in arrays.items():
        whole |= {name: samples, f"{name}__fs": 12_000, f"{name}__rpm": 1800}
    np.savez(tmp_path / "some.npz", **whole)
    return recordings.read(tmp_path / "some.npz")


def test_constant_and_clipped_recordings_are_left_out_with_the_reason(tmp_path):
    found = saved(
        tmp_path,
        Normal_1=NOISE,
        IR_1=np.ones_like(NOISE),
        OR_1=np.clip(NOISE, -1.0, 1.0),
        B_1=np.clip(NOISE, -1.0, 9.0),
    )
    kept, left_out = recordings.usable(found)
    assert [one.name for one in kept] == ["Normal_1"]
    # 15.9 % of a normal distribution lie beyond one standard deviation on either side.
    assert [str(fault) for fault in left_out] == [
        "IR_1: constant signal",
        "OR_1: clipped signal: 16 % of the samples lie at one end of the range",
        "B_1: clipped signal: 16 % of the samples lie at one end of the range",
    ]


def test_when_none_can_be_judged_all_are_refused(tmp_path):
    with pytest.raises(BadInput, match="Normal_1: constant signal"):
        recordings.usable(saved(tmp_path, Normal_1=np.zeros_like(NOISE)))


def test_two_channels_in_one_array_are_refused(tmp_path):
    with pytest.raises(BadInput, match="Normal_1: holds 2 × 15000 values; one channel"):
        saved(tmp_path, Normal_1=NOISE.reshape(2, -1))


def test_matlab_files_as_ours_and_as_cwru_writes_them(tmp_path):
    ours = {"IR_7": NOISE[:, None], "IR_7__fs": 12_000.0, "IR_7__rpm": 1772.0}
    savemat(tmp_path / "ours.mat", ours)
    (one,) = recordings.read(tmp_path / "ours.mat")
    assert (one.name, one.label, one.rate, one.speed) == ("IR_7", "inner", 12_000.0, 1772.0 / 60.0)
    np.testing.assert_array_equal(one.samples, NOISE)
    theirs = {"X130_DE_time": NOISE[:, None], "X130_FE_time": NOISE[:, None], "X130RPM": [[1796]]}
    savemat(tmp_path / "OR007@6_0.mat", theirs)
    (one,) = recordings.read(tmp_path / "OR007@6_0.mat", rate=12_000.0)
    assert (one.name, one.label, one.speed) == ("OR007@6_0", "outer", 1796 / 60.0)
    with pytest.raises(BadInput, match="the sample rate is not known; give --rate"):
        recordings.read(tmp_path / "OR007@6_0.mat")


def test_a_matlab_file_that_is_none_is_refused(tmp_path):
    (tmp_path / "IR.mat").write_bytes(b"MATLAB, or is it" * 20)
    with pytest.raises(BadInput, match=r"IR\.mat: is not a readable \.mat file"):
        recordings.read(tmp_path / "IR.mat")
    savemat(tmp_path / "B.mat", {"x": NOISE})
    with pytest.raises(BadInput, match=r"B\.mat: needs arrays NAME, NAME__fs"):
        recordings.read(tmp_path / "B.mat")
