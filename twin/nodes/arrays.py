"""Arrays of a user's ``.npz`` or ``.mat`` file by name, each checked when it is taken."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.errors import BadInput, Fault

REAL = "iuf"  # kinds of NumPy's types that are real numbers
OTHERS = {"c": "complex numbers", "U": "text", "S": "text", "b": "yes and no"}


class Arrays:
    """Arrays of a file by name, each checked when it is taken."""

    def __init__(self, file: Mapping[str, Any], path: Path) -> None:
        self.file, self.path = file, path

    def real(self, name: str) -> npt.NDArray[Any]:
        """Return an array of real numbers."""
        try:
            values = np.asarray(self.file[name])
        except ValueError as error:
            if "pickle" not in str(error):
                raise
            values = np.empty(0, object)  # what only Python could unpack
        if values.dtype.kind not in REAL:
            what = OTHERS.get(values.dtype.kind, "Python objects")
            shown = f", such as {values.ravel()[0]}" if values.size and what != "text" else ""
            message = f"holds {what}{shown}; real numbers are needed"
            raise BadInput(Fault(message, name, str(self.path)))
        return values

    def samples(self, name: str) -> npt.NDArray[np.float32]:
        """Return one channel of samples."""
        whole = self.real(name).astype(np.float32)
        if whole.size != max(whole.shape, default=1):
            shape = " × ".join(map(str, whole.shape))
            message = f"holds {shape} values; one channel is needed"
            raise BadInput(Fault(message, name, str(self.path)))
        return whole.ravel()

    def number(self, name: str, unit: str) -> float:
        """Return the one number of an array."""
        values = self.real(name).ravel()
        if values.size != 1:
            message = f"holds {values.size} values; one number{unit} is needed"
            raise BadInput(Fault(message, name, str(self.path)))
        if not math.isfinite(values[0]) or values[0] < 0.0:
            message = f"a number{unit} above 0 is needed"
            raise BadInput(Fault(message, name, str(self.path), value=f"{values[0]:g}"))
        return float(values[0])
