"""A solder joint between its neighbours on a board: sound, without solder, cold, or bridged.

Lengths are in halves of the camera's view; ranges are assumptions.
"""

from __future__ import annotations

import numpy as np

from twin.physics.relief import Array, box, capsule, inside, soft_noise
from twin.signals._scene import Material, Place

FLAWS = ("missing", "cold", "bridged")
PITCH = 1.15  # between joints
PAD = (0.4, 0.52)
EDGE = 0.05  # how soft outlines are
SOUND_SIZE, COLD_SIZE = (0.88, 1.05), (0.62, 0.82)  # of the solder, over the pad [1]
SOUND_GLOSS, COLD_GLOSS = (0.45, 0.9), (0.0, 0.12)  # [1]
BRIDGE_HALF = (0.07, 0.2)
"""Half the width of a bridge, least and most."""


def joint(place: Place, flaw: str, rng: np.random.Generator) -> Material:
    """Draw one joint in the middle of its neighbours; the mask is where the flaw shows."""
    lead = float(rng.uniform(0.14, 0.22))
    material = _board(place, rng)
    for side in (-1.0, 1.0):
        _place_joint(material, place, side * PITCH, lead, "", rng)
    mask = _place_joint(material, place, 0.0, lead, flaw, rng)
    if flaw == "bridged":
        mask = _bridge(material, place, rng)
    return material.with_mask(mask) if flaw else material


def _board(place: Place, rng: np.random.Generator) -> Material:
    """Return board with solder mask, and sometimes a line of print beside the joints."""
    pixels = len(place.across)
    tone = float(rng.uniform(0.1, 0.3))
    albedo = tone * (1.0 + 0.06 * soft_noise(rng, pixels, (16, 16)))
    if rng.random() < 0.4:
        where = float(rng.choice([-1.0, 1.0]) * rng.uniform(0.72, 0.9))
        print_ = inside(np.abs(place.along - where) - np.float32(0.04), EDGE)
        albedo = albedo + print_ * (0.75 - albedo)
    nothing = np.zeros((pixels, pixels), np.float32)
    return Material(
        nothing.copy(), albedo.astype(np.float32), nothing + np.float32(0.03), nothing > 1
    )


def _place_joint(
    material: Material,
    place: Place,
    where: float,
    lead: float,
    flaw: str,
    rng: np.random.Generator,
) -> Array:
    """Lay pad, solder and lead; return where the solder is, or should be."""
    across, along = place.across - np.float32(where), place.along
    pad = inside(box(across, along, PAD, 0.08), EDGE)
    copper = float(rng.uniform(0.4, 0.55)) * (1.0 + 0.04 * soft_noise(rng, len(across), (24, 24)))
    material.lay(pad, copper, 0.1, 0.03)
    wet = pad
    if flaw != "missing":
        wet = _solder(material, across, along, flaw, rng)
    shape = inside(box(across, along + np.float32(0.75), (lead, 0.8), 0.05), EDGE)
    tone = float(rng.uniform(0.5, 0.65))
    material.lay(shape * (1.0 - 0.6 * wet * (flaw != "missing")), tone, 0.25, 0.1)
    return wet


def _solder(
    material: Material, across: Array, along: Array, flaw: str, rng: np.random.Generator
) -> Array:
    """A dome of solder: smooth and bright, or dull, rough and drawn together when cold."""
    cold = flaw == "cold"
    low, high = COLD_SIZE if cold else SOUND_SIZE
    size = float(rng.uniform(low, high))
    angle = np.arctan2(along, across)
    wave = np.ones_like(angle)
    for order in (2, 3, 5, 7):
        much = float(rng.uniform(0.05, 0.1) if cold else rng.uniform(0.0, 0.02))
        wave = wave + np.float32(much) * np.cos(order * angle + np.float32(rng.uniform(0.0, 6.3)))
    away = np.hypot(across / PAD[0], along / PAD[1]) / (np.float32(size) * wave)
    footprint = inside((away - 1.0) * PAD[0], EDGE)
    top = float(rng.uniform(0.35, 0.55) if cold else rng.uniform(0.2, 0.42))
    dome = np.float32(top) * np.sqrt(np.clip(1.0 - away**2, 0.0, None))
    if cold:
        dome = dome * (1.0 + 0.05 * soft_noise(rng, len(across), (28, 28)))
    tone = float(rng.uniform(0.35, 0.5) if cold else rng.uniform(0.45, 0.65))
    gloss = float(rng.uniform(*(COLD_GLOSS if cold else SOUND_GLOSS)))
    material.lay(footprint, tone, gloss, 0.0)
    material.height[:] += dome * footprint
    return footprint


def _bridge(material: Material, place: Place, rng: np.random.Generator) -> Array:
    """Solder between the joint and one of its neighbours."""
    side = float(rng.choice([-1.0, 1.0]))
    start = np.array([0.2 * side, rng.uniform(-0.3, 0.35)])
    end = np.array([side * PITCH, start[1] + rng.uniform(-0.15, 0.15)])
    half = float(rng.uniform(*BRIDGE_HALF))
    away = capsule(place.across, place.along, start, end, half)
    shape = inside(away, EDGE)
    material.lay(shape, float(rng.uniform(0.45, 0.65)), float(rng.uniform(0.4, 0.9)), 0.0)
    dome = np.float32(half) * np.sqrt(np.clip(1.0 - (away / half + 1.0) ** 2, 0.0, 1.0))
    material.height[:] = np.maximum(material.height, dome * shape)
    return shape
