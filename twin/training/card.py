"""A model's card: what it costs on each board, and how model and card are written."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from twin.nodes.arena import arena, buffers
from twin.nodes.boards import BOARDS
from twin.nodes.cost import Layer, flash, inference_time, run_time
from twin.nodes.energy import cycle
from twin.nodes.evaluate import evaluate
from twin.nodes.library import Front, open_model, read_card
from twin.nodes.recordings import Recording
from twin.physics.bearings import Bearing

PERIOD = 60.0  # from window to window, for the mean power in the card [s]


def rounded(value: Any) -> Any:
    """Return a document with its figures rounded to what they are worth; NaN becomes null.

    >>> rounded({"accuracy": 0.123456, "f1": [1.0, float("nan")]})
    {'accuracy': 0.1235, 'f1': [1.0, None]}
    """
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: rounded(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(inner) for inner in value]
    return value


def costs(layers: Sequence[Layer], before: Front) -> dict[str, dict[str, float]]:
    """Time [s] and energy [J] of one window on every board, mean power at one a minute [W]."""
    table = {}
    for name, board in BOARDS.items():
        model, features = inference_time(layers, board), run_time(before.instructions, board)
        asleep = cycle(board, model + features, PERIOD)
        table[name] = {
            "model_s": float(f"{model:.3g}"),
            "features_s": float(f"{features:.3g}"),
            "energy_J": float(f"{(model + features) * board.active_power:.3g}"),
            "power_W": float(f"{asleep.board_power:.3g}"),
        }
    return table


def measured(layers: Sequence[Layer], before: Front, content: bytes) -> dict[str, Any]:
    """Return the part of a card that follows from layers and file: size, memory, boards."""
    return {
        "front": asdict(before),
        "layers": [asdict(layer) for layer in layers],
        "macs": sum(layer.macs for layer in layers),
        "arena_bytes": arena(buffers(layers)),
        "flash_bytes": flash(layers),
        "model_bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "boards": costs(layers, before),
    }


def reprice(path: Path, before: Front | None = None) -> None:
    """Compute what a card says of memory, flash and boards anew, and leave the rest of it alone.

    For when the boards or the cost model have changed and the model has not; ``before`` when the
    cost of its features has.
    """
    known = read_card(path)
    front = before or known.front
    document = {
        **known.document,
        "front": asdict(front),
        "arena_bytes": arena(buffers(known.layers)),
        "flash_bytes": flash(known.layers),
        "boards": costs(known.layers, front),
    }
    _replace(path, _text(document).encode())


def write(folder: Path, document: Mapping[str, Any], content: bytes) -> Path:
    """Write the model and its card, each whole or not at all. Returns the model."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{document['name']}.onnx"
    _replace(path, content)
    _replace(path.with_suffix(".json"), _text(document).encode())
    return path


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _replace(path: Path, content: bytes) -> None:
    beside = path.with_name(f"{path.name}.new")
    beside.write_bytes(content)
    beside.replace(path)


def judge_on(
    path: Path,
    written: dict[str, Any],
    recordings: Sequence[Recording],
    bearing: Bearing | None,
    say: Callable[[str], None],
) -> None:
    """Add to a written card how good its model is on recordings, where there are any."""
    if not recordings or bearing is None:
        return
    say(f"testing on {len(recordings)} recordings")
    report = evaluate(open_model(str(path)), recordings, bearing)
    written["tests"]["recordings"] = rounded(asdict(report))
    write(path.parent, written, path.read_bytes())
