"""A station that inspects by a model: how often it errs is what the model's card says."""

from __future__ import annotations

from collections.abc import Iterator

from twin.errors import Fault
from twin.plant._line_settings import Settings, Station
from twin.plant.base import Rates

TOLD = ("false_alarm", "escape")


def faults(key: str, station: Station) -> Iterator[Fault]:
    """What does not fit at a station that names a model."""
    path = f"stations.{key}"
    if station.model and not station.inspects:
        yield Fault("looks only where inspects = true", f"{path}.model", "", repr(station.model))
    for field in TOLD if station.model else ():
        if field in station.model_fields_set:
            message = "follows from the card of the model; give one of both"
            yield Fault(message, f"{path}.{field}")


def informed(line: Settings, rates: Rates) -> Settings:
    """Return the line with the rates of the models that look at its stations."""
    stations = {key: _informed(key, station, rates) for key, station in line.stations.items()}
    return line.model_copy(update={"stations": stations})


def _informed(key: str, station: Station, rates: Rates) -> Station:
    if not station.model:
        return station
    found = rates(station.model, f"stations.{key}.model")
    return station.model_copy(update=dict(zip(TOLD, found, strict=True)))
