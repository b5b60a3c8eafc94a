"""``twin models train``: what each recipe takes, and what it says when it is done."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any

import typer

from twin.cli import output
from twin.errors import BadInput, Fault, did_you_mean
from twin.nodes import library, recordings
from twin.nodes.library import Card
from twin.physics.bearings import CATALOGUE, named

MACHINE = ("tool", "anomaly")  # from the twin alone
RECIPES = ("bearing", *MACHINE, "inspection")
MINUTE = 60.0
ALARMS = ("false_alarms", "missed_alarms")
LIMIT = 15.0  # for training on somebody's pictures [min]

BearingText = Annotated[
    str,
    typer.Option(
        "--bearing",
        help=f"{', '.join(CATALOGUE)}, or balls=8,ball_diameter=0.235,pitch_diameter=1.245.",
    ),
]
MaybeData = Annotated[
    Path | None,
    typer.Option(
        "--data",
        help="What to learn from. inspection: pictures in folders by class, else the twin's own. "
        "bearing: recordings, beside the twin's own.",
    ),
]
MaybeTest = Annotated[
    Path | None,
    typer.Option("--test", help="bearing, tool, anomaly: recordings that only test the model."),
]


def train(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help=f"What to train: {', '.join(RECIPES)}.")
    ],
    out: Annotated[Path, typer.Option("--out", help="Folder for the model and its card.")] = Path(
        "models"
    ),
    data: MaybeData = None,
    test: MaybeTest = None,
    bearing: BearingText = "6205",
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of all that is random.")] = 1,
    workers: Annotated[int, typer.Option("--workers", help="Processes; -1 for every core.")] = -1,
    budget: Annotated[
        float | None,
        typer.Option(
            "--budget",
            min=0.1,
            help="Time that pictures may take [min]; 15 with --data, else as long as it takes.",
        ),
    ] = None,
    side: Annotated[
        int, typer.Option("--side", help="Pixels that pictures are scaled to; 0: by the set.")
    ] = 0,
    prune: Annotated[
        float | None,
        typer.Option("--prune", min=0, max=0.8, help="Share of channels to take out [1]."),
    ] = None,
    bits: Annotated[int, typer.Option("--bits", min=2, max=8, help="Bits of a weight.")] = 8,
    oriented: Annotated[
        bool, typer.Option("--oriented", help="Classes differ by direction: turn no picture.")
    ] = False,
    json_to: output.JsonTo = None,
) -> None:
    """Train a model and write it with its card (extra: train).

    bearing: on the twin's own vibration, and on your recordings; a physical bearing (what a name
    says before _, @ or -) is learned from or tested on, never both. tool, anomaly: on the twin's
    vibration alone. inspection: on your pictures, a fifth of each class held back to test on (or
    the folder's own test beside train); without pictures, on parts that the twin draws.
    """
    if model not in RECIPES:
        message = "no such recipe" + did_you_mean(model, RECIPES)
        raise BadInput(Fault(message, path="MODEL", value=repr(model)))
    console = output.console(json_to)
    more: dict[str, Any] = {}
    if model == "inspection":
        choices = {"seed": seed, "side": side, "pruned": prune, "bits": bits, "oriented": oriented}
        minutes = budget or (LIMIT if data is not None else math.inf)
        path, more = _inspection(data, out, {**choices, "budget": minutes * MINUTE}, console.print)
    elif model in MACHINE:
        path = _machine(model, (data, test), out, bearing, seed, workers, console.print)
    else:
        path = _bearing((data, test), out, bearing, seed, workers, console.print)
    card = library.open_model(str(path)).card
    output.write_json({"model": str(path), **card.document, **more}, json_to)
    if "ablation" in card.document and json_to != "-":
        console.print(ablation(card))
    console.print(f"{path}: {card.model_bytes} bytes")


def _bearing(
    places: tuple[Path | None, Path | None],
    out: Path,
    bearing: str,
    seed: int,
    workers: int,
    say: Any,
) -> Path:
    from twin.training.bearing import build

    data, tested = (recordings.read(place) if place is not None else () for place in places)
    geometry = named(bearing)
    return build(
        out, seed=seed, workers=workers, data=data, tested=tested, bearing=geometry, say=say
    )


def _machine(
    model: str,
    places: tuple[Path | None, Path | None],
    out: Path,
    bearing: str,
    seed: int,
    workers: int,
    say: Any,
) -> Path:
    from twin.training.machine import build

    data, test = places
    if data is not None:
        message = f"{model} learns from the twin alone; recordings can test it: --test"
        raise BadInput(Fault(message, path="--data", value=repr(str(data))))
    tested = recordings.read(test) if test is not None else ()
    geometry = named(bearing)
    return build(model, out, seed=seed, workers=workers, tested=tested, bearing=geometry, say=say)


def _inspection(
    data: Path | None, out: Path, choices: dict[str, Any], say: Any
) -> tuple[Path, dict[str, Any]]:
    from twin.training import parts
    from twin.training.inspection import LARGEST_SIDE, SMALLEST_SIDE, Options, build

    if data is None:
        return parts.build(out, Options(**choices), say)
    if choices["side"] and not SMALLEST_SIDE <= choices["side"] <= 2 * LARGEST_SIDE:
        message = f"pixels; allowed is {SMALLEST_SIDE} to {2 * LARGEST_SIDE}, or 0"
        raise BadInput(Fault(message, path="--side", value=str(choices["side"])))
    return build(data, out, Options(**choices), say)


def ablation(card: Card) -> Any:
    """Table of what each step of a training cost."""
    rows = [
        (
            row["step"],
            f"{row['parameters']:,}",
            f"{row['bytes']:,}",
            f"{row['macs']:,}",
            output.number(row["accuracy"]),
            output.number(row["macro_f1"]),
            *(_percent(row[name]) for name in ALARMS),
        )
        for row in card.document["ablation"]
    ]
    columns = ("step", "parameters", "bytes", "MACs", "accuracy", "macro F1", "false", "missed")
    return output.table("What each step cost, on pictures held back", columns, rows)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100.0 * share:.2f} %"
