"""Where the recordings are: ``TWIN_DATA``, or beside the checkout; for tests and scenarios."""

from __future__ import annotations

import os
from pathlib import Path

BESIDE = Path(__file__).resolve().parent.parent / "shared" / "data"

if BESIDE.is_dir():
    os.environ.setdefault("TWIN_DATA", str(BESIDE))
