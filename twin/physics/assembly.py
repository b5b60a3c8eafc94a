"""From the description of a house to its heat network, with the films that change as they run.

The network holds reference films, so that its step is exact; what the real films do beyond them
enters as heat flows, the *links*, which :mod:`twin.physics.zone_steps` settles at every step.
All SI.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from twin.physics import gains, gaps
from twin.physics.assembled import Assembled
from twin.physics.enclosure import exchange, views
from twin.physics.films import LEEWARD, WINDWARD, critical_rayleigh
from twin.physics.house import GROUND, NOTHING, OUTDOORS, House, Layer, Room, Wall, Window
from twin.physics.links import (
    AIR,
    COLUMNS,
    DOOR,
    EASTING,
    FRESH,
    GAP,
    GLASS,
    HERE,
    RADIANT,
    REFERENCE_RADIATION,
    SKY,
    THERE,
)
from twin.physics.network import Array, Circuit

INSIDE, SHELTERED, EXPOSED = 2.5, 6.0, 15.0
"""Reference films [W/(m² K)]; the answer does not depend on them."""


@dataclass(slots=True)
class Plan:
    """A network under construction."""

    circuit: Circuit = field(default_factory=Circuit)
    air: list[int] = field(default_factory=list)
    fabric: list[int] = field(default_factory=list)
    pairs: list[tuple[int, int, float]] = field(default_factory=list)
    whole: list[list[float]] = field(default_factory=list)
    numbers: list[list[float]] = field(default_factory=list)
    known: int = 1
    ground: list[float] = field(default_factory=list)
    faces: list[list[dict[str, float]]] = field(default_factory=list)
    wall_outside: list[int] = field(default_factory=list)
    pane_nodes: list[list[tuple[int, int]]] = field(default_factory=list)
    inner: list[int] = field(default_factory=list)
    chains: list[tuple[int, ...]] = field(default_factory=list)
    owner: list[int] = field(default_factory=list)

    def node(self, room: int, capacity: float = 0.0) -> int:
        """Add a node that belongs to a room."""
        self.owner.append(room)
        return self.circuit.node(capacity)


def slices(layer: Layer, step: float) -> int:
    """How many slices a layer is cut into, so that heat crosses one in about a step.

    >>> concrete, board = Layer(0.1, 0.51, 1400.0, 1000.0), Layer(0.012, 0.16, 950.0, 840.0)
    >>> slices(concrete, 600.0), slices(board, 600.0)
    (6, 1)
    """
    if layer.c <= 0:
        return 1
    diffusivity = layer.thickness**2 / (layer.r * layer.c)
    size = max(0.012, float(np.sqrt(diffusivity * min(step, 600.0))))
    return int(np.clip(np.ceil(layer.thickness / size), 1, 6))


def assemble(house: House, step: float) -> Assembled:
    """Return the network of a house, with its exact step of length ``step`` [s]."""
    plan = Plan()
    _add_rooms(plan, house)
    for wall in house.walls:
        _add_wall(plan, wall, step)
    for window in house.windows:
        _add_window(plan, window, house.pressure)
    _join_faces(plan)
    for number, _room in enumerate(house.rooms):
        _link(plan, FRESH, plan.air[number], -1, number)
    _add_openings(plan, house)
    exogenous = _exogenous(plan, house)
    links = _link_flows(plan)
    flows = np.hstack([exogenous, links])
    whole = np.array(plan.whole, dtype=np.int64)
    nodes = set(whole[:, HERE].tolist()) | set(whole[:, THERE].tolist())
    later = sorted(nodes - {*plan.air, -1})
    seen = np.array([*plan.air, *later], dtype=np.int64)
    place = {node: index for index, node in enumerate(seen.tolist())} | {-1: -1}
    for column in (HERE, THERE):
        whole[:, column] = [place[node] for node in whole[:, column].tolist()]
    link_at = {int(n): i for i, (kind, n, *_) in enumerate(plan.whole) if kind == RADIANT}
    pairs = np.array(
        [(place[i], place[j], link_at[i], link_at[j]) for i, j, _x in plan.pairs], dtype=np.int64
    ).reshape(-1, 4)
    return Assembled(
        step, plan.circuit, flows, plan.known, np.array(plan.ground), seen, whole,
        np.array(plan.numbers), len(house.rooms), sum(w.glazing.panes for w in house.windows),
        exogenous.shape[1], np.array(plan.inner, dtype=np.int64),
        _fabric(plan, house), pairs, np.array([pair[2] for pair in plan.pairs]),
        tuple(plan.chains), house,
    )  # fmt: skip


def _fabric(plan: Plan, house: House) -> Array:
    """Weights of the nodes in each room's fabric; the air where a room has none."""
    capacity = np.asarray(plan.circuit.capacities)
    rows = np.zeros((len(house.rooms), len(capacity)))
    for room, air in enumerate(plan.air):
        weight = np.where(np.asarray(plan.owner) == room, capacity, 0.0)
        weight[air] = 0.0
        if not weight.any():
            weight[air] = 1.0
        rows[room] = weight / weight.sum()
    return rows


