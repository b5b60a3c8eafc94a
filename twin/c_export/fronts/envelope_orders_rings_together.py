"""Envelope orders, rings together: both rings of a bearing are placed by one unknown."""

from __future__ import annotations

from twin.c_export.fronts import envelope_orders


class Front(envelope_orders.Front):
    """Envelope orders of one model, with the rings read together."""

    sources = (
        *envelope_orders.Front.sources,
        *("envelope_orders_rings_together.h", "envelope_orders_rings_together.c"),
    )
    row = "twin_ring_row"
