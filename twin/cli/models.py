"""``twin models``: list, train, evaluate and export the models that sensor nodes run."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from twin.cli import _models_c, _models_show, output
from twin.errors import BadInput, Fault, did_you_mean
from twin.nodes import library, recordings
from twin.nodes.evaluate import Report, evaluate
from twin.physics.bearings import CATALOGUE, named

RECIPES = ("bearing",)

ModelName = Annotated[
    str, typer.Argument(metavar="MODEL", help="A shipped name, an .onnx file or its folder.")
]
Data = Annotated[
    Path, typer.Option("--data", help="Recordings: an .npz file, or a folder of them by class.")
]
MaybeData = Annotated[
    Path | None, typer.Option("--data", help="Recordings that test the model when it is trained.")
]
BearingText = Annotated[
    str,
    typer.Option(
        "--bearing",
        help=f"{', '.join(CATALOGUE)}, or balls=8,ball_diameter=0.235,pitch_diameter=1.245.",
    ),
]
Rpm = Annotated[
    float | None,
    typer.Option("--rpm", help="Spindle speed [1/min] if the files lack it."),
]
Rate = Annotated[
    float | None, typer.Option("--rate", help="Sample rate [Hz] if the files lack it.")
]


def register(app: typer.Typer) -> None:
    """Add the verb to the command."""
    group = typer.Typer(help="The models that sensor nodes run.", no_args_is_help=True)
    group.command("list")(list_models)
    group.command("show")(_models_show.show)
    group.command("train")(train)
    group.command("evaluate")(evaluate_model)
    group.command("export")(export)
    app.add_typer(group, name="models")


def list_models(json_to: output.JsonTo = None) -> None:
    """Show the shipped models: task, size, and how they did on real recordings."""
    cards = [library.open_model(name).card for name in library.names()]
    output.write_json({"models": [dict(card.document) for card in cards]}, json_to)
    if json_to == "-":
        return
    rows = [_row(card) for card in cards]
    columns = ("model", "sensor", "classes", "bytes", "MACs", "accuracy on recordings")
    output.console(json_to).print(output.table("Models", columns, rows))


def _row(card: library.Card) -> tuple[str, ...]:
    tests: dict[str, Any] = card.document.get("tests", {})
    accuracy = tests.get("recordings", {}).get("accuracy")
    return (
        card.name,
        card.sensor,
        ", ".join(card.classes),
        str(card.model_bytes),
        str(card.document.get("macs", "–")),
        output.number(accuracy, 3),
    )


def train(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="What to train: bearing.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the model and its card.")] = Path(
        "models"
    ),
    data: MaybeData = None,
    bearing: BearingText = "6205",
    seed: Annotated[int, typer.Option("--seed", help="Seed of windows and network.")] = 1,
    workers: Annotated[int, typer.Option("--workers", help="Processes; -1 for every core.")] = -1,
    json_to: output.JsonTo = None,
) -> None:
    """Train a model on the twin's own windows and write it with its card (extra: train)."""
    if model not in RECIPES:
        message = "no such recipe" + did_you_mean(model, RECIPES)
        raise BadInput(Fault(message, path="MODEL", value=repr(model)))
    from twin.training.bearing import build

    tested = recordings.read(data) if data is not None else ()
    console = output.console(json_to)
    path = build(
        out,
        seed=seed,
        workers=workers,
        recordings=tested,
        bearing=named(bearing),
        say=console.print,
    )
    card = library.open_model(str(path)).card
    output.write_json({"model": str(path), **card.document}, json_to)
    console.print(f"{path}: {card.model_bytes} bytes")


def evaluate_model(
    model: ModelName,
    data: Data,
    bearing: BearingText = "6205",
    rpm: Rpm = None,
    rate: Rate = None,
    json_to: output.JsonTo = None,
) -> None:
    """Run MODEL over recordings with known classes and print how often it is right."""
    chosen = library.open_model(model, path="MODEL")
    geometry = named(bearing)
    speed = rpm / 60.0 if rpm is not None else None
    report = evaluate(chosen, recordings.read(data, speed=speed, rate=rate), geometry)
    document = {**asdict(report), "model_bytes": chosen.card.model_bytes}
    output.write_json(document, json_to)
    if json_to != "-":
        _print(report, json_to)


def _print(report: Report, json_to: str | None) -> None:
    console = output.console(json_to)
    figures = [
        ("accuracy", report.accuracy),
        ("macro F1", report.macro_f1),
        ("macro AUROC", report.macro_auroc),
        ("false alarms", report.false_alarms),
        ("missed alarms", report.missed_alarms),
    ]
    rows = [(name, output.number(value, 3)) for name, value in figures]
    console.print(output.table(f"{report.n} windows", ("figure", "value"), rows))
    counts = [
        (word, *(str(count) for count in line))
        for word, line in zip(report.classes, report.confusion, strict=True)
    ]
    console.print(output.table("True class by called class", ("", *report.classes), counts))


def export(
    model: ModelName,
    to: Annotated[
        Path, typer.Option("--to", "--out", metavar="DIR", help="Folder for what is written.")
    ],
    c: Annotated[bool, typer.Option("--c", help="Write C for microcontrollers.")] = False,
    check: Annotated[
        int,
        typer.Option(
            "--check",
            min=0,
            metavar="N",
            help="With --c: run N inputs on an emulated Cortex-M4 and M7 (extra: mcu).",
        ),
    ] = 0,
    json_to: output.JsonTo = None,
) -> None:
    """Copy MODEL and its card to a folder, or write it as self-contained C."""
    if check and not c:
        raise BadInput(Fault("checks the C code: give --c as well", path="--check"))
    folder, name = library.folder_of(model, path="MODEL")
    if c:
        _models_c.write(folder / f"{name}.onnx", to, check, json_to)
        return
    library.open_model(model, path="MODEL")
    if to.exists() and not to.is_dir():
        raise BadInput(Fault("is a file; a folder is needed", path="--to", value=repr(str(to))))
    to.mkdir(parents=True, exist_ok=True)
    files = []
    for suffix in (".onnx", ".json"):
        target = to / f"{name}{suffix}"
        shutil.copyfile(folder / f"{name}{suffix}", target)
        files.append(str(target))
    output.write_json({"files": files}, json_to)
    output.console(json_to).print("\n".join(files))
