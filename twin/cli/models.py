"""``twin models``: list, train, evaluate and export the models that sensor nodes run."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from twin.cli import _models_c, _models_show, _models_tests, output
from twin.cli._models_train import HOUR, RECIPES, BearingText, Shift, train
from twin.errors import BadInput, Fault
from twin.family import load as load_kind
from twin.nodes import inspection, library, recordings
from twin.nodes.evaluate import evaluate
from twin.nodes.senses import base as senses
from twin.physics.bearings import named

ModelName = Annotated[
    str, typer.Argument(metavar="MODEL", help="A shipped name, an .onnx file or its folder.")
]
Data = Annotated[
    Path,
    typer.Option(
        "--data",
        help="Recordings: an .npz file, or a folder of them by class. Pictures, words: a folder by "
        "class. Rooms: a CSV file.",
    ),
]
OtherModel = Annotated[
    str | None,
    typer.Option("--model", help="A model of your own for that task: its folder or .onnx file."),
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
    columns = ("model", "sensor", "classes", "bytes", "MACs", "accuracy on recordings or pictures")
    output.console(json_to).print(output.table("Models", columns, rows))


def _row(card: library.Card) -> tuple[str, ...]:
    tests: dict[str, Any] = card.document.get("tests", {})
    first: dict[str, Any] = next((tests[name] for name in inspection.TESTS if tests.get(name)), {})
    accuracy = first.get("accuracy")
    return (
        card.name,
        card.sensor,
        ", ".join(card.classes),
        str(card.model_bytes),
        str(card.document.get("macs", "–")),
        output.number(accuracy, 3),
    )


def evaluate_model(
    model: ModelName,
    data: Data,
    own: OtherModel = None,
    bearing: BearingText = "6205",
    rpm: Rpm = None,
    rate: Rate = None,
    shift: Shift = 0.0,
    json_to: output.JsonTo = None,
) -> None:
    """Run MODEL over recordings or pictures with known classes and print how often it is right."""
    chosen = _chosen(model, own)
    sense = senses.of(chosen.card)
    if sense:
        asked = senses.Asked(data, shift * HOUR)
        document = load_kind(senses.PACKAGE, sense, path="MODEL").evaluate(chosen, asked)
    elif chosen.card.sensor == inspection.SENSOR:
        document = asdict(inspection.evaluate(chosen, data))
    else:
        speed = rpm / 60.0 if rpm is not None else None
        read = recordings.read(data, speed=speed, rate=rate)
        found, unfit = recordings.usable(read, chosen.card.front.duration)
        document = asdict(evaluate(chosen, found, named(bearing)))
        document["left_out"] = [str(fault) for fault in unfit]
    output.write_json({**document, "model_bytes": chosen.card.model_bytes}, json_to)
    unjudged = document.get("left_out", ())
    for reason in unjudged:
        output.console("-").print(f"left out: {reason}")
    if unjudged:
        output.console("-").print(f"{len(unjudged)} left out of what is judged")
    for note in document.get("notes", ()):
        output.console("-").print(note)
    if json_to != "-":
        _print(document, json_to)


def _chosen(model: str, own: str | None) -> library.Model:
    """Return the model that is meant: by its name, or the user's own for the task of that name."""
    if own is None:
        return library.open_model(model, path="MODEL")
    named_so = Path(own) / f"{model}.onnx"
    chosen = library.open_model(str(named_so) if named_so.is_file() else own, path="--model")
    if model in RECIPES and chosen.card.name != model:
        message = f"is a model for {chosen.card.name}, not for {model}"
        raise BadInput(Fault(message, path="--model", value=repr(own)))
    return chosen


def _print(document: dict[str, Any], json_to: str | None) -> None:
    console = output.console(json_to)
    named_figures = ("accuracy", "macro_f1", "macro_auroc", "false_alarms", "missed_alarms")
    words = {"macro_f1": "macro F1", "macro_auroc": "macro AUROC"}
    rows = [
        (words.get(name, name.replace("_", " ")), output.number(document[name], 3))
        for name in named_figures
    ]
    rows += [
        (name.replace("_", " "), output.number(value, 3))
        for name, value in document.items()
        if isinstance(value, float) and name not in named_figures
    ]
    if "without_light" in document:
        rows.append(
            ("accuracy without light", output.number(document["without_light"]["accuracy"], 3))
        )
    console.print(output.table(f"{document['n']} looked at", ("figure", "value"), rows))
    console.print(_models_tests.confusion(document["classes"], document["confusion"]))


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
    rate: Annotated[
        float | None,
        typer.Option(
            "--rate", metavar="HZ", help="With --c: sample rate to make a spindle's front for [Hz]."
        ),
    ] = None,
    json_to: output.JsonTo = None,
) -> None:
    """Copy MODEL and its card to a folder, or write it as self-contained C."""
    if check and not c:
        raise BadInput(Fault("checks the C code: give --c as well", path="--check"))
    if rate is not None and not c:
        raise BadInput(Fault("is the rate of the C code: give --c as well", path="--rate"))
    folder, name = library.folder_of(model, path="MODEL")
    if c:
        _models_c.write(folder / f"{name}.onnx", to, check, json_to, rate)
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
