"""What is compiled is kept, and compiled anew when a file that it is built of changes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from twin.physics import compiled

OUTER = "from part.compiled import compiled\nfrom part.inner import inner\n\n\n@compiled\n"
OUTER += "def outer(x):\n    return inner(x)\n"
INNER = "from part.compiled import fused\n\n\n@fused\ndef inner(x):\n    return x + {}\n"
ASK = "from part.outer import outer; print(outer(1.0), sum(outer.stats.cache_hits.values()))"


def test_code_is_made_anew_when_a_module_that_it_calls_has_changed(tmp_path: Path) -> None:
    part = tmp_path / "part"
    part.mkdir()
    shutil.copy(Path(compiled.__file__), part / "compiled.py")
    (part / "outer.py").write_text(OUTER)

    def asked(more: float) -> str:
        (part / "inner.py").write_text(INNER.format(more))
        return ask()

    def ask() -> str:
        done = subprocess.run(
            [sys.executable, "-B", "-c", ASK], cwd=tmp_path, capture_output=True, text=True,
            check=True,
        )  # fmt: skip
        return done.stdout.strip()

    assert asked(1.0) == "2.0 0"
    assert ask() == "2.0 1"
    assert asked(5.0) == "6.0 0"
