"""Other people's wear tables: what is read, what is refused, and what is said about the rest."""

from __future__ import annotations

import gzip
import time
from pathlib import Path

import numpy as np
import pytest

from twin.errors import BadInput
from twin.forecast import read_wear
from twin.forecast.examples import EXAMPLES, read_example
from twin.forecast.settings import learn
from twin.forecast.table import record

GOOD = "tool,time_min,vb_mm,ap_mm\nA,1,0.05,1\nA,5,0.12,1\nB,2,0.04,2\n"


def write(folder: Path, text: str, name: str = "wear.csv") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def refused(path: str, **options: dict[str, str]) -> str:
    with pytest.raises(BadInput) as error:
        read_wear(path, **options)
    lines = [str(fault) for fault in error.value.faults]
    assert all(path in line for line in lines)
    return "\n".join(lines)


def test_plain_table(tmp_path: Path) -> None:
    table = read_wear(write(tmp_path, GOOD))
    assert table.tools == ("A", "B")
    assert table.records[0].vb_mm.tolist() == [0.05, 0.12]
    assert table.records[1].conditions == {"ap_mm": 2.0}
    assert table.time_unit == "min"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("0.12", "-0.12"), ("line 3", "vb_mm", "-0.12", "negative", "0 or more")),
        (("0.12", "soft"), ("line 3", "vb_mm", "soft", "number")),
        (("0.12", "inf"), ("line 3", "vb_mm", "number")),
        (("A,5", "A,0.5"), ("line 3", "time_min", "runs back", "line 2")),
        (("A,5", "A,"), ("line 3", "time_min", "blank")),
        (("A,5", "A,-5"), ("line 3", "negative")),
        (("B,2", ",2"), ("line 4", "tool", "blank")),
        (("B,2,0.04,2", "B,2,0.04"), ("line 4", "3 cells", "header has 4")),
        (("tool,", "tol,"), ("did you mean 'tol'", "--map tool=")),
        (("vb_mm", "VB_um"), ("vb_mm", "--map vb_mm=")),
        (("ap_mm\n", "tool\n"), ("named twice",)),
        (("0.12", "120"), ("two units",)),
    ],
)
def test_faults_name_line_column_value_and_what_is_allowed(
    tmp_path: Path, change: tuple[str, str], said: tuple[str, ...]
) -> None:
    message = refused(write(tmp_path, GOOD.replace(*change)))
    for words in said:
        assert words in message


def test_all_faults_are_told_at_once_but_not_thousands(tmp_path: Path) -> None:
    rows = "".join(f"A,{i},-1\n" for i in range(1000))
    with pytest.raises(BadInput) as error:
        read_wear(write(tmp_path, "tool,time_min,vb_mm\n" + rows))
    assert len(error.value.faults) == 21
    assert "980 more" in str(error.value.faults[-1])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("  \n\n", "empty"),
        ("tool,time_min,vb_mm\n", "no rows"),
        ("tool,time_min,vb_mm\nA,1,\n", "no row has a wear reading"),
        ("just words\nand more\n", "not a CSV table"),
        ('tool,time_min,vb_mm\nA,1,"0.1\n', "not a CSV table"),
    ],
)
def test_files_that_are_no_table(tmp_path: Path, text: str, said: str) -> None:
    assert said in refused(write(tmp_path, text))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert "cannot be read" in refused(str(tmp_path / "none.csv"))
    assert "folder" in refused(str(tmp_path))
    binary = tmp_path / "binary.csv"
    binary.write_bytes(bytes(range(256)) * 20)
    assert "not a text file" in refused(str(binary))
    damaged = tmp_path / "damaged.csv.gz"
    damaged.write_bytes(gzip.compress(GOOD.encode())[:-12])
    assert "damaged gzip" in refused(str(damaged))


