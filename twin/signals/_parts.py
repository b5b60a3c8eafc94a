"""Parts on a line as a camera shows them: the part, its place, the light, the lens, the noise.

Everything is drawn anew for each picture, over ranges wider than one camera would see, so that what
was learned on them holds on the next line as well; ranges are assumptions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter

from twin.physics.relief import Array, Light, grid, shade
from twin.signals import _faces, _joints
from twin.signals._scene import Place

SOUND = "normal"
SCENES = {"joint": (_joints.joint, _joints.FLAWS), "face": (_faces.face, _faces.FLAWS)}
CLASSES = (SOUND, *_joints.FLAWS, *_faces.FLAWS)


@dataclass(frozen=True, slots=True)
class Range:
    """How far views differ: ``low`` to ``high``."""

    low: float
    high: float

    def draw(self, rng: np.random.Generator) -> float:
        """Draw one, each as likely."""
        return float(rng.uniform(self.low, self.high))


@dataclass(frozen=True, slots=True)
class Views:
    """What differs from picture to picture besides the part.

    ``turn`` [rad], ``scale`` [1] and ``shift`` [half the view] of the part; ``elevation`` [rad] and
    ``ambient`` share [1] of the light, which comes from anywhere; ``fall`` of the light from one
    side to the other [1]; ``exposure`` [1]; ``softness`` of the lens [pixel]; ``noise`` of a pixel
    [full scale].
    """

    turn: Range = Range(-0.12, 0.12)
    scale: Range = Range(0.9, 1.1)
    shift: Range = Range(-0.1, 0.1)
    elevation: Range = Range(0.7, 1.25)
    ambient: Range = Range(0.25, 0.55)
    fall: Range = Range(0.0, 0.25)
    exposure: Range = Range(0.75, 1.3)
    softness: Range = Range(0.3, 0.9)
    noise: Range = Range(0.004, 0.02)


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture, grey 0 to 1, with the mask of its flaw and the name of what it shows."""

    picture: Array
    mask: npt.NDArray[np.bool_]
    label: str


def scene_of(label: str, rng: np.random.Generator) -> str:
    """Scene that a class belongs to; sound parts are of any."""
    own = [name for name, (_, flaws) in SCENES.items() if label in flaws]
    return own[0] if own else str(rng.choice(list(SCENES)))


def shot(
    scene: str, flaw: str, rng: np.random.Generator, pixels: int = 64, views: Views | None = None
) -> Shot:
    """Take a picture of a part of ``scene`` with a ``flaw`` (none: empty).

    Raises
    ------
    KeyError
        When there is no such scene.
    """
    seen = views or Views()
    shift = (seen.shift.draw(rng), seen.shift.draw(rng))
    place = Place(*grid(pixels, seen.turn.draw(rng), seen.scale.draw(rng), shift))
    material = SCENES[scene][0](place, flaw, rng)
    lamp = Light(
        float(rng.uniform(0.0, 2.0 * np.pi)), seen.elevation.draw(rng), seen.ambient.draw(rng)
    )
    grey = shade(material.height, material.albedo, material.gloss, float(rng.uniform(8, 30)), lamp)
    fall, way = seen.fall.draw(rng), float(rng.uniform(0.0, 2.0 * np.pi))
    across, along = grid(pixels, 0.0, 1.0, (0.0, 0.0))
    lit = 1.0 + fall * 0.5 * (np.cos(way) * across + np.sin(way) * along)
    sharp = np.asarray(grey * lit * seen.exposure.draw(rng), np.float32)
    soft = gaussian_filter(sharp, seen.softness.draw(rng), mode="nearest", truncate=3.0)
    noisy = soft + seen.noise.draw(rng) * rng.standard_normal(soft.shape, np.float32)
    return Shot(np.clip(noisy, 0.0, 1.0).astype(np.float32), material.mask, flaw or SOUND)
