"""What a camera looks at: a place under it, and the height, tone and gloss of what lies there."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from twin.physics.relief import Array


@dataclass(frozen=True, slots=True)
class Place:
    """Where on the part each pixel looks, across and along [half the view]."""

    across: Array
    along: Array


@dataclass(frozen=True, slots=True)
class Material:
    """Maps of what lies under the camera.

    ``height`` [half the view], ``albedo`` and ``gloss`` [1], and the ``mask`` of a flaw.
    """

    height: Array
    albedo: Array
    gloss: Array
    mask: npt.NDArray[np.bool_]

    def lay(self, share: Array, tone: float | Array, gloss: float, height: float) -> None:
        """Lay something of ``height`` over a ``share`` of each pixel."""
        self.albedo[:] += share * (tone - self.albedo)
        self.gloss[:] += share * (gloss - self.gloss)
        self.height[:] += share * np.float32(height)

    def with_mask(self, share: Array) -> Material:
        """Return the same with its flaw where ``share`` is more than a half."""
        return replace(self, mask=share > 0.5)
