"""``twin models train``: what each recipe takes, and what it says when it is done."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from twin.cli import _models_tests, output
from twin.errors import BadInput, Fault, did_you_mean
from twin.family import kinds
from twin.family import load as load_kind
from twin.nodes import library
from twin.nodes.library import Card
from twin.physics.bearings import CATALOGUE

TASKS = "twin.training.tasks"
RECIPES = kinds(TASKS)
ALARMS = ("false_alarms", "missed_alarms")

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
        help="What to learn from. inspection, person: pictures in folders by class. keyword: .wav "
        "files in folders by word. acoustic: .wav files in a folder 'normal', others test. "
        "occupancy: a CSV file. bearing: recordings, beside the twin's own.",
    ),
]
MaybeTest = Annotated[
    Path | None,
    typer.Option(
        "--test", help="bearing, tool, anomaly, acoustic, occupancy: what only tests the model."
    ),
]
Shift = Annotated[
    float,
    typer.Option(
        "--shift",
        help=r"occupancy: how much later readings were taken than their rows say \[h].",
    ),
]
HOUR = 3600.0


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
            help=r"Time that pictures may take \[min]; 15 with --data, else as long as it takes.",
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
    shift: Shift = 0.0,
    json_to: output.JsonTo = None,
) -> None:
    """Train a model and write it with its card (extra: train).

    bearing: on the twin's own vibration, and on your recordings; a physical bearing (what a name
    says before _, @ or -) is learned from or tested on, never both. tool, anomaly: on the twin's
    vibration alone. acoustic: on the twin's sound, or on sounds of your machine when it is well.
    thermal: on the twin's thermal frames. occupancy: on the twin's rooms, and on your recordings.
    inspection, person: on your pictures, a fifth of each class held back to test on (or the
    folder's own test beside train); inspection without pictures, on parts that the twin draws.
    keyword: on your words.
    """
    if model not in RECIPES:
        message = "no such recipe" + did_you_mean(model, RECIPES)
        raise BadInput(Fault(message, path="MODEL", value=repr(model)))
    from twin.training.tasks.base import Asked

    console = output.console(json_to)
    asked = Asked(
        out, data, test, bearing, seed, workers, budget, side, prune, bits, oriented, shift * HOUR
    )
    path, more = load_kind(TASKS, model).build(asked, console.print)
    card = library.open_model(str(path)).card
    output.write_json({"model": str(path), **card.document, **more}, json_to)
    if "ablation" in card.document and json_to != "-":
        console.print(ablation(card))
    if json_to != "-":
        for part in _models_tests.tables(card):
            console.print(part)
    console.print(f"{path}: {card.model_bytes} bytes")


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
            *(_models_tests.percent(row[name]) for name in ALARMS),
        )
        for row in card.document["ablation"]
    ]
    columns = ("step", "parameters", "bytes", "MACs", "accuracy", "macro F1", "false", "missed")
    return output.table("What each step cost, on pictures held back", columns, rows)
