"""The contract of a sensor: the state of an asset → one block of samples.

A sensor is one file in this folder, with a docstring, a ``Settings`` class (a subclass of
:class:`SensorSettings`) and a ``Sensor`` class. It has no clock: the simulation asks for a block
when a window is due, and NumPy fills it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from twin.params import Params, file_name, quantity, text

Samples = npt.NDArray[np.float32]


class SensorSettings(Params):
    """What every sensor has: where it sits and how often it takes a window."""

    on: str = text(None, "Name of the asset the sensor sits on.")
    part: str = text("", "Part of it, such as zones.office; without one, the asset itself.")
    period: float = quantity(60, "s", 0.02, 86_400, "Time between two windows.", assumption=True)
    recordings: str = file_name(
        "File or folder of recordings that are played, one window after the other, instead of what "
        "the twin makes."
    )


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

    def truth(self, state: Mapping[str, float]) -> str:
        """Name what this window really shows (``"normal"``), for checking models."""
        return ""
