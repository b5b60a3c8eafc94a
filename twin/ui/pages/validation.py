"""Validation: why should I believe this twin? Every check with its source, expected and got."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, html, no_update
from dash.development.base_component import Component

from twin import jobs
from twin.ui.components import watch
from twin.ui.components.frame import aria, icon, mark, notice, page
from twin.ui.context import Context
from twin.ui.i18n import t
from twin.ui.links import View
from twin.ui.wording import decimals, number, unit

ORDER = 120
ICON = "shield-check"
PAGE = "validation"
DATA = "TWIN_DATA"
"""Names the folder of the recordings, as for ``twin validate``."""

Check = Mapping[str, Any]


class Ids(StrEnum):
    """Ids of the page."""

    BODY = "validation-body"
    RUN = "validation-run"


def layout(view: View, context: Context) -> Component:
    """Return the page; the report of this version, if it was computed before, fills it."""
    job = jobs.find("validate", question())
    body = [html.P(t("shell.loading"), className="quiet")] if job else nothing()
    return page(
        PAGE,
        html.Div(watch.strip(PAGE, job.id if job else ""), className="page-watch"),
        html.Div(body, id=Ids.BODY, **aria(live="polite")),
    )


def register(app: Dash, context: Context) -> None:
    """Register the callbacks of the page."""

    @app.callback(
        Output(watch.job(PAGE), "data"), Input(Ids.RUN, "n_clicks"), prevent_initial_call=True
    )
    def run(clicks: int | None) -> Any:
        return jobs.submit("validate", question()).id if clicks else no_update

    @app.callback(
        Output(Ids.BODY, "children"), Input(watch.phase(PAGE), "data"), prevent_initial_call=True
    )
    def show(phase: Any) -> Any:
        state = (phase or {}).get("state", "none")
        if state == "none":
            return no_update
        if state in {"queued", "running"}:
            return [notice("empty", t("validation.running"), t("validation.running_why"))]
        if state == "done":
            return report(jobs.get(phase["job"]).result["checks"])
        return nothing(t(f"what_if.{state}"), watch.reason(phase))


def question() -> dict[str, Any]:
    """Return the question of the job: with recordings when their folder is known."""
    folder = os.environ.get(DATA, "")
    return {"data": folder, "recordings": _fingerprint(Path(folder)) if folder else ""}


def _fingerprint(folder: Path) -> str:
    """Names, sizes and times of the recordings: other files are another question."""
    found = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        stat = file.stat()
        found.update(f"{file.relative_to(folder)} {stat.st_size} {stat.st_mtime_ns}".encode())
    return found.hexdigest()[:16]


def nothing(title: str = "", why: str = "") -> list[Component]:
    """Return what stands where there is no report: why, and the button that makes one."""
    button = dmc.Button(t("validation.run"), id=Ids.RUN, n_clicks=0, leftSection=icon("play"))
    return [
        notice("empty", title or t("validation.none"), why or t("validation.none_why"), button),
        _recordings(),
    ]


def _recordings() -> Component:
    folder = os.environ.get(DATA, "")
    said = t("validation.with_data") if folder else t("validation.without_data", name=DATA)
    return html.P(said, className="quiet validation-data")


def report(checks: Sequence[Check]) -> list[Component]:
    """Return the report: what it found, and every check; those that do not hold stand first."""
    held = sum(check["passed"] for check in checks)
    found = t("validation.found", held=held, n=len(checks))
    heading = html.H2(found) if held == len(checks) else html.H2(mark("red", found))
    columns = ("check", "status", "got", "expected", "unit", "source")
    head = html.Tr([html.Th(t(f"validation.col_{name}"), scope="col") for name in columns])
    rows = [_row(check) for check in sorted(checks, key=lambda check: bool(check["passed"]))]
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="figures checks")
    card = html.Section(
        [html.P(t("validation.noun"), className="noun"), heading, _recordings(),
         html.Div(table, className="table-wide", tabIndex=0, role="region",
                  **aria(label=t("validation.noun")))],
        className="card",
    )  # fmt: skip
    return [card]


def _row(check: Check) -> Component:
    expected, got = figures(check)
    held = html.Span(t("validation.holds")) if check["passed"] else mark("red", t("validation.off"))
    return html.Tr(
        [
            html.Th(check["name"], scope="row"),
            html.Td(held, className="said"),
            html.Td(got, className="number"),
            html.Td(expected, className="number"),
            html.Td(unit(check["unit"]).strip(), className="quiet unit"),
            html.Td(check["source"], className="quiet source"),
        ]
    )


def figures(check: Check) -> tuple[str, str]:
    """Return what was expected, with its tolerance, and what came, in digits that can differ."""
    tolerance = check["tolerance"]
    places = decimals(tolerance or None, check["expected"])
    shown = f"{number(check['expected'], places)} ± {number(tolerance, places)}"
    return shown if tolerance else number(check["expected"], places), number(check["got"], places)
