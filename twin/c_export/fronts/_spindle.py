"""What the fronts of a spindle's sensors share: what the node is told, windows to try them on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from twin.c_export.fronts import _spindle_cases
from twin.c_export.fronts.base import Array, Case, real
from twin.c_export.fronts.base import Front as Base
from twin.nodes.fronts import Told, kind_of
from twin.nodes.library import Card

LIMIT = 490.0  # of the sensor in the example: 50 g0 [m/s²]
EXAMPLE = """\
    .rate = {rate},           /* of the sensor [Hz] */
    .speed = 30.0f,             /* of the shaft, from the tachometer [rev/s] */
    .teeth = 4,                 /* of the tool, from the control */
    .balls = 9,                 /* of a 6205; diameters in any one unit */
    .ball_diameter = 7.94f,
    .pitch_diameter = 39.04f,
    .contact_angle = 0.0f,      /* [rad] */
    .range = {range},             /* at which the sensor clips, in the unit of the samples */
"""


class Front(Base):
    """A front before which a sensor stands that listens to a spindle."""

    told_as = "twin_spindle"
    stretch = 1  # windows of one machine that follow each other in the cases

    def __init__(self, card: Card, word: str, *, file: str = "") -> None:
        super().__init__(card, word, file=file)
        self.kind = kind_of(card, path="front", file=file)
        self.samples -= self.samples % 2

    @property
    def example(self) -> str:
        """An initialiser of ``twin_spindle``."""
        return EXAMPLE.format(rate=real(self.card.front.rate), range=real(LIMIT))

    def rows(self) -> Callable[[Array, float, Told], Array]:
        """Return what makes the rows of the windows of one machine."""
        return self.kind.row

    def cases(self, count: int, seed: int) -> Sequence[Case]:
        """Windows of the twin's own sensor."""
        found = _spindle_cases.stretches(self.card, self.samples, count, self.stretch, seed)
        return _spindle_cases.cases(found, self.rows)
