"""Where radiant heat and light enter a room: the shares of its faces. All SI."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from twin.physics import daylight

Faces = list[dict[str, float]]
"""Faces of a room: node, area, tilt, azimuth, emittance, and what they do with light."""


def planes(faces: Faces) -> npt.NDArray[np.int64]:
    """Number the planes: faces that look the same way lie in one."""
    keys: dict[tuple[float, float], int] = {}
    numbers = []
    for face in faces:
        flat = abs(np.cos(np.radians(face["tilt"]))) > 0.999
        key = (round(face["tilt"]), 0.0 if flat else round(face["azimuth"]) % 360)
        numbers.append(keys.setdefault(key, len(keys)))
    return np.array(numbers, dtype=np.int64)


def radiant(faces: Faces, air: int) -> dict[int, float]:
    """Radiant gains go to the faces by area and emittance; without faces, to the air.

    Faces that all radiate nothing of their own, since a film has their radiation in it, take it
    by area: what they take in the limit of a small, equal emittance.
    """
    if not faces:
        return {air: 1.0}
    black = not any(face["emittance"] > 0 for face in faces)
    weights = {int(face["node"]): face["area"] * (face["emittance"] or black) for face in faces}
    total = sum(weights.values())
    return {node: w / total for node, w in weights.items()}


def light(faces: Faces, air: int, *, beam: bool) -> dict[int, float]:
    """Beam or sky light by node; what is given by hand counts, what is missing is lost."""
    if not faces:
        return {air: 1.0}
    if any(face["share"] >= 0 for face in faces):
        return {int(face["node"]): max(face["share"], 0.0) for face in faces}
    room = daylight.Enclosure(
        np.array([face["area"] for face in faces]),
        np.array([face["solar"] for face in faces]),
        np.array([face["reflects"] for face in faces]),
        planes(faces),
        np.array([face["tilt"] > 150 for face in faces]),
    )
    windows = np.array([face["window"] for face in faces])
    first = daylight.beam_first(room) if beam else daylight.diffuse_first(room, windows)
    found = daylight.shares(room, first)
    return {int(face["node"]): float(share) for face, share in zip(faces, found, strict=True)}
