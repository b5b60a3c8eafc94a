"""Experiments: what have I tried, what came out, which is best, what matters most?"""

from __future__ import annotations

from dash import Dash
from dash.development.base_component import Component

from twin import jobs
from twin.ui.context import Context
from twin.ui.links import View
from twin.ui.pages import _experiments_history as past
from twin.ui.pages import _experiments_new as new
from twin.ui.pages import _experiments_pair as pair
from twin.ui.pages import _experiments_results as results
from twin.ui.pages._experiments_ids import Ids

ORDER = 90
ICON = "flask-conical"
__all__ = ["ICON", "ORDER", "Ids", "layout", "register"]
STUDIES = ("sweep", "optimise")


def layout(view: View, context: Context) -> Component:
    """Return what the address asks: an experiment, two runs, a new one, or the history."""
    if view.one("job"):
        job = jobs.get(view.one("job"))
        if job.kind in STUDIES:
            return results.layout(view, context, job)
        return pair.of_job(view, job)
    if view.one("run"):
        return pair.stored(view, context, view.one("run"))
    if view.all("pair"):
        return pair.pair(view)
    if view.one("new"):
        return new.layout(view, context)
    return past.layout(view, context)


def register(app: Dash, context: Context) -> None:
    """Register the callbacks of the page."""
    past.register(app, context)
    new.register(app, context)
    results.register(app)
    pair.register(app)
