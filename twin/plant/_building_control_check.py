"""Control of a building that does not fit: what is asked of plans, regulators and tariffs."""

from __future__ import annotations

from collections.abc import Iterator

from twin.errors import Fault
from twin.plant import _building_schedules as schedules
from twin.plant import _building_settings as given
from twin.plant import _building_tariff
from twin.plant._building_schedules import KELVIN


def control_faults(settings: given.Settings) -> Iterator[Fault]:
    """Decisions, plans and what they look at must fit the steps, regulators their zones."""
    if not _whole(settings.pre_start / settings.step):
        message = f"is to be a whole number of steps of {settings.step / 60:g} min"
        yield Fault(message, "pre_start", "", f"{settings.pre_start / 60:g} min")
    if settings.control != "schedule":
        yield from _decision_faults(settings)
    if settings.control == "predictive":
        yield from _plan_faults(settings)
    yield from _regulator_faults(settings)
    yield from _supply_faults(settings)
    yield from _presence_faults(settings)
    yield from _building_tariff.faults(settings)


def _decision_faults(settings: given.Settings) -> Iterator[Fault]:
    step = settings.plan_step
    if not _whole(step / settings.step):
        message = f"is to be a whole number of steps of {settings.step / 60:g} min"
        yield Fault(message, "plan_step", "", f"{step / 60:g} min")
    if settings.control == "optimal_start" and settings.pre_start < step:
        message = f"optimal start needs room: at least one plan_step, {step / 60:g} min"
        yield Fault(message, "pre_start", "", f"{settings.pre_start / 3600:g} h")


def _plan_faults(settings: given.Settings) -> Iterator[Fault]:
    step, ahead = settings.plan_step, settings.plan_horizon
    if ahead < 2 * step:
        message = f"a plan looks at least two blocks of {step / 60:g} min ahead"
        yield Fault(message, "plan_horizon", "", f"{ahead / 3600:g} h")
    elif not _whole(ahead / step):
        message = f"is to be a whole number of blocks of {step / 60:g} min"
        yield Fault(message, "plan_horizon", "", f"{ahead / 3600:g} h")
    for name, zone in settings.zones.items():
        if zone.regulator != "ideal":
            message = "a plan is carried out by regulator = 'ideal'"
            yield Fault(message, f"zones.{name}.regulator", "", repr(zone.regulator))


def _whole(number: float) -> bool:
    return abs(number - round(number)) < 1e-9


def _regulator_faults(settings: given.Settings) -> Iterator[Fault]:
    """A thermostat whose two bands touch, a PI loop faster than the steps it is made in."""
    for name, zone in settings.zones.items():
        if zone.regulator == "thermostat":
            low, high = schedules.narrowest(settings, zone)
            if high - low < zone.hysteresis - 1e-9:
                message = f"set-points lie {high - low:g} K apart at the narrowest: it would fight"
                value = f"{zone.hysteresis:g} K"
                yield Fault(message, f"zones.{name}.hysteresis", "", value)
        if zone.regulator == "pi" and zone.integral_time < settings.step:
            message = f"is below the step of {settings.step / 60:g} min"
            value = f"{zone.integral_time / 60:g} min"
            yield Fault(message, f"zones.{name}.integral_time", "", value)


def _supply_faults(settings: given.Settings) -> Iterator[Fault]:
    """A heating curve that begins above its end, a backup of nothing."""
    if settings.heating_curve > 0 and settings.supply_lowest > settings.supply_temperature:
        highest = f"{settings.supply_temperature - KELVIN:g} °C"
        message = f"is above supply_temperature, {highest}, where the heating curve ends"
        yield Fault(message, "supply_lowest", "", f"{settings.supply_lowest - KELVIN:g} °C")
    if settings.backup != "none" and settings.backup_capacity == 0:
        yield Fault("a backup needs a capacity above 0 kW", "backup_capacity", "", "0")


def _presence_faults(settings: given.Settings) -> Iterator[Fault]:
    """Use by presence where nobody can be, or where a control would have to know the future."""
    for name, zone in settings.zones.items():
        if zone.use_by == "hours":
            continue
        path = f"zones.{name}.use_by"
        if not any(name in {kind.zone, *kind.visits} for kind in settings.occupants.values()):
            message = "nobody comes here: give at least [plant.NAME.occupants.KIND] with its zone"
            yield Fault(message, path, "", "'presence'")
        if settings.control != "schedule" or settings.pre_start > 0:
            message = "follows people; it needs control = 'schedule' without pre_start"
            yield Fault(message, path, "", "'presence'")
