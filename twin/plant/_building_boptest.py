"""KPIs of a building by BOPTEST's definitions, and what a tariff asks for power.

Carriers are electricity (heat, cold, fans, pumps) and, with a boiler, gas. Light and devices are
not the plant's and do not count. What flows holds over a step; temperatures and CO2 run straight
through it.
"""

from __future__ import annotations

from twin.measures import Constant, Integral, Measure, MonthlyPeaks, PeakMean, Product, Rule, Sum
from twin.physics.boptest import KWH_PER_JOULE, QUARTER
from twin.plant import _building_settings as given
from twin.plant._building_air import carried
from twin.plant._building_power import burns

JOULES_PER_KWH = 3.6e6
DAY = 86_400.0
POWER, GAS = "electricity", "gas"


def cost_rule(settings: given.Settings, electricity: Rule, gas: Rule) -> Rule:
    """What energy costs [EUR]: by the tariff as it was used, or at its one price; gas at its own.

    Of the tariff's ``spent`` gas is a part.
    """
    if settings.tariff:
        return Integral("spent")
    cost = Product(Constant(settings.energy_price), electricity)
    if not burns(settings):
        return cost
    return Sum((cost, Product(Constant(settings.gas_price), gas)))


def boptest_measures(settings: given.Settings) -> tuple[Measure, ...]:
    """KPIs of the whole building by BOPTEST's names; the floor area is that of all zones."""
    area = sum(zone.floor_area for zone in settings.zones.values())
    kwh = KWH_PER_JOULE * JOULES_PER_KWH / area

    def each(electric: float, gas: float) -> Rule:
        """A price of each carrier by BOPTEST's kWh [1/J], over the floor area."""
        rule = Product(Constant(electric * kwh), Integral(POWER))
        if not burns(settings):
            return rule
        return Sum((rule, Product(Constant(gas * kwh), Integral(GAS))))

    spent = (
        Product(Constant(kwh), Integral("spent"))
        if settings.tariff
        else each(settings.energy_price, settings.gas_price)
    )
    first = (settings.start_day - 1) * DAY
    peaks = MonthlyPeaks(POWER, QUARTER, first, settings.demand_ratchet)
    found = (
        Measure("tdis_tot", "K*h", "Outside the set-points of the hour, also out of use; air "
                "temperature, mean of the zones (BOPTEST).", "less", Integral("outside_band")),
        Measure("ener_tot", "kWh/m²", "Electricity and gas for heat, cold, fans and pumps, a floor "
                "area of all zones (BOPTEST).", "less", each(1.0, 1.0)),
        Measure("cost_tot", "EUR/m²", "Its cost by energy, without demand, a floor area of all "
                "zones (BOPTEST).", "less", spent),
        Measure("emis_tot", "kg/m²", "Its CO2, a floor area of all zones (BOPTEST).", "less",
                each(settings.emission_factor, settings.gas_emission_factor)),
        Measure("pele_tot", "kW/m²", "Greatest quarter of an hour of electricity, by the clock, "
                "a floor area of all zones (BOPTEST).", "less",
                Product(Constant(1.0 / area), PeakMean(POWER, QUARTER))),
        Measure("demand_charge", "EUR", "What the greatest quarter of an hour of each month costs; "
                "a month begun counts whole.", "less",
                Product(Constant(settings.demand_price), peaks)),
        Measure("bill", "EUR", "Energy by its price, and the demand charge.", "less",
                Sum((cost_rule(settings, Integral(POWER), Integral(GAS)),
                     Product(Constant(settings.demand_price), peaks))), headline=True),
    )  # fmt: skip
    burnt = (_gas_peak(area),) if burns(settings) else ()
    return (*found, *burnt, _stale()) if carried(settings) else (*found, *burnt)


def _gas_peak(area: float) -> Measure:
    meaning = "Greatest quarter of an hour of the gas, a floor area of all zones (BOPTEST)."
    rule = Product(Constant(1.0 / area), PeakMean(GAS, QUARTER))
    return Measure("pgas_tot", "kW/m²", meaning, "less", rule)


def _stale() -> Measure:
    meaning = "CO2 above the limit over outdoors, at all hours, mean of the zones (BOPTEST)."
    return Measure("idis_tot", "ppm*h", meaning, "less", Integral("stale_air"))
