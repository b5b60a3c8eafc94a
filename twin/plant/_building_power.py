"""From the heat and cold that zones get to the electricity that makes them."""

from __future__ import annotations

import numpy as np

from twin.physics.chiller import LENNOX_10_TON, full_load_cop
from twin.physics.heat_pump import carnot_cop
from twin.physics.network import Array
from twin.plant import _building_settings as given

ENTERING = 290.15
"""Wet bulb of the air that comes to a cooling coil, 24 °C at half of saturation [K]."""
FITTED = 291.15, 319.15
"""Outdoors at which the unit's curves hold [K]; beyond, they are taken at the nearer end."""


def unit_power(settings: given.Settings, outdoors: Array) -> tuple[Array, Array]:
    """Electricity for a unit of heat and of cold [W/W] at temperatures outdoors [K]."""
    cop = carnot_cop(settings.supply_temperature, outdoors, settings.heating_efficiency)
    cold = np.full(len(outdoors), settings.cooling_cop)
    if settings.cooling == "direct_expansion":
        condenser = np.clip(outdoors, *FITTED)
        cold = full_load_cop(settings.cooling_cop, LENNOX_10_TON, ENTERING, condenser)
    return 1.0 / cop, 1.0 / cold
