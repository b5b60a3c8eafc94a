"""Pictures made different from step to step: turned, mirrored, moved, lit and blurred anew.

A surface looks the same from every side, so all eight turns and mirror images count as equal,
unless the classes differ by their direction (``oriented``).
"""

from __future__ import annotations

import math
from typing import Any

from twin.nodes.pictures import FLATTEST, MIDDLE, SPREAD

MOVED = 0.6  # share of pictures moved by parts of a pixel; the others keep their sharpness
TILT, ORIENTED_TILT = math.radians(12.0), math.radians(4.0)
ZOOM = 0.16  # natural logarithm of the largest
SHIFT = 0.08  # of half a side
CONTRAST = 0.3  # natural logarithm of the largest
EXPOSURE = (-0.3, 0.15)  # natural logarithm; more would make bright pictures white
NOISE = 0.008  # faint flaws in dark pictures must stay visible
SOFTENED = 0.15  # share of pictures blurred over three pixels


def _about(torch: Any, number: int, limit: float, generator: Any) -> Any:
    """Numbers between plus and minus ``limit``."""
    return (2.0 * torch.rand(number, generator=generator) - 1.0) * limit


def augment(torch: Any, pixels: Any, generator: Any, *, oriented: bool) -> Any:
    """Return planes 0 to 1 of pictures made different.

    ``pixels`` is a tensor of bytes ``(n, channels, side, side)``; the levelled plane is added.
    """
    values = pixels.float() / 255.0
    grid = torch.nn.functional.affine_grid(
        _moves(torch, len(values), generator, oriented=oriented),
        list(values.shape),
        align_corners=False,
    )
    values = torch.nn.functional.grid_sample(
        values, grid, mode="bilinear", padding_mode="reflection", align_corners=False
    )
    return with_levelled(torch, _lit(torch, values, generator))


def turned(torch: Any, pixels: Any, generator: Any, *, oriented: bool) -> Any:
    """Return planes 0 to 1 of pictures turned and mirrored by whole quarters; else as they are.

    As :func:`augment`, but no pixel is computed anew: what the filters answer keeps its spread.
    """
    values = pixels.float() / 255.0
    if not oriented:
        for turn in range(3):
            other = values.transpose(2, 3) if turn == 2 else values.flip(2 + turn)
            chosen = torch.rand(len(values), generator=generator) < 0.5
            values = torch.where(chosen[:, None, None, None], other, values)
    return with_levelled(torch, values)


def with_levelled(torch: Any, values: Any) -> Any:
    """Add the levelled plane, as :func:`twin.nodes.pictures.with_levelled` does, but unrounded."""
    grey = values.mean(1, keepdim=True)
    mean = grey.mean((2, 3), keepdim=True)
    spread = grey.std((2, 3), keepdim=True, unbiased=False).clamp(min=FLATTEST / 255.0)
    plane = (MIDDLE + (grey - mean) / spread * SPREAD) / 255.0
    return torch.cat([values, plane.clamp(0.0, 1.0)], 1)


def _moves(torch: Any, number: int, generator: Any, *, oriented: bool) -> Any:
    """Affine maps, ``(number, 2, 3)``."""
    moved = (torch.rand(number, generator=generator) < MOVED).float()
    angle = moved * _about(torch, number, ORIENTED_TILT if oriented else TILT, generator)
    zoom = torch.exp(moved * _about(torch, number, ZOOM, generator))
    shift = moved[:, None] * _about(torch, 2 * number, SHIFT, generator).reshape(number, 2)
    flip = torch.ones(number)
    if not oriented:
        angle = angle + torch.randint(4, (number,), generator=generator) * (0.5 * math.pi)
        flip = 1.0 - 2.0 * torch.randint(2, (number,), generator=generator)
    turn = torch.stack(
        [
            torch.stack([flip * torch.cos(angle), -torch.sin(angle)], 1),
            torch.stack([flip * torch.sin(angle), torch.cos(angle)], 1),
        ],
        1,
    )
    return torch.cat([zoom[:, None, None] * turn, shift[:, :, None]], 2)


def _lit(torch: Any, values: Any, generator: Any) -> Any:
    """Other light, other contrast, a little blur and noise; beyond black and white it saturates."""
    number = len(values)
    soft = torch.rand(number, generator=generator) < SOFTENED
    blurred = torch.nn.functional.avg_pool2d(
        torch.nn.functional.pad(values, (1, 1, 1, 1), mode="replicate"), 3, 1
    )
    values = torch.where(soft[:, None, None, None], blurred, values)
    mean = values.mean((1, 2, 3), keepdim=True)
    contrast = torch.exp(_about(torch, number, CONTRAST, generator)).reshape(-1, 1, 1, 1)
    low, high = EXPOSURE
    exposure = torch.exp(low + (high - low) * torch.rand(number, generator=generator))
    values = ((values - mean) * contrast + mean) * exposure.reshape(-1, 1, 1, 1)
    spread = NOISE * torch.rand(number, generator=generator).reshape(-1, 1, 1, 1)
    noise = spread * torch.randn(values.shape, generator=generator)
    return (values + noise).clamp(0.0, 1.0)
