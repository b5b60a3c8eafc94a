"""Where the numbers of a house of many walls lie, so that eight go through the processor at once.

The faces of a zone lie in *tiles* of eight; a wall or window lies where its inner face does. Walls
between two zones lie in tiles of eight *joints*; each has a *port* among the faces of either zone.
A tile is one row of an array: fields of eight numbers each, that begin at the columns named here.
Zones lie side by side, padded to eights, one row of ``zones`` for each quantity. All SI.
"""

from __future__ import annotations

from twin.physics.eights import LANES

(
    BY_RADIANT, BY_BEAM, BY_DIFFUSE, WARM, COLD, LEAST, WARM_OUT, COLD_OUT, RISK, TOWARD_IT,
    AWAY_IT, NORTH, EAST, FLAT, HELD_AT, SURFACE, TO_SKY, TO_FAR, OUTDOORS, GLASSY, FABRIC, LIT,
    CROSS, STILL,
) = range(0, 24 * LANES, LANES)  # fmt: skip
"""What stays: shares of radiant gains, beam and diffuse light that a face absorbs [1]; natural
convection of a warmer and a colder face [W/K^4/3] and the least film [W/K]; of its element's face
outdoors the same for each m², its roughness, shares of the wind, where it looks, 10 where it lies
flat, a fixed film, its area [m²], long-wave exchange with sky and air [W/K⁴], 1 where there is one;
1 for a window; share in the mean of the zone's fabric; 1 where the sun may shine from outdoors;
what a port gets by its other face [W/K]."""
(
    FACE, ENDS, THEN, ENDS_THEN, FILM, FIRM, FILM_THEN, FIRM_THEN, RISE, RISE_THEN, DRAWN, BEYOND,
    INNER, ACROSS, OUTER, YIELDS, PASSES, BY_AIR, ALONE, TO_OUT, PANE_IN, PANE_OUT, HELD_IN,
    HELD_OUT, PUSH, BOTH, HEAT_OUT, OUTSIDE, PUSHED, CROSSED, BARE, GUESS, GUESS_ENDS, SHINE, TILE,
) = range(0, 35 * LANES, LANES)  # fmt: skip
"""What changes: inner and outer face [K], and when films were renewed last; film inside, what else
holds the face [W/K], both as they were inverted for; how the face rises with the air [1]; heat that
it draws, and is pushed by, beyond what the inverse knows [W]; the element as in
:mod:`twin.physics.face_films`; what a window's outer face yields to heat that goes out [K/W]; what
panes absorb in the step [W]; what modes hold at both faces [K]; from ``PUSH`` on what is found
within a step: ``CROSSED`` is the heat that ports get by their other faces [W], ``BARE`` the face
but for the air of its zone [K]."""
J_INNER, J_ACROSS, J_OUTER, J_IN, J_OUT, JOINT = range(0, 6 * LANES, LANES)
"""A joint: heat into its faces by their temperatures [W/K]; what its modes push into them [W]."""
(
    AIR, MEAN, AIR_THEN, TAKES, WEIGHT, LATE, ABOUT, STORES, GIVES, ENTERS, BESIDE, GOT,
    ASKED, BOTTOM, TOP, HEATING, COOLING, HEAT, AFTER, MOST_HEATING, MOST_COOLING, ZONE,
) = range(22)  # fmt: skip
"""Rows of the zones: air, its mean over the step, that when films were renewed [K]; heat to its
faces [W/K], weight of a step's end in its mean [1], heat beyond the films that faces are inverted
for [W], exchange that they are inverted for [W/(m² K)]; what the air stores over the step and gives
elsewhere [W/K]; what it gets but for faces, with doors, and from its faces [W]; what is asked for,
within which band, at most; what it gets and where that leads to; the most that it may get."""
FIRST, COUNT, FACES, MATRIX, OWNED, SPAN = range(6)
"""Columns of a zone: first tile, how many, how many faces, where its matrices begin, its first wall
to another zone; one more row ends the last zone."""
SUN, PARTNER, JOINED, PLACES = range(0, 4 * LANES, LANES)
"""Fields of a tile's places: of the sun on each wall among the inputs, of a port's other face among
the tiles, of what a joint pushes into it among the joints."""
AT_IN, AT_OUT, MEETS = range(0, 3 * LANES, LANES)
"""Fields of a joint's places: where its two ports lie among the tiles."""