def _add_rooms(plan: Plan, house: House) -> None:
    for number, room in enumerate(house.rooms):
        air = plan.node(number, room.air_capacity)
        plan.air.append(air)
        plan.fabric.append(air)
        plan.faces.append([])
        if room.fabric_capacity > 0:
            fabric = plan.fabric[number] = plan.node(number, room.fabric_capacity)
            plan.circuit.join(air, fabric, room.coupling)
            plan.circuit.ground(fabric, 0, room.envelope)
            plan.circuit.ground(air, 0, room.glazing)
        if room.adjacent > 0:
            plan.circuit.ground(plan.fabric[number], plan.known, room.adjacent)
            plan.known += 1
            plan.ground.append(room.adjacent_temperature)


def _add_wall(plan: Plan, wall: Wall, step: float) -> None:
    inside = plan.node(wall.room)
    node, resistance = inside, 0.0
    for layer in wall.layers:
        pieces = slices(layer, step)
        for _ in range(pieces):
            if layer.c <= 0:
                resistance += layer.r / pieces
                continue
            half = 0.5 * layer.r / pieces
            middle = plan.node(wall.room, layer.c * wall.area / pieces)
            plan.circuit.join(node, middle, wall.area / (resistance + half))
            node, resistance = middle, half
    outer = plan.node(wall.room)
    plan.circuit.join(node, outer, wall.area / max(resistance, 1e-6))
    plan.inner.append(inside)
    plan.wall_outside.append(outer)
    plan.chains.append((*range(inside, outer + 1),))
    _face(plan, wall.room, inside, wall)
    _behind(plan, wall, outer)


def _face(plan: Plan, room: int, node: int, wall: Wall) -> None:
    """The inside of a wall: film to the air, place in the room's enclosure."""
    face = wall.inside
    _film(plan, node, room, wall.area, -wall.cosine, face.film)
    plan.faces[room].append({
        "node": node, "area": wall.area, "emittance": face.emittance, "tilt": wall.tilt,
        "azimuth": wall.azimuth, "solar": face.solar_absorptance,
        "reflects": 1 - face.solar_absorptance, "share": wall.solar_share, "window": 0.0,
    })  # fmt: skip


def _behind(plan: Plan, wall: Wall, outer: int) -> None:
    if wall.behind >= 0:
        _film(plan, outer, wall.behind, wall.area, wall.cosine, wall.outside.film)
        plan.faces[wall.behind].append({
            "node": outer, "area": wall.area, "emittance": wall.outside.emittance,
            "tilt": 180 - wall.tilt, "azimuth": (wall.azimuth + 180) % 360,
            "solar": wall.outside.solar_absorptance,
            "reflects": 1 - wall.outside.solar_absorptance, "share": -1.0, "window": 0.0,
        })  # fmt: skip
    elif wall.behind == GROUND:
        plan.circuit.ground(outer, plan.known, wall.area * 1e3)
        plan.known += 1
        plan.ground.append(wall.ground_temperature)
    elif wall.behind == OUTDOORS:
        wind = wall.wind_factor if wall.wind else 0.0
        _outside(plan, outer, wall.area, wall.cosine, wall.azimuth, wall.outside.emittance,
                 wall.outside.film, wall.roughness, wind)  # fmt: skip
    else:
        assert wall.behind == NOTHING


def _add_window(plan: Plan, window: Window, pressure: float) -> None:
    """A chain of pane faces from outside in; panes store nothing."""
    glazing, area = window.glazing, window.area
    panes = []
    before = -1
    for _ in range(glazing.panes):
        one, other = plan.node(window.room), plan.node(window.room)
        plan.circuit.join(one, other, area * glazing.pane_conductivity / glazing.pane_thickness)
        if before >= 0:
            _gap(plan, window, before, one)
        panes.append((one, other))
        before = other
    plan.pane_nodes.append(panes)
    plan.chains.append(tuple(node for pair in reversed(panes) for node in reversed(pair)))
    plan.inner.append(before)
    _outside(plan, panes[0][0], area, window.cosine, window.azimuth, glazing.outside_emittance,
             window.outside_film, 1.0, window.wind_factor if window.wind else 0.0)  # fmt: skip
    _glass(plan, before, window, pressure)
    plan.faces[window.room].append({
        "node": before, "area": area, "emittance": glazing.inside_emittance, "tilt": window.tilt,
        "azimuth": window.azimuth, "solar": sum(glazing.diffuse_absorptance),
        "reflects": glazing.diffuse_reflectance, "share": -1.0,
        "window": area * glazing.diffuse_transmittance,
    })  # fmt: skip


def _gap(plan: Plan, window: Window, one: int, other: int) -> None:
    """Gas between two panes."""
    glazing, upright = window.glazing, abs(np.sin(np.radians(window.tilt)))
    exchange = gaps.exchange_factor(*glazing.gap_emittances)
    h = glazing.gap or gaps.conductance(
        glazing.gas, glazing.gap_thickness, exchange, upright, 283.15, 288.15
    )
    plan.circuit.join(one, other, window.area * h)
    if not glazing.gap:
        _link(plan, GAP, one, other, window.room, area=window.area, upward=upright,
              emittance=exchange, reference=window.area * h, gas=glazing.gas,
              thick=glazing.gap_thickness)  # fmt: skip


