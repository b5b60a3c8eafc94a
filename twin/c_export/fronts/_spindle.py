"""What the fronts of a spindle's sensors share: what the node is told, windows to try them on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from twin.c_export.fronts import _spindle_cases
from twin.c_export.fronts.base import Array, Case, Field, real
from twin.c_export.fronts.base import Front as Base
from twin.nodes.fronts import OF_BEARINGS, Told, kind_of
from twin.nodes.library import Card

LIMITS = {"vibration": 490.0, "acoustic": 20.0}  # of the sensors in the examples: 50 g0, 120 dB
SENSED = {"vibration": "acceleration [m/s²]", "acoustic": "sound pressure [Pa]"}
IN_UNIT = (
    "{sensed}, the oldest sample first: the levels count, so that another unit gives other words"
)
RATIOS = (
    "{sensed}, the oldest sample first. The model is ratio-only: any other unit of the same "
    "quantity gives the same words, when `.range` is in it too"
)
WINDOW = (
    "A window is {duration:g} s at {rate:g} kHz: {samples} samples. `.rate` tells what the sensor "
    "really has and is no setting: a window at a rate more than 2 % off {rate:g} kHz is refused "
    "(-3). For a sensor of another rate, export again with `--rate HZ`, or resample before."
)


class Front(Base):
    """A front before which a sensor stands that listens to a spindle."""

    told_as = "twin_spindle"
    code = (27, 36)
    stack = 1536
    stretch = 1  # windows of one machine that follow each other in the cases

    def __init__(self, card: Card, word: str, *, file: str = "") -> None:
        super().__init__(card, word, file=file)
        self.kind = kind_of(card, path="front", file=file)
        self.samples -= self.samples % 2

    @property
    def holds(self) -> str:
        """What the samples are."""
        sensor = self.card.sensor
        sensed = SENSED.get(sensor, f"{sensor} in the unit that the model was trained in")
        text = RATIOS if self.card.front.kind in OF_BEARINGS else IN_UNIT
        return text.format(sensed=sensed)

    @property
    def window(self) -> str:
        """What a window is."""
        rate = self.card.front.rate
        return WINDOW.format(duration=self.samples / rate, rate=rate / 1e3, samples=self.samples)

    @property
    def fields(self) -> Sequence[Field]:
        """Fields of ``twin_spindle``."""
        sensor = self.card.sensor
        quantity = SENSED.get(sensor, "value in the unit of the samples")
        teeth = "" if self.kind.needs_teeth else "; this model does not ask for them"
        return (
            Field("rate", real(self.card.front.rate), "of the sensor [Hz]; others are refused"),
            Field("speed", "30.0f", "of the shaft, from the tachometer [rev/s]"),
            Field("teeth", "4", f"of the tool, from the control{teeth}"),
            Field("balls", "9", "of the bearing; here a 6205"),
            Field("ball_diameter", "7.94f", "in any one unit, here mm"),
            Field("pitch_diameter", "39.04f", "in the same unit"),
            Field("contact_angle", "0.0f", "of the bearing [rad]"),
            Field("range", real(LIMITS.get(sensor, 1.0)), f"{quantity} at which your sensor clips"),
        )

    def rows(self) -> Callable[[Array, float, Told], Array]:
        """Return what makes the rows of the windows of one machine."""
        return self.kind.row

    def cases(self, count: int, seed: int) -> Sequence[Case]:
        """Windows of the twin's own sensor."""
        found = _spindle_cases.stretches(self.card, self.samples, count, self.stretch, seed)
        return _spindle_cases.cases(found, self.rows)
