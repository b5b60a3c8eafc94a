"""``twin models export`` as typed: its exit code, what it prints, what it says is wrong."""

import sys

import pytest

from twin.cli.main import main


@pytest.fixture
def run(capsys, monkeypatch):
    def run(*words):
        monkeypatch.setattr(sys, "argv", ["twin", "models", "export", *map(str, words)])
        with pytest.raises(SystemExit) as done:
            main()
        taken = capsys.readouterr()
        return done.value.code, taken.out, " ".join(taken.err.split())

    return run
