"""A ground or rolled face: sound, scratched, pitted, with an inclusion, or cracked.

Lengths are in halves of the camera's view; ranges are assumptions.
"""

from __future__ import annotations

import numpy as np

from twin.physics.relief import Array, capsule, inside, soft_noise
from twin.signals._scene import Material, Place

FLAWS = ("scratch", "pit", "inclusion", "crack")
NARROW = 0.045  # how soft outlines are: about a pixel of 64
SCRATCH_HALF, SCRATCH_LONG, SCRATCH_TONE = (0.016, 0.035), (0.6, 1.6), (0.3, 0.55)
PIT_HALF, PIT_TONE = (0.08, 0.18), (0.35, 0.6)
INCLUSION_HALF, INCLUSION_TONE = (0.09, 0.18), (0.35, 0.65)
CRACK_HALF, CRACK_TONE = (0.012, 0.026), (0.65, 0.9)
"""Severity of each flaw, least and most: half its width, its length, and by which share the face
is brighter or darker in it."""


def face(place: Place, flaw: str, rng: np.random.Generator) -> Material:
    """Draw one face; its grinding or rolling runs along."""
    pixels = len(place.across)
    grain = soft_noise(rng, pixels, (int(rng.integers(2, 8)), int(rng.integers(20, 60))))
    clouds = soft_noise(rng, pixels, (3, 3))
    tone = float(rng.uniform(0.35, 0.65))
    albedo = tone * (1.0 + float(rng.uniform(0.02, 0.07)) * grain)
    albedo = albedo * (1.0 + float(rng.uniform(0.0, 0.05)) * clouds)
    height = np.float32(rng.uniform(0.0, 0.0015)) * grain
    gloss = np.full((pixels, pixels), rng.uniform(0.0, 0.1), np.float32)
    material = Material(height, albedo.astype(np.float32), gloss, np.zeros(gloss.shape, bool))
    _dust(material, place, rng)
    if not flaw:
        return material
    draw = {"scratch": _scratch, "pit": _pit, "inclusion": _inclusion, "crack": _crack}[flaw]
    return material.with_mask(draw(material, place, rng))


def _dust(material: Material, place: Place, rng: np.random.Generator) -> None:
    """Bright specks and faint stains, on sound faces as on others."""
    for _ in range(int(rng.integers(0, 3))):
        at = rng.uniform(-1.0, 1.0, 2)
        speck = inside(np.hypot(place.across - at[0], place.along - at[1]) - 0.02, NARROW)
        material.albedo[:] += speck * np.float32(rng.uniform(0.05, 0.2))
    if rng.random() < 0.3:
        at, size = rng.uniform(-1.0, 1.0, 2), float(rng.uniform(0.3, 0.7))
        away = np.hypot(place.across - at[0], place.along - at[1])
        stain = np.exp(-((away / size) ** 2)) * rng.uniform(-0.12, 0.12)
        material.albedo[:] *= (1.0 + stain).astype(np.float32)


def _scratch(material: Material, place: Place, rng: np.random.Generator) -> Array:
    """A straight groove with a burr, bright or dark by the light."""
    angle, length = float(rng.uniform(0.0, np.pi)), float(rng.uniform(*SCRATCH_LONG))
    middle = rng.uniform(-0.35, 0.35, 2)
    way = 0.5 * length * np.array([np.cos(angle), np.sin(angle)])
    width = float(rng.uniform(*SCRATCH_HALF))
    away = capsule(place.across, place.along, middle - way, middle + way, width)
    groove, burr = inside(away, NARROW), inside(np.abs(away - 0.04) - 0.01, NARROW)
    material.height[:] += np.float32(rng.uniform(0.01, 0.03)) * (burr - groove)
    bright = float(rng.uniform(*SCRATCH_TONE))
    material.albedo[:] *= 1.0 + np.float32(bright) * groove
    material.gloss[:] += np.float32(rng.uniform(0.0, 0.3)) * groove
    return groove


def _pit(material: Material, place: Place, rng: np.random.Generator) -> Array:
    """One to three round craters, dark within, with one lit wall."""
    mask = np.zeros_like(material.height)
    for _ in range(int(rng.integers(1, 4))):
        at, radius = rng.uniform(-0.6, 0.6, 2), float(rng.uniform(*PIT_HALF))
        away = np.hypot(place.across - at[0], place.along - at[1])
        bowl = np.clip(1.0 - (away / radius) ** 2, 0.0, None).astype(np.float32)
        material.height[:] -= np.float32(radius * rng.uniform(0.3, 0.6)) * bowl
        hole = inside(np.float32(1.0) * (away - radius), NARROW)
        material.albedo[:] *= 1.0 - np.float32(rng.uniform(*PIT_TONE)) * hole * np.sqrt(bowl)
        mask = np.maximum(mask, hole)
    return mask


def _inclusion(material: Material, place: Place, rng: np.random.Generator) -> Array:
    """A dark blotch with a ragged edge, drawn out along the rolling."""
    at, turn = rng.uniform(-0.4, 0.4, 2), float(rng.uniform(-0.2, 0.2))
    x, y = place.across - np.float32(at[0]), place.along - np.float32(at[1])
    x, y = x * np.float32(np.cos(turn)) + y * np.float32(np.sin(turn)), y - x * np.float32(turn)
    thick = float(rng.uniform(*INCLUSION_HALF))
    long = thick * float(rng.uniform(2.5, 4.5))
    ragged = 1.0 + 0.18 * soft_noise(rng, len(x), (14, 14))
    away = np.hypot(x / thick, y / long) / ragged
    blotch = inside((away - 1.0) * np.float32(thick), 2.0 * NARROW)
    depth = float(rng.uniform(*INCLUSION_TONE))
    material.albedo[:] *= 1.0 - np.float32(depth) * blotch
    material.gloss[:] *= 1.0 - blotch
    return blotch


def _crack(material: Material, place: Place, rng: np.random.Generator) -> Array:
    """A dark jagged line, sometimes with a branch."""
    angle, at = float(rng.uniform(0.0, 2.0 * np.pi)), rng.uniform(-0.3, 0.3, 2)
    line = np.full(material.height.shape, 9.0, np.float32)
    width = float(rng.uniform(*CRACK_HALF))
    for start in (angle, angle + np.pi + float(rng.normal(0.0, 0.3))):
        point, heading = at, start
        for _ in range(int(rng.integers(4, 7))):
            step = float(rng.uniform(0.1, 0.2))
            heading = start + float(rng.choice([-1.0, 1.0]) * rng.uniform(0.4, 0.9))
            new = point + step * np.array([np.cos(heading), np.sin(heading)])
            line = np.minimum(line, capsule(place.across, place.along, point, new, width))
            point = new
    if rng.random() < 0.4:
        new = at + 0.35 * np.array([np.cos(angle + 1.3), np.sin(angle + 1.3)])
        line = np.minimum(line, capsule(place.across, place.along, at, new, width))
    dark = inside(line, NARROW)
    material.albedo[:] *= 1.0 - np.float32(rng.uniform(*CRACK_TONE)) * dark
    material.gloss[:] *= 1.0 - dark
    return dark
