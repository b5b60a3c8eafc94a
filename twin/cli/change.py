"""``twin change``: draft, approve, push, look up and roll back a change of set-points."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twin.cli import output
from twin.cli.main import EXIT_NOT_MET
from twin.devices import evidence as proof
from twin.devices import words
from twin.devices.change import Change, State, to_document
from twin.devices.desk import Desk
from twin.setting import read_setting

ChangeId = Annotated[str, typer.Argument(metavar="ID", help="Id of the change.")]
Who = Annotated[str, typer.Option("--as", metavar="NAME", help="Who does it (people.toml).")]
Wait = Annotated[float, typer.Option("--wait", metavar="SECONDS", help=r"How long to wait \[s].")]


def register(app: typer.Typer) -> None:
    """Add the verbs to the command."""
    verbs = typer.Typer(no_args_is_help=True, help="Changes: draft, approve, push, roll back.")
    for name, verb in (
        ("draft", draft),
        ("evidence", attach),
        ("approve", approve),
        ("push", push),
        ("status", status),
        ("rollback", rollback),
        ("withdraw", withdraw),
        ("trail", trail),
    ):
        verbs.command(name)(verb)
    app.add_typer(verbs, name="change")


def draft(
    settings: Annotated[
        list[str], typer.Option("--set", metavar="PATH=VALUE", help="May be repeated.")
    ],
    device: Annotated[
        str | None, typer.Option(metavar="DEV", help="Found from the paths if not given.")
    ] = None,
    evidence: Annotated[
        Path | None, typer.Option(metavar="FILE.json", help="Output of twin compare --json.")
    ] = None,
    author: Annotated[str, typer.Option(metavar="NAME", help="Who drafts it.")] = "operator",
    note: Annotated[str, typer.Option(help="Why.")] = "",
    json_to: output.JsonTo = None,
) -> None:
    """Draft a change of set-points of one device."""
    values = dict(read_setting(written) for written in settings)
    shown = proof.load(evidence) if evidence else None
    change = Desk().draft(values, author=author, device=device, evidence=shown, note=note)
    _tell(change, json_to)


def attach(
    key: ChangeId,
    file: Annotated[Path, typer.Argument(metavar="FILE.json")],
    person: Who = "operator",
    json_to: output.JsonTo = None,
) -> None:
    """Attach the output of twin compare --json to a draft."""
    _tell(Desk().attach(key, proof.load(file), person), json_to)


def approve(
    key: ChangeId,
    person: Who = "approver",
    without_evidence: Annotated[
        str, typer.Option(metavar="REASON", help="Approve what was not simulated.")
    ] = "",
    json_to: output.JsonTo = None,
) -> None:
    """Approve exactly these values with exactly this evidence, for 24 h."""
    _tell(Desk().approve(key, person, without_evidence=without_evidence), json_to)


def push(
    key: ChangeId, person: Who = "operator", wait: Wait = 15.0, json_to: output.JsonTo = None
) -> None:
    """Push an approved change and wait until the device holds it; 1 if it does not."""
    _finish(Desk().push(key, person, wait_s=wait), json_to)


def rollback(
    key: ChangeId, person: Who = "operator", wait: Wait = 15.0, json_to: output.JsonTo = None
) -> None:
    """Write the old values of a confirmed change back; 1 if the device does not hold them."""
    _finish(Desk().rollback(key, person, wait_s=wait), json_to)


def withdraw(
    key: ChangeId,
    person: Who = "operator",
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    json_to: output.JsonTo = None,
) -> None:
    """Take back a change that was not sent."""
    _tell(Desk().withdraw(key, person, reason), json_to)


def status(
    key: Annotated[str | None, typer.Argument(metavar="[ID]", help="All if not given.")] = None,
    json_to: output.JsonTo = None,
) -> None:
    """Say where changes are and what to do next."""
    desk = Desk()
    rows = desk.status(key)
    if key:
        _tell(desk.ledger.get(key), json_to)
        return
    output.write_json({"changes": rows}, json_to)
    if json_to == "-":
        return
    shown = [(r["id"], r["state"], r["what"], r["meaning"], r["next"]) for r in rows]
    columns = ("change", "state", "what", "meaning", "next")
    out = output.console(json_to)
    out.print(output.table("", columns, shown) if shown else "No changes yet.")


def trail(
    key: Annotated[str | None, typer.Argument(metavar="[ID]")] = None,
    anchor: Annotated[str, typer.Option(metavar="HASH", help="A head kept elsewhere.")] = "",
    json_to: output.JsonTo = None,
) -> None:
    """Show who did what, and check that the trail was not altered; 1 if it was."""
    desk = Desk()
    lines, wrong = desk.trail(key), desk.verify_trail(anchor)
    output.write_json({"trail": lines, "wrong": wrong, "head": desk.ledger.head()}, json_to)
    out = output.console(json_to)
    if json_to != "-":
        shown = [(str(e["n"]), e["who"], e["what"], e["change"], e["state"]) for e in lines]
        out.print(output.table("", ("line", "who", "what", "change", "state"), shown))
        out.print("\n".join(wrong) or f"The trail is whole; its head is {desk.ledger.head()}.")
    if wrong:
        raise typer.Exit(EXIT_NOT_MET)


def _tell(change: Change, json_to: str | None) -> None:
    row = words.row(change)
    output.write_json({**to_document(change), **row}, json_to)
    if json_to == "-":
        return
    out = output.console(json_to)
    out.print(f"{row['id']}  {row['state']}  {row['device']}  risk {row['risk']}", soft_wrap=True)
    out.print(f"  {row['what']}", soft_wrap=True)
    why = f" ({row['reason']})" if row["reason"] else ""
    out.print(f"  {row['meaning']}{why}. Next: {row['next']}.", soft_wrap=True)


def _finish(change: Change, json_to: str | None) -> None:
    _tell(change, json_to)
    if change.state is not State.CONFIRMED:
        raise typer.Exit(EXIT_NOT_MET)
