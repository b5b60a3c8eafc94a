"""A variant that says nothing of expectations is told to have those of the file it extends."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from twin.cli.main import build
from twin.devices import evidence
from twin.documents import comes_from
from twin.errors import BadInput

LINE = """
horizon = "1 h"
[plant.line]
kind = "line"
[plant.line.stations.saw]
cycle_time = 60
"""
EXPECT = '[[expect]]\nkpi = "line.parts"\nat_least = 59\n'


def test_the_expectations_of_a_base_are_named_as_such(tmp_path):
    (tmp_path / "base.toml").write_text(LINE + EXPECT, "utf-8")
    variant = tmp_path / "variant.toml"
    variant.write_text('extends = "base.toml"\ntitle = "the same"\n', "utf-8")
    own = tmp_path / "own.toml"
    own.write_text('extends = "variant.toml"\n' + EXPECT, "utf-8")
    assert comes_from(variant, "expect") == tmp_path / "base.toml"
    assert comes_from(own, "expect") == own
    assert comes_from(own, "sensor") is None
    shown = CliRunner().invoke(build("test"), ["test", str(variant), str(own)])
    assert shown.exit_code == 0, shown.output
    told = shown.output.replace("\n", "")
    assert told.count("(from base.toml, which it extends)") == 1


def test_evidence_that_is_no_comparison_names_its_file(tmp_path):
    file = tmp_path / "run.json"
    for text, words in (('{"kpis": {}}', "is not a comparison"), ("[]", "is not a comparison"),
                        ("{", "is not JSON")):  # fmt: skip
        file.write_text(text, "utf-8")
        with pytest.raises(BadInput, match=rf"run\.json: {words}"):
            evidence.load(file)


def test_a_number_where_a_table_belongs(tmp_path):
    file = tmp_path / "a.toml"
    file.write_text('[plant.line]\nkind = "line"\nstations.a = 3\n', "utf-8")
    done = CliRunner().invoke(build("run"), ["run", str(file)])
    assert isinstance(done.exception, BadInput)
    assert "plant.line.stations.a = 3: a table is needed, [plant.line.stations.a]" in str(
        done.exception
    )