def _link(plan: Plan, kind: int, here: int, there: int, room: int, **numbers: float) -> None:
    plan.whole.append([kind, here, there, room])
    row = [0.0] * (EASTING + 1)
    for name, value in numbers.items():
        row[COLUMNS[name]] = value
    plan.numbers.append(row)


def _film(plan: Plan, node: int, room: int, area: float, upward: float, fixed: float) -> None:
    """Face to the air of its room; a fixed film needs no link."""
    reference = area * (fixed or INSIDE)
    plan.circuit.join(node, plan.air[room], reference)
    if not fixed:
        _link(plan, AIR, node, plan.air[room], room, area=area, upward=upward, reference=reference)


def _glass(plan: Plan, node: int, window: Window, pressure: float) -> None:
    """The room side of a window to the air."""
    if window.inside_film:
        _film(plan, node, window.room, window.area, 0.0, window.inside_film)
        return
    air, reference = plan.air[window.room], window.area * INSIDE
    plan.circuit.join(node, air, reference)
    _link(plan, GLASS, node, air, window.room, area=window.area, upward=window.tilt,
          reference=reference, thick=window.height, fixed=pressure,
          rough=critical_rayleigh(window.tilt))  # fmt: skip


def _outside(
    plan: Plan, node: int, area: float, cosine: float, azimuth: float, emittance: float,
    fixed: float, rough: float, wind: float,
) -> None:  # fmt: skip
    """Face to outdoors: wind, air, sky and ground (taken at the temperature of the air)."""
    reference = area * (fixed or (EXPOSED if wind else SHELTERED))
    plan.circuit.ground(node, 0, reference)
    sky = 0.5 * (1 + cosine)
    clear, turn = sky**1.5, math.radians(azimuth)
    _link(plan, SKY, node, -1, -1, area=area, upward=cosine, emittance=emittance,
          reference=reference, fixed=fixed, rough=rough, to_sky=clear, to_air=1 - clear,
          toward=WINDWARD[0] * wind ** WINDWARD[1], away=LEEWARD[0] * wind ** LEEWARD[1],
          northing=math.cos(turn), easting=math.sin(turn))  # fmt: skip


def _join_faces(plan: Plan) -> None:
    """Long-wave exchange of the faces of each room with each other."""
    for room, every in enumerate(plan.faces):
        faces = [face for face in every if face["emittance"] > 0]
        if len(faces) < 2:
            continue
        areas = np.array([face["area"] for face in faces])
        emittances = np.array([face["emittance"] for face in faces])
        between = exchange(areas, emittances, views(areas, gains.planes(faces)))
        nodes = [int(face["node"]) for face in faces]
        for i, j in zip(*np.nonzero(np.triu(between > 1e-9 * areas.min(), 1)), strict=True):
            x = float(between[i, j])
            plan.circuit.join(nodes[i], nodes[j], x * REFERENCE_RADIATION)
            plan.pairs.append((nodes[i], nodes[j], x))
        for node in nodes:
            _link(plan, RADIANT, node, -1, room)


def _add_openings(plan: Plan, house: House) -> None:
    for opening in house.openings:
        one, other = plan.air[opening.one], plan.air[opening.other]
        if opening.conductance > 0:
            plan.circuit.join(one, other, opening.conductance)
        if opening.width > 0 and opening.height > 0:
            size = opening.width * opening.height**1.5
            _link(plan, DOOR, one, other, opening.one, area=size)


def _exogenous(plan: Plan, house: House) -> Array:
    """Where heat enters that does not depend on the temperatures."""
    nodes = len(plan.circuit.capacities)
    columns: list[Array] = []

    def column(shares: dict[int, float]) -> None:
        made = np.zeros(nodes)
        for node, share in shares.items():
            made[node] += share
        columns.append(made)

    for air in plan.air:
        column({air: 1.0})
    for room, faces in enumerate(plan.faces):
        column(gains.radiant(faces, plan.air[room]))
    for beam in (True, False):
        for room, faces in enumerate(plan.faces):
            column(_light(plan, house.rooms[room], room, faces, beam=beam))
    for outer in plan.wall_outside:
        column({outer: 1.0})
    for panes in plan.pane_nodes:
        for one, other in panes:
            column({one: 0.5, other: 0.5})
    return np.column_stack(columns)


def _light(
    plan: Plan, room: Room, number: int, faces: gains.Faces, *, beam: bool
) -> dict[int, float]:
    """Light by node: over the faces, or between air and fabric of a lumped room."""
    air, fabric = plan.air[number], plan.fabric[number]
    if faces or fabric == air:
        return gains.light(faces, air, beam=beam)
    return {air: room.light_to_air, fabric: 1 - room.light_to_air}


def _link_flows(plan: Plan) -> Array:
    flows = np.zeros((len(plan.circuit.capacities), len(plan.whole)))
    for index, (_kind, here, there, _room) in enumerate(plan.whole):
        flows[int(here), index] += 1.0
        if there >= 0:
            flows[int(there), index] -= 1.0
    return flows
