"""The contract of a sensor: the state of an asset → one block of samples.

A sensor is one file in this folder, with a docstring, a ``Settings`` class (a subclass of
:class:`SensorSettings`) and a ``Sensor`` class. It has no clock: the simulation asks for a block
when a window is due, and NumPy fills it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from twin.errors import Fault
from twin.params import Params, file_name, quantity, text

Samples = npt.NDArray[np.float32]


class SensorSettings(Params):
    """What every sensor has: where it sits and how often it takes a window."""

    on: str = text(None, "Name of the asset the sensor sits on.")
    part: str = text("", "Part of it, such as zones.office; without one, the asset itself.")
    period: float = quantity(
        60, "s", 0.02, 86_400, "Time from window to window; none is shorter than a window.",
        assumption=True,
    )  # fmt: skip
    recordings: str = file_name(
        "File or folder of recordings that are played, one window after the other, instead of what "
        "the twin makes."
    )

    @property
    def window(self) -> float:
        """How long it samples for a window [s]; 0 where a window is of one instant."""
        return float(getattr(self, "duration", 0.0))

    def faults(self, name: str, file: str) -> Iterator[Fault]:
        """What is wrong between its parameters: no window begins while the last is sampled."""
        if self.period < self.window * (1.0 - 1e-9):
            message = (
                f"is shorter than a window ({name}.duration = {self.window:g} s); "
                f"{self.window:g} s or more is allowed"
            )
            yield Fault(message, f"sensor.{name}.period", file, f"{self.period:g} s")


class Sensor(ABC):
    """A sensor on one asset.

    Attributes
    ----------
    needs : tuple of str
        Channels that the asset must offer.
    uses : tuple of str
        Channels that the sensor reads when the asset offers them.
    unit : str
        Unit of the samples, as shown to people; samples are SI.
    """

    needs: ClassVar[tuple[str, ...]] = ()
    uses: ClassVar[tuple[str, ...]] = ()
    unit: ClassVar[str] = "1"

    def __init__(self, name: str, settings: SensorSettings) -> None:
        self.name = name

    @property
    @abstractmethod
    def rate(self) -> float:
        """Samples per second within a window [Hz]; frames per second for pictures."""

    @abstractmethod
    def block(self, state: Mapping[str, float], time: float, rng: np.random.Generator) -> Samples:
        """Return one window.

        Parameters
        ----------
        state : mapping
            Present value of the asset's channels [SI].
        time : float
            Simulated time at the start of the window [s].
        rng : numpy.random.Generator
            The sensor's own random stream.

        Returns
        -------
        ndarray of float32
            ``(samples,)`` for a waveform, ``(rows, columns)`` for a picture or thermal frame.
        """

    def readings(self, window: Samples) -> dict[str, float]:
        """Return what of a window is a fact of the run: its one value, where that is all [SI]."""
        one = float(window.flat[0]) if window.size == 1 else np.nan
        return {"reading": one} if np.isfinite(one) else {}

    def truth(self, state: Mapping[str, float]) -> str:
        """Name what this window really shows (``"normal"``), for checking models."""
        return ""
