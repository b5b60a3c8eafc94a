"""Links: what films and openings of a house do beyond the constant references of its network."""

from __future__ import annotations

from twin.physics.films import STEFAN_BOLTZMANN

AIR, RADIANT, SKY, FRESH, DOOR, GAP, GLASS = range(7)
"""Kinds of links: face to air, face to the faces it sees, face to outdoors, outdoor air, a door,
the gap between two panes, a window's inside to the air."""
KIND, HERE, THERE, ROOM = range(4)
"""Columns of the whole numbers of a link; THERE is -1 for outdoors."""
AREA, UPWARD, EMITTANCE, REFERENCE, FIXED, ROUGH, TO_SKY, TO_AIR, GAS, THICK = range(10)
TOWARD, AWAY, NORTHING, EASTING = range(10, 14)
"""Columns of the numbers of a link."""
MEAN_RADIANT = 295.0
"""Temperature of the reference of long-wave exchange inside [K]."""
REFERENCE_RADIATION = 4 * STEFAN_BOLTZMANN * MEAN_RADIANT**3
"""Linear long-wave exchange at that temperature [W/(m² K)]."""
COLUMNS = {
    "area": AREA, "upward": UPWARD, "emittance": EMITTANCE, "reference": REFERENCE,
    "fixed": FIXED, "rough": ROUGH, "to_sky": TO_SKY, "to_air": TO_AIR, "gas": GAS,
    "thick": THICK, "toward": TOWARD, "away": AWAY, "northing": NORTHING, "easting": EASTING,
}  # fmt: skip
"""Columns of the numbers by name."""
