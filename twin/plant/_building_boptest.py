"""KPIs of a building by BOPTEST's definitions, and what a tariff asks for power.

Heat is pumped and cold is made by electricity alone, so that is the one carrier. What flows holds
over a step; temperatures and CO2 run straight through it.
"""

from __future__ import annotations

from twin.measures import Constant, Integral, Measure, MonthlyPeaks, PeakMean, Product, Rule, Sum
from twin.physics.boptest import KWH_PER_JOULE, QUARTER
from twin.plant import _building_settings as given
from twin.plant._building_air import carried

JOULES_PER_KWH = 3.6e6
DAY = 86_400.0
POWER = "electricity"
POWER_RULE = Integral(POWER)


def cost_rule(settings: given.Settings, electricity: Rule) -> Rule:
    """What electricity costs [EUR]: by the tariff as it was used, or at its one price."""
    if settings.tariff:
        return Integral("spent")
    return Product(Constant(settings.energy_price), electricity)


def boptest_measures(settings: given.Settings) -> tuple[Measure, ...]:
    """KPIs of the whole building by BOPTEST's names; the floor area is that of all zones."""
    area = sum(zone.floor_area for zone in settings.zones.values())

    def each(price: float) -> Rule:
        """A price of energy by BOPTEST's kWh [1/J], over the floor area."""
        return Product(Constant(price * KWH_PER_JOULE * JOULES_PER_KWH / area), Integral(POWER))

    spent = (
        Product(Constant(KWH_PER_JOULE * JOULES_PER_KWH / area), Integral("spent"))
        if settings.tariff
        else each(settings.energy_price)
    )
    first = (settings.start_day - 1) * DAY
    peaks = MonthlyPeaks(POWER, QUARTER, first, settings.demand_ratchet)
    found = (
        Measure("tdis_tot", "K*h", "Outside the set-points of the hour, also out of use; air "
                "temperature, mean of the zones (BOPTEST).", "less", Integral("outside_band")),
        Measure("ener_tot", "kWh/m²", "Electricity for heating and cooling, a floor area of all "
                "zones (BOPTEST).", "less", each(1.0)),
        Measure("cost_tot", "EUR/m²", "Its cost by energy, without demand, a floor area of all "
                "zones (BOPTEST).", "less", spent),
        Measure("emis_tot", "kg/m²", "Its CO2, a floor area of all zones (BOPTEST).", "less",
                each(settings.emission_factor)),
        Measure("pele_tot", "kW/m²", "Its greatest quarter of an hour by the clock, a floor area "
                "of all zones (BOPTEST).", "less",
                Product(Constant(1.0 / area), PeakMean(POWER, QUARTER))),
        Measure("demand_charge", "EUR", "What the greatest quarter of an hour of each month costs; "
                "a month begun counts whole.", "less",
                Product(Constant(settings.demand_price), peaks)),
        Measure("bill", "EUR", "Electricity by its price, and the demand charge.", "less",
                Sum((cost_rule(settings, POWER_RULE),
                     Product(Constant(settings.demand_price), peaks))), headline=True),
    )  # fmt: skip
    return (*found, _stale()) if carried(settings) else found


def _stale() -> Measure:
    meaning = "CO2 above the limit over outdoors, at all hours, mean of the zones (BOPTEST)."
    return Measure("idis_tot", "ppm*h", meaning, "less", Integral("stale_air"))
