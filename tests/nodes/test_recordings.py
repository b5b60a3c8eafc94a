"""Recordings that show nothing are told apart; MATLAB files; one channel."""

import pickle

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


def test_a_shaft_that_hardly_turns_in_a_window_is_left_out_with_both_figures(tmp_path):
    arrays = {"Normal_1": NOISE, "Normal_1__fs": 12_000, "Normal_1__rpm": 1800}
    arrays |= {"IR_1": NOISE, "IR_1__fs": 12_000, "IR_1__rpm": 5}
    np.savez(tmp_path / "some.npz", **arrays)
    found = recordings.read(tmp_path / "some.npz")
    kept, left_out = recordings.usable(found, window=1.28)
    assert [one.name for one in kept] == ["Normal_1"]
    # 5 turns a minute are 0.107 in 1.28 s; 8 turns in 1.28 s are 375 a minute.
    assert [str(fault) for fault in left_out] == [
        "IR_1: 5 1/min: 0.11 turns of the shaft in a window of 1.28 s; at least 8 turns "
        "(375 1/min) are needed"
    ]


@pytest.mark.parametrize("write", [np.savez, lambda path, **arrays: savemat(path, arrays)])
@pytest.mark.filterwarnings("error")
def test_samples_that_are_no_real_numbers_are_refused_by_name(tmp_path, write):
    path = tmp_path / ("some.npz" if write is np.savez else "some.mat")
    for what, values in {
        "complex numbers, such as (1+2j)": np.full(99, 1 + 2j),
        "text": np.array(["one", "two"]),
    }.items():
        write(path, **{"IR_1": values, "IR_1__fs": 12_000.0, "IR_1__rpm": 1800.0})
        with pytest.raises(BadInput) as refused:
            recordings.read(path)
        assert f"IR_1: holds {what}; real numbers are needed" in str(refused.value)
        assert str(path) in str(refused.value)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"IR_1": np.array([{}, []], object)}, "IR_1: holds Python objects; real numbers"),
        ({"IR_1__fs": np.array([1.0, 2.0])}, r"IR_1__fs: holds 2 values; one number \[Hz\]"),
        ({"IR_1__rpm": np.nan}, r"IR_1__rpm = nan: a number \[1/min\] above 0 is needed"),
        ({"IR_1__fs": -12e3}, r"IR_1__fs = -12000: a number \[Hz\] above 0 is needed"),
    ],
)
def test_arrays_of_another_kind_are_refused_by_name_and_value(tmp_path, arrays, message):
    whole = {"IR_1": NOISE, "IR_1__fs": 12_000, "IR_1__rpm": 1800, **arrays}
    np.savez(tmp_path / "some.npz", **whole)
    with pytest.raises(BadInput, match=message) as refused:
        recordings.read(tmp_path / "some.npz")
    assert "pickle" not in str(refused.value)


def test_arrays_without_a_name_and_a_pickle_say_what_is_needed(tmp_path):
    np.savez(tmp_path / "some.npz", NOISE)
    with pytest.raises(BadInput, match="arr_0: an array that was saved without a name; name"):
        recordings.read(tmp_path / "some.npz")
    (tmp_path / "some.npz").write_bytes(pickle.dumps(NOISE))
    with pytest.raises(BadInput, match=r"is not a readable \.npz file; write it by numpy\.savez"):
        recordings.read(tmp_path / "some.npz")
