"""``twin devices``: simulated controllers, their points, and their panels."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import Annotated, Any

import typer

from twin.cli import output
from twin.devices import broker, panel
from twin.devices.acl import PANEL_USER
from twin.devices.desk import Desk
from twin.devices.embedded import Embedded, prepare
from twin.devices.link import Unreachable
from twin.devices.plant import of_declarations, read, read_file, to_document
from twin.errors import BadInput
from twin.scenario import load
from twin.setting import read_setting

PointsFile = Annotated[
    Path, typer.Argument(metavar="SCENARIO|POINTS.json", help="A scenario, or a points document.")
]


def register(app: typer.Typer) -> None:
    """Add the verbs to the command."""
    verbs = typer.Typer(no_args_is_help=True, help="Simulated devices: serve them, list points.")
    verbs.command("serve")(serve)
    verbs.command("points")(points)
    verbs.command("live")(live)
    verbs.command("panel")(stand_at_panel)
    app.add_typer(verbs, name="devices")


def document_of(file: Path) -> dict[str, Any]:
    """Return the points document of a scenario file or of a points file."""
    if file.suffix == ".json":
        return to_document(read_file(file))
    scenario = load(file)
    return of_declarations(
        scenario.declarations(),
        title=scenario.title,
        site=scenario.header.site,
        model=scenario.model_key,
    )


def serve(
    file: PointsFile,
    port: Annotated[int, typer.Option(help="Loopback port of the broker; 0: a free one.")] = 0,
    engine: Annotated[
        str, typer.Option("--broker", metavar="amqtt|mosquitto|URL", help="Which broker.")
    ] = "amqtt",
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Forget set-points held from an earlier time.")
    ] = False,
) -> None:
    """Serve the simulated controllers of a scenario, with broker and gateway, until Ctrl-C."""
    out = output.console()
    over = threading.Event()
    for kind in (signal.SIGINT, signal.SIGTERM):
        signal.signal(kind, lambda *_: over.set())
    with Embedded(document_of(file), port=port, broker=engine, fresh=fresh) as devices:
        out.print(f"broker {devices.url}, data in {devices.home}")
        rows = [(row["name"], str(row["pid"])) for row in devices.status()]
        out.print(output.table("", ("process", "pid"), rows))
        out.print("Stop with Ctrl-C.")
        over.wait()
    out.print("Stopped.")


def points(file: PointsFile, json_to: output.JsonTo = None) -> None:
    """List every point that a device holds and a change may write."""
    plant = read(document_of(file))
    found = [
        {"device": device.name, "kind": device.kind, **row}
        for device, rows in zip(plant.devices, to_document(plant)["devices"], strict=True)
        for row in rows["points"]
    ]
    output.write_json({"site": plant.site, "area": plant.area, "points": found}, json_to)
    if json_to == "-":
        return
    rows = [
        (p.path, _shown(p.value), p.unit, p.range_text, "yes" if p.writable else "no", str(p.risk))
        for p in plant.points.values()
    ]
    columns = ("point", "value", "unit", "allowed", "writable", "risk")
    output.console(json_to).print(output.table(plant.title, columns, rows))


def live(json_to: output.JsonTo = None) -> None:
    """Show what the running devices report now, with its age."""
    try:
        listener = Desk().live()
        listener.start()
    except Unreachable as error:
        raise BadInput(str(error)) from None
    listener.wait_for({device.name for device in listener.plant.devices}, 3.0)
    found = listener.rows()
    listener.stop()
    output.write_json({"points": found}, json_to)
    if json_to != "-":
        rows = [
            (r["path"], _shown(r["value"]), r["unit"], r["quality"], output.number(r["age_s"], 2))
            for r in found
        ]
        columns = ("point", "value", "unit", "quality", "age s")
        output.console(json_to).print(output.table("", columns, rows))


def stand_at_panel(
    device: Annotated[str, typer.Argument(metavar="DEVICE")],
    setting: Annotated[
        str | None, typer.Option("--set", metavar="PATH=VALUE", help="Change it at the panel.")
    ] = None,
    manner: Annotated[
        str | None, typer.Option(metavar="normal|reject|clamp|slow|silent|mute")
    ] = None,
    limit: Annotated[
        float | None, typer.Option(help="Where clamp clamps [in the unit of the point].")
    ] = None,
    seconds: Annotated[float, typer.Option(help=r"How slow slow is \[s].")] = 1.0,
) -> None:
    """Stand at a simulated machine: change a value there, or make its controller misbehave."""
    desk = Desk()
    plant = desk.plant
    plant.device(device)
    if manner == "clamp" and limit is None:
        raise BadInput("clamp needs --limit VALUE")
    if not desk.url:
        raise BadInput("no broker runs: start twin app or twin devices serve SCENARIO")
    password = broker.passwords(prepare(desk.home, plant), plant)[PANEL_USER]
    try:
        with panel.Panel(plant, desk.url, password) as hand:
            if setting is not None:
                hand.set(device, *read_setting(setting))
            if manner is not None:
                hand.behave(device, manner, limit=limit, seconds=seconds)
    except Unreachable as error:
        raise BadInput(str(error)) from None


def _shown(value: float | str | None) -> str:
    return value if isinstance(value, str) else output.number(value, 6)