def test_a_gigabyte_is_refused_without_reading_it(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(1_000_000_000)
    started = time.perf_counter()
    assert "1,000 MB" in refused(str(path))
    assert time.perf_counter() - started < 1.0


def test_a_small_file_that_unpacks_to_a_gigabyte_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range(80):
            file.write(b"0" * 1_000_000)
    assert "allowed: 64 MB" in refused(str(path))


def test_micrometres_are_refused_until_they_are_named(tmp_path: Path) -> None:
    path = write(tmp_path, "tool,time_min,vb_mm\nA,1,48.9\nA,5,120\nB,2,60\n")
    assert "--unit vb=um" in refused(path)
    named = read_wear(path, units={"vb": "um"})
    assert named.records[0].vb_mm == pytest.approx([0.0489, 0.12])
    assert "no tool has" in refused(path, units={"vb": "m"})


def test_metres_are_refused_until_they_are_named(tmp_path: Path) -> None:
    path = write(tmp_path, "tool,time_min,vb_mm\nA,1,0.0000489\nA,5,0.00012\n")
    assert "--unit vb=m" in refused(path)
    assert read_wear(path, units={"vb_mm": "m"}).records[0].vb_mm == pytest.approx([0.0489, 0.12])


@pytest.mark.parametrize(
    ("times", "unit", "named"),
    [
        ((20_000, 60_000), "ms", "--unit time=s"),
        ((0.005, 0.06), "h", "--unit time=h"),
    ],
)
def test_times_off_by_1000_are_refused_until_their_unit_is_named(
    tmp_path: Path, times: tuple[float, float], unit: str, named: str
) -> None:
    early, late = times
    path = write(tmp_path, f"tool,time_min,vb_mm\nA,{early},0.05\nA,{late},0.12\nB,{late},0.1\n")
    said = refused(path)
    assert named in said
    assert "time=min if it is min" in said
    assert "column time_min" in said
    assert read_wear(path, units={"time": unit}).n_readings == 3
    assert read_wear(path, units={"time": "min"}).records[0].now_min == late


def test_times_of_short_and_long_lives_are_taken(tmp_path: Path) -> None:
    for last in (0.6, 2900):
        path = write(tmp_path, f"tool,time_min,vb_mm\nA,{last / 3},0.05\nA,{last},0.12\n")
        assert read_wear(path).records[0].now_min == last


def test_units_of_time(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    assert read_wear(path, units={"time": "s"}).records[0].time_min == pytest.approx(
        [1 / 60, 5 / 60]
    )
    assert read_wear(path, units={"time_min": "h"}).records[0].now_min == pytest.approx(300)
    cuts = read_wear(path, units={"time": "cuts"})
    assert cuts.time_unit == "cut"
    assert cuts.records[0].now_min == 5.0
    assert "time" in refused(path, units={"time": "kg"})
    assert "only vb_mm and time_min" in refused(path, units={"ap_mm": "m"})


def test_map_renames_and_says_what_is_not_there(tmp_path: Path) -> None:
    path = write(tmp_path, "Insert;Minutes;Flank;depth\nA;1;0,05;1\nA;5;0,12;1\n")
    columns = {"tool": "Insert", "time_min": "Minutes", "vb_mm": "Flank", "ap_mm": "depth"}
    table = read_wear(path, columns)
    assert table.records[0].vb_mm.tolist() == [0.05, 0.12]
    assert table.records[0].conditions == {"ap_mm": 1.0}
    assert "did you mean 'Flank'" in refused(path, columns={**columns, "vb_mm": "Flnk"})


def test_wear_may_read_lower_and_times_may_repeat(tmp_path: Path) -> None:
    path = write(tmp_path, "tool,time_min,vb_mm\nA,1,0.29\nA,2,0.28\nA,2,0.3\n")
    assert read_wear(path).records[0].vb_mm.tolist() == [0.29, 0.28, 0.3]


def test_a_blank_reading_still_counts_as_time_in_cut(tmp_path: Path) -> None:
    path = write(tmp_path, "tool,time_min,vb_mm\nA,1,0.1\nA,9,\nB,4,NaN\n")
    first, second = read_wear(path).records
    assert (first.n, first.now_min) == (1, 9.0)
    assert (second.n, second.now_min) == (0, 4.0)
    assert any("no reading of tool B" in note for note in read_wear(path).notes)


def test_recordings_counters_and_remarks_are_no_conditions(tmp_path: Path) -> None:
    text = "tool,run,time_min,vb_mm,force,vc,source\nA,1,1,0.1,200,90,x\n"
    text += "A,2,2,0.2,210,90,x\nB,1,1,0.1,190,80,x\n"
    table = read_wear(write(tmp_path, text))
    assert table.records[0].conditions == {"vc": 90.0}
    assert [note.split()[1] for note in table.notes] == ["run", "force"]


def test_breakage_column(tmp_path: Path) -> None:
    text = "tool,time_min,vb_mm,broken\nA,1,0.1,0\nA,2,0.2,yes\nB,1,0.1,\n"
    table = read_wear(write(tmp_path, text))
    assert [r.broken for r in table.records] == [True, False]
    assert "allowed: 1 or 0" in refused(write(tmp_path, text.replace("yes", "perhaps")))


def test_condition_columns_that_tell_nothing_are_named() -> None:
    rows = [
        {"hole": float(i), "machine": "M1", "id": f"s{i}", "code": f"c{i % 2}", "mat": "ab"[i % 2]}
        for i in range(4)
    ]
    settings = learn([record(f"t{i}", [1.0], [0.1], row) for i, row in enumerate(rows)])
    assert [(c.name, c.kind) for c in settings.columns] == [("hole", "linear"), ("code", "level")]
    assert sorted(note.split()[1] for note in settings.notes) == ["id", "machine", "mat"]


def test_an_unseen_word_has_a_column_of_its_own() -> None:
    tools = [record(f"t{i}", [1.0], [0.1], {"mat": "ab"[i % 2]}) for i in range(4)]
    settings = learn(tools)
    stranger = record("x", [1.0], [0.1], {"mat": "titanium"})
    assert settings.matrix([tools[0], stranger]).tolist() == [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    assert settings.unknown(stranger) == ["mat 'titanium' was in no other tool"]


def test_nasa_file_as_it_is(recordings: Path) -> None:
    table = read_wear(str(recordings / "wear" / "nasa_milling.csv"))
    assert len(table.tools) == 16
    assert table.n_readings == 146
    assert table.records[0].conditions == {
        "ap_mm": 1.5,
        "feed_mm": 0.5,
        "material_name": "cast_iron",
    }
    assert table.notes == ()


@pytest.mark.parametrize("name", EXAMPLES)
def test_shipped_figures(name: str) -> None:
    table = read_example(name)
    assert all(np.diff(r.time_min).min(initial=1.0) > 0 for r in table.records)
    if name == "example":
        assert len(table.tools) == 15
        assert {float(v) for r in table.records for v in r.vb_mm} == {0.3}
    else:
        assert table.time_unit == "cut"
        assert table.records[0].vb_mm[-1] == pytest.approx(0.1727)


@pytest.mark.parametrize(
    ("time", "wear", "named"),
    [
        ("time_s", "VB", "--unit time=s"),
        ("Time [sec]", "VB", "--unit time=s"),
        ("cutting_seconds", "VB", "--unit time=s"),
        ("t(h)", "VB", "--unit time=h"),
        ("hours", "VB", "--unit time=h"),
        ("holes", "VB", "--unit time=hole"),
        ("passes", "VB", "--unit time=pass"),
        ("parts_made", "VB", "--unit time=part"),
        ("cut", "VB", "--unit time=cut"),
        ("加工時間(秒)", "VB", "--unit time=s"),
        ("distance_m", "VB", "no time"),
        ("time", "vb_in", "--unit vb=inch"),
        ("time", "VB_um", "--unit vb=um"),
        ("time", "VB [µm]", "--unit vb=um"),
        ("time", "wear_micron", "--unit vb=um"),
    ],
)
def test_a_column_whose_name_says_another_unit_is_asked_about(
    tmp_path: Path, time: str, wear: str, named: str
) -> None:
    path = write(tmp_path, f"tool,{time},{wear}\nA,1,0.05\nA,5,0.12\nB,2,0.04\n")
    columns = {"time_min": time, "vb_mm": wear}
    said = refused(path, columns=columns)
    assert named in said
    assert f"column {time if wear == 'VB' else wear}" in said
    if "--unit vb" in named:
        taken = read_wear(path, columns, {"vb": named.partition("vb=")[2]})
    else:
        taken = read_wear(path, columns, {"time": named.partition("time=")[2] or "min"})
    assert taken.n_readings == 3
    given = {"time": "min", "vb": "mm"}
    assert read_wear(path, columns, given).records[0].vb_mm.tolist() == [0.05, 0.12]


@pytest.mark.parametrize("time", ["Minutes", "time_min", "t [min]", "time_in_cut", "timestamp"])
@pytest.mark.parametrize("wear", ["vb_mm", "VB [mm]", "max_wear", "wear_min", "VBmm"])
def test_a_name_that_says_our_unit_or_none_is_taken(tmp_path: Path, time: str, wear: str) -> None:
    path = write(tmp_path, f"tool,{time},{wear}\nA,1,0.05\nA,5,0.12\n")
    assert read_wear(path, {"time_min": time, "vb_mm": wear}).records[0].now_min == 5.0


def test_the_unit_that_mapped_columns_are_taken_in_is_said(tmp_path: Path) -> None:
    path = write(tmp_path, "tool,time_s,flank\nA,60,0.05\nA,300,0.12\n")
    table = read_wear(path, {"time": "time_s", "vb": "flank"}, {"time": "s"})
    assert table.records[0].now_min == pytest.approx(5.0)
    assert table.notes == (
        "column time_s is taken as time in s",
        "column flank is taken as wear in mm: no unit is named; --unit vb=UNIT if it is another",
    )
    assert read_wear(write(tmp_path, GOOD)).notes == ()


def test_readings_that_are_no_numbers_are_counted_by_tool(tmp_path: Path) -> None:
    text = "tool,time_min,vb_mm\nA,1,0.1\nA,2,nan\nA,3,-\nA,4,\nB,1,0.1\nB,2,n/a\n"
    table = read_wear(write(tmp_path, text))
    assert [r.n for r in table.records] == [1, 1]
    assert table.notes == (
        "3 wear readings are no numbers (such as nan, n/a, -) and were not used, of tool A (2), "
        "B (1); their time counts",
    )


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_text_of_a_spreadsheet_is_read(tmp_path: Path, encoding: str) -> None:
    text = GOOD.replace(",", "\t").replace("\n", "\r\n").replace("ap_mm", "Kühlung")
    mark = "" if encoding == "utf-16" else "\ufeff"
    path = tmp_path / "wear.csv"
    path.write_bytes((mark + text).encode(encoding))
    assert read_wear(str(path)).records[1].conditions == {"Kühlung": 2.0}
    path.write_bytes((mark + text).encode(encoding)[:-1])
    assert "save it as CSV UTF-8" in refused(str(path))
    path.write_bytes(text.encode("utf-16-le"))
    assert "save it as CSV UTF-8" in refused(str(path))
