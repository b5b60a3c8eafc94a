"""What the search finds: pages, parameters, KPIs, runs; each leads to an address."""

from __future__ import annotations

from typing import Any

from twin import store
from twin.errors import BadInput
from twin.ui import links, names
from twin.ui.context import Context
from twin.ui.i18n import t
from twin.ui.pages.base import pages

MOST_RUNS = 30


def groups(context: Context, scenario: str) -> list[dict[str, Any]]:
    """Return everything that can be found, grouped, as the data of a select."""
    found = [
        (t("shell.search_pages"), _pages(scenario)),
        (t("shell.search_scenarios"), _scenarios(context)),
        (t("shell.search_parameters"), _parameters(context, scenario)),
        (t("shell.search_kpis"), _kpis(context, scenario)),
        (t("shell.search_runs"), _runs(context)),
    ]
    return [{"group": name, "items": items} for name, items in found if items]


def _item(address: str, label: str) -> dict[str, str]:
    return {"value": address, "label": label}


def _pages(scenario: str) -> list[dict[str, str]]:
    return [_item(links.write(entry.name, scenario), t(entry.title_key)) for entry in pages()]


def _scenarios(context: Context) -> list[dict[str, str]]:
    page = pages()[0].name
    return [_item(links.write(page, name, {"of": "scenario"}), name) for name in context.scenarios]


def _parameters(context: Context, scenario: str) -> list[dict[str, str]]:
    try:
        declared = list(context.scenario(scenario).declarations())
    except BadInput:
        return []
    return [
        _item(
            links.write("what_if", scenario, {"set": f"{path}={value}"}),
            f"{names.parameter(path)} · {names.owner(path) or scenario}",
        )
        for path, declaration, value in declared
        if declaration.form in {"quantity", "count", "choice", "flag"} and "." in path
    ]


def _kpis(context: Context, scenario: str) -> list[dict[str, str]]:
    try:
        measures = context.scenario(scenario).measures
    except BadInput:
        return []
    return [
        _item(links.write("what_if", scenario, {"kpi": path}), f"{names.kpi(path)} · {path}")
        for path in measures
    ]


def _runs(context: Context) -> list[dict[str, str]]:
    known = {str(file): name for name, file in context.scenarios.items()}
    return [
        _item(
            links.write("streams", known[run.file], {"run": run.run_id}),
            " · ".join(
                (names.scenario(run.title), run.created[:16].replace("T", " "), run.run_id[:6])
            ),
        )
        for run in store.list_runs(MOST_RUNS)
        if run.file in known
    ]
